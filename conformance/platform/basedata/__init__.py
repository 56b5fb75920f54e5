"""Base data of enterprises and parks, configuration to suit, data functions (CPCIF 5.2.1.2b, e, f; ISC-1 4.5, 6.3)."""
