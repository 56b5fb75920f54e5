"""The lossy disk of the real-time rigs."""
