"""The rig file (TOML) of a laboratory: which card, serial adapter, relay, clock and person belong to this bench.

Leaves to `check` whether these things are there. All problems of a file are reported at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from bench.lab import sentences
from simulators.settings import Flaw, Port, Settings, Word, read, read_kind
from simulators.tables import DescriptionError, Table, read_file
from simulators.values import matching

Segment = Literal["field", "uplink", "local"]
"""Networks of the bench, in the order of the terminal's cards."""
Baud = Literal[300, 600, 1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200]
Interface = Annotated[str, matching(r"[!-.0-~]{1,15}", *sentences.CARD_NAME)]
Line = Annotated[str, matching(r"[A-Za-z0-9_-]{1,32}", *sentences.LINE_NAME)]
Positive = Annotated[float, msgspec.Meta(gt=0)]
_OID = r"\.?\d+(\.\d+)+"
_LEAST_SECRET = 8


class RigError(Exception):
    """A rig file that cannot be used; `problems` holds one sentence for each thing wrong."""

    def __init__(self, path: str, problems: list[str]) -> None:
        super().__init__("\n".join(f"{path}: {problem}" for problem in problems))
        self.problems = problems


class NetworkCard(Settings, frozen=True):
    """The card that one network of the terminal is cabled to. It carries no address of its own."""

    interface: Interface


class SerialAdapter(Settings, frozen=True):
    """A serial port of the bench, joined to one of the terminal's.

    `loop` is the port that the checks hear it on: the adapter itself (transmit and receive bridged while checking) or
    a second one that is cabled to it; empty where nothing is, and then the latency is not measured. Milliseconds are
    those of the adapter and the driver, beyond the time of the characters on the line.
    """

    device: Word
    baud: Baud = 9600
    parity: Literal["N", "E", "O"] = "N"
    stop_bits: Literal[1, 2] = 1
    loop: str = ""
    max_latency_ms: Positive = 20.0


class ModbusRelay(Settings, frozen=True):
    """A relay at a coil of a Modbus TCP device; `normally_closed`: the coil on means that the terminal is off."""

    host: Word
    coil: Annotated[int, msgspec.Meta(ge=0, le=65_535)]
    port: Port = 502
    unit: Annotated[int, msgspec.Meta(ge=0, le=255)] = 1
    normally_closed: bool = False
    timeout_s: Positive = 3.0


class ScpiSupply(Settings, frozen=True):
    """A programmable supply or switch over TCP. `select`, when given, is sent before each command.

    Defaults are those of SCPI-99, volume 2, chapter 15 (OUTPut[:STATe]).
    """

    host: Word
    port: Port = 5025
    on: str = "OUTP ON"
    off: str = "OUTP OFF"
    query: str = "OUTP?"
    select: str = ""
    timeout_s: Positive = 3.0


class SnmpStrip(Settings, frozen=True):
    """An outlet of a power strip with SNMP: a whole number at `oid`, which `on` and `off` are written to.

    `state_oid` is where the state is read, with the values `state_on` and `state_off`; left out they are those of the
    command (many strips read "on" there too; some, as those with delayed commands, report elsewhere). `version` is "1"
    or "2c" with `community`, or "3" with `user`: `auth_key` (8 characters or more) by `auth` (sha1, md5), and
    `privacy_key` by `privacy` (aes, des). `settles_s` is how long the outlet may take until it reports its new state.
    """

    host: Word
    oid: Annotated[str, matching(_OID, *sentences.OBJECT_ID)]
    port: Port = 161
    on: int = 1
    off: int = 2
    state_oid: Annotated[str, matching(f"({_OID})?", *sentences.OBJECT_ID)] = ""
    state_on: int | None = None
    state_off: int | None = None
    version: Literal["1", "2c", "3"] = "2c"
    community: str = "private"
    user: str = ""
    auth: Literal["sha1", "md5"] = "sha1"
    auth_key: str = ""
    privacy: Literal["aes", "des"] = "aes"
    privacy_key: str = ""
    settles_s: Positive = 5.0
    timeout_s: Positive = 3.0

    def flaws(self) -> Iterator[Flaw]:
        """What an outlet needs besides its types; secrets are not told."""
        if self.version == "3" and not self.user:
            yield sentences.SNMP_USER().at("user")
        for key in ("auth_key", "privacy_key"):
            if 0 < (length := len(getattr(self, key).encode())) < _LEAST_SECRET:
                yield sentences.SNMP_KEY(length=length).at(key)
        if self.privacy_key and not self.auth_key:
            yield sentences.SNMP_PRIVACY().at("privacy_key")
        if self.on == self.off:
            yield sentences.ON_AND_OFF(on=self.on).at("on")


