"""Meters: truth to registers and frames, with the faults of real devices.

Knows the plant's quantities; knows nothing of who reads.
"""
