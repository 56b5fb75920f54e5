"""Bounds of a centre's queue and of the store: what happens when a centre stays away, and a damaged database."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from terminal_kit import SmallCentre, centre_text, config_text, platform
from virtually import virtually

from reference_terminal import Terminal, load_config
from reference_terminal.model.rows import Pending, Record
from reference_terminal.model.times import parse_iso
from reference_terminal.storage.bound import Bound
from reference_terminal.storage.outbox import LIVE


def at(text: str) -> int:
    found = parse_iso(text)
    assert found is not None
    return found


NOW = at("2026-03-02T12:00:30")


async def started(text: str, start_s: float = NOW) -> tuple[Terminal, asyncio.Task[None]]:
    terminal = Terminal(load_config(text), platform(start_s))
    task = asyncio.create_task(terminal.run())
    await asyncio.sleep(0)
    return terminal, task


def put(terminal: Terminal, centre: str, start_s: int) -> None:
    terminal.store.add_records(
        [Record(3600, start_s, 1, start_s + 3600, None, None, "1.0", "1", "1", 1, None, "N", "")]
    )
    terminal.store.enqueue([Pending(centre, 3600, start_s, start_s + 3600)])


def test_a_centre_that_stays_away_is_alarmed_at_80_percent_and_every_lost_period_leaves_a_gap(tmp_path: Path) -> None:
    async def scene() -> None:
        # B answers and A stays away; the buffer of both holds 48 h.
        centre = SmallCentre()
        alive = centre_text(await centre.start(), "B", "buffer_h = 48")
        text = config_text(1, centre_text(1, "A", "buffer_h = 48") + alive, path=str(tmp_path / "t.db"), period_s=60)
        terminal, task = await started(text)
        hour_s = at("2026-03-02T11:00:00")
        for number in range(30, 70):
            for name in ("A", "B"):
                put(terminal, name, hour_s - 3600 * number)
        terminal.store.flush()
        await asyncio.sleep(0)
        terminal.housekeeping.look()
        terminal.store.flush()
        lost = [gap for gap in terminal.store.gaps("A", 0, 2**40, 1000) if gap.kind == "centre"]
        # The hours that ended more than 48 h ago: starts 49 to 69 hours before 11:00 (and B has not been asked yet).
        assert [gap.start_s for gap in lost] == [hour_s - 3600 * number for number in range(69, 47, -1)]
        assert all(gap.cause == "buffer exceeded" for gap in lost)
        assert terminal.outboxes["A"].counts()["pending"] == 18
        kinds = {(row[0], row[1]) for row in terminal.journal.alarms(20)}
        assert ("queue filling", "A") in kinds
        told = [row for row in terminal.journal.events(0, 200) if row[2] == "queue overflow" and row[3] == "A"]
        assert len(told) == 1 and "22 undelivered periods" in told[0][4]
        # Measuring and the stored records go on: only the delivery was given up.
        assert len(terminal.store.periods(3600, 0, 2**40)) == 40
        await terminal.stop()
        await task

    virtually(scene())


def test_a_damaged_database_is_left_aside_and_alarmed(tmp_path: Path) -> None:
    async def scene() -> None:
        path = tmp_path / "t.db"
        path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 4096)
        text = config_text(1, path=str(path), period_s=60)
        before = path.read_bytes()
        terminal, task = await started(text)
        assert terminal.store.path == f"{path}.2" and terminal.store.replaced_damaged
        terminal.store.flush()
        assert any(row[0] == "store damaged" for row in terminal.journal.alarms(5))
        await terminal.stop()
        await task
        assert path.read_bytes() == before

    virtually(scene())


@pytest.mark.parametrize("one_by_one", [True, False])
def test_an_acknowledgement_for_content_that_was_revised_meanwhile_does_not_count(one_by_one: bool) -> None:
    async def scene() -> None:
        terminal, task = await started(config_text(1, centre_text(1), period_s=60))
        outbox = terminal.outboxes["A"]
        hour_s = at("2026-03-02T10:00:00")
        put(terminal, "A", hour_s)
        terminal.store.flush()
        item = Pending("A", 3600, hour_s, hour_s + 3600)
        outbox.begin(item)
        terminal.store.enqueue([item], again=True)
        outbox.revised(item)
        terminal.store.flush()
        for expected in (True, False):
            if one_by_one:
                outbox.delivered(item)
            else:
                outbox.delivered_all([item])
            assert outbox.is_waiting(item) is expected
            outbox.begin(item)
        assert outbox.due(LIVE) is None
        await terminal.stop()
        await task

    virtually(scene())


def test_a_batch_leaves_out_what_is_in_flight_or_rests() -> None:
    async def scene() -> None:
        terminal, task = await started(config_text(1, centre_text(1), period_s=60))
        outbox = terminal.outboxes["A"]
        items = [Pending("A", 3600, at("2026-03-01T00:00:00") + 3600 * n, 0) for n in range(6)]
        items = [Pending(each.centre, 3600, each.start_s, each.start_s + 3600) for each in items]
        for item in items:
            put(terminal, "A", item.start_s)
        terminal.store.flush()
        outbox.begin(items[0])
        outbox.failed(items[1])
        assert outbox.batch(3) == items[2:5]
        assert outbox.batch(1) == [items[2]]
        outbox.abandon(items[0])
        assert outbox.batch(10) == [items[0], *items[2:]]
        await terminal.stop()
        await task

    virtually(scene())


def test_a_full_store_overwrites_what_is_delivered_and_then_gives_up_the_oldest_with_gaps(tmp_path: Path) -> None:
    async def scene() -> None:
        text = config_text(1, centre_text(1, "A"), path=str(tmp_path / "t.db"), period_s=60)
        terminal, task = await started(text)
        hour_s = at("2026-03-01T00:00:00")
        for number in range(400):
            start_s = hour_s - 3600 * number
            terminal.store.add_records(
                [
                    Record(3600, start_s, point, start_s + 3600, "1.25", "2.5", "1.25", "1", "1", 1, None, "N", "")
                    for point in range(30)
                ]
            )
            if number >= 200:  # The older half waits.
                terminal.store.enqueue([Pending("A", 3600, start_s, start_s + 3600)])
        terminal.store.flush()
        used = terminal.store.used_bytes()
        # Room for three quarters: the delivered half goes in part, and it goes although it is younger.
        bound = Bound(terminal.store, used * 3 // 4, list(terminal.outboxes.values()))
        before_s, lost = bound.relieve(NOW)
        assert before_s and not lost
        assert len(terminal.store.periods(3600, hour_s - 3600 * 399, hour_s - 3600 * 200)) == 200
        assert 0 < len(terminal.store.periods(3600, hour_s - 3600 * 199, hour_s)) < 200
        # Room for a third: the rest of it goes, and of what waits the oldest, each with a gap.
        before_s, lost = Bound(terminal.store, used // 3, list(terminal.outboxes.values())).relieve(NOW)
        assert before_s and lost and [item.end_s for item in lost] == sorted(item.end_s for item in lost)
        assert not terminal.store.periods(3600, hour_s - 3600 * 199, hour_s)
        gaps = terminal.store.gaps("A", 0, 2**40, 1000)
        assert [(gap.start_s, gap.cause) for gap in gaps] == [(item.start_s, "store full") for item in lost]
        assert terminal.outboxes["A"].counts()["pending"] == 200 - len(lost)
        assert terminal.store.used_bytes() <= used // 3
        await terminal.stop()
        await task

    virtually(scene())
