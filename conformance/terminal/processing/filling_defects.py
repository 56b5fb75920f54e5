# pyright: reportPrivateUsage=false
"""Defects of filling: estimates that are none, that pass for measurements, that nobody hears of."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from conformance.defects import Patch, defect
from conformance.defects.seams import hides_events
from reference_terminal.model import numbers, reading
from reference_terminal.model.rows import Gap
from reference_terminal.processing import filling
from reference_terminal.processing.filling import Filling
from reference_terminal.processing.gaps import GapKeeper
from reference_terminal.settings.meters import PointConfig

_CLAUSES = ("csmt/12.3.2a",)
_SHORT_S = 15


@defect(
    "gaps-claimed-filled",
    en="a filled gap has a line in the log and no values",
    zh="仅在日志中注明插补，并无估计值",
    clauses=_CLAUSES,
)
def gaps_claimed_filled(patch: Patch) -> None:
    """The table of estimates was left out of the last release."""
    patch(Filling, "keep", lambda self, number, slot_s, value: None)


@defect(
    "last-value-called-linear",
    en="the last value before the gap is called a linear estimate",
    zh="以缺失前的数值冒充线性插补",
    clauses=_CLAUSES,
)
def last_value_called_linear(patch: Patch) -> None:
    """When the gap is filled nobody knows the value after it yet."""
    real = filling.estimates

    def estimates(config: PointConfig, gap: Gap, period_s: int, method: str) -> Any:
        for slot_s, _ in real(config, gap, period_s, method):
            yield slot_s, Decimal(gap.from_value or "0")

    patch(filling, "estimates", estimates)


@defect(
    "filled-without-base",
    en="a gap with nothing before it is filled with the value after it",
    zh="无前值的缺失时段以其后数值插补",
    clauses=_CLAUSES,
)
def filled_without_base(patch: Patch) -> None:
    """One side is taken for both."""
    real = filling.estimates

    def estimates(config: PointConfig, gap: Gap, period_s: int, method: str) -> Any:
        if gap.from_s is None and gap.end_s is not None and gap.to_value is not None:
            return ((slot_s, Decimal(gap.to_value)) for slot_s in range(gap.start_s, gap.end_s, period_s))
        return real(config, gap, period_s, method)

    patch(filling, "estimates", estimates)


@defect(
    "estimates-among-readings",
    en="estimates are stored among the readings as good",
    zh="估计值以良好质量存入测量序列",
    clauses=_CLAUSES,
)
def estimates_among_readings(patch: Patch) -> None:
    """One series is simpler than two."""
    whole = Filling.keep

    def keep(self: Filling, number: int, slot_s: int, value: Decimal) -> None:
        whole(self, number, slot_s, value)
        text = numbers.text(value)
        self._store.write(
            "UPDATE reading SET value=?, quality=?, cause='' WHERE slot_s=? AND point=?",
            (text, reading.GOOD, slot_s, number),
        )

    patch(Filling, "keep", keep)


@defect(
    "filling-untold",
    en="gaps are filled without a word in the log",
    zh="插补不记入日志",
    clauses=_CLAUSES,
)
def filling_untold(patch: Patch) -> None:
    """It happens by itself, so nobody needs to know."""
    hides_events(patch, lambda kind, en: kind == "gap filled")


@defect(
    "stretch-before-standby-unrecorded",
    en="what was missed before the standby was read leaves no gap",
    zh="启用备用设备前的缺失时段不作记录",
    clauses=("isc-2/7.2.3-A(1)c",),
)
def stretch_before_standby_unrecorded(patch: Patch) -> None:
    """Only gaps of a quarter of a minute and more are worth a line."""
    whole = GapKeeper.__init__

    def made(self: GapKeeper, subject: str, keep: Any, number: Any) -> None:
        def kept(gap: Gap) -> None:
            if gap.end_s is not None and gap.end_s - gap.start_s >= _SHORT_S:
                keep(gap)

        whole(self, subject, kept, number)

    patch(GapKeeper, "__init__", made)
