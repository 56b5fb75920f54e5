"""Fluctuation: readings of enterprises that have targets, each against the mean of those before it (CPCIF 5.5.4.2 b).

Leaves totals to `targets`. Counters are left out: their registers rise by nature. What was read before a restart is not
looked at again.
"""

from __future__ import annotations

from collections import deque
from decimal import Decimal
from weakref import WeakKeyDictionary

from simulators.platform.core import Desk, on_intake, seam
from simulators.platform.core.office import Office
from simulators.platform.core.series import Taken

LEAST, MOST = 5, 10
"""Readings that a mean is taken of."""


class _Watch:
    """The last readings of each point of one platform, and the enterprises that have targets."""

    def __init__(self, office: Office) -> None:
        self.last: dict[str, deque[Decimal]] = {}
        self.enterprises: frozenset[str] | None = None
        office.ground.changed.append(self._forget)

    @seam
    def _forget(self, kind: str) -> None:
        if kind == "target":
            self.enterprises = None

    def watched(self, desk: Desk) -> frozenset[str]:
        """Enterprises whose readings are looked at."""
        if self.enterprises is None:
            self.enterprises = frozenset(each.enterprise for each in desk.as_system().objects("target"))
        return self.enterprises


_watches: WeakKeyDictionary[Office, _Watch] = WeakKeyDictionary()


@on_intake
def fluctuation(desk: Desk, taken: tuple[Taken, ...]) -> None:
    """Raise an alarm about a point whose reading is far from the mean before it, clear it once it is near again."""
    watch = _watches.get(desk.office)
    if watch is None:
        watch = _watches[desk.office] = _Watch(desk.office)
    enterprises = watch.watched(desk)
    if not enterprises:
        return
    for each in taken:
        arrival = each.arrival
        point = arrival.point
        if each.outcome != "new" or each.quality != "valid" or arrival.span or point.counter:
            continue
        if point.enterprise not in enterprises:
            continue
        value = Decimal(arrival.value)
        last = watch.last.setdefault(point.id, deque(maxlen=MOST))
        if len(last) >= LEAST and strange(value, list(last)):
            desk.alarm("target-fluctuation", point.id, enterprise=point.enterprise)
            continue
        desk.clear("target-fluctuation", point.id)
        last.append(value)


@seam
def strange(value: Decimal, last: list[Decimal]) -> bool:
    """Whether a reading is more than half of their mean away from those before it."""
    mean = sum(last, Decimal(0)) / len(last)
    return abs(value - mean) * 2 > abs(mean)
