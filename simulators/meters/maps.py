"""Register maps as data: what a device's registers hold, in which type, order, scale and unit.

Leaves to others: the truth behind the registers and the serving. A map file is TOML, its tables are settings
(`simulators.settings`); every problem of a file is reported at once. Sources of the shipped maps are public register
lists, named in each file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, structs

from simulators.meters import sentences as said
from simulators.meters.faults import BY_KIND
from simulators.meters.modbus.pdu import FUNCTIONS
from simulators.meters.modbus.registers import ORDERS, TYPES, bounds
from simulators.settings import Flaw, Settings, read
from simulators.shipped import SHIPPED
from simulators.tables import DescriptionError, Problem, Table, read_toml
from simulators.values import DecimalText, PositiveText, matching, one_of

MAPS_FOLDER = SHIPPED / "meters"

UNITS: dict[str, tuple[str, int, int]] = {
    "Wh": ("energy", 1, 1000),
    "kWh": ("energy", 1, 1),
    "MWh": ("energy", 1000, 1),
    "W": ("power", 1, 1000),
    "kW": ("power", 1, 1),
    "MW": ("power", 1000, 1),
    "var": ("reactive", 1, 1000),
    "kvar": ("reactive", 1, 1),
    "VA": ("apparent", 1, 1000),
    "kVA": ("apparent", 1, 1),
    "kvarh": ("reactive energy", 1, 1),
    "kVAh": ("apparent energy", 1, 1),
    "V": ("voltage", 1, 1),
    "A": ("current", 1, 1),
    "mA": ("current", 1, 1000),
    "°": ("angle", 1, 1),
    "Hz": ("frequency", 1, 1),
    "1": ("number", 1, 1),
    "m3": ("volume", 1, 1),
    "L": ("volume", 1, 1000),
    "m3/h": ("volume flow", 1, 1),
    "m3/s": ("volume flow", 3600, 1),
    "t": ("mass", 1, 1),
    "kg": ("mass", 1, 1000),
    "t/h": ("mass flow", 1, 1),
    "kg/h": ("mass flow", 1, 1000),
    "GJ": ("heat", 1, 1),
    "MJ": ("heat", 1, 1000),
    "GJ/h": ("heat rate", 1, 1),
    "degC": ("temperature", 1, 1),
    "kPa": ("pressure", 1, 1),
    "MPa": ("pressure", 1000, 1),
    "kg/m3": ("density", 1, 1),
    "%": ("share", 1, 1),
    "ppm": ("share", 1, 10_000),
    "mg/m3": ("concentration", 1, 1),
    "Nm3": ("normal volume", 1, 1),
    "GJ/t": ("heating value", 1, 1),
    "m/s": ("speed", 1, 1),
}
"""Unit to (dimension, numerator, denominator): one unit is numerator/denominator of the plant's unit."""

CLOCK_FIELDS = ("second", "minute", "hour", "day", "month", "year")


class MapError(DescriptionError):
    """A register map that cannot be used."""


@dataclass(frozen=True)
class Part:
    """Registers of one number: address on the wire (0-based), type, octet order, and its factor in the whole value."""

    address: int
    type: str
    order: str
    factor: str = "1"

    @property
    def count(self) -> int:
        """Number of 16-bit registers."""
        return TYPES[self.type]


class Loop(Settings, frozen=True, kw_only=True):
    """The 4-20 mA loop behind an analogue input: what its ends mean, and how well the module reads it.

    `low` and `high` (decimal text in the register's unit) belong to 4 and 20 mA, or to 0 and 20 mA with `live_zero`
    false. `full` is the raw number at 20 mA; the raw number at `zero_ma` is 0. `noise_ua` is the standard deviation of
    the noise in microampere, `sample_ms` how often the module converts, `root` means that the current goes with the
    square of the flow (differential pressure), so that who reads it takes the root. `low_cut` (decimal text) is the
    value below which the transmitter shows `low`.
    """

    low: DecimalText
    high: DecimalText
    full: Annotated[int, Meta(ge=1, le=0xFFFF)]
    zero_ma: Annotated[int, Meta(ge=0, le=4)] = 0
    live_zero: bool = True
    noise_ua: DecimalText = "0"
    sample_ms: Annotated[int, Meta(ge=1, le=60_000)] = 100
    root: bool = False
    low_cut: DecimalText = ""

    def flaws(self) -> Iterator[Flaw]:
        """A range goes upwards, and noise is an amount."""
        if Decimal(self.low) >= Decimal(self.high):
            yield said.LOOP_ORDER(low=self.low, got=self.high).at("high")
        if Decimal(self.noise_ua) < 0:
            yield said.LOOP_NOISE(got=self.noise_ua).at("noise_ua")


