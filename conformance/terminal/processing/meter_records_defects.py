# pyright: reportPrivateUsage=false
"""Defects of filling gaps from meters' own records: unread, of a wrong hour, under a wrong time, unmarked, untold."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from conformance.defects import Patch, defect
from conformance.defects.seams import hides_events
from reference_terminal.acquisition.backfill import Backfill
from reference_terminal.acquisition.dlt645.records import Dlt645Records, Remembered
from reference_terminal.processing.counter import CounterTracker
from reference_terminal.processing.filling import Filling
from reference_terminal.processing.late import LateReadings, Place
from reference_terminal.processing.sources import Sources
from reference_terminal.storage.store import Store

_CLAUSES = ("csmt/12.4b",)


@defect(
    "meter-records-unread",
    en="the meters' own records are not read after a gap",
    zh="缺失后不读取表计自身记录",
    clauses=_CLAUSES,
)
def meter_records_unread(patch: Patch) -> None:
    """An estimate is good enough."""
    patch(Backfill, "gap_ended", lambda self, gap: None)


@defect(
    "freeze-of-the-hour-before",
    en="a freeze is counted from 00 and taken without a look at its time",
    zh="冻结序号自 00 起算且不核对时标，取了前一小时的值",
    clauses=_CLAUSES,
)
def freeze_of_the_hour_before(patch: Patch) -> None:
    """The newest record is number 01, not 00."""
    whole = Dlt645Records._freeze  # pyright: ignore[reportPrivateUsage]

    async def freeze(self: Dlt645Records, at_s: int, clock: Any) -> Remembered | None:
        found = await whole(self, at_s - self.step_s, clock)
        return None if found is None else Remembered(at_s, found.energies)

    patch(Dlt645Records, "_freeze", freeze)


@defect(
    "records-stamped-as-new",
    en="a meter's record is stored under the time at which it was read",
    zh="表计记录以读取时刻存储",
    clauses=_CLAUSES,
)
def records_stamped_as_new(patch: Patch) -> None:
    """Every answer is stamped when it comes."""
    whole = Dlt645Records.read

    async def read(self: Dlt645Records, at_s: int, clock: Any) -> Any:
        readings = await whole(self, at_s, clock)
        for one in readings or ():
            one.slot_s = one.at_ms // 1000
        return readings

    patch(Dlt645Records, "read", read)


@defect(
    "records-pass-for-polls",
    en="what was read from a meter's record looks like a poll",
    zh="补入的表计记录与实时采集无法区分",
    clauses=_CLAUSES,
)
def records_pass_for_polls(patch: Patch) -> None:
    """A true value needs no remark."""
    patch(Sources, "origins", lambda self, point, from_s, to_s: {})


@defect(
    "gap-forgotten-when-filled",
    en="a gap that was filled from records is not on record any more",
    zh="由表计记录补入后，缺失记录被删除",
    clauses=_CLAUSES,
)
def gap_forgotten_when_filled(patch: Patch) -> None:
    """Nothing is missing now."""
    whole = Store.latest_gaps

    def latest_gaps(self: Store, subject: str | None, from_s: int, to_s: int, limit: int) -> Any:
        found = whole(self, subject, from_s, to_s, limit)
        inside = (
            "SELECT 1 FROM reading_origin o JOIN point p ON p.number=o.point WHERE p.id=? AND o.slot_s BETWEEN ? AND ?"
        )
        return [
            gap
            for gap in found
            if not self.connection.execute(inside, (gap.subject, gap.start_s, gap.end_s or to_s)).fetchone()
        ]

    patch(Store, "latest_gaps", latest_gaps)


@defect(
    "backfill-untold",
    en="gaps are filled from meters' records without a word in the log",
    zh="由表计记录补入不记入日志",
    clauses=_CLAUSES,
)
def backfill_untold(patch: Patch) -> None:
    """It happens by itself."""
    hides_events(patch, lambda kind, en: kind.endswith("backfilled"))


@defect(
    "records-change-no-period",
    en="periods stay without value although their readings have come",
    zh="补入表计记录后各时段不重新计算",
    clauses=_CLAUSES,
)
def records_change_no_period(patch: Patch) -> None:
    """A closed period is closed."""
    patch(LateReadings, "_revise", lambda self, place, span, start_s: False)


@defect(
    "periods-from-estimates",
    en="between two freezes periods are made from estimates",
    zh="两次冻结之间的时段以估计值计算",
    clauses=_CLAUSES,
)
def periods_from_estimates(patch: Patch) -> None:
    """An estimate fills the row of the reading it stands for."""
    whole = Filling.keep

    def keep(self: Filling, number: int, slot_s: int, value: Any) -> None:
        whole(self, number, slot_s, value)
        self._store.write(
            "UPDATE reading SET value=?, quality=0, cause='' WHERE slot_s=? AND point=?", (str(value), slot_s, number)
        )

    patch(Filling, "keep", keep)


@defect(
    "wrong-clocks-believed",
    en="records are taken whatever the meter's clock shows",
    zh="不核对表计时钟即采用其记录",
    clauses=("csmt/12.3.2a", *_CLAUSES),
)
def wrong_clocks_believed(patch: Patch) -> None:
    """A record bears a time, and the time is the one that was asked for."""

    async def clock_right(self: Dlt645Records, clock: Any) -> bool:
        return True

    patch(Dlt645Records, "_clock_right", clock_right)


@defect(
    "late-falls-not-counted",
    en="a counter that passed full scale unseen adds nothing when its readings come later",
    zh="补入数据中的满度回零不计增量",
    clauses=("csmt/8.2.2a", "csmt/8.2.2b"),
)
def late_falls_not_counted(patch: Patch) -> None:
    """What comes late and is smaller than what came before is put down to the wrong order."""
    whole = CounterTracker.between

    def between(self: CounterTracker, before: Decimal, after: Decimal) -> Decimal | None:
        return Decimal(0) if after < before else whole(self, before, after)

    patch(CounterTracker, "between", between)


@defect(
    "late-replacements-not-counted",
    en="what the new meter recorded before it was first read is taken for the old one's",
    zh="新表首次读数之前的补入数据被当作旧表数据",
    clauses=("csmt/8.2.1a", *_CLAUSES),
)
def late_replacements_not_counted(patch: Patch) -> None:
    """The entry was used up by the first reading that was polled."""

    def advance(
        self: LateReadings, place: Place, tracker: CounterTracker, before: Any, slot_s: int, value: Decimal
    ) -> Decimal | None:
        return tracker.between(before.value, value)

    patch(LateReadings, "advance", advance)


@defect(
    "records-given-up-at-a-silence",
    en="a meter that falls silent while its records are fetched is not asked for the rest of them",
    zh="补读中途表计无应答即放弃其余记录",
    clauses=_CLAUSES,
)
def records_given_up_at_a_silence(patch: Patch) -> None:
    """One question without answer, and the list is thrown away."""

    _gives_up_after(patch, 1)


@defect(
    "records-given-up-at-a-long-silence",
    en="a meter that does not answer five questions for its records is never asked for the rest of them",
    zh="补读连续五次无应答即永久放弃其余记录",
    clauses=_CLAUSES,
)
def records_given_up_at_a_long_silence(patch: Patch) -> None:
    """The rest waits for the next gap, which asks for its own records alone."""
    _gives_up_after(patch, 5)


def _gives_up_after(patch: Patch, tries: int) -> None:
    tried: dict[str, int] = {}

    def try_later(self: Backfill, meter: str) -> None:
        tried[meter] = tried.get(meter, 0) + 1
        if tried[meter] >= tries:
            for key in [key for key in self._wanted if key[0] == meter]:
                del self._wanted[key]

    patch(Backfill, "_try_later", try_later)
