"""Everything in verdicts.json that follows from other files of the run, worked out again: one sentence a difference.

Leaves judging to `rejudge`, chains to `bench.history`, signatures to `bench.evidence`. What is only told there
(times of the wall clock) is held against the journal, which was written while the run went on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from bench.captures import CapturesError, streams
from bench.case import CaseResult, RunResult, Verdict
from bench.commands.finished import sentences
from bench.commands.running.house import commit
from bench.commands.running.session import given_up, ledger_answers, spent_s
from bench.evidence.keeper import openings, read_opening
from bench.evidence.opening import Opening
from bench.evidence.runlog import FOLDER
from bench.evidence.seals import SealTrouble
from bench.history import Began, Captured, History, Received
from bench.journal import JournalError, RunFile, attempts, read_run
from bench.run import seed_for
from bench.together import split
from conformance.clauses.suite import shared_drives
from reports.clause_results import clause_results
from reports.conformity import completed, unsupported
from reports.entries import Entry

_BY_JOURNAL = (
    "wall_s",
    "simulated_s",
    "started",
    "replay",
    "title",
    "seed",
    "instead_of",
    "interrupted",
    "strength",
    "drive",
)


def record_otherwise(run: RunResult, case: CaseResult, history: History, place: str) -> Iterator[str]:
    """What a record says of itself otherwise than verdicts.json says of its case and run."""
    began: Began = history.began
    told: dict[str, tuple[object, object]] = {
        "case": (began.case, split(case.drive)[0] or case.id),
        "seed": (began.seed, case.seed),
        "commit": (began.commit, run.commit),
        "rig": (began.rig, run.rig),
    }
    for name, (recorded, said) in told.items():
        if recorded != said:
            yield sentences.RECORD_OTHERWISE(name=name, recorded=recorded, said=said).after(place)
    item = item_words(began.item)
    if began.item and not run.terminal.startswith(item):
        yield str(sentences.ITEM_OTHERWISE(item=item, terminal=run.terminal))
    for what, recorded, said in (
        ("parameters", began.parameters, run.parameters),
        ("claims", began.claims, run.claims),
        ("claims", {f"declared.{name}": value for name, value in began.declared.items()}, run.claims),
    ):
        for name, value in recorded.items():
            if said.get(name) != value:
                yield (sentences.PART_OTHERWISE(what=what, name=name, value=value, get=said.get(name)).after(place))


def item_words(item: Mapping[str, str]) -> str:
    """A specimen as `verdicts.json` names it."""
    words = [item.get(key, "") for key in ("vendor", "name", "model", "firmware", "firmware_hash")]
    return " ".join(filter(None, (*words, item.get("serial", "") and f"S/N {item['serial']}")))


def captures_otherwise(history: History, place: str) -> Iterator[str]:
    """Frames that a centre is recorded to have received in the clear and that the capture of its segment lacks."""
    plain = {
        centre.name
        for centre in history.began.centres
        if (centre.kind, centre.channel, centre.payload) == ("hj212", "plain", "clear")
    }
    captured = [event for event in history.of(Captured) if event.segment == "uplink" and history.folder]
    if not plain or not captured or history.folder is None:
        return
    try:
        held = [part for event in captured for part in streams((history.folder / event.file).read_bytes()).values()]
    except (OSError, CapturesError) as error:
        yield f"{place}: {error}"
        return
    for event in history.of(Received):
        if event.centre not in plain or event.faults or event.escaped:
            continue
        octets = event.frame.strip().encode("utf-8", "surrogateescape")
        if not any(octets in part for part in held):
            yield (sentences.NOT_CAPTURED(centre=event.centre, t=event.t, frame=event.frame[:60]).after(place))
            return


def run_otherwise(before: RunResult, cases: Sequence[CaseResult], folder: Path, known: Sequence[Entry]) -> list[str]:
    """All that verdicts.json says of run and clauses otherwise than attempts, journal, statement and ledger do."""
    return [
        *_clauses(before, cases, known, folder),
        *_attempts(before, folder),
        *_journal(before, folder),
        *_statement(before, folder),
    ]


def _clauses(before: RunResult, cases: Sequence[CaseResult], known: Sequence[Entry], folder: Path) -> Iterator[str]:
    """Verdicts on clauses, from the attempts and the ledger; those of another bench's ledger may differ."""
    decided = clause_results(cases)
    after = completed(msgspec.structs.replace(before, cases=tuple(cases), clauses=decided), known)
    own = commit() == before.commit
    was, now = ({clause.id: clause for clause in run.clauses} for run in (before, after))
    by_cases = {clause.id for clause in decided}
    for name in dict.fromkeys((*was, *now)):
        old, new = was.get(name), now.get(name)
        if old == new or not (own or name in by_cases):
            continue
        words = [each.verdict.value if each else "absent" for each in (old, new)]
        if own or words[0] != words[1]:
            other = "" if words[0] != words[1] else sentences.OTHER_THAN_VERDICT()
            yield sentences.CLAUSE_OTHERWISE(name=name, other=other, said=words[0], due=words[1]).after(folder)
    if own:
        failing = {entry.claim for entry in unsupported(after, known)}
        if before.not_claimed != given_up(before.claims, failing, ledger_answers()["conditions"]):
            yield sentences.CLAIMS_OTHERWISE().after(folder)
    for name, value in before.deviations.items():
        if before.parameters.get(name) != value:
            yield sentences.NO_PARAMETER(name=name).after(folder)


