"""A folder is a room for one question: more modules than a reader takes in at a glance are several."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from suite_kit import ROOT

MOST = 30
ROOMS = ("bench", "simulators", "conformance", "reference_terminal", "reports", "tools", "tests")


def crowded(root: Path) -> list[str]:
    """Folders of more modules than `MOST`."""
    modules = [path for room in ROOMS for path in (root / room).rglob("*.py")]
    found = Counter(path.parent.relative_to(root).as_posix() for path in modules)
    return [f"{folder}: {number} modules" for folder, number in sorted(found.items()) if number > MOST]


def test_no_folder_is_crowded() -> None:
    assert crowded(ROOT) == []


@pytest.mark.parametrize("number, told", [(MOST, []), (MOST + 1, ["bench/room: 31 modules"])])
def test_one_more_is_told(tmp_path: Path, number: int, told: list[str]) -> None:
    (tmp_path / "bench/room").mkdir(parents=True)
    for each in range(number):
        (tmp_path / "bench/room" / f"m{each}.py").touch()
    assert crowded(tmp_path) == told
