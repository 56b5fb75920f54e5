"""Imported by the process from which trials of mutants are forked, so that each needs only the terminal besides.

Leaves what that is to `mutant_trials`.
"""

from bench.commands.proof.mutant_trials import warm

warm()
