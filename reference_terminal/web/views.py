"""What the local interface can show and enter: the questions (`Views`) and their answers from the store (`StoreViews`).

Leaves HTTP to `server` and reading of requests to `routes`. Every value of a row is text; what is not known is empty
text. Long series are read in slices with a turn of the event loop in between, so that a question over months delays
neither polling nor uploading.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from importlib import metadata
from typing import Any, Protocol, cast

from reference_terminal import numbers
from reference_terminal.acquisition.reading import QUALITIES
from reference_terminal.clock import WallClock
from reference_terminal.config import CentreConfig, Config, centre_code
from reference_terminal.operations.journal import Journal
from reference_terminal.processing.pipeline import Pipeline, PointState
from reference_terminal.storage.outbox import Outbox
from reference_terminal.storage.rows import Gap, Record, Replacement
from reference_terminal.storage.store import Store
from reference_terminal.times import DAY_S, Span, iso, iso_ms
from reference_terminal.web.refusal import Refusal, refusal

Row = dict[str, str]
"""One row of an answer: all values text."""

_READING_SLICE_S = 3600
_RECORD_SLICE_PERIODS = 1000
_MONTH_S = 31 * DAY_S
_SECRET = ("pw",)
"""Keys of the configuration that are never shown."""


@dataclass(frozen=True)
class ReplacementEntry:
    """A change of a meter as entered: last reading of the old and first of the new, decimal text, in the point's unit.

    `at_s` is the instant of the change in UTC seconds.
    """

    point: str
    at_s: int
    final_old: str
    initial_new: str


class Views(Protocol):
    """The questions of the local interface. Instants are UTC seconds, ranges [from, to), at most `limit` rows each."""

    def now_s(self) -> int:
        """The device's clock."""
        ...

    def knows(self, point: str) -> bool:
        """Whether there is or has been a point of this name."""
        ...

    def status(self) -> list[Row]:
        """One row of what the terminal says of itself."""
        ...

    def points(self) -> list[Row]:
        """Every configured point with its last good reading."""
        ...

    async def readings(self, point: str, from_s: int, to_s: int, limit: int) -> list[Row]:
        """Readings by their slot instant: at, value, quality, cause, source and more."""
        ...

    async def records(self, span: Span, point: str, from_s: int, to_s: int, limit: int) -> list[Row]:
        """Records whose start lies in the range: start, end, value, flag, opening, closing, min, max, reading."""
        ...

    def gaps(self, point: str | None, from_s: int, to_s: int, limit: int) -> list[Row]:
        """Gaps that touch the range, of one point, or of all points and centres."""
        ...

    def queue(self) -> list[Row]:
        """Per centre: pending, oldest, sent."""
        ...

    def log(self, from_s: int, limit: int) -> list[Row]:
        """Events from an instant on: at, kind, text."""
        ...

    def alarms(self, limit: int) -> list[Row]:
        """Alarms, latest first: those that stand have an empty `cleared`."""
        ...

    def config(self) -> list[Row]:
        """The settings in force, key by key, without passwords."""
        ...

    def replace(self, entry: ReplacementEntry) -> list[Row]:
        """Record the change of a meter durably and show it. Raises Refusal if it cannot be counted."""
        ...


