"""A park for platforms: enterprises with what they are made of, what is measured there, and the terminals that tell it.

Leaves standing up to the rigs, setting up in the platform and driving the senders to the facade
(`bench.facade.senders`). A park names no product: the same one is told to whatever platform is on test. Shared small
parks are in `conformance.platform.parks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, Protocol, Self

from msgspec.structs import fields

from bench.history import ParkPoint, ParkSender, ParkStands
from bench.layout import sentences
from simulators.clock import Chance
from simulators.plant.flows import Flow, FlowPlant, Level
from simulators.senders.kinds import flaw
from simulators.senders.spec import PointSpec, SenderSpec

SourceClass = Literal["fuel", "process", "electricity", "heat", "stored", "other"]
_OWN = ("name", "mn", "points")
_KNOWN = frozenset(each.name for each in fields(SenderSpec)) - frozenset(_OWN)


@dataclass(frozen=True)
class Measured:
    """A point: what of the plant it shows, in which sender, and what it is to the account.

    `id` is unique in the park; `stream` is the flow or level behind it. A flow's point is a counter of its total, or
    with `instant` its rate; a level's is an instant. `unit` is what the platform keeps it in, where that is another
    than the one it is measured and sent in. `low` and `high` bound valid values (R-20).
    """

    id: str
    sender: str
    stream: Flow | Level
    carrier: str
    source_class: SourceClass = "fuel"
    process: str = ""
    facility: str = ""
    product: str = ""
    decimals: int = 3
    instant: bool = False
    unit: str = ""
    low: str = ""
    high: str = ""

    @property
    def kind(self) -> Literal["counter", "instant"]:
        """Whether its records hold increases or means."""
        return "instant" if self.instant or isinstance(self.stream, Level) else "counter"

    @property
    def quantity(self) -> str:
        """The quantity of the plant."""
        if isinstance(self.stream, Level):
            return f"{self.stream.name}.level"
        return f"{self.stream.name}.{'rate' if self.instant else 'total'}"

    @property
    def sent_unit(self) -> str:
        """The unit in which it is measured and, where the wire has room for one, sent."""
        return f"{self.stream.unit}/h" if self.instant and isinstance(self.stream, Flow) else self.stream.unit


@dataclass(frozen=True)
class Terminal:
    """A sender of a park: `options` are settings of `SenderSpec` (kind, classes, channel and so on).

    Without a `kind` it takes the first way that the platform has (`Park.by`).
    """

    id: str
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def __post_init__(self) -> None:
        if unknown := sorted(set(self.options) - _KNOWN):
            raise ValueError(str(sentences.SENDER_SETTING(id=self.id, unknown=unknown, known=sorted(_KNOWN))))


@dataclass(frozen=True)
class Named:
    """A process, facility or product of an enterprise. `unit` is a product's, `key` marks a key facility."""

    id: str
    name: str
    process: str = ""
    unit: str = ""
    key: bool = False


@dataclass(frozen=True)
class Enterprise:
    """An enterprise of a park."""

    id: str
    name: str
    sector: str
    region: str = ""
    processes: tuple[Named, ...] = ()
    facilities: tuple[Named, ...] = ()
    products: tuple[Named, ...] = ()
    terminals: tuple[Terminal, ...] = ()
    points: tuple[Measured, ...] = ()


@dataclass(frozen=True)
class Factor:
    """A factor that the platform is told; `value` is decimal text in `unit`, `valid_from` a local day."""

    id: str
    carrier: str
    value: str
    unit: str
    source: str = "bench"
    valid_from: str = "2020-01-01"
    region: str = ""
    enterprise: str = ""


