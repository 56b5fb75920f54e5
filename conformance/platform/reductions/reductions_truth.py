"""What reductions must come to, reckoned from what was typed in and nothing else.

Leaves rounding to who compares. Masses are t CO2 equivalent, energy of green power MWh, instants microseconds UTC.
"""

from __future__ import annotations

from fractions import Fraction

from bench.dut.platform.vocabulary.base import FACTOR
from bench.dut.platform.vocabulary.market import (
    CARBON_SINK,
    CLOSED_ACCOUNT,
    GREEN_POWER,
    INTENSIVE_PROJECT,
    PROCESS_REDUCTION,
    PROJECT_PROGRESS,
    REDUCTION_PROJECT,
    VOLUNTARY_PROJECT,
)
from conformance.common.platforms.books import Books, Due, Row
from conformance.common.platforms.calendar import year_start
from conformance.platform.market.market_truth import ZERO, enterprises, number


def in_year(row: Row, year: str) -> bool:
    """Whether what an object is about begins in a year."""
    return year_start(year) <= int(row["start"]) < year_start(str(int(year) + 1))


def grid_factor(books: Books, at: int) -> Fraction:
    """The published factor of electricity in force at an instant: of those that have begun, the latest (R-24)."""
    begun = [row for row in books.all(FACTOR, carrier="electricity") if int(row["valid_from"]) <= at]
    return number(max(begun, key=lambda row: int(row["valid_from"])), "value") if begun else ZERO


def green(books: Books, of: str, key: str, year: str) -> Due:
    """Energy and reduction of a year, by form and way."""
    names = enterprises(books, of, key)
    due: Due = {}
    for row in books.all(GREEN_POWER):
        if row["enterprise"] not in names or not in_year(row, year):
            continue
        cells = due.setdefault((row["form"], row["way"]), {"energy": ZERO, "reduction": ZERO})
        energy = number(row, "energy")
        cells["energy"] = _plus(cells["energy"], energy)
        cells["reduction"] = _plus(cells["reduction"], energy * grid_factor(books, int(row["start"])))
    return due


def _plus(cell: Fraction | str, more: Fraction) -> Fraction:
    assert isinstance(cell, Fraction)
    return cell + more


def processes(books: Books, of: str, key: str, year: str) -> Due:
    """Reduction of a year by enterprise and process."""
    names = enterprises(books, of, key)
    due: Due = {}
    for row in books.all(PROCESS_REDUCTION):
        if row["enterprise"] not in names or not in_year(row, year):
            continue
        cells = due.setdefault((row["enterprise"], row["process"]), {"reduction": ZERO})
        saved = (number(row, "before") - number(row, "after")) * number(row, "output")
        cells["reduction"] = _plus(cells["reduction"], saved)
    return due


def voluntary(books: Books, of: str, key: str, year: str) -> Due:
    """Projects, monitored and issued quantity by scheme."""
    names = enterprises(books, of, key)
    due: Due = {}
    for scheme in ("national", "local"):
        rows = [row for row in books.all(VOLUNTARY_PROJECT, scheme=scheme, year=year) if row["enterprise"] in names]
        if rows:
            due[scheme,] = {
                "projects": Fraction(len(rows)),
                "monitored": sum((number(row, "monitored") for row in rows), ZERO),
                "issued": sum((number(row, "issued") for row in rows), ZERO),
            }
    return due


def sinks(books: Books, year: str) -> dict[str, Fraction | str]:
    """Number, area and removal of the park's sinks."""
    rows = books.all(CARBON_SINK, year=year)
    return {
        "sinks": Fraction(len(rows)),
        "area": sum((number(row, "area") for row in rows), ZERO),
        "removal": sum((number(row, "removal") for row in rows), ZERO),
    }


def tracking(books: Books, of: str, key: str, end: int) -> Due:
    """Where each project stands at the end of a quarter."""
    names = enterprises(books, of, key)
    due: Due = {}
    for project in books.all(REDUCTION_PROJECT):
        if project["enterprise"] not in names:
            continue
        rows = [row for row in books.all(PROJECT_PROGRESS, project=project["id"]) if int(row["start"]) < end]
        last = max(rows, key=lambda row: int(row["start"]), default=None)
        due[project["id"],] = {
            "stage": project["stage"],
            "progress": number(last, "progress") if last else ZERO,
            "spent": sum((number(row, "spent") for row in rows), ZERO),
            "budget": number(project, "budget"),
            "effect": sum((number(row, "effect") for row in rows), ZERO),
            "planned": number(project, "planned"),
        }
    return due


def intensive(books: Books, year: str) -> Due:
    """Actual energy use and emission of projects in operation, and their shares of the limits in %."""
    due: Due = {}
    for project in books.all(INTENSIVE_PROJECT, stage="operating"):
        months = [
            row
            for row in books.all(CLOSED_ACCOUNT, of="project", subject=project["id"], period="month")
            if in_year(row, year)
        ]
        energy = sum((number(row, "energy") for row in months), ZERO)
        emission = sum((number(row, "emission") for row in months), ZERO)
        shares = energy / number(project, "energy_limit") * 100, emission / number(project, "emission_limit") * 100
        due[project["id"],] = {
            "energy": energy,
            "emission": emission,
            "energy_share": shares[0],
            "emission_share": shares[1],
            "state": "warning" if max(shares) > 100 else "normal",
        }
    return due
