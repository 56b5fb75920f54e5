"""A terminal whose clock was wrong for a while may date anew what it read meanwhile, and nothing else (R-09, R-10)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hand_made import COUNTER, MIDNIGHT, World, altered, verdicts

from bench.history import ClockMoved, History, Stored
from conformance.common import clock_steps, delivery
from conformance.common.times import MINUTE, SECOND, stamp_of

# At half past midnight the clock falls 150 s behind; a centre sets it 85 s later, in whole seconds.
WRONG_US = MIDNIGHT + 30 * MINUTE - 3 * SECOND
RIGHT_US = WRONG_US + 85 * SECOND
BEHIND_US = -280_000


def energy(us: int) -> str:
    """0.11 kWh a second from 1000.00."""
    return str(Decimal("1000.00") + (us - MIDNIGHT) // SECOND * Decimal("0.11"))


def sent(minute: int, value: str, *, righted: bool = True) -> History:
    """Every minute of true time, that of so many minutes after midnight with another value."""
    moves = [ClockMoved(t=WRONG_US, offset_us=-150 * SECOND), ClockMoved(t=RIGHT_US, offset_us=BEHIND_US)]
    world = World(
        hours=1,
        period_s=5,
        points=(COUNTER,),
        energy=energy,
        minute_interval=1,
        kinds=("minute",),
        extra=list(moves if righted else moves[:1]),
    )
    stamp = stamp_of(MIDNIGHT + minute * MINUTE)

    def one(records: list[Stored]) -> list[Stored]:
        late = [
            altered(each, t=RIGHT_US + SECOND) if WRONG_US < each.t < RIGHT_US + SECOND else each for each in records
        ]
        return [altered(each, fields={"Cou": value}) if each.stamp == stamp else each for each in late]

    return world.history(one)


def totals(history: History) -> str:
    """Verdict of what every period's total is."""
    return verdicts(clock_steps.total_findings(history, [delivery.reconcile(history, "A")]))["period-totals-true"]


@pytest.mark.parametrize(
    ("minute", "value", "verdict"),
    [
        (30, "6.60", "pass"),  # what the register moved in this minute
        (31, "6.60", "pass"),
        (31, "6.05", "pass"),  # by a clock 0.28 s behind it begins with the reading 5 s later
        (31, "4.40", "fail"),  # what it moved since the clock was set
        (30, "5.50", "fail"),
        (32, "6.05", "fail"),  # all of it under the right clock
    ],
)
def test_a_minute_of_readings_dated_anew_holds_what_the_register_moved(minute: int, value: str, verdict: str) -> None:
    assert totals(sent(minute, value)) == verdict


def test_without_a_clock_set_right_no_minute_can_be_dated_anew() -> None:
    assert totals(sent(31, "6.60", righted=False)) == "fail"
