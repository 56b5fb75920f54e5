"""Defects of 4-20 mA signals at the limits of NAMUR NE 43."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from conformance.defects import Patch, defect
from reference_terminal.acquisition import analog
from reference_terminal.acquisition.scale import ScaleMeter
from reference_terminal.uplink import packets

_CLAUSES = ("csmt/7.1d",)
_CASE = "signals/keeps-the-limits-of-signals"


@defect(
    "signal-limits-at-the-range",
    en="a current outside 4 to 20 mA is in doubt",
    zh="超出 4–20 mA 即视为可疑",
    clauses=_CLAUSES,
    cases=(_CASE,),
)
def signal_limits_at_the_range(patch: Patch) -> None:
    """The range of the measurement was taken for that of the signal."""
    patch(analog, "VALID_LOW", Decimal(4))
    patch(analog, "VALID_HIGH", Decimal(20))


@defect(
    "signal-faults-beyond-fail-safe",
    en="a fault is only what lies beyond 3.5 and 21.5 mA",
    zh="仅 3.5 mA 以下、21.5 mA 以上判为故障",
    clauses=_CLAUSES,
    cases=(_CASE,),
)
def signal_faults_beyond_fail_safe(patch: Patch) -> None:
    """The currents that transmitters fail to were taken for the limits."""
    patch(analog, "FAULT_LOW", Decimal("3.5"))
    patch(analog, "FAULT_HIGH", Decimal("21.5"))


@defect(
    "doubtful-signal-good",
    en="whatever is no fault is a good value",
    zh="非故障电流一律视为良好",
    clauses=_CLAUSES,
    cases=(_CASE,),
)
def doubtful_signal_good(patch: Patch) -> None:
    """There are two states, good and bad."""
    patch(analog, "doubt", lambda config, milliamperes: "")


@defect(
    "doubtful-signal-sent-as-normal",
    en="a value between measurement and fault is sent as normal",
    zh="介于有效与故障之间的数值以正常标记上传",
    clauses=_CLAUSES,
    cases=(_CASE,),
)
def doubtful_signal_sent_as_normal(patch: Patch) -> None:
    """The quality stays in the terminal."""
    patch(packets, "LOW_SIGNAL", "")
    patch(packets, "HIGH_SIGNAL", "")


@defect(
    "weight-of-the-axle-before",
    en="a weight is taken from what the indicator sent before the truck",
    zh="采用车辆上磅之前的重量",
    clauses=("isc-2/7.2.2e-2",),
    cases=("signals/reads-weighing-indicators",),
)
def weight_of_the_axle_before(patch: Patch) -> None:
    """Frames come faster than they are read, and the buffer gives the oldest first."""
    whole = ScaleMeter.read
    kept: dict[int, list[Any]] = {}

    async def read(self: ScaleMeter, *args: Any, **named: Any) -> Any:
        poll = await whole(self, *args, **named)
        queue = kept.setdefault(self._first_point, [])
        queue.append([one.value for one in poll.readings])
        if len(queue) > 6:
            for one, value in zip(poll.readings, queue.pop(0), strict=True):
                one.value = value
        return poll

    patch(ScaleMeter, "read", read)
