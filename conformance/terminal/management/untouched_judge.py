"""A digest of all that a terminal shows, before and after software came and went (R-40 A).

Leaves copies in the storage to `software_judge`. Equal is the content: key, value, unit, stamp and flag of each row.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence

from bench.case import Check, criterion
from bench.history import Commanded, History, Observed, Received
from bench.history.marks import Mark
from bench.history.observation import Words
from conformance.common.packages import results
from conformance.common.times import local

_NAMES = {
    "readings": ("readings", "读数"),
    "records": ("records of minutes, quarter-hours, hours and days", "分钟、刻钟、小时和日记录"),
    "entries": ("values entered by hand", "人工填报值"),
    "factors": ("factors and parameters taken over", "已接收的因子和参数"),
    "settings": ("settings that were issued", "已下发的设定"),
    "log": ("entries of the log", "日志条目"),
}
SAME = {
    name: criterion(
        f"same-{name}",
        en=f"{en} are the same before and after install, upgrades and removal",
        zh=f"安装、升级和卸载前后{zh}一致",
        unit="rows",
    )
    for name, (en, zh) in _NAMES.items()
}
ORDERS_FOR_DATA_NOT_OBEYED = criterion(
    "orders-for-data-not-obeyed",
    en="an order of whoever upgrades to hand out, show or copy records is not obeyed",
    zh="升级方索取、查看或复制记录的指令不被执行",
    unit="orders",
)

ORDERS = ("export", "query", "backup")
_SOFTWARE = ("upgrade", "application", "removal")
_WHAT = {"readings": "readings", "records": "records", "manual": "entries"}

Row = Mapping[str, str]


class Look(Words, frozen=True, kw_only=True):
    """Before or after what may touch nothing."""

    when: str


LOOK = Mark("look", Look)
"""Everything that the terminal shows is asked for next."""


def _looks(history: History) -> dict[str, list[Observed]]:
    """Answers by the look that they belong to."""
    found: dict[str, list[Observed]] = {}
    for mark in LOOK.of(history):
        within = [event for event in history.of(Observed) if mark.t <= event.t <= mark.until and not event.problem]
        if within:
            found.setdefault(mark.detail.when, []).extend(within)
    return found


def _unanswered(history: History) -> dict[str, list[str]]:
    """By class why something of it was not shown, in either look: nothing can be said of it then."""
    found: dict[str, list[str]] = {}
    for event in history.of(Observed):
        if event.problem and (name := _class_of(event)):
            found.setdefault(name, []).append(f"{local(event.t)} {event.what}: {event.problem}")
    return found


def _class_of(event: Observed) -> str:
    """The class of rows that a question is about; empty for others, such as an entry itself."""
    return {**_WHAT, "log": "log", "packages": "factors"}.get(event.what, "")


def digest(rows: Sequence[Row]) -> str:
    """SM3 over rows in their order, members sorted."""
    text = "\n".join(json.dumps(dict(row), sort_keys=True, ensure_ascii=False) for row in rows)
    return hashlib.new("sm3", text.encode("utf-8", "backslashreplace")).hexdigest()


def _told(history: History, when: str) -> list[Row]:
    """What the terminal answered to a centre about the setting that was issued, during a look."""
    return [
        {"MinInterval": event.answer.get("MinInterval", "")}
        for mark in LOOK.of(history)
        for event in history.of(Commanded)
        if mark.detail.when == when and mark.t <= event.t <= mark.until and event.cn == "1063" and event.answer
    ]


def _shown(history: History, looks: Mapping[str, Sequence[Observed]], when: str) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {name: [] for name in SAME}
    for event in looks.get(when, ()):
        if event.what in _WHAT:
            asked = " ".join(f"{key}={text}" for key, text in sorted(event.query.items()))
            rows[_WHAT[event.what]] += [{"asked": asked, **row} for row in event.rows]
        elif event.what == "log":
            rows["log"] += event.rows
        elif event.what == "packages":
            rows["factors"] += [row for row in event.rows if row.get("kind") not in _SOFTWARE]
    rows["settings"] = _told(history, when)
    return rows


def findings(history: History) -> Iterator[Check]:
    """Per class: the digest of the rows is the same. The log may grow; what stood in it stands there still.

    Open where a question of either look was not answered; what was answered with fewer rows is gone.
    """
    looks, unanswered = _looks(history), _unanswered(history)
    before, after = _shown(history, looks, "before"), _shown(history, looks, "after")
    for name, question in SAME.items():
        first, second = before[name], after[name]
        if name == "log":
            kept = [row for row in second if row in first]
            gone = [row for row in first if row not in second]
            second = kept if not gone else second
            same = not gone
        else:
            same = digest(first) == digest(second)
        changed = [f"was {dict(row)}" for row in first if row not in second]
        changed += [f"is {dict(row)}" for row in second if row not in first]
        silent = unanswered.get(name, [])
        # A centre's question without answer leaves no row, where any other is answered with none.
        answered = len(looks) == 2 and bool(first) and not silent and (bool(second) or name != "settings")
        yield question.decide(
            same if answered else None,
            measured=len(changed) or (0 if same else len(first)),
            limit=0,
            evidence=[
                f"{len(first)} rows, SM3 {digest(first)[:16]}…; then {len(second)}, {digest(second)[:16]}…",
                *silent[:5],
                *changed[:10],
            ],
        )


def orders_finding(history: History, centre: str) -> Check:
    """Packages that order data to be handed out: none is told as done; open unless the terminal reported afterwards."""
    told = [event for event in results(history, centre) if event.cn.removeprefix("issue-") in ORDERS]
    obeyed = [f"{local(event.t)} {event.cn}: {event.result}" for event in told if event.result == "done"]
    sent = [
        f"{local(event.t)} {event.cn}"
        for event in history.of(Received)
        if event.centre == centre and event.cn not in ("report", "result", "package")
    ]
    return ORDERS_FOR_DATA_NOT_OBEYED.none([*obeyed, *sent], told, evidence=[*obeyed, *sent][:10])
