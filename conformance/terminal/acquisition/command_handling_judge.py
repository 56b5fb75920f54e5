"""What a centre may ask and set by HJ 212-2017 (table 9): obeyed, kept over a power cut, refused by the right code.

Leaves reading at once and history to `commands`. The case says in phases what was set.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec

from bench.case import Check, Criterion, criterion
from bench.history import Commanded, History, Received, Stored
from bench.history.marks import Mark, Plain
from bench.history.observation import Words
from conformance.common.delivery import matches, setup_of
from conformance.common.orders import orders
from conformance.common.settable import LIMIT, SETTABLE
from conformance.common.times import MINUTE, SECOND, floor, instant_of, local, seconds
from conformance.common.truth import Certainty, truth_of

PATIENCE = criterion(
    "patience",
    en="repetitions come as often and as far apart as 1000 set them",
    zh="重发次数与间隔符合 1000 的设定",
    unit="exchanges",
)
OLD_PASSWORD_REFUSED = criterion(
    "old-password-refused",
    en="a command with the password of before is not carried out, after a restart either",
    zh="使用旧密码的命令不予执行，重启后亦然",
    unit="commands",
)
NEW_PASSWORD_OBEYED = criterion(
    "new-password-obeyed",
    en="a command with the new password is carried out, after a restart too",
    zh="使用新密码的命令予以执行，重启后亦然",
    unit="commands",
)
PASSWORD_CHANGED = criterion(
    "password-changed",
    en="every frame carries the password that 1072 set",
    zh="1072 之后各帧均使用新密码",
    unit="frames",
)
SETTINGS_TOLD = criterion(
    "settings-told",
    en="what a centre reads is what it has set, after a power cut too",
    zh="读出的参数与设定一致，断电后仍一致",
    unit="answers",
)
REFUSED_SETS_NOTHING = criterion(
    "refused-sets-nothing", en="a refused request sets nothing", zh="被拒绝的请求不改变任何设定", unit="settings"
)
NO_REQUEST_IN_SILENCE = criterion(
    "no-request-in-silence",
    en="every command of the standard is answered, if only to refuse it",
    zh="标准中的每条命令均有应答（不支持的予以拒绝）",
    unit="commands",
)
LIMITS_SETTABLE = criterion(
    "limits-settable",
    en="the least and the greatest value of each setting of table 9 can be set",
    zh="标准表 9 各可设参数的最小值和最大值均可设定",
    unit="orders",
)
BEYOND_LIMITS_REFUSED = criterion(
    "beyond-limits-refused",
    en="one less than the least value and one more than the greatest is refused and sets nothing",
    zh="低于最小值或高于最大值一个单位即被拒绝且不生效",
    unit="orders",
)
REALTIME_STOPPED = criterion(
    "realtime-stopped", en="after 2012 no real-time data come", zh="2012 之后不再上传实时数据", unit="frames"
)
REALTIME_RESUMED = criterion(
    "realtime-resumed", en="after 2011 they come again by themselves", zh="2011 之后恢复上传实时数据", unit="frames"
)
REALTIME_INTERVAL = criterion(
    "realtime-interval", en="real-time data come at the interval set", zh="实时数据按设定间隔上传", unit="intervals"
)
MINUTE_INTERVAL = criterion(
    "minute-interval", en="minute data come at the interval set", zh="分钟数据按设定间隔上传", unit="intervals"
)
CLASSES_COMPLETE = criterion(
    "classes-complete",
    en="values of the periods of an interval that was just set are made of all their readings",
    zh="刚设定的间隔，其各时段数据由时段内全部读数得出",
    unit="records",
)
EXECUTES = criterion(
    "executes-{0}", en="command {0} is accepted and executed", zh="命令 {0} 被接受并执行", unit="commands"
)
REFUSES = criterion("refuses-{0}", en="a request with a wrong {1} is refused by {2}", zh="错误请求（{0}）以 {2} 拒绝")


class Interval(Words, frozen=True, kw_only=True):
    """What the interval is from now on (s)."""

    interval_s: int


class Patience(Words, frozen=True, kw_only=True):
    """How long the terminal waits for an answer (s), and how often it repeats."""

    over_time_s: int
    re_count: int


class Password(Words, frozen=True, kw_only=True):
    """The password from now on."""

    pw: str


class When(Words, frozen=True, kw_only=True):
    """How long after the change of the password: at once, or after a restart."""

    when: str


class WrongRequest(Words, frozen=True, kw_only=True):
    """What is wrong with the request that comes next."""

    what: str


REALTIME_SET = Mark("realtime", Interval)
MINUTE_SET = Mark("minute", Interval)
CLASS_SET = Mark("class", Interval)
"""A class of values that there was not before is set next."""
PATIENCE_SET = Mark("patience", Patience)
PASSWORD_SET = Mark("password", Password)
OLD_PASSWORD = Mark("old-password", When)
NEW_PASSWORD = Mark("new-password", When)
"""Commands come with the password of before, and with the new one."""
STOPPED = Plain("stopped")
RESUMED = Plain("resumed")
"""Real-time data were stopped (2012), and wanted again (2011)."""
RESTORED = Plain("restored")
"""Power is back, and what was set is read next."""
WRONG_REQUEST = Mark("wrong-request", WrongRequest)
EVERY_COMMAND = Plain("every-command")
"""From now on every command of table 9 is sent."""
# How long after a change a terminal may still act as before: what was on its way.
ACT_US = 2 * SECOND
_PASSWORD = re.compile(r"PW=(\w*);")
_DATA_TIME = re.compile(r"DataTime=(\d{14})")
_UPLOADS = ("2011", "2051", "2061", "2031")

Wanted = tuple[str, str, str]
"""What was wrong with a request, its command code, and the code of refusal: QnRtn=n, or ExeRtn=n.

