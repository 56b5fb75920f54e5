"""Defects: a reference broken in one way each, so that every check is seen to fail (`carbonbench prove`).

Leaves running them to bench.commands.proof. A defect is a function that patches the seams of what it breaks while one
case runs; the modules `*_defects` hold them beside the cases they are for.
"""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from unittest.mock import patch as mock_patch

import conformance
from bench.case import Item, Text
from conformance.clauses.loading import load
from conformance.defects.proof import read_proof


class Patch:
    """Replaces attributes of the reference.

    A seam that does not exist (any more) is an AttributeError, one that is called in another way a TypeError; else the
    terminal would crash where it should be subtly wrong.
    """

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def __call__(self, owner: object, name: str, replacement: Any) -> Any:
        """Put `replacement` in the place of `owner.name` and return what stood there."""
        original = getattr(owner, name)
        if inspect.isfunction(original) and callable(replacement):
            _same_call(f"{getattr(owner, '__name__', owner)}.{name}", original, replacement)
        self._stack.enter_context(mock_patch.object(owner, name, replacement))
        return original


def _same_call(seam: str, original: Callable[..., Any], replacement: Callable[..., Any]) -> None:
    asked = inspect.signature(original).parameters.values()
    positional = [each for each in asked if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
    named = {each.name: None for each in asked if each.kind is each.KEYWORD_ONLY}
    try:
        inspect.signature(replacement).bind(*[None] * len(positional), **named)
    except TypeError as error:
        raise TypeError(
            f"{seam} is called with {inspect.signature(original)}, the defect's does not fit: {error}"
        ) from None


REAL_RIGS = ("process", "loopback")
"""Rigs in which the terminal is a program of its own, with plain files."""
ANY_RIG = ("virtual", *REAL_RIGS)


@dataclass(frozen=True)
class Defect:
    """One way to be broken; `item` is what of: the reference terminal or the reference platform.

    `clauses` are the ledger entries it violates. `breaks` installs it through a Patch. `rigs` are the rigs in which the
    terminal can have it. `cases` are those that `proof` names: of those `proven` a check is known to fail, the others
    are to be tried.
    """

    id: str
    title: Text
    clauses: tuple[str, ...]
    breaks: Callable[[Patch], None] = field(repr=False)
    rigs: tuple[str, ...] = ANY_RIG
    cases: tuple[str, ...] = ()
    proven: tuple[str, ...] = ()
    item: Item = Item.TERMINAL

    @contextmanager
    def applied(self) -> Generator[None, None, None]:
        """The terminal is broken while this lasts."""
        with ExitStack() as stack:
            self.breaks(Patch(stack))
            yield


_known: dict[str, Defect] = {}
_OF_PLATFORM = "conformance.platform."
"""How modules begin whose defects are those of the reference platform."""


def defect(
    id: str, *, en: str, zh: str, clauses: tuple[str, ...], rigs: tuple[str, ...] = ANY_RIG
) -> Callable[[Callable[[Patch], None]], Defect]:
    """Register a function that breaks the terminal. Raises ValueError for an id that is taken."""

    def register(breaks: Callable[[Patch], None]) -> Defect:
        if id in _known:
            raise ValueError(f"two defects are called {id}")
        item = Item.PLATFORM if breaks.__module__.startswith(_OF_PLATFORM) else Item.TERMINAL
        made = _known[id] = Defect(id, Text(en, zh), clauses, breaks, rigs, item=item)
        return made

    return register


@cache
def all_defects() -> dict[str, Defect]:
    """Every defect by id, sorted, each with the cases that are known to notice it. Raises SuiteBroken, ProofError."""
    for room in pkgutil.walk_packages(conformance.__path__, f"{conformance.__name__}.", load):
        if room.name.endswith("_defects"):
            load(room.name)
    proof = read_proof()
    noticed, proven = proof.noticed(), proof.proven()
    return {
        name: replace(found, cases=noticed.get(name, ()), proven=proven.get(name, ()))
        for name, found in sorted(_known.items())
    }


class _Owners(Patch):
    """Notes the modules of what would be replaced, and replaces nothing."""

    def __init__(self) -> None:
        super().__init__(ExitStack())
        self.modules: dict[str, None] = {}

    def __call__(self, owner: object, name: str, replacement: Any) -> Any:
        self.modules[getattr(owner, "__module__", None) or getattr(owner, "__name__", "")] = None
        return getattr(owner, name)


def catching(item: Item = Item.TERMINAL) -> dict[str, dict[str, int]]:
    """By module of the reference the cases that defects of it are known to fail, each with how many of these."""
    found: dict[str, dict[str, int]] = {}
    for each in all_defects().values():
        if each.item is item:
            owners = _Owners()
            each.breaks(owners)
            for module in owners.modules:
                for case in each.proven:
                    cases = found.setdefault(module, {})
                    cases[case] = cases.get(case, 0) + 1
    return found
