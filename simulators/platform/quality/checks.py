"""Quality control of online instruments from afar: checks are submitted, reviewed, kept (CPCIF 8.4c)."""

from __future__ import annotations

from typing import Annotated, Literal

from simulators.platform.core import Amount, Desk, Instant, Refused, Thing, kind, on_change, ref, seam

REVIEWERS = ("administrator", "operator", "manager")
"""Who may approve and reject."""


class QualityCheck(Thing, frozen=True, kw_only=True):
    """What an instrument showed of a known value; `limit` is the largest difference allowed."""

    enterprise: Annotated[str, ref("enterprise")]
    point: Annotated[str, ref("point")]
    check: Literal["zero", "span", "linearity"]
    checked_at: Instant
    reference: Amount
    measured: Amount
    unit: str = ""
    limit: Amount
    state: Literal["submitted", "approved", "rejected"] = "submitted"
    remark: str = ""


KINDS = (kind("quality_check", QualityCheck, en="quality-control check", zh="质控核查记录", tenant="enterprise"),)
_CONTENT = ("point", "check", "checked_at", "reference", "measured", "unit", "limit")


@on_change("quality_check")
def reviewed(desk: Desk, before: QualityCheck | None, after: QualityCheck | None) -> None:
    """Only a reviewer decides, and what was decided keeps its content. Raises Refused."""
    decided = before is not None and before.state != "submitted"
    if after is None:
        if decided and not reviews(desk):
            raise Refused(
                403, "a check that was reviewed is removed by a reviewer alone", "已审核的记录只能由审核人删除"
            )
        return
    if (before.state if before is not None else "submitted") != after.state and not reviews(desk):
        raise Refused(403, "your role may not review checks", "当前角色无权审核质控记录")
    if before is not None and decided and not same_content(before, after):
        raise Refused(409, "a check that was reviewed keeps its content", "已审核的记录内容不能更改")


@seam
def reviews(desk: Desk) -> bool:
    """Whether this account may review."""
    return desk.account.role in REVIEWERS


@seam
def same_content(before: QualityCheck, after: QualityCheck) -> bool:
    """Whether a check says what it said."""
    return all(getattr(before, name) == getattr(after, name) for name in _CONTENT)
