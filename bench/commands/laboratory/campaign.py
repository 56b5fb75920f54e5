"""`carbonbench campaign`: begins one, joins what the bench, people and other laboratories found, states what follows.

Leaves the rules of joining to `bench.campaign.joining` and what a statement says to `reports.conformity`. Whatever is
joined is proved first: an altered run, one of another item or of another bench is refused with the reason.
"""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from bench.campaign import joining
from bench.campaign.book import BOOK, FILES, Begun, Book, CampaignError, External, Joinable, Joined, LeftOut, Reviewed
from bench.case import (
    EXIT_ERROR,
    EXIT_FAIL,
    EXIT_INCONCLUSIVE,
    EXIT_PASS,
    EXIT_USAGE,
    VIRTUAL_RIG,
    CaseResult,
    ClauseResult,
    Item,
    Mark,
    RunResult,
    Text,
    Verdict,
)
from bench.case.reach import decided as decided_by
from bench.commands.finished.recomputed import item_words
from bench.commands.laboratory import sentences
from bench.commands.laboratory.bookheld import book_otherwise
from bench.commands.laboratory.joinable import load_result, read_proof_file, read_result
from bench.commands.laboratory.remaining import Ground, Work, listed, remaining
from bench.commands.proof.proved import Lack, Suite, borrowing, lacking, partly
from bench.commands.running.house import commit
from bench.commands.running.lengths import lengths_of_the_suite
from bench.dut.profile import Claim, ProfileError, load_profile
from bench.evidence.chain import ChainTrouble
from bench.evidence.files import evidence_digest, sm3_of, survey
from bench.evidence.keys import KeyTrouble
from bench.evidence.lab import NOBODY, OWN, Lab, LabError, load_lab
from bench.evidence.sealed import prove_seals
from bench.journal import now
from conformance.clauses.suite import case_classes
from conformance.defects.proof import ProofError, read_proof
from reports import manifest, verdicts
from reports.clause_results import clause_results
from reports.conformity import RUNS_FOR_STATEMENT, Conformity, Statement, completed, document_of, statements
from reports.entries import Entry
from reports.issue.demands import person_of
from reports.issue.papers import REVIEWS, TESTS
from reports.issue.papers import Lab as Told
from reports.issue.reading import PaperError, read_paper
from reports.ledger import entries
from reports.repeats import counting
from simulators.sentences import Words

STATEMENT = "statement.json"
FORMAT = "carbonbench-statement/1"
MISSING = str(sentences.STILL_MISSING())
DECIDABLE = (Verdict.PASS, Verdict.FAIL, Verdict.NOT_APPLICABLE)
_BY_PEOPLE = ("operator", "inspection", "laboratory", "untestable")
_NO_CASE_YET = "planned"
"""Testable, and no case decides it: a laboratory's own test may, with its record."""
PARITY_S = 3600
"""How long one case of a parity has to stand in real time before virtual time counts (R-08)."""
_NOT_A_FILE = (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError)
_Trouble = (CampaignError, ChainTrouble, KeyTrouble, OSError)


@dataclass(frozen=True)
class Step:
    """One step of a campaign for a person: what, whether it was done (None: not needed), what there is or lacks."""

    key: str
    en: str
    zh: str
    done: bool | None
    words: str = ""

    @property
    def told(self) -> str:
        """The step and what there is or lacks, in both languages."""
        en, _, zh = self.words.partition(" / ")
        return f"{self.en}: {en} / {self.zh}：{zh or en}"


@dataclass(frozen=True)
class State:
    """Where a campaign stands."""

    begun: Begun
    result: RunResult
    statements: tuple[Statement, ...]
    steps: tuple[Step, ...]
    people: tuple[Entry, ...]
    remaining: tuple[Work, ...]
    hindrances: tuple[str, ...] = field(default=())
    remarks: Mapping[str, tuple[Text, ...]] = field(default_factory=dict[str, tuple[Text, ...]])
    """What a campaign adds to the reasons of each draft's statement."""
    unheld: bool = False
    """Its book is signed, and nobody said by which laboratory: nothing tells whether it is whole."""

    @property
    def conformity(self) -> dict[str, Conformity]:
        """What may be said of each draft: nothing good while something hinders it; a fail needs no parity."""
        return {
            each.document: each.conformity
            if not self.hindrances or each.conformity is Conformity.DOES_NOT_CONFORM
            else Conformity.NO_STATEMENT
            for each in self.statements
        }


