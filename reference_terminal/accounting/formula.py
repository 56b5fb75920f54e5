"""Formulas as text: sums, differences, products and quotients of named quantities and pure numbers, and enthalpies.

Leaves what the names mean to `method`. A formula is checked once for its units, then worked out exactly.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from reference_terminal.accounting import reasons, steam
from reference_terminal.accounting.quantity import Dimensions, Quantity, UnitError, times, unit, written
from reference_terminal.model.messages import Text, listing

_PARTS = (
    ast.BinOp, ast.UnaryOp, ast.Constant, ast.Load, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.USub, ast.Call,
)  # fmt: skip


@dataclass(frozen=True)
class Function:
    """What a formula may call: units of what it takes, what it gives and its unit."""

    takes: tuple[str, ...]
    gives: str
    work: Callable[..., Fraction]


FUNCTIONS = {
    "ENTHALPY": Function(("MPa", "°C"), "kJ/kg", steam.superheated),
    "ENTHALPY_SATURATED": Function(("MPa",), "kJ/kg", steam.saturated),
}

_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")


class FormulaError(ValueError):
    """A text that is no formula, or cannot be worked out."""

    def __init__(self, said: Text) -> None:
        super().__init__(said.en)
        self.said = said


class UnlikeError(UnitError):
    """Unlike things put together in a formula."""


@dataclass(frozen=True)
class Formula:
    """A formula and the names in it, in the order of its text."""

    text: str
    names: tuple[str, ...]
    tree: ast.expr

    def dimensions(self, of: Mapping[str, Dimensions]) -> Dimensions:
        """The dimensions of its result. Raises UnitError for a sum of unlike things, KeyError for an unknown name."""
        return _dimensions(self.tree, of)

    def result(self, values: Mapping[str, Quantity]) -> Quantity:
        """Work it out. Raises FormulaError for a division by zero, or where there is no steam."""
        try:
            return _worked_out(self.tree, values, self.text)
        except ZeroDivisionError:
            raise FormulaError(reasons.DIVISION_BY_ZERO(text=self.text)) from None
        except steam.SteamError as error:
            raise FormulaError(error.said) from None

    @property
    def is_product(self) -> bool:
        """Whether it only multiplies and divides."""
        return all(not isinstance(node, ast.Add | ast.Sub | ast.USub) for node in ast.walk(self.tree))

    def calls(self, values: Mapping[str, Quantity]) -> list[tuple[str, Fraction, str]]:
        """What it looks up: each call as written, its result and the unit of that. Raises as `result` does."""
        found = {ast.unparse(node): node for node in ast.walk(self.tree) if isinstance(node, ast.Call)}
        units = {text: FUNCTIONS[node.func.id].gives for text, node in found.items() if isinstance(node.func, ast.Name)}
        return [
            (text, _worked_out(node, values, self.text).in_unit(units[text]), units[text])
            for text, node in found.items()
        ]

    def spelt(self, leaf: Callable[[str], str]) -> str:
        """The formula with what `leaf` gives for each name and call, as a person writes it down."""
        return _spelt(self.tree, leaf, self.text)

    def scale(self, units: Mapping[str, str]) -> Fraction:
        """What a product of values in these units (by name or call) is multiplied by to be in base units."""
        return _scale(self.tree, units)


def parse(text: str) -> Formula:
    """Read a formula. Raises FormulaError."""
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError:
        raise FormulaError(reasons.NO_FORMULA(text=text)) from None
    names = dict[str, None]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            if node.id not in FUNCTIONS:
                names[node.id] = None
        elif isinstance(node, ast.Call) and (
            not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS or node.keywords
        ):
            raise FormulaError(reasons.CALLS(text=text, functions=listing(FUNCTIONS)))
        elif not isinstance(node, _PARTS):
            raise FormulaError(reasons.PARTS(text=text))
        elif isinstance(node, ast.Constant) and not _NUMBER.fullmatch(ast.get_source_segment(text, node) or ""):
            raise FormulaError(reasons.NUMBERS(text=text))
    if any(_divides_by_zero(node, text) for node in ast.walk(tree)):
        raise FormulaError(reasons.DIVIDES_BY_ZERO(text=text))
    order = sorted(names, key=text.index)
    return Formula(text, tuple(order), tree)


def _divides_by_zero(node: ast.AST, text: str) -> bool:
    """Whether a quotient has a divisor that is zero whatever its inputs are."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Div):
        return False
    if any(isinstance(part, ast.Name | ast.Call) for part in ast.walk(node.right)):
        return False
    try:
        return _worked_out(node.right, {}, text).value == 0
    except ZeroDivisionError:
        return True


