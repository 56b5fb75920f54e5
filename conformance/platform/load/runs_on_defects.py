# pyright: reportPrivateUsage=false
"""A platform that does not last."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import count
from typing import Any

from conformance.defects import REAL_RIGS, Patch, defect
from simulators.platform.core.intake.taking import Intake

_LASTS = 1


@defect(
    "platform-ends-under-load",
    en="After the first transaction of terminals' data the platform ends",
    zh="处理首次终端数据后平台退出",
    clauses=("cpcif/6.3a-1",),
    rigs=REAL_RIGS,
)
def ends_under_load(patch: Patch) -> None:
    """The process is gone at once."""
    keep, number = Intake._keep, count(1)

    def last(self: Intake, batches: Sequence[Any]) -> None:
        if next(number) > _LASTS:
            os._exit(3)
        keep(self, batches)

    patch(Intake, "_keep", last)
