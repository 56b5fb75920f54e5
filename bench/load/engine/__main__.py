"""One process of the generator: alone, as Locust's master, or as one of its workers.

    python -m bench.load.engine local|master JOB.json FOLDER [--web PORT] [--workers N] [--bind HOST --port PORT]
    python -m bench.load.engine worker --master HOST --port PORT

Leaves users and shape to their modules, and everything between processes to Locust: a worker hears of its job by a
message when the test starts, asks for the numbers of its users, hands on what it measured and sent with every report,
and says when it ended.
The folder gets `sent.rows` and, a line for each stage that is over, `stages.jsonl`; `generator.json` is written last.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gevent
import locust.runners
import msgspec
from gevent.event import Event
from locust.env import Environment
from locust.log import setup_logging
from locust.runners import MasterRunner

from bench.load import sentences
from bench.load.engine.numbers import Numbers
from bench.load.engine.park import PARK, now_us, raise_limits
from bench.load.engine.shape import ALL, StagesDispatcher, StagesShape, most_terminals, numbers_of
from bench.load.measures import Stretch, joined
from bench.load.plan import Job, encoded, job_of
from bench.load.results import GENERATOR, STAGES, Generator, StageLine
from bench.load.sent import SENT
from bench.load.truth import SECOND

REPORT_S = 3.0
"""So often Locust's workers report."""
LOOK_S = 1.0
_SILENT_S = 30
"""So long a worker may be silent before Locust takes it for dead and its users for gone: machines are that busy."""
BEGIN, END = "carbonbench-begin", "carbonbench-end"
NUMBERS, BACK = "carbonbench-numbers", "carbonbench-number-back"
_LEAD_US = 300_000
_LAST_S = 90.0
_encode = msgspec.msgpack.encode


def _report() -> dict[str, Any]:
    """What this process measured and sent since it was asked last."""
    return {
        "rows": PARK.sheet.take(),
        "stretches": _encode(PARK.meter.take()),
        "finished": PARK.finished,
        "started": PARK.started,
    }


class Collected:
    """What all processes hand on, kept in the folder as it comes."""

    def __init__(self, job: Job, folder: Path, slack_s: float) -> None:
        """`slack_s` after its end a stage is taken for over: what was asked in it is answered, and reported."""
        self._job = job
        self._slack_us = round(slack_s * SECOND)
        self._rows = (folder / SENT).open("wb")
        self._lines = (folder / STAGES).open("wb")
        self._folder = folder
        self._by_worker: dict[str, list[Stretch]] = {}
        self._finished: dict[str, int] = {}
        self._started: dict[str, int] = {}
        self._written = 0
        self.ended: set[str] = set()
        self.lost: set[str] = set()

    def take(self, worker: str, report: Mapping[str, Any]) -> None:
        """A report of a worker; what comes after the end is of nobody."""
        if self._rows.closed:
            return
        self._rows.write(report["rows"])
        self._finished[worker] = report["finished"]
        self._started[worker] = report["started"]
        mine = self._by_worker.setdefault(worker, [Stretch(number) for number in range(len(self._job.plan.stages))])
        for each in msgspec.msgpack.decode(report["stretches"], type=list[Stretch]):
            mine[each.stage].follow(each)

    def finished(self) -> bool:
        """Whether every terminal has nothing left to send."""
        return sum(self._finished.values()) >= self._job.plan.terminals.count

    def write(self, *, last: bool = False) -> None:
        """The stages that are over; at the end all of them."""
        self._rows.flush()
        stages = self._job.plan.stages
        found = joined(len(stages), (each for mine in self._by_worker.values() for each in mine))
        at = self._job.t0_us
        for number, stage in enumerate(stages):
            began, at = at, at + stage.for_s * SECOND
            over = now_us() > at + self._slack_us
            if number == self._written and (last or over) and began < now_us():
                line = StageLine(stage=stage.name, began_us=began, ended_us=min(at, now_us()), stretch=found[number])
                self._lines.write(msgspec.json.encode(line) + b"\n")
                self._lines.flush()
                self._written += 1

    def close(self, *, stopped: bool) -> None:
        """Write what is left, and last of all that this was all."""
        self.write(last=True)
        self._rows.close()
        self._lines.close()
        told = Generator(
            t0_us=self._job.t0_us,
            ended_us=now_us(),
            workers=max(len(self._by_worker), 1),
            lost=tuple(sorted(self.lost)),
            stopped=stopped,
            missing=0 if stopped else max(most_terminals(self._job.plan) - sum(self._started.values()), 0),
            locust=locust.__version__,
        )
        (self._folder / GENERATOR).write_bytes(msgspec.json.encode(told))


