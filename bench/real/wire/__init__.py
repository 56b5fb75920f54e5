"""The wires of the real-time rigs."""
