"""HJ 212-2017 frames and packets: strict to build, tolerant to read, every deviation named.

Leaves to others: the connection, acknowledgements and storage (`hj212`). Frame: HJ 212-2017 table 2; check word: annex
A; fields: tables 3 and 4. Two layers: `Splitter` cuts a stream of octets into frames and junk, `parse_data` reads the
data segment of a frame. Neither raises on any octets; what is wrong is a list of names, explained in `hj212_faults`.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from simulators.centres.hj212_faults import FATAL, FAULTS, REMARKS

__all__ = [
    "CP_LIMIT",
    "DATA_FLAGS",
    "EMIT_LIMIT",
    "FATAL",
    "FAULTS",
    "RECEIVE_LIMIT",
    "REMARKS",
    "Frame",
    "Item",
    "Junk",
    "Packet",
    "Splitter",
    "check_word",
    "encode",
    "encode_data",
    "encode_frame",
    "modbus_check",
    "parse_data",
    "valid_stamp",
]

RECEIVE_LIMIT = 9999
"""Largest data segment accepted, octets; the standard says 1024, the field sends more."""

EMIT_LIMIT = 1024
CP_LIMIT = 950


def _table() -> tuple[int, ...]:
    entries: list[int] = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
        entries.append(value)
    return tuple(entries)


_TABLE = _table()
_HIGH = bytes(entry >> 8 for entry in _TABLE)
# The low octet of the register is lost at each step, so that two steps are one look-up of 16 bits in 8 bits.
_TWO = bytes(_HIGH[_HIGH[pair & 0xFF] ^ pair >> 8] for pair in range(0x10000))


def check_word(data: bytes) -> int:
    """The check word of HJ 212-2017 annex A: each octet meets the high octet of the register, the low one is lost."""
    if not data:
        return 0xFFFF
    high = 0xFF
    pairs = (len(data) - 1) // 2
    for pair in struct.unpack_from(f"<{pairs}H", data):
        high = _TWO[high ^ pair]
    for octet in data[2 * pairs : -1]:
        high = _HIGH[high ^ octet]
    return _TABLE[high ^ data[-1]]


def modbus_check(data: bytes) -> int:
    """CRC-16/MODBUS as a number, for telling it from the check word of HJ 212."""
    register = 0xFFFF
    for octet in data:
        register = (register >> 8) ^ _TABLE[(register ^ octet) & 0xFF]
    return register


Item = tuple[tuple[str, str], ...]
"""One item of CP: its fields (name, value) in order."""


class Packet(msgspec.Struct, frozen=True, kw_only=True):
    """The data segment of a frame. Texts as sent; `flag` is -1 if absent, `pnum` and `pno` are 0 if absent."""

    qn: str = ""
    st: str = ""
    cn: str = ""
    pw: str = ""
    mn: str = ""
    flag: int = -1
    pnum: int = 0
    pno: int = 0
    cp: tuple[Item, ...] = ()

    def field(self, name: str) -> str:
        """The value of a field of CP by its exact name; empty if absent."""
        for item in self.cp:
            for key, value in item:
                if key == name:
                    return value
        return ""

    @property
    def wants_answer(self) -> bool:
        """Bit A of Flag."""
        return self.flag > 0 and bool(self.flag & 1)


def encode_data(packet: Packet) -> bytes:
    """The data segment of a packet in the standard's order of fields, UTF-8."""
    parts = [f"QN={packet.qn}"] if packet.qn else []
    parts += [f"ST={packet.st}", f"CN={packet.cn}", f"PW={packet.pw}", f"MN={packet.mn}"]
    if packet.flag >= 0:
        parts.append(f"Flag={packet.flag}")
    if packet.pnum:
        parts += [f"PNUM={packet.pnum}", f"PNO={packet.pno}"]
    items = ";".join(",".join(f"{name}={value}" for name, value in each) for each in packet.cp)
    parts.append(f"CP=&&{items}&&")
    return ";".join(parts).encode()


def encode_frame(data: bytes) -> bytes:
    """A data segment as a whole frame: head, LEN in octets, check word in upper case, CR LF."""
    return b"##%04d%b%04X\r\n" % (len(data), data, check_word(data))


