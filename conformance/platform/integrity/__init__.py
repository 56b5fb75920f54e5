"""Stored data are what came in, and where they went can be told (ISC-1 4.4, 4.5, 7.3; CPCIF 8.3, 8.4; R-31, R-35)."""
