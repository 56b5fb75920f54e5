"""Malformed requests at the local interface: what it answers afterwards, what it gave away, whether meters were read.

Leaves what is sent to `malformed_requests`. Only what somebody took counts: where nobody listens nothing was shown.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, EvidenceKind, criterion
from bench.history import History, Observed
from bench.history.observation import Seen
from bench.history.people import KNOCK, KnockQuery, KnockRow
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
    events = [event for event in history.of(Observed) if event.what in (KNOCK.what, "readings")]
    worked = any(event.what == "readings" and event.rows for event in events[:1])
    taken: list[Seen[KnockQuery, KnockRow]] = []
    asked = 0
    lost: list[str] = []
    for event in events:
        if event.what == KNOCK.what:
            knock = KNOCK.read(event)
            taken += [knock] if knock.rows[0].outcome == "taken" else []
        elif taken:
            asked += 1
            if not event.rows:
                lost.append(f"after {taken[-1].query.what}: {event.problem or 'no reading'}")
    yield WORKS_ON.none(lost, worked and asked)
    answered = [each for each in taken if each.rows[0].answer != "0"]
    yield NOTHING_LEAKED.none_among(answered, [each.query.what for each in answered if each.rows[0].leaked])
    yield measuring(history, taken)
