"""The words by which a record has what the local interface of a terminal was asked and told (`Observed.what`).

What is asked of a platform and about what is told apart here too. Leaves rows and queries to
`bench.facade.bench.Operator` and `bench.facade.platform`, and what people do at the doors to `people`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, get_args

from bench.history.events import Observed

Question = Literal[
    "activities",
    "activity",
    "alarms",
    "backfill",
    "backup",
    "boundary",
    "calibration",
    "capacity",
    "centre-add",
    "centre-certificate",
    "centre-remove",
    "centres",
    "classified",
    "configuration-backup",
    "configuration-restore",
    "emission-chain",
    "emission-comparison",
    "emission-event",
    "emission-history",
    "emission-sources",
    "emission-sum",
    "emissions",
    "estimates",
    "export",
    "factor",
    "footprint",
    "formula",
    "gaps",
    "intensity",
    "inventory-report",
    "log",
    "manual",
    "manual entry",
    "package",
    "packages",
    "period",
    "queue",
    "readings",
    "recalculation",
    "records",
    "replacement",
    "restore",
    "status",
    "upload",
    "upload-time",
    "verify",
]
"""What an operator asks, tells or hears."""
Looked = Literal["clock", "ports", "secrets", "storage", "tampering"]
"""What the rig itself looks at, or does."""
QUESTIONS: frozenset[str] = frozenset(get_args(Question))
ORDERS = frozenset(
    (
        *("activity", "backfill", "boundary", "calibration", "centre-add", "centre-certificate", "centre-remove"),
        *("configuration-backup", "configuration-restore", "factor", "formula", "manual entry", "package", "period"),
        *("recalculation", "replacement", "restore", "upload", "upload-time"),
    )
)
"""Those of them that have something done: put once more they could be done twice."""
_OBJECTS = ("point", "kind", "product", "centre", "meter", "of", "id", "source", "emission_source", "form", "method")


def object_of(query: Mapping[str, str]) -> str:
    """What a question is about, whatever the time that it asks for."""
    return " ".join(query[name] for name in _OBJECTS if name in query)


ASKS = ("ask", "list", "history", "export", "page")
"""First words of what only shows something of a platform, so that it may be put twice."""
_BREAK_DOWN = "ask target_breakdown"
"""An analysis that writes down what it gives: an order."""
_WHO = ("by",)
WHO_OR_WHEN = (401, 403, 407, 429)
"""A status of HTTP by which a refusal is about who asks, or at which time."""
_ELSEWHERE = range(300, 400)
_INSTANT_DIGITS = 15
_MADE_UP = re.compile(r"-\d+$")
"""What the bench puts behind the name of an account that it makes, so that nobody has it yet."""


def only_asks(what: str) -> bool:
    """Whether this at a platform is a question: put once more it does nothing twice."""
    return what.partition(" ")[0] in ASKS and what != _BREAK_DOWN


def asker_of(word: str) -> str:
    """An account as it is called whatever was drawn."""
    return _MADE_UP.sub("", word)


def asked_at_platform(what: str, query: Mapping[str, str]) -> tuple[str, str]:
    """What a platform was asked or told by whom, and what a question was about, whatever the time that it asks for.

    Orders are about nothing: each makes or changes another object of its kind.
    """
    question = f"{what} by {asker_of(query.get('by', ''))}"
    if not only_asks(what):
        return question, ""
    told = [text for name, text in query.items() if name not in _WHO and not _instant(text)]
    return question, " ".join(filter(None, told))


def refuses(told: Observed) -> bool:
    """Whether a platform refused what it was asked for, or answered otherwise than its maker says.

    A refusal that is about who asks or when says nothing of that, and a redirection leads elsewhere.
    """
    about_it = told.status not in WHO_OR_WHEN and told.status not in _ELSEWHERE
    return told.outcome == "unfit" or (told.outcome == "refused" and about_it)


def _instant(text: str) -> bool:
    """Microseconds since 1970."""
    return text.isdecimal() and len(text) >= _INSTANT_DIGITS
