"""What separates a campaign from *conforms*: each piece of work, who does it, how long it takes, least effort first.

Leaves where the campaign stands to `campaign`. Pure. Hours are those of a machine, reckoned by the lengths that the
suite was counted with; what people need nobody has counted, so that theirs have a place in the order and no number.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bench.campaign.book import Begun
from bench.case import Case, ClauseResult, Item, Rig, RunResult, Text, Verdict
from bench.case.reach import decided
from bench.commands.laboratory import sentences
from bench.commands.running.status import span
from bench.dut.profile import Claim
from reports.conformity import RUNS_FOR_STATEMENT, binds, document_of
from reports.entries import Entry
from simulators.sentences import Words

BENCH = Text(*sentences.BY_BENCH())
PERSON = Text(*sentences.BY_PERSON())
LABORATORY = Text(*sentences.BY_LABORATORY())
NOT_COUNTED, _ABOUT = str(sentences.TIME_NOT_COUNTED()), str(sentences.ABOUT())
CUSTOMER = Text(*sentences.BY_CUSTOMER())

_SHORT_S = 8 * 3600.0
"""What a machine does in a working day comes before the work of people."""
_VIRTUAL, _EACH_S = 1000.0, 2.0
"""Virtual time passes about so many times faster; a short case takes about so long."""
_PROVED_S, _WHOLE_S = 30.0, 3600.0
"""The defects of a case are tried in about so long (129 of eight cases took 3 min), those of the suite in so long."""
_FEW = 12
_ACCELERATED = 120


@dataclass(frozen=True)
class Work:
    """One piece of work: who, what, the clauses or cases it is about, machine's hours (None: not counted), command."""

    key: str
    who: Text
    what: Text
    about: tuple[str, ...] = ()
    hours: float | None = None
    command: str = ""

    @property
    def takes(self) -> str:
        """How long, for a person who reads it."""
        return NOT_COUNTED if self.hours is None else f"{_ABOUT} {span(self.hours * 3600)}"

    @property
    def effort(self) -> tuple[int, float]:
        """Its place in the order: short work of machines, people, long work of machines, others, what begins anew."""
        if self.hours is not None:
            return (0 if self.hours * 3600 <= _SHORT_S else 2, self.hours)
        return (_PLACES[self.key], 0.0)


_PLACES = {"timed": 0, "review": 1, "own-test": 3, "laboratory": 4, "answer": 5, "mend": 6}
_TEXTS = {
    "review": Text(*sentences.LOOK_AND_DECIDE()),
    "part": Text(*sentences.REVIEW_THE_REST()),
    "own-test": Text(*sentences.TEST_YOURSELVES()),
    "laboratory": Text(*sentences.HAND_IN_REPORT()),
    "answer": Text(
        *sentences.ANSWER_QUESTIONS(),
    ),
    "mend": Text(*sentences.MEND_ITEM()),
    "run": Text(*sentences.RUN_OPEN()),
    "again": Text(
        *sentences.LOOK_WHY(),
    ),
    "repeat": Text(*sentences.RUN_AGAIN(times=RUNS_FOR_STATEMENT)),
    "timed": Text(*sentences.RUN_TIMED()),
    "prove": Text(*sentences.PROVE_HERE()),
    "parity": Text(*sentences.AN_HOUR_THE_SAME()),
    "parity-accelerated": Text(*sentences.FAST_THE_SAME()),
    "check": Text(*sentences.RIG_CHECK()),
}


@dataclass(frozen=True)
class Ground:
    """What the list is worked out from: where the campaign stands, and what the suite can do about it.

    `open_steps` are the needed steps that are not done, `unproved` the cases whose proof lacks something, `fewest`
    those that ran less often than a statement asks, with how often.
    """

    begun: Begun
    result: RunResult
    ledger: Sequence[Entry]
    suite: Mapping[str, type[Case]]
    seconds: Mapping[str, float]
    open_steps: Collection[str] = ()
    unproved: Sequence[str] = ()
    fewest: Mapping[str, int] = field(default_factory=dict[str, int])
    lab: bool = False

    def claimed(self) -> set[str]:
        """The questions that the item answers with yes."""
        return {question for question, answer in self.result.claims.items() if answer == Claim.YES.value}


