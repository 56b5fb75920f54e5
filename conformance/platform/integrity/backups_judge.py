"""Backups: what came in for an enterprise is there again after a loss; an altered set is refused (R-31).

Leaves copies of a whole platform, and where they lie, to a reviewer.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, EvidenceKind, criterion
from bench.dut.platform.vocabulary.base import SAMPLES
from bench.dut.platform.vocabulary.public import BACKUP
from bench.history import History, Observed
from bench.history.marks import Plain
from conformance.common.platforms.answers import deeds, done
from conformance.common.platforms.figures import lines

BACKED_UP = criterion(
    "enterprise-backed-up",
    en="a backup of an enterprise's monitoring data is made and fetched while data go on coming in",
    zh="采集进行中可生成并取出企业监测数据备份",
    unit="backups",
)
RESTORED = criterion(
    "enterprise-restored",
    en="after a loss every value of the backup is there again as it was: point, stamp, value, unit, quality",
    zh="数据丢失后经恢复，备份内每条数据的测点、时标、数值、单位、质量与原数据一致",
    unit="records",
    evidence=EvidenceKind.STORAGE,
    reading_b_of="R-31",
)
ALTERED_SET_REFUSED = criterion(
    "altered-backup-refused",
    en="a set with one altered octet is refused and changes nothing",
    zh="被改动一个字节的备份文件被拒绝，且不改变任何数据",
    unit="sets",
)
OTHERS_UNTOUCHED = criterion(
    "others-untouched",
    en="restoring one enterprise's data changes nothing of another's",
    zh="恢复一家企业的数据不影响其他企业",
    unit="records",
)
LOSS, ALTERED, WHOLE = Plain("data-lost"), Plain("altered-set"), Plain("whole-set")
"""Data are lost next, an altered set is handed over next, and the whole one is."""
_FIELDS = ("at", "value", "unit", "quality")
Rows = dict[str, list[tuple[str, ...]]]


def _at(history: History, mark: Plain) -> int | None:
    return next((place for place, each in enumerate(history.events) if mark.read(each) is not None), None)


def _looks(history: History, first: int, last: int, enterprise: str) -> Rows:
    """The last answers about points of an enterprise between two places of the record."""
    found: Rows = {}
    for event in history.events[first:last]:
        if isinstance(event, Observed) and event.what == f"ask {SAMPLES.name}" and event.outcome == "done":
            point = event.query["point"]
            if point.startswith(f"{enterprise}."):
                found[point] = [tuple(row.get(name, "") for name in _FIELDS) for row in event.rows]
    return found


def findings(history: History, mine: str, other: str) -> Iterator[Check]:
    """Everything before the loss against everything after the restore."""
    made = done(deeds(history, "create", BACKUP))
    fetched = list(done(deeds(history, "export", BACKUP)))
    tried = [event for event in deeds(history, "create", BACKUP) if event.outcome in ("done", "refused")]
    handed = [
        event
        for event in history.of(Observed)
        if event.what == f"import {BACKUP.name}" and event.query.get("octets", "0") != "0"
    ]
    lacking = (tried and not made) or (fetched and not handed)
    yield BACKED_UP.decide(
        False if lacking else True if made and fetched else None, measured=len(fetched) if handed else 0, limit=1
    )
    loss, altered, whole = (_at(history, mark) for mark in (LOSS, ALTERED, WHOLE))
    end = len(history.events)
    if loss is None or altered is None or whole is None:
        yield RESTORED.decide(None)
        yield ALTERED_SET_REFUSED.decide(None)
        yield OTHERS_UNTOUCHED.decide(None)
        return
    before, lost = _looks(history, 0, loss, mine), _looks(history, loss, altered, mine)
    after = _looks(history, whole, end, mine)
    gone = [point for point in before if len(lost.get(point, ())) < len(before[point])]
    known = bool(gone and set(before) <= set(after))
    yield RESTORED.none(lines(_lacking(before, after)), known, reading_b=None, has_b=False)
    yield _refused(history, altered, whole, mine, lost)
    theirs, now = _looks(history, 0, loss, other), _looks(history, whole, end, other)
    changed = _lacking(theirs, now)
    yield OTHERS_UNTOUCHED.none(lines(changed), known and any(theirs.values()) and set(theirs) <= set(now))


def _lacking(before: Rows, after: Rows) -> list[str]:
    """Values that were there and are not, or not as they were, of points that were asked about again."""
    return [
        f"{point} {row[0]}: {row[1]}"
        for point, rows in before.items()
        for row in rows
        if point in after and row not in after[point]
    ]


def _refused(history: History, altered: int, whole: int, mine: str, lost: Rows) -> Check:
    events = history.events[altered:whole]
    tried = [event for event in events if isinstance(event, Observed) and event.what == f"import {BACKUP.name}"]
    answered = [event for event in tried if event.outcome in ("done", "refused")]
    taken = [event for event in answered if event.outcome == "done"]
    then = _looks(history, altered, whole, mine)
    wrong = [f"it was taken: {event.status}" for event in taken]
    wrong += [f"{point}: other values than before" for point, rows in then.items() if rows != lost.get(point, rows)]
    return ALTERED_SET_REFUSED.none(wrong, answered and any(then.values()) and set(lost) <= set(then))
