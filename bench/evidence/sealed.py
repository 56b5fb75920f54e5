"""What the seals of a run folder prove, and what speaks against them: one sentence each.

Leaves the manifest and the chains of records to the commands. Asks nobody: the laboratory's certificate is given, and
the roots of its time stamp authority where they are trusted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import msgspec

from bench.evidence import sentences
from bench.evidence.chain import ChainTrouble
from bench.evidence.files import FileRow, evidence_digest, sm3_of
from bench.evidence.keeper import openings
from bench.evidence.keys import KeyTrouble, certificates_of, check_certificate, fingerprint, name_of, proves, valid_at
from bench.evidence.register import Register, RunAbandoned, RunBegan, RunEnded, RunResumed
from bench.evidence.runlog import FOLDER, LOG, AttemptBegan, Opened, RunLog
from bench.evidence.seals import Held, SealTrouble, digest, read_seals
from bench.evidence.stamps import Stamp, StampTrouble, proved

LATE = timedelta(minutes=5)
"""So far clocks of bench and authority may be apart."""
HOURLY = timedelta(minutes=75)


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """What a report prints of a run's seals; `digest` is empty where nothing was signed at the end."""

    digest: str = ""
    by: tuple[str, ...] = ()
    fingerprints: tuple[str, ...] = ()
    begun: str = ""
    ended: str = ""
    stamped_by: str = ""
    register_lines: int = 0
    register_head: str = ""


@dataclass
class Sealed:
    """What the seals prove (`signed`), what speaks against them, and what a reader should know besides."""

    signed: Signed = field(default_factory=Signed)
    problems: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])


def signed_of(folder: Path) -> Signed:
    """What the seals of a folder say, unproved: for a report that `verify` proves."""
    try:
        held = read_seals(folder)
    except SealTrouble:
        return Signed()
    return _signed(folder, held, []) if held else Signed()


def _signed(folder: Path, held: Sequence[Held], stamps: Sequence[Stamp]) -> Signed:
    last = held[-1].seal
    names = [name_of(der) for der in _certificates(folder)]
    return Signed(
        digest=last.evidence if last.kind == "end" else "",
        by=tuple(names),
        fingerprints=last.signers,
        begun=held[0].seal.at,
        ended=last.at if last.kind == "end" else "",
        stamped_by=stamps[-1].by if stamps else "",
        register_lines=last.register_lines,
        register_head=last.register_head,
    )


def _certificates(folder: Path) -> list[bytes]:
    found: list[bytes] = []
    for path in sorted((folder / FOLDER).glob("signer-*.pem")):
        try:
            found += certificates_of(path)
        except KeyTrouble:
            continue
    return found


def prove_seals(
    folder: Path,
    rows: Sequence[FileRow],
    *,
    certificates: Sequence[bytes] = (),
    roots: Sequence[bytes] = (),
    register: Path | None = None,
) -> Sealed:
    """Prove everything that is signed about a run folder whose files are `rows`.

    `certificates` are those of the laboratory as its reader has them; without them it is only told who says to have
    signed.
    """
    told = Sealed()
    try:
        held = read_seals(folder)
        log = RunLog(folder)
    except (SealTrouble, ChainTrouble) as error:
        told.problems.append(str(error))
        return told
    if not held:
        words = sentences.NOT_SIGNED().after(folder)
        if any(each.path.startswith(f"{FOLDER}/signer-") for each in rows):
            words = sentences.SEALS_MISSING().after(folder)
            told.problems.append(words)
        elif certificates:
            told.problems.append(words)
        else:
            told.notes.append(words)
        _ask_register(folder, register, certificates, None, told)
        return told
    stamps = _prove_each(folder, held, certificates, roots, told)
    _prove_chain(folder, held, log, told)
    _prove_times(folder, held, stamps, log, told)
    _prove_end(folder, held[-1], rows, told)
    told.signed = _signed(folder, held, [each for each in stamps if each])
    _ask_register(folder, register, certificates, held[-1], told)
    return told


