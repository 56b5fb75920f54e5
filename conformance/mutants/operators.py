"""Small faults of a source text: where one can be made, and the text's tree with one of them in it.

Leaves which of them are tried to `sampling`. What only people and tools read is left alone: annotations, docstrings,
decorators, sentences, what is imported for types.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

COMPARISON, BOOLEAN, CONSTANT, ARITHMETIC = "comparison", "boolean", "constant", "arithmetic"
STATEMENT, AWAIT, TEXT = "lost statement", "dropped await", "text on the wire"
KINDS = (COMPARISON, BOOLEAN, CONSTANT, ARITHMETIC, STATEMENT, AWAIT, TEXT)

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
}
_LONGEST_WORD = 24
_SHOWN = 120
_TYPING = ("cast", "TypeVar", "ParamSpec", "NewType", "Literal")


@dataclass(frozen=True)
class Site:
    """A place for a fault: its number in the text, counted from 0, what kind it is, its line, and whose code it is."""

    number: int
    kind: str
    line: int
    owner: str


@dataclass(frozen=True)
class Change:
    """A text with one fault in it, as a tree; `before` and `after` are the lines of code that differ."""

    site: Site
    tree: ast.Module
    before: str
    after: str


@dataclass(frozen=True)
class _Fault:
    """A fault that can be made: `make` alters the tree and gives what stands there then in place of `statement`."""

    kind: str
    line: int
    owner: str
    statement: ast.stmt
    make: Callable[[], ast.stmt]


def sites(source: str, *, wire: bool) -> list[Site]:
    """Every place for a fault, in the order of the text; `wire`: its words go over a wire. Raises SyntaxError."""
    faults = _Faults(wire=wire).of(ast.parse(source))
    return [Site(number, fault.kind, fault.line, fault.owner) for number, fault in enumerate(faults)]


def changed(source: str, number: int, *, wire: bool) -> Change:
    """The text with the fault of this number. Raises IndexError if it has no such place."""
    tree = ast.parse(source)
    fault = _Faults(wire=wire).of(tree)[number]
    old = ast.unparse(fault.statement).splitlines()
    new = ast.unparse(fault.make()).splitlines()
    before, after = next(((a, b) for a, b in zip(old, new, strict=False) if a != b), (old[0], new[0]))
    site = Site(number, fault.kind, fault.line, fault.owner)
    return Change(site, ast.fix_missing_locations(tree), *_near(before.strip(), after.strip()))


class _Faults:
    """Walks a tree and notes what can be broken in it."""

    def __init__(self, *, wire: bool) -> None:
        self._wire = wire
        self._owner: list[str] = []
        self._found: list[_Fault] = []

    def of(self, tree: ast.Module) -> list[_Fault]:
        """Every fault of the tree, in the order of its text."""
        self._body(tree.body)
        return self._found

    def _note(self, kind: str, node: ast.expr | ast.stmt, statement: ast.stmt, make: Callable[[], object]) -> None:
        def made() -> ast.stmt:
            new = make()
            return new if isinstance(new, ast.stmt) else statement

        self._found.append(_Fault(kind, node.lineno, ".".join(self._owner), statement, made))

    def _body(self, body: list[ast.stmt]) -> None:
        for at, statement in enumerate(body):
            if _told_only(statement):
                continue
            self._lost(body, at)
            self._inside(statement)

    def _lost(self, body: list[ast.stmt], at: int) -> None:
        """The whole statement, where it can be left out and the text still means something."""
        statement = body[at]

        def put(new: ast.stmt) -> ast.stmt:
            body[at] = ast.copy_location(new, statement)
            return new

        match statement:
            case ast.Expr(value=ast.Await(value=inner)):
                self._note(STATEMENT, statement, statement, lambda: put(ast.Pass()))
                self._note(AWAIT, statement, statement, lambda: put(ast.Expr(inner)))
            case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Raise() | ast.Delete():
                self._note(STATEMENT, statement, statement, lambda: put(ast.Pass()))
            case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]) if self._owner:
                self._note(STATEMENT, statement, statement, lambda: put(ast.Pass()))
            case ast.Continue():
                self._note(STATEMENT, statement, statement, lambda: put(ast.Break()))
            case ast.Break():
                self._note(STATEMENT, statement, statement, lambda: put(ast.Continue()))
            case _:
                pass

    def _inside(self, statement: ast.stmt) -> None:
        named = isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            for default in (*statement.args.defaults, *filter(None, statement.args.kw_defaults)):
                self._expression(default, statement)
        if isinstance(statement, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            self._owner.append(statement.name)
        for field, value in ast.iter_fields(statement):
            if field in ("annotation", "decorator_list", "args", "returns", "bases", "keywords", "type_params"):
                continue
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, ast.expr):
                    self._expression(each, statement)
                elif isinstance(each, ast.ExceptHandler):
                    self._body(each.body)
                elif isinstance(each, ast.withitem):
                    self._expression(each.context_expr, statement)
                elif isinstance(each, ast.match_case):
                    if each.guard:
                        self._expression(each.guard, statement)
                    self._body(each.body)
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                self._body(value)
        if named:
            self._owner.pop()

    def _expression(self, node: ast.expr, statement: ast.stmt) -> None:
        self._broken(node, statement)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _TYPING:
            return
        for child in _operands(node):
            self._expression(child, statement)

    def _broken(self, node: ast.expr, statement: ast.stmt) -> None:
        match node:
            case ast.Compare(ops=ops):
                for at, old in enumerate(ops):
                    self._note(
                        COMPARISON, node, statement, lambda at=at, old=old: _put(ops, at, _COMPARED[type(old)]())
                    )
            case ast.BoolOp():
                other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
                self._note(BOOLEAN, node, statement, lambda: setattr(node, "op", other))
            case ast.UnaryOp(op=ast.Not()):
                # `not x` becomes `not not x`: its truth value the other way round, its type the same.
                turned = ast.UnaryOp(ast.Not(), node.operand)
                self._note(BOOLEAN, node, statement, lambda: setattr(node, "operand", turned))
            case ast.BinOp() if type(node.op) in _COUNTED and not _says(node):
                counted = _COUNTED[type(node.op)]()
                self._note(ARITHMETIC, node, statement, lambda: setattr(node, "op", counted))
            case ast.Constant(value=bool() as truth):
                self._note(CONSTANT, node, statement, lambda: setattr(node, "value", not truth))
            case ast.Constant(value=int() | float() as number):
                self._note(CONSTANT, node, statement, lambda: setattr(node, "value", number + 1))
            case ast.Constant(value=str() as word) if self._wire and _is_word(word):
                self._note(TEXT, node, statement, lambda: setattr(node, "value", _misspelt(word)))
            case ast.Constant(value=bytes() as octets) if self._wire and octets:
                self._note(TEXT, node, statement, lambda: setattr(node, "value", octets[:-1] + bytes([octets[-1] ^ 1])))
            case _:
                pass


def _near(before: str, after: str) -> tuple[str, str]:
    """Both lines, cut to what stands around the first character that differs where they are long."""
    at = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    cut = at - _SHOWN // 2 if len(before) > _SHOWN and at > _SHOWN // 2 else 0
    return before[cut : cut + _SHOWN], after[cut : cut + _SHOWN]


def _put(ops: list[ast.cmpop], at: int, new: ast.cmpop) -> None:
    ops[at] = new


def _operands(node: ast.expr) -> Iterator[ast.expr]:
    """Expressions right inside this one; the texts of an f-string are left out."""
    if isinstance(node, ast.JoinedStr):
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                yield part.value
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield child
        elif isinstance(child, ast.keyword):
            yield child.value
        elif isinstance(child, ast.comprehension):
            yield child.iter
            yield from child.ifs


def _told_only(statement: ast.stmt) -> bool:
    """Whether only people and tools read this."""
    match statement:
        case ast.Expr(value=ast.Constant(value=str())) | ast.Import() | ast.ImportFrom() | ast.Assert():
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
        case _:
            return False


def _says(node: ast.BinOp) -> bool:
    """Whether this joins or repeats texts: another operator there is no small fault."""
    return any(
        isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and isinstance(side.value, str | bytes))
        for side in (node.left, node.right)
    )


def _is_word(text: str) -> bool:
    """Whether this is a word of a protocol, not a sentence."""
    return bool(text) and text.isascii() and " " not in text and len(text) <= _LONGEST_WORD and text.isprintable()


def _misspelt(word: str) -> str:
    """The word with its last character another one."""
    return word[:-1] + ("0" if word[-1] != "0" else "1")
