"""A long history: its events leave memory for the disk, and everything that is asked of it is answered as before."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest

from bench.history import (
    SPOOL,
    Ended,
    Event,
    History,
    HistoryError,
    Phase,
    Power,
    Recorder,
    Trouble,
    read_history,
    reading,
    stored,
)
from bench.history import recorder as recorders

MANY = 1_000


def events(count: int = MANY) -> list[Event]:
    """Some of two types; texts of one to three octets a character, and one that no UTF-8 has."""
    return [
        Power(t=number, state="cut")
        if number % 7 == 3
        else Phase(t=number, name=f"第{number}阶段", detail={"odd": "\ud800" if number == 5 else "é" * (number % 50)})
        for number in range(count)
    ]


def recorded(folder: Path, *, held: int, count: int = MANY) -> History:
    recorder = Recorder(folder, held=held)
    for event in events(count):
        recorder(event)
        assert not held or len(recorder.events) < held
    return recorder.save(folder / "record.jsonl")


@pytest.mark.parametrize("held", [1, 7, 999, 1000, 1001])
def test_a_record_is_the_same_wherever_its_events_were(held: int, tmp_path: Path) -> None:
    whole, parts = recorded(tmp_path / "whole", held=0), recorded(tmp_path / "parts", held=held)
    assert parts.digest == whole.digest
    assert (tmp_path / "parts/record.jsonl").read_bytes() == (tmp_path / "whole/record.jsonl").read_bytes()
    assert not (tmp_path / "parts" / SPOOL).exists()
    assert list(parts.events) == list(whole.events) and len(parts.events) == MANY + 1
    for kind in (Phase, Power, Ended):
        assert parts.of(kind) == whole.of(kind) and whole.of(kind)
    assert parts.of(Trouble) == []
    for index in (0, 5, -1, MANY // 2):
        assert parts.events[index] == whole.events[index]
    assert parts.events[3:500:9] == whole.events[3:500:9]
    assert [*parts.between(Power, 10, 80)] == [*whole.between(Power, 10, 80)]
    assert parts.end_us == whole.end_us and parts.phase("第5阶段") == whole.phase("第5阶段")
    with pytest.raises(IndexError):
        parts.events[MANY + 1]


def test_what_was_read_stays_while_somebody_has_it_or_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = recorded(tmp_path, held=10)
    kept = weakref.ref(history.of(Phase))
    assert history.of(Phase) is kept() and history.of(Power)
    monkeypatch.setattr(reading, "MOST_READ", MANY)
    assert history.of(Ended) and history.of(Power)
    gc.collect()
    assert kept() is None
    mine = history.of(Phase)
    assert history.of(Power) and history.of(Ended)
    assert history.of(Phase) is mine


def test_events_of_two_types_come_in_the_order_of_the_record(tmp_path: Path) -> None:
    history = recorded(tmp_path, held=10)
    asked = [event for event in history.events if isinstance(event, Phase | Power)]
    assert {type(event) for event in asked} == {Phase, Power}
    assert history.either(Phase, Power) == history.either(Power, Phase) == asked
    assert History(asked).either(Power, Ended) == history.of(Power)
    assert history.either(Trouble, Power) == history.of(Power)


def test_a_long_record_that_is_read_back_lies_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = recorded(tmp_path, held=0)
    monkeypatch.setattr(stored, "MOST_HELD", 100)
    found = read_history(tmp_path / "record.jsonl")
    assert not isinstance(found.events, list)
    assert found.digest == whole.digest and list(found.events) == list(whole.events)
    octets = bytearray((tmp_path / "record.jsonl").read_bytes())
    octets[len(octets) // 2] ^= 1
    (tmp_path / "record.jsonl").write_bytes(octets)
    with pytest.raises(HistoryError, match="line"):
        read_history(tmp_path / "record.jsonl")


def test_a_full_disk_is_told_by_who_saves_and_not_to_who_tells_an_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    recorder = Recorder(tmp_path, held=10)
    for event in events(15):
        recorder(event)
    with monkeypatch.context() as patch:
        patch.setattr(recorders, "_write", full)
        for event in events(60)[15:]:
            recorder(event)
        with pytest.raises(OSError, match="No space left"):
            recorder.save(tmp_path / "record.jsonl")
    recorder.discard()
    assert not list(tmp_path.iterdir())


def test_room_that_comes_back_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder(tmp_path / "a", held=10)
    written = recorders._write  # pyright: ignore[reportPrivateUsage]

    def torn(out: object, octets: bytes) -> None:
        written(out, octets[:7])  # pyright: ignore[reportArgumentType]
        raise OSError(28, "No space left on device")

    for number, event in enumerate(events(100)):
        with monkeypatch.context() as patch:
            if 30 <= number < 60:
                patch.setattr(recorders, "_write", torn)
            recorder(event)
    assert recorder.save(tmp_path / "a" / "record.jsonl").digest == recorded(tmp_path / "b", held=0, count=100).digest
    assert read_history(tmp_path / "a" / "record.jsonl")
