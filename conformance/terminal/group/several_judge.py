"""What a master tells of its slaves' meters and of sums over all of them, against the truth behind each (CSMT 11.13).

Leaves what a sum must hold to `processing.formulas_truth`. How master and slaves speak is the product's own: judged is
what is at the centre, and what a slave shows where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.case import Check, Notice, criterion
from bench.history import Captured, History, LinkRule, Observed, Power, Stored
from bench.history.looks import CONNECTIONS
from conformance.common import notices
from conformance.common.delivery import setup_of
from conformance.common.queries import answers
from conformance.common.secrecy import readable_streams, streams, values_of
from conformance.common.terminals import slaves_of, terminals_of
from conformance.common.times import MINUTE, instant_of, instant_of_iso, local
from conformance.common.truth import Certainty, length_of, number, truth_of
from conformance.terminal.processing.formulas_judge import Shown, last, shown
from conformance.terminal.processing.formulas_truth import Due, Formulas

TOTALS_TRUE = criterion(
    "{0}-total-true",
    en="the total of {0} that the master reports is that of all its meters, whichever terminal reads them",
    zh="主终端上报的{0}合计等于其全部表计之和，无论由哪台终端采集",
    unit="values",
)
OWN_NAME = criterion(
    "under-its-own-name",
    en="what is reported of a point is what its own meter said, whichever terminal read it",
    zh="上报的每个监测点的数据均为该点自身表计的数据，不与其他终端混淆",
    unit="values",
)
NO_PARTIAL_TOTAL = criterion(
    "no-partial-total",
    en="no total that lacks a slave's data, or counts any twice, is told as whole",
    zh="缺少从终端数据或重复计入数据的合计不得表现为完整",
    unit="values",
)
MASTER_GOES_ON = criterion(
    "master-goes-on",
    en="while a slave is cut off the master goes on reporting its own meters",
    zh="从终端断开期间，主终端自身表计照常上报",
    unit="periods",
)
KEPT_AT_SLAVE = criterion(
    "kept-at-slave",
    en="what a slave measured while it was cut off can be read where it stands",
    zh="从终端断开期间的数据可在从终端本地读出",
    unit="periods",
)
CAUGHT_UP = criterion(
    "caught-up",
    en="every total of the time a terminal was cut off or dark becomes the truth afterwards",
    zh="断开或停电期间的各项合计在恢复后均修订为真值",
    unit="periods",
)
STRANGER_TRIED = criterion(
    "stranger-tried",
    en="the stranger has reached the master",
    zh="未登记终端确已连到主终端",
    unit="connections",
    condition=True,
)
STRANGER_NOT_COUNTED = criterion(
    "stranger-not-counted",
    en="nothing that a stranger reports in a slave's name is reported on or counted",
    zh="冒用从终端名义上报的数据不得转报或计入",
    unit="values",
)
STRANGER_LOGGED = criterion(
    "stranger-logged",
    en="the master's log tells that a terminal which is not known was refused",
    zh="主终端日志记录了拒绝未登记的终端",
    unit="entries",
    notices=(Notice.STRANGER_REFUSED,),
)
BETWEEN_UNREADABLE = criterion(
    "between-unreadable",
    en="no value, point or protocol text can be read in the capture of what passes between the terminals",
    zh="终端之间的抓包中读不到任何数值、监测点标识或协议文本",
    unit="streams",
)

_CENTRE = "A"
_CABLES = "group"
_FEWEST = 4
_LEAST_OCTETS = 5
"""What is kilowatt-hours of ten minutes at night too; by chance in less than one of 100,000 captures of this length."""


@dataclass(frozen=True)
class _Told:
    """A total as it was shown, beside what it must hold."""

    shown: Shown
    due: Due

    @property
    def is_whole(self) -> bool:
        """Whether it looks as if nothing were missing."""
        return bool(self.shown.value) and self.shown.flag == "N"

    @property
    def wrong(self) -> str:
        """For the evidence."""
        return f"{self.shown.told()}, expected {self.due.told() or 'no value'}"


def _totals(history: History, everything: Sequence[Shown]) -> list[_Told]:
    formulas = Formulas(history)
    began = history.began.t
    return [
        _Told(each, formulas.due(each.point, each.kind, each.start, each.end))
        for each in everything
        # What was counted of the period in which terminals were started may be told or left out.
        if each.start >= began
    ]


def _at_centre(history: History) -> list[Shown]:
    return [each for each in shown(history) if each.where == _CENTRE]


def totals_findings(history: History, levels: Mapping[str, Sequence[str]]) -> Iterator[Check]:
    """The last content of every total; `levels` gives the totals of each level by its word."""
    told = _totals(history, last(_at_centre(history)))
    for level, points in levels.items():
        here = [each for each in told if each.shown.point in points]
        sure = [each for each in here if each.due.state is Certainty.SURE]
        wrong = [each.wrong for each in sure if not (each.is_whole and each.due.holds(each.shown.value))]
        wrong += [
            each.wrong
            for each in here
            if each.due.state is not Certainty.SURE and each.is_whole and not each.due.holds(each.shown.value)
        ]
        seen = all(sum(each.shown.point == point for each in sure) >= _FEWEST for point in points)
        yield TOTALS_TRUE.of(level).none(wrong, seen)


def partial_findings(history: History) -> Iterator[Check]:
    """Every total at any time: one that looks whole holds the truth of all meters.

    Open unless totals of a time were told in which a slave could report nothing.
    """
    told = _totals(history, _at_centre(history))
    wrong = [each.wrong for each in told if each.is_whole and not each.due.holds(each.shown.value)]
    dark = _apart(history)
    there = any(start < each.shown.end <= end for each in told for start, end in dark)
    yield NO_PARTIAL_TOTAL.none(wrong, there)


def _apart(history: History) -> list[tuple[int, int]]:
    """Stretches in which a slave could report nothing: its cable to the master was cut, or one of the two was dark."""
    found: list[tuple[int, int]] = []
    opened: dict[str, int] = {}
    switched = [
        (rule.t, rule.link, rule.state)
        for rule in history.of(LinkRule)
        if rule.link.startswith("group.") and rule.rule == "cut"
    ]
    switched += [
        (event.t, f"power {event.terminal}", "on" if event.state == "cut" else "off") for event in history.of(Power)
    ]
    for at, what, state in sorted(switched):
        if state == "on":
            opened.setdefault(what, at)
        elif state == "off" and what in opened:
            found.append((opened.pop(what), at))
    return found


def own_name_findings(history: History) -> Iterator[Check]:
    """The last content of each period of each measured point at the centre; some of every slave's."""
    setup, truth, behind = setup_of(history, _CENTRE), truth_of(history), terminals_of(history)
    points = {code: point for point, code in setup.codes.items()}
    final: dict[tuple[str, str, int], Stored] = {}
    for event in history.of(Stored):
        start = instant_of(event.stamp)
        if event.centre == _CENTRE and event.code in points and event.kind in ("minute", "hour") and start is not None:
            final[points[event.code], event.kind, start] = event
    wrong: list[str] = []
    seen: dict[str, int] = {}
    for (point, kind, start), event in final.items():
        due = truth.expected(point, kind, start, start + length_of(kind, setup))
        text = event.fields.get("Cou", event.fields.get("Value", ""))
        value = number(text)
        if due.certainty is not Certainty.SURE:
            continue
        terminal = behind[truth.points[point].meter]
        seen[terminal] = seen.get(terminal, 0) + 1
        if event.flag == "N" and value != number(due.fields["Cou"]):
            wrong.append(f"{point}, {kind} from {local(start)}: {text or 'no value'}, expected {due.fields['Cou']}")
    yield OWN_NAME.none(wrong, all(seen.get(slave, 0) >= _FEWEST for slave in _known(history)))


