"""The event path from a push to a derived emission, and working out again what is stored; both in real time.

Leaves judging the numbers to the reader: no test asserts a duration. The terminal is a program of its own; what it is
compared with, an idle loop and an echo over loopback, runs in the same minute on the same machine.

    python benchmarks/accounting.py [events|recalculation] [--points N] [--seconds N] [--days N] [--different] [--json]

Events (ISC-2 9.4, ruling R-16): N points publish once a second over MQTT; from the last octet of a message leaving the
broker to the first octet of the derived value at a subscription of server-sent events; the median of the idle loop is
taken off before it is compared with 20 ms. R-16 wants 10,000 events: 62 s at 174 points.

Recalculation: so many days of N points at one minute, put into a store, worked out again with another factor, in
processor time; beside it SQLite alone, which reads and writes the same rows. The time of five years follows from it.
Each counter brings 0.5 to 10 kWh a minute, give or take a tenth, in steps of 0.01, as its meter shows them: some 100
different values each. With --different no value comes twice.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import sys
import tempfile
import time
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), *(str(ROOT / "tests" / "support" / each) for each in (".", "terminals"))]

from simulators.mqtt.broker import Broker  # noqa: E402
from simulators.mqtt.packets import Message  # noqa: E402

_FIVE_YEARS_D = 1827
_LIMIT_MS, _EVENTS = 20, 10_000
_SOURCES = """
[[accounting.sources]]
id = "s{n}"
term = "electricity-in"
inputs.AD.point = "p{n}"
inputs.EF = {{ value = "0.5", unit = "tCO2/MWh", factor = "grid" }}
"""


class _Clock:
    def now_us(self) -> int:
        return time.time_ns() // 1000


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _percentiles(values_ms: list[float]) -> dict[str, float]:
    ordered = sorted(values_ms)

    def rank(share: float) -> float:
        return round(ordered[max(0, -(-int(share * len(ordered) * 100) // 100) - 1)], 3)

    return {"n": len(ordered), "p50_ms": rank(0.5), "p99_ms": rank(0.99), "max_ms": round(ordered[-1], 3)}


# Events


def _terminal_text(points: int, broker: int, api: int, path: str) -> str:
    meters = "".join(
        f'[[meters]]\nid = "m{n}"\ncollector = "c1"\nnode = "E{n}"\nperiod_s = 1\n'
        f'[[meters.points]]\nid = "p{n}"\nkind = "counter"\ntag = "energy"\nunit = "kWh"\ndecimals = 2\n'
        for n in range(points)
    )
    sources = "".join(_SOURCES.format(n=n) for n in range(points))
    return (
        f'[storage]\npath = "{path}"\n[api]\nport = {api}\n[[collectors]]\nid = "c1"\nprotocol = "mqtt"\n'
        f'host = "127.0.0.1"\nport = {broker}\nqos = 0\n{meters}'
        f'[accounting]\nemitter = "E"\nmethod = "steel-ndrc-2013"\n{sources}'
    )


async def _idle(found: list[float], until_s: float) -> None:
    """How late a loop that has nothing to do wakes from a sleep of a millisecond."""
    while time.monotonic() < until_s:
        due = time.perf_counter() + 0.001
        await asyncio.sleep(0.001)
        found.append((time.perf_counter() - due) * 1000)


async def _echoes(found: list[float], until_s: float) -> None:
    """There and back over loopback, a few times a second: what sockets and loop alone take."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while octets := await reader.read(4096):
            writer.write(octets)

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
    while time.monotonic() < until_s:
        begun = time.perf_counter()
        writer.write(b"x" * 200)
        await reader.readexactly(200)
        found.append((time.perf_counter() - begun) * 1000)
        await asyncio.sleep(0.02)
    writer.close()
    server.close()


