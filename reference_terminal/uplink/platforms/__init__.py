"""Uplink to platforms over HTTP and JSON: energy, fingerprints, third parties, management."""
