"""The local read interface (ISC-2 7.1.1 e): what each address answers.

Leaves HTTP to `server`. Times are ISO 8601 with +08:00, values decimal text exactly as stored.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from reference_terminal.acquisition.reading import QUALITIES
from reference_terminal.config import centre_code
from reference_terminal.processing.pipeline import PointState
from reference_terminal.storage.rows import Gap, Record, Replacement
from reference_terminal.times import iso, iso_ms, parse_iso, span_named
from reference_terminal.web.server import HttpError

if TYPE_CHECKING:
    from reference_terminal.terminal import Terminal

_DEFAULT_LIMIT = 1000
_MOST = 100_000
_FOREVER_S = 4_102_444_800


class Api:
    """Answers for one terminal."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._reads: dict[str, Callable[[dict[str, str]], Any]] = {
            "/api/v1/status": self.status,
            "/api/v1/points": self.points,
            "/api/v1/readings": self.readings,
            "/api/v1/records": self.records,
            "/api/v1/gaps": self.gaps,
            "/api/v1/queue": self.queue,
            "/api/v1/log": self.log,
            "/api/v1/alarms": self.alarms,
            "/api/v1/config": self.config,
        }

    def answer(self, method: str, path: str, query: dict[str, str], body: bytes) -> Any:
        """The JSON value for a request; raises HttpError."""
        if path == "/api/v1/replacements":
            if method == "POST":
                return self.replace(body)
            raise HttpError(405, "expected POST for a replacement", "更换记录须用 POST 提交")
        read = self._reads.get(path)
        if read is None:
            known = ", ".join(self._reads)
            raise HttpError(404, f"no such address {path}; known are {known}", f"没有该地址,可用:{known}")
        if method != "GET":
            raise HttpError(405, f"expected GET, got {method}", f"应为 GET,实际为 {method}")
        return read(query)

    # Parameters

    def _point(self, query: dict[str, str]) -> PointState:
        name = query.get("point", "")
        state = self._terminal.pipeline.by_id.get(name)
        if state is None:
            raise HttpError(
                404,
                f"expected point= one of GET /api/v1/points, got {name!r}",
                f"没有监测点 {name!r},请见 /api/v1/points",
            )
        return state

    def _instant(self, query: dict[str, str], name: str, default_s: int) -> int:
        text = query.get(name)
        if text is None:
            return default_s
        at_s = parse_iso(text)
        if at_s is None:
            raise HttpError(
                400,
                f"expected {name}= an instant such as 2026-01-31T08:00:00+08:00, got {text!r}",
                f"{name} 应为 2026-01-31T08:00:00+08:00 形式的时间,实际为 {text!r}",
            )
        return at_s

    def _limit(self, query: dict[str, str]) -> int:
        text = query.get("limit", str(_DEFAULT_LIMIT))
        if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= _MOST):
            raise HttpError(
                400, f"expected limit= from 1 to {_MOST}, got {text!r}", f"limit 应为 1 至 {_MOST},实际为 {text!r}"
            )
        return int(text)

    # Addresses

    def status(self, query: dict[str, str]) -> Any:
        """Name, clock, store, links."""
        terminal = self._terminal
        return {
            "name": terminal.config.name,
            "time": iso_ms(terminal.clock.now_ms()),
            "points": len(terminal.config.points),
            "store": {"path": terminal.store.path, "bytes": terminal.store.size_bytes()},
            "alarms": terminal.journal.standing(),
            "centres": {name: {"connected": link.connected} for name, link in terminal.links.items()},
        }

    def points(self, query: dict[str, str]) -> Any:
        """Every point with its latest good reading."""
        terminal = self._terminal
        anchors = terminal.store.anchors()
        answer: list[dict[str, Any]] = []
        for state in terminal.pipeline.points:
            anchor = anchors.get(state.number)
            config = state.config
            codes = {centre.id: centre_code(centre, config) for centre in terminal.config.centres}
            answer.append(
                {
                    "point": config.id,
                    "kind": config.kind,
                    "unit": config.unit,
                    "period_s": state.builder.period_s,
                    "codes": codes,
                    "classes": [span.name for span in state.builder.spans()],
                    "latest": None if anchor is None else {"at": iso(anchor.slot_s), "value": anchor.value},
                }
            )
        return {"points": answer}

    def readings(self, query: dict[str, str]) -> Any:
        """Raw readings of a point with from ≤ time < to."""
        state = self._point(query)
        rows = self._terminal.store.readings(
            state.number, self._instant(query, "from", 0), self._instant(query, "to", _FOREVER_S), self._limit(query)
        )
        return {
            "point": state.config.id,
            "unit": state.config.unit,
            "readings": [
                {
                    "at": iso(slot_s),
                    "read_at": iso_ms(at_ms),
                    "value": value,
                    "raw": raw,
                    "quality": QUALITIES[quality],
                    "cause": cause,
                    "source": state.meter,
                }
                for slot_s, at_ms, value, raw, quality, cause, _ in rows
            ],
        }

    def records(self, query: dict[str, str]) -> Any:
        """Periods of a point and class with from ≤ start < to."""
        name = query.get("class", "")
        span = span_named(name)
        if span is None:
            raise HttpError(
                400,
                f"expected class= minute, quarter, hour, day or month, got {name!r}",
                f"class 应为 minute、quarter、hour、day 或 month,实际为 {name!r}",
            )
        state = self._point(query)
        rows = self._terminal.store.records(
            span.code,
            state.number,
            self._instant(query, "from", 0),
            self._instant(query, "to", _FOREVER_S),
            self._limit(query),
        )
        return {
            "point": state.config.id,
            "unit": state.config.unit,
            "class": span.name,
            "records": [_record(state, row) for row in rows],
        }

    def gaps(self, query: dict[str, str]) -> Any:
        """Gaps of a point (`point=`), of a centre's delivery (`centre=`), or all."""
        subject = query.get("centre")
        if "point" in query:
            subject = self._point(query).config.id
        rows = self._terminal.store.gaps(
            subject, self._instant(query, "from", 0), self._instant(query, "to", _FOREVER_S), self._limit(query)
        )
        return {"gaps": [_gap(row) for row in rows]}

    def queue(self, query: dict[str, str]) -> Any:
        """Per centre: waiting, oldest, delivered."""
        answer: list[dict[str, Any]] = []
        for name, outbox in self._terminal.outboxes.items():
            counts = outbox.counts()
            oldest, last = counts["oldest_end_s"], counts["last_sent_ms"]
            answer.append(
                {
                    "centre": name,
                    "connected": self._terminal.links[name].connected,
                    "pending": counts["pending"],
                    "oldest": None if oldest is None else iso(oldest),
                    "sent": counts["sent"],
                    "last_sent": None if last is None else iso_ms(last),
                    "fill_percent": outbox.fill_percent(),
                }
            )
        return {"centres": answer}

    def log(self, query: dict[str, str]) -> Any:
        """Events from `from` on."""
        rows = self._terminal.journal.events(self._instant(query, "from", 0) * 1000, self._limit(query))
        return {
            "events": [
                {
                    "number": number,
                    "at": iso_ms(at_ms),
                    "kind": kind,
                    "subject": subject,
                    "text": f"{subject}: {en} / {zh}",
                    "en": en,
                    "zh": zh,
                }
                for number, at_ms, kind, subject, en, zh in rows
            ]
        }

    def alarms(self, query: dict[str, str]) -> Any:
        """Alarms, latest first."""
        return {
            "alarms": [
                {
                    "kind": kind,
                    "subject": subject,
                    "raised": iso_ms(raised_ms),
                    "cleared": None if cleared_ms is None else iso_ms(cleared_ms),
                    "en": en,
                    "zh": zh,
                }
                for kind, subject, raised_ms, cleared_ms, en, zh in self._terminal.journal.alarms(self._limit(query))
            ]
        }

    def config(self, query: dict[str, str]) -> Any:
        """The settings in force, without secrets."""
        config = self._terminal.config
        return {
            "name": config.name,
            "gateways": [{"id": gateway.id, "host": gateway.host, "port": gateway.port} for gateway in config.gateways],
            "meters": [
                {
                    "id": meter.id,
                    "gateway": meter.gateway,
                    "unit": meter.unit,
                    "period_s": meter.period_s,
                    "points": [point.id for point in meter.points],
                }
                for meter in config.meters
            ],
            "centres": [
                {
                    "id": centre.id,
                    "host": centre.host,
                    "port": centre.port,
                    "mn": centre.mn,
                    "st": centre.st,
                    "uploads": list(centre.uploads),
                    "realtime_s": settings.realtime_s,
                    "realtime_on": settings.realtime_on,
                    "minute_interval": settings.minute_interval,
                    "overtime_s": settings.overtime_s,
                    "recount": settings.recount,
                    "buffer_h": centre.buffer_h,
                }
                for centre in config.centres
                for settings in (self._terminal.settings[centre.id],)
            ],
        }

    def replace(self, body: bytes) -> Any:
        """Record a change of a meter (R-19)."""
        try:
            value = json.loads(body, parse_float=str)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise HttpError(400, "expected a JSON object", "应为 JSON 对象")
        fields = {str(key): str(item) for key, item in cast(dict[Any, Any], value).items()}
        wanted = ("point", "at", "final_old", "initial_new")
        for name in wanted:
            if name not in fields:
                raise HttpError(400, f"{name} is missing; send {', '.join(wanted)}", f"缺少 {name}")
        state = self._point(fields)
        if state.tracker is None:
            raise HttpError(400, f"{state.config.id} is no counter", f"{state.config.id} 不是累计量")
        for name in ("final_old", "initial_new"):
            if not _is_decimal(fields[name]):
                raise HttpError(
                    400,
                    f"expected {name} a decimal number, got {fields[name]!r}",
                    f"{name} 应为十进制数,实际为 {fields[name]!r}",
                )
        at_s = self._instant(fields, "at", 0)
        now_ms = self._terminal.clock.now_ms()
        if state.tracker.value is not None and at_s < state.tracker.slot_s:
            raise HttpError(
                409,
                f"a reading at {iso(state.tracker.slot_s)} follows {fields['at']} already; "
                "enter a replacement before the new meter is read",
                "该时刻之后已有读数,请在新表首次读数之前登记",
            )
        entry = Replacement(state.config.id, at_s, fields["final_old"], fields["initial_new"], now_ms)
        self._terminal.journal.event(
            "replacement entered",
            entry.point,
            f"at {iso(at_s)}: old meter ends at {entry.final_old}, new one starts at {entry.initial_new}",
            f"{iso(at_s)}:旧表止码 {entry.final_old},新表起码 {entry.initial_new}",
        )
        self._terminal.pipeline.replace(entry)
        return {"recorded": {name: fields[name] for name in wanted}}


def _is_decimal(text: str) -> bool:
    try:
        return Decimal(text).is_finite() and len(text) <= 40
    except ArithmeticError:
        return False


def _record(state: PointState, row: Record) -> dict[str, Any]:
    common: dict[str, Any] = {
        "start": iso(row.start_s),
        "end": iso(row.end_s),
        "value": row.value,
        "min": row.low,
        "max": row.high,
        "n": row.n,
        "flag": row.flag,
        "cause": row.cause,
        "revision": row.revision,
    }
    if state.tracker is not None:
        common["opening"], common["closing"] = row.opening, row.closing
    return common


def _gap(row: Gap) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "point": row.subject if row.kind == "point" else "",
        "centre": row.subject if row.kind == "centre" else "",
        "start": iso(row.start_s),
        "end": None if row.end_s is None else iso(row.end_s),
        "missed": row.missed,
        "cause": row.cause,
        "from": None if row.from_s is None else {"at": iso(row.from_s), "value": row.from_value},
        "to": None if row.to_s is None else {"at": iso(row.to_s), "value": row.to_value},
        "quantity": row.quantity,
    }
