"""Puts one mutant into a process: before the terminal is imported there, or into functions that nothing called yet.

Leaves making it to `operators`. A process takes one mutant and ends with it.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

from conformance.mutants.operators import changed


class PlantError(Exception):
    """The module was imported already: the fault would be in nothing."""


class _Loader(SourceFileLoader):
    """Loads a module from its text with the fault in it."""

    def __init__(self, fullname: str, path: str, number: int, *, wire: bool) -> None:
        super().__init__(fullname, path)
        self._number = number
        self._wire = wire

    def get_code(self, fullname: str) -> CodeType:
        """The module's code; never from a cache."""
        source = self.get_data(self.path).decode("utf-8")
        return compile(changed(source, self._number, wire=self._wire).tree, self.path, "exec", dont_inherit=True)


class _Finder(MetaPathFinder):
    def __init__(self, module: str, number: int, *, wire: bool) -> None:
        self._module = module
        self._number = number
        self._wire = wire

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The changed module's own spec; None for every other."""
        if fullname != self._module:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin is not None:
            spec.loader = _Loader(fullname, spec.origin, self._number, wire=self._wire)
        return spec


def plant(module: str, number: int, *, wire: bool) -> None:
    """Let the module, once imported, have the fault of this number. Raises PlantError."""
    if module in sys.modules:
        raise PlantError(f"{module} is imported already")
    sys.meta_path.insert(0, _Finder(module, number, wire=wire))


def graft(module: str, number: int, *, wire: bool) -> bool:
    """Give the functions of an imported module the code with this fault, wherever they are held.

    False, and nothing is changed, where the fault is not in functions alone or one cannot take it. What importing calls
    has done its work already: no fault for a graft.
    """
    there = sys.modules.get(module)
    if there is None or there.__file__ is None:
        return False
    source = Path(there.__file__).read_text("utf-8")
    old = compile(source, there.__file__, "exec", dont_inherit=True)
    new = compile(changed(source, number, wire=wire).tree, there.__file__, "exec", dont_inherit=True)
    before, after = _functions(old), _functions(new)
    names = [_name(each) for each in before]
    if _around(old) != _around(new) or names != [_name(each) for each in after]:
        return False
    pairs = {name: (a, b) for name, a, b in zip(names, before, after, strict=True) if a != b}
    if any(names.count(name) > 1 or a.co_freevars != b.co_freevars for name, (a, b) in pairs.items()):
        return False
    found = [
        each
        for each in gc.get_objects()
        if isinstance(each, FunctionType) and each.__module__ == module and _name(each.__code__) in pairs
    ]
    if not found:
        return False
    for each in found:
        each.__code__ = pairs[_name(each.__code__)][1]
    return True


def _name(code: CodeType) -> tuple[str, str, int]:
    return code.co_filename, code.co_qualname, code.co_firstlineno


def _inner(code: CodeType) -> Iterator[CodeType]:
    return (each for each in code.co_consts if isinstance(each, CodeType))


def _functions(code: CodeType) -> list[CodeType]:
    """The functions of a module or class body, each before those inside it."""
    found: list[CodeType] = []
    for each in _inner(code):
        found += [each, *_nested(each)] if each.co_flags & CO_OPTIMIZED else _functions(each)
    return found


def _nested(code: CodeType) -> Iterator[CodeType]:
    for each in _inner(code):
        yield each
        yield from _nested(each)


def _around(code: CodeType) -> object:
    """What importing runs of a module or class body: its code without that of its functions."""
    inner = [_around(each) for each in _inner(code) if not each.co_flags & CO_OPTIMIZED]
    functions = sum(1 for each in _inner(code) if each.co_flags & CO_OPTIMIZED)
    bare = tuple(repr(each) for each in code.co_consts if not isinstance(each, CodeType))
    return code.replace(co_consts=bare), functions, inner
