"""Histograms that can be added: three digits kept, sums exact; and what several workers give together."""

from __future__ import annotations

from bench.history.load import LoadTimes, together
from bench.load.measures import Meter, Own, Stretch, Times, bucket, joined


def test_three_digits_are_kept() -> None:
    assert [bucket(value) for value in (0, 7, 999, 1_234, 9_996, 123_456, 1_235_000)] == [
        0,
        7,
        999,
        1_230,
        10_000,
        123_000,
        1_240_000,
    ]


def test_percentiles_are_nearest_rank_and_sums_exact() -> None:
    times = Times()
    for value in range(1, 101):
        times.add(value)
    assert [times.percentile_us(percent) for percent in (1, 50, 99, 100)] == [1, 50, 99, 100]
    assert times.mean_us == 51
    assert Times().percentile_us(50) is None
    late = Times()
    late.add(1_234_567)
    assert late.percentile_us(99) == 1_230_000
    late.join(times)
    assert (late.samples, late.total_us, late.most_us) == (101, 5050 + 1_234_567, 1_234_567)
    told = together([LoadTimes(times.counts, times.total_us, times.most_us)] * 2)
    assert (told.samples, told.percentile_us(50), told.mean_us) == (200, 50, 51)


def test_gauges_of_one_worker_follow_and_of_several_add() -> None:
    first, later = Own(connected=5, busiest=30, wall_us=10), Own(connected=7, busiest=20, wall_us=10)
    first.follow(later)
    assert (first.connected, first.busiest, first.wall_us) == (7, 30, 20)
    other = Own(connected=4, busiest=60, wall_us=20)
    (found,) = joined(1, [Stretch(0, {}, first), Stretch(0, {}, other)])
    assert (found.own.connected, found.own.busiest, found.own.wall_us) == (11, 60, 20)


def test_a_meter_hands_on_each_thing_once() -> None:
    meter = Meter(2)
    meter.answered("record", 10, 20)
    meter.stage = 1
    meter.failed("record", "timeout")
    found = meter.take()
    assert [(each.stage, each.tallies["record"].operations) for each in found] == [(0, 1), (1, 1)]
    assert found[1].tallies["record"].failures == {"timeout": 1}
    assert meter.take() == []
