"""Works on a finished run from its folder alone: judge again, verify, write the reports again.

Leaves running to bench.commands.running.session. No terminal, no rig, no network is touched.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bench.case import EXIT_ERROR, EXIT_FAIL, EXIT_INCONCLUSIVE, EXIT_PASS, EXIT_USAGE, Case, CaseResult, RunResult
from bench.commands.finished import recomputed, sentences
from bench.commands.running.expected import exit_of
from bench.commands.running.house import commit
from bench.commands.workers import pool
from bench.evidence.chain import ChainTrouble
from bench.evidence.files import REPORTS, survey
from bench.evidence.keeper import openings, read_opening
from bench.evidence.keys import KeyTrouble, certificates_of
from bench.evidence.runlog import FOLDER, LOG
from bench.evidence.sealed import Sealed, prove_seals, told_otherwise
from bench.evidence.seals import SealTrouble
from bench.history import History, HistoryError, digest_of_run, prove_record
from bench.journal import RUN, no_run
from bench.run import rejudge_case
from conformance.clauses.suite import case_classes
from reports import manifest, run_folder, screen, verdicts
from reports.clause_results import clause_results
from reports.ledger import entries

VERDICTS = "verdicts.json"


def exit_for(error: Exception) -> int:
    """The exit code for a folder that cannot be used: a wrong word where it is no run, else a failure."""
    return EXIT_USAGE if isinstance(error, verdicts.NoRun) else EXIT_ERROR


def require_run(folder: Path, file: str) -> None:
    """Raises VerdictsError for a folder that is no run: it must hold `file`."""
    if not (folder / file).exists():
        if file == manifest.NAME and (folder / VERDICTS).exists():
            raise verdicts.VerdictsError([sentences.NO_MANIFEST().after(folder)])
        if (folder / RUN).exists():
            raise verdicts.VerdictsError([sentences.CUT_OFF(folder=folder).after(folder)])
        raise verdicts.NoRun([no_run(folder, file)])


def read_run(folder: Path) -> RunResult:
    """The run in a folder. Raises VerdictsError, also for a folder that is none."""
    require_run(folder, VERDICTS)
    return verdicts.read(folder)


def broken_records(run: RunResult, folder: Path) -> list[str]:
    """The records whose chain is broken or that are not those of the run, and captures that are not those recorded.

    One sentence each.
    """
    found: list[str] = []
    for case in run.cases:
        if not case.record:
            continue
        try:
            digest, captures = prove_record(folder / case.record)
            if digest != case.digest:
                found.append(
                    sentences.OTHER_THAN_JUDGED(named=case.digest[:16], has=digest[:16]).after(folder / case.record)
                )
            found += captures
        except HistoryError as error:
            found.append(str(error))
    return found


def require_unaltered(run: RunResult, folder: Path) -> None:
    """Raises VerdictsError where a record or file that reports are written from is not as the run left it.

    The manifest is written anew with the reports, and would vouch for it from then on.
    """
    altered = manifest.verify(folder, but=REPORTS)
    altered += broken_records(run, folder)
    if altered:
        raise verdicts.VerdictsError([*altered, sentences.ALTERED_NO_REPORTS().after(folder)])


def differences(old: CaseResult, new: CaseResult) -> list[str]:
    """What a second judgement says otherwise: the case's verdict and every check that changed, appeared or vanished."""
    name = f"{new.id}#{new.attempt}"
    lines = [] if old.verdict is new.verdict else [f"{name}: {old.verdict.value} -> {new.verdict.value}"]
    before, after = ({check.id: check for check in result.checks} for result in (old, new))
    for check in dict.fromkeys((*before, *after)):
        was, now = before.get(check), after.get(check)
        if was != now:
            words = [f"{found.verdict.value} {found.measured}".strip() if found else "absent" for found in (was, now)]
            if was and now and words[0] == words[1]:
                fields = [field for field in was.__struct_fields__ if getattr(was, field) != getattr(now, field)]
                lines.append(f"{name} {check}: {words[0]}, other {', '.join(fields)}")
            else:
                lines.append(f"{name} {check}: {words[0]} -> {words[1]}")
    return lines


