"""The medium of the lossy disk against a simple model of its own, and its rules one by one."""

from __future__ import annotations

import itertools
import random
import stat
from collections.abc import Callable
from errno import EEXIST, EISDIR, ENOENT, ENOSPC, ENOTDIR, ENOTEMPTY

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bench.real.disk import model as disk_model
from bench.real.disk.model import PAGE, Inode, Medium
from bench.virtual.disk import SECTOR, Keep

FILE = stat.S_IFREG | 0o644
FOLDER = stat.S_IFDIR | 0o755


def make(medium: Medium, path: str, data: bytes = b"", mode: int = FILE) -> Inode:
    inode = medium.create(path, mode, uid=0, gid=0, now_ns=0)
    medium.write(inode, 0, data, 0)
    return inode


def names(medium: Medium) -> list[str]:
    return [path for path, _ in medium.walk()]


def cut(medium: Medium, keep: Keep = Keep.NOTHING, seed: int = 1) -> disk_model.LossReport:
    return medium.power_cut(keep, random.Random(seed))


@pytest.fixture
def medium() -> Medium:
    return Medium(1 << 20)


def test_a_synced_file_without_a_synced_name_is_lost(medium: Medium) -> None:
    medium.sync(make(medium, "/a", b"data"))
    report = cut(medium)
    assert names(medium) == []
    assert (report.lost_names, report.dropped_names, report.dropped_writes) == (["/a"], 1, 0)


def test_in_a_journaled_disk_a_synced_file_keeps_its_name() -> None:
    medium = Medium(1 << 20, model="journaled")
    make(medium, "/other", b"unsynced")
    medium.sync(make(medium, "/a", b"data"))
    cut(medium)
    assert [(path, inode.octets()) for path, inode in medium.walk()] == [("/a", b"data"), ("/other", b"")]


def test_a_synced_name_without_synced_data_is_an_empty_file(medium: Medium) -> None:
    make(medium, "/a", b"data")
    medium.sync(medium.root)
    cut(medium)
    assert medium.find("/a").octets() == b""


@pytest.mark.parametrize(("model", "content"), [("strict", b""), ("journaled", b"new")])
def test_a_rename_takes_its_data_along_in_a_journal_only(model: str, content: bytes) -> None:
    medium = Medium(1 << 20, model=model)
    old = make(medium, "/a", b"old")
    medium.sync(old)
    medium.sync(medium.root)
    make(medium, "/a.tmp", b"new")
    medium.rename("/a.tmp", "/a", 0)
    medium.sync(medium.root)
    cut(medium)
    assert [(path, inode.octets()) for path, inode in medium.walk()] == [("/a", content)]


def test_an_unsynced_rename_leaves_the_old_file(medium: Medium) -> None:
    medium.sync(make(medium, "/a", b"old"))
    medium.sync(medium.root)
    medium.sync(make(medium, "/a.tmp", b"new"))
    medium.rename("/a.tmp", "/a", 0)
    cut(medium)
    assert [(path, inode.octets()) for path, inode in medium.walk()] == [("/a", b"old")]


@pytest.mark.parametrize("first", ["/from", "/to"])
def test_a_rename_between_folders_is_never_half(medium: Medium, first: str) -> None:
    make(medium, "/from", mode=FOLDER)
    make(medium, "/to", mode=FOLDER)
    medium.sync(medium.root)
    make(medium, "/from/a")
    medium.rename("/from/a", "/to/a", 0)
    medium.sync(medium.find(first))
    medium.sync(medium.find("/from"))
    cut(medium)
    assert names(medium) == ["/from", "/to", "/to/a"]


def test_half_a_rename_over_an_open_file_never_happened(medium: Medium) -> None:
    medium.sync(make(medium, "/a", b"old"))
    medium.sync(medium.root)
    medium.sync(make(medium, "/a.tmp", b"new"))
    medium.hide("/a", 0)
    cut(medium, Keep.EVERYTHING)
    assert {path: inode.octets() for path, inode in medium.walk()} == {"/a": b"old", "/a.tmp": b"new"}


def test_a_rename_over_an_open_file_is_one_operation(medium: Medium) -> None:
    make(medium, "/a", b"old")
    make(medium, "/a.tmp", b"new")
    medium.sync_all()
    medium.hide("/a", 0)
    medium.rename("/a.tmp", "/a", 0, hidden=medium.hidden)
    assert [len(each.changes) for each in medium.pending] == [2]
    cut(medium)
    assert names(medium) == ["/a", "/a.tmp"]


def test_a_synced_truncation_is_kept_and_an_unsynced_one_is_not(medium: Medium) -> None:
    inode = make(medium, "/a", b"x" * 9000)
    medium.sync_all()
    medium.resize(inode, 5000, 0)
    medium.sync(inode)
    medium.resize(inode, 10, 0)
    cut(medium)
    assert medium.find("/a").octets() == b"x" * 5000


def test_an_unlinked_file_returns(medium: Medium) -> None:
    make(medium, "/a", b"data")
    medium.sync_all()
    medium.unlink("/a", 0)
    assert medium.used_pages == 0
    report = cut(medium)
    assert report.returned_names == ["/a"]
    assert medium.find("/a").octets() == b"data"
    assert (medium.used_pages, medium.inodes) == (1, 2)


