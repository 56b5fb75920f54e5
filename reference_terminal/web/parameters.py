"""The parameters of a question: names, instants and quoting what somebody sent.

Leaves what a parameter is for to `api`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reference_terminal.model.times import parse_iso
from reference_terminal.settings.reader import did_you_mean
from reference_terminal.web import refusals

FOREVER_S = 4_102_444_800
"""2100-01-01 UTC: beyond it an instant is a mistake."""
DEFAULT_LIMIT = 1000
MOST_ROWS = 100_000
LAST_NUMBER = 10**15
_SHOWN = 60


def shown(text: str) -> str:
    """What somebody sent, quoted and cut to a readable length."""
    quoted = repr(text)
    return quoted if len(quoted) <= _SHOWN else f"{quoted[:_SHOWN]}…"


def pairs(query: Sequence[tuple[str, str]], known: Sequence[str]) -> dict[str, str]:
    """The parameters by name. Raises HttpError (400) for one that is unknown here or given twice."""
    found: dict[str, str] = {}
    for name, value in query:
        if name not in known:
            listed = ", ".join(known) or "none"
            raise refusals.UNKNOWN_PARAMETER(key=shown(name), hint=did_you_mean(name[:_SHOWN], known), known=listed)
        if name in found:
            raise refusals.PARAMETER_TWICE(key=name)
        found[name] = value
    return found


def instant(values: Mapping[str, str], name: str, default_s: int) -> int:
    """An instant in UTC seconds. Raises HttpError (400) if it is none between 1970 and 2100."""
    text = values.get(name)
    if text is None:
        return default_s
    try:
        at_s = parse_iso(text)
    except OverflowError:
        at_s = None
    if at_s is None or not 0 <= at_s <= FOREVER_S:
        raise refusals.NO_INSTANT(key=name, got=shown(text))
    return at_s


def number(values: Mapping[str, str], name: str, default: int, most: int = MOST_ROWS) -> int:
    """A whole number from 1 to `most`. Raises HttpError (400)."""
    text = values.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= 16 and 1 <= int(text) <= most):
        raise refusals.COUNT_OUTSIDE(key=name, most=most, got=shown(text))
    return int(text)


def check_stretch(values: Mapping[str, str]) -> None:
    """Raise HttpError (400) unless `from` and `to` are instants in their order."""
    if instant(values, "from", 0) > instant(values, "to", FOREVER_S):
        raise refusals.FROM_AFTER_TO()


def check_rows(values: Mapping[str, str]) -> None:
    """Raise HttpError (400) for a wrong stretch, limit or number of an event."""
    check_stretch(values)
    number(values, "limit", DEFAULT_LIMIT)
    number(values, "before", LAST_NUMBER, most=LAST_NUMBER)
