"""`carbonbench parity`: one case in both times, differences that have to be seen, words that cannot be used."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import nullcontext
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hand_made import MIDNIGHT, World, energy
from suite_kit import carbonbench, run_folder

from bench.case import VIRTUAL_RIG, CaseResult, Check, Verdict, criterion, measure
from bench.commands import parity_items
from bench.commands.parity import Plan, beginning_at
from bench.commands.parity_items import Half, Records, like_checks, like_quantities, like_records
from bench.commands.running.options import REFERENCE_PROFILE
from bench.history import Event, History, Served, Stored, read_history
from bench.run import run_case
from conformance.clauses.suite import case_classes
from conformance.common.times import HOUR, SECOND
from conformance.defects import all_defects
from reports.parity import Likeness, Row

CASE = "realtime/delivers-within-minutes"
# 2026-03-02 10:00:17.9 +08:00
BEGAN = 1_772_416_817_900_000


def half(folder: Path, *, defect: str = "", seed: int = 1) -> Half:
    """The case in virtual time, from an instant, with a defect or sound."""
    case = beginning_at(case_classes()[CASE], BEGAN)
    with all_defects()[defect].applied() if defect else nullcontext():
        plan = Plan(folder, REFERENCE_PROFILE, seed)
        result = run_case(case, plan.setup(VIRTUAL_RIG))
    return Half(result, read_history(folder / VIRTUAL_RIG / result.record))


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Half:
    """The sound terminal."""
    return half(tmp_path_factory.mktemp("sound"))


def differing(rows: Iterable[Row]) -> set[str]:
    return {row.item for row in rows if row.likeness is Likeness.DIFFERS}


def changed(one: Half, change: dict[type[Event], object]) -> History:
    """The same history; each event for which a change is known is put through it, and None drops it."""
    assert one.history is not None
    kept: list[Event] = []
    for event in one.history.events:
        work = change.get(type(event))
        new = work(event) if callable(work) else event
        if isinstance(new, Event):
            kept.append(new)
    return History(kept)


def test_a_world_begins_at_the_instant_asked_for(sound: Half) -> None:
    assert sound.history is not None
    assert sound.history.began.t == BEGAN // 1_000_000 * 1_000_000
    assert sound.history.began.case == CASE and sound.result.id == CASE


def test_a_half_is_the_same_as_itself(sound: Half) -> None:
    rows = list(parity_items.rows(sound, sound))
    assert {row.likeness for row in rows} == {Likeness.SAME}
    assert {"verdict", "record-keys", "record-values"} <= {row.item for row in rows}


def test_a_defect_in_one_half_is_a_difference(sound: Half, tmp_path: Path) -> None:
    broken = half(tmp_path, defect="last-meter-left-out")
    assert differing(parity_items.rows(sound, broken)) == {"verdict", "none-lost", "record-keys"}


def test_a_missing_record_is_a_difference(sound: Half) -> None:
    assert sound.history is not None
    lost = next(event for event in sound.history.of(Stored) if event.kind == "minute" and event.stamp[-4:] == "0100")
    other = changed(sound, {Stored: lambda event: None if event == lost else event})
    found = like_records(sound.history, other)
    assert [line.rpartition(": ")[2] for line in found.missing] == ["only in virtual time"]
    found = like_records(other, sound.history)
    assert [line.rpartition(": ")[2] for line in found.missing] == ["only in real time"]


def test_an_altered_value_is_a_difference_whoever_has_it(sound: Half) -> None:
    assert sound.history is not None

    def alter(event: Stored) -> Stored:
        if event.kind != "minute" or "Cou" not in event.fields:
            return event
        return msgspec.structs.replace(event, fields={**event.fields, "Cou": "77.77"})

    other = changed(sound, {Stored: alter})
    for found in (like_records(sound.history, other), like_records(other, sound.history)):
        assert found.altered and not (found.missing or found.polled or found.uncertain)


def test_values_that_follow_other_answers_are_a_stated_limit(sound: Half, tmp_path: Path) -> None:
    # The plant of another seed says something else at the same instant.
    other = half(tmp_path, seed=2)
    assert sound.history is not None and other.history is not None
    found = like_records(sound.history, other.history)
    assert found.polled and not (found.missing or found.altered or found.uncertain)


def test_a_boundary_read_late_is_open_there_and_what_was_answered_still_agrees() -> None:
    boundary = MIDNIGHT + HOUR

    def ahead(us: int) -> str:
        return energy(us) if us != boundary else f"{Decimal(energy(us)) + 4:.2f}"

    def late(event: Event) -> Event:
        if isinstance(event, Served) and boundary <= event.asked < boundary + SECOND:
            return msgspec.structs.replace(event, t=event.t + 20 * SECOND, asked=event.asked + 20 * SECOND)
        return event

    def spoiled(event: Event) -> Event:
        if isinstance(event, Stored) and "Cou" in event.fields:
            return msgspec.structs.replace(event, fields={**event.fields, "Cou": "77.77"})
        return event

    one = World(hours=2).history()
    other = History(sorted(map(late, World(hours=2, energy=ahead).history().events), key=lambda event: event.t))
    found = like_records(one, other)
    assert len(found.polled) == 3 and not (found.altered or found.missing)
    assert like_records(one, History([spoiled(event) for event in other.events])).altered


def test_a_failed_source_leaves_an_interval_open_only_where_the_answers_differ(tmp_path: Path) -> None:
    name = "realtime/switches-to-standby-quickly"
    case = beginning_at(case_classes()[name], BEGAN)
    result = run_case(case, Plan(tmp_path, REFERENCE_PROFILE, 1).setup(VIRTUAL_RIG))
    one = Half(result, read_history(tmp_path / VIRTUAL_RIG / result.record))
    assert one.history is not None
    point = next(each.id for each in one.history.began.points if each.kind == "instant")

    def averages(event: Stored) -> Stored:
        return msgspec.structs.replace(event, fields={**event.fields, "Avg": "5.5"}) if "Avg" in event.fields else event

    def answers(event: Served) -> Served:
        return msgspec.structs.replace(
            event, values={name: "1" if name == point else event.values[name] for name in event.values}
        )

    same = like_records(one.history, changed(one, {Stored: averages}))
    assert same.altered and not same.switched
    other = like_records(one.history, changed(one, {Stored: averages, Served: answers}))
    assert other.switched


def test_only_whole_intervals_are_compared(sound: Half) -> None:
    assert sound.history is not None
    found = like_records(sound.history, sound.history)
    held = [event for event in sound.history.of(Stored) if event.kind == "minute"]
    assert 0 < found.compared < len(held)
    assert found == Records(found.compared, (found.compared, found.compared), (), (), (), (), ())


def made(ok: bool | None, measured: object = 0, *, op: str = "==", unit: str = "", timed: bool = False) -> Check:
    return criterion("x", en="x", zh="x", unit=unit, timed=timed).decide(ok, measured=measured, limit=5, op=op)


def test_likeness_of_checks() -> None:
    late = msgspec.structs.replace(made(True, timed=True), verdict=Verdict.NOT_RUN)
    for virtual, real, expected in (
        (made(True), made(True), Likeness.SAME),
        (made(True), made(False), Likeness.DIFFERS),
        (made(True), made(None), Likeness.DIFFERS),
        (made(True), None, Likeness.DIFFERS),
        (None, made(True), Likeness.DIFFERS),
        (made(False, 3), made(False, 4), Likeness.DIFFERS),
        (made(True, "0.01", op="<=", unit="%"), made(True, "0.02", op="<=", unit="%"), Likeness.LIMIT),
        (made(True, "0.01", unit="s"), made(True, "0.02", unit="s"), Likeness.LIMIT),
        (late, made(True, timed=True), Likeness.LIMIT),
        (late, made(False, timed=True), Likeness.LIMIT),
        (made(False, timed=True), made(True, timed=True), Likeness.DIFFERS),
    ):
        assert like_checks(virtual, real)[0] is expected, (virtual, real)


def test_likeness_of_quantities() -> None:
    one, other = measure("x", 1, en="x", zh="x"), measure("x", 2, en="x", zh="x")
    assert like_quantities(one, one)[0] is Likeness.SAME
    assert like_quantities(one, other) == (Likeness.LIMIT, parity_items.COUNT)
    assert like_quantities(one, None)[0] is Likeness.DIFFERS


def test_two_errors_are_no_agreement(sound: Half) -> None:
    blank: CaseResult = msgspec.structs.replace(sound.result, verdict=Verdict.ERROR, checks=(), measurements=())
    assert differing(parity_items.rows(Half(blank, None), Half(blank, None))) == {"verdict"}


@pytest.mark.timeout(900)
def test_virtual_and_real_time_agree_on_a_short_case(tmp_path: Path) -> None:
    told = carbonbench("parity", "--case", CASE, "--json", cwd=tmp_path)
    found = json.loads(told.out)
    assert told.code == 0, told.out + told.err
    assert found["same"] and found["counts"]["differs"] == 0 and found["rig"] == "process"
    items = {row["item"]: row["likeness"] for row in found["rows"]}
    assert items["verdict"] == items["record-keys"] == "same"
    folder = run_folder(tmp_path / "out")
    assert json.loads((folder / "parity.json").read_text("utf-8")) == found
    assert "虚拟时间与实时一致" in (folder / "parity.html").read_text("utf-8")
    for rig in ("virtual", "process"):
        assert read_history(folder / rig / "cases" / CASE / "1" / "record.jsonl").began.rig == rig


def test_wrong_words_are_told_at_once(tmp_path: Path) -> None:
    told = carbonbench(
        "parity", "--rig", "virtual", "--case", "nix", "-n", "0", "--seed", "x", "--terminal", "no.toml", cwd=tmp_path
    )
    assert told.code == 4 and not (tmp_path / "out").exists()
    starts = [problem.partition(": ")[0] for problem in told.problems]
    assert starts[:4] == ["--case nix", "--rig virtual", "--seed x", "-n 0"] and len(starts) == 5
