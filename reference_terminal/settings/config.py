"""The terminal's settings as frozen data, and reading them from TOML with all problems at once.

Leaves meters and centres to `meters` and `centres`, checking of single values to `reader`; leaves
settings a centre has changed at run time to the store.
"""

from __future__ import annotations

import errno
import tomllib
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta

from reference_terminal.settings import accounting, carriers, reasons
from reference_terminal.settings.accounting import AccountingConfig, read_accounting
from reference_terminal.settings.accounts import AccountsConfig, read_accounts
from reference_terminal.settings.centres import CentreConfig, read_centre
from reference_terminal.settings.collectors import CollectorConfig, read_collector
from reference_terminal.settings.derived import DerivedConfig, ordered, read_derived
from reference_terminal.settings.group import GroupConfig, check_group, read_group
from reference_terminal.settings.lan import LanConfig, read_lan
from reference_terminal.settings.lines import LineConfig, read_line
from reference_terminal.settings.management import ManagementConfig, read_management
from reference_terminal.settings.meters import GatewayConfig, MeterConfig, PointConfig, read_gateway, read_meter
from reference_terminal.settings.problems import InputError, Problem
from reference_terminal.settings.reader import Host, Port, Section, Settings, between, did_you_mean, note_doubles
from reference_terminal.settings.security import SecurityConfig, read_security
from reference_terminal.settings.systems import SystemConfig, read_system

_MOST_OCTETS = 64 << 20


class ConfigError(InputError):
    """A configuration that cannot be used; `problems` lists everything wrong with it."""


class StorageConfig(Settings, frozen=True):
    """Where and how long data are kept (ruling R-30); `commit_linger_s` bounds how long a reading waits for company.

    `max_mb` is what the database may take (10^6 octets): beyond it delivered data go, then what waits (R-28).
    """

    path: str = "terminal.db"
    raw_days: Annotated[int, Meta(ge=1, le=36_600)] = 184
    record_days: Annotated[int, Meta(ge=1, le=36_600)] = 1827
    max_mb: Annotated[Decimal, between("0.25", 10_000_000)] = Decimal(16_384)
    commit_linger_s: Annotated[Decimal, between(0, 5)] = Decimal("0.2")

    @property
    def room_octets(self) -> int:
        """What the database may take."""
        return int(self.max_mb * 1_000_000)


class ProcessingConfig(Settings, frozen=True):
    """`grace_s`: how long after a boundary a late reading may still close its period; share of samples a mean needs.

    `fill`: how gaps are filled with estimates once they have ended (linear, nearest; empty: not at all).
    """

    grace_s: Annotated[int, Meta(ge=1, le=50)] = 30
    min_valid_percent: Annotated[int, Meta(ge=1, le=100)] = 75
    fill: Literal["", "linear", "nearest"] = ""


class ApiConfig(Settings, frozen=True):
    """Where the local interface listens; port 0 switches it off."""

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535)] = 0


class TimeConfig(Settings, frozen=True):
    """The NTP server that the clock is kept by (empty: none) and how often it is asked."""

    server: Host = ""
    port: Port = 123
    interval_s: Annotated[int, Meta(ge=16, le=86_400)] = 64


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
    lines: tuple[LineConfig, ...] = ()
    standbys: tuple[MeterConfig, ...] = ()
    security: SecurityConfig = field(default_factory=SecurityConfig)
    collectors: tuple[CollectorConfig, ...] = ()
    systems: tuple[SystemConfig, ...] = ()
    time: TimeConfig = field(default_factory=TimeConfig)
    derived: tuple[DerivedConfig, ...] = ()
    accounts: AccountsConfig | None = None
    accounting: AccountingConfig | None = None
    management: ManagementConfig | None = None
    lan: LanConfig | None = None
    group: GroupConfig | None = None

    @property
    def measured(self) -> tuple[PointConfig, ...]:
        """The points of meters in the order of the file."""
        return tuple(point for meter in self.meters for point in meter.points)

    @property
    def points(self) -> tuple[PointConfig, ...]:
        """All points: of meters, of slaves, derived ones, each after what it is computed from, published emissions."""
        return (
            *self.acquired,
            *(() if self.accounting is None else (each.point for each in self.accounting.published)),
        )

    @property
    def acquired(self) -> tuple[PointConfig, ...]:
        """The points of meters, those that slaves report, and the derived ones."""
        return (*self.measured, *self.reported, *(derived.point for derived in self.derived))

    @property
    def reported(self) -> tuple[PointConfig, ...]:
        """The points that slaves report."""
        return () if self.group is None else self.group.points


