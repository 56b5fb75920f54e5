"""What a terminal shows and sends of derived points, against what they must hold (CSMT 8.3.2, ISC-2 7.2.3-B(2); R-22).

Leaves what they must hold to `formulas`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bench.case import Check, Criterion, criterion
from bench.history import History, MeterFault, Observed, Power, Stored
from conformance.common.delivery import first_contents, setup_of
from conformance.common.queries import quality_of
from conformance.common.times import HOUR, MINUTE, SECOND, instant_of, instant_of_iso, local
from conformance.common.truth import Certainty, length_of, number, truth_of
from conformance.terminal.processing.formulas_truth import Due, Formulas

ROLLOVER_COMPUTED = criterion(
    "rollover-computed",
    en="a counter that rolls over counts on in what is computed from it",
    zh="计数器翻转时段的计算结果正确",
    unit="values",
)
ENTRY_CARRIED = criterion(
    "entry-carried",
    en="an entry by hand goes into what is computed from it",
    zh="人工录入值计入由其计算的数据",
    unit="values",
)
ENTRY_MARKED = criterion(
    "entry-marked", en="what is computed from an entry is marked", zh="由录入值计算的数据带有标记", unit="values"
)


DERIVED_SENT = criterion(
    "derived-sent",
    en="what is computed goes to every centre like any record",
    zh="计算所得数据与其他记录一样送达各数据中心",
    unit="values",
)
ORIGIN_TOLD = criterion(
    "origin-told",
    en="beside a computed value stand the points it was made of",
    zh="计算值旁注明其来源监测点",
    unit="values",
)
ORIGIN_TRUE = criterion(
    "origin-true",
    en="the values that a computed value is said to be made of are those that make it",
    zh="计算值注明的来源数值即其实际所用数值",
    unit="values",
)
SHARES_ADD_UP = criterion(
    "shares-add-up", en="all shares of a quantity add up to it exactly", zh="各分摊量之和与总量逐位一致", unit="periods"
)
INTEGRAL_AGREES = criterion(
    "integral-agrees",
    en="an integral over an hour is within {0} % of what the counter beside it advanced",
    zh="小时积分量与同一回路计数器增量相差不超过 {0} %",
    unit="hours",
)
NO_PARTIAL_SUM = criterion(
    "no-partial-sum",
    en="where a point has no value, nothing computed from it looks whole",
    zh="任一监测点缺数时，计算结果不得表现为完整",
    unit="values",
)
COMPUTED_OVER_POWER_CUT = criterion(
    "computed-over-power-cut",
    en="what was computed outlasts lost power, and is computed on after it",
    zh="计算结果掉电不丢失，恢复后继续计算",
    unit="values",
)
LATE_DATA_CARRIED = criterion(
    "late-data-carried",
    en="data that come late go into what is computed from them, under the same key",
    zh="补入的数据计入由其计算的数据，键值不变",
    unit="values",
)
ENTRY_STAYS = criterion(
    "entry-of-computed-stays",
    en="what a person entered for a computed point stays when data of its points come late",
    zh="对计算点的人工录入值，在来源数据补入后保持不变",
    unit="values",
)
READ_HOURLY = criterion(
    "read-hourly",
    en="systems are read once in each hour as they are told",
    zh="按小时级频次采集第三方系统",
    unit="hours",
)


HERE = "the terminal"
# A value of a period goes out within 60 s after it, in continuous mode.
_SENT_US = 60 * SECOND
_KINDS = ("minute", "hour", "day")


@dataclass(frozen=True, slots=True)
class Shown:
    """A period of a derived point as the terminal (`HERE`) or a centre showed it at an instant."""

    where: str
    at: int
    point: str
    kind: str
    start: int
    end: int
    value: str
    flag: str
    source: str = ""

    @property
    def key(self) -> tuple[str, str, str, int]:
        """Where, point, class and start."""
        return (self.where, self.point, self.kind, self.start)

    def told(self) -> str:
        """For the evidence."""
        return (
            f"{self.where}: {self.point}, {self.kind} from {local(self.start)}: {self.value or 'no value'} {self.flag}"
        )


def shown(history: History, points: Sequence[str] | None = None) -> list[Shown]:
    """Everything that was shown of points (default: the derived ones), in order."""
    began = history.began
    codes: dict[tuple[str, str], tuple[str, str]] = {}
    lengths = {(setup.name, kind): length_of(kind, setup) for setup in began.centres for kind in _KINDS}
    for each in began.derived:
        for centre, code in each.codes.items():
            codes[centre, code] = (each.id, "Avg" if each.kind == "instant" else "Cou")
    for setup in began.centres:
        for name, code in setup.codes.items():
            codes[setup.name, code] = (name, "Cou")
    wanted = [each.id for each in began.derived] if points is None else list(points)
    found: list[Shown] = []
    for event in history.events:
        if isinstance(event, Stored) and event.kind in _KINDS:
            name, key = codes.get((event.centre, event.code), ("", ""))
            start = instant_of(event.stamp)
            if name in wanted and start is not None:
                end = start + lengths[event.centre, event.kind]
                # What JSON tells of a point that no meter has is a value without a name.
                text = event.fields.get(key) or event.fields.get("Value", "")
                found.append(Shown(event.centre, event.t, name, event.kind, start, end, text, event.flag))
        elif isinstance(event, Observed) and event.what == "records" and event.query.get("point") in wanted:
            kind = event.query.get("kind", "")
            for row in event.rows:
                start, end = instant_of_iso(row.get("start", "")), instant_of_iso(row.get("end", ""))
                if start is not None and end is not None and kind in ("quarter", "hour", "day"):
                    found.append(
                        Shown(
                            *(HERE, event.t, event.query["point"], kind, start, end),
                            *(row.get("value", ""), row.get("flag", ""), row.get("source", "")),
                        )
                    )
    return found


def last(everything: Sequence[Shown]) -> list[Shown]:
    """The last content of every period, at each place."""
    return list({each.key: each for each in everything}.values())


def _due(formulas: Formulas, each: Shown, at: int | None = None) -> Due:
    return formulas.due(each.point, each.kind, each.start, each.end, at)


def _passed(wrong: Sequence[str], usable: bool) -> bool | None:
    return False if wrong else True if usable else None


OPERATIONS: Mapping[str, Criterion] = {
    "sum": criterion(
        "sum-right", en="a sum is that of all its points, exactly", zh="求和结果与各监测点之和逐位一致", unit="values"
    ),
    "difference": criterion(
        "difference-right",
        en="a difference is the whole less what does not belong, exactly",
        zh="求差结果逐位一致",
        unit="values",
    ),
    "product": criterion(
        "product-right",
        en="a product is the typical branch times its factor, exactly",
        zh="典型支路乘以倍数的结果逐位一致",
        unit="values",
    ),
    "quotient": criterion(
        "quotient-right",
        en="a quotient is rounded half up at its last digit",
        zh="求商结果按末位四舍五入一致",
        unit="values",
    ),
    "share": criterion(
        "share-right",
        en="each share is in proportion, to one unit of the last digit",
        zh="各分摊量与分摊比例一致（末位差 1 以内）",
        unit="values",
    ),
    "integral": criterion(
        "integral-right",
        en="an integral lies between the sums of its samples",
        zh="积分结果介于采样值上、下和之间",
        unit="values",
    ),
}


def computed_findings(history: History, centres: Sequence[str], needed: int = 8) -> Iterator[Check]:
    """Each operation of the case, and whether its results went to the centres."""
    yield from right_findings(history, centres, needed)
    yield _sent(history, Formulas(history), centres, last(shown(history)))


def right_findings(history: History, centres: Sequence[str], needed: int) -> Iterator[Check]:
    """Each operation of the case, here and at the centres: the last content of every period.

    Open with fewer than `needed` sure periods of it at any place.
    """
    formulas = Formulas(history)
    everything = last(shown(history))
    for operation, right in OPERATIONS.items():
        names = [each.id for each in history.began.derived if each.operation == operation]
        if not names:
            continue
        wrong: list[str] = []
        # A product without a read-out shows what it has computed at its centres alone.
        here = () if history.began.claims.get("local.readout") == "no" else (HERE,)
        sure: dict[str, int] = dict.fromkeys((*centres, *here), 0)
        for each in (each for each in everything if each.point in names):
            due = _due(formulas, each)
            if due.state is Certainty.GAP:
                continue
            good = due.holds(each.value) and (due.by_hand or each.flag == "N")
            if due.state is Certainty.SURE:
                sure[each.where] = sure.get(each.where, 0) + 1
            if not good and (due.state is Certainty.SURE or (each.value and each.flag == "N")):
                wrong.append(f"{each.told()}, expected {due.told()}")
        yield right.decide(
            _passed(wrong, all(count >= needed for count in sure.values())),
            measured=len(wrong),
            limit=0,
            evidence=wrong,
        )


def _sent(history: History, formulas: Formulas, centres: Sequence[str], everything: Sequence[Shown]) -> Check:
    """Whatever the terminal shows of a derived point's hours and days has gone to every centre."""
    there = {each.key for each in everything if each.where != HERE and each.value}
    wanted = [
        each
        for each in everything
        if each.where == HERE
        and each.kind in ("hour", "day")
        and each.end + _SENT_US <= history.end_us
        and _due(formulas, each).state is Certainty.SURE
    ]
    lost = [
        f"{each.told()}: not at {centre}"
        for each in wanted
        for centre in centres
        if (centre, *each.key[1:]) not in there
    ]
    return DERIVED_SENT.decide(_passed(lost, bool(wanted) and bool(there)), measured=len(lost), limit=0, evidence=lost)


