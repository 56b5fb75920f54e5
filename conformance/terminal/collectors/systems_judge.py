"""Values that other systems hold: old and uncertain ones, servers nobody trusts, rows of databases.

Leaves digits to `accuracy` and readings that cannot be used to `gaps`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bench.case import Check, Notice, criterion
from bench.history import History, MeterFault, Observed, Published, Secured, Served
from bench.history.marks import SETTLE
from conformance.common import notices
from conformance.common.phases import WATCHED
from conformance.common.queries import quality_of, questions
from conformance.common.times import MINUTE, SECOND, floor, instant_of_iso, local
from conformance.common.truth import number

ROWS_KEPT = criterion(
    "rows-kept", en="each row in time is a reading, at its own time", zh="按时的行成为读数，时间为行内时间", unit="rows"
)
LATE_ROWS_KEPT = criterion(
    "late-rows-kept",
    en="each row that comes late is a reading, at its own time",
    zh="迟到的行成为读数，时间为行内时间",
    unit="rows",
)
RESUMES = criterion("resumes", en="afterwards there are good readings again", zh="恢复后重新取得有效读数", unit="times")
OLD_NOT_NEW = criterion(
    "old-not-new",
    en="a value with an old source time stamp is no good reading",
    zh="源时间戳陈旧的值不作为有效读数",
    unit="readings",
)
UNCERTAIN_MARKED = criterion(
    "uncertain-marked",
    en="a value of uncertain status is not stored as good",
    zh="状态不确定的值不标为有效",
    unit="readings",
)
NOTHING_READ = criterion(
    "nothing-read",
    en="a server with a foreign certificate is not spoken to",
    zh="不与出示他方证书的服务器通信",
    unit="times",
)
REFUSAL_TOLD = criterion(
    "refusal-told",
    en="the log tells of the certificate that was refused",
    zh="日志记录了被拒绝的证书",
    unit="times",
    notices=(Notice.CERTIFICATE_REFUSED,),
)
NONE_INVENTED = criterion(
    "none-invented",
    en="there is no good reading while the server cannot be trusted",
    zh="服务器不可信期间无有效读数",
    unit="readings",
)
VALUES_EXACT = criterion(
    "values-exact", en="the value of each reading is that of its row", zh="读数值与行内数值一致", unit="readings"
)
ONCE_AND_NO_MORE = criterion(
    "once-and-no-more",
    en="no row is two readings, and no reading is without a row",
    zh="无重复读数，无无源读数",
    unit="readings",
)
EMPTY_NO_NUMBER = criterion(
    "empty-no-number",
    en="a row without a number, or no row, is no good reading",
    zh="空值或缺行不作为有效读数",
    unit="readings",
)
ENERGY_SYSTEM_TAKEN = criterion(
    "energy-system-taken",
    en="every row of the energy system is one reading, at its own time and with its own value, and nothing else is",
    zh="能源系统的每一行成为一条读数，时间和数值与行一致，不多不少",
    unit="readings",
)
PRODUCTION_SYSTEM_TAKEN = criterion(
    "production-system-taken",
    en="every row of the production system is one reading, at its own time and with its own value, and nothing else is",
    zh="生产系统的每一行成为一条读数，时间和数值与行一致，不多不少",
    unit="readings",
)


# A terminal that has lost a server is given so long to have a good value of it again.
_BACK_US = 3 * MINUTE
REFUSED = Notice.CERTIFICATE_REFUSED
_SYSTEMS = ((ENERGY_SYSTEM_TAKEN, "energy-system"), (PRODUCTION_SYSTEM_TAKEN, "production-system"))


@dataclass(frozen=True, slots=True)
class Reading:
    """One stored reading as the local interface shows it."""

    point: str
    at: int
    value: str
    quality: str

    @property
    def good(self) -> bool:
        """Whether it is offered as a value of full quality."""
        return self.quality == "good"

    def told(self) -> str:
        """For the evidence."""
        return f"{local(self.at)} {self.point}: {self.value or 'no value'} is {self.quality}"


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch in which a fault was on at a device."""

    meter: str
    kind: str
    start: int
    end: int
    detail: dict[str, str]


