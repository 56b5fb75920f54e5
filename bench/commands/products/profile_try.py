"""`carbonbench profile try FILE`: start the product once, ask each hook, show what came back beside what was expected.

Leaves the hooks to `bench.dut.hooks` and the starting to the loopback rig. A meter shows one number all the while, so
that whoever reads the answers knows what must be in them.
"""

from __future__ import annotations

import contextlib
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import psutil

from bench.case import EXIT_ERROR, EXIT_FAIL, EXIT_PASS, EXIT_USAGE, Case, Finding, Item, Rig
from bench.commands.products import platform_try, sentences
from bench.commands.products.conducted import conducted
from bench.commands.products.starts import Starts
from bench.dut import Checked, UnknownTerminal, adapter
from bench.dut.profile import Profile, ProfileError, load_profile
from bench.facade.bench import Bench
from bench.history import CutShort, History, TerminalState, Trouble
from bench.layout.scenario import Scenario
from simulators.events import Connected, Served, Stored, Unserved

SHOWN = "123.5"
"""What the meter shows: a number that a binary float holds exactly."""
_POINT = "e01.energy"
_PERIOD_S = 5
_LEAST: Mapping[str, tuple[str, ...]] = {
    "readings": ("at", "value"),
    "records": ("start", "end", "value"),
    "gaps": ("point", "start", "end"),
    "queue": ("centre", "pending"),
    "log": ("at",),
    "alarms": ("raised",),
    "manual": ("start", "value"),
    "estimates": ("at", "value"),
    "export": ("start", "value"),
    "emission-sources": ("emission_source", "point"),
    "classified": ("point", "value"),
}
"""Fields without which a row says nothing."""
_MUST_COME = ("readings", "records", "status", "centres", "capacity", "export", "log")
"""Questions that have an answer with rows once the product has worked for a while."""
_CHANGES = ("centre-add", "centre-remove", "centre-certificate", "package", "configuration-restore", "clock")
"""Orders after which the product is another one: asked last, and only with --orders."""


WHOLE_MINUTE_S = 130.0
"""So long after its start a product has had a whole minute by the clock to send."""
WAIT_S = 70.0
"""How long a product is left alone before it is asked: a minute of data, and its sending."""


class Answered(msgspec.Struct, frozen=True):
    """What came of one hook: `sound`, or why not; `expected` and `got` in words."""

    what: str
    sound: bool | None
    expected: str
    got: str
    why: str = ""


class _Trial(Case):
    """Every hook of a profile is asked once."""

    zh = "逐一询问档案中的各项查询。"
    checks = {}
    rigs = Rig.LOOPBACK
    scenario = Scenario(
        circuits=1, points=1, maps=("sdm630",), period_s=_PERIOD_S, minute_interval=1, centres=("A",), kinds=()
    )

    def __init__(self, asks: Mapping[str, Any], wait_s: float, orders: bool) -> None:
        self.asks, self.wait_s, self.orders = asks, wait_s, orders
        self.answers: list[Answered] = []
        self.ports: tuple[int, ...] = ()
        self.starts = Starts()

    async def drive(self, bench: Bench) -> None:
        real: Any = bench
        bench.meters["e01"].preset(_POINT, SHOWN)
        start = bench.clock.now_us()
        await bench.clock.sleep(self.wait_s)
        self.ports = _listening()
        for what in sorted(self.asks, key=lambda name: (name in _CHANGES, name)):
            if what in _CHANGES and not self.orders:
                self.answers.append(Answered(what, None, "", "", "it changes the product; give --orders to ask it"))
                continue
            query = _query(what, start, bench.clock.now_us())
            try:
                rows = await real.adapter.ask(real.seat, what, query)
            except (LookupError, OSError, TimeoutError) as error:
                self.answers.append(Answered(what, False, _expected(what), "", str(error) or type(error).__name__))
            else:
                self.answers.append(_judged(what, rows))

    def judge(self, history: History) -> Iterator[Finding]:
        return iter(())


