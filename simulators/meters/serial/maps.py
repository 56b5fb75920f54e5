"""Maps of serial meters as data: what a meter of each protocol holds behind which identifier, and how it behaves.

Leaves to others: the truth behind the values and the serving (`dlt645`, `cjt188`), and keys that only registers of one
protocol have (its descriptor). A map file is TOML; every problem of a file is reported at once. What the public facts
leave open (graded "check the standard") is a setting of the map.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, TypedDict

from msgspec import Meta, field

from simulators.meters import sentences as said
from simulators.meters.maps import (
    MAPS_FOLDER,
    MapError,
    MapHead,
    Register,
    RegisterMap,
    ValueTable,
    build_map,
    shipped_map,
    shipped_names,
)
from simulators.meters.protocols import by_word
from simulators.meters.serial.bcd import FORMAT, decimals_of, largest, width_of
from simulators.sentences import few
from simulators.settings import Flaw, Settings, read
from simulators.tables import DescriptionError, Problem, Table, read_toml
from simulators.values import matching, one_of

CLOCKS = {
    "date": "YYMMDDWW",
    "time": "hhmmss",
    "date and time": "YYMMDDWWhhmmss",
    "clock 188": "YYYYMMDDhhmmss",
}
"""Clock registers and the fields they show, highest first."""

Octet = Annotated[str, matching(r"[0-9A-F]{2}", *said.ONE_OCTET)]
"""One octet as hex."""
_Octets = Annotated[str, matching(r"([0-9A-F]{2})*", *said.OCTETS)]
_FourHex = Annotated[str, matching(r"[0-9A-F]{4}", *said.FOUR_HEX)]


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


class Column(Settings, frozen=True, kw_only=True):
    """One column of a freeze record: its code (hex) and the registers in it (`time`: when it was taken)."""

    code: Octet
    registers: tuple[str, ...]


class Freeze(Settings, frozen=True, kw_only=True):
    """A kind of freeze record: code (hex), when it is taken, how many are kept."""

    code: Octet
    every: Literal["hour", "day", "month", "pattern", "command"]
    count: Annotated[int, Meta(ge=1, le=254)]
    columns: tuple[Column, ...] = field(name="column")


class Block(Settings, frozen=True, kw_only=True):
    """An answer of CJ/T 188: identifier and its fields in order.

    A field is a register id, `settled:` and a register id for its value at the last settlement, or `clock` or `status`.
    """

    identifier: _FourHex
    fields: tuple[str, ...]


class History(Settings, frozen=True, kw_only=True):
    """Past records of CJ/T 188: the first identifier (the newest), how many follow it, and what is in each.

    Fields are registers, or `clock` for the time of the record.
    """

    identifier: _FourHex
    fields: tuple[str, ...]
    count: Annotated[int, Meta(ge=1, le=256)] = 12
    every: Literal["month", "day", "hour"] = "month"


class _Class(Settings, frozen=True, kw_only=True):
    registers: tuple[str, ...] = ()


class Profile(Settings, frozen=True, kw_only=True):
    """The load profile of DL/T 645-2007: a record every so many minutes, and the registers of its six classes."""

    minutes: Annotated[int, Meta(ge=1, le=60)]
    tables: tuple[_Class, ...] = field(name="class")

    @property
    def classes(self) -> tuple[tuple[str, ...], ...]:
        """The registers of each class."""
        return tuple(each.registers for each in self.tables)

    def flaws(self) -> Iterator[Flaw]:
        """There are no more than six classes."""
        if len(self.tables) > 6:
            yield said.CLASSES(got=len(self.tables)).at("class")


class Behaviour(Settings, frozen=True, kw_only=True):
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

    preamble: Annotated[int, Meta(ge=0, le=8)] = 0
    response_ms: Annotated[int, Meta(ge=0, le=500)] = 20
    answer_octets: Annotated[int, Meta(ge=16, le=255)] = 200
    missing: Literal["ff", "zero", "error"] = "ff"
    tariffs: Annotated[int, Meta(ge=0, le=63)] = 0
    tariff_hours: Annotated[str, matching(r"[1-9]{24}", *said.TARIFF_HOURS)] = "4" * 24
    settlement: Annotated[str, matching(r"(0[1-9]|1[0-9]|2[0-8])([01][0-9]|2[0-3])", *said.SETTLEMENT)] = "0100"
    passwords: tuple[str, ...] = ("02000000", "04000000")
    program_key: bool = True
    broadcast_limit_s: Annotated[int, Meta(ge=0, le=86400)] = 300
    broadcast_daily: bool = True
    broadcast_guard_s: Annotated[int, Meta(ge=0, le=3600)] = 300
    clear_order: Literal["password-first", "identifier-first"] = "password-first"
    wildcard: bool = True
    block_end: _Octets = ""
    kind: Octet = "10"
    identifier_order: Literal["asked", "low", "high"] = "asked"
    echo: bool = True
    unit_first: bool = False
    clock_order: Literal["low", "high"] = "low"
    valve_control: Literal["04", "2A"] = "04"
    address_within: bool = False
    status: Literal["standard", "high"] = "standard"
    interval_ms: Annotated[int, Meta(ge=20, le=60_000)] = 100

    def flaws(self) -> Iterator[Flaw]:
        """Passwords are level and six digits; there are no more tariffs than there are."""
        for each in self.passwords:
            if not re.fullmatch(r"[0-9]{8}", each):
                yield said.PASSWORD(got=each).at("passwords")
        if self.tariffs and max(self.tariff_hours) > str(self.tariffs):
            yield said.TARIFFS(tariffs=self.tariffs, got=max(self.tariff_hours)).at("tariff_hours")


class Beside(TypedDict, total=False):
    """Fields of an entry that only some protocols have."""

    identifier: str
    code: str
    counted: str


class EntryTable(ValueTable, frozen=True, kw_only=True):
    """What a map of any protocol says of a register; keys that only some have are in a struct of their descriptor."""

    layout: Annotated[str, matching(FORMAT.pattern, *said.LAYOUT)] = field(name="format", default="")
    signed: bool = False
    settlements: Annotated[int, Meta(ge=0, le=12)] = 0
    demand: bool = False
    ascii: str = ""
    octets: _Octets = ""
    own: Annotated[str, one_of(("", "address", "serial", *CLOCKS))] = ""
    tariffs: bool = False

    def beside(self) -> Beside:
        """What only some have."""
        return {}


class CodedTable(EntryTable, frozen=True, kw_only=True):
    """A register without an identifier of its own, whose unit may be sent as a code."""

    code: Octet = ""

    def beside(self) -> Beside:
        """The code."""
        return {"code": self.code}


@dataclass(frozen=True)
class BusMap:
    """A serial meter: its protocol and edition, settings, values, freeze records (DL/T 645), blocks (CJ/T 188)."""

    id: str
    name: str
    source: str
    protocol: str
    settings: Behaviour
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
    # A missing table is one problem, its keys are none.
    inner = top.table("map", required=True) or Table({}, "", [])
    word = inner.choice("protocol", words())
    head = read(inner, MapHead)
    protocol = by_word()[word]
    behaviour = read(_with(protocol.defaults(word), top.table("settings") or top.inner("settings", {})), Behaviour)
    entries: list[Entry] = []
    for each in top.tables("register", required=True):
        entries += _entries(each, protocol.entry_type(word), behaviour)
    freezes = tuple(read(each, Freeze) for each in top.tables("freeze"))
    blocks = tuple(read(each, Block) for each in top.tables("block"))
    history = tuple(read(each, History) for each in top.tables("history"))
    profile = read(each, Profile) if (each := top.table("profile")) is not None else None
    top.finish()
    built = BusMap(head.id, head.name, head.source, word, behaviour, tuple(entries), freezes, blocks, history, profile)
    _clashes(built, where, problems)
    problems.extend(Problem(where, *flaw) for flaw in protocol.flaws_of(built))
    if problems:
        raise MapError(problems)
    return built


def _with(defaults: Mapping[str, object], table: Table) -> Table:
    """A table with other defaults."""
    return Table({**defaults, **table.data}, table.where, table.problems)


def _entries(table: Table, kind: type[EntryTable], behaviour: Behaviour) -> list[Entry]:
    """The register, and one more for each tariff if it is shown by tariff."""
    given = read(table, kind)
    scale = f"{Decimal(1).scaleb(-decimals_of(given.layout)):f}"
    entry = Entry(
        id=given.id,
        fc=(0,),
        parts=(),
        kind=given.kind,
        unit=given.unit,
        scale=scale,
        resolution=given.resolution or scale,
        modulus=given.modulus,
        measure=given.measure,
        fixed=given.fixed,
        serial=given.serial,
        low=given.low,
        high=given.high,
        layout=given.layout,
        signed=given.signed,
        settlements=given.settlements,
        demand=given.demand,
        ascii=given.ascii,
        octets=given.octets,
        own=given.own,
        writable=given.writable,
        **given.beside(),
    )
    forms = [name for name in ("layout", "ascii", "octets", "own") if getattr(entry, name)]
    if len(forms) != 1:
        table.problem("", *said.ONE_FORM(got=len(forms)))
    if entry.layout:
        _check_number(table, entry)
    if not given.tariffs:
        return [entry]
    if not behaviour.tariffs or "identifier" not in given.beside():
        table.problem("tariffs", *said.BY_TARIFF())
        return [entry]
    if not entry.identifier:
        return [entry]
    return [entry, *(_of_tariff(entry, number) for number in range(1, behaviour.tariffs + 1))]


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
