"""Which lines of a module ran, by a mark that each of its statements sets before it runs.

Leaves which modules these are to `lines`. A mark is one item of a list, so that a case takes about as long as without;
a tool that traces lines takes it twice to five times as long where the interpreter has no events of its own for lines.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType

_MARKS = "__ran__"
_ran: dict[str, list[int]] = {}


def marks(module: str, lines: int) -> list[int]:
    """The marks of a module of so many lines, by line; what its first statement asks for."""
    return _ran.setdefault(module, [0] * (lines + 1))


def install(modules: Mapping[str, object]) -> None:
    """From now on these modules, once imported, mark the statements that they run; none may be imported yet."""
    sys.meta_path.insert(0, _Finder(modules))


def forget() -> None:
    """Take back every mark."""
    for lines in _ran.values():
        lines[:] = [0] * len(lines)


def ran() -> dict[str, tuple[int, ...]]:
    """By module every line of the statements that ran, without those of the bodies of compound ones."""
    found: dict[str, tuple[int, ...]] = {}
    for module, lines in sorted(_ran.items()):
        if begun := [line for line, mark in enumerate(lines) if mark]:
            found[module] = tuple(sorted({line for first in begun for line in _spans[module][first]}))
    return found


def statements(source: str) -> dict[int, range]:
    """By the first line of every statement that can run the lines that run with it.

    `except` and `case` run with the first statement below them: that they were passed by is not seen.
    """
    found: dict[int, range] = {}
    for statement, begin in _all(ast.parse(source).body):
        before = found.get(statement.lineno, range(begin, begin))
        found[statement.lineno] = range(min(begin, before.start), max(_last(statement) + 1, before.stop))
    return found


_spans: dict[str, dict[int, range]] = {}


class _Loader(SourceFileLoader):
    """Loads a module with a mark before each statement."""

    def get_code(self, fullname: str) -> CodeType:
        """The module's code; never from a cache."""
        source = self.get_data(self.path).decode("utf-8")
        _spans[fullname] = statements(source)
        return compile(_marked(source), self.path, "exec", dont_inherit=True)


class _Finder(MetaPathFinder):
    def __init__(self, modules: Mapping[str, object]) -> None:
        self._modules = modules

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A module's own spec with another loader; None for every other."""
        if fullname not in self._modules:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin is not None:
            spec.loader = _Loader(fullname, spec.origin)
        return spec


def _marked(source: str) -> ast.Module:
    tree = ast.parse(source)
    top = next((at for at, each in enumerate(tree.body) if _runs(each)), len(tree.body))
    asked = f"from {__name__} import marks as {_MARKS}; {_MARKS} = {_MARKS}(__name__, {source.count(chr(10)) + 1})"
    head, rest = tree.body[:top], tree.body[top:]
    tree.body = [*head, *ast.parse(asked).body, *_with_marks(rest)]
    return ast.fix_missing_locations(tree)


def _with_marks(body: list[ast.stmt]) -> list[ast.stmt]:
    found: list[ast.stmt] = []
    for statement in body:
        if _runs(statement):
            mark = ast.parse(f"{_MARKS}[{statement.lineno}] = 1").body[0]
            for node in ast.walk(mark):
                ast.copy_location(node, statement)
            found.append(mark)
        for inner, _ in _bodies(statement):
            inner[:] = _with_marks(inner)
        found.append(statement)
    return found


def _runs(statement: ast.stmt) -> bool:
    """Whether a statement does anything: not a docstring, three dots, a name's scope, or an order to the compiler."""
    match statement:
        case ast.Expr(value=ast.Constant()) | ast.Global() | ast.Nonlocal() | ast.ImportFrom(module="__future__"):
            return False
        case _:
            return True


def _bodies(statement: ast.stmt) -> Iterator[tuple[list[ast.stmt], int]]:
    """The bodies of a compound statement, each with the line of its `except` or `case`, 0 for others."""
    if isinstance(statement, ast.If) and isinstance(statement.test, ast.Name) and statement.test.id == "TYPE_CHECKING":
        return
    for name in ("body", "orelse", "finalbody"):
        if inner := getattr(statement, name, None):
            yield inner, 0
    for handler in getattr(statement, "handlers", ()):
        yield handler.body, handler.lineno
    for case in getattr(statement, "cases", ()):
        yield case.body, case.pattern.lineno


def _all(body: list[ast.stmt], begin: int = 0) -> Iterator[tuple[ast.stmt, int]]:
    """Every statement that can run, with the line at which it begins."""
    for statement in body:
        if _runs(statement):
            yield statement, begin or statement.lineno
            begin = 0
        for inner, line in _bodies(statement):
            yield from _all(inner, line)


def _last(statement: ast.stmt) -> int:
    """The last line of a statement, or of what stands before its body."""
    match statement:
        case ast.Match(cases=[first, *_]):
            end = first.pattern.lineno - 1
        case _ if inner := getattr(statement, "body", None):
            end = inner[0].lineno - 1
        case _:
            end = statement.end_lineno or 0
    return max(statement.lineno, end)
