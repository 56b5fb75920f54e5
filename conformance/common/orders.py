"""Orders of centres that crossed the wire: one for which no connection stood has asked the terminal nothing.

Leaves what became of them to the judges.
"""

from __future__ import annotations

from bench.history import Commanded, History


def orders(history: History, *cns: str, centre: str = "") -> list[Commanded]:
    """The orders of these kinds (none named: of all) that left a centre (any, unless named)."""
    return [
        event
        for event in history.of(Commanded)
        if event.sent and (not cns or event.cn in cns) and centre in ("", event.centre)
    ]
