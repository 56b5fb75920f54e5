"""Library of accounting standards: formulas and their parameters by version, what counts for each source (SSEA 5.4.9).

Leaves factors and what a quantity is to `accounting`.
"""
