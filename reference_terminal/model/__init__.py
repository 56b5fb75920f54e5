"""The terminal's model: readings, records, instants, units and exact numbers."""
