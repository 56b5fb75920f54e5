"""Which lines of the reference each case runs: the map from which mutants are drawn and cases for them chosen.

Leaves running cases to the command. Lines are counted from 1, modules are dotted names.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType

import msgspec

from bench.case import Item
from conformance.mutants import probes
from conformance.mutants.subjects import SUBJECTS

Lines = dict[str, tuple[int, ...]]
"""By module the lines, sorted."""


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One case's lines beyond those that importing runs, the processor's seconds it took and its verdict.

    What the reference works out once a process is seen with the first case of that process only.
    """

    case: str
    verdict: str
    cpu_s: float
    lines: Lines


class LineMap(msgspec.Struct, frozen=True, kw_only=True):
    """What the suite runs of a reference: `code` are all lines that can run, `imported` those that importing runs."""

    item: Item = Item.TERMINAL
    code: Lines
    imported: Lines
    cases: tuple[Measured, ...]

    def run(self) -> Lines:
        """Every line that importing or a case runs."""
        found = {module: set(lines) for module, lines in self.imported.items()}
        for case in self.cases:
            for module, lines in case.lines.items():
                found.setdefault(module, set()).update(lines)
        return {module: tuple(sorted(lines)) for module, lines in sorted(found.items())}

    def never(self) -> Lines:
        """Lines that no case runs, nor importing."""
        run = self.run()
        left = {module: sorted(set(lines) - set(run.get(module, ()))) for module, lines in self.code.items()}
        return {module: tuple(lines) for module, lines in left.items() if lines}

    def counts(self) -> tuple[int, int]:
        """How many lines the suite runs, and how many there are."""
        code = sum(map(len, self.code.values()))
        return code - sum(map(len, self.never().values())), code

    def running(self, module: str, line: int, catching: Mapping[str, int] | None = None) -> list[Measured]:
        """The cases that run this line; where importing runs it, those that use the module.

        First those that take the least time for each line of the module that they run: cheap ones, and about it.
        `catching` says of cases how many defects of this module they are known to catch: each counts as all the lines
        once more. A module is used where its functions run, or, if none has any that runs, where those of its importers
        do.
        """
        known = catching or {}
        if line in self.imported.get(module, ()):
            found = self._using({module})
        else:
            found = [case for case in self.cases if line in case.lines.get(module, ())]

        def cost(case: Measured) -> tuple[float, str]:
            return case.cpu_s / (len(case.lines.get(module, ())) or 1) / (1 + known.get(case.case, 0)), case.case

        return sorted(found, key=cost)

    def _using(self, modules: set[str]) -> list[Measured]:
        seen: set[str] = set()
        while modules - seen:
            if found := [case for case in self.cases if not modules.isdisjoint(case.lines)]:
                return found
            seen |= modules
            modules = {importer for each in modules for importer in importers(self.item).get(each, ())}
        return list(self.cases)


@cache
def sources(item: Item = Item.TERMINAL) -> Mapping[str, Path]:
    """The files of the reference's modules, none of them imported but the packages around them."""
    package = SUBJECTS[item].package
    root = importlib.util.find_spec(package)
    assert root is not None and root.submodule_search_locations
    folder = Path(next(iter(root.submodule_search_locations)))
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*.py")):
        parts = (package, *path.relative_to(folder).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def importers(item: Item = Item.TERMINAL) -> Mapping[str, tuple[str, ...]]:
    """By module of the reference those that import it or a name from it."""
    found: dict[str, list[str]] = {}
    for importer, path in sources(item).items():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module, *(f"{node.module}.{name.name}" for name in node.names)]
            else:
                names = [name.name for name in node.names] if isinstance(node, ast.Import) else []
            for name in filter(sources(item).__contains__, names):
                found.setdefault(name, []).append(importer)
    return {name: tuple(dict.fromkeys(by)) for name, by in found.items()}


class Meter:
    """Measures lines in this process; the reference must not have been imported before it is made."""

    def __init__(self, item: Item = Item.TERMINAL, users: Iterable[str] = ()) -> None:
        """`users` are modules outside the reference that import it: what their import runs of it importing runs too."""
        self._item = item
        probes.install(sources(item))
        self.imported, _ = self.lines_of(lambda: import_all(item, users))

    def lines_of(self, work: Callable[[], object]) -> tuple[Lines, object]:
        """The lines that the work runs, and what it gives."""
        probes.forget()
        given = work()
        return probes.ran(), given

    def code(self) -> Lines:
        """The first line of every statement that can run."""
        texts = {name: path.read_text("utf-8") for name, path in sources(self._item).items()}
        found = {name: tuple(sorted(probes.statements(text))) for name, text in texts.items()}
        return {module: lines for module, lines in found.items() if lines and module != SUBJECTS[self._item].program}


def import_all(item: Item, users: Iterable[str] = ()) -> list[ModuleType]:
    """Import a whole reference, then those that use it."""
    program = SUBJECTS[item].program
    return [importlib.import_module(name) for name in (*sources(item), *users) if name != program]
