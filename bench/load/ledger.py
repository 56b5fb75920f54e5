"""The delivery ledger of a load: every record of every terminal, delivered, late, lost, doubled or altered.

Leaves making the load to `engine`, and what follows from the ledger to the cases. Two streams are joined, what was sent
(`sent`) and what the target holds, each sorted by an SQLite file beside them, so that memory is bounded whatever their
length; what a record should hold is computed when it is looked at (`truth`). A record is

- *delivered*: the target holds it as it is true; *late*: delivered, and held only `late_s` after its intended start;
- *lost*: the target acknowledged it and does not hold it;
- *altered*: the target holds another value for it; *doubled*: it holds it more than once, or, where only arrivals are
  known, more arrived than were sent; *invented*: the target holds what nobody sent;
- *open*: never acknowledged and not held: the terminal still keeps it; *unsent*: due and never sent.

A record that arrived again because its acknowledgement was not awaited or lost is a *repeat*, and no fault.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from itertools import groupby, islice
from pathlib import Path
from typing import NamedTuple

import msgspec

from bench.load.measures import Times
from bench.load.plan import Plan
from bench.load.sent import UNSENT, Row, rows_of
from bench.load.truth import SECOND, code_of, mn_of, point_of, terminal_of, value_of
from simulators.stamps import from_stamp, stamp

SHOWN = 20
_BATCH = 20_000
_CACHE_KIB = 65_536


class Held(NamedTuple):
    """A record as the target holds it: terminal, period, point, when it was stored (us, 0: not told), value, flag."""

    terminal: int
    period: int
    point: int
    at_us: int
    value: str
    flag: str


class Account(msgspec.Struct, kw_only=True):
    """What became of all records; a record is one value of one point. `delays` run from the intended start of live
    records to their being held. The lists hold the first few of a kind, for a person."""

    sent: int = 0
    delivered: int = 0
    late: int = 0
    lost: int = 0
    doubled: int = 0
    altered: int = 0
    invented: int = 0
    open: int = 0
    unsent: int = 0
    repeats: int = 0
    live: int = 0
    backlog: int = 0
    terminals: int = 0
    foreign: int = 0
    delays: Times = msgspec.field(default_factory=Times)
    evidence: dict[str, list[str]] = {}

    def note(self, kind: str, line: str) -> None:
        """Remember one of a kind for whoever looks; only the first few."""
        lines = self.evidence.setdefault(kind, [])
        if len(lines) < SHOWN:
            lines.append(line)


def held_of(path: Path, plan: Plan, account: Account) -> Iterator[Held]:
    """What a receiver of the bench wrote down; what is of no terminal of this load is counted as foreign, what is of an
    instant at which its terminal never sends as invented."""
    period_us = plan.terminals.period_s * SECOND
    stamps: dict[str, int | None] = {}
    terminals: dict[str, int | None] = {}
    with path.open(encoding="utf-8") as file:
        for line in file:
            fields = line.rstrip("\n").split("\t")
            if len(fields) != 7 or not line.endswith("\n"):
                continue
            at, mn, _, code, when, flag, value = fields
            if mn not in terminals:
                terminals[mn] = terminal_of(plan.seed, mn)
            if when not in stamps:
                if len(stamps) > _BATCH:
                    stamps.clear()
                stamps[when] = _period(when, period_us)
            terminal, period, point = terminals[mn], stamps[when], point_of(code)
            if terminal is not None and point is not None and period is None:
                # Of a terminal of this load, at an instant at which it never sends.
                account.invented += 1
                account.note("invented", f"{mn} {code} {when}: held {value}, never sent")
                continue
            if terminal is None or period is None or point is None:
                account.foreign += 1
                account.note("foreign", f"{mn} {code} {when} {value}")
                continue
            yield Held(terminal, period, point, int(at), value, flag)


def _period(when: str, period_us: int) -> int | None:
    try:
        period, rest = divmod(from_stamp(when), period_us)
    except ValueError:
        return None
    return None if rest else period


Stretches = Sequence[tuple[int, int]]
"""[from, to) each, microseconds UTC, in their order."""


def reconcile(
    plan: Plan,
    sent: Path,
    held: Iterable[Held],
    beside: Path,
    account: Account,
    *,
    arrivals: bool,
    dark: Stretches = (),
) -> Account:
    """The ledger; `beside` is a file for sorting, removed in the end. Time that is `dark` makes no record late.

    `arrivals`: what is held is told as it arrived, so that a repeated frame stands there again; else each record stands
    there once (as in the answer to a query) and whatever stands twice is doubled.
    """
    beside.unlink(missing_ok=True)
    store = sqlite3.connect(beside, isolation_level=None)
    try:
        store.executescript(
            f"""
            pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -{_CACHE_KIB};
            pragma temp_store = file;
            create table sent (terminal, period, due, first, acked, attempts, sort);
            create table held (terminal, period, point, at, value, flag);
            begin;
            """
        )
        _fill(store, "sent", 7, rows_of(sent))
        _fill(store, "held", 6, held)
        store.execute("commit")
        wanted = store.execute("select * from sent order by terminal, period, sort")
        found = store.execute("select * from held order by terminal, period, point, at")
        rows, there = (Row(*row) for row in wanted), (Held(*row) for row in found)
        _join(plan, rows, there, account, arrivals=arrivals, dark=dark)
    finally:
        store.close()
        beside.unlink(missing_ok=True)
    return account


def _fill(store: sqlite3.Connection, table: str, columns: int, rows: Iterable[tuple[object, ...]]) -> None:
    marks = ",".join("?" * columns)
    left = iter(rows)
    while batch := list(islice(left, _BATCH)):
        store.executemany(f"insert into {table} values ({marks})", batch)


def _join(
    plan: Plan, wanted: Iterator[Row], found: Iterator[Held], account: Account, *, arrivals: bool, dark: Stretches
) -> None:
    """Walk both streams, which are in one order."""
    held = groupby(found, key=lambda each: (each.terminal, each.period))
    current = next(held, None)
    terminal = -1
    for key, rows in groupby(wanted, key=lambda each: (each.terminal, each.period)):
        if key[0] != terminal:
            terminal = key[0]
            account.terminals += 1
        while current is not None and current[0] < key:
            _invented(plan, list(current[1]), account)
            current = next(held, None)
        mine: list[Held] = []
        if current is not None and current[0] == key:
            mine = list(current[1])
            current = next(held, None)
        sent = [row for row in rows if row.sort != UNSENT or _count_unsent(plan, row, account)]
        if sent:
            _weigh(plan, sent, mine, account, arrivals=arrivals, dark=dark)
        elif mine:
            _invented(plan, mine, account)
    while current is not None:
        _invented(plan, list(current[1]), account)
        current = next(held, None)


def _count_unsent(plan: Plan, row: Row, account: Account) -> bool:
    account.unsent += row.due_us * plan.terminals.points
    return False


def _invented(plan: Plan, held: list[Held], account: Account) -> None:
    for each in held:
        account.invented += 1
        account.note(
            "invented", f"{_name(plan, each.terminal, each.period, each.point)}: held {each.value}, never sent"
        )


def _weigh(plan: Plan, sent: list[Row], held: list[Held], account: Account, *, arrivals: bool, dark: Stretches) -> None:
    """One record of a terminal, all its points."""
    row = sent[0]
    attempts = sum(each.attempts for each in sent)
    acked = any(each.acked_us for each in sent)
    by_point: dict[int, list[Held]] = {}
    for each in held:
        by_point.setdefault(each.point, []).append(each)
    points = plan.terminals.points
    account.sent += points
    if row.sort:
        account.backlog += points
    else:
        account.live += points
    for point in range(points):
        mine = by_point.pop(point, [])
        name = _name(plan, row.terminal, row.period, point)
        if not mine:
            if acked:
                account.lost += 1
                account.note("lost", f"{name}: acknowledged {stamp(max(each.acked_us for each in sent))}, not held")
            else:
                account.open += 1
                account.note("open", f"{name}: sent {attempts} times, never acknowledged, not held")
            continue
        truth = value_of(plan.seed, row.terminal, point, row.period)
        wrong = [each for each in mine if each.value != truth and not _same(each.value, truth)]
        if wrong:
            account.altered += 1
            account.note("altered", f"{name}: held {wrong[0].value or 'no value'}, truth {truth}")
            continue
        most = attempts if arrivals else 1
        if len(mine) > most:
            account.doubled += 1
            account.note("doubled", f"{name}: held {len(mine)} times, sent {attempts} times")
        elif len(mine) > 1:
            account.repeats += len(mine) - 1
        account.delivered += 1
        at_us = mine[0].at_us
        if at_us and not row.sort:
            account.delays.add(at_us - row.due_us)
            # While there is no power, or no link, nobody can send.
            excused = sum(max(min(end, at_us) - max(begin, row.due_us), 0) for begin, end in dark)
            if at_us - row.due_us - excused > plan.late_s * SECOND:
                account.late += 1
                account.note("late", f"{name}: due {stamp(row.due_us)}, held {stamp(at_us)}")
    for rest in by_point.values():
        _invented(plan, rest, account)


def _same(text: str, truth: str) -> bool:
    try:
        return Decimal(text) == Decimal(truth)
    except InvalidOperation:
        return False


def _name(plan: Plan, terminal: int, period: int, point: int) -> str:
    begins = stamp(period * plan.terminals.period_s * SECOND)
    return f"{mn_of(plan.seed, terminal)} {code_of(point)} {begins}"
