"""Defects of disclosure: drafts that everybody sees, figures that stand still, words that nobody published."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from conformance.defects import Patch, defect
from simulators.platform import disclosure
from simulators.platform.core.desk import Desk
from simulators.platform.core.kinds import Kind
from simulators.platform.core.objects import Objects
from simulators.platform.core.sentences import Refused
from simulators.platform.disclosure import Disclosure, ReductionAction


@defect(
    "disclosure-drafts-shown",
    en="the public sees drafts of disclosures",
    zh="公众可见披露草稿",
    clauses=("isc-1/5.2.9a",),
)
def drafts_shown(patch: Patch) -> None:
    """The state is a word for the office."""

    def out(disclosure: Disclosure) -> bool:
        return disclosure.state != "withdrawn"

    patch(disclosure, "out", out)


@defect(
    "disclosure-refuses-every-year",
    en="a year that is to be disclosed is refused, whatever year it is",
    zh="任何年度的披露信息均被拒绝录入",
    clauses=("isc-1/5.2.9a",),
)
def refuses_every_year(patch: Patch) -> None:
    """The bounds of the calendar were taken for each other."""

    def create(self: Objects, desk: Desk, kind: Kind, values: Mapping[str, Any]) -> str:
        if kind.name == "disclosure":
            raise Refused(400, "year: is no year of the calendar", "年份无效")
        return own(self, desk, kind, values)

    own = patch(Objects, "create", create)


@defect(
    "disclosure-ends-at-the-first-draft",
    en="behind a year that is not published the public is shown no other",
    zh="遇到一个未发布的年度后，其余已发布年度均不显示",
    clauses=("isc-1/5.2.9a",),
)
def ends_at_the_first_draft(patch: Patch) -> None:
    """The list is gone through until something is not to be shown."""
    before: list[str] = []

    def shown(disclosure: Disclosure) -> bool:
        if not own(disclosure):
            before.append(disclosure.id)
        return not [each for each in before if each < disclosure.id] and own(disclosure)

    own = patch(disclosure, "out", shown)


@defect(
    "disclosure-needs-a-login",
    en="what is published is shown to nobody",
    zh="已发布的信息不对外显示",
    clauses=("isc-1/5.2.9a",),
)
def needs_a_login(patch: Patch) -> None:
    """Publishing changes a word and nothing else."""

    def out(disclosure: Disclosure) -> bool:
        del disclosure
        return False

    patch(disclosure, "out", out)


@defect(
    "disclosure-figure-stands-still",
    en="the emission shown is the one of the first look, whatever the account has by now",
    zh="披露的排放量停留在首次查看时的数值",
    clauses=("isc-1/5.2.9c",),
)
def figure_stands_still(patch: Patch) -> None:
    """It is kept for speed."""
    known: dict[str, Fraction | None] = {}

    def emitted(desk: Desk, disclosure: Disclosure) -> Fraction | None:
        return known.setdefault(disclosure.id, own(desk, disclosure))

    own = patch(disclosure, "emitted", emitted)


@defect(
    "disclosure-first-action",
    en="the reduction shown is that of the first action alone",
    zh="披露的减排总量只计第一项行动",
    clauses=("isc-1/5.2.9d",),
)
def first_action(patch: Patch) -> None:
    """One is enough."""

    def saved(actions: list[ReductionAction]) -> Fraction:
        return own(actions[:1])

    own = patch(disclosure, "saved", saved)


@defect(
    "disclosure-wrong-target-year",
    en="the target shown is for the year after the one entered",
    zh="披露的目标年比填报晚一年",
    clauses=("isc-1/5.2.9e",),
)
def wrong_target_year(patch: Patch) -> None:
    """Counted from one."""

    def aims(disclosure: Disclosure) -> list[dict[str, Any]]:
        rows = own(disclosure)
        return [row | {"subject": str(int(row["subject"]) + 1)} for row in rows]

    own = patch(disclosure, "aims", aims)


@defect(
    "disclosure-an-action-short",
    en="the last action of a year is not shown",
    zh="漏列当年最后一项减排行动",
    clauses=("isc-1/5.2.9f",),
)
def an_action_short(patch: Patch) -> None:
    """A list that ends too early."""

    def deeds(actions: list[ReductionAction]) -> list[dict[str, Any]]:
        return own(actions[:-1])

    own = patch(disclosure, "deeds", deeds)


@defect(
    "disclosure-names-a-code",
    en="the sector is shown as the region and the reverse",
    zh="披露的行业与地区颠倒",
    clauses=("isc-1/5.2.9b",),
)
def names_a_code(patch: Patch) -> None:
    """Two columns change places."""

    def basics(desk: Desk, disclosure: Disclosure) -> list[dict[str, Any]]:
        swapped = {"sector": "region", "region": "sector"}
        return [row | {"item": swapped.get(row["item"], row["item"])} for row in own(desk, disclosure)]

    own = patch(disclosure, "basics", basics)


@defect(
    "disclosure-names-suppliers",
    en="the public is shown who supplies the enterprise",
    zh="向公众披露了企业的供应商",
    clauses=("isc-1/5.2.9a",),
)
def names_suppliers(patch: Patch) -> None:
    """Everything that is known of the enterprise."""

    def basics(desk: Desk, disclosure: Disclosure) -> list[dict[str, Any]]:
        more = [
            {"item": "supplier", "subject": "", "value": each.name, "unit": ""}
            for each in desk.objects("supplier", enterprise=disclosure.enterprise)
        ]
        return [*own(desk, disclosure), *more]

    own = patch(disclosure, "basics", basics)
