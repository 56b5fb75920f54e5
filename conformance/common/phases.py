"""Kinds of phases that drives of several chapters of terminals mark (`bench.history.marks`).

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
FAILING = Plain("failing")
"""A centre begins to fail."""


class OfCentre(Words, frozen=True, kw_only=True):
    """Which centre."""

    centre: str


JOINED, LEFT = Mark("joined", OfCentre), Mark("left", OfCentre)
"""A centre was added, and was removed, while the terminal ran."""


class Absence(Words, frozen=True, kw_only=True):
    """Which centre, and for how many hours the terminal is to keep what waits for it, where that matters."""

    centre: str
    buffer_h: int | None = None


AWAY = Mark("away", Absence)
"""A centre cannot be reached next."""


class UploadTime(Words, frozen=True, kw_only=True):
    """Of which centre (empty: of the one platform), and the times of day, apart by commas."""

    centre: str | None = None
    time: str


UPLOAD_TIME = Mark("upload-time", UploadTime)
"""The time of the upload window was set, by the operator or the platform."""
DAY_BEGINS, HOUR_BEGINS = Plain("day"), Plain("hour")
"""What a day, or an hour, of data is counted from."""


class Data(Words, frozen=True, kw_only=True):
    """What is wrong with the data (inaccurate, incomplete), where it is told."""

    data: str | None = None


CORRECTED = Mark("corrected", Data)
"""An operator corrects data next."""


class Entered(Words, frozen=True, kw_only=True):
    """For which hour of the day, and what, where one value is meant."""

    hour: int | None = None
    value: str | None = None


ENTERED = Mark("entered", Entered)
"""An operator enters a value next, or has entered all."""
