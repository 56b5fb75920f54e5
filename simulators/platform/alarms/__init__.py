"""Alarms of terminals, instruments, acquisition and warning values (SSEA 5.4.6, 5.4.2; R-41), and online supervision.

Leaves keeping and listing alarms to the core.
"""
