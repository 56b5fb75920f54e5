"""The clause ledger of the five documents, its gates, the drafters' review and the capability statement.

Leaves cases to conformance.terminal and verdicts to the reports. The requirements stand in the YAML files beside this
module, in our own words; the drafts themselves are never part of the project.
"""

from conformance.clauses.ledger import (
    DOCUMENTS,
    Document,
    Entry,
    Ledger,
    LedgerError,
    Question,
    ReadingB,
    Threshold,
    Words,
    load_ledger,
)

__all__ = [
    "DOCUMENTS",
    "Document",
    "Entry",
    "Ledger",
    "LedgerError",
    "Question",
    "ReadingB",
    "Threshold",
    "Words",
    "load_ledger",
]
