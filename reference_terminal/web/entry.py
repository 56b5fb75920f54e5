"""An entered change of a meter, read and checked (ruling R-19).

Leaves committing it to processing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from reference_terminal.model import numbers
from reference_terminal.model.rows import Replacement
from reference_terminal.model.times import DAY_S, iso
from reference_terminal.processing.pipeline import PointState
from reference_terminal.settings.reader import did_you_mean
from reference_terminal.web import refusals
from reference_terminal.web.parameters import instant, shown

KEYS = ("point", "at", "final_old", "initial_new")
_MOST_DIGITS = 20
"""More than any register has (64 bits: 20 digits)."""
_AHEAD_S = DAY_S
"""How long before it happens a change may be entered."""


def read(
    content_type: str,
    body: bytes,
    wanted: Sequence[str],
    given: Mapping[str, str] | None = None,
    optional: Sequence[str] = (),
) -> dict[str, str]:
    """The fields of an entry as text, each of `wanted` once, of `optional` at most once. Raises HttpError.

    Fields that are `given` need not be there, and say the same where they are.

    Only a deliberate client sends application/json: a page that is open in a browser cannot make it do so elsewhere.
    """
    if content_type != "application/json":
        raise refusals.NOT_JSON_BUT(got=shown(content_type))
    try:
        value = json.loads(body, parse_float=str, parse_int=str, object_pairs_hook=_no_doubles)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        keys = ", ".join(wanted)
        raise refusals.NO_OBJECT_OF(keys=keys)
    fields = cast(dict[str, Any], value)
    for name in fields:
        if name not in (*wanted, *optional):
            hint = did_you_mean(name[:60], wanted)
            raise refusals.UNKNOWN_KEY(key=shown(name), hint=hint)
    fields = {**(given or {}), **fields}
    asked = [*wanted, *(name for name in optional if name in fields)]
    for name in asked:
        if name not in fields:
            raise refusals.KEY_MISSING(key=name, keys=", ".join(wanted))
        if not isinstance(fields[name], str):
            raise refusals.KEY_NOT_TEXT(key=name)
    for name, value in (given or {}).items():
        check_given(name, fields[name], value)
    return {name: fields[name] for name in asked}


def check_given(name: str, said: str, known: str) -> None:
    """Raise HttpError (403) where somebody gives himself out for another."""
    if said != known:
        raise refusals.NOT_YOURSELF(key=name, known=known, got=shown(said))


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def check(state: PointState, fields: dict[str, str], now_ms: int) -> Replacement:
    """The entry that the fields tell. Raises HttpError (400) for what no counter shows or lies too far ahead."""
    if state.tracker is None and state.counts:
        raise refusals.COMPUTED_POINT(point=state.config.id)
    if state.tracker is None:
        raise refusals.NO_COUNTER(point=state.config.id)
    for name in ("final_old", "initial_new"):
        check_register(state, name, fields[name])
    at_s = instant(fields, "at", 0)
    latest_s = now_ms // 1000 + _AHEAD_S
    if at_s > latest_s:
        raise refusals.TOO_FAR_AHEAD(latest=iso(latest_s), got=iso(at_s))
    return Replacement(state.config.id, at_s, fields["final_old"], fields["initial_new"], now_ms)


def check_register(state: PointState, name: str, text: str) -> None:
    """Raise HttpError (400) unless the text is a number that the counter can show."""
    if not is_decimal(text):
        raise refusals.REGISTER_NOT_NUMBER(key=name, digits=_MOST_DIGITS, got=shown(text))
    config = state.config
    value = Decimal(text)
    if value < 0 and not config.signed:
        raise refusals.REGISTER_BELOW_ZERO(key=name, got=text)
    if config.modulus is None:
        return
    modulus = numbers.CONTEXT.multiply(config.modulus, abs(config.ratio))
    if abs(value) >= modulus:
        limit = numbers.text(modulus)
        raise refusals.REGISTER_TOO_LARGE(key=name, limit=limit, got=text)


def is_decimal(text: str) -> bool:
    """Whether a text is a plain decimal number: sign, digits, point, digits."""
    whole, point, part = text.removeprefix("-").partition(".")
    digits = whole + part
    return (
        bool(whole)
        and bool(part) == bool(point)
        and digits.isascii()
        and digits.isdigit()
        and len(digits) <= _MOST_DIGITS
    )


def same(one: str, other: str) -> bool:
    """Whether two texts are the same number."""
    return Decimal(one) == Decimal(other)


def check_order(state: PointState, made: Replacement) -> None:
    """Raise HttpError (409) for an entry that contradicts what was read already."""
    tracker = state.tracker
    if tracker is None or tracker.value is None:
        return
    if made.at_s < tracker.slot_s:
        raise refusals.READ_ALREADY(slot=iso(tracker.slot_s), at=iso(made.at_s))
    if Decimal(made.final_old) < tracker.value:
        last = numbers.text(tracker.value)
        raise refusals.OLD_METER_HIGHER(last=last, slot=iso(tracker.slot_s), got=made.final_old)