A request with the number of another device may also meet silence.
"""
OTHER_DEVICE = "device-number"
_REJECTED = {"command": "2"}
"""Where table 7 has a second code that says no less: 2, rejected, of a command that the device does not have."""


def _verdict(found: Sequence[str], known: bool) -> bool | None:
    return False if found else True if known else None


def _refusal(history: History, cn: str, until: int) -> list[str]:
    """The last order of a kind up to an instant, if it was not taken: what was not set is not exercised."""
    given = [event for event in history.of(Commanded) if event.cn == cn and (event.sent or event.t) <= until]
    if not given:
        return []
    last = given[-1]
    if not last.sent:
        return [f"{local(last.t)} CN={cn} QN={last.qn}: not sent, no connection stood / 无连接，未下发"]
    if all(answer in ("", "1") for answer in (last.accepted, last.result)):
        return []
    return [
        f"{local(last.sent)} CN={cn} QN={last.qn}: refused, QnRtn={last.accepted or 'none'}, "
        f"ExeRtn={last.result or 'none'}"
    ]


def _uploads(history: History, cns: Sequence[str], low: int, high: int) -> list[Received]:
    return [event for event in history.of(Received) if event.cn in cns and low <= event.t <= high]


def _stamps(events: Sequence[Received]) -> list[int]:
    found = [instant_of(match[1]) for event in events if (match := _DATA_TIME.search(event.frame))]
    return sorted({each for each in found if each is not None})


def _by_pace(question: Criterion, wrong: Sequence[str], late: Sequence[str], known: bool) -> Check:
    """What is `wrong` whatever the machine, and what came at another time (`late`): that a starved one excuses."""
    lines = [*wrong, *late]
    found = question.decide(_verdict(lines, known), measured=len(lines), limit=0, evidence=lines)
    return msgspec.structs.replace(found, paced=bool(late) and not wrong)


def _another(steps: Sequence[int], due: int) -> bool:
    """Whether most steps are off by more than a quarter of what was set: another setting, and no want of a CPU."""
    return 2 * sum(4 * abs(step - due) > due for step in steps) > len(steps)


def interval_findings(history: History) -> Iterator[Check]:
    """Real-time and minute data come at the interval that was set, each a step of the one before."""
    for kind, order, cn, question in (
        (REALTIME_SET, "1062", "2011", REALTIME_INTERVAL),
        (MINUTE_SET, "1064", "2051", MINUTE_INTERVAL),
    ):
        stretch = kind.first(history)
        if stretch is not None and (refused := _refusal(history, order, stretch.t)):
            yield question.decide(None, evidence=refused)
            continue
        wrong: list[str] = []
        late: list[str] = []
        stamps: list[int] = []
        if stretch is not None:
            step = stretch.detail.interval_s * SECOND
            # The interval that ran when the order came may still be finished.
            stamps = _stamps(_uploads(history, (cn,), stretch.t + step + ACT_US, stretch.until))
            # A sampling instant lies within a second of its tick.
            late = [
                f"{local(after)}: {seconds(after - before)} s after the one before"
                for before, after in pairwise(stamps)
                if abs(after - before - step) > SECOND
            ]
            if len(stamps) < (stretch.until - stretch.t) // step - 2:
                late.append(f"{len(stamps)} between {local(stretch.t)} and {local(stretch.until)}")
            if _another([after - before for before, after in pairwise(stamps)], step):
                wrong, late = late, []
        yield _by_pace(question, wrong, late, len(stamps) > 1)


def patience_finding(history: History) -> Check:
    """An upload without answer is repeated as often as 1000 set, and as far apart."""
    stretch = PATIENCE_SET.first(history)
    if stretch is not None and (refused := _refusal(history, "1000", stretch.t)):
        return PATIENCE.decide(None, evidence=refused)
    wrong: list[str] = []
    late: list[str] = []
    seen: dict[str, list[int]] = {}
    if stretch is not None:
        wait, repeats = stretch.detail.over_time_s * SECOND, stretch.detail.re_count
        for event in _uploads(history, _UPLOADS, stretch.t, stretch.until):
            seen.setdefault(event.qn, []).append(event.t)
        # The last exchange may have been cut short by the end of the phase.
        seen = {qn: times for qn, times in seen.items() if times[0] + wait * (repeats + 1) + ACT_US < stretch.until}
        for qn, times in seen.items():
            # "Resend 3" is read as three repetitions, or as three transmissions in all: both are in use.
            if len(times) not in (repeats, repeats + 1):
                wrong.append(f"QN={qn}: sent {len(times)} times, ReCount={repeats}")
            late += [
                f"QN={qn}: {seconds(after - before)} s between two copies, OverTime={wait // SECOND}"
                for before, after in pairwise(times)
                if abs(after - before - wait) > SECOND
            ]
        if _another([after - before for times in seen.values() for before, after in pairwise(times)], wait):
            wrong, late = [*wrong, *late], []
    return _by_pace(PATIENCE, wrong, late, any(len(times) > 1 for times in seen.values()))


def password_finding(history: History) -> Check:
    """From the change on every frame carries the new password, over a power cut too."""
    mark = PASSWORD_SET.last(history)
    if mark is not None and (refused := _refusal(history, "1072", mark.t)):
        return PASSWORD_CHANGED.decide(None, evidence=refused)
    wrong: list[str] = []
    right = 0
    if mark is not None:
        # A repetition is the same octets as the first sending.
        old = {event.qn for event in history.of(Received) if event.t <= mark.t + ACT_US}
        for event in history.of(Received):
            match = _PASSWORD.search(event.frame)
            if event.qn in old or match is None:
                continue
            if match[1] == mark.detail.pw:
                right += 1
            else:
                wrong.append(f"{local(event.t)} CN={event.cn} QN={event.qn}: another password")
    return PASSWORD_CHANGED.decide(_verdict(wrong, right > 0), measured=len(wrong), limit=0, evidence=wrong[:10])


def password_findings(history: History) -> Iterator[Check]:
    """Commands sent in phases `OLD_PASSWORD` are refused, those in phases `NEW_PASSWORD` accepted, in all of them.

    A terminal that obeys nobody has refused nothing for its password.
    """
    obeyed: set[str] = set()
    found: dict[bool, tuple[list[str], set[str]]] = {}
    for kind, wanted in ((OLD_PASSWORD, False), (NEW_PASSWORD, True)):
        wrong: list[str] = []
        times: set[str] = set()
        for mark in kind.of(history):
            when = mark.detail.when
            for event in history.of(Commanded):
                if mark.t <= event.sent < mark.until:
                    times.add(when)
                    done = event.accepted == "1" or event.result == "1" or bool(event.answer)
                    if done and wanted:
                        obeyed.add(when)
                    if done is not wanted:
                        told = f"QnRtn={event.accepted or 'none'} ExeRtn={event.result or 'none'}"
                        wrong.append(f"{local(event.sent)} CN={event.cn} {when}: {told}")
        found[wanted] = wrong, times
    (taken, tried), (refused, times) = found[False], found[True]
    yield OLD_PASSWORD_REFUSED.none(taken, len(tried) > 1 and tried <= obeyed)
    yield NEW_PASSWORD_OBEYED.none(refused, len(times) > 1)


def realtime_findings(history: History) -> Iterator[Check]:
    """2012 ends real-time data, 2011 begins them again; a terminal that sends nothing at all has stopped nothing."""
    stopped, resumed = STOPPED.first(history), RESUMED.first(history)
    before = [] if stopped is None else _uploads(history, ("2011",), history.began.t, stopped.t)
    came = [] if stopped is None else _uploads(history, ("2011",), stopped.t + ACT_US, stopped.until)
    others = [] if stopped is None else _uploads(history, _UPLOADS[1:], stopped.t + ACT_US, stopped.until)
    again = [] if resumed is None else _uploads(history, ("2011",), resumed.t + MINUTE, resumed.until)
    refused = [] if stopped is None else _refusal(history, "2012", stopped.t)
    went_on = [local(event.t) for event in came]
    yield REALTIME_STOPPED.decide(
        None if refused else _verdict(went_on, bool(before and others)),
        measured=len(came),
        limit=0,
        evidence=refused or went_on[:10],
    )
    yield REALTIME_RESUMED.decide(
        None if resumed is None or not before else bool(again), measured=len(again), limit=1, op=">="
    )


def told_finding(history: History) -> Check:
    """What a centre reads (1061, 1063) is what it has set, before a power cut and after."""
    wrong: list[str] = []
    probes = 0
    restored = RESTORED.last(history)
    after = 0
    for kind, order, cn, field, unit in (
        (REALTIME_SET, "1062", "1061", "RtdInterval", 1),
        (MINUTE_SET, "1064", "1063", "MinInterval", 60),
    ):
        mark = kind.last(history)
        if mark is None or _refusal(history, order, mark.t):
            continue
        wanted = str(mark.detail.interval_s // unit)
        for event in orders(history, cn):
            if event.t > mark.t:
                probes += 1
                after += restored is not None and event.t > restored.t
                if event.answer.get(field) != wanted:
                    wrong.append(f"{local(event.t)} CN={cn}: {field}={event.answer.get(field, 'none')}, set {wanted}")
    return SETTINGS_TOLD.decide(_verdict(wrong, probes > after > 0), measured=len(wrong), limit=0, evidence=wrong)


def executed_findings(history: History, cns: Sequence[str]) -> Iterator[Check]:
    """Each of these requests was accepted (QnRtn 1) and executed (ExeRtn 1), or as a notification answered."""
    for cn in cns:
        own = orders(history, cn)
        bad = [
            f"{local(event.sent)} QN={event.qn}: QnRtn={event.accepted or 'none'}, ExeRtn={event.result or 'none'}"
            for event in own
            if event.result != "1" or event.accepted not in ("", "1")
        ]
        unsent = [
            f"{local(event.t)} QN={event.qn}: not sent, no connection stood / 无连接，未下发"
            for event in history.of(Commanded)
            if event.cn == cn and not event.sent
        ]
        yield EXECUTES.of(cn).decide(
            _verdict(bad, bool(own)), measured=len(own) - len(bad), limit=len(own) or 1, evidence=bad + unsent
        )


def _after(history: History, at: int, cn: str) -> Commanded | None:
    """The request that followed an instant."""
    return next((event for event in orders(history, cn) if event.t >= at), None)


def refusal_findings(history: History, wanted: Sequence[Wanted]) -> Iterator[Check]:
    """Wrong requests are refused by the code of tables 6 and 7 that names what is wrong."""
    marks = {mark.detail.what: mark.t for mark in WRONG_REQUEST.of(history)}
    for what, cn, code in wanted:
        at = marks.get(what)
        event = None if at is None else _after(history, at, cn)
        given = "none" if event is None else f"QnRtn={event.accepted or 'none'} ExeRtn={event.result or 'none'}"
        name, _, number = code.partition("=")
        got = "" if event is None else event.accepted if name == "QnRtn" else event.result
        # A parameter may be looked at before the request is accepted.
        fine = (
            got in (number, _REJECTED.get(what, number))
            or (what == OTHER_DEVICE and not got)
            or (name == "ExeRtn" and event is not None and event.accepted == "2")
        )
        also = f" or {name}={_REJECTED[what]}" if what in _REJECTED else ""
        yield REFUSES.of(what, what.replace("-", " "), code).decide(
            None if event is None else fine, expected=f"{code}{also} (HJ 212-2017, tables 6 and 7)", actual=given
        )


def limit_findings(history: History) -> Iterator[Check]:
    """Each order at a limit is carried out, each beyond it refused; what can be read (1061, 1063) says so too."""
    of = {each.field: each for each in SETTABLE}
    refused, taken = list[str](), list[str]()
    tried = {True: 0, False: 0}
    told = {"RtdInterval": "", "MinInterval": ""}
    marks = LIMIT.of(history)
    for mark, end in zip(marks, [*(mark.t for mark in marks[1:]), history.end_us], strict=False):
        field, value = mark.detail.field, mark.detail.value
        inside = of[field].low <= int(value) <= of[field].high
        events = [event for event in orders(history) if mark.t <= event.sent < end]
        order = next((event for event in events if event.cn == of[field].cn), None)
        if order is None:
            continue
        tried[inside] += 1
        done = order.result == "1" and order.accepted in ("", "1")
        answer = f"QnRtn={order.accepted or 'none'} ExeRtn={order.result or 'none'}"
        now = next((event.answer[field] for event in events if event.cn != order.cn and field in event.answer), "")
        held = not now or now == value
        line = f"{local(order.sent)} CN={order.cn} {field}={value}: {answer}" + (f", read: {now}" if now else "")
        if inside and not (done and held):
            refused.append(line)
        if not inside and (done or (now and held) or (now and told[field] and now != told[field])):
            taken.append(line)
        if field in told:
            told[field] = now
    yield LIMITS_SETTABLE.none(refused, tried[True])
    yield BEYOND_LIMITS_REFUSED.none(taken, tried[False] and len(refused) < tried[True])


def untouched_finding(history: History, least: int) -> Check:
    """No refused request set anything: intervals read before limits are tried are those of the beginning."""
    first: dict[str, str] = {}
    wrong: list[str] = []
    probes = 0
    marks = [mark.t for mark in WRONG_REQUEST.of(history)]
    limits = min((mark.t for mark in LIMIT.of(history)), default=history.end_us)
    for event in (event for event in history.of(Commanded) if event.t <= limits):
        for field in ("RtdInterval", "MinInterval"):
            if event.cn not in ("1061", "1063") or field not in event.answer:
                continue
            value = first.setdefault(field, event.answer[field])
            probes += bool(marks) and event.t > marks[0]
            if event.answer[field] != value:
                wrong.append(f"{local(event.t)}: {field}={event.answer[field]}, before {value}")
    return REFUSED_SETS_NOTHING.decide(_verdict(wrong, probes >= least), measured=len(wrong), limit=0, evidence=wrong)


def silence_finding(history: History, cns: Sequence[str]) -> Check:
    """Every command of table 9 is answered, what the terminal cannot do with a refusal: silence costs the host time."""
    asked: dict[str, Commanded] = {}
    silent: list[str] = []
    mark = EVERY_COMMAND.last(history)
    for event in orders(history, *cns):
        if mark is not None and event.t > mark.t:
            asked[event.cn] = event
            if not event.accepted and not event.result:
                silent.append(f"{local(event.sent)} CN={event.cn} QN={event.qn}: no answer")
    return NO_REQUEST_IN_SILENCE.decide(
        _verdict(silent, len(asked) == len(cns)), measured=len(silent), limit=0, evidence=silent
    )


def classes_finding(history: History) -> Check:
    """Each good record of an interval from the period on that had just begun when it was set, against the readings.

    A record that lacks its value says so by its flag: from when on an interval counts no clause says.
    """
    truth = truth_of(history)
    codes = {code: point for point, code in setup_of(history, "A").codes.items()}
    orders = [(mark.t, mark.detail.interval_s * SECOND) for mark in CLASS_SET.of(history)]
    compared, wrong = 0, list[str]()
    for event in history.of(Stored):
        at = instant_of(event.stamp)
        if event.kind != "minute" or event.flag != "N" or at is None or event.copies > 1 or event.code not in codes:
            continue
        told = [order for order in orders if order[0] < event.t]
        if not told:
            continue
        ordered, length = told[-1]
        if at % length or at < floor(ordered, length) or event.t < at + length:
            continue
        expected = truth.expected(codes[event.code], "minute", at, at + length)
        if expected.certainty is Certainty.SURE:
            compared += 1
            if not matches(truth, expected, event.fields):
                wrong.append(
                    f"{local(event.t)} {event.code} DataTime={event.stamp}: {event.fields}, due {expected.fields}"
                )
    return CLASSES_COMPLETE.none(wrong, compared >= len(orders) > 0)
