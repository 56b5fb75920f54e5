"""Maps of serial meters as data: what a meter of each protocol holds behind which identifier, and how it behaves.

Leaves to others: the truth behind the values and the serving (`dlt645`, `cjt188`). A map file is TOML; every problem of
a file is reported at once. What the public facts leave open (graded "check the standard") is a setting of the map.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from simulators.meters import sentences as said
from simulators.meters.maps import (
    MAPS_FOLDER,
    UNITS,
    MapError,
    Register,
    RegisterMap,
    build_map,
    shipped_map,
    shipped_names,
)
from simulators.meters.protocols import by_word
from simulators.meters.serial.bcd import FORMAT, decimals_of, largest, width_of
from simulators.sentences import few
from simulators.tables import DescriptionError, Problem, Table, read_toml

CLOCKS = {
    "date": "YYMMDDWW",
    "time": "hhmmss",
    "date and time": "YYMMDDWWhhmmss",
    "clock 188": "YYYYMMDDhhmmss",
}
"""Clock registers and the fields they show, highest first."""

_HEX = r"([0-9A-F]{2})*"


@dataclass(frozen=True)
class Entry(Register):
    """One value of a serial meter.

    `identifier` is hex, highest octet first; CJ/T 188 fields that have none of their own leave it empty. `layout` is a
    number's format. Exactly one of these is something else than a number: `ascii` text, `octets` (raw hex, highest
    first), `own` (address, serial or one of CLOCKS). `tariff` is the tariff a counter counts (0: all), `tariffs` true
    if the meter shows it by tariff too, `settlements` how many past settlements it keeps. `demand` shows the largest
    demand of the period instead, with its time. `code` is the unit octet of CJ/T 188 (hex, empty: none is sent).
    `counted` (net, loads) is not shown by a scale, but what its reader makes of the weights.
    """

    identifier: str = ""
    layout: str = ""
    signed: bool = False
    tariff: int = 0
    settlements: int = 0
    demand: bool = False
    ascii: str = ""
    octets: str = ""
    own: str = ""
    code: str = ""
    writable: bool = False
    counted: str = ""

    @property
    def is_number(self) -> bool:
        """True if it has a value that a point can be."""
        return bool(self.layout)

    @property
    def is_float(self) -> bool:
        """Never: digits are decimal."""
        return False

    @property
    def width(self) -> int:
        """Octets of its number."""
        return width_of(self.layout)


@dataclass(frozen=True)
class Column:
    """One column of a freeze record: its code (hex) and the registers in it (`time`: when it was taken)."""

    code: str
    registers: tuple[str, ...]


@dataclass(frozen=True)
class Freeze:
    """A kind of freeze record: code (hex), `every` hour, day, month, pattern or command, how many are kept."""

    code: str
    every: str
    count: int
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Block:
    """An answer of CJ/T 188: identifier and its fields in order.

    A field is a register id, `settled:` and a register id for its value at the last settlement, or `clock` or `status`.
    """

    identifier: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class History:
    """Past records of CJ/T 188: the first identifier (the newest), how many follow it, and what is in each.

    `every` is month, day or hour. Fields are registers, or `clock` for the time of the record.
    """

    identifier: str
    fields: tuple[str, ...]
    count: int = 12
    every: str = "month"


@dataclass(frozen=True)
class Profile:
    """The load profile of DL/T 645-2007: a record every so many minutes, and the registers of its six classes."""

    minutes: int
    classes: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Settings:
    """How a serial meter behaves.

    `preamble` octets FE stand before an answer, which comes `response_ms` after the request. `answer_octets` is the
    most data in one frame, more follows. `missing` says what a record gets that is older than the meter: ff, zero or
    error. `tariff_hours` gives the tariff of each hour of the day. `settlement` is DDhh, month by month.

    DL/T 645: `passwords` are level and six digits; `program_key` is pressed (addresses may be written); a broadcast
    time is taken if it is not further off than `broadcast_limit_s`, once a day if `broadcast_daily`, and not within
    `broadcast_guard_s` of midnight; `clear_order` says where a clearing command has its password; `wildcard` meters
    answer reads to everybody; `block_end` (hex) ends a block.

    CJ/T 188: `kind` is the type octet (hex); `identifier_order` of answers is as asked, low or high octet first; `echo`
    the running number or send 0; `unit_first`; `clock_order` low or high first; `valve_control` is the control code of
    the valve (hex); `address_within` answers carry the address in the data too; `status` scheme standard or high.

    Scales send a frame every `interval_ms`.
    """

    preamble: int = 0
    response_ms: int = 20
    answer_octets: int = 200
    missing: str = "ff"
    tariffs: int = 0
    tariff_hours: str = "4" * 24
    settlement: str = "0100"
    passwords: tuple[str, ...] = ("02000000", "04000000")
    program_key: bool = True
    broadcast_limit_s: int = 300
    broadcast_daily: bool = True
    broadcast_guard_s: int = 300
    clear_order: str = "password-first"
    wildcard: bool = True
    block_end: str = ""
    kind: str = "10"
    identifier_order: str = "asked"
    echo: bool = True
    unit_first: bool = False
    clock_order: str = "low"
    valve_control: str = "04"
    address_within: bool = False
    status: str = "standard"
    interval_ms: int = 100


@dataclass(frozen=True)
class BusMap:
    """A serial meter: its protocol and edition, settings, values, freeze records (DL/T 645), blocks (CJ/T 188)."""

    id: str
    name: str
    source: str
    protocol: str
    settings: Settings
    registers: tuple[Entry, ...]
    freezes: tuple[Freeze, ...] = ()
    blocks: tuple[Block, ...] = ()
    history: tuple[History, ...] = ()
    profile: Profile | None = None

    @property
    def family(self) -> str:
        """The protocol's id, whatever its edition: dlt645, cjt188, scale."""
        return by_word()[self.protocol].id

    @property
    def speaks(self) -> bool:
        """Whether it sends without being asked, and so needs its line for itself."""
        return by_word()[self.protocol].speaks(self.protocol)

    @property
    def gaps(self) -> str:
        """Identifiers have no gaps to read across."""
        return "exception"

    def register(self, name: str) -> Entry:
        """The register of this id; KeyError if there is none."""
        for register in self.registers:
            if register.id == name:
                return register
        raise KeyError(name)

    def identifier_of(self, register: str) -> str:
        """The identifier whose answer holds a register; empty if there is none."""
        block = next((block.identifier for block in self.blocks if register in block.fields), "")
        return self.register(register).identifier or block


