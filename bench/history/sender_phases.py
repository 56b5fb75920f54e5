"""The kinds of phases that say what is done to a terminal which feeds a platform on test.

Leaves doing it to `bench.facade.senders`; what the terminal makes, sends and hears are events of their own.
"""

from __future__ import annotations

from typing import Literal

from bench.history.marks import Mark
from bench.history.observation import Words


class OfSender(Words, frozen=True, kw_only=True):
    """Which terminal."""

    sender: str


class Switched(Words, frozen=True, kw_only=True):
    """Which terminal, and whether it begins or ends."""

    sender: str
    state: Literal["on", "off"]


class Spoilt(Words, frozen=True, kw_only=True):
    """In which ways its next packets are spoilt, apart by blanks."""

    sender: str
    how: str


class Doubled(Words, frozen=True, kw_only=True):
    """How many of its next packets go out twice, and whether under a key of their own."""

    sender: str
    packets: int
    anew: Literal["yes", "no"]


class Revised(Words, frozen=True, kw_only=True):
    """The point of which it sends a record anew."""

    sender: str
    point: str


class Intruded(Words, frozen=True, kw_only=True):
    """How a record that must never be believed is spoilt, and its point."""

    sender: str
    how: str
    point: str


class Restarted(Words, frozen=True, kw_only=True):
    """For how many seconds its supply fails."""

    sender: str
    off_s: float


SILENT, LATE = Mark("sender-silent", Switched), Mark("sender-late", Switched)
"""It sends nothing; what it makes waits."""
WITHHELD = Mark("sender-withheld", Switched)
"""Nothing is made of some of its points."""
FLAGS, WRONG = Mark("sender-flags", Switched), Mark("sender-wrong", Switched)
"""Values of some of its points bear another flag, or are wrong."""
SPOIL, DOUBLE = Mark("sender-spoil", Spoilt), Mark("sender-double", Doubled)
"""Its next packets are spoilt when first sent, or go out twice."""
REVISE, INTRUDE = Mark("sender-revise", Revised), Mark("sender-intrude", Intruded)
"""It sends a record anew, or one that must never be believed."""
RESTART = Mark("sender-restart", Restarted)
"""Its supply fails."""
DISCONNECT, REST, RESUME = (
    Mark("sender-disconnect", OfSender),
    Mark("sender-rest", OfSender),
    Mark("sender-resume", OfSender),
)
"""It ends its connection, is out of use, and in use again."""
