"""Adapters: how a rig configures, starts and questions one kind of terminal; plug-ins by entry point.

Leaves the wires to the rigs. An adapter is found by the name in the profile among the entry points of the group
`carbonbench.terminals`.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from bench.dut import sentences
from simulators.world import PointRow, Site

if TYPE_CHECKING:
    from bench.dut.access import Access
    from bench.dut.platform import Intake


class DeviceClock(Protocol):
    """The terminal's own clock: UTC nanoseconds, possibly wrong."""

    def time_ns(self) -> int:
        """Nanoseconds UTC by this clock."""
        ...

    def set_time_ns(self, time_ns: int, /) -> None:
        """Set this clock."""
        ...


OpenSerial = Callable[[str, int, str, int], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]
"""Opens a serial port of 8 data bits: device, baud, parity (E, O, N), stop bits (1, 2); raises OSError."""


@dataclass(frozen=True)
class ServerSide:
    """What a platform is certified by towards terminals (PEM): its chain, its key, and the root of theirs."""

    certificate: str
    key: str
    anchors: str


class Files(Protocol):
    """Files of a virtual disk, by name: what was not synced, octets or name, may be lost with the power."""

    def names(self) -> Sequence[str]:
        """The files that are there, each with a slash before it."""
        ...

    def image(self, name: str, /) -> bytes:
        """The octets of a file."""
        ...

    def write_file(self, name: str, data: bytes, /, *, sync: bool) -> None:
        """Make a file, or another content of one."""
        ...

    def rename(self, name: str, to: str, /, *, sync: bool) -> None:
        """Another name, in the place of whoever has it."""
        ...

    def sync_file(self, name: str, /) -> None:
        """Make its octets durable."""
        ...

    def sync_directory(self) -> None:
        """Make every name durable."""
        ...


class MachineFigures(Protocol):
    """What a machine has used: seconds of its processors, busy and at all, since it began; percent in use now."""

    @property
    def system(self) -> tuple[str, str]:
        """Type and version of its operating system."""
        ...

    @property
    def busy_s(self) -> float:
        """Seconds for which its processors have worked."""
        ...

    @property
    def all_s(self) -> float:
        """Seconds of its processors at all."""
        ...

    @property
    def memory_percent(self) -> float:
        """Memory in use."""
        ...

    @property
    def disk_percent(self) -> float:
        """Disk in use."""
        ...


