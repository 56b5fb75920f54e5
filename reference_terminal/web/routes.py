"""The questions of the local interface as paths, parameters and bodies: requests in, rows out.

Leaves HTTP to `server` and finding the data to `views`. Instants are ISO 8601, read as +08:00 without a zone (R-09).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

import msgspec

from reference_terminal.configread import did_you_mean
from reference_terminal.problems import Problem
from reference_terminal.times import STANDARD_SPANS, Span, parse_iso, span_named
from reference_terminal.web.refusal import Refusal, refusal
from reference_terminal.web.views import ReplacementEntry, Row, Views

ROOT = "/api/v1/"
MOST_ROWS = 100_000
"""The most rows one answer holds; `more` tells that there were more."""
_SERIES_ROWS = 1000
_MOST_PARAMETERS = 20
_LAST_S = 4_102_444_800  # 2100-01-01: beyond it an instant is a mistake
_MOST_DIGITS = 30
_SHOWN = 60


@dataclass(frozen=True)
class Request:
    """A request as received: method, target (path and query) and body octets."""

    method: str
    target: str
    content_type: str = ""
    body: bytes = b""


@dataclass(frozen=True)
class Page:
    """An answer: rows, and whether the limit kept others back."""

    rows: Sequence[Row]
    more: bool = False


def shown(text: object) -> str:
    """What somebody sent, quoted and cut to a readable length."""
    quoted = repr(text)
    return quoted if len(quoted) <= _SHOWN else f"{quoted[:_SHOWN]}…"


class Parameters:
    """The query of a request, read key by key while problems are gathered."""

    def __init__(self, query: str, known: Sequence[str]) -> None:
        self.problems: list[Problem] = []
        self._values: dict[str, str] = {}
        try:
            pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS)
        except ValueError:
            self._note("query", "expected name=value&… in UTF-8 percent-encoding", "应为 UTF-8 百分号编码的 name=value")
            return
        for name, value in pairs:
            if name not in known:
                listed = ", ".join(known) or "none"
                self._note(
                    shown(name),
                    f"unknown parameter{did_you_mean(name[:_SHOWN], known)}; known here: {listed}",
                    f"未知参数,可用:{listed}",
                )
            elif name in self._values:
                self._note(name, "given twice; give it once", "参数重复,请只给一次")
            self._values.setdefault(name, value)

    def _note(self, where: str, en: str, zh: str) -> None:
        self.problems.append(Problem(where, en, zh))

    def text(self, name: str) -> str | None:
        """A text, None if it is not given."""
        return self._values.get(name)

    def required(self, name: str) -> str:
        """A text that must be given."""
        value = self._values.get(name, "")
        if not value:
            self._note(name, f"missing; add {name}=…", f"缺少参数 {name}")
        return value

    def instant(self, name: str, default_s: int) -> int:
        """An instant in UTC seconds."""
        value = self._values.get(name)
        if value is None:
            return default_s
        at_s = instant_s(value)
        if at_s is None:
            self._note(name, *_instant_expected(value))
            return default_s
        return at_s

    def limit(self, default: int) -> int:
        """The most rows wanted."""
        value = self._values.get("limit")
        if value is None:
            return default
        if value.isascii() and value.isdigit() and len(value) <= 9 and 1 <= int(value) <= MOST_ROWS:
            return int(value)
        self._note(
            "limit",
            f"expected a whole number from 1 to {MOST_ROWS}, got {shown(value)}",
            f"应为 1 至 {MOST_ROWS} 的整数",
        )
        return default

    def span(self, name: str) -> Span:
        """A class of periods."""
        value = self.required(name)
        found = span_named(value) if value.isascii() else None
        if found is None:
            names = [span.name for span in STANDARD_SPANS]
            if value:
                self._note(
                    name,
                    f"expected one of {', '.join(names)}, min1 … min30, got {shown(value)}{did_you_mean(value, names)}",
                    f"应为 {'、'.join(names)} 或 min1 至 min30",
                )
            return STANDARD_SPANS[0]
        return found

    def check(self) -> None:
        """Raise what was gathered."""
        if self.problems:
            raise Refusal(400, self.problems)


def instant_s(text: str) -> int | None:
    """UTC seconds of an ISO 8601 instant between 1970 and 2100, else None."""
    try:
        at_s = parse_iso(text)
    except OverflowError:
        return None
    return at_s if at_s is not None and 0 <= at_s <= _LAST_S else None


def _instant_expected(value: object) -> tuple[str, str]:
    return (
        f"expected an instant from 1970 to 2100 such as 2026-03-01T08:00:00+08:00, got {shown(value)}",
        "应为 1970 至 2100 年间的时刻,例如 2026-03-01T08:00:00+08:00",
    )


def is_decimal(text: str) -> bool:
    """Whether a text is a plain decimal number: sign, digits, point, digits."""
    whole, point, part = text.removeprefix("-").partition(".")
    digits = whole + part
    return (
        bool(whole)
        and bool(part) == bool(point)
        and digits.isascii()
        and digits.isdigit()
        and len(digits) <= _MOST_DIGITS
    )


Question = Callable[[Parameters], Awaitable[Page]]


class Routes:
    """All paths of the interface over one set of views."""

    def __init__(self, views: Views) -> None:
        self._views = views
        self._questions: dict[str, tuple[tuple[str, ...], Question]] = {
            "status": ((), self._status),
            "points": ((), self._points),
            "readings": (("point", "from", "to", "limit"), self._readings),
            "records": (("class", "point", "from", "to", "limit"), self._records),
            "gaps": (("point", "from", "to", "limit"), self._gaps),
            "queue": ((), self._queue),
            "log": (("from", "limit"), self._log),
            "alarms": (("limit",), self._alarms),
            "config": ((), self._config),
        }

    async def answer(self, request: Request) -> Page:
        """The rows of a request. Raises Refusal for one that cannot be carried out."""
        try:
            target = urlsplit(request.target)
        except ValueError:
            raise refusal(400, shown(request.target), "not a request target", "请求目标无效") from None
        name = target.path.removeprefix(ROOT) if target.path.startswith(ROOT) else ""
        if name == "replacements":
            _allow(request, ("POST",))
            Parameters(target.query, ()).check()
            return self._replacement(request)
        if name not in self._questions:
            paths = ", ".join(ROOT + each for each in (*self._questions, "replacements"))
            raise refusal(
                404, shown(target.path), f"nothing is here; there are {paths}", f"路径不存在,可用路径:{paths}"
            )
        _allow(request, ("GET", "HEAD"))
        known, question = self._questions[name]
        return await question(Parameters(target.query, known))

    async def _status(self, given: Parameters) -> Page:
        given.check()
        return Page(self._views.status())

    async def _points(self, given: Parameters) -> Page:
        given.check()
        return Page(self._views.points())

    async def _readings(self, given: Parameters) -> Page:
        point = given.required("point")
        from_s, to_s = _range(given)
        limit = given.limit(_SERIES_ROWS)
        given.check()
        self._known(point)
        return _page(await self._views.readings(point, from_s, to_s, limit + 1), limit)

    async def _records(self, given: Parameters) -> Page:
        span = given.span("class")
        point = given.required("point")
        from_s, to_s = _range(given)
        limit = given.limit(_SERIES_ROWS)
        given.check()
        self._known(point)
        return _page(await self._views.records(span, point, from_s, to_s, limit + 1), limit)

    async def _gaps(self, given: Parameters) -> Page:
        point = given.text("point")
        from_s, to_s = _range(given)
        limit = given.limit(MOST_ROWS)
        given.check()
        if point is not None:
            self._known(point)
        return _page(self._views.gaps(point, from_s, to_s, limit + 1), limit)

    async def _queue(self, given: Parameters) -> Page:
        given.check()
        return Page(self._views.queue())

    async def _log(self, given: Parameters) -> Page:
        from_s = given.instant("from", 0)
        limit = given.limit(MOST_ROWS)
        given.check()
        return _page(self._views.log(from_s, limit + 1), limit)

    async def _alarms(self, given: Parameters) -> Page:
        limit = given.limit(MOST_ROWS)
        given.check()
        return _page(self._views.alarms(limit + 1), limit)

    async def _config(self, given: Parameters) -> Page:
        given.check()
        return Page(self._views.config())

    def _known(self, point: str) -> None:
        if not self._views.knows(point):
            raise refusal(
                404,
                "point",
                f"no point is called {shown(point)}; {ROOT}points lists them",
                f"没有该监测点,请查看 {ROOT}points",
            )

    def _replacement(self, request: Request) -> Page:
        # Only a deliberate client sends this type: a page open in a browser cannot make it enter a replacement.
        if request.content_type.partition(";")[0].strip().lower() != "application/json":
            raise refusal(
                415,
                "Content-Type",
                f"expected application/json, got {shown(request.content_type)}",
                "应为 application/json",
            )
        entry = read_entry(request.body)
        self._known(entry.point)
        return Page(self._views.replace(entry))


def _page(rows: Sequence[Row], limit: int) -> Page:
    return Page(rows[:limit], len(rows) > limit)


def _range(given: Parameters) -> tuple[int, int]:
    from_s, to_s = given.instant("from", 0), given.instant("to", _LAST_S)
    if from_s > to_s:
        given.problems.append(Problem("from", "later than to; exchange them", "from 晚于 to,请对调"))
    return from_s, to_s


def _allow(request: Request, methods: Sequence[str]) -> None:
    if request.method not in methods:
        allowed = ", ".join(methods)
        raise refusal(
            405, shown(request.method), f"expected {allowed} here", f"此处应使用 {allowed}", {"Allow": allowed}
        )


_ENTRY_KEYS = ("point", "at", "final_old", "initial_new")


def read_entry(body: bytes) -> ReplacementEntry:
    """The replacement in a JSON body. Raises Refusal (400) with everything wrong with it."""
    try:
        found: Any = msgspec.json.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        keys = ", ".join(_ENTRY_KEYS)
        raise refusal(400, "body", f"expected a JSON object with {keys}", f"应为包含 {keys} 的 JSON 对象")
    entry = cast(dict[str, Any], found)
    problems: list[Problem] = []
    texts: dict[str, str] = {}
    for key in _ENTRY_KEYS:
        value = entry.get(key)
        if not isinstance(value, str) or not value:
            got = "nothing" if key not in entry else shown(value)
            problems.append(Problem(key, f"expected text in quotes, got {got}", "应为带引号的文本"))
        else:
            texts[key] = value
    problems += [
        Problem(shown(key), f"unknown key{did_you_mean(key[:_SHOWN], _ENTRY_KEYS)}", "未知的键")
        for key in entry
        if key not in _ENTRY_KEYS
    ][:_MOST_PARAMETERS]
    at_s = instant_s(texts["at"]) if "at" in texts else None
    if "at" in texts and at_s is None:
        problems.append(Problem("at", *_instant_expected(texts["at"])))
    for key in ("final_old", "initial_new"):
        if key in texts and not is_decimal(texts[key]):
            problems.append(
                Problem(
                    key,
                    f'expected a plain decimal number such as "1234.50", got {shown(texts[key])}',
                    '应为十进制数,例如 "1234.50"',
                )
            )
    if problems or at_s is None:
        raise Refusal(400, problems)
    return ReplacementEntry(texts["point"], at_s, texts["final_old"], texts["initial_new"])
