"""Defects of alarms: never, late or too soon, without their end, blind to flags, ranges and warning values (R-41)."""

from __future__ import annotations

from typing import Any

from conformance.defects import Patch, defect
from simulators.platform.alarms import watch
from simulators.platform.core.alarms import Alarms

_SECOND = 1_000_000


@defect(
    "terminals-never-silent",
    en="a terminal that says nothing raises no alarm",
    zh="终端中断不报警",
    clauses=("ssea/5.4.6.1-1",),
)
def terminals_never_silent(patch: Patch) -> None:
    """No news is good news."""
    patch(watch, "silent_for", lambda watch, terminal, now: False)


@defect(
    "one-patience-for-all",
    en="terminals are held for silent after three minutes, whatever their communication settings say",
    zh="终端一律 3 min 后判为中断，不按通讯设置",
    clauses=("ssea/5.4.2.1-5",),
)
def one_patience_for_all(patch: Patch) -> None:
    """The setting is kept and shown."""
    patch(watch, "patience", lambda watch, terminal: 180 * _SECOND)


@defect(
    "patience-too-short",
    en="a terminal is held for silent as soon as ten seconds pass without a word",
    zh="终端 10 s 无数据即判为中断",
    clauses=("ssea/5.4.1e-2",),
)
def patience_too_short(patch: Patch) -> None:
    """Better once too often."""
    patch(watch, "patience", lambda watch, terminal: 10 * _SECOND)


@defect(
    "instrument-flags-unread",
    en="flags that say that an instrument has failed are kept and not read",
    zh="仪表故障标志只保存不判读",
    clauses=("ssea/5.4.6.1-2", "cpcif/5.2.2.2a-3"),
)
def instrument_flags_unread(patch: Patch) -> None:
    """The value looks as it always does."""
    patch(watch, "instrument_failed", lambda arrival: False)


@defect(
    "ranges-unwatched",
    en="values outside their range raise no alarm",
    zh="数值超出范围不报警",
    clauses=("ssea/5.4.6.2", "cpcif/5.2.2.2b-2"),
)
def ranges_unwatched(patch: Patch) -> None:
    """They are marked invalid, that is enough."""
    patch(watch, "abnormal", lambda arrival: arrival.flag in watch.UNHEARD)


@defect(
    "warning-values-idle",
    en="warning values are kept, and nothing is compared with them",
    zh="预警值只保存不比较",
    clauses=("ssea/5.4.2.1-7", "cpcif/5.2.2.2a-3"),
)
def warning_values_idle(patch: Patch) -> None:
    """They are for the chart."""
    patch(watch, "crossed", lambda limit, value, standing: False)


@defect(
    "platform-alarms-stand",
    en="an alarm stands until somebody takes it off",
    zh="原因消除后报警不解除",
    clauses=("ssea/5.4.1e-2",),
)
def platform_alarms_stand(patch: Patch) -> None:
    """So that none is overlooked."""

    def clear(self: Alarms, kind: str, subject: str) -> bool:
        del self, kind, subject
        return False

    patch(Alarms, "clear", clear)


@defect(
    "platform-warns-once",
    en="what has been warned of once is never warned of again",
    zh="同一对象的同一报警只发出一次，再次发生时不再报警",
    clauses=("ssea/5.4.6.1-2", "cpcif/5.2.2.2a-3"),
)
def platform_warns_once(patch: Patch) -> None:
    """An alarm that has ended is held for one that stands."""
    told: dict[int, set[tuple[str, str]]] = {}
    alarm = Alarms.alarm

    def once(self: Alarms, kind: str, subject: str, **more: Any) -> bool:
        known = told.setdefault(id(self), set())
        if (kind, subject) in known:
            return False
        known.add((kind, subject))
        return alarm(self, kind, subject, **more)

    patch(Alarms, "alarm", once)
