"""What the terminal is told of its meters: gateways, meters, points; and reading these from TOML.

Leaves contradictions between the sections to `config`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from msgspec import Meta, field

from reference_terminal.model import units
from reference_terminal.model.messages import Text
from reference_terminal.model.times import DAY_S
from reference_terminal.settings import reasons
from reference_terminal.settings.centres import check_code
from reference_terminal.settings.protocols import GATEWAY, LINE, MeterProtocol, Own, Place, protocols, words_at
from reference_terminal.settings.reader import Host, Name, Port, Section, Settings, between, one_of

COUNTER_UNITS = ("kWh", "MWh", "Wh", "kvarh", "kVAh", "m3", "Nm3", "L", "GJ", "MJ", "kJ", "t", "kg", "1")
INSTANT_UNITS = (
    *("kW", "W", "MW", "kvar", "kVA", "V", "kV", "A", "mA", "Hz", "1", "°"),
    *("GJ/t", "MJ/kg", "kJ/kg", "MJ/m3", "kJ/m3", "mg/L", "kg/m3"),
    *("m3/h", "m3/s", "Nm3/h", "L/h", "L/s", "m/s", "t/h", "kg/h", "kg/s", "GJ/h"),
    *("°C", "K", "Pa", "kPa", "MPa", "bar", "%", "mg/m3", "g/m3", "ppm", "m2", "t", "kg"),
)
_HEX = frozenset("0123456789ABCDEFabcdef")

COLLECTED = "collected"
"""The protocol of meters behind a collector, which is not theirs to choose."""
SYSTEM = "system"
"""The protocol of meters behind an OPC UA server or a database."""


class GatewayConfig(Settings, frozen=True):
    """One TCP connection to one or many Modbus units, with its patience."""

    id: Name
    host: Host
    port: Port = 502
    timeout_s: Annotated[Decimal, between("0.05", 60)] = Decimal(1)
    retries: Annotated[int, Meta(ge=0, le=10)] = 1
    turnaround_s: Annotated[Decimal, between(0, 10)] = Decimal(0)
    reconnect_min_s: Annotated[Decimal, between("0.05", 600)] = Decimal(1)
    reconnect_max_s: Annotated[Decimal, between("0.05", 600)] = Decimal(60)

    def flaws(self) -> Iterator[tuple[str, Text]]:
        """The pause between two tries grows."""
        if self.reconnect_min_s > self.reconnect_max_s:
            yield "reconnect_min_s", reasons.RECONNECT_ORDER()


@dataclass(frozen=True)
class PointConfig:
    """One measured quantity. `modulus`, `minimum`, `maximum` are in printed units before `ratio`; `code`: HJ 212.

    `ratio` also holds CT × PT and a conversion of units that has an end; `convert` is one that has none (a fraction).
    `place` says where the number stands in what the meter answers, `source` the unit the device is said to have,
    `emission_source` the source of emissions its data belong to and are stored under.
    """

    id: str
    kind: str
    place: Place
    scale: Decimal
    ratio: Decimal
    decimals: int
    unit: str
    modulus: Decimal | None
    minimum: Decimal | None
    maximum: Decimal | None
    rated_per_h: Decimal | None
    sentinels: tuple[str, ...]
    code: str
    convert: Fraction = Fraction(1)
    source: str = ""
    emission_source: str = ""

    @property
    def signed(self) -> bool:
        """Whether its numbers may be below 0."""
        return self.place.signed


@dataclass(frozen=True)
class MeterConfig:
    """One device polled every `period_s` seconds on the wall grid, through a gateway or on a line.

    `own` is what only its protocol says of it. `standby_for` names the meter whose points this one reads while that one
    is silent. A meter behind a `collector` is its `node` there, and `period_s` the grid of which the first message each
    is taken. Points of a meter behind a `system` are tags there: nodes of OPC UA, or the tags of a database's rows.
    """

    id: str
    gateway: str
    period_s: int
    points: tuple[PointConfig, ...]
    line: str = ""
    protocol: str = ""
    own: Own = dataclasses.field(default_factory=Own)
    standby_for: str = ""
    collector: str = ""
    node: str = ""
    system: str = ""

    @property
    def carrier(self) -> str:
        """The gateway, line, collector or system it stands at."""
        return self.gateway or self.line or self.collector or self.system

    @property
    def known_as(self) -> str:
        """Unit or address, which must be its own at its gateway or line."""
        return self.own.known_as


class _Tagged(MeterProtocol):
    """Meters behind a collector or a system: their points are tags there."""

    words = (COLLECTED, SYSTEM)

    def place(self, section: Section, word: str, own: Own) -> Place:
        """The tag."""
        del word, own
        return Place(section.text("tag"))


_TAGGED = _Tagged()


def read_gateway(section: Section) -> GatewayConfig:
    """One gateway; its problems go into the section."""
    made = section.read(GatewayConfig)
    section.done()
    return made


class _MeterKeys(Settings, frozen=True, kw_only=True):
    """What every meter has, whatever it speaks."""

    ct: Decimal = Decimal(1)
    pt: Decimal = Decimal(1)
    id: Name
    period_s: Annotated[int, Meta(ge=1, le=10_800)] = 60
    standby_for: str = ""

    def flaws(self) -> Iterator[tuple[str, Text]]:
        """Transformers have a ratio, and periods begin with the day."""
        for key, ratio in (("ct", self.ct), ("pt", self.pt)):
            if ratio <= 0:
                yield key, reasons.RATIO(ratio=ratio)
        if self.period_s and DAY_S % self.period_s:
            yield "period_s", reasons.PERIOD(period_s=self.period_s)


class _Collected(Settings, frozen=True, kw_only=True):
    collector: str
    node: str


class _InSystem(Settings, frozen=True, kw_only=True):
    system: str


class _PointKeys(Settings, frozen=True, kw_only=True):
    """What every point has, wherever its number stands; what is not given follows from that place."""

    id: Name
    scale: Decimal = Decimal(1)
    unit: str = ""
    source_unit: Annotated[str, one_of((*COUNTER_UNITS, *INSTANT_UNITS))] = ""
    ratio: Decimal | None = None
    decimals: Annotated[int, Meta(ge=0, le=15)] | None = None
    modulus: Decimal | None = None
    minimum: Decimal | None = field(name="min", default=None)
    maximum: Decimal | None = field(name="max", default=None)
    rated_per_h: Decimal | None = None
    sentinels: tuple[str, ...] = ()
    code: str = ""
    emission_source: str = ""

    def flaws(self) -> Iterator[tuple[str, Text]]:
        """Factors are no zero, a range goes upwards, marks are register contents."""
        for key, factor in (("scale", self.scale), ("ratio", self.ratio)):
            if factor == 0:
                yield key, reasons.FACTOR_ZERO()
        if self.modulus is not None and self.modulus <= 0:
            yield "modulus", reasons.MODULUS(modulus=self.modulus)
        if self.rated_per_h is not None and self.rated_per_h <= 0:
            yield "rated_per_h", reasons.RATED(rated_per_h=self.rated_per_h)
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            yield "min", reasons.MIN_ABOVE_MAX(minimum=self.minimum, maximum=self.maximum)
        for sentinel in self.sentinels:
            if not sentinel or not set(sentinel) <= _HEX:
                yield "sentinels", reasons.SENTINEL(sentinel=sentinel)


class _Counter(_PointKeys, frozen=True, kw_only=True):
    unit: Annotated[str, one_of(COUNTER_UNITS)] = ""


class _Instant(_PointKeys, frozen=True, kw_only=True):
    unit: Annotated[str, one_of(INSTANT_UNITS)] = ""


def read_meter(section: Section) -> MeterConfig:
    """One meter with its points; its problems go into the section."""
    gateway, line, word = _carrier(section)
    protocol = protocols().get(word, _TAGGED)
    own = protocol.own(section, word)
    keys = section.read(_MeterKeys)
    transformers = Transformers(ct=keys.ct, pt=keys.pt)
    points = tuple(
        _point(point, protocol, word, own, transformers) for point in section.sections("points", required=True)
    )
    behind = section.read(_Collected) if word == COLLECTED else None
    system = section.read(_InSystem).system if word == SYSTEM else ""
    section.done()
    return MeterConfig(
        id=keys.id,
        gateway=gateway,
        period_s=keys.period_s,
        points=points,
        line=line,
        protocol=word,
        own=own,
        standby_for=keys.standby_for,
        collector=behind.collector if behind is not None else "",
        node=behind.node if behind is not None else "",
        system=system,
    )


def _carrier(section: Section) -> tuple[str, str, str]:
    """Gateway, line (at most one of them) and the protocol's word of a meter."""
    for key, word, others in (
        ("system", SYSTEM, ("gateway", "line", "protocol", "collector")),
        ("collector", COLLECTED, ("gateway", "line", "protocol")),
    ):
        if key in section:
            for other in others:
                if other in section:
                    section.text(other)
                    section.problem(other, reasons.BESIDE(other=key))
            return "", "", word
    if "line" not in section:
        gateway = section.text("gateway")
        at_gateway = words_at(GATEWAY)
        word = section.choice("protocol", tuple(protocols()), at_gateway[0])
        if word not in at_gateway:
            section.problem("protocol", reasons.LINE_INSTEAD(word=word))
        return gateway, "", at_gateway[0]
    line = section.text("line")
    if "gateway" in section:
        section.text("gateway")
        section.problem("gateway", reasons.BESIDE(other="line"))
    word, on_lines = section.choice("protocol", tuple(protocols())), words_at(LINE)
    if word not in on_lines:
        others = " or ".join(each for each in protocols()[word].words if each in on_lines)
        section.problem("protocol", reasons.GATEWAY_INSTEAD(word=word, others=others))
        word = on_lines[0]
    return "", line, word


