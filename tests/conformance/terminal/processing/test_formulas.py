"""What derived points must hold, worked out by hand; terminals that are right, and wrong in one thing each."""

from __future__ import annotations

from fractions import Fraction

from hand_made import COUNTER, MIDNIGHT, POWER, World
from msgspec import structs

from bench.case import Verdict
from bench.history import Began, DerivedPoint, Event, History, Observed, Stored
from conformance.common.times import HOUR, MINUTE, local
from conformance.common.truth import Certainty
from conformance.terminal.processing import formulas_judge
from conformance.terminal.processing.formulas_truth import Formulas

DERIVED = (
    DerivedPoint(
        id="twice", operation="product", of=("m1.energy",), unit="kWh", kind="counter", decimals=4, factor="2",
        codes={"A": "k98001"},
    ),
    DerivedPoint(
        id="mega", operation="sum", of=("m1.energy", "twice"), unit="MWh", kind="counter", decimals=4,
        codes={"A": "k98002"},
    ),
    DerivedPoint(
        id="third", operation="share", of=("m1.energy",), unit="kWh", kind="counter", decimals=1,
        weights=("1", "2"), codes={"A": "k98003"},
    ),
    DerivedPoint(
        id="rest", operation="share", of=("m1.energy",), unit="kWh", kind="counter", decimals=1,
        weights=("1", "2"), part=2, codes={"A": "k98004"},
    ),
    DerivedPoint(
        id="ratio", operation="quotient", of=("m1.energy", "mega"), unit="1", kind="instant", decimals=2,
        codes={"A": "k98005"},
    ),
    DerivedPoint(
        id="counted", operation="integral", of=("m1.power",), unit="kWh", kind="counter", decimals=3,
        codes={"A": "k98006"},
    ),
)  # fmt: skip


def history(world: World, *events: Event) -> History:
    began, *others = world.history().events
    assert isinstance(began, Began)
    told = structs.replace(began, derived=DERIVED)
    return History([told, *sorted((*others, *events), key=lambda event: event.t)])


def formulas(world: World, *events: Event) -> Formulas:
    return Formulas(history(world, *events))


def hour(number: int) -> tuple[str, int, int]:
    return "hour", MIDNIGHT + number * HOUR, MIDNIGHT + (number + 1) * HOUR


def test_every_operation_worked_out_by_hand() -> None:
    # 12.34 kWh a minute are 740.40 an hour.
    found = formulas(World())
    assert found.due("twice", *hour(1)).exact == (Fraction("1480.8"),)
    assert found.due("mega", *hour(1)).exact == (Fraction("2.2212"),)
    # 740.40 kWh by 2.2212 MWh is a third.
    assert found.due("ratio", *hour(1)).exact == (Fraction("0.33"),)
    share = found.due("third", *hour(1))
    assert [share.holds(text) for text in ("246.7", "246.8", "246.9", "247.0", "")] == [True, True, True, False, False]


def test_an_integral_may_be_made_by_any_rule_between_the_samples() -> None:
    found = formulas(World()).due("counted", "minute", MIDNIGHT, MIDNIGHT + 2 * MINUTE)
    # 10.0 kW, 10.7, and 11.4 at the end: 0.345 kWh by the smaller, 0.3683 by the larger of each two.
    assert [found.holds(text) for text in ("0.343", "0.345", "0.357", "0.368", "0.371")] == [
        *(False, True, True, True, False),
    ]


def test_a_silent_meter_leaves_nothing_to_compute() -> None:
    silent = World(silent=lambda us: MIDNIGHT + HOUR - 10 * MINUTE <= us <= MIDNIGHT + HOUR + 10 * MINUTE)
    assert formulas(silent).due("mega", *hour(0)).state is Certainty.GAP
    assert formulas(silent).due("mega", *hour(2)).state is Certainty.SURE


def entry(value: str) -> Observed:
    at = MIDNIGHT + 3 * HOUR
    query = {"point": "m1.energy", "kind": "hour", "start": str(MIDNIGHT + HOUR), "value": value}
    return Observed(t=at, asked=at, what="manual entry", query={**query, "author": "Li", "reason": "panel"})


