# pyright: reportPrivateUsage=false
"""Which defects of other chapters the short cases of real time must notice, and one that only they have time for.

Leaves the defects themselves to their chapters. Every check of a short case is named here with what flips it.
"""

from __future__ import annotations

from conformance.defects import Patch, defect, noticed
from reference_terminal.model import reading as readings
from reference_terminal.model.reading import Reading
from reference_terminal.model.rows import Record
from reference_terminal.processing.pipeline import Pipeline, PointState

_DELIVERS, _OUTAGE = "realtime/delivers-within-minutes", "realtime/backfills-short-outage"
_SYNC, _INSTANT = "realtime/outlasts-cut-at-sync", "realtime/outlasts-cut-at-instant"
_ANY_SYNC = "realtime/outlasts-cut-at-any-sync"
_BOOT = "realtime/recovers-from-clock-wrong-at-boot"
_EDGES = "realtime/takes-over-edge-values-quickly"
_DLT645, _CJT188 = "realtime/reads-dlt645-meters-quickly", "realtime/reads-cjt188-meters-quickly"
_MODBUS = "realtime/reads-modbus-on-serial-lines-quickly"
_BESIDE_DEAD = "realtime/keeps-cadence-beside-dead-meter-quickly"
_SPOILED = "realtime/stores-nothing-from-spoiled-answers-quickly"
_KEPT, _TAKEN = "realtime/keeps-source-quickly", "realtime/switches-to-standby-quickly"
_CONFIGURED = "realtime/configures-quickly"
_REVOKED, _RENEWED = "realtime/refuses-what-is-revoked-quickly", "realtime/renews-its-certificate-quickly"

_CUTS = (_SYNC, _INSTANT, _ANY_SYNC)
for _name in (
    "asks-for-no-acknowledgement",
    "flags-left-out",
    "sends-everything-twice",
    "boundary-counted-twice",
    "stamps-are-ends",
    "first-minutes-not-queued",
    "own-code-added",
):
    noticed(_name, _DELIVERS, _OUTAGE, *_CUTS, _REVOKED, _RENEWED)
noticed("one-cycle-behind", _DELIVERS)
noticed("only-the-first-centre", _DELIVERS)
noticed("local-copy-rounded", *_CUTS)
noticed("periods-sent-like-real-time-data", _OUTAGE)
noticed("slow-self-test", _ANY_SYNC, _INSTANT)
noticed("never-synced", _ANY_SYNC)
noticed("resumes-on-the-hour", _INSTANT)
noticed("integer-division", _EDGES)

for _name in ("management-never-asked", "packages-only-noted", "packages-refused-throughout"):
    noticed(_name, _CONFIGURED)
noticed("formulas-only-noted", _CONFIGURED)
noticed("factors-only-noted", _CONFIGURED)

noticed("clock-command-fails", _BOOT)
noticed("hour-after-step-discarded", _BOOT)
noticed("last-value-rewritten-after-start", _BOOT)
noticed("clock-back-counts-again", _BOOT)
noticed("boundary-counted-twice", _BOOT)
noticed("step-booked-negative", _BOOT)
noticed("ratio-used-twice", _BOOT)
noticed("periods-run-from-the-step", _BOOT)
noticed("step-restarts-acquisition", _BOOT)

noticed("digits-in-reverse-order", _DLT645, _CJT188)
noticed("gas-in-tens", _CJT188)
noticed("water-in-tens", _CJT188)
noticed("serial-values-in-single-precision", _MODBUS, _BESIDE_DEAD)
noticed("last-meter-of-line-left-out", _BESIDE_DEAD)
noticed("dead-meter-starves-line", _BESIDE_DEAD)
noticed("gaps-by-whole-hours", _SPOILED)
noticed("no-gap-noted", _SPOILED)
noticed("check-octet-not-looked-at", _SPOILED)

noticed("standby-after-five-seconds", _KEPT)
noticed("standby-after-twenty-seconds", _TAKEN)
noticed("standby-a-second-late", _TAKEN)
noticed("standby-in-silence", _TAKEN)
noticed("standby-source-not-kept", _TAKEN)
noticed("standby-register-counted", _TAKEN)
noticed("no-gap-noted", _TAKEN)


@defect(
    "gap-at-every-minute",
    en="the first reading of every minute is recorded as missing",
    zh="每分钟首次采集被误记为缺失",
    clauses=("isc-2/7.2.3-A(1)b",),
    cases=(_SPOILED,),
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
