"""Frames of DL/T 645-2007 and -1997 from octets and back, and the fields of their data domain (facts 1.1 to 1.6).

Leaves what an identifier means to `model.dlt645_items` and asking meters to `driver`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reference_terminal.acquisition import closed_frames
from reference_terminal.acquisition.closed_frames import START, Directed, Found
from reference_terminal.model import bcd
from reference_terminal.model.seams import seam

READ, FOLLOW, ADDRESS = 0x11, 0x12, 0x13
READ_1997, FOLLOW_1997 = 0x01, 0x02
MORE, FUNCTION = 0x20, 0x1F
_OFFSET = 0x33
_HEAD = 10
WILDCARD = "A" * 12
BROADCAST = "9" * 12

ERRORS = (
    ("other error", "其他错误"),
    ("no such data", "无请求数据"),
    ("wrong password or not authorised", "密码错或未授权"),
    ("speed cannot be changed", "通信速率不能更改"),
    ("too many year zones", "年时区数超"),
    ("too many day slots", "日时段数超"),
    ("too many tariffs", "费率数超"),
    ("reserved bit 7", "保留"),
)
"""The bits of an error word, lowest first, in English and Chinese."""


@dataclass(frozen=True)
class Frame(Directed):
    """One frame: address as a person writes it (12 digits, highest first), control code, data without the +33H."""

    address: str
    control: int
    data: bytes

    @property
    def more(self) -> bool:
        """Whether further frames hold the rest of the data."""
        return bool(self.control & MORE)


def encode(address: str, control: int, data: bytes = b"", preamble: int = 0) -> bytes:
    """The octets of a frame behind `preamble` octets FE; `address`: 12 hexadecimal digits, highest first."""
    body = bytes([START]) + bytes.fromhex(address)[::-1] + bytes([START, control, len(data)])
    body += bytes((octet + _OFFSET) & 0xFF for octet in data)
    return closed_frames.closed(body, preamble)


def scan(octets: bytes) -> Iterator[Found[Frame]]:
    """Every frame in a stretch of octets, and every complete one that is damaged.

    A frame is found by 68H at +0 and +7 and closed by its length: address, length and sum may equal 68, 16 or FE.
    """
    return closed_frames.scan(octets, _at)


@seam
def _at(octets: bytes, at: int) -> Found[Frame] | None:
    if len(octets) < at + _HEAD or octets[at + 7] != START:
        return None
    end = at + _HEAD + octets[at + 9] + 2
    if len(octets) < end:
        return None
    if flaw := closed_frames.flaw_of(octets, at, end):
        return Found(at, end, None, flaw)
    body = octets[at : end - 2]
    data = bytes((octet - _OFFSET) & 0xFF for octet in body[_HEAD:])
    return Found(at, end, Frame(bcd.digits_of(body[1:7]), body[8], data))


def identifier_octets(identifier: str) -> bytes:
    """DI as it travels: lowest octet first."""
    return bytes.fromhex(identifier)[::-1]


@seam
def matches(asked: str, answered: str) -> bool:
    """Whether the address of an answer is the one asked; digits A of the question stand for any (abbreviation)."""
    return closed_frames.is_address(asked, answered)


def error_text(data: bytes) -> str:
    """`01 other error`: the error word of an abnormal answer and what its bits say."""
    if not data:
        return "no error word"
    word = data[0]
    said = [en for bit, (en, _) in enumerate(ERRORS) if word >> bit & 1]
    return f"{word:02X} {', '.join(said) or 'no bit set'}"
