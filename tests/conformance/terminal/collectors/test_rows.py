"""Rows of databases as readings: what counts, what is still on its way, and what was never asked for."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from bench.case import Verdict
from bench.history import Began, Event, History, MeterSetup, Observed, Phase, Point, Published
from conformance.terminal.collectors.systems_judge import row_findings

SECOND = 1_000_000
START = int(datetime(2026, 3, 2, 2, tzinfo=UTC).timestamp()) * SECOND
PERIOD = 4 * SECOND


def began() -> Began:
    point = Point(id="m.p", meter="m", kind="instant", unit="kW")
    meter = MeterSetup(name="m", map="energy_system", address="10.1.0.90:5432", unit=1, period_s=4)
    return Began(
        t=START,
        case="c",
        seed=1,
        commit="",
        terminal="t",
        rig="process",
        points=(point,),
        meters=(meter,),
        centres=(),
    )


def written(slot: int, late_s: int = 0) -> Published:
    at = START + slot * PERIOD
    values = {"m.p": str(slot)}
    return Published(t=at + late_s * SECOND, collector="m", meter="m", number=slot, stamp=at, payload="", values=values)


def shown(at_slot: int, slots: range, since: int = 0) -> Observed:
    t = START + at_slot * PERIOD
    rows = tuple(
        {
            "at": datetime.fromtimestamp((START + slot * PERIOD) / SECOND, UTC).isoformat(),
            "value": str(slot),
            "quality": "good",
        }
        for slot in slots
    )
    query = {"point": "m.p", "from": str(START + since * PERIOD), "to": str(t)}
    return Observed(t=t, what="readings", asked=t, query=query, rows=rows)


def verdicts(*events: Event) -> dict[str, Verdict]:
    found = row_findings(History([began(), *events]), needed=10, late_us=10 * SECOND)
    return {check.id: check.verdict for check in found}


def phase(name: str, slot: int) -> Phase:
    return Phase(t=START + slot * PERIOD, name=name)


ROWS = [written(slot) for slot in range(1, 30)]


def test_each_row_before_settling_has_to_be_a_reading() -> None:
    marks = [phase("settle", 20), phase("watched", 30)]
    found = verdicts(*ROWS, *marks, shown(31, range(1, 21)))
    assert found["rows-kept"] is found["values-exact"] is found["once-and-no-more"] is Verdict.PASS
    assert verdicts(*ROWS, *marks, shown(31, range(2, 21)))["rows-kept"] is Verdict.FAIL


def test_what_was_asked_to_know_when_to_go_on_is_no_second_reading() -> None:
    looked = shown(25, range(20, 25), since=20)
    found = verdicts(*ROWS, phase("settle", 20), looked, phase("watched", 30), shown(31, range(1, 30)))
    assert found["once-and-no-more"] is Verdict.PASS
    twice = shown(31, range(1, 30)), shown(32, range(1, 2))
    assert verdicts(*ROWS, phase("settle", 20), *twice)["once-and-no-more"] is Verdict.FAIL


def test_rows_from_before_the_first_instant_asked_for_are_nobodys() -> None:
    found = verdicts(*ROWS, phase("settle", 20), phase("watched", 30), shown(31, range(5, 25), since=5))
    assert found["rows-kept"] is Verdict.PASS


def test_a_row_is_late_by_the_time_it_came_and_too_few_decide_nothing() -> None:
    late = [*ROWS[1:], written(1, late_s=11)]
    marks = [phase("settle", 20), phase("watched", 30)]
    assert verdicts(*late, *marks, shown(31, range(2, 25)))["late-rows-kept"] is Verdict.FAIL
    assert verdicts(*ROWS[:9], *marks, shown(31, range(1, 10)))["rows-kept"] is Verdict.INCONCLUSIVE


def test_each_system_is_judged_by_its_own_rows() -> None:
    names = ("energy-system", "production-system")
    points = tuple(Point(id=f"{name}.p", meter=name, kind="instant", unit="kW") for name in names)
    meters = tuple(msgspec.structs.replace(began().meters[0], name=name, unit=1) for name in names)
    start = msgspec.structs.replace(began(), points=points, meters=meters)

    def of(name: str, event: Event) -> Event:
        if isinstance(event, Published):
            return msgspec.structs.replace(event, meter=name, values={f"{name}.p": event.values["m.p"]})
        if isinstance(event, Observed):
            return msgspec.structs.replace(event, query={**event.query, "point": f"{name}.p"})
        return event

    def found(*seen: Observed) -> dict[str, Verdict]:
        rows = [of(name, row) for name in names for row in ROWS]
        looks = [of(name, look) for name, look in zip(names, seen, strict=True)]
        history = History([start, *rows, phase("settle", 20), phase("watched", 30), *looks])
        checks = row_findings(history, needed=10, late_us=10 * SECOND, systems=True)
        return {check.id: check.verdict for check in checks}

    whole = shown(31, range(1, 30))
    sound = found(whole, whole)
    assert sound["energy-system-taken"] is sound["production-system-taken"] is Verdict.PASS
    lost = found(shown(31, range(2, 30)), whole)
    assert lost["energy-system-taken"] is Verdict.FAIL and lost["production-system-taken"] is Verdict.PASS
    made = found(whole, shown(31, range(1, 32)))
    assert made["energy-system-taken"] is Verdict.PASS and made["production-system-taken"] is Verdict.FAIL