def words() -> tuple[str, ...]:
    """What a serial meter's map may call its protocol."""
    return tuple(word for word, protocol in by_word().items() if protocol.id != "modbus")


def build_bus_map(data: dict[str, object], where: str) -> BusMap:
    """A serial meter's map from parsed TOML; `where` names it in problems. Raises MapError with every problem."""
    problems: list[Problem] = []
    top = Table(data, where, problems)
    head = top.table("map", required=True) or Table({}, f"{where}.map", [])
    name = head.text("id", pattern=r"[a-z0-9_-]+", hint=said.SMALL_DASHED_NAME)
    title, source = head.text("name"), head.text("source")
    protocol = head.choice("protocol", words())
    head.finish()
    table = top.table("settings")
    settings = _settings(table, protocol) if table is not None else Settings()
    entries: list[Entry] = []
    for each in top.tables("register", required=True):
        entries += _entries(each, protocol, settings)
    freezes = tuple(_freeze(each) for each in top.tables("freeze"))
    blocks = tuple(_block(each) for each in top.tables("block"))
    history = tuple(_history(each) for each in top.tables("history"))
    profile = _profile(each) if (each := top.table("profile")) is not None else None
    top.finish()
    built = BusMap(name, title, source, protocol, settings, tuple(entries), freezes, blocks, history, profile)
    _clashes(built, where, problems)
    if protocol:
        problems.extend(Problem(where, *flaw) for flaw in by_word()[protocol].flaws_of(built))
    if problems:
        raise MapError(problems)
    return built


