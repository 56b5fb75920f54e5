"""Emission inventory, library of accounting standards, factor library (SSEA 5.4.3, 5.4.9; CPCIF 5.2.1.2a, d)."""
