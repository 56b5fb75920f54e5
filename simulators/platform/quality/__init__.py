"""Quality of data: what cannot be right, what contradicts itself, and checks of instruments from afar (CPCIF 8.4)."""
