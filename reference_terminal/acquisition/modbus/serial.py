"""Modbus RTU and ASCII frames around the registers' requests and answers (facts 3.1); checks through pymodbus.

Leaves asking to the driver. An answer is recognised by unit, function and number of octets; a checked frame of another
unit or length is never taken for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pymodbus.framer import FramerAscii, FramerRTU

from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.acquisition.line import Question
from reference_terminal.acquisition.modbus.blocks import Block
from reference_terminal.model import reading

_ERROR = 0x80
_FUNCTIONS = (3, 4)
_RTU_LEAST, _ASCII_LEAST = 5, 3


@dataclass(frozen=True)
class Framing:
    """How unit and PDU become a frame, and every checked frame of a stretch of octets (`damaged`: a failed check)."""

    name: str
    wrap: Callable[[bytes], bytes]
    frames: Callable[[bytes], Iterator[bytes]]
    damaged: Callable[[bytes], bool]


def crc(octets: bytes) -> bytes:
    """CRC-16 of an RTU frame, low octet first."""
    return FramerRTU.compute_CRC(octets).to_bytes(2, "big")


def lrc(octets: bytes) -> int:
    """The check of an ASCII frame."""
    return FramerAscii.compute_LRC(octets)


def wrap_rtu(body: bytes) -> bytes:
    """Unit and PDU as an RTU frame."""
    return body + crc(body)


def wrap_ascii(body: bytes) -> bytes:
    """Unit and PDU as an ASCII frame."""
    return b":" + (body + bytes([lrc(body)])).hex().upper().encode() + b"\r\n"


def frames_rtu(octets: bytes) -> Iterator[bytes]:
    """Unit and PDU of every run of octets that is a refusal or an answer with registers and passes the CRC.

    Noise before a frame is passed over octet by octet: silence cannot be relied on behind a serial server.
    """
    for at in range(len(octets) - _RTU_LEAST + 1):
        function = octets[at + 1]
        if function & ~_ERROR not in _FUNCTIONS:
            continue
        end = at + _RTU_LEAST + (0 if function & _ERROR else octets[at + 2])
        if end <= len(octets) and octets[end - 2 : end] == crc(octets[at : end - 2]):
            yield octets[at : end - 2]


def frames_ascii(octets: bytes) -> Iterator[bytes]:
    """Unit and PDU of every line between colon and CR LF that passes the LRC."""
    for body, check in _lines(octets):
        if lrc(body) == check:
            yield body


def _lines(octets: bytes) -> Iterator[tuple[bytes, int]]:
    *lines, _ = octets.split(b"\r\n")
    for line in lines:
        start = line.rfind(b":")
        text = line[start + 1 :]
        if start < 0 or len(text) < 2 * _ASCII_LEAST or len(text) % 2:
            continue
        try:
            body = bytes.fromhex(text.decode("ascii"))
        except ValueError:
            continue
        if len(body) * 2 == len(text):
            yield body[:-1], body[-1]


RTU = Framing("modbus-rtu", wrap_rtu, frames_rtu, lambda octets: len(octets) >= _RTU_LEAST)
ASCII = Framing(
    "modbus-ascii", wrap_ascii, frames_ascii, lambda octets: any(lrc(body) != check for body, check in _lines(octets))
)
FRAMINGS = {framing.name: framing for framing in (RTU, ASCII)}


def question(framing: Framing, unit: int, block: Block) -> Question[bytes]:
    """The request for a block of registers and how to know its answer."""
    request = framing.wrap(
        bytes([unit, block.function]) + block.address.to_bytes(2, "big") + block.count.to_bytes(2, "big")
    )

    def find(octets: bytes) -> bytes | None:
        for body in framing.frames(octets):
            if body[0] != unit:
                continue
            if body[1] == block.function | _ERROR and len(body) == 3:
                raise ReadFailed(f"{reading.EXCEPTION} {body[2]}", body[2])
            if body[1] == block.function and len(body) == 3 + 2 * block.count and body[2] == 2 * block.count:
                return body[3:]
        return None

    def flaw(octets: bytes) -> str:
        bodies = list(framing.frames(octets))
        if any(body[0] == unit for body in bodies):
            return reading.OTHER_ANSWER
        if bodies:
            return reading.FOREIGN
        return reading.CHECKSUM if framing.damaged(octets) else reading.BAD_FRAME

    return Question(request, find, flaw)
