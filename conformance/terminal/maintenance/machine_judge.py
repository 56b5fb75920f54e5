"""What is shown of a machine beside what it was: figures within 5 points after 60 s (R-41).

Leaves the truth to who loaded it. Who looks is logged in and may look, says the profile: a door that keeps them out
shows nothing. A figure of the processor is good within what it was over that minute. Where the
truth stayed where it was (a machine busy anyway, a disk too large to fill), a figure that never moves would do: open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from bench.case import Check, Criterion, EvidenceKind, criterion
from bench.history import History, Observed
from bench.history import people as told_of
from bench.history.observation import Seen

_READ_OUT = EvidenceKind.READ_OUT
POINTS = Decimal(5)
_KEPT_OUT = (401, 403)


def _figure(name: str, en: str, zh: str) -> Criterion:
    return criterion(
        f"{name}-follows",
        en=f"the state of the {en} that is shown is within 5 points of the truth 60 s after a change, at every door",
        zh=f"各通道显示的{zh}使用率在变化 60 s 后与实际相差不超过 5 个百分点",
        unit="figures",
        reading_b_of="R-41",
        evidence=_READ_OUT,
    )


def _word(name: str, en: str, zh: str) -> Criterion:
    return criterion(f"{name}-shown", en=en, zh=zh, unit="answers", evidence=_READ_OUT)


CPU = _figure("processor", "processor", "CPU ")
MEMORY = _figure("memory", "memory", "内存")
DISK = _figure("disk", "disk", "硬盘")
PROGRAMS = _word(
    "programs", "the programs are shown with their states, at every door", "各通道均显示应用程序及其运行状态"
)
SYSTEM = _word(
    "system", "the kind of operating system is shown as it is, at every door", "各通道显示的操作系统类型与实际相符"
)
VERSION = _word("version", "the version of the system is shown as it is", "各通道显示的操作系统版本与实际相符")
ERRORS = _word("errors", "an error that came is shown, at every door", "发生的错误在各通道的错误日志中可见")
DOORS = _word(
    "state",
    "the state of the machine is shown at every door of the product that has it, pages and from afar included",
    "页面、本地及远程各通道均能查看设备运行状态",
)

_Look = Seen[told_of.MachineQuery, told_of.MachineRow]


def findings(history: History) -> Iterator[Check]:
    """Each figure and word at each look and door."""
    truths = [event for event in history.of(Observed) if event.what == "machine-truth"]
    truth = {event.query["told"]: event.rows[0] for event in truths if event.rows}
    looks = [event for event in told_of.MACHINE_SHOWN.of(history) if _counts(event)]
    for asked, key in ((CPU, "cpu"), (MEMORY, "memory"), (DISK, "disk")):
        yield _follows(asked, key, truth, looks)
    yield _named(PROGRAMS, "programs", looks, None)
    for asked, key in ((SYSTEM, "system"), (VERSION, "version")):
        yield _named(asked, key, looks, {told: row.get(key, "") for told, row in truth.items()})
    yield _errors(looks)
    silent = [_where(event) for event in looks if not event.rows]
    yield DOORS.none(silent, len({event.query.door for event in looks}) > 1)


def _counts(event: _Look) -> bool:
    return bool(event.rows) or not event.problem or event.refused in _KEPT_OUT


def _where(event: _Look) -> str:
    return f"{event.query.door}, {event.query.told}"


def _shown(event: _Look, key: str) -> str:
    return (getattr(event.rows[0], key) or "") if event.rows else ""


def _number(text: str) -> Decimal | None:
    found = re.search(r"-?\d+(?:\.\d+)?", text)
    try:
        return Decimal(found[0]) if found else None
    except InvalidOperation:
        return None


def _follows(asked: Criterion, key: str, truths: dict[str, dict[str, str]], looks: list[_Look]) -> Check:
    found: list[str] = []
    judged: list[tuple[Decimal, Decimal]] = []
    for event in looks:
        truth = truths.get(event.query.told, {})
        low, high = (_number(truth.get(end, truth.get(key, ""))) for end in (f"{key}_low", f"{key}_high"))
        if low is None or high is None:
            continue
        judged.append((low, high))
        number = _number(_shown(event, key))
        if number is None or not low - POINTS <= number <= high + POINTS:
            found.append(f"{_where(event)}: {_shown(event, key) or 'nothing'}, in truth {low} to {high} %")
    moved = bool(judged) and max(low for low, _ in judged) - POINTS > min(high for _, high in judged) + POINTS
    return asked.none(found, moved, reading_b=False if found else True if moved else None)


def _named(asked: Criterion, key: str, looks: list[_Look], truths: dict[str, str] | None) -> Check:
    """Each look shows it; where there is a truth, the text has it or is part of it."""
    found: list[str] = []
    judged = 0
    for event in looks:
        truth = None if truths is None else truths.get(event.query.told, "")
        if truth == "" or (truths is not None and event.query.told not in truths):
            continue
        judged += 1
        text = _shown(event, key)
        if not text.strip("[] ") or (truth is not None and truth.lower() not in text.lower()):
            found.append(f"{_where(event)}: {text or 'nothing'}" + (f", in truth {truth}" if truth else ""))
    return asked.none(found, judged)


def _errors(looks: list[_Look]) -> Check:
    before = {event.query.door: _shown(event, "errors") for event in looks if event.query.told == "light again"}
    after = {event.query.door: _shown(event, "errors") for event in looks if event.query.told == "after an error"}
    doors = [door for door in after if door in before and (before[door] or after[door])]
    return ERRORS.none([f"{door}: no error was added" for door in doors if before[door] == after[door]], doors)
