"""Whether each stretch counted by the factor that is due: supplier, region, latest published, default, test (R-24)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import takewhile

from bench.case import Check, Criterion, criterion
from bench.dut.platform.vocabulary.accounting import DEFAULTS, DefaultsRow
from bench.dut.platform.vocabulary.base import EMISSIONS, EmissionsQuery, EmissionsRow
from bench.history import History, Observed
from bench.history.marks import Plain
from conformance.common.platforms import defaults as platform_defaults
from conformance.common.platforms.accounts import Account, Kept, Unlike, agrees, converted, spans
from conformance.common.platforms.answers import DONE, REFUSED, Answered, answers, read
from conformance.common.platforms.defaults import BuiltIn
from conformance.common.readings import number
from conformance.platform.accounting.answers_judge import (
    TAKEN,
    Tally,
    answer,
    asked,
    questions,
    taken,
    tallies,
    weigh,
)
from conformance.platform.accounting.answers_judge import of as found_of

__all__ = ["TAKEN"]

DEFAULT_HEAT = criterion(
    "default-counts",
    en="heat of which nobody gave a factor counts by the built-in one",
    zh="未录入因子的热力按内嵌缺省值计算",
    unit="figures",
)
SUPPLIER = criterion(
    "supplier-first",
    en="heat counts by its supplier's factor, and by the published one only where there is none",
    zh="热力按供热单位因子计算，无该因子时才采用公布值",
    unit="figures",
)
REGIONAL = criterion(
    "regional-grid",
    en="purchased power counts by the factor of the grid of its own region",
    zh="外购电力按所在区域电网的因子计算",
    unit="figures",
)
LATEST = criterion(
    "latest-published",
    en="a newly published factor counts from the day it is valid, and for no day before",
    zh="新公布的因子自生效日起计算，此前各日不变",
    unit="figures",
    reading_b_of="R-24",
)
DEFAULTS_SHOWN = criterion(
    "defaults-shown",
    en="every heating value and factor that is built in is that of an official table, of its own region and year",
    zh="内嵌的每项低位发热值和排放因子均与官方缺省值表（本区域、本年度）一致",
    unit="values",
)
TEST_KEPT = criterion(
    "tests-kept",
    en="tested values are listed as they were entered, with unit and the day they are valid from",
    zh="检测值按录入的数值、单位和有效日期列出",
    unit="values",
)
TEST_COUNTS = criterion(
    "tests-count",
    en="tested values count from their day on, to the last digit",
    zh="检测值自有效日起参与核算，逐位一致",
    unit="figures",
)
ANEW = criterion(
    "accounted-anew",
    en="after late, revised or removed data and a changed factor the account is what is kept now, to the last digit",
    zh="数据迟到、修订、删除或因子变更后，核算结果与现有数据逐位一致",
    unit="figures",
)
REMOVED = criterion(
    "removed-factor-counts-no-more",
    en="what is entered after a factor was removed counts by those that are left",
    zh="因子删除后填报的数据按其余因子核算",
    unit="figures",
).sometimes()


_Emissions = Answered[EmissionsQuery, EmissionsRow]


WITH_DEFAULTS, WITH_SUPPLIERS = Plain("defaults"), Plain("suppliers")
BY_REGION, PUBLISHED = Plain("regional"), Plain("published")
"""Emissions are asked for without factors, with those of suppliers, of regions, and once newer ones are published."""
_IN_PHASE = ((WITH_DEFAULTS, DEFAULT_HEAT), (WITH_SUPPLIERS, SUPPLIER), (BY_REGION, REGIONAL), (PUBLISHED, LATEST))


def _phases(history: History) -> Iterator[tuple[Criterion, _Emissions, Account]]:
    """Every question for emissions with what its phase decides and the account then."""
    decides: Criterion | None = None
    entered = Kept()
    for event in history.events:
        decides = next((check for mark, check in _IN_PHASE if mark.read(event) is not None), decides)
        if not isinstance(event, Observed):
            continue
        if event.what != f"ask {EMISSIONS.name}":
            entered.take(event)
        elif decides is not None:
            yield decides, read(EMISSIONS, event), Account(entered)


def _days(event: _Emissions, account: Account, tally: Tally) -> None:
    """One question by days."""
    if event.outcome == REFUSED:
        tally.known += 1
        tally.wrong.append(f"{asked(event)}: {event.problem}")
    if event.outcome != DONE:
        return
    query = event.query
    rows = {row.start: row for row in event.rows}
    for start, end in spans(query.period, int(query.from_), int(query.to)):
        due = account.sum(query.of, query.id, start, end)
        if not due.lines:
            continue
        row = rows.get(str(start), EmissionsRow())
        tally.known += 1
        if not agrees(row.value, row.unit, due.tonnes, "tCO2"):
            shown = f"{row.value or 'nothing'} {row.unit}".strip()
            tally.wrong.append(f"{asked(event)}: {shown}; exactly {float(due.tonnes):.9g} tCO2")


def findings(history: History) -> Iterator[Check]:
    """Each phase decides one question."""
    found = {check.id: Tally() for _, check in _IN_PHASE}
    second = Tally()
    for check, event, account in _phases(history):
        _days(event, account, found[check.id])
        if check is LATEST:
            _days(event, _from_entry(account), second)
    for _, check in _IN_PHASE:
        if check is not LATEST:
            yield answer(check, found[check.id])
    tally = found[LATEST.id]
    yield LATEST.none(tally.wrong, tally.known, reading_b=not second.wrong if second.known else None)
    yield answer(DEFAULTS_SHOWN, _defaults(history))
    yield taken(history)


def _from_entry(account: Account) -> Account:
    """Reading B: of each region the factor that was entered last, for everything."""
    entered = account.entered
    factors = entered.of("factor")
    newest: dict[tuple[str, str, str], str] = {}
    for key, each in factors.items():
        newest[each["carrier"], each.get("enterprise", ""), each.get("region", "")] = key
    kept = {key: {**factors[key], "valid_from": "0"} for key in newest.values()}
    return Account(Kept({**entered.kinds, "factor": kept}, entered.keys))


def _defaults(history: History) -> Tally:
    """Whatever is shown is official; of the commonest something is shown."""
    tally = Tally()
    for event in answers(history, DEFAULTS):
        what = BuiltIn(event.query.carrier, event.query.region, int(event.query.year or 0))
        shown = {row.symbol: row for row in event.rows}
        has = ("NCV" if what.carrier in platform_defaults.FUELS else "EF") in shown
        if event.outcome not in (DONE, REFUSED) or not (has or what in platform_defaults.NEEDED):
            continue
        tally.known += 1
        if not _official(what, shown):
            told = ", ".join(f"{symbol} {row.value} {row.unit}" for symbol, row in shown.items())
            tally.wrong.append(f"{asked(event)}: {event.problem or told or 'nothing'} is in no official table")
    return tally


def _official(what: BuiltIn, shown: Mapping[str, DefaultsRow]) -> bool:
    """Whether the values of a fuel are those of one table, or a factor is a published one."""
    if what.carrier in platform_defaults.FUELS:
        return any(_is_table(what.carrier, shown, table) for table in platform_defaults.of_fuel(what.carrier))
    row, unit = shown.get("EF", DefaultsRow()), platform_defaults.factor_unit(what.carrier)
    return any(agrees(row.value, row.unit, due, unit) for due in platform_defaults.factors_of(what))


def _is_table(carrier: str, shown: Mapping[str, DefaultsRow], table: Mapping[str, Fraction]) -> bool:
    """Whether heating value, carbon and oxidised share are those of one table, each in a unit of the product's."""
    units = {"NCV": platform_defaults.energy_unit(carrier), "CC": "tC/TJ", "OF": "%"}
    for symbol, due in table.items():
        row = shown.get(symbol, DefaultsRow())
        value, unit = number(row.value), row.unit or units[symbol]
        if value is None:
            return False
        if symbol == "OF":
            exact = Fraction(value) / (100 if value > 1 else 1)
        else:
            try:
                exact = converted(Fraction(value), unit, units[symbol])
            except Unlike:
                return False
        if exact != due:
            return False
    return True


