"""Clock: wrong, stepped, drifting, synchronised, and what becomes of records meanwhile."""
