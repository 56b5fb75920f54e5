"""`carbonbench plan`: which cases a device is to run in which order, how long, what a person does when (R-08).

Leaves running to `carbonbench run`. How long a case lasts and how often it switches or asks was counted in a whole run
in virtual time (`conformance/lengths.json`, written by `plan --record`, never by hand): in real time a case takes as
long as its world does.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from bench.case import EXIT_ERROR, EXIT_INCONCLUSIVE, EXIT_PASS, EXIT_USAGE, VIRTUAL_RIG, Case, Rig
from bench.case.reach import decided, runs
from bench.case.shared_drive import SharedDrive
from bench.commands.finished.rejudge import exit_for, read_run
from bench.commands.laboratory import sentences
from bench.commands.running.lengths import LENGTHS, Length, Lengths, read_lengths
from bench.commands.running.status import span
from bench.commands.running.within import Lanes, most_telling
from bench.dut.profile import Claim, Profile, ProfileError, load_profile
from bench.history import HistoryError
from conformance.clauses.suite import case_classes, shared_drives
from conformance.defects.proof import ProofError
from conformance.defects.shared import read_together
from reports.ledger import entries
from reports.verdicts import VerdictsError, write_whole

PLAN = "carbonbench-plan/1"
DAY_S = 86400.0
SHORT_S = 6 * 3600.0
"""Cases up to this long are run while people are there."""
_SLACK = 1.25
"""A case of so many hours also sets up and settles."""
_TWO_DAYS = {"R-28", "R-29"}
_SEVEN_DAYS = "cpcif/8.3"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One case of the plan: when it begins (hours after the first), how long, what it decides, what a person does.

    Where `judged` names cases, `case` is the drive that these share.
    """

    case: str
    at_h: float
    hours: float
    clauses: tuple[str, ...]
    switched: int
    asked: int
    judged: tuple[str, ...] = ()


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """A case that is not in the plan, and why; `open` are clauses that nothing else in the plan decides."""

    case: str
    hours: float
    why: str
    open: tuple[str, ...] = ()


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A test plan for a device."""

    format: str = PLAN
    terminal: str
    days: float
    limit_days: float
    steps: tuple[Step, ...]
    left: tuple[Left, ...]
    decided: int
    decidable: int
    unknown: tuple[str, ...] = ()


def ceiling_s(clauses: Sequence[str], readings: Mapping[str, Sequence[str]]) -> float:
    """The longest that a case of these clauses may last on a device (R-08), with what it takes around."""
    if any(clause.startswith(_SEVEN_DAYS) for clause in clauses):
        return 7 * DAY_S * _SLACK
    if any(_TWO_DAYS & set(readings.get(clause, ())) for clause in clauses):
        return 2 * DAY_S * _SLACK
    return DAY_S * _SLACK


def planned(
    profile: Profile,
    cases: Mapping[str, type[Case]],
    lengths: Mapping[str, Length],
    limit_days: float,
    drives: Mapping[str, type[SharedDrive]] | None = None,
) -> Plan:
    """The plan for a profile: first what decides most in its time, then, as far as there are days, the shortest.

    Of `drives`, with their lengths among the others, each stands for those of its cases that the item can run.
    """
    readings = {entry.id: entry.readings for entry in entries()}
    claimed = {question for question, answer in profile.claims.items() if answer is Claim.YES}
    own = {name: case for name, case in cases.items() if case.item is profile.kind}
    mine = {name: case for name, case in own.items() if case.rigs & Rig.LAB and runs(case, claimed)}
    if profile.documents:
        mine = {
            name: case
            for name, case in mine.items()
            if not case.clauses or {clause.partition("/")[0] for clause in case.clauses} & set(profile.documents)
        }
    decides = {
        name: tuple(sorted({clause for each in decided(case, claimed).values() for clause in each}))
        for name, case in mine.items()
    }
    unknown = tuple(sorted(name for name in mine if name not in lengths))
    known = sorted((name for name in mine if name in lengths), key=lambda name: (lengths[name].s, name))
    beyond = [name for name in known if lengths[name].s > ceiling_s(mine[name].clauses, readings)]
    judged = _judged(drives or {}, [name for name in known if name not in beyond], lengths)
    shared = {name for names in judged.values() for name in names}
    decides |= {
        drive: tuple(sorted({each for name in names for each in decides[name]})) for drive, names in judged.items()
    }
    asked = sorted(
        [*(name for name in known if name not in beyond and name not in shared), *judged],
        key=lambda name: (lengths[name].s, name),
    )
    lane = Lanes(1, limit_days * DAY_S)
    taken = most_telling({name: lengths[name].s for name in asked}, decides, lane)
    rest = [name for name in asked if name not in taken]
    covered = {clause for name in taken for clause in decides[name]}
    decidable = {clause for name in mine for clause in decides[name]}
    left = [
        *(_left(name, "longer than R-08 allows on a device", decides, covered, lengths) for name in beyond),
        *(
            _left(case, f"does not fit into {limit_days:g} days", decides, covered, lengths)
            for name in rest
            for case in judged.get(name, (name,))
        ),
    ]
    return Plan(
        terminal=" ".join(profile.item().values()),
        days=round(lane.longest_s / DAY_S, 2),
        limit_days=limit_days,
        steps=tuple(_steps(taken, decides, lengths, judged)),
        left=tuple(left),
        decided=len(covered),
        decidable=len(decidable),
        unknown=unknown,
    )


def _judged(
    drives: Mapping[str, type[SharedDrive]], cases: Sequence[str], lengths: Mapping[str, Length]
) -> dict[str, tuple[str, ...]]:
    """The drives that are worth it, each with those of these cases that are judged from it."""
    found: dict[str, tuple[str, ...]] = {}
    for name, drive in drives.items():
        names = tuple(case.id() for case in drive.judged if case.id() in cases)
        if len(names) > 1 and name in lengths:
            found[name] = names
    return found


def _left(
    name: str, why: str, decides: Mapping[str, tuple[str, ...]], covered: set[str], lengths: Mapping[str, Length]
) -> Left:
    open_ = tuple(clause for clause in decides[name] if clause not in covered)
    return Left(case=name, hours=round(lengths[name].s / 3600, 2), why=why, open=open_)


def _steps(
    taken: Sequence[str],
    decides: Mapping[str, tuple[str, ...]],
    lengths: Mapping[str, Length],
    judged: Mapping[str, tuple[str, ...]],
) -> list[Step]:
    """Those with a person's work first, while people are there; then what runs by itself; the longest last."""
    order = sorted(
        taken,
        key=lambda name: (lengths[name].s > SHORT_S, not lengths[name].switched, lengths[name].s, name),
    )
    steps: list[Step] = []
    at = 0.0
    for name in order:
        length = lengths[name]
        steps.append(
            Step(
                case=name,
                at_h=round(at / 3600, 2),
                hours=round(length.s / 3600, 2),
                clauses=decides[name],
                switched=length.switched,
                asked=length.asked,
                judged=judged.get(name, ()),
            )
        )
        at += length.s
    return steps


