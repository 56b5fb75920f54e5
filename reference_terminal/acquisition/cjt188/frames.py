"""Frames of CJ/T 188-2004 and -2018 from octets and back, and the fields of their answers (facts 2).

Leaves which layout a meter has to the configuration and asking to `driver`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reference_terminal.acquisition import closed_frames
from reference_terminal.acquisition.closed_frames import START, Directed, Found
from reference_terminal.model import bcd, numbers, reading
from reference_terminal.model.cjt188_layouts import UNIT_CODES, FieldLayout, width
from reference_terminal.model.reading import BadContent
from reference_terminal.model.seams import seam

READ, READ_ADDRESS = 0x01, 0x03
WILDCARD = "A" * 14
ANY_KIND = "AA"
_HEAD = 11
_LONGEST = 0x64
"""Octets of data in a read (facts 2.1); a greater length is a false start."""


@dataclass(frozen=True)
class Frame(Directed):
    """One frame: type octet (hexadecimal), address as a person writes it (14 digits, maker first), control, data."""

    kind: str
    address: str
    control: int
    data: bytes


def encode(kind: str, address: str, control: int, data: bytes, preamble: int = 0) -> bytes:
    """The octets of a frame behind `preamble` octets FE."""
    body = bytes([START]) + bytes.fromhex(kind) + bytes.fromhex(address)[::-1] + bytes([control, len(data)]) + data
    return closed_frames.closed(body, preamble)


def scan(octets: bytes) -> Iterator[Found[Frame]]:
    """Every frame in a stretch of octets, and every complete one that is damaged.

    The single 68H at the start is common inside frames too: only length, sum and 16H together make a frame.
    """
    return closed_frames.scan(octets, _at)


@seam
def _at(octets: bytes, at: int) -> Found[Frame] | None:
    if len(octets) < at + _HEAD or octets[at + 10] > _LONGEST:
        return None
    end = at + _HEAD + octets[at + 10] + 2
    if len(octets) < end:
        return None
    if flaw := closed_frames.flaw_of(octets, at, end):
        return Found(at, end, None, flaw)
    body = octets[at : end - 2]
    return Found(at, end, Frame(f"{body[1]:02X}", bcd.digits_of(body[2:9]), body[9], body[_HEAD:]))


@seam
def matches(asked: str, answered: str) -> bool:
    """Whether the address of an answer is the one asked; digits A of the question stand for any."""
    return closed_frames.is_address(asked, answered)


@seam
def is_kind(asked: str, answered: str) -> bool:
    """Whether the type octet of an answer is the one asked."""
    return asked in (ANY_KIND, answered)


def identifiers(identifier: str) -> tuple[bytes, bytes]:
    """DI as it travels: low octet first, and high octet first as many meters have it (facts 2.1)."""
    octets = bytes.fromhex(identifier)
    return octets[::-1], octets


@dataclass(frozen=True)
class Field:
    """One field of an answer: octets (without unit), the number in them or the reason why there is none, unit.

    `multiplier` comes with the unit code and is in the number already.
    """

    layout: FieldLayout
    raw: bytes
    value: Decimal | None
    unit: str
    cause: str = ""


def fields_of(data: bytes, layout: Sequence[FieldLayout]) -> list[Field]:
    """The fields of an answer behind DI and SER; raises BadContent unless length and unit octets are the layout's.

    A payload counts as what it is said to be only if the unit octets stand in their places and are known (facts 2.5).
    """
    if len(data) != width(layout):
        raise BadContent(reading.LAYOUT)
    found: list[Field] = []
    at = 0
    for each in layout:
        octets = data[at : at + each.width]
        at += each.width
        if each.form is None:
            found.append(Field(each, octets, None, ""))
            continue
        found.append(_number(each, octets))
    return found


def _number(layout: FieldLayout, octets: bytes) -> Field:
    assert layout.form is not None
    unit, multiplier = "", 1
    raw = octets
    if layout.unit != "none":
        code = octets[0] if layout.unit == "code-first" else octets[-1]
        raw = octets[1:] if layout.unit == "code-first" else octets[:-1]
        if code not in UNIT_CODES:
            if code == 0xFF and all(octet == 0xFF for octet in raw):
                return Field(layout, raw, None, "", reading.NO_DATA)
            raise BadContent(reading.LAYOUT)
        unit, multiplier = UNIT_CODES[code]
    try:
        value = bcd.value_of(raw, layout.form)
    except BadContent as error:
        return Field(layout, raw, None, unit, str(error))
    return Field(layout, raw, value if multiplier == 1 else numbers.CONTEXT.multiply(value, Decimal(multiplier)), unit)


def clock_text(octets: bytes) -> str:
    """`2015-05-11 22:01:31` of the clock's seven octets, whichever end is first; empty for a meter without one."""
    for digits in (bcd.digits_of(octets), octets.hex().upper()):
        if len(digits) == 14 and digits.isdigit() and digits[:2] in ("19", "20"):
            month, day, hour, minute, second = (int(digits[at : at + 2]) for at in range(4, 14, 2))
            if 1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 60:
                return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]} {digits[8:10]}:{digits[10:12]}:{digits[12:]}"
    return ""


def status_text(octets: bytes, scheme: str) -> tuple[str, str]:
    """What the status says of valve and battery, in English and Chinese; `high`: in the high bits (facts 2.4)."""
    word = octets[0]
    valve, low = (word >> 6, word & 0x20) if scheme == "high" else (word & 3, word & 4)
    en = ("valve open", "valve closed", "valve state 2", "valve abnormal")[valve]
    zh = ("阀门开", "阀门关", "阀门状态 2", "阀门异常")[valve]
    return (f"{en}, battery low", f"{zh}，电池欠压") if low else (en, zh)
