"""What a case drives: plant, meters, centres, links, power, clock, terminal, operator."""
