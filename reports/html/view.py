"""What the HTML report shows, gathered from a run, its ledger and its records; the template only lays it out.

Leaves the verdicts of clauses to `reports.conformity`: an entry that no case decided is shown with what it waits for or
why it does not apply, never as a pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from markupsafe import Markup

from bench.case import CaseResult, Check, ClauseResult, RunResult, Text, Verdict
from bench.history import HistoryError, read_history
from reports.access import Matrix
from reports.blocks import OPEN, visible
from reports.clause_results import verdict_on
from reports.conformity import (
    DISPOSITIONS,
    DOCUMENTS,
    SHORT,
    Standing,
    Statement,
    clause_order,
    completed,
    document_of,
    documents,
    not_repeatable,
    standings,
    statements,
    unsupported,
)
from reports.entries import Entry
from reports.glance import Glance, glance_at
from reports.html.texts import TEXTS
from reports.ledger import questions
from reports.observed import DECLARED, Claimed, Observation, compare
from reports.readings import Difference, differences, tally
from reports.repeats import Repeatability, outcomes, repeatability
from reports.screen import SIGNS
from reports.svg import legend, swatch
from reports.timeline import local_time

STATES = tuple(verdict.value for verdict in Verdict)


@dataclass(frozen=True)
class State:
    """A verdict ready to be shown: css class, sign, words."""

    key: str

    @property
    def css(self) -> str:
        """Class name."""
        return self.key.replace(" ", "-")

    @property
    def sign(self) -> str:
        """A sign of its own beside the colour."""
        return SIGNS[Verdict(self.key)]

    @property
    def name(self) -> Text:
        """In both languages."""
        return Text(self.key, Verdict(self.key).zh)


@dataclass(frozen=True)
class ClauseView:
    """One row of the matrix.

    `cases` holds the name of each case with anchor of each of its attempts and what that says of the clause, `checks`
    by case the ids of those that decide it. `decided` and `open` say what these decide of it where that is not the
    whole. `verdict_b` is the verdict under reading B, `b_open` why there is none. `mark` says what kind of time the
    evidence comes from, `needs_real_time` names the checks that this run could not decide (R-08). `rig` is that of the
    run where a case of it spoke, `elsewhere` are the other rigs that can decide the clause. `disposition` says
    how the entry is decided at all, `note` why it stands where it does.
    """

    id: str
    number: str
    state: State
    strength: str
    requirement: Text | None
    reading_b: Text | None
    verdict_b: State | None
    b_open: Text | None
    disposition: str
    note: Text | None
    readings: tuple[str, ...]
    mark: Text | None
    needs_real_time: tuple[str, ...]
    rig: str
    elsewhere: tuple[str, ...]
    cases: tuple[tuple[str, tuple[tuple[str, State], ...]], ...]
    checks: Mapping[str, tuple[str, ...]]
    decided: Text | None = None
    open: Text | None = None


@dataclass(frozen=True)
class ChapterView:
    """The clauses of one chapter of a document and how many came to each state (in the order of STATES)."""

    name: str
    anchor: str
    clauses: tuple[ClauseView, ...]
    counts: tuple[int, ...]

    @property
    def open(self) -> bool:
        """A chapter stands open when a case decided one of its clauses."""
        return any(clause.cases for clause in self.clauses)


@dataclass(frozen=True)
class DocumentView:
    """One draft: its chapters."""

    id: str
    short: str
    title: Text
    chapters: tuple[ChapterView, ...]
    counts: tuple[int, ...]
    dispositions: tuple[int, ...]


@dataclass(frozen=True)
class Picture:
    """The timeline of a case, or why there is none."""

    svg: Markup | None
    key: tuple[tuple[Markup, Text], ...] = ()
    phases: tuple[tuple[str, str], ...] = ()
    problem: Text | None = None


@dataclass(frozen=True)
class CaseView:
    """One attempt of a case."""

    result: CaseResult
    anchor: str
    state: State
    open: bool
    picture: Picture
    repeatable: bool
    observation: Observation | None
    access: Matrix | None = None

    @property
    def blocks(self) -> list[Check]:
        """Checks that did not pass."""
        return [check for check in self.result.checks if check.verdict in OPEN]

    @property
    def differs(self) -> bool:
        """Whether a check would have another verdict under reading B."""
        return any(check.reading_b not in (None, check.verdict) for check in self.result.checks)


@dataclass(frozen=True)
class Report:
    """Everything on the page."""

    run: RunResult
    report_id: str
    outcome: str
    outcome_state: State
    case_counts: tuple[tuple[State, int], ...]
    clause_counts: tuple[tuple[State, int], ...]
    statements: tuple[Statement, ...]
    documents: tuple[DocumentView, ...]
    chapters: tuple[tuple[str, tuple[CaseView, ...]], ...]
    questions: dict[str, Text]
    requirements: dict[str, Text]
    answers: tuple[tuple[str, str], ...]
    unsupported: tuple[Entry, ...]
    absent: tuple[str, ...]
    not_repeatable: tuple[str, ...]
    differences: tuple[tuple[Difference, str], ...]
    b_tally: Mapping[str, tuple[str, ...]]
    repeats: tuple[Repeatability, ...]
    claimed: tuple[Claimed, ...]
    dispositions: dict[str, Text] = field(default_factory=lambda: dict(DISPOSITIONS))
    states: tuple[State, ...] = field(default_factory=lambda: tuple(State(key) for key in STATES))
    drafts: dict[str, Text] = field(default_factory=lambda: dict(DOCUMENTS))
    short: dict[str, str] = field(default_factory=lambda: dict(SHORT))

    @property
    def failing(self) -> list[CaseView]:
        """Attempts that failed or could not be judged for a fault of the bench, in the order of the page."""
        bad = (Verdict.FAIL, Verdict.ERROR)
        return [view for _, views in self.chapters for view in views if view.result.verdict in bad]


def report_id(run: RunResult) -> str:
    """The unique identification on every page: name of the run and the head of the digest over its records."""
    return f"{run.run}-{run.history_digest[:12]}" if run.history_digest else run.run


Glances = Mapping[tuple[str, int], Glance]
"""What was gathered of records when they were judged, by case and attempt."""


def report(
    run: RunResult,
    folder: Path,
    ledger: Sequence[Entry] = (),
    glances: Glances | None = None,
) -> Report:
    """Gather the page of a run. Records that cannot be read cost their picture, never the report.

    A record that `glances` has is not read again.
    """
    run = completed(run, ledger)
    rows = clause_views(run, ledger)
    counted: dict[str, int] = {}
    for row in rows:
        counted[row.state.key] = counted.get(row.state.key, 0) + 1
    denied = unsupported(run, ledger)
    outcome, state = _outcome(run, declared=bool(denied))
    chapters = tuple(_chapters(run, folder, glances or {}))
    observed = [(view.result, view.observation) for _, views in chapters for view in views if view.observation]
    places = {case.id: anchor(case, index) for index, case in reversed(list(enumerate(run.cases)))}
    conditions = {entry.claim for entry in ledger if entry.condition}
    return Report(
        run=run,
        report_id=report_id(run),
        outcome=outcome,
        outcome_state=state,
        case_counts=tuple((State(name), number) for name, number in run.summary().items()),
        clause_counts=tuple((State(key), counted[key]) for key in STATES if key in counted),
        statements=statements(run, ledger),
        documents=tuple(_documents(rows)),
        chapters=chapters,
        questions=questions(ledger),
        requirements={entry.id: entry.requirement for entry in ledger},
        answers=tuple((name, answer) for name, answer in run.claims.items() if not name.startswith(DECLARED)),
        unsupported=denied,
        absent=tuple(name for name, answer in run.claims.items() if answer == "no" and name in conditions),
        not_repeatable=not_repeatable(run),
        b_tally=tally(run.clauses),
        repeats=repeatability(run),
        differences=tuple((found, places[found.case]) for found in differences(run, ledger)),
        claimed=compare(run.claims, observed),
    )


def _outcome(run: RunResult, *, declared: bool) -> tuple[str, State]:
    """Text key and state of the headline: a fail first, then an error, then what is declared unsupported or open."""
    found = set(outcomes(run).values())
    if Verdict.FAIL in found or not_repeatable(run):
        return "outcome-fail", State(Verdict.FAIL.value)
    if Verdict.ERROR in found:
        return "outcome-error", State(Verdict.ERROR.value)
    if declared:
        return "outcome-declared", State(Verdict.FAIL.value)
    if found & {Verdict.INCONCLUSIVE, Verdict.REVIEW}:
        return "outcome-inconclusive", State(Verdict.INCONCLUSIVE.value)
    if Verdict.PASS in found:
        return "outcome-pass", State(Verdict.PASS.value)
    return "outcome-none", State(Verdict.INCONCLUSIVE.value)


def anchor(case: CaseResult, index: int) -> str:
    """Id of a case's section: its place in the run, free of whatever a name may hold."""
    return f"case-{index + 1}"


