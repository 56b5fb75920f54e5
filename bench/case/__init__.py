"""A case, its checks, measurements and verdicts, and how single results become one statement (R-05, R-06).

Leaves driving to the rigs and the ledger to conformance/clauses. Everything here is pure.
"""

from __future__ import annotations

import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from enum import Flag, StrEnum, auto
from typing import TYPE_CHECKING, ClassVar

import msgspec

if TYPE_CHECKING:
    from bench.facade.bench import Bench
    from bench.history import History
    from bench.layout.scenario import Scenario


class Verdict(StrEnum):
    """What the bench says of a check, a case or a clause."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not applicable"
    NOT_RUN = "not run"
    REVIEW = "review"
    ERROR = "error"

    @property
    def zh(self) -> str:
        """The verdict in Chinese."""
        return _VERDICT_ZH[self]


_VERDICT_ZH = {
    Verdict.PASS: "通过",
    Verdict.FAIL: "不通过",
    Verdict.INCONCLUSIVE: "无法判定",
    Verdict.NOT_APPLICABLE: "不适用",
    Verdict.NOT_RUN: "未执行",
    Verdict.REVIEW: "待人工复核",
    Verdict.ERROR: "台架错误",
}

_CASE_ORDER = (Verdict.ERROR, Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.PASS)
_CLAUSE_ORDER = (
    Verdict.FAIL,
    Verdict.ERROR,
    Verdict.REVIEW,
    Verdict.INCONCLUSIVE,
    Verdict.NOT_RUN,
    Verdict.PASS,
)


class Mark(StrEnum):
    """What kind of time the evidence of a check comes from (R-08); the weakest first."""

    EXTRAPOLATED = "extrapolated"
    STEPPED = "stepped"
    VIRTUAL = "virtual"
    REAL = "real"

    @property
    def zh(self) -> str:
        """The mark in Chinese."""
        return {"extrapolated": "外推", "stepped": "步进", "virtual": "虚拟时间", "real": "实时"}[self.value]

    @classmethod
    def of_rig(cls, rig: str) -> Mark:
        """The mark of what a rig shows by itself."""
        return cls.VIRTUAL if rig == VIRTUAL_RIG else cls.REAL


VIRTUAL_RIG = "virtual"


def weakest(marks: Iterable[Mark | None]) -> Mark | None:
    """The weakest kind of evidence among several; None of nothing."""
    found = set(marks)
    return next((mark for mark in Mark if mark in found), None)


def case_verdict(checks: Sequence[Check]) -> Verdict:
    """Worst executed check in the order error, fail, inconclusive, pass; no executed check is inconclusive (R-06).

    A check that is not run, because this rig cannot decide it (R-08), is no executed check.
    """
    found = {check.verdict for check in checks}
    return next((verdict for verdict in _CASE_ORDER if verdict in found), Verdict.INCONCLUSIVE)


def clause_verdict(cases: Iterable[Verdict]) -> Verdict:
    """Worst case in the order fail, error, review, inconclusive, not run, pass (R-06).

    Not applicable stands only when it is the answer of all cases; no case at all is not run.
    """
    found = set(cases)
    for verdict in _CLAUSE_ORDER:
        if verdict in found:
            return verdict
    return Verdict.NOT_APPLICABLE if found else Verdict.NOT_RUN


class Text(msgspec.Struct, frozen=True):
    """A sentence in both languages."""

    en: str
    zh: str

    def __str__(self) -> str:
        return f"{self.en} / {self.zh}"


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """A measured quantity: decimal text, unit, and, if it is compared, limit, expanded uncertainty (k=2) and rule.

    `op` is the relation that must hold (<=, <, >=, >, ==). `samples` counts what a statistic was taken from.
    """

    id: str
    name: Text
    value: str
    unit: str = ""
    limit: str = ""
    op: str = ""
    uncertainty: str = ""
    rule: str = ""
    samples: int = 0


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One decided question of a case.

    `id` is unique in the case and stable over versions. `evidence` are lines a person can look up: times, frames,
    points. A fail carries what was expected and what was seen. `timed` marks a limit on how fast the terminal is, which
    virtual time never passes (R-08, `as_seen_in`); `stamped` one that finds what it compares by the terminal's own time
    stamps, which decides nothing where its clock is off (R-10); `mark` is the kind of time behind the verdict.
    """

    id: str
    name: Text
    verdict: Verdict
    expected: str = ""
    actual: str = ""
    measured: str = ""
    limit: str = ""
    op: str = ""
    unit: str = ""
    uncertainty: str = ""
    rule: str = ""
    evidence: tuple[str, ...] = ()
    reading_b: Verdict | None = None
    timed: bool = False
    stamped: bool = False
    mark: Mark | None = None


