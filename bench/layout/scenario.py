"""What a case asks to have standing on the bench: plant, meters, centres, periods, latencies.

Leaves building it to the rigs. A scenario names no terminal: the same one is configured into whatever is on test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from string import ascii_uppercase
from typing import Any, Literal, Self, TypeVar, get_args

from msgspec.structs import fields

from bench.history.accounting import Emitter, flaws
from bench.layout import sentences
from bench.layout.park import Park
from simulators.centres.kinds import kinds as centres
from simulators.centres.spec import USUAL, CentreFields
from simulators.collectors.kinds import kinds as collectors
from simulators.meters.protocols import protocols
from simulators.settings import Settings, misfits
from simulators.systems.kinds import kinds as systems

# Nominal one-way latencies of the two networks, seconds.
FIELD_LATENCY_S = 0.0005
UPLINK_LATENCY_S = 0.02
# Circuits that a scenario can have: their codes hold two digits.
MOST_CIRCUITS = 99


def _known(what: str, kind: str, kinds: Mapping[str, type[Settings]], options: Mapping[str, Any]) -> None:
    """Raises ValueError for a kind or a setting that there is not: a case is wrong when loaded, not as it runs."""
    if kind not in kinds:
        raise ValueError(str(sentences.KIND_EXPECTED(what=what, kinds=kinds, kind=kind)))
    if flaws := misfits(kinds[kind], options):
        raise ValueError(f"{what} {kind}: {'; '.join(flaws)}")


@dataclass(frozen=True)
class Line:
    """A serial line behind the terminal, with the settings of its ports.

    `meters` are kinds of meters on it in order (`layout.SERIAL_METERS`); all Modbus devices of a line have one framing.
    With `converter` it lies behind a transparent serial server of the field network, whose port is set right.
    Raises ValueError for a kind that there is not.
    """

    meters: tuple[str, ...]
    baud: int = 9600
    parity: str = "N"
    stop_bits: int = 1
    converter: bool = False

    def __post_init__(self) -> None:
        known = [kind for protocol in protocols().values() for kind in protocol.line_kinds]
        if unknown := [kind for kind in self.meters if kind not in known]:
            raise ValueError(str(sentences.LINE_METERS(known=known, unknown=unknown)))


@dataclass(frozen=True)
class Collector:
    """A collector in the field network, which tells what it has read of `meters` circuits of its own.

    Behind these stand single meters by `kinds`, as a scenario has them. `kind` is one of `simulators.collectors`;
    `options` are settings of that kind (form, channel, qos, retain and so
    on). Raises ValueError for a kind or a setting that there is not.
    """

    kind: str
    meters: int = 2
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    kinds: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _known("collector", self.kind, {name: kind.settings for name, kind in collectors().items()}, self.options)


@dataclass(frozen=True)
class System:
    """A system that values are read from.

    `kind` is one of `simulators.systems` (opcua, sql), `meters` are kinds of devices behind it
    (`layout.SYSTEM_METERS`). `options` are settings of that kind (security, rows_s, sql, odbc). Raises ValueError for a
    kind or a setting that there is not.
    """

    kind: str
    meters: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def __post_init__(self) -> None:
        _known("system", self.kind, {name: kind.settings for name, kind in systems().items()}, self.options)


@dataclass(frozen=True)
class Revocation:
    """Revocation lists that the terminal fetches: how often they are published and for how long they hold (s).

    `look_s` is how often the terminal is told to fetch them, `policy` what it is told to do once a list has run out and
    none can be had: refuse the peers it covers, or go on with an alarm.
    """

    publish_s: int = 300
    valid_s: int = 1200
    look_s: int = 300
    policy: str = "refuse"


@dataclass(frozen=True)
class CertificateStatus:
    """Status of single certificates (OCSP): for how long an answer holds (s), and what the terminal is told of it.

    `look_s` is how often it is told to look again, `policy` what it is told to do when nobody answers: refuse the peer
    (hard), or go on with an alarm (soft).
    """

    valid_s: int = 120
    look_s: int = 60
    policy: str = "hard"


Operation = Literal["sum", "difference", "product", "quotient", "share", "integral"]
OPERATIONS: tuple[Operation, ...] = get_args(Operation)
RecordKind = Literal["load-profile", "hourly-freeze"]


@dataclass(frozen=True)
class Derived:
    """A point that the terminal is told to compute from others, period by period (CSMT 8.3.2).

    `operation`: sum of all of `of`; difference: the first less the others; product: the first times `factor`; quotient:
    the first by the second; share: part `part` (from 1) of the first, by `weights` or in proportion to the points `by`;
    integral: the first, an instantaneous value, over the period. Quotient, share and integral are to be rounded half up
    to `decimals`, the others exact. Factors and weights are decimal text.
    """

    id: str
    operation: Operation
    of: tuple[str, ...]
    unit: str
    decimals: int = 4
    factor: str = "1"
    weights: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    part: int = 1

    def __post_init__(self) -> None:
        if self.operation not in OPERATIONS:
            raise ValueError(sentences.OPERATION(operations=OPERATIONS, operation=self.operation).after(self.id))

    @property
    def kind(self) -> str:
        """counter: its periods hold quantities; instant: a ratio, which does not add up."""
        return "instant" if self.operation == "quotient" else "counter"


@dataclass(frozen=True)
class Stream:
    """An integrator of one stream of the plant: `source` is a source of the plant, `register` what it shows.

    Registers are those of fixtures/meters/stream.toml: mass (t), volume (Nm3), water (m3), energy (kWh), heat (GJ), and
    the instants ncv (GJ/t), share (%), flow (m3/h). Its point is `<name>.<register>`; the name is the source's.
    """

    source: str
    register: str

    @property
    def point(self) -> str:
        """Its point."""
        return f"{self.source}.{self.register}"


@dataclass(frozen=True)
class Slave:
    """A terminal beside the one on test, of the same kind, with `circuits` of its own, which reports to that one.

    `circuits` are named after it (s1-e01). One that is a `stranger` is set up to report as slave `claims`, with what
    identifies itself; the master has been told of none of it.
    """

    name: str
    circuits: int = 1
    stranger: bool = False
    claims: str = ""

    def meters(self) -> tuple[str, ...]:
        """The meters behind it."""
        return tuple(f"{self.name}-e{number:02d}" for number in range(1, self.circuits + 1))


@dataclass(frozen=True)
class Standby:
    """A standby source of the circuit or single meter `meter`, at a port of its own (R-12)."""

    meter: str


@dataclass(frozen=True)
class Transformer:
    """Instrument transformers in front of `meter`: what it shows is smaller than the truth by `ratio` (CT x PT).

    `ratio` is decimal text.
    """

    meter: str
    ratio: str


Behind = Line | Collector | System | Stream | Slave | Standby | Transformer
"""What stands behind the terminal beside its circuits and single meters."""


@dataclass(frozen=True)
class TimeServer:
    """The bench serves NTP to the terminal at its local interface's network (R-10)."""


