"""Defects of pages: rounded values, an hour late, minutes left out, instruments that always work (ISC-2 7.2.3-A(3))."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.defects import Patch, defect
from reference_terminal.web.pages import instants
from reference_terminal.web.pages.asks import Asks

Row = dict[str, Any]


def _rows(patch: Patch, name: str, change: Callable[[list[Row]], list[Row]]) -> None:
    """What pages get as the rows of an address, changed."""

    async def rows(self: Asks, asked: str, key: str = "", **query: str) -> list[Row]:
        found = await own(self, asked, key, **query)
        return change(found) if asked == name else found

    own = patch(Asks, "rows", rows)


@defect(
    "pages-round-values",
    en="pages show latest values without decimals",
    zh="页面实时值不显示小数",
    clauses=("isc-2/7.2.4e", "isc-2/7.2.3-A(3)c"),
)
def pages_round_values(patch: Patch) -> None:
    """They look tidier."""

    def rounded(found: list[Row]) -> list[Row]:
        latest = ((each, each["latest"]) for each in found)
        return [
            each if last is None else {**each, "latest": {**last, "value": str(round(float(last["value"])) + 1)}}
            for each, last in latest
        ]

    _rows(patch, "points", rounded)


@defect(
    "pages-show-the-first-reading",
    en="pages go on showing the first values that they ever showed",
    zh="页面一直显示首次读数",
    clauses=("isc-2/7.2.4e",),
)
def first_reading(patch: Patch) -> None:
    """What was fetched once is kept."""
    kept: list[list[Row]] = []

    def first(found: list[Row]) -> list[Row]:
        if not kept and all(each["latest"] is not None for each in found):
            kept.append(found)
        return kept[0] if kept else found

    _rows(patch, "points", first)


@defect(
    "pages-leave-minutes-out",
    en="pages show every second record",
    zh="页面仅显示一半历史记录",
    clauses=("isc-2/7.2.3-A(3)c",),
)
def minutes_left_out(patch: Patch) -> None:
    """The table was too long."""
    _rows(patch, "records", lambda found: found[::2])


@defect(
    "pages-forget-the-times-asked-for",
    en="pages show the last day, whatever stretch of time was asked for",
    zh="无论选择何时段，页面均显示最近一天",
    clauses=("isc-2/7.2.3-A(3)c",),
)
def times_forgotten(patch: Patch) -> None:
    """The field of the form has another name by now."""

    def when(text: str, default_s: int) -> str:
        return own("", default_s)

    own = patch(instants, "as_asked", when)


@defect(
    "pages-show-the-record-before",
    en="pages show each record with the value of the one before it",
    zh="页面历史记录的数值错位一行",
    clauses=("isc-2/7.2.3-A(3)c",),
)
def record_before(patch: Patch) -> None:
    """Beginning and end of the minute were mixed up."""

    def shifted(found: list[Row]) -> list[Row]:
        before = [None, *(each["value"] for each in found)]
        return [{**each, "value": value} for each, value in zip(found, before, strict=False)]

    _rows(patch, "records", shifted)


@defect(
    "instruments-always-work",
    en="pages show an instrument as working once it has answered",
    zh="仪表应答过一次后页面一直显示正常",
    clauses=("isc-2/7.2.3-A(3)a",),
)
def always_work(patch: Patch) -> None:
    """The state is that of the start."""
    _rows(
        patch, "acquisition", lambda found: [{**each, "silent": False} if "silent" in each else each for each in found]
    )
