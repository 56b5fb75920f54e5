# pyright: reportPrivateUsage=false
"""Defects of what stands in for a meter: the ten-second rule of a standby source, manual entry.

Leaves the meters' own interfaces to `interfaces` and `acquisition`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec

from conformance.defects import Patch, defect
from conformance.defects.seams import leaves_standing, whispers_alarms
from reference_terminal.acquisition import standby
from reference_terminal.acquisition.poller import GatewayPoller
from reference_terminal.model.reading import Reading
from reference_terminal.model.rows import Record
from reference_terminal.processing.counter import CounterTracker, Step
from reference_terminal.processing.manual import Entry, ManualEntries
from reference_terminal.processing.messages import METER_SILENT, STANDBY_IN_USE
from reference_terminal.processing.pipeline import Pipeline, PointState
from reference_terminal.processing.sources import Sources

_RULE = ("isc-2/7.2.3-A(1)c",)
_ENTRIES = ("csmt/11.3d", "isc-2/7.2.2(2)i")


@defect(
    "standby-after-five-seconds",
    en="the standby is read after five seconds of silence",
    zh="中断 5 s 即改用备用设备",
    clauses=_RULE,
)
def standby_after_five_seconds(patch: Patch) -> None:
    """Somebody did not want to wait for ten."""
    patch(standby, "SILENCE_S", 5.0)


@defect(
    "standby-after-twenty-seconds",
    en="the standby is read only after twenty seconds of silence",
    zh="中断 20 s 才改用备用设备",
    clauses=_RULE,
)
def standby_after_twenty_seconds(patch: Patch) -> None:
    """Two time-outs of ten seconds one after the other."""
    patch(standby, "SILENCE_S", 20.0)


@defect(
    "standby-a-second-late",
    en="the standby is read more than eleven seconds after the last reply",
    zh="末次应答 11 s 后才改用备用设备",
    clauses=_RULE,
)
def standby_a_second_late(patch: Patch) -> None:
    """Silence is counted from the first poll that failed instead of the last that did not."""
    patch(standby, "_MARGIN_S", 1.3)


@defect(
    "standby-between-slow-polls",
    en="ten seconds between two polls count as silence",
    zh="两次轮询之间的 10 s 间隔被当作中断",
    clauses=_RULE,
)
def standby_between_slow_polls(patch: Patch) -> None:
    """The rule of ten seconds is taken by the letter, whatever the polling period."""
    patch(standby.Standby, "left_s", lambda self: self._last_valid_s + standby.SILENCE_S - self._loop.time())


@defect(
    "standby-in-silence",
    en="nobody is told that a standby is read",
    zh="改用备用设备时无任何提示",
    clauses=_RULE,
)
def standby_in_silence(patch: Patch) -> None:
    """Neither alarm nor log."""
    patch(Pipeline, "switched", lambda self, meter, standby, silent_s: None)
    patch(Pipeline, "_watch", lambda self, meter, readings: None)
    patch(Pipeline, "returned", lambda self, meter, standby: None)


@defect(
    "standby-source-not-kept",
    en="readings of a standby look like the meter's own",
    zh="备用设备读数不记录来源",
    clauses=_RULE,
)
def standby_source_not_kept(patch: Patch) -> None:
    """The table of readings has no column for it."""
    patch(Sources, "of_readings", lambda self, *args: {})


@defect(
    "standby-register-counted",
    en="what passed while a standby was read is counted by both registers",
    zh="备用设备期间的电量被重复计入",
    clauses=_RULE,
)
def standby_register_counted(patch: Patch) -> None:
    """On return the meter's own register is counted from where it was left, on top of what the standby counted."""

    def settle_home(self: CounterTracker, before: Decimal, step: Step) -> Step:
        own = self.own
        passed = Decimal(0) if own is None else self.total - own.total
        self.total, self.own = before + passed + 1, None
        return Step(self.total, step.kind, passed + 1)

    patch(CounterTracker, "settle_home", settle_home)


@defect(
    "switch-without-notice",
    en="a standby takes its meter's place, and no alarm says so",
    zh="改用备用设备时不告警",
    clauses=("isc-2/7.2.3-A(1)d",),
)
def switch_without_notice(patch: Patch) -> None:
    """The data go on, so nobody need come."""
    kinds = (STANDBY_IN_USE.kind, METER_SILENT.kind)
    whispers_alarms(patch, lambda kind, en: kind in kinds)


