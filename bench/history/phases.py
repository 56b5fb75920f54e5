"""The kinds of phases that the bench itself marks, whatever the case.

Leaves the settling to `marks`, those of a case to its judge and to `conformance/common`, and what is done to senders to
`sender_phases`.
"""

from __future__ import annotations

from decimal import Decimal

from bench.history.marks import Mark, Plain
from bench.history.observation import Words


class Ahead(Words, frozen=True, kw_only=True):
    """By how many seconds the time server tells more than true time."""

    seconds: Decimal


SOURCE_AHEAD = Mark("source-ahead", Ahead)
"""From now on the time server is ahead of true time."""
SOURCE_SILENT = Plain("source-silent")
"""From now on the time server does not answer."""
SOURCE_BACK = Plain("source-back")
"""It answers again."""

EMPTIED = Plain("emptied")
"""Every file was taken off the terminal's disk."""
DAMAGED = Plain("damaged")
"""The beginning of every file on it was spoilt."""
STORAGE_REFUSES = Plain("storage-refuses")
"""From now on it refuses to be written."""
STORAGE_TAKES = Plain("storage-takes")
"""It can be written again."""


class Barriers(Words, frozen=True, kw_only=True):
    """How many write barriers there were."""

    syncs: int


COUNTED = Mark("swept", Barriers)
"""The end of the stretch in which a sweep cuts power."""


class Opened(Words, frozen=True, kw_only=True):
    """How many sessions were asked for, and opened."""

    asked: int
    open: int


SESSIONS = Mark("sessions", Opened)
"""People of a load have logged in."""


class Tried(Words, frozen=True, kw_only=True):
    """Which question of a load, as what, and why it is left out (empty: it is put)."""

    of: str
    word: str
    problem: str


QUESTION = Mark("question", Tried)
"""A question of a load was tried at rest."""


class AskedOf(Words, frozen=True, kw_only=True):
    """The number of the question in this run, its id, and its words."""

    number: int
    question: str
    en: str
    zh: str


PERSON_ASKED = Mark("person-asked", AskedOf)
"""The person at the bench was asked."""


class Page(Words, frozen=True, kw_only=True):
    """Where the page for the person at the bench is."""

    address: str


PERSON_PAGE = Mark("person-page", Page)
"""The page stands."""
