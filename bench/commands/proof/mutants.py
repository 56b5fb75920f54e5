"""`prove --mutants`: how much escapes the suite, by random small faults in a reference.

Leaves what a mutant is and how they are counted to `conformance.mutants`, trying one to `mutant_trials`. The lines that
each case runs are measured first; then every mutant is tried with the cases that run its line, the quickest first.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import structs

from bench.case import EXIT_ERROR, EXIT_FAIL, EXIT_PASS, EXIT_USAGE, Item, Rig, Verdict
from bench.commands.lines import Lines, whole_lines
from bench.commands.option import whole
from bench.commands.proof import sentences
from bench.commands.proof.mutant_trials import attempt, measure, reference_lines, within
from bench.commands.running.house import commit
from bench.commands.running.options import no_case, picks, seed_of, workers_of, wrong_item
from conformance.clauses.suite import case_classes
from conformance.defects import catching
from conformance.mutants.figure import Figure, Trial, figure_of, unrun_of, write_figure, write_unrun
from conformance.mutants.lines import LineMap, Measured, sources
from conformance.mutants.sampling import Mutant, draw
from conformance.mutants.survivors import Sorted, SurvivorError, read_survivors
from reports import mutants as shown
from reports.html import mutants as page
from reports.progress import Progress
from simulators.sentences import Words

_MOST = 100_000
_LINES, _CASES, _TRIALS, _RESULT, _PAGE = "lines.json", "cases.jsonl", "trials.jsonl", "mutants.json", "mutants.html"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The words of the command: how many mutants, of which seed, with which cases; `resume` is an earlier folder,
    `each` how many seconds of cases a mutant is tried with, all if empty; `item` what is broken, terminal if empty.
    """

    number: str
    out: Path
    seed: str
    workers: str
    cases: tuple[str, ...] = ()
    record: bool = False
    resume: Path | None = None
    each: str = ""
    item: str = ""


class Head(msgspec.Struct, frozen=True):
    """What must be the same when trials go on."""

    commit: str
    seed: int
    cases: tuple[str, ...]
    item: Item = Item.TERMINAL


class WrongWords(Exception):
    """Words that cannot be used; a sentence each line."""


class Unsound(Exception):
    """The sound reference does not pass a case: nothing can be said of a broken one."""


def _cases(asked: Asked) -> tuple[str, ...]:
    if wrong := wrong_item(asked.item):
        raise WrongWords(*wrong)
    suite = case_classes(_item(asked))
    problems = [sentence for word in asked.cases if (sentence := no_case(word, suite))]
    whole("--mutants", asked.number, problems, least=1, most=_MOST)
    seed_of(asked.seed, problems)
    workers_of(asked.workers, problems)
    if asked.each:
        whole("--each", asked.each, problems, least=1, most=_MOST)
    if asked.record and asked.cases:
        problems.append(str(sentences.RECORD_WITH_CASE()))
    if problems:
        raise WrongWords("\n".join(problems))
    return tuple(
        name
        for name, case in suite.items()
        if Rig.VIRTUAL in case.rigs and (not asked.cases or any(picks(word, name) for word in asked.cases))
    )


def _item(asked: Asked) -> Item:
    return Item(asked.item or Item.TERMINAL)


