"""A run: its options, its cases and attempts, what came of them, and what is told of it meanwhile."""
