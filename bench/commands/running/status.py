"""`carbonbench status`: what a run is doing, read from its folder alone, from any shell, also after its end.

Leaves writing to `bench.journal`. Says "unknown" where it cannot know: an end is estimated only from attempts of the
same case that were seen before, in this run or in its neighbours.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from bench.case import EXIT_ERROR, EXIT_FAIL, EXIT_PASS, EXIT_USAGE, VIRTUAL_RIG, CaseResult, Verdict
from bench.commands import sentences
from bench.commands.running.lengths import lengths_of_the_suite
from bench.commands.running.neighbours import neighbours
from bench.history.growing import GROWING
from bench.journal import LOCAL, RUN, Found, JournalError, NoRun, Planned, RunFile, attempts, last_sign, read_run
from bench.run import RECORD
from reports.blocks import visible
from reports.screen import SIGNS, STYLES, console_for

if TYPE_CHECKING:
    from rich.console import Console

FORMAT = "carbonbench-status/1"
NEXT, TROUBLES = 5, 5
_PIECE = 1 << 20
_TROUBLED = (Verdict.FAIL, Verdict.ERROR, Verdict.INCONCLUSIVE)


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt under way. `recorded` counts the events of its record, -1 where it is written only at the end."""

    case: str
    attempt: int
    since: str
    elapsed_s: float
    estimate_s: float | None
    recorded: int = -1
    last_event: str = ""
    alive: bool | None = None


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A line about an attempt that did not pass."""

    case: str
    attempt: int
    verdict: Verdict
    words: str


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """What `status --json` writes (docs/FORMATS.md).

    `state` is running, finished, interrupted (no process lives and it was not ended) or unknown (another computer).
    `remaining_s` is None where the length of `unknown` attempts is not known; `ends` is then empty.
    """

    format: str = FORMAT
    run: str
    folder: str
    state: str
    host: str
    pid: int
    started: str
    sitting: str
    sittings: int
    elapsed_s: float
    workers: int
    rig: str
    planned: int
    done: int
    counts: dict[str, int]
    running: tuple[Running, ...]
    next: tuple[str, ...]
    remaining_s: float | None
    unknown: int
    ends: str
    troubles: tuple[Told, ...]


class _Instant(msgspec.Struct):
    """What is read of an event."""

    t: int


def newest(out: Path) -> Path:
    """The run folder below `out` that began last. Raises JournalError where there is none."""
    runs = [path.parent for path in out.glob(f"*/{RUN}")] if out.is_dir() else []
    if not runs:
        found = "no run in it" if out.is_dir() else ("a file" if out.exists() else "nothing")
        raise NoRun(sentences.NO_RUN(found=found).after(out))
    return max(runs, key=lambda folder: (_began(folder), folder.name))


def _began(folder: Path) -> str:
    sittings = read_run(folder).sittings
    return sittings[-1].started if sittings else ""


def lengths(folder: Path, rig: str, begun: Sequence[Found], rate: int = 1) -> dict[str, float]:
    """How long (s) an attempt of each case takes on this rig: median of this run, else of the newest run that has it.

    In real time a case takes as long as its world does, so that a run in virtual time tells it too, and where there is
    none what the suite knows of itself. At another `rate` it takes that part of its world's length.
    """
    own: dict[str, list[float]] = {}
    for each in begun:
        if each.result and not each.result.interrupted and each.result.wall_s:
            own.setdefault(each.result.id, []).append(each.result.wall_s)
    found = {name: statistics.median(values) for name, values in own.items()}
    for other in neighbours(folder):
        seen: dict[str, list[float]] = {}
        for case in other.cases:
            as_here = other.rig == rig and rate == 1
            length = case.wall_s if as_here else case.simulated_s / rate if rig != VIRTUAL_RIG else 0.0
            if length:
                seen.setdefault(case.id, []).append(length)
        for name, values in seen.items():
            found.setdefault(name, statistics.median(values))
    suite = {name: length / rate for name, length in lengths_of_the_suite().items()}
    return found if rig == VIRTUAL_RIG else suite | found


def status_of(folder: Path, now: datetime) -> Status:
    """Look at a run folder. Raises JournalError for one that is none."""
    run = read_run(folder)
    if not run.sittings:
        raise JournalError(sentences.NEVER_BEGAN().after(folder / RUN))
    begun = list(attempts(folder))
    sat = run.sittings[-1]
    lives = sat.process.lives()
    state = "finished" if sat.ended else {True: "running", False: "interrupted", None: "unknown"}[lives]
    rate = run.settings.options.get("accelerate") or 1
    known = lengths(folder, str(run.settings.options.get("rig", "")), begun, rate if isinstance(rate, int) else 1)
    seen = sat.ended or (last_sign(folder) if state == "interrupted" else "")
    ended = datetime.fromisoformat(seen) if seen else now
    under_way = [each for each in begun if each.result is None]
    running = tuple(_running(each, known, ended) for each in under_way)
    waiting = _waiting(run, begun) if state != "finished" else []
    remaining, unknown = _remaining(running, waiting, known, sat.workers) if run.plan else (None, 0)
    ends = (now + timedelta(seconds=remaining)).isoformat(timespec="seconds") if remaining is not None else ""
    results = [each.result for each in begun if each.result is not None]
    going = state == "running"
    return Status(
        run=run.settings.run,
        folder=str(folder),
        state=state,
        host=sat.process.host,
        pid=sat.process.pid,
        started=run.sittings[0].started,
        sitting=sat.started,
        sittings=len(run.sittings),
        elapsed_s=_since(sat.started, ended),
        workers=sat.workers,
        rig=str(run.settings.options.get("rig", "")),
        planned=len({(each.case, each.attempt) for each in run.plan} | {(r.id, r.attempt) for r in results}),
        done=len(results),
        counts={verdict.value: n for verdict in Verdict if (n := sum(each.verdict is verdict for each in results))},
        running=running,
        next=tuple(_name(each.case, each.attempt) for each in waiting[:NEXT]),
        remaining_s=remaining if going else None,
        unknown=unknown,
        ends=sat.ended or (ends if going else ""),
        troubles=tuple(_told(each) for each in _latest(results)),
    )


def _since(started: str, now: datetime) -> float:
    return round(max((now - datetime.fromisoformat(started)).total_seconds(), 0.0), 1)


def _name(case: str, attempt: int) -> str:
    return case + (f"#{attempt}" if attempt > 1 else "")


def _waiting(run: RunFile, begun: Sequence[Found]) -> list[Planned]:
    seen = {(each.begun.case, each.begun.attempt) for each in begun}
    return [each for each in run.plan if (each.case, each.attempt) not in seen]


def _running(found: Found, known: Mapping[str, float], now: datetime) -> Running:
    recorded, last = _recorded(found.folder / (RECORD + GROWING))
    return Running(
        case=found.begun.case,
        attempt=found.begun.attempt,
        since=found.begun.started,
        elapsed_s=_since(found.begun.started, now),
        estimate_s=known.get(found.begun.case),
        recorded=recorded,
        last_event=last,
        alive=found.begun.process.lives(),
    )


def _recorded(part: Path) -> tuple[int, str]:
    """How many events a growing record holds, and when the last one was; (-1, "") where none grows.

    Looks at its end alone: after days it is long, and proving its chain is for those who resume the run.
    """
    try:
        with part.open("rb") as source:
            lines = sum(piece.count(b"\n") for piece in iter(lambda: source.read(_PIECE), b""))
            source.seek(max(source.tell() - _PIECE, 0))
            whole = source.read().splitlines(keepends=True)
    except OSError:
        return -1, ""
    last = next((line for line in reversed(whole) if line.endswith(b"\n")), b"")
    try:
        at = msgspec.json.decode(last, type=tuple[str, _Instant])[1].t
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return lines, ""
    return lines, datetime.fromtimestamp(at / 1e6, LOCAL).isoformat(timespec="seconds")


def _remaining(
    running: Sequence[Running], waiting: Sequence[Planned], known: Mapping[str, float], workers: int
) -> tuple[float | None, int]:
    """How much longer (s), None where something is unknown; and how many attempts are of unknown length.

    Each attempt goes to the worker that is free first, as the workers take them.
    """
    unknown = sum(each.estimate_s is None for each in running) + sum(each.case not in known for each in waiting)
    if unknown:
        return None, unknown
    free = [max((each.estimate_s or 0.0) - each.elapsed_s, 0.0) for each in running]
    free += [0.0] * max(workers - len(free), 0)
    for each in waiting:
        first = min(range(len(free)), key=free.__getitem__)
        free[first] += known[each.case]
    return round(max(free, default=0.0), 1), 0


def _latest(results: Sequence[CaseResult]) -> list[CaseResult]:
    found = [each for each in results if each.verdict in _TROUBLED]
    return sorted(found, key=lambda each: (each.started, each.id))[-TROUBLES:]


def _told(result: CaseResult) -> Told:
    check = next((check for check in result.checks if check.verdict is result.verdict), None)
    said = f"{check.name}: expected {check.expected}, actual {check.actual}" if check else ""
    words = (result.reason or said).partition("\n")[0]
    return Told(case=result.id, attempt=result.attempt, verdict=result.verdict, words=words)


_STATES = {
    "running": (str(sentences.IS_RUNNING()), "green"),
    "finished": (str(sentences.IS_FINISHED()), "bold"),
    "interrupted": (str(sentences.IS_INTERRUPTED()), "bold red"),
    "unknown": (str(sentences.IS_ELSEWHERE()), "yellow"),
}


def span(seconds: float | None) -> str:
    """A length of time as a person says it."""
    if seconds is None:
        return str(sentences.LENGTH_UNKNOWN())
    whole = round(seconds)
    days, hours, minutes = whole // 86400, whole // 3600 % 24, whole // 60 % 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {whole % 60:02d} s" if minutes else f"{seconds:.1f} s"


def shown(found: Status, console: Console) -> None:
    """Print a status for a person."""
    words, style = _STATES[found.state]
    rows: list[tuple[str, str, str]] = [
        ("run / 运行", f"{found.run}  rig {found.rig}, {found.workers} workers", "bold"),
        ("state / 状态", f"{words}  (process {found.pid} on {found.host})", style),
        (
            "since / 开始",
            str(sentences.SITTING(started=found.started, sittings=found.sittings, span=span(found.elapsed_s))),
            "",
        ),
        ("done / 完成", f"{found.done} of {found.planned}", ""),
    ]
    for each in found.running:
        estimate = f" of about {span(each.estimate_s)}" if each.estimate_s is not None else ""
        record = f", {each.recorded} events, last {each.last_event or '–'}" if each.recorded >= 0 else ""
        dead = "" if each.alive is not False else str(sentences.PROCESS_GONE())
        text = f"{_name(each.case, each.attempt)}  {span(each.elapsed_s)}{estimate}{record}{dead}"
        rows.append(("now / 正在执行", text, "" if each.alive is not False else "red"))
    rows += [("next / 接下来", name, "dim") for name in found.next]
    if found.state == "running":
        late = sentences.NO_LENGTHS(number=found.unknown) if found.unknown else ""
        known = f"{found.ends}, in {span(found.remaining_s)}" if found.ends else str(sentences.END_UNKNOWN(late=late))
        rows.append(("ends / 预计结束", known, ""))
    for label, text, style in rows:
        console.print(f"{label}  {visible(text)}", style=style or None, soft_wrap=True, markup=False)
    for name, number in found.counts.items():
        verdict = Verdict(name)
        console.print(f"  {SIGNS[verdict]} {number} {name} {verdict.zh}", style=STYLES[verdict], markup=False)
    for told in found.troubles:
        text = f"{SIGNS[told.verdict]} {_name(told.case, told.attempt)}  {told.words}"
        console.print(visible(text), style=STYLES[told.verdict], soft_wrap=True, markup=False)
    if found.state == "interrupted":
        console.print(f"carbonbench run --resume {found.folder}", style="cyan", soft_wrap=True, markup=False)


def main(folder: Path | None, out: Path, *, as_json: bool) -> int:
    """Print the status. 0 running or finished, 1 interrupted, 3 no run folder."""
    try:
        found = status_of(folder or newest(out), datetime.now(LOCAL))
    except JournalError as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE if isinstance(error, NoRun) else EXIT_ERROR
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    else:
        shown(found, console_for(sys.stdout))
    return EXIT_FAIL if found.state == "interrupted" else EXIT_PASS
