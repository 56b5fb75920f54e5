"""Broken links and a platform without power: what it has acknowledged is there afterwards, and so is all the rest.

Leaves terminals' own storage to the chapters on terminals.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, criterion
from bench.history import History, LinkRule, Power
from conformance.common.platforms import truth as truths

CUTS_TOOK_PLACE = criterion(
    "cuts-took-place",
    en="Power and links were cut while terminals were sending",
    zh="断电、断网发生在上传期间",
    unit="cuts",
    condition=True,
)
ACKNOWLEDGED_KEPT = criterion(
    "acknowledged-is-kept",
    en="What the platform had acknowledged before its power was cut is there afterwards",
    zh="断电前已确认的数据，重启后均在",
    unit="records",
)
ALL_THERE = criterion(
    "whole-after-cuts",
    en="Everything is there in the end, once, to the last digit",
    zh="最终全部数据均在，且仅一次、逐位正确",
    unit="records",
)


def findings(history: History) -> Iterator[Check]:
    """What was acknowledged before a cut, and everything."""
    cuts = [event.t for event in history.of(Power) if event.state == "cut"]
    links = [event for event in history.of(LinkRule) if event.rule == "cut" and event.state == "on"]
    yield CUTS_TOOK_PLACE.decide(bool(cuts and links) or None, measured=len(cuts) + len(links))
    truth, told = truths.truth_of(history), truths.shown(history)
    last = max(cuts, default=0)
    before = {key: fact for key, fact in truth.facts.items() if 0 < fact.acknowledged <= last}
    kept = truths.compare(truth, told, before)
    yield ACKNOWLEDGED_KEPT.none([*kept.missing, *kept.altered], kept.known)
    found = truths.compare(truth, told)
    yield ALL_THERE.none(found.wrong, found.known)
