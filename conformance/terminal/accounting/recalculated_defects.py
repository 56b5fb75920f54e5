# pyright: reportPrivateUsage=false
"""Defects of working results out again: sums of old and new, the newest version beside everything, half of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import apsw

from conformance.defects import Patch, defect
from reference_terminal.model.rows import Record
from reference_terminal.model.times import MINUTE, Span
from reference_terminal.processing import emissions
from reference_terminal.processing.rework import Rework, _Portion
from reference_terminal.processing.versions import Versions
from reference_terminal.settings.accounting import FigureSet
from reference_terminal.web.accounting import AccountingApi

_CLAUSES = ("csmt/8.3.1e", "isc-2/7.2.8c")


@defect(
    "sums-of-old-and-new",
    en="while results are worked out again a sum of old and new ones is told as complete",
    zh="重新计算期间，新旧结果之和显示为完整",
    clauses=_CLAUSES,
)
def sums_of_old_and_new(patch: Patch) -> None:
    """Nobody who asks is told that it is not done yet."""

    def is_under_way(self: AccountingApi, from_s: int, to_s: int) -> bool:
        return False

    patch(AccountingApi, "is_under_way", is_under_way)


@defect(
    "newest-version-beside-everything",
    en="beside a figure stands the newest version of the factors, not the one it was worked out with",
    zh="排放量旁注明的是最新因子版本，而非计算所用版本",
    clauses=("isc-2/7.2.8c",),
)
def newest_version(patch: Patch) -> None:
    """It is looked up when somebody asks."""
    whole = AccountingApi._rows

    def rows(
        self: AccountingApi, figure: FigureSet, span: Any, from_s: int, to_s: int, most: int
    ) -> list[dict[str, Any]]:
        number = self.emissions_of().versions.number(from_s)
        return [{**row, "version": number} for row in whole(self, figure, span, from_s, to_s, most)]

    patch(AccountingApi, "_rows", rows)


@defect(
    "only-minutes-reckoned-anew",
    en="a factor that counts back is worked into the minutes and into no longer period",
    zh="追溯生效的因子仅重算分钟值，不重算更长时段",
    clauses=("csmt/8.3.1e",),
)
def only_minutes(patch: Patch) -> None:
    """The first class is done and no other."""
    whole = Rework.plan

    def plan(
        self: Rework, from_s: int, to_s: int, names: Sequence[str] | None = None
    ) -> Iterator[tuple[Span, list[int]]]:
        return (each for each in whole(self, from_s, to_s, names) if each[0] is MINUTE)

    patch(Rework, "plan", plan)


@defect(
    "period-of-two-versions-by-its-first",
    en="a stored period within which another version begins is worked out anew by the version of its beginning",
    zh="时段内因子版本变更时，重算整段均用起始时刻的版本",
    clauses=_CLAUSES,
)
def by_its_first(patch: Patch) -> None:
    """Nobody looks for versions that begin inside."""

    def changes(self: Versions, start_s: int, end_s: int) -> bool:
        return False

    patch(Versions, "changes", changes)


@defect(
    "recalculation-ends-in-an-error",
    en="a factor that counts from earlier on ends in an error of the terminal, and nothing is worked out anew",
    zh="录入追溯生效的因子时终端出错，结果未重算",
    clauses=_CLAUSES,
)
def ends_in_an_error(patch: Patch) -> None:
    """What a source is fed by is looked up where there is one input less."""

    def plan(
        self: Rework, from_s: int, to_s: int, names: Sequence[str] | None = None
    ) -> Iterator[tuple[Span, list[int]]]:
        raise IndexError("list index out of range")

    patch(Rework, "plan", plan)


@defect(
    "old-results-overwritten",
    en="a recalculation writes its results over those that were there before",
    zh="重新计算直接覆盖原结果，原结果不可查询",
    clauses=("csmt/8.3.1e",),
)
def old_results_overwritten(patch: Patch) -> None:
    """There is one figure for each period."""

    def write(self: _Portion, connection: apsw.Connection) -> None:
        self._superseded.clear()
        own(self, connection)

    own = patch(_Portion, "write", write)


@defect(
    "corrected-results-overwritten",
    en="what an entry that is corrected changes is written over what was there before",
    zh="更正填报后直接覆盖原结果，原结果不可查询",
    clauses=("csmt/8.3.1e",),
)
def corrected_results_overwritten(patch: Patch) -> None:
    """What is recalculated is kept, what an entry changes is not."""

    def supersede(connection: apsw.Connection, record: Record) -> None:
        own(connection, record)
        key = (record.span, record.start_s, record.point)
        connection.execute("DELETE FROM superseded WHERE span=? AND start_s=? AND point=?", key)

    own = patch(emissions, "supersede", supersede)


@defect(
    "closed-months-left-as-they-are",
    en="a recalculation that is ordered leaves out months that are closed",
    zh="重新计算指令不处理已结账月份",
    clauses=("csmt/8.3.1e",),
)
def closed_months_left(patch: Patch) -> None:
    """What is closed is closed."""

    def release(self: Versions, month_s: int, author: str, reason: str) -> None:
        del self, month_s, author, reason

    patch(Versions, "release", release)
