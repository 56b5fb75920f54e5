"""The platform over a real PostgreSQL: the same answers as over SQLite, samples by month, nothing lost at a restart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from ports import free_port
from reference_platform_kit import HOUR_US, START_US, HandClock, caller, furnish, settings, standing
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


def test_a_database_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    async def main() -> None:
        url = f"postgresql+psycopg2://nobody@127.0.0.1:{free_port()}/none"
        with pytest.raises(OSError, match=r"the database cannot be opened: .* / 无法打开数据库") as told:
            async with standing(tmp_path, HandClock(), settings(store=Store(url=url))):
                pass
        assert "\n" not in str(told.value)

    asyncio.run(main())
