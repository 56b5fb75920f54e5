"""Alarms and online monitoring (SSEA 5.4.6; CPCIF 5.2.2.2)."""