def _lab(path: str) -> Lab:
    try:
        found = load_lab(Path(path)) if path else NOBODY
    except LabError as error:
        raise CampaignError(str(error)) from None
    if path and not found.signers:
        raise CampaignError(sentences.NO_SIGNER().after(f"--lab {path}"))
    return found


def require_right(lab: str, name: str, duty: str) -> None:
    """Raises CampaignError where lab.toml names persons and `name` is none of them, or not authorised for a duty."""
    if not lab:
        return
    try:
        told = read_paper(Path(lab), Told, beside=OWN)
    except PaperError as error:
        raise CampaignError("\n".join(error.problems)) from None
    person = person_of(told, name.strip())
    if told.persons and person is None:
        raise CampaignError(sentences.NO_PERSON().after(f"--by {name or '-'}"))
    if person is not None and duty not in person.may:
        raise CampaignError(sentences.NOT_AUTHORISED(duty=duty).after(f"--by {name}"))


def new(folder: Path, profile_path: Path, *, name: str, by: str, lab: str) -> None:
    """Begin a campaign. Raises `_Trouble`."""
    if (folder / BOOK).exists():
        raise CampaignError(sentences.HOLDS_CAMPAIGN().after(folder))
    laboratory = _lab(lab)
    require_right(lab, by, TESTS)
    try:
        profile = load_profile(profile_path)
    except ProfileError as error:
        raise CampaignError(str(error)) from None
    folder.mkdir(parents=True, exist_ok=True)
    Book(folder, laboratory).add(
        Begun(
            at=now(),
            by=by,
            name=name or folder.resolve().name,
            item=profile.item(),
            documents=profile.documents,
            roles=profile.roles,
            profile=sm3_of(profile_path.read_bytes()),
            commit=commit(),
            claims={question: answer.value for question, answer in profile.claims.items() if answer in Claim},
            parameters=profile.in_force(),
        )
    )


def add(folder: Path, what: Path, *, as_load: bool, by: str, lab: str) -> Joined:
    """Join a result of the bench, proved. Raises `_Trouble`."""
    laboratory = _lab(lab)
    require_right(lab, by, TESTS)
    book = Book(folder, laboratory)
    made = load_result(book, what) if as_load else read_result(book, what, laboratory)
    entry = msgspec.structs.replace(made, by=by)
    if any(each.digest == entry.digest for each in book.joined()):
        raise CampaignError(sentences.JOINED_ALREADY().after(what))
    book.add(entry)
    return entry


def _kept(book: Book, files: Sequence[Path]) -> dict[str, str]:
    """Copies of documents in the campaign's folder, by their SM3."""
    found: dict[str, str] = {}
    for path in files:
        octets = path.read_bytes()
        sm3 = sm3_of(octets)
        target = book.folder / FILES / f"{sm3[:12]}-{path.name}"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        found[target.relative_to(book.folder).as_posix()] = sm3
    return found


def _entry_for_people(book: Book, clause: str, ledger: Sequence[Entry]) -> Entry:
    known = {entry.id: entry for entry in ledger}
    entry = known.get(clause)
    if entry is None:
        raise CampaignError(sentences.NO_SUCH_CLAUSE().after(clause))
    if entry.document not in book.begun.documents:
        raise CampaignError(sentences.NOT_CLAIMED_HERE().after(clause))
    if entry.disposition not in (*_BY_PEOPLE, _NO_CASE_YET) and not entry.open.en:
        raise CampaignError(sentences.CASES_DECIDE().after(clause))
    return entry


def review(folder: Path, clause: str, verdict: str, *, words: str, files: Sequence[Path], by: str, lab: str) -> None:
    """Enter what a person decided. Raises `_Trouble`."""
    book = Book(folder, _lab(lab))
    entry = _entry_for_people(book, clause, entries())
    if entry.disposition == _NO_CASE_YET and not files:
        raise CampaignError(sentences.OWN_TEST().after(clause))
    if not by.strip() or not words.strip():
        raise CampaignError(sentences.REVIEW_WORDS().after("review"))
    require_right(lab, by, REVIEWS)
    kept = _kept(book, files)
    book.add(Reviewed(at=now(), by=by, clause=clause, verdict=decided(verdict), words=words, files=kept))


