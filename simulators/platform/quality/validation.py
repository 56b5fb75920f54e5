"""Automatic validation of parameters: what cannot be right as it stands (CPCIF 8.4b).

Leaves refusing what cannot even be read to the kinds themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from simulators.platform.core import Desk, analysis, seam

SHARES = ("OF", "share")
"""Symbols that are shares from 0 to 1."""
POSITIVE = ("NCV", "CC")
"""Symbols that are above 0."""
ABOVE = frozenset(
    [
        "tCO2",
        "kgCO2",
        "tCO2e",
        "kgCO2e",
        "tCH4",
        "kgCH4",
        "tN2O",
        "kgN2O",
        "tC",
        "kgC",
        "GJ",
        "MJ",
        "TJ",
        "kJ",
        "tce",
        "kgce",
    ]
)
BELOW = frozenset(
    ["t", "kg", "1e4t", "MWh", "kWh", "GWh", "GJ", "MJ", "TJ", "tce", "Nm3", "1e3Nm3", "1e4Nm3", "m3", "CNY"]
)
"""What a factor's unit may have above and below its stroke."""


class FindingsQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose objects."""

    enterprise: str


@analysis("findings", en="findings of the automatic validation", zh="自动校验结果")
def findings(desk: Desk, query: FindingsQuery) -> list[dict[str, Any]]:
    """Every object of an enterprise that cannot be right, and which field of it."""
    rows: list[dict[str, Any]] = []
    for kind, check in (("parameter", parameter), ("factor", factor), ("entry", entry), ("activity", entry)):
        for each in desk.objects(kind, enterprise=query.enterprise):
            rows += [
                {"kind": kind, "id": each.id, "field": field, "value": str(getattr(each, field)), "reason": reason}
                for field, reason in check(each)
            ]
    return rows


@seam
def parameter(each: Any) -> Iterator[tuple[str, str]]:
    """Shares outside 0 to 1, and what must be above 0."""
    if each.name in SHARES and not 0 <= each.value <= 1:
        yield "value", "a share lies between 0 and 1 / 份额应在 0 与 1 之间"
    if each.name in POSITIVE and each.value <= 0:
        yield "value", "is above 0 / 应大于 0"


@seam
def factor(each: Any) -> Iterator[tuple[str, str]]:
    """Negative factors, and units that are none."""
    if each.value < 0:
        yield "value", "a factor is not negative / 因子不应为负"
    above, _, below = each.unit.partition("/")
    if above not in ABOVE or below not in BELOW:
        yield "unit", "is no unit of a factor / 不是因子的单位"


@seam
def entry(each: Any) -> Iterator[tuple[str, str]]:
    """Negative quantities."""
    if each.value < 0:
        yield "value", "a quantity is not negative / 活动量不应为负"
