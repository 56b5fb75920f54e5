"""The planning of power cuts: every sync once on each side, exact confidence bounds, and the search for a window."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.real.sweep import (
    Outcome,
    Trial,
    WindowSearch,
    clopper_pearson,
    losses_at_most,
    plan,
    repeats,
    summarise,
    upper_bound,
)
from bench.virtual.disk import Moment


def test_a_sweep_cuts_on_both_sides_of_every_sync() -> None:
    assert [str(trial) for trial in plan(2)] == ["before sync 1", "after sync 1", "before sync 2", "after sync 2"]
    assert plan(0) == []


def test_a_sample_has_both_ends_and_repeats_with_its_seed() -> None:
    sample = plan(100, most=10, chance=random.Random(3))
    assert len(sample) == len(set(sample)) == 10
    assert sample[:2] == plan(100)[:2]
    assert sample[-2:] == plan(100)[-2:]
    assert sample == plan(100, most=10, chance=random.Random(3))
    assert sample != plan(100, most=10, chance=random.Random(4))
    assert plan(5, most=10) == plan(5)


def test_a_sync_that_never_came_is_missed_not_safe() -> None:
    trials = plan(2)
    whole = summarise(trials, [(trial, Outcome.SAFE) for trial in trials])
    assert (whole.safe, whole.complete) == (4, True)
    part = summarise(trials, [(trials[0], Outcome.LOST), (trials[0], Outcome.SAFE), (trials[1], Outcome.MISSED)])
    assert part.lost == (trials[0],)
    assert part.missed == tuple(trials[1:])
    assert (part.safe, part.complete) == (0, False)


@pytest.mark.parametrize(
    ("losses", "trials", "low", "high"),
    [(0, 10, 0.0, 0.3085), (1, 10, 0.0025, 0.4450), (5, 10, 0.1871, 0.8129), (10, 10, 0.6915, 1.0)],
)
def test_clopper_pearson_gives_the_tabulated_limits(losses: int, trials: int, low: float, high: float) -> None:
    assert clopper_pearson(losses, trials) == pytest.approx((low, high), abs=5e-5)


def test_the_rule_of_three() -> None:
    assert upper_bound(0, 59) == pytest.approx(1 - 0.05 ** (1 / 59))
    assert repeats(0.05) == 59
    assert upper_bound(0, 59) <= 0.05 < upper_bound(0, 58)


@given(st.integers(1, 60), st.data(), st.floats(0.001, 0.999))
@settings(max_examples=50, deadline=None)
def test_the_binomial_sum_is_a_distribution(trials: int, data: st.DataObject, share: float) -> None:
    losses = data.draw(st.integers(0, trials))
    assert losses_at_most(trials, trials, share) == pytest.approx(1.0)
    assert losses_at_most(losses, trials, share) == pytest.approx(
        1.0 - losses_at_most(trials - losses - 1, trials, 1.0 - share) if losses < trials else 1.0
    )


def search(seed: int, edge_us: int, share: float = 1.0) -> WindowSearch:
    """A search in a world where a cut before the edge loses the data with a probability."""
    world, found = random.Random(seed), WindowSearch(random.Random(seed), upper_us=100_000, resolution_us=1_000)
    for offset in found.offsets():
        found.tell(offset, offset < edge_us and world.random() < share)
    return found


@pytest.mark.parametrize("edge_us", [0, 1, 700, 31_234, 99_000])
def test_the_window_search_closes_on_the_edge(edge_us: int) -> None:
    window = search(5, edge_us).window()
    assert window.safe_from_us is not None
    assert window.lost_until_us < edge_us <= window.safe_from_us
    assert window.safe_from_us - max(0, window.lost_until_us) <= 1_000
    assert window.share_bound <= 0.1
    assert window == search(5, edge_us).window()


def test_a_window_wider_than_the_search_is_not_called_safe() -> None:
    window = search(5, 200_000).window()
    assert (window.safe_from_us, window.share_bound) == (None, 1.0)


def test_rare_losses_beyond_the_edge_are_bounded_as_promised() -> None:
    wrong = 0
    for seed in range(40):
        window = search(seed, 50_000, share=0.3).window()
        assert window.safe_from_us is not None
        wrong += window.safe_from_us < 50_000 and 0.3 * (50_000 - window.safe_from_us) / 50_000 > 0.1
    assert wrong <= 4


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda: plan(-1), "at least 0, got -1"),
        (lambda: plan(9, most=3, chance=random.Random(1)), "at least 4 trials"),
        (lambda: plan(9, most=5), "a generator"),
        (lambda: summarise(plan(1), [(Trial(9, Moment.AFTER), Outcome.SAFE)]), "did not plan a trial after sync 9"),
        (lambda: clopper_pearson(3, 2), "got 3 of 2"),
        (lambda: upper_bound(0, 0), "got 0 of 0"),
        (lambda: upper_bound(0, 1, 1.0), "confidence lies between"),
        (lambda: repeats(0.0), "tolerated share"),
        (lambda: WindowSearch(random.Random(1), upper_us=5, resolution_us=6), "resolution"),
    ],
)
def test_mistakes_are_sentences(act: object, sentence: str) -> None:
    assert callable(act)
    with pytest.raises(ValueError, match=sentence):
        act()
