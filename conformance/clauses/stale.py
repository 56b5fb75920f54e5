"""Compares a new draft with the one the ledger was written from: what stayed, moved, was edited, went, and what is new.

Leaves printing to `command`. Sentences are compared by their text without white space; an edited sentence is the new
one that resembles the old one most.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from conformance.clauses.gates import modal_words
from conformance.clauses.ledger import Document, Entry
from conformance.clauses.texts import AddressError, Sentence, Text, bare

Change = Literal["unchanged", "moved", "edited", "gone", "new"]
CHANGES: tuple[Change, ...] = ("unchanged", "moved", "edited", "gone", "new")
RESEMBLES = 0.5


class SentenceChange(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one sentence; `old` and `new` are addresses, `text` is the new wording (the old one if gone)."""

    change: Change
    old: str = ""
    new: str = ""
    text: str = ""
    was: str = ""
    words: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()

    @property
    def normative(self) -> bool:
        """Whether the sentence holds a word of obligation."""
        return bool(self.words)


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """A new draft against the ledger of one document."""

    document: str
    changes: tuple[SentenceChange, ...]
    stale_entries: tuple[str, ...]
    stale_cases: tuple[str, ...]

    def count(self, change: Change) -> int:
        """How many sentences had that fate."""
        return sum(found.change == change for found in self.changes)

    def of(self, change: Change) -> tuple[SentenceChange, ...]:
        """The sentences that had that fate."""
        return tuple(found for found in self.changes if found.change == change)


def guess_document(new: Text, known: Mapping[str, Text]) -> str:
    """The document whose sentences the new draft shares most."""
    sentences = {bare(sentence.text) for sentence in new.sentences}
    return max(known, key=lambda name: sum(bare(sentence.text) in sentences for sentence in known[name].sentences))


def compare(document: Document, old: Text, new: Text, cases: Mapping[str, Sequence[str]]) -> Comparison:
    """Compare sentence by sentence; `cases` names the cases of each entry."""
    entries = _by_sentence(document, old)
    fates = _fates(old.sentences, new.sentences)
    changes: list[SentenceChange] = []
    for sentence in old.sentences:
        change, now = fates[sentence]
        concerned = entries.get(sentence, ())
        changes.append(
            SentenceChange(
                change=change,
                old=sentence.address,
                new=now.address if now else "",
                text=now.text if now else sentence.text,
                was=sentence.text if change == "edited" else "",
                words=modal_words(now.text if now else sentence.text),
                entries=tuple(entry.id for entry in concerned),
                cases=tuple(dict.fromkeys(case for entry in concerned for case in cases.get(entry.id, ()))),
            )
        )
    met = {now for _, now in fates.values() if now}
    changes += [
        SentenceChange(change="new", new=sentence.address, text=sentence.text, words=modal_words(sentence.text))
        for sentence in new.sentences
        if sentence not in met
    ]
    stale = [found for found in changes if found.change in ("edited", "gone")]
    return Comparison(
        document=document.document,
        changes=tuple(changes),
        stale_entries=tuple(dict.fromkeys(entry for found in stale for entry in found.entries)),
        stale_cases=tuple(sorted({case for found in stale for case in found.cases})),
    )


def _by_sentence(document: Document, text: Text) -> dict[Sentence, tuple[Entry, ...]]:
    found: dict[Sentence, list[Entry]] = {}
    for entry in document.entries:
        try:
            for sentence in text.of(entry.places):
                found.setdefault(sentence, []).append(entry)
        except AddressError:
            continue
    return {sentence: tuple(entries) for sentence, entries in found.items()}


def _fates(old: Sequence[Sentence], new: Sequence[Sentence]) -> dict[Sentence, tuple[Change, Sentence | None]]:
    fates: dict[Sentence, tuple[Change, Sentence | None]] = {}
    before, after = [bare(sentence.text) for sentence in old], [bare(sentence.text) for sentence in new]
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    left_old: list[Sentence] = []
    left_new: list[Sentence] = []
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            for sentence, now in zip(old[start:end], new[new_start:new_end], strict=True):
                fates[sentence] = ("unchanged", now)
        else:
            left_old += old[start:end]
            left_new += new[new_start:new_end]
    free: dict[str, list[Sentence]] = {}
    for sentence in left_new:
        free.setdefault(bare(sentence.text), []).append(sentence)
    for sentence in left_old:
        if same := free.get(bare(sentence.text)):
            fates[sentence] = ("moved", same.pop(0))
    remaining = [sentence for same in free.values() for sentence in same]
    for sentence in left_old:
        if sentence not in fates:
            fates[sentence] = _nearest(sentence, remaining)
    return fates


def _nearest(sentence: Sentence, remaining: list[Sentence]) -> tuple[Change, Sentence | None]:
    matcher = difflib.SequenceMatcher(None, autojunk=False)
    matcher.set_seq2(bare(sentence.text))
    best, likeness = None, RESEMBLES
    for candidate in remaining:
        matcher.set_seq1(bare(candidate.text))
        if matcher.real_quick_ratio() >= likeness and matcher.quick_ratio() >= likeness:
            ratio = matcher.ratio()
            if ratio > likeness:
                best, likeness = candidate, ratio
    if best is None:
        return "gone", None
    remaining.remove(best)
    return "edited", best