async def _events(points: int, seconds: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        broker_port, api_port = _free_port(), _free_port()
        broker = Broker("c1", "127.0.0.1", broker_port, clock=_Clock(), observe=lambda event: None)
        await broker.start()
        config = Path(folder, "terminal.toml")
        config.write_text(_terminal_text(points, broker_port, api_port, str(Path(folder, "t.db"))), "utf-8")
        words = (sys.executable, "-m", "reference_terminal", str(config))
        program = await asyncio.create_subprocess_exec(
            *words, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=asyncio.subprocess.DEVNULL
        )
        try:
            before = _schedule(program.pid)
            found = await _measured(broker, api_port, points, seconds)
            ran_s, waited_s = (now - then for now, then in zip(_schedule(program.pid), before, strict=True))
            events = max(1, int(found["event path"]["n"]))
            return {
                **found,
                "terminal's processor time an event, ms": round(ran_s * 1000 / events, 3),
                "terminal waited for a processor, % of the time": round(100 * waited_s / seconds, 1),
            }
        finally:
            program.terminate()
            await program.wait()
            await broker.stop()


def _schedule(process: int) -> tuple[float, float]:
    """How long a process has run, and been ready without a processor, s (Linux; zero elsewhere)."""
    file = Path(f"/proc/{process}/schedstat")
    ran_ns, waited_ns, *_ = file.read_text("ascii").split() if file.exists() else ("0", "0")
    return int(ran_ns) / 1e9, int(waited_ns) / 1e9


async def _subscribed(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    for _ in range(200):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        writer.write(b"GET /api/v1/emission-events HTTP/1.1\r\nHost: b\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        return reader, writer
    raise TimeoutError("the terminal does not answer")


async def _measured(broker: Broker, port: int, points: int, seconds: int) -> dict[str, Any]:
    reader, writer = await _subscribed(port)
    sent: dict[tuple[str, int], float] = {}
    first: dict[int, tuple[str, int]] = {}
    delays: list[float] = []
    idle: list[float] = []
    echo: list[float] = []

    async def listen() -> None:
        while line := await reader.readline():
            if not line.startswith(b"data: "):
                continue
            came = time.perf_counter()
            event = json.loads(line[6:])
            begun = sent.pop((event["point"], _ms(event["at"])), None)
            if begun is not None:
                delays.append((came - begun) * 1000)

    listener = asyncio.create_task(listen())
    until_s = time.monotonic() + seconds
    beside = [asyncio.create_task(_idle(idle, until_s)), asyncio.create_task(_echoes(echo, until_s))]
    values = [1000.0] * points
    for _ in range(100):
        if broker.connections:
            break
        await asyncio.sleep(0.1)
    await asyncio.sleep(1)
    while time.monotonic() < until_s:
        await asyncio.sleep(1 - time.time() % 1 + 0.05)
        round_s = time.perf_counter()
        for n in range(points):
            values[n] += 0.25
            at_ms = time.time_ns() // 1_000_000
            body = {"node": f"E{n}", "group": "g", "timestamp": at_ms, "values": {"energy": values[n]}, "errors": {}}
            octets = json.dumps(body).encode()
            broker.publish(Message("/neuron/upload", octets))
            key = (f"p{n}", at_ms)
            first.setdefault(n, key)
            sent[key] = time.perf_counter()
            left_s = round_s + (n + 1) * 0.8 / points - time.perf_counter()
            if left_s > 0:
                await asyncio.sleep(left_s)
    await asyncio.sleep(1)
    firsts = sum(key in sent for key in first.values())
    listener.cancel()
    await asyncio.gather(listener, *beside, return_exceptions=True)
    writer.close()
    path, loop = _percentiles(delays), _percentiles(idle)
    net_ms = round(path["p99_ms"] - loop["p50_ms"], 3)
    return {
        "event path": path,
        "P99 less the idle loop's median, ms": net_ms,
        f"R-16: P99 at most {_LIMIT_MS} ms over at least {_EVENTS} events": (
            f"{'kept' if net_ms <= _LIMIT_MS else 'not kept'}{'' if path['n'] >= _EVENTS else ', too few events'}"
        ),
        "first readings (nothing to take a difference from)": firsts,
        "lost": len(sent) - firsts,
        "idle loop, late by": loop,
        "echo over loopback": _percentiles(echo),
    }


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


# Recalculation


async def _recalculation(points: int, days: int, *, different: bool) -> dict[str, Any]:
    from accounting_kit import METERS, Plant, at

    from reference_terminal.model.times import DAY, HOUR, MINUTE, QUARTER

    meters = METERS.partition("[[meters.points]]")[0] + "".join(
        f'[[meters.points]]\nid = "p{n}"\nkind = "counter"\nunit = "kWh"\naddress = {2 * n}\ntype = "u32"\n'
        for n in range(points)
    )
    emitter = '[accounting]\nemitter = "E"\nmethod = "steel-ndrc-2013"\n' + "".join(
        _SOURCES.format(n=n) for n in range(points)
    )
    with tempfile.TemporaryDirectory() as folder:
        plant = Plant("2025-05-31T00:00:00", emitter=emitter, path=Path(folder, "t.db"), meters=meters)
        begun = time.process_time()
        rows = 0
        first_s = at("2025-05-01T00:00:00")
        chance = random.Random(1)
        usual = [chance.randrange(50, 1000) for _ in range(points)]
        for day in range(days):
            for span in (MINUTE, QUARTER, HOUR, DAY):
                for start_s in range(first_s + day * DAY.code, first_s + (day + 1) * DAY.code, span.code):
                    plant.add(span, start_s, _increments(usual, span.code // 60, chance, start_s if different else 0))
                    rows += points
        first = time.process_time() - begun
        change = {"name": "b", "from": "2025-05-01T00:00:00", "factors": [_FACTOR]}
        begun = time.process_time()
        answer = await plant.post(
            "accounting-version", json.dumps(change).encode(), author="bench", reason="another factor"
        )
        again = time.process_time() - begun
        bare = _rewritten(plant.store.connection)
        plant.store.close()
    minutes = points * days * 1440
    return {
        "points": points,
        "days": days,
        "values of sources": rows,
        "values changed": answer["changed"],
        "stored and worked out first, s": round(first, 2),
        "worked out again, s": round(again, 2),
        "the same rows read and written again by SQLite alone, s": round(bare, 2),
        "ratio": round(again / bare, 1),
        "point-minutes a second": round(minutes / again),
        f"five years of {points} points, h": round(again / days * _FIVE_YEARS_D / 3600, 2),
    }


def _increments(usual: list[int], minutes: int, chance: random.Random, mark: int) -> dict[str, str]:
    """What each counter brought in a period (kWh); a mark makes each value one that never comes again."""
    found: dict[str, str] = {}
    for n, mean in enumerate(usual):
        hundredths = sum(mean + chance.randrange(-mean // 10, mean // 10 + 1) for _ in range(min(minutes, 15)))
        found[f"p{n}"] = f"{Decimal(hundredths).scaleb(-2)}{mark or ''}"
    return found


def _rewritten(connection: Any) -> float:
    """Processor time in which SQLite alone reads every emission and writes it again with its predecessor, s."""
    begun = time.process_time()
    with connection:
        emissions = list(connection.execute("SELECT * FROM emission"))
        for emission in emissions:
            key = emission[:3]
            record = connection.execute("SELECT * FROM record WHERE span=? AND start_s=? AND point=?", key).fetchone()
            connection.execute(
                "INSERT OR REPLACE INTO superseded SELECT span, start_s, point, revision + 1, value, flag, cause"
                " FROM record WHERE span=? AND start_s=? AND point=?",
                key,
            )
            connection.execute("INSERT OR REPLACE INTO record VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)", record)
            connection.execute("INSERT OR REPLACE INTO emission VALUES (?,?,?,?,?,?,?)", emission)
            connection.execute("INSERT OR REPLACE INTO record_source VALUES (?,?,?,?)", (*key, "again"))
    return time.process_time() - begun


_FACTOR = {"factor": "grid", "value": "0.6", "unit": "tCO2/MWh"}


def main() -> int:
    """Run; prints a line a figure, or one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=("events", "recalculation"))
    parser.add_argument("--points", type=int, default=174)
    parser.add_argument("--seconds", type=int, default=62)
    parser.add_argument("--days", type=int, default=1)
    parser.add_argument("--different", action="store_true", help="no value comes twice")
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args()
    found: dict[str, Any] = {}
    if words.what != "recalculation":
        found["events"] = asyncio.run(_events(words.points, words.seconds))
    if words.what != "events":
        found["recalculation"] = asyncio.run(_recalculation(words.points, words.days, different=words.different))
    if words.json:
        print(json.dumps(found))
        return 0
    for title, figures in found.items():
        print(title)
        for name, value in figures.items():
            print(f"  {name}: {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