def origin_findings(history: History) -> Iterator[Check]:
    """What a derived value was made of can be read at the terminal: every point by its name."""
    formulas = Formulas(history)
    rows = [each for each in shown(history) if each.where == HERE and each.value]
    wrong: list[str] = []
    for each in rows:
        point = formulas.points[each.point]
        unnamed = [name for name in (*point.of, *point.by) if name not in each.source]
        if unnamed:
            wrong.append(f"{each.told()}: {', '.join(unnamed)} not named in {each.source or 'nothing'!r}")
    yield ORIGIN_TOLD.decide(_passed(wrong, bool(rows)), measured=len(wrong), limit=0, evidence=wrong)


_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")


def true_origin_findings(history: History) -> Iterator[Check]:
    """Origins with values in them, where a product tells these: after an entry of a point they are others (R-24).

    A product tells values if each sure period without an entry has those of all its points in its origin.
    """
    formulas = Formulas(history)
    plain: list[bool] = []
    wrong: list[str] = []
    renewed = 0
    for each in last(shown(history)):
        due = _due(formulas, each)
        if each.where != HERE or due.state is not Certainty.SURE or not due.holds(each.value):
            continue
        point = formulas.points[each.point]
        numbers = [Fraction(text) for text in _NUMBER.findall(each.source)]
        made_of = [formulas.known(name, each.kind, each.start, each.end) for name in (*point.of, *point.by)]
        told = all(any(value in numbers for value in known.values) for known in made_of)
        if not due.by_hand:
            plain.append(told)
            continue
        renewed += 1
        if not told:
            wrong.append(f"{each.told()}, made of {each.source or 'nothing'!r}")
    if plain and all(plain):
        yield ORIGIN_TRUE.none_among(renewed, wrong)


