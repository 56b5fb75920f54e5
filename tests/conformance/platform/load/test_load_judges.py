"""What is said of a load: each way of going wrong fails its own check, and a bad generator decides nothing."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from bench.case import Check, Verdict
from bench.dut.profile import LoadFigures
from bench.history import (
    Began,
    CutShort,
    Event,
    History,
    LoadBegan,
    LoadEnded,
    LoadLedger,
    LoadStage,
    LoadTarget,
    Observed,
    Phase,
)
from bench.history.load import LoadClass, LoadTimes
from conformance.common.platforms import load as platform_load
from conformance.platform.load import answers_judge, as_asked_judge, runs_on_judge, takes_in_judge

SECOND = 1_000_000
FAST = LoadTimes({10_000: 5000}, 5000 * 10_000, 10_000)
SLOW = LoadTimes({12_000_000: 5000}, 5000 * 12_000_000, 12_000_000)
LEDGER = LoadLedger(
    t=9,
    sent=100,
    delivered=100,
    late=0,
    lost=0,
    doubled=0,
    altered=0,
    invented=0,
    open=0,
    unsent=0,
    repeats=0,
    live=100,
    backlog=0,
    terminals=1,
)
NAMES = ("simple", "complex", "interactive", "analysis", "report", "light")


def stage_of(times: LoadTimes = FAST, failures: dict[str, int] | None = None, **more: Any) -> LoadStage:
    """A judged stage of 50 people in 1001 sessions."""
    classes = tuple(LoadClass(name=name, answered=times, waited=times, failures=failures or {}) for name in NAMES)
    told: dict[str, Any] = {
        "name": "steady",
        "began": 0,
        "seconds": 1800,
        "judged": True,
        "outage": "none",
        "active": 50,
        "classes": classes,
        "lag": LoadTimes({1000: 100}, 100_000, 1000),
        "cpu_us": SECOND,
        "wall_us": 10 * SECOND,
        "busiest": 10,
        "connected": 10,
        "sessions": 1001,
        "people": 50,
    }
    return LoadStage(t=8, **(told | more))


def observed(what: str, outcome: str = "done", *rows: dict[str, str], **query: str) -> Observed:
    """Somebody's question, or order, and what came of it."""
    problem = "" if outcome == "done" else "no"
    return Observed(t=1, what=what, asked=1, query=query, rows=rows, outcome=outcome, problem=problem)


HELD = [
    observed("ask records", "done", *({"value": str(month)} for month in range(60)), period="month", point=f"L{point}")
    for point in range(12)
]


def history_of(*events: Event, ended: LoadEnded | None = None) -> History:
    """A record of a load with these events."""
    began = Began(t=0, case="c", seed=1, commit="", terminal="", rig="loopback", points=(), meters=(), centres=())
    plan = LoadBegan(
        t=1,
        name="a",
        target="t",
        ours=False,
        terminals=1,
        points=1,
        period_s=60,
        backlog_h=0,
        online=951,
        active=50,
        late_s=60,
        headroom=3,
        lag_ms=50,
        length_s=1800,
        seed=1,
    )
    return History([began, *HELD, plan, *events, ended or LoadEnded(t=10, processes=1)])


def verdicts(judge: Any, history: History) -> dict[str, Verdict]:
    """The verdict of each check."""
    return {found.id: found.verdict for found in judge.findings(history) if isinstance(found, Check)}


def failing(judge: Any, history: History) -> set[str]:
    """The checks that fail."""
    return {name for name, verdict in verdicts(judge, history).items() if verdict is Verdict.FAIL}


def test_a_sound_load_passes_everything() -> None:
    history = history_of(stage_of(), LEDGER)
    for judge in (answers_judge, as_asked_judge, takes_in_judge):
        assert set(verdicts(judge, history).values()) == {Verdict.PASS}


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"lost": 1}, "none-lost-under-load"),
        ({"doubled": 1}, "none-doubled-under-load"),
        ({"altered": 1}, "none-altered-under-load"),
        ({"invented": 1}, "none-invented-under-load"),
        ({"open": 1}, "all-taken-under-load"),
        ({"unsent": 1}, "all-taken-under-load"),
        ({"late": 1}, "late-under-load"),
    ],
)
def test_each_fault_of_a_ledger_fails_its_own_check(changes: dict[str, int], check: str) -> None:
    found = msgspec.structs.replace(LEDGER, **changes)
    assert failing(as_asked_judge, history_of(stage_of(), found)) == {check}


