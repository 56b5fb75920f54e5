"""Loads: the net weight of every truck is added up once, gross less tare, and the sum is the terminal's own to keep.

Leaves the weights themselves to `accuracy`. Which trucks crossed, and when, is known from the marks of the bench.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bench.case import Check, criterion
from bench.history import History, Power, Stored
from bench.history.marks import Mark
from bench.history.observation import Words
from conformance.common.delivery import setup_of
from conformance.common.queries import quality_of, questions
from conformance.common.times import SECOND, instant_of_iso, local
from conformance.common.truth import number

NET_WEIGHT_SUMMED = criterion(
    "net-weight-summed",
    en="the net weight of every truck is added up once",
    zh="逐车净重累计一次，不漏不重",
    unit="values",
)
EVERY_LOAD_COUNTED = criterion("every-load-counted", en="every load is counted once", zh="每车计数一次", unit="values")
NET_WEIGHT_SENT = criterion(
    "net-weight-sent", en="the net weights sent are those of the trucks", zh="上传的净重与过磅净重一致", unit="values"
)


TRUCK_OUTLASTS_POWER_CUT = criterion(
    "truck-outlasts-power-cut",
    en="a truck that was weighed full before power was lost is counted when it is weighed empty after it",
    zh="停电前已称毛重的车辆，恢复后回皮仍计入",
    unit="values",
)


class Load(Words, frozen=True, kw_only=True):
    """The bridge that a truck has left, when it drove on (microseconds UTC), and its net weight."""

    meter: str
    began: int
    net: Decimal


LOAD = Mark("load", Load)
SETTLE_US = 20 * SECOND
"""How long after a truck has left the bridge its load may still be missing from the sum."""


@dataclass(frozen=True)
class Crossed:
    """A truck that was weighed empty: from when to when it drove over the bridge then, and its net weight."""

    began: int
    ended: int
    net: Decimal


def crossings(history: History, meter: str) -> list[Crossed]:
    """The loads of a bridge, in order."""
    return [
        Crossed(mark.detail.began, mark.t, mark.detail.net) for mark in LOAD.of(history) if mark.detail.meter == meter
    ]


def _due(loads: Sequence[Crossed], at: int, *, counted: bool) -> Decimal | None:
    """The sum (or number) of loads at an instant; None while one is on its way into it."""
    if any(load.began <= at < load.ended + SETTLE_US for load in loads):
        return None
    done = [load for load in loads if load.ended < at]
    return Decimal(len(done)) if counted else sum((load.net for load in done), Decimal(0))


def _readings(history: History, point: str) -> list[tuple[int, Decimal]]:
    """Instants and values of the good readings that the terminal shows of a point, in order."""
    found: dict[int, Decimal] = {}
    for event in questions(history, "readings"):
        if event.query.get("point") != point:
            continue
        for row in event.rows:
            at, value = instant_of_iso(row.get("at", "")), number(row.get("value", ""))
            if at is not None and value is not None and quality_of(row) == "good":
                found[at] = value
    return sorted(found.items())


def _shows_nothing(history: History, point: str) -> bool:
    """Whether the terminal was asked for the readings of a point, answered, and has no good one."""
    asked = [event for event in questions(history, "readings") if event.query.get("point") == point]
    return bool(asked) and not any(event.problem for event in asked) and not _readings(history, point)


def findings(history: History, bridges: Mapping[str, Sequence[str]], centre: str) -> Iterator[Check]:
    """Sums and numbers of loads, and what of them came to a centre; `bridges` gives net and number of each meter.

    What is claimed and shows nothing of all that crossed a bridge fails (R-03).
    """
    wrong: dict[str, list[str]] = {"net": [], "loads": [], "sent": []}
    whole = {"net": bool(bridges), "loads": bool(bridges), "sent": bool(bridges)}
    after_cut: list[str] = []
    cuts = [event.t for event in history.of(Power) if event.state == "cut"]
    outlasted = bool(cuts)
    codes = setup_of(history, centre).codes
    for meter, points in bridges.items():
        loads = crossings(history, meter)
        for what, point in zip(("net", "loads"), points, strict=True):
            seen = _readings(history, point)
            if loads and _shows_nothing(history, point):
                wrong[what].append(f"{point}: {len(loads)} loads crossed the bridge, no good reading is shown")
            first = seen[0][1] if seen and _due(loads, seen[0][0], counted=False) == 0 else None
            wanted = [(at, value, _due(loads, at, counted=what == "loads")) for at, value in seen]
            compared = [(at, value, due) for at, value, due in wanted if due is not None]
            ended = bool(loads) and bool(compared) and compared[-1][0] > loads[-1].ended
            whole[what] = whole[what] and first is not None and ended
            outlasted = outlasted and any(at > cuts[-1] for at, _, _ in compared)
            for at, value, due in compared:
                if first is not None and value - first != due:
                    line = f"{point} at {local(at)}: {value - first} since the beginning, {due} crossed the bridge"
                    wrong[what].append(line)
                    if cuts and at > cuts[-1] and not _wrong_before(compared, first, cuts[-1]):
                        after_cut.append(line)
        sent = _sent(history, centre, codes.get(points[0], ""))
        brought, came = sum((load.net for load in loads), Decimal(0)), sum(sent.values(), Decimal(0))
        whole["sent"] = whole["sent"] and bool(loads) and bool(sent)
        if sent and loads and came != brought:
            wrong["sent"].append(f"{points[0]}: {came} came to {centre}, {brought} were brought")
    texts = (
        ("net", NET_WEIGHT_SUMMED),
        ("loads", EVERY_LOAD_COUNTED),
        ("sent", NET_WEIGHT_SENT),
    )
    for what, question in texts:
        yield question.none(wrong[what], whole[what])
    yield TRUCK_OUTLASTS_POWER_CUT.none(after_cut, outlasted and whole["net"])


def _wrong_before(compared: Sequence[tuple[int, Decimal, Decimal]], first: Decimal, cut: int) -> bool:
    """Whether the sum was wrong before the power was cut already."""
    return any(value - first != due for at, value, due in compared if at < cut)


def _sent(history: History, centre: str, code: str) -> dict[str, Decimal]:
    """What came to a centre of a counter by interval, the last content of each."""
    found: dict[str, Decimal] = {}
    for event in history.of(Stored):
        value = number(event.fields.get("Cou", ""))
        if event.centre == centre and event.code == code and event.kind == "minute" and value is not None:
            found[event.stamp] = value
    return found
