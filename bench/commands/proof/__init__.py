"""Proofs that every check can fail: defects against cases, random small faults, and what both show."""
