"""The ports at which people find a product, and the sessions that its doors agree to.

Leaves what is done in a session to `visitor`.
"""

from __future__ import annotations

import asyncio
import ssl

import msgspec

from bench.dut.access.exchange import Place, connect, tried
from bench.facade.people.desk import LISTENS_S, TROUBLES, Visitor
from bench.history import people as told_of
from bench.history.people import DoorQuery, PortRow, ToldQuery, TrialRow

_NOT_OFFERED = ("NO_PROTOCOLS_AVAILABLE", "NO_CIPHERS_AVAILABLE")
"""Why OpenSSL begins no session at all."""
_USUAL_PORTS = (
    *(21, 22, 23, 80, 102, 161, 443, 502, 1433, 1521, 1883, 2404, 3306, 3389, 4840, 5432, 5900, 6379, 8000, 8008, 8080),
    *(8081, 8088, 8443, 8883, 8888, 9000, 9010, 9090, 9200, 9443, 10_000, 20_000, 44_818, 47_808),
)
"""What management, databases and industrial protocols are usually found at."""


class Network:
    """The network side of a product's doors."""

    def __init__(self, people: Visitor) -> None:
        self._people = people

    async def listens(self, door: str) -> bool:
        """Whether a door takes connections; also where nothing but time can tell."""
        try:
            async with asyncio.timeout(LISTENS_S):
                stream = await connect(self._people.visits.place(door))
            stream.close()
        except ConnectionRefusedError:
            return False
        except TROUBLES:
            return True
        return True

    async def sessions_tried(self, door: str) -> None:
        """Put into the history what a door of https says to a client that checks, an old one, one in the clear."""
        place = self._people.visits.place(door)
        asked = self._people.now_us()
        rows = [await _tried(place, trial) for trial in ("checked", "old", "clear")]
        self._people.tell(told_of.SESSIONS, asked, DoorQuery(door=door), rows)

    async def scan(self, told: str) -> None:
        """Put into the history which ports take connections where the doors are: theirs, and those that are usual."""
        asked = self._people.now_us()
        places = {name: self._people.visits.place(name) for name in self._people.access.doors}
        rows: list[PortRow] = []
        for host in dict.fromkeys(place.host for place in places.values()):
            own = {place.port: name for name, place in reversed(places.items()) if place.host == host}
            ports = sorted({*own, *_USUAL_PORTS})
            found = await asyncio.gather(*(_takes(host, port) for port in ports))
            rows += [
                PortRow(host=host, port=str(port), door=own.get(port, ""))
                for port, taken in zip(ports, found, strict=True)
                if taken
            ]
        self._people.tell(told_of.PORTS, asked, ToldQuery(told=told), rows)


async def _tried(place: Place, trial: str) -> TrialRow:
    try:
        return msgspec.convert({"trial": trial, **await tried(place, trial)}, TrialRow)
    except ssl.SSLError as error:
        reason = str(error.reason or error)
        # What this machine's own library does not offer, the product has not refused.
        return TrialRow(trial=trial, outcome="unanswered" if reason in _NOT_OFFERED else "refused", reason=reason)
    except TROUBLES as error:
        outcome = "refused" if trial != "checked" else "unanswered"
        return TrialRow(trial=trial, outcome=outcome, reason=type(error).__name__)


async def _takes(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(LISTENS_S):
            stream = await connect(Place(host, port, False, ""))
    except TROUBLES:
        return False
    stream.close()
    return True
