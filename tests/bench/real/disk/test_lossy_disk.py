"""The lossy disk on a real mount, under real programs: what SQLite, logs and renames keep after a power cut."""

from __future__ import annotations

import asyncio
import contextlib
import mmap
import os
import random
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

import pytest
from house import ROOT

from bench.real.disk import mounts
from bench.real.disk.lossy_disk import DiskError, DiskEvent, Keep, LossReport, LossyDisk, requirements, sweep_stale
from bench.real.disk.model import Medium
from bench.real.disk.protocol import Counters
from bench.real.disk.prove import disk_proofs, prove_disk
from bench.real.sweep import plan
from bench.virtual.disk import SECTOR, Moment

WRITER = """
import sqlite3, sys
journal, synchronous, commits = sys.argv[1], sys.argv[2], int(sys.argv[3])
base = sqlite3.connect("store.db", isolation_level=None)
base.execute(f"PRAGMA journal_mode={journal}")
base.execute("PRAGMA synchronous=EXTRA")
base.execute("CREATE TABLE IF NOT EXISTS reading(number INTEGER, text TEXT)")
base.execute(f"PRAGMA synchronous={synchronous}")
print("open", flush=True)
for number in range(commits):
    base.execute("INSERT INTO reading VALUES(?, ?)", (number, "x" * 300))
    print(number, flush=True)
base.execute("BEGIN IMMEDIATE")
base.execute("INSERT INTO reading VALUES(999999, 'never committed')")
print("written", flush=True)
import time; time.sleep(600)
"""


@pytest.fixture
def mount(tmp_path: Path) -> Path:
    folder = tmp_path / "disk"
    folder.mkdir()
    return folder


def on(mount: Path, body: Callable[[LossyDisk], Awaitable[None]], **options: object) -> list[DiskEvent]:
    """Run a body with a disk; nothing is mounted afterwards."""
    events: list[DiskEvent] = []

    async def drive() -> None:
        async with await LossyDisk.open(
            mount,
            **{"seed": 1, "size_mb": 16, "observe": events.append, **options},  # pyright: ignore[reportArgumentType]
        ) as disk:
            await asyncio.wait_for(body(disk), 300)

    asyncio.run(drive())
    assert str(mount) not in Path("/proc/self/mountinfo").read_text()
    return events


@contextlib.asynccontextmanager
async def program(disk: LossyDisk, text: str, *words: str) -> AsyncGenerator[asyncio.subprocess.Process]:
    """A Python program in the disk's folder, killed at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", "-c", text, *words, cwd=disk.path, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def until(process: asyncio.subprocess.Process, line: str) -> list[str]:
    """The program's lines up to one."""
    assert process.stdout is not None
    lines: list[str] = []
    while lines[-1:] != [line]:
        octets = await process.stdout.readline()
        assert octets, f"the program ended before {line!r}, after {lines}"
        lines.append(octets.decode().strip())
    return lines


async def rebooted(disk: LossyDisk, keep: Keep = Keep.NOTHING) -> LossReport:
    report = await disk.power_cut(keep)
    await disk.restore()
    return report


async def empty(disk: LossyDisk) -> None:
    """Wait until the kernel, which lets go of closed files in its own time, has given all room back."""
    async with asyncio.timeout(120):
        while disk.octets_used:  # noqa: ASYNC110
            await asyncio.sleep(0.005)


def store(disk: LossyDisk) -> list[int]:
    """The numbers in the store, which must be whole; a store without its table is empty."""
    with contextlib.closing(sqlite3.connect(disk.path / "store.db")) as base:
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        if not base.execute("SELECT 1 FROM sqlite_master WHERE name='reading'").fetchone():
            return []
        return [number for (number,) in base.execute("SELECT number FROM reading ORDER BY number")]