@dataclass(frozen=True)
class Fellow:
    """A terminal of the same group as another is told of it: its name, its card towards the others, its points.

    `tags` are what its points are called between the two, by point; they hold letters, digits and dashes.
    """

    name: str
    host: str
    port: int
    rows: tuple[PointRow, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Role:
    """What a terminal is among several: master, with `slaves`, or slave of `master`.

    `name` is in its certificate (`own`; the anchors are those of all), `reports_as` the name it is told to report
    under. `minute_interval` (min) is the shortest period that the master delivers.
    """

    name: str
    own: ServerSide
    master: Fellow | None = None
    slaves: tuple[Fellow, ...] = ()
    reports_as: str = ""
    minute_interval: int = 15
    tags: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Seat:
    """The place on the bench that a terminal is put into.

    `site` holds what it is wired to (addresses, register maps, codes). `settings` are what the scenario asks to be
    configured: poll periods (s) by meter, intervals, limits. `clock`, `disk` (name of an SQLite VFS) and `chance` exist
    for a terminal that runs inside the bench's process; `local` is host and port for its local interface. `connection`
    is that section of the profile. `planted` names a defect that is to be in the reference terminal (proofs only),
    `folder` is where the profile lies. `open_serial` opens the serial ports of the bench for a terminal in its process
    (None: those of the machine). `devices` gives the device file of a serial line by the line's name in the world, for
    a terminal that opens it itself; the name is the device where it is not there. `time_server` is where the bench
    serves NTP (None: it does not). `state` is the terminal's state folder on this machine (None: it has none here).
    `access` is who is to have accounts there, by the profile. `uplink` is the address of its card towards centres,
    or, of a platform, towards terminals; `side` is what it is certified by there (None: nobody comes by TLS).
    `shown` is what it shows to browsers at `local` over HTTPS (None: nothing is given to it).
    `intakes` are the ways by which terminals reach it, by their words. `machine` is what a terminal inside the bench's
    process runs on (None: it knows of none). `files` are those of the disk for such a one that keeps them beside its
    database (None: there are none). `role` is what it is among several terminals (None: it is alone).
    """

    site: Site
    settings: Mapping[str, Any]
    clock: DeviceClock
    chance: random.Random
    local: tuple[str, int]
    disk: str = ""
    connection: Mapping[str, Any] = field(default_factory=dict[str, Any])
    planted: str = ""
    open_serial: OpenSerial | None = None
    folder: Path = Path()
    devices: Mapping[str, str] = field(default_factory=dict[str, str])
    time_server: tuple[str, int] | None = None
    state: Path | None = None
    access: Access | None = None
    uplink: str = ""
    side: ServerSide | None = None
    shown: ServerSide | None = None
    intakes: Mapping[str, Intake] = field(default_factory=dict[str, "Intake"])
    machine: MachineFigures | None = None
    role: Role | None = None
    files: Files | None = None

    @property
    def rows(self) -> tuple[PointRow, ...]:
        """The points that it delivers: those of its own meters, then those of its slaves."""
        slaves = () if self.role is None else self.role.slaves
        return (*self.site.points.values(), *(row for slave in slaves for row in slave.rows))

    def device(self, line: str) -> str:
        """The device file of a serial line."""
        return self.devices.get(line, line)


@dataclass(frozen=True)
class Launch:
    """How a terminal that is a program of its own is started.

    `argv` is its command line; it runs in the state folder, which is all of its disk that outlasts lost power. `env` is
    added to a bare environment (PATH, HOME, LANG, TMPDIR). `files` are texts by path below the state folder, written
    before the first start only: the terminal may change them. `ready` is the address at which it listens once it is up
    (None: it listens nowhere), `ready_s` how long that may take. `starts_s`: how long from its start until it reads or
    dials, by its maker's word (None: as long as any may take, R-29). `own_clock` False: its clock cannot be moved.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    ready: tuple[str, int] | None = None
    ready_s: float = 30.0
    starts_s: float | None = None
    own_clock: bool = True


class LaunchError(Exception):
    """A profile from which a terminal cannot be started; one sentence a line."""


class TerminalAdapter(Protocol):
    """What a rig needs to know of a kind of terminal.

    `in_process` says that it can run inside the bench's process, and so in virtual time. An adapter whose terminal can
    run as a program of its own also has `launch` (see `Launchable`).
    """

    name: str
    in_process: bool

    async def run(self, seat: Seat) -> None:
        """Run the terminal in this process until it stops by itself (in-process terminals only)."""
        ...

    async def ask(self, seat: Seat, what: str, query: Mapping[str, str]) -> tuple[dict[str, str], ...]:
        """Put a question to the terminal's local interface and normalise the rows (see `bench.facade.bench.Operator`).

        Raises LookupError when the terminal has no such interface, ConnectionError when it does not answer.
        """
        ...


@runtime_checkable
class Launchable(Protocol):
    """An adapter whose terminal runs as a program of its own."""

    def launch(self, seat: Seat, state: Path) -> Launch:
        """How to start it for this seat, with `state` as its disk. Raises LaunchError."""
        ...


@dataclass(frozen=True)
class Alteration:
    """A record, or a setting, to be altered behind a terminal's back.

    `how` kept is a setting that the terminal keeps: `point` names it (certificate: its own certificate and key that
    were renewed; period: a polling period that was set), `kind` is what it shall be instead, empty for one octet
    altered; `start_us` means nothing. Otherwise `how` is digit (the last digit of its value), stamp (it moves by a
    second), point (its value changes place with another point's) or removed (with whatever belongs to it); `kind` is
    the class, `start_us` the start of its period.
    """

    how: str
    point: str
    kind: str
    start_us: int


@runtime_checkable
class Alterable(Protocol):
    """An adapter that can get at the storage of its terminal while that is without power."""

    def alter(self, seat: Seat, alterations: Sequence[Alteration]) -> tuple[dict[str, str], ...]:
        """Do it; a row how, point, kind, start (us UTC) for every record that is not as the terminal left it.

        Raises LookupError for a record that is not there.
        """
        ...


@runtime_checkable
class Speaking(Protocol):
    """An adapter whose terminal delivers to another kind of centre than HJ 212."""

    def uplink(self, connection: Mapping[str, Any]) -> str:
        """The kind of centre that stands wherever a scenario asks for one of HJ 212, by the section [connection]."""
        ...


@runtime_checkable
class Elsewhere(Protocol):
    """An adapter whose platform runs elsewhere while `standing`: the bench starts and stops nothing."""

    standing: bool


@runtime_checkable
class Checked(Protocol):
    """An adapter that can say what is wrong with a profile before anything is started."""

    def problems(self, connection: Mapping[str, Any], folder: Path) -> list[str]:
        """What is wrong with the section [connection] of a profile in `folder`, one sentence each."""
        ...


class UnknownTerminal(Exception):
    """A profile names an adapter that is not installed."""


_GROUP = "carbonbench.terminals"
# Any program: the bench's own, so that a profile needs nothing installed.
_COMMAND = EntryPoint("command", "bench.dut.command:CommandAdapter", _GROUP)
# A device in the hands of a person.
_MANUAL = EntryPoint("manual", "bench.dut.manual:ManualAdapter", _GROUP)
_PLATFORMS = (
    EntryPoint("reference-platform", "bench.dut.reference_platform:ReferencePlatformAdapter", _GROUP),
    # A platform that is up already, wherever it stands.
    EntryPoint("address", "bench.dut.address:AddressAdapter", _GROUP),
)


@cache
def _installed() -> tuple[EntryPoint, ...]:
    """What is installed under the group, looked for once a process."""
    return tuple(entry_points(group=_GROUP))


def adapter(name: str) -> TerminalAdapter:
    """The adapter of that name. Raises UnknownTerminal listing those that are installed."""
    found = {entry.name: entry for entry in (_COMMAND, _MANUAL, *_PLATFORMS, *_installed())}
    if name not in found:
        raise UnknownTerminal(sentences.NO_ADAPTER(name=name, found=", ".join(sorted(found)) or "none"))
    try:
        return found[name].load()()
    except Exception as error:
        # Whatever a vendor's module does on import is the vendor's; the user needs the sentence, not the stack.
        raise UnknownTerminal(sentences.ADAPTER_UNUSABLE(name=name, kind=type(error).__name__, error=error)) from None
