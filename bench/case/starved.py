"""Whether the machine let the terminal's program run: the condition of every check of how soon or how often it acts.

Leaves the bench's own uncertainty to `realclock`. In the process and loopback rigs the program runs on the bench's own
machine. Where tasks had to wait for a CPU for a large share of the time, a cycle that was late or left out may be the
machine's: such a check does not fail (what was kept all the same still passes).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from bench.case.checks import Check
from bench.case.verdicts import Verdict
from bench.history import History, Timing

STALLED_PERCENT = Decimal(25)
"""A machine on which some task waited for a CPU in more of the time than this decides no time limit against a program.

No draft gives a figure; the kernel's account is /proc/pressure/cpu.
"""
_SAME_MACHINE = ("process", "loopback")


def stalled(history: History) -> Decimal | None:
    """The share of the time (percent) in which tasks waited for a CPU, where it is above the limit; None otherwise."""
    told = history.of(Timing)
    if history.began.rig not in _SAME_MACHINE or not told or not told[-1].cpu_stalled:
        return None
    share = Decimal(told[-1].cpu_stalled)
    return share if share > STALLED_PERCENT else None


def why_open(history: History) -> str:
    """Why a time limit that was missed decides nothing here; empty where it does."""
    rate, share = history.began.accelerated, stalled(history)
    if rate > 1:
        return (
            f"the world ran {rate} times faster, and every delay of this machine counted {rate} times: run it in real "
            "time / 加速运行放大了主机时延，请以实时重做"
        )
    if share is None:
        return ""
    return (
        f"tasks of this machine waited for a CPU in {share} % of the time, more than {STALLED_PERCENT} %: the delay "
        "may be its own, run it on an idle one / 台架主机 CPU 不足，时延可能来自主机，请在空闲主机上重做"
    )


def conditioned(history: History, checks: Sequence[Check]) -> tuple[Check, ...]:
    """The checks; a time limit missed on a starved machine, or in a world that ran faster, is open and says so."""
    if not any(_rests(found) for found in checks):
        return tuple(checks)
    why = why_open(history)
    return tuple(_open(found, why) if _rests(found) else found for found in checks) if why else tuple(checks)


def _rests(found: Check) -> bool:
    return found.verdict is Verdict.FAIL and (found.timed or found.paced) and not found.because


def _open(found: Check, why: str) -> Check:
    seen = f"{found.actual}; " if found.actual else ""
    return msgspec.structs.replace(found, verdict=Verdict.INCONCLUSIVE, actual=f"{seen}{why}")