Service = TimeServer | Revocation | CertificateStatus
"""What is served to the terminal beside its centres."""

B = TypeVar("B", Line, Collector, System, Stream, Slave, Standby, Transformer)
S = TypeVar("S", TimeServer, Revocation, CertificateStatus)


@dataclass(frozen=True)
class Configuration:
    """What the terminal is told beside the points of its meters and its centres.

    `periods` are polling periods (s) of meters by name, in place of the scenario's.
    `units` gives points another unit than their meter's, in which it is to keep and send them, `limits` a minimum and a
    maximum (in the meter's unit) in place of those of their meter's map, `emission_sources` the emission source that it
    is to keep their data under.
    `records` names DL/T 645 meters whose own records it is to fill gaps from (R-18), each with the kind: load-profile
    (every 15 min) or hourly-freeze.
    `derived` are points that it is to compute from others, `emitter` is the boundary that it is to account for.
    It is not told of the centres and meters that `later` names until an operator adds them.
    `buffer_h` is for how long (h) it is to keep what no centre takes, `store_octets` how much its store may hold and
    `log_entries` how many entries its audit log (0: what it was delivered with).
    With `accounts` whoever comes to it has to log in: it is set up with the accounts and rules that its profile has in
    section [access]; without it the reference terminal is open, as it was delivered.
    """

    periods: tuple[tuple[str, float], ...] = ()
    units: tuple[tuple[str, str], ...] = ()
    limits: tuple[tuple[str, str, str], ...] = ()
    emission_sources: tuple[tuple[str, str], ...] = ()
    records: tuple[tuple[str, RecordKind], ...] = ()
    derived: tuple[Derived, ...] = ()
    emitter: Emitter | None = None
    later: tuple[str, ...] = ()
    buffer_h: int = 168
    store_octets: int = 0
    log_entries: int = 0
    accounts: bool = False

    def __post_init__(self) -> None:
        if self.emitter is not None and (wrong := flaws(self.emitter)):
            raise ValueError(str(sentences.EMITTER_WRONG(id=self.emitter.id, wrong="; ".join(wrong))))


