"""Collectors that are asked by HTTP(S)."""
