"""Devices behind an OPC UA server: every point is a node, read once a slot with its status and source time stamp.

Leaves the session to `client`. A bad status is a reading without a value, an uncertain one questionable; a value
with the source time stamp of an earlier period has been told already and is no new one.
"""

from __future__ import annotations

import math
import struct
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from asyncua import ua as asyncua_ua

from reference_terminal.acquisition.collectors.slots import EARLY_S
from reference_terminal.acquisition.driver import Content, Poll, stamped
from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.acquisition.opcua.client import OpcUaClient
from reference_terminal.model import numbers, reading
from reference_terminal.model.clock import WallClock
from reference_terminal.settings.meters import MeterConfig

ua: Any = asyncua_ua
_FORMS = {
    "Boolean": "",
    "SByte": ">b",
    "Byte": ">B",
    "Int16": ">h",
    "UInt16": ">H",
    "Int32": ">i",
    "UInt32": ">I",
    "Int64": ">q",
    "UInt64": ">Q",
    "Float": ">f",
    "Double": ">d",
}
"""Number types of OPC UA and their octets; a Boolean is no measured value."""


def status_name(code: int) -> str:
    """The name of a status code, such as BadNoCommunication; the number in hexadecimal if it has none."""
    name = str(ua.StatusCode(ua.UInt32(code & 0xFFFF0000)).name)
    return name if name and name != "UNKNOWN" else f"{code:08X}"


def number_in(value: Any) -> tuple[str, Decimal | None]:
    """Octets (hexadecimal) and number of a variant; None if it holds no finite number."""
    kind = getattr(value.VariantType, "name", "") if value is not None else ""
    form = _FORMS.get(kind, "")
    held = None if value is None else value.Value
    if not form or isinstance(held, bool) or not isinstance(held, int | float):
        return str(held or "")[:32].encode().hex().upper(), None
    octets = struct.pack(form, held).hex().upper()
    if isinstance(held, int):
        return octets, Decimal(held)
    if not math.isfinite(held):
        return octets, None
    return octets, Decimal(numbers.float32_text(held) if kind == "Float" else numbers.float64_text(held))


def stamp_ms(moment: datetime | None) -> int | None:
    """A source time stamp in ms UTC; None if it was not set."""
    if moment is None or moment.year < 1970:
        return None
    at = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return round(at.timestamp() * 1000)


def content_of(value: Any, now_ms: int, max_age_s: int) -> Content:
    """What a data value holds for a point at an instant of the terminal's clock."""
    raw, number = number_in(value.Value)
    status = 0 if value.StatusCode is None else int(value.StatusCode.value)
    if status & 0x80000000:
        return Content(raw, None, f"{reading.BAD_STATUS} {status_name(status)}")
    if number is None:
        return Content(raw, None, reading.NOT_A_NUMBER)
    at_ms = stamp_ms(value.SourceTimestamp)
    questionable = f"{reading.UNSURE_STATUS} {status_name(status)}" if status & 0x40000000 else ""
    if at_ms is None:
        return Content(raw, number, questionable=questionable or reading.NO_INSTANT)
    if at_ms > now_ms + EARLY_S * 1000:
        return Content(raw, None, reading.SOURCE_CLOCK)
    if now_ms - at_ms > max_age_s * 1000:
        return Content(raw, None, reading.STALE)
    return Content(raw, number, questionable=questionable)


class OpcUaMeter:
    """One device behind a server."""

    def __init__(self, config: MeterConfig, first_point: int, client: OpcUaClient) -> None:
        self.config = config
        self.carrier = client
        self._first = first_point
        self._nodes = [point.place.tag for point in config.points]
        self._max_age_s = client.config.max_age_s or config.period_s

    async def read(self, slot_s: int | None, clock: WallClock, retries: int, wait_s: float | None = None) -> Poll:
        """Read all nodes once (see `Driver`); a lost session is made again once by the client itself."""
        del retries, wait_s
        silent = False
        try:
            values = await self.carrier.read(self._nodes)
            now_ms = clock.now_ms()
            contents = [content_of(value, now_ms, self._max_age_s) for value in values]
        except ReadFailed as failure:
            contents = [Content("", None, failure.cause)] * len(self._nodes)
            silent = failure.hopeless
        return Poll(stamped(self.config.points, contents, self._first, slot_s, clock.now_ms()), silent)