def load_config(source: Path | str) -> Config:
    """Read a configuration from a file (Path, or str naming one) or from TOML text (str with a line break or `=`).

    Raises ConfigError with every problem found; a path is never half read.
    """
    names_file = isinstance(source, Path) or not ("\n" in source or "=" in source)
    text = _read(Path(source)) if names_file else str(source)
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise ConfigError(
            [Problem(str(source) if names_file else "configuration", reasons.NOT_TOML_AT(error=error))]
        ) from None
    return build_config(data)


def _read(path: Path) -> str:
    try:
        return _octets(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = Problem(str(path), reasons.NOT_UTF8(start=error.start))
    except OSError as error:
        problem = Problem(str(path), reasons.CONFIGURATION_UNREADABLE(reason=error.strerror or error))
    raise ConfigError([problem])


def _octets(path: Path) -> bytes:
    if path.is_char_device() or path.is_fifo():
        raise OSError(errno.EINVAL, "a device or a pipe, not a file")
    with path.open("rb") as source:
        octets = source.read(_MOST_OCTETS + 1)
    if len(octets) > _MOST_OCTETS:
        raise OSError(errno.EFBIG, f"longer than {_MOST_OCTETS >> 20} MiB")
    return octets


def build_config(data: dict[str, Any]) -> Config:
    """A configuration from the tables of its TOML file; raises ConfigError with every problem found."""
    problems: list[Problem] = []
    top = Section(data, "", problems)
    terminal = top.section("terminal")
    name = terminal.text("name", "terminal")
    terminal.done()
    storage = top.table("storage", StorageConfig)
    processing = top.table("processing", ProcessingConfig)
    api = top.table("api", ApiConfig)
    time = top.table("time", TimeConfig)
    security = read_security(top.section("security"))
    accounts = read_accounts(top.section("accounts")) if "accounts" in top else None
    management = read_management(top.section("management"), security) if "management" in top else None
    lan = read_lan(top.section("lan"), security) if "lan" in top else None
    if lan is not None and accounts is None:
        top.problem("lan", reasons.NOBODY_TO_ASK())
    if management is not None and accounts is None:
        top.problem("management", reasons.NOBODY_TO_ASK())
    lines = tuple(read_line(section) for section in top.sections("lines"))
    collectors = tuple(read_collector(section, security, name) for section in top.sections("collectors"))
    systems = tuple(read_system(section, security) for section in top.sections("systems"))
    needed = not lines and not collectors and not systems
    gateways = tuple(read_gateway(section) for section in top.sections("gateways", required=needed))
    meters = tuple(read_meter(section) for section in top.sections("meters", required=True))
    group = read_group(top.section("group"), security) if "group" in top else None
    derived = tuple(read_derived(section) for section in top.sections("derived"))
    centres = tuple(read_centre(section, security) for section in top.sections("centres"))
    table = top.section("accounting") if "accounting" in top else None
    top.done()
    carriers.check(gateways, lines, meters, problems)
    carriers.check_collectors(collectors, meters, problems)
    carriers.check_systems(systems, meters, problems)
    standbys = tuple(meter for meter in meters if meter.standby_for)
    meters = tuple(meter for meter in meters if not meter.standby_for)
    measured = {point.id: point for meter in meters for point in meter.points}
    if group is not None:
        check_group(group, problems)
        measured |= {point.id: point for point in group.points}
    note_doubles(problems, "derived", "id", [each.id for each in derived])
    for number, each in enumerate(derived):
        if each.id in measured:
            problems.append(Problem(f"derived[{number}].id", reasons.POINT_OF_METER(name=each.id)))
    derived = ordered(derived, measured, problems)
    config = Config(
        name,
        gateways,
        meters,
        centres,
        storage,
        processing,
        api,
        lines=lines,
        standbys=standbys,
        security=security,
        collectors=collectors,
        systems=systems,
        time=time,
        derived=derived,
        accounts=accounts,
        management=management,
        lan=lan,
        group=group,
    )
    if table is not None:
        known = {point.id: point for point in config.acquired}
        config = replace(config, accounting=read_accounting(table, known))
    _relations(config, problems)
    if problems:
        raise ConfigError(problems)
    return config


def _relations(config: Config, problems: list[Problem]) -> None:
    """Problems that only show between sections: doubled names, unknown references, points without code."""
    note_doubles(problems, "centres", "id", [centre.id for centre in config.centres])
    note_doubles(problems, "points", "id", [point.id for point in (*config.measured, *config.reported)])
    if config.accounting is not None:
        accounting.check(config.accounting, problems)
        note_doubles(problems, "points", "id", [point.id for point in config.points])
    points = {point.id: point for point in config.points}
    for number, centre in enumerate(config.centres):
        for point in centre.codes:
            if point not in points:
                problems.append(
                    Problem(
                        f"centres[{number}].codes.{point}",
                        reasons.NO_POINT(name=point, hint=did_you_mean(point, list(points))),
                    )
                )
        codes = [centre_code(centre, point) for point in config.points]
        note_doubles(problems, f"centres[{number}]", "code", [code for code in codes if code])
        if config.points and not any(codes):
            problems.append(Problem(f"centres[{number}]", reasons.NO_CODE_FOR_CENTRE()))


def with_accounting(config: Config, table: dict[str, Any]) -> Config:
    """The configuration with another accounting; empty: none. Raises ConfigError with every problem found."""
    problems: list[Problem] = []
    known = {point.id: point for point in config.acquired}
    found = read_accounting(Section(table, "accounting", problems), known) if table else None
    changed = replace(config, accounting=found)
    if not problems:
        _relations(changed, problems)
    if problems:
        raise ConfigError(problems)
    return changed


def with_meters(config: Config, table: dict[str, Any]) -> Config:
    """The configuration with more meters and what they stand at: the tables that its file has for them.

    Raises ConfigError with every problem found.
    """
    problems: list[Problem] = []
    top = Section(table, "", problems)
    meters = tuple(read_meter(section) for section in top.sections("meters", required=True))
    wider = replace(
        config,
        gateways=(*config.gateways, *(read_gateway(section) for section in top.sections("gateways"))),
        lines=(*config.lines, *(read_line(section) for section in top.sections("lines"))),
        collectors=(
            *config.collectors,
            *(read_collector(section, config.security, config.name) for section in top.sections("collectors")),
        ),
        systems=(*config.systems, *(read_system(section, config.security) for section in top.sections("systems"))),
        meters=(*config.meters, *(meter for meter in meters if not meter.standby_for)),
        standbys=(*config.standbys, *(meter for meter in meters if meter.standby_for)),
    )
    top.done()
    every = (*wider.meters, *wider.standbys)
    carriers.check(wider.gateways, wider.lines, every, problems)
    carriers.check_collectors(wider.collectors, every, problems)
    carriers.check_systems(wider.systems, every, problems)
    known = [point.id for point in (*config.acquired, *(each for meter in config.standbys for each in meter.points))]
    doubled = [point.id for meter in meters for point in meter.points if point.id in known]
    problems += [Problem("meters", reasons.POINT_NAME_TAKEN(name=each)) for each in doubled]
    if not problems:
        _relations(wider, problems)
    if problems:
        raise ConfigError(problems)
    return wider


def check_centres(config: Config) -> list[Problem]:
    """What is wrong between the centres of a configuration and the rest of it."""
    problems: list[Problem] = []
    _relations(config, problems)
    return problems


def centre_code(centre: CentreConfig, point: PointConfig) -> str:
    """The code under which `centre` knows `point`; empty if the point does not go there."""
    return centre.codes.get(point.id, point.code)
