"""What targets, their parts and forecasts must come to, reckoned from what was typed in and nothing else.

Leaves rounding to who compares. Masses are t CO2 equivalent, instants microseconds UTC.
"""

from __future__ import annotations

from fractions import Fraction

from bench.dut.platform.vocabulary.base import ENTERPRISE
from bench.dut.platform.vocabulary.market import CLOSED_ACCOUNT
from bench.dut.platform.vocabulary.targets import SCENARIO, SCENARIO_STEP, TARGET, TargetBreakdownRow
from conformance.common.platforms.books import Books, Due, Row
from conformance.common.platforms.calendar import month_ends, month_of, year_start
from conformance.platform.market.market_truth import ZERO, enterprises, number

Cells = dict[str, Fraction | str]
"""Cells of a row: numbers and words."""


def whom(books: Books, of: str, subject: str) -> list[str]:
    """The enterprises that a target or a part of one is about."""
    if of == "region":
        return [name for name, row in books.kinds.get(ENTERPRISE.name, {}).items() if row.get("region") == subject]
    return enterprises(books, of, subject) if of in ("park", "sector", "enterprise") else []


def reached(books: Books, indicator: str, names: list[str], start: int, end: int) -> Fraction:
    """Emission of closed months in [start, end), or emission per output; a whole closed year counts as such."""
    emission = output = ZERO
    for name in names:
        rows = [
            row
            for row in books.all(CLOSED_ACCOUNT, of="enterprise", subject=name)
            if start <= int(row["start"]) and _end(row) <= end
        ]
        years = [row for row in rows if row["period"] == "year"]
        counted = years or rows
        emission += sum((number(row, "emission") for row in counted), ZERO)
        output += sum((number(row, "output") for row in counted), ZERO)
    if indicator == "intensity":
        return emission / output if output else ZERO
    return emission


def _end(row: Row) -> int:
    start = int(row["start"])
    ends = month_ends(start, start + 367 * 86_400_000_000)
    return ends[11] if row["period"] == "year" else ends[0]


def past(books: Books, names: list[str], months: range) -> Fraction:
    """What these enterprises emitted in these months of all years that are closed."""
    return sum(
        (
            number(row, "emission")
            for name in names
            for row in books.all(CLOSED_ACCOUNT, of="enterprise", subject=name, period="month")
            if month_of(int(row["start"])) in months
        ),
        ZERO,
    )


def share(books: Books, part: TargetBreakdownRow, target: Row) -> Fraction | None:
    """The part of the past that falls to a part of a target; None where nothing is known."""
    everybody = whom(books, target["of"], target["subject"])
    mine = whom(books, part.of, part.subject)
    months = range(month_of(int(part.start)), month_of(int(part.end) - 1) + 1)
    whole = past(books, everybody, range(1, 13))
    return past(books, mine, months) / whole if whole else None


def progress(
    books: Books, target: Row, value: Fraction, of: str, subject: str, start: int, end: int, now: int
) -> Cells:
    """A target or part with what was reached."""
    used = reached(books, target["indicator"], whom(books, of, subject), start, end)
    return {
        "value": value,
        "actual": used,
        "rate": used / value * 100,
        "rest": value - used,
        "state": "missed" if used > value else "met" if end <= now else "open",
    }


def assessment(books: Books, of: str, key: str, year: str) -> Due:
    """Targets for the total of a year with their result, the lowest rate first."""
    names = enterprises(books, of, key)
    found: list[tuple[Fraction, str, Cells]] = []
    for target in books.all(TARGET, indicator="total", year=year, of="enterprise"):
        if target["subject"] not in names:
            continue
        value = number(target, "value")
        start, end = year_start(year), year_start(str(int(year) + 1))
        used = reached(books, "total", [target["subject"]], start, end)
        cells: Cells = {
            "subject": target["subject"],
            "value": value,
            "actual": used,
            "rate": used / value * 100,
            "result": "met" if used <= value else "missed",
        }
        found.append((used / value, target["id"], cells))
    ordered = sorted(found, key=lambda each: each[:2])
    return {(name,): {"place": Fraction(place), **cells} for place, (_, name, cells) in enumerate(ordered, 1)}


def links(books: Books, of: str, key: str, year: str) -> Due:
    """Pairs of targets for total and intensity, and what lies between them."""
    names = enterprises(books, of, key)
    due: Due = {}
    for total in books.all(TARGET, indicator="total", year=year):
        for other in books.all(TARGET, indicator="intensity", year=year, of=total["of"], subject=total["subject"]):
            if total["subject"] not in names:
                continue
            implied = number(other, "value") * number(other, "output")
            difference = number(total, "value") - implied
            due[total["id"], other["id"]] = {
                "implied": implied,
                "difference": difference,
                "state": "contradictory" if difference else "linked",
            }
    return due


# --- forecasts ---


def path(books: Books, scenario: str, until: int) -> list[tuple[int, Fraction, Fraction]]:
    """Year, emission and removal of a scenario from its base year on. Raises KeyError for one that was not taken."""
    told = books.kinds[SCENARIO.name][scenario]
    base = int(told["base"])
    names = enterprises(books, told["of"], told["subject"])
    start = str(year_start(str(base)))
    emission = sum(
        (books.amount(CLOSED_ACCOUNT, "emission", subject=each, period="year", start=start) for each in names), ZERO
    )
    removal = number(told, "removal")
    steps = sorted(books.all(SCENARIO_STEP, scenario=scenario), key=lambda row: int(row["first"]))
    years = [(base, emission, removal)]
    for year in range(base + 1, until + 1):
        begun = [row for row in steps if int(row["first"]) <= year]
        if begun:
            emission *= 1 + number(begun[-1], "activity") / 100
            emission *= 1 - number(begun[-1], "intensity") / 100
        removal *= 1 + number(told, "removal_growth") / 100
        years.append((year, emission, removal))
    return years


def peak(years: list[tuple[int, Fraction, Fraction]]) -> Cells:
    """Year and value of the peak, year of neutrality and years until it, as far as the path reaches."""
    year, emission, _ = max(years, key=lambda each: (each[1], -each[0]))
    cells: Cells = {"peak_year": Fraction(year), "peak": emission}
    for later, out, into in years:
        if into >= out:
            return {**cells, "neutral_year": Fraction(later), "years": Fraction(later - years[0][0])}
    return cells