def shares_findings(history: History) -> Iterator[Check]:
    """The parts of a whole add up to it in every period, exactly."""
    formulas = Formulas(history)
    parts = [each for each in history.began.derived if each.operation == "share"]
    wholes: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for part in parts:
        wholes.setdefault((part.of[0], part.weights, part.by), []).append(part.id)
    everything = last(shown(history))
    values = {each.key: number(each.value) for each in everything}
    wrong: list[str] = []
    compared = 0
    for (whole, _, _), names in wholes.items():
        for each in (each for each in everything if each.point == names[0]):
            known = formulas.known(whole, each.kind, each.start, each.end)
            found = [values.get((each.where, name, each.kind, each.start)) for name in names]
            if known.state is not Certainty.SURE or any(value is None for value in found):
                continue
            compared += 1
            together = sum((Fraction(value) for value in found if value is not None), Fraction(0))
            if together not in known.values:
                wrong.append(
                    f"{each.where}: {whole}, {each.kind} from {local(each.start)}: parts of"
                    f" {', '.join(str(value) for value in found)} are {float(together):.8g},"
                    f" not {float(known.values[0]):.8g}"
                )
    yield SHARES_ADD_UP.decide(_passed(wrong, compared >= 8), measured=len(wrong), limit=0, evidence=wrong)