def leave(folder: Path, run: str, *, words: str, by: str, lab: str) -> None:
    """Enter that a run of the item is left out, and why. Raises `_Trouble`."""
    book = Book(folder, _lab(lab))
    if not run or not words.strip() or not by.strip():
        raise CampaignError(sentences.LEAVE_WORDS().after("leave"))
    if run in {each.name for each in book.joined("run")}:
        raise CampaignError(sentences.JOINED_STAYS().after(run))
    require_right(lab, by, REVIEWS)
    book.add(LeftOut(at=now(), by=by, run=run, why=words))


def external(folder: Path, told: External, *, files: Sequence[Path], lab: str) -> None:
    """Enter a report of another laboratory (R-04). Raises `_Trouble`."""
    book = Book(folder, _lab(lab))
    ledger = entries()
    for clause in told.clauses:
        _entry_for_people(book, clause, ledger)
    lacking = [
        f"--{name}"
        for name in ("laboratory", "accreditation", "report", "edition", "specimen", "by")
        if not str(getattr(told, name)).strip()
    ]
    lacking += [] if files else ["--file"]
    lacking += [] if told.clauses else ["--clause"]
    if lacking:
        raise CampaignError(sentences.EXTERNAL_LACKS(lacking=lacking).after("external"))
    require_right(lab, told.by, REVIEWS)
    book.add(msgspec.structs.replace(told, at=now(), files=_kept(book, files)))


def decided(verdict: str) -> Verdict:
    """A verdict that a person may give. Raises CampaignError."""
    if verdict not in DECIDABLE:
        words = ", ".join(each.value for each in DECIDABLE)
        raise CampaignError(sentences.ONE_OF_VERDICTS(words=words).after(verdict))
    return Verdict(verdict)


def runs_of(book: Book) -> list[RunResult]:
    """The runs of a campaign, each still what was joined. Raises CampaignError."""
    found: list[RunResult] = []
    for each in book.joined("run"):
        place = book.place(each.path)
        try:
            run = verdicts.read(place)
            sealed = prove_seals(place, rows := survey(place))
            wrong = manifest.verify(place, present=rows)
        except (verdicts.VerdictsError, manifest.ManifestError, OSError) as error:
            raise CampaignError(f"{place}: joined as {each.name}, cannot be read any more: {error}") from None
        if (sealed.signed.digest or evidence_digest(rows, "-")) != each.digest or sealed.problems or wrong:
            raise CampaignError(sentences.ALTERED_SINCE().after(place))
        found.append(run)
    return found


def state(folder: Path, lab: str = "") -> State:
    """Where a campaign stands: everything joined, stated, and what is open. Raises `_Trouble`.

    With `lab` (lab.toml) its book is held against certificate and register of that laboratory: lines taken off its end
    show nowhere else.
    """
    book = Book(folder)
    if lab and (wrong := book_otherwise(book, _lab(lab))):
        raise ChainTrouble("\n".join(wrong))
    begun, ledger = book.begun, entries()
    _whole(book)
    runs = runs_of(book)
    cases = joining.attempts(runs)
    clauses = joining.decided(clause_results(cases), book.reviews, book.externals)
    known = case_classes()
    counted = {name: len(counting(held)) for name, held in _by_case(cases).items()}
    once = {name: known[name].once for name in counted if name in known}
    least, fewest = joining.repeats(cases, once, counted)
    repeats = max(least, 1) if runs else 1
    result = completed(joining.joined(begun, runs, clauses, cases, repeats), ledger)
    bound = {entry.id: entry for entry in ledger}
    people = tuple(
        bound[clause.id]
        for clause in result.clauses
        if clause.id in bound and (waits_for_people(bound[clause.id], clause.verdict) or _in_part(clause))
    )
    lack = _unproved(book, cases)
    told = borrowing(lack.borrowed)
    found = [each for each in statements(result, ledger) if each.document in begun.documents]
    remarks = {each.document: (*_partly(each, result, begun), *([told] if told else [])) for each in found}
    stated = tuple(msgspec.structs.replace(each, reasons=(*each.reasons, *remarks[each.document])) for each in found)
    steps = _steps(book, runs, people, lack)
    hindrances = tuple(step.told for step in steps if step.done is False and step.key in NEEDED)
    ground = Ground(
        begun,
        result,
        ledger,
        known,
        lengths_of_the_suite(),
        open_steps=[step.key for step in steps if step.done is False and step.key in NEEDED],
        unproved=lack.cases,
        fewest={name: counted[name] for name in fewest} if least < RUNS_FOR_STATEMENT else {},
        lab=any(run.rig == "lab" for run in runs),
    )
    unheld = not lab and any(line.signatures for line in book.lines)
    return State(begun, result, stated, steps, people, remaining(ground), hindrances, remarks, unheld)