def clause_views(run: RunResult, ledger: Sequence[Entry]) -> list[ClauseView]:
    """One row for every clause of the run and every entry of the ledger that asks for something, of all documents."""
    by_case: dict[str, list[tuple[str, CaseResult]]] = {}
    for index, case in enumerate(run.cases):
        by_case.setdefault(case.id, []).append((anchor(case, index), case))
    entries = {entry.id: entry for entry in ledger if entry.asks}
    decided = {clause.id: clause for clause in run.clauses}
    stands = standings(run, entries.values())
    ids = sorted({*entries, *decided}, key=clause_order)
    return [_clause(id, entries.get(id), decided.get(id), stands.get(id), by_case, run.rig) for id in ids]


def _on(clause: str, attempt: CaseResult) -> str:
    """What an attempt says of a clause, as a state; what says nothing is not run."""
    return (verdict_on(clause, attempt) or Verdict.NOT_RUN).value


def _by_case(checks: Sequence[str], cases: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Ids of checks by the visible name of their case."""
    return {
        visible(name): tuple(check.removeprefix(f"{name}:") for check in checks if check.startswith(f"{name}:"))
        for name in cases
    }


def _clause(
    id: str,
    entry: Entry | None,
    decided: ClauseResult | None,
    stands: Standing | None,
    by_case: dict[str, list[tuple[str, CaseResult]]],
    rig: str,
) -> ClauseView:
    if stands is None:
        assert decided is not None
        stands = Standing(verdict=decided.verdict, why="told", reason=Text(decided.reason, decided.reason))
    return ClauseView(
        id=id,
        number=entry.number if entry else id.partition("/")[2],
        state=State(stands.verdict.value),
        strength=entry.strength if entry else "",
        requirement=entry.requirement if entry else None,
        reading_b=entry.reading_b if entry and entry.reading_b.en else None,
        verdict_b=State(decided.reading_b.value) if decided and decided.reading_b else None,
        b_open=_halves(decided.reading_b_open) if decided and decided.reading_b_open else None,
        disposition=entry.disposition if entry else "",
        note=stands.reason if stands.reason.en else None,
        readings=entry.readings if entry else (),
        mark=TEXTS[f"mark-{decided.mark.value}"] if decided and decided.mark else None,
        needs_real_time=decided.needs_real_time if decided else (),
        rig=rig if decided and decided.cases else "",
        elsewhere=tuple(name for name in (entry.rigs if entry else ()) if name != rig),
        cases=tuple(
            (visible(name), tuple((place, State(_on(id, case))) for place, case in by_case[name]))
            for name in (decided.cases if decided else ())
            if name in by_case
        ),
        checks=_by_case(decided.checks if decided else (), decided.cases if decided else ()),
        decided=entry.decided if entry and decided and decided.open else None,
        open=entry.open if entry and decided and decided.open else None,
    )


def _halves(told: str) -> Text:
    """A sentence in both languages out of one text, as verdicts.json holds it."""
    en, _, zh = told.partition(" / ")
    return Text(en, zh or en)


def chapter_of(number: str) -> str:
    """The chapter a clause number belongs to: its first two levels, for example 7.2 of 7.2.4(5)."""
    head = number.strip("[]")
    parts = head.split(".")
    first = parts[0]
    second = ""
    if len(parts) > 1:
        second = next((parts[1][:end] for end in range(len(parts[1]), 0, -1) if parts[1][:end].isdecimal()), "")
    return f"{first}.{second}" if second else first


def _documents(rows: Sequence[ClauseView]) -> Iterable[DocumentView]:
    for document in documents(row.id for row in rows):
        mine = [row for row in rows if document_of(row.id) == document]
        grouped: dict[str, list[ClauseView]] = {}
        for row in mine:
            grouped.setdefault(chapter_of(row.number), []).append(row)
        chapters = tuple(
            ChapterView(name, f"m-{document}-{number}", tuple(clauses), _tally(clauses))
            for number, (name, clauses) in enumerate(grouped.items())
        )
        title = DOCUMENTS.get(document, Text(document, document))
        how = tuple(sum(row.disposition == key for row in mine) for key in DISPOSITIONS)
        yield DocumentView(document, SHORT.get(document, document), title, chapters, _tally(mine), how)


def _tally(rows: Sequence[ClauseView]) -> tuple[int, ...]:
    return tuple(sum(row.state.key == key for row in rows) for key in STATES)


def _chapters(run: RunResult, folder: Path, glances: Glances) -> Iterable[tuple[str, tuple[CaseView, ...]]]:
    mixed = set(not_repeatable(run))
    grouped: dict[str, list[CaseView]] = {}
    for index, case in enumerate(run.cases):
        place = anchor(case, index)
        glance = glances.get((case.id, case.attempt))
        shown = glance if glance and glance.digest == case.digest else _glance(case, folder)
        view = CaseView(
            result=case,
            anchor=place,
            state=State(case.verdict.value),
            open=case.verdict in OPEN or case.id in mixed,
            picture=_drawn(case, shown, f"t{index + 1}"),
            repeatable=case.id not in mixed,
            observation=shown.observation if isinstance(shown, Glance) else None,
            access=shown.access if isinstance(shown, Glance) else None,
        )
        grouped.setdefault(case.id.rpartition("/")[0], []).append(view)
    for chapter, views in grouped.items():
        yield chapter, tuple(views)


def picture(case: CaseResult, folder: Path, id: str) -> Picture:
    """The timeline of a case from its record.

    A record outside the folder, unreadable, or other than the one judged gives a problem in place of the picture.
    """
    return _drawn(case, _glance(case, folder), id)


def _glance(case: CaseResult, folder: Path) -> Glance | Text:
    """The record of a case, or why there is none that can be shown."""
    if not case.record:
        return TEXTS["no-record"]
    path = (folder / case.record).resolve()
    if not path.is_relative_to(folder.resolve()):
        return Text(f"{case.record}: outside the run folder", f"{case.record}：不在运行目录内")
    try:
        history = read_history(path)
        if case.digest and history.digest != case.digest:
            return TEXTS["record-changed"]
        return glance_at(history)
    except HistoryError as error:
        return Text(str(error), str(error))


def _drawn(case: CaseResult, shown: Glance | Text, id: str) -> Picture:
    if isinstance(shown, Text):
        return Picture(None, problem=shown)
    svg, gathered = shown.drawn(id=id, title=Text(f"Timeline of {case.id}", f"{case.id} 的时间线"))
    return Picture(
        svg=Markup(svg),
        key=tuple((Markup(swatch(kind, id)), name) for kind, name in legend(gathered)),
        phases=tuple((local_time(phase.at_us), visible(phase.label)) for phase in gathered.phases),
    )