class Bit(Settings, frozen=True, kw_only=True):
    """One coil or discrete input. Its state is `on`, turned over while a fault is on whose kind is `turned_by`.

    `mode` limits that to faults with this mode (calibrating: zero, span, multi-point).
    """

    id: Annotated[str, matching(r"[a-z0-9_]+", *said.SMALL_NAME)]
    fc: tuple[Annotated[int, Meta(ge=1, le=2)], ...] = ()
    address: Annotated[int, Meta(ge=0, le=0xFFFF)]
    on: bool = False
    turned_by: Annotated[str, one_of(("", *BY_KIND))] = ""
    mode: str = ""


@dataclass(frozen=True)
class Register:
    """One value of a device.

    `measure` names the plant's measure it shows (empty: none). `scale` turns the raw number of a whole-number type into
    the value, `resolution` is the smallest step the device itself shows. `modulus` is the value at which a counter
    starts again at 0. `sentinel` is the raw hex (big-endian) that means "no value". `fixed` is a constant value,
    `clock` a field of the device's own clock, `serial` the serial number. Values are decimal text in `unit`.
    """

    id: str
    fc: tuple[int, ...]
    parts: tuple[Part, ...]
    kind: str
    unit: str
    scale: str
    resolution: str
    modulus: str = ""
    sentinel: str = ""
    measure: str = ""
    fixed: str = ""
    clock: str = ""
    serial: bool = False
    low: str = ""
    high: str = ""
    writable: bool = False
    loop: Loop | None = None

    @property
    def is_float(self) -> bool:
        """True if the last part is a binary float."""
        return self.parts[-1].type[0] == "f"

    @property
    def decimals(self) -> int:
        """Decimals of the value's text; -1 for a binary float, whose text is as short as its bits allow."""
        if self.is_float:
            return -1
        return decimals_of(self.scale if self.loop is None else self.resolution)


@dataclass(frozen=True)
class RegisterMap:
    """A device: which function codes it serves, what it does with the wrong unit id and with gaps between registers.

    `wrong_unit` is silent or gateway (exception 0B). `gaps` is exception (02) or zero: what a request gets that covers
    registers nobody defined; an address with no register behind it at all is always 02. `strict` devices refuse (02) a
    request that takes half of a value. `response_ms` is how long after a request its answer begins on a serial line.
    """

    id: str
    name: str
    source: str
    functions: tuple[int, ...]
    wrong_unit: str
    gaps: str
    strict: bool
    registers: tuple[Register, ...]
    bits: tuple[Bit, ...] = ()
    response_ms: int = 5

    @property
    def family(self) -> str:
        """Registers are Modbus."""
        return "modbus"

    @property
    def protocol(self) -> str:
        """Modbus, whatever carries it."""
        return "modbus"

    @property
    def speaks(self) -> bool:
        """A Modbus device never sends without being asked."""
        return False

    @cached_property
    def layouts(self) -> dict[int, dict[int, tuple[str, int, int]]]:
        """Function code to address to (register id, part, word of it), for codes 03 and 04."""
        layouts: dict[int, dict[int, tuple[str, int, int]]] = {}
        for code in (3, 4):
            if code not in self.functions:
                continue
            layout = layouts[code] = {}
            for register in self.registers:
                if code in register.fc:
                    for index, part in enumerate(register.parts):
                        for word in range(part.count):
                            layout[part.address + word] = (register.id, index, word)
        return layouts

    @cached_property
    def bit_layouts(self) -> dict[int, dict[int, Bit]]:
        """Function code to address to bit, for codes 01 and 02."""
        return {
            code: {bit.address: bit for bit in self.bits if code in bit.fc} for code in (1, 2) if code in self.functions
        }

    def register(self, name: str) -> Register:
        """The register of this id; KeyError if there is none."""
        for register in self.registers:
            if register.id == name:
                return register
        raise KeyError(name)


def decimals_of(text: str) -> int:
    """Number of decimals written: 0.010 has 3, 1 has 0."""
    return len(text.partition(".")[2])


@cache
def shipped_map(name: str) -> RegisterMap:
    """A map of `fixtures/meters` by its name (sdm630, dtsu666, iem3000, adl3000, tuf2000, ...)."""
    return load_map(MAPS_FOLDER / f"{name}.toml")


def shipped_names() -> tuple[str, ...]:
    """Names of all shipped maps, sorted."""
    return tuple(sorted(path.stem for path in MAPS_FOLDER.glob("*.toml")))


