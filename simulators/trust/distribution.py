"""Where the test authorities publish their revocation lists: a host of its own, HTTP in the clear (RFC 5280, 4.2.1.13).

Leaves certificates to `authority`. A list is published every `publish_s` and says that the next one comes `valid_s`
later; `/ecdsa-root.crl`, `/ecdsa-intermediate.crl` and the same with sm2 hold it in DER. Lists and switches can be
changed while a world runs: a certificate put on hold and released again, no answers, an old list, a forged one.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal, cast

import h11
import msgspec

from simulators.clock import Clock, Observe
from simulators.events import Behaviour, ListServed
from simulators.trust.authority import Role, Tier, Trust
from simulators.trust.certificates import Family

NAME = "revocation"
_KIND = "application/pkix-crl"
_REASONS = {200: b"OK", 400: b"Bad Request", 404: b"Not Found", 503: b"Service Unavailable"}


@dataclass(frozen=True)
class RevocationSpec:
    """Where lists are published, how often, and for how long each holds (seconds)."""

    host: str
    port: int = 80
    publish_s: int = 3600
    valid_s: int = 86_400

    def url(self, family: Family, tier: Tier) -> str:
        """The address of a list."""
        return f"http://{self.host}:{self.port}/{family}-{tier}.crl"


class DistributionSwitches(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the host answers: `sound`; `silent` (takes requests and says nothing); `error` (503); `old` (the list that
    was current when the switch was set); `forged` (a newer list under the right name, signed by somebody else, on which
    every certificate stands); `junk` (octets that are no list)."""

    answers: Literal["sound", "silent", "error", "old", "forged", "junk"] = "sound"


class DistributionPoint:
    """The host. `hold` and `release` count from the next list on, which is published at once."""

    def __init__(self, spec: RevocationSpec, trust: Trust, *, clock: Clock, observe: Observe) -> None:
        self.host = spec.host
        self.spec = spec
        self.switches = DistributionSwitches()
        self._trust = trust
        self._clock = clock
        self._observe = observe
        self._server: asyncio.Server | None = None
        self._connections: dict[int, _Connection] = {}
        self._count = 0
        self._held: dict[Family, dict[tuple[Role, str], None]] = {"ecdsa": {}, "sm2": {}}
        self._issued: dict[tuple[Family, Tier], tuple[int, int, bytes]] = {}
        self._numbers: dict[tuple[Family, Tier], int] = {}
        self._paths: dict[str, tuple[Family, Tier]] = {}
        for family in cast(tuple[Family, ...], ("ecdsa", "sm2")):
            for tier in cast(tuple[Tier, ...], ("root", "intermediate")):
                self._paths[f"/{family}-{tier}.crl"] = (family, tier)

    async def start(self) -> None:
        """Listen. Raises OSError if the port is taken."""
        self._server = await asyncio.get_running_loop().create_server(self._connection, self.host, self.spec.port)

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in tuple(self._connections.values()):
            connection.close()

    def _connection(self) -> _Connection:
        self._count += 1
        return _Connection(self, self._count, self._connections)

    def behave(self, answers: str) -> None:
        """Change how requests are answered. Raises msgspec.ValidationError for a word it does not know."""
        self.switches = msgspec.convert({"answers": answers}, DistributionSwitches)
        self._tell({"answers": answers})

    def hold(self, family: Family, role: Role, name: str) -> None:
        """Put the good certificate of a centre or terminal on the list of its issuer, which is published at once."""
        self._held[family][(role, name)] = None
        self._issued.pop((family, "intermediate"), None)
        self._tell({"hold": f"{role} {name}"})

    def release(self, family: Family, role: Role, name: str) -> None:
        """Take it off the list again."""
        self._held[family].pop((role, name), None)
        self._issued.pop((family, "intermediate"), None)
        self._tell({"release": f"{role} {name}"})

    def _tell(self, switches: dict[str, str]) -> None:
        self._observe(Behaviour(t=self._clock.now_us(), centre=NAME, switches=switches))

    def _list(self, family: Family, tier: Tier) -> tuple[int, int, bytes]:
        """Number, end (us) and octets of the list to be shown now."""
        now = self._clock.now_us()
        wanted: tuple[Family, Tier] = (family, tier)
        found = self._issued.get(wanted)
        begin = now - now % 1_000_000
        fresh = found is not None and now < found[1] - (self.spec.valid_s - self.spec.publish_s) * 1_000_000
        if found is not None and (fresh or self.switches.answers == "old"):
            return found
        number = self._numbers[wanted] = self._numbers.get(wanted, 0) + 1
        until = begin + self.spec.valid_s * 1_000_000
        held = tuple(self._held[family])
        made = number, until, self._trust[family].revocation_list(tier, begin, until, number, held)
        self._issued[wanted] = made
        return made

    def _forged(self, family: Family, tier: Tier) -> tuple[int, int, bytes]:
        begin = self._clock.now_us() // 1_000_000 * 1_000_000
        until = begin + 10 * self.spec.valid_s * 1_000_000
        number = self._numbers.get((family, tier), 0) + 1000
        authority = self._trust[family]
        return number, until, authority.revocation_list(tier, begin, until, number, authority.subjects, forged=True)

    def asked(self, path: str) -> tuple[int, bytes] | None:
        """Status and body for a path; None for no answer at all."""
        which = self._paths.get(path)
        status, number, until, body = 404, 0, 0, b""
        answers = self.switches.answers
        if answers == "error":
            status = 503
        elif which is not None:
            status = 200
            number, until, body = (self._forged if answers == "forged" else self._list)(*which)
            body = b"no list" if answers == "junk" else body
        silent = answers == "silent"
        self._observe(
            ListServed(
                t=self._clock.now_us(),
                at=NAME,
                path=path,
                status=0 if silent else status,
                number=number if status == 200 and answers != "junk" and not silent else 0,
                until=until if status == 200 and answers != "junk" and not silent else 0,
                fault="" if answers == "sound" else answers,
            )
        )
        return None if silent else (status, body)


class _Connection(asyncio.Protocol):
    """One connection of a client; one request at a time."""

    def __init__(self, point: DistributionPoint, number: int, others: dict[int, _Connection]) -> None:
        self._point = point
        self._number = number
        self._others = others
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=16_384)
        self._transport: asyncio.Transport | None = None
        self._path = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected."""
        self._transport = cast(asyncio.Transport, transport)
        self._others[self._number] = self

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        self._transport = None
        self._others.pop(self._number, None)

    def close(self) -> None:
        """Close."""
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Octets in any pieces."""
        self._http.receive_data(data)
        while self._transport is not None:
            try:
                event = self._http.next_event()
            except h11.RemoteProtocolError:
                self.close()
                return
            if isinstance(event, h11.Request):
                self._path = event.target.decode("ascii", "replace") if event.method == b"GET" else ""
            elif isinstance(event, h11.EndOfMessage):
                self._answer(self._point.asked(self._path))
                return
            elif not isinstance(event, h11.Data):
                return

    def _answer(self, answer: tuple[int, bytes] | None) -> None:
        if answer is None or self._transport is None:
            return
        status, body = answer
        headers = [("Content-Type", _KIND), ("Content-Length", str(len(body))), ("Connection", "close")]
        octets = self._http.send(h11.Response(status_code=status, reason=_REASONS[status], headers=headers)) or b""
        octets += (self._http.send(h11.Data(body)) or b"") + (self._http.send(h11.EndOfMessage()) or b"")
        self._transport.write(octets)
        self._transport.close()
