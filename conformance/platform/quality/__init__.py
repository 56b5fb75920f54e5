"""Quality of data: validation, cross-checks, remote quality control (CPCIF 8.4b, c)."""
