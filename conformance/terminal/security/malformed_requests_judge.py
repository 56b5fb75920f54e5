"""Malformed requests at the local interface: what it answers afterwards, what it gave away, whether meters were read.

Leaves what is sent to `malformed_requests`. Only what somebody took counts: where nobody listens nothing was shown.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, EvidenceKind, criterion
from bench.history import History, Observed
from conformance.terminal.access.attacks_judge import NOTHING_LEAKED, measuring

WORKS_ON = criterion(
    "interface-works-on",
    en="after octets that are no request the local interface still hands out readings",
    zh="收到不成请求的数据后，本地接口仍能读出读数",
    unit="questions",
    evidence=EvidenceKind.READ_OUT,
)


def findings(history: History) -> Iterator[Check]:
    """Each knock that was taken against the question after it."""
    events = [event for event in history.of(Observed) if event.what in ("knock", "readings")]
    taken = [event for event in events if event.what == "knock" and event.rows[0]["outcome"] == "taken"]
    worked = any(event.what == "readings" and event.rows for event in events[:1])
    last, asked = "", 0
    lost: list[str] = []
    for event in events:
        if event.what == "knock":
            last = event.query["what"] if event in taken else last
            continue
        asked += bool(last)
        if last and not event.rows:
            lost.append(f"after {last}: {event.problem or 'no reading'}")
    yield WORKS_ON.none(lost, worked and asked)
    answered = [event for event in taken if event.rows[0]["answer"] != "0"]
    yield NOTHING_LEAKED.none_among(answered, [event.query["what"] for event in answered if event.rows[0]["leaked"]])
    yield measuring(history, taken)
