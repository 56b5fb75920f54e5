"""Judge of the delay of computing: which event belongs to which message, and what each check fails on."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from hand_made import MIDNIGHT, World, failing, verdicts

from bench.case import Verdict, as_seen_in
from bench.history import Event, History, Observed, Published, Timing
from bench.history.accounting import AccountingUnit, Emitter
from conformance.common.times import SECOND
from conformance.terminal.accounting.boundaries import fixed, read, source
from conformance.terminal.realtime import derived_judge
from simulators.stamps import local

POINT = "k1-1.energy"
EMITTER = Emitter(
    id="e",
    name="e",
    sector="s",
    units=(AccountingUnit(id="u"),),
    sources=(
        source(
            "s1", "u", "electricity", "buildings-ndrc-2015", "electricity-in",
            read("AD", "kWh", POINT), fixed("EF", "tCO2/MWh", "0.5"),
        ),
    ),
)  # fmt: skip


def message(number: int) -> Published:
    """A counter that gains 0.04 kWh each second: 0.02 kg."""
    at = MIDNIGHT + number * SECOND
    values = {POINT: f"{1000 + number * 4 / 100:.2f}"}
    return Published(t=at, collector="K1", meter="k1-1", number=number, stamp=at, payload="{}", values=values)


def event(number: int, late_us: int = 2_000, **more: str) -> Observed:
    at = MIDNIGHT + number * SECOND
    stamp = f"{local(at).isoformat(timespec='milliseconds')}+08:00"
    row = {"text": "{}", "source": "s1", "at": stamp, "value": "0.020", "unit": "kgCO2e", **more}
    return Observed(t=at + late_us, what="emission-event", asked=MIDNIGHT, query={}, rows=(row,), problem="")


def history(
    events: Iterable[Event],
    *,
    real: bool = True,
    uncertainty_us: int = 900,
    own_us: int = 100,
    emitter: Emitter = EMITTER,
) -> History:
    began = msgspec.structs.replace(World().began(), rig="process" if real else "virtual", emitter=emitter)
    ordered = sorted(events, key=lambda each: each.t)
    end = ordered[-1].t + SECOND
    timing = Timing(
        t=end,
        samples=9,
        loop_p50_us=own_us,
        loop_p99_us=200,
        loop_max_us=300,
        resolution_ns=50,
        host_moved_us=0,
        uncertainty_us=uncertainty_us,
    )
    return History([began, *ordered, timing, derived_judge.TOLD.event(end)])


def honest(count: int = 101, slow: int = 0, slow_us: int = 30_000) -> list[Event]:
    """So many messages, the first of them due no event, and as many of the rest slow as is said."""
    told = [event(number, slow_us if number <= slow + 1 else 2_000) for number in range(1, count)]
    return [*(message(number) for number in range(count)), *told]


def judged(events: Iterable[Event], **more: bool | int) -> dict[str, str]:
    return verdicts(derived_judge.findings(history(events, **more), needed=99))  # type: ignore[arg-type]


def test_prompt_and_right_events_pass() -> None:
    assert judged(honest()) == {"derived-p99": "pass", "derived-right": "pass"}
    # Events of the total, or of nothing, are nobody's.
    assert judged([*honest(), event(7, source=""), event(7, source="other")])["derived-right"] == "pass"


def test_p99_is_nearest_rank_and_the_loops_own_delay_is_taken_off() -> None:
    assert judged(honest(slow=0))["derived-p99"] == "pass"
    assert judged(honest(slow=1))["derived-p99"] == "fail"
    assert judged(honest(slow=9, slow_us=20_100))["derived-p99"] == "pass"
    assert judged(honest(slow=9, slow_us=20_101))["derived-p99"] == "fail"


def test_too_few_events_or_too_large_an_uncertainty_decide_nothing() -> None:
    assert judged(honest(100))["derived-p99"] == "inconclusive"
    assert judged(honest(), uncertainty_us=4_001)["derived-p99"] == "inconclusive"


def test_virtual_time_cannot_let_it_pass() -> None:
    (found, *_) = derived_judge.findings(history(honest(), real=False), needed=99)
    assert as_seen_in("virtual", found).verdict is Verdict.NOT_RUN  # type: ignore[arg-type]
    (found, *_) = derived_judge.findings(history(honest(slow=9), real=False), needed=99)
    assert as_seen_in("virtual", found).verdict is Verdict.FAIL  # type: ignore[arg-type]


def test_what_is_wrong_missing_or_doubled_is_found() -> None:
    whole = honest()
    for events in (
        [each for each in whole if each != event(50)],
        [*whole, event(50, 3_000)],
        [each if each != event(50) else event(50, value="0.021") for each in whole],
        [each if each != event(50) else event(50, value="0.020", unit="kWh") for each in whole],
        [each if each != event(50) else event(50, value="x") for each in whole],
        [each if each != event(50) else event(51) for each in whole],
    ):
        assert "derived-right" in failing(derived_judge.findings(history(events), needed=90))


def test_a_figure_is_held_against_the_digits_that_it_shows() -> None:
    def shown(value: str, unit: str) -> list[Event]:
        return [each if not isinstance(each, Observed) else told(each, value, unit) for each in honest()]

    def told(each: Observed, value: str, unit: str) -> Observed:
        return msgspec.structs.replace(each, rows=({**each.rows[0], "value": value, "unit": unit},))

    for value, unit in (("0.02", "kg"), ("0.00002", "t"), ("0.0000200", "吨")):
        assert judged(shown(value, unit))["derived-right"] == "pass"
    assert judged(shown("0.03", "kg"))["derived-right"] == "fail"


def test_who_tells_nothing_is_open_and_the_reason_is_told() -> None:
    silent = Observed(t=MIDNIGHT, what="emission-event", asked=MIDNIGHT, query={}, rows=(), problem="no section")
    found = list(derived_judge.findings(history([*(message(each) for each in range(9)), silent]), needed=1))
    assert verdicts(found) == {"derived-p99": "inconclusive", "derived-right": "inconclusive"}
    assert all("no section" in each.evidence for each in found[:2])  # type: ignore[union-attr]


def test_a_stream_that_tells_nothing_fails() -> None:
    found = list(derived_judge.findings(history([message(each) for each in range(9)]), needed=1))
    assert verdicts(found) == {"derived-p99": "inconclusive", "derived-right": "fail"}


def stack(number: int, temperature: str, **more: str) -> tuple[Published, Observed]:
    """A stack of which 0.5 m3 flow each second, told in one message with the temperature, and its event."""
    at = MIDNIGHT + number * SECOND + SECOND // 2
    values = {"k1-9.volume": f"{number / 2:.1f}", "k1-9.pressure": "101.325", "k1-9.temperature": temperature}
    told = Published(t=at, collector="K1", meter="k1-9", number=number, stamp=at, payload="{}", values=values)
    stamp = f"{local(at).isoformat(timespec='milliseconds')}+08:00"
    row = {"text": "{}", "source": "stack", "at": stamp, "unit": "kgCO2e", **more}
    return told, Observed(t=at + 2_000, what="emission-event", asked=MIDNIGHT, query={}, rows=(row,), problem="")


STACK = msgspec.structs.replace(
    EMITTER,
    sources=(
        *EMITTER.sources,
        source(
            *("stack", "u", "measured", "flue-gas-hj75-2017", "stack-state", read("Q", "m3", "k1-9.volume")),
            *(read("P", "kPa", "k1-9.pressure"), read("TS", "°C", "k1-9.temperature")),
            *(fixed("XSW", "%", "0"), fixed("CO2", "%", "22.4")),
        ),
    ),
)


def test_a_source_of_instruments_counts_by_the_state_told_with_it_or_just_before() -> None:
    def judged_with(value: str) -> dict[str, str]:
        # 0.5 m3 of 22.4 % are 0.22 kg at 0 °C and half of it at 273 °C.
        events = [each for number in range(20) for each in stack(number, "0", value="0.220000")[: 2 if number else 1]]
        hot = stack(20, "273", value=value)
        return verdicts(derived_judge.findings(history([*honest(), *events, *hot], emitter=STACK), needed=99))

    for value in ("0.220000", "0.110000"):
        assert judged_with(value)["derived-right"] == "pass"
    assert judged_with("0.165000")["derived-right"] == "fail"


def test_a_source_of_which_nothing_is_told_beside_others_fails() -> None:
    silent = [stack(number, "0")[0] for number in range(20)]
    found = derived_judge.findings(history([*honest(), *silent], emitter=STACK), needed=99)
    assert verdicts(found)["derived-right"] == "fail"
