# pyright: reportPrivateUsage=false
"""Defects of the second check: none at all, one by the author, one that leads nowhere."""

from __future__ import annotations

from typing import Any

from conformance.defects import Patch, defect
from reference_terminal.access.proposals import Proposals
from reference_terminal.access.rights import Right
from reference_terminal.model.messages import Text
from reference_terminal.processing.manual import Entry
from reference_terminal.processing.pipeline import PointState
from reference_terminal.web import guard
from reference_terminal.web.api import Api
from reference_terminal.web.pages import measured
from reference_terminal.web.pages.blocks import Table
from reference_terminal.web.state import StateApi

_REVIEW = ("csmt/11.13o",)


@defect(
    "counts-as-it-is-entered",
    en="a value by hand counts as it is entered, and is put up for release besides",
    zh="人工填报数据录入即生效，审核只是形式",
    clauses=_REVIEW,
)
def counts_as_it_is_entered(patch: Patch) -> None:
    """So that no report is late."""

    def propose(self: Api, proposals: Proposals, state: PointState, made: Entry, fields: dict[str, str]) -> Any:
        self._terminal.manual.enter(state, made)
        return own(self, proposals, state, made, fields)

    own = patch(Api, "_propose", propose)


def _decides(patch: Patch, **instead: str) -> None:
    def decide(self: StateApi, fields: dict[str, str]) -> Any:
        return own(self, {**fields, **instead})

    own = patch(StateApi, "decide", decide)


@defect(
    "released-by-its-author",
    en="whoever enters a value may release it",
    zh="填报人可以发布自己填报的数据",
    clauses=_REVIEW,
)
def released_by_its_author(patch: Patch) -> None:
    """There is nobody else at night."""

    def may(who: str, right: Right) -> bool:
        return (who == "clerk" and right is Right.RELEASE) or own(who, right)

    own = patch(guard, "may", may)
    _decides(patch, author="the second check")


@defect(
    "released-in-vain",
    en="a value that was released is forgotten",
    zh="审核发布后的数据未生效",
    clauses=_REVIEW,
)
def released_in_vain(patch: Patch) -> None:
    """The list is emptied, and that is all."""
    _decides(patch, decision="reject")


@defect(
    "waiting-values-not-on-the-page",
    en="the page on which values are released does not show them",
    zh="审核页面不显示待审核的数据",
    clauses=_REVIEW,
)
def waiting_values_not_on_the_page(patch: Patch) -> None:
    """Their numbers to choose from are there."""

    def table(title: Text, columns: Any, rows: Any, *more: Any, **named: Any) -> Table:
        return own(title, columns, (), *more, **named)

    own = patch(measured, "Table", table)
