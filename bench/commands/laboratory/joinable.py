"""What a campaign can join, read and proved: runs, proofs, parities, sweeps, checks of the bench, loads.

Leaves the book and what follows from it to `campaign`. What was altered, or is of another item or
another bench, is refused with the reason.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, cast

import msgspec

from bench.campaign.book import Book, CampaignError, Joinable, Joined
from bench.case import (
    VIRTUAL_RIG,
    Text,
    Verdict,
)
from bench.commands.finished.recomputed import item_words
from bench.commands.finished.rejudge import VERDICTS, attempts_otherwise, broken_records
from bench.commands.laboratory import sentences
from bench.commands.running.options import RIGS
from bench.evidence.files import evidence_digest, sm3_of, survey
from bench.evidence.lab import Lab
from bench.evidence.sealed import prove_seals
from bench.history import HistoryError, read_history
from bench.journal import now
from reports import manifest, verdicts
from reports.parity import Likeness
from reports.prove import MatrixError, Proof
from reports.prove import read as read_matrix
from reports.sweep import OUTCOMES
from simulators.sentences import Words

_KINDS = {each.value: each.text for each in Likeness}


def read_result(book: Book, what: Path, lab: Lab) -> Joined:
    if (what / VERDICTS).is_file():
        return _run(book, what, lab)
    if (what / "parity.json").is_file():
        return _of_file(book, what / "parity.json", "parity")
    if (what / "sweep.json").is_file():
        return _of_file(book, what / "sweep.json", "sweep")
    if what.is_file():
        held = _json(what)
        if str(held.get("format", "")).startswith("carbonbench-prove/"):
            return _of_file(book, what, "prove")
        if {"rig", "ready", "findings"} <= held.keys():
            return _of_file(book, what, "check")
        if str(held.get("format", "")).startswith(("carbonbench-parity/", "carbonbench-sweep/")):
            return _of_file(book, what, "parity" if "parity" in str(held["format"]) else "sweep")
    raise CampaignError(sentences.WHAT_JOINS().after(what))


def _json(path: Path) -> dict[str, Any]:
    try:
        held = msgspec.json.decode(path.read_bytes())
    except OSError as error:
        raise CampaignError(sentences.RESULT_UNREADABLE(strerror=error.strerror).after(path)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise CampaignError(sentences.NOT_JSON().after(path)) from None
    if not isinstance(held, dict):
        raise CampaignError(sentences.NO_OBJECT().after(path))
    return cast(dict[str, Any], held)


def _shown(book: Book, path: Path) -> str:
    return Path(os.path.relpath(path.resolve(), book.folder.resolve())).as_posix()


def _same(what: Path, book: Book, *, terminal: str, made_by: str) -> None:
    """Refuse what is of another item or another bench."""
    begun = book.begun
    item = item_words(begun.item)
    if terminal != item and terminal != begun.item.get("name"):
        raise CampaignError(sentences.OTHER_ITEM(terminal=terminal, item=item).after(what))
    if made_by != begun.commit:
        raise CampaignError(sentences.OTHER_MAKER(made_by=made_by, commit=begun.commit).after(what))


def _run(book: Book, folder: Path, lab: Lab) -> Joined:
    try:
        run = verdicts.read(folder)
        rows = survey(folder)
        wrong = manifest.verify(folder, present=rows)
    except (verdicts.VerdictsError, manifest.ManifestError) as error:
        raise CampaignError(str(error)) from None
    wrong += broken_records(run, folder) + attempts_otherwise(run, folder)
    sealed = prove_seals(
        folder, rows, certificates=lab.certificates, roots=lab.roots, register=lab.register if lab.signers else None
    )
    wrong += sealed.problems
    if wrong:
        raise CampaignError("\n".join([*wrong, sentences.NOT_JOINED().after(folder)]))
    _same(folder, book, terminal=run.terminal, made_by=run.commit)
    told = {**book.begun.claims}
    other = sorted(name for name, answer in told.items() if run.claims.get(name, answer) != answer)
    if other:
        raise CampaignError(sentences.OTHER_CLAIMS(other=other).after(folder))
    counts = _counted(run.summary(), {each.value: Text(each.value, each.zh) for each in Verdict})
    return Joined(
        at=now(),
        kind="run",
        path=_shown(book, folder),
        digest=sealed.signed.digest or evidence_digest(rows, "-"),
        name=run.run,
        rig=run.rig,
        signed=bool(sealed.signed.digest),
        words=counts,
        cases=tuple(sorted({case.id for case in run.cases if case.verdict is not Verdict.NOT_RUN})),
    )


def _counted(counts: Mapping[str, int], names: Mapping[str, Text]) -> str:
    """Counts by kind as words in both languages."""
    named = [(number, names.get(kind, Text(kind, kind))) for kind, number in counts.items()]
    told = [sentences.COUNTED(number=number, name=Words(name.en, name.zh)) for number, name in named]
    return str(Words(", ".join(each.en for each in told), "，".join(each.zh for each in told)))


_Count = Annotated[int, msgspec.Meta(ge=0, lt=10**9)]


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    case: str = ""
    likeness: str = ""


class _Held(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked at of a result's file, whichever command wrote it."""

    rig: str = ""
    run: str = ""
    terminal: str = ""
    commit: str = ""
    case: str = ""
    same: bool = False
    accelerated: Annotated[int, msgspec.Meta(ge=1, lt=10**6)] = 1
    ready: bool = False
    counts: dict[str, _Count] = {}
    rows: tuple[_Row, ...] = ()
    findings: tuple[object, ...] = ()


