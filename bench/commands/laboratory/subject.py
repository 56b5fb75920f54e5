"""What a report is issued of: one run, or a campaign with its runs, reviews and external results; all of it proved.

Leaves joining to `campaign` and what a report says to `reports.issue`. A campaign is held against the laboratory's
certificate and register: lines that nobody signed, lines taken off its end, runs of its item that were left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bench.campaign.book import BOOK, Book, Joined
from bench.case import RunResult, Text, Verdict
from bench.commands.finished.rejudge import attempts_otherwise, broken_records, read_run
from bench.commands.laboratory import campaign, sentences
from bench.commands.laboratory.bookheld import begun_chain, book_otherwise
from bench.evidence.files import survey
from bench.evidence.keeper import openings, read_opening
from bench.evidence.lab import Lab
from bench.evidence.opening import Opening
from bench.evidence.register import AnyEntry, BookGrew, Register, RunAbandoned, RunBegan, states
from bench.evidence.runlog import FOLDER
from bench.evidence.sealed import Signed, prove_seals
from reports import manifest
from reports.issue.demands import Demand
from reports.issue.joint import Joint, JointExternal, JointResult, JointReview, JointRun

UNSIGNED = Text(*sentences.RECORDS_UNSIGNED())


@dataclass(frozen=True)
class Proved:
    """One run: what its seals prove, the digest of its manifest, what its beginnings say."""

    folder: Path
    run: RunResult
    signed: Signed
    manifest: str
    begun: tuple[Opening, ...]

    @property
    def words(self) -> Text:
        """Who signed the records, from when to when, and who stamped them; or that nobody did."""
        told = self.signed
        if not told.digest:
            return UNSIGNED
        return Text(
            *sentences.SIGNED_FROM_TO(
                digest=told.digest,
                names=", ".join(told.by),
                begun=told.begun,
                ended=told.ended,
                stamp=told.stamped_by or sentences.NOBODY(),
            ),
        )


@dataclass(frozen=True)
class Subject:
    """What a report is about. `altered` speaks against it, `lacking` are demands that only a register can make."""

    result: RunResult
    runs: tuple[Proved, ...]
    joint: Joint | None = None
    altered: list[str] = field(default_factory=list[str])
    lacking: list[Demand] = field(default_factory=list[Demand])

    @property
    def item(self) -> dict[str, str]:
        """The item under test by the runs' own beginnings, the last one first."""
        return {key: words for each in self._begun for key, words in each.item.items()}

    @property
    def clock_problem(self) -> str:
        """Why a sitting knew nothing of its clock's source; empty where all of them did."""
        return next((each.clock.problem for each in self._begun if each.clock.problem), "")

    @property
    def _begun(self) -> list[Opening]:
        return [each for run in self.runs for each in run.begun]

    @property
    def last(self) -> Opening | None:
        """The last beginning, which names software and clock."""
        return self._begun[-1] if self._begun else None


def subject_of(folder: Path, seal: Lab) -> Subject:
    """The subject in a folder. Raises HistoryError, VerdictsError, CampaignError, ChainTrouble, SealTrouble."""
    if (folder / BOOK).is_file():
        return _of_campaign(folder, seal)
    proved, altered = _proved(folder, seal)
    return Subject(proved.run, (proved,), altered=altered)


def _proved(folder: Path, seal: Lab) -> tuple[Proved, list[str]]:
    run = read_run(folder)
    rows = survey(folder)
    found = [*manifest.verify(folder, present=rows), *broken_records(run, folder), *attempts_otherwise(run, folder)]
    register = seal.register if seal.register and (seal.signers or seal.register.is_file()) else None
    sealed = prove_seals(folder, rows, certificates=seal.certificates, roots=seal.roots, register=register)
    begun = tuple(read_opening(folder / FOLDER / name) for name in openings(folder))
    made = Proved(folder, run, sealed.signed, manifest.read(folder).digest, begun)
    return made, list(dict.fromkeys([*found, *sealed.problems]))