def encode(packet: Packet) -> bytes:
    """A packet as a whole frame."""
    return encode_frame(encode_data(packet))


# The stream.


class Frame(msgspec.Struct, frozen=True):
    """Octets between `##` and the end, with what is wrong about their framing.

    `octets` is the whole as received, `data` the data segment, `crc` the check word as received, `expected` the right
    one (4 upper-case hex digits), `length` LEN as received.
    """

    octets: bytes
    data: bytes
    crc: str
    expected: str
    length: str
    faults: tuple[str, ...] = ()


class Junk(msgspec.Struct, frozen=True):
    """Octets that belong to no frame: the first 256 of them, how many, and why they were passed over."""

    octets: bytes
    count: int
    reason: str


_KEPT = 256
_MARGIN = 64
_HEAD = re.compile(rb"##(\d{0,4})")
_NEXT = re.compile(rb"##\d")
_HEX = re.compile(rb"[0-9A-Fa-f]+")


class Splitter:
    """Cuts a stream into frames and junk, in whatever pieces the octets come.

    A frame whose LEN and check word agree is taken at once. Otherwise the next line end, or the next `##` with a digit,
    ends it, so that a wrong LEN never swallows the frame after it. Memory is bounded by `limit` and a little more.
    """

    def __init__(self, limit: int = RECEIVE_LIMIT) -> None:
        self.limit = limit
        self._octets = b""
        self._at = 0
        self._tail_due = False
        self._final = False
        self._idle = False

    @property
    def pending(self) -> bool:
        """True while octets wait for more."""
        return bool(self._octets)

    def feed(self, octets: bytes) -> list[Frame | Junk]:
        """Take octets in; give what is complete."""
        self._octets = self._octets + octets if self._octets else octets
        return self._drain()

    def flush(self, *, final: bool) -> list[Frame | Junk]:
        """Nothing has come for a while: give a whole frame that lacks its tail; if `final`, all else as junk."""
        self._idle, self._final = True, final
        found = self._drain()
        self._idle = self._final = False
        if final and self._octets:
            found.append(_junk(self._octets, "the stream ended within a frame"))
            self._octets = b""
        return found

    def _drain(self) -> list[Frame | Junk]:
        found: list[Frame | Junk] = []
        self._at = 0
        while self._at < len(self._octets):
            each = self._next()
            if each is None:
                break
            if isinstance(each, Junk):
                if not each.count:
                    continue
                if found and isinstance(last := found[-1], Junk):
                    found[-1] = Junk((last.octets + each.octets)[:_KEPT], last.count + each.count, last.reason)
                    continue
            found.append(each)
        self._octets = self._octets[self._at :]
        self._at = 0
        return found

    def _skip(self, until: int, reason: str) -> Junk:
        junk = _junk(self._octets[self._at : until], reason)
        self._at = until
        return junk

    def _next(self) -> Frame | Junk | None:
        octets, at = self._octets, self._at
        if self._tail_due and octets[at : at + 1] in (b"\r", b"\n"):
            # The tail of a frame that was given without waiting for it.
            self._tail_due = octets[at : at + 1] == b"\r"
            self._at += 1
            return Junk(b"", 0, "")
        self._tail_due = False
        head = octets.find(b"##", at)
        if head < 0:
            keep = octets.endswith(b"#")
            end = len(octets) - keep
            return self._skip(end, "no ## among these octets") if end > at else None
        if head > at:
            return self._skip(head, "octets before ##")
        body = at
        while octets.startswith(b"#" * 1024, body):
            body += 1024
        while octets[body : body + 1] == b"#":
            body += 1
        if body - at > 2:
            return self._skip(body - 2, "more than two # in a row")
        match = _HEAD.match(octets, at)
        digits = match[1] if match else b""
        start = at + 2 + len(digits)
        if start == len(octets) and len(digits) < 4:
            return None
        if not digits:
            following = octets.find(b"##", at + 2)
            end = following if following >= 0 else len(octets) - octets.endswith(b"#")
            return self._skip(end, "no digits of LEN after ##")
        return self._frame(start, digits)

    def _frame(self, start: int, digits: bytes) -> Frame | Junk | None:
        octets, at = self._octets, self._at
        length = int(digits)
        faults = ["len-not-4-digits"] if len(digits) < 4 else []
        if length > self.limit:
            faults.append("len-over-limit")
        need = start + length + 4
        if len(octets) >= need and length <= self.limit:
            crc = octets[start + length : need]
            data = octets[start : start + length]
            if _HEX.fullmatch(crc) and int(crc, 16) == check_word(data):
                return self._finish(at, start, data, crc, digits, faults, need)
        ended = self._end(start)
        if ended is None:
            if len(octets) - start > self.limit + _MARGIN:
                return self._skip(start, "no end of frame within the limit")
            return None
        end, resume, tail = ended
        body = octets[start:end]
        data, crc, found = _diagnose(body, length)
        sound = not FATAL.intersection(found)
        if not sound and len(octets) < need and length <= self.limit:
            if self._final and end == len(octets):
                return self._skip(resume, "the stream ended within a frame")
            if not self._final and tail != "tail-missing" and not _NEXT.match(octets, resume):
                # Perhaps a line end within the data of a longer frame: wait for what LEN promises.
                return None
        if b"=" not in data:
            return self._skip(resume, "nothing like a packet between ## and the end")
        faults += found
        if tail:
            faults.append(tail)
        self._at = resume
        return _frame(octets[at:resume], data, crc, digits, faults)

    def _finish(
        self, at: int, start: int, data: bytes, crc: bytes, digits: bytes, faults: list[str], end: int
    ) -> Frame | None:
        octets = self._octets
        tail = octets[end : end + 2]
        if tail == b"\r\n":
            end += 2
        elif tail[:1] == b"\n":
            faults.append("tail-lf-only")
            end += 1
        elif len(tail) == 2 or self._idle:
            faults.append("tail-cr-only" if tail[:1] == b"\r" else "tail-missing")
            end += tail[:1] == b"\r"
            self._tail_due = len(tail) < 2
        else:
            return None
        self._at = end
        if crc != crc.upper():
            faults.append("crc-lower-case")
        return _frame(octets[at:end], data, crc, digits, faults, crc.decode().upper())

    def _end(self, start: int) -> tuple[int, int, str] | None:
        """End of the body by its surroundings, where to go on, and what is wrong with the tail."""
        octets = self._octets
        horizon = start + self.limit + _MARGIN
        line = octets.find(b"\n", start, horizon)
        match = _NEXT.search(octets, start, horizon)
        if match and (line < 0 or match.start() < line):
            end = match.start()
            if octets[end - 1 : end] == b"\r":
                return end - 1, end, "tail-cr-only"
            return end, end, "tail-missing"
        if line >= 0:
            if octets[line - 1 : line] == b"\r":
                return line - 1, line + 1, ""
            return line, line + 1, "tail-lf-only"
        return (len(octets), len(octets), "tail-missing") if self._final else None


