"""What the capability statement (ICS) asks: the ledger's questions, those of cases alone, declared maxima, choices.

Leaves the profile file to bench.dut.profile, writing the template and judging the answers to `ics`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bench.case import Item
from conformance.clauses.ledger import FOLDER, Entry, Ledger, LedgerError, load_yaml
from conformance.clauses.suite import CaseNote, subject_of

# Objects that are on the bench when a product is submitted in a role; duties of organisations never are.
OBJECTS = {
    "terminal": ("terminal", "system", "management-software"),
    "collector": ("collector",),
    "platform": ("platform", "management-software", "gateway", "meter"),
}
ROLE = "role."


class CaseQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question that only cases ask; a no fails the entries of `binding` (R-03)."""

    id: str
    zh: str
    en: str
    binding: tuple[str, ...] = ()


class Bound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number a clause asks for, decimal text in the unit of the declared item."""

    value: str
    clause: str


class Declared(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One declared maximum of these items; `least` and `most` bind where the document (or `role:` name) is claimed.

    One with `words` is no number: it names some of these words.
    """

    id: str
    unit: str
    zh: str
    en: str
    optional: bool = False
    items: tuple[Item, ...] = (Item.TERMINAL,)
    words: tuple[str, ...] = ()
    least: dict[str, Bound] = {}
    most: dict[str, Bound] = {}

    def bounds(self) -> tuple[Bound, ...]:
        """All bounds of both kinds."""
        return (*self.least.values(), *self.most.values())


class Choice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Questions of which exactly one is answered yes where the document is claimed."""

    document: str
    questions: tuple[str, ...]
    zh: str
    en: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    questions: tuple[CaseQuestion, ...]
    declared: tuple[Declared, ...]
    one_of: tuple[Choice, ...]


@dataclass(frozen=True)
class Statement:
    """What claims.yaml holds."""

    questions: Mapping[str, CaseQuestion]
    declared: tuple[Declared, ...]
    one_of: tuple[Choice, ...]

    def declared_of(self, roles: Iterable[str]) -> tuple[Declared, ...]:
        """What a product of these roles declares."""
        items = items_of(roles)
        return tuple(each for each in self.declared if not items.isdisjoint(each.items))


def items_of(roles: Iterable[str]) -> frozenset[Item]:
    """What is submitted under these roles: a platform, or a terminal under any other."""
    return frozenset(Item.PLATFORM if role == Item.PLATFORM else Item.TERMINAL for role in roles)


def read_statement(folder: Path = FOLDER) -> Statement:
    """Read claims.yaml. Raises LedgerError."""
    try:
        found = msgspec.convert(load_yaml(folder / "claims.yaml"), _File)
    except msgspec.ValidationError as error:
        raise LedgerError([f"claims.yaml: {error}"]) from None
    names = [question.id for question in found.questions] + [item.id for item in found.declared]
    wrong = dict.fromkeys(name for name in names if names.count(name) > 1)
    if wrong:
        raise LedgerError(f"claims.yaml: {name}: expected a unique id" for name in wrong)
    return Statement({question.id: question for question in found.questions}, found.declared, found.one_of)


@dataclass(frozen=True)
class Asked:
    """One question for one product: the entries it decides in the documents and roles claimed, the cases it opens."""

    id: str
    zh: str
    en: str
    entries: tuple[Entry, ...]
    cases: tuple[str, ...]


def questions_for(
    ledger: Ledger,
    statement: Statement,
    cases: Iterable[CaseNote],
    documents: tuple[str, ...],
    roles: tuple[str, ...],
) -> tuple[Asked, ...]:
    """The questions a product of these documents and roles answers, in the order of the ledger, then those of cases."""
    objects = {name for role in roles for name in OBJECTS[role]}
    items = items_of(roles)
    needing = [
        case
        for case in cases
        if subject_of(case) in ("", *items)
        and (not case.clauses or any(clause.partition("/")[0] in documents for clause in case.clauses))
    ]
    asked: list[Asked] = []
    for name, question in ledger.questions.items():
        entries = tuple(
            entry
            for entry in ledger.deciding[name]
            if entry.document in documents and (entry.object in objects or name.startswith(ROLE))
        )
        opened = tuple(case.id for case in needing if name in case.needs)
        if entries or opened:
            asked.append(Asked(name, question.zh, question.en, entries, opened))
    for name, question in statement.questions.items():
        opened = tuple(case.id for case in needing if name in case.needs)
        if opened:
            bound = tuple(
                entry
                for clause in question.binding
                if (entry := ledger.by_id.get(clause)) and entry.document in documents
            )
            asked.append(Asked(name, question.zh, question.en, bound, opened))
    return tuple(asked)