def stored(history: History) -> list[Reading] | None:
    """Every stored reading of the case, each row as it was shown; None if the interface did not answer.

    What was asked before phase `WATCHED` was asked to know when to go on.
    """
    found: list[Reading] = []
    watched = min((mark.t for mark in WATCHED.of(history)), default=0)
    for event in questions(history, "readings"):
        if event.t < watched:
            continue
        if event.problem:
            return None
        for row in event.rows:
            at = instant_of_iso(row.get("at", ""))
            if at is not None:
                found.append(Reading(event.query.get("point", ""), at, row.get("value", ""), quality_of(row)))
    return found


def windows(history: History, kind: str) -> list[Window]:
    """The stretches of a kind of fault, in their order."""
    found: list[Window] = []
    opened: dict[str, MeterFault] = {}
    for event in history.of(MeterFault):
        if event.fault != kind:
            continue
        if event.state == "on":
            opened[event.meter] = event
        elif event.state == "off" and event.meter in opened:
            on = opened.pop(event.meter)
            found.append(Window(event.meter, kind, on.t, event.t, on.detail))
    found += [Window(on.meter, kind, on.t, history.end_us, on.detail) for on in opened.values()]
    return found


def _meters(history: History) -> dict[str, str]:
    return {point.id: point.meter for point in history.began.points}


def _periods(history: History) -> dict[str, int]:
    return {meter.name: round(meter.period_s * SECOND) for meter in history.began.meters}


def _within(history: History, readings: list[Reading], window: Window) -> list[Reading]:
    """Readings whose whole slot lies in a window."""
    meters, periods = _meters(history), _periods(history)
    return [
        each
        for each in readings
        if meters.get(each.point) == window.meter
        and window.start <= each.at
        and each.at + periods[window.meter] <= window.end
    ]


def _resumed(history: History, readings: list[Reading], which: list[Window]) -> Check:
    """After each window good readings come again."""
    meters = _meters(history)
    late = [
        f"{window.meter}: no good reading within 3 min after {local(window.end)}"
        for window in which
        if window.end + _BACK_US <= history.end_us
        and not any(
            each.good and meters.get(each.point) == window.meter and window.end <= each.at <= window.end + _BACK_US
            for each in readings
        )
    ]
    return RESUMES.none_among(which and readings, late)


def old_findings(history: History) -> Iterator[Check]:
    """Old values are not new, uncertain ones are marked and kept."""
    readings = stored(history)
    stale = windows(history, "stale")
    unsure = [each for each in windows(history, "bad-status") if each.detail.get("status", "").startswith("Uncertain")]
    # The first slot after the fault came on may still be served by a stamp of the period before.
    periods = _periods(history)
    settled = [Window(w.meter, w.kind, w.start + 2 * periods[w.meter], w.end, w.detail) for w in stale]
    old = [each for window in settled for each in _within(history, readings or [], window)]
    new = [each.told() for each in old if each.good]
    asked = any(event.fault for event in history.of(Served))
    yield OLD_NOT_NEW.decide(
        None if readings is None or not asked else not new, measured=len(new), limit=0, evidence=new
    )
    marked = [each for window in unsure for each in _within(history, readings or [], window)]
    plain = [each.told() for each in marked if each.good]
    yield UNCERTAIN_MARKED.decide(None if not marked else not plain, measured=len(plain), limit=0, evidence=plain)
    yield _resumed(history, readings or [], stale)


def foreign_findings(history: History) -> Iterator[Check]:
    """Nothing is read from a server that shows somebody else's certificate, and it is told."""
    readings = stored(history)
    which = windows(history, "foreign-certificate")
    before = any(event.state == "agreed" and event.shown == "good" for event in history.of(Secured))
    agreed = [
        f"{local(event.t)} {event.at}: a session with the foreign certificate"
        for event in history.of(Secured)
        if event.state == "agreed" and event.shown != "good"
    ]
    served = [
        f"{local(event.t)} {event.meter}: {len(event.values)} values read"
        for event in history.of(Served)
        if any(window.meter == event.meter and window.start < event.t <= window.end for window in which)
    ]
    yield NOTHING_READ.decide(
        not (agreed or served) if which and before else None,
        measured=len(agreed) + len(served),
        limit=0,
        evidence=[*agreed, *served],
    )
    logs = questions(history, "log")
    rows = [(at, row) for event in logs for row in event.rows if (at := instant_of_iso(row.get("at", ""))) is not None]
    untold = [
        f"nothing in the log from {local(window.start)} to {local(window.end)}"
        for window in which
        if not any(window.start <= at <= window.end and notices.tells(history, row, REFUSED) for at, row in rows)
    ]
    asked = which and logs and not any(event.problem for event in logs)
    if asked and not notices.mapped(history, REFUSED):
        inside = [row for at, row in rows if any(window.start <= at <= window.end for window in which)]
        yield notices.left_to_a_person(REFUSAL_TOLD, inside, REFUSED)
    else:
        yield REFUSAL_TOLD.none_among(asked, untold)
    good = [each for window in which for each in _within(history, readings or [], window) if each.good]
    yield NONE_INVENTED.decide(
        None if readings is None or not which else not good,
        measured=len(good),
        limit=0,
        evidence=[each.told() for each in good],
    )
    yield _resumed(history, readings or [], which)


