"""Sentences, addresses, hashes; hashes written without touching another line; the parsed ledger remembered honestly."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from clauses_small import Small

from conformance.clauses import hashes
from conformance.clauses.cache import cache_folder
from conformance.clauses.ledger import LedgerError, load_ledger, parse
from conformance.clauses.texts import (
    AddressError,
    Text,
    Texts,
    TextsAbsent,
    digest,
    find_texts,
    read_text,
    sentences,
)


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("甲应上传。乙宜保存；丙", ("甲应上传。", "乙宜保存；", "丙")),
        ("a) 网口;", ("a) 网口;",)),
        ("标题", ("标题",)),
        ("两句。。", ("两句。", "。")),
        ("", ()),
        ("  ", ()),
    ],
)
def test_sentences(line: str, parts: tuple[str, ...]) -> None:
    assert sentences(line) == parts


TEXT = Text("t.txt", ("标题", "", "甲。乙；丙", "丁"))


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("1", ["标题"]),
        ("3", ["甲。", "乙；", "丙"]),
        ("3.2", ["乙；"]),
        ("1-3", ["标题", "甲。", "乙；", "丙"]),
    ],
)
def test_addresses(address: str, found: list[str]) -> None:
    assert [sentence.text for sentence in TEXT.at(address)] == found


@pytest.mark.parametrize("address", ["2", "3.4", "9", "8-9", "3-1", "x", "3.2.1", ""])
def test_addresses_without_text(address: str) -> None:
    with pytest.raises(AddressError):
        TEXT.at(address)


def test_hash_is_sm3_without_white_space() -> None:
    assert digest(" a\tb　c\n") == digest("abc") == "66c7f0f462eeedd9"
    assert TEXT.hash_of(["3.1", "3.3"]) == digest("甲。丙") != TEXT.hash_of(["3.3", "3.1"])


def test_absent_texts_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TextsAbsent, match="--texts"):
        find_texts(tmp_path / "none")
    monkeypatch.setenv("CARBONBENCH_STANDARDS", str(tmp_path / "other"))
    with pytest.raises(TextsAbsent, match="CARBONBENCH_STANDARDS"):
        find_texts()
    with pytest.raises(TextsAbsent, match="cannot be read"):
        Texts(tmp_path).read("isc-2.txt")
    (tmp_path / "x.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(TextsAbsent, match="UTF-8"):
        read_text(tmp_path / "x.txt")


def test_hashes_touch_nothing_else(small: Small) -> None:
    path = small.folder / "isc-2.yaml"
    source = "# a comment that stays\n" + path.read_text("utf-8").replace("- id: isc-2/1a", "- id: 'isc-2/1a'")
    without = "".join(line for line in source.splitlines(keepends=True) if "hash:" not in line)
    path.write_text(without.replace("  at: '2.1'", "  at:\n  - '2.1'"), "utf-8")
    before = parse([path])[0]
    changed = hashes.write_hashes(Texts(small.texts), small.folder)
    assert changed == {"isc-1": 0, "isc-2": 5, "ssea": 0, "csmt": 0, "cpcif": 0}
    written = path.read_text("utf-8")
    assert written.startswith("# a comment that stays\n")
    assert [line for line in written.splitlines() if "hash:" not in line] == path_lines(without)
    after = parse([path])[0]
    assert all(entry.hash for entry in after.entries)
    assert [msgspec.structs.replace(entry, hash="") for entry in after.entries] == list(before.entries)
    assert hashes.write_hashes(Texts(small.texts), small.folder) == dict.fromkeys(changed, 0)
    assert path.read_text("utf-8") == written


def path_lines(source: str) -> list[str]:
    return source.replace("  at: '2.1'", "  at:\n  - '2.1'").splitlines()


def test_a_wrong_address_writes_nothing(small: Small) -> None:
    small.change("csmt/1a", at="99", hash=None)
    before = {path: path.read_bytes() for path in small.folder.glob("*.yaml")}
    with pytest.raises(LedgerError, match="csmt/1a"):
        hashes.write_hashes(Texts(small.texts), small.folder)
    assert {path: path.read_bytes() for path in small.folder.glob("*.yaml")} == before


def test_the_ledger_is_remembered_by_content(small: Small) -> None:
    load_ledger.cache_clear()
    first = load_ledger(small.folder)
    assert list(cache_folder().glob("ledger-*.msgpack"))
    load_ledger.cache_clear()
    assert load_ledger(small.folder) == first
    small.change("isc-2/1a", modal="必须")
    load_ledger.cache_clear()
    assert load_ledger(small.folder).by_id["isc-2/1a"].modal == "必须"