def _prove_each(
    folder: Path, held: Sequence[Held], certificates: Sequence[bytes], roots: Sequence[bytes], told: Sealed
) -> list[Stamp | None]:
    known = {fingerprint(der): der for der in (*_certificates(folder), *certificates)}
    trusted = {fingerprint(der) for der in certificates}
    stamps: list[Stamp | None] = []
    strangers: set[str] = set()
    for each in held:
        where = folder / f"{each.name}.json"
        mine = [mark for mark in each.seal.signers if not trusted or mark in trusted]
        if not mine:
            told.problems.append(sentences.OTHER_SIGNER().after(where))
        for mark, signature in zip(each.seal.signers, each.signatures, strict=True):
            der = known.get(mark)
            if der is None:
                strangers.add(mark)
                continue
            try:
                check_certificate(der, str(where))
            except KeyTrouble as error:
                told.problems.append(str(error))
                continue
            if not proves(der, each.octets, signature):
                told.problems.append(sentences.ALTERED(name=name_of(der)).after(where))
            elif not valid_at(der, datetime.fromisoformat(each.seal.at)):
                told.problems.append(sentences.NOT_VALID_THEN(name=name_of(der)).after(where))
        stamps.append(_stamp_of(where, each, roots, told))
    told.notes += [sentences.CERTIFICATE_NOT_AT_HAND(mark=mark[:16]).after(folder) for mark in sorted(strangers)]
    if not trusted:
        names = ", ".join(name_of(der) for der in _certificates(folder)) or "somebody unknown"
        told.notes.append(sentences.BY_ITS_OWN_WORDS(names=names).after(folder))
    if any(stamps) and not roots:
        told.notes.append(sentences.STAMPS_UNCHECKED().after(folder))
    return stamps


def _stamp_of(where: Path, each: Held, roots: Sequence[bytes], told: Sealed) -> Stamp | None:
    found: Stamp | None = None
    for signature, token in zip(each.signatures, each.stamps, strict=False):
        try:
            found = proved(token, signature, roots)
        except StampTrouble as error:
            told.problems.append(f"{where}: {error}")
            continue
        if roots and not found.trusted:
            told.problems.append(sentences.STAMP_ROOTS(by=found.by).after(where))
    if len(each.stamps) not in (0, len(each.signatures)):
        told.problems.append(sentences.STAMP_MISSING().after(where))
    return found


def _prove_chain(folder: Path, held: Sequence[Held], log: RunLog, told: Sealed) -> None:
    """Each seal names the one before, the log up to then, and statements that are still there."""
    present = openings(folder)
    before = ""
    stamped = bool(held[0].stamps)
    for each in held:
        where, seal = folder / f"{each.name}.json", each.seal
        if seal.previous != before:
            told.problems.append(sentences.NOT_FOLLOWING().after(where))
        before = digest(each)
        if bool(each.stamps) != stamped:
            told.problems.append(sentences.ITS_STAMP_MISSING().after(where))
        try:
            if log.chain_at(seal.log_lines) != seal.log_head:
                told.problems.append(sentences.OTHER_LOG(at=seal.at).after(folder / LOG))
        except ChainTrouble as error:
            told.problems.append(str(error))
        told.problems += [
            sentences.OPENING_ALTERED(at=seal.at).after(folder / FOLDER / name)
            for name, sm3 in seal.openings.items()
            if present.get(name) != sm3
        ]
        if seal.kind != "begin" and seal.item != held[0].seal.item:
            told.problems.append(sentences.OTHER_ITEM().after(where))
    opened = {f"opening-{each.number}.json": each.sm3 for each in log.entries if isinstance(each, Opened)}
    if opened != present or held[-1].seal.openings != present:
        told.problems.append(sentences.OPENINGS_DIFFER().after(folder))
    if held[0].seal.kind != "begin":
        told.problems.append(sentences.NO_BEGINNING().after(folder))


def _prove_times(folder: Path, held: Sequence[Held], stamps: Sequence[Stamp | None], log: RunLog, told: Sealed) -> None:
    """What a seal covers had happened by its stamp, and what it does not cover had not."""
    marks = [(each, stamp.at) for each, stamp in zip(held, stamps, strict=True) if stamp]
    for each, at in marks:
        where = folder / f"{each.name}.json"
        for line in log.lines:
            said = datetime.fromisoformat(line.entry.at)
            if line.number <= each.seal.log_lines and said > at + LATE:
                told.problems.append(sentences.STAMPED_BEFORE(at=at, said=line.entry.at).after(where))
                break
            if line.number > each.seal.log_lines and said < at - LATE:
                what = f"{line.entry.case} #{line.entry.attempt}" if isinstance(line.entry, AttemptBegan) else "the run"
                told.problems.append(sentences.SIGNED_LATER(at=at, what=what, gone=line.entry.at).after(where))
                break
        said = datetime.fromisoformat(each.seal.at)
        if abs(said - at) > LATE:
            told.problems.append(sentences.STAMPED_LATER(at=each.seal.at, stamped=at).after(where))
    for earlier, later in pairwise(held):
        gap = datetime.fromisoformat(later.seal.at) - datetime.fromisoformat(earlier.seal.at)
        if later.seal.kind != "begin" and gap > HOURLY:
            told.notes.append(sentences.GAP(begin=earlier.seal.at, end=later.seal.at).after(folder))


