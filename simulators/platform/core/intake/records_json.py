"""Records as JSON: POST /api/records with a bearer token (docs/WIRE.md section 6); a body is kept whole or not at all.

Leaves HTTP to `serving`, keeping to `taking`.
"""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulators.platform.core.api import answer, json_of
from simulators.platform.core.intake.taking import Intake, Value
from simulators.platform.core.kinds import Number
from simulators.platform.core.reckoning import DAY_S, HOUR_S, MONTH_S
from simulators.platform.core.seams import seam
from simulators.platform.core.sentences import Refused
from simulators.platform.core.times import SECOND, end_of, from_iso, start_of

_KINDS = ("reading", "minute", "quarter", "hour", "day", "month", "manual")
_MINUTES = re.compile(r"min([1-9]|[1-5]\d)")
_FORM = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+08:00")
_DECIMAL = re.compile(r"-?\d{1,30}(\.\d{1,30})?")
_MEMBERS = ("point", "kind", "start", "end", "value", "unit", "flag")
_FIXED = {"reading": 0, "hour": HOUR_S, "day": DAY_S, "month": MONTH_S}
_WAY = "https"


class RecordsJson:
    """The address for records of terminals."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    def routes(self) -> list[Route]:
        """Its one address."""
        return [Route("/api/records", self._post, methods=["POST"])]

    async def _post(self, request: Request) -> Response:
        try:
            return await self._taken(request)
        except Refused as refused:
            return answer({"error": f"{refused.en} / {refused.zh}"}, refused.status)

    async def _taken(self, request: Request) -> Response:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        certified = request.scope.get("state", {}).get("certified", "")
        if scheme.lower() != "bearer" and not certified:
            raise Refused(401, "the source or its token is not known", "来源或令牌不符")
        body = await json_of(request)
        source = body.get("source")
        if not isinstance(source, str):
            raise Refused(400, "expected source and records", "缺少 source 与 records")
        terminal = self._intake.known(source, token if scheme.lower() == "bearer" else "", certified, _WAY)
        if terminal is None:
            raise Refused(401, "the source or its token is not known", "来源或令牌不符")
        values = read(body)
        self._intake.check(terminal, values)
        if not await self._intake.taken(terminal, values, _WAY):
            raise Refused(503, "the records could not be kept; send them again", "记录未能保存，请重发")
        return self._accepted(len(values))

    def _accepted(self, count: int) -> Response:
        """The acknowledgement of a body."""
        return answer({"accepted": count})


def read(body: dict[str, Any]) -> list[Value]:
    """The values of a body. Raises Refused with the first thing that is wrong."""
    rows = body.get("records")
    if not isinstance(rows, list):
        raise Refused(400, "expected source and records", "缺少 source 与 records")
    return [_value(index, row) for index, row in enumerate(rows)]


@seam
def _as_long(kind: str, start: int, end: int, span: int) -> bool:
    """Whether an hour or a day is as long as one."""
    return kind not in ("hour", "day") or end - start == span * SECOND


def _value(index: int, row: Any) -> Value:
    def wrong(en: str, zh: str) -> Refused:
        return Refused(400, f"record {index}: {en}", f"第 {index} 条记录：{zh}")

    if not isinstance(row, dict):
        raise wrong("expected an object", "应为对象")
    for name in _MEMBERS:
        if not isinstance(row.get(name), str) or isinstance(row[name], Number):
            raise wrong(f"expected {name} as text", f"{name} 应为文本")
    kind, value, flag = row["kind"], row["value"], row["flag"]
    minutes = _MINUTES.fullmatch(kind)
    if kind not in _KINDS and not minutes:
        raise wrong(f"there are no records of kind {kind[:20]!r}", f"没有“{kind[:20]}”类记录")
    for name in ("start", "end"):
        if not _FORM.fullmatch(row[name]):
            raise wrong(f"expected {name} such as 2026-03-02T00:00:00+08:00", f"{name} 应如 2026-03-02T00:00:00+08:00")
    try:
        start, end = from_iso(row["start"]), from_iso(row["end"])
    except ValueError:
        raise wrong("start or end is no date", "start 或 end 不是日期") from None
    if value and not _DECIMAL.fullmatch(value):
        raise wrong("expected value as decimal text", "value 应为十进制文本")
    if not value and flag in ("", "N"):
        raise wrong("a record without value needs a flag other than N", "无值记录须有非 N 标记")
    span = _FIXED.get(kind, (end - start) // SECOND)
    if kind == "month" and (start_of("month", start), end_of("month", start)) != (start, end):
        raise wrong("a month goes from its first to the next month's first day", "月记录须为整月")
    if not _as_long(kind, start, end, span):
        raise wrong(f"start and end are no {kind}", "起止时刻与类别不符")
    revision = row.get("revision")
    said = {"revision": str(revision)} if isinstance(revision, int | str) and not isinstance(revision, bool) else {}
    taken = Value(row["point"], start, span, value, "" if flag == "N" else flag, row["unit"], said)
    if not taken.readable:
        raise wrong("point or flag is no word", "point 或 flag 不是有效的词")
    return taken
