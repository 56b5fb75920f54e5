"""HJ 212 text as a collector's message: the raw frame of a real-time upload (2011), as devices republish it by MQTT.

Leaves frames and check words to the codec of the centres, topics to `payloads`. No standard says how this is done
(facts 4.3): here a message is the whole text `##…\\r\\n`, several frames where one would be too long, without answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from simulators.centres.hj212.codec import CP_LIMIT, Item, Packet, encode
from simulators.collectors import sentences as said
from simulators.collectors.entries import Entry
from simulators.sentences import Words
from simulators.stamps import stamp, stamp_ms

CODE = re.compile(r"[0-9A-Za-z]{1,12}")
"""What a point may be called in CP."""
LONGEST_NAME = 12
"""Octets of a device's name that fit into its MN."""
_ST, _CN, _PW = "31", "2011", "123456"
_NO_ANSWER, _NO_ANSWER_PART = 4, 6
_NORMAL, _DEVICE, _LINK = "N", "D", "B"
_FRAME = len("CP=&&&&")


def mn_of(name: str) -> str:
    """The MN of a device: the octets of its name in hexadecimal, filled up to 24 characters with leading zeros."""
    return name.encode().hex().upper().rjust(24, "0")


def flaws_of(name: str, tags: Sequence[str]) -> Iterator[Words]:
    """What HJ 212 text cannot say of a device."""
    if len(name.encode()) > LONGEST_NAME:
        yield said.LONG_NAME(most=LONGEST_NAME)
    for tag in tags:
        if not CODE.fullmatch(tag):
            yield said.NO_CODE(tag=tag)


def write(name: str, stamp_us: int, entries: Sequence[Entry]) -> str:
    """The text about one device at one instant (us UTC, by the collector's clock; to the second).

    A device that does not answer has flag B and no value, a value that is none (null) flag D.
    """
    at: Item = (("DataTime", stamp(stamp_us)),)
    parts: list[list[Item]] = [[at]]
    for item in map(_item, entries):
        if _octets([*parts[-1], item]) > CP_LIMIT:
            parts.append([at])
        parts[-1].append(item)
    frames: list[bytes] = []
    for number, items in enumerate(parts, 1):
        many = len(parts) > 1
        packet = Packet(
            qn=stamp_ms(stamp_us + (number - 1) * 1000),
            st=_ST,
            cn=_CN,
            pw=_PW,
            mn=mn_of(name),
            flag=_NO_ANSWER_PART if many else _NO_ANSWER,
            pnum=len(parts) if many else 0,
            pno=number if many else 0,
            cp=tuple(items),
        )
        frames.append(encode(packet))
    return b"".join(frames).decode()


def _item(entry: Entry) -> Item:
    if not entry.token:
        return ((f"{entry.tag}-Flag", _LINK),)
    if entry.token == "null":
        return ((f"{entry.tag}-Rtd", ""), (f"{entry.tag}-Flag", _DEVICE))
    return ((f"{entry.tag}-Rtd", entry.token), (f"{entry.tag}-Flag", _NORMAL))


def _octets(items: Sequence[Item]) -> int:
    fields = [f"{name}={value}" for item in items for name, value in item]
    return _FRAME + len(";".join(fields).encode())


def with_bad_check(octets: bytes, by: int) -> bytes:
    """The text with another check word in its last frame."""
    word = (int(octets[-6:-2], 16) + by) & 0xFFFF
    return octets[:-6] + b"%04X" % word + octets[-2:]
