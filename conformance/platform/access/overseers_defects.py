"""Defects of overseers: a park's and a government's accounts that see more than theirs, or less.

Leaves roles to `subjects_defects`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import false, select, true

from conformance.defects import Patch, defect
from simulators.platform.core import rights
from simulators.platform.core.rights import Account, Row
from simulators.platform.core.tables import ObjectRow

_CLAUSES = ("isc-1/4.7b", "isc-1/7.3d-3")


def _enterprises(patch: Patch, role: str, found: Any) -> None:
    """The enterprises of a role are others."""

    def enterprises(account: Account) -> Any:
        return found if account.role == role else own(account)

    own = patch(rights, "enterprises", enterprises)


@defect(
    "platform-parks-see-each-other",
    en="the operator of one park sees the enterprises of every other",
    zh="园区管理员可查看其他园区的企业",
    clauses=_CLAUSES,
)
def parks_see_each_other(patch: Patch) -> None:
    """There was only one park when it was written."""
    _enterprises(patch, "operator", select(ObjectRow.id).where(ObjectRow.kind == "enterprise"))

    def park(account: Account, row: Row) -> Any:
        return true() if account.role == "operator" else own(account, row)

    own = patch(rights, "_park", park)


@defect(
    "platform-governments-see-each-other",
    en="the government of one region is told the figures of enterprises of every other",
    zh="政府账户可查看其他区域企业的数据",
    clauses=_CLAUSES,
)
def governments_see_each_other(patch: Patch) -> None:
    """Its region is not looked at."""
    _enterprises(patch, "government", select(ObjectRow.id).where(ObjectRow.kind == "enterprise"))


@defect(
    "platform-governments-see-nobody",
    en="a government is shown nothing of the enterprises of its region",
    zh="政府账户查看不到本区域企业",
    clauses=("isc-1/7.2a",),
)
def governments_see_nobody(patch: Patch) -> None:
    """Nobody had told it which."""
    _enterprises(patch, "government", select(ObjectRow.id).where(ObjectRow.kind == "enterprise", false()))
