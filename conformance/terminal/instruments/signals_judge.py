"""Signals: what a current of a 4-20 mA loop means by NAMUR NE 43, and that nothing else is made of it.

Leaves scaling to `accuracy`. From 3.8 to 20.5 mA a current is a measurement, the limits included; at 3.6 mA and below
and at 21.0 mA and above it is a fault; what lies between is neither, and must not pass for a good value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from bench.case import Check, criterion
from bench.history import History, Observed, Served, Stored
from bench.history.marks import Mark
from bench.history.observation import Words
from conformance.common.delivery import setup_of
from conformance.common.queries import answers, quality_of, questions
from conformance.common.times import SECOND, instant_of, instant_of_iso, local
from conformance.common.truth import number, truth_of

MEASURED_TO_THE_LIMITS = criterion(
    "measured-to-the-limits",
    en="3.8 to 20.5 mA are stored as good values",
    zh="3.8–20.5 mA 作为有效值存储",
    unit="readings",
)
BETWEEN_NOT_GOOD = criterion(
    "between-not-good",
    en="between measurement and fault no value is good",
    zh="介于其间者不标记为良好",
    unit="readings",
)
FAULT_WITHOUT_VALUE = criterion(
    "fault-without-value",
    en="3.6 mA and below, 21.0 mA and above are faults",
    zh="≤3.6、≥21.0 mA 判为故障",
    unit="readings",
)


ONLY_MEASUREMENTS_SENT_AS_NORMAL = criterion(
    "only-measurements-sent-as-normal",
    en="nothing but a measurement is sent as normal",
    zh="仅有效测量值以正常标记上传",
    unit="values",
)
GLITCH_IS_NO_FAILURE = criterion(
    "glitch-is-no-failure", en="a fault too short raises no alarm", zh="短暂越限不报故障", unit="times"
)
LASTING_FAULT_REPORTED = criterion(
    "lasting-fault-reported", en="a lasting fault raises an alarm in time", zh="持续越限按时报警", unit="times"
)
FAILURE_CLEARED = criterion("failure-cleared", en="the alarm ends with the fault", zh="恢复后报警消除", unit="times")
NO_GOOD_VALUE_OUTSIDE = criterion(
    "no-good-value-outside", en="no good value is made of a signal at fault", zh="越限期间无良好值", unit="times"
)


class Current(Words, frozen=True, kw_only=True):
    """What flows from now on (mA); none or empty where it is what the quantity makes it."""

    ma: str | None = None


CURRENT = Mark("current", Current)
MEASURED = (Decimal("3.8"), Decimal("20.5"))
FAULTY = (Decimal("3.6"), Decimal("21.0"))
GOOD, DOUBTFUL, FAULT = "good", "doubtful", "fault"


def meaning(ma: Decimal) -> str:
    """What a current means."""
    if MEASURED[0] <= ma <= MEASURED[1]:
        return GOOD
    return FAULT if ma <= FAULTY[0] or ma >= FAULTY[1] else DOUBTFUL


def _steps(history: History) -> list[tuple[int, int, Decimal]]:
    """Start, end (us) and current (mA) of every step that the case made; the last mark ends the one before."""
    found = CURRENT.of(history)
    return [
        (mark.t, found[index + 1].t, value)
        for index, mark in enumerate(found[:-1])
        if (value := number(mark.detail.ma or "")) is not None
    ]


def _at(steps: Sequence[tuple[int, int, Decimal]], at: int) -> Decimal | None:
    return next((ma for start, end, ma in steps if start + SECOND <= at < end - SECOND), None)


def findings(history: History, centres: Sequence[str]) -> Iterator[Check]:
    """Currents within the limits are stored as what they mean; others are no good values, and none is sent as one."""
    truth = truth_of(history)
    steps = _steps(history)
    said: dict[tuple[str, Decimal], set[Decimal]] = {}
    for event in history.of(Served):
        ma = _at(steps, event.asked)
        for point, text in event.values.items():
            value = number(text)
            if ma is not None and value is not None:
                said.setdefault((point, ma), set()).add(value)
    bad: dict[str, list[str]] = {GOOD: [], DOUBTFUL: [], FAULT: []}
    seen: dict[str, set[Decimal]] = {GOOD: set(), DOUBTFUL: set(), FAULT: set()}
    problems: list[str] = []
    for event in questions(history, "readings"):
        if event.problem:
            problems.append(event.problem)
        point = event.query.get("point", "")
        for row in event.rows:
            at = instant_of_iso(row.get("at", ""))
            ma = _at(steps, at) if at is not None else None
            if at is None or ma is None or point not in truth.series:
                continue
            what, value, quality = meaning(ma), row.get("value", ""), quality_of(row)
            seen[what].add(ma)
            where = f"{point} at {local(at)}, {ma} mA: {value or 'no value'}, {quality}"
            if what == GOOD:
                if quality != "good" or number(value) not in said.get((point, ma), set()):
                    bad[what].append(where)
            elif what == DOUBTFUL:
                if quality == "good":
                    bad[what].append(where)
            elif quality != "bad":
                bad[what].append(where)
    texts = (
        (GOOD, MEASURED_TO_THE_LIMITS),
        (DOUBTFUL, BETWEEN_NOT_GOOD),
        (FAULT, FAULT_WITHOUT_VALUE),
    )
    for what, question in texts:
        wanted = {ma for _, _, ma in steps if meaning(ma) == what}
        yield question.none(bad[what], wanted and wanted == seen[what], evidence=[*bad[what], *problems])
    sent: list[str] = []
    looked = False
    for centre in centres:
        codes = {code: point for point, code in setup_of(history, centre).codes.items()}
        for event in history.of(Stored):
            at = instant_of(event.fields.get("SampleTime") or event.stamp)
            ma = _at(steps, at) if at is not None and event.kind == "realtime" else None
            if event.centre != centre or ma is None or event.code not in codes:
                continue
            looked = True
            if meaning(ma) != GOOD and event.flag == "N" and event.fields.get("Rtd"):
                sent.append(f"{local(event.t)} {centre} {event.code} at {ma} mA: Rtd={event.fields['Rtd']}")
    yield ONLY_MEASUREMENTS_SENT_AS_NORMAL.none(sent, looked)


# How long a fault lasts

_REPORTED_US = 3 * SECOND
"""A second to see the fault, one to see that it lasts, one to say so."""


def _failures(history: History) -> tuple[list[tuple[str, int, int | None]], bool]:
    """Alarms by what they name: text, raised, cleared (us); and whether the terminal was asked for them."""
    found: dict[tuple[str, int], int | None] = {}
    asked = False
    for event in answers(history, "alarms"):
        asked = True
        for row in event.rows:
            raised = instant_of_iso(row.get("raised", ""))
            if raised is not None:
                text = " ".join((row.get("kind", ""), row.get("subject", ""))).lower()
                found[text, raised] = instant_of_iso(row.get("cleared", ""))
    return [(text, raised, cleared) for (text, raised), cleared in found.items()], asked


def lasting_findings(history: History, lasts_s: int) -> Iterator[Check]:
    """A signal at fault for less than `lasts_s` raises no alarm, a longer one does then; neither makes a good value."""
    names = [text.lower() for point in history.began.points for text in (point.id, point.meter)]
    alarms, asked = _failures(history)
    alarms = [each for each in alarms if any(name in each[0] for name in names)]
    steps = [(start, end) for start, end, ma in _steps(history) if meaning(ma) == FAULT]
    early: list[str] = []
    late: list[str] = []
    standing: list[str] = []
    short = [(start, end) for start, end in steps if end - start < lasts_s * SECOND]
    for start, end in short:
        early += [
            f"{text}: raised {local(raised)}, the signal was at fault from {local(start)} to {local(end)} only"
            for text, raised, _ in alarms
            if start <= raised <= end + _REPORTED_US
        ]
    lasting = [(start, end) for start, end in steps if end - start > lasts_s * SECOND + _REPORTED_US]
    for start, end in lasting:
        due = start + lasts_s * SECOND
        own = [(raised, cleared) for _, raised, cleared in alarms if start <= raised <= end + _REPORTED_US]
        early += [
            f"raised {local(raised)}, at fault since {local(start)}" for raised, _ in own if raised < due - SECOND
        ]
        if not any(due - SECOND <= raised <= due + _REPORTED_US for raised, _ in own):
            late.append(f"at fault from {local(start)} to {local(end)}: no alarm after {lasts_s} s")
        for raised, cleared in own:
            if cleared is None or cleared > end + _REPORTED_US:
                standing.append(f"raised {local(raised)}, still standing after the signal was back at {local(end)}")
    values = [
        f"{event.query.get('point', '')} at {local(at)}: {row.get('value')}"
        for event in questions(history, "readings")
        for row in event.rows
        if (at := instant_of_iso(row.get("at", ""))) is not None
        and quality_of(row) == "good"
        and any(start + SECOND <= at < end - SECOND for start, end in steps)
    ]
    looked = any(event.what == "readings" and not event.problem and event.rows for event in history.of(Observed))
    for question, bad, ready in (
        (GLITCH_IS_NO_FAILURE, early, asked and bool(short)),
        (LASTING_FAULT_REPORTED, late, asked and bool(lasting)),
        (FAILURE_CLEARED, standing, asked and bool(lasting) and not late),
        (NO_GOOD_VALUE_OUTSIDE, values, looked and bool(steps)),
    ):
        yield question.none(bad, ready, evidence=bad[:10])
