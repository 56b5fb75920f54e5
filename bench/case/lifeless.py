"""A started terminal that ended by itself, hung, or did nothing: what it claims fails and is not left open (R-03).

Leaves what the terminal did otherwise to the judges. A check that found nothing to judge is *claimed but not observed*
where one cause explains it: the terminal's program ended, never let the world go on, asked no meter, or sent nothing to
any centre. Of a device on a table the bench does not know whether it was cabled: there it stays inconclusive.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bench.case.checks import Check
from bench.case.verdicts import Verdict
from bench.history import (
    Began,
    Behaviour,
    ClockMoved,
    Commanded,
    Connected,
    CutShort,
    Event,
    History,
    LinkRule,
    MeterFault,
    Observed,
    Phase,
    Power,
    Received,
    Served,
    TerminalState,
    Trouble,
    Unserved,
)

TERMINAL = "terminal"
"""Who cut a case short (`CutShort.because`): the terminal's program ended by itself, or had to be stopped."""
_RIGS = ("virtual", "process", "loopback")
_UPLINKS = ("uplink.", "centres.")
_SOURCES = ("protocol.", "source.")
_ASIDE = ("uplink", "local")
"""Links without which a terminal can read its meters."""
_IDLE = "the terminal did nothing {}: it asked no meter and connected to no centre / 终端全程无任何动作"
# So long a program may take until it is at work, besides two polling periods; and until it has uploaded what is due.
_AT_WORK_US = 60_000_000
_UPLOADED_US = 150_000_000
_MINUTE_US = 60_000_000


START_US = 600_000_000
"""R-29: so long a terminal may take to acquire after a start."""


def never_began(events: Sequence[Event], now_us: int, declared_us: int | None = None) -> str:
    """That a terminal has done nothing for longer than a start may take, in one sentence; else empty.

    A start may take as long as its maker says (`declared_us`), without his word `START_US`, never longer than that.
    Counted from when it had power and could reach a meter: what the bench does to centres and uplinks excuses no
    terminal that asked nobody.
    """
    began = events[0] if events else None
    if not isinstance(began, Began) or began.rig not in _RIGS or began.kind or not (began.meters and began.centres):
        return ""
    slowest_us = max(round(meter.period_s * 1_000_000) for meter in began.meters)
    may_take_us = 2 * slowest_us + (START_US if declared_us is None else min(declared_us, START_US))
    claims = all(any(claim.startswith(kinds) for claim in began.claims) for kinds in (_SOURCES, _UPLINKS))
    if not claims or now_us - began.t <= may_take_us or not all(map(_nothing, events)):
        return ""
    free_us = _free_since(began, events)
    started = any(isinstance(event, TerminalState) for event in events)
    if free_us is None or now_us - free_us <= may_take_us:
        return ""
    return _IDLE.format(f"in {(now_us - free_us) // 1_000_000} s") if started else ""


def _nothing(event: Event) -> bool:
    """Whether an event tells of nothing that the terminal did."""
    if isinstance(event, TerminalState):
        return event.state in ("starting", "running", "unready", "stopped", "lost-writes")
    if isinstance(event, LinkRule):
        return event.detail.get("count", "0") == "0"
    if isinstance(event, Observed):
        return bool(event.problem)
    if isinstance(event, Commanded):
        return not event.sent
    return isinstance(event, Began | Phase | Power | ClockMoved | MeterFault | Behaviour)


def _free_since(began: Began, events: Sequence[Event]) -> int | None:
    """Since when nothing that the bench did has kept the terminal from reading any meter; None while something does."""
    since_us = began.t
    dark = False
    barred: set[tuple[str, str]] = set()
    for event in events:
        match event:
            case Power():
                dark = event.state == "cut"
            case MeterFault(state="on" | "off"):
                (barred.add if event.state == "on" else barred.discard)((event.meter, event.fault))
            case LinkRule(state="on" | "off") if not event.link.startswith(_ASIDE):
                (barred.add if event.state == "on" else barred.discard)(("", f"{event.link} {event.rule}"))
            case ClockMoved():
                pass
            case _:
                continue
        since_us = event.t
    names = {name for name, _ in barred}
    return None if dark or "" in names or names >= {meter.name for meter in began.meters} else since_us


