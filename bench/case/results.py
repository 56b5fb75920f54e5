"""Results as they are kept: of one attempt of a case, of a clause, of a run.

Leaves their file format to reports and what they mean to `verdicts`.
"""

from __future__ import annotations

import msgspec

from bench.case.checks import Check, Measurement, Text
from bench.case.verdicts import Mark, Verdict


class CaseResult(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one attempt of one case.

    An attempt that the bench's own end cut short is `interrupted` and its verdict error; the further attempt that
    repeats it names its number in `instead_of` (0: it repeats none). `started` is local time of the bench's computer
    (ISO 8601), for people only. `expected_fail` says who expects this fail and why (an axis beside the verdict).

    `denied` are the questions of the capability statement whose no kept the case from running, `unsupported` those of
    its clauses that the no decides (R-03): of its other clauses such a case says nothing. One that runs `elsewhere`, in
    other rigs only, says nothing of clauses of which another case was run, and leaves no run undecided. `lacking`: this
    computer lacks a part that the case needs; its clauses stay open, the run does only if it is to be `complete`.
    `unanswered` are lines that the profile wants before the case can run. `drive` names the drive and its number where
    the case was judged from one that it shares with others (`days/day-of-minutes#1`); empty for a drive of its own.
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
    drive: str = ""
    expected_fail: str = ""
    denied: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()
    elsewhere: bool = False
    lacking: bool = False
    unanswered: tuple[str, ...] = ()
    record: str = ""
    digest: str = ""
    replay: str = ""
    started: str = ""
    wall_s: float = 0.0
    simulated_s: float = 0.0


class ClauseResult(msgspec.Struct, frozen=True, kw_only=True):
    """What the run says of one clause: the worst of its cases (R-06), or why there is no verdict.

    `checks` are those that decide it (`<case>:<check>`), `mark` is the weakest kind of time behind them, and
    `needs_real_time` names those that this run could not decide because they need real time (R-08). `open` is what of
    the clause its checks leave open, in both languages; a pass is then one in part (R-06), unless a person or another
    laboratory decided that part: `closed` says who. `reading_b` is the verdict
    under reading B of its ruling on the same evidence, never counted; where there is a reading B and no verdict under
    it, `reading_b_open` says why, in both languages. `rigs` are those in which a check of the suite can decide it.
    """

    id: str
    verdict: Verdict
    cases: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    reason: str = ""
    open: str = ""
    closed: str = ""
    reading_b: Verdict | None = None
    reading_b_open: str = ""
    rigs: tuple[str, ...] = ()
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
    statement of conformity). `sittings` has more than one entry where the run was resumed. A run that is to be
    `complete` is undecided where a case was not run because this computer lacks a part.
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
    complete: bool = False
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
