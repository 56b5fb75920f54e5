"""Which sentences of the tables a module says, and with which fields: read from its source, nothing is imported.

Leaves what is right to `tests/house/test_sentences.py`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter

import simulators

ROOT = Path(simulators.__path__[0]).parent
_MESSAGES, _REFUSALS = "reference_terminal.model.messages", "reference_terminal.web.errors"
MAKERS = {
    ("simulators.sentences", "Sentence"): ("id", "en", "zh"),
    **{(_MESSAGES, name): ("id",) for name in ("reason", "event", "alarm")},
    (_REFUSALS, "refusal"): ("id",),
}
"""What makes a row of a table, where that is from, and what it takes by place; the rest has names."""
KINDS = {
    ("simulators.sentences", "Sentence"),
    (_MESSAGES, "Message"),
    (_MESSAGES, "Alarm"),
    (_REFUSALS, "Refusal"),
}
"""What they are, and where that is from."""
TABLES = ("sentences", "messages", "reasons", "refusals")
_TABLE = re.compile(rf"\b({'|'.join(TABLES)})\b")
_SAME = ("with_status", "after")
"""What makes of a refusal the same with another status or header."""
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True)
class Row:
    """A sentence of a table: its id and its fields."""

    id: str
    fields: frozenset[str]


@dataclass(frozen=True)
class Saying:
    """A place where rows stand: those that it may be of, and the fields given; None: cannot be seen from there."""

    path: Path
    line: int
    rows: tuple[Row, ...]
    given: frozenset[str] | None

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}: {', '.join(row.id for row in self.rows)}"

    def faults(self, also: frozenset[str] = frozenset()) -> Iterator[str]:
        """What is given amiss, a line each; `also` may be given beside the fields of a sentence."""
        if self.given is not None:
            for row in self.rows:
                yield from [f"{self}: {name} is not given" for name in sorted(row.fields - self.given)]
                yield from [f"{self}: {name} is no field of it" for name in sorted(self.given - row.fields - also)]


@dataclass(frozen=True)
class Taker:
    """A function that takes a sentence: its named parameters, and whether any other names are taken for fields.

    One that takes none reads parts of the sentence, and says it nowhere.
    """

    named: frozenset[str]
    with_fields: bool


def speakers(paths: Iterable[Path]) -> list[Path]:
    """Those that name a table, or what such a one calls a row of it: no others can say a sentence."""
    texts = {path: path.read_text("utf-8") for path in paths}
    found = [path for path, text in texts.items() if _TABLE.search(text)]
    scopes = [_module(path) for path in found if path.stem not in TABLES]
    again = {name for scope in scopes for name in scope.names if scope.named(name)}
    other = re.compile(rf"\b({'|'.join(sorted(again))})\b")
    return [path for path, text in texts.items() if path in found or other.search(text)]


def takers(paths: Iterable[Path]) -> Mapping[str, Taker]:
    """Functions, by name, to which a sentence is handed over with its fields, or to be looked at only."""
    found: dict[str, Taker] = {}
    for path in paths:
        for node in ast.walk(tree_of(path)):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            named = (*node.args.args, *node.args.kwonlyargs)
            taken = {each.arg for each in (*node.args.posonlyargs, *named) if _is_kind(path, each.annotation)}
            with_fields = node.args.kwarg is not None
            if taken and (with_fields or _only_looks(node, taken)):
                taker = Taker(frozenset(each.arg for each in named), with_fields)
                assert found.setdefault(node.name, taker) == taker, f"{node.name} takes a sentence in two ways"
    return found


def _is_kind(path: Path, annotation: ast.expr | None) -> bool:
    return isinstance(annotation, ast.Name) and _module(path).imports.get(annotation.id) in KINDS


def _only_looks(function: ast.FunctionDef | ast.AsyncFunctionDef, taken: set[str]) -> bool:
    read = {id(each.value) for each in ast.walk(function) if isinstance(each, ast.Attribute) and each.attr != "text"}
    return not any(
        isinstance(each, ast.Name) and each.id in taken and id(each) not in read for each in ast.walk(function)
    )


@cache
def tree_of(path: Path) -> ast.Module:
    """The source of a module."""
    return ast.parse(path.read_text("utf-8"))


class _Scope:
    """The names of a function, or of a module without one, and what they may stand for; None: anything."""

    def __init__(self, path: Path, node: ast.AST, outer: _Scope | None = None) -> None:
        self.path = path
        self.outer = outer
        self.names: dict[str, list[ast.expr] | None] = {}
        self.imports: dict[str, tuple[str, str]] = {}
        self.changed: set[str] = set()
        self._found: dict[str, tuple[Row, ...]] = {}
        if isinstance(node, _FUNCTIONS):
            arguments = node.args
            for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
                self.names[each.arg] = None
        for each in _own(node):
            self._take(each)

    def _take(self, node: ast.AST) -> None:
        match node:
            case ast.ImportFrom(module=str(module), names=names):
                for name in names:
                    self.imports[name.asname or name.name] = (module, name.name)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._bind(name, value)
            case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
                self._bind(name, value)
            case ast.NamedExpr(target=ast.Name(id=name), value=value):
                self._bind(name, value)
            case ast.Name(id=name, ctx=ast.Store()):
                self.names.setdefault(name, None)
            case ast.AugAssign(target=ast.Name(id=name)) | ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
                self.changed.add(name)
            case _:
                pass

    def _bind(self, name: str, value: ast.expr) -> None:
        self.names[name] = [*(self.names.get(name) or ()), value]

    def at(self, name: str) -> _Scope | None:
        """Where the name is bound."""
        scope: _Scope | None = self
        while scope is not None and name not in scope.names and name not in scope.imports:
            scope = scope.outer
        return scope

    def _origin(self, name: str) -> tuple[str, str]:
        scope = self.at(name)
        return (_name_of(self.path), name) if scope is None else scope.imports.get(name, ("", ""))

    def named(self, name: str) -> tuple[Row, ...]:
        """The rows that a name of this scope may stand for; one that is bound to itself for its other ones."""
        if name not in self._found:
            self._found[name] = ()
            values = self.names[name] or ()
            self._found[name] = tuple(dict.fromkeys(row for each in values for row in self.rows(each)))
        return self._found[name]

    def rows(self, node: ast.AST | None) -> tuple[Row, ...]:
        """The rows that an expression may be; empty: none that is known."""
        match node:
            case ast.Name(id=name) if (scope := self.at(name)) is not None:
                if name in scope.imports:
                    return _rows_of(*scope.imports[name])
                return scope.named(name)
            case ast.Attribute(value=ast.Name(id=name), attr=attr) if (scope := self.at(name)) is not None:
                return _rows_of(".".join(scope.imports[name]), attr) if name in scope.imports else ()
            case ast.IfExp(body=body, orelse=other):
                return self.rows(body) + self.rows(other)
            case ast.BoolOp(values=values):
                return tuple(row for each in values for row in self.rows(each))
            case ast.Call(func=ast.Name(id=name)) if (places := MAKERS.get(self._origin(name))) is not None:
                return _made(node, places)
            case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in _SAME:
                return self.rows(value)
            case _:
                return ()

    def keys(self, node: ast.expr) -> frozenset[str] | None:
        """The keys of a dict, or None."""
        match node:
            case ast.Name(id=name) if (scope := self.at(name)) is not None and name not in scope.changed:
                values = scope.names.get(name)
                return scope.keys(values[0]) if values is not None and len(values) == 1 else None
            case ast.Dict(keys=keys) if all(isinstance(each, ast.Constant) for each in keys):
                return frozenset(str(each.value) for each in keys if isinstance(each, ast.Constant))
            case _:
                return None


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """What is inside, but for the insides of functions."""
    waiting = [*ast.iter_child_nodes(node)]
    for each in waiting:
        yield each
        if not isinstance(each, _FUNCTIONS):
            waiting.extend(ast.iter_child_nodes(each))


@cache
def _module(path: Path) -> _Scope:
    return _Scope(path, tree_of(path))


@cache
def _file(module: str) -> Path | None:
    place = ROOT.joinpath(*module.split("."))
    return next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()), None)


def _name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


@cache
def _rows_of(module: str, name: str) -> tuple[Row, ...]:
    path = _file(module)
    return () if path is None or _file(f"{module}.{name}") is not None else _module(path).rows(ast.Name(name))


def _made(node: ast.Call, places: tuple[str, ...]) -> tuple[Row, ...]:
    given = dict(zip(places, node.args, strict=False)) | {each.arg or "": each.value for each in node.keywords}
    texts = [ast.literal_eval(given[each]) for each in ("id", "en", "zh")]
    parts = (name for text in texts[1:] for _, name, _, _ in Formatter().parse(text))
    return (Row(texts[0], frozenset(name for name in parts if name)),)


def sayings(path: Path, takes: Mapping[str, Taker]) -> list[Saying]:
    """Every place of a module where rows are called, handed over or named."""
    reader = _Reader(path, takes)
    reader.walk(tree_of(path), _module(path))
    return reader.found


class _Reader:
    def __init__(self, path: Path, takes: Mapping[str, Taker]) -> None:
        self._path = path
        self._takes = takes
        self.found: list[Saying] = []

    def walk(self, node: ast.AST, scope: _Scope) -> None:
        """Look for rows in a piece of the module."""
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                scope = _Scope(self._path, node, scope)
            case ast.Call():
                self._call(node, scope)
                return
            case ast.ClassDef():
                # What an attribute holds is not followed.
                for child in ast.iter_child_nodes(node):
                    held = child.value if isinstance(child, ast.Assign | ast.AnnAssign) else None
                    self.walk(child if held is None else held, scope)
                return
            case (
                ast.Assign(targets=[ast.Name()], value=value)
                | ast.AnnAssign(target=ast.Name(), value=value)
                | ast.NamedExpr(target=ast.Name(), value=value)
            ) if scope.rows(value):
                # It is followed by that name.
                return
            case ast.Attribute(value=value) if scope.rows(value):
                # A part of the row is read.
                return
            case ast.expr() if rows := scope.rows(node):
                if not isinstance(getattr(node, "ctx", None), ast.Store):
                    self._found(node, rows, None)
                return
            case _:
                pass
        for child in ast.iter_child_nodes(node):
            self.walk(child, scope)

    def _found(self, node: ast.expr, rows: tuple[Row, ...], given: frozenset[str] | None) -> None:
        self.found.append(Saying(self._path, node.lineno, rows, given))

    def _call(self, node: ast.Call, scope: _Scope) -> None:
        called = node.func
        if isinstance(called, ast.Attribute) and called.attr == "text":
            called = called.value
        seen: list[ast.AST] = []
        if rows := scope.rows(called):
            seen.append(node.func)
            self._found(node, rows, self._given(node, scope, frozenset()))
        elif scope.rows(node):
            # A row under another status.
            return
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if (taker := self._takes.get(name)) is not None:
            for each in node.args:
                if rows := scope.rows(each):
                    seen.append(each)
                    if taker.with_fields:
                        self._found(node, rows, self._given(node, scope, taker.named))
        for child in ast.iter_child_nodes(node):
            if child not in seen:
                self.walk(child, scope)

    def _given(self, node: ast.Call, scope: _Scope, own: frozenset[str]) -> frozenset[str] | None:
        names: set[str] = set()
        for each in node.keywords:
            keys = frozenset((each.arg,)) if each.arg is not None else scope.keys(each.value)
            if keys is None:
                return None
            names |= keys
        return frozenset(names - own)