def _query(what: str, start_us: int, now_us: int) -> dict[str, str]:
    """The words of a question, as a case would put them."""
    span = {"from": str(start_us), "to": str(now_us)}
    by = {"author": "profile try", "reason": "profile try"}
    hour = str(start_us // 3_600_000_000 * 3_600_000_000)
    # The first record is of the minute in which the product was started.
    since_hour = {"from": hour, "to": str(now_us)}
    return {
        "readings": {"point": _POINT, **span},
        "records": {"kind": "minute", "point": _POINT, **since_hour},
        "export": {"kind": "minute", "point": _POINT, **since_hour},
        "estimates": {"point": _POINT, **span},
        "manual": {"point": _POINT, **span},
        "log": {"from": str(start_us)},
        "replacement": {"point": _POINT, "at": str(now_us), "final_old": SHOWN, "initial_new": SHOWN},
        "manual entry": {"point": _POINT, "kind": "hour", "start": hour, "value": "1.0", **by},
        "upload": {"centre": "A", **by},
        "upload-time": {"centre": "A", "time": "01:38:00", **by},
        "backfill": {"centre": "A", "kind": "minute", **span, **by},
        "verify": {"kind": "minute", **span},
        "classified": {"emission_source": "", "kind": "minute", **span},
        "period": {"meter": "e01", "period_s": str(_PERIOD_S), **by},
        "centre-add": {"centre": "A", **by},
        "centre-remove": {"centre": "A", **by},
        "centre-certificate": {"centre": "A", "choice": "good", **by},
        "package": {"octets": "", **by},
        "configuration-backup": by,
        "configuration-restore": {"octets": "", **by},
        "clock": {"at": str(now_us)},
    }.get(what, {})


def _expected(what: str) -> str:
    needed = ", ".join(_LEAST.get(what, ()))
    words = {
        "readings": f"rows with {needed}; value {SHOWN}",
        "records": f"rows with {needed}; increase 0 of a meter at rest",
    }
    return words.get(what, f"rows with {needed}" if needed else "an answer")


def _judged(what: str, rows: tuple[dict[str, str], ...]) -> Answered:
    """Whether rows are of use: there where they must be, with the fields that count, and the number shown."""
    first = ", ".join(f"{name}={text}" for name, text in rows[0].items())[:160] if rows else ""
    got = f"{len(rows)} rows" + (f"; first: {first}" if rows else "")
    why = ""
    if not rows and what in _MUST_COME:
        why = str(sentences.NO_ROW())
    elif rows and (missing := [name for name in _LEAST.get(what, ()) if not rows[-1].get(name)]):
        why = str(sentences.WITHOUT_FIELDS(missing=missing))
    elif what == "readings" and not any(_same(row.get("value", "")) for row in rows):
        why = str(sentences.OTHER_VALUE(shown=SHOWN))
    return Answered(what, not why, _expected(what), got, why)


def _same(text: str) -> bool:
    try:
        return float(text) == float(SHOWN)
    except ValueError:
        return False


class FirstStart(msgspec.Struct, frozen=True):
    """What a product did by itself while it was tried: what its maker sees first.

    `polls` counts answered requests by meter, `dialled` connections by centre, `records` records that came by centre,
    `ports` are those at which it listens. `refused` has by meter how many requests got no usable answer, the
    last of them and its answer (hex).
    """

    polls: dict[str, int]
    dialled: dict[str, int]
    records: dict[str, int]
    ports: tuple[int, ...]
    refused: dict[str, tuple[int, str, str]] = {}

    @classmethod
    def of(cls, events: Iterable[object], centres: Collection[str], ports: tuple[int, ...]) -> FirstStart:
        """Count what the record has."""
        events = tuple(events)
        polls = Counter(event.meter for event in events if isinstance(event, Served))
        opened = (event.at for event in events if isinstance(event, Connected) and event.state == "opened")
        dialled = Counter(at for at in opened if at in centres)
        records = Counter(event.centre for event in events if isinstance(event, Stored))
        refused: dict[str, tuple[int, str, str]] = {}
        for event in events:
            if isinstance(event, Unserved):
                refused[event.meter] = (refused.get(event.meter, (0,))[0] + 1, event.request, event.response)
        return cls(
            dict(sorted(polls.items())), dict(sorted(dialled.items())), dict(sorted(records.items())), ports, refused
        )

    def lines(self) -> Iterator[str]:
        """A line each, in both languages."""
        for counts, name in (
            (self.polls, sentences.METERS_READ),
            (self.dialled, sentences.CENTRES_DIALLED),
            (self.records, sentences.RECORDS_CAME),
        ):
            told = ", ".join(f"{place} {number}" for place, number in counts.items())
            yield f"{'ok  ' if counts else 'none'} {name()}: {told or sentences.NOTHING()}"
            if counts is self.polls:
                for meter, (number, asked, answered) in self.refused.items():
                    without = sentences.WITHOUT_VALUE(
                        name=meter, number=number, asked=asked, answered=answered or sentences.NO_ANSWER()
                    )
                    yield f"     {without}"
        yield f"     {sentences.LISTENS_AT()}: {', '.join(map(str, self.ports)) or sentences.NO_PORT()}"

    def too_soon(self, wait_s: float) -> str:
        """A hint where a program read but had no whole minute to send yet; empty elsewhere."""
        if not self.polls or self.records or wait_s >= WHOLE_MINUTE_S:
            return ""
        return str(sentences.WAIT_LONGER(whole_minute_s=WHOLE_MINUTE_S))


def _listening() -> tuple[int, ...]:
    """Ports at which programs listen that this process started."""
    found: set[int] = set()
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            here = child.net_connections(kind="tcp")
            found |= {each.laddr.port for each in here if each.status == psutil.CONN_LISTEN and each.laddr}
    return tuple(sorted(found))


def main(path: Path, *, wait_s: float = WAIT_S, orders: bool = False, as_json: bool = False, show: bool = False) -> int:
    """Try and print; 0: every hook is of use, 1: one is not or the product failed, 3: the bench did, 4: wrong words."""
    try:
        profile = load_profile(path)
        chosen = adapter(profile.adapter)
    except (ProfileError, UnknownTerminal) as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE
    wrong = chosen.problems(profile.connection, path.parent) if isinstance(chosen, Checked) else []
    if not wrong and profile.kind is Item.PLATFORM:
        return platform_try.main(profile, as_json=as_json, show=show)
    asks: Mapping[str, Any] = profile.connection.get("ask", {}) if not wrong else {}
    if wrong:
        print(*wrong, sep="\n", file=sys.stderr)
        return EXIT_USAGE
    return _tried(profile, _Trial(asks, wait_s, orders), as_json, show)


def _tried(profile: Profile, trial: _Trial, as_json: bool, show: bool) -> int:
    if not as_json:
        print(sentences.STARTED_ONCE(wait_s=trial.wait_s).after(profile.path))
    try:
        events = conducted(trial, profile, trial.starts)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return EXIT_ERROR
    start = FirstStart.of(events, trial.scenario.centres, trial.ports)
    failed = [event.what for event in events if isinstance(event, Trouble | CutShort)]
    failed += [event.detail for event in events if isinstance(event, TerminalState) and event.state == "silent"]
    if as_json:
        found = {"profile": profile.path, "start": start, "answers": trial.answers, "failed": failed}
        print(msgspec.json.format(msgspec.json.encode(found)).decode())
    else:
        if show:
            trial.starts.show()
        print(*start.lines(), *filter(None, [start.too_soon(trial.wait_s)]), sep="\n")
        _print(trial.answers, failed)
        if failed and not show:
            trial.starts.hint(profile.path)
        if failed:
            trial.starts.astray(Path.cwd(), Path(profile.path).parent)
    idle = not trial.answers and not (start.polls and start.dialled)
    return EXIT_FAIL if failed or idle or any(each.sound is False for each in trial.answers) else EXIT_PASS


def _print(answers: list[Answered], failed: list[str]) -> None:
    for each in answers:
        mark = {True: "ok  ", False: "FAIL", None: "–   "}[each.sound]
        print(f"{mark} {each.what}")
        if each.sound is None:
            print(f"       {sentences.NEEDS_ORDERS(why=each.why)}")
            continue
        print(f"       {sentences.EXPECTED()}: {each.expected}")
        print(f"       {sentences.CAME_BACK()}: {each.got or each.why}")
        if each.why and each.got:
            print(f"       {each.why}")
    for what in dict.fromkeys(failed):
        print(f"FAIL {what}")
    good = sum(each.sound is True for each in answers)
    bad = sum(each.sound is False for each in answers)
    print(sentences.OF_USE_ASKED(good=good, bad=bad, idle=len(answers) - good - bad))