def cause(history: History) -> str:
    """Why a started terminal showed nothing, in one sentence that names it; empty where it was at work."""
    began = history.began
    started = any(event.state in ("starting", "running") for event in history.of(TerminalState))
    if began.rig not in _RIGS or not started or history.of(Trouble):
        return ""
    return _ended(history) or _did_nothing(history)


def _ended(history: History) -> str:
    """The program's own end, as the rig told it."""
    short = [event.what for event in history.of(CutShort) if event.because == TERMINAL]
    states = history.of(TerminalState)
    item, zh = ("platform", "平台") if history.began.kind else ("terminal", "终端")
    crashed = [f"the {item} crashed: {event.detail} / {zh}程序崩溃" for event in states if event.state == "crashed"]
    stopped = [
        f"the {item} stopped by itself while it had power / {zh}程序自行停止"
        for event in states
        if event.state == "stopped" and not event.detail
    ]
    return next(iter([*short, *crashed, *stopped]), "")


def _did_nothing(history: History) -> str:
    """That it asked no meter, or sent nothing to any centre, for as long as it was watched."""
    began = history.began
    watched_us = history.watched_us - began.t
    slowest_us = max((round(meter.period_s * 1_000_000) for meter in began.meters), default=0)
    may_poll = bool(began.meters) and _claims(history, _SOURCES) and watched_us > _AT_WORK_US + 2 * slowest_us
    may_send = bool(began.centres) and _claims(history, _UPLINKS) and watched_us > _due_us(began)
    polled = history.of(Served) or history.of(Unserved)
    sent = history.of(Received)
    lasted = f"in {watched_us // 1_000_000} s"
    if may_poll and not polled and not (sent or history.of(Connected)) and (may_send or not began.centres):
        return _IDLE.format(lasted)
    if may_poll and not polled and not _barred(history, "field"):
        return f"the terminal asked no meter {lasted} / 终端未向任何表计发出请求"
    if may_send and not sent and not _barred(history, "uplink"):
        centres = {centre.name for centre in began.centres}
        opened = sum(event.state == "opened" and event.at in centres for event in history.of(Connected))
        how = f"connected {opened} times and sent nothing" if opened else "connected to no centre"
        return f"the terminal {how} {lasted} / 终端未向任何中心发送数据"
    return ""


def _due_us(began: Began) -> int:
    """How long (us) after the start data are due at some centre: the first period of minute data at one of HJ 212;
    real-time data are not asked of every product.
    """
    first = min((centre.minute_interval for centre in began.centres if centre.kind == "hj212"), default=1)
    return _UPLOADED_US + max(first - 1, 0) * _MINUTE_US


def _claims(history: History, kinds: Sequence[str]) -> bool:
    """Whether the case rests on a claim of such a kind."""
    return any(claim.startswith(tuple(kinds)) for claim in history.began.claims)


def _barred(history: History, side: str) -> bool:
    """Whether the bench itself had closed that side from the very beginning."""
    first = next((rule for rule in history.of(LinkRule) if rule.link == side and rule.rule in ("cut", "refuse")), None)
    return first is not None and first.t - history.began.t < _AT_WORK_US // 2


def brought_down(history: History, checks: Sequence[Check]) -> tuple[Check, ...]:
    """The checks; those with nothing to judge fail where one cause explains it, and name it (`Check.because`).

    Conditions say whether the bench's own stimulus took place, and stay as they are.
    """
    if not any(found.verdict is Verdict.INCONCLUSIVE for found in checks):
        return tuple(checks)
    why = cause(history)
    if not why:
        return tuple(checks)
    return tuple(
        msgspec.structs.replace(found, verdict=Verdict.FAIL, actual=f"claimed, not observed: {why}", because=why)
        if found.verdict is Verdict.INCONCLUSIVE and not found.condition
        else found
        for found in checks
    )