def _settings(table: Table, protocol: str) -> Settings:
    base = dataclasses.replace(Settings(), **by_word()[protocol].defaults(protocol)) if protocol else Settings()
    settings = Settings(
        preamble=table.integer("preamble", 0, 8, base.preamble),
        response_ms=table.integer("response_ms", 0, 500, base.response_ms),
        answer_octets=table.integer("answer_octets", 16, 255, base.answer_octets),
        missing=table.choice("missing", ("ff", "zero", "error"), base.missing),
        tariffs=table.integer("tariffs", 0, 63, base.tariffs),
        tariff_hours=table.text("tariff_hours", base.tariff_hours, r"[1-9]{24}", said.TARIFF_HOURS),
        settlement=table.text("settlement", base.settlement, r"(0[1-9]|1\d|2[0-8])([01]\d|2[0-3])", said.SETTLEMENT),
        passwords=table.names("passwords", base.passwords),
        program_key=table.flag("program_key", base.program_key),
        broadcast_limit_s=table.integer("broadcast_limit_s", 0, 86400, base.broadcast_limit_s),
        broadcast_daily=table.flag("broadcast_daily", base.broadcast_daily),
        broadcast_guard_s=table.integer("broadcast_guard_s", 0, 3600, base.broadcast_guard_s),
        clear_order=table.choice("clear_order", ("password-first", "identifier-first"), base.clear_order),
        wildcard=table.flag("wildcard", base.wildcard),
        block_end=table.text("block_end", base.block_end, _HEX, said.OCTETS),
        kind=table.text("kind", base.kind, r"[0-9A-F]{2}", said.ONE_OCTET),
        identifier_order=table.choice("identifier_order", ("asked", "low", "high"), base.identifier_order),
        echo=table.flag("echo", base.echo),
        unit_first=table.flag("unit_first", base.unit_first),
        clock_order=table.choice("clock_order", ("low", "high"), base.clock_order),
        valve_control=table.choice("valve_control", ("04", "2A"), base.valve_control),
        address_within=table.flag("address_within", base.address_within),
        status=table.choice("status", ("standard", "high"), base.status),
        interval_ms=table.integer("interval_ms", 20, 60_000, base.interval_ms),
    )
    for each in settings.passwords:
        if not re.fullmatch(r"\d{8}", each):
            table.problem("passwords", *said.PASSWORD(got=each))
    if settings.tariffs and max(settings.tariff_hours, default="") > str(settings.tariffs):
        table.problem("tariff_hours", *said.TARIFFS(tariffs=settings.tariffs, got=max(settings.tariff_hours)))
    table.finish()
    return settings


def _entries(table: Table, protocol: str, settings: Settings) -> list[Entry]:
    """The register, and one more for each tariff if it is shown by tariff."""
    kind = by_word().get(protocol)
    digits = kind.identifier_digits(protocol) if kind is not None else 0
    counted = kind.counted if kind is not None else {}
    name = table.text("id", pattern=r"[a-z0-9_]+", hint=said.SMALL_NAME)
    layout = table.text("format", "", FORMAT.pattern, said.LAYOUT)
    scale = f"{Decimal(1).scaleb(-decimals_of(layout)):f}"
    entry = Entry(
        id=name,
        fc=(0,),
        parts=(),
        kind=table.choice("kind", ("counter", "instant"), "instant"),
        unit=table.choice("unit", tuple(UNITS), "1"),
        scale=scale,
        resolution=table.decimal("resolution", scale, positive=True),
        modulus=table.decimal("modulus", "", positive=True) if table.has("modulus") else "",
        measure=table.text("measure", ""),
        fixed=table.decimal("fixed", "") if table.has("fixed") else "",
        serial=table.flag("serial", False),
        low=table.decimal("low", "") if table.has("low") else "",
        high=table.decimal("high", "") if table.has("high") else "",
        identifier=_identifier(table, digits),
        layout=layout,
        signed=table.flag("signed", False),
        settlements=table.integer("settlements", 0, 12, 0),
        demand=table.flag("demand", False),
        ascii=table.text("ascii", ""),
        octets=table.text("octets", "", _HEX, said.OCTETS),
        own=table.choice("own", ("", "address", "serial", *CLOCKS), ""),
        code=table.text("code", "", r"[0-9A-F]{2}", said.ONE_OCTET) if not digits else "",
        counted=table.choice("counted", ("", *counted), "") if counted else "",
        writable=table.flag("writable", False),
    )
    by_tariff = table.flag("tariffs", False)
    table.finish()
    given = [each for each in ("layout", "ascii", "octets", "own") if getattr(entry, each)]
    if len(given) != 1:
        table.problem("", *said.ONE_FORM(got=len(given)))
    if digits and not entry.identifier:
        table.absent("identifier")
    if layout:
        _check_number(table, entry)
    if not by_tariff:
        return [entry]
    if not digits or not settings.tariffs:
        table.problem("tariffs", *said.BY_TARIFF())
        return [entry]
    if len(entry.identifier) != digits:
        return [entry]
    return [entry, *(_of_tariff(entry, number) for number in range(1, settings.tariffs + 1))]


def _identifier(table: Table, digits: int) -> str:
    """The identifier of a register; empty where registers have none of their own."""
    return table.text("identifier", "", rf"[0-9A-F]{{{digits}}}", said.IDENTIFIER(digits=digits)) if digits else ""


def _of_tariff(entry: Entry, number: int) -> Entry:
    octets = bytearray.fromhex(entry.identifier)
    octets[-1 if len(octets) == 2 else 2] += number
    return dataclasses.replace(entry, id=f"{entry.id}_t{number}", identifier=octets.hex().upper(), tariff=number)