@pytest.mark.parametrize("keep", [Keep.NOTHING, Keep.PREFIX, Keep.SECTORS])
@pytest.mark.parametrize(("journal", "synchronous"), [("WAL", "FULL"), ("DELETE", "EXTRA")])
def test_committed_and_synced_is_kept_and_uncommitted_never(
    mount: Path, journal: str, synchronous: str, keep: Keep
) -> None:
    async def body(disk: LossyDisk) -> None:
        async with program(disk, WRITER, journal, synchronous, "5") as process:
            await until(process, "written")
            process.kill()
            await process.wait()
            await rebooted(disk, keep)
            assert store(disk) == [0, 1, 2, 3, 4]

    on(mount, body)


@pytest.mark.parametrize("journal", ["WAL", "DELETE"])
def test_committed_without_syncs_is_lost(mount: Path, journal: str) -> None:
    async def body(disk: LossyDisk) -> None:
        async with program(disk, WRITER, journal, "OFF", "5") as process:
            await until(process, "written")
            process.kill()
            await process.wait()
            await rebooted(disk)
            assert store(disk) == []

    on(mount, body)


def test_a_cut_at_every_sync_keeps_what_was_acknowledged(mount: Path) -> None:
    """The sweep of a real program, as the rig does it: dry run, then a trial before and after each sync."""

    async def trial(disk: LossyDisk, sync: int | None, moment: Moment) -> tuple[int, list[str]]:
        for each in sorted(disk.path.iterdir()):
            each.unlink()
        await disk.sync()
        before = disk.syncs
        sprung: asyncio.Future[DiskEvent] = asyncio.get_running_loop().create_future()
        if sync is not None:
            await disk.cut_at_sync(sync, moment, sprung.set_result)
        async with program(disk, WRITER, "WAL", "FULL", "2") as process:
            assert process.stdout is not None
            if sync is None:
                await until(process, "written")
                return disk.syncs - before, []
            event = await asyncio.wait_for(sprung, 120)
            assert (event.detail, event.count - before) == (moment.value, sync)
            process.kill()
            await disk.power_cut(Keep.SECTORS)
            said = (await process.stdout.read()).decode().split()
            await disk.restore()
            return disk.syncs - before, said

    async def body(disk: LossyDisk) -> None:
        syncs, _ = await trial(disk, None, Moment.BEFORE)
        assert syncs >= 4
        await rebooted(disk)
        seen: list[list[int]] = []
        for each in plan(syncs):
            counted, said = await trial(disk, each.sync, each.moment)
            assert counted == each.sync
            seen.append(store(disk))
            acknowledged = [int(word) for word in said if word.isdecimal()]
            assert seen[-1][: len(acknowledged)] == acknowledged
        assert seen[0] == []
        assert seen[-1] == [0, 1]

    on(mount, body)


WAITER = """
file = open('log', 'wb', buffering=0)
print('go', flush=True)
input()
file.write(b'late')
print('done')
"""


