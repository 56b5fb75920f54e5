"""Defects of traces: samples left out, factors of today, figures forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from conformance.defects import Patch, defect
from simulators.platform.accounting.lines import Line
from simulators.platform.core.desk import Desk
from simulators.platform.integrity import traces


@defect(
    "trace-without-last-sample",
    en="a trace leaves the last sample of an hour out",
    zh="逆向追溯漏掉小时内最后一条采样数据",
    clauses=("isc-1/4.4-5", "isc-1/7.3d-6"),
)
def without_last_sample(patch: Patch) -> None:
    """A list that ends too early."""

    def samples(desk: Desk, line: Line) -> list[Any]:
        return own(desk, line)[:-1]

    own = patch(traces, "samples", samples)


@defect(
    "trace-newest-factor",
    en="a trace names the newest version of a factor, whenever the figure is of",
    zh="追溯一律给出最新的因子",
    clauses=("isc-1/4.4-5", "isc-1/7.3d-6", "isc-1/4.4-3"),
)
def newest_factor(patch: Patch) -> None:
    """The object as it is now."""

    def factor_of(desk: Desk, line: Line) -> list[dict[str, Any]]:
        rows = own(desk, line)
        now = {each.id: each for each in desk.objects("factor")}
        return [row | {"value": now[row["id"]].value} if row["id"] in now else row for row in rows]

    own = patch(traces, "factor_of", factor_of)


@defect(
    "trace-half-a-chain",
    en="a trace back names one record of a figure that several make up",
    zh="逆向追溯只给出多条记录中的一条",
    clauses=("isc-1/4.4-3",),
)
def half_a_chain(patch: Patch) -> None:
    """The first one found."""

    def of_line(desk: Desk, line: Line) -> list[dict[str, Any]]:
        rows = own(desk, line)
        return rows if line.key.endswith("00") else [row for row in rows if row["what"] == "factor"]

    own = patch(traces, "of_line", of_line)


@defect(
    "trace-forward-stops-at-the-fence",
    en="a trace forward ends at the enterprise and does not name the park",
    zh="正向追溯止于企业，未列出园区数值",
    clauses=("isc-1/4.4-4",),
)
def stops_at_the_fence(patch: Patch) -> None:
    """Whose is it."""

    def used_in(desk: Desk, point: Any, lines: Iterable[Line]) -> list[tuple[str, str]]:
        return [(of, id) for of, id in own(desk, point, lines) if of != "park"]

    own = patch(traces, "used_in", used_in)