class Trials:
    """A folder with the map, the trials that have ended, and what came of them.

    `over`: they are of another commit than this checkout's, so that none is added; they are counted anew by what
    people have found of survivors since.
    """

    def __init__(
        self, folder: Path, head: Head, lines: Lines, done: Sequence[Trial] = (), *, over: bool = False
    ) -> None:
        self.folder = folder
        self.head = head
        self.over = over
        self._lines = lines
        self.done = {trial.mutant: trial for trial in done}

    @classmethod
    def fresh(cls, out: Path, head: Head) -> Trials:
        """A new folder. Raises WrongWords."""
        folder = out / f"mutants-{datetime.now():%Y%m%d-%H%M%S-%f}-seed{head.seed}"
        try:
            folder.mkdir(parents=True)
            lines = Lines(folder / _TRIALS)
            lines.add(msgspec.json.encode(head))
        except OSError as error:
            raise WrongWords(sentences.TRIALS_UNUSABLE(strerror=error.strerror).after(f"--out {out}")) from None
        return cls(folder, head, lines)

    @classmethod
    def resumed(cls, folder: Path, head: Head) -> Trials:
        """The folder of trials that were stopped. Raises WrongWords."""
        path = folder / _TRIALS
        try:
            (first, *rest), whole = whole_lines(path)
            told = msgspec.json.decode(first, type=Head)
            done = [msgspec.json.decode(line, type=Trial) for line in rest]
        except (OSError, ValueError):
            raise WrongWords(sentences.NO_TRIALS().after(f"--resume {folder}")) from None
        if told.commit != head.commit and told.item == head.item and (folder / _LINES).exists():
            return cls(folder, told, Lines(path, after=whole), done, over=True)
        for name in ("commit", "seed", "cases", "item"):
            if getattr(told, name) != getattr(head, name):
                raise WrongWords(sentences.TRIALS_DIFFER(name=name).after(f"--resume {folder}"))
        return cls(folder, head, Lines(path, after=whole), done)

    def close(self) -> None:
        """No more trials."""
        self._lines.close()

    def add(self, trial: Trial) -> None:
        """Note one trial more, or what came of one when it went on."""
        self.done[trial.mutant] = trial
        self._lines.add(msgspec.json.encode(trial))

    def lines(self, workers: int) -> LineMap:
        """The map, measured once. Raises Unsound."""
        path = self.folder / _LINES
        if path.exists():
            return msgspec.json.decode(path.read_bytes(), type=LineMap)
        found = _measured(self.head, workers, self.folder)
        if bad := [f"{case.case}: {case.verdict}" for case in found.cases if case.verdict not in (*_FINE, _OPEN)]:
            raise Unsound(str(sentences.SOUND_FAILS(item=Words(self.head.item, self.head.item.zh), bad=bad)))
        if open_ := [case.case for case in found.cases if case.verdict == _OPEN]:
            # Chance has kept a stimulus from one: it says nothing of a mutant, and the hours of the others stand.
            print(sentences.LEFT_OUT_OPEN(open=open_), file=sys.stderr)
            found = structs.replace(found, cases=tuple(case for case in found.cases if case.verdict != _OPEN))
        fresh = path.with_name(path.name + ".part")
        fresh.write_bytes(msgspec.json.encode(found))
        fresh.replace(path)
        (self.folder / _CASES).unlink(missing_ok=True)
        return found


_OPEN = Verdict.INCONCLUSIVE.value
_FINE = (Verdict.PASS.value, Verdict.NOT_APPLICABLE.value, Verdict.NOT_RUN.value)


def _measured(head: Head, workers: int, folder: Path) -> LineMap:
    """Each case's lines, those of cases that were measured before a stop read again."""
    path = folder / _CASES
    old, octets = whole_lines(path) if path.exists() else ([], None)
    done = {case.case: case for case in (msgspec.json.decode(line, type=Measured) for line in old)}
    with (
        Lines(path, after=octets) as out,
        ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as crew,
    ):
        reference = crew.submit(reference_lines, head.item)
        jobs = [crew.submit(measure, case, head.seed, str(folder)) for case in head.cases if case not in done]
        progress = Progress(str(sentences.CASES_MEASURED()), len(head.cases), done=len(done))
        for job in as_completed(jobs):
            case = job.result()
            out.add(msgspec.json.encode(case))
            done[case.case] = case
            progress.step(case.case)
        progress.close()
        code, imported = reference.result()
        return LineMap(item=head.item, code=code, imported=imported, cases=tuple(done[case] for case in head.cases))


def _tried(todo: Iterable[_Todo], seed: int, workers: int, folder: Path) -> Iterator[Trial]:
    """Each trial as it ends. The threads only wait for the processes."""
    crew = ThreadPoolExecutor(workers)
    try:
        jobs = {
            crew.submit(attempt, each.mutant, each.cases, seed, str(folder), imported=each.imported): each
            for each in todo
        }
        for job in as_completed(jobs):
            yield jobs[job].joined(job.result())
    finally:
        crew.shutdown(cancel_futures=True)