class StoreViews:
    """The answers from what the running terminal has stored."""

    def __init__(
        self,
        config: Config,
        store: Store,
        journal: Journal,
        pipeline: Pipeline,
        outboxes: Sequence[Outbox],
        clock: WallClock,
    ) -> None:
        self._config = config
        self._store = store
        self._journal = journal
        self._pipeline = pipeline
        self._outboxes = tuple(outboxes)
        self._clock = clock
        self._started_ms = clock.now_ms()
        self._started_mono_s = asyncio.get_running_loop().time()
        self._meter_of = {point.id: meter.id for meter in config.meters for point in meter.points}

    def now_s(self) -> int:
        """The device's clock."""
        return self._clock.now_s()

    def knows(self, point: str) -> bool:
        """Whether there is or has been a point of this name; data of a point taken out of service stay readable."""
        return self._number(point) is not None

    # The terminal itself

    def status(self) -> list[Row]:
        """Name, clock, size and health; `uptime_s` is monotonic, `started` is by the device's clock."""
        open_gaps = [state for state in self._pipeline.points if state.gap.current is not None]
        resolved = [at_s for at_s in self._pipeline.resolved_s.values() if at_s]
        return [
            {
                "name": self._config.name,
                "version": _version(),
                "time": iso_ms(self._clock.now_ms()),
                "started": iso_ms(self._started_ms),
                "uptime_s": str(int(asyncio.get_running_loop().time() - self._started_mono_s)),
                "clock_steps": str(self._clock.steps),
                "meters": str(len(self._config.meters)),
                "points": str(len(self._config.points)),
                "points_in_gap": str(len(open_gaps)),
                "latest_slot": iso(max(resolved)) if resolved else "",
                "centres": str(len(self._config.centres)),
                "pending": str(sum(outbox.counts()["pending"] for outbox in self._outboxes)),
                "alarms": str(self._journal.standing()),
                "database": self._store.path,
                "database_octets": str(self._store.size_bytes()),
                "database_damaged_before": "yes" if self._store.replaced_damaged else "no",
            }
        ]

    def points(self) -> list[Row]:
        """Every configured point: where it comes from, where it goes to, its last good reading and its open gap."""
        anchors = self._store.anchors()
        rows: list[Row] = []
        for meter in self._config.meters:
            for point in meter.points:
                state = self._pipeline.by_id[point.id]
                anchor = anchors.get(state.number)
                gap = state.gap.current
                rows.append(
                    {
                        "point": point.id,
                        "meter": meter.id,
                        "gateway": meter.gateway,
                        "unit_address": str(meter.unit),
                        "period_s": str(meter.period_s),
                        "kind": point.kind,
                        "unit": point.unit,
                        "at": "" if anchor is None else iso(anchor.slot_s),
                        "value": "" if anchor is None else anchor.value,
                        "gap_since": "" if gap is None else iso(gap.start_s),
                        "cause": "" if gap is None else gap.cause,
                        "codes": " ".join(
                            f"{centre.id}={code}"
                            for centre in self._config.centres
                            if (code := centre_code(centre, point))
                        ),
                    }
                )
        return rows

    def queue(self) -> list[Row]:
        """Per centre: periods pending, the end of the oldest of them, periods sent, when last, fill of the buffer."""
        rows: list[Row] = []
        for outbox in self._outboxes:
            counts = outbox.counts()
            oldest_s, last_ms = counts["oldest_end_s"], counts["last_sent_ms"]
            rows.append(
                {
                    "centre": outbox.centre,
                    "pending": str(counts["pending"]),
                    "oldest": "" if oldest_s is None else iso(oldest_s),
                    "sent": str(counts["sent"]),
                    "last_sent": "" if last_ms is None else iso_ms(last_ms),
                    "fill_percent": str(outbox.fill_percent()),
                }
            )
        return rows

    def log(self, from_s: int, limit: int) -> list[Row]:
        """Events in the order they happened; `at` is the device's clock then, which may have been stepped since."""
        return [
            {"at": iso_ms(at_ms), "kind": kind, "subject": subject, "text": f"{subject}: {en} / {zh}"}
            for _, at_ms, kind, subject, en, zh in self._journal.events(from_s * 1000, limit)
        ]

    def alarms(self, limit: int) -> list[Row]:
        """Alarms, latest first."""
        return [
            {
                "kind": kind,
                "subject": subject,
                "raised": iso_ms(raised_ms),
                "cleared": "" if cleared_ms is None else iso_ms(cleared_ms),
                "text": f"{en} / {zh}",
            }
            for kind, subject, raised_ms, cleared_ms, en, zh in self._journal.alarms(limit)
        ]

    def config(self) -> list[Row]:
        """The settings key by key; `source` tells the file's from those a centre has changed since."""
        rows: list[Row] = []
        for key, value in flat(self._config):
            changed = self._changed(key)
            rows.append(
                {"key": key, "value": value, "source": "file"}
                if changed is None
                else {"key": key, "value": changed, "source": "centre"}
            )
        return rows

    def _changed(self, key: str) -> str | None:
        """What a centre has set instead of the file's value; the names kept are those of CentreConfig."""
        place, _, name = key.partition("].")
        if not place.startswith("centres[") or name not in _CENTRE_KEYS:
            return None
        centre = self._config.centres[int(place.removeprefix("centres["))]
        return self._store.setting(centre.id, name)

    # Data

    def _number(self, point: str) -> int | None:
        row = self._one("SELECT number FROM point WHERE id=?", (point,))
        return None if row is None else row[0]

    def _one(self, statement: str, values: Sequence[Any]) -> Any:
        return self._store.connection.execute(statement, tuple(values)).fetchone()

    async def readings(self, point: str, from_s: int, to_s: int, limit: int) -> list[Row]:
        """Readings of a point, bad ones included; `read_at` is when the answer came, `total` counts over rollovers."""
        number = self._number(point)
        if number is None:
            return []
        source = self._meter_of.get(point, "")

        def first(from_s: int) -> int | None:
            row = self._one("SELECT slot_s FROM reading WHERE slot_s>=? ORDER BY slot_s LIMIT 1", (from_s,))
            return None if row is None else row[0]

        def read(from_s: int, to_s: int, limit: int) -> list[Row]:
            rows = self._store.readings(number, from_s, to_s, limit)
            return [_reading_row(row, source) for row in rows]

        return await _sliced(first, read, from_s, to_s, limit, _READING_SLICE_S)

    async def records(self, span: Span, point: str, from_s: int, to_s: int, limit: int) -> list[Row]:
        """Records of a point in one class of periods, those without value included."""
        number = self._number(point)
        if number is None:
            return []

        def first(from_s: int) -> int | None:
            row = self._one(
                "SELECT start_s FROM record WHERE span=? AND start_s>=? ORDER BY start_s LIMIT 1", (span.code, from_s)
            )
            return None if row is None else row[0]

        def read(from_s: int, to_s: int, limit: int) -> list[Row]:
            return [_record_row(record) for record in self._store.records(span.code, number, from_s, to_s, limit)]

        return await _sliced(first, read, from_s, to_s, limit, (span.code or _MONTH_S) * _RECORD_SLICE_PERIODS)

    def gaps(self, point: str | None, from_s: int, to_s: int, limit: int) -> list[Row]:
        """Gaps of points, and periods lost to a centre because its buffer was exceeded."""
        gaps = self._store.gaps(point, from_s, to_s, limit)
        return [_gap_row(gap) for gap in gaps if point is None or gap.kind == "point"]

    # Entering

    def replace(self, entry: ReplacementEntry) -> list[Row]:
        """Record the change of a meter and its event in one transaction; an entry made twice is recorded once (R-19).

        The change is counted by the next good reading, so its instant may not lie before the last one.
        """
        state = self._pipeline.by_id.get(entry.point)
        if state is None:
            raise refusal(404, "point", f"{entry.point} is not in service any more", "该监测点已停用")
        known = self._recorded(entry)
        if known is None:
            self._check_replacement(state, entry)
            self._journal.event(
                "replacement entered",
                entry.point,
                f"meter replaced at {iso(entry.at_s)}: old ended at {entry.final_old}, new began at {entry.initial_new}",
                f"{iso(entry.at_s)} 换表:旧表止码 {entry.final_old},新表起码 {entry.initial_new}",
            )
            self._pipeline.replace(
                Replacement(entry.point, entry.at_s, entry.final_old, entry.initial_new, self._clock.now_ms())
            )
            known = self._recorded(entry)
        if known is None:
            raise refusal(
                503,
                "replacement",
                "the store does not accept writing now; the entry waits in memory, look again before relying on it",
                "存储暂不可写,登记尚未落盘,请稍后核对",
            )
        return [
            {
                "point": known.point,
                "at": iso(known.at_s),
                "final_old": known.final_old,
                "initial_new": known.initial_new,
                "entered": iso_ms(known.entered_ms),
                "used": "yes" if known.used else "no",
            }
        ]

    def _recorded(self, entry: ReplacementEntry) -> Replacement | None:
        for known in self._store.replacements(entry.point):
            if (known.at_s, known.final_old, known.initial_new) == (entry.at_s, entry.final_old, entry.initial_new):
                return known
        return None

    def _check_replacement(self, state: PointState, entry: ReplacementEntry) -> None:
        """Refuse what could never be counted, or would be counted as nonsense."""
        tracker, config = state.tracker, state.config
        if tracker is None:
            raise refusal(
                400,
                "point",
                f"{entry.point} is no counter; a replacement is recorded for counters only",
                "该监测点不是累计量,无需登记换表",
            )
        if entry.at_s > self.now_s() + DAY_S:
            raise refusal(
                400, "at", f"{iso(entry.at_s)} is more than a day ahead of the terminal's clock", "换表时刻超前一天以上"
            )
        if config.modulus is not None:
            limit = numbers.CONTEXT.multiply(config.modulus, abs(config.ratio))
            for key, text in (("final_old", entry.final_old), ("initial_new", entry.initial_new)):
                if abs(Decimal(text)) >= limit:
                    raise refusal(
                        400,
                        key,
                        f"expected a reading below the counter's range {numbers.text(limit)} {config.unit}, got {text}",
                        f"应小于计数器量程 {numbers.text(limit)} {config.unit},实际为 {text}",
                    )
        if tracker.value is None:
            return
        problems: list[Refusal] = []
        if entry.at_s < tracker.slot_s:
            problems.append(
                refusal(
                    409,
                    "at",
                    f"the reading of {iso(tracker.slot_s)} is counted already; record a replacement before the new "
                    "meter is read",
                    f"{iso(tracker.slot_s)} 的读数已计入,请在读取新表之前登记换表",
                )
            )
        # A display may show fewer decimals than the register, but never fewer whole units.
        if Decimal(entry.final_old) < tracker.value.to_integral_value(ROUND_FLOOR, context=numbers.CONTEXT):
            problems.append(
                refusal(
                    409,
                    "final_old",
                    f"{entry.final_old} lies below {numbers.text(tracker.value)}, read from the old meter at "
                    f"{iso(tracker.slot_s)}",
                    f"小于旧表 {iso(tracker.slot_s)} 的读数 {numbers.text(tracker.value)}",
                )
            )
        if problems:
            raise Refusal(409, [problem for each in problems for problem in each.problems])