@defect(
    "standby-alarm-stands",
    en="the alarm that a standby is in use stands after its meter has come back",
    zh="仪表恢复后，备用设备告警仍不解除",
    clauses=("isc-2/7.2.3-A(1)d",),
)
def standby_alarm_stands(patch: Patch) -> None:
    """Somebody will confirm it."""
    leaves_standing(patch, STANDBY_IN_USE)


@defect(
    "manual-entry-loses-original",
    en="a manual entry overwrites the original",
    zh="人工录入覆盖原值",
    clauses=_ENTRIES,
)
def manual_entry_loses_original(patch: Patch) -> None:
    """The table of entries has the new value only."""
    real = ManualEntries._keep

    def keep(self: ManualEntries, entry: Entry, verdict: str, original: Record | None, revision: int) -> None:
        real(self, entry, verdict, None, revision)

    patch(ManualEntries, "_keep", keep)


@defect(
    "manual-entry-without-author",
    en="every manual entry is kept as the operator's",
    zh="人工录入不区分录入人",
    clauses=(*_ENTRIES, "isc-2/7.2.4(5)b"),
)
def manual_entry_without_author(patch: Patch) -> None:
    """There is one account for all."""
    real = ManualEntries._keep

    def keep(self: ManualEntries, entry: Entry, verdict: str, original: Any, revision: int) -> None:
        real(self, replace(entry, author="operator"), verdict, original, revision)

    patch(ManualEntries, "_keep", keep)


@defect(
    "manual-entry-not-sent",
    en="a manual entry stays in the terminal",
    zh="人工录入值不上传",
    clauses=_ENTRIES,
)
def manual_entry_not_sent(patch: Patch) -> None:
    """Only values of the acquisition are queued for the centres."""

    def put(self: ManualEntries, state: PointState, record: Record) -> None:
        self._store.revise(record)

    patch(ManualEntries, "_put", put)


@defect(
    "standby-without-full-scale",
    en="a standby's register that passes full scale is taken for a reset",
    zh="备用设备满度回零被误判为复位",
    clauses=("isc-2/7.2.3-A(1)c", "csmt/8.2.2a"),
)
def standby_without_full_scale(patch: Patch) -> None:
    """Where a register starts again is kept with the meter, and the standby is another one."""
    whole = CounterTracker.stand_in

    def stand_in(self: CounterTracker, source: str, modulus: Decimal | None, value: Decimal, slot_s: int) -> Step:
        return whole(self, source, None, value, slot_s)

    patch(CounterTracker, "stand_in", stand_in)


@defect(
    "standby-counted-without-end",
    en="what a standby counted past full scale is kept on top of what the meter itself advanced",
    zh="恢复原表后，备用设备满度回零所计增量仍叠加",
    clauses=("isc-2/7.2.3-A(1)c",),
)
def standby_counted_without_end(patch: Patch) -> None:
    """The total never falls, and a full turn of the register is in it."""
    whole = CounterTracker.settle_home

    def settle_home(self: CounterTracker, before: Decimal, step: Step) -> Step:
        self.total = before + Decimal("1.00")
        return whole(self, before + Decimal("1.00"), step)

    patch(CounterTracker, "settle_home", settle_home)


@defect(
    "silent-meter-asked-on-command",
    en="reading on command asks the silent meter alone, though its standby stands in for it",
    zh="即时采集仍只询问失联表计，不读取代采的备用设备",
    clauses=("isc-2/9.1e",),
)
def silent_meter_asked_on_command(patch: Patch) -> None:
    """The command was written before there were standbys."""

    async def read_now(self: GatewayPoller, meters: Sequence[int]) -> list[Reading]:
        aside = {meter.number: meter.standby for meter in self._meters}
        for meter in self._meters:
            meter.standby = None
        try:
            return await whole(self, meters)
        finally:
            for meter in self._meters:
                meter.standby = aside[meter.number]

    whole = patch(GatewayPoller, "read_now", read_now)


@defect(
    "standby-answers-from-memory",
    en="reading on command is answered with the standby's reading of the last round",
    zh="代采期间以备用设备上一周期读数应答即时采集命令",
    clauses=("isc-2/9.1e",),
)
def standby_answers_from_memory(patch: Patch) -> None:
    """What stands in is asked in its turn alone."""
    last: dict[int, list[Reading]] = {}

    async def read(self: standby.Standby, slot_s: int | None) -> list[Reading]:
        if slot_s is None and id(self) in last:
            return [msgspec.structs.replace(each) for each in last[id(self)]]
        found = await whole(self, slot_s)
        last[id(self)] = [msgspec.structs.replace(each) for each in found]
        return found

    whole = patch(standby.Standby, "read", read)