def _junk(octets: bytes, reason: str) -> Junk:
    return Junk(octets[:_KEPT], len(octets), reason)


def _frame(octets: bytes, data: bytes, crc: bytes, digits: bytes, faults: Iterable[str], expected: str = "") -> Frame:
    faults = list(faults)
    if len(data) > EMIT_LIMIT:
        faults.append("data-over-1024")
    return Frame(
        octets,
        data,
        crc.decode("ascii", "replace"),
        expected or f"{check_word(data):04X}",
        digits.decode(),
        tuple(dict.fromkeys(faults)) if faults else (),
    )


def _diagnose(body: bytes, length: int) -> tuple[bytes, bytes, list[str]]:
    """Where data end and the check word begins in a body whose LEN and check word do not agree, and what is wrong."""
    marks = [len(body) - 4, length, body.rfind(b"&&") + 2]
    cuts = [cut for cut in dict.fromkeys(marks) if 0 <= cut < len(body)]
    verdicts: list[tuple[int, int, str]] = []
    for index, cut in enumerate(cuts):
        verdict = _judge(body[:cut], body[cut:])
        if verdict is not None:
            verdicts.append((_RANK.index(verdict), index, verdict))
    if verdicts:
        _, index, verdict = min(verdicts)
        cut = cuts[index]
        faults = [verdict] if verdict else []
        if not verdict and body[cut:] != body[cut:].upper():
            faults.append("crc-lower-case")
    else:
        cut = _guess(body, length)
        crc = body[cut:]
        if not crc:
            faults = ["crc-missing"]
        elif len(crc) != 4:
            faults = ["crc-wrong"]
        else:
            # Only 8 low octets can come out of the algorithm of annex A.
            low = int(crc, 16) & 0xFF
            faults = ["crc-stale" if low in (0x00, 0x01, 0x40, 0x41, 0x80, 0x81, 0xC0, 0xC1) else "crc-foreign"]
    data = body[:cut]
    if length != len(data):
        faults.append(_length_fault(data, length))
    return data, body[cut:], faults


