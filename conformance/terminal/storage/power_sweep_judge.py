"""A cut at one write barrier of a sweep: the terminal works again, and what it had shown is still there.

Leaves records and centres to `retention`, `accuracy` and `delivery`. Early in its life a terminal has shown nothing
yet: then there is nothing that it could have taken back, and that question is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, Verdict, criterion
from bench.history import History, Observed, Served
from conformance.common import retention
from conformance.common.queries import answers
from conformance.common.times import SECOND, instant_of_iso, local, seconds
from conformance.common.truth import VOLATILE_US, power_losses

READINGS_STAY = criterion(
    "readings-stay",
    en="readings shown before power was lost are unchanged afterwards",
    zh="掉电前已显示的读数上电后不变",
    unit="readings",
)
WORKS_AGAIN = criterion(
    "works-again",
    en="all meters are read again within 90 s of the power's return",
    zh="来电后 90 s 内恢复全部采集",
    unit="s",
    timed=True,
)


# A terminal that has power has to be at work again so soon; a case of a sweep lasts longer than that after each cut.
BACK_US = 90 * SECOND


def findings(history: History) -> Iterator[Check]:
    """What a cut at a write barrier must leave unharmed; without such a cut everything is open."""
    losses = power_losses(history)
    yield works_again(history)
    for what, found in (
        ("readings", readings_stay(history)),
        *(("records", each) for each in retention.readable_before_findings(history)),
    ):
        if found.verdict is not Verdict.INCONCLUSIVE or not losses or _shown(history, what, losses[0][0]):
            yield found


def _shown(history: History, what: str, before: int) -> bool:
    """Whether the terminal had shown a record or reading before an instant."""
    return any(event.rows for event in history.of(Observed) if event.what == what and event.t < before)


def readings_stay(history: History) -> Check:
    """Readings shown before a cut and at least 5 s old by then are shown again, unchanged (R-29, R-30)."""
    losses = power_losses(history)
    back = losses[-1][1] if losses else 0
    shown: dict[tuple[str, int], str] = {}
    later: dict[tuple[str, int], str] = {}
    asked: set[str] = set()
    for event in answers(history, "readings"):
        point = event.query.get("point", "")
        if event.asked >= back:
            asked.add(point)
        cut = next((start for start, _ in losses if start >= event.t), None)
        for row in event.rows:
            at = instant_of_iso(row.get("at", ""))
            if at is None:
                continue
            if event.asked >= back:
                later[point, at] = row.get("value", "")
            elif cut is not None and at <= cut - VOLATILE_US:
                shown.setdefault((point, at), row.get("value", ""))
    judged = {key: value for key, value in shown.items() if key[0] in asked}
    gone = [
        f"{point} at {local(at)}: {value or 'no value'}, later {later.get((point, at), 'gone')}"
        for (point, at), value in sorted(judged.items())
        if later.get((point, at)) != value
    ]
    return READINGS_STAY.none(gone, judged)


def works_again(history: History) -> Check:
    """All meters are read again so soon after each cut; the case must have looked on for longer."""
    losses = power_losses(history)
    late: list[str] = []
    worst = 0
    for _, back in losses:
        for setup in history.began.meters:
            first = min(
                (event.asked for event in history.of(Served) if event.meter == setup.name and event.asked >= back),
                default=None,
            )
            took = None if first is None else first - back
            if took is None or took > BACK_US:
                when = "never" if took is None else f"{seconds(took)} s later"
                late.append(f"power back {local(back)}, first reading of {setup.name} {when}")
            else:
                worst = max(worst, took)
    return WORKS_AGAIN.decide(
        not late if losses else None,
        measured=seconds(worst) if not late else "more / 超时",
        limit=BACK_US // SECOND,
        op="<=",
        actual="" if losses else "the terminal never came to that write barrier / 未到达该落盘时刻",
        evidence=late,
    )
