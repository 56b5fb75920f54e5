"""Kinds of phases that drives of several chapters mark (`bench.history.marks`).

Leaves a kind of one chapter to the judge of that chapter.
"""

from __future__ import annotations

from bench.history.marks import Mark, Plain
from bench.history.observation import Words


class Probe(Words, frozen=True, kw_only=True):
    """Which of several readings of the clock, where they are counted."""

    number: int | None = None


PROBE = Mark("probe", Probe)
"""The terminal's clock is read next."""
WATCHED = Plain("watched")
"""All that is judged has happened."""
OVER = Plain("over")
"""The phase before is over."""
BETWEEN = Plain("between")
"""Nothing is judged until the next phase."""
FAULTY = Plain("faulty")
SOUND = Plain("sound")
"""A peer begins to misbehave, and is well again."""
MENDED = Plain("mended")
"""What failed, was withheld or wrong is well again."""
RIGHT = Plain("right")
"""The terminal's clock was put right."""
TAMPERED = Plain("tampered")
"""What the terminal keeps is altered behind its back next."""