def load_map(path: Path) -> RegisterMap:
    """Read a register map. Raises MapError with every problem of the file."""
    try:
        data = read_toml(path)
    except DescriptionError as error:
        raise MapError(error.problems) from None
    return build_map(data, str(path))


class MapHead(Settings, frozen=True, kw_only=True):
    """What every map says of itself."""

    id: Annotated[str, matching(r"[a-z0-9_-]+", *said.SMALL_DASHED_NAME)]
    name: str
    source: str


class _Head(MapHead, frozen=True, kw_only=True):
    functions: tuple[Annotated[int, Meta(ge=1, le=16)], ...]
    wrong_unit: Literal["silent", "gateway"] = "silent"
    gaps: Literal["exception", "zero"] = "exception"
    strict: bool = False
    response_ms: Annotated[int, Meta(ge=0, le=1000)] = 5
    order: Annotated[str, one_of(ORDERS)] = "ABCD"

    def flaws(self) -> Iterator[Flaw]:
        """Function codes that a device can serve."""
        for code in self.functions:
            if code not in FUNCTIONS:
                yield said.FUNCTIONS(known=tuple(FUNCTIONS), got=code).at("functions")


class _Field(Settings, frozen=True, kw_only=True):
    """Where registers are, and how they hold a number; without an order, that of the map."""

    address: Annotated[int, Meta(ge=0, le=0xFFFF)]
    type: Annotated[str, one_of(tuple(TYPES))]
    order: Annotated[str, one_of(ORDERS)] = ""

    def flaws(self) -> Iterator[Flaw]:
        """Registers end at 65535, and one alone has no word order."""
        if self.address + TYPES[self.type] > 0x10000:
            yield said.ADDRESS_BEYOND(count=TYPES[self.type], address=self.address).at("address")
        if TYPES[self.type] == 1 and self.order not in ("", "ABCD", "BADC"):
            yield said.WORD_ORDER(got=self.order).at("order")

    def part(self, order: str, factor: str = "1") -> Part:
        """The part itself, at a device with this order."""
        if TYPES[self.type] == 1:
            # A single register has no word order; only a device that swaps octets does so here too.
            order = "BADC" if order in ("BADC", "DCBA") else "ABCD"
        return Part(self.address, self.type, self.order or order, factor)


class _Part(_Field, frozen=True, kw_only=True):
    factor: PositiveText


class _Parts(Settings, frozen=True, kw_only=True):
    parts: tuple[_Part, ...]


class ValueTable(Settings, frozen=True, kw_only=True):
    """What every map says of one of its values, wherever the value stands."""

    id: Annotated[str, matching(r"[a-z0-9_]+", *said.SMALL_NAME)]
    kind: Literal["counter", "instant"] = "instant"
    unit: Annotated[str, one_of(tuple(UNITS))] = "1"
    resolution: PositiveText = ""
    modulus: PositiveText = ""
    measure: str = ""
    fixed: DecimalText = ""
    serial: bool = False
    low: DecimalText = ""
    high: DecimalText = ""
    writable: bool = False


class _Register(ValueTable, frozen=True, kw_only=True):
    fc: tuple[Annotated[int, Meta(ge=3, le=4)], ...] | None = None
    scale: PositiveText = "1"
    sentinel: str = ""
    clock: Annotated[str, one_of(("", *CLOCK_FIELDS))] = ""
    loop: Loop | None = None


def build_map(data: dict[str, object], where: str) -> RegisterMap:
    """A register map from parsed TOML; `where` names it in problems. Raises MapError with every problem."""
    problems: list[Problem] = []
    top = Table(data, where, problems)
    # A missing table is one problem, its keys are none.
    head = read(top.table("map", required=True) or Table({}, "", []), _Head)
    registers = tuple(_register(table, head) for table in top.tables("register", required=True))
    bits = tuple(_bit(table, head.functions) for table in top.tables("bit"))
    top.finish()
    _clashes(registers, where, problems)
    _clashing_bits(bits, where, problems)
    if not registers and not problems:
        problems.append(Problem(where, *said.NO_REGISTER()))
    if problems:
        raise MapError(problems)
    return RegisterMap(
        head.id,
        head.name,
        head.source,
        head.functions,
        head.wrong_unit,
        head.gaps,
        head.strict,
        registers,
        bits=bits,
        response_ms=head.response_ms,
    )


def _bit(table: Table, functions: tuple[int, ...]) -> Bit:
    bit = read(table, Bit)
    if "fc" not in table.data:
        bit = structs.replace(bit, fc=tuple(code for code in functions if code in (1, 2)))
    for code in bit.fc:
        if code not in functions:
            table.problem("fc", *said.NOT_SERVED(code=code, served=functions))
    return bit


