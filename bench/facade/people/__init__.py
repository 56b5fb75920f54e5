"""People at a terminal: they log in at its doors, use its functions, and see what it shows, as its profile says.

Leaves requests to `bench.dut.access` and verdicts to the judges. What is done and seen are observations of
`bench.history.people`; no password and no token is in them.
"""

from bench.facade.people.attacks import LEAKS, SPLIT
from bench.facade.people.visitor import People

__all__ = ["LEAKS", "SPLIT", "People"]
