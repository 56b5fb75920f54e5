"""The database simulator in virtual time on SQLite; on PostgreSQL and MariaDB, read by the terminal's own driver."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ports import free_port
from simulators_helpers import START_US, Heard
from sqlalchemy import create_engine
from sqlalchemy import text as sql_text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from systems_helpers import device

from bench.dut.systems import missing_driver
from bench.virtual.clock import WorldClock
from bench.virtual.loop import run as run_virtually
from bench.virtual.loop import running_loop
from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.acquisition.sql.driver import SqlMeter
from reference_terminal.acquisition.sql.row_source import Row, RowSource
from reference_terminal.model import reading
from reference_terminal.model.clock import WallClock
from reference_terminal.model.messages import Alarm
from reference_terminal.platform import OffsetClock
from reference_terminal.settings.config import load_config
from reference_terminal.settings.systems import SystemConfig
from simulators.events import Published
from simulators.meters.faults import Delayed, Duplicate, Locked, Omitted, Sentinel, Silent, Withheld
from simulators.serve import HostClock
from simulators.systems.sql import programs as database_programs
from simulators.systems.sql.database import SqlDatabase
from simulators.systems.sql.descriptor import SERVERS
from simulators.systems.sql.programs import missing_server
from simulators.systems.sql.server import DatabaseServer
from simulators.systems.tagged import TaggedMeter

POINTS = ("co2", "co2_mass")


def rows(path: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(path, timeout=0) as connection:
        return connection.execute("SELECT id, tag, at, value FROM readings ORDER BY id").fetchall()


class Stand:
    """A database of its own in virtual time."""

    def __init__(self) -> None:
        self.heard = Heard()
        self.clock = WorldClock(running_loop(), START_US)
        self.meter: TaggedMeter = device("sql", self.clock, self.heard, START_US, POINTS)
        self.database = SqlDatabase("", [self.meter], clock=self.clock, observe=self.heard)
        self.path = self.database.url.removeprefix("sqlite:///")

    async def __aenter__(self) -> Stand:
        await self.database.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.database.stop()


def test_a_row_for_each_tag_and_period_with_the_truth_of_its_time() -> None:
    async def main() -> None:
        async with Stand() as stand:
            await asyncio.sleep(181)
            found = rows(stand.path)
            assert [(tag, at) for _, tag, at, _ in found] == [
                (f"cems.{register}", f"2026-03-02 00:0{minute}:00.000000")
                for minute in (1, 2, 3)
                for register in POINTS
            ]
            told = {
                (each.stamp, point): value for each in stand.heard.of(Published) for point, value in each.values.items()
            }
            stamps = [START_US + 60_000_000 * minute for minute in (1, 2, 3) for _ in POINTS]
            assert [value for *_, value in found] == [
                told[stamp, tag] for stamp, (_, tag, _, _) in zip(stamps, found, strict=True)
            ]
            path = stand.path
        assert not Path(path).exists()

    run_virtually(main())


def test_rows_come_late_twice_empty_or_not_at_all() -> None:
    async def main() -> None:
        async with Stand() as stand:
            await asyncio.sleep(30)
            stand.meter.set_fault(Delayed(after_s=100))
            await asyncio.sleep(60)
            assert rows(stand.path) == []
            stand.meter.clear()
            stand.meter.set_fault(Duplicate(after_s=5))
            await asyncio.sleep(60)
            stand.meter.clear()
            stand.meter.set_fault(Sentinel(points=("cems.co2",)))
            stand.meter.set_fault(Omitted(points=("cems.co2_mass",)))
            await asyncio.sleep(60)
            stand.meter.clear()
            found = [(tag, at[14:16], value is None) for _, tag, at, value in rows(stand.path)]
            second = [("cems.co2", "02", False), ("cems.co2_mass", "02", False)]
            first = [("cems.co2", "01", False), ("cems.co2_mass", "01", False)]
            assert found == [*second, *second, *first, ("cems.co2", "03", True)]
            assert [each.copy for each in stand.heard.of(Published)] == [False, True, False, False]

    run_virtually(main())


def test_nobody_reads_while_it_is_locked_or_away_and_no_row_is_lost() -> None:
    async def main() -> None:
        async with Stand() as stand:
            await asyncio.sleep(61)
            stand.meter.set_fault(Locked())
            await asyncio.sleep(60)
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                rows(stand.path)
            stand.meter.clear()
            await asyncio.sleep(1)
            assert len(rows(stand.path)) == 4
            stand.meter.set_fault(Silent())
            await asyncio.sleep(120)
            assert not Path(stand.path).exists()
            stand.meter.clear()
            await asyncio.sleep(1)
            assert len(rows(stand.path)) == 8

    run_virtually(main())


# PostgreSQL and MariaDB, in real time.

_ABSENT = "NOT RUN HERE: {0} is not installed (apt-get install {1}) / 未执行：未安装 {1}"


@pytest.fixture(params=list(SERVERS))
def kind(request: pytest.FixtureRequest) -> str:
    """One kind of database server after the other."""
    if lacking := missing_server(request.param):
        pytest.skip(f"NOT RUN HERE: {lacking}")
    return request.param


def standing(kind: str, heard: Heard) -> tuple[TaggedMeter, SqlDatabase]:
    """A device whose rows go into a server of the bench's own five times a second."""
    clock = HostClock()
    meter = device("sql", clock, heard, clock.now_us(), POINTS)
    meter.period_us = 200_000
    meter.preset("cems.co2_mass", "99999.999")
    place = DatabaseServer(kind, "127.0.0.1", free_port(), "cems")
    return meter, SqlDatabase("", [meter], clock=clock, observe=heard, server=place)


