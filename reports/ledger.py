"""The clause ledger as the reports need it.

Leaves reading and checking the ledger to conformance.clauses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from bench.case import Text
from conformance import clauses
from conformance.clauses.coverage import deciding_cases, disposition_of, means
from conformance.clauses.statement import CaseQuestion, read_statement
from conformance.clauses.suite import find_cases
from reports.conformity import document_of
from reports.entries import Entry

# The kind of entry that asks for something; all others are there so that no line of a draft is orphaned.
_ASKING = "requirement"


@cache
def entries() -> tuple[Entry, ...]:
    """Every entry of the ledger, in its order. Raises conformance.clauses.LedgerError when the ledger is not sound."""
    notes, ledger = find_cases(), clauses.load_ledger()
    cases, by = deciding_cases(ledger, notes), means(ledger, notes)
    asked = read_statement().questions.values()
    bound = {clause: question for question in asked for clause in question.binding}
    return tuple(
        entry_of(found, cases, bound.get(found.id), by[found.id].rigs if found.id in by else ())
        for document in ledger.documents
        for found in document.entries
    )


def questions(ledger: Sequence[Entry]) -> dict[str, Text]:
    """What the capability statement asks, by id: questions of the entries, those of cases alone, declared maxima."""
    stated = read_statement()
    found = {each.id: Text(each.en, each.zh) for each in stated.questions.values()}
    found |= {f"declared.{each.id}": Text(each.en, each.zh) for each in stated.declared}
    return found | {entry.claim: entry.question for entry in ledger if entry.claim}


def entry_of(
    found: clauses.Entry,
    cases: Mapping[str, Sequence[str]],
    bound: CaseQuestion | None = None,
    rigs: tuple[str, ...] = (),
) -> Entry:
    """One entry of the ledger, cut down to what a report shows.

    `cases` are those of the suite by clause; `bound` is the question of cases alone that the entry hangs on, `rigs` are
    those in which one of its checks can be decided.
    """
    claim = found.claim or bound
    return Entry(
        id=found.id,
        document=document_of(found.id),
        number=found.number,
        strength=found.strength,
        object=found.object,
        disposition=disposition_of(found, cases),
        requirement=_text(found.requirement),
        topic=found.topic,
        decided=_text(found.in_part.decided if found.in_part else None),
        open=_text(found.in_part.open if found.in_part else None),
        reason=_text(found.reason),
        prompt=_text(found.prompt),
        readings=found.readings,
        reading_b=_text(found.reading_b),
        b_of=found.reading_b.of if found.reading_b else "",
        b_carries=found.reading_b.carries if found.reading_b else "none",
        b_open=_text(found.reading_b.open if found.reading_b else None),
        claim=claim.id if claim else "",
        question=Text(claim.en, claim.zh) if claim else Text("", ""),
        condition=found.claim.condition if found.claim else False,
        asks=found.kind == _ASKING,
        rigs=rigs,
    )


def _text(words: clauses.Words | clauses.ReadingB | None) -> Text:
    return Text(words.en, words.zh) if words else Text("", "")
