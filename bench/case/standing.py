"""Standing questions (常设判据): asked of every history, whatever its case asks.

Leaves what they ask to whoever joins them (`conformance.terminal`). An answer that holds is a count among the
measurements, so that no case claims what it is not about; one that does not is a check that fails, with the clauses it
decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bench.case.checks import Check, Measurement
from bench.case.criteria import Criterion
from bench.case.items import Item
from bench.case.verdicts import Verdict
from bench.history import History


@dataclass(frozen=True)
class Standing:
    """Criteria with the entries of the ledger that each alone decides, and what answers them from histories."""

    checks: Mapping[Criterion, tuple[str, ...]]
    answers: Callable[[History], Iterator[Check | Measurement]]
    item: Item = Item.TERMINAL


_joined: dict[str, Standing] = {}


def join(name: str, standing: Standing) -> None:
    """Ask these questions of every history from now on; the same name again replaces them."""
    _joined[name] = standing


def standing_checks() -> dict[str, tuple[str, ...]]:
    """The ids of all standing criteria with the clauses they decide, in the order of joining."""
    return {asked.id: clauses for each in _joined.values() for asked, clauses in each.checks.items()}


def standing_findings(history: History, item: Item = Item.TERMINAL) -> tuple[Check | Measurement, ...]:
    """What was counted, and every standing check that fails."""
    return tuple(
        found
        for each in _joined.values()
        if each.item is item
        for found in each.answers(history)
        if isinstance(found, Measurement) or found.verdict is Verdict.FAIL
    )
