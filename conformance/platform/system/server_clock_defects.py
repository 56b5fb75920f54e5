"""Defects of the server's clock: asked and not followed (CPCIF 6.3)."""

from __future__ import annotations

from conformance.defects import Patch, defect
from simulators.platform.core.timekeeping import Timekeeper


@defect(
    "clock-set-once",
    en="the clock is set at the start, and goes by itself from then on",
    zh="时钟仅在启动时校准一次",
    clauses=("cpcif/6.3d",),
)
def clock_set_once(patch: Patch) -> None:
    """It is a good clock."""

    def correct(self: Timekeeper, ahead_ns: int) -> None:
        if not self._clock.ahead_ns:  # pyright: ignore[reportPrivateUsage]
            whole(self, ahead_ns)

    whole = patch(Timekeeper, "_correct", correct)
