"""The national energy platform: HTTPS and JSON."""
