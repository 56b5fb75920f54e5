"""Several terminals: a master that reports for its slaves (CSMT 11.13)."""