def main(folder: Path) -> int:
    """Judge every record again, work out again all that follows from it, print what differs.

    Returns the exit code of the new verdicts, at least that of a fail where verdicts.json says otherwise.
    """
    wrong: list[str] = []
    try:
        before = read_run(folder)
        known = case_classes()
        for result in before.cases:
            if result.record and result.id not in known:
                raise HistoryError(str(sentences.CASE_GONE(id=result.id)))
        cases = _all_again(before, known, folder, wrong)
    except (HistoryError, verdicts.VerdictsError) as error:
        print(error, file=sys.stderr)
        return exit_for(error)
    digest = digest_of_run((f"{case.id}#{case.attempt}", case.digest) for case in cases if case.digest)
    if digest != before.history_digest:
        print(
            sentences.OTHER_RECORDS(history_digest=before.history_digest, digest=digest).after(folder),
            file=sys.stderr,
        )
        return EXIT_ERROR
    after = msgspec.structs.replace(before, cases=tuple(cases), clauses=clause_results(tuple(cases)))
    changed = [line for old, new in zip(before.cases, after.cases, strict=True) for line in differences(old, new)]
    wrong += recomputed.run_otherwise(before, before.cases, folder, entries())
    wrong += attempts_otherwise(before, folder)
    screen.closing(after, folder)
    if changed:
        print(sentences.DIFFERS(), *changed, sep="\n  ")
    if wrong:
        print(sentences.DOES_NOT_FOLLOW(), *dict.fromkeys(wrong), sep="\n  ")
    if not changed and not wrong:
        print(sentences.SAME_VERDICTS(cases=len(cases)))
    if commit() != before.commit:
        print(sentences.OTHER_JUDGE(now=commit(), then=before.commit))
    return (
        max(exit_of(after), EXIT_FAIL) if wrong and exit_of(after) in (EXIT_PASS, EXIT_INCONCLUSIVE) else exit_of(after)
    )


MUCH = 50_000_000
"""Octets of records that are worth the start of other processes."""


def _all_again(run: RunResult, known: Mapping[str, type[Case]], folder: Path, wrong: list[str]) -> list[CaseResult]:
    """Every case judged again, the longest records first where more than one process judges."""
    sizes = {case.record: _size(folder / case.record) for case in run.cases if case.record}
    workers = os.cpu_count() or 1
    if workers == 1 or sum(sizes.values()) < MUCH:
        return [_again(run, case, known, folder, wrong) if case.record else case for case in run.cases]
    head = msgspec.json.encode(msgspec.structs.replace(run, cases=(), clauses=()))
    order = sorted((case for case in run.cases if case.record), key=lambda case: -sizes[case.record])
    found: dict[tuple[str, int], CaseResult] = {}
    with pool(workers) as crew:
        assert crew is not None
        told = crew.map(_again_there, [(head, msgspec.json.encode(case), str(folder)) for case in order])
        for case, (octets, words) in zip(order, told, strict=True):
            found[case.id, case.attempt] = msgspec.json.decode(octets, type=CaseResult)
            wrong += words
    return [found.get((case.id, case.attempt), case) for case in run.cases]


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _again_there(asked: tuple[bytes, bytes, str]) -> tuple[bytes, list[str]]:
    """As `_again`, in a process of its own."""
    head, octets, folder = asked
    run, case = msgspec.json.decode(head, type=RunResult), msgspec.json.decode(octets, type=CaseResult)
    wrong: list[str] = []
    found = _again(run, case, case_classes(), Path(folder), wrong)
    return msgspec.json.encode(found), wrong