def check(
    id: str,
    ok: bool | None,
    *,
    en: str,
    zh: str,
    measured: object = "",
    limit: object = "",
    op: str = "==",
    unit: str = "",
    expected: str = "",
    actual: str = "",
    evidence: Iterable[str] = (),
    reading_b: bool | None = None,
    has_b: bool = False,
    timed: bool = False,
    stamped: bool = False,
) -> Check:
    """A question with a yes-or-no answer: True passes, False fails, None is inconclusive.

    With `has_b`, `reading_b` is the answer under the second reading of the ruling: printed, never counted.
    """
    return Check(
        id=id,
        name=Text(en, zh),
        verdict=_answer(ok),
        expected=expected or (f"{op} {limit} {unit}".strip() if limit != "" else en),
        actual=actual or (f"{measured} {unit}".strip() if measured != "" else ""),
        measured=str(measured),
        limit=str(limit),
        op=op if limit != "" else "",
        unit=unit,
        evidence=tuple(evidence)[:20],
        reading_b=_answer(reading_b) if has_b else None,
        timed=timed,
        stamped=stamped,
    )


def none_of(
    id: str,
    found: Collection[object],
    known: object,
    *,
    en: str,
    zh: str,
    unit: str = "",
    evidence: Iterable[str] | None = None,
    reading_b: bool | None = None,
    has_b: bool = False,
    timed: bool = False,
    stamped: bool = False,
) -> Check:
    """Nothing of a kind may be found: what is found fails, nothing passes where enough is `known`, else inconclusive.

    `found` is counted, and shown where no other `evidence` is given.
    """
    return check(
        id,
        False if found else True if known else None,
        en=en,
        zh=zh,
        measured=len(found),
        limit=0,
        unit=unit,
        evidence=map(str, found) if evidence is None else evidence,
        reading_b=reading_b,
        has_b=has_b,
        timed=timed,
        stamped=stamped,
    )


def none_among(
    id: str,
    seen: object,
    found: Collection[object],
    *,
    en: str,
    zh: str,
    unit: str = "",
    evidence: Iterable[str] | None = None,
    timed: bool = False,
    stamped: bool = False,
) -> Check:
    """Among what was `seen` nothing of a kind may be found; as long as nothing was seen nothing is decided."""
    return check(
        id,
        not found if seen else None,
        en=en,
        zh=zh,
        measured=len(found),
        limit=0,
        unit=unit,
        evidence=map(str, found) if evidence is None else evidence,
        timed=timed,
        stamped=stamped,
    )


def _answer(ok: bool | None) -> Verdict:
    return Verdict.INCONCLUSIVE if ok is None else Verdict.PASS if ok else Verdict.FAIL


def holds(value: Decimal, op: str, limit: Decimal) -> bool:
    """Whether `value op limit`. Raises ValueError for an unknown relation."""
    match op:
        case "<=":
            return value <= limit
        case "<":
            return value < limit
        case ">=":
            return value >= limit
        case ">":
            return value > limit
        case "==":
            return value == limit
        case _:
            raise ValueError(f"relation {op!r}: expected one of <=, <, >=, >, ==")


def compare(
    id: str,
    value: Decimal | int | None,
    op: str,
    limit: Decimal | int,
    *,
    en: str,
    zh: str,
    unit: str,
    uncertainty: Decimal | int | None = None,
    guarded: bool = False,
    samples: int = 0,
    needed: int = 0,
    evidence: Iterable[str] = (),
    timed: bool = False,
) -> Check:
    """Compare a measured value with a limit under R-05.

    Counts carry no uncertainty. With an uncertainty U: simple acceptance compares the value itself, but U above limit/5
    is inconclusive; guarded acceptance passes or fails only when value ± U lies wholly on one side. No value, or fewer
    samples than `needed`, is inconclusive.
    """
    verdict: Verdict
    actual = "" if value is None else f"{value} {unit}".strip()
    bound = Decimal(limit)
    if value is None:
        verdict, actual = Verdict.INCONCLUSIVE, "not observed / 未观测到"
    elif samples < needed:
        verdict, actual = Verdict.INCONCLUSIVE, f"{actual} ({samples} samples, {needed} needed / 样本不足)"
    elif uncertainty is None:
        verdict = _answer(holds(Decimal(value), op, bound))
    else:
        spread = Decimal(uncertainty)
        if spread * 5 > abs(bound):
            verdict, actual = Verdict.INCONCLUSIVE, f"{actual} ± {spread} (U > limit/5 / 不确定度过大)"
        elif guarded:
            sides = {holds(Decimal(value) + shift, op, bound) for shift in (spread, -spread)}
            verdict = _answer(sides.pop()) if len(sides) == 1 else Verdict.INCONCLUSIVE
        else:
            verdict = _answer(holds(Decimal(value), op, bound))
    return Check(
        id=id,
        name=Text(en, zh),
        verdict=verdict,
        expected=f"{op} {limit} {unit}".strip(),
        actual=actual,
        measured="" if value is None else str(value),
        limit=str(limit),
        op=op,
        unit=unit,
        uncertainty="" if uncertainty is None else str(uncertainty),
        rule="guarded" if guarded else "simple",
        evidence=tuple(evidence)[:20],
        timed=timed,
    )


