"""Targets and forecasts: breakdown, tracking, warning, assessment, peak (CPCIF 5.5; ISC-1 5.1.4, 5.1.5, 5.2.5-6)."""