async def at_the_frozen_disk(disk: LossyDisk) -> tuple[asyncio.subprocess.Process, asyncio.Task[bytes]]:
    """A program that stands still in its write, and the rest of what it says."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", "-c", WAITER, cwd=disk.path, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    await until(process, "go")
    await disk.freeze()
    process.stdin.write(b"\n")
    rest = asyncio.ensure_future(process.stdout.read())
    await asyncio.wait([rest], timeout=0.1)
    assert not rest.done()
    return process, rest


def test_a_call_at_a_frozen_disk_never_returns(mount: Path) -> None:
    async def body(disk: LossyDisk) -> None:
        process, rest = await at_the_frozen_disk(disk)
        process.kill()
        report = await disk.power_cut(Keep.EVERYTHING)
        assert await rest == b""
        assert await process.wait() == -signal.SIGKILL
        assert (report.kept_writes, report.kept_names) == (0, 1)

    on(mount, body)


def test_a_thawed_disk_goes_on(mount: Path) -> None:
    async def body(disk: LossyDisk) -> None:
        process, rest = await at_the_frozen_disk(disk)
        await disk.thaw()
        assert await rest == b"done\n"
        assert await process.wait() == 0
        assert (disk.path / "log").read_text() == "late"

    assert [event.kind for event in on(mount, body)] == ["mounted", "frozen", "thawed"]


def test_the_same_seed_loses_the_same(mount: Path) -> None:
    def run(seed: int) -> tuple[list[LossReport], list[bytes]]:
        reports: list[LossReport] = []
        contents: list[bytes] = []

        async def body(disk: LossyDisk) -> None:
            for _ in range(2):
                with (disk.path / "log").open("wb", buffering=0) as file:
                    file.write(b"\x01" * 40 * SECTOR)
                    os.fsync(file.fileno())
                    await disk.sync()
                    file.seek(0)
                    file.write(b"\x02" * 40 * SECTOR)
                reports.append(await rebooted(disk, Keep.SECTORS))
                contents.append((disk.path / "log").read_bytes())

        on(mount, body, seed=seed)
        return reports, contents

    first, again, other = run(7), run(7), run(8)
    assert first == again
    assert first[1] != other[1]
    assert first[1][0] != first[1][1]


def test_files_behave_as_files(mount: Path) -> None:
    async def body(disk: LossyDisk) -> None:
        path = disk.path / "a"
        with path.open("w+b", buffering=0) as file:
            file.write(b"x" * 10_000)
            with mmap.mmap(file.fileno(), 0) as memory:
                memory[:5] = b"hello"
                memory.flush()
            os.link(path, disk.path / "b")
            assert path.stat().st_nlink == 2
            (disk.path / "b").open("r+b", buffering=0).write(b"HELLO")
            assert os.pread(file.fileno(), 6, 0) == b"HELLOx"
            os.unlink(disk.path / "b")
            os.unlink(path)
            assert os.fstat(file.fileno()).st_nlink == 0
            assert list(disk.path.iterdir()) == []
            file.seek(0, os.SEEK_END)
            file.write(b"end")
            os.ftruncate(file.fileno(), 10_002)
            os.fchmod(file.fileno(), 0o600)
            assert os.fstat(file.fileno()).st_size == 10_002
            assert os.pread(file.fileno(), 9, 9_999) == b"xen"
        await empty(disk)
        (disk.path / "folder").mkdir(0o750)
        os.symlink("folder", disk.path / "link")
        (disk.path / "link" / "中文 文件").write_text("ok")
        assert (disk.path / "folder" / "中文 文件").read_text() == "ok"
        os.utime(disk.path / "folder" / "中文 文件", ns=(1_000_000_001, 2_000_000_002))
        assert (disk.path / "folder" / "中文 文件").stat().st_mtime_ns == 2_000_000_002
        os.mkfifo(disk.path / "pipe")
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(disk.path / "socket"))
        os.chown(disk.path / "pipe", 1000, -1)
        assert ((disk.path / "pipe").stat().st_uid, (disk.path / "pipe").stat().st_gid) == (1000, 0)
        assert sorted(os.listdir(disk.path)) == ["folder", "link", "pipe", "socket"]
        assert os.statvfs(disk.path).f_blocks == (16 << 20) // 4096
        with pytest.raises(FileExistsError):
            os.mkdir(disk.path / "folder")
        with pytest.raises(OSError, match="not empty"):
            os.rmdir(disk.path / "folder")
        await (await asyncio.create_subprocess_exec("mv", "-n", "folder/中文 文件", "pipe", cwd=disk.path)).wait()
        assert sorted(os.listdir(disk.path / "folder")) == ["中文 文件"]
        with sqlite3.connect(disk.path / "temp.db") as base:
            base.execute("PRAGMA temp_store_directory='.'")
            base.execute("PRAGMA journal_mode=WAL")
        with sqlite3.connect(disk.path / "temp.db") as other:
            other.execute("CREATE TABLE a(b)")
            assert base.execute("SELECT count(*) FROM a").fetchone() == (0,)
        base.close()
        other.close()

    on(mount, body)


def test_a_rename_over_an_open_file_is_never_half(mount: Path) -> None:
    async def body(disk: LossyDisk) -> None:
        seen: list[str] = []
        for _ in range(12):
            for name, text in (("a", "old"), ("a.tmp", "new")):
                (disk.path / name).write_text(text)
            await disk.sync()
            with (disk.path / "a").open():
                (disk.path / "a.tmp").rename(disk.path / "a")
                await rebooted(disk, Keep.PREFIX)
            seen.append((disk.path / "a").read_text())
        assert sorted({*seen}) == ["new", "old"]

    on(mount, body)


def test_a_map_that_was_never_synced_is_lost(mount: Path) -> None:
    text = """
