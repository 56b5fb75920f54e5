"""HJ 212-2017 from a terminal's side: packets out, 9014 and requests in.

Leaves frames and check words to the codec of `simulators.centres.hj212`. Uploads ask for an answer (Flag 5; with parts
7, HJ 212-2017 annex C). A packet sent again keeps its QN. Ways of spoiling: `octet` (one octet of the data segment is
another, the check word as it was), `crc` (the check word is wrong), `half` (the end is missing), `mn` (a terminal that
nobody knows), `pw` (a wrong password), `length` (LEN is wrong).
"""

from __future__ import annotations

from simulators.centres.hj212.codec import Frame, Splitter, encode_frame, parse_data
from simulators.senders.parcels import Entry, Parcel
from simulators.senders.spec import SenderSpec
from simulators.senders.wire import Answer, Asked
from simulators.stamps import stamp, stamp_ms

COMMANDS = {"realtime": "2011", "minute": "2051", "hour": "2061", "day": "2031"}
"""Command of each class (HJ 212-2017 table 9)."""
_CP_OCTETS = 900
"""What the items of a packet may take, so that with DataTime the CP field keeps to 950."""
_MILLISECOND = 1_000
STRANGER_MN = "FFFFFFFFFFFFFFFFFFFFFFFF"
"""The MN of a terminal that nobody knows."""


class Hj212Wire:
    """HJ 212-2017 of one sender."""

    ready = True

    def __init__(self, spec: SenderSpec) -> None:
        self._head = f"ST={spec.st};CN=%s;PW={spec.secret};MN={spec.mn};"
        self._stranger = spec.mn.encode(), STRANGER_MN.encode()
        self._secret = f";PW={spec.secret};".encode()
        self._splitter = Splitter()
        self._last_ms = 0

    def hello(self) -> bytes:
        """Nothing: the 2017 edition knows no login."""
        return b""

    def reset(self) -> None:
        """Half frames of the connection before are of no use."""
        self._splitter = Splitter()

    def cut(self, entries: tuple[Entry, ...]) -> list[tuple[Entry, ...]]:
        """As many records as a packet holds."""
        parts: list[tuple[Entry, ...]] = []
        part: list[Entry] = []
        used = 0
        for each in entries:
            octets = len(_item(each)) + 1
            if part and used + octets > _CP_OCTETS:
                parts.append(tuple(part))
                part, used = [], 0
            part.append(each)
            used += octets
        if part:
            parts.append(tuple(part))
        return parts

    def octets(self, parcel: Parcel, now_us: int) -> bytes:
        """The packet; its QN is a number of its own, from the time at which it first goes out."""
        if not parcel.key:
            self._last_ms = max(self._last_ms + 1, now_us // _MILLISECOND)
            parcel.key = stamp_ms(self._last_ms * _MILLISECOND)
        items = ";".join([_item(each) for each in parcel.entries])
        split = f"Flag=7;PNUM={parcel.pnum};PNO={parcel.pno};" if parcel.pnum else "Flag=5;"
        head = self._head % COMMANDS[parcel.kind]
        return encode_frame(f"QN={parcel.key};{head}{split}CP=&&DataTime={stamp(parcel.start_us)};{items}&&".encode())

    def spoilt(self, parcel: Parcel, octets: bytes, how: str) -> bytes:
        """Spoilt as the module says."""
        data, word = octets[6:-6], octets[-6:-2]
        match how:
            case "octet":
                place = data.rindex(b"&&") - 1
                other = b"7" if data[place : place + 1] != b"7" else b"3"
                return octets[:6] + data[:place] + other + data[place + 1 :] + octets[-6:]
            case "crc":
                wrong = b"%04X" % (int(word, 16) ^ 0x0100)
                return octets[:-6] + wrong + b"\r\n"
            case "half":
                return octets[: len(octets) // 2]
            case "length":
                return b"##%04d" % (len(data) + 7) + octets[6:]
            case "mn":
                return encode_frame(data.replace(*self._stranger))
            case "pw":
                return encode_frame(data.replace(self._secret, b";PW=000000;"))
            case _:
                raise ValueError(f"HJ 212 cannot be spoilt by {how!r} / 无此破坏方式")

    def unanswered(self) -> bool:
        """Answers name what they answer."""
        return False

    def feed(self, octets: bytes) -> list[Answer | Asked]:
        """9014 answers a packet by its QN; other commands are requests."""
        found: list[Answer | Asked] = []
        for each in self._splitter.feed(octets):
            if not isinstance(each, Frame) or each.crc.upper() != each.expected:
                continue
            packet, _ = parse_data(each.data)
            if packet.cn == "9014":
                found.append(Answer(packet.qn, True, "9014"))
            elif packet.cn in ("9011", "9012", "9013"):
                # No word of an upload: some platforms say so that they refuse one.
                code = packet.field("QnRtn") or packet.field("ExeRtn")
                if packet.cn != "9013" and code not in ("", "1"):
                    found.append(Answer(packet.qn, False, f"{packet.cn} {code}"))
            else:
                items = tuple((name, value) for item in packet.cp for name, value in item)
                found.append(Asked(packet.cn, packet.qn, items))
        return found

    def reply(self, asked: Asked, items: tuple[tuple[str, str], ...], now_us: int) -> bytes:
        """9011, the data if there are any, and 9012 (HJ 212-2017 table 9); a notification is answered by 9013."""
        del now_us
        mine = self._head.partition(";CN")[2].partition(";")[2]
        head = f"QN={asked.key};ST=91;CN=%s;{mine}Flag=4;CP=&&%s&&"
        if asked.cn in ("2012", "2022"):
            return encode_frame((head % ("9013", "")).encode())
        out = encode_frame((head % ("9011", "QnRtn=1")).encode())
        if items:
            text = ";".join(f"{name}={value}" for name, value in items)
            out += encode_frame((head % (asked.cn, text)).encode())
        return out + encode_frame((head % ("9012", "ExeRtn=1")).encode())


def _item(entry: Entry) -> str:
    code = entry.code
    values = ",".join([f"{code}-{name}={text}" for name, text in entry.fields])
    return f"{values},{code}-Flag={entry.flag}"