def test_a_write_is_torn_at_sectors(medium: Medium) -> None:
    inode = make(medium, "/a", bytes(8 * SECTOR))
    medium.sync_all()
    medium.write(inode, 100, b"\xff" * 6 * SECTOR, 0)
    report = cut(medium, Keep.SECTORS, seed=4)
    edges = [100, *range(SECTOR, 7 * SECTOR, SECTOR), 100 + 6 * SECTOR]
    after = medium.find("/a").octets()
    assert after[:100] == bytes(100)
    pieces = {after[start:end] for start, end in itertools.pairwise(edges)}
    assert all(len(set(piece)) == 1 for piece in pieces)
    assert {piece[0] for piece in pieces} == {0, 255}
    assert (report.torn_writes, report.kept_writes, report.dropped_writes) == (1, 0, 0)
    assert report.lost_octets == after[100 : 100 + 6 * SECTOR].count(0)


def test_a_prefix_keeps_the_earlier_and_loses_the_later() -> None:
    lengths: list[int] = []
    for seed in range(30):
        medium = Medium(1 << 20)
        inode = make(medium, "/a")
        medium.sync_all()
        for number in range(10):
            medium.write(inode, number * SECTOR, bytes([number + 1]) * SECTOR, 0)
        cut(medium, Keep.PREFIX, seed)
        after = medium.find("/a").octets()
        assert after == b"".join(bytes([number + 1]) * SECTOR for number in range(len(after) // SECTOR))
        lengths.append(len(after))
    assert len(set(lengths)) > 5


def test_a_full_disk_takes_whole_writes_or_nothing() -> None:
    medium = Medium(4 * PAGE)
    inode = make(medium, "/a", bytes(3 * PAGE))
    with pytest.raises(OSError) as full:
        medium.write(inode, 3 * PAGE, bytes(PAGE + 1), 0)
    assert (full.value.errno, inode.size) == (ENOSPC, 3 * PAGE)
    medium.write(inode, 0, bytes(4 * PAGE), 0)
    medium.resize(inode, 100, 0)
    assert medium.used_pages == 1
    medium.unlink("/a", 0)
    assert medium.used_pages == 0


def test_a_file_held_open_keeps_its_room_until_it_is_let_go(medium: Medium) -> None:
    inode = make(medium, "/a", bytes(PAGE))
    inode.opens = 1
    medium.unlink("/a", 0)
    assert medium.used_pages == 1
    inode.opens = 0
    medium.free_if_gone(inode)
    medium.free_if_gone(inode)
    assert (medium.used_pages, medium.inodes) == (0, 1)


def test_forgetting_replaced_versions_changes_neither_extreme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_model, "FORGET_OCTETS", 4000)
    for keep in (Keep.NOTHING, Keep.EVERYTHING):
        chance, medium = random.Random(9), Medium(1 << 20)
        inode = make(medium, "/a", chance.randbytes(9000))
        medium.sync_all()
        durable = inode.octets()
        for _ in range(200):
            if chance.random() < 0.1:
                medium.resize(inode, chance.randrange(20_000), 0)
            else:
                medium.write(inode, chance.randrange(20_000), chance.randbytes(chance.randrange(1, 3000)), 0)
        seen = inode.octets()
        assert len(inode.pending) < 100
        cut(medium, keep)
        assert medium.find("/a").octets() == (seen if keep is Keep.EVERYTHING else durable)


def test_a_full_journal_writes_its_oldest_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_model, "JOURNAL", 10)
    medium = Medium(1 << 20)
    for number in range(11):
        make(medium, f"/{number:02}")
    cut(medium)
    assert names(medium) == [f"/{number:02}" for number in range(5)]


@pytest.mark.parametrize(
    ("act", "number"),
    [
        (lambda medium: medium.find("/none"), ENOENT),
        (lambda medium: medium.find("/file/below"), ENOTDIR),
        (lambda medium: make(medium, "/file"), EEXIST),
        (lambda medium: medium.unlink("/none", 0), ENOENT),
        (lambda medium: medium.unlink("/folder", 0), EISDIR),
        (lambda medium: medium.rmdir("/file", 0), ENOTDIR),
        (lambda medium: medium.rmdir("/folder", 0), ENOTEMPTY),
        (lambda medium: medium.rename("/none", "/x", 0), ENOENT),
        (lambda medium: medium.rename("/file", "/folder", 0), EISDIR),
        (lambda medium: medium.rename("/folder", "/file", 0), ENOTDIR),
        (lambda medium: medium.rename("/empty", "/folder", 0), ENOTEMPTY),
        (lambda medium: medium.link("/file", "/folder", 0), EEXIST),
    ],
)
def test_what_a_program_does_wrong_has_its_number(medium: Medium, act: Callable[[Medium], object], number: int) -> None:
    make(medium, "/file")
    for folder in ("/folder", "/folder/below", "/empty"):
        make(medium, folder, mode=FOLDER)
    before = names(medium)
    with pytest.raises(OSError) as wrong:
        act(medium)
    assert wrong.value.errno == number
    assert names(medium) == before