import mmap
file = open("map", "r+b")
memory = mmap.mmap(file.fileno(), 8192)
memory[:4] = b"kept"
memory.flush()
memory[4096:4100] = b"lost"
print("ready", flush=True)
import time; time.sleep(600)
"""

    async def body(disk: LossyDisk) -> None:
        (disk.path / "map").write_bytes(bytes(8192))
        await disk.sync()
        async with program(disk, text) as process:
            await until(process, "ready")
            await disk.freeze()
            process.kill()
            await rebooted(disk)
        after = (disk.path / "map").read_bytes()
        assert (after[:4], after[4096:4100]) == (b"kept", bytes(4))

    on(mount, body)


def test_syncs_are_counted_once_each(mount: Path) -> None:
    async def body(disk: LossyDisk) -> None:
        with (disk.path / "a").open("wb", buffering=0) as file:
            file.write(b"1")
            os.fsync(file.fileno())
            os.fdatasync(file.fileno())
        assert disk.syncs == 2
        descriptor = os.open(disk.path / "b", os.O_WRONLY | os.O_CREAT | os.O_DSYNC)
        os.write(descriptor, b"22")
        os.write(descriptor, b"33")
        assert disk.syncs == 4
        os.close(descriptor)
        folder = os.open(disk.path, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
        assert (disk.syncs, disk.writes, disk.octets_written) == (5, 3, 5)
        await disk.sync()
        assert disk.syncs == 5
        await rebooted(disk)
        assert (disk.path / "b").read_bytes() == b"2233"

    events = on(mount, body, trace_syncs=True)
    assert [event.path for event in events if event.kind == "sync"] == ["/a", "/a", "/b", "/b", "/"]
    assert all(event.monotonic_ns and event.realtime_ns for event in events)


def test_sync_of_all_is_heard_from_a_watched_program_only(mount: Path) -> None:
    async def run(disk: LossyDisk, text: str, watched: bool) -> int:
        command = [sys.executable, "-I", "-S", "-c", text]
        return await (
            await asyncio.create_subprocess_exec(*(disk.command(command) if watched else command), cwd=disk.path)
        ).wait()

    async def body(disk: LossyDisk) -> None:
        assert await run(disk, "open('a', 'w').write('1'); import os; os.sync()", False) == 0
        assert disk.syncs == 0
        await rebooted(disk)
        assert os.listdir(disk.path) == []
        assert await run(disk, "open('a', 'w').write('1'); import os; os.sync(); os._exit(7)", True) == 7
        assert disk.syncs == 1
        syncfs = "import ctypes, os; ctypes.CDLL(None).syncfs(os.open({!r}, os.O_RDONLY))"
        assert await run(disk, syncfs.format("/proc"), True) == 0
        assert disk.syncs == 1
        assert await run(disk, "open('b', 'w').write('2');" + syncfs.format("."), True) == 0
        assert disk.syncs == 2
        await rebooted(disk)
        assert sorted(os.listdir(disk.path)) == ["a", "b"]
        assert await run(disk, "import subprocess; subprocess.run(['sync'])", True) == 0
        assert disk.syncs == 3

    on(mount, body)


def test_a_program_that_floods_meets_the_end_of_the_disk(mount: Path) -> None:
    text = """
file = open("flood", "wb", buffering=0)
try:
    while True: file.write(bytes(1 << 20))
except OSError as error:
    print(error.errno)