def _partly(stated: Statement, result: RunResult, begun: Begun) -> tuple[Text, ...]:
    """What no run of the campaign has tried of clauses of a draft that pass."""
    passing = [
        clause.id
        for clause in result.clauses
        if clause.verdict is Verdict.PASS and clause.cases and document_of(clause.id) == stated.document
    ]
    ran = {case.id for case in result.cases if case.verdict is not Verdict.NOT_RUN}
    suite = case_classes(Item.PLATFORM if Item.PLATFORM in begun.roles else Item.TERMINAL)
    yes = {question for question, answer in result.claims.items() if answer == Claim.YES.value}
    told = partly(passing, {name: decided_by(case, yes) for name, case in suite.items() if name not in ran})
    return (told,) if told else ()


def _unproved(book: Book, cases: Sequence[CaseResult]) -> Lack:
    """What the joined proofs do not show of what the statement rests on."""
    try:
        proofs = [read_proof_file(book.place(each.path), each.digest) for each in book.joined("prove")]
        known = read_proof()
    except (CampaignError, ProofError) as error:
        en, _, zh = str(error).rpartition(" / ")
        return Lack((Text(en, zh),))
    return lacking(proofs, cases, book.begun.documents, of_suite(known.flips))


def of_suite(flips: Mapping[str, Mapping[str, Mapping[str, Sequence[str]]]]) -> Suite:
    """What the suite says of itself, by its own proof: rig → defect → case → checks that failed."""
    finds: dict[str, list[str]] = {}
    fails: set[str] = set()
    for by_defect in flips.values():
        for defect, by_case in by_defect.items():
            for case, checks in by_case.items():
                finds.setdefault(case, []).extend([defect] if checks else [])
                fails |= {f"{case}:{check}" for check in checks}
    asks = {f"{name}:{each.id}": each.name.en for name, case in case_classes().items() for each in case.checks}
    return Suite(finds, fails, asks)


def _in_part(clause: ClauseResult) -> bool:
    """Whether a clause passes but for what its cases leave open, which a review closes."""
    return clause.verdict is Verdict.PASS and bool(clause.open)


def waits_for_people(entry: Entry, verdict: Verdict) -> bool:
    """Whether no case will decide an entry that is still open."""
    if entry.disposition == _NO_CASE_YET:
        return verdict is Verdict.NOT_RUN
    return verdict is Verdict.REVIEW and entry.disposition in _BY_PEOPLE


NEEDED = ("prove", "parity", "parity-accelerated", "check")
"""Steps without which a campaign says nothing good."""


def _by_case(cases: Sequence[CaseResult]) -> dict[str, list[CaseResult]]:
    found: dict[str, list[CaseResult]] = {}
    for case in cases:
        found.setdefault(case.id, []).append(case)
    return found


def _whole(book: Book) -> None:
    """Documents that were handed in are as they were. Raises CampaignError."""
    told = [each.files for each in (*book.reviews, *book.externals)]
    for files in told:
        for name, sm3 in files.items():
            path = book.folder / name
            if not path.exists() or sm3_of(path.read_bytes()) != sm3:
                raise CampaignError(sentences.HANDED_IN_ALTERED().after(path))


def _dated(words: str, at: str) -> str:
    """Words of both languages, each with the day."""
    return " / ".join(f"{half} ({at[:10]})" for half in words.split(" / "))