def record(folder: Path) -> int:
    """Count what every case of a whole run in virtual time took, into the suite's file; others stay as they were."""
    try:
        run = read_run(folder)
    except VerdictsError as error:
        print(error, file=sys.stderr)
        return exit_for(error)
    if run.rig != VIRTUAL_RIG or run.selection:
        print(sentences.WHOLE_VIRTUAL_RUN().after(folder), file=sys.stderr)
        return EXIT_USAGE
    known = case_classes()
    # A run has one item, and not every case runs on every machine.
    found = {name: length for name, length in read_lengths(LENGTHS).cases.items() if name in known}
    for case in run.cases:
        if case.id not in known or not case.record or case.attempt != 1:
            continue
        octets = (folder / case.record).read_bytes()
        found[case.id] = Length(
            s=round(case.simulated_s, 1),
            switched=octets.count(b'{"e":"power"'),
            asked=octets.count(b'{"e":"observed"'),
        )
    made = Lengths(commit=run.commit, cases=dict(sorted(found.items())))
    write_whole(LENGTHS, msgspec.json.format(msgspec.json.encode(made), indent=1).decode() + "\n")
    print(sentences.LENGTHS_KEPT(found=len(found)).after(LENGTHS))
    return EXIT_PASS


def lengths() -> dict[str, Length]:
    """The lengths of cases and of drives that several share. Raises HistoryError, ProofError."""
    shown = read_together().drives
    shared = {name: Length(s=each.s, switched=each.switched, asked=each.asked) for name, each in shown.items()}
    return read_lengths().cases | shared


def main(terminal: Path, *, days: float, as_json: bool) -> int:
    """Print the plan: 0 all that a device can have decided is in it, 2 something is left open, 4 wrong input."""
    if not 0 < days <= 3650:
        print(sentences.DAYS().after(f"--days {days:g}"), file=sys.stderr)
        return EXIT_USAGE
    try:
        found = planned(load_profile(terminal), case_classes(), lengths(), days, shared_drives())
    except ProfileError as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE
    except (HistoryError, ProofError) as error:
        print(error, file=sys.stderr)
        return EXIT_ERROR
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    else:
        _show(found)
    return EXIT_INCONCLUSIVE if found.decided < found.decidable or found.unknown else EXIT_PASS


def _show(found: Plan) -> None:
    cases = sum(len(step.judged) or 1 for step in found.steps)
    print(sentences.PLANNED(cases=cases, days=found.days).after(found.terminal))
    if any(step.judged for step in found.steps):
        print(sentences.SHARE_DRIVES())
    day = -1
    for step in found.steps:
        if int(step.at_h // 24) != day:
            day = int(step.at_h // 24)
            print(sentences.PLANNED_DAY(day=day + 1))
        work = [
            *([str(sentences.SUPPLY_SWITCHED(switched=step.switched))] if step.switched else []),
            *([str(sentences.ASKED(asked=step.asked))] if step.asked else []),
        ]
        told = f"  {'; '.join(work)}" if work else ""
        print(f"  +{step.at_h:7.2f} h  {span(step.hours * 3600):>12}  {step.case}{told}")
        for case in step.judged:
            print(f"{'':28}· {case}")
    print(sentences.DECIDABLE(decided=found.decided, decidable=found.decidable))
    for each in found.left:
        lost = sentences.NOTHING_ELSE(open=each.open) if each.open else ""
        print(sentences.NOT_PLANNED(case=each.case, span=span(each.hours * 3600), why=each.why, lost=lost))
    for name in found.unknown:
        print(sentences.LENGTH_OPEN(name=name))
