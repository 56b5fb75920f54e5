"""Where the test authorities publish their revocation lists: a host of its own, HTTP in the clear (RFC 5280, 4.2.1.13).

Leaves certificates to `authority`, HTTP to `hosting`, and answers on single certificates, under `/ocsp` of the same
host, to `responder`. A list is published every `publish_s` and says that the next one comes `valid_s`
later; `/ecdsa-root.crl`, `/ecdsa-intermediate.crl` and the same with sm2 hold it in DER. Lists and switches can be
changed while a world runs: a certificate put on hold and released again, no answers, an old list, a forged one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, cast

import msgspec

from simulators.clock import Chance, Clock, Observe
from simulators.events import Behaviour, ListServed
from simulators.settings import Flaw, Port, Settings
from simulators.trust.authority import Role, Tier, Trust
from simulators.trust.certificates import FAMILIES, Family
from simulators.trust.hosting import Host, Reply
from simulators.trust.responder import PATH, Responder, ResponderSwitches
from simulators.trust.sentences import LIST_HOLDS

NAME = "revocation"
_KIND = "application/pkix-crl"


class RevocationSpec(Settings, frozen=True):
    """Where lists are published, how often, and for how long each holds (seconds).

    `ocsp_valid_s` is how long an answer on a single certificate holds; 0: nobody answers, and no certificate says so.
    """

    host: str
    port: Port = 80
    publish_s: Annotated[int, msgspec.Meta(ge=60, le=604_800)] = 3600
    valid_s: Annotated[int, msgspec.Meta(ge=60, le=31_536_000)] = 86_400
    ocsp_valid_s: Annotated[int, msgspec.Meta(ge=0, le=31_536_000)] = 0

    def flaws(self) -> Iterator[Flaw]:
        """There is always a list in force."""
        if self.valid_s < self.publish_s:
            yield LIST_HOLDS(least=self.publish_s).at("valid_s")

    @property
    def ocsp_url(self) -> str:
        """The address at which the status of certificates is told; empty if it is not."""
        return f"http://{self.host}:{self.port}{PATH}" if self.ocsp_valid_s else ""

    def url(self, family: Family, tier: Tier) -> str:
        """The address of a list."""
        return f"http://{self.host}:{self.port}/{family}-{tier}.crl"


class DistributionSwitches(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the host answers: `sound`; `silent` (takes requests and says nothing); `error` (503); `old` (the list that
    was current when the switch was set); `forged` (a newer list under the right name, signed by somebody else, on which
    every certificate stands); `junk` (octets that are no list)."""

    answers: Literal["sound", "silent", "error", "old", "forged", "junk"] = "sound"


class DistributionPoint:
    """The host. `hold` and `release` count from the next list on, which is published at once.

    `responder` answers on single certificates, if the description has that.
    """

    def __init__(self, spec: RevocationSpec, trust: Trust, *, chance: Chance, clock: Clock, observe: Observe) -> None:
        self.host = spec.host
        self.spec = spec
        self.switches = DistributionSwitches()
        self._trust = trust
        self._clock = clock
        self._observe = observe
        self._host = Host(spec.host, spec.port, self._reply)
        self._held: dict[Family, dict[tuple[Role, str], None]] = {"ecdsa": {}, "sm2": {}}
        self.responder: Responder | None = None
        if spec.ocsp_valid_s:
            self.responder = Responder(
                spec.ocsp_valid_s, trust, lambda family: tuple(self._held[family]),
                chance=chance, clock=clock, observe=observe,
            )  # fmt: skip
        self._issued: dict[tuple[Family, Tier], tuple[int, int, bytes]] = {}
        self._numbers: dict[tuple[Family, Tier], int] = {}
        self._paths: dict[str, tuple[Family, Tier]] = {}
        for family in FAMILIES:
            for tier in cast(tuple[Tier, ...], ("root", "intermediate")):
                self._paths[f"/{family}-{tier}.crl"] = (family, tier)

    @property
    def port(self) -> int:
        """The port that is listened to."""
        return self._host.port

    async def start(self) -> None:
        """Listen. Raises OSError if the port is taken."""
        await self._host.start()

    async def stop(self) -> None:
        """Close the port and every connection."""
        await self._host.stop()

    def _reply(self, method: str, path: str, body: bytes, kind: str) -> Reply | None:
        if self.responder is not None and (path == PATH or path.startswith(f"{PATH}/")):
            return self.responder.asked(method, path, body, kind)
        found = self.asked(path if method == "GET" else "")
        return None if found is None else Reply(found[0], _KIND, found[1])

    def tell_status(self, **switches: str) -> None:
        """Change what the responder answers (`answers`) or centres staple (`staples`).

        Raises msgspec.ValidationError for a word it does not know, ValueError if there is no responder.
        """
        if self.responder is None:
            raise ValueError("this world has no OCSP responder; give [revocation] ocsp_valid_s")
        now = msgspec.to_builtins(self.responder.switches)
        self.responder.switches = msgspec.convert({**now, **switches}, ResponderSwitches)
        self._tell(switches)

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
