"""A real PostgreSQL or MariaDB of the bench's own, in real time: made in a temporary folder, started, ended, gone.

Leaves rows and faults to `database`. The program runs without rights and listens at one host and port. Who writes
comes in over a Unix socket, so that it does not matter in which network the program stands; over TCP only `reader` is
let in, with the password `reader`, and may do nothing but read.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy import text as sql_text
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from simulators import scratch
from simulators.systems.sql import programs as installed

READER = "reader"
"""Name and password of who may read."""
_NOBODY = 65_534
_PATIENCE_S = 60.0
_STEP_S = 0.05


class DatabaseServer:
    """One server, postgresql or mariadb, at a host and port; `name` is what stands in its errors."""

    def __init__(self, kind: str, host: str, port: int, name: str) -> None:
        self.kind, self.host, self.port, self.name = kind, host, port, name
        self._folder: Path | None = None
        self._program: asyncio.subprocess.Process | None = None

    @property
    def reader(self) -> URL:
        """Where a reader finds it."""
        return URL.create(self.kind, READER, READER, self.host, self.port, "plant")

    @property
    def writer(self) -> URL:
        """Where the writer finds it, once it stands."""
        return self._inside("plant")

    @property
    def running(self) -> bool:
        """Whether the program is there."""
        return self._program is not None

    @property
    def who(self) -> str:
        """The reader as its rights name it."""
        return READER if self.kind == "postgresql" else f"{READER}@'%'"

    def _inside(self, database: str) -> URL:
        folder = str(self._folder)
        if self.kind == "postgresql":
            place = {"host": folder, "port": str(self.port)}
            return URL.create("postgresql+psycopg2", "plant", database=database, query=place)
        place = {"unix_socket": f"{folder}/socket"}
        return URL.create("mariadb+pymysql", "plant", host="localhost", database=database, query=place)

    async def start(self) -> None:
        """Make it and wait until it answers. Raises OSError if it is absent, its port is taken, or it does not come."""
        programs = installed.programs_of(self.kind)
        if programs is None:
            raise OSError(f"database {self.name}: {installed.missing_server(self.kind)}")
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((self.host, self.port))
        self._folder = scratch.make("database")
        if os.geteuid() == 0:
            os.chown(self._folder, _NOBODY, _NOBODY)
        try:
            try:
                await self._make(programs, self._folder)
            except OSError:
                # MariaDB's script has been seen to fail once on a machine that had no processor left for it.
                shutil.rmtree(self._folder / "data", ignore_errors=True)
                await self._make(programs, self._folder)
            await self.come_back()
            await asyncio.to_thread(self._let_in)
        except BaseException:
            await self.stop()
            raise

    async def _make(self, programs: installed.Programs, folder: Path) -> None:
        data = folder / "data"
        if self.kind == "postgresql":
            await self._call(programs.install, "-D", str(data), "-U", "plant", "-A", "trust", "--no-sync", "-E", "UTF8")
            rules = f"local all all trust\nhost plant {READER} all scram-sha-256\n"
            (data / "pg_hba.conf").write_text(rules, "ascii")
            return
        options = ("--auth-root-authentication-method=normal", "--skip-test-db", "--innodb-log-file-size=8M")
        await self._call(programs.install, "--no-defaults", f"--datadir={data}", *options)
        rules = (
            "CREATE DATABASE plant;\nCREATE USER plant@localhost;\nGRANT ALL ON *.* TO plant@localhost WITH GRANT "
            f"OPTION;\nCREATE USER {READER}@'%' IDENTIFIED BY '{READER}';\n"
        )
        (folder / "first.sql").write_text(rules, "ascii")

    def _let_in(self) -> None:
        """What PostgreSQL is told once it runs: MariaDB reads it from a file when it starts."""
        if self.kind != "postgresql":
            return
        engine = create_engine(self._inside("postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sql_text("CREATE DATABASE plant"))
            connection.execute(sql_text(f"CREATE ROLE {READER} LOGIN PASSWORD '{READER}'"))

    def _words(self) -> list[str]:
        programs = installed.programs_of(self.kind)
        assert programs is not None and self._folder is not None
        folder, data = self._folder, self._folder / "data"
        if self.kind == "postgresql":
            settings = {
                "port": self.port,
                "listen_addresses": self.host,
                "unix_socket_directories": folder,
                "fsync": "off",
                "shared_buffers": "16MB",
                "max_connections": 40,
            }
            return [programs.serve, "-D", str(data), *(f"--{key}={value}" for key, value in settings.items())]
        words = [programs.serve, "--no-defaults", f"--datadir={data}", f"--pid-file={folder / 'pid'}"]
        words += [f"--port={self.port}", f"--bind-address={self.host}", f"--socket={folder / 'socket'}"]
        words += ["--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=16M"]
        first = folder / "first.sql"
        return [*words, f"--init-file={first}"] if first.exists() else words

    async def come_back(self) -> None:
        """Start the program and wait until it answers. Raises OSError."""
        assert self._folder is not None
        with (self._folder / "log").open("ab") as log:
            self._program = await asyncio.create_subprocess_exec(
                *_unprivileged(),
                *self._words(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                # Ctrl-C is for the bench, which ends it in its own order.
                start_new_session=True,
            )
        database = "postgres" if self.kind == "postgresql" else "plant"
        try:
            async with asyncio.timeout(_PATIENCE_S):
                while not await asyncio.to_thread(_answers, self._inside(database)):
                    if self._program.returncode is not None:
                        raise OSError(f"database {self.name}: {self.kind} ended at once: {self._last_words()}")
                    await asyncio.sleep(_STEP_S)
        except TimeoutError:
            text = f"does not answer after {_PATIENCE_S:g} s: {self._last_words()}"
            raise OSError(f"database {self.name}: {self.kind} at {self.host}:{self.port} {text}") from None
        # Users are made once.
        (self._folder / "first.sql").unlink(missing_ok=True)

    async def go_away(self) -> None:
        """End the program in good order; what it holds stays for `come_back`."""
        await self._end(signal.SIGINT if self.kind == "postgresql" else signal.SIGTERM)

    async def stop(self) -> None:
        """End the program at once and forget its files; may be repeated."""
        await self._end(signal.SIGQUIT if self.kind == "postgresql" else signal.SIGKILL)
        folder, self._folder = self._folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    async def _end(self, by: signal.Signals) -> None:
        program, self._program = self._program, None
        if program is None or program.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            program.send_signal(by)
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await program.wait()
        except TimeoutError:
            program.kill()
            await program.wait()

    async def _call(self, *words: str) -> None:
        try:
            made = await asyncio.create_subprocess_exec(
                *_unprivileged(),
                *words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                cwd=self._folder,
            )
        except NotImplementedError:
            raise OSError(f"database {self.name}: a {self.kind} server needs real time, choose sqlite") from None
        told, _ = await made.communicate()
        if made.returncode:
            raise OSError(f"database {self.name}: {words[0]} failed: {_last_line(told)}")

    def _last_words(self) -> str:
        assert self._folder is not None
        return _last_line((self._folder / "log").read_bytes())


def _last_line(told: bytes) -> str:
    """The last line that complains; of a program that does not say so, the last."""
    lines = told.decode("utf-8", "replace").strip().splitlines() or ["it said nothing"]
    complaints = [line for line in lines if "ERROR" in line or "FATAL" in line]
    return (complaints or lines)[-1]


def _answers(url: URL) -> bool:
    try:
        create_engine(url, poolclass=NullPool).connect().close()
    except OperationalError:
        return False
    return True


def _unprivileged() -> Sequence[str]:
    """What a program is started through: neither server serves as root, and none outlives the bench."""
    bound = shutil.which("setpriv")
    if bound is None:
        return ()
    words = [bound, "--pdeathsig", "KILL"]
    if os.geteuid() == 0:
        words += ["--reuid", str(_NOBODY), "--regid", str(_NOBODY), "--clear-groups"]
    return words
