"""HJ 212-2017 frames and packets: strict to build, tolerant to read, every deviation named.

Leaves to others: the connection, acknowledgements and storage (`hj212`). Frame: HJ 212-2017 table 2; check word: annex
A; fields: tables 3 and 4. Two layers: `Splitter` (of `frames`) cuts a stream of octets into frames and junk,
`parse_data` reads the data segment of a frame. Neither raises on any octets; what is wrong is a list of names,
explained in `faults`.
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from simulators.centres.hj212.check_word import check_word, modbus_check
from simulators.centres.hj212.faults import FATAL, FAULTS, REMARKS
from simulators.centres.hj212.frames import EMIT_LIMIT, RECEIVE_LIMIT, Frame, Junk, Splitter

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

CP_LIMIT = 950

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
    session = f"QN={packet.qn};" if packet.qn else ""
    flag = f"Flag={packet.flag};" if packet.flag >= 0 else ""
    part = f"PNUM={packet.pnum};PNO={packet.pno};" if packet.pnum else ""
    items = ";".join([",".join([f"{name}={value}" for name, value in each]) for each in packet.cp])
    head = f"{session}ST={packet.st};CN={packet.cn};PW={packet.pw};MN={packet.mn};{flag}{part}"
    return f"{head}CP=&&{items}&&".encode()


def encode_frame(data: bytes) -> bytes:
    """A data segment as a whole frame: head, LEN in octets, check word in upper case, CR LF."""
    return b"##%04d%b%04X\r\n" % (len(data), data, check_word(data))


def encode(packet: Packet) -> bytes:
    """A packet as a whole frame."""
    return encode_frame(encode_data(packet))


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
_ALONE = frozenset(_SINGLES)
_MEASURES = ("Rtd", "Min", "Avg", "Max", "Cou", "ZsRtd", "ZsMin", "ZsAvg", "ZsMax")
DATA_FLAGS = "NFMSDCTB"
"""Data flags of HJ 212-2017 table 8."""
_FLAGS = frozenset(DATA_FLAGS)


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
    sound = _sound(data)
    if sound is not None:
        return sound, ()
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
        if match[0] != "CP=&&":
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
    r"QN=([^;,=\s]+);ST=([^;,=\s]+);CN=([^;,=\s]+);PW=([^;,=\s]+);MN=([^;,=\s]+);Flag=([^;,=\s]+);"
    r"(?:PNUM=([^;,=\s]+);PNO=([^;,=\s]+);)?"
)
_SOUND = re.compile(
    r"QN=(([0-9]{14})[0-9]{3});ST=([0-9A-Z]{2});CN=([0-9]{4});PW=([!-%'-+\--:<>-~]{6});MN=([0-9A-F]{24});Flag=([4-7]);"
    r"(?:PNUM=([1-9][0-9]{0,3});PNO=([1-9][0-9]{0,3});)?CP=&&([!-%'-.0-~]*)&&"
)


def _sound(data: bytes) -> Packet | None:
    """The packet of a data segment without any deviation; None if there may be one, to be looked at closely."""
    match = _SOUND.fullmatch(data.decode()) if data.isascii() else None
    if match is None:
        return None
    qn, when, st, cn, pw, mn, digit, pnum, pno, cp = match.groups()
    flag = int(digit)
    parts, part = (int(pnum), int(pno)) if pnum else (0, 0)
    if part > parts or (flag & 2) != 2 * bool(pnum) or len(cp) + 7 > CP_LIMIT or not valid_stamp(when):
        return None
    items = _sound_items(cp) if cp else ()
    if items is None:
        return None
    return Packet(qn=qn, st=st, cn=cn, pw=pw, mn=mn, flag=flag, pnum=parts, pno=part, cp=items)


def _sound_items(text: str) -> tuple[Item, ...] | None:
    """The items of a CP without blanks and log text; None if anything about them deviates."""
    items: list[Item] = []
    seen: set[str] = set()
    count = 0
    for piece in text.split(";"):
        parts = piece.split(",")
        fields: list[tuple[str, str]] = []
        for part in parts:
            name, equals, value = part.partition("=")
            kind = _kind(name) if equals else "odd"
            if kind == "measure":
                if _NUMBER.fullmatch(value) is None or len(value) > 18:
                    return None
            elif kind == "flag":
                if value not in _FLAGS:
                    return None
            elif kind == "time":
                if not valid_stamp(value):
                    return None
            elif kind == "odd":
                return None
            if len(parts) > 1 and name in _ALONE:
                return None
            seen.add(name)
            count += 1
            fields.append((name, value))
        items.append(tuple(fields))
    return tuple(items) if len(seen) == count else None


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


_MARKS = {mark: re.compile(rf"[^=;,]=\s*//.*?//|{mark}") for mark in ";,"}


def _pieces(text: str, mark: str) -> list[str]:
    """Split at a separator outside of log text: a value that begins with // reaches to the next //."""
    if "//" not in text:
        return text.split(mark)
    pieces: list[str] = []
    start = 0
    for match in _MARKS[mark].finditer(text):
        if match[0] == mark:
            pieces.append(text[start : match.start()])
            start = match.end()
    return [*pieces, text[start:]]


@lru_cache(maxsize=4096)
def _kind(name: str) -> str:
    """What stands under a name: flag, time, measure, other; `odd` for a name in another letter case, or none."""
    if not name or ("-" not in name and _BY_LOWER.get(name.lower(), name) != name):
        return "odd"
    if name.endswith("-Flag"):
        return "flag"
    if name in _TIMES or name.endswith("-SampleTime"):
        return "time"
    _, dash, suffix = name.rpartition("-")
    return "measure" if dash and suffix in _MEASURES else "other"


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
            if fields and (name in _ALONE or fields[-1][0] in _ALONE):
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
    kind = _kind(name)
    if value.startswith("//") and not (len(value) > 3 and value.endswith("//")):
        faults.append("log-unclosed")
    if kind == "flag":
        if len(value) != 1 or value not in DATA_FLAGS:
            faults.append("data-flag-unknown")
    elif kind == "time":
        if not valid_stamp(value):
            long = len(value) == 17 and value.isdecimal() and valid_stamp(value[:14])
            faults.append("datatime-17-digits" if long else "datatime-invalid")
    elif kind == "measure":
        if not _NUMBER.fullmatch(value):
            faults.append("value-invalid")
        elif len(value) > 18:
            faults.append("value-too-long")
