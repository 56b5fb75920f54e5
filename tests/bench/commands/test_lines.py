"""Files of lines that a command goes on from: a torn last line is gone, and what follows is whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.commands.lines import Lines, whole_lines


def test_what_a_kill_has_torn_is_not_there_and_the_next_line_stands_alone(tmp_path: Path) -> None:
    path = tmp_path / "trials.jsonl"
    with Lines(path) as lines:
        lines.add(b"one")
        lines.add(b"two")
    path.write_bytes(path.read_bytes() + b"thr")
    found, whole = whole_lines(path)
    assert found == [b"one", b"two"] and whole == 8
    with Lines(path, after=whole) as lines:
        lines.add(b"four")
    assert path.read_bytes() == b"one\ntwo\nfour\n"


def test_a_line_is_there_before_the_next_is_made(tmp_path: Path) -> None:
    path = tmp_path / "trials.jsonl"
    with Lines(path) as lines:
        lines.add(b"one")
        assert path.read_bytes() == b"one\n"


def test_a_new_file_takes_nobodys_place(tmp_path: Path) -> None:
    path = tmp_path / "trials.jsonl"
    path.write_bytes(b"whose\n")
    with pytest.raises(FileExistsError):
        Lines(path)
    assert path.read_bytes() == b"whose\n"
