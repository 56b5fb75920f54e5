"""Rigs: where the terminal stands and what can be done to it; each module offers `RIG`, a bench.run.CaseRig."""
