"""Frames of CJ/T 188-2004 and -2018: octets to fields and back, unit octets, and what is wrong with octets.

Leaves to others: what a meter answers (`cjt188`), the line (`serial.bus`). A frame is `68 T A0..A6 C L DATA CS 16`,
with one 68 only and without any offset; it is closed by its length.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulators.meters.serial.closing import START, Controlled, closed, closing_flaws, opening_flaws, short_flaws

SHORTEST = 13

ANYONE = "A" * 14
ANY_KIND = 0xAA


def _three(code: int, unit: str) -> dict[int, tuple[str, int]]:
    return {code + power: (unit, power) for power in range(3)}


UNITS: dict[int, tuple[str, int]] = {
    0x01: ("J", 0),
    0x40: ("J/h", 0),
    **_three(0x02, "Wh"),
    **_three(0x05, "kWh"),
    **_three(0x08, "MWh"),
    **_three(0x0B, "kJ"),
    **_three(0x0E, "MJ"),
    **_three(0x11, "GJ"),
    **_three(0x14, "W"),
    **_three(0x17, "kW"),
    **_three(0x1A, "MW"),
    **_three(0x29, "L"),
    **_three(0x2C, "m3"),
    **_three(0x32, "L/h"),
    **_three(0x35, "m3/h"),
    **_three(0x43, "kJ/h"),
    **_three(0x46, "MJ/h"),
    **_three(0x49, "GJ/h"),
}
"""Unit octet to unit and the power of ten that it multiplies the digits by."""


@dataclass(frozen=True)
class Frame(Controlled):
    """One frame. `kind` is the type octet T, `address` 14 digits as a person writes them (maker's code first)."""

    kind: int
    address: str
    control: int
    data: bytes
    preamble: int = 0


def encode(frame: Frame) -> bytes:
    """A frame as octets, with its preamble. Data must not be longer than 255 octets."""
    body = bytes((START, frame.kind)) + bytes.fromhex(frame.address)[::-1]
    body += bytes((frame.control, len(frame.data))) + frame.data
    return closed(body, frame.preamble)


def length_at(octets: bytes, start: int) -> int | None:
    """Length of the frame that begins at `start` (a 68): 0 if it is none, None if more octets are needed to tell."""
    if len(octets) > start + 1 and not _is_kind(octets[start + 1]):
        return 0
    return octets[start + 10] + SHORTEST if len(octets) > start + 10 else None


def _is_kind(octet: int) -> bool:
    return octet == ANY_KIND or (0x10 <= octet <= 0x49 and octet & 0x0F <= 9)


def flaws(octets: bytes) -> list[tuple[str, str]]:
    """What is wrong with one frame given without preamble, English and Chinese; empty if it is right."""
    too_little = opening_flaws(octets, SHORTEST) or short_flaws(octets, 10, SHORTEST)
    if too_little:
        return too_little
    found = closing_flaws(octets, octets[10] + SHORTEST)
    if not _is_kind(octets[1]):
        return [(f"expected a type 10 to 49 or AA, got {octets[1]:02X}", "仪表类型错误"), *found]
    return found


def decode(octets: bytes, preamble: int = 0) -> Frame:
    """The frame in octets that have no flaws."""
    return Frame(octets[1], octets[8:1:-1].hex().upper(), octets[9], octets[11 : 11 + octets[10]], preamble)
