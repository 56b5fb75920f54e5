"""Alarms of a platform: every fault of a terminal, an instrument or acquisition, and every crossing of a warning value.

A fault is a phase `FAULT` to `MENDED`: what, the names of what failed, and when it shows and is due (R-41). Leaves what
alarms are called to the product: a subject that names what failed is what is looked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.case import Check, Measurement, criterion, measure
from bench.dut.platform.vocabulary.base import AlarmsRow
from bench.history import Acknowledged, Created, History, ParkStands
from bench.history.marks import Mark
from bench.history.observation import Words
from conformance.common.platforms import alarms as platform_alarms
from conformance.common.platforms.bookkeeping import Books, held, listings
from conformance.common.times import SECOND, instant_of_iso, local, seconds

RAISED = criterion(
    "{0}-alarm",
    en="{1} raises one alarm, which names it, within 60 s",
    zh="{2}在 60 s 内发出一次报警并指明对象",
    unit="faults",
    timed=True,
)
WHAT = {
    "terminal": ("a faulty terminal", "采集终端异常"),
    "instrument": ("a faulty instrument", "计量仪表异常"),
    "acquisition": ("abnormal acquisition", "数据采集异常"),
    "warning": ("a value beyond its warning value", "数值越过预警值"),
}
CLEARED = criterion("alarms-end", en="every alarm ends with its cause", zh="原因消除后报警解除", unit="faults")
NONE_FALSE = criterion(
    "no-false-alarm", en="no alarm is raised about what is as it should be", zh="正常对象不报警", unit="alarms"
)
BY_SETTING = criterion(
    "silence-by-setting",
    en="each terminal is held for silent after the time that its communication settings say, no sooner",
    zh="各终端按各自通讯设置的时间判为中断，不提前",
    unit="terminals",
)


class Failing(Words, frozen=True, kw_only=True):
    """What fails: a sort of `WHAT`, at which sender, its names, and after how many seconds it shows."""

    what: str
    sender: str
    names: str
    after_s: int


class Names(Words, frozen=True, kw_only=True):
    """What is well again, by the names of its fault."""

    names: str


FAULT, MENDED = Mark("fault", Failing), Mark("mended", Names)
"""Something fails next, and is well again."""
RAISED_US, CLEARED_US, EARLY_US = 60 * SECOND, 120 * SECOND, SECOND


@dataclass(frozen=True)
class Fault:
    """A fault that shows at `shows` and is mended at `end` (us); `names` are what it may be called."""

    what: str
    names: tuple[str, ...]
    shows: int
    end: int

    def __str__(self) -> str:
        return f"{self.what} {self.names[0]} from {local(self.shows)}"


def _heard(history: History, sender: str, before: int) -> int:
    """When the platform last took something of a sender before an instant."""
    return max((each.t for each in history.of(Acknowledged) if each.sender == sender and each.t <= before), default=0)


def _made(history: History, sender: str, after: int) -> int:
    """When a sender made its first samples at or after an instant."""
    found = [each.t for each in history.of(Created) if each.sender == sender and each.t >= after]
    return min(found, default=after)


def faults(history: History) -> list[Fault]:
    """The faults of a case. One of a terminal shows when its time is over, others with the next samples."""
    found: list[Fault] = []
    ends = MENDED.of(history)
    for began in FAULT.of(history):
        detail = began.detail
        end = next((mark.t for mark in ends if mark.t >= began.t and mark.detail.names == detail.names), None)
        if end is None:
            continue
        after = detail.after_s * SECOND
        if detail.what == "terminal" or after:
            shows = _heard(history, detail.sender, began.t) + after
        else:
            shows = _made(history, detail.sender, began.t)
        found.append(Fault(detail.what, tuple(detail.names.split()), shows, end))
    return found


def _about(row: AlarmsRow, names: tuple[str, ...]) -> bool:
    return row.subject in names


def findings(history: History, *whats: str) -> Iterator[Check | Measurement]:
    """Each fault against the last list of alarms."""
    answered = platform_alarms.last(history)
    rows = list(answered.rows) if answered else []
    tried = [each for each in faults(history) if answered and each.end < answered.asked]
    missed: dict[str, list[str]] = {what: [] for what in whats}
    standing: list[str] = []
    mine: list[AlarmsRow] = []
    worst = 0
    for fault in tried:
        found = [
            (at, row)
            for row in rows
            if _about(row, fault.names)
            and (at := instant_of_iso(row.raised)) is not None
            and fault.shows - EARLY_US <= at < fault.end
        ]
        mine += [row for _, row in found]
        if not found:
            missed[fault.what].append(f"{fault}: no alarm")
            continue
        first, row = min(found, key=lambda each: each[0])
        worst = max(worst, first - fault.shows)
        if first > fault.shows + RAISED_US:
            missed[fault.what].append(f"{fault}: {seconds(first - fault.shows)} s later")
        if len(found) > 1:
            missed[fault.what].append(f"{fault}: {len(found)} alarms")
        cleared = instant_of_iso(row.cleared) if row.cleared not in ("", "0") else None
        if cleared is None or not fault.end - SECOND <= cleared <= fault.end + CLEARED_US:
            standing.append(f"{fault}, mended {local(fault.end)}: cleared {local(cleared) if cleared else 'never'}")
    known = _names(history)
    false = [row for row in rows if row not in mine and row.subject in known]
    yield measure("slowest-alarm", seconds(worst), en="longest time to an alarm", zh="至报警最长时间", unit="s")
    for what in whats:
        yield held(RAISED.of(what, *WHAT[what]), missed[what], len([each for each in tried if each.what == what]))
    yield held(CLEARED, standing, len(tried) - sum(map(len, missed.values())) if answered else 0)
    shown = [f"{row.kind} {row.subject} {local(int(row.raised or 0))}" for row in false]
    yield held(NONE_FALSE, shown, len(tried) if mine else 0)


def _names(history: History) -> set[str]:
    """Everything of the park that an alarm may be about."""
    stands = history.of(ParkStands)
    points = {point.id for each in stands for point in each.points}
    return points | {sender.mn for each in stands for sender in each.senders}


def setting_findings(history: History) -> Iterator[Check]:
    """Communication settings as they were told, and the alarms of terminals by them."""
    books = Books(history, ("communication",))
    wrong = [line for each in listings(history, books, "communication") for line in each.wrong]
    answered = platform_alarms.last(history)
    rows = list(answered.rows) if answered else []
    settings: set[str] = set()
    for fault in faults(history):
        mine = [thing.versions[-1].fields for thing in books.things("communication", terminal=fault.names[0])]
        if fault.what != "terminal" or not mine or answered is None:
            continue
        settings.add(mine[0]["silent_after_s"])
        raised = [instant_of_iso(row.raised) or 0 for row in rows if _about(row, fault.names)]
        early = [at for at in raised if fault.shows - 600 * SECOND < at < fault.shows - EARLY_US]
        due = [at for at in raised if fault.shows - EARLY_US <= at <= fault.shows + RAISED_US]
        if early or not due:
            told = f"{mine[0]['silent_after_s']} s without a word end at {local(fault.shows)}"
            wrong.append(f"{fault.names[0]}: {told}, alarms {' '.join(map(local, raised)) or 'none'}")
    yield held(BY_SETTING, wrong, len(settings), 2)
