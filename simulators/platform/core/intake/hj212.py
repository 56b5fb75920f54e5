"""HJ 212-2017 from the platform's side: frames out of a stream, data segments, answers (written from the standard).

Leaves connections to `hj212_door`. Frame: table 2; check word: annex A; fields: tables 3, 4 and 8. What is wrong is a
reason in words; nothing here raises on any octets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from simulators.platform.core.seams import seam

HEAD, TAIL = b"##", b"\r\n"
_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,30})?")
_KEPT = 200


@dataclass(frozen=True)
class Packet:
    """A data segment; `items` are those of CP, each a list of names and values in order."""

    qn: str
    st: str
    cn: str
    pw: str
    mn: str
    flag: int
    pnum: int
    pno: int
    items: tuple[tuple[tuple[str, str], ...], ...]
    text: str

    @property
    def wants_answer(self) -> bool:
        """Bit A of Flag."""
        return bool(self.flag & 1)

    def single(self, name: str) -> str:
        """The value of a field that stands by itself; empty: there is none."""
        return next((value for item in self.items for key, value in item if key == name), "")


@dataclass(frozen=True)
class Spoiled:
    """Octets that are no frame, and why."""

    octets: bytes
    reason: str


def _table() -> tuple[int, ...]:
    found: list[int] = []
    for octet in range(256):
        register = octet
        for _ in range(8):
            register = (register >> 1) ^ 0xA001 if register & 1 else register >> 1
        found.append(register)
    return tuple(found)


_WORDS = _table()


def check_word(octets: bytes) -> int:
    """The check word: the register is its own high octet before each octet is put in (annex A; not Modbus)."""
    register = 0xFFFF
    for octet in octets:
        register = _WORDS[(register >> 8) ^ octet]
    return register


def framed(text: str) -> bytes:
    """A data segment as a frame."""
    octets = text.encode()
    return b"##%04d%b%04X\r\n" % (len(octets), octets, check_word(octets))


@seam
def sound(data: bytes, word: bytes) -> bool:
    """Whether the check word is that of the data segment; either letter case."""
    return word.upper() == b"%04X" % check_word(data)


class Frames:
    """Cuts a stream into data segments, in whatever pieces it comes; `most` octets a segment at most.

    A frame that is broken off (a line end or a new head before its end) does not take the next one with it.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._octets = bytearray()

    def feed(self, octets: bytes) -> Iterator[bytes | Spoiled]:
        """Whole data segments with a good check word, and what was none."""
        self._octets += octets
        while True:
            start = self._octets.find(HEAD)
            if start < 0:
                rest = 1 if self._octets.endswith(b"#") else 0
                junk = bytes(self._octets[: len(self._octets) - rest])
                del self._octets[: len(junk)]
                if junk.strip(b"\r\n"):
                    yield Spoiled(junk[:_KEPT], "octets before a frame")
                return
            if start:
                junk = bytes(self._octets[:start])
                del self._octets[:start]
                if junk.strip(b"\r\n"):
                    yield Spoiled(junk[:_KEPT], "octets before a frame")
            found = self._frame()
            if found is None:
                return
            yield found

    def _frame(self) -> bytes | Spoiled | None:
        """The frame at the front; None while it is not whole."""
        octets = self._octets
        if len(octets) < 6:
            return None if not octets[2:].strip(b"0123456789") else self._broken(1, "LEN is no number")
        if not bytes(octets[2:6]).isdigit():
            return self._broken(1, "LEN is no number")
        length = int(octets[2:6])
        if length > self._most:
            return self._broken(6, f"LEN is above {self._most}")
        end = 6 + length + 4
        again = octets.find(HEAD, 6, end)
        line = octets.find(TAIL, 6, again if again >= 0 else end)
        if line >= 0:
            return self._broken(line + 2, "the frame ends before LEN says")
        if again >= 0:
            # Values hold no ##: the next frame has begun. No octet is reckoned twice, whatever heads there are.
            return self._broken(again, "the frame was broken off")
        if len(octets) < end:
            return None
        data, word = bytes(octets[6 : end - 4]), bytes(octets[end - 4 : end])
        if not sound(data, word):
            return self._broken(end, "the check word is wrong")
        del octets[: end + 2 if octets.startswith(TAIL, end) else end]
        return data

    def _broken(self, upto: int, reason: str) -> Spoiled:
        spoiled = Spoiled(bytes(self._octets[: min(upto, _KEPT)]), reason)
        del self._octets[:upto]
        return spoiled


def parse(data: bytes) -> Packet | str:
    """A data segment, or what is wrong with it."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return "the data segment is not UTF-8"
    if "\0" in text:
        return "the data segment has an octet 0"
    head, begun, rest = text.partition("CP=&&")
    inside, ended, after = rest.rpartition("&&")
    if not begun or not ended or after.strip():
        return "CP is not between && and &&"
    fields: dict[str, str] = {}
    for each in filter(None, head.split(";")):
        name, is_field, value = each.partition("=")
        if not is_field or name in fields:
            return f"{each[:40]!r} is no field of a data segment"
        fields[name.strip()] = value.strip()
    for name in ("Flag", "PNUM", "PNO"):
        value = fields.setdefault(name, "0")
        if not (value.isascii() and value.isdigit() and len(value) <= 4):
            return f"{name} is no number"
    if not fields.get("CN") or not fields.get("MN"):
        return "CN or MN is missing"
    items: list[tuple[tuple[str, str], ...]] = []
    for item in filter(str.strip, inside.split(";")):
        pairs: list[tuple[str, str]] = []
        for each in item.split(","):
            name, is_field, value = each.partition("=")
            if not is_field:
                return f"{each[:40]!r} is no field of CP"
            pairs.append((name.strip(), value.strip()))
        items.append(tuple(pairs))
    return Packet(
        fields.get("QN", ""),
        fields.get("ST", ""),
        fields["CN"],
        fields.get("PW", ""),
        fields["MN"],
        int(fields["Flag"]),
        int(fields["PNUM"]),
        int(fields["PNO"]),
        tuple(items),
        inside,
    )


def answered(packet: Packet, cn: str, items: str = "") -> bytes:
    """An answer to a packet (table 9): its QN, and Flag 4 so that nobody answers it."""
    return framed(f"QN={packet.qn};ST=91;CN={cn};PW={packet.pw};MN={packet.mn};Flag=4;CP=&&{items}&&")


def values_of(packet: Packet, field: str | None) -> Iterator[tuple[str, str, str, dict[str, str]]] | None:
    """Of every code: the value (as sent), its flag, and what else was said of it; None if a value is no number.

    `field` is the one to take, such as Rtd; None: Cou where there is one, else Avg.
    """
    told: dict[str, dict[str, str]] = {}
    for item in packet.items:
        for name, value in item:
            code, is_measured, kind = name.rpartition("-")
            if is_measured and code:
                told.setdefault(code, {})[kind] = value
    found: list[tuple[str, str, str, dict[str, str]]] = []
    for code, said in told.items():
        flag = said.pop("Flag", "")
        wanted = field or ("Cou" if "Cou" in said else "Avg")
        value = said.pop(wanted, "")
        numbers = [value, *(said.get(name, "") for name in ("Min", "Max", "Avg", "Cou"))]
        if any(each and not _NUMBER.fullmatch(each) for each in numbers):
            return None
        if value or flag:
            found.append((code, value, flag, said))
    return iter(found)
