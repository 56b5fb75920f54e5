"""The platform over a real PostgreSQL: the same answers as over SQLite, samples by month, nothing lost at a restart."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from platform_fuzz_kit import Stand, furnish_all
from ports import free_port
from reference_platform_kit import HOUR_US, START_US, HandClock, caller, furnish, minute, settings, standing
from sqlalchemy import create_engine, text

from simulators.platform import Platform
from simulators.platform.core.numbers import text as decimal
from simulators.platform.core.series import Arrival
from simulators.platform.core.settings import Store
from simulators.systems.sql.programs import missing_server
from simulators.systems.sql.server import DatabaseServer

DAY_US = 24 * HOUR_US


def fed(platform: Platform) -> None:
    """Fifty days of hours, the late ones first, one revised, one twice."""
    furnish(platform.desk())
    series = platform.office.series
    point = series.point("A.k01")
    assert point is not None
    hours = [START_US - (at + 1) * HOUR_US for at in range(50 * 24)]
    rows = [Arrival(point, at, 3_600, decimal(number), "N", "hj212", {}) for number, at in enumerate(hours)]
    series.take(rows)
    series.take(rows[:2])
    series.take([Arrival(point, hours[5], 3_600, "0.5", "N", "hj212", {})])


async def answers(platform: Platform) -> list[Any]:
    """What a clerk is told, and what is in the log."""
    clerk = await caller(platform).login("clerk-a")
    asked = f"from={START_US - 60 * DAY_US}&to={START_US + DAY_US}"
    found: list[Any] = []
    for period in ("hour", "day", "week", "month", "quarter_year", "year"):
        found.append((await clerk.call("GET", f"/api/analyses/records?point=A.k01&period={period}&{asked}")).rows)
    found.append((await clerk.call("GET", f"/api/analyses/revisions?point=A.k01&{asked}")).rows)
    found.append((await clerk.call("GET", "/api/objects/point")).rows)
    made = await clerk.call("POST", "/api/objects/process", {"name": "工序"})
    await clerk.call("PUT", f"/api/objects/process/{made.json['id']}", {"name": "另一"})
    found.append((await clerk.call("GET", f"/api/objects/process/{made.json['id']}/versions")).rows)
    platform.desk().alarm("limit", "A.k01", enterprise="A")
    found.append((await clerk.call("GET", "/api/analyses/alarms")).rows)
    return found


@asynccontextmanager
async def server() -> AsyncGenerator[str]:
    postgresql = DatabaseServer("postgresql", "127.0.0.1", free_port(), "platform")
    await postgresql.start()
    try:
        yield postgresql.writer.render_as_string(hide_password=False)
    finally:
        await postgresql.stop()


@pytest.mark.skipif(bool(missing_server("postgresql")), reason=missing_server("postgresql") or "it is there")
def test_postgresql_answers_as_sqlite_does_and_keeps_samples_by_month(tmp_path: Path) -> None:
    async def main() -> None:
        async with standing(tmp_path, HandClock()) as platform:
            fed(platform)
            expected = await answers(platform)
        async with server() as url:
            chosen = settings(store=Store(url=url))
            async with standing(tmp_path, HandClock(), chosen) as platform:
                fed(platform)
                assert await answers(platform) == expected
            async with standing(tmp_path, HandClock(), chosen) as platform:
                rows = platform.desk().records("A.k01", "month", START_US - 60 * DAY_US, START_US)
                assert [row.value for row in rows] == [row["value"] for row in expected[3]]
            engine = create_engine(url)
            with engine.connect() as connection:
                parts = connection.execute(
                    text(
                        "SELECT inhrelid::regclass::text FROM pg_inherits JOIN pg_class c ON inhparent = c.oid "
                        "WHERE c.relname = 'samples' ORDER BY 1"
                    )
                )
                assert [part for (part,) in parts] == ["samples_2026_01", "samples_2026_02", "samples_2026_03"]
                brin = connection.execute(text("SELECT count(*) FROM pg_indexes WHERE indexdef LIKE '%USING brin%'"))
                assert brin.scalar_one() >= 3
            engine.dispose()

    asyncio.run(main())


DOORS = (
    minute("1.5"),
    minute("1.5", qn="2"),
    minute("2.5", qn="3"),
    minute("7", "20250714000000", qn="4"),
    minute("7", flag="A" * 9, qn="5"),
    minute("7", code="k\0x-Cou", qn="6"),
    minute("7", code=f"{'c' * 121}-Cou", qn="7"),
    minute("7", code="other-Cou", qn="8"),
    minute("7", mn="nobody\x1b", qn="9"),
    minute("7", mn="x" * 300, qn="10"),
    minute("7", "19000101000000", qn="11"),
    minute("7", "18991231235959", qn="12"),
    minute("7", "99991231235959", qn="13"),
)
"""What terminals send, good and bad."""
PEOPLE: tuple[tuple[str, str, str, Any], ...] = (
    ("administrator", "PUT", "/api/objects/park/P", {"region": "x" * 81}),
    ("administrator", "PUT", "/api/objects/park/P", {"region": "x" * 201}),
    ("administrator", "POST", "/api/objects/process", {"id": "n", "enterprise": "A", "name": "a\0b"}),
    ("administrator", "POST", "/api/objects/process", {"id": "n" * 120, "enterprise": "A", "name": "a\ud800"}),
    ("administrator", "POST", "/api/objects/account", {"id": "y" * 119, "role": "auditor", "password": "p" * 20}),
    ("administrator", "GET", "/api/objects/process/a\0b", None),
    ("administrator", "DELETE", "/api/objects/process/a\0b", None),
    ("administrator", "GET", "/api/objects/process/a\0b/versions", None),
    ("", "POST", "/api/login", {"account": "a\0b", "password": "x"}),
    ("", "POST", "/api/login", {"account": "z" * 5_000, "password": "x"}),
    ("", "POST", "/api/records", {"source": "a\0b", "records": []}),
    (
        "clerk-a",
        "POST",
        "/api/objects/entry",
        {"enterprise": "A", "point": "A.k01", "period": "day", "start": 0, "value": "1"},
    ),
    (
        "operator",
        "POST",
        "/api/objects/backup",
        {"id": "copy", "enterprise": "A", "from": "2025-01-01", "to": "2027-01-01"},
    ),
)
"""What people ask, good and bad."""


def _everything(stand: Stand) -> list[Any]:
    """What a whole platform of every kind of object answers, and what is left of what it was sent."""
    found: list[Any] = [stand.hj212(each) for each in DOORS]
    for who, method, path, body in PEOPLE:
        told = stand.ask(who, method, path, body=json.dumps(body).encode() if body is not None else b"")
        found.append((path, told.status, told.body))
    made = furnish_all(stand, "mark")
    found.append(made)
    names = sorted(stand.platform.office.ground.plans.kinds)
    found += [stand.ask("auditor", "GET", f"/api/objects/{name}").body for name in names]
    span = {"from": START_US - 300 * DAY_US, "to": START_US + DAY_US}
    for query in (
        {"of": "enterprise", "id": "A", "period": "month"},
        {"point": "A.k01", "period": "hour"},
        {"point": "A.k01"},
    ):
        found += [
            stand.ask("auditor", "GET", f"/api/analyses/{name}", {**query, **span}).body
            for name in ("emissions", "energy", "records", "samples", "revisions", "inventory")
        ]
    copy = stand.ask("operator", "GET", "/api/backups/copy").body
    with stand.platform.office.ground.db.begin() as session:
        for table in ("samples", "records", "dirty"):
            session.execute(text(f"DELETE FROM {table}"))
        if not stand.platform.office.ground.db.sqlite:
            session.execute(text("DROP TABLE samples_2025_07"))
            stand.platform.office.ground.db._months.clear()  # pyright: ignore[reportPrivateUsage]
    found.append(stand.ask("operator", "POST", "/api/backups", body=copy).body)
    asked = {"point": "A.k01", "span": 1, **span}
    found += [stand.ask("auditor", "GET", f"/api/analyses/{name}", asked).body for name in ("samples",)]
    found += [stand.ask("auditor", "GET", f"/api/analyses/{name}", span).rows for name in ("alarms", "audit")]
    for row in (*found[-1], *found[-2]):
        # A sequence of PostgreSQL goes on over what was undone.
        row["number" if "number" in row else "id"] = 0
    assert b'"1.5"' not in found[-3] and b'"2.5"' in found[-3] and b'"7"' in found[-3]
    lines, stand.told.lines = stand.told.lines, []
    return [*found, lines]


@pytest.mark.skipif(bool(missing_server("postgresql")), reason=missing_server("postgresql") or "it is there")
def test_every_kind_every_way_in_and_a_restored_backup_are_the_same_on_both() -> None:
    def told(store: Store | None) -> list[Any]:
        stand = Stand(store)
        try:
            return _everything(stand)
        finally:
            stand.close()

    async def main() -> list[Any]:
        async with server() as url:
            return await asyncio.to_thread(told, Store(url=url))

    expected, found = told(None), asyncio.run(main())
    assert expected[-1] == []
    for ours, theirs in zip(expected, found, strict=True):
        assert ours == theirs


def test_a_database_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    async def main() -> None:
        url = f"postgresql+psycopg2://nobody@127.0.0.1:{free_port()}/none"
        with pytest.raises(OSError, match=r"the database cannot be opened: .* / 无法打开数据库") as told:
            async with standing(tmp_path, HandClock(), settings(store=Store(url=url))):
                pass
        assert "\n" not in str(told.value)

    asyncio.run(main())
