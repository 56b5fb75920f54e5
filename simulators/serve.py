"""A world in real time on loopback: meters and centres that any program can talk to, until Ctrl-C.

Leaves to others: the terminal. The plant begins at the moment of the call; the simulators' only wall clock is here.
"""

from __future__ import annotations

import asyncio
import dataclasses
import time
from pathlib import Path
from typing import TextIO

from simulators.centres.kinds import kind_of
from simulators.collectors.kinds import kind_of as collector_kind
from simulators.events import (
    Commanded,
    Connected,
    Event,
    Fingerprinted,
    MeterFault,
    Published,
    Received,
    Rejected,
    Secured,
    Stored,
    Unserved,
)
from simulators.meters.build import Carriers
from simulators.meters.carriers import DrawnLine
from simulators.meters.modbus.point_row import RegistersRow
from simulators.meters.places import Collected
from simulators.stamps import local
from simulators.systems.kinds import SystemPlace
from simulators.systems.kinds import kind_of as system_kind
from simulators.trust.export import ExportError, export_side, folder_flaw
from simulators.world import Site, World

_MINUTE_US = 60_000_000


def check(world: World) -> None:
    """Put a world up without serving it. Raises WorldError for what only its meters can tell."""
    Site(world, clock=HostClock(), observe=lambda event: None, carriers=lambda line: DrawnLine(line.name))


class HostClock:
    """The clock of the machine this runs on."""

    def now_us(self) -> int:
        """Microseconds UTC."""
        return time.time_ns() // 1000


