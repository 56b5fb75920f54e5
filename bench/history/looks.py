"""What the rig itself looks at, or does to what a terminal keeps: the rows of each kind of observation.

Leaves the looking to the rigs, secrets that answers and captures hold to `people`.
"""

from __future__ import annotations

from bench.history.observation import Nothing, Observation, Words
from bench.history.people import SecretRow

SECRETS = Observation("secrets", Nothing, SecretRow)
"""Which secrets the terminal's files and the answers of its local interface hold."""


class FileRow(Words, frozen=True, kw_only=True):
    """A file: how long it is, and how many different values that centres have stored are in it."""

    file: str
    octets: int
    values: int


STORAGE = Observation("storage", Nothing, FileRow)
"""What the terminal's files hold."""


class AlteredRow(Words, frozen=True, kw_only=True):
    """What was altered: how, of which point or setting, of which kind, from when (microseconds UTC)."""

    how: str
    point: str
    kind: str
    start: int


TAMPERING = Observation("tampering", Nothing, AlteredRow)
"""What was altered in the terminal's storage while it was without power."""


class CountRow(Words, frozen=True, kw_only=True):
    """How many."""

    count: int


CONNECTIONS = Observation("connections", Nothing, CountRow)
"""How many connections a terminal beside the one on test has opened to its master."""
