"""Names and details of phases: what a drive marks, a judge asks for, and the reverse, letter by letter.

A phase is a word in the record (docs/FORMATS.md), so that a judge who misspells it finds none and decides nothing. Here
every word that a drive marks has to be known to somebody who judges, every word that is asked for has to be marked, and
no word of a judge may be almost one that is marked. Leaves what phases mean to their cases, kinds of phases to
`test_phase_kinds`.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import bench
import conformance

_ROOM = Path(conformance.__path__[0])
_BENCH = Path(bench.__path__[0])
_NEAR = 0.84
_MARKERS = ("bench.phase", "self.phase", "self._bench.phase", "self._tell")
_DETAILS_OF_OTHERS = {"count", "status", "sync", "file", "event", "event_us", "at", "how"}
"""Details of rules of links, faults of meters, cuts of power and what is done to senders, which no drive marks."""
_TOLD_TO_PEOPLE = {
    "backed-up",
    "entered",
    "person-page",
    "slow",
    "states",
    "word",
}
"""Phases and details that no judge asks for: they end the phase before, or are read on the time line."""
_NO_PHASES = {"import", "instrument", "list", "packages", "restore"}
"""Words that judges hand on with a history and that only look like phases."""


@cache
def _trees() -> Mapping[Path, ast.Module]:
    paths = [*sorted(_ROOM.rglob("*.py")), *sorted(_BENCH.rglob("*.py"))]
    return {path: ast.parse(path.read_text("utf-8")) for path in paths if not path.stem.endswith("_defects")}


def _calls(tree: ast.AST, attribute: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == attribute:
            yield node


def _marks(tree: ast.AST) -> Iterator[ast.Call]:
    """Calls that mark a phase: those of a drive, and those of the bench itself."""
    for call in (*_calls(tree, "phase"), *_calls(tree, "_tell")):
        if len(call.args) == 1 and ast.unparse(call.func) in _MARKERS:
            yield call


@cache
def marked() -> tuple[frozenset[str], frozenset[str]]:
    """Names and details that drives mark, where they are written out."""
    names: set[str] = set()
    details: set[str] = set()
    for tree in _trees().values():
        constants = _constants(tree)
        names |= set(_kinds(tree))
        for call in _marks(tree):
            names |= set(_words(call.args[0], constants))
            details |= {each.arg for each in call.keywords if each.arg is not None}
    return frozenset(names), frozenset(details)


def _kinds(tree: ast.Module) -> Iterator[str]:
    """Words of kinds of phases (`bench.history.marks`) that are written out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Mark", "Plain"):
            yield from _words(node.args[0], {})


def _constants(tree: ast.Module) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            found |= {target.id: node.value.value for target in node.targets if isinstance(target, ast.Name)}
    return found


@cache
def _by_module() -> tuple[tuple[str, Mapping[str, str]], ...]:
    return tuple((path.stem, _constants(tree)) for path, tree in _trees().items())


def _words(node: ast.expr, constants: Mapping[str, str]) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Name) and node.id in constants:
        yield constants[node.id]
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        module = node.value.id
        yield from (found[node.attr] for name, found in _by_module() if name == module and node.attr in found)
    elif isinstance(node, ast.IfExp):
        yield from _words(node.body, constants)
        yield from _words(node.orelse, constants)


@cache
def spoken() -> frozenset[str]:
    """Every text in modules that judge, and in cases outside the calls that mark phases."""
    found: set[str] = set()
    for tree in _trees().values():
        marks = {
            id(arg)
            for call in _calls(tree, "phase")
            if ast.unparse(call.func).startswith("bench.")
            for arg in call.args
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in marks:
                found.add(node.value)
    return frozenset(found)


def asked_names() -> Iterator[tuple[str, str]]:
    """Where a phase is asked for by a name that is written out: `history.phase("x")`."""
    for path, tree in _trees().items():
        for call in _calls(tree, "phase"):
            if ast.unparse(call.func) == "history.phase" and call.args:
                for word in _words(call.args[0], _constants(tree)):
                    yield f"{path.name}:{call.lineno}", word


def asked_details() -> Iterator[tuple[str, str]]:
    """Where a detail is asked for: `mark.detail["x"]`, `mark.detail.get("x")`."""
    for path, tree in _trees().items():
        if _ROOM not in path.parents:
            continue
        for node in ast.walk(tree):
            key: ast.expr | None = None
            if (
                isinstance(node, ast.Subscript)
                and isinstance(node.value, ast.Attribute)
                and node.value.attr == "detail"
            ):
                key = node.slice
            elif (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "get"
                and isinstance(node.func.value, ast.Attribute)
                and node.func.value.attr == "detail"
            ):
                key = node.args[0]
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield f"{path.name}:{node.lineno}", key.value


def test_every_phase_that_is_asked_for_is_marked_by_a_drive() -> None:
    names, _ = marked()
    assert [(where, word) for where, word in asked_names() if word not in names] == []


def test_every_detail_that_is_asked_for_is_marked_by_a_drive() -> None:
    _, details = marked()
    assert [(where, word) for where, word in asked_details() if word not in details | _DETAILS_OF_OTHERS] == []


def test_every_phase_and_detail_that_is_marked_is_known_to_a_judge() -> None:
    names, details = marked()
    assert sorted((names | details) - spoken() - _TOLD_TO_PEOPLE) == []


def compared_names() -> Iterator[tuple[str, str]]:
    """Names that a judge compares a mark's with."""
    for path, tree in _trees().items():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Compare) and ast.unparse(node.left) in ("mark.name", "phase.name")):
                continue
            for side in node.comparators:
                for each in side.elts if isinstance(side, ast.Tuple | ast.List | ast.Set) else [side]:
                    for word in _words(each, _constants(tree)):
                        yield f"{path.name}:{node.lineno}", word


def handed_words() -> Iterator[tuple[str, str]]:
    """Words that a judge hands on with the history: names of phases among others."""
    for path, tree in _trees().items():
        if _ROOM not in path.parents:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and ast.unparse(node.args[0]) == "history":
                for arg in node.args[1:]:
                    for word in _words(arg, _constants(tree)):
                        yield f"{path.name}:{node.lineno}", word


def test_every_name_that_a_mark_is_compared_with_is_marked_by_a_drive() -> None:
    names, _ = marked()
    assert [(where, word) for where, word in compared_names() if word not in names] == []


def test_no_word_that_is_handed_on_with_the_history_is_almost_a_phase() -> None:
    names, _ = marked()
    long = sorted(name for name in names if len(name) > 4)
    near = [(where, word) for where, word in handed_words() if word not in names | _NO_PHASES]
    assert [each for each in near if difflib.get_close_matches(each[1], long, 1, _NEAR)] == []
