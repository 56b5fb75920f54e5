"""`prove --rests` with what is no run of ours: one sentence, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from suite_kit import carbonbench

from conformance.rests import RESTS


@pytest.mark.parametrize(
    "content, words",
    [
        (None, "expected a run folder, found nothing"),
        ({}, "this is no run folder"),
        ({"verdicts.json": "[]"}, "verdicts.json"),
    ],
)
def test_what_is_no_run_is_told(tmp_path: Path, content: dict[str, str] | None, words: str) -> None:
    room = tmp_path / "run"
    before = RESTS.read_bytes()
    if content is not None:
        room.mkdir()
        for name, text in content.items():
            (room / name).write_text(text, "utf-8")
    told = carbonbench("prove", "--rests", room, cwd=tmp_path)
    assert told.code in (3, 4)
    assert words in told.err
    assert RESTS.read_bytes() == before
