"""Databases that devices' values are written to as rows."""
