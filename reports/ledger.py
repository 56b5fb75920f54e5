"""The clause ledger as the reports need it.

Leaves reading and checking the ledger to conformance.clauses.
"""

from __future__ import annotations

from bench.case import Text
from conformance import clauses
from reports.conformity import Entry, document_of

# The kind of entry that asks for something; all others are there so that no line of a draft is orphaned.
_ASKING = "requirement"


def entries() -> tuple[Entry, ...]:
    """Every entry of the ledger, in its order. Raises conformance.clauses.LedgerError when the ledger is not sound."""
    return tuple(entry_of(found) for document in clauses.load_ledger().documents for found in document.entries)


def entry_of(found: clauses.Entry) -> Entry:
    """One entry of the ledger, cut down to what a report shows."""
    return Entry(
        id=found.id,
        document=document_of(found.id),
        number=found.number,
        strength=found.strength,
        object=found.object,
        disposition=found.disposition,
        requirement=_text(found.requirement),
        topic=found.topic,
        reason=_text(found.reason),
        prompt=_text(found.prompt),
        readings=found.readings,
        reading_b=_text(found.reading_b),
        claim=found.claim.id if found.claim else "",
        question=Text(found.claim.en, found.claim.zh) if found.claim else Text("", ""),
        asks=found.kind == _ASKING,
    )


def _text(words: clauses.Words | None) -> Text:
    return Text(words.en, words.zh) if words else Text("", "")
