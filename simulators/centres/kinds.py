"""What a kind of data centre is, and every kind there is: one descriptor a folder, found by walking.

Leaves what is said over a connection to the kinds, the record of a world file to `spec`. A new kind is a folder here
with a `descriptor.py` whose `KIND` is a `CentreKind`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from msgspec.structs import asdict, fields

from simulators.centres import sentences as said
from simulators.centres.base import AnyCentre, Item
from simulators.centres.channel import Locks
from simulators.centres.http import Wiring
from simulators.centres.spec import USUAL, CentreFields, CentreSpec, KindSettings
from simulators.clock import Clock, Observe
from simulators.sentences import Words
from simulators.settings import Flaw
from simulators.trust.authority import Role, TerminalSide, Trust
from simulators.values import matching

UploadTime = Annotated[str, matching(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d", "a time of day HH:mm:ss", "时刻 HH:mm:ss")]
"""A time of day at which a daily window opens."""


S = TypeVar("S", bound=KindSettings)


@dataclass(frozen=True)
class Secrets:
    """What centre and terminal share beforehand: SM4 key of the payload profile, bearer token."""

    payload_key: bytes
    token: str


@dataclass(frozen=True)
class Common:
    """What every centre is given. `items` are the points by code, `locks` those of a channel over TLS."""

    clock: Clock
    chance: random.Random
    observe: Observe
    items: Mapping[str, Item]
    locks: Locks | None
    trust: Trust | None = None
    secrets: Secrets | None = None

    def wiring(self) -> Wiring:
        """What every centre over TCP is given."""
        return Wiring(clock=self.clock, chance=self.chance, observe=self.observe, locks=self.locks)

    def certified(self) -> tuple[Trust, Secrets]:
        """The world's certificates and the centre's secrets. Raises ValueError where it has none."""
        if self.trust is None or self.secrets is None:
            raise ValueError("the centre needs the world's certificates")
        return self.trust, self.secrets


class CentreKind(Generic[S]):
    """A kind of data centre; its descriptor overrides what is its own.

    `id` is what a world file calls it, `rank` its place in lists that people read, `title` what it is, in English and
    Chinese. `profile` is what configuration from afar calls its protocol (docs/WIRE.md section 5); empty: no terminal
    is configured for it from afar. `signs`: the terminal signs for it and so has a device key; `token`: it knows its
    terminal by a token. `stands_in`: it takes the place of HJ 212 for a terminal that speaks nothing else.
    `uncarried` are the classes of records that it has no form for. `settings` are what it alone has.
    """

    id: ClassVar[str]
    rank: ClassVar[int] = 100
    title: ClassVar[tuple[str, str]]
    profile: ClassVar[str] = ""
    signs: ClassVar[bool] = False
    token: ClassVar[bool] = False
    stands_in: ClassVar[bool] = False
    uncarried: ClassVar[frozenset[str]] = frozenset()
    settings: type[S]

    @property
    def shares(self) -> bool:
        """Whether centre and terminal share something beforehand, whatever the channel."""
        return self.signs or self.token

    # Worlds.

    def own(self, spec: CentreSpec) -> S:
        """What only this kind has of a centre."""
        if not isinstance(spec.own, self.settings):
            raise TypeError(f"centre {spec.name} is {spec.kind}, not {self.id}")
        return spec.own

    def flaws(self, spec: CentreFields) -> Iterator[Flaw]:
        """What speaks against what every centre has, where it is one of this kind: field and sentence."""
        del spec
        return iter(())

    def payload(self, spec: CentreSpec) -> str:
        """The profile by which payloads are protected."""
        del spec
        return "clear"

    def window(self, spec: CentreSpec) -> str:
        """Time of day HH:mm:ss at which the daily window opens as things stand at first; empty without a window."""
        del spec
        return ""

    def code(self, plain: str) -> str:
        """The code of a point in this kind's form."""
        return plain

    def code_flaw(self, code: str) -> Words | None:
        """What is wrong with a code; None if nothing."""
        return None if re.fullmatch(r"[A-Za-z0-9]{1,16}", code) else said.CODE()

    def line(self, spec: CentreSpec) -> str:
        """The centre in a line of a list."""
        return f"{spec.kind} {spec.channel}  device {spec.mn}"

    # Centres.

    def subjects(self, spec: CentreSpec) -> tuple[tuple[Role, str], ...]:
        """Whom the world's authorities certify besides the centre and its terminal."""
        del spec
        return ()

    def build(self, spec: CentreSpec, common: Common) -> AnyCentre:
        """The centre; it listens once started. Raises ValueError if it needs certificates and there are none."""
        raise NotImplementedError

    # Terminals.

    def given(self, spec: CentreSpec, trust: Trust, secrets: Secrets) -> Mapping[str, str]:
        """Fields of `TerminalSide` that a terminal is given for this kind, whatever the channel."""
        del secrets
        return device_of(spec, trust) if self.signs else {}

    def members(self, spec: CentreSpec, side: TerminalSide) -> Mapping[str, str]:
        """Members of a configuration from afar that only this kind has (docs/WIRE.md section 5)."""
        del spec, side
        return {}


