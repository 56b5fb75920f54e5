"""How soon pages and addresses of the terminal answer while it polls 174 points each second, and what polling loses.

Leaves judging the numbers to the reader. Wall time is read here, where nothing is decided by it.

    python benchmarks/pages.py [--json] [--seconds N]

29 meters of six points stand on one Modbus TCP server in a process of its own; the terminal works in another one with
accounts. A browser's five pages and five addresses are asked one after the other; 10,000 entries are put into the audit
log and searched by conditions together.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import random
import socket
import statistics
import struct
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support" / "terminals"))

from access_kit import OWN, answered, api, ask, change_first, request, text_of

from reference_terminal.access.audit import Search
from reference_terminal.assembly import Terminal
from reference_terminal.model.messages import Text
from reference_terminal.platform import Platform
from reference_terminal.settings.config import load_config

METERS, POINTS, PERIOD_S = 29, 6, 1
PAGES = ("/live", "/records?class=minute", "/network", "/alarms", "/system")
ADDRESSES = ("points", "records?point=m1p0&class=minute", "status", "alarms", "queue")
ENTRIES = 10_000


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def serve_meters(port: int) -> None:
    """Answer every reading of registers with a rising number."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                number, _, _, unit, code, _, count = struct.unpack(">HHHBBHH", await reader.readexactly(12))
                octets = struct.pack(f">{count}H", *[int(time.time()) % 60_000] * count)
                writer.write(struct.pack(">HHHBBB", number, 0, 3 + len(octets), unit, code, len(octets)) + octets)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def main() -> None:
        server = await asyncio.start_server(connected, "0.0.0.0", port)
        await server.serve_forever()

    asyncio.run(main())


def settings(folder: str, meters: int, own: int) -> str:
    """The terminal's configuration."""
    tables: list[str] = []
    for meter in range(1, METERS + 1):
        points = ", ".join(
            f'{{ id = "m{meter}p{point}", kind = "instant", address = {2 * point}, type = "u16", unit = "kW" }}'
            for point in range(POINTS)
        )
        place = f'id = "w{meter}"\ngateway = "w{meter}"\nunit = {meter}\nperiod_s = {PERIOD_S}'
        tables.append(f'[[gateways]]\nid = "w{meter}"\nhost = "127.0.0.{meter + 1}"\nport = {meters}')
        tables.append(f"[[meters]]\n{place}\npoints = [{points}]")
    return text_of(f"{folder}/t.db", more="\n".join(tables)).replace("port = 8080", f"port = {own}")


def run_terminal(text: str, pipe: Any) -> None:
    """A terminal until the pipe says stop; tells then how many readings it has and how many it should have."""

    async def main() -> None:
        terminal = Terminal(load_config(text), Platform.real(seed=1))
        task = asyncio.ensure_future(terminal.run())
        loop = asyncio.get_running_loop()
        while True:
            said = await loop.run_in_executor(None, pipe.recv)
            if said == "fill":
                fill(terminal)
                pipe.send(search_times(terminal))
            elif said == "count":
                pipe.send(count(terminal))
            else:
                break
        await terminal.stop()
        await task

    asyncio.run(main())


def fill(terminal: Terminal) -> None:
    audit = terminal.journal.audit
    assert audit is not None
    at_ms = terminal.clock.now_ms()
    for each in range(ENTRIES):
        code = ("login", "login-failed", "polling-period-set", "gap")[each % 4]
        audit(at_ms, code, code, f"s{each % 7}", Text(f"entry {each}", "条目", {"user": f"u{each % 5}"}))
    terminal.store.flush()


def search_times(terminal: Terminal) -> list[float]:
    """Seconds of searches by conditions together."""
    assert terminal.desk is not None
    search = Search(equal={"type": "login", "user": "u0", "outcome": "success"}, text="entry", by="subject")
    found: list[float] = []
    for _ in range(50):
        begin = time.perf_counter()
        terminal.desk.audit.find(search, 1000)
        terminal.desk.audit.count(search)
        found.append(time.perf_counter() - begin)
    return found


def count(terminal: Terminal) -> tuple[int, int, int]:
    """Readings, of them bad ones, and the slots of the meters from the first on, of the six points each."""
    row = terminal.store.connection.execute(
        "SELECT count(*), sum(quality<>0), (max(slot_s)-min(slot_s)+1) FROM reading"
        " WHERE point IN (SELECT number FROM point WHERE id LIKE 'm_p_' OR id LIKE 'm__p_')"
    ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1] or 0), int(row[2] or 0) * METERS * POINTS


async def measure(own: int, seconds: float) -> dict[str, list[float]]:
    """Seconds of each answer, by what was asked."""
    await change_first("olga", port=own)
    body = {"name": "olga", "password": OWN["olga"]}
    form = urlencode({**body, "code": ""}).encode()
    cookie = (await ask("POST", "/login", form=form, port=own)).fields["set-cookie"].split(";")[0]
    token = (await api("POST", "login", body, port=own)).json["token"]
    found: dict[str, list[float]] = {}
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        for path in PAGES:
            await timed(found, path.partition("?")[0], request("GET", path, fields={"Cookie": cookie}, port=own), own)
        for name in ADDRESSES:
            octets = request("GET", f"/api/v1/{name}", token=token, port=own)
            await timed(found, f"api {name.partition('?')[0]}", octets, own)
    return found


async def timed(found: dict[str, list[float]], name: str, octets: bytes, own: int) -> None:
    begin = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", own)
    writer.write(octets)
    answer = answered(await reader.read(-1))
    writer.close()
    assert answer.status == 200, (name, answer.status)
    found.setdefault(name, []).append(time.perf_counter() - begin)


def in_ms(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    last = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return {
        "n": len(ordered),
        "median_ms": round(statistics.median(ordered) * 1000, 1),
        "p99_ms": round(last * 1000, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    random.seed(1)
    context = multiprocessing.get_context("spawn")
    meters, own = free_port(), free_port()
    server = context.Process(target=serve_meters, args=(meters,), daemon=True)
    server.start()
    with tempfile.TemporaryDirectory() as folder:
        here, there = context.Pipe()
        terminal = context.Process(target=run_terminal, args=(settings(folder, meters, own), there), daemon=True)
        terminal.start()
        while True:
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", own)) == 0:
                    break
            time.sleep(0.2)
        time.sleep(3)
        found = asyncio.run(measure(own, given.seconds))
        here.send("count")
        readings, bad, expected = here.recv()
        here.send("fill")
        searches = here.recv()
        here.send("stop")
        terminal.join(20)
    server.terminate()
    told: dict[str, Any] = {name: in_ms(times) for name, times in found.items()}
    told["search of 10,000 entries"] = in_ms(searches)
    told["polling"] = {"readings": readings, "bad": bad, "expected": expected}
    if given.json:
        print(json.dumps(told))
        return
    for name, figures in told.items():
        print(f"{name:28}", "  ".join(f"{key} {value}" for key, value in figures.items()))


if __name__ == "__main__":
    main()