def _guess(body: bytes, length: int) -> int:
    """Where a check word that fits nothing begins: after the closing &&, or where LEN or the last 4 digits say."""
    closing = body.rfind(b"&&") + 2
    if closing >= 2 and len(body) - closing <= 4 and _HEX.fullmatch(body[closing:]):
        return closing
    near = len(body) - 4
    if abs(near - length) <= 8 and near >= 0 and _HEX.fullmatch(body[near:]):
        return near
    return len(body)


_RANK = ("", "crc-unpadded", "crc-swapped", "crc-modbus")


def _judge(data: bytes, crc: bytes) -> str | None:
    """What kind of check word of these data this is; None if of none known."""
    if not _HEX.fullmatch(crc) or len(crc) > 4:
        return None
    number = int(crc, 16)
    right = check_word(data)
    if len(crc) < 4:
        return "crc-unpadded" if number == right else None
    if number == right:
        return ""
    swapped = (number >> 8) | (number & 0xFF) << 8
    if swapped == right:
        return "crc-swapped"
    return "crc-modbus" if modbus_check(data) in (number, swapped) else None


def _length_fault(data: bytes, length: int) -> str:
    if length == len(data) + 6:
        return "len+6"
    try:
        characters = len(data.decode())
    except UnicodeDecodeError:
        characters = len(data)
    return "len-in-characters" if length == characters else "len-wrong"


# The data segment.

_CP = re.compile(r"CP\s*=\s*&&")
_ORDER = ("QN", "ST", "CN", "PW", "MN", "Flag", "PNUM", "PNO")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_TIMES = ("SystemTime", "RestartTime", "DataTime", "BeginTime", "EndTime")
_SINGLES = (
    *_TIMES,
    "QnRtn",
    "ExeRtn",
    "RtdInterval",
    "MinInterval",
    "OverTime",
    "ReCount",
    "NewPW",
    "PolId",
    "InfoId",
    "VaseNo",
    "CstartTime",
    "Ctime",
    "Stime",
)
_BY_LOWER = {name.lower(): name for name in _SINGLES}
_MEASURES = ("Rtd", "Min", "Avg", "Max", "Cou", "ZsRtd", "ZsMin", "ZsAvg", "ZsMax")
DATA_FLAGS = "NFMSDCTB"
"""Data flags of HJ 212-2017 table 8."""


