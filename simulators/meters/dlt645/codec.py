"""Frames of DL/T 645-2007 and DL/T 645-1997: octets to fields and back, and what is wrong with octets.

Leaves to others: what a meter answers (`dlt645`), the meaning of identifiers (`items`), the line (`serial.bus`).
A frame is `68 A0..A5 68 C L DATA CS 16`; it is found by its two 68 and by its length, never by 16 or FE, since address,
length and check octet may take any value. DATA travels with 33H added to every octet; here it never has it.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulators.meters.serial.closing import START, Controlled, closed, closing_flaws, opening_flaws, short_flaws

OFFSET = 0x33
SHORTEST = 12

BROADCAST = b"\x99" * 6
ANYONE = b"\xaa" * 6

ERRORS = (
    ("other error", "其他错误"),
    ("no such data", "无请求数据"),
    ("wrong password or not authorised", "密码错或未授权"),
    ("speed cannot be changed", "通信速率不能更改"),
    ("too many year zones", "年时区数超"),
    ("too many day slots", "日时段数超"),
    ("too many tariffs", "费率数超"),
    ("reserved bit", "保留"),
)
"""Meaning of the error octet's bits, lowest first."""

SPEEDS = {1: 600, 2: 1200, 3: 2400, 4: 4800, 5: 9600, 6: 19200}
"""Bit of the speed word to bits per second; exactly one bit is set."""


@dataclass(frozen=True)
class Frame(Controlled):
    """One frame. `address` is 12 digits as a person writes them (highest first), `data` is without the 33H."""

    address: str
    control: int
    data: bytes
    preamble: int = 0

    @property
    def wire_address(self) -> bytes:
        """Address octets in the order they travel."""
        return bytes.fromhex(self.address)[::-1]


def encode(frame: Frame) -> bytes:
    """A frame as octets, with its preamble. Data must not be longer than 255 octets."""
    body = bytes((START,)) + frame.wire_address + bytes((START, frame.control, len(frame.data)))
    body += bytes((octet + OFFSET) & 0xFF for octet in frame.data)
    return closed(body, frame.preamble)


def length_at(octets: bytes, start: int) -> int | None:
    """Length of the frame that begins at `start` (a 68): 0 if it is none, None if more octets are needed to tell."""
    if len(octets) > start + 7 and octets[start + 7] != START:
        return 0
    return octets[start + 9] + SHORTEST if len(octets) > start + 9 else None


def flaws(octets: bytes) -> list[tuple[str, str]]:
    """What is wrong with one frame given without preamble, English and Chinese; empty if it is right."""
    if too_little := opening_flaws(octets, SHORTEST):
        return too_little
    if octets[7] != START:
        return [(f"expected the second 68 after 6 address octets, got {octets[7]:02X}", "第二个 68 位置错误")]
    if too_short := short_flaws(octets, 9, SHORTEST):
        return too_short
    return closing_flaws(octets, octets[9] + SHORTEST)


def decode(octets: bytes, preamble: int = 0) -> Frame:
    """The frame in octets that have no flaws."""
    data = bytes((octet - OFFSET) & 0xFF for octet in octets[10 : 10 + octets[9]])
    return Frame(octets[6:0:-1].hex().upper(), octets[8], data, preamble)


def addressed(asked: str, own: str) -> bool:
    """True if an address with A for each left-out high digit means this meter; all A means every meter."""
    return own.endswith(asked.lstrip("A"))


def error_bits(octet: int) -> list[tuple[str, str]]:
    """Meanings of an error octet, English and Chinese."""
    return [meaning for bit, meaning in enumerate(ERRORS) if octet >> bit & 1]
