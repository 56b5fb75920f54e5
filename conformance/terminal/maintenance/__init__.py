"""Maintenance (运维): from afar, rounds of inspection, meters that were added, the state of the machine."""