"""

    async def body(disk: LossyDisk) -> None:
        async with program(disk, text) as process:
            await until(process, "28")
        assert disk.octets_used <= 8 << 20
        await disk.sync()
        (disk.path / "flood").unlink()
        await empty(disk)

    assert [event.kind for event in on(mount, body, size_mb=8)] == ["mounted", "full"]


def test_a_quota_bounds_what_is_overwritten_too(mount: Path) -> None:
    async def body(disk: LossyDisk) -> None:
        with (disk.path / "a").open("wb", buffering=0) as file, pytest.raises(OSError, match="quota"):
            for _ in range(5):
                file.seek(0)
                file.write(bytes(512 << 10))
        assert disk.octets_written == 2 << 20
        await disk.sync()

    assert [event.kind for event in on(mount, body, quota_mb=2)] == ["mounted", "quota"]


def test_faults_come_and_go(mount: Path) -> None:
    async def body(disk: LossyDisk) -> None:
        path = disk.path / "a"
        path.write_bytes(b"1")
        await disk.fill(room=8192)
        (disk.path / "b").write_bytes(bytes(8192))
        with pytest.raises(OSError, match="No space"):
            (disk.path / "c").write_bytes(b"1")
        assert os.statvfs(disk.path).f_bavail == 0
        await disk.unfill()
        (disk.path / "c").write_bytes(b"1")
        await disk.set_read_only(True)
        for act in (lambda: path.write_bytes(b"2"), path.unlink, lambda: path.rename(disk.path / "d")):
            with pytest.raises(OSError, match="Read-only"):
                act()
        assert path.read_bytes() == b"1"
        await disk.set_read_only(False)
        await disk.io_error(1.0, "sync")
        with path.open("wb") as file, pytest.raises(OSError, match="Input/output"):
            os.fsync(file.fileno())
        await disk.io_error(0.0)
        path.write_bytes(b"2")

    on(mount, body)


def test_a_snapshot_shows_what_the_program_sees_and_what_would_survive(mount: Path, tmp_path: Path) -> None:
    async def body(disk: LossyDisk) -> None:
        (disk.path / "folder").mkdir()
        (disk.path / "folder" / "a").write_bytes(b"1")
        os.symlink("a", disk.path / "folder" / "s")
        await disk.sync()
        (disk.path / "folder" / "a").write_bytes(b"22")
        await disk.freeze()
        seen = await disk.snapshot(tmp_path / "seen")
        durable = await disk.snapshot(tmp_path / "durable", durable=True)
        assert (seen / "folder" / "s").read_bytes() == b"22"
        assert (durable / "folder" / "a").read_bytes() == b"1"
        with pytest.raises(DiskError, match="exists"):
            await disk.snapshot(tmp_path / "seen")

    on(mount, body)


def test_the_mount_does_to_its_medium_what_the_calls_say(mount: Path, tmp_path: Path) -> None:
    """Random calls through the kernel and straight into a medium of its own leave the same, seen and durable."""
    chance, medium = random.Random(11), Medium(16 << 20)

    async def body(disk: LossyDisk) -> None:
        for _ in range(400):
            name, other = chance.choice("abcd"), chance.choice("abcd")
            path, act = disk.path / name, chance.randrange(6)
            if act == 0 and not path.exists():
                path.touch()
                medium.create(f"/{name}", 0o100644, uid=0, gid=0, now_ns=0)
            elif act == 5:
                folder = os.open(disk.path, os.O_RDONLY)
                os.fsync(folder)
                os.close(folder)
                medium.sync(medium.root)
            elif path.exists():
                inode = medium.find(f"/{name}")
                with path.open("r+b", buffering=0) as file:
                    if act == 1:
                        offset, data = chance.randrange(9000), chance.randbytes(chance.randrange(1, 9000))
                        os.pwrite(file.fileno(), data, offset)
                        medium.write(inode, offset, data, 0)
                    elif act == 2:
                        size = chance.randrange(9000)
                        os.ftruncate(file.fileno(), size)
                        medium.resize(inode, size, 0)
                    elif act == 3:
                        os.fsync(file.fileno())
                        medium.sync(inode)
                    elif chance.random() < 0.5:
                        path.rename(disk.path / other)
                        medium.rename(f"/{name}", f"/{other}", 0)
                    else:
                        path.unlink()
                        medium.unlink(f"/{name}", 0)
        for durable in (False, True):
            folder = await disk.snapshot(tmp_path / str(durable), durable=durable)
            expected = {path[1:]: inode.octets(durable=durable) for path, inode in medium.walk(durable=durable)}
            assert {each.name: each.read_bytes() for each in folder.iterdir()} == expected
            assert expected

    on(mount, body)


def test_the_mount_is_there_in_another_namespace_also_after_a_cut(mount: Path) -> None:
    async def body(disk: LossyDisk) -> None:
        for _ in range(2):
            process = await asyncio.create_subprocess_exec(
                "unshare", "--mount", "--net", sys.executable, "-c", "open('a', 'a').write('1')", cwd=disk.path
            )
            assert await process.wait() == 0
            await disk.sync()
            await rebooted(disk)
        assert (disk.path / "a").read_text() == "11"

    on(mount, body)


# Proof


def test_the_disk_proves_itself() -> None:
    assert asyncio.run(prove_disk(3)) == []
    assert all(proof.holds for proof in asyncio.run(disk_proofs(4)))


def test_a_disk_that_loses_nothing_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = LossyDisk.power_cut

    async def lies(disk: LossyDisk, keep: Keep | str = Keep.SECTORS) -> LossReport:
        return await honest(disk, Keep.EVERYTHING)

    monkeypatch.setattr(LossyDisk, "power_cut", lies)
    found = asyncio.run(prove_disk(3))
    assert len(found) > 5
    assert "FAILS: lossy disk: unsynced data are lost: expected empty, got synced" in found


# Clean-up

BENCH = """
import asyncio, sys
from pathlib import Path
from bench.real.disk.lossy_disk import LossyDisk
async def main():
    async with await LossyDisk.open(Path(sys.argv[1]), seed=1, size_mb=4) as disk:
        (disk.path / "a").touch()
        print(disk.process_id, disk._folder, flush=True)
        await asyncio.sleep(600)