def test_an_entry_counts_from_when_it_was_made() -> None:
    found = formulas(World(), entry("700"))
    assert found.due("twice", *hour(1)).exact == (Fraction(1400),)
    assert found.due("twice", *hour(1)).by_hand
    assert found.due("twice", *hour(1), at=MIDNIGHT + 2 * HOUR).exact == (Fraction("1480.8"),)


def stored(code: str, number: int, value: str, flag: str = "N", *, after_us: int = MINUTE) -> Stored:
    start = MIDNIGHT + number * HOUR
    stamp = local(start)[:19].translate(str.maketrans("", "", "-: "))
    fields = {"Cou": value} if value else {}
    return Stored(
        t=start + HOUR + after_us, centre="A", mn="MN", kind="hour", code=code, stamp=stamp, fields=fields, flag=flag,
        qn=stamp,
    )  # fmt: skip


def verdict(told: History, name: str) -> Verdict:
    checks = (*formulas_judge.computed_findings(told, ("A",), needed=0), *formulas_judge.shares_findings(told))
    return next(check.verdict for check in checks if check.id == name)


def test_a_value_is_judged_by_its_number_and_flag() -> None:
    for value, flag, wanted in (
        ("1480.80", "N", Verdict.PASS),
        ("1480.8", "N", Verdict.PASS),
        ("1480.81", "N", Verdict.FAIL),
        ("1480.80", "S", Verdict.FAIL),
        ("", "B", Verdict.FAIL),
    ):
        told = history(World(), *(stored("k98001", number, value, flag) for number in range(3)))
        assert verdict(told, "product-right") is wanted, (value, flag)


def test_shares_that_are_right_alone_may_be_wrong_together() -> None:
    def shares(first: str, second: str) -> History:
        parts = [(code, number) for number in range(3) for code in ("k98003", "k98004")]
        values = {"k98003": first, "k98004": second}
        # Eight periods are compared at least: the terminal's own and the centre's.
        shown = [
            Observed(
                t=MIDNIGHT + 4 * HOUR - MINUTE,
                asked=MIDNIGHT,
                what="records",
                query={"point": point, "kind": "quarter"},
                rows=tuple(
                    {
                        "start": f"{local(MIDNIGHT + at * 15 * MINUTE)}".replace(" +", "+").replace(" ", "T"),
                        "end": f"{local(MIDNIGHT + (at + 1) * 15 * MINUTE)}".replace(" +", "+").replace(" ", "T"),
                        "value": value,
                        "flag": "N",
                    }
                    for at in range(8)
                ),
            )
            for point, value in (("third", "61.7"), ("rest", "123.40"))
        ]
        return history(World(), *(stored(code, number, values[code]) for code, number in parts), *shown)

    assert verdict(shares("246.8", "493.60"), "shares-add-up") is Verdict.PASS
    assert verdict(shares("246.8", "493.5"), "shares-add-up") is Verdict.FAIL
    assert verdict(shares("246.8", "493.5"), "share-right") is Verdict.PASS


def test_a_partial_sum_must_not_look_whole() -> None:
    silent = World(silent=lambda us: MIDNIGHT + HOUR - 10 * MINUTE <= us <= MIDNIGHT + HOUR + 10 * MINUTE)
    row = {"start": "2026-03-02T00:00:00+08:00", "end": "2026-03-02T01:00:00+08:00", "value": "", "flag": "B"}
    asked = Observed(
        t=MIDNIGHT + 2 * HOUR, asked=MIDNIGHT, what="records", query={"point": "twice", "kind": "hour"}, rows=(row,)
    )
    for value, flag, wanted in (("", "B", Verdict.PASS), ("1400", "N", Verdict.FAIL), ("1400", "B", Verdict.PASS)):
        told = history(silent, stored("k98001", 0, value, flag), asked)
        assert [check.verdict for check in formulas_judge.honest_findings(told)] == [wanted], (value, flag)


def test_the_points_of_the_hand_made_world_are_what_is_computed_from() -> None:
    assert formulas(World()).measured("mega") == (COUNTER.id,)
    assert formulas(World()).measured("counted") == (POWER.id,)