def _environment(shape: StagesShape | None, classes: list[Any]) -> Environment:
    return Environment(user_classes=classes, shape_class=shape, dispatcher_class=StagesDispatcher, stop_timeout=0)


def _ask_to_end(over: Event) -> None:
    for name in (signal.SIGINT, signal.SIGTERM):
        gevent.signal_handler(name, over.set)


def _page(environment: Environment, words: argparse.Namespace) -> None:
    if words.web:
        host, _, port = words.web.rpartition(":")
        environment.create_web_ui(host or "127.0.0.1", int(port))


def _leading(words: argparse.Namespace) -> int:
    """Alone, or as the master."""
    job, folder, parent = job_of(Path(words.job).read_bytes()), Path(words.folder), os.getppid()
    plan = job.plan
    classes = [each for each in ALL if each in numbers_of(plan, plan.stages[0])]
    over = Event()
    _ask_to_end(over)
    alone = words.role == "local"
    kept: list[Collected] = []
    shape = StagesShape(plan, lambda: bool(kept) and kept[0].finished())
    environment = _environment(shape, classes)
    runner: Any = (
        environment.create_local_runner() if alone else environment.create_master_runner(words.bind, words.port)
    )
    _page(environment, words)
    if not alone and not _gathered(runner, words.workers, over):
        return 1
    job = msgspec.structs.replace(job, t0_us=now_us() + _LEAD_US)
    collected = Collected(job, folder, 2 * (LOOK_S if alone else REPORT_S))
    kept.append(collected)
    PARK.begin(job)

    def tell_workers(**more: object) -> None:
        for client in sorted(runner.clients):
            runner.send_message(BEGIN, {"job": encoded(job)}, client_id=client)

    def give(msg: Any, **more: object) -> None:
        found = PARK.book.give(msg.data["kind"], msg.data["count"])
        runner.send_message(NUMBERS, {"kind": msg.data["kind"], "numbers": found}, client_id=msg.node_id)

    def take_back(msg: Any, **more: object) -> None:
        PARK.book.take_back(msg.data["kind"], msg.data["number"])

    if not alone:
        environment.events.test_start.add_listener(tell_workers)
        environment.events.worker_report.add_listener(
            lambda client_id, data, **more: (
                collected.take(client_id, data["carbonbench"]) if "carbonbench" in data else None
            )
        )
        runner.register_message(NUMBERS, give)
        runner.register_message(BACK, take_back)
        runner.register_message(END, lambda environment, msg, **more: _ended(collected, msg))
    environment.events.test_stop.add_listener(lambda **more: over.set())
    runner.start_shape()
    while not over.wait(LOOK_S) and os.getppid() == parent:
        if alone:
            collected.take("local", _report())
        else:
            gone = {name for name, client in runner.clients.items() if client.state == locust.runners.STATE_MISSING}
            collected.lost |= gone
        collected.write()
    stopped = now_us() < PARK.until_us
    PARK.over.set()
    if runner.state != locust.runners.STATE_STOPPED:
        runner.stop()
    if alone:
        collected.take("local", _report())
    else:
        _wait_for_ends(runner, collected)
    collected.close(stopped=stopped)
    runner.quit()
    if environment.web_ui:
        environment.web_ui.stop()
    return 0


