# pyright: reportPrivateUsage=false
"""Defects of time that goes back while records wait.

Leaves steps of the clock as such to `clock`.
"""

# pyright: reportPrivateUsage=false

from __future__ import annotations

from conformance.defects import Patch, defect
from reference_terminal.hj212.qn import QnSource
from reference_terminal.model.times import stamp_ms


@defect(
    "message-numbers-by-the-second",
    en="messages are numbered within the second of the wall clock, whatever was used before",
    zh="请求编码按时钟秒内计数，不避免重号",
    clauses=("isc-2/7.3.1e",),
)
def message_numbers_by_the_second(patch: Patch) -> None:
    """A counter that begins anew with every second, since time only goes forward."""
    last: dict[str, int] = {}

    def following(self: QnSource) -> str:
        now_s = self._clock.now_s()
        count = last.get("count", -1) + 1 if last.get("second") == now_s else 0
        last.update(second=now_s, count=count)
        return stamp_ms(now_s * 1000 + count)

    patch(QnSource, "next", following)
