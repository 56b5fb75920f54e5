"""A new draft against the old one: each fate of a sentence once, with the entries and cases it concerns."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from clauses_small import TEXT, Small

from conformance.clauses.ledger import load_ledger
from conformance.clauses.stale import Comparison, compare, guess_document
from conformance.clauses.texts import Text

CASES = {"isc-2/1a": ["delivery/daily"], "isc-2/1d": ["query/answers"]}

Compare = Callable[[str], Comparison]


@pytest.fixture
def against(small: Small) -> Compare:
    document = load_ledger(small.folder).document("isc-2")
    old = Text("old", tuple(TEXT.splitlines()))
    return lambda new: compare(document, old, Text("new", tuple(new.splitlines())), CASES)


def test_the_same_text_changes_nothing(against: Compare) -> None:
    found = against(TEXT.replace("设备应", "设备 应") + "\n\n")
    assert found.count("unchanged") == len(found.changes) == 5
    assert found.stale_entries == found.stale_cases == ()


def test_an_edited_sentence(against: Compare) -> None:
    found = against(TEXT.replace("一次", "两次"))
    (change,) = found.of("edited")
    assert (change.old, change.new, change.entries, change.cases) == ("2.1", "2.1", ("isc-2/1a",), ("delivery/daily",))
    assert change.text == "设备应每天上传两次数据。"
    assert found.stale_entries == ("isc-2/1a",)
    assert found.stale_cases == ("delivery/daily",)


def test_a_moved_sentence_is_not_stale(against: Compare) -> None:
    lines = TEXT.splitlines()
    found = against("\n".join([lines[3], *lines[:3]]))
    assert [change.new for change in found.of("moved")] == ["1.1"]
    assert found.count("unchanged") == 4
    assert not found.stale_entries


def test_a_sentence_that_went(against: Compare) -> None:
    found = against("\n".join(TEXT.splitlines()[:3]))
    (change,) = found.of("gone")
    assert (change.old, change.new, change.entries) == ("4.1", "", ("isc-2/1d",))
    assert found.stale_cases == ("query/answers",)


def test_a_new_requirement(against: Compare) -> None:
    found = against(TEXT + "外壳必须防水\n图略\n")
    normative = [change.normative for change in found.of("new")]
    assert normative == [True, False]
    assert found.of("new")[0].words == ("必须",)


def test_the_document_is_guessed_by_its_sentences() -> None:
    known = {"a": Text("a", ("甲", "乙")), "b": Text("b", ("丙", "丁"))}
    assert guess_document(Text("new", ("丁", "戊")), known) == "b"
