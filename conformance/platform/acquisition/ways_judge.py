"""What comes by each way that terminals have: all of it, as it was sent.

Leaves what ways are worth to the declarations of the case.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, criterion
from bench.history import History, ParkStands
from conformance.common.platforms import truth as truths

BY_WAY = criterion(
    "whole-by-{0}",
    en="Everything that terminals send by {0} is there, once, to the last digit",
    zh="终端以 {0} 上传的全部数据均在，且仅一次、逐位正确",
    unit="records",
)
SEVERAL_WAYS = criterion(
    "several-ways",
    en="Terminals of at least two ways are served at the same time",
    zh="同时支持至少两种接入方式",
    unit="ways",
)
_LEAST = 2


def findings(history: History, ways: tuple[str, ...]) -> Iterator[Check]:
    """Way by way, and how many are whole."""
    truth, told = truths.truth_of(history), truths.shown(history)
    kinds = {sender.name: sender.kind for stands in history.of(ParkStands) for sender in stands.senders}
    whole = seen = 0
    for way in ways:
        facts = truth.of((), lambda point, way=way: kinds.get(point.sender) == way)
        found = truths.compare(truth, told, facts)
        whole += bool(found.known) and not found.count
        seen += bool(found.known)
        yield BY_WAY.of(way).none(found.wrong, found.known)
    yield SEVERAL_WAYS.compare(whole if seen else None, ">=", _LEAST)
