"""Questions to a product by the hooks of its profile: sections [connection.ask.X], each by one of the ways there are.

Leaves the ways to `hooks`. Rows and fields are expressions of the profile over what came back (docs/TERMINALS.md).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bench.dut import Seat, sentences, templates
from bench.dut.asking import Asks
from bench.dut.hooks import Question, way_of, ways
from simulators.stamps import local
from simulators.values import hint, unknown

QUESTIONS = (
    "readings", "records", "gaps", "status", "queue", "log", "replacement", "alarms", "centres", "packages",
    "upload", "upload-time", "backfill", "verify", "package", "estimates", "manual", "manual entry", "period",
    "capacity", "export", "emission-sources", "classified", "centre-add", "centre-remove", "centre-certificate",
    "configuration-backup", "configuration-restore", "clock", "emissions", "emission-sum", "emission-chain",
    "intensity", "footprint", "factor", "boundary", "activity", "recalculation", "emission-comparison",
    "inventory-report", "formula", "emission-events", "activities",
    "emission-history", "calibration",
)  # fmt: skip
"""What an operator may ask (see `bench.facade.bench.Operator`)."""
FIELDS: Mapping[str, tuple[str, ...]] = {
    "readings": ("at", "value", "quality", "source", "origin", "raw"),
    "records": ("start", "end", "value", "flag", "opening", "closing", "source", "min", "max"),
    "estimates": ("at", "value", "method", "quality"),
    "manual": ("start", "value", "author", "reason", "original", "verdict"),
    "gaps": ("point", "start", "end", "cause", "centre"),
    "queue": ("centre", "pending", "oldest", "connected"),
    "log": ("at", "kind", "code", "subject", "text", "en", "zh"),
    "alarms": ("kind", "code", "subject", "raised", "cleared"),
    "export": ("point", "unit", "start", "end", "value", "flag"),
    "emission-sources": ("emission_source", "point"),
    "classified": ("point", "start", "end", "value", "flag"),
    "emissions": ("start", "end", "value", "unit", "gas", "method", "version", "revision", "state", "cumulative"),
    "emission-sum": ("start", "end", "value", "unit", "gas", "method", "version", "revision", "state"),
    "emission-chain": ("symbol", "value", "unit", "origin", "version"),
    "emission-history": ("value", "revision"),
    "activities": ("symbol", "start", "end", "value", "unit", "author", "reason"),
    "intensity": ("start", "end", "value", "unit", "state"),
    "footprint": ("start", "end", "value", "unit", "state"),
    "inventory-report": ("text",),
    "emission-comparison": ("what", "start", "value", "unit", "change"),
    "emission-events": ("source", "at", "value", "unit"),
}
"""The fields that judges look at, by question; rows of other questions are only recorded, or free."""
STREAMS = frozenset(("emission-events",))
"""What a product tells by itself, over one connection that stays."""
_COMMON = frozenset(("rows", "fields"))


def _iso(at_us: object) -> str:
    """Microseconds UTC as local time with its zone, to the microsecond."""
    return f"{local(int(str(at_us))).isoformat(timespec='microseconds')}+08:00"


def _ms(at_us: object) -> int:
    return int(str(at_us)) // 1000


def _from_ms(at_ms: object) -> str:
    return _iso(int(str(at_ms)) * 1000)


def _from_s(at_s: object) -> str:
    return _iso(int(str(at_s)) * 1_000_000)


def environment() -> jinja2.Environment:
    """The sandbox that templates run in; a name that does not exist is an error."""
    made = ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    made.filters |= {"iso": _iso, "ms": _ms, "from_ms": _from_ms, "from_s": _from_s}
    return made


async def ask_by_hooks(
    seat: Seat,
    what: str,
    query: Mapping[str, str],
    *,
    subject: Mapping[str, Any] | None = None,
    desk: Asks | None = None,
) -> tuple[dict[str, str], ...]:
    """Put a question as the profile says; `subject` is what its templates may name besides.

    Raises LookupError, OSError or TimeoutError without an answer.
    """
    asked: Mapping[str, Any] = seat.connection.get("ask", {}).get(what, {})
    way = way_of(asked)
    if way is None:
        raise LookupError(str(sentences.NO_ASK(what=what)))
    engine = environment()
    fill = filling(engine, seat, what, query, subject)
    answer = await way.fetch(asked, Question(what, query, fill, seat.folder.resolve(), seat.state, desk))
    try:
        return _rows(engine, asked, answer)
    except (jinja2.TemplateError, ArithmeticError, TypeError, ValueError, RecursionError) as error:
        told = f"{type(error).__name__}: {error}"
        raise LookupError(str(sentences.ANSWER_UNFIT(what=what, told=told))) from None


def filling(
    engine: jinja2.Environment, seat: Seat, what: str, query: Mapping[str, str], subject: Mapping[str, Any] | None
) -> Callable[[str], str]:
    """What renders templates of a question's section, and raises LookupError for one that cannot be."""
    known = {
        "query": dict(query),
        "local": {"host": seat.local[0], "port": seat.local[1]},
        "folder": str(seat.folder.resolve()),
        **({} if seat.state is None else {"state": str(seat.state)}),
        **(subject or {}),
    }

    def fill(text: str) -> str:
        try:
            return engine.from_string(text).render(known)
        except (jinja2.TemplateError, ArithmeticError, TypeError, ValueError) as error:
            raise LookupError(str(sentences.ASK_TEMPLATE(what=what, error=error))) from None

    return fill


