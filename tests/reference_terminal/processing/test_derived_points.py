"""Points computed from others: what a configuration may ask for, exact results, keeping up with what they are of."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from reference_terminal.commissioning import spreadsheet
from reference_terminal.main import main
from reference_terminal.model import units
from reference_terminal.model.rows import BY_HAND, MANUAL_ENTRY, Record
from reference_terminal.processing.derivation import Derivation
from reference_terminal.processing.formula import Operand, Outcome, evaluate
from reference_terminal.settings.config import ConfigError, load_config
from reference_terminal.settings.derived import DerivedConfig
from reference_terminal.settings.problems import InputError
from reference_terminal.storage.store import Store
from reference_terminal.uplink.hj212.packets import Channel, record_item

POINTS = (("a", "counter", "kWh"), ("b", "counter", "MWh"), ("w", "counter", "t"), ("p", "instant", "kW"))
BASE = '[[gateways]]\nid = "g1"\nhost = "127.0.0.1"\n[[meters]]\nid = "m1"\ngateway = "g1"\n' + "".join(
    f'[[meters.points]]\nid = "{id}"\nkind = "{kind}"\nunit = "{unit}"\naddress = {at * 2}\ntype = "u32"\n'
    for at, (id, kind, unit) in enumerate(POINTS)
)


def derived(id: str, operation: str, of: str, unit: str, more: str = "") -> str:
    names = ", ".join(f'"{name}"' for name in of.split())
    return f'[[derived]]\nid = "{id}"\noperation = "{operation}"\nof = [{names}]\nunit = "{unit}"\n{more}\n'


def problems(*tables: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_config(BASE + "".join(tables))
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in problem.zh) for problem in caught.value.problems)
    return [f"{problem.where}: {problem.en}" for problem in caught.value.problems]


def formula(operation: str, of: str, unit: str, more: str = "") -> DerivedConfig:
    return load_config(BASE + derived("d", operation, of, unit, more)).derived[0]


def record(value: str | None, point: int = 1, flag: str = "N", **fields: object) -> Record:
    made = Record(3600, 0, point, 3600, None, None, value, None, None, 0, None, flag, "" if value else "timeout")
    for name, content in fields.items():
        setattr(made, name, content)
    return made


def outcome(of: DerivedConfig, *values: str | None) -> Outcome:
    operands = {
        name: Operand(record(value, flag="N" if value else "B"), 60)
        for name, value in zip(of.operands, values, strict=True)
    }
    return evaluate(of, operands, 3600)


# What a configuration may ask for


@pytest.mark.parametrize(
    ("table", "where", "says"),
    [
        (derived("d", "sum", "a x", "kWh"), "derived[0].of", "no point is called 'x'"),
        (derived("d", "sum", "a", "kWh"), "derived[0].of", "is of 2 to 256 points, got 1"),
        (derived("d", "sums", "a b", "kWh"), "derived[0].operation", "did you mean 'sum'"),
        (derived("d", "sum", "a w", "kWh"), "derived[0].unit", "different quantities"),
        (derived("d", "sum", "a p", "kWh"), "derived[0].of", "points of one kind"),
        (derived("d", "difference", "a b", "GJ"), "derived[0].unit", ""),
        (derived("d", "integral", "a", "kWh"), "derived[0].of", "one instant point"),
        (derived("d", "integral", "p", "t"), "derived[0].unit", "kW over time is no t"),
        (derived("d", "quotient", "a w", "kWh"), "derived[0].unit", "is kWh/t, got kWh"),
        (derived("d", "quotient", "a b", "kWh"), "derived[0].unit", "is 1, got kWh"),
        (derived("d", "product", "a w", "kWh"), "derived[0].unit", "only the first point"),
        (derived("d", "product", "a", "kWh", "factor = 0"), "derived[0].factor", "other than 0"),
        (derived("d", "sum", "a b", "kWh", "factor = 2"), "derived[0].factor", "unknown key"),
        (derived("d", "share", "a", "kWh"), "derived[0].weights", "give one of them"),
        (derived("d", "share", "a", "kWh", 'weights = ["1", "x"]'), "derived[0].weights", "got 'x'"),
        (derived("d", "share", "a", "kWh", 'weights = ["1", "1e99999"]'), "derived[0].weights", "got '1e99999'"),
        (derived("d", "share", "a", "kWh", 'weights = ["0", "0"]'), "derived[0].weights", "one weight above 0"),
        (derived("d", "share", "a", "kWh", 'weights = ["1", "2"]\npart = 3'), "derived[0].part", "from 1 to 2"),
        (derived("d", "share", "a", "kWh", 'by = ["a", "w"]'), "derived[0].unit", "different quantities"),
        (derived("a", "sum", "a b", "kWh"), "derived[0].id", "already"),
        (derived("d", "product", "d", "kWh"), "derived[0].of", "d from d"),
    ],
)
def test_each_problem_is_told_where_it_stands(table: str, where: str, says: str) -> None:
    if says:
        assert any(told.startswith(f"{where}: ") and says in told for told in problems(table)), problems(table)
    else:
        assert load_config(BASE + table).derived


def test_all_problems_are_told_at_once_and_a_circle_as_a_chain() -> None:
    told = problems(
        derived("c1", "sum", "a c2", "kWh"),
        derived("c2", "product", "c1", "kWh"),
        derived("u", "sum", "a w", "kWh"),
        derived("v", "sum", "a nothing", "kWh"),
        derived("of-v", "product", "v", "kWh"),
    )
    assert len(told) == 3
    assert any("c1 from c2 from c1" in one for one in told)


def test_points_stand_behind_what_they_are_computed_from() -> None:
    config = load_config(BASE + derived("rest", "difference", "all b", "MWh") + derived("all", "sum", "a b", "kWh"))
    assert [point.id for point in config.points] == ["a", "b", "w", "p", "all", "rest"]
    assert [each.scales for each in config.derived] == [(Fraction(1), Fraction(1000)), (Fraction(1, 1000), Fraction(1))]


def test_a_spreadsheet_tells_the_cell(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    assert main(["template", "xlsx", "--out", str(path)]) == 0
    book = load_workbook(path)
    sheet = book["derived"]
    sheet["C2"] = "e01.energy, e03.energy"
    sheet.append(["floor", "share", "e01.energy", "kWh", None, 2, None, "3,2", None, 3])
    book.save(path)
    with pytest.raises(InputError) as caught:
        spreadsheet.to_toml(path)
    told = [str(problem) for problem in caught.value.problems]
    assert len(told) == 2
    assert "sheet 'derived' cell C2" in "".join(told)
    assert "sheet 'derived' cell J3" in "".join(told)


# Results


@pytest.mark.parametrize(
    ("rate", "amount", "seconds", "brings"),
    [
        *(("kW", "kWh", 3600, 1), ("MW", "MWh", 3600, 1), ("W", "kWh", 3_600_000, 1)),
        *(("m3/h", "m3", 1800, Fraction(1, 2)), ("L/s", "m3", 1000, 1), ("kvar", "kvarh", 3600, 1)),
        *(("t/h", "t", 3600, 1), ("kg/s", "t", 1000, 1), ("GJ/h", "GJ", 3600, 1), ("Nm3/h", "Nm3", 3600, 1)),
    ],
)
def test_rates_over_time(rate: str, amount: str, seconds: int, brings: int | Fraction) -> None:
    factor = units.per_second(rate, amount)
    assert factor is not None
    assert factor * seconds == brings


def test_what_does_not_belong_over_time() -> None:
    assert units.per_second("kW", "t") is None
    assert units.per_second("kWh", "kWh") is None


def test_sums_and_differences_keep_every_digit() -> None:
    assert outcome(formula("sum", "a b", "kWh"), "0.10", "0.000200") == Outcome(Decimal("0.300000"))
    assert str(outcome(formula("sum", "a b", "kWh"), "99999999.9", "0").value) == "99999999.9"
    assert outcome(formula("difference", "b a", "MWh"), "1", "0.1").value == Decimal("0.9999")
    assert outcome(formula("product", "a", "kWh", 'factor = "12.5"'), "14.10").value == Decimal("176.25")


def test_a_difference_below_zero_is_marked() -> None:
    found = outcome(formula("difference", "a b", "kWh"), "1", "1")
    assert (found.value, found.flag) == (Decimal(-999), "T")


def test_a_quotient_is_rounded_half_up_once_and_never_by_zero() -> None:
    ratio = formula("quotient", "a w", "kWh/t", "decimals = 2")
    assert str(outcome(ratio, "1", "8").value) == "0.13"
    assert str(outcome(ratio, "-1", "8").value) == "-0.13"
    assert outcome(ratio, "1", "0.000") == Outcome(None, "D", "divisor is zero")


@given(
    whole=st.decimals(-(10**9), 10**9, places=3),
    weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=9).filter(any),
    decimals=st.integers(0, 6),
)
def test_shares_are_the_whole_whatever_the_weights(whole: Decimal, weights: list[int], decimals: int) -> None:
    texts = ", ".join(f'"{weight}"' for weight in weights)
    share = formula("share", "a", "kWh", f"weights = [{texts}]\npart = 1\ndecimals = {decimals}")
    parts = [outcome(replace(share, part=part), str(whole)) for part in range(1, len(weights) + 1)]
    assert sum((part.value for part in parts if part.value is not None), Decimal(0)) == whole
    for part, weight in zip(parts, weights, strict=True):
        assert part.value is not None
        exact = Fraction(whole) * weight / sum(weights)
        assert abs(Fraction(part.value) - exact) <= Fraction(1, 10**decimals)


def test_an_integral_needs_every_sample() -> None:
    energy = formula("integral", "p", "kWh", "decimals = 3")
    whole = record("10.0", n=60, total="600.4")
    assert evaluate(energy, {"p": Operand(whole, 60)}, 3600).value == Decimal("10.007")
    found = evaluate(energy, {"p": Operand(record("10.0", n=59, total="590.0"), 60)}, 3600)
    assert found == Outcome(None, "B", "p: 59 of 60 samples")
    by_hand = evaluate(energy, {"p": Operand(record("8.0", flag=BY_HAND, n=3, total="30"), 60)}, 3600)
    assert (by_hand.value, by_hand.flag) == (Decimal("8.000"), BY_HAND)


def test_nothing_is_added_up_without_one_of_its_points() -> None:
    both = formula("sum", "a b", "kWh")
    assert outcome(both, "1", None) == Outcome(None, "B", "b: timeout")
    assert evaluate(both, {"a": Operand(record("1")), "b": Operand(None)}, 3600).cause == "b: not acquired"
    entered = evaluate(both, {"a": Operand(record("1")), "b": Operand(record("2", flag=BY_HAND))}, 3600)
    assert (entered.value, entered.flag) == (Decimal(2001), BY_HAND)


def test_a_ratio_is_sent_without_extremes_it_does_not_have() -> None:
    assert record_item(Channel(1, "k1", counter=False), record("0.5"), "") == "k1-Avg=0.5,k1-Flag=N"


# Keeping up


class Kept:
    """A store with the points a, b and what is computed from them."""

    def __init__(self, path: Path, text: str) -> None:
        config = load_config(BASE + text)
        self.store = Store(str(path / "t.db"), None, 0.2)
        order = self.store.number_points([point.id for point in config.points])
        self.numbers = {point.id: order[at] for at, point in enumerate(config.points)}
        self.store.derivation = Derivation(config.derived, self.numbers, lambda name: None if name == "all" else 60)

    def add(self, **values: str | None) -> None:
        flags = {name: "N" if value else "B" for name, value in values.items()}
        self.store.add_records([record(value, self.numbers[name], flags[name]) for name, value in values.items()])
        assert self.store.flush()

    def revise(self, name: str, value: str, revision: int = 1, cause: str = MANUAL_ENTRY) -> None:
        made = record(value, self.numbers[name], BY_HAND, revision=revision, cause=cause)
        assert self.store.attempt(lambda: self.store.revise(made))

    def of(self, name: str) -> tuple[str | None, str, int] | None:
        found = self.store.records(3600, self.numbers[name], 0, 1, 1)
        return (found[0].value, found[0].flag, found[0].revision) if found else None


CHAIN = derived("all", "sum", "a b", "kWh") + derived("twice", "product", "all", "kWh", "factor = 2")


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    async def made() -> Kept:
        return Kept(tmp_path, CHAIN)

    return asyncio.run(made())


def test_a_period_is_computed_when_its_last_point_is_there(kept: Kept) -> None:
    kept.add(a="5")
    assert kept.of("all") is None
    kept.add(b="1")
    assert kept.of("all") == ("1005", "N", 0)
    assert kept.of("twice") == ("2010", "N", 0)


def test_entries_go_on_to_whatever_is_computed_and_the_old_stays_readable(kept: Kept) -> None:
    kept.add(a="5", b=None)
    assert kept.of("twice") == (None, "B", 0)
    kept.revise("b", "2")
    assert kept.of("all") == ("2005", BY_HAND, 1)
    assert kept.of("twice") == ("4010", BY_HAND, 1)
    old = list(kept.store.connection.execute("SELECT value, revision FROM superseded ORDER BY point"))
    assert old == [(None, 0)] * 3
    sources: Sequence[tuple[object, ...]] = list(
        kept.store.connection.execute("SELECT source FROM record_source ORDER BY point")
    )
    assert sources == [("sum: a=5, b=2 S r1",), ("product: all=2005 S r1",)]


def test_an_entry_for_the_computed_point_itself_stays(kept: Kept) -> None:
    kept.add(a="5", b="1")
    kept.revise("all", "7")
    assert kept.of("twice") == ("14", BY_HAND, 1)
    kept.revise("a", "6")
    assert kept.of("all") == ("7", BY_HAND, 1)


def test_a_transaction_that_fails_leaves_nothing_half_computed(tmp_path: Path) -> None:
    calls: list[int] = []

    def fails(connection: apsw.Connection, records: Sequence[Record]) -> None:
        calls.append(len(records))
        if len(calls) == 1:
            raise apsw.FullError("no room")

    async def body() -> None:
        kept = Kept(tmp_path, CHAIN)
        kept.store.witness = fails
        kept.store.add_records([record("5", kept.numbers["a"]), record("1", kept.numbers["b"])])
        assert not kept.store.flush()
        assert kept.of("all") is None
        assert kept.store.flush()
        assert kept.of("twice") == ("2010", "N", 0)

    asyncio.run(body())
    assert calls == [4, 4]
