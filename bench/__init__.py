"""The instrument: cases, rigs, history and verdicts around a terminal on test."""
