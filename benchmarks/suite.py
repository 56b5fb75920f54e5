"""Speed of the suite: a long case, the whole run, the harness around a case, the history of an event.

Leaves judging the numbers to the reader. Wall time is read here, where nothing is decided by it.

    python benchmarks/suite.py [--json] [--cpu] [--hours N] [--no-run]

1. `case`: 29 circuits polled once a minute for 48 h (`--hours`), reference terminal, two centres, history on; beside it
   the same polls by bare pymodbus clients in the virtual world (benchmarks/virtual_polls.py), and an hour of it twice.
2. `run`: `carbonbench run` with one worker and with two: wall time, and whether the histories are equal.
3. `harness`: `run_case` around a rig that does nothing and a case that asks nothing: seed, record on disk, judgement,
   result; beside it a plain pytest test that does nothing. Then the same with the smallest world really standing.
4. `history`: recording and chaining the events of `case`, beside plain JSON lines of the same events.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))

import virtual_polls

from bench.case import Case, CaseResult, Finding, criterion
from bench.commands.running.options import REFERENCE_PROFILE
from bench.commands.running.session import rig_named
from bench.dut import adapter
from bench.dut.profile import load_profile
from bench.facade.bench import Bench
from bench.history import Began, History, Phase, Recorder, Served, read_history
from bench.layout.scenario import Scenario
from bench.run import CaseRig, Setup, run_case

COMMAND = Path(sys.executable).with_name("carbonbench")
EMPTY_CASES = 400
SERVED = criterion("served", en="meters were read", zh="已读取仪表")
BEGAN = criterion("began", en="the history began", zh="记录已开始")


class Works(Case):
    """29 circuits are polled once a minute."""

    zh = "29 个回路每分钟采集一次。"
    checks = {SERVED: ("isc-2/7.1.1a",)}
    scenario = Scenario(circuits=29, period_s=60)
    hours = 48.0

    async def drive(self, bench: Bench) -> None:
        """Let the world run."""
        await bench.clock.sleep(hours=self.hours)

    def judge(self, history: History) -> Iterator[Finding]:
        """Everything served."""
        yield SERVED.decide(bool(history.of(Served)))


class Nothing(Case):
    """Nothing is asked."""

    zh = "不作任何要求。"
    checks = {BEGAN: ("isc-2/7.1.1a",)}
    scenario = Scenario(circuits=1, centres=("A",))

    async def drive(self, bench: Bench) -> None:
        """Nothing."""

    def judge(self, history: History) -> Iterator[Finding]:
        """One check."""
        yield BEGAN.decide(bool(history.of(Began)))


class NoRig:
    """A rig that only opens the history."""

    name = "virtual"

    def self_test(self, seed: int) -> None:
        """Nothing to prove."""

    def notes(self) -> dict[str, str]:
        """Nothing is lacking."""
        return {}

    def conduct(self, case: Case, setup: Setup, seed: int, recorder: Recorder) -> float:
        """What every history has: a beginning and a phase."""
        recorder(
            Began(
                t=0,
                case=case.id(),
                seed=seed,
                commit=setup.commit,
                terminal="",
                rig=self.name,
                points=(),
                meters=(),
                centres=(),
            )
        )
        recorder(Phase(t=1, name="nothing"))
        return 0.0


def cpu_s() -> float:
    """Seconds of processor time of this process and of its children that ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


clock: Callable[[], float] = time.perf_counter
"""What seconds are read from; `--cpu` puts `cpu_s` here."""


