"""Weighing indicators."""