asyncio.run(main())
"""


def mounted(mount: Path) -> bool:
    return f" {mount} " in Path("/proc/self/mountinfo").read_text()


def bench_process(mount: Path) -> tuple[subprocess.Popen[str], int, Path]:
    root = ROOT
    process = subprocess.Popen(
        [sys.executable, "-c", BENCH, str(mount)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert process.stdout is not None
    daemon, folder = process.stdout.readline().split()
    assert mounted(mount)
    return process, int(daemon), Path(folder)


def ended(daemon: int) -> None:
    """Wait for a process that is not our child, by its descriptor; it must end within 10 s."""
    with contextlib.suppress(ProcessLookupError):
        descriptor = os.pidfd_open(daemon)
        try:
            assert select.select([descriptor], [], [], 10)[0], "the disk's process did not end"
        finally:
            os.close(descriptor)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_behind_by_a_bench_that_was_killed(mount: Path, number: signal.Signals) -> None:
    process, daemon, folder = bench_process(mount)
    process.send_signal(number)
    process.communicate()
    ended(daemon)
    assert not mounted(mount)
    assert not folder.exists()
    assert sweep_stale() == []


def test_what_a_killed_bench_and_its_killed_disk_left_is_swept(mount: Path) -> None:
    process, daemon, folder = bench_process(mount)
    os.kill(process.pid, signal.SIGSTOP)
    os.kill(daemon, signal.SIGKILL)
    ended(daemon)
    assert mounted(mount)
    assert sweep_stale() == []
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert sweep_stale() == [mount]
    assert not mounted(mount)
    shutil.rmtree(folder)


def test_a_disk_whose_process_died_says_so(mount: Path) -> None:
    async def body(disk: LossyDisk) -> None:
        os.kill(disk.process_id, signal.SIGKILL)
        with pytest.raises(DiskError, match="has ended, close the disk and open another"):
            while True:
                await disk.freeze()
        with pytest.raises(DiskError, match="has ended"):
            disk.cut_at_sync(1, Moment.BEFORE, print)
        await asyncio.wait_for(told.wait(), 120)

    told = asyncio.Event()
    on(mount, body, observe=lambda event: told.set() if event.kind == "lost" else None)


def test_a_disk_unmounted_by_somebody_else_says_so(mount: Path) -> None:
    async def body(disk: LossyDisk) -> None:
        assert await (await asyncio.create_subprocess_exec("umount", str(mount))).wait() == 0
        await asyncio.wait_for(gone.wait(), 120)
        await disk.restore()
        (disk.path / "a").touch()

    gone = asyncio.Event()
    on(mount, body, observe=lambda event: gone.set() if event.kind == "unmounted" else None)


# Mistakes


@pytest.mark.parametrize(
    ("options", "sentences"),
    [
        ({"model": "lazy"}, ["strict, journaled, got 'lazy'"]),
        ({"size_mb": 0, "quota_mb": 0}, ["at least 1 MiB, got 0", "at least 1 MiB or none, got 0"]),
    ],
)
def test_all_mistakes_are_told_at_once(tmp_path: Path, options: dict[str, object], sentences: list[str]) -> None:
    with pytest.raises(DiskError) as wrong:
        on(tmp_path / "none", None, **options)  # pyright: ignore[reportArgumentType]
    for sentence in [*sentences, "is not one: create it"]:
        assert sentence in str(wrong.value)
    assert len(str(wrong.value).splitlines()) == len(sentences) + 1


def test_a_folder_with_something_in_it_is_not_hidden(mount: Path) -> None:
    (mount / "precious").touch()
    with pytest.raises(DiskError, match="is not: empty it or take another"):
        on(mount, None)  # pyright: ignore[reportArgumentType]


def test_what_a_machine_lacks_is_a_sentence_each(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert requirements() == []
    monkeypatch.setattr(mounts, "DEVICE", tmp_path / "fuse")
    monkeypatch.setattr(mounts, "_may_mount", lambda: False)
    monkeypatch.setitem(sys.modules, "mfusepy", None)
    lacking = requirements()
    assert [word in sentence for word, sentence in zip(("modprobe", "root", "pip install"), lacking, strict=True)]
    assert asyncio.run(prove_disk()) == lacking


ASK = "from bench.real.disk.mounts import requirements; print(*requirements(), sep='\\n')"


def test_an_unprivileged_user_is_told(program: Callable[[str], str]) -> None:
    """The real thing: a process without any capability."""
    root = ROOT
    told = subprocess.run(
        [program("setpriv"), "--bounding-set=-all", "--inh-caps=-all", sys.executable, "-c", ASK],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=True,
    )
    assert "CAP_SYS_ADMIN" in told.stdout


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda disk: disk.cut_at_sync(0, "before", print), "at least 1, got 0"),
        (lambda disk: disk.cut_at_sync(1, "during", print), "during"),
        (lambda disk: disk.power_cut("half"), "half"),
        (lambda disk: disk.io_error(2.0), "from 0 to 1, got 2.0"),
        (lambda disk: disk.io_error(0.5, "seek"), "read, write, sync or all, got 'seek'"),
    ],
)
def test_mistakes_are_sentences(mount: Path, act: Callable[[LossyDisk], object], sentence: str) -> None:
    async def body(disk: LossyDisk) -> None:
        with pytest.raises(ValueError, match=sentence):
            await act(disk)  # pyright: ignore[reportGeneralTypeIssues]

    on(mount, body)


def test_a_counter_is_never_seen_half_written() -> None:
    descriptor = os.memfd_create("counters")
    os.truncate(descriptor, mmap.PAGESIZE)
    counters = Counters(descriptor)
    counters.put(1, 2, 3, 4)
    writer = os.fork()
    if writer == 0:
        while True:
            counters.put(1, 2, 3, 4)
    try:
        assert {counters.get() for _ in range(200_000)} == {(1, 2, 3, 4)}
    finally:
        os.kill(writer, signal.SIGKILL)
        os.waitpid(writer, 0)
        os.close(descriptor)
