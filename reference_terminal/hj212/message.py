"""The data segment of HJ 212-2017 (tables 3 and 4): fields, control parameters, splitting at item boundaries.

Leaves frames and CRC to `frame`, and what a command means to `commands`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_DATA = 1024
"""Octets a data segment may have when sent (table 2)."""
MAX_CP = 950
"""Octets the CP field may have when sent, counted from `CP=` to the closing `&&` (table 3)."""
_CP_FRAME = len("CP=&&&&")
ANSWER_FLAG = 4
UPLOAD_FLAG = 5
SPLIT_FLAG = 7


class Malformed(Exception):
    """A data segment that cannot be read; the text says what was expected and what came."""


@dataclass(frozen=True)
class Message:
    """One data segment. Absent QN is empty, absent Flag, PNUM, PNO are None; `cp` stands without `CP=&&` and `&&`."""

    qn: str
    st: str
    cn: str
    pw: str
    mn: str
    flag: int | None
    cp: str = ""
    pnum: int | None = None
    pno: int | None = None

    @property
    def wants_answer(self) -> bool:
        """Bit A of Flag."""
        return self.flag is not None and bool(self.flag & 1)


def encode(message: Message) -> bytes:
    """The data segment in the order of the standard's examples."""
    parts = f";PNUM={message.pnum};PNO={message.pno}" if message.pnum is not None else ""
    return (
        f"QN={message.qn};ST={message.st};CN={message.cn};PW={message.pw};MN={message.mn};"
        f"Flag={message.flag}{parts};CP=&&{message.cp}&&"
    ).encode()


_SEPARATOR = re.compile("[;,]")


def parse(data: bytes) -> Message:
    """Read a data segment, forgiving the printed defects of the standard; raises Malformed."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(f"expected UTF-8 text, octet {error.start} of the data segment is none") from None
    head, mark, rest = text.partition("CP=&&")
    if not mark:
        raise Malformed("expected CP=&& in the data segment, found none")
    cp, mark, _ = rest.rpartition("&&")
    if not mark:
        raise Malformed("expected && at the end of CP, found none")
    fields: dict[str, str] = {}
    for item in _SEPARATOR.split(head):
        name, equals, value = item.partition("=")
        if equals:
            fields.setdefault(name.strip(), value.strip())
        elif item.strip():
            raise Malformed(f"expected name=value before CP, found {item.strip()[:40]!r}")
    return Message(
        qn=fields.get("QN", ""),
        st=fields.get("ST", ""),
        cn=fields.get("CN", ""),
        pw=fields.get("PW", ""),
        mn=fields.get("MN", ""),
        flag=_flag(fields.get("Flag", "")),
        cp=cp.strip(),
        pnum=_number(fields, "PNUM", 9999),
        pno=_number(fields, "PNO", 9999),
    )


def _flag(value: str) -> int | None:
    """Flag as a number; None if absent or no number, which the receiver answers with a code of its own."""
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 3 and int(value) <= 255 else None


def _number(fields: dict[str, str], name: str, highest: int) -> int | None:
    value = fields.get(name)
    if value is None or value == "":
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= 4 and int(value) <= highest):
        raise Malformed(f"expected {name} from 0 to {highest}, got {value[:20]!r}")
    return int(value)


_NAME = re.compile("[^=;,]++=")
_VALUE = re.compile("[^;,]*+")
_MARKS = re.compile("[^=;,]*+[=;,]*+")
_LOG = "//"


def parameters(cp: str) -> dict[str, str]:
    """The name=value pairs of CP whether parted by `;` or `,`; log text between `//` and `//` of one line stays whole.

    The time it takes grows with the length alone, whatever the text is.
    """
    found: dict[str, str] = {}
    at, line_end, none_up_to = 0, -1, -1
    while at < len(cp):
        name = _NAME.match(cp, at)
        if name is None:
            at = _end(_MARKS, cp, at)
            continue
        start, close = name.end(), -1
        if cp.startswith(_LOG, start):
            if line_end < start:
                line_end = _line_end(cp, start)
            if none_up_to != line_end:
                close = cp.find(_LOG, start + len(_LOG), line_end)
            if close < 0:
                # Where nothing closes a log text on the rest of a line, nothing closes a later one there either.
                none_up_to = line_end
        at = close + len(_LOG) if close >= 0 else _end(_VALUE, cp, start)
        found[name[0][:-1].strip()] = cp[start:at].strip()
    return found


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Where a pattern that matches anywhere ends."""
    match = pattern.match(text, at)
    return at if match is None else match.end()


def assemble(first: str, items: list[str]) -> str:
    """CP from its leading item (DataTime) and the items of the points."""
    return ";".join([first, *items])


def split(first: str, items: list[str], room: int = MAX_CP - _CP_FRAME) -> list[str]:
    """CPs of at most `room` octets, each complete in itself: `first` is repeated, cuts fall between items."""
    parts: list[list[str]] = [[]]
    base = len(first.encode())
    used = base
    for item in items:
        size = len(item.encode()) + 1
        if parts[-1] and used + size > room:
            parts.append([])
            used = base
        parts[-1].append(item)
        used += size
    return [assemble(first, part) for part in parts]


def cp_room(st: str, pw: str, mn: str) -> int:
    """Octets left for the content of CP so that neither CP nor the whole data segment is too long."""
    longest_head = len(encode(Message("0" * 17, st, "0000", pw, mn, SPLIT_FLAG, "", 9999, 9999)))
    return min(MAX_CP - _CP_FRAME, MAX_DATA - longest_head)


def cp_segment(st: str, mn: str) -> int:
    """Octets a CP field may take in a data segment behind the longest other fields, the password masked by zeros."""
    return MAX_DATA - len(encode(Message("0" * 17, st, "0000", "0" * 6, mn, SPLIT_FLAG, "", 9999, 9999))) + _CP_FRAME
