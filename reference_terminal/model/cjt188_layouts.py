"""What stands where in the answers of CJ/T 188 meters: the standard's layouts and those of vendors (facts 2.3 to 2.5).

Leaves frames to `cjt188` and which meter has which layout to the configuration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reference_terminal.model.bcd import Format

_TOTAL, _RATE, _TEMPERATURE, _HOURS = Format(6, 2), Format(4, 4), Format(4, 2), Format(6, 0)


@dataclass(frozen=True)
class FieldLayout:
    """One field: a number of `form` digits, its unit octet behind (`code`), before (`code-first`) or absent (`none`).

    `form` None: `octets` that are no number; `name` clock and status are understood, any other is passed over.
    """

    name: str
    form: Format | None
    unit: str = "code"
    octets: int = 0

    @property
    def width(self) -> int:
        """Octets it takes, its unit included."""
        if self.form is None:
            return self.octets
        return self.form.width + (0 if self.unit == "none" else 1)


_CLOCK = FieldLayout("clock", None, "none", 7)
_STATUS = FieldLayout("status", None, "none", 2)
_END = (_CLOCK, _STATUS)


def _heat(unit: str) -> tuple[FieldLayout, ...]:
    return (
        FieldLayout("settled_heat", _TOTAL, unit),
        FieldLayout("heat", _TOTAL, unit),
        FieldLayout("power", _TOTAL, unit),
        FieldLayout("flow", _RATE, unit),
        FieldLayout("volume", _TOTAL, unit),
        FieldLayout("supply", _TEMPERATURE, "none"),
        FieldLayout("return", _TEMPERATURE, "none"),
        FieldLayout("hours", _HOURS, "none"),
    )


def _water(unit: str) -> tuple[FieldLayout, ...]:
    return (FieldLayout("volume", _TOTAL, unit), FieldLayout("settled", _TOTAL, unit))


WATER = (*_water("code"), *_END)
HEAT = (*_heat("code"), *_END)
HEAT_AND_COOLING = (
    FieldLayout("settled_heat", _TOTAL),
    FieldLayout("settled_cooling", _TOTAL),
    FieldLayout("heat", _TOTAL),
    FieldLayout("cooling", _TOTAL),
    FieldLayout("power", _TOTAL),
    FieldLayout("flow", _RATE),
    FieldLayout("volume", _TOTAL),
    FieldLayout("supply", _TEMPERATURE, "none"),
    FieldLayout("return", _TEMPERATURE, "none"),
    FieldLayout("supply_pressure", _TEMPERATURE, "none"),
    FieldLayout("return_pressure", _TEMPERATURE, "none"),
    FieldLayout("hours", _HOURS, "none"),
    *_END,
)
"""Metering data 2 (911F) of 2018; only the widths of 2004 add up to its length (facts 2.4)."""
ULTRASONIC = (
    FieldLayout("volume", Format(8, 0), "none"),
    FieldLayout("fraction", Format(0, 6), "none"),
    FieldLayout("flow", _TEMPERATURE, "none"),
    FieldLayout("temperature", Format(2, 0), "none"),
    FieldLayout("time", None, "none", 6),
    _STATUS,
)
MONTH = (FieldLayout("month", _TOTAL),)
SINGLES = {
    "903F": (FieldLayout("power", _TOTAL),),
    "904F": (FieldLayout("return", _TEMPERATURE, "none"),),
    "905F": (FieldLayout("supply", _TEMPERATURE, "none"),),
    "906F": (FieldLayout("hours", _HOURS, "none"),),
}
"""Identifiers of one value each, with the widths that it has among others (facts 2.3)."""
NAMED: dict[str, dict[str, tuple[FieldLayout, ...]]] = {
    "unit-first": {"water": (*_water("code-first"), *_END), "heat": (*_heat("code-first"), *_END)},
    "ultrasonic": {"water": ULTRASONIC},
}
"""Layouts of vendors by name and medium."""


def medium(kind: str) -> str:
    """water (and gas) or heat (and cooling), by the type octet; gas has the layout of water (facts 2.6)."""
    return "heat" if kind[:1] == "2" else "water"


def fields_named(layout: str, own: Sequence[FieldLayout], kind: str, identifier: str) -> tuple[FieldLayout, ...]:
    """The fields behind an identifier, in order."""
    if identifier in SINGLES:
        return SINGLES[identifier]
    if layout == "own":
        return tuple(own)
    if identifier.startswith("D1"):
        return MONTH
    if identifier == "911F":
        return HEAT_AND_COOLING
    named = NAMED.get(layout)
    if named is not None:
        return named.get(medium(kind), named["water"])
    return HEAT if medium(kind) == "heat" else WATER


def width(fields: Sequence[FieldLayout]) -> int:
    """Octets that fields take together."""
    return sum(each.width for each in fields)


UNIT_CODES: dict[int, tuple[str, int]] = {
    code + step: (unit, 10**step)
    for unit, code in (
        ("Wh", 0x02), ("kWh", 0x05), ("MWh", 0x08), ("kJ", 0x0B), ("MJ", 0x0E), ("GJ", 0x11),
        ("W", 0x14), ("kW", 0x17), ("MW", 0x1A), ("L", 0x29), ("m3", 0x2C), ("L/h", 0x32), ("m3/h", 0x35),
        ("kJ/h", 0x43), ("MJ/h", 0x46), ("GJ/h", 0x49),
    )
    for step in range(3)
} | {0x01: ("J", 1), 0x40: ("J/h", 1)}  # fmt: skip
"""Unit octet: unit and what the number is multiplied by; a code followed by two more means ×10 and ×100 (facts 2.4)."""