def _parts(table: Table, order: str) -> tuple[Part, ...]:
    if not table.has("parts"):
        return (read(table, _Field, whole=False).part(order),)
    if table.data["parts"] == []:
        table.problem("parts", *said.NO_PARTS())
    parts = read(table, _Parts, whole=False).parts
    return tuple(each.part(order, each.factor) for each in parts) or (Part(0, "u16", "ABCD"),)


def _register(table: Table, head: _Head) -> Register:
    parts = _parts(table, head.order)
    functions = tuple(code for code in head.functions if code in (3, 4))
    given = read(table, _Register)
    register = Register(
        id=given.id,
        fc=functions if given.fc is None else given.fc,
        parts=parts,
        kind=given.kind,
        unit=given.unit,
        scale=given.scale,
        resolution=given.resolution or given.scale,
        modulus=given.modulus,
        sentinel=given.sentinel.upper(),
        measure=given.measure,
        fixed=given.fixed,
        clock=given.clock,
        serial=given.serial,
        low=given.low,
        high=given.high,
        writable=given.writable,
        loop=given.loop,
    )
    _check(table, register, functions)
    return register


def _check(table: Table, register: Register, functions: tuple[int, ...]) -> None:
    for code in register.fc:
        if code not in functions:
            table.problem("fc", *said.NOT_SERVED(code=code, served=functions))
    sizes = {2 * part.count for part in register.parts}
    if register.sentinel:
        digits = 2 * next(iter(sizes)) if len(sizes) == 1 else 0
        if not re.fullmatch(r"[0-9A-F]+", register.sentinel) or len(register.sentinel) != digits:
            table.problem("sentinel", *said.SENTINEL(digits=digits, got=register.sentinel))
    whole = not register.is_float
    if whole and register.loop is None and Decimal(register.resolution) % Decimal(register.scale):
        table.problem("resolution", *said.OF_SCALE(resolution=register.resolution, scale=register.scale))
    if register.is_float and register.scale != "1":
        table.problem("scale", *said.FLOAT_SCALE())
    if register.modulus:
        if register.kind != "counter":
            table.problem("modulus", *said.MODULUS_OF_COUNTER())
        if Decimal(register.modulus) % Decimal(register.resolution):
            table.problem("modulus", *said.OF_RESOLUTION(modulus=register.modulus, resolution=register.resolution))
    if whole and len(register.parts) == 1 and register.kind == "counter":
        largest = (bounds(register.parts[0].type)[1] + 1) * Decimal(register.scale)
        if register.modulus and Decimal(register.modulus) > largest:
            table.problem("modulus", *said.MODULUS_FITS(modulus=register.modulus, largest=largest))
    if len(register.parts) > 1 and list(register.parts) != sorted(
        register.parts, key=lambda part: Decimal(part.factor), reverse=True
    ):
        table.problem("parts", *said.LARGEST_FIRST())
    if register.loop is not None and [part.type for part in register.parts] != ["u16"]:
        table.problem("loop", *said.LOOP_U16())
    if register.loop is not None and register.kind == "counter":
        table.problem("loop", *said.LOOP_COUNTER())
    given = [name for name in ("measure", "fixed", "clock") if getattr(register, name)]
    if len(given) + register.serial > 1:
        table.problem("", *said.ONE_CONTENT(got=given))


def _clashes(registers: tuple[Register, ...], where: str, problems: list[Problem]) -> None:
    names: list[str] = []
    taken: dict[tuple[int, int], tuple[str, int]] = {}
    for register in registers:
        if register.id in names:
            problems.append(Problem(where, *said.REGISTER_TWICE(register=register.id)))
        names.append(register.id)
        for code in register.fc:
            for index, part in enumerate(register.parts):
                for address in range(part.address, part.address + part.count):
                    other = taken.setdefault((code, address), (register.id, index))
                    if other != (register.id, index):
                        problems.append(
                            Problem(
                                where,
                                *said.ADDRESS_TWICE(address=address, code=code, one=other[0], other=register.id),
                            )
                        )
                        break


def _clashing_bits(bits: tuple[Bit, ...], where: str, problems: list[Problem]) -> None:
    taken: dict[tuple[int, int], str] = {}
    for bit, code in [(each, code) for each in bits for code in each.fc]:
        other = taken.setdefault((code, bit.address), bit.id)
        if other != bit.id:
            text = said.BIT_TWICE(address=bit.address, code=code, one=other, other=bit.id)
            problems.append(Problem(where, *text))
