"""Descriptions of meters: their points, the serial lines they stand on and the faults they are to have, as data.

Leaves to others: the world they belong to and its contradictions (`world`), building them (`build`).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from simulators.meters.carriers import LineSettings
from simulators.meters.faults import BY_KIND, AnyFault
from simulators.meters.modbus.serial import FRAMINGS
from simulators.meters.places import Collected, Database, GatewayPort, OpcUaPort, Place, SerialLine, ServerPort
from simulators.meters.protocols import addresses
from simulators.meters.serial.maps import AnyMap, any_names
from simulators.tables import Table

SERVERS = ("postgresql", "mariadb")
"""Kinds of database servers that the bench can start."""
_MEMBER = re.compile(r"\{n(?::0(\d+))?\}")
_BAUDS = (300, 600, 1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200)


@dataclass(frozen=True)
class PointSpec:
    """A point: a register of the meter's map under a name of the world.

    `quantity` overrides what the register measures of the meter's source. `code` is the point's code at every centre,
    `codes` overrides it by centre (empty: not sent there). `modulus` and `rated_per_h` override the map's and the
    plant's (decimal text in the register's unit). `tag` is the point's name in a collector's messages (the register's
    unless given).
    """

    id: str
    register: str
    quantity: str = ""
    code: str = ""
    codes: Mapping[str, str] = field(default_factory=dict[str, str])
    modulus: str = ""
    rated_per_h: str = ""
    tag: str = ""


@dataclass(frozen=True)
class MeterSpec:
    """A meter: its map (a shipped name, a path, or a map built by hand), place, source, and points.

    The protocol follows from the map. A Modbus meter has a unit id; others have an `address`, as a person writes it: 12
    digits for DL/T 645, 14 for CJ/T 188 (maker's code first), a letter for a scale. A meter is at `host` and `port`, a
    serial one behind a transparent serial server there, or on a serial `line` of the world. `framing` is rtu or ascii
    for Modbus on a line (rtu unless given) or behind a serial server; empty at a host means Modbus TCP. A meter behind
    a `collector` of the world is seen only through it; host and port are the collector's then.

    A meter behind a `system` (opcua, sql) has a map of registers, which the system hands on as tags: an OPC UA server
    at host and port that asks for `security` (none, sign, encrypt), or a `database` (SQLAlchemy URL; empty: one of the
    bench's own) that gets a row for each point every `rows_s`; `odbc`: a terminal is told to reach it by ODBC. `sql` is
    the kind of the bench's own: sqlite, a file; postgresql or mariadb, a server at host and port (real time).
    """

    name: str
    map: str | AnyMap
    host: str
    port: int
    unit: int
    source: str
    points: tuple[PointSpec, ...]
    ratio: str = "1"
    serial: int = 20_260_001
    address: str = ""
    line: str = ""
    framing: str = ""
    refresh_ms: int = 0
    collector: str = ""
    system: str = ""
    security: str = "none"
    database: str = ""
    rows_s: int = 60
    odbc: bool = False
    sql: str = "sqlite"

    @property
    def served(self) -> bool:
        """Whether it is behind a database server of the bench's own."""
        return self.sql in SERVERS

    @property
    def place(self) -> Place:
        """Where it stands, by what its description names."""
        if self.system == "opcua":
            return OpcUaPort(self.host, self.port, self.security)
        if self.system:
            return Database(self.database, self.sql, self.host, self.port) if self.served else Database(self.database)
        if self.collector:
            return Collected(self.collector)
        if self.line:
            return SerialLine(self.line)
        return (ServerPort if self.address or self.framing else GatewayPort)(self.host, self.port)


@dataclass(frozen=True)
class LineSpec:
    """A serial line: the name of its device, and the settings of its ports."""

    name: str
    settings: LineSettings


@dataclass(frozen=True)
class FaultSpec:
    """A fault that meters are to have: from `from_s` seconds after the start for `for_s` (0: until the end).

    `every_s` repeats it at that distance; `mean_s` repeats it after random times of that mean, drawn from the seed, for
    each meter apart. `meters` are names, with * for any rest (`E*`).
    """

    meters: tuple[str, ...]
    fault: AnyFault
    from_s: int = 0
    for_s: int = 0
    every_s: int = 0
    mean_s: int = 0


def _fill(text: str, number: int | None) -> str:
    """Replace {n} and {n:02} by the member's number."""
    if number is None:
        return text
    return _MEMBER.sub(lambda match: f"{number:0{match[1] or 0}d}", text)


def read_meters(table: Table, folder: Path) -> list[MeterSpec]:
    """The meter, or with `repeat = [first, last]` one for each number, {n} standing for it and units counting up."""
    name = table.text("name", pattern=r"[A-Za-z0-9{][A-Za-z0-9_.:{}-]*", hint="a name of letters, digits, - _ .")
    maps = table.names("maps", ()) or (table.text("map"),)
    if table.has("map") and table.has("maps"):
        table.problem("maps", "give either map or maps, not both")
    line, collector = table.text("line", ""), table.text("collector", "")
    system = read_system(table)
    placeless = line or collector or (system.system == "sql" and system.sql not in SERVERS)
    host = "" if placeless else table.text("host")
    port = 0 if placeless else table.integer("port", 1, 65535)
    if collector and any(map(table.has, ("line", "host", "port", "unit", "address", "framing"))):
        text = "a meter behind a collector has no place of its own; remove line, host, port, unit, address, framing"
        table.problem("collector", text)
    if line and (table.has("host") or table.has("port")):
        table.problem("line", "give either line or host and port, not both")
    framing = table.choice("framing", ("", *FRAMINGS), FRAMINGS[0] if line else "")
    kinds = addresses()
    hint = ", or ".join((" or ".join(each.listed for each in kinds[:2]), *(each.listed for each in kinds[2:])))
    address = table.text("address", "", "|".join(each.pattern for each in kinds), hint)
    unit = table.integer("unit", 1, 247, 1 if address or collector or system.system else None)
    source = table.text("source", "")
    ratio = table.decimal("ratio", "1", positive=True)
    refresh_ms = table.integer("refresh_ms", 0, 60_000, 0)
    serial = table.integer("serial", 0, 2**32 - 1, 20_260_001)
    span = table.integers("repeat", 0, 999, ())
    points = [_point(each) for each in table.tables("points", required=True)]
    table.finish()
    numbers: Sequence[int | None] = [None]
    if span:
        if len(span) != 2 or span[0] > span[1]:
            table.problem("repeat", f"expected [first, last] such as [1, 29], got {list(span)}")
        else:
            numbers = range(span[0], span[1] + 1)
    fixed = bool(address or collector or system.system)
    if numbers[-1] is not None and not fixed and unit + len(numbers) - 1 > 247:
        table.problem("unit", f"{len(numbers)} units from {unit} go beyond 247; use a second port")
        numbers = [None]
    meters: list[MeterSpec] = []
    for index, number in enumerate(numbers):
        chosen = maps[index % len(maps)]
        meters.append(
            MeterSpec(
                name=_fill(name, number),
                map=chosen if chosen in any_names() else str(folder / chosen) if ".toml" in chosen else chosen,
                host=_fill(host, number),
                port=port,
                unit=unit if fixed else unit + index,
                address=_counted(address, index),
                source=_fill(source, number),
                points=tuple(
                    dataclasses.replace(
                        point,
                        id=_fill(point.id, number),
                        quantity=_fill(point.quantity, number),
                        code=_fill(point.code, number),
                        codes={centre: _fill(code, number) for centre, code in point.codes.items()},
                    )
                    for point in points
                ),
                ratio=ratio,
                serial=serial + index,
                line=_fill(line, number),
                framing=framing,
                refresh_ms=refresh_ms,
                collector=collector,
                system=system.system,
                security=system.security,
                database=system.database,
                rows_s=system.rows_s,
                odbc=system.odbc,
                sql=system.sql,
            )
        )
    return meters


@dataclass(frozen=True)
class SystemPlace:
    """The system a meter stands behind (empty: none): what OPC UA asks of sessions, or the database and its pace."""

    system: str = ""
    security: str = "none"
    database: str = ""
    rows_s: int = 60
    odbc: bool = False
    sql: str = "sqlite"


def read_system(table: Table) -> SystemPlace:
    """The keys of a meter behind a system."""
    system = table.choice("system", ("", "opcua", "sql"), "")
    place = SystemPlace(
        system=system,
        security=table.choice("security", ("none", "sign", "encrypt"), "none") if system == "opcua" else "none",
        database=table.text("database", "") if system == "sql" else "",
        rows_s=table.integer("rows_s", 1, 86_400, 60) if system == "sql" else 60,
        odbc=table.flag("odbc", False) if system == "sql" else False,
        sql=table.choice("sql", ("sqlite", *SERVERS), "sqlite") if system == "sql" else "sqlite",
    )
    if place.database and table.has("sql"):
        table.problem("sql", "a database given by URL is of the kind its URL names; remove sql or database")
    placeless = ("host", "port") if system == "sql" and place.sql not in SERVERS else ()
    where = ("line", "collector", "unit", "address", "framing", *placeless)
    given = [key for key in where if table.has(key)] if system else []
    if given:
        table.problem("system", f"a meter behind {system} has no such place; remove {', '.join(given)}")
    return place


def _counted(address: str, index: int) -> str:
    """The address so many after this one; an address that is no number stays as it is."""
    return f"{int(address) + index:0{len(address)}d}" if address.isdecimal() else address


def _point(table: Table) -> PointSpec:
    point = PointSpec(
        id=table.text("id"),
        register=table.text("register"),
        quantity=table.text("quantity", ""),
        code=table.text("code", ""),
        codes=table.mapping("codes"),
        modulus=table.decimal("modulus", "", positive=True) if table.has("modulus") else "",
        rated_per_h=table.decimal("rated_per_h", "", positive=True) if table.has("rated_per_h") else "",
        tag=table.text("tag", ""),
    )
    table.finish()
    return point


def read_line(table: Table) -> LineSpec:
    """A serial line from its table."""
    name = table.text("name", pattern=r"[A-Za-z0-9/][A-Za-z0-9_./-]*", hint="a device name such as ttyS1")
    baud = table.integer("baud", 1, 4_000_000, 9600)
    if baud not in _BAUDS:
        table.problem("baud", f"expected one of {', '.join(map(str, _BAUDS))}, got {baud}")
    settings = LineSettings(baud, table.choice("parity", ("N", "E", "O"), "N"), table.integer("stop_bits", 1, 2, 1))
    table.finish()
    return LineSpec(name, settings)


def read_fault(table: Table) -> FaultSpec | None:
    """A fault with its times from its table; None if it cannot be understood."""
    meters = table.names("meters")
    kind = table.choice("kind", tuple(BY_KIND))
    given = table.table("with")
    values = dict(given.data) if given is not None else {}
    times = {name: table.integer(name, 0, 10**9, 0) for name in ("from_s", "for_s", "every_s", "mean_s")}
    table.finish()
    fault = build_fault(kind, values, table)
    if times["every_s"] and times["mean_s"]:
        table.problem("mean_s", "give either every_s or mean_s, not both")
    if (times["every_s"] or times["mean_s"]) and not times["for_s"]:
        table.problem("for_s", "a repeated fault needs its length; give for_s in seconds")
    if times["every_s"] and times["for_s"] >= times["every_s"]:
        table.problem("for_s", f"expected less than every_s ({times['every_s']}), got {times['for_s']}")
    return FaultSpec(meters, fault, **times) if fault is not None else None


def build_fault(kind: str, values: Mapping[str, object], table: Table) -> AnyFault | None:
    """A fault from its kind and parameters; None after a problem was noted."""
    if kind not in BY_KIND:
        return None
    try:
        return msgspec.convert({"kind": kind, **values}, BY_KIND[kind])
    except msgspec.ValidationError as error:
        known = ", ".join(BY_KIND[kind].__struct_fields__) or "no parameters"
        table.problem("with", f"{kind} has {known}; {str(error)[:1].lower()}{str(error)[1:]}")
        return None
