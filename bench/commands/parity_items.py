"""Compares one case in virtual and in real time: checks, measured quantities, keys and values of records (R-08).

Leaves running both to `bench.commands.parity`. Both halves began at the same instant with the same seed, so that plant
and meters were the same; what they were asked, and a few milliseconds of when, was up to the terminal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.case import CaseResult, Check, Measurement, Text, Verdict
from bench.commands import sentences
from bench.history import History, MeterFault, Power, Served, Stored
from bench.history.marks import SETTLE
from bench.layout.build import SPARE
from conformance.common.delivery import matches, setup_of
from conformance.common.times import instant_of, local
from conformance.common.truth import Certainty, length_of, truth_of
from reports.parity import Likeness, Row

TIME = Text(
    *sentences.PARITY_TIME(),
)
COUNT = Text(
    *sentences.PARITY_COUNT(),
)
NOISE = Text(*sentences.PARITY_NOISE())
POLLED = Text(
    *sentences.PARITY_POLLED(),
)
LOST = Text(
    *sentences.PARITY_CUT(),
)
SWITCHED = Text(
    *sentences.PARITY_OUTAGE(),
)
_OWN = ("bench-loop-delay", "bench-uncertainty", "bench-cpu-wait", "machine-cpu-stalled", "supply-delay")
_DISTRIBUTION = "-histogram"
_MOST_LINES = 10


@dataclass(frozen=True)
class Half:
    """One case in one of the two times; `history` is None where there is no record."""

    result: CaseResult
    history: History | None


def rows(virtual: Half, real: Half) -> Iterator[Row]:
    """Every item of a case, in the order of its findings, the records last."""
    case, clauses = real.result.id, real.result.clauses

    def row(item: str, name: Text, sides: tuple[str, str], kind: Likeness, why: Text | None, *lines: str) -> Row:
        return Row(
            case=case,
            clauses=clauses,
            item=item,
            name=name,
            virtual=sides[0],
            real=sides[1],
            likeness=kind,
            why=why,
            evidence=lines[:_MOST_LINES],
        )

    same_verdict = virtual.result.verdict is real.result.verdict
    reasons = [f"{name}: {half.result.reason}" for name, half in _named(virtual, real) if half.result.reason]
    decided = {virtual.result.verdict, real.result.verdict} <= {Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE}
    why = None
    if not same_verdict:
        why = Text(*sentences.OTHER_CASE_VERDICT())
    elif not decided:
        why = Text(*sentences.DECIDED_IN_NEITHER())
    verdicts = (virtual.result.verdict.value, real.result.verdict.value)
    agree = Likeness.SAME if same_verdict and decided else Likeness.DIFFERS
    yield row("verdict", Text(*sentences.CASE_VERDICT()), verdicts, agree, why, *reasons)

    checks = {each.id: each for each in virtual.result.checks}, {each.id: each for each in real.result.checks}
    for id in dict.fromkeys((*checks[0], *checks[1])):
        one, other = checks[0].get(id), checks[1].get(id)
        kind, why = like_checks(one, other)
        shown = one or other
        assert shown is not None
        lines = () if kind is Likeness.SAME else (*(one.evidence if one else ()), *(other.evidence if other else ()))
        yield row(id, shown.name, (_told(one), _told(other)), kind, why, *lines)
    quantities = (
        {each.id: each for each in virtual.result.measurements if each.id not in _OWN},
        {each.id: each for each in real.result.measurements if each.id not in _OWN},
    )
    for id in dict.fromkeys((*quantities[0], *quantities[1])):
        found = quantities[0].get(id), quantities[1].get(id)
        kind, why = like_quantities(*found)
        shown = found[0] or found[1]
        assert shown is not None
        sides = tuple(f"{each.value} {each.unit}".strip() if each else "" for each in found)
        yield row(id, shown.name, (sides[0], sides[1]), kind, why)
    if virtual.history is not None and real.history is not None:
        found = like_records(virtual.history, real.history)
        if found.compared or found.missing:
            kind = Likeness.DIFFERS if found.missing else Likeness.SAME
            total = str(found.compared + len(found.missing) if found.missing else found.compared)
            sides = (str(found.held[0]), str(found.held[1]))
            why = Text(*sentences.ONE_SIDE_RECORDS()) if found.missing else None
            name = Text(*sentences.INTERVAL_KEYS(total=total))
            yield row("record-keys", name, sides, kind, why, *found.missing)
            yield _values(row("record-values", _VALUES, ("", ""), Likeness.SAME, None), found)


_VALUES = Text(*sentences.THEIR_VALUES())


def _values(blank: Row, found: Records) -> Row:
    kind, why = Likeness.SAME, None
    if found.altered:
        kind, why = Likeness.DIFFERS, Text(*sentences.SAME_ANSWERS())
    elif found.uncertain:
        kind, why = Likeness.LIMIT, LOST
    elif found.switched:
        kind, why = Likeness.LIMIT, SWITCHED
    elif found.polled:
        kind, why = Likeness.LIMIT, POLLED
    unlike = (*found.altered, *found.uncertain, *found.switched, *found.polled)
    told = f"{found.compared - len(unlike)} of {found.compared} equal"
    return Row(
        case=blank.case,
        clauses=blank.clauses,
        item=blank.item,
        name=blank.name,
        virtual=told,
        real=told,
        likeness=kind,
        why=why,
        evidence=unlike[:_MOST_LINES],
    )


def _named(virtual: Half, real: Half) -> tuple[tuple[str, Half], tuple[str, Half]]:
    fast = virtual.history is not None and virtual.history.began.accelerated > 1
    return (str(sentences.IN_ACCELERATED()) if fast else str(sentences.IN_VIRTUAL()), virtual), (
        str(sentences.IN_REAL()),
        real,
    )


def _told(found: Check | None) -> str:
    return "" if found is None else f"{found.verdict.value} ({found.actual})" if found.actual else found.verdict.value


def like_checks(virtual: Check | None, real: Check | None) -> tuple[Likeness, Text | None]:
    """How a check in virtual time stands to the same check in real time."""
    if virtual is None or real is None:
        return Likeness.DIFFERS, Text(*sentences.CHECKED_IN_ONE())
    if virtual.timed and virtual.verdict is Verdict.NOT_RUN:
        return Likeness.LIMIT, TIME
    if virtual.verdict is not real.verdict:
        return Likeness.DIFFERS, Text(*sentences.OTHER_VERDICT())
    if virtual.measured == real.measured:
        return Likeness.SAME, None
    if virtual.timed or virtual.unit in ("s", "ms"):
        return Likeness.LIMIT, TIME
    if virtual.op in ("<", "<=", ">", ">="):
        return Likeness.LIMIT, NOISE
    return Likeness.DIFFERS, Text(*sentences.OTHER_COUNT())


def like_quantities(virtual: Measurement | None, real: Measurement | None) -> tuple[Likeness, Text | None]:
    """How a measured quantity without a limit stands to the same in real time."""
    if virtual is None or real is None:
        return Likeness.DIFFERS, Text(*sentences.MEASURED_IN_ONE())
    if virtual.value == real.value:
        return Likeness.SAME, None
    timed = virtual.unit in ("s", "ms") or virtual.id.endswith(_DISTRIBUTION)
    return Likeness.LIMIT, TIME if timed else COUNT


@dataclass(frozen=True)
class Records:
    """What came of comparing the interval records of whole intervals: keys held by each half, and lines by difference.

    `altered`: the meters answered the same and the content differs, or one half is not what its meters answered.
    `uncertain`: lost power leaves the content open. `switched`: so does a source that failed, and the answers of the
    two differ. `polled`: each is what its own meters answered.
    """

    compared: int
    held: tuple[int, int]
    missing: tuple[str, ...]
    altered: tuple[str, ...]
    uncertain: tuple[str, ...]
    switched: tuple[str, ...]
    polled: tuple[str, ...]


_Key = tuple[str, str, str, str]


def like_records(virtual: History, real: History) -> Records:
    """Compare the records of every interval that lay wholly between the first answer and the settling of both halves.

    Records of intervals that only one half saw whole say how soon a terminal was up, and are left out.
    """
    from_us = max(_first(virtual), _first(real))
    until_us = min(_last(virtual), _last(real))
    one, other = (_contents(history, from_us, until_us) for history in (virtual, real))
    keys = sorted(set(one) & set(other))
    first = "accelerated" if virtual.began.accelerated > 1 else "virtual"
    missing = [f"{_line(key)}: only in {first} time" for key in sorted(set(one) - set(other))]
    missing += [f"{_line(key)}: only in real time" for key in sorted(set(other) - set(one))]
    kinds: dict[str, list[str]] = {"altered": [], "uncertain": [], "switched": [], "polled": []}
    for key in keys:
        if one[key] != other[key]:
            line = f"{_line(key)}: {one[key]} in {first} time, {other[key]} in real time"
            kinds[_cause(key, one[key], other[key], virtual, real)].append(line)
    return Records(
        compared=len(keys),
        held=(len(one), len(other)),
        missing=tuple(missing),
        altered=tuple(kinds["altered"]),
        uncertain=tuple(kinds["uncertain"]),
        switched=tuple(kinds["switched"]),
        polled=tuple(kinds["polled"]),
    )


def _first(history: History) -> int:
    answers = history.of(Served)
    return answers[0].asked if answers else history.end_us


def _last(history: History) -> int:
    return SETTLE.at(history)


def _contents(history: History, from_us: int, until_us: int) -> dict[_Key, dict[str, str]]:
    """Content (fields and flag) by key of the interval records of whole intervals; the last version counts."""
    centres = {setup.name: setup for setup in history.began.centres}
    found: dict[_Key, dict[str, str]] = {}
    for record in history.of(Stored):
        at = instant_of(record.stamp)
        if record.kind not in ("minute", "hour", "day") or at is None or record.centre not in centres:
            continue
        if at >= from_us and at + length_of(record.kind, centres[record.centre]) <= until_us:
            found[(record.centre, record.code, record.kind, record.stamp)] = {**record.fields, "Flag": record.flag}
    return found


def _cause(key: _Key, one: dict[str, str], other: dict[str, str], virtual: History, real: History) -> str:
    """What a difference of contents rests on: altered, uncertain, switched or polled (see Records)."""
    centre, code, kind, stamp = key
    setup = setup_of(real, centre)
    point = {code: point for point, code in setup.codes.items()}.get(code)
    start = instant_of(stamp)
    if point is None or start is None:
        return "altered"
    end = start + length_of(kind, setup)
    expected = [truth_of(history).expected(point, kind, start, end) for history in (virtual, real)]
    if any(each.certainty is not Certainty.SURE for each in expected):
        if virtual.of(Power) or real.of(Power):
            return "uncertain"
        failed = all(history.of(MeterFault) for history in (virtual, real))
        told = [_answers(history, point, start, end) for history in (virtual, real)]
        if failed and all(told) and told[0] != told[1]:
            return "switched"
    # A boundary that one half read late is uncertain there; what the record holds can still be what was answered.
    sides = ((virtual, one), (real, other))
    own = [matches(truth_of(side), each, content) for (side, content), each in zip(sides, expected, strict=True)]
    return "polled" if all(own) and expected[0].fields != expected[1].fields else "altered"


def _answers(history: History, point: str, from_us: int, until_us: int) -> list[str]:
    """What a point and its standby answered in an interval, in order."""
    meter, _, register = point.partition(".")
    names = (point, f"{meter}{SPARE}.{register}")
    served = [event.values for event in history.of(Served) if from_us <= event.t <= until_us]
    return [values[name] for values in served for name in names if name in values]


def _line(key: _Key) -> str:
    centre, code, kind, stamp = key
    at = instant_of(stamp)
    return f"{centre} {code} {kind} {stamp if at is None else local(at)}"
