"""Defects of targets and their parts: indicators mixed, stages that leave the year, parts that do not add up."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, true
from starlette.requests import Request
from starlette.responses import Response

from conformance.defects import Patch, defect
from conformance.defects.platform_seams import renamed
from simulators.platform import targets
from simulators.platform.core import Desk, rights
from simulators.platform.core.api import Api
from simulators.platform.core.kinds import Kind
from simulators.platform.core.objects import Objects
from simulators.platform.core.rights import Account
from simulators.platform.core.tables import ObjectRow
from simulators.platform.core.times import DAY
from simulators.platform.targets import Past, TargetPart


@defect(
    "indicators-in-one-pot",
    en="A target is kept as one for the total, whatever its indicator",
    zh="目标一律按总量指标保存",
    clauses=("cpcif/5.5.3.1-0", "cpcif/5.5.3.1a", "cpcif/5.5.3.1b", "cpcif/5.5.3.1c"),
)
def one_indicator(patch: Patch) -> None:
    """There is one column."""
    own = Objects.create

    def create(self: Objects, desk: Desk, kind: Kind, values: Mapping[str, Any]) -> str:
        return own(self, desk, kind, {**values, "indicator": "total"} if kind.name == "target" else values)

    patch(Objects, "create", create)


@defect(
    "targets-seen-by-all",
    en="Every enterprise sees the targets of every other",
    zh="各企业可看到其他企业的目标",
    clauses=("isc-1/5.1.5a", "isc-1/5.2.6a"),
)
def seen_by_all(patch: Patch) -> None:
    """A list of the park."""
    own = rights.visible

    def visible(account: Account, kind: Kind, row: Any = ObjectRow) -> ColumnElement[bool]:
        return true() if kind.name == "target" else own(account, kind, row)

    patch(rights, "visible", visible)


@defect(
    "stages-leave-a-day",
    en="Each stage of a target ends a day before the next begins",
    zh="各阶段目标之间相差一天",
    clauses=("cpcif/5.5.3.3-0",),
)
def leave_a_day(patch: Patch) -> None:
    """Until the last day, exclusive."""
    own = targets.spans

    def spans(parts: str, year: int) -> list[tuple[int, int]]:
        return [(start, end - DAY) for start, end in own(parts, year)]

    patch(targets, "spans", spans)


@defect(
    "parts-all-alike",
    en="A target is divided into equal parts, whatever the past was",
    zh="目标平均分解，不考虑历年数据",
    clauses=("cpcif/5.5.3.3a", "cpcif/5.5.3.4b"),
)
def all_alike(patch: Patch) -> None:
    """Divided by their number."""

    def past(desk: Desk) -> Past:
        del desk
        return {}

    patch(targets, "past", past)


@defect(
    "parts-rounded-each",
    en="Parts of a target are rounded to tonnes each by itself",
    zh="分解目标各自取整到吨",
    clauses=("cpcif/5.5.3.3c", "cpcif/5.5.3.4a", "cpcif/5.5.1.2-2", "isc-1/5.1.5a"),
)
def rounded_each(patch: Patch) -> None:
    """The rest is lost."""

    def divided(value: Decimal, weights: list[Fraction]) -> list[Decimal]:
        whole = sum(weights, Fraction(0))
        return [Decimal(round(Fraction(value) * weight / whole)) for weight in weights]

    patch(targets, "divided", divided)


@defect(
    "parts-outlive-revision",
    en="A target that is revised keeps the parts it had",
    zh="目标修订后分解目标不变",
    clauses=("cpcif/5.5.1.2-4",),
)
def outlive_revision(patch: Patch) -> None:
    """They are not made anew."""

    def revised(value: Decimal, parts: list[TargetPart]) -> list[Decimal]:
        del value
        return [each.value for each in parts]

    patch(targets, "revised", revised)


@defect(
    "targets-not-removed",
    en="A target that is removed stays where it is",
    zh="删除目标未生效",
    clauses=("cpcif/5.5.5.1-2",),
)
def not_removed(patch: Patch) -> None:
    """A removal is confirmed, and nothing happens."""
    own = Objects.remove

    def remove(self: Objects, desk: Desk, kind: Kind, key: str) -> None:
        if kind.name != "target":
            own(self, desk, kind, key)

    patch(Objects, "remove", remove)


@defect(
    "platform-orders-answered-under-another-name",
    en="what an order to the platform gives stands under another name than its maker says",
    zh="平台操作应答中数据所在字段与厂家说明不符",
    clauses=("cpcif/5.5.3.3b",),
)
def orders_answered_under_another_name(patch: Patch) -> None:
    """They were renamed for a new page."""

    async def act(self: Api, desk: Desk, request: Request) -> Response:
        return renamed(await own(self, desk, request))

    own = patch(Api, "_act", act)
