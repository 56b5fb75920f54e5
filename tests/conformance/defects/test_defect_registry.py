"""The registry of defects: each names what exists, fits the terminal's seams, and is undone."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cache
from types import FunctionType, ModuleType
from typing import Any

import reference_terminal
import simulators.platform
from bench.case import Rig
from conformance.clauses.ledger import load_ledger
from conformance.clauses.suite import case_classes
from conformance.defects import Patch, all_defects
from reference_terminal.model.seams import MARK

REFERENCES = (reference_terminal, simulators.platform)
ROOMS = tuple(f"{room.__name__}." for room in REFERENCES)


def parts() -> list[ModuleType]:
    """Every module of the reference terminal and the reference platform but the commands that start them."""
    return [
        importlib.import_module(part.name)
        for room in REFERENCES
        for part in pkgutil.walk_packages(room.__path__, f"{room.__name__}.")
        if not part.name.endswith("__main__")
    ]


Names = Mapping[str, object]


@cache
def owners() -> dict[str, tuple[Names, bool]]:
    """Every module and class of the terminal by its full name: its names as they stand at any time, and if a class."""
    found: dict[str, tuple[Names, bool]] = {}
    for module in parts():
        found[module.__name__] = (vars(module), False)
        for name, value in vars(module).items():
            if not name.startswith("__") and inspect.isclass(value) and value.__module__ == module.__name__:
                found[f"{module.__name__}.{name}"] = (vars(value), True)
    return found


def is_seam(name: str, *, of_class: bool) -> bool:
    return of_class or not name.startswith("__")


def seams() -> dict[str, object]:
    """Every module attribute and every attribute of a class of the terminal, by its full name."""
    return {
        f"{owner}.{name}": value
        for owner, (names, of_class) in owners().items()
        for name, value in names.items()
        if is_seam(name, of_class=of_class)
    }


def as_it_stands() -> dict[str, dict[str, object]]:
    """What each module and class of the terminal holds at this moment."""
    return {owner: dict(names) for owner, (names, _) in owners().items()}


def differing(before: Mapping[str, Names]) -> list[str]:
    """Names whose value is another object than before; an override of what a class inherits is a new name."""
    return [
        f"{owner}.{name}"
        for owner, (after, of_class) in owners().items()
        if after != before[owner]
        for name in after.keys() | before[owner].keys()
        if after.get(name) is not before[owner].get(name) and is_seam(name, of_class=of_class)
    ]


def test_every_defect_breaks_something_and_is_undone() -> None:
    before = as_it_stands()
    for defect in all_defects().values():
        with defect.applied():
            assert differing(before), f"{defect.id} breaks nothing"
        assert differing(before) == [], f"{defect.id} is not undone"


def test_the_ledger_has_every_clause_that_a_defect_violates() -> None:
    known = {entry.id for entry in load_ledger().entries}
    wrong = [
        f"{name}: {clause}" for name, each in all_defects().items() for clause in each.clauses if clause not in known
    ]
    assert wrong == []


def test_a_defect_of_virtual_time_is_known_to_fail_a_case_that_is_proved_there() -> None:
    cases = case_classes()
    proved = {name for name, case in cases.items() if Rig.VIRTUAL in case.proof and Rig.VIRTUAL in case.rigs}
    defects = [found for found in all_defects().values() if "virtual" in found.rigs]
    assert [found.id for found in defects if not proved & set(found.proven)] == []


def test_every_defect_names_what_exists() -> None:
    known = case_classes()
    for defect in all_defects().values():
        assert defect.cases, f"{defect.id} names no case"
        assert [case for case in defect.cases if case not in known] == [], defect.id
        assert defect.title.en and defect.title.zh, f"{defect.id} has no title in one of the languages"
        assert defect.breaks.__doc__, f"{defect.id} does not say what it breaks"


# Seams


class Recording(Patch):
    """A Patch that notes what it replaces, as it stood in the terminal."""

    def __init__(self, stack: ExitStack) -> None:
        super().__init__(stack)
        self.replaced: list[tuple[str, FunctionType]] = []

    def __call__(self, owner: object, name: str, replacement: Any) -> Any:
        found = inspect.getattr_static(owner, name)
        if isinstance(found, (staticmethod, classmethod)):
            found = found.__func__
        elif isinstance(found, property):
            found = found.fget
        if isinstance(found, FunctionType) and found.__module__.startswith(ROOMS):
            self.replaced.append((name, found))
        return super().__call__(owner, name, replacement)


def place(function: FunctionType) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def stands_alone_to_be_replaced(name: str, function: FunctionType) -> bool:
    """Whether nothing but a defect tells why a function is one: it is private, or a single expression."""
    if name.startswith("_") and not name.startswith("__"):
        return True
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    assert isinstance(definition, (ast.FunctionDef, ast.AsyncFunctionDef))
    body = definition.body[ast.get_docstring(definition) is not None :]
    return len(body) == 1 and isinstance(body[0], (ast.Return, ast.Expr))


@cache
def replaced() -> dict[str, bool]:
    """What defects replace in the terminal, and whether it must be marked as a seam."""
    found: dict[str, bool] = {}
    for defect in all_defects().values():
        with ExitStack() as stack:
            recording = Recording(stack)
            defect.breaks(recording)
        for name, function in recording.replaced:
            found[place(function)] = found.get(place(function), False) or stands_alone_to_be_replaced(name, function)
    return found


@cache
def marked() -> set[str]:
    """Every function of the terminal that is marked as a seam."""
    found: set[str] = set()
    for value in seams().values():
        inner = value.__func__ if isinstance(value, (staticmethod, classmethod)) else value
        function = inner.fget if isinstance(inner, property) else inner
        if isinstance(function, FunctionType) and hasattr(function, MARK):
            found.add(place(function))
    return found


def test_what_stands_alone_for_a_defect_is_marked_as_a_seam() -> None:
    assert sorted(name for name, alone in replaced().items() if alone and name not in marked()) == []


def test_a_seam_is_replaced_by_some_defect() -> None:
    assert sorted(marked() - set(replaced())) == []
