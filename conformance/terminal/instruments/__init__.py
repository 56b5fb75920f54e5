"""Instruments: signals, transformers, units, weighing, and the register of instruments."""
