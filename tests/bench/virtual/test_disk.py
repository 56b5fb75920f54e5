"""The virtual disk: what survives a power cut and what does not, file by file, and the faults SQLite knows."""

from __future__ import annotations

import random

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.virtual.disk import SECTOR, DiskRevoked, Keep, VirtualDisk
from bench.virtual.domain import PowerCut
from bench.virtual.medium import Inode, Truncate, Write


@pytest.fixture
def disk() -> VirtualDisk:
    return VirtualDisk(random.Random(5))


def store(
    disk: VirtualDisk, journal: str = "WAL", synchronous: str = "FULL", name: str = "store.db"
) -> apsw.Connection:
    connection = apsw.Connection(name, vfs=disk.vfs_name)
    connection.pragma("locking_mode", "EXCLUSIVE")
    assert connection.pragma("journal_mode", journal) == journal.lower()
    connection.pragma("synchronous", synchronous)
    connection.execute("CREATE TABLE IF NOT EXISTS reading(number, text)")
    return connection


def rows(connection: apsw.Connection) -> int:
    assert connection.pragma("integrity_check") == "ok"
    return connection.execute("SELECT count(*) FROM reading").get


@pytest.mark.parametrize("journal", ["WAL", "DELETE", "TRUNCATE", "PERSIST"])
def test_committed_and_synced_is_kept(disk: VirtualDisk, journal: str) -> None:
    connection = store(disk, journal)
    for number in range(20):
        connection.execute("INSERT INTO reading VALUES(?, ?)", (number, "x" * 500))
    disk.power_cut()
    # Without a directory sync at the end a deleted rollback journal may come back and undo the last transaction.
    assert rows(store(disk, journal)) in ((19, 20) if journal == "DELETE" else (20,))


def test_synchronous_extra_keeps_the_last_transaction_in_delete_mode(disk: VirtualDisk) -> None:
    connection = store(disk, "DELETE", "EXTRA")
    connection.pragma("locking_mode", "NORMAL")
    for number in range(20):
        connection.execute("INSERT INTO reading VALUES(?, ?)", (number, "x"))
    disk.power_cut()
    assert rows(store(disk, "DELETE")) == 20


@pytest.mark.parametrize("journal", ["WAL", "DELETE"])
def test_committed_and_unsynced_is_lost(disk: VirtualDisk, journal: str) -> None:
    connection = store(disk, journal)
    if journal == "WAL":
        connection.pragma("wal_checkpoint", "TRUNCATE")
    connection.execute("INSERT INTO reading VALUES(0, '')")
    connection.pragma("synchronous", "OFF")
    for number in range(1, 20):
        connection.execute("INSERT INTO reading VALUES(?, 'x')", (number,))
    disk.power_cut()
    assert rows(store(disk, journal)) <= 1


def test_wal_normal_loses_commits_but_never_integrity(disk: VirtualDisk) -> None:
    connection = store(disk, "WAL", "NORMAL")
    for number in range(100):
        connection.execute("INSERT INTO reading VALUES(?, ?)", (number, "x" * 2000))
    disk.power_cut(Keep.SECTORS)
    assert rows(store(disk)) < 100


@pytest.mark.parametrize("keep", list(Keep))
@pytest.mark.parametrize("journal", ["WAL", "DELETE"])
def test_any_cut_at_any_write_keeps_what_was_acknowledged(journal: str, keep: Keep) -> None:
    """Power fails at every sync in turn; at most the transaction under way (or, by deletion, the last) is undone."""
    for sync in range(1, 13):
        disk = VirtualDisk(random.Random(sync))
        connection = store(disk, journal)
        acknowledged = 0
        disk.cut_at_sync(sync, lambda disk=disk: disk.power_cut(keep))
        try:
            for number in range(50):
                connection.execute("INSERT INTO reading VALUES(?, ?)", (number, "x" * 3000))
                acknowledged += 1
        except BaseException:
            pass
        assert disk.generation == 1
        found = rows(store(disk, journal))
        slack = 1 if journal == "DELETE" else 0
        assert acknowledged - slack <= found <= acknowledged + 1
        disk.close()


def test_torn_writes_reach_the_medium_by_sectors(disk: VirtualDisk) -> None:
    disk.write_file("plain", bytes(64 * SECTOR))
    disk.write_file("plain", b"\xff" * 64 * SECTOR, sync=False)
    disk.power_cut(Keep.SECTORS)
    image = disk.image("plain")
    kinds = {image[start : start + SECTOR] for start in range(0, len(image), SECTOR)}
    assert kinds <= {bytes(SECTOR), b"\xff" * SECTOR}
    assert len(kinds) == 2


def test_names_are_durable_after_a_directory_sync_only(disk: VirtualDisk) -> None:
    disk.write_file("kept", b"1")
    disk.write_file("new", b"2", sync=False)
    disk.rename("kept", "renamed", sync=False)
    assert disk.names() == ["/new", "/renamed"]
    disk.power_cut()
    assert disk.names() == ["/kept"]
    disk.rename("kept", "renamed")
    disk.power_cut()
    assert disk.snapshot() == {"/renamed": b"1"}
    disk.delete("renamed")
    assert disk.durable_image("renamed") == b"1"
    disk.power_cut()
    assert disk.names() == ["/renamed"]
    disk.delete("renamed", sync=True)
    disk.power_cut()
    assert disk.names() == []


