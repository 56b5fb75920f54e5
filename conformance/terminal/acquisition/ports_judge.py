"""Attribution: an answer that comes late belongs to the question it answers, and to no other (R-14, R-17).

Leaves silence and gaps to `gaps`, digits to `accuracy`. Nobody knows how long a terminal waits: a late answer may be
taken for its own question or dropped, but never stand for another register or another cycle.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from bench.case import Check, Measurement, criterion, measure
from bench.history import History, LinkRule, Observed, Rejected, Served, Unserved
from conformance.common.accuracy import essence, local_readings
from conformance.common.queries import questions
from conformance.common.times import HOUR, MINUTE, SECOND, ceil, instant_of_iso, local
from conformance.common.timing import unasked
from conformance.common.truth import truth_of

NETWORK_PORT_SERVES = criterion(
    "network-port-serves",
    en="every meter of the network port is asked in every cycle, and its values stand on its own points",
    zh="网络接口上每块表每周期均被采集，数值归于自身测点",
    unit="faults",
    stamped=True,
)
SERIAL_LINES_SERVE = criterion(
    "serial-lines-serve",
    en="every meter of the serial lines is asked in every cycle, and its values stand on its own points",
    zh="各串行线上每块表每周期均被采集，数值归于自身测点",
    unit="faults",
    stamped=True,
)
MODBUS_SERVES = criterion(
    "modbus-serves",
    en="every Modbus RTU meter is asked in every cycle, and its values stand on its own points",
    zh="每块 Modbus RTU 表每周期均被采集，数值归于自身测点",
    unit="faults",
    stamped=True,
)
DLT645_SERVES = criterion(
    "dlt645-serves",
    en="every DL/T 645 meter is asked in every cycle, and its values stand on its own points",
    zh="每块 DL/T 645 表每周期均被采集，数值归于自身测点",
    unit="faults",
    stamped=True,
)
CJT188_SERVES = criterion(
    "cjt188-serves",
    en="every CJ/T 188 meter is asked in every cycle, and its values stand on its own points",
    zh="每块 CJ/T 188 表每周期均被采集，数值归于自身测点",
    unit="faults",
    stamped=True,
)
NOTHING_WRONG_STORED = criterion(
    "nothing-wrong-stored", en="nothing is stored that no meter said", zh="不存入任何表计未给出的数值", unit="readings"
)
READS_AGAIN = criterion(
    "reads-again",
    en="two minutes after a disturbance every meter of the line is read again",
    zh="干扰消除后 2 min 内恢复采集",
    unit="points",
)
OWN_REGISTER = criterion(
    "own-register", en="no value of another register is stored", zh="不存入其他寄存器的数值", unit="readings"
)
OWN_CYCLE = criterion(
    "own-cycle", en="no late answer stands for a later cycle", zh="迟到应答不作为后续周期的数值", unit="readings"
)


# so many hours all ports must have been busy together.
BUSY_H = 24
# Share of the polls of an hour that a port must have answered to count as busy.
_BUSY_SHARE = 0.9
# A stamp of whole seconds, of the slot or of the answer, stands so near to what it names.
_STAMP_SLACK_US = 1 * SECOND
# So many readings at least, and so many answers overtaken by another question.
_READINGS, _OVERTAKEN = 500, 20
# So long after a disturbance reading has gone on.
_RESUMES_US = 2 * MINUTE


def busy_hours(history: History) -> int:
    """Full hours in which every meter at every port answered nearly all polls that were due."""
    began, end = history.began, history.watched_us
    first = ceil(began.t, HOUR)
    hours = max((end - first) // HOUR, 0)
    answered = {meter.name: [0] * hours for meter in began.meters}
    for event in history.of(Served):
        index = (event.asked - first) // HOUR
        if event.meter in answered and 0 <= index < hours:
            answered[event.meter][index] += 1
    due = {meter.name: HOUR // round(meter.period_s * SECOND) * _BUSY_SHARE for meter in began.meters}
    return sum(all(counts[hour] >= due[name] for name, counts in answered.items()) for hour in range(hours))


def _port(history: History) -> dict[str, str]:
    """The port of every meter: a serial line, or host and port."""
    ports: dict[str, str] = {}
    for meter in history.began.meters:
        device, _, rest = meter.address.partition(":")
        ports[meter.name] = meter.address if rest.isdigit() and "." in device else device
    return ports


def serving_findings(history: History) -> Iterator[Check]:
    """Port by port and protocol by protocol: its meters are asked in every cycle, its values stand on their own points.

    Meters on serial lines are told apart by the kind of meter that names them.
    """
    devices = {meter.name: meter.address.partition(":")[0] for meter in history.began.meters}
    serial = [name for name, device in devices.items() if "." not in device]
    for question, names in (
        (NETWORK_PORT_SERVES, [name for name in devices if name not in serial]),
        (SERIAL_LINES_SERVE, serial),
        (MODBUS_SERVES, [name for name in serial if name.startswith("modbus")]),
        (DLT645_SERVES, [name for name in serial if name.startswith("dlt645")]),
        (CJT188_SERVES, [name for name in serial if name.startswith("cjt188")]),
    ):
        missed, enough = unasked(history, names)
        stored = local_readings(history, {point.id for point in history.began.points if point.meter in names})
        crossed = [*stored.unequal, *stored.misplaced, *stored.unknown]
        known = enough and stored.compared >= _READINGS
        yield question.decide(
            False if missed or crossed else True if known else None,
            measured=len(missed) + len(crossed),
            limit=0,
            evidence=[*missed, *crossed, *stored.problems],
            actual="" if known or missed or crossed else f"{stored.compared} readings compared / 样本不足",
        )


def _requests(history: History) -> dict[str, list[int]]:
    """Instants of all requests by port, those lost on a busy line too."""
    ports = _port(history)
    found: dict[str, list[int]] = {port: [] for port in ports.values()}
    for event in history.of(Served):
        if event.meter in ports:
            found[ports[event.meter]].append(event.asked)
    for event in history.of(Unserved):
        if event.meter in ports:
            found[ports[event.meter]].append(event.t)
    for event in history.of(Rejected):
        if event.at in found:
            found[event.at].append(event.t)
    return {port: sorted(instants) for port, instants in found.items()}


def overtaken(history: History) -> int:
    """How many answers came after another question had been put at the same port."""
    ports, requests = _port(history), _requests(history)
    count = 0
    for event in history.of(Served):
        if "delayed" not in event.fault or event.meter not in ports:
            continue
        asked = requests[ports[event.meter]]
        count += bisect_left(asked, event.t) > bisect_right(asked, event.asked)
    return count


def findings(history: History) -> Iterator[Check | Measurement]:
    """Every stored reading is what its own register said for its own cycle, however late other answers came."""
    truth = truth_of(history)
    replies: dict[tuple[str, object], list[Served]] = {}
    for event in history.of(Served):
        for name, text in event.values.items():
            if name in truth.points and (held := essence(truth.points[name], text)) is not None:
                replies.setdefault((name, held), []).append(event)
    foreign: list[str] = []
    stale: list[str] = []
    problems: list[str] = []
    compared = 0
    for event in questions(history, "readings"):
        if event.problem:
            problems.append(event.problem)
            continue
        point = truth.points.get(event.query.get("point", ""))
        if point is None:
            continue
        for row in event.rows:
            at, text = instant_of_iso(row.get("at", "")), row.get("value", "")
            if at is None or not text or row.get("quality") == "bad":
                continue
            compared += 1
            said = replies.get((point.id, essence(point, text)), ())
            period = truth.series[point.id].period_us
            where = f"{point.id} at {local(at)}: {text}"
            if not said:
                foreign.append(f"{where}, which its own register never said")
            elif not any(_belongs(reply, at, period) for reply in said):
                stale.append(f"{where}, said when asked at {local(said[0].asked)}")
    count = overtaken(history)
    yield measure(
        "overtaken", count, en="answers overtaken by another question", zh="迟于后一请求的应答数", unit="answers"
    )
    known = compared >= _READINGS and count >= _OVERTAKEN
    for question, bad in (
        (OWN_REGISTER, foreign),
        (OWN_CYCLE, stale),
    ):
        yield question.decide(
            False if bad else True if known else None,
            measured=len(bad),
            limit=0,
            evidence=[*bad, *problems],
            actual="" if known or bad else f"{compared} readings, {count} answers overtaken / 样本不足",
        )


def _belongs(reply: Served, at: int, period: int) -> bool:
    """Whether a stamp names this answer: the slot in which it was asked for, or, within half a period, its arrival."""
    of_slot = at - _STAMP_SLACK_US <= reply.asked < at + period + _STAMP_SLACK_US
    of_arrival = abs(reply.t - at) <= 2 * _STAMP_SLACK_US and reply.t - reply.asked < period // 2
    return of_slot or of_arrival


def disturbed_findings(history: History) -> Iterator[Check]:
    """While serial lines are disturbed nothing is stored that was not said; afterwards every meter is read again."""
    stored = local_readings(history)
    wrong = [*stored.unequal, *stored.misplaced, *stored.unknown]
    over = [rule for rule in history.of(LinkRule) if rule.link.startswith("line.") and rule.state == "off"]
    yield NOTHING_WRONG_STORED.none(wrong, over and stored.compared >= _READINGS, evidence=[*wrong, *stored.problems])
    truth = truth_of(history)
    taken: dict[str, list[int]] = {}
    for event in history.of(Observed):
        if event.what == "readings":
            for row in event.rows:
                at = instant_of_iso(row.get("at", ""))
                if at is not None and row.get("value") and row.get("quality") != "bad":
                    taken.setdefault(event.query.get("point", ""), []).append(at)
    dead: list[str] = []
    for rule in over:
        for meter in history.began.meters:
            if _port(history)[meter.name] != rule.link.removeprefix("line."):
                continue
            for point in (each.id for each in history.began.points if each.meter == meter.name):
                if not any(rule.t <= at <= rule.t + _RESUMES_US for at in taken.get(point, ())):
                    dead.append(f"{point}: nothing read in the two minutes after {rule.rule} of {local(rule.t)}")
    yield READS_AGAIN.none_among(over and taken and truth.count, dead)
