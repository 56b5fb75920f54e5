"""Puts one mutant into a process before the terminal is imported there.

Leaves making it to `operators`. A process takes one mutant and ends with it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType

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
