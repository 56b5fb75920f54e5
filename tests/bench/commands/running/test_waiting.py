"""What a long case waits for: phase, how far its world is, when it ends; nothing from a torn or absent record."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from bench.commands.running import waiting
from bench.commands.running.lengths import lengths_of_the_suite
from bench.commands.running.waiting import waiting_for
from bench.journal import LOCAL

CASE = "realtime/delivers-within-minutes"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=LOCAL)


def grown(folder: Path, *events: dict[str, object], torn: str = "", case: str = CASE) -> None:
    place = folder / "cases" / case / "1"
    place.mkdir(parents=True)
    lines = [msgspec.json.encode(["0" * 64, event]).decode() + "\n" for event in events]
    (place / "record.jsonl.part").write_text("".join(lines) + torn, "utf-8")


def test_phase_progress_and_end_are_told(tmp_path: Path) -> None:
    length = lengths_of_the_suite()[CASE]
    grown(
        tmp_path,
        {"e": "began", "t": 0},
        {"e": "phase", "t": 5_000_000, "name": "outage"},
        {"e": "phase", "t": 9_000_000, "name": "settle"},
        {"e": "served", "t": 60_000_000},
        torn='["00',
    )
    told = waiting_for(tmp_path, CASE, NOW)
    minutes = round((length - 60) // 60)
    assert told.startswith("phase settle 收尾等待, 1 min 00 s of about ")
    assert f"ends about 03-01 12:{minutes:02d}" in told


def test_a_hastened_case_ends_so_many_times_sooner(tmp_path: Path) -> None:
    case = "delivery/backfills-after-two-day-outage"
    grown(tmp_path, {"e": "began", "t": 0, "accelerated": 60}, {"e": "served", "t": 3_600_000_000}, case=case)
    ends = NOW + timedelta(seconds=(lengths_of_the_suite()[case] - 3600) / 60)
    assert f"ends about {ends:%m-%d %H:%M}" in waiting_for(tmp_path, case, NOW)


def test_a_case_of_unknown_length_says_how_long_it_runs(tmp_path: Path) -> None:
    grown(tmp_path, {"e": "began", "t": 0}, {"e": "served", "t": 3_600_000_000}, case="a/b")
    assert waiting_for(tmp_path, "a/b", NOW) == "1 h 00 min of its world / 场景已运行 1 h 00 min"


@pytest.mark.parametrize("torn", ["", '["00', "\x00\x00\n", "[]\n"])
def test_nothing_is_said_of_what_cannot_be_read(tmp_path: Path, torn: str) -> None:
    grown(tmp_path, torn=torn)
    assert waiting_for(tmp_path, CASE, NOW) == "" and waiting_for(tmp_path, "a/c", NOW) == ""


def test_only_the_end_of_a_long_record_is_read(tmp_path: Path) -> None:
    events: list[dict[str, object]] = [
        {"e": "served", "t": second * 1_000_000, "x": "y" * 200} for second in range(3000)
    ]
    grown(tmp_path, *events)
    assert waiting_for(tmp_path, CASE, NOW).startswith("49 min 59 s of about")
    assert (tmp_path / "cases" / CASE / "1" / "record.jsonl.part").stat().st_size > waiting.TAIL_OCTETS


def test_a_product_that_does_nothing_is_told_while_the_case_runs(tmp_path: Path) -> None:
    began = round(NOW.timestamp() * 1e6)
    grown(tmp_path, {"e": "began", "t": began}, {"e": "phase", "t": began + 700_000, "name": "steady"})
    after = NOW + timedelta(seconds=95)
    told = waiting_for(tmp_path, CASE, after)
    assert (
        "nothing heard of the product for 1 min 34 s / 受测品已有 1 min 34 s 无任何动作" in told
        and "ends about" not in told
    )
    assert "ends about" in waiting_for(tmp_path, CASE, NOW + timedelta(seconds=30))
    other = tmp_path / "other"
    grown(other, {"e": "began", "t": began}, {"e": "connected", "t": began + 800_000})
    assert "nothing heard" not in waiting_for(other, CASE, after)
