"""What explanations of meters' frames share: what they say, and their opening and ending whatever the protocol.

Leaves to others: the meaning of a frame (`explain` in the folder of each protocol), showing it (`meters`). Nothing
given here raises: whatever the octets are, there is an explanation of them. A value without number (no data) has an
empty text.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import msgspec

_SEPARATORS = re.compile(r"[\s:,;-]|0x", re.IGNORECASE)


class Shown(msgspec.Struct, frozen=True):
    """One value of a frame: name, decimal text (or digits, or text), unit."""

    name: str
    value: str
    unit: str = ""


class Decoded(msgspec.Struct, frozen=True):
    """What a frame says. `valid` is true if a meter or a terminal takes it.

    `address` is as a person writes it (highest digit first), `control` two hex digits, `data_identifier` highest octet
    first. `errors` are sentences, English and Chinese; empty exactly if `valid`.
    """

    protocol: str
    valid: bool
    errors: tuple[str, ...] = ()
    address: str = ""
    control: str = ""
    data_identifier: str = ""
    values: tuple[Shown, ...] = ()


class Reading(msgspec.Struct, frozen=True):
    """A frame decoded, what it is for, and remarks on what a tolerant receiver lets pass."""

    decoded: Decoded
    title: str
    remarks: tuple[str, ...] = ()


UNKNOWN = ("unknown function", "未知功能")


def octets_of(hexadecimal: str) -> bytes | None:
    """Octets of hex text (blanks, colons and 0x allowed); None if these are no pairs of hex digits."""
    digits = _SEPARATORS.sub("", hexadecimal)
    if not digits or len(digits) % 2 or not re.fullmatch(r"[0-9A-Fa-f]+", digits):
        return None
    return bytes.fromhex(digits)


def _no_octets(hexadecimal: str) -> tuple[str, str]:
    """Why a text is no octets, English and Chinese."""
    digits = _SEPARATORS.sub("", hexadecimal)
    if not digits:
        return "no octets are given; give the frame as pairs of hex digits", "未给出报文"
    odd = next((each for each in digits if each not in string.hexdigits), "")
    if odd:
        return f"expected pairs of hex digits, got {odd!r}", "应为十六进制字节"
    return f"expected pairs of hex digits, got {len(digits)} digits; one is missing or too many", "十六进制位数应为偶数"


@dataclass(frozen=True)
class Opened:
    """The octets of a frame without those FE before it, what is wrong with them, and remarks so far."""

    body: bytes
    errors: tuple[str, ...]
    remarks: list[str]

    def no_frame(self, protocol: str) -> Reading:
        """Too little is there to say more."""
        return Reading(Decoded(protocol, False, self.errors), "no frame / 没有帧", tuple(self.remarks))

    def read(
        self,
        protocol: str,
        address: str,
        control: int,
        direction: tuple[str, str],
        function: tuple[str, str],
        identifier: str,
        values: Iterable[Shown],
    ) -> Reading:
        """The frame explained: `direction` and `function` are English and Chinese."""
        decoded = Decoded(protocol, not self.errors, self.errors, address, f"{control:02X}", identifier, tuple(values))
        title = f"{direction[0]}: {function[0]} / {direction[1]}：{function[1]}"
        return Reading(decoded, title, tuple(self.remarks))


def opened(protocol: str, hexadecimal: str, flaws: Callable[[bytes], list[tuple[str, str]]]) -> Opened | Reading:
    """A frame given as hex, ready to be explained; its explanation if these are no octets."""
    octets = octets_of(hexadecimal)
    if octets is None:
        english, chinese = _no_octets(hexadecimal)
        return Reading(Decoded(protocol, False, (f"{english} / {chinese}",)), "unreadable / 无法识别")
    body = octets.lstrip(b"\xfe")
    count = len(octets) - len(body)
    errors = tuple(f"{english} / {chinese}" for english, chinese in flaws(body))
    return Opened(body, errors, [f"{count} octets FE before the frame / 前导字节 {count} 个"] if count else [])


def direction(answer: bool, abnormal: bool) -> tuple[str, str]:
    """Which way a frame goes, English and Chinese."""
    if abnormal:
        return "error answer", "异常应答"
    return ("answer", "应答") if answer else ("request", "请求")
