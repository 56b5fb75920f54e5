"""Modbus devices over TCP and serial lines."""
