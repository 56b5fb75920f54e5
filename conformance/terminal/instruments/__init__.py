"""Instruments: 4-20 mA signals, weighbridges, transformers and what they ask of a terminal."""
