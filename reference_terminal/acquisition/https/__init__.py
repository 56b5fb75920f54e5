"""Collectors that are asked over HTTP(S)."""
