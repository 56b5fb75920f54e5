"""What the terminal is told of its meters: gateways, meters, points; and reading these from TOML.

Leaves contradictions between the sections to `config`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from msgspec import Meta

from reference_terminal.model import units
from reference_terminal.model.messages import Text
from reference_terminal.model.times import DAY_S
from reference_terminal.settings import reasons
from reference_terminal.settings.centres import check_code
from reference_terminal.settings.protocols import GATEWAY, LINE, MeterProtocol, Own, Place, protocols, words_at
from reference_terminal.settings.reader import Host, Name, Port, Section, Settings, between

COUNTER_UNITS = ("kWh", "MWh", "Wh", "kvarh", "kVAh", "m3", "Nm3", "L", "GJ", "MJ", "kJ", "t", "kg", "1")
INSTANT_UNITS = (
    *("kW", "W", "MW", "kvar", "kVA", "V", "kV", "A", "mA", "Hz", "1", "°"),
    *("GJ/t", "MJ/kg", "kJ/kg", "MJ/m3", "kJ/m3", "mg/L", "kg/m3"),
    *("m3/h", "m3/s", "Nm3/h", "L/h", "L/s", "m/s", "t/h", "kg/h", "kg/s", "GJ/h"),
    *("°C", "K", "Pa", "kPa", "MPa", "bar", "%", "mg/m3", "g/m3", "ppm", "m2", "t", "kg"),
)


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
    own: Own = field(default_factory=Own)
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


def read_meter(section: Section) -> MeterConfig:
    """One meter with its points; its problems go into the section."""
    gateway, line, word = _carrier(section)
    protocol = protocols().get(word, _TAGGED)
    own = protocol.own(section, word)
    transformers = Transformers(
        ct=section.decimal("ct", None, None, Decimal(1)), pt=section.decimal("pt", None, None, Decimal(1))
    )
    for key, ratio in (("ct", transformers.ct), ("pt", transformers.pt)):
        if ratio <= 0:
            section.problem(key, reasons.RATIO(ratio=ratio))
    value = MeterConfig(
        id=section.name("id"),
        gateway=gateway,
        period_s=section.integer("period_s", 1, 10_800, 60),
        points=tuple(
            _point(point, protocol, word, own, transformers) for point in section.sections("points", required=True)
        ),
        line=line,
        protocol=word,
        own=own,
        standby_for=section.text("standby_for", ""),
        collector=section.text("collector") if word == COLLECTED else "",
        node=section.text("node") if word == COLLECTED else "",
        system=section.text("system") if word == SYSTEM else "",
    )
    if value.period_s and DAY_S % value.period_s:
        section.problem("period_s", reasons.PERIOD(period_s=value.period_s))
    section.done()
    return value


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
    scale = section.decimal("scale", None, None, Decimal(1))
    usual = place.unit if place.unit in known else None
    unit = section.choice("unit", known) if usual is None else section.choice("unit", known, usual)
    source = section.choice("source_unit", (*COUNTER_UNITS, *INSTANT_UNITS), usual or unit)
    ratio = section.decimal("ratio", None, None, transformers.ratio(source))
    for key, factor in (("scale", scale), ("ratio", ratio)):
        if factor == 0:
            section.problem(key, reasons.FACTOR_ZERO())
    ratio, convert = _conversion(section, kind, source, unit, ratio)
    value = PointConfig(
        id=section.name("id"),
        kind=kind,
        place=place,
        scale=scale,
        ratio=ratio,
        decimals=section.integer("decimals", 0, 15, _decimals(place, scale, ratio)),
        unit=unit,
        modulus=section.decimal("modulus", None, None, None) or _own_modulus(kind, place, scale),
        minimum=section.decimal("min", None, None, None),
        maximum=section.decimal("max", None, None, None),
        rated_per_h=section.decimal("rated_per_h", None, None, None),
        sentinels=section.texts("sentinels"),
        code=section.text("code", ""),
        convert=convert,
        source=source,
        emission_source=section.text("emission_source", ""),
    )
    protocol.check(section, value)
    if "modulus" in section and value.modulus is not None and value.modulus <= 0:
        section.problem("modulus", reasons.MODULUS(modulus=value.modulus))
    if value.rated_per_h is not None and value.rated_per_h <= 0:
        section.problem("rated_per_h", reasons.RATED(rated_per_h=value.rated_per_h))
    if value.minimum is not None and value.maximum is not None and value.minimum > value.maximum:
        section.problem("min", reasons.MIN_ABOVE_MAX(minimum=value.minimum, maximum=value.maximum))
    for sentinel in value.sentinels:
        if not all(character in "0123456789ABCDEFabcdef" for character in sentinel) or not sentinel:
            section.problem("sentinels", reasons.SENTINEL(sentinel=sentinel))
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