def plant_findings(history: History, pairs: Mapping[str, str], share: Fraction) -> Iterator[Check]:
    """An integral agrees, hour by hour, with the counter that stands beside the instantaneous value.

    `pairs` gives counters by integral; `share` of the counter's increment is allowed, and two units of its last digit.
    """
    formulas = Formulas(history)
    wrong: list[str] = []
    compared = 0
    for each in last(shown(history)):
        if each.point not in pairs or each.kind != "hour" or (value := number(each.value)) is None:
            continue
        known = formulas.known(pairs[each.point], each.kind, each.start, each.end)
        if known.state is not Certainty.SURE:
            continue
        compared += 1
        decimals = max(truth_of(history).points[pairs[each.point]].decimals, 0)
        allowed = abs(known.values[0]) * share + Fraction(2, 10**decimals)
        if abs(Fraction(value) - known.values[0]) > allowed:
            wrong.append(f"{each.told()}, the counter advanced by {float(known.values[0]):.8g}")
    yield INTEGRAL_AGREES.of(f"{float(share * 100):g}").decide(
        _passed(wrong, compared >= 2), measured=len(wrong), limit=0, evidence=wrong
    )


# Operands that fail, come late, are entered by hand


def honest_findings(history: History) -> Iterator[Check]:
    """While a point lacks its value nothing computed from it looks whole, and then all is right again."""
    formulas = Formulas(history)
    whole: list[str] = []
    seen: dict[str, int] = {}
    for each in shown(history):
        if _due(formulas, each, each.at).state is not Certainty.GAP:
            continue
        seen[each.where] = seen.get(each.where, 0) + 1
        if each.value and each.flag == "N":
            whole.append(f"{each.told()}, although a point of it has no value")
    yield NO_PARTIAL_SUM.decide(_passed(whole, len(seen) > 1), measured=len(whole), limit=0, evidence=whole)


def entry_findings(history: History, centre: str) -> Iterator[Check]:
    """What is entered by hand goes into what is computed from it, under the same key and marked."""
    formulas = Formulas(history)
    final = {each.key: each for each in last(shown(history))}
    unmade: list[str] = []
    unmarked: list[str] = []
    compared = 0
    for (name, kind, start), (_, _) in formulas.entries.items():
        for point in formulas.points:
            if name not in formulas.measured(point) or formulas.points[point].operation == "integral":
                continue
            for where in (HERE, centre):
                each = final.get((where, point, kind, start))
                if each is None:
                    unmade.append(f"{where}: {point}, {kind} from {local(start)}: never shown")
                    continue
                due = _due(formulas, each)
                compared += 1
                if not due.holds(each.value):
                    unmade.append(f"{each.told()}, expected {due.told()} with the entry of {name}")
                elif each.flag == "N":
                    unmarked.append(f"{each.told()}: flagged as if it were measured")
    texts = (
        (ENTRY_CARRIED, unmade),
        (ENTRY_MARKED, unmarked),
    )
    for question, wrong in texts:
        yield question.decide(
            _passed(wrong, compared > 0 and not (unmade and wrong is unmarked)),
            measured=len(wrong),
            limit=0,
            evidence=wrong,
        )


