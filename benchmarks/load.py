"""What a load costs the generator: frames and requests a second and microseconds of processor time each, by user class.

    python benchmarks/load.py [--json] [--seconds N] [--terminals N] [--only NAME]

Leaves judging the numbers to the reader; wall time is read here, where nothing is decided by it. Every row stands
beside a bare asyncio client that says the same octets to the same sink, HTTP also beside Locust's own fast client with
nothing of ours. Processor time is that of the generating process alone; the sink is another process.

1. `hj212`, `hj212-tls`, `json`: terminals with a long backlog, as fast as they get their acknowledgements, ledger's
   book on.
2. `ten-thousand`: 10,000 terminals with a record a minute: the share of one core.
3. `one-core`: `--terminals` with a record every ten seconds, each beside a bare asyncio client that keeps the same
   connections and times: how many with a record a minute a core would carry, and what the user class costs over it.
4. `ledger`: seconds and memory for a million records.
5. `two-workers`: `--records` waiting in 1,000 terminals, sent by two workers of Locust to the bench's own centre; the
   books of both merged, compared record by record.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.history.load import LoadEnded, LoadLedger, LoadStage
from bench.load.forms import Hj212Form, JsonForm
from bench.load.ledger import Account, Held, reconcile
from bench.load.plan import Plan, Stage, Target, Terminals
from bench.load.run import Aim, Hands, Load, carry_out, receiver
from bench.load.sender import Sending
from bench.load.sent import SENT, Sheet
from bench.load.truth import SECOND, Stamps, value_of

ROOT = Path(__file__).parents[1]
WINDOW = 32
_EVERY_S = 10
LOCUST = """
import sys, time, gevent
from locust import FastHttpUser, constant, task
from locust.env import Environment
port, seconds, users = (int(word) for word in sys.argv[1:4])
body = sys.argv[4]
class Bare(FastHttpUser):
    wait_time = constant(0)
    host = f"http://127.0.0.1:{port}"
    @task
    def post(self):
        self.client.post("/api/records", data=body, headers={"Content-Type": "application/json"})
environment = Environment(user_classes=[Bare])
runner = environment.create_local_runner()
runner.start(users, spawn_rate=users)
gevent.sleep(1)
before, cpu, wall = environment.stats.total.num_requests, time.process_time(), time.perf_counter()
gevent.sleep(seconds)
count = environment.stats.total.num_requests - before
print(count, time.process_time() - cpu, time.perf_counter() - wall)
runner.quit()
"""


@contextlib.contextmanager
def sink(kind: str) -> Generator[int]:
    """The sink's port."""
    words = [sys.executable, str(ROOT / "benchmarks" / "load_sink.py"), kind]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield int(process.stdout.readline())
        process.stdin.close()


def plan_of(kind: Any, channel: Any, seconds: int, terminals: Terminals) -> Plan:
    """A load of two stages; the second counts."""
    stages = (Stage(name="ramp", for_s=3, per_s=200, judged=False), Stage(name="flat-out", for_s=seconds))
    return Plan(
        name="benchmark", target=Target(kind=kind, channel=channel), terminals=terminals, stages=stages, settle_s=1
    )


async def made(plan: Plan, port: int, folder: Path) -> LoadStage:
    """The stage that counts."""
    found: list[Any] = []
    load = Load(plan, folder, found.append, Hands())
    if port:
        await load.make(Aim("127.0.0.1", port))
    else:
        async with receiver(plan, folder) as aim:
            await load.make(aim)
    return [each for each in found if isinstance(each, LoadStage)][-1]


def ours(kind: str, channel: str, port: int, seconds: int, count: int, window: int = WINDOW) -> dict[str, float]:
    """Frames a second of a user class, and processor time of each."""
    terminals = Terminals(count=count, points=1, period_s=60, backlog_h=8760, window=window, over_time_s=60)
    with tempfile.TemporaryDirectory() as folder:
        stage = asyncio.run(made(plan_of(kind, channel, seconds, terminals), port, Path(folder)))
    total = sum(each.operations for each in stage.classes if each.name in ("record", "backlog"))
    return told(total, stage.cpu_us / 1e6, stage.wall_us / 1e6)


def told(count: int, cpu_s: float, wall_s: float) -> dict[str, float]:
    """A row."""
    return {
        "a_second": round(count / wall_s) if wall_s else 0,
        "cpu_us_each": round(cpu_s / count * 1e6, 1) if count else 0,
        "a_second_a_core": round(count / cpu_s) if cpu_s else 0,
    }


