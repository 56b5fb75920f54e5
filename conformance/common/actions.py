"""Moves that several cases make: let a while pass, settle, read the terminal's store.

Leaves verdicts to the judges. Nothing here looks at what the terminal does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.case import Check
from bench.facade.bench import Bench
from bench.history import History
from conformance.common import delivery
from conformance.common.times import HOUR

# Longest range asked of a local interface in one question.
ASK_US = 6 * HOUR


def points(bench: Bench) -> tuple[str, ...]:
    """Every point the terminal was told to read, in the order of the meters."""
    return tuple(point for meter in bench.meters.values() for point in meter.points)


def counters(bench: Bench) -> tuple[str, ...]:
    """The counters among them."""
    return tuple(point for meter in bench.meters.values() for point, channel in meter.points.items() if channel.counter)


async def read_records(bench: Bench, kinds: Sequence[str], from_us: int, to_us: int) -> None:
    """Ask the local interface for stored interval records of every point in [from, to)."""
    for kind in kinds:
        for point in points(bench):
            at = from_us
            while at < to_us:
                end = min(at + ASK_US, to_us)
                await bench.operator.records(kind, point, at, end)
                at = end


async def read_readings(bench: Bench, which: Sequence[str], from_us: int, to_us: int) -> None:
    """Ask the local interface for stored readings of these points in [from, to)."""
    for point in which:
        at = from_us
        while at < to_us:
            end = min(at + ASK_US, to_us)
            await bench.operator.readings(point, at, end)
            at = end


def reconciled(history: History, centres: Sequence[str] = (), kinds: Sequence[str] = ()) -> list[delivery.Ledger]:
    """A ledger for each centre (default: all that stood on the bench)."""
    names = centres or [setup.name for setup in history.began.centres]
    return [delivery.reconcile(history, name, kinds) for name in names]


def all_centres(history: History) -> tuple[str, ...]:
    """The names of the centres on the bench."""
    return tuple(setup.name for setup in history.began.centres)


def delivered(history: History, *, duplicates: bool = True) -> Iterator[Check]:
    """R-25 at every centre of the case."""
    yield from delivery.findings(reconciled(history), duplicates=duplicates)
