"""Processing: readings become counters, intervals and gaps.

Leaves reading meters to acquisition and keeping anything durable to storage.
"""
