"""Weighing indicators, and loads counted from the weights they show."""
