"""Delivery: every record to every centre, once and unaltered, over outages, windows and platforms."""
