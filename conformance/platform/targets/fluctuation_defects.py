"""Defects of fluctuation: nothing is strange, or everything is, or nobody knows of a target that is new."""

# A defect stands where the platform keeps its own.
# pyright: reportPrivateUsage=false

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
    "fluctuation-of-first-targets-alone",
    en="of a target that is set once readings come in nobody's fluctuation is looked at",
    zh="开始接收数据之后新设的目标，其单位的波动不被监视",
    clauses=("cpcif/5.5.4.2b-1",),
)
def first_targets_alone(patch: Patch) -> None:
    """Targets are read when the first reading comes in."""

    def forget(self: fluctuation._Watch, kind: str) -> None:
        del self, kind

    patch(fluctuation._Watch, "_forget", forget)


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
