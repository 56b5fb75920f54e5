"""Defects of the factor library: rounded, half imported, found wrongly, not updated, exported as of old."""

from __future__ import annotations

from typing import Any

from conformance.defects import Patch, defect
from conformance.defects.platform_seams import listed, not_changed, not_removed
from simulators.platform.core import csv_text
from simulators.platform.core.api import Api

_MANAGED, _IMPORT = ("cpcif/5.2.1.2a-1",), ("cpcif/5.2.1.2d-1",)


@defect(
    "factors-stay",
    en="a factor that is removed stays in the library",
    zh="删除的排放因子仍在库中",
    clauses=_MANAGED,
)
def factors_stay(patch: Patch) -> None:
    """Somebody may still need it."""
    not_removed(patch, "factor")


@defect(
    "import-leaves-the-last",
    en="the last line of an imported file is left out",
    zh="导入文件的最后一行丢失",
    clauses=_IMPORT,
)
def import_leaves_the_last(patch: Patch) -> None:
    """It is often empty."""
    whole = csv_text.read
    patch(csv_text, "read", lambda octets: whole(octets)[:-1])


@defect(
    "first-condition-alone",
    en="a query for factors heeds its first condition alone",
    zh="因子查询只按第一个条件",
    clauses=("cpcif/5.2.1.2d-2",),
)
def first_condition_alone(patch: Patch) -> None:
    """One index is enough."""
    listed(patch, "factor", list, lambda filters: dict(list(filters.items())[:1]))


@defect(
    "factors-as-first-entered",
    en="a change of a factor is confirmed and not carried out",
    zh="因子更新返回成功但未生效",
    clauses=("cpcif/5.2.1.2d-3",),
)
def factors_as_first_entered(patch: Patch) -> None:
    """Released factors are final."""
    not_changed(patch, "factor")


@defect(
    "export-of-the-first-page",
    en="an export holds the first eight objects",
    zh="导出只含前八个对象",
    clauses=("cpcif/5.2.1.2d-4",),
)
def export_of_the_first_page(patch: Patch) -> None:
    """As the page shows them."""

    def found(self: Api, desk: Any, request: Any, kind: Any) -> Any:
        rows = whole(self, desk, request, kind)
        return list(rows)[:8] if request.url.path.endswith("/export") else rows

    whole = patch(Api, "_found", found)
