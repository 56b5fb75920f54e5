"""What people typed in, as judges read it: order at one instant, refusals, keys of the product; figures, calendar."""

from __future__ import annotations

from fractions import Fraction

import pytest

from bench.case import Case, Verdict
from bench.case.checks import Check
from bench.dut.platform.vocabulary import Misspelt
from bench.dut.platform.vocabulary.accounting import RankingRow
from bench.dut.platform.vocabulary.market import CARBON_TRADE, TRADE_STATISTICS
from bench.history import Event, History, Observed
from conformance.clauses.suite import case_classes
from conformance.common.platforms import calendar
from conformance.common.platforms.books import Due, acts, asked, books, right, wrong_rows
from conformance.common.platforms.objects import entered, queried, removed, updated
from conformance.platform.market import market_truth

CASES = {
    name: case
    for name, case in case_classes().items()
    if case.__module__.split(".")[1:3] in (["platform", "market"], ["platform", "reductions"], ["platform", "targets"])
}


def seen(what: str, outcome: str = "done", rows: tuple[dict[str, str], ...] = (), **query: str) -> Observed:
    problem = "" if outcome == "done" else "status 403: no"
    return Observed(t=5, what=what, asked=5, query=query, rows=rows, problem=problem, outcome=outcome)


def history(*events: Event) -> History:
    return History(list(events))


TRADE = {"by": "clerk-a", "enterprise": "A", "asset": "ccer", "side": "buy", "volume": "7.5", "price": "60"}
MADE = seen("create carbon_trade", rows=({"object": "k7"},), id="one", **TRADE)


def test_acts_of_one_instant_count_in_their_order() -> None:
    before = seen("list carbon_trade", rows=({"object": "k7", "id": "one", **TRADE},), by="clerk-a")
    changed = seen("change carbon_trade", by="clerk-a", object="k7", volume="8")
    after = seen("list carbon_trade", rows=({"object": "k7", "id": "one", **TRADE, "volume": "8.0"},), by="clerk-a")
    found = history(MADE, before, changed, after)
    assert [act.key for act in acts(found, CARBON_TRADE)] == ["one", "one"]
    assert [each["volume"] for each in books(found).all(CARBON_TRADE)] == ["8"]
    assert not entered(found, CARBON_TRADE).wrong and entered(found, CARBON_TRADE).known == 1
    assert not updated(found, CARBON_TRADE).wrong and updated(found, CARBON_TRADE).known == 1
    forgotten = history(MADE, changed, before)
    assert [line for line in updated(forgotten, CARBON_TRADE).wrong if "volume 7.5, entered 8" in line]


def test_what_was_refused_is_no_object_and_removed_ones_are_gone() -> None:
    other = seen("create carbon_trade", "refused", id="two", **TRADE)
    gone = seen("remove carbon_trade", by="clerk-a", object="k7")
    still = seen("list carbon_trade", rows=({"object": "k7", "id": "one"},), by="clerk-a")
    changed = seen("change carbon_trade", by="clerk-a", object="two", volume="8")
    assert [*books(history(MADE, other, changed)).kinds["carbon_trade"]] == ["one"]
    assert removed(history(MADE, gone, still), CARBON_TRADE).wrong
    assert not removed(history(MADE, gone, seen("list carbon_trade", by="clerk-a")), CARBON_TRADE).wrong


def test_a_filter_that_is_ignored_is_found() -> None:
    rows = ({"id": "one", **TRADE}, {"id": "two", **TRADE, "side": "sell"})
    both = (MADE, seen("create carbon_trade", rows=({"object": "k8"},), id="two", **{**TRADE, "side": "sell"}))
    found = queried(history(*both, seen("list carbon_trade", rows=rows, by="clerk-a", side="buy")), CARBON_TRADE)
    assert [line for line in found.wrong if "two does not fit" in line]
    assert not queried(history(*both, seen("list carbon_trade", rows=rows[:1], side="buy")), CARBON_TRADE).wrong


def test_who_is_refused_has_no_rows_and_what_is_not_mapped_is_no_question() -> None:
    query = {"by": "clerk-a", "of": "enterprise", "id": "A", "asset": "ccer", "year": "2025"}
    refused, unmapped = (seen("ask trade_statistics", how, **query) for how in ("refused", "unmapped"))
    assert [each.rows for each in asked(history(refused), TRADE_STATISTICS)] == [()]
    assert not list(asked(history(unmapped), TRADE_STATISTICS))
    with pytest.raises(Misspelt):
        list(asked(history(refused), TRADE_STATISTICS, assets="ccer"))
    with pytest.raises(Misspelt):
        books(history(MADE)).all(CARBON_TRADE, company="A")


def test_a_figure_is_right_at_the_digits_that_it_shows() -> None:
    third = Fraction(1, 3)
    assert right("0.333", third) and right("0.3333", third) and not right("0.334", third) and not right("", third)
    assert right("1000", Fraction(2001, 2)) and not right("1002", Fraction(2001, 2))
    due: Due = {("A",): {"value": third}}
    assert not wrong_rows((RankingRow(id="A", value="0.33"),), ("id",), due, "x")
    assert len(wrong_rows((RankingRow(id="B"),), ("id",), due, "x")) == 2


def test_months_and_years_of_local_time() -> None:
    assert calendar.month_start(2026, 3) == 1_772_294_400_000_000  # 2026-03-01T00:00+08:00
    assert calendar.month_start(2024, 3) - calendar.month_start(2024, 2) == 29 * 86_400_000_000
    for year in range(1999, 2041):
        for month in range(1, 13):
            start = calendar.month_start(year, month)
            assert (calendar.year_of(start), calendar.month_of(start)) == (str(year), month)
            before = calendar.year_of(start - 1), calendar.month_of(start - 1)
            assert before == (str(year if month > 1 else year - 1), month - 1 or 12)


def test_stock_counts_what_was_before_an_instant() -> None:
    fields = {"by": "x", "enterprise": "A", "asset": "ccer", "volume": "10", "when": "100"}
    sold = seen("create carbon_trade", id="t", **{**TRADE, "side": "sell", "volume": "4", "when": "200"})
    kept = books(history(seen("create carbon_holding", id="h", **fields), sold))
    assert [market_truth.stock(kept, "A", "ccer", at) for at in (100, 101, 201)] == [0, 10, 6]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_nothing_observed_decides_nothing(case: type[Case]) -> None:
    for events in ((MADE,), (seen("ask alarms", "unmapped", by="clerk-a"),)):
        found = list(case().judge(history(*events)))
        assert {each.verdict for each in found if isinstance(each, Check)} == {Verdict.INCONCLUSIVE}
