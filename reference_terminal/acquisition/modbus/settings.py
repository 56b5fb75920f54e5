"""What a configuration says of Modbus meters: unit, requests, registers, and currents of 4 to 20 mA behind modules.

Leaves reading registers to `blocks` and `decode`, the arithmetic of currents to `analog` (facts 4.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta

from reference_terminal.acquisition.modbus import reasons
from reference_terminal.model.messages import Text
from reference_terminal.settings.protocols import GATEWAY, LINE, Own, Place
from reference_terminal.settings.reader import Section, Settings, between, one_of

WORDS = ("modbus-tcp", "modbus-rtu", "modbus-ascii")
TYPES = {"u16": 1, "s16": 1, "u32": 2, "s32": 2, "u64": 4, "s64": 4, "f32": 2, "f64": 4} | {
    "bcd16": 1,
    "bcd32": 2,
    "bcd48": 3,
    "bcd64": 4,
}
"""Register types and the number of 16-bit registers each takes."""
ORDERS = ("ABCD", "CDAB", "BADC", "DCBA")
_BITS = {"u16": 16, "s16": 16, "u32": 32, "s32": 32, "u64": 64, "s64": 64}
_FLOATS = ("f32", "f64")
_Current = Annotated[Decimal, between(0, 24)]


class ModbusOwn(Own, frozen=True, kw_only=True):
    """Unit of a meter; a request bridges at most `max_gap` unwanted registers and asks for `max_registers`."""

    unit: int = 1
    max_gap: Annotated[int, Meta(ge=0, le=124)] = 8
    max_registers: Annotated[int, Meta(ge=4, le=125)] = 125

    @property
    def known_as(self) -> str:
        """The unit."""
        return str(self.unit)

    @property
    def bus_unit(self) -> int:
        """The unit."""
        return self.unit


class GatewayUnit(ModbusOwn, frozen=True, kw_only=True):
    """A unit behind a gateway, which may be asked as unit 0."""

    unit: Annotated[int, Meta(ge=0, le=255)] = 1


class LineUnit(ModbusOwn, frozen=True, kw_only=True):
    """A unit on a line, where 0 is everybody."""

    unit: Annotated[int, Meta(ge=1, le=247)] = 1


class AnalogConfig(Settings, frozen=True, kw_only=True):
    """Raw numbers `raw_low` and `raw_high` stand for `current_low` and `current_high` mA (the module's range).

    `zero` (4 mA, or 0 for an instrument without live zero) and 20 mA stand for `low` and `high` of the quantity.
    `root`: the signal is the square of the flow. A quantity below `cutoff` counts as `low` (low-flow cut-off).
    A signal at fault counts as failed after `failure_s` seconds (NAMUR NE 43).
    """

    raw_low: Decimal = Decimal(0)
    raw_high: Decimal = Decimal(65_535)
    current_low: _Current = Decimal(4)
    current_high: _Current = Decimal(20)
    low: Decimal = Decimal(0)
    high: Annotated[
        Decimal,
        Meta(extra={"missing": reasons.AT_TWENTY(), "stand_in": Decimal(100)}),
    ]
    root: bool = False
    zero: Annotated[Decimal, between(0, 4)] = Decimal(4)
    cutoff: Decimal | None = None
    failure_s: Annotated[int, Meta(ge=0, le=60)] = 4

    def flaws(self) -> Iterator[tuple[str, Text]]:
        """A range has two ends, and a live zero is 4 mA."""
        if self.zero not in (0, 4):
            yield "zero", reasons.CURRENT_ZERO(zero=self.zero)
        for low, high in (("raw_low", "raw_high"), ("current_low", "current_high"), ("low", "high")):
            if getattr(self, low) == getattr(self, high):
                yield high, reasons.NO_RANGE(low=low)


class _Field(Settings, frozen=True, kw_only=True):
    """One register field."""

    address: Annotated[int, Meta(ge=0, le=65_535)]
    type: Annotated[str, one_of(tuple(TYPES))]
    order: Literal["ABCD", "CDAB", "BADC", "DCBA"] = "ABCD"

    def flaws(self) -> Iterator[tuple[str, Text]]:
        """Registers end at 65,535."""
        if self.address + TYPES.get(self.type, 1) > 65_536:
            yield "address", reasons.REGISTER_ROOM(address=self.address, type=self.type)


class PartConfig(_Field, frozen=True, kw_only=True):
    """A field of a total split over several; the value is the sum of part × factor."""

    factor: Decimal = Decimal(1)


class _Function(Settings, frozen=True, kw_only=True):
    """What belongs to a point as a whole."""

    function: Annotated[int, Meta(ge=3, le=4)] = 3
    analog: AnalogConfig | None = None


@dataclass(frozen=True)
class Registers(Place):
    """Registers, read by `function`; `analog`: they hold a current."""

    function: int = 3
    parts: tuple[PartConfig, ...] = ()
    analog: AnalogConfig | None = None

    @property
    def signed(self) -> bool:
        """Whether a part may be below 0."""
        return not self.parts or any(part.type[0] in "sf" for part in self.parts)

    @property
    def binary(self) -> bool:
        """Whether a part is a binary float."""
        return any(part.type in _FLOATS for part in self.parts)

    @property
    def failure_s(self) -> int | None:
        """That of the current."""
        return None if self.analog is None else self.analog.failure_s

    def decimals(self) -> int | None:
        """Those of the smallest factor; currents and floats have none of their own."""
        if self.analog is not None or not self.parts or self.binary:
            return None
        return -min((_exponent(part.factor) for part in self.parts), default=0)

    def modulus(self, kind: str) -> Decimal | None:
        """What follows from the width of one register field; floats and split totals cannot tell."""
        del kind
        if len(self.parts) != 1:
            return None
        name = self.parts[0].type
        if name.startswith("bcd"):
            return Decimal(10 ** (4 * TYPES[name]))
        bits = _BITS.get(name)
        return None if bits is None else Decimal(2**bits)

    def taken(self) -> Iterator[tuple[tuple[int | str, ...], str, Text]]:
        """Each register."""
        for part in self.parts:
            key = (self.function, part.address)
            yield key, "address", reasons.REGISTER(address=part.address, function=self.function)


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def carrier_of(word: str) -> str:
    """Modbus TCP stands at gateways, the others on lines."""
    return GATEWAY if word == "modbus-tcp" else LINE


def read_own(section: Section, word: str) -> ModbusOwn:
    """Unit and requests of a meter."""
    return section.read(GatewayUnit if carrier_of(word) == GATEWAY else LineUnit)


def read_registers(section: Section) -> Registers:
    """The registers of a point."""
    parts = _parts(section)
    whole = section.read(_Function)
    return Registers(function=whole.function, parts=parts, analog=whole.analog)


def _parts(section: Section) -> tuple[PartConfig, ...]:
    if "parts" not in section:
        one = section.read(_Field)
        return (PartConfig(address=one.address, type=one.type, order=one.order),)
    for key in ("address", "type", "order"):
        if key in section:
            section.integer(key, None, None, 0) if key == "address" else section.text(key, "")
            section.problem(key, reasons.BESIDE_PARTS())
    parts: list[PartConfig] = []
    for part in section.sections("parts", required=True):
        parts.append(part.read(PartConfig))
        part.done()
    return tuple(parts)
