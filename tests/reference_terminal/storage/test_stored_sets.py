"""Sets of stored data: what goes out comes in alike, what is not sound is refused as a whole, tables and classes."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reference_terminal.model.rows import Record
from reference_terminal.model.times import DAY
from reference_terminal.processing.classes import Classes
from reference_terminal.storage import archive
from reference_terminal.storage.archive import ArchiveError, Described, Taken
from reference_terminal.storage.store import Store

T = TypeVar("T")
POINTS = {"energy": Described("kWh", "counter")}
DAY_S = 86_400
START_S = 1_772_380_800


class Bed:
    """A store in a file, and the loop it needs."""

    def __init__(self, runner: asyncio.Runner, path: Path) -> None:
        self.runner = runner
        self.store = runner.run(self._open(str(path)))

    async def _open(self, path: str) -> Store:
        return Store(path, None, 0.01)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def taken(self, octets: bytes) -> Taken | None:
        async def take() -> Taken | None:
            return archive.put(self.store, archive.read(octets, POINTS), lambda: None)

        return self.do(take())

    def set_of(self, from_s: int = 0, to_s: int = 4_102_444_800) -> bytes:
        return self.do(archive.collect(self.store, "T1", POINTS, from_s, to_s, 1_772_400_000_000))

    def fill(self) -> None:
        """Ten days of records, a setting of a centre, and what must not go out."""

        async def work() -> None:
            numbers = self.store.number_points(["other", "energy"])
            number = numbers[1]
            self.store.add_records(
                [
                    Record(DAY_S, at, number, at + DAY_S, "1.00", "3.50", "2.50", None, None, 0, None, "N", "")
                    for at in range(START_S, START_S + 10 * DAY_S, DAY_S)
                ]
            )
            self.store.keep_setting("centre/A", "upload_time", "21:00:00")
            self.store.keep_setting("centre/A", "registration", "secret")
            self.store.keep_setting("centre set", "B", 'id = "B"\npw = "secret"\n')
            assert self.store.flush()

        self.do(work())

    def records(self) -> list[tuple[Any, ...]]:
        """All records with the ids of their points."""
        found: list[tuple[Any, ...]] = list(
            self.store.connection.execute(
                "SELECT id, span, start_s, end_s, opening, closing, value, flag FROM record"
                " JOIN point ON point.number=record.point ORDER BY start_s"
            )
        )
        return found


@contextmanager
def beds(folder: Path, *names: str) -> Generator[list[Bed], None, None]:
    with asyncio.Runner() as runner:
        made = [Bed(runner, folder / f"{name}.db") for name in names]
        yield made
        for bed in made:
            bed.store.close()


def sealed(*rows: list[Any], points: Any = None) -> bytes:
    """A set with these rows whose digest is right."""
    head = {"form": archive.FORM, "points": points or {}}
    body = b"".join(json.dumps(line).encode() + b"\n" for line in ([head], *rows))
    end = {"lines": len(rows) + 1, "sm3": hashlib.new("sm3", body).hexdigest()}
    return body + json.dumps([end]).encode() + b"\n"


def test_what_goes_out_comes_in_alike(tmp_path: Path) -> None:
    with beds(tmp_path, "one", "two") as (one, two):
        one.fill()
        octets = one.set_of()
        taken = two.taken(octets)
        assert taken is not None
        assert taken.rows == 11
        assert taken.settings
        assert two.records() == one.records()
        assert two.store.setting("centre/A", "upload_time") == "21:00:00"
        again = two.taken(octets)
        assert again == Taken(0, 11, settings=False)


def test_nothing_secret_goes_out(tmp_path: Path) -> None:
    with beds(tmp_path, "one") as (one,):
        one.fill()
        assert b"secret" not in one.set_of()


def test_every_table_goes_out_but_what_is_the_devices_own(tmp_path: Path) -> None:
    with beds(tmp_path, "one") as (one,):
        found = one.store.connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
        tables = {str(name) for (name,) in found}
    # Numbers, the state of counters, queues, the log and its alarms, the device's own check codes.
    own = {"point", "anchor", "outbox", "event", "alarm", "setting_code"}
    assert tables - set(archive._TABLES) == own  # pyright: ignore[reportPrivateUsage]
    assert set(archive._TABLES) <= tables  # pyright: ignore[reportPrivateUsage]


def test_a_range_bounds_a_set(tmp_path: Path) -> None:
    with beds(tmp_path, "one", "two") as (one, two):
        one.fill()
        two.taken(one.set_of(START_S + 2 * DAY_S, START_S + 5 * DAY_S))
        assert [row[2] for row in two.records()] == [START_S + day * DAY_S for day in (2, 3, 4)]


def test_slices_lose_and_double_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with beds(tmp_path, "one") as (one,):
        one.fill()
        whole = one.set_of()
        monkeypatch.setattr(archive, "_ROWS_AT_ONCE", 3)
        assert one.set_of() == whole


def test_what_is_there_already_stays(tmp_path: Path) -> None:
    with beds(tmp_path, "one", "two") as (one, two):
        one.fill()
        two.fill()
        two.store.connection.execute("UPDATE record SET value='9.99'")
        taken = two.taken(one.set_of())
        assert taken is not None
        assert taken.rows == 0
        assert {row[6] for row in two.records()} == {"9.99"}


def test_a_set_with_one_altered_bit_is_refused_wherever_it_is(tmp_path: Path) -> None:
    with beds(tmp_path, "one", "two") as (one, two):
        one.fill()
        octets = one.set_of()
        for at in range(0, len(octets) - 1, 7):
            altered = octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1 :]
            with pytest.raises(ArchiveError):
                two.taken(altered)
        for cut in (0, 1, len(octets) // 2, len(octets) - 2):
            with pytest.raises(ArchiveError):
                two.taken(octets[:cut])
        assert two.records() == []


@pytest.mark.parametrize(
    "rows",
    [
        [["nothing", 1]],
        [["record", 1, 2]],
        [["reading", 2**70, "energy", 0, "1", "", 0, "", None]],
        [["reading", 1.5, "energy", 0, "1", "", 0, "", None]],
        [["reading", 1, 2, 0, "1", "", 0, "", None]],
        [["reading", 1, "energy", [], "1", "", 0, "", None]],
        [["package", *["x"] * 12, "no base64!"]],
        [[]],
    ],
)
def test_rows_that_no_set_of_ours_has_are_refused(rows: list[list[Any]]) -> None:
    with pytest.raises(ArchiveError, match="line 2"):
        archive.read(sealed(*rows), POINTS)


def test_a_row_that_the_store_refuses_leaves_nothing(tmp_path: Path) -> None:
    good = ["reading", 1, "energy", 0, "1", "", 0, "", None]
    with beds(tmp_path, "one") as (one,):
        assert one.taken(sealed(good, ["reading", None, "energy", 0, "1", "", 0, "", None])) is None
        assert list(one.store.connection.execute("SELECT * FROM reading")) == []
        assert one.taken(sealed(good)) == Taken(1, 0, settings=False)


def test_a_point_with_another_unit_is_refused() -> None:
    with pytest.raises(ArchiveError, match="energy is a counter in MWh in the set"):
        archive.read(sealed(points={"energy": ["MWh", "counter"]}), POINTS)


@given(st.binary(max_size=300) | st.lists(st.binary(max_size=40)).map(b"\n".join))
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_octets_are_refused_in_a_sentence(octets: bytes) -> None:
    with pytest.raises(ArchiveError) as told:
        archive.read(octets, POINTS)
    assert told.value.en
    assert told.value.zh


def test_a_point_that_moves_leaves_its_past_with_its_old_source(tmp_path: Path) -> None:
    class Clock:
        def now_s(self) -> int:
            return START_S + 5 * DAY_S

    class State:
        def __init__(self, name: str) -> None:
            self.config = type("Config", (), {"id": "energy", "emission_source": name})()

    with beds(tmp_path, "one") as (one,):
        one.fill()

        async def told(name: str) -> list[int]:
            classes = Classes(one.store, cast(Any, Clock()), cast(Any, [State(name)]))
            return [row.start_s for _, row in classes.records("boiler", DAY, 0, 2**40)]

        assert len(one.do(told("boiler"))) == 10
        assert len(one.do(told("boiler"))) == 10
        assert one.do(told("turbine")) == [START_S + day * DAY_S for day in range(5)]
