"""Frames explained field by field, of centres and of meters."""
