"""Retention: what is kept over outages and power cuts (R-28, R-29), seen at the centres and at the local interface.

Leaves the single record to `delivery`. An outage begins with the rule that blocks the path and ends when it is taken
off; lost power begins and ends with the supply.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from bench.case import Check, Measurement, criterion, measure
from bench.history import History, LinkRule, Power, Served
from conformance.common.delivery import Ledger, first_contents, horizon, lines, matches, setup_of
from conformance.common.queries import answers, questions
from conformance.common.times import DAY, HOUR, MINUTE, SECOND, instant_of_iso, local, seconds, uncertainty_s
from conformance.common.timing import PROMPT_US, p99
from conformance.common.truth import (
    RESUME_US,
    VOLATILE_US,
    Certainty,
    Key,
    intervals,
    length_of,
    power_losses,
    truth_of,
)

KEPT_LOCALLY = criterion(
    "{0}", en="every record that was due is in the terminal's store", zh="应有记录均在本地存储中", unit="records"
)
SENT_AS_STORED = criterion(
    "sent-as-stored",
    en="every value in the terminal's store has reached every centre",
    zh="本地存储的数值均已送达各中心",
    unit="records",
)
WORKS_AFTER_THE_LONG_LOSS = criterion(
    "works-after-the-long-loss",
    en="after {0} h without power the terminal works again",
    zh="断电 {0} h 后恢复工作",
    unit="s",
)
BACKFILL_COMPLETE = criterion(
    "backfill-complete",
    en="the backlog is complete at most 24 h after the path is back",
    zh="网络恢复后 24 h 内补传完成",
    unit="s",
    timed=True,
)
UNALTERED = criterion(
    "{0}-unaltered", en="every stored record is right", zh="本地存储记录内容正确", unit="records", stamped=True
)
READABLE_STAYS_READABLE = criterion(
    "readable-stays-readable",
    en="what was readable before power was lost is unchanged afterwards",
    zh="掉电前可读的记录上电后不变",
    unit="records",
)
RESUMES_BY_ITSELF = criterion(
    "resumes-by-itself",
    en="acquisition runs again at most 10 min after power is back",
    zh="来电后 10 min 内自动恢复采集",
    unit="s",
    timed=True,
)
CUT_STRUCK = criterion(
    "cut-struck", en="the power cut that the case arms strikes", zh="用例所设的断电确已发生", condition=True
)
OUTAGE_TOOK_PLACE = criterion(
    "outage-took-place", en="the path was interrupted", zh="网络确已中断", unit="h", condition=True
)
LIVE_DURING_BACKFILL = criterion(
    "live-during-backfill",
    en="live values are not held up by the backlog",
    zh="补传期间实时数据不被延误",
    unit="s",
    timed=True,
)


LOCAL_LENGTHS = {"minute": MINUTE, "quarter": 15 * MINUTE, "hour": HOUR, "day": DAY}


def never_struck(history: History) -> Check | None:
    """That the armed cut never struck, where it did not: then nothing in this history came of a power cut."""
    if any(event.state == "cut" for event in history.of(Power)):
        return None
    return CUT_STRUCK.decide(
        None,
        actual="the cut never struck: what was armed for it (a write barrier, a step) never came / 断电条件始终未出现",
    )


DECLARED_OUTAGE = "outage_buffer_h"
"""The declared maximum (capability statement) that says how long an outage is bridged."""

# the backlog is complete so long after the path was restored (continuous mode).
BACKFILL_US = 24 * HOUR


def outages(history: History, link: str = "uplink") -> list[tuple[int, int]]:
    """Stretches [start, end) in which a link was cut; an outage never ended runs to the end of the history."""
    found: list[tuple[int, int]] = []
    began: int | None = None
    for event in history.of(LinkRule):
        if event.link != link or event.rule.lower() != "cut":
            continue
        if event.state == "on" and began is None:
            began = event.t
        elif event.state == "off" and began is not None:
            found.append((began, event.t))
            began = None
    if began is not None:
        found.append((began, history.end_us))
    return found


def declared_hours(history: History) -> Decimal:
    """The outage that the product declares to bridge, hours; 0 where it declares none or no number."""
    try:
        return max(Decimal(0), Decimal(history.began.declared.get(DECLARED_OUTAGE, "0")))
    except InvalidOperation:
        return Decimal(0)


def outage_findings(
    history: History, ledgers: Sequence[Ledger], *, hours: int | Decimal, recovery: bool = True
) -> Iterator[Check | Measurement]:
    """The outage was as long as it must be, its backlog arrives within 24 h, live values meanwhile within 60 s."""
    cuts = outages(history)
    longest = max(cuts, key=lambda cut: cut[1] - cut[0], default=None)
    if longest is None:
        yield OUTAGE_TOOK_PLACE.decide(None, measured=0, limit=hours)
        return
    start, end = longest
    backlog = sum(1 for ledger in ledgers for key in ledger.records if start <= key.end < end)
    lost = [problem for ledger in ledgers for problem in ledger.lost if start <= problem.key.end < end]
    yield measure("backlog", backlog, en="records of the outage", zh="中断期间记录数", unit="records")
    slowest: int | None = None
    open_at: list[str] = []
    for ledger in ledgers:
        took = ledger.backfill_us(end, start)
        if took is None:
            open_at.append(ledger.centre)
        elif slowest is None or took > slowest:
            slowest = took
    missed = bool(open_at or lost or (slowest is not None and slowest > BACKFILL_US))
    whole = end - start >= hours * HOUR and slowest is not None
    yield BACKFILL_COMPLETE.decide(
        False if missed and (backlog or lost) else True if backlog and whole else None,
        measured="never" if open_at or lost or slowest is None else seconds(slowest),
        limit=BACKFILL_US // SECOND,
        op="<=",
        evidence=[*(f"centre {name}: part of the backlog was never acknowledged" for name in open_at), *lines(lost)],
    )
    if recovery:
        resumed = {ledger.centre: ledger.resumed_us(end) for ledger in ledgers}
        live = [
            record.acked - key.end
            for ledger in ledgers
            for key, record in ledger.records.items()
            if slowest is not None
            and record.acked is not None
            and resumed[ledger.centre] <= key.end <= end + slowest + HOUR
        ]
        worst = p99(live)
        yield LIVE_DURING_BACKFILL.compare(
            None if worst is None else Decimal(seconds(worst)),
            "<=",
            PROMPT_US // SECOND,
            uncertainty=uncertainty_s(history),
            guarded=history.began.parameters.get("decision_rule") == "guarded",
            samples=len(live),
            needed=1,
            evidence=lines([each for one in ledgers for each in one.late if resumed[one.centre] <= each.key.end]),
        )


def local_findings(
    history: History, kinds: Sequence[str], *, before_us: int | None = None, id: str = "kept-locally"
) -> Iterator[Check]:
    """Every sure record up to an instant is readable locally and right; the latest answer of the operator counts."""
    truth = truth_of(history)
    rows: dict[Key, dict[str, str]] = {}
    problems: list[str] = []
    ranges: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for event in questions(history, "records"):
        if event.query.get("kind") not in kinds:
            continue
        kind, point = event.query["kind"], event.query.get("point", "")
        if event.problem:
            problems.append(f"{local(event.t)} {point}: {event.problem}")
            continue
        low, high = instant_of_iso(event.query.get("from", "")), instant_of_iso(event.query.get("to", ""))
        ranges.setdefault((kind, point), []).append((low or 0, high or event.asked))
        for row in event.rows:
            end = instant_of_iso(row.get("end", ""))
            if end is not None:
                rows[Key(point, kind, end)] = row
    missing: list[str] = []
    wrong: list[str] = []
    judged: set[tuple[str, str]] = set()
    due: set[tuple[str, str]] = set()
    until = before_us if before_us is not None else horizon(history)
    for kind in kinds:
        for expected in intervals(truth, kind, LOCAL_LENGTHS[kind], until):
            key = expected.key
            spans = ranges.get((kind, key.point), ())
            if expected.certainty is not Certainty.SURE:
                continue
            due.add((kind, key.point))
            if not any(a <= expected.start and key.end <= b for a, b in spans):
                continue
            judged.add((kind, key.point))
            row = rows.get(key)
            shown = f"{key.point} {kind} ending {local(key.end)}"
            if row is None:
                missing.append(f"{shown}: not in the store")
                continue
            name = "Cou" if "Cou" in expected.fields else "Avg"
            if not matches(truth, expected, {name: row.get("value", "")}):
                wrong.append(f"{shown}: {row.get('value') or 'no value'}, truth {expected.fields[name]}")
    # Every class of every point has to have been seen: a question without an answer leaves its records open.
    known = bool(judged) and judged == due and {kind for kind, _ in judged} == set(kinds)
    problems += [f"{point} {kind}: the terminal showed none" for kind, point in sorted(due - judged)]
    yield KEPT_LOCALLY.of(id).none(missing, known, evidence=[*missing, *problems])
    yield UNALTERED.of(id).none(wrong, known, evidence=[*wrong, *problems])


def sent_as_stored_finding(history: History, ledgers: Sequence[Ledger]) -> Check:
    """Every value that the terminal's store holds for a period has reached every centre that is sent its class.

    Power lost within 5 s of a reading may take the record with it (R-29), but not from the centres alone: what is in
    the store has to be on its way. Only classes whose length at the centre is that of the local one can be compared;
    rows without a value are gaps, which may be left out (R-25).
    """
    rows: dict[Key, dict[str, str]] = {}
    for event in answers(history, "records"):
        if event.query.get("kind") not in LOCAL_LENGTHS:
            continue
        for row in event.rows:
            end = instant_of_iso(row.get("end", ""))
            if end is not None and end <= horizon(history) and row.get("value"):
                rows[Key(event.query.get("point", ""), event.query["kind"], end)] = row
    absent: list[str] = []
    compared = 0
    for ledger in ledgers:
        setup = setup_of(history, ledger.centre)
        kinds = [
            kind for kind in ledger.kinds if kind in LOCAL_LENGTHS and length_of(kind, setup) == LOCAL_LENGTHS[kind]
        ]
        arrived = first_contents(history, ledger.centre, kinds)
        for key, row in rows.items():
            if key.kind not in kinds or key.point not in setup.codes:
                continue
            compared += 1
            if key not in arrived:
                what = f"{key.point} {key.kind} ending {local(key.end)}"
                absent.append(f"{what}: {row['value']} stored, never at {ledger.centre}")
    return SENT_AS_STORED.none(absent, compared)


def readable_before_findings(history: History) -> Iterator[Check]:
    """What was readable before power was lost is readable and the same afterwards (R-29).

    The case asks for records just before a cut and again at the end; a row that showed an interval ended at least 5 s
    before the cut must come back with the same value. A cut before which nothing was seen leaves the question open.
    """
    losses = power_losses(history)
    seen: dict[Key, tuple[str, int]] = {}
    shown_before: dict[int, set[Key]] = {}
    after: dict[Key, str] = {}
    asked_after: set[tuple[str, str]] = set()
    final = losses[-1][1] if losses else 0
    for event in answers(history, "records"):
        kind, point = event.query.get("kind", ""), event.query.get("point", "")
        late = event.asked >= final
        if late:
            asked_after.add((kind, point))
        cut = next((start for start, _ in losses if start >= event.t), None)
        for row in event.rows:
            end = instant_of_iso(row.get("end", ""))
            if end is None:
                continue
            key = Key(point, kind, end)
            if late:
                after[key] = row.get("value", "")
            elif cut is not None and end <= cut - VOLATILE_US:
                seen.setdefault(key, (row.get("value", ""), event.asked))
                shown_before.setdefault(cut, set()).add(key)
    judged = {key: shown for key, shown in seen.items() if (key.kind, key.point) in asked_after}
    looked = {cut for cut, keys in shown_before.items() if any(key in judged for key in keys)}
    gone = [
        f"{key.point} {key.kind} ending {local(key.end)}: {value or 'no value'} at {local(at)}, "
        f"later {after.get(key, 'gone')}"
        for key, (value, at) in judged.items()
        if after.get(key) != value
    ]
    yield READABLE_STAYS_READABLE.none(gone, losses and len(looked) == len(losses))


def resume_findings(history: History, *, cuts: int, longest_h: int = 0) -> Iterator[Check | Measurement]:
    """Acquisition runs again at most 10 min after power returns, every time, without help."""
    losses = power_losses(history)
    served: dict[str, list[int]] = {setup.name: [] for setup in history.began.meters}
    for event in history.of(Served):
        served.setdefault(event.meter, []).append(event.asked)
    slow: list[str] = []
    worst = 0
    for (_start, end), (after, _) in pairwise([*losses, (history.end_us + 1, 0)]):
        for meter, times in served.items():
            index = bisect_left(times, end)
            took = times[index] - end if index < len(times) else None
            if took is not None and took <= RESUME_US:
                worst = max(worst, took)
            elif after - end > RESUME_US:
                shown = "never" if took is None else f"{seconds(took)} s later"
                slow.append(f"power back {local(end)}, first reading of {meter} {shown}")
    yield measure("power-cuts", len(losses), en="power cuts", zh="断电次数", unit="cuts")
    enough = len(losses) >= cuts and max((end - start for start, end in losses), default=0) >= longest_h * HOUR
    yield RESUMES_BY_ITSELF.decide(
        False if slow else True if enough else None,
        measured=seconds(worst) if not slow else "more / 超时",
        limit=RESUME_US // SECOND,
        op="<=",
        evidence=slow,
    )


def longest_loss_finding(history: History, *, hours: int) -> Check:
    """Power was away once for at least so many hours, and data were acquired again afterwards."""
    longest = max(power_losses(history), key=lambda loss: loss[1] - loss[0], default=(0, 0))
    away = longest[1] - longest[0]
    resumed = any(event.asked >= longest[1] for event in history.of(Served)) if away else False
    return WORKS_AFTER_THE_LONG_LOSS.of(hours).decide(
        resumed if away >= hours * HOUR else None, measured=seconds(away), limit=hours * 3600, op=">="
    )