def _prove_end(folder: Path, last: Held, rows: Sequence[FileRow], told: Sealed) -> None:
    if last.seal.kind != "end":
        told.problems.append(sentences.NO_END().after(folder))
        return
    found = evidence_digest(rows, last.name)
    if found != last.seal.evidence:
        told.problems.append(sentences.EVIDENCE_ALTERED(found=found, evidence=last.seal.evidence).after(folder))


def _ask_register(
    folder: Path, path: Path | None, certificates: Sequence[bytes], last: Held | None, told: Sealed
) -> None:
    if path is None:
        if last is not None and last.seal.register_lines:
            told.notes.append(sentences.REGISTER_NOT_GIVEN().after(folder))
        return
    register = Register(path)
    told.problems += register.problems(certificates)
    try:
        lines = register.lines()
        opened = {
            f"opening-{each.number}.json": each.sm3 for each in RunLog(folder).entries if isinstance(each, Opened)
        }
    except ChainTrouble as error:
        told.problems.append(str(error))
        return
    mine = {
        each.entry.opening: each.entry.run
        for each in lines
        if isinstance(each.entry, RunBegan | RunResumed) and each.entry.opening in opened.values()
    }
    if not mine or set(mine) != set(opened.values()):
        told.problems.append(sentences.NOT_IN_REGISTER(path=path).after(folder))
        return
    run = next(iter(mine.values()))
    ends = [each.entry for each in lines if isinstance(each.entry, RunEnded) and each.entry.run == run]
    if any(isinstance(each.entry, RunAbandoned) and each.entry.run == run for each in lines):
        told.problems.append(sentences.ABANDONED().after(folder))
    if last is None:
        return
    seal = last.seal
    if seal.kind == "end" and (not ends or ends[-1].evidence != seal.evidence):
        told.problems.append(sentences.OTHER_END().after(folder))
    if seal.register_lines > len(lines) or (
        seal.register_lines and lines[seal.register_lines - 1].chain != seal.register_head
    ):
        told.problems.append(sentences.OTHER_REGISTER().after(path))


def told_otherwise(
    folder: Path, told: Mapping[tuple[str, int], tuple[str, str]], planned: Sequence[str]
) -> Iterator[str]:
    """What the log says otherwise than the verdicts: `told` maps attempts to verdict and digest of their record."""
    from bench.case import Verdict
    from bench.evidence.runlog import AttemptGone, begun
    from bench.journal import RESULT, place_of

    entries = RunLog(folder).entries
    lost = {(each.case, each.attempt) for each in entries if isinstance(each, AttemptGone)}
    for key, end in begun(entries).items():
        name = f"{key[0]} #{key[1]}"
        place = folder / place_of(*key)
        if key not in told:
            yield sentences.ATTEMPT_UNTOLD(name=name).after(folder)
            continue
        reached = end is None or end.verdict != Verdict.NOT_RUN
        if reached and not (place / "attempt.json").exists():
            yield sentences.ATTEMPT_FOLDER(name=name).after(place)
        if end is None:
            continue
        if key not in lost and (end.verdict, end.digest) != told[key]:
            yield (sentences.OTHER_VERDICT(name=name, told=told[key][0], verdict=end.verdict).after(folder))
        path = place / RESULT
        if end.result and path.exists() and sm3_of(path.read_bytes()) != end.result:
            yield sentences.RESULT_ALTERED().after(path)
    for name in planned:
        case, _, attempt = name.rpartition("#")
        if (case, int(attempt)) not in told:
            yield sentences.ATTEMPT_PLANNED(case=case, attempt=attempt).after(folder)
