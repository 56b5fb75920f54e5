"""A fleet served in real time: what is asked and answered, counted; a live screen, or a line of JSON each second.

Leaves to others: the meters (`fleet`). Ends with Ctrl-C, or after so many seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import msgspec
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table as Screen
from rich.text import Text

from simulators.events import Connected, Event, MeterFault, Rejected, Served, Unserved
from simulators.fleet import Fleet, Standing

_WRITE_AT = 1 << 20


class HostClock:
    """The clock of the machine this runs on."""

    def now_us(self) -> int:
        """Microseconds UTC."""
        return time.time_ns() // 1000


class Figures(msgspec.Struct):
    """What one second saw, and what is so far. Times in milliseconds."""

    at: float
    meters: int
    connections: int
    requests: int
    requests_per_s: float
    served: int
    exceptions: int
    silent: int
    spoiled: int
    late: int
    rejected: int
    faults: dict[str, int]
    slowest_ms: float
    slowest_meter: str
    loop_lag_ms: float
    user_us_per_request: float


class Counters:
    """Takes every event of a fleet; `record` gets each of them as a line of JSON."""

    def __init__(self, record: Path | None = None) -> None:
        self.served = 0
        self.outcomes = {"exception": 0, "silent": 0, "spoiled": 0, "late": 0}
        self.rejected = 0
        self.connections = 0
        self.faults: dict[str, int] = {}
        self.slowest_us = 0
        self.slowest = ""
        self._file = record.open("wb") if record is not None else None
        self._encode = msgspec.json.Encoder().encode
        self._lines = bytearray()

    def __call__(self, event: Event) -> None:
        """Count an event."""
        if type(event) is Served:
            self.served += 1
            took_us = event.t - event.asked
            if took_us > self.slowest_us:
                self.slowest_us, self.slowest = took_us, event.meter
        elif isinstance(event, Unserved):
            self.outcomes[event.outcome] += 1
        elif isinstance(event, Connected):
            self.connections += 1 if event.state == "opened" else -1
        elif isinstance(event, MeterFault):
            if event.state in ("on", "off"):
                self.faults[event.fault] = self.faults.get(event.fault, 0) + (1 if event.state == "on" else -1)
        elif isinstance(event, Rejected):
            self.rejected += 1
        if self._file is not None:
            self._lines += self._encode(event)
            self._lines += b"\n"
            if len(self._lines) >= _WRITE_AT:
                self.flush()

    @property
    def requests(self) -> int:
        """All requests so far."""
        return self.served + sum(self.outcomes.values())

    def flush(self) -> None:
        """Write what is kept."""
        if self._file is not None:
            self._file.write(self._lines)
            self._file.flush()
            self._lines.clear()

    def close(self) -> None:
        """Write what is kept and close the file."""
        self.flush()
        if self._file is not None:
            self._file.close()


class Watch:
    """Makes figures of counters, once a second."""

    def __init__(self, standing: Standing, counters: Counters) -> None:
        self._standing = standing
        self._counters = counters
        self._last_s = time.monotonic()
        self._last_requests = 0
        self._last_user_s = 0.0
        self.lag_s = 0.0

    def figures(self) -> Figures:
        """Since the last call."""
        counters = self._counters
        now, requests = time.monotonic(), counters.requests
        user_s = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        fresh = requests - self._last_requests
        elapsed_s = max(now - self._last_s, 1e-9)
        figures = Figures(
            at=round(time.time(), 3),
            meters=len(self._standing.meters),
            connections=counters.connections,
            requests=requests,
            requests_per_s=round(fresh / elapsed_s, 1),
            served=counters.served,
            exceptions=counters.outcomes["exception"],
            silent=counters.outcomes["silent"],
            spoiled=counters.outcomes["spoiled"],
            late=counters.outcomes["late"],
            rejected=counters.rejected,
            faults={kind: count for kind, count in sorted(counters.faults.items()) if count},
            slowest_ms=counters.slowest_us / 1000,
            slowest_meter=counters.slowest,
            loop_lag_ms=round(self.lag_s * 1000, 3),
            user_us_per_request=round((user_s - self._last_user_s) * 1e6 / fresh, 2) if fresh else 0.0,
        )
        self._last_s, self._last_requests, self._last_user_s = now, requests, user_s
        counters.slowest_us, counters.slowest, self.lag_s = 0, "", 0.0
        counters.flush()
        return figures


def screen(fleet: Fleet, figures: Figures) -> Group:
    """The live screen."""
    groups = Screen(title=f"{fleet.name}: {fleet.count} meters / 仪表", title_justify="left")
    for heading in ("group / 组", "meters / 台数", "protocol / 协议", "ports / 端口", "maps / 表型"):
        groups.add_column(heading)
    for group in fleet.groups:
        ports = f"{fleet.host}:{group.first_port}"
        ports += f"-{group.first_port + group.ports - 1}" if group.ports > 1 else ""
        groups.add_row(group.name, str(group.count), group.protocol, ports, ", ".join(each.id for each in group.maps))
    now = Screen(show_header=False)
    rows = (
        ("requests/s / 每秒请求", f"{figures.requests_per_s:,.0f}"),
        ("requests / 请求总数", f"{figures.requests:,}"),
        ("answered / 已应答", f"{figures.served:,}"),
        ("exceptions / 异常", f"{figures.exceptions:,}"),
        ("no answer / 无应答", f"{figures.silent:,}"),
        ("spoiled, late / 损坏、迟到", f"{figures.spoiled:,}, {figures.late:,}"),
        ("connections / 连接", f"{figures.connections:,}"),
        ("slowest answer / 最慢应答", f"{figures.slowest_ms:.1f} ms {figures.slowest_meter}"),
        ("loop lag / 循环延迟", f"{figures.loop_lag_ms:.1f} ms"),
        ("CPU a request / 单次用时", f"{figures.user_us_per_request:.1f} µs"),
        ("faults in force / 当前故障", ", ".join(f"{kind} {n}" for kind, n in figures.faults.items()) or "-"),
    )
    for name, value in rows:
        now.add_row(name, value)
    return Group(groups, now, Text("Ctrl-C ends / Ctrl-C 结束"))


def check_fleet(fleet: Fleet) -> None:
    """Put a fleet up without serving it. Raises FleetError for what only its meters can tell."""
    Standing(fleet, clock=HostClock(), observe=lambda event: None)


def allow_many_connections() -> None:
    """As many open files as the machine lets this process have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def serve_fleet(
    fleet: Fleet,
    out: TextIO,
    *,
    as_json: bool = False,
    seconds: float = 0,
    record: Path | None = None,
    ready: Callable[[Standing], None] | None = None,
) -> None:
    """Serve a fleet until cancelled, or for so many seconds. Raises OSError if a port is taken or `record` cannot be.

    `ready` is called when it listens. With `as_json` a line is written each second, the last one at the end.
    """
    allow_many_connections()
    counters = Counters(record)
    standing = Standing(fleet, clock=HostClock(), observe=counters)
    watch = Watch(standing, counters)
    loop = asyncio.get_running_loop()
    console = Console(file=getattr(out, "drawn", out) if out.isatty() else out)
    live = Live(console=console, auto_refresh=False) if not as_json and console.is_terminal else None
    try:
        await standing.start()
        if not as_json and live is None:
            _plainly(fleet, out)
        if ready is not None:
            ready(standing)
        until = loop.time() + seconds
        with live or contextlib.nullcontext():
            while not seconds or loop.time() < until:
                due = loop.time() + 1
                await asyncio.sleep(min(1.0, until - loop.time()) if seconds else 1.0)
                watch.lag_s = max(0.0, loop.time() - due)
                _show(fleet, watch.figures(), out, live, as_json)
    finally:
        await standing.stop()
        counters.close()


def _plainly(fleet: Fleet, out: TextIO) -> None:
    for group in fleet.groups:
        ports = f"{fleet.host}:{group.first_port}-{group.first_port + group.ports - 1}"
        print(f"{group.name}: {group.count} {group.protocol} meters at {ports} / 仪表", file=out)
    print("Ctrl-C ends / Ctrl-C 结束", file=out, flush=True)


def _show(fleet: Fleet, figures: Figures, out: TextIO, live: Live | None, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode(figures).decode(), file=out, flush=True)
    elif live is not None:
        live.update(screen(fleet, figures), refresh=True)
    else:
        told = ", ".join(f"{kind} {count}" for kind, count in figures.faults.items()) or "-"
        text = f"{figures.requests_per_s:,.0f} requests/s, {figures.served:,} answered, faults {told}"
        print(f"{text} / 每秒请求、已应答、故障", file=out, flush=True)