def row_findings(
    history: History, *, needed: int = 100, late_us: int = MINUTE, systems: bool = False
) -> Iterator[Check]:
    """Each row is one good reading at the row's own time, and there is no reading without a row.

    With `systems` it is asked of the energy system and of the production system by itself, too.

    `needed` rows are the fewest to decide by. A row is late that comes more than `late_us` after its slot. What was
    written after phase `SETTLE` (without it: within 6 min of the end) may be on its way still.
    """
    readings = stored(history)
    periods, meters = _periods(history), _meters(history)
    written: dict[tuple[str, int], tuple[str, int]] = {}
    empty: dict[tuple[str, int], None] = {}
    first: int | None = None
    asked = [int(event.query["from"]) for event in history.of(Observed) if event.what == "readings"]
    since = min(asked, default=0)
    for event in history.of(Published):
        slot = floor(event.stamp, periods[event.meter])
        if event.copy or slot < since:
            continue
        first = event.stamp if first is None else first
        for point, meter in meters.items():
            if meter == event.meter:
                if point in event.values:
                    written.setdefault((point, slot), (event.values[point], event.t))
                else:
                    empty[(point, slot)] = None
    last = min((mark.t for mark in SETTLE.of(history)), default=history.end_us - 6 * MINUTE)
    due = {key: row for key, row in written.items() if row[1] <= last}
    kept: dict[tuple[str, int], list[str]] = {}
    for each in readings or []:
        if each.good:
            kept.setdefault((each.point, each.at), []).append(each.value)
    usable = readings is not None and len(due) >= needed
    late = {key: row for key, row in due.items() if row[1] - key[1] > late_us}
    faults: list[tuple[str, str]] = []
    for kept_rows, rows in (
        (ROWS_KEPT, {k: r for k, r in due.items() if k not in late}),
        (LATE_ROWS_KEPT, late),
    ):
        lost = [
            (point, f"{local(at)} {point}: {text} has no reading")
            for (point, at), (text, _) in rows.items()
            if (point, at) not in kept
        ]
        faults += lost
        yield kept_rows.none_among(usable and rows, lost, evidence=_lines(lost))
    wrong = [
        (point, f"{local(at)} {point}: written {text}, stored {', '.join(kept[point, at])}")
        for (point, at), (text, _) in written.items()
        if (point, at) in kept and any(number(value) != number(text) for value in kept[point, at])
    ]
    yield VALUES_EXACT.none_among(usable and kept, wrong, evidence=_lines(wrong))
    more = [
        (point, f"{local(at)} {point}: {len(values)} readings")
        for (point, at), values in kept.items()
        if len(values) > 1
    ]
    more += [
        (point, f"{local(at)} {point}: {', '.join(values)} without a row")
        for (point, at), values in kept.items()
        if (point, at) not in written and (first is None or at >= first)
    ]
    yield ONCE_AND_NO_MORE.none_among(usable and kept, more, evidence=_lines(more))
    numbers = [
        (point, f"{local(at)} {point}: {', '.join(kept[point, at])}") for point, at in empty if (point, at) in kept
    ]
    yield EMPTY_NO_NUMBER.none_among(usable and empty, numbers, evidence=_lines(numbers))
    faults += [*wrong, *more, *numbers]
    for question, system in _SYSTEMS if systems else ():
        enough = sum(meters[point] == system for point, _ in due) >= needed // 2
        yield question.none_among(usable and enough, _lines(each for each in faults if meters.get(each[0]) == system))


def _lines(faults: Iterable[tuple[str, str]]) -> list[str]:
    """The evidence of faults that are told with their point."""
    return list(dict.fromkeys(line for _, line in faults))
