"""What an enterprise makes public of a year: who it is, what it gave off, saved, aims at and does (ISC-1 5.2.9).

Leaves the figures to the account: what is shown is what the account says now, never what somebody typed.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Any, Literal

import msgspec

from simulators.platform.accounting.lines import Book
from simulators.platform.core import EVERYBODY, Amount, Desk, Refused, Thing, Year, analysis, kind, ref, seam
from simulators.platform.core.times import of_local


class Disclosure(Thing, frozen=True, kw_only=True):
    """A year of an enterprise; only a `published` one is shown. `target` is the emission of `target_year` aimed at."""

    enterprise: Annotated[str, ref("enterprise")]
    year: Year
    target: Amount | None = None
    target_year: Year | None = None
    target_unit: str = "tCO2e"
    state: Literal["draft", "published", "withdrawn"] = "draft"

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        """A year of the calendar."""
        if not 1990 <= self.year <= 2200:
            yield "year", "is no year of the calendar", "年份无效"


class ReductionAction(Thing, frozen=True, kw_only=True):
    """What was done, and what it saved in a year (tCO2)."""

    enterprise: Annotated[str, ref("enterprise")]
    year: Year
    name: str
    reduction: Amount
    unit: Literal["tCO2", "kgCO2"] = "tCO2"


KINDS = (
    kind(
        "disclosure",
        Disclosure,
        en="disclosures",
        zh="碳信息披露",
        tenant="enterprise",
        write=("administrator", "manager"),
    ),
    kind("reduction_action", ReductionAction, en="actions of reduction", zh="碳减排行动", tenant="enterprise"),
)


class OfYear(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One enterprise and year; without them everything that is public."""

    enterprise: str = ""
    year: Year | None = None


@seam
def out(disclosure: Disclosure) -> bool:
    """Whether everybody may see it."""
    return disclosure.state == "published"


@seam
def emitted(desk: Desk, disclosure: Disclosure) -> Fraction | None:
    """What the account has for the year, tCO2; None where it has nothing."""
    found = Book(desk).total(
        "enterprise", disclosure.enterprise, of_local(disclosure.year), of_local(disclosure.year + 1)
    )
    return None if found.state == "missing" else found.tonnes


@seam
def saved(actions: list[ReductionAction]) -> Fraction:
    """What the actions of a year saved, tCO2."""
    return sum((Fraction(each.reduction) / (1000 if each.unit == "kgCO2" else 1) for each in actions), Fraction(0))


@seam
def basics(desk: Desk, disclosure: Disclosure) -> list[dict[str, Any]]:
    """Who the enterprise is, in what is nobody's secret."""
    home = desk.object("enterprise", disclosure.enterprise)
    return [_row(item, getattr(home, item)) for item in ("name", "sector", "region")]


@seam
def deeds(actions: list[ReductionAction]) -> list[dict[str, Any]]:
    """Each action with what it saved."""
    return [_row("action", each.reduction, each.unit, each.name) for each in actions]


@seam
def aims(disclosure: Disclosure) -> list[dict[str, Any]]:
    """What is aimed at."""
    if disclosure.target is None:
        return []
    return [_row("target", disclosure.target, disclosure.target_unit, str(disclosure.target_year or ""))]


def _row(item: str, value: Any, unit: str = "", subject: str = "") -> dict[str, Any]:
    return {"item": item, "subject": subject, "value": value, "unit": unit}


@analysis("disclosed", en="disclosure to the public", zh="企业碳信息公开", roles=EVERYBODY)
def disclosed(desk: Desk, asked: OfYear) -> list[dict[str, Any]]:
    """What everybody may see of an enterprise's year. What is not published is not there."""
    whole = desk.as_system()
    rows: list[dict[str, Any]] = []
    for each in whole.objects(Disclosure):
        if not out(each) or asked.enterprise not in ("", each.enterprise) or asked.year not in (None, each.year):
            continue
        actions = [
            action for action in whole.objects(ReductionAction, enterprise=each.enterprise) if action.year == each.year
        ]
        total = emitted(whole, each)
        rows += basics(whole, each)
        rows += [] if total is None else [_row("emission", total, "tCO2")]
        rows += [_row("reduction", saved(actions), "tCO2"), *aims(each), *deeds(actions)]
    if not rows and asked.enterprise:
        raise Refused(404, "nothing is published", "尚无公开信息")
    return rows
