"""The clause ledger as the reports need it.

Leaves reading and checking the ledger to conformance.clauses.
"""

from __future__ import annotations

from typing import Any

from bench.case import Text
from reports.conformity import Entry, document_of

# Kinds of entries that ask for something; all others are there so that no line of a draft is orphaned.
ASKING = "requirement"


def entries() -> tuple[Entry, ...]:
    """Every entry of the ledger, in its order; none when the ledger is not installed."""
    try:
        from conformance.clauses import load_ledger
    except ImportError:
        return ()
    return tuple(entry_of(found) for found in load_ledger().by_id.values())


def entry_of(found: Any) -> Entry:
    """One entry of the ledger, cut down to what a report shows."""
    claim = found.claim
    reason = found.reason
    return Entry(
        id=found.id,
        document=document_of(found.id),
        number=found.number,
        strength=found.strength,
        object=found.object,
        disposition=found.disposition,
        requirement=Text(found.requirement.en, found.requirement.zh),
        topic=found.topic,
        reason=Text(reason.en, reason.zh) if reason else Text("", ""),
        readings=tuple(found.readings),
        claim=claim.id if claim else "",
        asks=found.kind == ASKING,
    )