def listed(names: Sequence[str]) -> str:
    """The first of some names."""
    return ", ".join(names[:_FEW]) + (f", … (+{len(names) - _FEW})" if len(names) > _FEW else "")


def remaining(ground: Ground) -> tuple[Work, ...]:
    """All that is open, least effort first."""
    begun, result = ground.begun, ground.result
    held = {clause.id: clause for clause in result.clauses}
    bound = [each for each in ground.ledger if each.document in begun.documents and binds(each, result)]
    clauses = [(entry, held[entry.id]) for entry in bound]
    found = [*_of_people(clauses), *_of_cases(ground, clauses), *_of_steps(ground)]
    silent = sorted(question for question, answer in result.claims.items() if answer == "unanswered")
    if silent:
        found.append(Work("answer", CUSTOMER, _TEXTS["answer"], tuple(silent)))
    return tuple(sorted(found, key=lambda each: each.effort))


def _of_people(clauses: Sequence[tuple[Entry, ClauseResult]]) -> Iterable[Work]:
    def those(holds: Callable[[Entry, ClauseResult], bool]) -> tuple[str, ...]:
        return tuple(entry.id for entry, clause in clauses if holds(entry, clause))

    part = those(lambda _, clause: clause.verdict is Verdict.PASS and bool(clause.open))
    waits = (
        ("review", PERSON, _TEXTS["part"], part),
        (
            "review",
            PERSON,
            _TEXTS["review"],
            those(
                lambda entry, clause: (
                    clause.verdict is Verdict.REVIEW and entry.disposition in ("operator", "inspection")
                )
            ),
        ),
        (
            "laboratory",
            LABORATORY,
            _TEXTS["laboratory"],
            those(lambda entry, clause: clause.verdict is Verdict.REVIEW and entry.disposition == "laboratory"),
        ),
        (
            "own-test",
            LABORATORY,
            _TEXTS["own-test"],
            those(lambda entry, clause: clause.verdict is Verdict.NOT_RUN and entry.disposition == "planned"),
        ),
        ("mend", CUSTOMER, _TEXTS["mend"], those(lambda _, clause: clause.verdict is Verdict.FAIL)),
    )
    for key, who, what, about in waits:
        if about:
            ends = "external C --clause ID" if key == "laboratory" else "review C --clause ID"
            command = "" if key == "mend" else f"carbonbench campaign {ends} --verdict …"
            yield Work(key, who, what, about, None, command)


def _of_cases(ground: Ground, clauses: Sequence[tuple[Entry, ClauseResult]]) -> Iterable[Work]:
    timed = {clause.id: clause.needs_real_time for _, clause in clauses if clause.needs_real_time}
    undecided = [
        clause
        for entry, clause in clauses
        if clause.verdict in (Verdict.NOT_RUN, Verdict.INCONCLUSIVE, Verdict.ERROR)
        and entry.disposition == "automated"
        and clause.id not in timed
        and ground.result.claims.get(entry.claim) != "unanswered"
    ]
    idle = tuple(clause.id for clause in undecided if not clause.cases)
    stuck = tuple(clause.id for clause in undecided if clause.cases)
    if idle:
        cases = _deciding(ground, idle)
        yield Work("run", BENCH, _TEXTS["run"], idle, _virtual_h(ground, cases) * 3, _run(cases, "--repeat 3 "))
    if stuck:
        cases = tuple(dict.fromkeys(name for clause in undecided for name in clause.cases))
        yield Work("again", BENCH, _TEXTS["again"], stuck, _virtual_h(ground, cases), _run(cases))
    if timed:
        cases = tuple(dict.fromkeys(name.rpartition(":")[0] for checks in timed.values() for name in checks))
        known = [ground.seconds[name] for name in cases if name in ground.seconds]
        longest = max(known, default=0.0)
        what = _TEXTS["timed"]
        if longest > _SHORT_S and not ground.lab:
            fast = longest / 3600 / _ACCELERATED
            what = Text(
                *sentences.TIMED_FAST(fast=fast, accelerated=_ACCELERATED, what=Words(what.en, what.zh)),
            )
        rig = "lab" if ground.lab else "process"
        # One that nobody has counted, or that lasts as long as the product declares, has no number.
        hours = longest / 3600 if len(known) == len(cases) else None
        yield Work("timed", BENCH, what, tuple(timed), hours, _run(cases, f"--rig {rig} "))
    if ground.fewest:
        names = tuple(ground.fewest)
        lacking = max(RUNS_FOR_STATEMENT - min(ground.fewest.values()), 1)
        hours = _virtual_h(ground, names) * lacking
        yield Work("repeat", BENCH, _TEXTS["repeat"], names, hours, _run(names, f"--repeat {lacking} "))