class PersonSwitch(Settings, frozen=True):
    """Somebody who pulls the plug, as section [person] says how to reach them."""


Power = ModbusRelay | ScpiSupply | SnmpStrip | PersonSwitch
_POWER: Mapping[str, type[Power]] = {
    "modbus": ModbusRelay,
    "scpi": ScpiSupply,
    "snmp": SnmpStrip,
    "person": PersonSwitch,
}


class ReferenceClock(Settings, frozen=True):
    """What the bench's own clock is held against: an NTP server, or the kernel's own word where `server` is empty."""

    server: str = ""
    port: Port = 123
    max_offset_ms: Positive = 50.0
    timeout_s: Positive = 2.0


class PersonAt(Settings, frozen=True):
    """Where the bench's person is asked. `web` is host:port of the page (empty: none); `screen`: at the console."""

    name: str = ""
    web: str = ""
    screen: bool = True
    timeout_s: Positive = 600.0

    def flaws(self) -> Iterator[Flaw]:
        """Where the page is, if there is one."""
        host, _, port = self.web.rpartition(":")
        if self.web and not (host and port.isdecimal() and int(port) <= 65_535):
            yield sentences.WEB_ADDRESS(web=self.web).at("web")


class _Head(Settings, frozen=True):
    name: Word


class _Sections(Settings, frozen=True):
    """All but the power, whose keys depend on what it is."""

    rig: _Head
    networks: dict[Segment, NetworkCard] = {}
    serial: dict[Line, SerialAdapter] = {}
    clock: ReferenceClock = ReferenceClock()
    person: PersonAt = PersonAt()

    def flaws(self) -> Iterator[Flaw]:
        """What is there twice, or not at all."""
        yield from _twice("networks", "interface", {name: each.interface for name, each in self.networks.items()})
        yield from _twice("serial", "device", {name: each.device for name, each in self.serial.items()})
        if not self.networks and not self.serial:
            yield sentences.NOTHING_JOINS().at("")


def _twice(section: str, key: str, given: Mapping[str, str]) -> Iterator[Flaw]:
    """What two parts of a section say they have."""
    homes: dict[str, str] = {}
    for name, value in given.items():
        if value and value in homes:
            where, home = f"{section}.{name}.{key}", homes[value]
            yield sentences.ALREADY_OF(value=value, home=home).at(where)
        homes.setdefault(value, name)


class RigFile(msgspec.Struct, frozen=True):
    """One laboratory rig. `networks` are by segment, `serial` by the name of the line in the world."""

    path: str
    name: str
    networks: dict[str, NetworkCard]
    serial: dict[str, SerialAdapter]
    power: Power
    clock: ReferenceClock
    person: PersonAt


def read_rig(path: Path) -> RigFile:
    """Read a rig file. Raises RigError with every problem of the file."""
    try:
        return read_file(path, lambda table: _build(str(path), table))
    except DescriptionError as error:
        raise RigError(str(path), [*map(str, error.problems)]) from None


def _build(shown: str, table: Table) -> RigFile:
    given = table.table("power", required=True) or Table({}, "", [])
    found, power = read(table, _Sections), read_kind(given, _POWER, tag="driver")
    if isinstance(power, PersonSwitch) and not found.person.web and not found.person.screen:
        table.problem(
            "person",
            *sentences.POWER_OF_NOBODY(),
        )
    named = {str(name): card for name, card in found.networks.items()}
    return RigFile(shown, found.rig.name, named, found.serial, power, found.clock, found.person)
