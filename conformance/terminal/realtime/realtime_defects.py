# pyright: reportPrivateUsage=false
"""A defect that only the short cases of real time have time for.

Leaves those of other chapters, which these cases notice too, to their chapters; the proof tells which (`proof.json`).
"""

from __future__ import annotations

from conformance.defects import Patch, defect
from reference_terminal.model import reading as readings
from reference_terminal.model.reading import Reading
from reference_terminal.model.rows import Record
from reference_terminal.processing.pipeline import Pipeline, PointState


@defect(
    "gap-at-every-minute",
    en="the first reading of every minute is recorded as missing",
    zh="每分钟首次采集被误记为缺失",
    clauses=("isc-2/7.2.3-A(1)b",),
)
def gap_at_every_minute(patch: Patch) -> None:
    """The count of polls is cleared at the change of the minute before it is compared with what was due."""
    whole = Pipeline.take

    def take(self: Pipeline, state: PointState, reading: Reading, skipped: str) -> list[Record]:
        records = whole(self, state, reading, skipped)
        if reading.slot_s % 60 == 0 and reading.good:
            state.gap.miss(reading.slot_s, 1, readings.MISSED)
        return records

    patch(Pipeline, "take", take)
