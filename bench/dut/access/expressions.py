"""The sandbox that templates and expressions of [access] run in, and filling whole bodies.

Leaves what may be named to who fills: `account`, `session`, `query`, `fresh`, `local`, and `answer` in expressions.
"""

from __future__ import annotations

import base64
import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from html.parser import HTMLParser
from typing import Any, cast

import jinja2

from bench.dut import sentences
from bench.dut.questions import environment


def _find(text: object, pattern: str) -> str:
    """The first group of a pattern in a text; empty where it is not there."""
    found = re.search(pattern, str(text))
    return "" if found is None else found[1]


def _table(text: object) -> list[dict[str, str]]:
    """The rows of a table of comma-separated values, by the names of its first line."""
    return list(csv.DictReader(io.StringIO(str(text).lstrip("\ufeff"))))


class _Cells(HTMLParser):
    """The cells of the tables of a page, row by row."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """See `HTMLParser`."""
        del attrs
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        """See `HTMLParser`."""
        if tag in ("td", "th", "tr", "table"):
            self._inside = False

    def handle_data(self, data: str) -> None:
        """See `HTMLParser`."""
        if self._inside:
            self.rows[-1][-1] += data


def cells(text: object) -> list[list[str]]:
    """The rows of all tables of a page (HTML), each as the texts of its cells without blanks at their ends."""
    reader = _Cells()
    reader.feed(str(text))
    return [[cell.strip() for cell in row] for row in reader.rows]


def _b64(text: object) -> str:
    """A text as base64, as HTTP's basic authentication has it."""
    return base64.b64encode(str(text).encode()).decode()


@cache
def engine() -> jinja2.Environment:
    """The sandbox of profiles with `find` and `cells`, for what stands in a page, `table`, for a file, and `b64`."""
    made = environment()
    made.filters["find"] = cast("Any", _find)
    made.filters["table"] = cast("Any", _table)
    made.filters["cells"] = cast("Any", cells)
    made.filters["b64"] = _b64
    return made


def faults(where: str, text: str, *, expression: bool = False) -> Iterator[str]:
    """What keeps a text of a profile from being a template, or an expression."""
    try:
        _expression(text) if expression else _template(text)
    except jinja2.TemplateSyntaxError as error:
        what = sentences.AN_EXPRESSION() if expression else sentences.A_TEMPLATE()
        yield sentences.SYNTAX(what=what, message=error.message or "").after(where)


@cache
def _template(text: str) -> jinja2.Template:
    return engine().from_string(text)


@cache
def _expression(text: str) -> Callable[..., Any]:
    return engine().compile_expression(text, undefined_to_none=True)


_WHOLE = re.compile(r"\s*\{\{(?P<named>[^{}]+)\}\}\s*")


def fill(given: Any, known: Mapping[str, Any]) -> Any:
    """Texts of a body rendered, in tables and lists too; whatever else stays. Raises LookupError.

    A text that is one expression for a table or a list, such as `{{ fields }}`, becomes that table or list.
    """
    if isinstance(given, str):
        try:
            if (alone := _WHOLE.fullmatch(given)) and isinstance(
                found := _expression(alone["named"])(**known), dict | list | str
            ):
                return found
            return _template(given).render(known) if "{" in given else given
        except (jinja2.TemplateError, ArithmeticError, TypeError, ValueError) as error:
            raise LookupError(str(sentences.TEMPLATE_WRONG(given=given[:60], error=error))) from None
    if isinstance(given, dict):
        table = cast("dict[str, Any]", given)
        return {key: fill(value, known) for key, value in table.items()}
    if isinstance(given, list):
        return [fill(value, known) for value in cast("list[Any]", given)]
    return given


def value(expression: str, **known: Any) -> Any:
    """What an expression gives; None where something of it is not there. Raises LookupError where it does not fit."""
    try:
        return _expression(expression)(**known)
    except jinja2.UndefinedError:
        return None
    except (jinja2.TemplateError, ArithmeticError, TypeError, ValueError, RecursionError) as error:
        raise LookupError(str(sentences.EXPRESSION_WRONG(expression=expression[:60], error=error))) from None
