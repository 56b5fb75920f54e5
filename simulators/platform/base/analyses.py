"""Samples, records, alarms and the log, as whoever asks may see them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from simulators.platform.core import Desk, Instant, Span, analysis
from simulators.platform.core.kinds import plain


class SamplesQuery(Span, frozen=True, kw_only=True):
    """`span` (s) asks for the values of a class as they came: 60, 3600 …; 0, the default, for readings."""

    point: str
    span: int = 0


@analysis("samples", en="what came in for a point", zh="监测点采样数据")
def samples(desk: Desk, query: SamplesQuery) -> Iterable[dict[str, Any]]:
    """at, value, unit, quality, received, and span, flag, way, revision."""
    unit = desk.object("point", query.point).unit
    return (
        {**msgspec.structs.asdict(each), "unit": unit}
        for each in desk.samples(query.point, query.from_, query.to, query.span)
    )


class RevisionsQuery(Span, frozen=True, kw_only=True):
    """Of one point."""

    point: str


@analysis("revisions", en="values that others took the place of", zh="修订前的数据")
def revisions(desk: Desk, query: RevisionsQuery) -> Iterable[Any]:
    """at, span, revision, value, flag, received, replaced."""
    return desk.revised(query.point, query.from_, query.to)


class RecordsQuery(Span, frozen=True, kw_only=True):
    """`point`: one point, several with commas, or none for all that the account sees (narrowed by the fields)."""

    period: Literal["minute", "quarter", "hour", "day", "week", "month", "quarter_year", "year"]
    point: str = ""
    enterprise: str = ""
    carrier: str = ""


@analysis("records", en="records of points by period", zh="监测点分时段记录")
def records(desk: Desk, query: RecordsQuery) -> Iterable[Any]:
    """point, start, end, value, unit, state, completeness, source."""
    points = [each for each in query.point.split(",") if each]
    if not points:
        narrowed = {name: text for name in ("enterprise", "carrier") if (text := getattr(query, name))}
        points = [each.id for each in desk.objects("point", **narrowed)]
    return desk.records(points, query.period, query.from_, query.to)


class AlarmsQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Alarms raised in [from, to); all without."""

    from_: Instant | None = msgspec.field(name="from", default=None)
    to: Instant | None = None


@analysis("alarms", en="alarms", zh="报警")
def alarms(desk: Desk, query: AlarmsQuery) -> Iterable[Any]:
    """id, kind, subject, raised, cleared, detail."""
    return desk.alarms(query.from_, query.to)


class AuditQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Lines of [from, to), of a user, of a kind of objects, of a deed."""

    from_: Instant | None = msgspec.field(name="from", default=None)
    to: Instant | None = None
    user: str = ""
    kind: str = ""
    what: str = ""


@analysis("audit", en="audit log", zh="审计日志", roles=("administrator", "auditor", "manager"))
def audit(desk: Desk, query: AuditQuery) -> Iterable[dict[str, Any]]:
    """number, at, user, role, what, kind, subject, outcome, detail."""
    for each in desk.audit(query.from_, query.to, query.user, query.kind, query.what):
        row = plain(each)
        yield {**row, "user": row.pop("account")}
