"""The record: chain, tampering, completeness."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.history import (
    Began,
    HistoryError,
    Observed,
    Phase,
    Recorder,
    Served,
    digest_of_run,
    prove_record,
    read_history,
)


def recorded(folder: Path, served: int = 5) -> Path:
    recorder = Recorder()
    recorder(Began(t=0, case="c", seed=1, commit="x", terminal="t", rig="virtual", points=(), meters=(), centres=()))
    for number in range(served):
        recorder(
            Served(
                t=number + 1,
                meter="e01",
                unit=1,
                asked=number,
                request="00",
                response="01",
                values={"e01.energy": "0.10"},
            )
        )
    recorder(Phase(t=served + 1, name="settle", detail={"汉": "字"}))
    path = folder / "record.jsonl"
    recorder.save(path)
    return path


def test_a_record_read_back_is_the_history_that_was_saved(tmp_path: Path) -> None:
    recorder = Recorder()
    recorder(Phase(t=3, name="a"))
    saved = recorder.save(tmp_path / "record.jsonl")
    read = read_history(tmp_path / "record.jsonl")
    assert list(read.events) == list(saved.events)
    assert read.digest == saved.digest


TEXTS = st.text(st.characters(codec=None), max_size=6)


def lone(text: str) -> int:
    return sum(0xD800 <= ord(letter) <= 0xDFFF for letter in text)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.dictionaries(TEXTS, TEXTS, max_size=3), max_size=3), TEXTS)
def test_a_record_holds_whatever_text_a_product_sends(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]], problem: str
) -> None:
    path = tmp_path_factory.mktemp("texts") / "record.jsonl"
    recorder = Recorder()
    recorder(Observed(t=1, what="status", asked=0, rows=tuple(rows), problem=problem))
    recorder(Phase(t=2, name="settle"))
    saved = recorder.save(path)
    read = read_history(path)
    assert list(read.events) == list(saved.events), "what is judged now is what is judged later"
    assert read.digest == saved.digest
    (event,) = read.of(Observed)
    texts = [problem, *(text for row in rows for pair in row.items() for text in pair)]
    assert event.escaped == sum(map(lone, texts))
    if not event.escaped:
        assert (event.rows, event.problem) == (tuple(rows), problem)
    assert list(path.parent.iterdir()) == [path]


def test_a_lone_surrogate_is_written_out(tmp_path: Path) -> None:
    recorder = Recorder()
    recorder(Observed(t=1, what="status", asked=0, rows=({"id\ud800": "\udcff 汉 \U0001f600"},), problem="\\n"))
    (event,) = recorder.save(tmp_path / "record.jsonl").of(Observed)
    assert (event.rows, event.problem) == (({"id\\ud800": "\\udcff 汉 \U0001f600"},), "\\n")
    assert event.escaped == 2
    assert recorder.history().of(Observed) == [event]


def test_the_chain_is_sm3_over_the_previous_digest_and_the_octets(tmp_path: Path) -> None:
    path = recorded(tmp_path, served=0)
    digest = hashlib.new("sm3", b"carbonbench history 1").digest()
    for line in path.read_bytes().splitlines():
        shown, _, octets = line[2:-1].partition(b'",')
        digest = hashlib.new("sm3", digest + octets).digest()
        assert digest.hex().startswith(shown.decode())


@settings(max_examples=60, deadline=None)
@given(where=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_one_altered_octet_is_found_and_its_place_named(
    tmp_path_factory: pytest.TempPathFactory, where: float, flip: int
) -> None:
    path = recorded(tmp_path_factory.mktemp("r"))
    octets = bytearray(path.read_bytes())
    place = int(where * len(octets))
    line = octets[:place].count(b"\n") + 1
    octets[place] ^= flip
    path.write_bytes(octets)
    with pytest.raises(HistoryError) as caught:
        read_history(path)
    assert (
        f"line {line}: " in str(caught.value)
        or f"line {line + 1}: " in str(caught.value)
        or "end line" in str(caught.value)
    )


@pytest.mark.parametrize("removed", [0, 2, -1])
def test_a_missing_line_is_found(tmp_path: Path, removed: int) -> None:
    path = recorded(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    del lines[removed]
    path.write_bytes(b"".join(lines))
    with pytest.raises(HistoryError, match=r"chain is broken|not complete"):
        read_history(path)


def test_an_unreadable_record_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="cannot be read"):
        read_history(tmp_path / "absent")
    (tmp_path / "text").write_text("hello\n")
    with pytest.raises(HistoryError, match="line 1"):
        read_history(tmp_path / "text")


def test_a_history_that_runs_backwards_is_refused() -> None:
    recorder = Recorder()
    recorder(Phase(t=5, name="a"))
    with pytest.raises(HistoryError, match="comes after"):
        recorder(Phase(t=4, name="b"))


def test_saving_leaves_no_partial_file(tmp_path: Path) -> None:
    recorded(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["record.jsonl"]


def test_the_digest_of_a_run_does_not_depend_on_the_order_of_its_cases() -> None:
    assert digest_of_run([("a", "1"), ("b", "2")]) == digest_of_run([("b", "2"), ("a", "1")])
    assert digest_of_run([("a", "1")]) != digest_of_run([("a", "2")])


def test_a_chain_is_proved_without_looking_at_events(tmp_path: Path) -> None:
    path = tmp_path / "record.jsonl"
    recorder = Recorder()
    recorder(Began(t=0, case="c", seed=1, commit="x", terminal="t", rig="virtual", points=(), meters=(), centres=()))
    for number in range(1, 40):
        recorder(Phase(t=number, name=f"phase {number}"))
    digest = recorder.save(path).digest
    assert prove_record(path) == (digest, [])
    octets = path.read_bytes()
    for place in range(0, len(octets), 11):
        path.write_bytes(octets[:place] + bytes([octets[place] ^ 1]) + octets[place + 1 :])
        with pytest.raises(HistoryError):
            prove_record(path)
    for cut in (octets[:-1], octets[: octets.rstrip().rfind(b"\n") + 1], b""):
        path.write_bytes(cut)
        with pytest.raises(HistoryError):
            prove_record(path)