def _dimensions(node: ast.expr, of: Mapping[str, Dimensions]) -> Dimensions:
    match node:
        case ast.Name(id=name):
            return of[name]
        case ast.Constant():
            return ()
        case ast.UnaryOp(operand=inner):
            return _dimensions(inner, of)
        case ast.Call(func=ast.Name(id=name), args=args):
            takes = [unit(each).dimensions for each in FUNCTIONS[name].takes]
            if [_dimensions(each, of) for each in args] != takes:
                wanted = listing(FUNCTIONS[name].takes)
                raise UnlikeError(reasons.TAKES(name=name, wanted=wanted))
            return unit(FUNCTIONS[name].gives).dimensions
        case ast.BinOp(left=left, op=ast.Mult() | ast.Div() as op, right=right):
            return times(_dimensions(left, of), _dimensions(right, of), 1 if isinstance(op, ast.Mult) else -1)
        case ast.BinOp(left=left, right=right):
            one, other = _dimensions(left, of), _dimensions(right, of)
            if one != other:
                beside, first = written(other), written(one)
                raise UnlikeError(reasons.UNLIKE_SUM(beside=beside, first=first))
            return one
        case _:
            raise FormulaError(reasons.NO_PART(part=ast.unparse(node)))


def _worked_out(node: ast.expr, values: Mapping[str, Quantity], text: str) -> Quantity:
    match node:
        case ast.Name(id=name):
            return values[name]
        case ast.Constant():
            # The digits as they are written: a decimal number is exact here.
            return Quantity(Fraction(ast.get_source_segment(text, node) or "0"))
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_worked_out(inner, values, text)
        case ast.Call(func=ast.Name(id=name), args=args):
            called = FUNCTIONS[name]
            given = [_worked_out(each, values, text) for each in args]
            exact = [each.in_unit(in_) for each, in_ in zip(given, called.takes, strict=True)]
            return Quantity.of(called.work(*exact), called.gives)
        case ast.BinOp(left=left, op=op, right=right):
            one, other = _worked_out(left, values, text), _worked_out(right, values, text)
            match op:
                case ast.Add():
                    return one + other
                case ast.Sub():
                    return one - other
                case ast.Mult():
                    return one * other
                case ast.Div():
                    return one / other
                case _:
                    pass
        case _:
            pass
    raise FormulaError(reasons.NO_PART(part=ast.unparse(node)))


def _spelt(node: ast.expr, leaf: Callable[[str], str], text: str) -> str:
    match node:
        case ast.UnaryOp(operand=inner):
            return f"−{_spelt(inner, leaf, text)}"
        case ast.BinOp(left=left, op=op, right=right):
            one, other = _spelt(left, leaf, text), _spelt(right, leaf, text)
            if isinstance(op, ast.Mult | ast.Div):
                one = f"({one})" if _is_sum(left) else one
                other = f"({other})" if isinstance(right, ast.BinOp) else other
                return f"{one} {'×' if isinstance(op, ast.Mult) else '÷'} {other}"
            other = f"({other})" if isinstance(op, ast.Sub) and _is_sum(right) else other
            return f"{one} {'+' if isinstance(op, ast.Add) else '−'} {other}"
        case ast.Constant():
            return ast.get_source_segment(text, node) or ""
        case _:
            return leaf(ast.unparse(node))


def _is_sum(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)


def _scale(node: ast.expr, units: Mapping[str, str]) -> Fraction:
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            one, other = _scale(left, units), _scale(right, units)
            return one / other if isinstance(op, ast.Div) else one * other
        case ast.Constant():
            return Fraction(1)
        case _:
            return unit(units[ast.unparse(node)]).scale
