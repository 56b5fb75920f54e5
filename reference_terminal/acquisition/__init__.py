"""Acquisition: meters are read on the wall grid and registers become decimal text.

Leaves judging counters and building periods to processing.
"""