def _known(history: History) -> list[str]:
    """The slaves whose points the centre knows."""
    setup, behind, truth = setup_of(history, _CENTRE), terminals_of(history), truth_of(history)
    told = dict.fromkeys(behind[truth.points[point].meter] for point in setup.codes)
    return [slave for slave in slaves_of(history) if slave in told]


def cut_findings(history: History) -> Iterator[Check]:
    """Slaves that were cut off: what the master did meanwhile, what they kept, what became of the totals."""
    yield from _meanwhile(history)
    yield from _kept(history)
    yield from caught_up_findings(history)


def _meanwhile(history: History) -> Iterator[Check]:
    """Quarters of an hour of the master's own points that ended while a slave was cut off, and came in that time."""
    setup, truth, behind = setup_of(history, _CENTRE), truth_of(history), terminals_of(history)
    own = {code: point for point, code in setup.codes.items() if not behind[truth.points[point].meter]}
    came: dict[tuple[str, int | None], int] = {}
    for event in history.of(Stored):
        if event.code in own and event.kind == "minute":
            came.setdefault((own[event.code], instant_of(event.stamp)), event.t)
    length = length_of("minute", setup)
    missing: list[str] = []
    due = 0
    for begin, end in _apart(history):
        for point in own.values():
            for start in range(begin - begin % length, end - length - 2 * MINUTE, length):
                if truth.expected(point, "minute", start, start + length).certainty is not Certainty.SURE:
                    continue
                due += 1
                if came.get((point, start), end) >= end:
                    missing.append(f"{point}, quarter from {local(start)}: not reported in that time")
    yield MASTER_GOES_ON.none(missing, due >= _FEWEST)


def _kept(history: History) -> Iterator[Check]:
    """What slaves showed at their own interface of periods in which they were cut off."""
    truth = truth_of(history)
    stretches = _apart(history)
    wrong: list[str] = []
    held = 0
    for event in history.of(Observed):
        point = event.query.get("point", "")
        if not event.terminal or event.what != "records" or event.problem or point not in truth.points:
            continue
        rows = {instant_of_iso(row.get("start", "")): row for row in event.rows}
        kind = event.query.get("kind", "")
        length = {"quarter": 15, "hour": 60}[kind] * MINUTE
        first, until = int(event.query["from"]), int(event.query["to"])
        for start in range(first - first % length + (length if first % length else 0), until - length + 1, length):
            if not any(begin <= start and start + length <= end for begin, end in stretches):
                continue
            due = truth.expected(point, kind, start, start + length)
            if due.certainty is not Certainty.SURE:
                continue
            held += 1
            value = number(rows.get(start, {}).get("value", ""))
            if value != number(due.fields["Cou"]):
                wrong.append(f"{event.terminal}: {point}, {kind} from {local(start)}: {value}, not {due.fields['Cou']}")
    yield KEPT_AT_SLAVE.none(wrong, held >= _FEWEST)