def rollover_findings(history: History) -> Iterator[Check]:
    """Periods in which a point's counter rolled over are computed with the true increment."""
    formulas, truth = Formulas(history), truth_of(history)
    turned = {event.meter for event in history.of(MeterFault) if event.fault == "rollover-soon"}
    names = [name for name, point in truth.points.items() if point.meter in turned and point.kind == "counter"]

    def over(each: Shown) -> bool:
        for name in names:
            if name not in formulas.measured(each.point):
                continue
            span = truth.series[name].between(each.start, each.end + 2 * MINUTE)
            if len(span) > 1 and truth.series[name].falls(span.start, span.stop - 1):
                return True
        return False

    yield _agreed(
        history,
        ROLLOVER_COMPUTED,
        over,
    )


def power_findings(history: History) -> Iterator[Check]:
    """What was computed before power was lost is there afterwards, and goes on: every sure quarter of an hour."""
    formulas = Formulas(history)
    back = [event.t for event in history.of(Power) if event.state == "restored"]
    asked = {
        each.query["point"]: each.t for each in history.of(Observed) if each.what == "records" and not each.problem
    }
    rows = {each.key: each for each in shown(history) if each.where == HERE and back and each.at > back[-1]}
    wrong: list[str] = []
    before, after, length = 0, 0, 15 * MINUTE
    for name in formulas.points:
        if not back or asked.get(name, 0) < back[-1]:
            continue
        began = history.began.t
        for start in range(began - began % length, asked[name] - length - MINUTE, length):
            due = formulas.due(name, "quarter", start, start + length)
            if start < began or due.state is not Certainty.SURE:
                continue
            before, after = before + (start + length < back[-1]), after + (start > back[-1])
            each = rows.get((HERE, name, "quarter", start))
            if each is None or not due.holds(each.value):
                text = f"{HERE}: {name}, quarter from {local(start)}: not there" if each is None else each.told()
                wrong.append(f"{text}, expected {due.told()}")
    yield COMPUTED_OVER_POWER_CUT.decide(
        _passed(wrong, before > 0 and after > 0), measured=len(wrong), limit=0, evidence=wrong
    )


def _agreed(history: History, asked: Criterion, which: Callable[[Shown], bool]) -> Check:
    """The sure periods among these, at their last content."""
    formulas = Formulas(history)
    wrong: list[str] = []
    compared = 0
    for each in last(shown(history)):
        due = _due(formulas, each)
        if due.state is not Certainty.SURE or not which(each):
            continue
        compared += 1
        if not due.holds(each.value):
            wrong.append(f"{each.told()}, expected {due.told()}")
    return asked.decide(_passed(wrong, compared > 0), measured=len(wrong), limit=0, evidence=wrong)


def late_findings(history: History, centre: str) -> Iterator[Check]:
    """When a period of a measured point is delivered late under the same key, so is what is computed from it."""
    formulas = Formulas(history)
    measured = tuple(dict.fromkeys(name for point in formulas.points for name in formulas.measured(point)))
    told = [each for each in shown(history, (*measured, *formulas.points)) if each.where == centre]
    first: dict[tuple[str, str, str, int], Shown] = {}
    for each in told:
        first.setdefault(each.key, each)
    final = {each.key: each for each in last(told)}
    wrong: list[str] = []
    compared = 0
    for key, each in final.items():
        if each.point not in measured or first[key].value or not each.value:
            continue
        for point, derived in formulas.points.items():
            if derived.operation != "sum" or each.point not in derived.of:
                continue
            if (point, each.kind, each.start) in formulas.entries:
                continue
            parts = [final.get((centre, name, each.kind, each.start)) for name in derived.of]
            values = [number(part.value) for part in parts if part is not None]
            if len(values) < len(derived.of) or any(value is None for value in values):
                continue
            compared += 1
            together = sum((Fraction(value) for value in values if value is not None), Fraction(0))
            found = final.get((centre, point, each.kind, each.start))
            value = None if found is None else number(found.value)
            if value is None or Fraction(value) != together:
                text = "never sent" if found is None else found.told()
                wrong.append(f"{text}; {each.point} came late, together they are {float(together):.8g}")
    yield LATE_DATA_CARRIED.decide(_passed(wrong, compared > 0), measured=len(wrong), limit=0, evidence=wrong)
    yield from _stays(formulas, centre, first, final)


