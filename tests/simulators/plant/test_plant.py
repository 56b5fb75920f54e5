"""The truth: exact, the same for every asker, from one seed."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulators_helpers import START_US

from simulators.clock import seeded
from simulators.plant import SeriesPlant, Works, as_text, load_series, tracks
from simulators.plant.tracks import Track
from simulators.tables import DescriptionError

HOUR_US = 3600 * 1_000_000
DAY_US = 24 * HOUR_US

segments = st.lists(
    st.tuples(st.integers(1, 10**10), st.integers(0, 10**9), st.integers(0, 10**10), st.integers(0, 10**9)),
    min_size=1,
    max_size=12,
)
instants = st.lists(st.integers(START_US - HOUR_US, START_US + 5 * HOUR_US), min_size=1, max_size=40)


def build(parts: list[tuple[int, int, int, int]]) -> Track:
    track = Track(START_US, 1000)
    at = START_US
    for wait, rate, length, final in parts:
        at += wait
        track.ramp(at, rate, at + length, final)
    return track


@given(segments, instants)
def test_a_track_gives_the_same_answer_whatever_was_asked_before(
    parts: list[tuple[int, int, int, int]], asked: list[int]
) -> None:
    busy = build(parts)
    answers = [(busy.rate(at), busy.gathered(at)) for at in asked]
    for at, expected in zip(asked, answers, strict=True):
        fresh = build(parts)
        assert (fresh.rate(at), fresh.gathered(at)) == expected


@given(segments, instants)
def test_a_track_gives_the_same_answer_when_its_segments_have_left_memory(
    parts: list[tuple[int, int, int, int]], asked: list[int]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        whole = build(parts)
        patch.setattr(tracks, "LATEST", 2)
        spilt = build(parts)
        for at in asked:
            assert (spilt.rate(at), spilt.gathered(at)) == (whole.rate(at), whole.gathered(at))


def test_what_a_track_holds_in_memory_does_not_grow() -> None:
    track = Track(START_US, 0)
    for number in range(1, 5_000):
        track.hold(START_US + number, number % 7)
    assert track.in_memory < 2 * tracks.LATEST
    assert track.rate(START_US + 17) == 17 % 7


def test_a_full_disk_leaves_the_segments_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: int, octets: bytes, place: int) -> int:
        raise OSError(28, "No space left on device")

    whole, spilt = Track(START_US, 0), Track(START_US, 0)
    with monkeypatch.context() as patch:
        patch.setattr("simulators.plant.older.os.pwrite", full)
        for number in range(1, 1_000):
            spilt.hold(START_US + number, number % 7)
    for number in range(1_000, 2_000):
        spilt.hold(START_US + number, number % 7)
    for number in range(1, 2_000):
        whole.hold(START_US + number, number % 7)
    assert spilt.in_memory < 2 * tracks.LATEST
    for at in range(START_US - 5, START_US + 2_005):
        assert (spilt.rate(at), spilt.gathered(at)) == (whole.rate(at), whole.gathered(at))


@given(segments, instants)
def test_a_gathered_quantity_never_falls(parts: list[tuple[int, int, int, int]], asked: list[int]) -> None:
    track = build(parts)
    readings = [track.gathered(at) for at in sorted(asked)]
    assert readings == sorted(readings)


def test_a_constant_rate_gathers_exactly() -> None:
    track = Track(START_US, 0)
    track.hold(START_US, 3_600_000)  # 3.6 kW in mW
    assert track.gathered(START_US + HOUR_US) == 3_600_000_000  # 3.6 kWh in 1e-9 kWh
    assert track.gathered(START_US + 1_000_000) == 1_000_000  # 0.001 kWh


def test_a_ramp_gathers_the_area_under_it() -> None:
    track = Track(START_US, 0)
    track.ramp(START_US, 0, START_US + HOUR_US, 10_000_000)
    assert track.rate(START_US + HOUR_US // 2) == 5_000_000
    assert track.gathered(START_US + HOUR_US) == 5_000_000_000
    assert track.gathered(START_US + 2 * HOUR_US) == 15_000_000_000


def test_segments_must_follow_in_time() -> None:
    track = Track(START_US, 0)
    track.hold(START_US + 10, 1)
    with pytest.raises(ValueError, match="follow in time"):
        track.hold(START_US + 9, 1)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(START_US, START_US + 2 * DAY_US), min_size=1, max_size=12))
def test_the_works_do_not_depend_on_who_asks_when(asked: list[int]) -> None:
    names = ("e02.energy", "e04.current", "gas.volume", "steam.mass", "heat.return", "e09.voltage")
    busy, quiet = Works(seeded(7), START_US, 9), Works(seeded(7), START_US, 9)
    for at in asked:
        for name in names:
            busy.value(name, at)
    for at in sorted(asked, reverse=True):
        for name in reversed(names):
            assert busy.value(name, at) == quiet.value(name, at)


def test_a_works_asked_all_the_time_says_what_one_asked_once_says() -> None:
    often, once = Works(seeded(5), START_US, 4), Works(seeded(5), START_US, 4)
    names = ("e01.power", "e03.energy", "gas.flow")
    asked = range(START_US + 7 * HOUR_US, START_US + 10 * HOUR_US, 7_300_000)
    heard = [[often.value(name, at) for name in names] for at in asked]
    assert heard == [[once.value(name, at) for name in names] for at in reversed(asked)][::-1]


def test_one_seed_one_truth_and_another_seed_another() -> None:
    at = START_US + 40 * HOUR_US
    one, same, other = Works(seeded(1), START_US), Works(seeded(1), START_US), Works(seeded(2), START_US)
    names = list(one.quantities)
    assert [one.value(name, at) for name in names] == [same.value(name, at) for name in names]
    assert [one.value(name, at) for name in names] != [other.value(name, at) for name in names]


def test_the_works_have_29_circuits_that_live() -> None:
    works = Works(seeded(1), START_US)
    circuits = [name for name in works.quantities if name.startswith("e") and name.endswith(".energy")]
    assert len(circuits) >= 29
    for name in [*circuits, "gas.volume", "steam.mass", "heat.energy"]:
        assert works.value(name, START_US + DAY_US) > works.value(name, START_US), name


def test_shifts_start_ups_and_weekends_show() -> None:
    works = Works(seeded(1), START_US)
    # The largest of several hours, for a line may stand still at any one instant.
    noon = [
        max(works.value("e02.power", START_US + day * DAY_US + hour * HOUR_US) for hour in range(9, 15))
        for day in range(7)
    ]
    assert min(noon[:5]) > 300
    assert noon[6] < 60
    peaks = [works.value("e13.power", START_US + 15 * HOUR_US + second * 1_000_000) for second in range(0, 20_000, 5)]
    assert max(peaks) > 132 * 2, "the crusher's inrush is three times its rating"


def test_counters_never_rise_faster_than_rated() -> None:
    works = Works(seeded(3), START_US)
    for name, quantity in works.quantities.items():
        if quantity.kind != "counter":
            continue
        before = works.value(name, START_US)
        for hour in range(1, 49):
            now = works.value(name, START_US + hour * HOUR_US)
            assert 0 <= now - before <= Decimal(quantity.rated_per_h), (name, hour)
            before = now


def test_power_and_energy_agree() -> None:
    works = Works(seeded(1), START_US)
    minute = 60_000_000
    for start in range(START_US + 9 * HOUR_US, START_US + 10 * HOUR_US, minute):
        energy = works.value("e05.energy", start + minute) - works.value("e05.energy", start)
        powers = [works.value("e05.power", start + second * 1_000_000) for second in range(61)]
        assert min(powers) / 60 - Decimal("0.001") <= energy
        assert energy <= max(*powers, Decimal(800 * 2)) / 60 + Decimal("0.001")


def test_steps_as_text_keep_every_decimal() -> None:
    assert as_text(10, 2) == "0.10"
    assert as_text(-5, 3) == "-0.005"
    assert as_text(12, 0) == "12"


SERIES = """instant,main.power [kW],main.voltage [V],mill.energy [kWh]
2026-03-02T00:00:00+08:00,10.0,230.5,5.00
2026-03-02T01:00:00+08:00,20.0,231.5,7.50
2026-03-02T02:00:00+08:00,0.0,229.5,7.50
"""


def series(tmp_path: Path, text: str = SERIES, **options: bool) -> SeriesPlant:
    path = tmp_path / "series.csv"
    path.write_text(text, encoding="utf-8")
    return load_series(path, START_US, **options)


def test_a_series_follows_straight_lines_exactly(tmp_path: Path) -> None:
    plant = series(tmp_path)
    assert plant.value("main.power", START_US + HOUR_US // 2) == Decimal("15.000000")
    assert plant.value("main.energy", START_US + HOUR_US) == 15
    assert plant.value("main.energy", START_US + 2 * HOUR_US) == 25
    assert plant.value("mill.energy", START_US + HOUR_US // 5) == Decimal("5.5")


def test_a_series_in_steps_keeps_the_value_before(tmp_path: Path) -> None:
    plant = series(tmp_path, linear=False)
    assert plant.value("main.power", START_US + HOUR_US - 1) == 10
    assert plant.value("main.energy", START_US + 2 * HOUR_US) == 30


def test_a_series_repeats_and_its_counters_go_on(tmp_path: Path) -> None:
    plant = series(tmp_path)
    assert plant.value("main.energy", START_US + 4 * HOUR_US) == 50
    assert plant.value("mill.energy", START_US + 4 * HOUR_US) == Decimal("10")
    assert plant.value("main.power", START_US + 2 * HOUR_US + HOUR_US // 2) == 15


def test_a_series_that_does_not_repeat_ends(tmp_path: Path) -> None:
    plant = series(tmp_path, repeat=False)
    assert plant.value("main.power", START_US + 9 * HOUR_US) == 0
    assert plant.value("main.energy", START_US + 9 * HOUR_US) == 25
    assert plant.value("main.voltage", START_US + 9 * HOUR_US) == Decimal("229.5")


@given(at=st.lists(st.integers(START_US, START_US + 9 * HOUR_US), min_size=2, max_size=20))
def test_a_series_counter_never_falls(tmp_path_factory: pytest.TempPathFactory, at: list[int]) -> None:
    plant = series(tmp_path_factory.mktemp("series"))
    readings = [plant.value("main.energy", each) for each in sorted(at)]
    assert readings == sorted(readings)


def test_all_problems_of_a_series_are_told_at_once(tmp_path: Path) -> None:
    text = (
        "instant,main.power [kW],mill.energy [kWh]\n"
        "2026-03-02T00:00:00+08:00,10.0,5\n"
        "2026-03-02T00:00:00,10.0,5\n"
        "2026-03-01T00:00:00+08:00,10.0,5\n"
        "2026-03-02T02:00:00+08:00,ten,4\n"
        "2026-03-02T03:00:00+08:00,-1.0,6,7\n"
        "2026-03-02T04:00:00+08:00,1.0000001,6\n"
    )
    with pytest.raises(DescriptionError) as caught:
        series(tmp_path, text)
    shown = str(caught.value)
    assert all(re.search("[\u4e00-\u9fff]", str(problem)) for problem in caught.value.problems)
    assert len(caught.value.problems) == 6
    for piece in ("with zone", "not after the one before", "'ten'", "the counter falls", "expected 3 columns, got 4"):
        assert piece in shown
    assert "more than 6 decimals" in shown


@pytest.mark.parametrize(
    ("octets", "piece"),
    [
        (b"", "expected headings"),
        (b"time,x\n", "expected headings"),
        (b"instant,main.power [horses]\n2026-03-02T00:00:00+08:00,1\n", "expected a heading such as"),
        (b"instant,a.power [kW],a.energy [kWh]\n", "comes twice"),
        (b"instant,main.power [kW]\n", "at least 2 rows"),
        ("instant,功率 [kW]\n".encode("gbk"), "expected UTF-8"),
    ],
)
def test_a_bad_series_is_refused_with_a_sentence(tmp_path: Path, octets: bytes, piece: str) -> None:
    path = tmp_path / "series.csv"
    path.write_bytes(octets)
    with pytest.raises(DescriptionError, match=r"series\.csv") as caught:
        load_series(path, START_US)
    assert piece in str(caught.value)


def test_a_missing_series_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DescriptionError, match="cannot be read"):
        load_series(tmp_path / "nothing.csv", START_US)
