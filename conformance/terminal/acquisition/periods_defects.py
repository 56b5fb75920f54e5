# pyright: reportPrivateUsage=false
"""Defects of polling periods that a user sets: without effect, forgotten, for everybody, untold, not to be had."""

from __future__ import annotations

import dataclasses
from typing import Any

from conformance.defects import Patch, defect
from conformance.defects.seams import hides_events
from reference_terminal.assembly import Terminal
from reference_terminal.model.rows import Record
from reference_terminal.model.times import QUARTER, Span
from reference_terminal.processing.interval import IntervalBuilder
from reference_terminal.settings.config import Config
from reference_terminal.settings.overlay import Overlaid, Overlay
from reference_terminal.web.errors import HttpError
from reference_terminal.web.periods import PeriodApi

_CLAUSES = ("isc-2/9.1d",)


@defect(
    "period-order-without-effect",
    en="a new polling period is confirmed and kept, and the old one goes on",
    zh="新采集周期已确认并保存，但仍按原周期采集",
    clauses=_CLAUSES,
)
def period_order_without_effect(patch: Patch) -> None:
    """The pollers were made before."""
    patch(Overlay, "with_periods", lambda self, config: config)


@defect(
    "period-forgotten-with-power",
    en="a polling period that a user has set is gone after a power cut",
    zh="断电后用户设定的采集周期丢失",
    clauses=_CLAUSES,
)
def period_forgotten_with_power(patch: Patch) -> None:
    """It was kept in memory."""
    made, whole = Terminal.__init__, Overlay.with_periods
    fresh = [True]

    def init(self: Terminal, config: Config, platform: Any) -> None:
        made(self, config, platform)
        fresh[0] = True

    def with_periods(self: Overlay, config: Config) -> Config:
        if fresh[0]:
            fresh[0] = False
            store: Any = self._store
            store.connection.execute("DELETE FROM setting WHERE scope='polling period'")
        return whole(self, config)

    patch(Terminal, "__init__", init)
    patch(Overlay, "with_periods", with_periods)


@defect(
    "period-set-for-every-meter",
    en="a polling period set for one meter holds for all of them",
    zh="对一块表设定的采集周期被用于全部表计",
    clauses=_CLAUSES,
)
def period_set_for_every_meter(patch: Patch) -> None:
    """There is one period for the whole gateway."""
    whole = Overlay.with_periods

    def with_periods(self: Overlay, config: Config) -> Config:
        made = whole(self, config)
        changed = [new.period_s for new, old in zip(made.meters, config.meters, strict=True) if new is not old]
        if not changed:
            return made
        meters = tuple(dataclasses.replace(meter, period_s=changed[-1]) for meter in made.meters)
        return dataclasses.replace(made, meters=meters)

    patch(Overlay, "with_periods", with_periods)


@defect(
    "period-set-untold",
    en="a new polling period leaves no trace in the log",
    zh="采集周期变更不记入日志",
    clauses=_CLAUSES,
)
def period_set_untold(patch: Patch) -> None:
    """Settings are no events."""
    hides_events(patch, lambda kind, en: kind == "setting")


@defect(
    "period-of-the-factory-only",
    en="the polling period cannot be set on site, although the vendor says so",
    zh="声明可由用户设定采集周期，实际不能设定",
    clauses=_CLAUSES,
)
def period_of_the_factory_only(patch: Patch) -> None:
    """It needs the vendor's service laptop."""

    def refuse(self: PeriodApi, fields: dict[str, str]) -> Any:
        raise HttpError(404, "no such address", "没有该地址")

    patch(PeriodApi, "set", refuse)


@defect(
    "quarters-made-up-between-polls",
    en="with slow polling the last reading stands in for every quarter-hour in between",
    zh="采集周期较长时以上一读数顶替其间各刻钟的数值",
    clauses=_CLAUSES,
)
def quarters_made_up_between_polls(patch: Patch) -> None:
    """Quarter-hours without a reading get the increment of a register that stood still: nought, flag N."""
    real = Span.holds

    def holds(self: Span, step_s: int) -> bool:
        return self.code == QUARTER.code or real(self, step_s)

    whole = IntervalBuilder.expire

    def expire(self: IntervalBuilder, span: Span, start_s: int, cause: str) -> list[Record]:
        made = whole(self, span, start_s, cause)
        for record in made:
            if record.value is None and not real(span, self.period_s):
                record.value, record.flag, record.cause = "0", "N", ""
        return made

    patch(Span, "holds", holds)
    patch(IntervalBuilder, "expire", expire)


@defect(
    "gap-before-the-period-was-set",
    en="after a shorter polling period was set a gap is told since the last poll by the long one",
    zh="缩短采集周期后，将原周期内无需采集的时段误报为缺失",
    clauses=("isc-2/7.2.3-A(1)b",),
)
def gap_before_the_period_was_set(patch: Patch) -> None:
    """What should have been read is reckoned by the period that holds now."""
    patch(Overlaid, "not_before_s", lambda self, meter: 0)  # pyright: ignore[reportUnknownLambdaType]