@dataclass(frozen=True)
class Park:
    """A park. Raises ValueError for what cannot be: an unknown sender or process, a name twice, an unknown setting."""

    id: str = "P"
    name: str = "Bench park 台架园区"
    region: str = "370000"
    enterprises: tuple[Enterprise, ...] = ()
    factors: tuple[Factor, ...] = ()

    def __post_init__(self) -> None:
        for what in ([each.id for _, each in self.points()], [each.id for _, each in self.terminals()]):
            if twice := [each for each in dict.fromkeys(what) if what.count(each) > 1]:
                raise ValueError(str(sentences.TWICE(id=self.id, twice=twice)))
        for enterprise, point in self.points():
            if point.sender and point.sender not in [each.id for each in enterprise.terminals]:
                raise ValueError(str(sentences.NO_SENDER(id=point.id, sender=point.sender, enterprise=enterprise.id)))
            for what, names in (("process", enterprise.processes), ("facility", enterprise.facilities)):
                if (wanted := getattr(point, what)) and wanted not in [each.id for each in names]:
                    raise ValueError(
                        str(sentences.NO_PART(id=point.id, what=what, wanted=wanted, enterprise=enterprise.id))
                    )
        for spec in self.senders():
            if wrong := flaw(spec):
                raise ValueError(f"sender {spec.name}: {wrong}")

    def but(self, **changes: object) -> Self:
        """The same park with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def by(self, doors: Iterable[str]) -> Self:
        """The park with a way for every sender that has none of its own: the first that a platform has.

        `doors` are words of section [connection]; records of periods go before samples alone.
        """
        known = set(doors)
        ways: tuple[tuple[str, dict[str, Any]], ...] = (
            ("hj212", {"kind": "hj212"}),
            ("http", {"kind": "https"}),
            ("https", {"kind": "https", "channel": "tls"}),
            ("mqtt", {"kind": "mqtt", "classes": ("realtime",)}),
        )
        way = next((options for word, options in ways if word in known), ways[0][1])
        return self.but(
            enterprises=tuple(
                replace(
                    enterprise,
                    terminals=tuple(
                        each if "kind" in each.options else replace(each, options={**each.options, **way})
                        for each in enterprise.terminals
                    ),
                )
                for enterprise in self.enterprises
            )
        )

    def points(self) -> Iterator[tuple[Enterprise, Measured]]:
        """Every point with its enterprise."""
        for enterprise in self.enterprises:
            for point in enterprise.points:
                yield enterprise, point

    def terminals(self) -> Iterator[tuple[Enterprise, Terminal]]:
        """Every sender with its enterprise."""
        for enterprise in self.enterprises:
            for terminal in enterprise.terminals:
                yield enterprise, terminal

    def codes(self) -> dict[str, str]:
        """The code of each point on the wire: HJ 212-2017 has none for energy, these are local extensions."""
        found: dict[str, str] = {}
        counts: dict[str, int] = {}
        for _, point in self.points():
            counts[point.sender] = number = counts.get(point.sender, 0) + 1
            found[point.id] = f"k{number:05d}"
        return found

    def senders(self) -> tuple[SenderSpec, ...]:
        """Every sender as the simulators take it."""
        codes = self.codes()
        return tuple(
            SenderSpec(
                name=terminal.id,
                mn=f"010000A8900016F0{number:08X}",
                points=tuple(
                    PointSpec(
                        code=codes[point.id],
                        quantity=point.quantity,
                        kind=point.kind,
                        unit=point.sent_unit,
                        decimals=point.decimals,
                    )
                    for point in enterprise.points
                    if point.sender == terminal.id
                ),
                **_with_secret(terminal.options, number),
            )
            for number, (enterprise, terminal) in enumerate(self.terminals(), 1)
        )

    def plant(self, chance: Chance) -> FlowPlant:
        """The truth behind all points; points of one stream share it."""
        streams = dict.fromkeys(point.stream for _, point in self.points())
        return FlowPlant(streams, chance)

    def told(self, at_us: int) -> ParkStands:
        """What stands, for the history."""
        codes, specs = self.codes(), {spec.name: spec for spec in self.senders()}
        return ParkStands(
            t=at_us,
            park=self.id,
            points=tuple(
                ParkPoint(
                    id=point.id,
                    enterprise=enterprise.id,
                    sender=point.sender,
                    mn=specs[point.sender].mn if point.sender else "",
                    code=codes[point.id],
                    kind=point.kind,
                    carrier=point.carrier,
                    source_class=point.source_class,
                    process=point.process,
                    facility=point.facility,
                    product=point.product,
                    unit=point.unit or point.sent_unit,
                    sent_unit=point.sent_unit,
                    decimals=point.decimals,
                    low=point.low,
                    high=point.high,
                )
                for enterprise, point in self.points()
            ),
            senders=tuple(
                ParkSender(
                    name=spec.name,
                    mn=spec.mn,
                    kind=spec.kind,
                    channel=spec.channel,
                    classes=spec.classes,
                    realtime_s=spec.realtime_s,
                    minute_interval=spec.minute_interval,
                )
                for spec in specs.values()
            ),
        )

    def objects(self) -> Iterator[tuple[str, dict[str, str]]]:
        """What the platform is told, in this order: the kind of object and its fields (instants in us UTC)."""
        yield "park", {"id": self.id, "name": self.name, "region": self.region}
        for one in self.enterprises:
            region = one.region or self.region
            yield "enterprise", _some(id=one.id, name=one.name, sector=one.sector, region=region, park=self.id)
        for one in self.enterprises:
            own = {"enterprise": one.id}
            for each in one.processes:
                yield "process", _some(id=each.id, name=each.name, **own)
            for each in one.facilities:
                key = "yes" if each.key else "no"
                yield "facility", _some(id=each.id, name=each.name, process=each.process, key=key, **own)
            for each in one.products:
                yield "product", _some(id=each.id, name=each.name, process=each.process, unit=each.unit, **own)
        ways = {spec.name: spec for spec in self.senders()}
        codes = self.codes()
        for one, terminal in self.terminals():
            spec = ways[terminal.id]
            yield "terminal", _some(id=spec.mn, enterprise=one.id, way=spec.kind, secret=spec.secret)
        for one, point in self.points():
            yield (
                "point",
                _some(
                    id=point.id,
                    enterprise=one.id,
                    process=point.process,
                    facility=point.facility,
                    product=point.product,
                    terminal=ways[point.sender].mn if point.sender else "",
                    code=codes[point.id] if point.sender else "",
                    carrier=point.carrier,
                    unit=point.unit or point.sent_unit,
                    kind=point.kind,
                    source_class=point.source_class,
                    low=point.low,
                    high=point.high,
                ),
            )
        for factor in self.factors:
            begins = int(datetime.fromisoformat(f"{factor.valid_from}T00:00:00+08:00").timestamp()) * 1_000_000
            yield (
                "factor",
                _some(
                    id=factor.id,
                    carrier=factor.carrier,
                    enterprise=factor.enterprise,
                    value=factor.value,
                    unit=factor.unit,
                    source=factor.source,
                    valid_from=str(begins),
                    region=factor.region,
                ),
            )


class Net(Protocol):
    """A network of links in which hosts can be set up (`bench.virtual.network`)."""

    def host(self, name: str, address: str, *, domain: Any = None) -> object:
        """A host."""
        ...

    def link(self, name: str, *, latency_s: float = 0.0) -> object:
        """A link."""
        ...

    def path(self, source: Any, target: Any, via: Any = ()) -> None:
        """The way between two hosts."""
        ...


_ROOM = 250


def address_of(number: int) -> str:
    """The address of the sender with this number, from 1, in the uplink network."""
    return f"10.2.{1 + (number - 1) // _ROOM}.{(number - 1) % _ROOM + 1}"


def lay(net: Net, park: Park, domain: object, platform: str = "terminal-uplink") -> None:
    """Give each sender a host `sender-<id>` and a link `uplink.<id>`, behind the link `uplink` of the platform."""
    for number, spec in enumerate(park.senders(), 1):
        host = f"sender-{spec.name}"
        net.host(host, address_of(number), domain=domain)
        net.path(platform, host, ["uplink", net.link(f"uplink.{spec.name}")])


def _with_secret(options: Mapping[str, Any], number: int) -> dict[str, Any]:
    return {"secret": f"{200_000 + number}", **options}


def _some(**given: str) -> dict[str, str]:
    """Fields that say something: what is empty is left out."""
    return {name: text for name, text in given.items() if text}