def _stays(
    formulas: Formulas,
    centre: str,
    first: Mapping[tuple[str, str, str, int], Shown],
    final: Mapping[tuple[str, str, str, int], Shown],
) -> Iterator[Check]:
    """What was entered for a computed point is what its period holds in the end, where that was taken (R-22)."""
    lost: list[str] = []
    came_late = 0
    for (point, kind, start), (_, value) in formulas.entries.items():
        parts = [(centre, name, kind, start) for name in formulas.measured(point)]
        came_late += any(key in final and final[key].value and not first[key].value for key in parts)
        found = final.get((centre, point, kind, start))
        shown_value = None if found is None else number(found.value)
        if shown_value is None or Fraction(shown_value) != value:
            lost.append(f"{'never sent' if found is None else found.told()}, {float(value):.8g} was entered")
    if formulas.entries:
        yield ENTRY_STAYS.none_among(came_late, lost)


def hours_findings(history: History, points: Sequence[str]) -> Iterator[Check]:
    """Systems read at the level of hours: every hour of each point is there, and no reading in between."""
    truth = truth_of(history)
    rows: dict[str, list[int]] = {name: [] for name in points}
    for event in history.of(Observed):
        if event.what == "readings" and event.query.get("point") in rows:
            rows[event.query["point"]] += [
                at
                for row in event.rows
                if quality_of(row) == "good" and (at := instant_of_iso(row.get("at", ""))) is not None
            ]
    began = truth.began_us
    wrong: list[str] = []
    for name, instants in rows.items():
        hours = range(began - began % HOUR + HOUR, history.end_us - 5 * MINUTE, HOUR)
        wrong += [f"{name}: no reading of {local(at)}" for at in hours if at not in instants]
        wrong += [f"{name}: a reading at {local(at)}" for at in dict.fromkeys(instants) if at % HOUR]
    yield READ_HOURLY.decide(
        _passed(wrong, all(len(instants) >= 3 for instants in rows.values()) and bool(rows)),
        measured=len(wrong),
        limit=0,
        evidence=wrong,
    )


HALVES_OF_MEANS = criterion(
    "halves-of-means-{0}",
    en="a mean exactly between two numbers of its last digit is rounded away from zero ({0} zero)",
    zh="均值恰为末位之半时远离零取值（{0}）",
    unit="records",
)
_HALVES = 8
"""Means of each sign that must have been exact halves."""


def halves_findings(history: History, centres: Sequence[str]) -> Iterator[Check]:
    """Means that centres were sent of samples whose exact mean ends in a half step of the point's resolution (R-17)."""
    truth = truth_of(history)
    wrong: dict[str, list[str]] = {"above": [], "below": []}
    seen = dict.fromkeys(wrong, 0)
    for centre in centres:
        setup = setup_of(history, centre)
        for key, event in first_contents(history, centre, ("minute",)).items():
            series = truth.series.get(key.point)
            if series is None or series.point.kind == "counter" or series.point.decimals < 0:
                continue
            start = key.end - length_of("minute", setup)
            span = series.between(start, key.end)
            if not span or truth.expected(key.point, "minute", start, key.end).certainty is not Certainty.SURE:
                continue
            mean = sum((Fraction(series.numbers()[at]) for at in span), Fraction(0)) / len(span)
            steps = mean * 10**series.point.decimals
            if steps.denominator != 2:
                continue
            side = "above" if mean > 0 else "below"
            seen[side] += 1
            due = truth.expected(key.point, "minute", start, key.end).fields["Avg"]
            if number(event.fields.get("Avg", "")) != number(due):
                shown = event.fields.get("Avg", "no value")
                wrong[side].append(f"{centre} {key.point} ending {local(key.end)}: {shown}, exactly {float(mean)}")
    for side, lines in wrong.items():
        yield HALVES_OF_MEANS.of(side).none(lines, seen[side] >= _HALVES)