def device_of(spec: CentreSpec, trust: Trust) -> dict[str, str]:
    """The terminal's own key for signing, with its certificate and what leads to it."""
    authority = trust["sm2"]
    device = authority.leaf("client", spec.mn)
    return {
        "device_certificate": device.certificate,
        "device_key": device.key,
        "device_anchors": authority.anchor,
        "device_crls": authority.crls,
    }


@cache
def kinds() -> Mapping[str, CentreKind[Any]]:
    """Every kind by its id, in the order of lists that people read. TypeError if a folder's descriptor is none."""
    found: list[CentreKind[Any]] = []
    for path in sorted(Path(__file__).parent.glob("*/descriptor.py")):
        kind: object = getattr(import_module(f"{__package__}.{path.parent.name}.descriptor"), "KIND", None)
        if not isinstance(kind, CentreKind):
            raise TypeError(f"{path} has no KIND that is a CentreKind")
        found.append(kind)
    return {each.id: each for each in sorted(found, key=lambda each: (each.rank, each.id))}


@cache
def _common() -> frozenset[str]:
    """The fields that every centre has."""
    return frozenset(each.name for each in (*fields(CentreFields), *fields(CentreSpec)))


def centre_of(name: str, host: str, port: int, mn: str, *, kind: str = USUAL, **given: Any) -> CentreSpec:
    """A centre of a kind, from fields that every centre has and its own. TypeError for one that it has not."""
    common = _common()
    own = kinds()[kind].settings(**{key: value for key, value in given.items() if key not in common})
    return CentreSpec(name, host, port, mn, own=own, **{key: value for key, value in given.items() if key in common})


def altered(spec: CentreSpec, **changes: Any) -> CentreSpec:
    """The centre with other fields, its kind's own among them; one of another kind has that one's settings."""
    fresh: dict[str, Any] = {**asdict(spec), "kind": spec.kind}
    del fresh["own"]
    if changes.get("kind", spec.kind) == spec.kind:
        fresh |= asdict(spec.own)
    return centre_of(**{**fresh, **changes})


def names() -> frozenset[str]:
    """What a description may say of a centre of any kind."""
    structs = (CentreSpec, *(kind.settings for kind in kinds().values()))
    return frozenset(each.name for struct in structs for each in fields(struct)) - {"own"} | {"kind"}


def flat(spec: CentreSpec) -> dict[str, Any]:
    """All of a centre beside what only other kinds have, as these have it unless given."""
    others = {each.name: each.default for kind in kinds().values() for each in fields(kind.settings)}
    common = {name: value for name, value in asdict(spec).items() if name != "own"}
    return {**others, **common, **asdict(spec.own), "kind": spec.kind}


def kind_of(spec: CentreSpec) -> CentreKind[Any]:
    """The kind of a centre."""
    return kinds()[spec.kind]
