"""The Chinese of sentences about wrong descriptions: each phrase once, each deciding a sentence that is said."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import simulators
from simulators.translations import PHRASES, chinese

HAN = range(0x4E00, 0xA000)
SAID_BY_THEIR_VALUES = ("\0 has \0; \0\0", "the code \0 of point \0 \0", "\0, got \0")
"""Sentences whose saying part is put in: what a fault's parameters lack, what is wrong with a code or a number."""
TELLERS = {"problem", "note", "Problem"}


def texts(tree: ast.AST) -> Iterator[str]:
    """Texts in the source, with a zero where a value is put in."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "\0" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def modules() -> list[ast.Module]:
    folder = Path(simulators.__path__[0])
    # The reference platform says what it says in both languages by itself.
    own = folder / "platform"
    paths = [
        each for each in sorted(folder.rglob("*.py")) if each.name != "translations.py" and own not in each.parents
    ]
    return [ast.parse(path.read_text(encoding="utf-8")) for path in paths]


def test_no_phrase_comes_twice() -> None:
    english = [phrase for phrase, _ in PHRASES]
    assert sorted(english) == sorted(set(english))


def test_every_phrase_decides_the_chinese_of_a_sentence() -> None:
    """One that never does is a sentence that nobody says any more, or hidden behind a phrase that stands before it."""
    said = [text for module in modules() for text in texts(module)]
    deciding = {next((phrase for phrase, _ in PHRASES if phrase in text), "") for text in said}
    assert [phrase for phrase, _ in PHRASES if phrase not in deciding] == []


def test_every_sentence_has_a_chinese() -> None:
    """What `problem`, `note` and `Problem` are given last, where it is written there."""
    missing: list[str] = []
    for module in modules():
        for node in ast.walk(module):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            last = node.args[-1]
            # At a platform's desk a note is an entry of its log.
            if (
                "desk" in ast.unparse(node.func)
                or name not in TELLERS
                or not isinstance(last, ast.JoinedStr | ast.Constant)
            ):
                continue
            sentence = next(texts(last))
            if sentence in SAID_BY_THEIR_VALUES:
                continue
            if not chinese(sentence) and not any(ord(each) in HAN for each in sentence):
                missing.append(sentence)
    assert missing == []
