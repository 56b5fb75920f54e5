"""Kinds of phases (`bench.history.marks`): who has them names no phase by a bare word, marks each and asks for each.

Leaves the words that are still named bare to `test_phase_vocabulary`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TypeGuard

import pytest

import bench
import conformance

_ROOM = Path(conformance.__path__[0])
_BENCH = Path(bench.__path__[0])
_TERMINAL = _ROOM / "terminal"


def _bare(tree: ast.Module) -> Iterator[str]:
    """Where a module names a phase by a word, or looks at phases whatever their kind."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "phase":
            yield f"{node.lineno}: {ast.unparse(node)}"
        if isinstance(node, ast.ImportFrom) and any(each.name == "Phase" for each in node.names):
            yield f"{node.lineno}: {ast.unparse(node)}"


def _modules(folder: Path) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(folder.rglob("*.py")):
        if not path.stem.endswith("_defects"):
            yield path, ast.parse(path.read_text("utf-8"))


def test_cases_of_terminals_name_no_phase_by_a_bare_word() -> None:
    assert [f"{path.name}:{found}" for path, tree in _modules(_TERMINAL) for found in _bare(tree)] == []


_ROWS_OF_FILES = {"answers_judge.py", "benchmarks.py", "benchmarks_judge.py", "entries.py"}
"""Modules that tell rows of a file of any kind of object by `imported`: their details are its fields."""


def test_cases_of_platforms_name_no_phase_by_a_bare_word_but_rows_of_files() -> None:
    found = {path.name for path, tree in _modules(_ROOM / "platform") if any(_bare(tree))}
    assert found == _ROWS_OF_FILES


@pytest.mark.parametrize(
    "line",
    [
        'bench.phase("lists", look_s=60)',
        'bench.phase("lists")',
        'mark = history.phase("lists")',
        "from bench.history import History, Phase",
    ],
)
def test_a_bare_word_is_found(line: str) -> None:
    assert len(list(_bare(ast.parse(line)))) == 1


_TOLD_TO_PEOPLE = {
    "backed-up",
    "between",
    "states",
    "genuine",
    "junk",
    "lenient",
    "person-asked",
    "person-page",
    "ran-out",
    "renewed",
    "replay",
    "right",
    "step",
    "tampered",
    "unfit-certificate",
}
"""Kinds that no judge asks for: they end the phase before, or are read on the time line."""


@cache
def _trees() -> Mapping[str, ast.Module]:
    """The modules of drives, judges and bench, by name."""
    return {
        ".".join(path.relative_to(room.parent).with_suffix("").parts): tree
        for room in (_ROOM, _BENCH)
        for path, tree in _modules(room)
    }


def _declared() -> Iterator[tuple[str, str]]:
    """The kinds of phases: the constant with its module, and the word of the record; of a table of kinds its name."""
    for module, tree in _trees().items():
        for node in tree.body:
            for target in node.targets if isinstance(node, ast.Assign) else ():
                for name, word in _in_assignment(target, node.value):
                    yield f"{module}.{name}", word


def _in_assignment(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, str]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, other in zip(target.elts, value.elts, strict=True):
            yield from _in_assignment(one, other)
    elif isinstance(target, ast.Name) and _is_kind(value):
        yield target.id, ast.literal_eval(value.args[0])
    elif isinstance(target, ast.Name) and isinstance(value, ast.DictComp) and _is_kind(value.value):
        yield target.id, target.id


def _is_kind(value: ast.expr) -> TypeGuard[ast.Call]:
    return isinstance(value, ast.Call) and ast.unparse(value.func) in ("Mark", "Plain")


def _named(module: str, tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Where a module names a constant of its own or of another: which, and the method that is called (or none)."""
    imported = {
        each.asname or each.name: f"{node.module}.{each.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for each in node.names
    }
    methods = {
        id(node.value.value if isinstance(node.value, ast.Subscript) else node.value): node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield imported.get(node.id, f"{module}.{node.id}"), methods.get(id(node), "")
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{imported.get(node.value.id, '')}.{node.attr}", methods.get(id(node), "")


_OF_TERMINALS = "conformance.common.phases"
"""What chapters of terminals share: no record of a platform has it."""


def test_a_word_is_one_kind_of_phase_in_a_chapter_and_what_chapters_share() -> None:
    chapters: dict[str, list[str]] = {}
    shared: dict[str, list[str]] = {"everybody": [], _OF_TERMINALS: []}
    for name, word in _declared():
        room = ".".join(name.split(".")[:3])
        if room.startswith(("conformance.terminal", "conformance.platform")):
            chapters.setdefault(room, []).append(word)
        else:
            shared[room if room == _OF_TERMINALS else "everybody"].append(word)
    everything = [word for words in shared.values() for word in words]
    assert sorted(everything) == sorted(set(everything))
    for room, words in chapters.items():
        own = [*words, *(shared["everybody"] if room.startswith("conformance.platform") else everything)]
        assert sorted(own) == sorted(set(own)), room


def test_no_case_of_a_platform_takes_what_chapters_of_terminals_share() -> None:
    rooms = ("conformance.platform", "conformance.common.platforms")
    named = {name for module, tree in _trees().items() if module.startswith(rooms) for name, _ in _named(module, tree)}
    assert [name for name in named if name.startswith(_OF_TERMINALS)] == []


def test_every_kind_of_phase_is_marked_and_asked_for() -> None:
    kinds = dict(_declared())
    named = [
        (kinds[name], method)
        for module, tree in _trees().items()
        for name, method in _named(module, tree)
        if name in kinds
    ]
    bare = {
        node.value
        for tree in _trees().values()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "phase"
        for node in call.args
        if isinstance(node, ast.Constant)
    }
    marked = {word for word, method in named if method in ("put", "event", "")} | bare
    asked = {word for word, method in named if method not in ("put", "event")}
    assert sorted(set(kinds.values()) - marked) == []
    assert sorted(set(kinds.values()) - asked - bare - _TOLD_TO_PEOPLE) == []
    assert sorted(_TOLD_TO_PEOPLE & asked) == []