def _of_campaign(folder: Path, seal: Lab) -> Subject:
    book, state = Book(folder), campaign.state(folder)
    altered = book_otherwise(book, seal)
    runs: list[Proved] = []
    for each in book.joined("run"):
        proved, wrong = _proved(book.place(each.path), seal)
        runs.append(proved)
        altered += wrong
    joint = Joint(
        name=book.begun.name,
        head=book.head,
        begun=book.begun.at[:10],
        runs=tuple(
            JointRun(
                name=each.run.run,
                rig=each.run.rig,
                seed=each.run.seed,
                history=each.run.history_digest,
                manifest=each.manifest,
                signed=each.words,
            )
            for each in runs
        ),
        results=tuple(_result(each) for each in book.joined() if each.kind != "run"),
        reviews=tuple(
            JointReview(
                clause=each.clause,
                verdict=_words(each.verdict),
                words=each.words,
                by=each.by,
                day=each.at[:10],
                files=tuple(each.files.values()),
            )
            for each in book.reviews
        ),
        externals=tuple(
            JointExternal(
                clauses=each.clauses,
                verdict=_words(each.verdict),
                laboratory=each.laboratory,
                accreditation=each.accreditation,
                report=each.report,
                edition=each.edition,
                specimen=each.specimen,
                files=tuple(each.files.values()),
            )
            for each in book.externals
        ),
        given_up=given_up(book, seal),
        conformity=state.conformity,
        remarks=state.remarks,
        hindrances=tuple(
            _hindrance(step) for step in state.steps if step.done is False and step.key in campaign.NEEDED
        ),
    )
    lacking = left_out(book, seal) if runs else [_nothing_joined()]
    return Subject(state.result, tuple(runs), joint, altered, lacking)


def _words(verdict: Verdict) -> Text:
    return Text(verdict.value, verdict.zh)


def _hindrance(step: campaign.Step) -> Text:
    en, _, zh = step.words.partition(" / ")
    if step.words == campaign.MISSING:
        return Text(step.en, step.zh)
    return Text(f"{step.en}: {en}", f"{step.zh}：{zh or en}")


def _nothing_joined() -> Demand:
    asked = Text(*sentences.A_RUN_JOINED())
    return Demand(clause="7.8.2.1 m", where="the campaign", asked=asked)


def _result(each: Joined) -> JointResult:
    return JointResult(kind=each.kind, day=each.at[:10], words=each.words, sound=each.sound, sm3=each.digest)


def _since(book: Book, seal: Lab) -> list[AnyEntry]:
    """What the register holds since the campaign began."""
    if seal.register is None:
        return []
    entries = [line.entry for line in Register(seal.register).lines()]
    mine = begun_chain(book)
    return entries[next((at for at, each in enumerate(entries) if _is_of(each, mine)), len(entries)) :]


def _is_of(entry: AnyEntry, chain: str) -> bool:
    return isinstance(entry, BookGrew) and entry.book == chain


def _own_runs(book: Book, since: list[AnyEntry]) -> list[RunBegan]:
    """Runs of the campaign's item that are neither joined to it nor left out by its book."""
    known = {each.name for each in book.joined("run")} | {each.run for each in book.left}
    return [
        each for each in since if isinstance(each, RunBegan) and each.item == book.begun.item and each.run not in known
    ]


def left_out(book: Book, seal: Lab) -> list[Demand]:
    """Runs of the item of which nobody says why they are not joined: nobody picks the better of two results (R-07)."""
    since = _since(book, seal)
    state = states(since)
    return [
        Demand(
            clause="7.8.2.1 m",
            where=f"run {each.run}",
            asked=Text(
                *sentences.SAY_WHY_LEFT(state=sentences.STATES.get(state[each.run], state[each.run])),
            ),
        )
        for each in _own_runs(book, since)
        if state[each.run] != "abandoned"
    ]


def given_up(book: Book, seal: Lab) -> tuple[tuple[str, str, str, str], ...]:
    """Runs of the item that were given up or left out since the campaign began: run, day, ground, who."""
    since = _since(book, seal)
    mine = {each.run for each in _own_runs(book, since)}
    abandoned = [each for each in since if isinstance(each, RunAbandoned) and each.run in mine]
    return tuple((each.run, each.at[:10], each.why, each.by) for each in (*abandoned, *book.left))
