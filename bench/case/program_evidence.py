"""What a record says of the bench itself and of the terminal's program: cut short, own timing, ends of the program.

Leaves the clauses to the judges. These findings belong to every case of a real-time rig, whatever it asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from bench.case import Check, Finding, Measurement, Text, criterion, measure
from bench.case.lifeless import TERMINAL
from bench.case.starved import STALLED_PERCENT, stalled
from bench.case.verdicts import Verdict
from bench.history import CutShort, History, Power, TerminalState, Timing, Trouble

RIG = "rig"
"""Whose doing a case's early end was (`CutShort.because`), if not the terminal's."""

DRIVEN_TO_THE_END = criterion(
    "driven-to-the-end", en="the case was driven to its end", zh="用例执行至结束", condition=True
)

_TELLING = ("crashed", "unready", "flooding", "silent", "disk-full", "stopped")


def not_run(history: History) -> bool:
    """Whether the rig could not do what the case asked for."""
    return any(event.because == RIG for event in history.of(CutShort))


def own_findings(history: History) -> tuple[Finding, ...]:
    """That the case was cut short, which lets nothing pass; and what the bench measured of its own timing (R-05)."""
    short = [_short(event) for event in history.of(CutShort) if event.because == TERMINAL]
    return (*short[:1], *_timing(history), *_supply(history))


def _short(event: CutShort) -> Check:
    found = DRIVEN_TO_THE_END.decide(
        False,
        expected="the terminal's program runs while it has power / 通电期间程序持续运行",
        actual=event.what,
        evidence=[event.what],
    )
    return msgspec.structs.replace(found, because=event.what)


def _timing(history: History) -> tuple[Measurement, ...]:
    timings = history.of(Timing)
    if not timings:
        return ()
    told = timings[-1]
    return (
        Measurement(
            id="bench-loop-delay",
            name=Text("delay of the bench's own loop, P99", "台架自身处理延迟 P99"),
            value=f"{told.loop_p99_us / 1e6:.6f}",
            unit="s",
            samples=told.samples,
            uncertainty=f"{told.uncertainty_us / 1e6:.6f}",
        ),
        measure(
            "bench-uncertainty",
            f"{told.uncertainty_us / 1e6:.6f}",
            en="expanded uncertainty of a time difference (k=2)",
            zh="时间差的扩展不确定度（k=2）",
            unit="s",
            samples=told.samples,
        ),
        *_pressure(told),
    )


def _supply(history: History) -> Iterator[Measurement]:
    """How long a relay or supply took from its order to its word that it is done: the cut lies in between."""
    spans = [event.t - int(event.detail["asked"]) for event in history.of(Power) if event.detail.get("asked")]
    if spans:
        yield measure(
            "supply-delay",
            f"{max(spans) / 1e6:.6f}",
            en="longest time from the order to the supply's confirmation",
            zh="电源自下达指令至确认的最长时间",
            unit="s",
            samples=len(spans),
        )


def _pressure(told: Timing) -> Iterator[Measurement]:
    if told.cpu_wait_us >= 0:
        yield measure(
            "bench-cpu-wait",
            f"{told.cpu_wait_us / 1e6:.6f}",
            en="mean wait of the bench for a CPU (part of the uncertainty)",
            zh="台架等待 CPU 的平均时间（计入不确定度）",
            unit="s",
        )
    if told.cpu_stalled:
        yield measure(
            "machine-cpu-stalled",
            told.cpu_stalled,
            en="share of the time in which tasks of the bench's machine waited for a CPU",
            zh="台架主机有任务等待 CPU 的时间占比",
            unit="%",
        )


def reasons(history: History, checks: Sequence[Check] = ()) -> str:
    """What a person must know besides the checks: the bench's troubles, what it could not do, the program's ends.

    That the machine was starved is told where one of the `checks` of how soon or how often is open: elsewhere it
    explains nothing. Empty where nothing happened.
    """
    told = [event.what for event in (*history.of(Trouble), *history.of(CutShort))]
    if history.began.rig != "virtual":
        told += [
            f"terminal {event.state}: {event.detail}" if event.detail else f"terminal {event.state}"
            for event in history.of(TerminalState)
            if event.state in _TELLING and event.detail not in " ".join(told)
        ]
    share = stalled(history)
    if share is not None and any(_waits_for_the_machine(each) for each in checks):
        told.append(
            f"machine-cpu-stalled {share} % (> {STALLED_PERCENT} %): no time limit is missed on this machine / "
            "台架主机 CPU 不足，时限不判不通过"
        )
    return "; ".join(dict.fromkeys(told))


def _waits_for_the_machine(found: Check) -> bool:
    return found.verdict is Verdict.INCONCLUSIVE and (found.timed or found.paced)
