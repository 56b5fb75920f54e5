"""Defects of fluctuation: nothing is strange, or everything is."""

from __future__ import annotations

from decimal import Decimal

from conformance.defects import Patch, defect
from simulators.platform.targets import fluctuation


@defect(
    "fluctuation-not-looked-at",
    en="Readings that leap to eight times go unnoticed",
    zh="实时数据突变八倍也不报警",
    clauses=("cpcif/5.5.4.2b-1",),
)
def not_looked_at(patch: Patch) -> None:
    """Only totals are looked at."""

    def strange(value: Decimal, last: list[Decimal]) -> bool:
        del value, last
        return False

    patch(fluctuation, "strange", strange)


@defect(
    "every-reading-fluctuates",
    en="Any change of a reading is an alarm",
    zh="读数稍有变化即报警",
    clauses=("cpcif/5.5.4.2b-1",),
)
def everything_strange(patch: Patch) -> None:
    """Compared for equality."""

    def strange(value: Decimal, last: list[Decimal]) -> bool:
        return value != last[-1]

    patch(fluctuation, "strange", strange)
