# pyright: reportPrivateUsage=false
"""Defects of 4-20 mA signals at the limits of NAMUR NE 43."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from msgspec import structs

from conformance.defects import Patch, defect
from conformance.defects.seams import leaves_standing
from reference_terminal.acquisition.modbus import analog
from reference_terminal.acquisition.modbus.settings import Registers
from reference_terminal.acquisition.scale.driver import ScaleMeter
from reference_terminal.model.reading import GOOD, HIGH_SIGNAL, LOW_SIGNAL
from reference_terminal.processing.messages import SIGNAL_FAILED
from reference_terminal.processing.signals import SignalWatch
from reference_terminal.uplink.hj212 import packets

_CLAUSES = ("csmt/7.1d",)


@defect(
    "signal-limits-at-the-range",
    en="a current outside 4 to 20 mA is in doubt",
    zh="超出 4–20 mA 即视为可疑",
    clauses=_CLAUSES,
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
)
def doubtful_signal_good(patch: Patch) -> None:
    """There are two states, good and bad."""
    patch(analog, "doubt", lambda config, milliamperes: "")


@defect(
    "doubtful-signal-sent-as-normal",
    en="a value between measurement and fault is sent as normal",
    zh="介于有效与故障之间的数值以正常标记上传",
    clauses=_CLAUSES,
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


@defect(
    "glitch-reported-as-failure",
    en="a loop counts as failed at the first reading outside its limits",
    zh="首次越限即判回路故障",
    clauses=_CLAUSES,
)
def glitch_reported_as_failure(patch: Patch) -> None:
    """The limits have no time in them."""
    _with_time(patch, 0)


@defect(
    "failure-reported-late",
    en="a loop counts as failed after half a minute only",
    zh="越限半分钟后才判回路故障",
    clauses=_CLAUSES,
)
def failure_reported_late(patch: Patch) -> None:
    """Alarms are damped against flicker."""
    _with_time(patch, 30)


def _with_time(patch: Patch, failure_s: int) -> None:
    whole = SignalWatch.look

    def look(self: SignalWatch, config: Any, period_s: int, reading: Any) -> None:
        place = config.place
        if isinstance(place, Registers) and place.analog is not None:
            analog = structs.replace(place.analog, failure_s=failure_s)
            config = replace(config, place=replace(place, analog=analog))
        whole(self, config, 0 if failure_s else period_s, reading)

    patch(SignalWatch, "look", look)


@defect(
    "failure-never-cleared",
    en="the alarm of a failed loop stands although the signal is back",
    zh="信号恢复后回路故障报警不消除",
    clauses=_CLAUSES,
)
def failure_never_cleared(patch: Patch) -> None:
    """Somebody has to press the button."""
    leaves_standing(patch, SIGNAL_FAILED)


@defect(
    "last-value-held-over-glitches",
    en="while a fault may still be a glitch the last value stands as good",
    zh="越限未确认前以上一值作为良好值",
    clauses=_CLAUSES,
)
def last_value_held_over_glitches(patch: Patch) -> None:
    """Controllers hold the last value so that nothing trips."""
    whole = SignalWatch.look
    held: dict[str, Decimal] = {}

    def look(self: SignalWatch, config: Any, period_s: int, reading: Any) -> None:
        whole(self, config, period_s, reading)
        if reading.value is not None:
            held[config.id] = reading.value
        elif reading.cause in (LOW_SIGNAL, HIGH_SIGNAL) and config.id in held:
            reading.value, reading.quality, reading.cause = held[config.id], GOOD, ""

    patch(SignalWatch, "look", look)