def _rows(engine: jinja2.Environment, asked: Mapping[str, Any], answer: Any) -> tuple[dict[str, str], ...]:
    """The rows of an answer by the expressions of the profile."""
    found = engine.compile_expression(asked.get("rows", "answer"), undefined_to_none=True)(answer=answer)
    if found is None:
        raise LookupError(str(sentences.NO_ROWS(rows=asked["rows"])))
    listed = found if isinstance(found, list) else [found]
    fields: Mapping[str, str] = asked.get("fields", {})
    columns = {name: engine.compile_expression(text, undefined_to_none=True) for name, text in fields.items()}
    made: list[dict[str, str]] = []
    for row in cast("list[Any]", listed):
        if columns:
            made.append({name: text_of(expression(row=row)) for name, expression in columns.items()})
        elif isinstance(row, dict):
            made.append({str(name): text_of(value) for name, value in row.items()})
        else:
            raise LookupError(str(sentences.ROWS_NEED_FIELDS(row=str(row)[:60])))
    return tuple(made)


def text_of(value: object) -> str:
    """A value of JSON as rows carry it: texts as they are, nothing as an empty one."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def hook_problems(given: object) -> Iterator[str]:
    """What is wrong with the table [connection.ask], one sentence each."""
    if not isinstance(given, dict):
        yield _wrong("ask", "a table", given)
        return
    for what, asked in cast("dict[str, object]", given).items():
        if what not in QUESTIONS:
            yield _wrong("ask", f"one of {', '.join(QUESTIONS)}", what)
        if not isinstance(asked, dict):
            yield _wrong(f"ask.{what}", "a table", asked)
        else:
            yield from _section(what, cast("dict[str, Any]", asked))


def _section(what: str, asked: Mapping[str, Any]) -> Iterator[str]:
    way = way_of(asked)
    each = ways().values() if way is None else (way,)
    known = {*_COMMON, *(key for one in each for key in (*one.chooses, *one.keys))}
    for key in sorted(set(asked) - known):
        yield f"connection.ask.{what}.{key}: {' / '.join(unknown(key, known))}"
    if way is None:
        yield _wrong(f"ask.{what}", f"either get or post with an address, or one of {_others()}", sorted(asked))
        return
    if what in STREAMS and "get" not in asked:
        yield _wrong(f"ask.{what}", "get with the address of a stream of server-sent events", sorted(asked))
    for key, expected in way.problems(asked):
        yield _wrong(f"ask.{what}.{key}", expected, asked.get(key.partition(".")[0]))
    for key in sorted(way.templates & set(asked)):
        yield from _template(f"ask.{what}.{key}", asked[key])
    if "rows" in asked:
        yield from _template(f"ask.{what}.rows", asked["rows"], expression=True)
    fields = asked.get("fields", {})
    if not isinstance(fields, dict):
        yield _wrong(f"ask.{what}.fields", "a table", fields)
        return
    for name, text in cast("dict[str, object]", fields).items():
        yield from _template(f"ask.{what}.fields.{name}", text, expression=True)
        if what in FIELDS and name not in FIELDS[what]:
            meant = hint(name, FIELDS[what])
            yield sentences.NOBODY_ASKS(meant=meant).after(f"connection.ask.{what}.fields.{name}")


def _others() -> str:
    return ", ".join(key for key in ways() if key not in ("get", "post"))


def _template(key: str, text: object, *, expression: bool = False) -> Iterator[str]:
    if not isinstance(text, str):
        yield _wrong(key, "a text", text)
        return
    engine = environment()
    try:
        engine.compile_expression(text) if expression else engine.compile(text)
    except jinja2.TemplateSyntaxError as error:
        yield sentences.TEMPLATE_LINE(lineno=error.lineno, message=error.message).after(f"connection.{key}")
        return
    if not expression:
        for wrong in templates.misnamed(engine, text, templates.ASKED):
            yield sentences.TEMPLATE_NAME(wrong=wrong).after(f"connection.{key}")


def _wrong(key: str, expected: str, found: object) -> str:
    return sentences.VALUE_EXPECTED(expected=expected, found=found).after(f"connection.{key}")
