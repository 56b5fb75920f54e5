"""HJ 212-2017 data centres."""
