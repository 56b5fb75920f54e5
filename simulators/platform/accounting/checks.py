"""A warning on abnormal accounting data: what somebody entered lies far from what its point can have, or has had.

Leaves measured values to the series, cross-checks between reports to the area of data quality.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from simulators.platform.core import Desk, on_change, seam

ABNORMAL = "abnormal-entry"
_TIMES = 2
"""More than so many times the largest of its kind before (R-20)."""


@on_change("entry")
def warn(desk: Desk, before: Any, after: Any) -> None:
    """The alarm stands as long as the entry is abnormal."""
    if after is None:
        desk.clear(ABNORMAL, before.id)
        return
    if _abnormal(desk, after):
        desk.alarm(ABNORMAL, after.id, enterprise=after.enterprise, detail=f"{after.value} {after.unit}")
    else:
        desk.clear(ABNORMAL, after.id)


@seam
def _abnormal(desk: Desk, entry: Any) -> bool:
    """Whether an entry lies outside its point's limits, or is more than twice what was entered before."""
    whole = desk.as_system()
    point = whole.find("point", entry.point) if entry.point else None
    if entry.value < 0:
        return True
    if point is not None and point.high is not None and entry.value > point.high:
        return True
    if point is not None and point.low is not None and entry.value < point.low:
        return True
    fields = {"enterprise": entry.enterprise, **({"point": entry.point} if entry.point else {})}
    earlier: list[Decimal] = [
        each.value
        for each in whole.objects("entry", **fields)
        if each.id != entry.id and (each.period, each.carrier, each.unit) == (entry.period, entry.carrier, entry.unit)
    ]
    return bool(earlier) and entry.value > _TIMES * max(earlier) > 0