@dataclass(frozen=True)
class _Todo:
    """A mutant, the cases it is to be tried with now, how many run its line, and what came of those before;
    `imported`: importing runs it too.
    """

    mutant: Mutant
    cases: Sequence[Measured]
    of: int
    before: Trial | None
    imported: bool

    def joined(self, now: Trial) -> Trial:
        """What came of all cases so far."""
        tried = now.tried + (self.before.tried if self.before else 0)
        if now.outcome == "survived" and self.before:
            return structs.replace(self.before, tried=tried, of=self.of)
        return structs.replace(now, tried=tried, of=self.of)


def _todo(drawn: Iterable[Mutant], trials: Trials, lines: LineMap, each_s: float) -> Iterator[_Todo]:
    """What is left: mutants not tried, and those that live and have cases left that the time for each allows now."""
    known = catching(lines.item)
    for mutant in drawn:
        before = trials.done.get(mutant)
        if before and before.outcome not in ("survived", "undecided"):
            continue
        cases = lines.running(mutant.module, mutant.line, known.get(mutant.module))
        imported = mutant.line in lines.imported.get(mutant.module, ())
        begin, end = before.tried if before else 0, within(cases, each_s)
        if before is None or begin < min(end, len(cases)):
            yield _Todo(mutant, cases[begin:end], len(cases), before, imported)


def main(asked: Asked) -> int:
    """Draw, try, count and print. 0 no escape known or unsorted, 1 some, 3 the bench's own error, 4 wrong words."""
    try:
        cases = _cases(asked)
        known = read_survivors()
        head = Head(commit(), int(asked.seed), cases, _item(asked))
        trials = Trials.resumed(asked.resume, head) if asked.resume else Trials.fresh(asked.out, head)
    except (WrongWords, SurvivorError) as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE
    with closing(trials):
        return _shown(trials, asked, known)


def _shown(trials: Trials, asked: Asked, known: Mapping[tuple[str, str, str, str, str], Sorted]) -> int:
    """Draw and try what is missing, count, print and write."""
    print(sentences.TRIALS_STOPPED(folder=trials.folder), flush=True)
    try:
        lines = trials.lines(int(asked.workers))
    except Unsound as error:
        print(error, file=sys.stderr)
        return EXIT_ERROR
    if trials.over:
        print(sentences.TRIED_AT(commit=trials.head.commit), flush=True)
        drawn = list(trials.done)
    else:
        drawn = draw(lines.run(), sources(lines.item), int(asked.number), trials.head.seed)
        _try(drawn, trials, lines, asked)
    found = [trials.done[mutant] for mutant in drawn]
    figure = figure_of(found, lines, known, commit=trials.head.commit, seed=trials.head.seed)
    told = shown.Told(figure=figure, trials=tuple(found), known=known, never=lines.never())
    (trials.folder / _RESULT).write_bytes(shown.to_json(told))
    shown.print_told(told)
    print(page.write(told, trials.folder / _PAGE))
    if asked.record:
        write_figure(figure)
        write_unrun(unrun_of(lines.never(), figure.commit, figure.item))
    return _exit(figure)


def _try(drawn: Sequence[Mutant], trials: Trials, lines: LineMap, asked: Asked) -> None:
    """Try what has not been tried, or not for as long as it may take."""
    todo = list(_todo(drawn, trials, lines, float(asked.each or "inf")))
    progress = Progress(str(sentences.MUTANTS()), len(drawn), done=len(drawn) - len(todo))
    for trial in _tried(todo, trials.head.seed, int(asked.workers), trials.folder):
        trials.add(trial)
        progress.step(f"{trial.mutant.module}:{trial.mutant.line} {trial.mutant.kind}", trial.outcome)
    progress.close()


def _exit(figure: Figure) -> int:
    return EXIT_FAIL if figure.escaped or figure.unsorted else EXIT_PASS
