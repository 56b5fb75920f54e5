"""Carbon assets: allowances, trades, voluntary reductions, compliance (CPCIF 5.4; SSEA 5.4.8; ISC-1 5.2.8)."""
