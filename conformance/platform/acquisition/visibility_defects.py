# pyright: reportPrivateUsage=false
"""Defects of what is shown too late: objects and readings that are held back for a while."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from conformance.defects import Patch, defect
from conformance.defects.platform_seams import renamed
from simulators.platform.core.api import Api
from simulators.platform.core.desk import Desk
from simulators.platform.core.kinds import Kind
from simulators.platform.core.series import Sample

_HELD_US = 3_000_000


@defect(
    "platform-lists-late",
    en="An enterprise is in no list for three seconds after it was entered",
    zh="企业录入 3 s 后才在列表中出现",
    clauses=("cpcif/6.1a",),
)
def lists_late(patch: Patch) -> None:
    """What is new goes through a queue first."""
    first: dict[str, int] = {}

    def held(self: Api, desk: Desk, request: Request, kind: Kind) -> list[dict[str, Any]]:
        rows = own(self, desk, request, kind)
        if kind.name != "enterprise":
            return rows
        return [row for row in rows if first.setdefault(row["id"], desk.now_us) <= desk.now_us - _HELD_US]

    own = patch(Api, "_found", held)


@defect(
    "platform-lists-every-other",
    en="Of the enterprises entered every other is in no list",
    zh="录入的企业隔一列出一个",
    clauses=("cpcif/6.1a",),
)
def lists_every_other(patch: Patch) -> None:
    """The index of names has room for half of them."""

    def thinned(self: Api, desk: Desk, request: Request, kind: Kind) -> list[dict[str, Any]]:
        rows = own(self, desk, request, kind)
        return rows if kind.name != "enterprise" else [row for row in rows if row["id"][-1] not in "02468"]

    own = patch(Api, "_found", thinned)


@defect(
    "platform-holds-readings-back",
    en="A reading is shown three seconds after it came",
    zh="读数到达 3 s 后才显示",
    clauses=("cpcif/6.1c-1",),
)
def holds_back(patch: Patch) -> None:
    """What is new is prepared for display first."""

    def held(self: Desk, point: str, from_us: int, to_us: int, span: int | None = None) -> list[Sample]:
        return [each for each in own(self, point, from_us, to_us, span) if each.received <= self.now_us - _HELD_US]

    own = patch(Desk, "samples", held)


@defect(
    "platform-shows-every-other-reading",
    en="Of the readings that came every other is shown",
    zh="仅显示一半读数",
    clauses=("cpcif/6.1c-1",),
)
def shows_every_other(patch: Patch) -> None:
    """Nobody looks so closely."""

    def thinned(self: Desk, point: str, from_us: int, to_us: int, span: int | None = None) -> list[Sample]:
        return [each for each in own(self, point, from_us, to_us, span) if each.at // 1_000_000 % 2]

    own = patch(Desk, "samples", thinned)


@defect(
    "platform-rows-under-another-name",
    en="the rows of every analysis stand under another name than its maker says",
    zh="统计分析应答中数据所在字段与厂家说明不符",
    clauses=("cpcif/6.1c-1",),
)
def rows_under_another_name(patch: Patch) -> None:
    """They were renamed for a new page."""

    async def ask(self: Api, desk: Desk, request: Request) -> Response:
        return renamed(await own(self, desk, request))

    own = patch(Api, "_ask", ask)