class Teller:
    """Writes one line for everything a person at the screen wants to see."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def line(self, text: str) -> None:
        """Write a line at once."""
        print(text, file=self._out, flush=True)

    def __call__(self, event: Event) -> None:
        """Tell an event, if it is worth a line."""
        text = _told(event)
        if text:
            self.line(f"{local(event.t):%H:%M:%S}  {text}")


def _told(event: Event) -> str:
    match event:
        case Stored():
            fields = "  ".join(f"{name}={value}" for name, value in event.fields.items())
            again = f"  copy {event.copies}" if event.copies > 1 else ""
            again += f"  version {event.version}" if event.version > 1 else ""
            return f"{event.centre:<8}{event.kind:<9}{event.stamp}  {event.code:<12}{fields}  Flag={event.flag}{again}"
        case Received() if event.faults:
            return f"{event.centre:<8}deviations / 偏差: {', '.join(event.faults)}"
        case Rejected():
            return f"{event.at:<16}refused {event.count} octets / 拒收: {event.reason}"
        case Connected():
            return f"{event.at:<16}connection {event.conn} {event.state} {event.peer} / 连接"
        case Commanded():
            return f"{event.centre:<8}command {event.cn}: QnRtn={event.accepted} ExeRtn={event.result} / 命令"
        case Secured():
            agreed = f"{event.version} {event.suite} {event.peer}" if event.state == "agreed" else event.reason
            return f"{event.at:<16}handshake {event.state}: {agreed} / 握手"
        case Fingerprinted():
            return f"{event.centre:<8}fingerprint {event.what} {event.point} {event.start}: {event.outcome} / 指纹"
        case Published() if event.copy or event.fault:
            said = "told again / 重复" if event.copy else f"told with {event.fault} / 异常消息"
            return f"{event.collector:<8}{event.meter:<8}message {event.number} {said}"
        case Unserved() if not event.request:
            return f"{event.meter:<8}{event.outcome} / 无有效数据"
        case Unserved():
            return f"{event.meter:<8}{event.outcome} to {event.request} / 未正常应答"
        case MeterFault():
            return f"{event.meter:<8}{event.fault} {event.state} / 故障"
        case _:
            return ""


def _introduce(site: Site, tell: Teller) -> None:
    world = site.world
    tell.line(f"World {world.name}, seed {world.seed} / 场景 {world.name}，种子 {world.seed}")
    tell.line("Meters / 仪表")
    for spec in world.meters:
        meter = site.meters[spec.name]
        rows = [site.points[point] for point in meter.points]
        row = rows[0]
        port = row.line
        at = f"{port.name} {port.baud} 8{port.parity}{port.stop_bits}" if port else f"{row.host}:{row.port}"
        points = ", ".join(row.own.listed(row.id) for row in rows)
        if isinstance(spec.place, Collected):
            tell.line(f"  behind {spec.place.collector:<8} {spec.name:<8} {meter.title}: {points}")
        elif isinstance(spec.place, SystemPlace):
            place = system_kind(spec.place).line(spec.place, site.system(spec.place))
            tell.line(f"  {place} {row.protocol} {spec.name:<8} {meter.title}: {points}")
        elif spec.address:
            tell.line(f"  {at} {row.protocol} {spec.address} {spec.name:<8} {meter.title}: {points}")
        else:
            kind = "" if row.protocol == "modbus-tcp" else f"{row.protocol} "
            tell.line(f"  {at} {kind}unit {spec.unit:<3} {spec.name:<8} {meter.title}: {points}")
    if world.collectors:
        tell.line("Collectors / 数据采集器")
    for collector in world.collectors:
        told = f"{collector.kind} {collector.channel} {collector.form} every {collector.period_s} s"
        told += collector_kind(collector).line(collector)
        tell.line(f"  {collector.host}:{collector.port}  {collector.name:<8} {told}")
    tell.line("Centres / 数据中心")
    for spec in world.centres:
        tell.line(f"  {spec.host}:{spec.port}  {spec.name:<8} {kind_of(spec).line(spec)}")
    example = next((row for row in site.points.values() if row.protocol == "modbus-tcp"), None)
    if example is not None:
        asked = example.of(RegistersRow)
        part = asked.parts[0]
        table = 3 if asked.fc == 4 else 4
        tell.line(
            f"Try / 试读: mbpoll -m tcp -a {asked.unit_id} -p {example.port} -t {table}:hex -0 -r {part.address} "
            f"-c {part.count} -1 {example.host}"
        )
    tell.line("Records as they arrive (centre, class, DataTime, code, values); Ctrl-C ends / 收到的数据，Ctrl-C 结束")


def _give_out(site: Site, folder: Path, tell: Teller) -> None:
    """Write what a terminal is given for each collector and centre, and say what and where."""
    sides = {spec.name: site.collector_side(spec.name) for spec in site.world.collectors}
    sides |= {spec.name: site.terminal_side(spec.name) for spec in site.world.centres}
    flaw = folder_flaw(folder, list(sides))
    if flaw:
        raise ExportError(flaw)
    for name, side in sides.items():
        try:
            written = export_side(side, folder / name)
        except OSError as error:
            reason = error.strerror or str(error)
            raise ExportError(
                f"{error.filename or folder}: credentials cannot be written: {reason} / 无法写入凭证"
            ) from None
        files = ", ".join(path.name for path in written) or "none needed / 无需凭证"
        tell.line(f"Credentials of {name} / 凭证: {folder / name}: {files}")


async def serve(
    world: World,
    out: TextIO,
    *,
    carriers: Carriers | None = None,
    seconds: float = 0,
    credentials: Path | None = None,
) -> None:
    """Serve a world until cancelled, or for so many seconds; `carriers` gives the meters' end of its serial lines.

    `credentials` is a folder for what a terminal is given to talk to each collector and centre, one folder each.

    Raises WorldError if it contradicts itself, OSError if a port is taken, ValueError if it has lines without carriers,
    ExportError if credentials cannot be written.
    """
    clock = HostClock()
    # The grid of minutes keeps what a reader sees comparable with the wall clock.
    begun = dataclasses.replace(world, start_us=clock.now_us() // _MINUTE_US * _MINUTE_US)
    tell = Teller(out)
    site = Site(begun, clock=clock, observe=tell, carriers=carriers)
    if credentials is not None:
        _give_out(site, credentials, tell)
    await site.start()
    try:
        _introduce(site, tell)
        if seconds:
            await asyncio.sleep(seconds)
        else:
            await asyncio.get_running_loop().create_future()
    finally:
        await site.stop()
