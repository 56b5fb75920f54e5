"""The words by which a record has what the local interface of a terminal was asked and told (`Observed.what`).

Leaves rows and queries to `bench.facade.bench.Operator`, and what people do at the doors to `people`.
"""

from __future__ import annotations

from typing import Literal

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