def _gathered(runner: MasterRunner, workers: int, over: Event) -> bool:
    """Wait for the workers; false where the load was ended before they came."""
    print(sentences.WAITING_WORKERS(workers=workers, port=runner.server.port), file=sys.stderr, flush=True)
    while len(runner.clients.ready) < workers:
        if over.wait(0.1):
            runner.quit()
            return False
    return True


def _ended(collected: Collected, msg: Any) -> None:
    if msg.node_id not in collected.ended:
        collected.ended.add(msg.node_id)
        collected.take(msg.node_id, msg.data)


def _wait_for_ends(runner: MasterRunner, collected: Collected) -> None:
    """Every worker hands on what it had left; who does not is lost."""
    everybody = {*runner.clients, *collected.ended} - collected.lost
    until_us = now_us() + round(_LAST_S * SECOND)
    while not everybody <= collected.ended and now_us() < until_us:
        gevent.sleep(0.05)
    collected.lost |= everybody - collected.ended


def _leave_with(parent: int, over: Event) -> None:
    """Locust asks for its master without end: who started this worker, or whoever asks it to end, ends it meanwhile."""
    while not over.wait(LOOK_S) and os.getppid() == parent:
        continue
    os._exit(0)


def _leaves(record: logging.LogRecord) -> bool:
    """Whether a line of Locust's tells no more than that a user for whom there is no number left."""
    return "locust.exception.StopUser" in record.getMessage()


def _working(words: argparse.Namespace) -> int:
    """As a worker."""
    environment = _environment(None, list(ALL))
    over, parent = Event(), os.getppid()
    _ask_to_end(over)
    print(sentences.WAITING_MASTER(master=words.master, port=words.port), file=sys.stderr, flush=True)
    waits = gevent.spawn(_leave_with, parent, over)
    try:
        runner = environment.create_worker_runner(words.master, words.port)
    except ConnectionError:
        print(sentences.NO_MASTER(master=words.master, port=words.port), file=sys.stderr)
        return 2
    waits.kill()

    def begin(environment: Environment, msg: Any, **more: object) -> None:
        PARK.begin(job_of(msg.data["job"]))

    def ask(kind: str, count: int) -> None:
        runner.send_message(NUMBERS, {"kind": kind, "count": count})

    def back(kind: str, number: int) -> None:
        runner.send_message(BACK, {"kind": kind, "number": number})

    def numbers(msg: Any, **more: object) -> None:
        PARK.numbers.take(msg.data["kind"], msg.data["numbers"])

    def report(client_id: str, data: dict[str, Any], **more: object) -> None:
        if PARK.until_us:
            data["carbonbench"] = _report()

    def end(**more: object) -> None:
        PARK.over.set()
        runner.send_message(END, _report())

    PARK.numbers = Numbers(ask, back)
    runner.register_message(BEGIN, begin)
    runner.register_message(NUMBERS, numbers)
    environment.events.report_to_master.add_listener(report)
    environment.events.test_stop.add_listener(end)
    left = gevent.spawn(runner.greenlet.join)
    while not left.ready() and not over.wait(LOOK_S) and os.getppid() == parent:
        continue
    if not left.ready():
        runner.quit()
    return 0


def main(argv: list[str]) -> int:
    """The process."""
    parser = argparse.ArgumentParser(prog="bench.load.engine")
    parser.add_argument("role", choices=("local", "master", "worker"))
    parser.add_argument("job", nargs="?")
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--web", default="")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--bind", default="127.0.0.1")
    parser.add_argument("--master", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5557)
    words = parser.parse_args(argv)
    # Locust's page reads the command line of its process, which is not Locust's here.
    sys.argv[1:] = []
    raise_limits()
    locust.runners.HEARTBEAT_LIVENESS = _SILENT_S
    # Locust's own client of MQTT still uses an interface that paho calls old.
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    setup_logging("ERROR")
    logging.getLogger("locust").setLevel(logging.ERROR)
    logging.getLogger("locust.user.users").addFilter(lambda record: not _leaves(record))
    return _working(words) if words.role == "worker" else _leading(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
