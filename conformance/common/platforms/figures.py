"""Figures as platforms print them, against exact ones; objects as people left them.

Leaves who asked what to `platforms.answers`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, Protocol

from bench.history import History, Observed
from conformance.common.platforms.answers import Answered
from conformance.common.readings import number

DIGITS = 4
"""Significant digits that a printed figure must have where it is not exact."""
_MASS = {"kg": 1, "t": 1000, "g": Fraction(1, 1000), "kt": 1_000_000, "万t": 10_000_000}
_GASES = ("CO2e", "CO2eq", "CO2", "CO₂e", "CO₂", "")


def kilograms(unit: str) -> Fraction | None:
    """How many kg of CO2 one of a unit is; what stands behind a slash is left out. None for a unit that is no mass."""
    plain = unit.partition("/")[0].replace(" ", "")
    for gas in _GASES:
        size = plain.removesuffix(gas) if plain.endswith(gas) else ""
        if size in _MASS:
            return Fraction(_MASS[size])
    return None


def shows(text: str, due: Fraction) -> bool:
    """Whether a text shows an exact value: half up at its own digits, of which four at least count."""
    value = number(text)
    if value is None:
        return False
    if Fraction(value) == due:
        return True
    decimals = len(text.partition(".")[2])
    if len(text.replace(".", "").lstrip("-0")) < DIGITS:
        return False
    steps = abs(due) * 10**decimals + Fraction(1, 2)
    whole = steps.numerator // steps.denominator
    return abs(Fraction(value)) * 10**decimals == whole and (value < 0) == (due < 0 and whole > 0)


AnyEvent = Observed | Answered[Any, Any]


class Figure(Protocol):
    """A row with one figure."""

    @property
    def value(self) -> str: ...
    @property
    def unit(self) -> str: ...


def mass_shows(row: Figure, due_kg: Fraction) -> bool:
    """Whether a row's value and unit show so many kg of CO2."""
    size = kilograms(row.unit)
    return size is not None and shows(row.value, due_kg / size)


def exactly(due: Fraction) -> str:
    """An exact value for a reader: twelve digits."""
    return f"{float(due):.12g}"


def kept(
    history: History, kind: str, *, before: Observed | Answered[Any, Any] | None = None
) -> dict[str, dict[str, str]]:
    """Objects of a kind as accepted orders left them (before an event), by what they are called, in their order."""
    found: dict[str, dict[str, str]] = {}
    names = {f"{action} {kind}" for action in ("create", "change", "remove")}
    end = before.event if isinstance(before, Answered) else before
    for event in history.of(Observed):
        if event is end:
            break
        if event.outcome != "done" or event.what not in names:
            continue
        action = event.what.partition(" ")[0]
        fields = {name: text for name, text in event.query.items() if name not in ("by", "object")}
        if action == "create":
            found[event.rows[0]["object"] if event.rows else fields.get("id", "")] = fields
        elif action == "change":
            found.get(event.query["object"], {}).update(fields)
        elif action == "remove":
            found.pop(event.query["object"], None)
    return found


def orders(history: History, kind: str) -> list[Observed]:
    """Every creation, change and removal of objects of a kind that was tried."""
    names = {f"{action} {kind}" for action in ("create", "change", "remove")}
    return [event for event in history.of(Observed) if event.what in names]


def named(objects: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """From ids that objects were given to what they are called."""
    return {fields.get("id") or key: key for key, fields in objects.items()}


def fraction(text: str, default: str = "0") -> Fraction:
    """A decimal text exactly."""
    return Fraction(text or default)


def lines(found: Iterable[object]) -> list[str]:
    """Evidence: the first twenty."""
    return [str(each) for each in found][:20]
