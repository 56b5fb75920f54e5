"""The closing of frames by length, sum of their octets and 16H, which DL/T 645 and CJ/T 188 have in common.

Leaves to others: what stands in a frame and where its length is (the codecs).
"""

from __future__ import annotations

START, END, PREAMBLE = 0x68, 0x16, 0xFE
ANSWER, ABNORMAL, MORE = 0x80, 0x40, 0x20
"""Bits of the control octet: an answer, one that refuses, one that another follows."""


class Controlled:
    """A frame with a control octet."""

    control: int

    @property
    def function(self) -> int:
        """The function code, without direction, error and follow-up bits."""
        return self.control & 0x1F


def check_octet(octets: bytes) -> int:
    """The check octet that belongs to a whole frame given without preamble."""
    return sum(octets[:-2]) & 0xFF


def closed(body: bytes, preamble: int) -> bytes:
    """A frame from its 68 to its data, closed, behind its preamble."""
    return bytes((PREAMBLE,)) * preamble + body + bytes((sum(body) & 0xFF, END))


def opening_flaws(octets: bytes, shortest: int) -> list[tuple[str, str]]:
    """Why there is too little of a frame to say more of it, English and Chinese; empty if there is enough."""
    if not octets or octets[0] != START:
        return [("there is no frame: 68 is expected first", "没有帧：首字节应为 68")]
    if len(octets) < shortest:
        return [(f"expected at least {shortest} octets, got {len(octets)}", "长度不足")]
    return []


def short_flaws(octets: bytes, length_at: int, shortest: int) -> list[tuple[str, str]]:
    """Whether there are fewer octets than the length octet says; `shortest` is a frame without data."""
    whole = octets[length_at] + shortest
    if len(octets) < whole:
        return [(f"the length octet says {octets[length_at]}: {whole} octets, {len(octets)} are there", "帧不完整")]
    return []


def closing_flaws(octets: bytes, whole: int) -> list[tuple[str, str]]:
    """What is wrong with the end of a frame of `whole` octets, its check octet, and what follows it."""
    found: list[tuple[str, str]] = []
    if octets[whole - 1] != END:
        found.append((f"expected the end 16, got {octets[whole - 1]:02X}", "结束符应为 16"))
    expected = check_octet(octets[:whole])
    if octets[whole - 2] != expected:
        found.append((f"expected check octet {expected:02X}, got {octets[whole - 2]:02X}", "校验码错误"))
    if len(octets) > whole:
        found.append((f"{len(octets) - whole} octets follow the end of the frame", "帧尾后有多余字节"))
    return found
