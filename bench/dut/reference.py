"""The reference terminal's adapter: its configuration rendered from the bench's world, its start, its local interface.

Leaves behaviour to the terminal. The only module of the bench that imports it.
"""

from __future__ import annotations

import asyncio
import base64
import csv
import io
import json
import os
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

import h11
import tomli_w

from bench.dut import Alteration, Launch, MachineFigures, Seat, sentences
from bench.dut.reference_access import accounts_of, lan_of, management_of
from bench.dut.reference_accounting import (
    accounting_of,
    ask_accounting,
    emission_events,
    report_rows,
    report_words,
)
from bench.dut.reference_centres import PASSPHRASE, centre_of, security_of
from bench.dut.reference_collectors import collectors_of, keys_of_collectors
from bench.dut.reference_group import group_of, masters_of
from bench.dut.reference_meters import gateways_of, line_table, lines_of, meters_of
from bench.dut.reference_store import alter
from bench.dut.refused import no_answer
from bench.dut.streams import Told
from bench.dut.systems import systems_of
from reference_terminal.assembly import Terminal
from reference_terminal.model.times import STANDARD_SPANS
from reference_terminal.platform import Platform, Used
from reference_terminal.settings.config import load_config
from simulators.centres.spec import Given
from simulators.meters.carriers import DrawnLine
from simulators.stamps import local
from simulators.world import Site, World

_CONFIG = "terminal.toml"
_ANSWER_S = 30.0
_MOST_ROWS = "100000"
_ADDRESSES = {"backup": "archive", "capacity": "storage"}
_LIMITED = ("readings", "records", "gaps", "estimates", "log", "alarms")
_ORDERS = ("upload", "upload-time", "backfill", "centre-remove", "period")


def render(seat: Seat) -> dict[str, Any]:
    """The terminal's configuration for this seat, as the tables of its TOML file. Raises NoDriver."""
    gateways, lines, systems = gateways_of(seat), lines_of(seat), systems_of(seat)
    room = seat.settings.get("store_octets", 0)
    management = {**management_of(seat), **lan_of(seat)} if seat.settings.get("accounts") else {}
    keyed = any("key" in each for each in systems) or "certificate" in str(management)
    keyed = keyed or keys_of_collectors(seat) or seat.role is not None
    return {
        "terminal": {"name": "reference"},
        "storage": {"path": "terminal.db", **({"max_mb": room / 1_000_000} if room else {})},
        "processing": {"fill": "linear"},
        "api": {"host": seat.local[0], "port": seat.local[1]},
        "gateways": [{"id": name, "host": host, "port": port} for (_, host, port), name in gateways.items()],
        "lines": [line_table(seat, name, place) for place, name in lines.items()],
        "meters": meters_of(seat, gateways, lines),
        **({"collectors": collectors_of(seat)} if seat.site.world.collectors else {}),
        **({"derived": derived} if (derived := _derived(seat)) else {}),
        **accounting_of(seat),
        "centres": [
            *(centre_of(seat, spec) for spec in seat.site.world.centres if spec.name not in _later(seat)),
            *masters_of(seat),
        ],
        **group_of(seat),
        **({"systems": systems} if systems else {}),
        "security": {
            **security_of(seat),
            **({"passphrase": PASSPHRASE} if keyed else {}),
        },
        **({"accounts": accounts_of(seat)} if seat.settings.get("accounts") else {}),
        **management,
        **({"time": {"server": seat.time_server[0], "port": seat.time_server[1]}} if seat.time_server else {}),
    }


def _derived(seat: Seat) -> list[dict[str, Any]]:
    """Points to be computed from others: only what their operation knows."""
    made: list[dict[str, Any]] = []
    for each in seat.settings.get("derived", ()):
        table = {key: each[key] for key in ("id", "operation", "unit", "decimals", "code")}
        table["of"] = list(each["of"])
        if each["operation"] == "product":
            table["factor"] = each["factor"]
        if each["operation"] == "share":
            table |= {key: list(each[key]) for key in ("weights", "by") if each[key]}
            table["part"] = each["part"]
        made.append(table)
    return made


def _later(seat: Seat) -> tuple[str, ...]:
    """Centres that an operator adds while the terminal runs."""
    return tuple(seat.settings.get("later", ()))


_PASSWORD_KIB = 8
"""What a password costs in virtual time (the least that argon2 takes): nobody there computes to find one."""


class MachineBelow:
    """The bench's machine as the terminal reads one."""

    def __init__(self, figures: MachineFigures) -> None:
        self._figures = figures

    def used(self, path: str) -> Used:
        """See `reference_terminal.platform.Machine`."""
        del path
        figures = self._figures
        return Used(figures.busy_s, figures.all_s, figures.memory_percent, figures.disk_percent)

    def system(self) -> tuple[str, str]:
        """See `reference_terminal.platform.Machine`."""
        return self._figures.system