async def _sliced(
    first: Callable[[int], int | None],
    read: Callable[[int, int, int], list[Row]],
    from_s: int,
    to_s: int,
    limit: int,
    slice_s: int,
) -> list[Row]:
    """Rows with from ≤ instant < to, read in slices; `first(at)` is where data of any point go on from `at`."""
    rows: list[Row] = []
    at_s = first(from_s)
    while at_s is not None and at_s < to_s and len(rows) < limit:
        end_s = min(at_s + slice_s, to_s)
        rows += read(at_s, end_s, limit - len(rows))
        at_s = first(end_s)
        await asyncio.sleep(0)
    return rows


def _reading_row(row: Any, source: str) -> Row:
    slot_s, at_ms, value, raw, quality, cause, total = row
    return {
        "at": iso(slot_s),
        "value": value or "",
        "quality": QUALITIES[quality],
        "cause": cause,
        "source": source,
        "read_at": iso_ms(at_ms),
        "raw": raw,
        "total": total or value or "",
    }


def _record_row(record: Record) -> Row:
    return {
        "start": iso(record.start_s),
        "end": iso(record.end_s),
        "value": record.value or "",
        "flag": record.flag,
        "cause": record.cause,
        "opening": record.opening or "",
        "closing": record.closing or "",
        "reading": record.closing or "",
        "min": record.low or "",
        "max": record.high or "",
        "n": str(record.n),
        "revision": str(record.revision),
    }