def _check_number(table: Table, entry: Entry) -> None:
    if Decimal(entry.resolution) % Decimal(entry.scale):
        table.problem("resolution", *said.OF_SCALE(resolution=entry.resolution, scale=entry.scale))
    if entry.modulus:
        if entry.kind != "counter":
            table.problem("modulus", *said.MODULUS_OF_COUNTER())
        most = (largest(entry.width, signed=entry.signed) + 1) * Decimal(entry.scale)
        if Decimal(entry.modulus) > most:
            table.problem("modulus", *said.MODULUS_FITS(modulus=entry.modulus, largest=most))
        if Decimal(entry.modulus) % Decimal(entry.resolution):
            table.problem("modulus", *said.OF_RESOLUTION(modulus=entry.modulus, resolution=entry.resolution))
    given = [name for name in ("measure", "fixed") if getattr(entry, name)]
    if len(given) + entry.serial > 1:
        table.problem("", *said.ONE_OF_THREE(got=given))


def _freeze(table: Table) -> Freeze:
    columns: list[Column] = []
    for each in table.tables("column", required=True):
        columns.append(Column(each.text("code", None, r"[0-9A-F]{2}", said.ONE_OCTET), each.names("registers")))
        each.finish()
    freeze = Freeze(
        code=table.text("code", None, r"[0-9A-F]{2}", said.ONE_OCTET),
        every=table.choice("every", ("hour", "day", "month", "pattern", "command")),
        count=table.integer("count", 1, 254),
        columns=tuple(columns),
    )
    table.finish()
    return freeze


def _block(table: Table) -> Block:
    block = Block(
        table.text("identifier", None, r"[0-9A-F]{4}", said.FOUR_HEX),
        table.names("fields"),
    )
    table.finish()
    return block


def _history(table: Table) -> History:
    history = History(
        table.text("identifier", None, r"[0-9A-F]{4}", said.FOUR_HEX),
        table.names("fields"),
        table.integer("count", 1, 256, 12),
        table.choice("every", ("month", "day", "hour"), "month"),
    )
    table.finish()
    return history


def _profile(table: Table) -> Profile:
    classes: list[tuple[str, ...]] = []
    for each in table.tables("class", required=True):
        classes.append(each.names("registers", ()))
        each.finish()
    if len(classes) > 6:
        table.problem("class", *said.CLASSES(got=len(classes)))
    profile = Profile(table.integer("minutes", 1, 60), tuple(classes))
    table.finish()
    return profile


def _clashes(built: BusMap, where: str, problems: list[Problem]) -> None:
    names: list[str] = []
    identifiers: dict[str, str] = {}
    for entry in built.registers:
        if entry.id in names:
            problems.append(Problem(where, *said.REGISTER_TWICE(register=entry.id)))
        names.append(entry.id)
        if entry.identifier:
            other = identifiers.setdefault(entry.identifier, entry.id)
            if other != entry.id:
                problems.append(
                    Problem(where, *said.IDENTIFIER_TWICE(identifier=entry.identifier, one=other, other=entry.id))
                )
    if not names and not problems:
        problems.append(Problem(where, *said.NO_REGISTER()))
    used = [name for freeze in built.freezes for column in freeze.columns for name in column.registers]
    used += [name for block in built.blocks for name in block.fields]
    used += [name for history in built.history for name in history.fields]
    used += [name for names in (built.profile.classes if built.profile else ()) for name in names]
    for name in dict.fromkeys(used):
        if name not in ("time", "clock", "status") and name.removeprefix("settled:") not in names:
            problems.append(Problem(where, *said.UNKNOWN_REGISTER(name=name, names=few(names))))


SERIAL_FOLDER = MAPS_FOLDER / "serial"
"""Where the shipped maps of serial meters are."""

AnyMap = RegisterMap | BusMap


@cache
def any_names() -> tuple[str, ...]:
    """Names of all shipped maps, registers and serial, sorted."""
    return tuple(sorted((*shipped_names(), *(path.stem for path in SERIAL_FOLDER.glob("*.toml")))))


@cache
def any_shipped(name: str) -> AnyMap:
    """A shipped map by its name; which kind it is follows from the file."""
    if name in shipped_names():
        return shipped_map(name)
    return load_any(SERIAL_FOLDER / f"{name}.toml")


def load_any(path: Path) -> AnyMap:
    """Read a map: one with `protocol` is a serial meter's. Raises MapError with every problem of the file."""
    try:
        data = read_toml(path)
    except DescriptionError as error:
        raise MapError(error.problems) from None
    head = data.get("map")
    if isinstance(head, dict) and "protocol" in head:
        return build_bus_map(data, str(path))
    return build_map(data, str(path))
