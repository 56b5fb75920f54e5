"""Kinds of phases (`bench.history.marks`): a chapter that has them names no phase by a bare word any more.

Leaves words that are still bare to `test_phase_vocabulary`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import conformance

_ROOM = Path(conformance.__path__[0])
_TERMINAL = _ROOM / "terminal"
_BARE_CHAPTERS = {
    "access",
    "accounting",
    "accuracy",
    "acquisition",
    "clock",
    "collectors",
    "delivery",
    "hj212",
    "instruments",
    "maintenance",
    "management",
    "manual_entry",
    "pages",
    "processing",
    "realtime",
    "security",
    "storage",
}
"""Chapters of terminals that name phases by bare words still: the list only gets shorter."""


def _bare(tree: ast.Module) -> Iterator[str]:
    """Where a module names a phase by a word, or looks at phases whatever their kind."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "phase":
            yield f"{node.lineno}: {ast.unparse(node)}"
        if isinstance(node, ast.Call) and ast.unparse(node.func) in (
            "mark",
            "marks",
            "actions.mark",
            "retention.marks",
        ):
            yield f"{node.lineno}: {ast.unparse(node)}"
        if isinstance(node, ast.ImportFrom) and any(each.name == "Phase" for each in node.names):
            yield f"{node.lineno}: {ast.unparse(node)}"


def _modules(folder: Path) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(folder.rglob("*.py")):
        if not path.stem.endswith("_defects"):
            yield path, ast.parse(path.read_text("utf-8"))


def _bare_of(folder: Path) -> list[str]:
    return [f"{path.name}:{found}" for path, tree in _modules(folder) for found in _bare(tree)]


def test_chapters_with_kinds_of_phases_name_none_by_a_bare_word() -> None:
    chapters = sorted(path for path in _TERMINAL.iterdir() if path.is_dir() and path.name not in _BARE_CHAPTERS)
    assert [found for chapter in chapters for found in _bare_of(chapter)] == []


def test_chapters_that_are_listed_as_bare_are() -> None:
    assert [name for name in sorted(_BARE_CHAPTERS) if not _bare_of(_TERMINAL / name)] == []


@pytest.mark.parametrize(
    "line",
    [
        'bench.phase("lists", look_s=60)',
        'bench.phase("lists")',
        'mark = history.phase("lists")',
        'found = marks(history, "lists")',
        "from bench.history import History, Phase",
    ],
)
def test_a_bare_word_is_found(line: str) -> None:
    assert len(list(_bare(ast.parse(line)))) == 1