def test_terminals_that_never_started_left_nothing_undone() -> None:
    found = msgspec.structs.replace(LEDGER, unsent=5, lost=1)
    told = verdicts(as_asked_judge, history_of(stage_of(), found, ended=LoadEnded(t=10, processes=2, missing=3)))
    assert told["load-whole"] is Verdict.INCONCLUSIVE
    assert told["all-taken-under-load"] is Verdict.INCONCLUSIVE
    assert told["none-lost-under-load"] is Verdict.FAIL


def test_a_generator_that_stood_still_makes_nobody_late() -> None:
    # One pulse of ten thousand: the P99 of the timers is as it should be.
    lag = LoadTimes({1000: 10_000, 6_000_000: 1}, 16 * SECOND, 6 * SECOND)
    found = msgspec.structs.replace(LEDGER, open=5, late=5, lost=1)
    told = verdicts(as_asked_judge, history_of(stage_of(lag=lag), found))
    assert told["late-under-load"] is Verdict.INCONCLUSIVE
    assert told["all-taken-under-load"] is Verdict.INCONCLUSIVE
    assert told["none-lost-under-load"] is Verdict.FAIL


def test_what_a_dead_process_had_sent_nobody_knows() -> None:
    history = history_of(
        stage_of(),
        msgspec.structs.replace(LEDGER, invented=5, open=5, lost=1),
        ended=LoadEnded(t=10, processes=2, lost=("w",)),
    )
    found = verdicts(as_asked_judge, history)
    assert found["load-whole"] is Verdict.INCONCLUSIVE
    assert found["none-invented-under-load"] is Verdict.INCONCLUSIVE
    assert found["all-taken-under-load"] is Verdict.INCONCLUSIVE
    assert found["none-lost-under-load"] is Verdict.FAIL, "what was acknowledged and is gone is gone"


def test_without_a_ledger_nothing_is_decided() -> None:
    found = verdicts(takes_in_judge, history_of(stage_of()))
    assert {found[each.id] for each in platform_load.LEDGER} == {Verdict.INCONCLUSIVE}


def test_years_that_are_not_held_leave_answers_open() -> None:
    began, *rest = history_of(stage_of()).events
    assert verdicts(answers_judge, History([began, *rest]))["years-held"] is Verdict.PASS
    assert verdicts(answers_judge, History([began, *rest[1:]]))["years-held"] is Verdict.INCONCLUSIVE


def test_what_is_left_out_of_the_mix_is_told() -> None:
    left = Phase(t=1, name="question", detail={"of": "entry", "word": "entry", "problem": "status 409"})
    (found,) = [each for each in answers_judge.findings(history_of(left, stage_of())) if each.id == "operations-failed"]
    assert isinstance(found, Check)
    assert found.evidence == ("not asked: entry: status 409 / 未计入",)


WRONG_ONES = {each.id for each in platform_load.LEDGER if each is not platform_load.ALL_TAKEN}


def test_a_platform_that_does_not_answer_what_it_holds_neither_passes_nor_fails() -> None:
    blind = observed("ask samples", "unanswered", point="p")
    gone = msgspec.structs.replace(LEDGER, lost=100, delivered=0)
    for ledger in (LEDGER, gone):
        found = verdicts(takes_in_judge, history_of(stage_of(), blind, ledger))
        assert {found[name] for name in WRONG_ONES} == {Verdict.INCONCLUSIVE}
    altered = msgspec.structs.replace(LEDGER, altered=1)
    assert failing(takes_in_judge, history_of(stage_of(), blind, altered)) == {"none-altered-under-load"}


@pytest.mark.parametrize(
    "event",
    [
        observed("import terminal", "unmapped"),
        observed("create point", "refused"),
        observed("import point", "done", {"line": "1", "problem": "no such unit"}),
    ],
)
def test_a_platform_that_was_not_told_of_terminals_need_not_take_what_they_send(event: Event) -> None:
    nothing = msgspec.structs.replace(LEDGER, delivered=0, live=0, open=100)
    assert failing(takes_in_judge, history_of(stage_of(), nothing)) == {"all-taken-under-load"}
    for ledger in (nothing, msgspec.structs.replace(LEDGER, delivered=0, live=0, lost=100)):
        found = verdicts(takes_in_judge, history_of(event, stage_of(), ledger))
        assert {found[name] for name in WRONG_ONES} == {Verdict.INCONCLUSIVE}
    assert not failing(takes_in_judge, history_of(event, stage_of(), nothing))


SLOW_ONES = {
    "interactive-mean",
    "simple-mean",
    "complex-mean",
    "analysis-mean",
    "report-mean",
    "interactive-peak",
    "analysis-peak",
    "report-peak",
    "query-p95",
}


def test_slow_answers_fail_every_limit_of_time() -> None:
    assert failing(answers_judge, history_of(stage_of(SLOW))) == SLOW_ONES


