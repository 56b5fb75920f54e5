"""Cryptography: SM2, SM3, SM4, X.509 certificates and their status; nothing of the terminal is known here."""