def setup_in(folder: Path, rig: CaseRig) -> Setup:
    """A run against the reference terminal."""
    profile = load_profile(REFERENCE_PROFILE)
    name = profile.adapter
    return Setup(rig, profile, lambda: adapter(name), 1, "benchmark", folder)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Result and seconds."""
    gc.collect()
    begin = clock()
    result = work()
    return result, clock() - begin


def long_case(folder: Path, hours: float) -> tuple[dict[str, float], Path]:
    """The long case, and where its record is."""
    setup = setup_in(folder, rig_named("virtual"))
    digests = []
    for number in range(2):
        Works.hours = 1.0
        digests.append(run_case(Works, in_folder(setup, folder / f"hour{number}")).digest)
    assert digests[0] == digests[1], "two runs of one seed gave two histories"
    Works.hours = hours
    result, wall_s = timed(lambda: run_case(Works, setup))
    assert result.verdict == "pass", result.reason
    history = read_history(folder / result.record)
    polls = len(history.of(Served))
    minutes = round(hours * 60)
    (right, _, _), bare_s = timed(
        lambda: virtual_polls.virtual(lambda loop: virtual_polls.over_the_simulated_network(loop, minutes))
    )
    assert right == virtual_polls.CIRCUITS * minutes
    return {
        "case_hours": hours,
        "case_s": wall_s,
        "case_answers": polls,
        "case_events": len(history.events),
        "case_answers_per_s": polls / wall_s,
        "case_times_real_time": hours * 3600 / wall_s,
        "case_bare_polls_s": bare_s,
        "ratio_case_to_bare_polls": wall_s / bare_s,
    }, folder / result.record


def in_folder(setup: Setup, folder: Path) -> Setup:
    """The same run in another folder."""
    return Setup(setup.rig, setup.profile, setup.adapter, setup.master_seed, setup.commit, folder)


def whole_run(folder: Path) -> dict[str, float]:
    """`carbonbench run` with one worker and with two; the histories must be equal."""
    digests: list[str] = []
    numbers: dict[str, float] = {}
    for workers in (1, 2):
        out = folder / f"workers{workers}"
        words = [str(COMMAND), "run", "-n", str(workers), "--out", str(out)]
        done, wall_s = timed(lambda words=words: subprocess.run(words, capture_output=True, check=False))
        (path,) = out.glob("*/verdicts.json")
        found = json.loads(path.read_bytes())
        digests.append(found["history_digest"])
        numbers[f"run_workers{workers}_s"] = wall_s
        numbers["run_exit_code"] = done.returncode
        numbers["run_cases"] = len(found["cases"])
        numbers["run_simulated_s"] = sum(case["simulated_s"] for case in found["cases"])
    numbers["run_digests_equal"] = float(digests[0] == digests[1])
    numbers["ratio_run_two_workers_to_one"] = numbers["run_workers2_s"] / numbers["run_workers1_s"]
    return numbers


def plain_pytest(folder: Path) -> float:
    """Seconds for one plain pytest test that does nothing, collection and start taken off."""
    (folder / "test_few.py").write_text("def test_0(): pass\n")
    many = "".join(f"def test_{number}(): pass\n" for number in range(EMPTY_CASES))
    (folder / "test_many.py").write_text(many)
    env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    seconds = []
    for name in ("test_few.py", "test_many.py"):
        words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), name]
        _, wall_s = timed(
            lambda words=words: subprocess.run(words, cwd=folder, env=env, capture_output=True, check=True)
        )
        seconds.append(wall_s)
    return (seconds[1] - seconds[0]) / (EMPTY_CASES - 1)


def harness(folder: Path) -> dict[str, float]:
    """What `run_case` and carrying its result cost, beside plain pytest; and the smallest world."""
    setup = setup_in(folder, NoRig())

    def empty() -> None:
        for attempt in range(1, EMPTY_CASES + 1):
            result = run_case(Nothing, setup, attempt)
            assert result.verdict == "pass", result.reason
            carried = msgspec.json.decode(msgspec.json.encode(result), type=CaseResult)
            assert carried == result

    _, wall_s = timed(empty)
    real = in_folder(setup_in(folder, rig_named("virtual")), folder / "real")
    worlds = 40

    def standing() -> None:
        for attempt in range(1, worlds + 1):
            assert run_case(Nothing, real, attempt).verdict == "pass"

    _, worlds_s = timed(standing)
    numbers = {
        "harness_ms": wall_s / EMPTY_CASES * 1000,
        "plain_pytest_ms": plain_pytest(folder) * 1000,
        "smallest_world_ms": worlds_s / worlds * 1000,
    }
    numbers["ratio_harness_to_plain_pytest"] = numbers["harness_ms"] / numbers["plain_pytest_ms"]
    return numbers


def history(record: Path, folder: Path) -> dict[str, float]:
    """The cost of an event: recorded, chained, written and read back, beside plain JSON lines of the same events."""
    events = read_history(record).events[:-1]
    plain = [msgspec.to_builtins(event) for event in events]

    def chained() -> None:
        recorder = Recorder()
        for event in events:
            recorder(event)
        recorder.save(folder / "chained.jsonl")

    def json_lines() -> None:
        with (folder / "plain.jsonl").open("w", encoding="utf-8") as out:
            for event in plain:
                out.write(json.dumps(event) + "\n")

    def msgspec_lines() -> None:
        encode = msgspec.json.Encoder().encode_lines
        (folder / "msgspec.jsonl").write_bytes(encode(events))

    def read_plain() -> None:
        with (folder / "plain.jsonl").open(encoding="utf-8") as source:
            for line in source:
                json.loads(line)

    def cost(work: Callable[[], None]) -> float:
        return min(timed(work)[1] for _ in range(3)) / len(events) * 1e6

    numbers = {
        "event_us": cost(chained),
        "event_json_us": cost(json_lines),
        "event_msgspec_us": cost(msgspec_lines),
        "event_read_us": cost(lambda: read_history(folder / "chained.jsonl") and None),
        "event_json_read_us": cost(read_plain),
    }
    numbers["ratio_event_to_json"] = numbers["event_us"] / numbers["event_json_us"]
    numbers["ratio_event_to_msgspec"] = numbers["event_us"] / numbers["event_msgspec_us"]
    numbers["ratio_event_read_to_json"] = numbers["event_read_us"] / numbers["event_json_read_us"]
    return numbers


def measure_all(hours: float, *, run: bool) -> dict[str, float]:
    """All numbers."""
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        numbers, record = long_case(folder, hours)
        numbers |= history(record, folder)
        numbers |= harness(folder)
        if run:
            numbers |= whole_run(folder)
    return numbers


def told(numbers: dict[str, float]) -> Iterator[str]:
    """The numbers for people."""

    def line(text: str, name: str, unit: str, beside: str = "") -> str:
        ratio = f"   ratio {numbers[beside]:.2f}" if beside else ""
        return f"{text:<34}{numbers[name]:>12,.2f} {unit:<5}{ratio}"

    yield line(f"29 circuits, 1 min, {numbers['case_hours']:g} h", "case_s", "s")
    yield line("  answers served", "case_answers", "")
    yield line("  answers with everything on", "case_answers_per_s", "/s")
    yield line("  events of the history", "case_events", "")
    yield line("  faster than real time", "case_times_real_time", "x")
    yield line("  bare pymodbus polls beside it", "case_bare_polls_s", "s", "ratio_case_to_bare_polls")
    yield "  two runs of one seed              equal history digests"
    yield line("event recorded, chained, saved", "event_us", "us")
    yield line("  JSON lines, json", "event_json_us", "us", "ratio_event_to_json")
    yield line("  JSON lines, msgspec", "event_msgspec_us", "us", "ratio_event_to_msgspec")
    yield line("event read and proven", "event_read_us", "us")
    yield line("  JSON lines, json", "event_json_read_us", "us", "ratio_event_read_to_json")
    yield line("harness around an empty case", "harness_ms", "ms")
    yield line("  plain pytest test", "plain_pytest_ms", "ms", "ratio_harness_to_plain_pytest")
    yield line("smallest world, up and down", "smallest_world_ms", "ms")
    if "run_cases" in numbers:
        equal = "equal" if numbers["run_digests_equal"] else "DIFFERENT"
        yield line("whole suite, one worker", "run_workers1_s", "s")
        yield line("whole suite, two workers", "run_workers2_s", "s", "ratio_run_two_workers_to_one")
        yield f"  one and two workers               {equal} history digests"
        yield f"  {numbers['run_cases']:.0f} cases, {numbers['run_simulated_s'] / 86_400:.1f} simulated days"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Speed of the suite, beside plain peers in the same run.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--cpu", action="store_true", help="processor time instead of wall time, on a shared machine")
    parser.add_argument("--hours", type=float, default=48, help="length of the long case (default 48)")
    parser.add_argument("--no-run", action="store_true", help="leave out the whole suite")
    options = parser.parse_args()
    if options.cpu:
        global clock
        clock = cpu_s
    numbers = measure_all(options.hours, run=not options.no_run)
    print(json.dumps(numbers) if options.json else "\n".join(told(numbers)))


if __name__ == "__main__":
    main()
