"""The HJ 212 listener: a connection a terminal; data are kept and then acknowledged (9014), everything else is not.

Leaves frames and fields to `hj212`, keeping to `taking`. A connection that says nothing for too long is closed.
"""

from __future__ import annotations

import asyncio
import logging
import traceback

from simulators.platform.core.intake.hj212 import Frames, Packet, Spoiled, answered, parse, values_of
from simulators.platform.core.intake.links import Door, admit
from simulators.platform.core.intake.taking import Intake, Value
from simulators.platform.core.reckoning import DAY_S, HOUR_S, MINUTE
from simulators.platform.core.seams import seam
from simulators.platform.core.serving import common_name
from simulators.platform.core.settings import Hj212
from simulators.platform.core.times import from_stamp

_log = logging.getLogger("simulators.platform")
_CLASSES: dict[str, tuple[int, str | None]] = {
    "2011": (0, "Rtd"),
    "2051": (MINUTE, None),
    "2061": (HOUR_S, None),
    "2031": (DAY_S, None),
}
"""Commands of data (table 9): span, and the field that is the value."""
_NOTED = ("2021", "2041", "2081", "3019", "3020")
"""Uploads that are no values: kept as they came."""
_WAY = "hj212"


class Hj212Door(Door):
    """A listener for terminals over HJ 212."""

    def __init__(self, intake: Intake, settings: Hj212) -> None:
        super().__init__(settings, lambda: Hj212Link(self))
        self.intake, self.settings = intake, settings


class Hj212Link(asyncio.Protocol):
    """One connection."""

    def __init__(self, door: Hj212Door) -> None:
        self._door = door
        self._frames = Frames(door.settings.most)
        self._transport: asyncio.Transport | None = None
        self._certified = ""
        self.proved = False
        self._idle: asyncio.TimerHandle | None = None
        self._heard = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A terminal has connected."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._certified = common_name(transport.get_extra_info("peercert"))
        admit(self._door.links, self)
        self._heard = asyncio.get_running_loop().time()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone."""
        self._door.links.pop(self, None)
        self._transport = None
        if self._idle is not None:
            self._idle.cancel()

    def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        left = self._heard + self._door.settings.idle_s - loop.time()
        if left <= 0:
            self.close()
        else:
            self._idle = loop.call_later(left, self._watch)

    def close(self) -> None:
        """End the connection after what was sent has left."""
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Octets in any pieces; what is wrong with them is wrong with this connection alone."""
        self._heard = asyncio.get_running_loop().time()
        try:
            for found in self._frames.feed(data):
                packet = "" if isinstance(found, Spoiled) else parse(found)
                if isinstance(packet, Packet):
                    self._take(packet)
        except Exception:
            _log.error("%s\n%s", _WAY, traceback.format_exc())
            self.close()

    def _take(self, packet: Packet) -> None:
        intake = self._door.intake
        terminal = intake.known(packet.mn, packet.pw, self._certified, _WAY)
        if terminal is None or (self._door.settings.tls.clients and not self._certified):
            return
        self.proved = True
        if packet.cn in _CLASSES:
            values = read(packet)
            if values is not None:
                intake.hand_in(terminal, values, _WAY, lambda kept: self._acknowledge(packet, kept))
        elif packet.cn in _NOTED:
            intake.note(terminal, packet.cn, packet.text)
            self._acknowledge(packet, True)
        elif packet.cn == "1013":
            self._send(answered(packet, "9013"))

    def _acknowledge(self, packet: Packet, kept: bool) -> None:
        """9014 for what is on the disk and asked for an answer; otherwise silence, so that it comes again."""
        if kept and packet.wants_answer:
            self._send(answered(packet, "9014"))

    def _send(self, octets: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(octets)


@seam
def read(packet: Packet) -> list[Value] | None:
    """The values of a packet of data; None if it cannot be used."""
    span, field = _CLASSES[packet.cn]
    try:
        at = from_stamp(packet.single("DataTime"))
    except ValueError:
        return None
    found = values_of(packet, field)
    if found is None:
        return None
    values = [Value(code, at, span, value, flag, "", said) for code, value, flag, said in found]
    return values if all(each.readable for each in values) else None
