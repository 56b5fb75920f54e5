"""Instants on a page: as people read and pick them, and as the interface takes and gives them.

Leaves the clock to whoever asks. A field has no time zone: what stands in it is the terminal's local time.
"""

from __future__ import annotations

import re

from reference_terminal.model.seams import seam
from reference_terminal.model.times import iso, parse_iso

INSTANT, DAY = "instant", "day"
"""Kinds of field: an instant and a day, typed as they are read, whatever language a browser has."""
INSTANTS = ("start", "at", "from", "to", "before")
_PICKED = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?")


def as_read(text: str | None) -> str | None:
    """An instant of an answer as people read it."""
    return None if text is None else text[:19].replace("T", " ")


def second_of(text: str) -> int:
    """An instant of the interface in UTC s; 0 for none."""
    return parse_iso(text) or 0


def as_sent(name: str, text: str) -> str:
    """A field of a form as its address takes it: an instant of its field is the terminal's local time."""
    return as_asked(text, 0) if name in INSTANTS and _PICKED.fullmatch(text) else text


@seam
def as_asked(text: str, default_s: int) -> str:
    """An instant of a form (`2026-03-01 08:00`) as the interface takes it."""
    if not text:
        return iso(default_s)
    text = text.strip().replace(" ", "T", 1)
    return text if text[-6:-5] in ("+", "-") or text.endswith("Z") else text[:10] + _rest(text)


def _rest(text: str) -> str:
    clock = text[10:]
    return f"{clock or 'T00:00'}{':00' if len(clock) in (0, 6) else ''}+08:00"


def picked(at_s: int) -> str:
    """An instant (UTC s) as its field shows it."""
    return iso(at_s)[:16].replace("T", " ")
