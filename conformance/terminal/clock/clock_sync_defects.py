# pyright: reportPrivateUsage=false
"""Defects of synchronisation: a time source that is not asked, not followed, or whose loss disturbs the clock."""

from __future__ import annotations

import asyncio

from conformance.defects import Patch, defect
from reference_terminal.model.clock import WallClock
from reference_terminal.operations.time_source import Answer, TimeSource

_CLAUSES = ("isc-2/7.3.1f",)


@defect(
    "time-asked-once",
    en="the time server is asked at the start only",
    zh="仅在启动时向时间服务器对时",
    clauses=_CLAUSES,
)
def time_asked_once(patch: Patch) -> None:
    """ntpdate in the start script instead of a daemon."""

    async def pause(self: TimeSource, seconds: float) -> None:
        await asyncio.Event().wait()

    patch(TimeSource, "_pause", pause)


@defect(
    "time-steps-ignored",
    en="offsets beyond a second are taken for errors of the server and ignored",
    zh="偏差超过 1 s 时视为服务器错误而忽略",
    clauses=_CLAUSES,
)
def time_steps_ignored(patch: Patch) -> None:
    """A sanity limit that nobody ever lifts: once it is off, it stays off."""

    def correct(self: TimeSource, answer: Answer) -> None:
        if abs(answer.ahead_ns) <= 1_000_000_000:
            sound(self, answer)

    sound = patch(TimeSource, "correct", correct)


@defect(
    "time-correction-repeated",
    en="without an answer the clock is corrected by the last frequency again and again",
    zh="无应答时反复施加上一次的频率修正",
    clauses=_CLAUSES,
)
def time_correction_repeated(patch: Patch) -> None:
    """Hold-over with a wrong sign of the learned drift: a millisecond at every question that nobody answers."""

    def failed(self: TimeSource, en: str, zh: str) -> None:
        self._clock.move_ns(1_000_000)
        sound(self, en, zh)

    sound = patch(TimeSource, "_failed", failed)


@defect(
    "leap-seconds-not-taken-off",
    en="the time of navigation satellites is taken for UTC: the clock is 18 s ahead",
    zh="将卫星导航系统时直接当作 UTC，时钟快 18 s",
    clauses=_CLAUSES,
)
def leap_seconds_not_taken_off(patch: Patch) -> None:
    """GPS counts no leap seconds, and the receiver's driver never takes them off; its own clock is right."""
    ahead_ns = 18_000_000_000

    def now_ns(self: WallClock) -> int:
        return sound(self) + ahead_ns

    def correct(self: TimeSource, answer: Answer) -> None:
        kept(self, Answer(answer.ahead_ns + ahead_ns, answer.way_ns))

    sound = patch(WallClock, "now_ns", now_ns)
    kept = patch(TimeSource, "correct", correct)
