"""Modbus meters: over TCP and serial lines, registers to decimal text."""
