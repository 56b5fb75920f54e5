"""Accuracy: what is stored and sent equals what the meter said, to the last digit."""