def _held(path: Path) -> _Held:
    try:
        return msgspec.convert(_json(path), _Held)
    except msgspec.ValidationError as error:
        raise CampaignError(sentences.NO_RESULT(error=error).after(path)) from None


def _of_file(book: Book, path: Path, kind: Joinable) -> Joined:
    held = _held(path)
    cases: list[str] = []
    match kind:
        case "parity":
            return _parity(book, path, held)
        case "sweep":
            counts = held.counts
            sound = bool(counts) and not any(counts.get(each) for each in ("lost", "missed", "open"))
            words, cases = _counted(counts, OUTCOMES), [held.case]
        case "prove":
            # A part of the suite proves that part only: what the statement rests on is looked up in all of them.
            proof = read_proof_file(path)
            if proof.grouped:
                raise CampaignError(sentences.GROUPED_PROOF(id=proof.grouped[0].id).after(path))
            caught = len(proof.defects) - len(proof.survivors)
            sound, words = not (proof.troubles or proof.unsound), _proof_words(proof, caught)
        case _:
            sound, words = held.ready, str(sentences.FINDINGS(findings=len(held.findings)))
    if kind == "prove":
        if held.commit != book.begun.commit:
            raise CampaignError(sentences.PROVES_OTHER(commit=held.commit, own=book.begun.commit).after(path))
    elif kind != "check":
        _same(path, book, terminal=held.terminal, made_by=held.commit)
    return Joined(
        at=now(),
        kind=kind,
        path=_shown(book, path),
        digest=sm3_of(path.read_bytes()),
        name=held.run,
        rig=held.rig,
        sound=sound,
        words=words,
        cases=tuple(cases),
    )


def read_proof_file(path: Path, digest: str = "") -> Proof:
    """The proof in a file, as it was when it was joined with that digest. Raises CampaignError."""
    try:
        octets = path.read_bytes()
        if digest and sm3_of(octets) != digest:
            raise CampaignError(sentences.ALTERED_SINCE().after(path))
        return read_matrix(octets)
    except OSError as error:
        raise CampaignError(sentences.RESULT_UNREADABLE(strerror=error.strerror).after(path)) from None
    except MatrixError as error:
        raise CampaignError(f"{path}: {error}") from None


def _proof_words(proof: Proof, caught: int) -> str:
    cases, checks = len(proof.reference), len(proof.checks) - len(proof.unseen)
    defects = len(proof.defects)
    return str(sentences.PROOF_FOUND(cases=cases, caught=caught, defects=defects, checks=checks))


def _parity(book: Book, path: Path, held: _Held) -> Joined:
    """A parity, held against its own rows, with how long the records beside it say that real time lasted."""
    same = bool(held.rows) and all(row.likeness in (Likeness.SAME, Likeness.LIMIT) for row in held.rows)
    if held.same and not same:
        raise CampaignError(sentences.SAYS_SAME().after(path))
    _same(path, book, terminal=held.terminal, made_by=held.commit)
    lasted = max((_lasted_s(record, held, book.begun.item) for record in _halves(path.parent, held.rig)), default=0)
    other = sentences.TIMES_FASTER(times=held.accelerated) if held.accelerated > 1 else Words("", "")
    counts, length = _counted(held.counts, _KINDS).split(" / "), f"{lasted // 60} min"
    en, zh = (", ".join(filter(None, (told, length, fast))) for told, fast in zip(counts, other, strict=True))
    return Joined(
        at=now(),
        kind="parity",
        path=_shown(book, path),
        digest=sm3_of(path.read_bytes()),
        name=held.run,
        rig=held.rig,
        sound=held.same,
        words=f"{en} / {zh}",
        cases=tuple(sorted({row.case for row in held.rows})),
        lasted_s=lasted,
        accelerated=held.accelerated,
    )


def _halves(folder: Path, rig: str) -> list[Path]:
    """The records of the real half of a parity."""
    return sorted((folder / rig).rglob("record.jsonl*")) if rig in RIGS and rig != VIRTUAL_RIG else []


def _lasted_s(record: Path, held: _Held, item: dict[str, str]) -> int:
    """How long the terminal was watched in a record of this parity, in s. Raises CampaignError for one of another."""
    try:
        history = read_history(record)
    except HistoryError as error:
        raise CampaignError(str(error)) from None
    began = history.began
    mine = began.case in {row.case for row in held.rows} and began.item == item and began.accelerated == 1
    if not mine or (began.commit, began.rig) != (held.commit, held.rig):
        raise CampaignError(sentences.NOT_THIS_PARITY().after(record))
    return (history.watched_us - began.t) // 1_000_000


def load_result(book: Book, path: Path) -> Joined:
    digest = sm3_of(path.read_bytes())
    return Joined(at=now(), kind="load", path=_shown(book, path), digest=digest, name=path.name, words="load")
