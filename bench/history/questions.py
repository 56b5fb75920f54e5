"""The words by which a record has what the local interface of a terminal was asked and told (`Observed.what`).

Leaves rows and queries to `bench.facade.bench.Operator`, and what people do at the doors to `people`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

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