class ReferenceAdapter:
    """The reference terminal: in the bench's own process, or as a program."""

    name = "reference"
    in_process = True

    def make(self, seat: Seat) -> Terminal:
        """A terminal for this seat; one life of it, from power-on to power-off."""
        config = load_config(tomli_w.dumps(render(seat)))
        platform = Platform(
            clock=seat.clock,
            random=seat.chance,
            vfs=seat.disk or None,
            open_serial=seat.open_serial,
            password_kib=_PASSWORD_KIB,
            machine=None if seat.machine is None else MachineBelow(seat.machine),
        )
        return Terminal(config, platform)

    async def run(self, seat: Seat) -> None:
        """Run until it stops by itself."""
        await self.make(seat).run()

    def launch(self, seat: Seat, state: Path) -> Launch:
        """As a program of its own: its configuration and database in the state folder."""
        del state
        program = ["-m", "conformance.defects.launch", seat.planted] if seat.planted else ["-m", "reference_terminal"]
        return Launch(
            argv=(sys.executable, *program, _CONFIG),
            env={"PYTHONUNBUFFERED": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            files={_CONFIG: tomli_w.dumps(render(seat))},
            ready=seat.local,
        )

    def alter(self, seat: Seat, alterations: Sequence[Alteration]) -> tuple[dict[str, str], ...]:
        """Alter records while the terminal is without power."""
        codes = {span.name: span.code for span in STANDARD_SPANS}
        return alter(seat, alterations, codes)

    def stream(self, seat: Seat, what: str) -> Told:
        """Where it tells the emission of every reading. Raises LookupError."""
        if what != "emission-events":
            raise LookupError(str(sentences.NOT_TOLD(what=what)))
        return emission_events(seat.local)

    async def ask(self, seat: Seat, what: str, query: Mapping[str, str]) -> tuple[dict[str, str], ...]:
        """Put a question to the local HTTP interface. Raises LookupError, OSError or TimeoutError without an answer.

        An answer that the terminal has cut is no answer: a check must not miss rows without noticing.
        """
        async with asyncio.timeout(_ANSWER_S):
            if what == "inventory-report":
                target = f"/api/v1/inventory-report?{urlencode(report_words(query))}"
                return report_rows(await _octets(seat.local, "GET", target))
            answered = await ask_accounting(
                lambda method, target, body: _http(seat.local, method, f"/api/v1/{target}", body),
                urlencode,
                seat,
                what,
                query,
            )
            if answered is not None:
                return answered
            if what == "replacement":
                body = {**query, "at": _iso(int(query["at"]))}
                return _rows(await _http(seat.local, "POST", "/api/v1/replacements", body))
            if what == "manual entry":
                body = {**query, "class": query["kind"], "start": _iso(int(query["start"]))}
                del body["kind"]
                return _rows(await _http(seat.local, "POST", "/api/v1/manual", body))
            if what == "centre-certificate":
                side = seat.site.terminal_side(query["centre"], cast(Given, query["choice"]))
                body = {"centre": query["centre"], "certificate": side.certificate, "key": side.key}
                return _rows(await _http(seat.local, "POST", f"/api/v1/{what}", {**body, "author": query["author"]}))
            if what == "centre-add":
                spec = next(spec for spec in seat.site.world.centres if spec.name == query["centre"])
                host = query.get("host", spec.host)
                body = {"settings": tomli_w.dumps({**centre_of(seat, spec), "host": host}), "author": query["author"]}
                return _rows(await _http(seat.local, "POST", f"/api/v1/{what}", body))
            if what in _ORDERS:
                return _rows(await _http(seat.local, "POST", f"/api/v1/{what}", _order(query)))
            if what == "package":
                target = f"/api/v1/package?{urlencode({'author': query['author']})}"
                return _rows(await _http(seat.local, "POST", target, base64.b64decode(query["octets"])))
            if what == "restore":
                target = f"/api/v1/archive?{urlencode({'author': query['author']})}"
                return _rows(await _http(seat.local, "POST", target, base64.b64decode(query["octets"])))
            if what == "configuration-backup":
                target = f"/api/v1/{what}?{urlencode({'author': query['author']})}"
                return ({"octets": base64.b64encode(await _octets(seat.local, "POST", target)).decode()},)
            if what == "configuration-restore":
                target = f"/api/v1/{what}?{urlencode({'author': query['author']})}"
                return _rows(await _http(seat.local, "POST", target, base64.b64decode(query["octets"])))
            asked = {key: text for key, text in query.items() if key != "octets"}
            for key in ("from", "to"):
                if key in asked:
                    asked[key] = _iso(int(asked[key]))
            if what in ("records", "verify", "export", "classified"):
                asked["class"] = asked.pop("kind")
            if what in _LIMITED:
                asked["limit"] = _MOST_ROWS
            target = f"/api/v1/{_ADDRESSES.get(what, what)}" + (f"?{urlencode(asked)}" if asked else "")
            if what == "backup":
                return ({"octets": base64.b64encode(await _octets(seat.local, "GET", target)).decode()},)
            if what == "export":
                table = (await _octets(seat.local, "GET", target)).decode("utf-8-sig")
                return tuple(csv.DictReader(io.StringIO(table)))
            answer = await _http(seat.local, "GET", target)
            if isinstance(answer, dict) and answer.get("more"):
                raise LookupError(f"GET {target}: the answer is cut at {_MOST_ROWS} rows; ask for a shorter range")
            compared = ({"compared": str(answer["compared"])},) if what == "verify" else ()
            return (*compared, *_rows(answer))


def _order(query: Mapping[str, str]) -> dict[str, str]:
    """The body of an order: classes and instants in the terminal's own words."""
    body = {("class" if key == "kind" else key): text for key, text in query.items()}
    return {key: _iso(int(text)) if key in ("from", "to") else text for key, text in body.items()}


def _iso(at_us: int) -> str:
    return f"{local(at_us).isoformat(timespec='seconds')}+08:00"


def _rows(answer: Any) -> tuple[dict[str, str], ...]:
    found = answer
    if isinstance(answer, dict):
        lists = [value for value in answer.values() if isinstance(value, list)]
        found = lists[0] if len(lists) == 1 else [answer]
    return tuple({key: _text(value) for key, value in row.items()} for row in found)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


async def _http(address: tuple[str, int], method: str, target: str, body: Any = None) -> Any:
    """One request over a connection of its own; the JSON of the answer."""
    content = await _octets(address, method, target, body)
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise ConnectionError(f"{method} {target}: expected JSON, found {content[:60]!r}") from None


async def _octets(address: tuple[str, int], method: str, target: str, body: Any = None) -> bytes:
    """One request over a connection of its own; the octets of a good answer."""
    reader, writer = await asyncio.open_connection(*address)
    try:
        connection = h11.Connection(h11.CLIENT)
        octets = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = [("Host", address[0]), ("Connection", "close"), ("Content-Length", str(len(octets)))]
        if octets:
            headers.append(("Content-Type", "application/json"))
        writer.write(connection.send(h11.Request(method=method, target=target, headers=headers)) or b"")
        if octets:
            writer.write(connection.send(h11.Data(data=octets)) or b"")
        writer.write(connection.send(h11.EndOfMessage()) or b"")
        status, content = 0, bytearray()
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                connection.receive_data(await reader.read(65_536))
            elif isinstance(event, h11.Response):
                status = event.status_code
            elif isinstance(event, h11.Data):
                content += event.data
            elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
                break
    except h11.RemoteProtocolError as error:
        raise ConnectionError(f"no HTTP answer to {method} {target}: {error}") from None
    finally:
        writer.close()
    if status != 200:
        raise no_answer(f"{method} {target}: status {status}, {content[:500].decode(errors='replace')}", status)
    return bytes(content)


def stand_alone(words: Sequence[str]) -> int:
    """Run the terminal alone, in real time, as its own command line does."""
    from reference_terminal.main import main

    return main(list(words))


@dataclass(frozen=True)
class _NoClock:
    """Rendering a configuration asks for no time."""

    def now_us(self) -> int:
        return 0

    def time_ns(self) -> int:
        return 0

    def set_time_ns(self, time_ns: int, /) -> None:
        return None


def configuration(world: World, *, period_s: int, database: str, port: int) -> str:
    """A configuration file that connects the terminal to a world; raises WorldError if the world contradicts itself."""
    nothing = _NoClock()
    seat = Seat(
        site=Site(
            world,
            clock=nothing,
            observe=lambda event: None,
            carriers=lambda line: DrawnLine(line.name),
        ),
        settings={"period_s": period_s, "periods": {}, "buffer_h": 168},
        clock=nothing,
        chance=random.Random(0),
        local=("127.0.0.1", port),
    )
    tables = render(seat)
    tables["terminal"]["name"] = world.name
    tables["storage"]["path"] = database
    head = (
        f"# Reference terminal for the world {world.name!r}: serve it with `carbonbench simulate`.\n"
        "# 参考终端配置：先运行 simulate 提供仪表和数据中心，再运行 terminal。\n\n"
    )
    return head + tomli_w.dumps(tables)