def as_seen_in(rig: str, found: Check) -> Check:
    """A check with the mark of its evidence, and without the pass that its rig cannot give (R-08).

    In virtual time computing takes no time: what a timed check measures there is a lower bound of the product's own
    time. Above the limit it is a fail all the same; within the limit nothing is decided, and the check is not run.
    """
    mark = found.mark or Mark.of_rig(rig)
    if not (found.timed and mark is Mark.VIRTUAL and found.verdict is Verdict.PASS):
        return msgspec.structs.replace(found, mark=mark)
    seen = f"at least {found.actual}; " if found.measured and found.op in ("<", "<=") and found.unit == "s" else ""
    return msgspec.structs.replace(
        found, mark=mark, verdict=Verdict.NOT_RUN, actual=f"{seen}needs real time (R-08) / 须在实时台架上判定（R-08）"
    )


def measure(id: str, value: object, *, en: str, zh: str, unit: str = "", samples: int = 0) -> Measurement:
    """A quantity that is reported and compared with nothing."""
    return Measurement(id=id, name=Text(en, zh), value=str(value), unit=unit, samples=samples)


def percentile(values: Sequence[int], percent: int) -> int | None:
    """Nearest-rank percentile (R-05), None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    rank = -(-percent * len(ordered) // 100)
    return ordered[max(rank, 1) - 1]


class Rig(Flag):
    """Where a case can run."""

    VIRTUAL = auto()
    PROCESS = auto()
    LAB = auto()
    LOOPBACK = auto()
    ANY = VIRTUAL | PROCESS | LAB | LOOPBACK


Finding = Check | Measurement


class Case(ABC):
    """One test: it drives the bench, and judges the history it left.

    The first line of the docstring says what must hold, `zh` says it in Chinese. `clauses` are ids of the ledger.
    `needs` are questions of the capability statement; a case runs only where all are answered yes. `scenario` stands on
    the bench. `once` marks cases with their own sample size, which are not repeated (R-07). `capture` asks for what
    passed the terminal's network cards, as pcap files (`History.capture`). `proof` is the rig
    in which each of its checks has to be seen failing (`carbonbench prove`).
    """

    clauses: ClassVar[tuple[str, ...]]
    zh: ClassVar[str]
    needs: ClassVar[tuple[str, ...]] = ()
    rigs: ClassVar[Rig] = Rig.ANY
    proof: ClassVar[Rig] = Rig.VIRTUAL
    once: ClassVar[bool] = False
    capture: ClassVar[bool] = False
    scenario: ClassVar[Scenario]

    @classmethod
    def id(cls) -> str:
        """Stable name: family and class, for example delivery/backfills-after-two-day-outage.

        The family is the module's name, or its constant `FAMILY` where the module has got another name since.
        """
        module = cls.__module__
        family = getattr(sys.modules.get(module), "FAMILY", "") or module.rsplit(".", 1)[-1].removeprefix("test_")
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()
        return f"{family}/{words}"

    @classmethod
    def title(cls) -> Text:
        """What must hold, in both languages."""
        return Text((cls.__doc__ or cls.__name__).strip().splitlines()[0], cls.zh)

    @classmethod
    def lacks(cls) -> str:
        """What the bench's machine lacks for this case, in both languages; empty if nothing."""
        return ""

    @abstractmethod
    async def drive(self, bench: Bench) -> None:
        """Bring up, stimulate, wait. No verdicts here."""

    @abstractmethod
    def judge(self, history: History) -> Iterator[Finding]:
        """Decide from the history alone."""