def _gap_row(gap: Gap) -> Row:
    of_point = gap.kind == "point"
    return {
        "point": gap.subject if of_point else "",
        "centre": "" if of_point else gap.subject,
        "start": iso(gap.start_s),
        "end": "" if gap.end_s is None else iso(gap.end_s),
        "cause": gap.cause,
        "missed": str(gap.missed),
        "quantity": gap.quantity or "",
        "before": "" if gap.from_s is None else iso(gap.from_s),
        "before_value": gap.from_value or "",
        "after": "" if gap.to_s is None else iso(gap.to_s),
        "after_value": gap.to_value or "",
    }


_CENTRE_KEYS = tuple(field.name for field in dataclasses.fields(CentreConfig) if field.name not in _SECRET)


def flat(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every leaf of a configuration as (key, text), keys as in the messages about it; secrets are left out."""
    if value is None:
        return
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            if field.name not in _SECRET:
                yield from flat(getattr(value, field.name), f"{key}.{field.name}" if key else field.name)
    elif isinstance(value, Mapping):
        for name, item in cast(Mapping[str, Any], value).items():
            yield from flat(item, f"{key}.{name}")
    elif isinstance(value, tuple):
        items = cast(tuple[Any, ...], value)
        if all(isinstance(item, str) for item in items):
            yield key, ", ".join(items)
            return
        for number, item in enumerate(items):
            yield from flat(item, f"{key}[{number}]")
    elif isinstance(value, bool):
        yield key, "true" if value else "false"
    else:
        yield key, numbers.text(value) if isinstance(value, Decimal) else str(value)


def _version() -> str:
    try:
        return metadata.version("carbonbench")
    except metadata.PackageNotFoundError:
        return ""
