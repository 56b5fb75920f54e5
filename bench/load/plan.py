"""What load is to be made, as data: target, terminals, people, stages. One TOML file; every problem is one sentence.

Leaves making it to `engine` and judging what came of it to the cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from bench.load import sentences as said
from simulators.settings import Flaw, Name, Settings, read
from simulators.tables import DescriptionError, Problem, Table, read_toml
from simulators.values import matching

Kind = Literal["hj212", "https-json", "mqtt"]
Channel = Literal["plain", "tls", "mtls", "gm-tls13", "tlcp"]
MOST_TERMINALS = 1_000_000
DAY_S = 86_400
FULL = 100
"""Percent."""


class LoadError(DescriptionError):
    """A load that cannot be made as described."""


class Target(Settings, frozen=True, kw_only=True):
    """Who takes the load. Without a `host` the bench starts a centre of its own of this kind, as a process beside.

    `channel` is how terminals reach it. `token` is the bearer token of HTTPS/JSON, `password` that of HJ 212 frames
    (PW) or of MQTT (`user` its name). `ack_after_ms` lets a centre of the bench answer late. `anchors` is a file (PEM)
    with whom the terminals trust at a target that is not ours.
    """

    kind: Kind = "hj212"
    channel: Channel = "plain"
    host: Annotated[str, matching(r"[^\s/]{0,253}", *said.HOST)] = ""
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 0
    token: str = ""
    password: Annotated[str, matching(r"\S{0,64}", *said.PASSWORD)] = "123456"
    user: str = ""
    path: str = "/api/records"
    topic: str = "v1/gateway/telemetry"
    anchors: str = ""
    ack_after_ms: Annotated[int, msgspec.Meta(ge=0, le=600_000)] = 0

    @property
    def ours(self) -> bool:
        """Whether the bench starts it."""
        return not self.host

    def flaws(self) -> Iterator[Flaw]:
        """A channel that its kind has, and a port for a host."""
        if self.kind == "mqtt" and self.channel not in ("plain", "tls"):
            yield said.CHANNEL(kind="MQTT", channel=self.channel).at("channel")
        if self.kind == "https-json" and self.channel not in ("plain", "tls"):
            yield said.CHANNEL(kind="HTTPS/JSON", channel=self.channel).at("channel")
        if self.kind == "mqtt" and self.channel == "tls" and not self.host:
            yield said.OWN_BROKER().at("channel")
        if self.host and not self.port:
            yield said.PORT_OF_HOST().at("port")
        if not self.host and self.port:
            yield said.PORT_WITHOUT_HOST().at("port")
        if self.host and self.channel in ("mtls", "gm-tls13", "tlcp"):
            yield said.CLIENT_CHANNEL(channel=self.channel).at("channel")


class Terminals(Settings, frozen=True, kw_only=True):
    """Terminals of one behaviour.

    Each has `points` counters and a record of all of them for every `period_s`, due at its end. It leaves at once, or
    after a pause of its own below `spread_s`. `backlog_h` hours of records wait when the load begins. At most `window`
    frames are under way; what is not acknowledged within `over_time_s` is sent again, `re_count` times over one
    connection. A share of them is `slow_percent` (an octet at a time) or `dying_percent` (breaks off within a frame and
    comes again). After a power failure each comes back at once, or within `back_within_s`.
    """

    count: Annotated[int, msgspec.Meta(ge=0, le=MOST_TERMINALS)] = 100
    points: Annotated[int, msgspec.Meta(ge=1, le=20)] = 1
    period_s: Annotated[int, msgspec.Meta(ge=1, le=3600)] = 60
    spread_s: Annotated[int, msgspec.Meta(ge=0, le=3600)] = 0
    backlog_h: Annotated[int, msgspec.Meta(ge=0, le=8760)] = 0
    window: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1
    over_time_s: Annotated[int, msgspec.Meta(ge=1, le=99)] = 10
    re_count: Annotated[int, msgspec.Meta(ge=1, le=99)] = 3
    slow_percent: Annotated[int, msgspec.Meta(ge=0, le=FULL)] = 0
    dying_percent: Annotated[int, msgspec.Meta(ge=0, le=FULL)] = 0
    back_within_s: Annotated[int, msgspec.Meta(ge=0, le=3600)] = 0

    def flaws(self) -> Iterator[Flaw]:
        """Shares that add up."""
        if self.slow_percent + self.dying_percent > FULL:
            yield said.SHARES(most=FULL).at("dying_percent")

    @property
    def kind(self) -> str:
        """The class of its records: minute data where the period is whole minutes, else real-time data."""
        return "minute" if self.period_s % 60 == 0 else "realtime"


class People(Settings, frozen=True, kw_only=True):
    """Who is at the platform (R-43): `online` sessions with a light request each `light_every_s`, and active users.

    How many are active is said by each stage. They think `think_from_ms` to `think_to_ms` between two actions; shares
    are those of the mix in percent. An answer later than `timeout_s` is a failure.
    """

    online: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 0
    light_every_s: Annotated[int, msgspec.Meta(ge=1, le=3600)] = 60
    think_from_ms: Annotated[int, msgspec.Meta(ge=0, le=600_000)] = 1000
    think_to_ms: Annotated[int, msgspec.Meta(ge=0, le=600_000)] = 3000
    timeout_s: Annotated[int, msgspec.Meta(ge=1, le=600)] = 30
    simple: Annotated[int, msgspec.Meta(ge=0, le=FULL)] = 40
    complex: Annotated[int, msgspec.Meta(ge=0, le=FULL)] = 20
    interactive: Annotated[int, msgspec.Meta(ge=0, le=FULL)] = 15
    analysis: Annotated[int, msgspec.Meta(ge=0, le=FULL)] = 10
    report: Annotated[int, msgspec.Meta(ge=0, le=FULL)] = 10
    entry: Annotated[int, msgspec.Meta(ge=0, le=FULL)] = 5
    map: Annotated[int, msgspec.Meta(ge=0, le=FULL)] = 0

    def flaws(self) -> Iterator[Flaw]:
        """A mix of all, and a time to think."""
        total = sum(self.mix.values())
        if total != FULL:
            yield said.MIX(total=total, most=FULL).at("simple")
        if self.think_from_ms > self.think_to_ms:
            yield said.THINKING(least=self.think_from_ms, got=self.think_to_ms).at("think_to_ms")

    @property
    def mix(self) -> dict[str, int]:
        """Percent by class of action."""
        names = ("simple", "complex", "interactive", "analysis", "report", "entry", "map")
        return {name: getattr(self, name) for name in names}


class Action(Settings, frozen=True, kw_only=True):
    """One request that a person makes: the class it belongs to, and the HTTP request.

    `contains` is a text that a right answer holds: without it the operation has failed (wrong content). `%{person}` and
    `%{count}` in texts are the person's number and that of his request. `token`: where the answer to a login has the
    bearer token (member names joined by dots); without it the session is the cookie's.
    """

    of: Literal["login", "light", "simple", "complex", "interactive", "analysis", "report", "entry", "map"]
    method: Literal["GET", "POST", "PUT"] = "GET"
    path: Annotated[str, matching(r"/\S*", *said.PATH)]
    body: str = ""
    contains: str = ""
    token: str = ""
    headers: dict[str, str] = {}


class Stage(Settings, frozen=True, kw_only=True):
    """A stretch of the load: so many percent of the terminals and sessions, so many active people, for `for_s` seconds.

    New ones come `per_s` a second. In an `outage` of power every terminal is dark and measures nothing; in one of the
    link it goes on measuring. Connections are gone without a word either way. `judged` is false for what only leads to
    the load, such as a ramp.
    """

    name: Name
    for_s: Annotated[int, msgspec.Meta(ge=1, le=90 * DAY_S)]
    terminals_percent: Annotated[int, msgspec.Meta(ge=0, le=FULL)] = FULL
    online_percent: Annotated[int, msgspec.Meta(ge=0, le=FULL)] = FULL
    active: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 0
    per_s: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 100
    outage: Literal["none", "power", "link"] = "none"
    judged: bool = True


class Plan(Settings, frozen=True, kw_only=True):
    """A load: seed of every truth, who takes it, who makes it, when. `late_s`: a record held later than this is late.

    Records become due until the last stage ends; terminals have `settle_s` more for what they still keep.
    `headroom` and `lag_ms` are what the generator must show of itself, or nothing that it saw decides anything.
    """

    name: Name
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**48)] = 1
    target: Target = Target()
    terminals: Terminals = Terminals(count=0)
    people: People = People()
    actions: tuple[Action, ...] = ()
    stages: tuple[Stage, ...] = ()
    late_s: Annotated[int, msgspec.Meta(ge=1, le=DAY_S)] = 60
    settle_s: Annotated[int, msgspec.Meta(ge=0, le=7 * DAY_S)] = 30
    headroom: Annotated[int, msgspec.Meta(ge=1, le=100)] = 3
    lag_ms: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 50
    profile: str = ""

    def flaws(self) -> Iterator[Flaw]:
        """Something to do, and people who know what."""
        if not self.stages:
            yield said.NO_STAGES().at("stages")
        names = [stage.name for stage in self.stages]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield said.STAGE_TWICE(name=name).at("stages")
        active = max((stage.active for stage in self.stages), default=0)
        if not (self.terminals.count or self.people.online or active):
            yield said.NO_LOAD().at("terminals.count")
        if (self.people.online or active) and not (self.actions or self.profile):
            yield said.NO_ACTIONS().at("actions")
        if active and not self.profile:
            known = {action.of for action in self.actions}
            lacking = [name for name, share in self.people.mix.items() if share and name not in known]
            if self.actions and lacking:
                yield said.CLASSES_LACKING(classes=lacking).at("actions")
        if (self.people.online or active) and self.target.ours and not self.profile:
            yield said.NO_PAGES().at("target.host")

    @property
    def most_active(self) -> int:
        """The most active people of any stage."""
        return max((stage.active for stage in self.stages), default=0)

    @property
    def length_s(self) -> int:
        """How long the stages take together."""
        return sum(stage.for_s for stage in self.stages)


def read_plan(path: Path) -> Plan:
    """The plan of a file. Raises LoadError with every problem of it."""
    problems: list[Problem] = []
    try:
        found = read(Table(read_toml(path), str(path), problems), Plan)
    except DescriptionError as error:
        raise LoadError(error.problems) from None
    if problems:
        raise LoadError(problems)
    return found


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A plan and where its target is, for another process. `token` is that of HTTPS/JSON at this target.

    `sessions` are headers of people who are logged in already, one session each; with them nobody logs in. `secured`:
    people reach the target behind TLS; `door` is where, if elsewhere than terminals do.
    """

    plan: Plan
    host: str = ""
    port: int = 0
    secured: bool = False
    door: tuple[str, int] | None = None
    sessions: tuple[dict[str, str], ...] = ()
    token: str = ""
    t0_us: int = 0


def job_of(octets: bytes) -> Job:
    """A job again that another process wrote down (`encoded`)."""
    return msgspec.json.decode(octets, type=Job)


def encoded(job: Job) -> bytes:
    """A job for another process."""
    return msgspec.json.encode(job)
