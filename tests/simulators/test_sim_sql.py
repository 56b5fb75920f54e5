"""The database simulator in virtual time on SQLite; on PostgreSQL and MariaDB, read by the terminal's own driver."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from simulators_helpers import START_US, Heard, free_port
from sqlalchemy import create_engine
from sqlalchemy import text as sql_text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from systems_helpers import device

from bench.terminals.systems import missing_driver
from bench.virtual.clock import WorldClock
from bench.virtual.loop import run as run_virtually
from bench.virtual.loop import running_loop
from reference_terminal.acquisition import reading
from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.acquisition.row_source import Row, RowSource
from reference_terminal.acquisition.sql_driver import SqlMeter
from reference_terminal.clock import WallClock
from reference_terminal.config import load_config
from reference_terminal.config_systems import SystemConfig
from reference_terminal.platform import OffsetClock
from simulators.events import Published
from simulators.meters.faults import Delayed, Duplicate, Locked, Omitted, Sentinel, Silent
from simulators.serve import HostClock
from simulators.systems.sql import SqlDatabase
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

_BIN = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), Path("/nowhere"))
_ABSENT = "NOT RUN HERE: program {0} is not installed (apt-get install {1}) / 未执行：未安装 {1}"
# Where an unprivileged user's PATH does not look.
_SERVERS = f"{os.environ.get('PATH', os.defpath)}:/usr/local/sbin:/usr/sbin"


def unprivileged() -> tuple[Path, list[str]]:
    """A folder for a server and how to run that server, which does not run as root."""
    # Not below tmp_path, whose folders nobody else may enter.
    home = Path(tempfile.mkdtemp(prefix="carbonbench-db-"))
    if os.geteuid() != 0:
        return home, []
    os.chown(home, 65534, 65534)
    return home, ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]


@pytest.fixture
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of the test's own."""
    if not (_BIN / "initdb").exists():
        pytest.skip(_ABSENT.format("postgres", "postgresql"))
    home, prefix = unprivileged()
    port = free_port()
    data, log = home / "data", home / "log"
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home} -c fsync=off"

    def call(*words: str) -> None:
        done = subprocess.run([*prefix, *words], capture_output=True, text=True, check=False, cwd=home)
        assert done.returncode == 0, done.stderr + done.stdout

    try:
        call(str(_BIN / "initdb"), "-D", str(data), "-U", "plant", "-A", "trust", "--no-sync", "-E", "UTF8")
        call(str(_BIN / "pg_ctl"), "-D", str(data), "-l", str(log), "-o", options, "-w", "start")
        yield f"postgresql+psycopg2://plant@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run(
            [*prefix, str(_BIN / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"],
            capture_output=True,
            check=False,
        )
        shutil.rmtree(home, ignore_errors=True)


_GRANTS = """\
CREATE DATABASE plant;
CREATE USER plant@'%' IDENTIFIED BY 'plant';
GRANT ALL ON plant.* TO plant@'%';
GRANT SELECT ON absent.* TO plant@'%';
"""


@pytest.fixture
def mariadb() -> Iterator[str]:
    """The URL of a MariaDB server of the test's own."""
    server, install = shutil.which("mariadbd", path=_SERVERS), shutil.which("mariadb-install-db", path=_SERVERS)
    if server is None or install is None:
        pytest.skip(_ABSENT.format("mariadbd", "mariadb-server"))
    home, prefix = unprivileged()
    port = free_port()
    grants, log = home / "grants.sql", home / "log"
    grants.write_text(_GRANTS)
    data = f"--datadir={home / 'data'}"
    running: subprocess.Popen[bytes] | None = None
    try:
        made = subprocess.run(
            [*prefix, install, "--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db"],
            capture_output=True,
            text=True,
            check=False,
            cwd=home,
        )
        assert made.returncode == 0, made.stderr + made.stdout
        options = [f"--port={port}", "--bind-address=127.0.0.1", f"--socket={home / 'socket'}", f"--init-file={grants}"]
        with log.open("wb") as told:
            running = subprocess.Popen(
                [*prefix, server, "--no-defaults", data, f"--pid-file={home / 'pid'}", *options],
                stdout=told,
                stderr=told,
                cwd=home,
            )
        url = f"mysql+pymysql://plant:plant@127.0.0.1:{port}/plant"
        engine = create_engine(url)
        for _ in range(300):
            assert running.poll() is None, log.read_text()
            try:
                engine.connect().close()
                break
            except OperationalError:
                time.sleep(0.1)
        else:
            pytest.fail(log.read_text())
        engine.dispose()
        yield url
    finally:
        if running is not None:
            running.kill()
            running.wait()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(params=["postgres", "mariadb"])
def server(request: pytest.FixtureRequest) -> str:
    """The URL of one database server after the other."""
    return request.getfixturevalue(request.param)


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

    def raise_alarm(self, kind: str, subject: str, en: str, zh: str) -> None:
        self.alarms.append(en)

    def clear_alarm(self, kind: str, subject: str) -> None:
        del kind, subject


def source(url: str, memory: Memory, journal: Silence, **options: Any) -> tuple[RowSource, list[Row]]:
    taken: list[Row] = []
    config = SystemConfig(id="s1", kind="sql", url=url, timeout_s=Decimal(1), **options)
    made = RowSource(config, WallClock(OffsetClock()), journal, memory)  # type: ignore[arg-type]
    for register in POINTS:
        made.add(f"cems.{register}", taken.append)
    return made, taken


def test_rows_of_a_server_are_read_once_whatever_happens(server: str) -> None:
    # A URL need not name a driver.
    url = f"{server.partition('+')[0]}{server[server.index(':') :]}"

    async def main() -> None:
        heard, clock = Heard(), HostClock()
        meter = device("sql", clock, heard, clock.now_us(), POINTS)
        meter.period_us = 200_000
        meter.preset("cems.co2_mass", "99999.999")
        database = SqlDatabase(url, [meter], clock=clock, observe=heard)
        await database.start()
        try:
            memory, journal = Memory(), Silence()
            reader, taken = source(url, memory, journal)
            await heard.until(lambda: len(heard.of(Published)) >= 3)
            await reader.fetch()
            await reader.fetch()
            first = len(taken)
            assert first >= 6 and len({row.id for row in taken}) == first
            assert {row.content.value for row in taken if row.tag == "cems.co2_mass"} == {Decimal("99999.999")}
            stamps = {each.stamp // 1000 for each in heard.of(Published)}
            assert {row.at_ms for row in taken} <= stamps
            # Another life goes on where the last one was durable, and asks for no row twice beyond the overlap.
            again, more = source(url, memory, journal, overlap=0)
            await heard.until(lambda: len(heard.of(Published)) >= 6)
            await again.fetch()
            assert min(row.id for row in more) == int(memory.kept["system", "s1"]) + 1
            meter.set_fault(Locked())
            await asyncio.sleep(0.5)
            with pytest.raises(ReadFailed) as locked:
                await again.fetch()
            assert locked.value.cause == reading.LOCKED
            meter.clear()
            await asyncio.sleep(0.5)
            await again.fetch()
            wrong = {
                "SELECT id, tag, at, worth FROM readings WHERE id > :after": ("column", "worth"),
                "SELECT id, tag, at, value FROM plant.nowhere WHERE id > :after": ("nowhere", "exist"),
                "SELECT id, tag, at, value FORM readings WHERE id > :after": ("syntax",),
                "DELETE FROM readings WHERE id > :after": ("cannot execute", "transaction"),
            }
            for query, words in wrong.items():
                asker, _ = source(url, Memory(), journal, query=query)
                with pytest.raises(ReadFailed) as refused:
                    await asker.fetch()
                assert refused.value.cause == reading.ERROR_ANSWER, query
                assert all(word in journal.alarms[-1].lower() for word in words), journal.alarms[-1]
            stray, _ = source(f"{url.rpartition('/')[0]}/absent", Memory(), journal)
            with pytest.raises(ReadFailed) as nowhere:
                await stray.fetch()
            assert nowhere.value.cause == reading.ERROR_ANSWER
            assert "database" in journal.alarms[-1] and "absent" in journal.alarms[-1]
            assert len(journal.alarms) == len(wrong) + 1
        finally:
            await database.stop()
        # Nothing but the simulator ever wrote: the reader's transactions are read only.
        engine = create_engine(server)
        with engine.connect() as connection:
            count = connection.execute(sql_text("SELECT count(*) FROM readings")).scalar_one()
        engine.dispose()
        assert count == 2 * len(heard.of(Published))

    asyncio.run(main())


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


def test_rows_of_a_server_are_read_once_through_odbc(server: str) -> None:
    odbc = through_odbc(server)

    async def main() -> None:
        heard, clock = Heard(), HostClock()
        meter = device("sql", clock, heard, clock.now_us(), POINTS)
        meter.period_us = 200_000
        meter.preset("cems.co2_mass", "99999.999")
        database = SqlDatabase(server, [meter], clock=clock, observe=heard)
        await database.start()
        try:
            memory, journal = Memory(), Silence()
            reader, taken = source(odbc, memory, journal)
            await heard.until(lambda: len(heard.of(Published)) >= 3)
            await reader.fetch()
            await reader.fetch()
            assert len(taken) >= 6 and len({row.id for row in taken}) == len(taken)
            assert {row.content.value for row in taken if row.tag == "cems.co2_mass"} == {Decimal("99999.999")}
            assert {row.at_ms for row in taken} <= {each.stamp // 1000 for each in heard.of(Published)}
            meter.set_fault(Locked())
            await asyncio.sleep(0.5)
            with pytest.raises(ReadFailed) as locked:
                await reader.fetch()
            assert locked.value.cause == reading.LOCKED
            meter.clear()
            wrong = {
                "SELECT id, tag, at, worth FROM readings WHERE id > :after": "worth",
                "SELECT id, tag, at, value FROM nowhere WHERE id > :after": "nowhere",
                "SELECT id, tag, at, value FORM readings WHERE id > :after": "syntax",
            }
            for query, word in wrong.items():
                asker, _ = source(odbc, Memory(), journal, query=query)
                with pytest.raises(ReadFailed) as refused:
                    await asker.fetch()
                assert refused.value.cause == reading.ERROR_ANSWER, query
                assert word in journal.alarms[-1].lower()
            stray, _ = source("odbc:DRIVER={None such};Server=127.0.0.1", Memory(), journal)
            with pytest.raises(ReadFailed) as nowhere:
                await stray.fetch()
            assert nowhere.value.cause == reading.ERROR_ANSWER
        finally:
            await database.stop()
        away, _ = source(odbc.replace("Port=", "Port=1"), Memory(), Silence())
        with pytest.raises(ReadFailed) as gone:
            await away.fetch()
        assert gone.value.cause == reading.NO_CONNECTION

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