@dataclass(frozen=True)
class Transformers:
    """Ratios of current and voltage transformers in front of a meter that shows secondary values."""

    ct: Decimal = Decimal(1)
    pt: Decimal = Decimal(1)

    def ratio(self, unit: str) -> Decimal:
        """What a value in this unit is multiplied by: energies and powers CT × PT, currents CT, voltages PT."""
        quantity = units.quantity(unit)
        if quantity == "current":
            return self.ct
        if quantity == "voltage":
            return self.pt
        if "energy" in quantity or "power" in quantity:
            return self.ct * self.pt
        return Decimal(1)


def _point(section: Section, protocol: MeterProtocol, word: str, own: Own, transformers: Transformers) -> PointConfig:
    kind = section.choice("kind", ("counter", "instant"))
    known = COUNTER_UNITS if kind == "counter" else INSTANT_UNITS
    place = protocol.place(section, word, own)
    keys = section.read(_Counter if kind == "counter" else _Instant)
    unit = keys.unit or (place.unit if place.unit in known else section.choice("unit", known))
    source = keys.source_unit or (place.unit if place.unit in known else unit)
    ratio = transformers.ratio(source) if keys.ratio is None else keys.ratio
    ratio, convert = _conversion(section, kind, source, unit, ratio)
    value = PointConfig(
        id=keys.id,
        kind=kind,
        place=place,
        scale=keys.scale,
        ratio=ratio,
        decimals=_decimals(place, keys.scale, ratio) if keys.decimals is None else keys.decimals,
        unit=unit,
        modulus=keys.modulus or _own_modulus(kind, place, keys.scale),
        minimum=keys.minimum,
        maximum=keys.maximum,
        rated_per_h=keys.rated_per_h,
        sentinels=keys.sentinels,
        code=keys.code,
        convert=convert,
        source=source,
        emission_source=keys.emission_source,
    )
    protocol.check(section, value)
    check_code(section, "code", value.code, empty=True)
    section.done()
    return value


def _conversion(section: Section, kind: str, source: str, unit: str, ratio: Decimal) -> tuple[Decimal, Fraction]:
    """The ratio with the conversion of units in it, and what of the conversion has no end in decimals."""
    factor = units.factor(source, unit)
    if factor is None:
        section.problem("source_unit", reasons.OTHER_QUANTITY(source=source, unit=unit))
        return ratio, Fraction(1)
    exact = units.as_decimal(factor)
    if exact is not None:
        return (ratio if exact == 1 else ratio * exact), Fraction(1)
    if kind == "counter":
        section.problem("unit", reasons.NOT_EXACT(source=source, unit=unit))
    return ratio, factor


def _decimals(place: Place, scale: Decimal, ratio: Decimal) -> int:
    """The decimals that a value of this point has by itself; 4 where that is not known."""
    own = place.decimals()
    return 4 if own is None else max(0, own - _exponent(scale) - _exponent(ratio))


def _own_modulus(kind: str, place: Place, scale: Decimal) -> Decimal | None:
    own = place.modulus(kind)
    return None if own is None else own * scale


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
