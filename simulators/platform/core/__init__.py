"""The machinery of the reference platform, which knows no area; here stands what areas are written with."""

from __future__ import annotations

from simulators.platform.core.desk import Desk, Record, Sample
from simulators.platform.core.kinds import (
    EVERYBODY,
    PEOPLE,
    Amount,
    Instant,
    Kind,
    Span,
    Thing,
    Year,
    kind,
    matching,
    one_of,
    ref,
)
from simulators.platform.core.plans import action, analysis, every, on_change, on_intake, on_time, route
from simulators.platform.core.seams import seam
from simulators.platform.core.sentences import Refused

__all__ = [
    "EVERYBODY",
    "PEOPLE",
    "Amount",
    "Desk",
    "Instant",
    "Kind",
    "Record",
    "Refused",
    "Sample",
    "Span",
    "Thing",
    "Year",
    "action",
    "analysis",
    "every",
    "kind",
    "matching",
    "on_change",
    "on_intake",
    "on_time",
    "one_of",
    "ref",
    "route",
    "seam",
]
