"""Defects of history asked for by conditions: too little, too much, another point's."""

from __future__ import annotations

from typing import Any

from conformance.defects import Patch, defect
from reference_terminal.web.api import Api

_QUERY = ("isc-2/7.2.3-A(3)b",)


@defect(
    "last-record-left-out",
    en="the last record of a stretch asked for is left out",
    zh="查询结果缺少时段内最后一条记录",
    clauses=_QUERY,
)
def last_record_left_out(patch: Patch) -> None:
    """The end is compared with the record's end, and < is not <=."""

    def records(self: Api, query: dict[str, str]) -> Any:
        found = own(self, query)
        return {**found, "records": found["records"][:-1]}

    own = patch(Api, "records", records)


@defect(
    "begin-of-the-hour-before",
    en="whatever stretch is asked for, the answer begins with the whole hour",
    zh="查询结果总从整点开始",
    clauses=_QUERY,
)
def begin_of_the_hour_before(patch: Patch) -> None:
    """The store is read by hours."""

    def records(self: Api, query: dict[str, str]) -> Any:
        begin = query.get("from", "")
        whole = f"{begin[:14]}00:00{begin[19:]}" if begin[10:11] == "T" else begin
        return own(self, {**query, "from": whole})

    own = patch(Api, "records", records)


@defect(
    "first-point-shown",
    en="the values shown are those of the first point, whichever is asked for",
    zh="无论查询哪个监测点均返回首个监测点的数值",
    clauses=_QUERY,
)
def first_point_shown(patch: Patch) -> None:
    """The list of points was never read."""

    def records(self: Api, query: dict[str, str]) -> Any:
        return own(self, {**query, "point": "e01.energy"})

    own = patch(Api, "records", records)
