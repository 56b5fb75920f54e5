"""What the terminal is told of its meters: gateways, meters, points; and reading these from TOML.

Leaves contradictions between the sections to `config`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reference_terminal.config_centres import check_code
from reference_terminal.configread import Section
from reference_terminal.times import DAY_S

TYPES = {"u16": 1, "s16": 1, "u32": 2, "s32": 2, "u64": 4, "s64": 4, "f32": 2, "f64": 4, "bcd32": 2}
"""Register types and the number of 16-bit registers each takes."""
_BITS = {"u16": 16, "s16": 16, "u32": 32, "s32": 32, "u64": 64, "s64": 64}
ORDERS = ("ABCD", "CDAB", "BADC", "DCBA")
COUNTER_UNITS = ("kWh", "MWh", "Wh", "kvarh", "m3", "Nm3", "L", "GJ", "MJ", "kJ", "t", "kg")
INSTANT_UNITS = (
    *("kW", "W", "MW", "kvar", "kVA", "V", "kV", "A", "Hz", "1"),
    *("m3/h", "m3/s", "Nm3/h", "L/h", "L/s", "m/s", "t/h", "kg/h", "kg/s", "GJ/h"),
    *("°C", "K", "Pa", "kPa", "MPa", "bar", "%", "mg/m3", "g/m3", "ppm", "m2"),
)


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
    """One measured quantity. `modulus`, `minimum`, `maximum` are in printed units before `ratio`; `code`: HJ 212."""

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


@dataclass(frozen=True)
class MeterConfig:
    """One Modbus unit polled every `period_s` seconds on the wall grid."""

    id: str
    gateway: str
    unit: int
    period_s: int
    points: tuple[PointConfig, ...]
    max_gap: int = 8
    max_registers: int = 125


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
    value = MeterConfig(
        id=section.name("id"),
        gateway=section.text("gateway"),
        unit=section.integer("unit", 0, 255, 1),
        period_s=section.integer("period_s", 1, 10_800, 60),
        max_gap=section.integer("max_gap", 0, 124, 8),
        max_registers=section.integer("max_registers", 4, 125, 125),
        points=tuple(_point(point) for point in section.sections("points", required=True)),
    )
    if value.period_s and DAY_S % value.period_s:
        section.problem(
            "period_s",
            f"expected seconds that divide a day evenly, got {value.period_s}; take e.g. 1, 5, 60, 900, 10800",
            f"应为能整除一天的秒数,实际为 {value.period_s},例如 1、5、60、900、10800",
        )
    section.done()
    return value


def _point(section: Section) -> PointConfig:
    kind = section.choice("kind", ("counter", "instant"))
    units = COUNTER_UNITS if kind == "counter" else INSTANT_UNITS
    parts = _parts(section)
    scale = section.decimal("scale", None, None, Decimal(1))
    ratio = section.decimal("ratio", None, None, Decimal(1))
    for key, factor in (("scale", scale), ("ratio", ratio)):
        if factor == 0:
            section.problem(key, "expected a factor other than 0, got 0", "倍率不应为 0")
    integer = all(part.type not in ("f32", "f64") for part in parts)
    natural = max(0, -_exponent(scale) - _exponent(ratio) - min((_exponent(p.factor) for p in parts), default=0))
    value = PointConfig(
        id=section.name("id"),
        kind=kind,
        function=section.integer("function", 3, 4, 3),
        parts=parts,
        scale=scale,
        ratio=ratio,
        decimals=section.integer("decimals", 0, 15, natural if integer else 4),
        unit=section.choice("unit", units),
        modulus=section.decimal("modulus", None, None, None) or _modulus(parts, scale),
        minimum=section.decimal("min", None, None, None),
        maximum=section.decimal("max", None, None, None),
        rated_per_h=section.decimal("rated_per_h", None, None, None),
        sentinels=section.texts("sentinels"),
        code=section.text("code", ""),
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
    if parts[0].type == "bcd32":
        return 10**8 * scale
    bits = _BITS.get(parts[0].type)
    return None if bits is None else 2**bits * scale
