"""Registers become exact decimal values: types, octet orders, split totals, sentinels, range (facts 3.1 to 3.3).

Leaves fetching registers to `modbus` and grouping them to `blocks`.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from decimal import Decimal

from reference_terminal.acquisition.modbus.settings import TYPES, PartConfig, Registers
from reference_terminal.model import numbers, reading, units
from reference_terminal.model.reading import BadContent
from reference_terminal.model.seams import seam
from reference_terminal.settings.meters import PointConfig


def in_order(raw: bytes, order: str) -> bytes:
    """Register octets as received, put into big-endian order (ABCD)."""
    if order == "ABCD":
        return raw
    if order == "DCBA":
        return raw[::-1]
    words = [raw[at : at + 2] for at in range(0, len(raw), 2)]
    if order == "CDAB":
        return b"".join(reversed(words))
    return b"".join(word[::-1] for word in words)


def number(raw: bytes, kind: str) -> Decimal:
    """The value of big-endian octets of one register type; raises BadContent for NaN, infinity and bad BCD digits."""
    if kind[0] in "us":
        return Decimal(int.from_bytes(raw, "big", signed=kind[0] == "s"))
    if kind.startswith("bcd"):
        digits = raw.hex()
        if not digits.isdigit():
            raise BadContent(reading.BAD_DIGITS)
        return Decimal(int(digits))
    (value,) = struct.unpack(">f" if kind == "f32" else ">d", raw)
    if not math.isfinite(value):
        raise BadContent(reading.NOT_A_NUMBER)
    return Decimal(numbers.float32_text(value) if kind == "f32" else numbers.float64_text(value))


@dataclass(frozen=True)
class PartPlan:
    """Where one part of a point stands: number of the block, offset and count of registers in it."""

    block: int
    offset: int
    count: int
    part: PartConfig


@dataclass(frozen=True)
class PointPlan:
    """All it takes to decode one point from the blocks of its meter; `point` is its number in the configuration."""

    point: int
    config: PointConfig
    parts: tuple[PartPlan, ...]
    sentinels: tuple[str, ...]


def registers_of(config: PointConfig) -> Registers:
    """Where a point of a Modbus meter stands."""
    assert isinstance(config.place, Registers)
    return config.place


def point_plan(number_of_point: int, config: PointConfig, places: list[tuple[int, int]]) -> PointPlan:
    """A plan from the (block, offset) of each part."""
    parts = tuple(
        PartPlan(block, offset, TYPES[part.type], part)
        for (block, offset), part in zip(places, registers_of(config).parts, strict=True)
    )
    return PointPlan(number_of_point, config, parts, tuple(sentinel.upper() for sentinel in config.sentinels))


@seam
def is_sentinel(plan: PointPlan, raw: str) -> bool:
    """Whether register contents (hexadecimal, as received) are one of the point's marks for no value."""
    return raw in plan.sentinels


@seam
def in_range(config: PointConfig, value: Decimal) -> bool:
    """Whether a value lies within the point's limits; the limits themselves are valid (ruling R-20)."""
    return (config.minimum is None or value >= config.minimum) and (config.maximum is None or value <= config.maximum)


def value_of(plan: PointPlan, pieces: list[bytes]) -> Decimal:
    """The point's value before `ratio`: sum of part × factor, × scale; raises BadContent."""
    config = plan.config
    total: Decimal | None = None
    for part, piece in zip(plan.parts, pieces, strict=True):
        value = number(in_order(piece, part.part.order), part.part.type)
        if part.part.factor != 1:
            value = numbers.CONTEXT.multiply(value, part.part.factor)
        total = value if total is None else numbers.CONTEXT.add(total, value)
    assert total is not None
    return scaled(total, config.scale)


@seam
def scaled(value: Decimal, factor: Decimal) -> Decimal:
    """`value` × `factor`, exact, keeping every decimal."""
    return numbers.CONTEXT.multiply(value, factor)


def decode(plan: PointPlan, slot_s: int, at_ms: int, blocks: list[bytes]) -> reading.Reading:
    """The reading of one point from the octets of its meter's blocks."""
    pieces = [blocks[p.block][2 * p.offset : 2 * (p.offset + p.count)] for p in plan.parts]
    raw = b"".join(pieces).hex().upper()
    if is_sentinel(plan, raw):
        return reading.Reading(plan.point, slot_s, at_ms, None, raw, reading.BAD, reading.SENTINEL)
    try:
        value = value_of(plan, pieces)
    except BadContent as error:
        return reading.Reading(plan.point, slot_s, at_ms, None, raw, reading.BAD, str(error))
    valid = in_range(plan.config, value)
    value = units.converted(scaled(value, plan.config.ratio), plan.config.convert, plan.config.decimals)
    if valid:
        return reading.Reading(plan.point, slot_s, at_ms, value, raw, reading.GOOD, "")
    return reading.Reading(plan.point, slot_s, at_ms, value, raw, reading.BAD, reading.RANGE)
