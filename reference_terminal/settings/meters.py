"""What the terminal is told of its meters: gateways, meters, points; and reading these from TOML.

Leaves contradictions between the sections to `config`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from reference_terminal.model import units
from reference_terminal.model.times import DAY_S
from reference_terminal.settings.analog import AnalogConfig, read_analog
from reference_terminal.settings.centres import check_code
from reference_terminal.settings.reader import Section
from reference_terminal.settings.serial_meters import (
    CJT188,
    COMMANDED,
    DLT645,
    ITEMS,
    LOADS,
    MODBUS,
    NET,
    PROTOCOLS,
    SCALES,
    STANDARD,
    WEIGHT,
    SerialConfig,
    SerialPoint,
    check_address,
    natural_modulus,
    read_cjt188_point,
    read_dlt645_point,
    read_serial,
)

TYPES = {"u16": 1, "s16": 1, "u32": 2, "s32": 2, "u64": 4, "s64": 4, "f32": 2, "f64": 4} | {
    "bcd16": 1,
    "bcd32": 2,
    "bcd48": 3,
    "bcd64": 4,
}
"""Register types and the number of 16-bit registers each takes."""
_BITS = {"u16": 16, "s16": 16, "u32": 32, "s32": 32, "u64": 64, "s64": 64}
ORDERS = ("ABCD", "CDAB", "BADC", "DCBA")
COUNTER_UNITS = ("kWh", "MWh", "Wh", "kvarh", "kVAh", "m3", "Nm3", "L", "GJ", "MJ", "kJ", "t", "kg", "1")
INSTANT_UNITS = (
    *("kW", "W", "MW", "kvar", "kVA", "V", "kV", "A", "mA", "Hz", "1", "°"),
    *("m3/h", "m3/s", "Nm3/h", "L/h", "L/s", "m/s", "t/h", "kg/h", "kg/s", "GJ/h"),
    *("°C", "K", "Pa", "kPa", "MPa", "bar", "%", "mg/m3", "g/m3", "ppm", "m2", "t", "kg"),
)


_WEIGHED = {WEIGHT: ("instant", ("kg", "t")), NET: ("counter", ("kg", "t")), LOADS: ("counter", ("1",))}


COLLECTED = "collected"
"""The protocol of meters behind a collector, which is not theirs to choose."""
SYSTEM = "system"
"""The protocol of meters behind an OPC UA server or a database."""


@dataclass(frozen=True)
class GatewayConfig:
    """One TCP connection to one or many Modbus units, with its patience."""

    id: str
    host: str
    port: int = 502
    timeout_s: Decimal = Decimal("1")
    retries: int = 1
    turnaround_s: Decimal = Decimal("0")
    reconnect_min_s: Decimal = Decimal("1")
    reconnect_max_s: Decimal = Decimal("60")


@dataclass(frozen=True)
class PartConfig:
    """One register field of a total split over several; the value is the sum of part × factor."""

    address: int
    type: str
    order: str
    factor: Decimal


@dataclass(frozen=True)
class PointConfig:
    """One measured quantity. `modulus`, `minimum`, `maximum` are in printed units before `ratio`; `code`: HJ 212.

    `ratio` also holds CT × PT and a conversion of units that has an end; `convert` is one that has none (a fraction).
    `serial` says where the number stands in a DL/T 645 or CJ/T 188 answer (None: Modbus registers, `parts`), `analog`
    that the registers are a current of 4 to 20 mA, `source` the unit the device is said to have, `tag` its
    name in a collector's messages, `emission_source` the source of emissions its data belong to and are stored under,
    `item` what of a weighing indicator it is.
    """

    id: str
    kind: str
    function: int
    parts: tuple[PartConfig, ...]
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
    serial: SerialPoint | None = None
    analog: AnalogConfig | None = None
    convert: Fraction = Fraction(1)
    source: str = ""
    tag: str = ""
    emission_source: str = ""
    item: str = ""

    @property
    def signed(self) -> bool:
        """Whether its numbers may be below 0."""
        if self.serial is not None:
            return self.serial.form.signed
        return not self.parts or any(part.type[0] in "sf" for part in self.parts)


@dataclass(frozen=True)
class MeterConfig:
    """One device polled every `period_s` seconds on the wall grid, through a gateway or on a line.

    `unit` is a Modbus unit, `address` the digits of a DL/T 645 or CJ/T 188 meter. `standby_for` names the meter whose
    points this one reads while that one is silent. A meter behind a `collector` is its `node` there, and `period_s` the
    grid of which the first message each is taken. Points of a meter behind a `system` are tags there: nodes of OPC UA,
    or the tags of a database's rows.
    """

    id: str
    gateway: str
    unit: int
    period_s: int
    points: tuple[PointConfig, ...]
    max_gap: int = 8
    max_registers: int = 125
    line: str = ""
    protocol: str = "modbus-tcp"
    address: str = ""
    serial: SerialConfig = STANDARD
    standby_for: str = ""
    collector: str = ""
    node: str = ""
    system: str = ""

    @property
    def carrier(self) -> str:
        """The gateway, line, collector or system it stands at."""
        return self.gateway or self.line or self.collector or self.system

    @property
    def registers(self) -> bool:
        """Whether it is read by Modbus, in whatever frames."""
        return self.protocol in MODBUS

    @property
    def known_as(self) -> str:
        """Unit or address, which must be its own at its gateway or line."""
        return self.address if self.protocol in (*DLT645, *CJT188, COMMANDED) else str(self.unit)

    @property
    def counts(self) -> bool:
        """Whether loads are counted from its weights, for which it is watched all the time."""
        return any(point.item in (NET, LOADS) for point in self.points)


def read_gateway(section: Section) -> GatewayConfig:
    """One gateway; its problems go into the section."""
    shortest, longest = Decimal("0.05"), Decimal(600)
    value = GatewayConfig(
        id=section.name("id"),
        host=section.text("host"),
        port=section.integer("port", 1, 65_535, 502),
        timeout_s=section.decimal("timeout_s", shortest, Decimal(60), Decimal(1)),
        retries=section.integer("retries", 0, 10, 1),
        turnaround_s=section.decimal("turnaround_s", Decimal(0), Decimal(10), Decimal(0)),
        reconnect_min_s=section.decimal("reconnect_min_s", shortest, longest, Decimal(1)),
        reconnect_max_s=section.decimal("reconnect_max_s", shortest, longest, Decimal(60)),
    )
    if value.reconnect_min_s > value.reconnect_max_s:
        section.problem(
            "reconnect_min_s",
            "longer than reconnect_max_s; make it shorter",
            "大于 reconnect_max_s,请改小",
        )
    section.done()
    return value


def read_meter(section: Section) -> MeterConfig:
    """One meter with its points; its problems go into the section."""
    gateway, line, protocol = _place(section)
    serial = read_serial(section, protocol)
    address = section.text("address") if protocol in (*DLT645, *CJT188, COMMANDED) else ""
    registers = protocol in MODBUS
    transformers = Transformers(
        ct=section.decimal("ct", None, None, Decimal(1)), pt=section.decimal("pt", None, None, Decimal(1))
    )
    for key, ratio in (("ct", transformers.ct), ("pt", transformers.pt)):
        if ratio <= 0:
            section.problem(key, f"expected a ratio above 0, got {ratio}", "变比应大于 0")
    value = MeterConfig(
        id=section.name("id"),
        gateway=gateway,
        unit=section.integer("unit", 0 if gateway else 1, 255 if gateway else 247, 1) if registers else 0,
        period_s=section.integer("period_s", 1, 10_800, 60),
        max_gap=section.integer("max_gap", 0, 124, 8) if registers else 0,
        max_registers=section.integer("max_registers", 4, 125, 125) if registers else 125,
        points=tuple(
            _point(point, protocol, serial, transformers) for point in section.sections("points", required=True)
        ),
        line=line,
        protocol=protocol,
        address=check_address(section, protocol, address) if address else "",
        serial=serial,
        standby_for=section.text("standby_for", ""),
        collector=section.text("collector") if protocol == COLLECTED else "",
        node=section.text("node") if protocol == COLLECTED else "",
        system=section.text("system") if protocol == SYSTEM else "",
    )
    if value.period_s and DAY_S % value.period_s:
        section.problem(
            "period_s",
            f"expected seconds that divide a day evenly, got {value.period_s}; take e.g. 1, 5, 60, 900, 10800",
            f"应为能整除一天的秒数,实际为 {value.period_s},例如 1、5、60、900、10800",
        )
    section.done()
    return value


def _place(section: Section) -> tuple[str, str, str]:
    """Gateway, line (at most one of them) and protocol of a meter."""
    if "system" in section:
        for key in ("gateway", "line", "protocol", "collector"):
            if key in section:
                section.text(key)
                section.problem(key, "stands beside system; give one of them", "与 system 并存,请只给一个")
        return "", "", SYSTEM
    if "collector" in section:
        for key in ("gateway", "line", "protocol"):
            if key in section:
                section.text(key)
                section.problem(key, "stands beside collector; give one of them", "与 collector 并存,请只给一个")
        return "", "", COLLECTED
    if "line" not in section:
        gateway = section.text("gateway")
        protocol = section.choice("protocol", PROTOCOLS, "modbus-tcp")
        if protocol != "modbus-tcp":
            section.problem(
                "protocol",
                f"{protocol} runs on a serial line; name a line in place of the gateway",
                f"{protocol} 为串行协议,请用 line 代替 gateway",
            )
        return gateway, "", "modbus-tcp"
    line = section.text("line")
    if "gateway" in section:
        section.text("gateway")
        section.problem("gateway", "stands beside line; give one of them", "与 line 并存,请只给一个")
    protocol = section.choice("protocol", PROTOCOLS)
    if protocol == "modbus-tcp":
        section.problem(
            "protocol",
            "modbus-tcp stands at a gateway; on a line it is modbus-rtu (also over a serial server) or modbus-ascii",
            "modbus-tcp 须经 gateway,线路上请用 modbus-rtu 或 modbus-ascii",
        )
        protocol = "modbus-rtu"
    return "", line, protocol


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


def _point(section: Section, protocol: str, serial: SerialConfig, transformers: Transformers) -> PointConfig:
    kind = section.choice("kind", ("counter", "instant"))
    known = COUNTER_UNITS if kind == "counter" else INSTANT_UNITS
    place: SerialPoint | None = None
    parts: tuple[PartConfig, ...] = ()
    if protocol in DLT645:
        place = read_dlt645_point(section, protocol)
    elif protocol in CJT188:
        place = read_cjt188_point(section, protocol, serial)
    elif protocol not in (*SCALES, COLLECTED, SYSTEM):
        parts = _parts(section)
    analog = read_analog(section) if parts else None
    scale = section.decimal("scale", None, None, Decimal(1))
    own = place.unit if place is not None and place.unit in known else None
    unit = section.choice("unit", known) if own is None else section.choice("unit", known, own)
    source = section.choice("source_unit", (*COUNTER_UNITS, *INSTANT_UNITS), own or unit)
    place = None if place is None else replace(place, unit=source)
    ratio = section.decimal("ratio", None, None, transformers.ratio(source))
    for key, factor in (("scale", scale), ("ratio", ratio)):
        if factor == 0:
            section.problem(key, "expected a factor other than 0, got 0", "倍率不应为 0")
    ratio, convert = _conversion(section, kind, source, unit, ratio)
    value = PointConfig(
        id=section.name("id"),
        kind=kind,
        function=section.integer("function", 3, 4, 3) if parts else 0,
        parts=parts,
        scale=scale,
        ratio=ratio,
        decimals=section.integer("decimals", 0, 15, _decimals(parts, place, analog, scale, ratio)),
        unit=unit,
        modulus=section.decimal("modulus", None, None, None) or _own_modulus(kind, parts, place, scale),
        minimum=section.decimal("min", None, None, None),
        maximum=section.decimal("max", None, None, None),
        rated_per_h=section.decimal("rated_per_h", None, None, None),
        sentinels=section.texts("sentinels"),
        code=section.text("code", ""),
        serial=place,
        analog=analog,
        convert=convert,
        source=source,
        tag=section.text("tag") if protocol in (COLLECTED, SYSTEM) else "",
        emission_source=section.text("emission_source", ""),
        item=section.choice("item", ITEMS, WEIGHT) if protocol in SCALES else "",
    )
    wanted = _WEIGHED.get(value.item)
    if wanted is not None and (kind != wanted[0] or value.source not in wanted[1]):
        section.problem(
            "item",
            f"{value.item} is a value of kind {wanted[0]} in {' or '.join(wanted[1])}, got {kind} in {value.source}",
            f"{value.item} 应为 {wanted[0]}、单位 {' 或 '.join(wanted[1])}",
        )
    if "modulus" in section and value.modulus is not None and value.modulus <= 0:
        section.problem("modulus", f"expected a positive number, got {value.modulus}", "模数应为正数")
    if value.rated_per_h is not None and value.rated_per_h <= 0:
        section.problem("rated_per_h", f"expected a positive number, got {value.rated_per_h}", "额定最大值应为正数")
    if value.minimum is not None and value.maximum is not None and value.minimum > value.maximum:
        section.problem("min", f"{value.minimum} is above max {value.maximum}; exchange them", "min 大于 max,请对调")
    for sentinel in value.sentinels:
        if not all(character in "0123456789ABCDEFabcdef" for character in sentinel) or not sentinel:
            section.problem(
                "sentinels",
                f"expected register contents as hexadecimal digits, got {sentinel!r}",
                f"应为十六进制寄存器内容,实际为 {sentinel!r}",
            )
    check_code(section, "code", value.code, empty=True)
    section.done()
    return value


def _conversion(section: Section, kind: str, source: str, unit: str, ratio: Decimal) -> tuple[Decimal, Fraction]:
    """The ratio with the conversion of units in it, and what of the conversion has no end in decimals."""
    factor = units.factor(source, unit)
    if factor is None:
        section.problem(
            "source_unit",
            f"{source} and {unit} measure different quantities; give units of one quantity",
            f"{source} 与 {unit} 不是同一物理量",
        )
        return ratio, Fraction(1)
    exact = units.as_decimal(factor)
    if exact is not None:
        return (ratio if exact == 1 else ratio * exact), Fraction(1)
    if kind == "counter":
        section.problem(
            "unit",
            f"{source} cannot be converted to {unit} without rounding, and a counter must stay exact; take {source}",
            f"{source} 无法精确换算为 {unit},累计量不得舍入,请用 {source}",
        )
    return ratio, factor


def _decimals(
    parts: tuple[PartConfig, ...],
    place: SerialPoint | None,
    analog: AnalogConfig | None,
    scale: Decimal,
    ratio: Decimal,
) -> int:
    """The decimals that a value of this point has by itself; 4 where that is not known."""
    if place is not None:
        return max(0, place.form.decimals - _exponent(scale) - _exponent(ratio))
    if analog is not None or not parts or any(part.type in ("f32", "f64") for part in parts):
        return 4
    return max(0, -_exponent(scale) - _exponent(ratio) - min((_exponent(p.factor) for p in parts), default=0))


def _own_modulus(kind: str, parts: tuple[PartConfig, ...], place: SerialPoint | None, scale: Decimal) -> Decimal | None:
    if place is not None:
        return natural_modulus(place.form, scale) if kind == "counter" else None
    return _modulus(parts, scale)


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _parts(section: Section) -> tuple[PartConfig, ...]:
    if "parts" not in section:
        return (_part(section, Decimal(1)),)
    for key in ("address", "type", "order"):
        if key in section:
            section.integer(key, None, None, 0) if key == "address" else section.text(key, "")
            section.problem(
                key, "stands beside parts; give it inside the parts only", "与 parts 并存,请只写在 parts 内"
            )
    parts: list[PartConfig] = []
    for part in section.sections("parts", required=True):
        factor = part.decimal("factor", None, None, Decimal(1))
        parts.append(_part(part, factor))
        part.done()
    return tuple(parts)


def _part(section: Section, factor: Decimal) -> PartConfig:
    part = PartConfig(
        address=section.integer("address", 0, 65_535),
        type=section.choice("type", tuple(TYPES)),
        order=section.choice("order", ORDERS, "ABCD"),
        factor=factor,
    )
    if part.address + TYPES.get(part.type, 1) > 65_536:
        section.problem("address", f"{part.address} leaves no room for a {part.type}", "地址超出寄存器范围")
    return part


def _modulus(parts: tuple[PartConfig, ...], scale: Decimal) -> Decimal | None:
    """The modulus that follows from the register width; None where the register cannot tell (floats, split totals)."""
    if len(parts) != 1:
        return None
    if parts[0].type.startswith("bcd"):
        return 10 ** (4 * TYPES[parts[0].type]) * scale
    bits = _BITS.get(parts[0].type)
    return None if bits is None else 2**bits * scale