class CaseResult(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one attempt of one case.

    An attempt that the bench's own end cut short is `interrupted` and its verdict error; the further attempt that
    repeats it names its number in `instead_of` (0: it repeats none). `started` is local time of the bench's computer
    (ISO 8601), for people only. `expected_fail` says who expects this fail and why (an axis beside the verdict).

    `denied` are the questions of the capability statement whose no kept the case from running, `unsupported` those of
    its clauses that the no decides (R-03): of its other clauses such a case says nothing. One that runs `elsewhere`, in
    other rigs only, says nothing of clauses of which another case was run, and leaves no run undecided.
    """

    id: str
    title: Text
    clauses: tuple[str, ...]
    strength: str = ""
    verdict: Verdict
    checks: tuple[Check, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    reason: str = ""
    seed: int = 0
    attempt: int = 1
    instead_of: int = 0
    interrupted: bool = False
    expected_fail: str = ""
    denied: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()
    elsewhere: bool = False
    record: str = ""
    digest: str = ""
    replay: str = ""
    started: str = ""
    wall_s: float = 0.0
    simulated_s: float = 0.0


def judge(case: Case, history: History) -> tuple[Verdict, tuple[Check, ...], tuple[Measurement, ...]]:
    """Let a case judge a history: verdict, checks, measurements. Duplicate check ids raise ValueError."""
    from bench.case.clock_condition import conditioned
    from bench.case.program_evidence import not_run, own_findings
    from bench.history import Trouble

    if not_run(history):
        return Verdict.NOT_RUN, (), ()
    found = [*case.judge(history), *own_findings(history)]
    rig = history.began.rig
    checks, clock = conditioned(history, [finding for finding in found if isinstance(finding, Check)])
    checks = tuple(as_seen_in(rig, finding) for finding in checks)
    measurements = (*(finding for finding in found if isinstance(finding, Measurement)), *clock)
    names = [finding.id for finding in found]
    if len(set(names)) != len(names):
        raise ValueError(f"{case.id()}: two findings with one id among {names}")
    verdict = Verdict.ERROR if history.of(Trouble) else case_verdict(checks)
    return verdict, checks, measurements


class ClauseResult(msgspec.Struct, frozen=True, kw_only=True):
    """What the run says of one clause: the worst of its cases (R-06), or why there is no verdict.

    `mark` is the weakest kind of time behind it, `needs_real_time` names the checks (`<case>:<check>`) that this run
    could not decide because they need real time (R-08).
    """

    id: str
    verdict: Verdict
    cases: tuple[str, ...] = ()
    reason: str = ""
    mark: Mark | None = None
    needs_real_time: tuple[str, ...] = ()


class ExpectedFailure(msgspec.Struct, frozen=True, kw_only=True):
    """A fail that the terminal's owner knows of, and what became of the expectation.

    Exactly one of `case` and `clause` is set. `firmware` is the hash of the firmware it was seen on, `expires` the last
    day (ISO 8601) on which it may be expected. `problem` is set where the expectation does not hold any more; then the
    run fails, whatever its verdicts. Otherwise `note` says what became of it.
    """

    case: str = ""
    clause: str = ""
    owner: str
    reason: str
    firmware: str
    expires: str
    problem: str = ""
    note: str = ""


class Sitting(msgspec.Struct, frozen=True, kw_only=True):
    """One stretch of a run, from its start or its resumption to its end; `ended` is empty where the bench was cut off.

    Local time of the bench's computer, ISO 8601.
    """

    started: str
    ended: str = ""


class RunResult(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a report needs to know of a run besides the records themselves.

    `started` is local time of the bench's computer (ISO 8601), for people only; no verdict depends on it.
    `history_digest` is SM3 over the sorted digests of all records. `parameters` are the values of the rulings in force,
    `deviations` those that differ from the default. `repeats` is how often each case was to run (R-07: 3 for a
    statement of conformity). `sittings` has more than one entry where the run was resumed.
    """

    run: str
    seed: int
    commit: str
    terminal: str
    rig: str
    history_digest: str
    cases: tuple[CaseResult, ...]
    clauses: tuple[ClauseResult, ...]
    started: str = ""
    wall_s: float = 0.0
    sittings: tuple[Sitting, ...] = ()
    repeats: int = 1
    selection: str = ""
    parameters: dict[str, str] = {}
    deviations: dict[str, str] = {}
    claims: dict[str, str] = {}
    not_claimed: tuple[str, ...] = ()
    expected: tuple[ExpectedFailure, ...] = ()
    versions: dict[str, str] = {}

    def summary(self) -> dict[str, int]:
        """How many cases came to each verdict (only verdicts that occur)."""
        counts: dict[str, int] = {}
        for verdict in Verdict:
            number = sum(case.verdict is verdict for case in self.cases)
            if number:
                counts[verdict.value] = number
        return counts


EXIT_PASS, EXIT_FAIL, EXIT_INCONCLUSIVE, EXIT_ERROR, EXIT_USAGE = 0, 1, 2, 3, 4


def exit_code(cases: Iterable[Verdict]) -> int:
    """0 all pass, 1 a fail, 2 nothing worse than inconclusive, 3 the bench's own error. Nothing run is inconclusive."""
    found = set(cases)
    if Verdict.ERROR in found:
        return EXIT_ERROR
    if Verdict.FAIL in found:
        return EXIT_FAIL
    open_verdicts = {Verdict.INCONCLUSIVE, Verdict.REVIEW, Verdict.NOT_RUN}
    if found & open_verdicts or Verdict.PASS not in found:
        return EXIT_INCONCLUSIVE
    return EXIT_PASS
