"""HJ 212 text in a collector's message: frames of real-time uploads (2011) become contents of points.

Leaves framing and check words to the uplink's codec, other forms to `messages`. A message with one damaged frame is
refused as a whole: nothing says which of its parts can be believed.
"""

from __future__ import annotations

from collections.abc import Callable

from reference_terminal.acquisition.collectors.device_report import DeviceReport, MessageError
from reference_terminal.acquisition.driver import Content
from reference_terminal.hj212.frame import Decoder, Refused
from reference_terminal.hj212.message import Malformed, Message, parameters, parse
from reference_terminal.model import reading
from reference_terminal.model.times import parse_stamp

REAL_TIME = "2011"
NORMAL = "N"
_LONGEST = 9999
_AROUND = 12
"""Octets of a frame beside its data segment; the last two, CR LF, may be missing at the end of a message."""

ByPlace = dict[tuple[str, int | None], dict[str, Content]]


def read_text(payload: bytes, number: Callable[[str], Content]) -> list[DeviceReport]:
    """What the frames of a message say, by device (MN) and instant; `number` reads a value. Raises MessageError."""
    by_place: ByPlace = {}
    for data in _segments(payload):
        try:
            packet = parse(data)
        except Malformed as error:
            raise MessageError(str(error)) from None
        if packet.cn != REAL_TIME:
            raise MessageError(f"expected CN={REAL_TIME} (real-time data), got {packet.cn[:20]!r}")
        _add(packet, number, by_place)
    return [DeviceReport(node, at_ms, contents) for (node, at_ms), contents in by_place.items()]


def _segments(payload: bytes) -> list[bytes]:
    """The data segments of a message that is whole frames and nothing else."""
    found: list[bytes] = []
    for each in Decoder(_LONGEST).feed(payload):
        if isinstance(each, Refused):
            cause = reading.CHECKSUM if each.data else reading.BAD_FRAME
            raise MessageError(f"expected whole frames of HJ 212, got: {each.reason}", cause)
        found.append(each.data)
    if not found or sum(len(data) + _AROUND for data in found) < len(payload.strip(b"\r\n \0")):
        raise MessageError(f"expected whole frames of HJ 212, got {len(found)} and a rest")
    return found


def _add(packet: Message, number: Callable[[str], Content], by_place: ByPlace) -> None:
    fields = parameters(packet.cp)
    usual = fields.get("DataTime", "")
    codes = dict.fromkeys(name.rpartition("-")[0] for name in fields if name.endswith(("-Rtd", "-Flag")))
    by_place.setdefault((packet.mn, _instant_ms(usual)), {})
    for code in codes:
        at_ms = _instant_ms(fields.get(f"{code}-SampleTime", usual))
        by_place.setdefault((packet.mn, at_ms), {})[code] = _content(fields, code, number)


def _content(fields: dict[str, str], code: str, number: Callable[[str], Content]) -> Content:
    flag, value = fields.get(f"{code}-Flag", NORMAL), fields.get(f"{code}-Rtd", "")
    if flag != NORMAL:
        return Content(value.encode().hex().upper()[:120], None, f"{reading.ERROR_ANSWER} flag {flag[:8]}")
    return number(value)


def _instant_ms(text: str) -> int | None:
    """An instant as HJ 212 writes it; None where there is none. Anything else is no packet of it."""
    if not text:
        return None
    at_s = parse_stamp(text)
    if at_s is None:
        raise MessageError(f"expected YYYYMMDDhhmmss, got {text[:30]!r}")
    return at_s * 1000