def _steps(book: Book, runs: Sequence[RunResult], people: Sequence[Entry], lack: Lack) -> tuple[Step, ...]:
    rigs = Counter(run.rig for run in runs)
    virtual, lab = rigs.get(VIRTUAL_RIG, 0), rigs.get("lab", 0)
    real = sum(number for rig, number in rigs.items() if rig != VIRTUAL_RIG)

    def of(key: str, kind: Joinable, en: str, zh: str, needed: bool) -> Step:
        return among(book.joined(kind), key, en, zh, needed)

    def among(found: Sequence[Joined], key: str, en: str, zh: str, needed: bool) -> Step:
        if not found:
            return Step(key, en, zh, False if needed else None, MISSING if needed else "")
        # The worse of two counts.
        bad = next((each for each in found if not each.sound), None)
        shown = bad or found[-1]
        return Step(key, en, zh, bad is None, _dated(shown.words, shown.at))

    def parity(key: str, en: str, zh: str, needed: bool, *, fast: bool) -> Step:
        found = [each for each in book.joined("parity") if (each.accelerated > 1) is fast]
        step = among(found, key, en, zh, needed)
        longest = max((each.lasted_s for each in found), default=0)
        if not step.done or fast or not needed or longest >= PARITY_S:
            return step
        words = Text(
            *sentences.PARITY_SHORT(longest=longest // 60, parity_s=PARITY_S // 60),
        )
        return Step(key, en, zh, False, str(words))

    def proof() -> Step:
        key, en, zh = "prove", *sentences.STEP_PROOF()
        found = book.joined("prove")
        if not found:
            return Step(key, en, zh, False, MISSING)
        if not lack.sentences:
            shown = found[0].words if len(found) == 1 else str(sentences.PIECES(number=len(found)))
            return Step(key, en, zh, True, _dated(shown, found[-1].at))
        words = Text("; ".join(each.en for each in lack.sentences), "；".join(each.zh for each in lack.sentences))
        return Step(key, en, zh, False, str(words))

    return (
        of("check", "check", *sentences.STEP_CHECK(), bool(lab)),
        proof(),
        Step("virtual", *sentences.STEP_VIRTUAL(), bool(virtual) or None, str(sentences.RUNS_VIRTUAL(runs=virtual))),
        parity("parity", *sentences.STEP_PARITY(), bool(virtual), fast=False),
        *(
            [parity("parity-accelerated", *sentences.STEP_ACCELERATED(), True, fast=True)]
            if any(check.mark is Mark.ACCELERATED for run in runs for case in run.cases for check in case.checks)
            else []
        ),
        Step("real", *sentences.IN_REAL(), bool(real), str(sentences.RUNS_VIRTUAL(runs=real))),
        of("sweep", "sweep", *sentences.STEP_SWEEP(), False),
        of("load", "load", *sentences.STEP_LOAD(), False),
        Step(
            "people",
            *sentences.STEP_PEOPLE(),
            not people,
            str(sentences.OPEN_STEPS(people=len(people))),
        ),
    )


def told(found: State) -> dict[str, Any]:
    """A statement for machines (docs/FORMATS.md)."""
    conformity = found.conformity
    return {
        "format": FORMAT,
        "campaign": found.begun.name,
        "item": found.begun.item,
        "commit": found.begun.commit,
        "documents": {
            each.document: {
                "conformity": conformity[each.document].value,
                "reasons": [{"en": reason.en, "zh": reason.zh} for reason in each.reasons],
                "binding": each.binding,
                "automatic": each.automatic,
                "failed": each.failed,
                "untestable": each.untestable,
            }
            for each in found.statements
        },
        "hindrances": found.hindrances,
        "steps": [{"step": each.key, "done": each.done, "words": each.words} for each in found.steps],
        "remaining": [
            {
                "work": work.key,
                "who": {"en": work.who.en, "zh": work.who.zh},
                "what": {"en": work.what.en, "zh": work.what.zh},
                "about": work.about,
                "hours": None if work.hours is None else round(work.hours, 3),
                "command": work.command,
            }
            for work in found.remaining
        ],
        "for_people": [entry.id for entry in found.people],
        "clauses": {clause.id: clause.verdict.value for clause in found.result.clauses},
    }


def show(found: State) -> None:
    """Print where a campaign stands."""
    begun = found.begun
    print(f"{begun.name}: {item_words(begun.item)}, bench {begun.commit}")
    for step in found.steps:
        mark = {True: "✓", False: "✗", None: "–"}[step.done]
        print(f"  {mark} {step.en} {step.zh}  {step.words}".rstrip())
    for document, conformity in found.conformity.items():
        print(f"{document}: {conformity.value} {conformity.zh}")
        for each in found.statements:
            if each.document == document:
                for reason in each.reasons:
                    print(f"    {reason.en}\n    {reason.zh}")
    for words in found.hindrances:
        print(f"  {sentences.OPEN()}: {words}")
    if found.unheld:
        print(f"  {sentences.OPEN()}: {sentences.BOOK_UNHELD()}")
    if found.remaining:
        print(sentences.TO_DO())
    for number, work in enumerate(found.remaining, 1):
        about = f": {listed(work.about)}" if work.about else ""
        print(f"  {number}. {work.what.en}{about}\n     {work.what.zh}")
        print(f"     {work.who.en} {work.who.zh}, {work.takes}")
        if work.command:
            print(f"     {work.command}")


def _exit(found: State) -> int:
    kinds = set(found.conformity.values())
    if Conformity.DOES_NOT_CONFORM in kinds:
        return EXIT_FAIL
    return EXIT_INCONCLUSIVE if Conformity.NO_STATEMENT in kinds else EXIT_PASS


def main(what: str, folder: Path, words: Any) -> int:
    """One command of a campaign. 4 what was given cannot be used or joined, 3 the campaign itself cannot be."""
    try:
        return _done(what, folder, words)
    except BrokenPipeError:
        raise
    except _Trouble as error:
        unusable = isinstance(error, OSError)
        print(
            sentences.NOT_READ_OR_WRITTEN(strerror=error.strerror).after(error.filename) if unusable else str(error),
            file=sys.stderr,
        )
        return EXIT_USAGE if isinstance(error, (CampaignError, *_NOT_A_FILE)) else EXIT_ERROR


def _done(what: str, folder: Path, words: Any) -> int:
    files = [Path(each) for each in words.file]
    match what:
        case "new":
            if not words.profile:
                raise CampaignError(sentences.NEEDS_PROFILE().after("campaign new"))
            new(folder, Path(words.profile), name=words.name, by=words.by, lab=words.lab)
            print(sentences.BEGUN().after(folder))
        case "add":
            if not words.result:
                raise CampaignError(sentences.NEEDS_RESULTS().after("campaign add"))
            for each in words.result:
                made = add(folder, Path(each), as_load=words.load, by=words.by, lab=words.lab)
                print(sentences.JOINED_AS(kind=made.kind, words=Words.of(made.words)).after(each))
        case "leave":
            for each in words.result or [""]:
                leave(folder, each, words=words.words, by=words.by, lab=words.lab)
                print(sentences.LEFT_OUT().after(each))
        case "review":
            if len(words.clause) != 1:
                raise CampaignError(sentences.NEEDS_CLAUSE().after("campaign review"))
            clause = words.clause[0]
            review(folder, clause, words.verdict, words=words.words, files=files, by=words.by, lab=words.lab)
            print(sentences.DECIDED_SO(verdict=words.verdict).after(clause))
        case "external":
            entry = External(
                at="",
                by=words.by,
                clauses=tuple(words.clause),
                verdict=decided(words.verdict),
                laboratory=words.laboratory,
                accreditation=words.accreditation,
                report=words.report,
                edition=words.edition,
                specimen=words.specimen,
                words=words.words,
            )
            external(folder, entry, files=files, lab=words.lab)
            print(sentences.DECIDED_SO(verdict=words.verdict).after(words.report))
        case _:
            found = state(folder, words.lab)
            octets = msgspec.json.format(msgspec.json.encode(told(found)), indent=2) + b"\n"
            if what == "statement":
                (folder / STATEMENT).write_bytes(octets)
            if words.json:
                print(octets.decode(), end="")
            else:
                show(found)
            return _exit(found) if what == "statement" else EXIT_PASS
    return EXIT_PASS