def test_an_unknown_model_is_a_sentence() -> None:
    with pytest.raises(ValueError, match="strict, journaled, got 'lazy'"):
        Medium(1 << 20, model="lazy")


NAMES = st.sampled_from(["a", "b", "c"])


class Disk(RuleBasedStateMachine):
    """Files as plain octets, names as a plain mapping; the strict model with nothing and with everything kept.

    For sectors the promise is weaker: each sector holds one of the values it had since it was last synced.
    """

    def __init__(self) -> None:
        super().__init__()
        self.medium = Medium(1 << 20)
        self.content: dict[int, bytes] = {}
        self.durable: dict[int, bytes] = {}
        self.history: dict[int, list[bytes]] = {}
        self.names: dict[str, int] = {}
        self.durable_names: dict[str, int] = {}
        self.last = 0

    @initialize()
    def begin(self) -> None:
        for name in ("a", "b"):
            self.create(name)
        self.sync_folder()

    @rule(name=NAMES)
    def create(self, name: str) -> None:
        if name not in self.names:
            make(self.medium, f"/{name}")
            self.last += 1
            self.names[name] = self.last
            self.content[self.last] = self.durable[self.last] = b""
            self.history[self.last] = [b""]

    @rule(name=NAMES, offset=st.integers(0, 3 * PAGE), length=st.integers(1, 2 * PAGE), fill=st.integers(1, 255))
    def write(self, name: str, offset: int, length: int, fill: int) -> None:
        if name in self.names:
            number, data = self.names[name], bytes([fill]) * length
            self.medium.write(self.medium.find(f"/{name}"), offset, data, 0)
            before = self.content[number].ljust(offset, b"\0")
            self.set(number, before[:offset] + data + before[offset + length :])

    @rule(name=NAMES, size=st.integers(0, 4 * PAGE))
    def truncate(self, name: str, size: int) -> None:
        if name in self.names:
            self.medium.resize(self.medium.find(f"/{name}"), size, 0)
            number = self.names[name]
            self.set(number, self.content[number][:size].ljust(size, b"\0"))

    def set(self, number: int, content: bytes) -> None:
        self.content[number] = content
        self.history[number].append(content)

    @rule(name=NAMES)
    def sync_file(self, name: str) -> None:
        if name in self.names:
            self.medium.sync(self.medium.find(f"/{name}"))
            number = self.names[name]
            self.durable[number] = self.content[number]
            self.history[number] = [self.content[number]]

    @rule()
    def sync_folder(self) -> None:
        self.medium.sync(self.medium.root)
        self.durable_names = dict(self.names)

    @rule(old=NAMES, new=NAMES)
    def rename(self, old: str, new: str) -> None:
        if old in self.names:
            self.medium.rename(f"/{old}", f"/{new}", 0)
            if self.names.get(new) != self.names[old]:
                self.names[new] = self.names.pop(old)

    @rule(old=NAMES, new=NAMES)
    def link(self, old: str, new: str) -> None:
        if old in self.names and new not in self.names:
            self.medium.link(f"/{old}", f"/{new}", 0)
            self.names[new] = self.names[old]

    @rule(name=NAMES)
    def unlink(self, name: str) -> None:
        if name in self.names:
            self.medium.unlink(f"/{name}", 0)
            del self.names[name]

    @rule(everything=st.booleans())
    def cut(self, everything: bool) -> None:
        cut(self.medium, Keep.EVERYTHING if everything else Keep.NOTHING)
        if everything:
            self.durable, self.durable_names = dict(self.content), dict(self.names)
        self.reread()

    def reread(self) -> None:
        self.content, self.names = dict(self.durable), dict(self.durable_names)
        self.history = {number: [content] for number, content in self.content.items()}

    @precondition(lambda self: self.names == self.durable_names)
    @rule(seed=st.integers(0, 99))
    def cut_in_sectors(self, seed: int) -> None:
        self.medium.sync(self.medium.root)
        cut(self.medium, Keep.SECTORS, seed)
        assert names(self.medium) == [f"/{name}" for name in sorted(self.names)]
        for name, number in self.names.items():
            after = self.medium.find(f"/{name}").octets()
            for start in range(0, len(after), SECTOR):
                piece = after[start : start + SECTOR]
                versions = [content[start : start + SECTOR] for content in self.history[number]]
                for at, octet in enumerate(piece):
                    assert octet == 0 or any(version[at : at + 1] == bytes([octet]) for version in versions)
            self.durable[number] = after
        self.reread()

    @invariant()
    def same(self) -> None:
        assert {path[1:]: inode.octets() for path, inode in self.medium.walk()} == {
            name: self.content[number] for name, number in self.names.items()
        }
        distinct = {inode.number: inode for _, inode in self.medium.walk()}
        assert self.medium.used_pages == sum(len(inode.pages) for inode in distinct.values())
        assert self.medium.inodes == 1 + len(distinct)


Disk.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestDisk = Disk.TestCase
