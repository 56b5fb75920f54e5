"""Processing: ranges, counters, formulas, settlements, entries by hand, filling of gaps."""