async def bare_hj212(port: int, seconds: int, count: int) -> dict[str, float]:
    """The same frames by asyncio alone: no sender, no book, no statistics; answers are counted, not read."""
    plan = plan_of("hj212", "plain", seconds, Terminals(count=count, points=1, period_s=60))
    stamps, total, until = Stamps(), 0, time.perf_counter() + seconds

    async def one(number: int) -> None:
        nonlocal total
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        form, period, flying = Hj212Form(plan, number, stamps), 29_000_000, 0
        while time.perf_counter() < until:
            frames = [form.message(period + each, time.time_ns() // 1000)[1] for each in range(WINDOW - flying)]
            period, flying = period + len(frames), WINDOW
            writer.write(b"".join(frames))
            answered = (await reader.read(65_536)).count(b"CN=9014")
            flying, total = flying - answered, total + answered
        writer.close()

    cpu, wall = time.process_time(), time.perf_counter()
    await asyncio.gather(*(one(number) for number in range(count)))
    return told(total, time.process_time() - cpu, time.perf_counter() - wall)


async def bare_http(port: int, seconds: int, count: int) -> dict[str, float]:
    """The same bodies by asyncio alone, one request after another."""
    plan = plan_of("https-json", "plain", seconds, Terminals(count=count, points=1, period_s=60))
    total, until = 0, time.perf_counter() + seconds

    async def one(number: int) -> None:
        nonlocal total
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        form, period = JsonForm(plan, number), 29_000_000
        while time.perf_counter() < until:
            body = form.body([period])
            head = f"POST /api/records HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            await reader.readuntil(b"}")
            period, total = period + 1, total + 1
        writer.close()

    cpu, wall = time.process_time(), time.perf_counter()
    await asyncio.gather(*(one(number) for number in range(count)))
    return told(total, time.process_time() - cpu, time.perf_counter() - wall)


def locust_http(port: int, seconds: int, count: int) -> dict[str, float]:
    """Locust's FastHttpUser with nothing of ours, the same body each time."""
    plan = plan_of("https-json", "plain", seconds, Terminals(count=1, points=1, period_s=60))
    body = JsonForm(plan, 0).body([29_000_000]).decode()
    words = [sys.executable, "-c", LOCUST, str(port), str(seconds), str(count), body]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    total, cpu, wall = done.stdout.split()[-3:]
    return told(int(total), float(cpu), float(wall))


def park(terminals: int, seconds: int, period_s: int = 60) -> dict[str, float]:
    """Terminals with a record a period to the sink: what share of a core they take."""
    settings = Terminals(count=terminals, points=1, period_s=period_s, spread_s=period_s, over_time_s=60)
    stages = (Stage(name="ramp", for_s=60, per_s=400, judged=False), Stage(name="steady", for_s=seconds))
    plan = Plan(name="benchmark", terminals=settings, stages=stages, settle_s=1)
    with tempfile.TemporaryDirectory() as folder, sink("hj212") as port:
        stage = asyncio.run(made(plan, port, Path(folder)))
    records = sum(each.operations for each in stage.classes if each.name == "record")
    failed = sum(each.failed for each in stage.classes)
    waited = [each.waited for each in stage.classes if each.name == "record"]
    return {
        "terminals": stage.connected,
        "a_minute_a_core": carried(stage.connected, period_s, stage.cpu_us / max(stage.wall_us, 1)),
        "records_a_second": round(records / stage.seconds, 1),
        "failed": failed,
        "share_of_a_core_percent": round(100 * stage.cpu_us / max(stage.wall_us, 1), 1),
        "busiest_second_percent": stage.busiest,
        "timer_lag_p99_ms": round((stage.lag.percentile_us(99) or 0) / 1000, 1),
        "waited_p99_ms": round((waited[0].percentile_us(99) or 0) / 1000, 1) if waited else 0,
    }


def carried(terminals: int, period_s: int, share: float) -> int:
    """How many terminals with a record a minute a core would carry, where these take that share of one."""
    return round(terminals * 60 / period_s / share) if share else 0


async def bare_park(port: int, seconds: int, terminals: int, period_s: int) -> dict[str, float]:
    """The same terminals by asyncio alone: a connection each, a frame when it is due, its answer awaited; no book."""
    plan, stamps = Plan(name="bare", terminals=Terminals(count=terminals, points=1, period_s=period_s)), Stamps()
    streams = [await asyncio.open_connection("127.0.0.1", port) for _ in range(terminals)]
    total, until = 0, time.perf_counter() + seconds

    async def one(number: int) -> None:
        nonlocal total
        reader, writer = streams[number]
        form, period = Hj212Form(plan, number, stamps), time.time_ns() // (period_s * 10**9)
        due = time.perf_counter() + period_s * number / terminals
        while due < until:
            await asyncio.sleep(due - time.perf_counter())
            writer.write(form.message(period, time.time_ns() // 1000)[1])
            await reader.readuntil(b"&&&&")
            total, period, due = total + 1, period + 1, due + period_s
        writer.close()

    cpu, wall = time.process_time(), time.perf_counter()
    await asyncio.gather(*(one(number) for number in range(terminals)))
    share = (time.process_time() - cpu) / (time.perf_counter() - wall)
    return {
        "terminals": terminals,
        "a_minute_a_core": carried(terminals, period_s, share),
        "records_a_second": round(total / seconds, 1),
        "share_of_a_core_percent": round(100 * share, 1),
    }


def two_workers(records: int) -> dict[str, float]:
    """A backlog sent by two workers to the bench's own centre, and the ledger of both: seconds and memory of it."""
    terminals = 1000
    settings = Terminals(
        count=terminals, points=1, period_s=60, backlog_h=max(math.ceil(records / terminals / 60), 1), window=WINDOW
    )
    stages = (Stage(name="backlog", for_s=max(records // 4000, 20), per_s=200),)
    plan = Plan(name="benchmark", terminals=settings, stages=stages, settle_s=5)
    found: list[Any] = []
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(carry_out(plan, Path(folder) / "books", found.append, hands=Hands(workers=2)))
    (book,) = (each for each in found if isinstance(each, LoadLedger))
    (ended,) = (each for each in found if isinstance(each, LoadEnded))
    wrong = book.lost + book.altered + book.invented + book.doubled
    return {
        "workers": ended.processes,
        "sent": book.sent,
        "delivered": book.delivered,
        "open": book.open,
        "lost_altered_doubled_invented": wrong,
        "ledger_seconds": float(book.seconds),
        "most_memory_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def ledger(records: int = 1_000_000) -> dict[str, float]:
    """A million records sent, held in no order, and joined."""
    plan = Plan(name="benchmark", terminals=Terminals(count=1000, points=1, period_s=60))
    each = records // 1000
    with tempfile.TemporaryDirectory() as name:
        folder, sheet = Path(name), Sheet()
        with (folder / SENT).open("wb") as book:
            for period in range(each):
                for terminal in range(1000):
                    due = (period + 1) * 60 * SECOND
                    sheet.add(terminal, Sending(period, due, due, due, 1, True), due)
                book.write(sheet.take())
        held = (
            Held(terminal, period, 0, (period + 1) * 60 * SECOND, value_of(1, terminal, 0, period), "N")
            for period in range(each)
            for terminal in range(1000)
        )
        cpu, wall = time.process_time(), time.perf_counter()
        found = reconcile(plan, folder / SENT, held, folder / "sorting", Account(), arrivals=True)
    assert found.delivered == records
    return {
        "records": records,
        "seconds": round(time.perf_counter() - wall, 1),
        "cpu_us_each": round((time.process_time() - cpu) / records * 1e6, 1),
        "most_memory_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> None:
    """Everything in one run, so that ratios can be compared."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--terminals", type=int, default=10_000)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--only", default="")
    words = parser.parse_args()
    found: dict[str, dict[str, float]] = {}

    def row(name: str, make: Any) -> None:
        if words.only in name:
            found[name] = make()
            print(name, found[name], file=sys.stderr, flush=True)

    with sink("hj212") as port:
        row("hj212 / bare asyncio", lambda: asyncio.run(bare_hj212(port, words.seconds, 20)))
        row("hj212 / user class, ledger's book on", lambda: ours("hj212", "plain", port, words.seconds, 20))
        row("hj212 / user class, window 1", lambda: ours("hj212", "plain", port, words.seconds, 100, 1))
    row("hj212-tls / user class (own centre)", lambda: ours("hj212", "tls", 0, words.seconds, 20))
    with sink("http") as port:
        row("json / bare asyncio", lambda: asyncio.run(bare_http(port, words.seconds, 20)))
        row("json / Locust's FastHttpUser", lambda: locust_http(port, words.seconds, 20))
        row("json / user class, one record a body", lambda: ours("https-json", "plain", port, words.seconds, 20, 1))
        row("json / user class, 32 records a body", lambda: ours("https-json", "plain", port, words.seconds, 20))
    row("mqtt / user class (own broker)", lambda: ours("mqtt", "plain", 0, words.seconds, 20))
    row("ten-thousand", lambda: park(words.terminals, 60))
    with sink("hj212") as port:
        row("one-core / bare asyncio", lambda: asyncio.run(bare_park(port, words.seconds, words.terminals, _EVERY_S)))
    row("one-core / user class", lambda: park(words.terminals, words.seconds, _EVERY_S))
    row("ledger", ledger)
    row("two-workers", lambda: two_workers(words.records))
    if words.json:
        print(json.dumps(found))


if __name__ == "__main__":
    main()
