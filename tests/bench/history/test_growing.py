"""A record that grows on the disk: whole at its end, provable up to any octet at which it was cut off."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bench.history import (
    Began,
    Ended,
    HistoryError,
    Phase,
    Recorder,
    TerminalState,
    Trouble,
    read_history,
    read_unfinished,
)
from bench.history.growing import GROWING, GrowingRecord, seal_interrupted, whole_record


def filled(recorder: Recorder, events: int = 6) -> Recorder:
    recorder(Began(t=0, case="c", seed=1, commit="x", terminal="t", rig="process", points=(), meters=(), centres=()))
    for number in range(events):
        recorder(Phase(t=number, name=f"phase {number}", detail={"汉": "字"}))
    return recorder


def part_of(folder: Path) -> Path:
    """What an interrupted attempt leaves: a part without an end."""
    recorder = Recorder()
    record = folder / "record.jsonl"
    with GrowingRecord(recorder, record, every_s=0.01):
        filled(recorder)
    return record.with_name(record.name + GROWING)


def test_a_record_that_grew_is_the_one_that_is_saved_in_one_piece(tmp_path: Path) -> None:
    recorder = Recorder()
    with GrowingRecord(recorder, tmp_path / "grown.jsonl", every_s=0.01) as growing:
        filled(recorder)
        history = growing.finish()
    saved = filled(Recorder()).save(tmp_path / "saved.jsonl")
    assert (tmp_path / "grown.jsonl").read_bytes() == (tmp_path / "saved.jsonl").read_bytes()
    assert history.digest == saved.digest == read_history(tmp_path / "grown.jsonl").digest
    assert sorted(path.name for path in tmp_path.iterdir()) == ["grown.jsonl", "saved.jsonl"]


def test_text_that_is_no_unicode_ends_no_record(tmp_path: Path) -> None:
    recorder = Recorder()
    with GrowingRecord(recorder, tmp_path / "record.jsonl", every_s=0.01) as growing:
        filled(recorder)
        recorder(TerminalState(t=9, state="crashed", detail="smoke \ud800"))
        history = growing.finish()
    assert history.of(TerminalState) == [TerminalState(t=9, state="crashed", detail="smoke \\ud800", escaped=1)]
    assert list(read_history(tmp_path / "record.jsonl").events) == list(history.events)


def test_it_is_on_the_disk_while_the_case_goes_on(tmp_path: Path) -> None:
    recorder = Recorder()
    part = tmp_path / f"record.jsonl{GROWING}"
    with GrowingRecord(recorder, tmp_path / "record.jsonl", every_s=0.01):
        filled(recorder, 2)
        until = time.monotonic() + 60
        while part.read_bytes().count(b"\n") < 3:
            assert time.monotonic() < until
            time.sleep(0.01)
    assert not (tmp_path / "record.jsonl").exists()


def test_cut_at_any_octet_its_whole_lines_prove_themselves(tmp_path: Path) -> None:
    part = part_of(tmp_path)
    whole = part.read_bytes()
    for end in range(len(whole) + 1):
        part.write_bytes(whole[:end])
        found = read_unfinished(part)
        assert len(found.events) == whole[:end].count(b"\n")
        assert found.lines + whole[end - found.torn : end] == whole[:end]
        part.write_bytes(whole[:end] + bytes(4096))
        assert len(read_unfinished(part).events) == whole[:end].count(b"\n")


def test_sealed_it_is_a_record_whose_case_ends_in_error(tmp_path: Path) -> None:
    part = part_of(tmp_path)
    whole = part.read_bytes()
    part.write_bytes(whole + b'["0123')
    record = tmp_path / "record.jsonl"
    assert whole_record(record) is None
    history, words = seal_interrupted(record)
    assert history is not None and words.startswith("7 events were recorded, 6 octets of a torn last line left out")
    read = read_history(record)
    assert read.digest == history.digest and len(read.of(Trouble)) == 1
    assert record.read_bytes().startswith(whole) and part.read_bytes() == whole + b'["0123'
    assert whole_record(record) is not None


def test_nothing_recorded_is_said(tmp_path: Path) -> None:
    record = tmp_path / "record.jsonl"
    for left in (None, b"", b'["01', bytes(512)):
        if left is not None:
            record.with_name(record.name + GROWING).write_bytes(left)
        assert seal_interrupted(record) == (None, "nothing of it was recorded / 无记录")
    assert not record.exists()


@pytest.mark.parametrize("line", range(7))
def test_an_altered_line_is_named_and_no_accident(tmp_path: Path, line: int) -> None:
    part = part_of(tmp_path)
    lines = part.read_bytes().splitlines(keepends=True)
    lines[line] = lines[line].replace(b"}]", b" }]")
    part.write_bytes(b"".join(lines))
    with pytest.raises(HistoryError, match=rf"line {line + 1}: .*chain is broken"):
        read_unfinished(part)
    del lines[line]
    part.write_bytes(b"".join(lines))
    if line < 6:
        with pytest.raises(HistoryError, match=f"line {line + 1}: "):
            read_unfinished(part)


def test_an_end_in_a_record_under_way_is_no_accident_unless_it_only_lacked_its_name(tmp_path: Path) -> None:
    record = tmp_path / "record.jsonl"
    filled(Recorder()).save(record)
    part = record.rename(record.with_name(record.name + GROWING))
    with pytest.raises(HistoryError, match=r"line 8: an end line in a record under way"):
        read_unfinished(part)
    history = whole_record(record)
    assert history is not None and isinstance(history.events[-1], Ended) and not part.exists()


def test_a_disk_that_takes_nothing_is_told(tmp_path: Path) -> None:
    recorder = Recorder()
    (tmp_path / f"record.jsonl{GROWING}").symlink_to("/dev/full")
    with GrowingRecord(recorder, tmp_path / "record.jsonl", every_s=0.01) as growing:
        filled(recorder)
        with pytest.raises(OSError, match="No space left"):
            growing.finish()
    assert not (tmp_path / "record.jsonl").exists()
