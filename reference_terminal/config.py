"""The terminal's settings as frozen data, and reading them from TOML with all problems at once.

Leaves checking of single values to `configread`; leaves settings a centre has changed at run time to the store.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from reference_terminal.configread import Section, did_you_mean
from reference_terminal.problems import InputError, Problem
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
MIN_INTERVALS = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)
"""MinInterval values of HJ 212 table 4, minutes."""
UPLOADS = ("2011", "2051", "2061", "2031")


class ConfigError(InputError):
    """A configuration that cannot be used; `problems` lists everything wrong with it."""


@dataclass(frozen=True)
class StorageConfig:
    """Where and how long data are kept (ruling R-30); `commit_linger_s` bounds how long a reading waits for company."""

    path: str = "terminal.db"
    raw_days: int = 184
    record_days: int = 1827
    max_mb: int = 4096
    commit_linger_s: Decimal = Decimal("0.2")


@dataclass(frozen=True)
class ProcessingConfig:
    """`grace_s`: how long after a boundary a late reading may still close its period; share of samples a mean needs."""

    grace_s: int = 30
    min_valid_percent: int = 75


@dataclass(frozen=True)
class ApiConfig:
    """Where the local interface listens; port 0 switches it off."""

    host: str = "127.0.0.1"
    port: int = 0


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


@dataclass(frozen=True)
class CentreConfig:
    """One upload destination with its own identity, codes, schedule, patience and buffer."""

    id: str
    host: str
    port: int
    mn: str
    pw: str
    st: str
    uploads: tuple[str, ...]
    codes: Mapping[str, str]
    realtime_s: int = 60
    minute_interval: int = 15
    overtime_s: int = 5
    recount: int = 3
    buffer_h: int = 168
    connect_timeout_s: int = 10
    reading: bool = False
    reading_suffix: str = "Read"
    ask_time: bool = False
    answer_crc_error: bool = False
    receive_limit: int = 9999


@dataclass(frozen=True)
class Config:
    """Everything the terminal is told; made by `load_config` only, and therefore consistent."""

    name: str
    gateways: tuple[GatewayConfig, ...]
    meters: tuple[MeterConfig, ...]
    centres: tuple[CentreConfig, ...]
    storage: StorageConfig = field(default_factory=StorageConfig)
    processing: ProcessingConfig = field(default_factory=ProcessingConfig)
    api: ApiConfig = field(default_factory=ApiConfig)

    @property
    def points(self) -> tuple[PointConfig, ...]:
        """All points in the order of the file."""
        return tuple(point for meter in self.meters for point in meter.points)


def load_config(source: Path | str) -> Config:
    """Read a configuration from a file (Path, or str naming one) or from TOML text (str with a line break or `=`).

    Raises ConfigError with every problem found; a path is never half read.
    """
    names_file = isinstance(source, Path) or not ("\n" in source or "=" in source)
    text = _read(Path(source)) if names_file else str(source)
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, ArithmeticError, RecursionError) as error:
        raise ConfigError(
            [
                Problem(
                    str(source) if names_file else "configuration",
                    f"not valid TOML: {error}; mend the line named",
                    "不是有效的 TOML 文件,请更正所指的行",
                )
            ]
        ) from None
    return _config(data)


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = Problem(
            str(path),
            f"expected UTF-8 text, got another encoding (octet {error.start}); save the file as UTF-8",
            f"应为 UTF-8 编码,第 {error.start} 个字节无法解码,请另存为 UTF-8",
        )
    except OSError as error:
        problem = Problem(
            str(path),
            f"expected a readable configuration file, got: {error.strerror or error}; check path and rights",
            "无法读取配置文件,请检查路径和权限",
        )
    raise ConfigError([problem])


def _config(data: dict[str, Any]) -> Config:
    problems: list[Problem] = []
    top = Section(data, "", problems)
    terminal = top.section("terminal")
    name = terminal.text("name", "terminal")
    terminal.done()
    storage = _storage(top.section("storage"))
    processing = _processing(top.section("processing"))
    api = _api(top.section("api"))
    gateways = tuple(_gateway(section) for section in top.sections("gateways", required=True))
    meters = tuple(_meter(section) for section in top.sections("meters", required=True))
    centres = tuple(_centre(section) for section in top.sections("centres"))
    top.done()
    config = Config(name, gateways, meters, centres, storage, processing, api)
    _relations(config, problems)
    if problems:
        raise ConfigError(problems)
    return config


def _storage(section: Section) -> StorageConfig:
    default = StorageConfig()
    value = StorageConfig(
        path=section.text("path", default.path),
        raw_days=section.integer("raw_days", 1, 36_600, default.raw_days),
        record_days=section.integer("record_days", 1, 36_600, default.record_days),
        max_mb=section.integer("max_mb", 8, 10_000_000, default.max_mb),
        commit_linger_s=section.decimal("commit_linger_s", Decimal(0), Decimal(5), default.commit_linger_s),
    )
    section.done()
    return value


def _processing(section: Section) -> ProcessingConfig:
    default = ProcessingConfig()
    value = ProcessingConfig(
        grace_s=section.integer("grace_s", 1, 50, default.grace_s),
        min_valid_percent=section.integer("min_valid_percent", 1, 100, default.min_valid_percent),
    )
    section.done()
    return value


def _api(section: Section) -> ApiConfig:
    default = ApiConfig()
    value = ApiConfig(
        host=section.text("host", default.host),
        port=section.integer("port", 0, 65_535, default.port),
    )
    section.done()
    return value


def _gateway(section: Section) -> GatewayConfig:
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


def _meter(section: Section) -> MeterConfig:
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
    _check_code(section, "code", value.code, empty=True)
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


def _centre(section: Section) -> CentreConfig:
    value = CentreConfig(
        id=section.name("id"),
        host=section.text("host"),
        port=section.integer("port", 1, 65_535),
        mn=section.text("mn"),
        pw=section.text("pw", "123456"),
        st=section.text("st", "31"),
        uploads=section.texts("uploads", UPLOADS, UPLOADS),
        codes=section.mapping("codes"),
        realtime_s=section.integer("realtime_s", 30, 3600, 60),
        minute_interval=section.integer("minute_interval", 1, 30, 15),
        overtime_s=section.integer("overtime_s", 1, 99, 5),
        recount=section.integer("recount", 1, 99, 3),
        buffer_h=section.integer("buffer_h", 48, 8784, 168),
        connect_timeout_s=section.integer("connect_timeout_s", 1, 120, 10),
        reading=section.boolean("reading", False),
        reading_suffix=section.text("reading_suffix", "Read"),
        ask_time=section.boolean("ask_time", False),
        answer_crc_error=section.boolean("answer_crc_error", False),
        receive_limit=section.integer("receive_limit", 1024, 9999, 9999),
    )
    if value.minute_interval not in MIN_INTERVALS:
        section.problem(
            "minute_interval",
            f"expected one of {', '.join(map(str, MIN_INTERVALS))} minutes, got {value.minute_interval}",
            "应为 HJ 212 表 4 所列的分钟数",
        )
    for key, text, longest in (("mn", value.mn, 64), ("pw", value.pw, 64), ("st", value.st, 2)):
        if text and (len(text) > longest or not (text.isascii() and text.isalnum())):
            section.problem(
                key,
                f"expected 1 to {longest} ASCII letters and digits, got {text!r}",
                f"应为 1 至 {longest} 位字母或数字,实际为 {text!r}",
            )
    for point, code in value.codes.items():
        _check_code(section, f"codes.{point}", code, empty=False)
    section.done()
    return value


def _check_code(section: Section, key: str, code: str, *, empty: bool) -> None:
    if (code.isascii() and code.isalnum() and len(code) <= 20) or (empty and not code):
        return
    section.problem(
        key,
        f"expected a code of 1 to 20 ASCII letters and digits such as a05001, got {code!r}",
        f"应为 1 至 20 位字母或数字的编码(如 a05001),实际为 {code!r}",
    )


def _relations(config: Config, problems: list[Problem]) -> None:
    """Problems that only show between sections: doubled names, unknown references, points without code."""
    _unique(problems, "gateways", "id", [gateway.id for gateway in config.gateways])
    _unique(problems, "gateways", "host:port", [f"{gateway.host}:{gateway.port}" for gateway in config.gateways])
    _unique(problems, "meters", "id", [meter.id for meter in config.meters])
    _unique(problems, "meters", "gateway/unit", [f"{meter.gateway}/{meter.unit}" for meter in config.meters])
    _unique(problems, "centres", "id", [centre.id for centre in config.centres])
    known = [gateway.id for gateway in config.gateways]
    for number, meter in enumerate(config.meters):
        if meter.gateway and meter.gateway not in known:
            problems.append(
                Problem(
                    f"meters[{number}].gateway",
                    f"no gateway is called {meter.gateway!r}{did_you_mean(meter.gateway, known)}",
                    f"没有名为 {meter.gateway!r} 的网关",
                )
            )
    _unique(problems, "points", "id", [point.id for point in config.points])
    _unique_addresses(config, problems)
    points = {point.id: point for point in config.points}
    for number, centre in enumerate(config.centres):
        for point in centre.codes:
            if point not in points:
                problems.append(
                    Problem(
                        f"centres[{number}].codes.{point}",
                        f"no point is called {point!r}{did_you_mean(point, list(points))}",
                        f"没有名为 {point!r} 的监测点",
                    )
                )
        codes = [centre_code(centre, point) for point in config.points]
        _unique(problems, f"centres[{number}]", "code", [code for code in codes if code])
        if config.points and not any(codes):
            problems.append(
                Problem(
                    f"centres[{number}]",
                    "no point has a code for this centre; give points a code, or the centre a codes table",
                    "该中心没有任何监测点编码,请给监测点设置 code,或在中心下设置 codes",
                )
            )


def centre_code(centre: CentreConfig, point: PointConfig) -> str:
    """The code under which `centre` knows `point`; empty if the point does not go there."""
    return centre.codes.get(point.id, point.code)


def _unique(problems: list[Problem], where: str, what: str, values: list[str]) -> None:
    seen: dict[str, int] = {}
    for number, value in enumerate(values):
        if value and value in seen:
            problems.append(
                Problem(
                    f"{where}[{number}]",
                    f"{what} {value!r} is already used by {where}[{seen[value]}]; each must be different",
                    f"{what} {value!r} 与 {where}[{seen[value]}] 重复,应各不相同",
                )
            )
        seen.setdefault(value, number)


def _unique_addresses(config: Config, problems: list[Problem]) -> None:
    for meter_number, meter in enumerate(config.meters):
        taken: dict[tuple[int, int], str] = {}
        for number, point in enumerate(meter.points):
            for part in point.parts:
                first = taken.setdefault((point.function, part.address), point.id)
                if first != point.id:
                    problems.append(
                        Problem(
                            f"meters[{meter_number}].points[{number}].address",
                            f"register {part.address} (function {point.function}) is already read by point {first!r}; "
                            "give each point its own register",
                            f"寄存器 {part.address} 已被监测点 {first!r} 使用,请改为各自的地址",
                        )
                    )
