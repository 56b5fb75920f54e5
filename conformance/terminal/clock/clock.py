"""Clock: set by a centre, forward and back, and stepped by itself (ISC-2 7.3.1; CSMT 8.2.1; R-10)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from bench.case import Case, Finding, Notice, beside, criterion
from bench.facade.bench import Bench, Unable
from bench.history import History
from bench.history.marks import Mark
from bench.history.observation import Words
from bench.layout.scenario import Scenario
from conformance.common import clock_steps
from conformance.common.actions import reconciled
from conformance.common.phases import RIGHT
from conformance.common.times import DAY, SECOND
from conformance.terminal import HJ212, MODBUS, read_out
from conformance.terminal.processing import counters_judge

STEP_LOGGED = criterion(
    "step-logged",
    en="the clock step is in the log",
    zh="时钟调整记入日志",
    unit="entries",
    notices=(Notice.CLOCK_STEPPED,),
)

DRIFT_IS_NO_STEP = criterion(
    "drift-is-no-step",
    en="while the clock merely drifts the log does not tell of a step more than once an hour",
    zh="时钟仅有漂移时，日志记录的时钟调整每小时不超过一次",
    unit="entries",
    notices=(Notice.CLOCK_STEPPED,),
)


class Step(Words, frozen=True, kw_only=True):
    """By how much the clock is stepped next (s); below nought: back."""

    seconds: int


STEP = Mark("step", Step)


class _Steps:
    """What cases share in which a centre sets the clock by so many seconds and later right again."""

    checks = {
        clock_steps.NO_DUPLICATE_KEY: ("isc-2/7.3.1e",),
        clock_steps.NO_NEGATIVE_PERIOD: ("isc-2/7.3.1e",),
        clock_steps.NO_OVERLAPPING_PERIOD: ("isc-2/7.3.1e",),
        clock_steps.NO_LOST_PERIOD: ("isc-2/7.3.1c",),
        clock_steps.TOUCHED_INTERVALS_TOLD: ("isc-2/7.3.1c",),
        clock_steps.NOTHING_COUNTED_TWICE: ("isc-2/7.3.1e", "csmt/8.2.1g"),
        clock_steps.PERIOD_TOTALS_TRUE: ("isc-2/7.3.1e", "csmt/8.2.1g", "csmt/8.2.1h"),
        clock_steps.GOES_ON_AFTER_THE_STEP: ("isc-2/7.3.1c",),
        clock_steps.POLLING_GOES_ON: ("isc-2/7.3.1c",),
        **beside(clock_steps.COMMAND_EXECUTED.of("1012"), STEP_LOGGED),
    }
    needs = (MODBUS, HJ212, read_out("step-logged"), "clock.centre")
    scenario = Scenario(start="2026-03-02T05:00:00+08:00", circuits=2, points=2, kinds=("minute", "hour"))
    step_s = 0
    hours_before = 3
    hours_between: float = 3
    hours_after = 3
    drift_ppm = 0

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        if self.drift_ppm:
            # The clock of a device that the bench cannot reach into drifts by itself.
            with suppress(Unable):
                await bench.terminal.drift(self.drift_ppm)
        await bench.clock.sleep(hours=self.hours_before, minutes=7, seconds=20)
        centre = bench.centres["A"]
        STEP.put(bench, Step(seconds=self.step_s))
        await centre.set_clock(bench.clock.now_us() + self.step_s * SECOND)
        await bench.clock.sleep(hours=self.hours_between)
        RIGHT.put(bench)
        await centre.set_clock()
        await bench.clock.sleep(hours=self.hours_after)
        # A step back dates its entry before the case began.
        await bench.operator.log(start - 2 * DAY)
        await bench.operator.gaps()
        await bench.centres.settle(minutes=20)

    def judge(self, history: History) -> Iterator[Finding]:
        ledgers = reconciled(history)
        yield clock_steps.accepted_finding(history, "1012")
        yield from clock_steps.period_findings(history, ledgers)
        yield clock_steps.touched_finding(history, ledgers)
        yield from clock_steps.total_findings(history, ledgers)
        yield from clock_steps.after_step_findings(history, ledgers, self.step_s * SECOND)
        yield clock_steps.polling_finding(history)
        if abs(self.step_s) > 1:
            yield counters_judge.log_finding(
                history, STEP_LOGGED, Notice.CLOCK_STEPPED, moments=clock_steps.step_moments(history)
            )


class SurvivesClockSetForward(_Steps, Case):
    """The clock set an hour ahead and later back leaves no period twice, none false, none silently lost."""

    zh = "时钟被调快 1 h 后再校准，无重复、失实或无声丢失的时段。"
    step_s = 3600


class SurvivesClockSetBack(_Steps, Case):
    """The clock set an hour back and later forward leaves no period twice, none false, none silently lost."""

    zh = "时钟被调慢 1 h 后再校准，无重复、失实或无声丢失的时段。"
    step_s = -3600


class SurvivesSmallStepForward(_Steps, Case):
    """The clock, which drifts, set two seconds ahead and back again leaves no period twice and none false."""

    zh = "时钟有漂移，被调快 2 s 后再校准，无重复或失实的时段。"
    checks = {**_Steps.checks, **beside(DRIFT_IS_NO_STEP)}
    needs = (*_Steps.needs, read_out("drift-is-no-step"))
    step_s = 2
    drift_ppm = 1

    def judge(self, history: History) -> Iterator[Finding]:
        yield from super().judge(history)
        hours = round(self.hours_before + self.hours_between + self.hours_after)
        yield counters_judge.seldom_finding(
            history, DRIFT_IS_NO_STEP, Notice.CLOCK_STEPPED, moments=clock_steps.step_moments(history), most=hours
        )


class SurvivesSmallStepBack(_Steps, Case):
    """The clock set two seconds back and forward again leaves no period twice and none false."""

    zh = "时钟被调慢 2 s 后再校准，无重复或失实的时段。"
    step_s = -2


class SurvivesClockSetADayForward(_Steps, Case):
    """The clock set a day ahead and later back leaves no period twice, none false, none silently lost."""

    zh = "时钟被调快 1 d 后再校准，无重复、失实或无声丢失的时段。"
    step_s = 86_400


class SurvivesClockSetADayBack(_Steps, Case):
    """The clock set a day back and later forward leaves no period twice, none false, none silently lost."""

    zh = "时钟被调慢 1 d 后再校准，无重复、失实或无声丢失的时段。"
    step_s = -86_400


class SurvivesClockSetBackBeforeItsFirstRecord(_Steps, Case):
    """The clock goes back to before the first record and comes round again to the period that was under way."""

    zh = "时钟被调慢至首条记录之前，直至再次走到调整时的时段：其间新时段所计的量不重复计入原时段。"
    checks = {
        clock_steps.NOTHING_COUNTED_TWICE: ("isc-2/7.3.1e", "csmt/8.2.1g"),
        **beside(*(each for each in _Steps.checks if each is not clock_steps.NOTHING_COUNTED_TWICE)),
    }
    step_s = -7200
    hours_before = 1
    hours_between = 2.5
    hours_after = 1


class SurvivesClockSetForwardBetweenSlowPolls(_Steps, Case):
    """Set five minutes ahead between polls of a quarter-hour, it polls and records on the new time at once."""

    zh = "采集周期 15 min，两次采集之间时钟被调快 5 min：随即按新时间采集和记录。"
    checks = {
        clock_steps.POLLING_GOES_ON: ("isc-2/7.3.1c",),
        **beside(*(each for each in _Steps.checks if each is not clock_steps.POLLING_GOES_ON)),
    }
    scenario = _Steps.scenario.but(period_s=900)
    step_s = 300
    hours_before = 1
    hours_between = 1
    hours_after = 1