@pytest.mark.parametrize(
    "history",
    [
        history_of(stage_of(SLOW, busiest=40)),
        history_of(stage_of(SLOW, lag=LoadTimes({80_000: 10}, 800_000, 80_000))),
        history_of(
            LoadTarget(t=2, memory_kib=1, waited_us=0),
            LoadTarget(t=3, memory_kib=1, waited_us=1),
            stage_of(SLOW),
        ),
    ],
    ids=["no headroom", "late timers", "target kept waiting"],
)
def test_a_bottleneck_that_is_ours_decides_no_time(history: History) -> None:
    found = verdicts(answers_judge, history)
    assert {found[name] for name in SLOW_ONES} == {Verdict.INCONCLUSIVE}


def test_late_records_of_a_late_generator_are_open() -> None:
    history = history_of(stage_of(busiest=50), msgspec.structs.replace(LEDGER, late=3))
    assert verdicts(as_asked_judge, history)["late-under-load"] is Verdict.INCONCLUSIVE


def test_too_few_samples_decide_nothing() -> None:
    few = LoadTimes({10_000: 5}, 50_000, 10_000)
    assert verdicts(answers_judge, history_of(stage_of(few)))["simple-mean"] is Verdict.INCONCLUSIVE


def test_evicted_sessions_are_not_online() -> None:
    assert failing(answers_judge, history_of(stage_of(evicted=1))) == {"users-online"}
    assert failing(answers_judge, history_of(stage_of(sessions=1000))) == {"users-online"}


def test_failed_operations() -> None:
    history = history_of(stage_of(failures={"status 503": 50}))
    assert failing(answers_judge, history) == {"operations-failed", "users-concurrent"}
    assert failing(as_asked_judge, history_of(stage_of(failures={"timeout": 50}), LEDGER)) == {"few-failures"}
    assert failing(takes_in_judge, history_of(stage_of(failures={"timeout": 1}), LEDGER)) == {"access-while-writing"}


def test_reading_b_asks_for_fifty_requests_under_way() -> None:
    (found,) = [each for each in answers_judge.findings(history_of(stage_of())) if each.id == "users-concurrent"]
    assert isinstance(found, Check)
    assert (found.verdict, found.reading_b) == (Verdict.PASS, Verdict.FAIL)


def test_a_curve_has_each_stage_at_its_own_people() -> None:
    fast, slow = LoadTimes({10_000: 9}, 90_000, 10_000), LoadTimes({500_000: 9}, 4_500_000, 500_000)
    stages = [
        stage_of(slow),
        stage_of(fast, name="step-5", active=5),
        stage_of(slow, name="more", active=99, people=70),
    ]
    curves = {each.id: each.value for each in platform_load.curves(history_of(*stages), {}, {})}
    assert curves["simple-mean-curve"] == "users 5:0.010 50:0.500 70:0.500"


def test_continuous_operation() -> None:
    def of(*events: Event, seconds: int = 604_800) -> Verdict:
        return verdicts(runs_on_judge, history_of(*events, stage_of(seconds=seconds), LEDGER))["continuous-operation"]

    steady = [LoadTarget(t=2, memory_kib=100, started=1), LoadTarget(t=3, memory_kib=101, started=1)]
    assert of(*steady) is Verdict.PASS
    assert of(*steady, seconds=604_799) is Verdict.INCONCLUSIVE
    assert of(steady[0], LoadTarget(t=3, memory_kib=101, started=2)) is Verdict.FAIL
    assert of(CutShort(t=2, because="terminal", what="it ended")) is Verdict.FAIL


@pytest.mark.parametrize("judge", [answers_judge, takes_in_judge, runs_on_judge])
def test_a_load_shorter_than_ruled_meets_no_clause(judge: Any) -> None:
    whole = history_of(stage_of(), LEDGER)
    assert verdicts(judge, whole)["load-as-ruled"] is Verdict.PASS
    short = {f"load.{name}": str(figure - 1) for name, figure in platform_load.FIGURES.items()}
    began, *rest = whole.events
    found = verdicts(judge, History([msgspec.structs.replace(began, parameters=short), *rest]))
    assert found["load-as-ruled"] is Verdict.INCONCLUSIVE
    more = {f"load.{name}": str(figure + 1) for name, figure in platform_load.FIGURES.items()}
    again = verdicts(judge, History([msgspec.structs.replace(began, parameters=more), *rest]))
    assert again["load-as-ruled"] is Verdict.PASS


def test_the_figures_are_those_of_a_profile_that_changes_none() -> None:
    assert {name: getattr(LoadFigures(), name) for name in platform_load.FIGURES} == platform_load.FIGURES