def _again(
    run: RunResult, result: CaseResult, known: Mapping[str, type[Case]], folder: Path, wrong: list[str]
) -> CaseResult:
    """A case judged again; what its record says otherwise than the run joins `wrong`."""

    def look(history: History, place: str) -> None:
        wrong.extend(recomputed.record_otherwise(run, result, history, place))
        wrong.extend(recomputed.captures_otherwise(history, place))
        wrong.extend(history.altered_captures())

    return rejudge_case(known[result.id], result, folder, look)


@dataclass(frozen=True)
class Known:
    """What who verifies has of the laboratory: certificates, roots of its authority of time stamps, register, a digest.

    Paths; `digest` is the one number that was written down, empty if none was.
    """

    certificate: Path | None = None
    roots: Path | None = None
    register: Path | None = None
    digest: str = ""


def verify(folder: Path, known: Known | None = None) -> int:
    """Prove the manifest, every record's chain, the log of attempts and what was signed.

    0 sound, 1 altered, 3 not a run or unreadable.
    """
    known = known or Known()
    try:
        require_run(folder, manifest.NAME)
        rows = survey(folder)
        altered = manifest.verify(folder, present=rows)
        certificates = certificates_of(known.certificate) if known.certificate else []
        roots = certificates_of(known.roots) if known.roots else []
    except (manifest.ManifestError, verdicts.VerdictsError, KeyTrouble) as error:
        print(error, file=sys.stderr)
        return exit_for(error)
    if known.register and not known.register.is_file():
        print(sentences.NO_REGISTER_FOUND().after(known.register), file=sys.stderr)
        return EXIT_USAGE
    try:
        run = verdicts.read(folder)
        altered += broken_records(run, folder)
        altered += attempts_otherwise(run, folder)
    except verdicts.VerdictsError as error:
        altered += error.problems
    sealed = prove_seals(folder, rows, certificates=certificates, roots=roots, register=known.register)
    altered += sealed.problems
    if known.digest and known.digest != sealed.signed.digest:
        found = sealed.signed.digest or "none"
        altered.append(sentences.OTHER_DIGEST(found=found, digest=known.digest).after(folder))
    if altered:
        print("\n".join(dict.fromkeys(altered)), file=sys.stderr)
        return EXIT_FAIL
    print(sentences.UNALTERED().after(folder))
    _tell(sealed)
    return EXIT_PASS


def _tell(sealed: Sealed) -> None:
    signed = sealed.signed
    if signed.digest:
        print(f"{sentences.SIGNED_DIGEST()}: {signed.digest}")
        print(sentences.SIGNED_BY(by=signed.by, begun=signed.begun, ended=signed.ended))
        print(f"{sentences.STAMPED_BY()}: {signed.stamped_by or sentences.NOBODY()}")
        if signed.register_lines:
            print(sentences.IN_REGISTER(lines=signed.register_lines, head=signed.register_head))
    for note in sealed.notes:
        print(note)


def attempts_otherwise(run: RunResult, folder: Path) -> list[str]:
    """What the log of attempts and the plan say otherwise than the verdicts; nothing for a run that has no log."""
    if not (folder / LOG).exists():
        begun = any(folder.glob(f"{FOLDER}/*"))
        return [sentences.NO_LOG().after(folder / LOG)] if begun else []
    told = {(case.id, case.attempt): (case.verdict.value, case.digest) for case in run.cases}
    try:
        planned = [name for path in openings(folder) for name in read_opening(folder / FOLDER / path).plan]
        return [*told_otherwise(folder, told, planned)]
    except (ChainTrouble, SealTrouble) as error:
        return [str(error)]


def report(folder: Path) -> int:
    """Write the reports of a run again from verdicts.json and the records, if they are as the run left them."""
    try:
        run = read_run(folder)
        require_run(folder, manifest.NAME)
        require_unaltered(run, folder)
        run_folder.rewrite(run, folder, writer=commit())
    except (HistoryError, verdicts.VerdictsError) as error:
        print(error, file=sys.stderr)
        return exit_for(error)
    print(sentences.REPORTS_WRITTEN().after(folder))
    return EXIT_PASS