@lru_cache(maxsize=1024)
def _valid_date(text: str) -> bool:
    """True for YYYYMMDD of a day that is in the calendar."""
    year, month, day = int(text[:4]), int(text[4:6]), int(text[6:8])
    if year == 0 or not 1 <= month <= 12:
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 1 <= day <= (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def valid_stamp(text: str) -> bool:
    """True for 14 digits YYYYMMDDhhmmss that are a date and a time of day."""
    if len(text) != 14 or not (text.isascii() and text.isdecimal()):
        return False
    # Digits of one length compare as text as they do as numbers.
    return text[8:10] < "24" and text[10:12] < "60" and text[12:] < "60" and _valid_date(text[:8])


def parse_data(data: bytes) -> tuple[Packet, tuple[str, ...]]:
    """Read a data segment. Gives what could be read and the names of all deviations; never raises."""
    faults: list[str] = []
    try:
        text = data.decode()
    except UnicodeDecodeError:
        faults.append("not-utf8")
        text = data.decode("utf-8", "replace")
    match = _CP.search(text)
    if match is None:
        faults.append("cp-missing")
        head, cp, trailer = text, "", ""
    else:
        head, rest = text[: match.start()], text[match.end() :]
        if head and not head.endswith(";"):
            faults.append("separator-comma" if head.endswith(",") else "separator-missing")
        if " " in match[0]:
            faults.append("blank")
        end = rest.rfind("&&")
        if end < 0:
            faults.append("cp-unclosed")
            cp, trailer = rest, ""
        else:
            cp, trailer = rest[:end], rest[end + 2 :]
        if 4 * len(cp) + 7 > CP_LIMIT and len(cp.encode("utf-8", "replace")) + 7 > CP_LIMIT:
            faults.append("cp-over-950")
    fields = _head(head, faults)
    if trailer.strip(" ;"):
        after = _head(trailer, [])
        if "Flag" in after:
            faults.append("flag-after-cp")
            fields.setdefault("Flag", after["Flag"])
        else:
            faults.append("head-unknown")
    items = _items(cp, faults)
    packet = _packet(fields, items, faults)
    _check_fields(packet, faults)
    return packet, tuple(dict.fromkeys(faults)) if faults else ()


_USUAL = re.compile(
    r"QN=([^;,= ]+);ST=([^;,= ]+);CN=([^;,= ]+);PW=([^;,= ]+);MN=([^;,= ]+);Flag=([^;,= ]+);"
    r"(?:PNUM=([^;,= ]+);PNO=([^;,= ]+);)?"
)


def _head(text: str, faults: list[str]) -> dict[str, str]:
    usual = _USUAL.fullmatch(text)
    if usual is not None:
        return {name: value for name, value in zip(_ORDER, usual.groups(), strict=True) if value is not None}
    fields: dict[str, str] = {}
    order: list[str] = []
    for piece in text.split(";"):
        parts = piece.split(",")
        if len(parts) > 1 and all(parts[1:]):
            faults.append("separator-comma")
        for part in parts:
            if not part.strip():
                continue
            name, equals, value = part.partition("=")
            if part != part.strip() or name != name.strip() or value != value.strip():
                faults.append("blank")
            name, value = name.strip(), value.strip()
            if not equals or name not in _ORDER:
                faults.append("head-unknown")
                continue
            if name in fields:
                faults.append("head-repeated")
                continue
            fields[name] = value
            order.append(name)
    known = [name for name in _ORDER if name in order]
    if known != order:
        swapped = order.index("PNO") < order.index("PNUM") if "PNO" in order and "PNUM" in order else False
        faults.append("pno-before-pnum" if swapped else "head-order")
    return fields


_BLANK = re.compile(r"\s")


def _pieces(text: str, mark: str) -> list[str]:
    """Split at a separator outside of log text, which stands between // and //."""
    if "//" not in text:
        return text.split(mark)
    pieces = [""]
    for index, part in enumerate(text.split("//")):
        if index:
            pieces[-1] += "//"
        if index % 2:
            pieces[-1] += part
            continue
        first, *others = part.split(mark)
        pieces[-1] += first
        pieces.extend(others)
    return pieces


def _items(text: str, faults: list[str]) -> tuple[Item, ...]:
    items: list[Item] = []
    seen: set[str] = set()
    if not text.strip():
        if text:
            faults.append("blank")
        return ()
    # What has no blank at all needs no looking for blanks field by field.
    bare = _BLANK.search(text) is None
    for piece in _pieces(text, ";"):
        fields: list[tuple[str, str]] = []
        if not piece.strip():
            faults.append("item-empty")
            continue
        for part in _pieces(piece, ","):
            name, equals, value = part.partition("=")
            if not bare and (name != name.strip() or value != value.strip()):
                faults.append("blank")
                name, value = name.strip(), value.strip()
            if not equals or not name:
                faults.append("item-invalid")
                continue
            if "-" not in name:
                right = _BY_LOWER.get(name.lower(), name)
                if right != name:
                    faults.append("name-case")
                    name = right
            if name in seen:
                faults.append("item-repeated")
            seen.add(name)
            if fields and (name in _SINGLES or fields[-1][0] in _SINGLES):
                faults.append("separator-comma")
                items.append(tuple(fields))
                fields = []
            fields.append((name, value))
        if fields:
            items.append(tuple(fields))
    return tuple(items)


def _number(text: str, low: int, high: int) -> int | None:
    if not (text.isascii() and text.isdecimal()) or len(text) > 6:
        return None
    number = int(text)
    return number if low <= number <= high else None


def _packet(fields: dict[str, str], items: tuple[Item, ...], faults: list[str]) -> Packet:
    flag = -1
    if "Flag" not in fields:
        faults.append("flag-missing")
    else:
        number = _number(fields["Flag"], 0, 255)
        if number is None:
            faults.append("flag-invalid")
        else:
            flag = number
            version = flag >> 2
            if version != 1:
                faults.append({0: "flag-2005", 2: "flag-2025"}.get(version, "flag-version"))
    split = [name for name in ("PNUM", "PNO") if name in fields]
    numbers = {name: _number(fields[name], 1, 9999) or 0 for name in split} if split else {}
    if split and not all(numbers.values()):
        faults.append("pnum-invalid")
    if split and any(fields[name].startswith("0") and numbers[name] for name in split):
        faults.append("pno-padded")
    if flag >= 0 and flag & 2 and len(split) < 2:
        faults.append("pnum-missing")
    if split and not (flag >= 0 and flag & 2):
        faults.append("pno-without-flag")
    if len(split) == 2 and numbers["PNO"] > numbers["PNUM"] > 0:
        faults.append("pno-beyond-pnum")
    for name in ("ST", "CN", "PW", "MN"):
        if not fields.get(name):
            faults.append(f"{name.lower()}-missing")
    if "QN" not in fields:
        faults.append("qn-missing")
    elif not fields["QN"]:
        faults.append("qn-empty")
    return Packet(
        qn=fields.get("QN", ""),
        st=fields.get("ST", ""),
        cn=fields.get("CN", ""),
        pw=fields.get("PW", ""),
        mn=fields.get("MN", ""),
        flag=flag,
        pnum=numbers.get("PNUM", 0),
        pno=numbers.get("PNO", 0),
        cp=items,
    )


@lru_cache(maxsize=4096)
def _identity_faults(st: str, cn: str, pw: str, mn: str) -> tuple[str, ...]:
    """Deviations of the fields that are the same in every packet of a terminal."""
    faults: list[str] = []
    if st and not re.fullmatch(r"[0-9A-Z]{2}", st):
        faults.append("st-invalid")
    if cn and not re.fullmatch(r"[0-9]{4}", cn):
        faults.append("cn-invalid")
    if pw and len(pw) != 6:
        faults.append("pw-not-6")
    if mn and not re.fullmatch(r"[0-9A-F]{24}", mn):
        faults.append("mn-not-24-hex")
    return tuple(faults)


def _check_fields(packet: Packet, faults: list[str]) -> None:
    if packet.qn and not (len(packet.qn) == 17 and valid_stamp(packet.qn[:14]) and packet.qn[14:].isdecimal()):
        faults.append("qn-13-digits" if re.fullmatch(r"[0-9]{13}", packet.qn) else "qn-invalid")
    faults += _identity_faults(packet.st, packet.cn, packet.pw, packet.mn)
    for each in packet.cp:
        for name, value in each:
            _check_value(name, value, faults)


def _check_value(name: str, value: str, faults: list[str]) -> None:
    if name.endswith("-Flag"):
        if len(value) != 1 or value not in DATA_FLAGS:
            faults.append("data-flag-unknown")
        return
    if name in _TIMES or name.endswith("-SampleTime"):
        if not valid_stamp(value):
            long = len(value) == 17 and value.isdecimal() and valid_stamp(value[:14])
            faults.append("datatime-17-digits" if long else "datatime-invalid")
        return
    _, dash, suffix = name.rpartition("-")
    if not dash:
        return
    if suffix in _MEASURES:
        if not _NUMBER.fullmatch(value):
            faults.append("value-invalid")
        elif len(value) > 18:
            faults.append("value-too-long")
