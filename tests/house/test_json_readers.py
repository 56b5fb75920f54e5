"""Whoever reads JSON and says what to do with what is none means octets of every kind: msgspec raises errors of its own
for a wrong form, UnicodeDecodeError for what is no UTF-8 and RecursionError for what is too deep.
"""

from __future__ import annotations

import ast

import msgspec
import pytest
from house import ROOT

_ROOMS = ("bench", "reports", "conformance", "simulators", "reference_terminal")
_WHOLE = {"UnicodeDecodeError": ("ValueError", "UnicodeError", "Exception"), "RecursionError": ("Exception",)}
_TEXTS = ("simulators/platform/core/csv_text.py",)
"""What is read there is a text already."""


def forgotten(source: str) -> list[int]:
    """Lines of `try` around msgspec.json.decode whose handlers catch errors of msgspec, but not all that it raises."""
    found: list[int] = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Try):
            continue
        body = "\n".join(ast.unparse(each) for each in node.body)
        caught = " ".join(ast.unparse(each.type) if each.type else "Exception" for each in node.handlers)
        if "msgspec.json.decode(" not in body or "msgspec." not in caught:
            continue
        if any(not any(word in caught for word in (name, *more)) for name, more in _WHOLE.items()):
            found.append(node.lineno)
    return found


def test_what_msgspec_raises_is_what_is_said_here() -> None:
    for octets, error in (
        (b"{", msgspec.DecodeError),
        (b'"\xff"', UnicodeDecodeError),
        (b"[" * 50_000, RecursionError),
    ):
        with pytest.raises(error):
            msgspec.json.decode(octets)


def test_a_reader_that_forgets_octets_is_found() -> None:
    whole = "try:\n    msgspec.json.decode(x)\nexcept ({}):\n    pass\n"
    assert forgotten(whole.format("msgspec.MsgspecError")) == [1]
    assert forgotten(whole.format("msgspec.MsgspecError, UnicodeDecodeError")) == [1]
    assert forgotten(whole.format("msgspec.MsgspecError, ValueError, RecursionError")) == []


def test_every_reader_of_json_means_octets_of_every_kind() -> None:
    files = [path for room in _ROOMS for path in (ROOT / room).rglob("*.py")]
    found = {
        str(path.relative_to(ROOT)): lines
        for path in sorted(files)
        if not path.name.endswith("_defects.py")
        and "msgspec.json.decode(" in (text := path.read_text("utf-8"))
        and (lines := forgotten(text))
    }
    assert {name: lines for name, lines in found.items() if name not in _TEXTS} == {}
