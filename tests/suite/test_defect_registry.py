"""The registry of defects: each names what exists, fits the terminal's seams, and is undone."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from types import ModuleType

import pytest

import reference_terminal
from conformance.clauses.ledger import load_ledger
from conformance.clauses.suite import case_classes
from conformance.defects import Defect, all_defects


def parts() -> list[ModuleType]:
    """Every module of the reference terminal but the command that starts it."""
    return [
        importlib.import_module(part.name)
        for part in pkgutil.walk_packages(reference_terminal.__path__, "reference_terminal.")
        if not part.name.endswith("__main__")
    ]


def seams() -> dict[str, object]:
    """Every module attribute and every attribute of a class of the terminal, by its full name."""
    found: dict[str, object] = {}
    for module in parts():
        for name, value in vars(module).items():
            if name.startswith("__"):
                continue
            found[f"{module.__name__}.{name}"] = value
            if inspect.isclass(value) and value.__module__ == module.__name__:
                found.update({f"{module.__name__}.{name}.{key}": each for key, each in vars(value).items()})
    return found


def differing(before: dict[str, object], after: dict[str, object]) -> list[str]:
    """Names whose value is another object than before; an override of what a class inherits is a new name."""
    return sorted(name for name in {**before, **after} if after.get(name) is not before.get(name))


@pytest.mark.parametrize("defect", all_defects().values(), ids=lambda defect: defect.id)
def test_a_defect_breaks_something_and_is_undone(defect: Defect) -> None:
    before = seams()
    with defect.applied():
        assert differing(before, seams())
    assert differing(before, seams()) == []


def test_the_ledger_has_every_clause_that_a_defect_violates() -> None:
    known = {entry.id for entry in load_ledger().entries}
    wrong = [
        f"{name}: {clause}" for name, each in all_defects().items() for clause in each.clauses if clause not in known
    ]
    assert wrong == []


@pytest.mark.parametrize("defect", all_defects().values(), ids=lambda defect: defect.id)
def test_a_defect_names_what_exists(defect: Defect) -> None:
    assert defect.cases
    assert [case for case in defect.cases if case not in case_classes()] == []
    assert defect.title.en and defect.title.zh
    assert defect.breaks.__doc__
