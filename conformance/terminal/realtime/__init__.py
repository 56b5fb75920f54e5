"""Real time: what virtual time cannot decide, and the short subset for real rigs."""