def test_a_files_octets_are_durable_after_its_own_sync_only(disk: VirtualDisk) -> None:
    files = {f"{name} file": name == "synced" for name in ("synced", "unsynced")}
    told: list[str] = []
    disk.on_sync = told.append
    for name, synced in files.items():
        disk.write_file(name, b"key", sync=False)
        if synced:
            disk.sync_file(name)
    disk.sync_directory()
    assert disk.syncs == 1 and told == ["/synced file"]
    disk.power_cut()
    assert disk.snapshot() == {"/synced file": b"key", "/unsynced file": b""}


def test_a_files_sync_springs_the_traps_of_the_disk(disk: VirtualDisk) -> None:
    disk.write_file("key", b"1", sync=False)
    disk.cut_at_sync(1, disk.power_cut)
    with pytest.raises(PowerCut):
        disk.sync_file("key")
    assert disk.names() == []


def test_a_revoked_connection_touches_nothing(disk: VirtualDisk) -> None:
    connection = store(disk)
    blob = disk.vfs_name
    disk.power_cut()
    before = disk.snapshot()
    with pytest.raises(apsw.Error):
        connection.execute("INSERT INTO reading VALUES(1, '')")
    with pytest.raises(apsw.Error):
        apsw.Connection("store.db", vfs=blob)
    connection.close(True)
    assert disk.snapshot() == before
    assert disk.vfs_name != blob


def test_a_revoked_file_raises_its_own_error() -> None:
    disk = VirtualDisk(random.Random(1), name="revoked")
    opened = disk._vfs.xOpen("x", [apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_READWRITE, 0])  # pyright: ignore
    disk.power_cut()
    for call in (lambda: opened.xWrite(b"1", 0), lambda: opened.xRead(1, 0), lambda: opened.xSync(0)):
        with pytest.raises(DiskRevoked, match="of an earlier life"):
            call()


@pytest.mark.parametrize("journal", ["WAL", "DELETE"])
def test_a_full_disk_refuses_and_recovers(disk: VirtualDisk, journal: str) -> None:
    connection = store(disk, journal)
    connection.execute("INSERT INTO reading VALUES(1, '')")
    with disk.full(room=20_000), pytest.raises(apsw.FullError):
        for number in range(100):
            connection.execute("INSERT INTO reading VALUES(?, ?)", (number, "x" * 3000))
    connection.execute("INSERT INTO reading VALUES(2, '')")
    connection.close()
    assert rows(store(disk, journal)) >= 2


def test_a_read_only_disk_can_still_be_read(disk: VirtualDisk) -> None:
    connection = store(disk)
    connection.execute("INSERT INTO reading VALUES(1, '')")
    with disk.read_only():
        with pytest.raises(apsw.ReadOnlyError):
            connection.execute("INSERT INTO reading VALUES(2, '')")
        assert rows(connection) == 1
    connection.execute("INSERT INTO reading VALUES(2, '')")
    assert rows(connection) == 2


@pytest.mark.parametrize(("on", "fails"), [("write", True), ("sync", True), ("read", False)])
def test_input_output_errors_on_one_kind_of_operation(disk: VirtualDisk, on: str, fails: bool) -> None:
    connection = store(disk)
    with disk.io_error(on=on):
        if fails:
            with pytest.raises(apsw.IOError):
                connection.execute("INSERT INTO reading VALUES(1, '')")
        else:
            connection.execute("INSERT INTO reading VALUES(1, '')")


def test_two_connections_respect_each_others_locks(disk: VirtualDisk) -> None:
    first = apsw.Connection("plain.db", vfs=disk.vfs_name)
    second = apsw.Connection("plain.db", vfs=disk.vfs_name)
    first.execute("CREATE TABLE reading(number)")
    first.execute("BEGIN IMMEDIATE; INSERT INTO reading VALUES(1)")
    assert second.execute("SELECT count(*) FROM reading").get == 0
    with pytest.raises(apsw.BusyError):
        second.execute("INSERT INTO reading VALUES(2)")
    first.execute("COMMIT")
    second.execute("INSERT INTO reading VALUES(2)")
    assert first.execute("SELECT count(*) FROM reading").get == 2


def test_sqlite_tells_the_devices_time() -> None:
    disk = VirtualDisk(random.Random(1), clock_ns=lambda: 1_700_000_000_000_000_000)
    connection = apsw.Connection("time.db", vfs=disk.vfs_name)
    assert connection.execute("SELECT datetime('now')").get == "2023-11-14 22:13:20"
    disk.close()


def test_mistakes_are_sentences(disk: VirtualDisk) -> None:
    with pytest.raises(ValueError, match="at least 1, got 0"):
        disk.cut_at_sync(0, disk.power_cut)
    with pytest.raises(ValueError, match="read, write, sync or all, got 'open'"):
        disk.io_error(on="open")
    with pytest.raises(ValueError, match="from 0 to 1, got 2"):
        disk.io_error(2)
    with pytest.raises(FileNotFoundError, match="it has none"):
        disk.image("nothing")


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("write"), st.integers(0, 40), st.binary(min_size=1, max_size=30)),
            st.tuples(st.just("truncate"), st.integers(0, 60), st.just(b"")),
            st.tuples(st.just("sync"), st.just(0), st.just(b"")),
        )
    )
)
def test_the_medium_holds_what_was_synced_whatever_came_after(steps: list[tuple[str, int, bytes]]) -> None:
    inode, synced = Inode(), b""
    for number, (step, where, data) in enumerate(steps):
        if step == "sync":
            inode.sync()
            synced = bytes(inode.content)
        else:
            inode.change(Write(number, where, data) if step == "write" else Truncate(number, where))
        assert inode.durable == synced
    inode.fall_back()
    assert (bytes(inode.content), inode.pending) == (synced, [])