def test_findings(history: History) -> Iterator[Check]:
    """Tested values, as they are listed and as they count."""
    entered = Kept()
    kept = Tally()
    for event in history.of(Observed):
        if event.what == "list emission_input" and event.outcome in (DONE, REFUSED):
            listed = {row.get("id") or row.get("object", ""): row for row in event.rows}
            for key, each in entered.of("emission_input").items():
                if each["source"] != event.query.get("source"):
                    continue
                kept.known += 1
                row = listed.get(key, {})
                same = all(row.get(name, "") == each[name] for name in ("symbol", "unit", "valid_from"))
                if not same or number(row.get("value", "")) != number(each["value"]):
                    kept.wrong.append(f"{event.what}: {key} is {row or 'not there'}; entered {each}")
        else:
            entered.take(event)
    yield answer(TEST_KEPT, kept)
    yield answer(TEST_COUNTS, found_of(tallies(history), "emissions", "source"))
    yield taken(history)


COMES_AND_GOES = Plain("factor-comes-and-goes")
"""Name of the phase in which a newer factor is made and removed, and something entered that it would count for."""


def anew_findings(history: History) -> Iterator[Check]:
    """Every question against what was kept when it was asked; of a removed factor what is entered afterwards alone.

    Whether figures of before go on without it is the product's own (R-24), and so is whether factors can be removed.
    """
    before = History(list(takewhile(lambda event: COMES_AND_GOES.read(event) is None, history.events)))
    yield answer(ANEW, found_of(tallies(before), "emissions", "enterprise"))
    yield taken(before)
    removed = next((event for event in history.of(Observed) if event.what == "remove factor"), None)
    if removed is not None and removed.outcome == DONE:
        tally = Tally()
        for event, account in questions(history):
            if event.asked >= removed.t:
                weigh(event, account, tally)
        yield answer(REMOVED, tally)
