"""What a blocked path held back: frames that a terminal's system sends late, over the connection they were meant for.

Leaves what a repetition means to `delivery`. A transport retries: what a terminal wrote to a connection while its path
was cut reaches the centre once the path is back, at the transport's next try, all at once, and although the terminal
may long have given that connection up. Such a frame was not sent again after an answer: its answer could not have come.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from bench.history import Connected, History, LinkRule, Received, Stored
from conformance.common.times import SECOND

# A transport tries again at growing intervals, of at most two minutes (RFC 6298, 2.5, as systems are set).
LONGEST_PAUSE_US = 130 * SECOND
# What was waiting comes within this time, a few round trips; afterwards the terminal may have heard an answer.
FLIGHT_US = 2 * SECOND


@dataclass(frozen=True, slots=True)
class Flight:
    """Frames that a connection brought at once when its path was back: received in [start, end)."""

    conn: int
    start: int
    end: int


class HeldBack:
    """Frames that were held back on their way to one centre."""

    def __init__(self, history: History, centre: str) -> None:
        self._opened: dict[int, int] = {}
        for event in history.of(Connected):
            if event.at == centre and event.state == "opened":
                self._opened[event.conn] = event.t
        self._frames: dict[str, list[tuple[int, int]]] = {}
        by_conn: dict[int, list[int]] = {}
        for event in history.of(Received):
            if event.centre == centre:
                self._frames.setdefault(event.qn, []).append((event.t, event.conn))
                by_conn.setdefault(event.conn, []).append(event.t)
        self._flights = [
            Flight(conn, times[index], times[index] + FLIGHT_US)
            for back in _restored(history, centre)
            for conn, times in by_conn.items()
            if self._opened.get(conn, back) < back
            and (index := bisect_left(times, back)) < len(times)
            and times[index] - back <= LONGEST_PAUSE_US
        ]

    def excuses(self, earlier: Stored, later: Stored) -> bool:
        """Whether the later copy left the terminal, or may have, before an answer to the earlier could be heard."""
        if self._conn_of(later) is None or self._conn_of(earlier) is None:
            return False
        if self._held(later):
            return True
        new, old = self._conn_of(later), self._conn_of(earlier)
        assert new is not None
        return self._held(earlier) and new != old and self._opened.get(new, later.t) <= earlier.t + SECOND

    def _conn_of(self, record: Stored) -> int | None:
        """The connection that brought a record."""
        near = [(abs(at - record.t), conn) for at, conn in self._frames.get(record.qn, ()) if at <= record.t + SECOND]
        return min(near)[1] if near else None

    def _held(self, record: Stored) -> bool:
        conn = self._conn_of(record)
        return any(one.conn == conn and one.start <= record.t < one.end for one in self._flights)


def _restored(history: History, centre: str) -> list[int]:
    """Instants at which a cut of the path to this centre ended."""
    return [
        rule.t
        for rule in history.of(LinkRule)
        if rule.link in ("uplink", f"uplink.{centre}") and rule.rule.lower() == "cut" and rule.state == "off"
    ]
