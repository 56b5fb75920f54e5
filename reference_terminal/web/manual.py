"""A value entered by hand, read and checked (ruling R-22).

Leaves what it changes to `processing.manual`.
"""

from __future__ import annotations

from decimal import Decimal

from reference_terminal.model.seams import seam
from reference_terminal.model.times import STANDARD_SPANS, iso
from reference_terminal.processing.manual import Entry
from reference_terminal.processing.pipeline import PointState
from reference_terminal.web import refusals
from reference_terminal.web.entry import is_decimal
from reference_terminal.web.parameters import instant, shown

KEYS = ("point", "class", "start", "value", "author", "reason")
_MOST_AUTHOR, _MOST_REASON = 64, 500


def check(state: PointState, fields: dict[str, str], now_ms: int) -> Entry:
    """The entry that the fields tell. Raises HttpError (400)."""
    name = fields["class"]
    span = next((span for span in STANDARD_SPANS if span.name == name), None)
    if span is None:
        known = ", ".join(span.name for span in STANDARD_SPANS)
        raise refusals.UNKNOWN_CLASS_OF(known=known, got=shown(name))
    start_s = instant(fields, "start", 0)
    if span.start(start_s) != start_s:
        raise refusals.START_OFF_GRID(name=name, got=iso(start_s), start=iso(span.start(start_s)))
    if span.end(start_s) * 1000 > now_ms:
        raise refusals.PERIOD_LASTS(name=name, start=iso(start_s), end=iso(span.end(start_s)))
    value = fields["value"]
    if not is_decimal(value):
        raise refusals.ENTRY_NOT_NUMBER(got=shown(value))
    if state.counts and Decimal(value) < 0:
        raise refusals.ENTRY_BELOW_ZERO(got=value)
    _check_range(state, value)
    for key, most in (("author", _MOST_AUTHOR), ("reason", _MOST_REASON)):
        text = fields[key].strip()
        if not text or len(text) > most or not text.isprintable():
            raise refusals.ENTRY_WORDS_NOT_PRINTABLE(key=key, most=most)
    return Entry(state.config.id, span, start_s, value, fields["author"].strip(), fields["reason"].strip(), now_ms)


@seam
def _check_range(state: PointState, value: str) -> None:
    """An instant value lies within the point's limits, the limits included (R-20)."""
    config = state.config
    if state.counts:
        return
    low = None if config.minimum is None else config.minimum * config.ratio
    high = None if config.maximum is None else config.maximum * config.ratio
    if (low is not None and Decimal(value) < low) or (high is not None and Decimal(value) > high):
        raise refusals.ENTRY_OUTSIDE(got=value, low=low, high=high)
