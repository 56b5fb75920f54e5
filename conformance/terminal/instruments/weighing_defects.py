# pyright: reportPrivateUsage=false
"""Defects of weighbridges whose loads are added up."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from conformance.defects import Patch, defect
from reference_terminal.acquisition.scale import driver
from reference_terminal.acquisition.scale.driver import ScaleMeter
from reference_terminal.acquisition.scale.loads import Bridge, Load

_CLAUSES = ("isc-2/7.2.2e-2",)


@defect(
    "tare-not-taken-off",
    en="the gross weight of a truck is added up, its tare is not taken off",
    zh="累计毛重，未扣除皮重",
    clauses=_CLAUSES,
)
def tare_not_taken_off(patch: Patch) -> None:
    """The tare is known only when the truck leaves, and by then the gross weight has been booked."""
    whole = Bridge._weighed

    def weighed(self: Bridge, weight: Decimal) -> Load:
        load = whole(self, weight)
        if load.net is not None:
            self.total += weight
        return load

    patch(Bridge, "_weighed", weighed)


@defect(
    "every-weight-taken-for-spoiled",
    en="every frame of an indicator that sends by itself is taken for spoiled: no load is ever shown",
    zh="连续发送的称重仪表帧一律判为校验错误，从不显示装载量",
    clauses=_CLAUSES,
)
def every_weight_taken_for_spoiled(patch: Patch) -> None:
    """A check octet that is worked out wrongly fits nothing."""

    def check(octets: bytes) -> int:
        return -1

    patch(driver, "check", check)


@defect(
    "load-counted-at-every-rest",
    en="a truck that comes to rest twice on the bridge is weighed twice",
    zh="车辆在秤上两次静止即计两次",
    clauses=_CLAUSES,
)
def load_counted_at_every_rest(patch: Patch) -> None:
    """A weighing is over when the weight changes, wherever it goes."""

    def look(self: Bridge, at_s: float, weight: Decimal) -> Load | None:
        changed = weight != self._shown
        rested, self._rested = self._rested, None if changed else self._rested
        if changed:
            self._shown, self._since_s = weight, at_s
            return None if rested is None else self._weighed(rested)
        if weight >= self._least and at_s - self._since_s >= self._settled_s:
            self._rested = weight
        return None

    patch(Bridge, "look", look)


@defect(
    "bridge-looked-at-when-polled",
    en="a bridge is looked at only when its indicator is polled, and a truck that came meanwhile is not counted",
    zh="仅在轮询时查看示值，其间过磅的车辆未计入",
    clauses=_CLAUSES,
)
def bridge_looked_at_when_polled(patch: Patch) -> None:
    """The task is busy with other ports between two polls."""

    async def run(self: ScaleMeter) -> None:
        await asyncio.Event().wait()

    patch(ScaleMeter, "run", run)


@defect(
    "gross-weight-lost-at-restart",
    en="the gross weight of a truck that is being unloaded is lost with the power",
    zh="停电后丢失待回皮车辆的毛重",
    clauses=_CLAUSES,
)
def gross_weight_lost_at_restart(patch: Patch) -> None:
    """Only the sum and the number are kept."""
    patch(Bridge, "kept", property(lambda self: f"{self.total} {self.loads} -"))
