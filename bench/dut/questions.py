"""Questions to a product by the hooks of its profile: sections [connection.ask.X], each by one of the ways there are.

Leaves the ways to `hooks`. Rows and fields are expressions of the profile over what came back (docs/TERMINALS.md).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, cast

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bench.dut import Seat, sentences, templates
from bench.dut.asking import Asks
from bench.dut.hooks import Question, Way, asked_of, way_of, ways
from simulators.settings import keys_of, read
from simulators.stamps import local
from simulators.tables import Problem, Table
from simulators.values import hint, no_choice, unknown

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
    "inventory-report": ("text", "total"),
    "emission-comparison": ("what", "start", "value", "unit", "change"),
    "emission-events": ("source", "at", "value", "unit"),
}
"""The fields that judges look at, by question; rows of other questions are only recorded, or free."""
STREAMS = frozenset(("emission-events",))
"""What a product tells by itself, over one connection that stays."""


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
    asked = asked_of(seat.connection, what)
    if asked is None:
        raise LookupError(str(sentences.NO_ASK(what=what)))
    engine = environment()
    fill = filling(engine, seat, what, query, subject)
    answer = await asked.fetch(Question(what, query, fill, seat.folder.resolve(), seat.state, desk))
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


def _rows(engine: jinja2.Environment, asked: Way, answer: Any) -> tuple[dict[str, str], ...]:
    """The rows of an answer by the expressions of the profile."""
    found = engine.compile_expression(asked.rows, undefined_to_none=True)(answer=answer)
    if found is None:
        raise LookupError(str(sentences.NO_ROWS(rows=asked.rows)))
    listed = found if isinstance(found, list) else [found]
    columns = {name: engine.compile_expression(text, undefined_to_none=True) for name, text in asked.fields.items()}
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
    problems: list[Problem] = []
    asks = Table({"ask": given}, "connection", problems).table("ask") or Table({}, "", [])
    for what in asks.data:
        if what not in QUESTIONS:
            asks.problem(what, *no_choice(QUESTIONS, what))
        if (section := asks.table(what)) is not None:
            _section(what, section)
    yield from map(str, problems)


def _section(what: str, section: Table) -> None:
    kind = way_of(section.data)
    if kind is None:
        known = [key.name for each in ways().values() for key in keys_of(each)]
        for key in section.data:
            if key not in known:
                section.problem(key, *unknown(key, known))
        section.problem("", *sentences.NO_WAY(others=_others(), found=sorted(section.data)))
        return
    asked = read(section, kind)
    if what in STREAMS and "get" not in section.data:
        section.problem("", *sentences.NO_STREAM_ADDRESS(found=sorted(section.data)))
    for key in kind.templates:
        for text in texts if isinstance(texts := getattr(asked, key), tuple) else (texts,):
            look(section, key, text or "")
    look(section, "rows", asked.rows, expression=True)
    for name, text in asked.fields.items():
        look(section, f"fields.{name}", text, expression=True)
        if what in FIELDS and name not in FIELDS[what]:
            section.problem(f"fields.{name}", *sentences.NOBODY_ASKS(meant=hint(name, FIELDS[what])))


def _others() -> tuple[str, ...]:
    return tuple(key for key in ways() if key not in ("get", "post"))


def look(
    table: Table,
    key: str,
    text: str,
    *,
    expression: bool = False,
    known: Mapping[str, Collection[str] | None] = templates.ASKED,
) -> None:
    """Note what is wrong with a template that may name what is known, or with an expression."""
    engine = environment()
    try:
        engine.compile_expression(text) if expression else engine.compile(text)
    except jinja2.TemplateSyntaxError as error:
        table.problem(key, *sentences.TEMPLATE_LINE(lineno=error.lineno, message=error.message))
        return
    if not expression:
        for wrong in templates.misnamed(engine, text, known):
            table.problem(key, *sentences.TEMPLATE_NAME(wrong=wrong))
