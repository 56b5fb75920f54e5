"""Frames that are closed by their length, the sum of their octets and 16H: what DL/T 645 and CJ/T 188 have in common.

Leaves to others: where the length stands and what is in a frame (`dlt645.frames`, `cjt188.frames`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from reference_terminal.model import reading

START, END, PREAMBLE = 0x68, 0x16, 0xFE
ANSWER, ABNORMAL = 0x80, 0x40
F = TypeVar("F")
D = TypeVar("D", bound="Directed")


class Directed:
    """A frame whose control octet says which way it goes and whether it is an error."""

    control: int

    @property
    def answer(self) -> bool:
        """Whether a meter sent it."""
        return bool(self.control & ANSWER)

    @property
    def abnormal(self) -> bool:
        """Whether it reports an error instead of data."""
        return bool(self.control & ABNORMAL)


@dataclass(frozen=True)
class Found(Generic[F]):
    """What stands at `start` … `end` of a buffer: a frame, or None with the reason why its octets are none."""

    start: int
    end: int
    frame: F | None
    flaw: str = ""


def closed(body: bytes, preamble: int) -> bytes:
    """The octets of a frame from 68H to its data, closed, behind `preamble` octets FE."""
    return bytes([PREAMBLE]) * preamble + body + bytes([sum(body) & 0xFF, END])


def flaw_of(octets: bytes, at: int, end: int) -> str:
    """What is wrong with the closing of the octets from `at` to `end`; empty for a right one."""
    expected = sum(octets[at : end - 2]) & 0xFF
    if expected != octets[end - 2]:
        return f"checksum {octets[end - 2]:02X}, expected {expected:02X}"
    return "" if octets[end - 1] == END else f"ends with {octets[end - 1]:02X}, expected 16"


def is_address(asked: str, answered: str) -> bool:
    """Whether the address of an answer is the one asked; digits A of the question stand for any."""
    return all(digit in ("A", other) for digit, other in zip(asked, answered, strict=True))


def scan(octets: bytes, look: Callable[[bytes, int], Found[F] | None]) -> Iterator[Found[F]]:
    """Every frame in a stretch of octets, and every complete one that is damaged; `look` says what begins at a 68H.

    After damage the search goes on one octet further, so that a false start never hides a frame behind it.
    """
    at = 0
    while (at := octets.find(START, at)) >= 0:
        found = look(octets, at)
        if found is not None:
            yield found
        at = found.end if found is not None and found.frame is not None else at + 1


def no_answer(found: Iterable[Found[D]], own: Callable[[D], bool]) -> str:
    """What octets are in which no answer was found: another answer of whom was asked, one of others, or damage."""
    every = tuple(found)
    answers = [each.frame for each in every if each.frame is not None and each.frame.answer]
    if any(own(frame) for frame in answers):
        return reading.OTHER_ANSWER
    if answers:
        return reading.FOREIGN
    return reading.CHECKSUM if any("checksum" in each.flaw for each in every) else reading.BAD_FRAME
