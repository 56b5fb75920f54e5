"""Databases whose rows are readings."""
