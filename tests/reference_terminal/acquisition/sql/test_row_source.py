"""Which rows a reader asks for: every one once, whatever the numbers do. On SQLite files."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace

import pytest

from reference_terminal.acquisition.sql.row_source import Row, RowSource
from reference_terminal.settings.systems import SystemConfig

HIGHEST = 2**63 - 1


class Plant:
    """A table, and readers of it that share a memory."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "plant.db"
        self.kept: dict[tuple[str, str], str] = {}
        self.read: list[int] = []
        with sqlite3.connect(self.path) as connection:
            connection.execute("CREATE TABLE readings (id INTEGER PRIMARY KEY, tag TEXT, at TEXT, value TEXT)")
        self.source = self.reader()

    def reader(self, limit: int = 1000, overlap: int = 200) -> RowSource:
        memory = SimpleNamespace(
            setting=lambda scope, name: self.kept.get((scope, name)),
            keep_setting=lambda scope, name, value: self.kept.update({(scope, name): value}),
        )
        journal = SimpleNamespace(clear_alarm=lambda alarm, subject: None)
        query = f"SELECT id, tag, at, value FROM readings WHERE id > :after ORDER BY id LIMIT {limit}"
        url = f"sqlite:///{self.path}"
        config = SystemConfig(id="s", kind="sql", url=url, query=query, overlap=overlap)
        made = RowSource(config, None, journal, memory)  # type: ignore[arg-type]
        made.add("t", self.take)
        return made

    def take(self, row: Row) -> None:
        self.read.append(row.id)

    def write(self, numbers: Iterable[int]) -> None:
        rows = [(number, "t", "2026-03-02 00:00:00", "1") for number in numbers]
        with sqlite3.connect(self.path) as connection:
            connection.executemany("INSERT INTO readings VALUES (?, ?, ?, ?)", rows)

    def after(self, numbers: Iterable[int], looks: int = 1) -> list[int]:
        """What is read after these were written."""
        self.write(numbers)
        self.read.clear()
        for _ in range(looks):
            asyncio.run(self.source.fetch())
        return self.read


@pytest.mark.parametrize("high", [HIGHEST, 5_000_000, 303])
def test_one_row_with_a_high_number_ends_nothing(high: int, tmp_path: Path) -> None:
    plant = Plant(tmp_path)
    assert plant.after(range(1, 6)) == [1, 2, 3, 4, 5]
    assert plant.after([6, high]) == [6, high]
    for number in range(7, 300):
        assert plant.after([number]) == [number]
    # Another life asks for some again, and misses none that came meanwhile.
    plant.source = plant.reader()
    found = plant.after([300, 301])
    assert {300, 301} <= set(found) and len(set(found)) == len(found)
    assert plant.after([302]) == [302]


def test_one_row_with_the_highest_number_may_be_the_first(tmp_path: Path) -> None:
    plant = Plant(tmp_path)
    assert plant.after([HIGHEST]) == [HIGHEST]
    assert plant.after([1, 2]) == [1, 2]


@pytest.mark.parametrize("step", [1, 4_000_000_000])
def test_numbers_that_go_on_above_a_leap_are_followed(step: int, tmp_path: Path) -> None:
    plant = Plant(tmp_path)
    plant.after(range(1, 4))
    for number in range(10**12, 10**12 + 120 * step, step):
        assert plant.after([number]) == [number]
    kept = int(plant.kept["system", "s"])
    assert kept >= 10**12 + 15 * step
    # A mistake among numbers each of which leaps ends nothing either.
    assert plant.after([HIGHEST]) == [HIGHEST]
    for number in range(10**12 + 120 * step, 10**12 + 240 * step, step):
        assert plant.after([number]) == [number]


def test_an_answer_that_holds_few_rows_is_no_end(tmp_path: Path) -> None:
    plant = Plant(tmp_path)
    plant.source = plant.reader(limit=50, overlap=20)
    found = plant.after([*range(1, 30), *range(10**9, 10**9 + 200), HIGHEST], looks=20)
    assert sorted(found) == [*range(1, 30), *range(10**9, 10**9 + 200), HIGHEST]
