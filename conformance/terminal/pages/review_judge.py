"""When a value by hand counts: not as it is entered, not by its author, once another has released it (CSMT 11.13)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, Criterion, EvidenceKind, criterion
from bench.history import History
from bench.history import people as told_of
from conformance.common import people


def _asked(name: str, en: str, zh: str) -> Criterion:
    return criterion(name, en=en, zh=zh, unit="values", evidence=EvidenceKind.READ_OUT)


WAITS = _asked("waits-for-release", "a value that was entered does not count yet", "填报后未经审核的数据不生效")
NOT_BY_ONESELF = _asked(
    "not-released-by-oneself", "whoever entered a value cannot release it", "填报人不能发布自己填报的数据"
)
MARK = "7351."
"""How a value begins that nobody else enters."""
WAITING_SHOWN = _asked(
    "waiting-shown", "a page shows what waits to whoever releases it", "页面向审核人显示待审核的数据"
)
COUNTS = _asked("counts-once-released", "once another person has released it, it counts", "经另一人发布后数据生效")


def findings(history: History) -> Iterator[Check]:
    """What counted after each step."""
    counts = {event.query.told: bool(event.rows[0].counts) for event in told_of.REVIEW.of(history) if event.rows}
    entered = any(use.outcome == "executed" for use in people.uses(history, "entered"))
    released = any(use.outcome == "executed" for use in people.uses(history, "by-another"))
    known = entered and released and "by another" in counts
    yield WAITS.none(["it counts at once"] if counts.get("entered") else [], known and "entered" in counts)
    own = [str(use) for use in people.uses(history, "by-oneself") if use.outcome == "executed"]
    own += ["it counts"] if counts.get("by oneself") and not counts.get("entered") else []
    yield NOT_BY_ONESELF.none(own, known and people.uses(history, "by-oneself"))
    yield COUNTS.none_among(known, ["it does not count"] if not counts.get("by another") else [])


def shown_findings(history: History) -> Iterator[Check]:
    """The value on the page, where the product has one of what waits."""
    looks = [event.rows[0].text for event in told_of.SHOWN.of(history) if event.rows]
    if looks:
        yield WAITING_SHOWN.none(["it is not there"] if not any(MARK in text for text in looks) else [], True)