def with_driver(url: str) -> str:
    """A URL with the driver that the simulator's side takes."""
    return url.replace("postgresql:", "postgresql+psycopg2:").replace("mariadb:", "mariadb+pymysql:")


def through_odbc(url: str) -> str:
    """The same server as the terminal is told of it for ODBC."""
    driver = "PostgreSQL Unicode" if url.startswith("postgresql") else "MariaDB Unicode"
    if missing_driver("postgresql" if url.startswith("postgresql") else "mysql"):
        pytest.skip(_ABSENT.format(driver, "unixodbc odbc-postgresql odbc-mariadb"))
    parts = make_url(url)
    limit = ";ConnSettings={SET statement_timeout = 1000}" if url.startswith("postgresql") else ""
    limit = limit or ";InitStmt={SET lock_wait_timeout=1}"
    return (
        f"odbc:DRIVER={{{driver}}};Server={parts.host};Port={parts.port};Database={parts.database};"
        f"Uid={parts.username};Pwd={parts.password or ''}{limit}"
    )


class Memory:
    """Settings in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def setting(self, scope: str, name: str) -> str | None:
        return self.kept.get((scope, name))

    def keep_setting(self, scope: str, name: str, value: str) -> None:
        self.kept[scope, name] = value


class Silence:
    """A journal that remembers alarms."""

    def __init__(self) -> None:
        self.alarms: list[str] = []

    def raise_alarm(self, alarm: Alarm, subject: str, /, **fields: object) -> None:
        self.alarms.append(alarm(**fields).en)

    def clear_alarm(self, alarm: Alarm, subject: str) -> None:
        del alarm, subject


def source(url: str, memory: Memory, journal: Silence, **options: Any) -> tuple[RowSource, list[Row]]:
    taken: list[Row] = []
    config = SystemConfig(id="s1", kind="sql", url=url, timeout_s=Decimal(1), **options)
    made = RowSource(config, WallClock(OffsetClock()), journal, memory)  # type: ignore[arg-type]
    for register in POINTS:
        made.add(f"cems.{register}", taken.append)
    return made, taken


def test_rows_of_a_server_are_read_once_whatever_happens(kind: str) -> None:
    async def main() -> None:
        heard = Heard()
        meter, database = standing(kind, heard)
        await database.start()
        # It names no driver.
        url = database.url
        try:
            memory, journal = Memory(), Silence()
            reader, taken = source(url, memory, journal)
            await heard.until(lambda: len(heard.of(Published)) >= 3)
            await reader.fetch()
            await reader.fetch()
            first = len(taken)
            assert first >= 6 and len({row.id for row in taken}) == first
            assert {row.content.value for row in taken if row.tag == "cems.co2_mass"} == {Decimal("99999.999")}
            await heard.until(lambda: {row.at_ms for row in taken} <= stamps_of(heard))
            # Another life goes on where the last one was durable, and asks for no row twice beyond the overlap.
            again, more = source(url, memory, journal, overlap=0)
            await heard.until(lambda: len(heard.of(Published)) >= 6)
            await again.fetch()
            assert min(row.id for row in more) == int(memory.kept["system", "s1"]) + 1
            meter.set_fault(Locked())
            await refused(again, reading.LOCKED)
            meter.clear()
            await answered(again)
            wrong = {
                "SELECT id, tag, at, worth FROM readings WHERE id > :after": ("column", "worth"),
                "SELECT id, tag, at, value FROM plant.nowhere WHERE id > :after": ("nowhere",),
                "SELECT id, tag, at, value FORM readings WHERE id > :after": ("syntax",),
            }
            for query, words in wrong.items():
                asker, _ = source(url, Memory(), journal, query=query)
                with pytest.raises(ReadFailed) as failed:
                    await asker.fetch()
                assert failed.value.cause == reading.ERROR_ANSWER, query
                assert all(word in journal.alarms[-1].lower() for word in words), journal.alarms[-1]
            stray, _ = source(f"{url.rpartition('/')[0]}/absent", Memory(), journal)
            with pytest.raises(ReadFailed) as nowhere:
                await stray.fetch()
            assert nowhere.value.cause == reading.ERROR_ANSWER
            assert "database" in journal.alarms[-1] and "absent" in journal.alarms[-1]
            assert len(journal.alarms) == len(wrong) + 1
            # Nothing but the simulator ever wrote: the reader has no right to.
            engine = create_engine(with_driver(url))
            with engine.connect() as connection, pytest.raises(DBAPIError, match="denied"):
                connection.execute(sql_text("DELETE FROM readings"))
            engine.dispose()
            odbc = await by_odbc(heard, meter, url)
        finally:
            await database.stop()
        away, _ = source(odbc, Memory(), Silence())
        await refused(away, reading.NO_CONNECTION)

    asyncio.run(main())


async def by_odbc(heard: Heard, meter: TaggedMeter, url: str) -> str:
    """The same through ODBC; returns how the server was named."""
    odbc, memory, journal = through_odbc(url), Memory(), Silence()
    reader, taken = source(odbc, memory, journal)
    await answered(reader)
    assert len(taken) >= 6 and len({row.id for row in taken}) == len(taken)
    assert {row.content.value for row in taken if row.tag == "cems.co2_mass"} == {Decimal("99999.999")}
    await heard.until(lambda: {row.at_ms for row in taken} <= stamps_of(heard))
    meter.set_fault(Locked())
    await refused(reader, reading.LOCKED)
    meter.clear()
    wrong = {
        "SELECT id, tag, at, worth FROM readings WHERE id > :after": "worth",
        "SELECT id, tag, at, value FROM nowhere WHERE id > :after": "nowhere",
        "SELECT id, tag, at, value FORM readings WHERE id > :after": "syntax",
    }
    for query, word in wrong.items():
        asker, _ = source(odbc, Memory(), journal, query=query)
        await refused(asker, reading.ERROR_ANSWER)
        assert word in journal.alarms[-1].lower()
    stray, _ = source("odbc:DRIVER={None such};Server=127.0.0.1", Memory(), journal)
    await refused(stray, reading.ERROR_ANSWER)
    return odbc


def test_a_server_refuses_ends_and_comes_back_and_no_row_is_lost(kind: str) -> None:
    async def main() -> None:
        heard, journal = Heard(), Silence()
        meter, database = standing(kind, heard)
        await database.start()
        try:
            reader, taken = source(database.url, Memory(), journal)
            await heard.until(lambda: len(heard.of(Published)) >= 2)
            meter.set_fault(Withheld())
            await refused(reader, reading.ERROR_ANSWER)
            assert "denied" in journal.alarms[-1]
            meter.clear()
            await answered(reader)
            meter.set_fault(Silent())
            await refused(reader, reading.NO_CONNECTION)
            held = len(heard.of(Published))
            await asyncio.sleep(0.5)
            assert len(heard.of(Published)) == held
            meter.clear()
            await heard.until(lambda: len(heard.of(Published)) >= held + 3)
            await answered(reader)
            stamps = [each.stamp for each in heard.of(Published)]
            # A machine that is late leaves instants out, and makes up none.
            assert all(later > earlier for earlier, later in itertools.pairwise(stamps))
            assert {(each - stamps[0]) % 200_000 for each in stamps} == {0}
            known = {each.stamp // 1000 for each in heard.of(Published)[: held + 3]}
            assert known <= {row.at_ms for row in taken}
        finally:
            await database.stop()
            assert database.server is not None and not database.server.running

    asyncio.run(main())


def stamps_of(heard: Heard) -> set[int]:
    """The instants of the rows that were told of, milliseconds."""
    return {each.stamp // 1000 for each in heard.of(Published)}


async def refused(reader: RowSource, cause: str) -> None:
    """Ask until the database does not answer, for this cause."""
    while True:
        try:
            await reader.fetch()
        except ReadFailed as failure:
            # A database that shuts down while it is asked may say so in other words first.
            if failure.cause == cause:
                return
        await asyncio.sleep(0.05)


async def answered(reader: RowSource) -> None:
    """Ask until the database answers."""
    while True:
        try:
            return await reader.fetch()
        except ReadFailed:
            await asyncio.sleep(0.05)


def test_a_server_that_cannot_be_had_is_told_in_a_sentence(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        _, database = standing(kind, Heard())
        assert database.server is not None
        with socket.create_server(("127.0.0.1", database.server.port)), pytest.raises(OSError, match="in use"):
            await database.start()
        monkeypatch.setattr(database_programs, "programs_of", lambda _kind: None)
        with pytest.raises(OSError, match=rf"database cems: the database {kind} is not installed \(apt-get install "):
            await database.start()

    asyncio.run(main())


async def started(kind: str) -> DatabaseServer:
    """A server; a port that somebody took between choosing and listening is chosen anew."""
    for _ in range(2):
        server = DatabaseServer(kind, "127.0.0.1", free_port(), "plant")
        with contextlib.suppress(OSError):
            await server.start()
            return server
    server = DatabaseServer(kind, "127.0.0.1", free_port(), "plant")
    await server.start()
    return server


def test_a_server_given_by_url_is_written_to_and_left_standing(kind: str) -> None:
    async def main() -> None:
        server, heard, clock = await started(kind), Heard(), HostClock()
        try:
            meter = device("sql", clock, heard, clock.now_us(), POINTS)
            meter.period_us = 200_000
            given = server.writer.render_as_string(hide_password=False)
            database = SqlDatabase(given, [meter], clock=clock, observe=heard)
            await database.start()
            reader, taken = source(given, Memory(), Silence())
            await heard.until(lambda: len(heard.of(Published)) >= 2)
            # It cannot end a server that is not its own.
            for fault, cause in ((Silent(), reading.LOCKED), (Withheld(), reading.ERROR_ANSWER)):
                meter.set_fault(fault)
                await refused(reader, cause)
                meter.clear()
                await answered(reader)
            await database.stop()
            await answered(reader)
            # Who may write does not, either: the reader's transactions are read only.
            journal = Silence()
            eraser, _ = source(given, Memory(), journal, query="DELETE FROM readings WHERE id > :after")
            await refused(eraser, reading.ERROR_ANSWER)
            assert "cannot execute" in journal.alarms[0].lower() and "transaction" in journal.alarms[0].lower()
            assert server.running and len(taken) >= 4
        finally:
            await server.stop()

    asyncio.run(main())


def test_a_server_whose_making_failed_once_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    if lacking := missing_server("postgresql"):
        pytest.skip(f"NOT RUN HERE: {lacking}")
    real, tries = DatabaseServer.__dict__["_make"], list[int]()

    async def make(self: DatabaseServer, *arguments: object) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("killed")
        await real(self, *arguments)

    async def main() -> None:
        monkeypatch.setattr(DatabaseServer, "_make", make)
        server = DatabaseServer("postgresql", "127.0.0.1", free_port(), "plant")
        await server.start()
        assert server.running and len(tries) == 2
        await server.stop()

    asyncio.run(main())


def test_a_server_is_not_for_virtual_time(kind: str) -> None:
    async def main() -> None:
        _, database = standing(kind, Heard())
        with pytest.raises(OSError, match=f"database cems: a {kind} server needs real time"):
            await database.start()

    run_virtually(main())


def test_a_table_has_another_name_where_there_are_no_rights() -> None:
    async def main() -> None:
        async with Stand() as stand:
            await asyncio.sleep(61)
            stand.meter.set_fault(Withheld())
            await asyncio.sleep(60)
            with pytest.raises(sqlite3.OperationalError, match="no such table: readings"):
                rows(stand.path)
            stand.meter.clear()
            await asyncio.sleep(1)
            assert [at[14:16] for _, _, at, _ in rows(stand.path)] == ["01", "01", "02", "02"]

    run_virtually(main())


def test_a_database_that_is_away_is_no_connection_and_no_new_file(tmp_path: Path) -> None:
    async def main() -> None:
        path = tmp_path / "plant.db"
        reader, _ = source(f"sqlite:///{path}", Memory(), Silence())
        with pytest.raises(ReadFailed) as away:
            await reader.fetch()
        assert away.value.cause == reading.NO_CONNECTION
        assert not path.exists()

    asyncio.run(main())


def test_a_driver_that_is_absent_is_told_in_a_sentence() -> None:
    async def main() -> None:
        url, heard, clock = "mysql+mysqldb://plant@127.0.0.1/plant", Heard(), HostClock()
        meter = device("sql", clock, heard, clock.now_us(), POINTS)
        with pytest.raises(OSError, match=r"database cems: expected a driver that is installed, got: .*MySQLdb"):
            await SqlDatabase(url, [meter], clock=clock, observe=heard).start()
        journal = Silence()
        reader, _ = source(url, Memory(), journal)
        with pytest.raises(ReadFailed):
            await reader.fetch()
        assert "MySQLdb" in journal.alarms[0]

    asyncio.run(main())


class OfWorld(OffsetClock):
    """A terminal's clock that is right."""

    def __init__(self, world: WorldClock) -> None:
        super().__init__()
        self._world = world

    def time_ns(self) -> int:
        return 1000 * self._world.now_us()


def test_a_row_late_in_its_second_is_the_reading_of_that_second() -> None:
    config = load_config(
        '[[systems]]\nid = "s1"\nkind = "sql"\nurl = "sqlite:///plant.db"\n'
        '[[meters]]\nid = "m"\nsystem = "s1"\nperiod_s = 1\n'
        '[[meters.points]]\nid = "co2"\nkind = "instant"\nunit = "%"\ntag = "cems.co2"\n'
    )

    async def main() -> None:
        async with Stand() as stand:
            stand.meter.period_us = 1_000_000
            stand.meter.set_fault(Delayed(after_s=0.7))
            reader, _ = source(stand.database.url, Memory(), Silence())
            clock = WallClock(OfWorld(stand.clock))
            meter = SqlMeter(config.meters[0], 0, reader, clock)
            for _ in range(5):
                await asyncio.sleep(1 - asyncio.get_running_loop().time() % 1)
                slot_s = clock.now_s()
                (found,) = (await meter.read(slot_s, clock, 0)).readings
                assert (found.quality, found.cause) == (reading.GOOD, ""), slot_s

    run_virtually(main())