def caught_up_findings(history: History) -> Iterator[Check]:
    """Totals of all periods that ended while a slave could report nothing: their last content.

    Open unless some of them were not whole before that was over: of those it is known that something was missing.
    """
    formulas = Formulas(history)
    setup = setup_of(history, _CENTRE)
    everything = _at_centre(history)
    final = {each.key: each for each in last(everything)}
    whole: dict[tuple[str, str, str, int], int] = {}
    for each in everything:
        if each.value and each.flag == "N":
            whole.setdefault(each.key, each.at)
    wrong: list[str] = []
    missing = 0
    for begin, end in _apart(history):
        for kind in ("minute", "hour"):
            length = length_of(kind, setup)
            for start in range(begin - begin % length, end - length + 1, length):
                for point in formulas.points:
                    wanted = formulas.due(point, kind, start, start + length)
                    if wanted.state is not Certainty.SURE or start < history.began.t:
                        continue
                    key = (_CENTRE, point, kind, start)
                    missing += whole.get(key, end) >= end
                    found = final.get(key)
                    if found is None or not wanted.holds(found.value):
                        text = f"{point}, {kind} from {local(start)}: never reported" if found is None else found.told()
                        wrong.append(f"{text}, expected {wanted.told()}")
    yield CAUGHT_UP.none(wrong, missing >= _FEWEST)


def stranger_findings(history: History, stranger: str) -> Iterator[Check]:
    """Somebody who reports in a slave's name: totals and points stay those of the meters that they are of."""
    tries = sum(
        row.count
        for event in history.of(Observed)
        if event.what == CONNECTIONS.what and event.terminal == stranger
        for row in CONNECTIONS.read(event).rows
    )
    yield STRANGER_TRIED.decide(True if tries else None, measured=tries, limit=1, op=">=")
    yield _stranger_logged(history, tries)
    told = _totals(history, _at_centre(history))
    wrong = [each.wrong for each in told if each.is_whole and not each.due.holds(each.shown.value)]
    setup, truth = setup_of(history, _CENTRE), truth_of(history)
    points = {code: point for point, code in setup.codes.items()}
    compared = 0
    for event in history.of(Stored):
        start = instant_of(event.stamp)
        if event.code not in points or event.kind not in ("minute", "hour") or start is None:
            continue
        due = truth.expected(points[event.code], event.kind, start, start + length_of(event.kind, setup))
        value = number(event.fields.get("Cou", event.fields.get("Value", "")))
        if due.certainty is not Certainty.SURE or value is None:
            continue
        compared += 1
        if value != number(expected := due.fields["Cou"]):
            wrong.append(f"{points[event.code]}, {event.kind} from {local(start)}: {value}, not {expected}")
    enough = tries > 0 and compared >= _FEWEST and sum(each.is_whole for each in told) >= _FEWEST
    yield STRANGER_NOT_COUNTED.none(wrong, enough)


def _stranger_logged(history: History, tries: int) -> Check:
    """An entry of the master's log, at any time since the stranger began to try."""
    looks = answers(history, "log")
    rows = [row for event in looks for row in event.rows]
    if tries and looks and not notices.mapped(history, Notice.STRANGER_REFUSED):
        return notices.left_to_a_person(STRANGER_LOGGED, rows[-20:], Notice.STRANGER_REFUSED)
    found = [notices.line(row) for row in rows if notices.tells(history, row, Notice.STRANGER_REFUSED)]
    told = bool(found) if tries and looks else None
    return STRANGER_LOGGED.decide(told, measured=len(found), limit=1, op=">=", evidence=found[:3])


def between_findings(history: History) -> Iterator[Check]:
    """What slaves reported is at the centre, and nothing of it can be read on the cables to their master.

    Open without a capture of these cables, and where the centre has too little of what came over them.
    """
    behind = terminals_of(history)
    theirs = [point for point in history.began.points if behind.get(point.meter)]
    codes = setup_of(history, _CENTRE).codes
    values = values_of(history, {codes[point.id] for point in theirs if point.id in codes}, _LEAST_OCTETS)
    cables = [each.segment for each in history.of(Captured) if each.segment.partition(".")[0] == _CABLES]
    said = {flow: octets for cable in cables for flow, octets in streams(history, cable).items()}
    words = [*values, *(point.id.encode() for point in theirs)]
    readable = readable_streams(said, words)
    yield BETWEEN_UNREADABLE.none_among(
        len(said) if len(values) >= _FEWEST else None,
        readable,
        evidence=[*readable, f"{len(said)} streams, {len(values)} values looked for / 个流，检索 {len(values)} 个数值"],
    )
