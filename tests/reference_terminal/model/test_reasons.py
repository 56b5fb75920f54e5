"""Why rooms refuse something: each reason once, the same fields in both languages, none told past the tables."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path
from string import Formatter

import pytest

import reference_terminal
from reference_terminal.access.rules import RuleRefused
from reference_terminal.group.reported import Unusable
from reference_terminal.management import reasons as management
from reference_terminal.management.packages import PackageRefused
from reference_terminal.model.messages import Message, Refused, Text, listing
from reference_terminal.storage.archive import ArchiveError

ROOT = Path(reference_terminal.__file__).parent
ROOMS = sorted(
    ".".join(path.relative_to(ROOT).parent.parts) for path in ROOT.rglob("reasons.py") if path.parent.name != "mqtt"
)
HALF = re.compile(r"(?<=[\u4e00-\u9fff])[,:;()!?]|[,:;()!?](?=[\u4e00-\u9fff])")
SENTENCE = re.compile(r"[a-z] [a-z]|[\u4e00-\u9fff]")
REFUSED = {"LoginRefused", "OrderRefused", "RuleRefused", "PackageRefused", "ArchiveError", "TableWrong"}


def rows(room: str) -> list[Message]:
    module = importlib.import_module(f"reference_terminal.{room}.reasons")
    return [each for each in vars(module).values() if isinstance(each, Message)]


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("room", ROOMS)
def test_each_reason_stands_once_and_says_the_same_in_both_languages(room: str) -> None:
    assert rows(room)
    for row in rows(room):
        assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", row.code), row
        assert row.en and row.zh and fields(row.zh) <= fields(row.en), row
        assert not HALF.search(row.zh), row


def test_codes_and_sentences_stand_once() -> None:
    told = [row for room in ROOMS for row in rows(room)]
    for what in (lambda row: row.code, lambda row: row.en):
        seen = [*map(what, told)]
        assert sorted({each for each in seen if seen.count(each) > 1}) == []


@pytest.mark.parametrize("room", ROOMS)
def test_each_reason_is_told(room: str) -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in ROOT.rglob("*.py") if path.name != "reasons.py")
    module = importlib.import_module(f"reference_terminal.{room}.reasons")
    names = [name for name, each in vars(module).items() if isinstance(each, Message)]
    assert [name for name in names if not re.search(rf"reasons\.{name}\b", texts)] == []


def test_no_room_refuses_in_words_of_its_own() -> None:
    """What is raised holds no sentence: it stands in a table."""
    found: list[str] = []
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REFUSED:
                texts = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
                wrong = [
                    text for text in texts if isinstance(text, str) and re.search(r"[a-z] [a-z]|[\u4e00-\u9fff]", text)
                ]
                found += [f"{path.relative_to(ROOT)}:{node.lineno}: {text}" for text in wrong]
    assert found == []


def test_what_is_refused_bears_the_code_of_its_reason() -> None:
    for kind in (PackageRefused, ArchiveError, RuleRefused, Unusable):
        error = kind(management.NOT_NEWER(version="1.2", newest="1.3"))
        assert isinstance(error, Refused)
        assert error.said.code == "not-newer"
        assert str(error) == "version 1.2 is not newer than 1.3 / 版本不高于 1.3"


def test_names_are_listed_as_each_language_separates_them() -> None:
    assert listing(("a", "b")) == Text("a, b", "a、b")