def _of_steps(ground: Ground) -> Iterable[Work]:
    if "prove" in ground.open_steps:
        names = tuple(ground.unproved)
        hours = min(len(names) * _PROVED_S, _WHOLE_S) / 3600 if names else _WHOLE_S / 3600
        yield Work("prove", BENCH, _TEXTS["prove"], names, hours, f"carbonbench prove{_named(names)} --json proof.json")
    if "parity" in ground.open_steps:
        name, long_s = _hour(ground)
        command = f"carbonbench parity --case {name}" if name else ""
        yield Work("parity", BENCH, _TEXTS["parity"], (name,) if name else (), long_s / 3600, command)
    if "parity-accelerated" in ground.open_steps:
        name = "realtime/delivers-within-minutes"
        hours = ground.seconds.get(name, 0.0) / 3600
        command = f"carbonbench parity --accelerate 20 --case {name}"
        yield Work("parity-accelerated", BENCH, _TEXTS["parity-accelerated"], (name,), hours, command)
    if "check" in ground.open_steps:
        yield Work("check", BENCH, _TEXTS["check"], (), 1 / 60, "carbonbench bench check rig.toml --json")


def _hour(ground: Ground) -> tuple[str, float]:
    """The shortest case that stands an hour in real time and that a profile of these drafts claims, with its length."""
    claimed = ground.claimed()
    kind = Item.PLATFORM if Item.PLATFORM in ground.begun.roles else Item.TERMINAL
    fitting = [
        (ground.seconds[name], name)
        for name, case in ground.suite.items()
        if case.item is kind
        and case.rigs & Rig.PROCESS
        and case.rigs & Rig.VIRTUAL
        and ground.seconds.get(name, 0.0) >= 3600
        and any(
            document_of(clause) in ground.begun.documents for each in decided(case, claimed).values() for clause in each
        )
    ]
    length, name = min(fitting, default=(3600.0, ""))
    return name, length


def _deciding(ground: Ground, clauses: Sequence[str]) -> tuple[str, ...]:
    """Cases that decide clauses, for each the shortest."""
    claimed = ground.claimed()
    by_clause: dict[str, list[tuple[float, str]]] = {}
    for name, case in ground.suite.items():
        for clause in {clause for each in decided(case, claimed).values() for clause in each}:
            by_clause.setdefault(clause, []).append((ground.seconds.get(name, float("inf")), name))
    chosen = (min(by_clause[clause])[1] for clause in clauses if clause in by_clause)
    return tuple(dict.fromkeys(chosen))


def _virtual_h(ground: Ground, cases: Sequence[str]) -> float:
    return sum(ground.seconds.get(name, 0.0) / _VIRTUAL + _EACH_S for name in cases) / 3600


def _named(cases: Sequence[str]) -> str:
    return "".join(f" --case {name}" for name in cases) if len(cases) <= _FEW else ""


def _run(cases: Sequence[str], options: str = "") -> str:
    return f"carbonbench run {options}--terminal P --lab lab.toml{_named(cases)}" if cases else ""
