"""Power cuts at known moments of a record's way: stored and not sent, sent and not answered, answered and not settled.

Leaves completeness and content to `delivery`. What a cut met is read off the record: what each centre had of what was
due when the supply failed. Settled is a record whose acknowledgement left its centre 5 s before a cut (R-29).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bench.case import Check, Measurement, criterion, measure
from bench.history import History, Stored
from bench.history.marks import Mark
from bench.history.observation import Words
from conformance.common.delivery import Delivery, Ledger, acknowledgements, disturbances, overlaps, setup_of
from conformance.common.times import SECOND, instant_of, local, seconds
from conformance.common.truth import VOLATILE_US, power_losses

SETTLED_STAYS_SETTLED = criterion(
    "settled-stays-settled",
    en="what a centre had acknowledged 5 s before power failed is not sent again",
    zh="断电 5 s 之前已得到应答的记录来电后不再重发",
    unit="records",
)
CUTS_MET_EACH_MOMENT = criterion(
    "cuts-met-each-moment",
    en="each moment of a record's way was met by at least {0} cuts",
    zh="记录传送各阶段均有不少于 {0} 次断电",
    condition=True,
)


# An acknowledgement that left so shortly before the cut may not have been settled by the terminal.
_FRESH_US = SECOND
MOMENTS = {
    "unsent": ("stored and not sent", "已存储未发送"),
    "unanswered": ("sent and not answered", "已发送未应答"),
    "unsettled": ("answered a moment before", "刚刚应答"),
}


@dataclass(slots=True)
class Met:
    """At which cuts (us) each moment was met, by centre."""

    cuts: dict[str, dict[str, list[int]]] = field(default_factory=dict[str, dict[str, list[int]]])

    def count(self, moment: str) -> int:
        """How many pairs of cut and centre met the moment."""
        return sum(len(found) for found in self.cuts.get(moment, {}).values())


class States(Words, frozen=True, kw_only=True):
    """Which centre is well, which slow, and which cannot be reached."""

    sound: str
    slow: str
    dead: str


STATES = Mark("states", States)
"""The centres are put into these states next."""


def met(history: History, ledgers: Sequence[Ledger]) -> Met:
    """What every cut met at every centre."""
    found = Met({moment: {ledger.centre: [] for ledger in ledgers} for moment in MOMENTS})
    for cut, _ in power_losses(history):
        for ledger in ledgers:
            for moment in sorted({_moment(record, cut) for record in ledger.records.values()} - {""}):
                found.cuts[moment][ledger.centre].append(cut)
    return found


def _moment(record: Delivery, cut: int) -> str:
    """Where a record stood when the supply failed; empty if it was not under way or settled."""
    if record.key.end > cut - VOLATILE_US:
        # May not have been stored yet.
        first = record.arrivals[0]
        return "unanswered" if first <= cut and (record.acked is None or record.acked > cut) else ""
    if record.arrivals[0] > cut:
        return "unsent"
    if record.acked is None or record.acked > cut:
        return "unanswered"
    return "unsettled" if cut - record.acked <= _FRESH_US else ""


def findings(history: History, ledgers: Sequence[Ledger], *, needed: int) -> Iterator[Check | Measurement]:
    """Every moment was met often enough, and nothing settled before a cut was sent again after it."""
    seen = met(history, ledgers)
    for moment, (en, zh) in MOMENTS.items():
        yield measure(f"cuts-{moment}", seen.count(moment), en=f"cuts with records {en}", zh=f"断电时{zh}", unit="cuts")
    few = [f"{MOMENTS[moment][0]}: {seen.count(moment)}" for moment in MOMENTS if seen.count(moment) < needed]
    if few:
        yield CUTS_MET_EACH_MOMENT.of(needed).decide(None, evidence=few)
    again = [line for ledger in ledgers for line in _settled_again(history, ledger.centre)]
    yield SETTLED_STAYS_SETTLED.decide(
        False if again else None if few else True, measured=len(again), limit=0, evidence=again[:10]
    )


def _settled_again(history: History, centre: str) -> Iterator[str]:
    """Records that came again although their acknowledgement had left undisturbed and 5 s before any cut."""
    setup = setup_of(history, centre)
    acks = acknowledgements(history, centre)
    upset = disturbances(history, centre)
    cuts = [cut for cut, _ in power_losses(history)]
    arrivals: dict[tuple[str, str, str], list[Stored]] = {}
    for event in history.of(Stored):
        if event.centre == centre and event.kind in setup.kinds and not event.asked:
            arrivals.setdefault((event.kind, event.code, event.stamp), []).append(event)
    for (kind, code, stamp), events in arrivals.items():
        for earlier, later in pairwise(events):
            at = next((t for t in acks.get(earlier.qn, ()) if earlier.t - SECOND <= t < later.t), None)
            if at is None or instant_of(stamp) is None:
                continue
            index = bisect_left(cuts, at)
            cut = cuts[index] if index < len(cuts) and cuts[index] < later.t else None
            if cut is None or cut - at <= VOLATILE_US or overlaps(upset, at - SECOND, at + VOLATILE_US - SECOND):
                continue
            yield (
                f"{local(later.t)} {centre} {kind} {code} DataTime={stamp}: acknowledged {seconds(cut - at)} s "
                f"before the cut of {local(cut)}, sent again"
            )
