"""How soon the reference platform answers over years of a park's data, and how fast it takes them in.

Leaves judging the numbers to the reader. Wall time is read here, where nothing is decided by it.

    python benchmarks/platform_park.py [--json] [--years N] [--points N] [--asks N] [--url postgresql+psycopg2://…]

Hours of `--points` meters over `--years` are taken in as the doors hand them in, a day of all points at once, and put
into a bare table of the same key by the database's own driver in the same run; then records are computed. Each class of
R-42 is asked `--asks` times over HTTP, one request after the other, by a client in the same process, and what comes
nearest to it as one statement to the bare table as often. `--url own` starts a PostgreSQL of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from ports import free_port
from reference_platform_kit import HOUR_US, START_US, Caller, HandClock, caller, furnish, settings, standing

from simulators.platform import Platform
from simulators.platform.core.series import Arrival
from simulators.platform.core.settings import Store
from simulators.systems.sql.server import DatabaseServer

DAY_US = 24 * HOUR_US
LIMITS_S = {"interactive": 0.8, "simple query": 3.0, "complex query": 5.0, "analysis": 1.0, "report": 3.0}
"""Means of R-42 (CPCIF 6.2)."""


def _points(platform: Platform, count: int) -> list[str]:
    desk = platform.desk()
    desk.create("factor", id="f", carrier="electricity", value="0.57", unit="tCO2/MWh", source="benchmark")
    told = {"enterprise": "A", "terminal": "MN-A", "kind": "counter", "unit": "kWh", "carrier": "electricity"}
    names = [f"A.m{number:03d}" for number in range(count)]
    with platform.office.ground.db.begin():
        for name in names:
            desk.create("point", id=name, code=name, source_class="electricity", **told)
    return names


def _days(years: int, names: list[str]) -> Iterator[list[tuple[str, int, str]]]:
    for day in range(365 * years, 0, -1):
        first = START_US - day * DAY_US
        yield [
            (name, first + hour * HOUR_US, f"{100 + hour}.{at:03d}")
            for hour in range(24)
            for at, name in enumerate(names)
        ]


class _Bare:
    """The same rows in a bare table of the same database program, by its own driver."""

    def __init__(self, folder: Path, url: str) -> None:
        self._postgresql = bool(url)
        if url:
            import psycopg2

            self._link: Any = psycopg2.connect(url.replace("+psycopg2", ""))
            self._make = (
                "CREATE TABLE bare (series TEXT, span INT, at BIGINT, value TEXT, PRIMARY KEY (series, span, at))"
            )
        else:
            self._link = sqlite3.connect(folder / "bare.db")
            self._link.execute("PRAGMA journal_mode=WAL")
            self._link.execute("PRAGMA synchronous=off")
            self._make = "CREATE TABLE bare (series, span, at, value, PRIMARY KEY (series, span, at)) WITHOUT ROWID"

    def _words(self, statement: str) -> str:
        return statement.replace("?", "%s") if self._postgresql else statement

    def take(self, years: int, names: list[str]) -> float:
        """Seconds to take all rows, a transaction a day."""
        cursor = self._link.cursor()
        cursor.execute(self._make)
        began = time.perf_counter()
        for rows in _days(years, names):
            self._insert(cursor, rows)
            self._link.commit()
        return time.perf_counter() - began

    def _insert(self, cursor: Any, rows: list[tuple[str, int, str]]) -> None:
        if self._postgresql:
            from psycopg2.extras import execute_values

            execute_values(cursor, "INSERT INTO bare VALUES %s", rows, template="(%s, 3600, %s, %s)", page_size=500)
        else:
            cursor.executemany("INSERT INTO bare VALUES (?, 3600, ?, ?)", rows)

    def ask(self, statement: str, values: tuple[Any, ...], count: int) -> list[float]:
        """Seconds of each of `count` questions, all rows fetched."""
        cursor = self._link.cursor()
        found: list[float] = []
        for _ in range(count):
            began = time.perf_counter()
            cursor.execute(self._words(statement), values)
            rows = cursor.fetchall()
            found.append(time.perf_counter() - began)
            assert rows, statement
        return found

    def close(self) -> None:
        self._link.close()


def _bare_classes(first: str) -> dict[str, tuple[str, tuple[Any, ...]]]:
    """What comes nearest to each class in one statement; sums in binary floats, months of 30 days, no factors."""
    total, within = "SUM(CAST(value AS DOUBLE PRECISION))", "span = 3600 AND at >= ? AND at < ?"
    month = f"at / {30 * DAY_US}"
    return {
        "simple query": (
            f"SELECT at, value FROM bare WHERE series = ? AND {within}",
            (first, START_US - DAY_US, START_US),
        ),
        "complex query": (
            f"SELECT series, {month}, {total} FROM bare WHERE {within} GROUP BY series, {month}",
            (START_US - 365 * DAY_US, START_US),
        ),
        "analysis": (f"SELECT at, {total} FROM bare WHERE {within} GROUP BY at", (START_US - DAY_US, START_US)),
        "report": (
            f"SELECT series, {total} FROM bare WHERE {within} GROUP BY series",
            (START_US - 30 * DAY_US, START_US),
        ),
    }


def _taken(platform: Platform, years: int, names: list[str]) -> float:
    series = platform.office.series
    points = {name: series.point(name) for name in names}
    began = time.perf_counter()
    for rows in _days(years, names):
        series.take([Arrival(points[name], at, 3_600, value, "N", "hj212", {}) for name, at, value in rows])  # pyright: ignore[reportArgumentType]
    return time.perf_counter() - began


async def _asked(who: Caller, method: str, path: str, body: Any, count: int) -> list[float]:
    found: list[float] = []
    for number in range(count):
        told = {**body, "id": f"{body['id']}-{number}"} if body else None
        began = time.perf_counter()
        answer = await who.call(method, path, told)
        found.append(time.perf_counter() - began)
        assert answer.status in (200, 201), answer.body
    return found


def _figures(times: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    found = {f"p{at}_ms": round(cuts[at - 1] * 1_000, 2) for at in (50, 95, 99)}
    return {**found, "mean_ms": round(statistics.fmean(times) * 1_000, 2)}


async def measured(years: int, count: int, asks: int, url: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        chosen = settings(store=Store(url=url, sync="off") if url else Store(sync="off"))
        async with standing(folder, HandClock(), chosen) as platform:
            furnish(platform.desk())
            names = _points(platform, count)
            samples = 365 * 24 * years * count
            plain = _Bare(folder, url)
            bare, taken = plain.take(years, names), _taken(platform, years, names)
            began = time.perf_counter()
            platform.office.series.flush()
            computed = time.perf_counter() - began
            who = await caller(platform).login("operator")
            day, year = f"from={START_US - DAY_US}&to={START_US}", f"from={START_US - 365 * DAY_US}&to={START_US}"
            month = {"id": "r", "of": "enterprise", "whose": "A", "enterprise": "A", "period": "month"}
            classes: dict[str, tuple[str, str, Any]] = {
                "interactive": ("GET", "/api/objects/point?limit=50", None),
                "simple query": ("GET", f"/api/analyses/records?point={names[0]}&period=hour&{day}", None),
                "complex query": ("GET", f"/api/analyses/emissions?of=park&id=P&period=month&{year}", None),
                "analysis": ("GET", f"/api/analyses/emissions?of=enterprise&id=A&period=hour&{day}", None),
                "report": ("POST", "/api/actions/emission_report", {**month, "start": START_US - DAY_US * 29}),
            }
            rows: dict[str, Any] = {}
            bare_asks = _bare_classes(names[0])
            for title, (method, path, body) in classes.items():
                times = await _asked(who, method, path, body, asks)
                rows[title] = {**_figures(times), "limit_ms": LIMITS_S[title] * 1_000}
                if title in bare_asks:
                    rows[title]["bare"] = _figures(plain.ask(*bare_asks[title], asks))
            plain.close()
    return {
        "years": years,
        "points": count,
        "samples": samples,
        "asks": asks,
        "taken_per_s": round(samples / taken),
        "database": "PostgreSQL" if url else "SQLite",
        "bare_per_s": round(samples / bare),
        "ratio": round(taken / bare, 1),
        "days_computed_per_s": round(365 * years * count / computed),
        "classes": rows,
    }


async def _over(years: int, count: int, asks: int, url: str) -> dict[str, Any]:
    if url != "own":
        return await measured(years, count, asks, url)
    server = DatabaseServer("postgresql", "127.0.0.1", free_port(), "platform")
    await server.start()
    try:
        return await measured(years, count, asks, server.writer.render_as_string(hide_password=False))
    finally:
        await server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--years", type=int, default=1)
    parser.add_argument("--points", type=int, default=12)
    parser.add_argument("--asks", type=int, default=100)
    parser.add_argument("--url", default="", help="a PostgreSQL database, or own; SQLite without it")
    chosen = parser.parse_args()
    found = asyncio.run(_over(chosen.years, chosen.points, chosen.asks, chosen.url))
    if chosen.json:
        print(json.dumps(found))
        return
    print(f"{found['points']} points, {found['years']} years of hours: {found['samples']:,} samples")
    print(
        f"taken in {found['taken_per_s']:,}/s, bare {found['database']} {found['bare_per_s']:,}/s, "
        f"{found['ratio']} times as long; {found['days_computed_per_s']:,} days of a point computed a second"
    )
    print(f"{'class':<16}{'P50':>10}{'P95':>10}{'P99':>10}{'mean':>10}   mean of R-42, ms ({found['asks']} asks each)")
    for title, row in found["classes"].items():
        print(f"{title:<16}{_cells(row)}   {row['limit_ms']:.0f}")
        if "bare" in row:
            print(f"{'  bare SQL':<16}{_cells(row['bare'])}")


def _cells(row: dict[str, float]) -> str:
    return "".join(f"{row[name]:>10}" for name in ("p50_ms", "p95_ms", "p99_ms", "mean_ms"))


if __name__ == "__main__":
    main()
