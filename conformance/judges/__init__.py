"""Judges: pure functions from a history to findings, one module per question.

Leaves the stimulus to the cases and the world to the rigs. A judge sees typed events only, never a terminal, never a
clock, and may be run again years later on the same record.
"""
