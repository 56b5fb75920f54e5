"""Uplink to HJ 212 centres: the link, its packets, what a centre may ask and set."""