def _attempts(before: RunResult, folder: Path) -> Iterator[str]:
    try:
        found = {(each.begun.case, each.begun.attempt): each for each in attempts(folder)}
    except JournalError as error:
        yield str(error)
        return
    drives = shared_drives()
    for case in before.cases:
        place = f"{folder}: {case.id} #{case.attempt}"
        drive, number = split(case.drive)
        if case.drive and not (drive in drives and case.id in {each.id() for each in drives[drive].judged}):
            yield sentences.NOT_OF_DRIVE(drive=case.drive).after(place)
        if case.seed != seed_for(before.seed, drive or case.id, number or case.attempt):
            yield sentences.SEED_OTHERWISE().after(place)
        if case.expected_fail and case.verdict is not Verdict.FAIL:
            yield sentences.NO_EXPECTED_FAIL().after(place)
        each = found.pop((case.id, case.attempt), None)
        if each is None or each.result is None:
            continue
        for field in _BY_JOURNAL:
            was, now = getattr(each.result, field), getattr(case, field)
            if was != now:
                yield sentences.RESULT_OTHERWISE(field=field, was=was, now=now).after(place)
    for name, number in found:
        yield str(sentences.ATTEMPT_LACKS(name=name, number=number))


def _journal(before: RunResult, folder: Path) -> Iterator[str]:
    try:
        file: RunFile = read_run(folder)
    except JournalError as error:
        yield str(error)
        return
    options = file.settings.options
    words = {"standards": "--standard", "clauses": "--clause", "cases": "--case"}
    selection = " ".join(
        part for key, word in words.items() for each in options.get(key, ()) for part in (word, str(each))
    )
    told: dict[str, tuple[Any, Any]] = {
        "run": (file.settings.run, before.run),
        "commit": (file.settings.commit, before.commit),
        "seed": (options.get("seed"), before.seed),
        "rig": (options.get("rig"), before.rig),
        "repeats": (options.get("repeat"), before.repeats),
        "complete": (options.get("complete", before.complete), before.complete),
        "selection": (selection, before.selection),
        "sittings": (file.told(), before.sittings),
        "started": (file.sittings[0].started if file.sittings else before.started, before.started),
        "wall_s": (spent_s(file.sittings), before.wall_s),
        "planted defect": (bool(options.get("defect")), "[planted defect: " in before.terminal),
    }
    for name, (was, now) in told.items():
        if was != now:
            yield sentences.RUN_OTHERWISE(name=name, was=was, now=now).after(folder)


def _statement(before: RunResult, folder: Path) -> Iterator[str]:
    """The opening statements against run and journal."""
    try:
        told = [read_opening(folder / FOLDER / name) for name in openings(folder)]
        file = read_run(folder)
    except (SealTrouble, JournalError) as error:
        yield str(error)
        return
    for each in told:
        place = f"{folder}/{FOLDER}/opening-{each.number}.json"
        yield from _statement_of(each, before, file, place)


def _contents(inputs: Mapping[str, str]) -> list[tuple[str, str]]:
    """Names and digests: a file that lies elsewhere now is the same."""
    return sorted((Path(name).name, digest) for name, digest in inputs.items())


def _named(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options with files by their names alone."""
    return {name: Path(told).name if isinstance(told, str) else told for name, told in options.items()}


def _statement_of(each: Opening, before: RunResult, file: RunFile, place: str) -> Iterator[str]:
    if not before.terminal.startswith(item_words(each.item)):
        yield sentences.OF_OTHER_ITEM(terminal=before.terminal, item=item_words(each.item)).after(place)
    pairs = {
        "run": (each.run, before.run),
        "commit": (each.commit, before.commit),
        "rig": (each.rig, before.rig),
        "options": (_named(each.options), _named(file.settings.options)),
        "inputs": (_contents(each.inputs), _contents(file.settings.inputs)),
    }
    for name, (was, now) in pairs.items():
        if was != now:
            yield sentences.NOT_THE_RUNS(name=name).after(place)
    for name, number in before.versions.items():
        if each.packages.get(name, number) != number:
            yield sentences.PACKAGE_OTHERWISE(name=name, packages=each.packages[name], number=number).after(place)