@dataclass(frozen=True)
class Scenario:
    """A world for one case.

    `start` is local time +08:00. `circuits` electricity circuits stand behind one gateway port, with the register
    `maps` in turn and each with so many `points` (0: all its map has); `meters` are single meters by kind (gas, steam,
    heat), and `behind` holds what else there is: serial lines, collectors, systems, streams, slaves, standby sources
    and transformers. `period_s` is the polling period (s) of all meters.
    `plant` is `works`, or the name of a series in `fixtures/plants` with the sources e01 and so on that circuits have;
    where there are streams, the series begins with the world and starts over at its end.
    `centres` are data centres by name; `centre_options` gives fields of `simulators.centres.spec.CentreFields` and of
    its kind by centre (kind, channel, certificate, payload, upload_time and so on); without it a centre speaks HJ 212
    in the clear. `minute_interval` (min), `realtime_interval_s` (s, 0 off), `over_time_s` and `re_count` go to every
    centre, `kinds` are the classes judged for completeness.
    `configuration` is what the terminal is told besides, `services` what is served to it beside the centres.
    Where there are slaves, the terminal on test is their master, which is told of their points and delivers for all.
    `park` is what stands around a platform on test: enterprises, and the terminals that feed it (`bench.layout.park`).
    With `largest` circuits and centres are as many as the capability statement declares, and `outage_s` is how long an
    outage it declares to bridge (`at_declared`; the case itself sets none). With
    `tell_declared` the first event of the record holds the declared maxima, for judges that reckon with them.
    With `machine` the terminal runs, in virtual time, on a machine whose state it can read (elsewhere it always does).
    With `paced` the case limits the rate of a link that TLS goes over: in virtual time certificates are such that every
    handshake has one length, because an octet more would move the times after it.
    """

    start: str = "2026-03-02T00:00:00+08:00"
    plant: str = "works"
    circuits: int = 3
    points: int = 2
    maps: tuple[str, ...] = ("sdm630", "adl3000", "iem3000")
    meters: tuple[str, ...] = ()
    behind: tuple[Behind, ...] = ()
    period_s: float = 60
    centres: tuple[str, ...] = ("A", "B")
    centre_options: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    minute_interval: int = 15
    realtime_interval_s: int = 0
    over_time_s: int = 10
    re_count: int = 3
    kinds: tuple[str, ...] = ("minute", "hour", "day")
    configuration: Configuration = Configuration()
    services: tuple[Service, ...] = ()
    park: Park | None = None
    largest: bool = False
    outage_s: float = 0
    tell_declared: bool = False
    machine: bool = False
    paced: bool = False

    def __post_init__(self) -> None:
        for centre, options in self.centre_options:
            kind = options.get("kind", USUAL)
            if kind not in centres():
                raise ValueError(str(sentences.CENTRE_KIND(centre=centre, kind=kind, known=centres())))
            known = [*(each.name for each in (*fields(CentreFields), *fields(centres()[kind].settings))), "kind"]
            if unknown := [name for name in options if name not in known]:
                raise ValueError(str(sentences.CENTRE_SETTING(centre=centre, unknown=unknown, known=known)))

    def all_of(self, kind: type[B]) -> tuple[B, ...]:
        """What of one kind stands behind the terminal, in order."""
        return tuple(each for each in self.behind if isinstance(each, kind))

    def service(self, kind: type[S]) -> S | None:
        """What of one kind is served to the terminal."""
        return next((each for each in self.services if isinstance(each, kind)), None)

    def but(self, **changes: object) -> Self:
        """The same scenario with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def configured(self, **changes: object) -> Self:
        """The same scenario with something else told to the terminal."""
        return replace(self, configuration=replace(self.configuration, **changes))  # type: ignore[arg-type]


BARE = Scenario(circuits=0, centres=())
"""Nothing behind the item and nobody before it: what a case on a platform begins with."""


def at_declared(scenario: Scenario, declared: Mapping[str, str]) -> Scenario:
    """A scenario with `largest` at the maxima of a capability statement (R-28: load), any other unchanged.

    As many circuits as one port is declared to serve, each with the scenario's points while the declared number of
    points allows, and the outage that is bridged. What is not declared, or is no whole number of circuits, points or
    centres, stays as the scenario has it.
    """
    if not scenario.largest:
        return scenario
    circuits = _whole(declared.get("circuits_per_port", "")) or scenario.circuits
    points = _whole(declared.get("points", "")) or circuits * scenario.points
    circuits = max(1, min(circuits, points // scenario.points, MOST_CIRCUITS))
    centres = _whole(declared.get("centres", ""))
    names = tuple(ascii_uppercase[: min(centres, len(ascii_uppercase))]) or scenario.centres
    return scenario.but(circuits=circuits, centres=names, outage_s=_seconds(declared.get("outage_buffer_h", "")))


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _seconds(hours: str) -> float:
    try:
        return max(0.0, float(Decimal(hours) * 3600))
    except (InvalidOperation, OverflowError, ValueError):
        return 0.0
