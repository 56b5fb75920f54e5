"""What a campaign adds to a report: its runs, what else was joined, what people and other laboratories decided.

Leaves proving and joining to the commands, and where it stands in the report to `content`.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from bench.case import Text
from reports.conformity import Conformity


class JointRun(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a campaign: `signed` says who signed its records and under which digest."""

    name: str
    rig: str
    seed: int
    history: str
    manifest: str
    signed: Text


class JointResult(msgspec.Struct, frozen=True, kw_only=True):
    """Another result that was joined: its kind (parity, prove, …), what it says, whether that is in order, its SM3."""

    kind: str
    day: str
    words: str
    sound: bool
    sm3: str


class JointReview(msgspec.Struct, frozen=True, kw_only=True):
    """What a person decided: clause, verdict in both languages, ground, who, when, SM3 of what was looked at."""

    clause: str
    verdict: Text
    words: str
    by: str
    day: str
    files: tuple[str, ...] = ()


class JointExternal(msgspec.Struct, frozen=True, kw_only=True):
    """A result of another laboratory (7.8.2.1 p, R-04)."""

    clauses: tuple[str, ...]
    verdict: Text
    laboratory: str
    accreditation: str
    report: str
    edition: str
    specimen: str
    files: tuple[str, ...] = ()


class Joint(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign as its report tells it. `head` is the chain of its book; `conformity` what may be said of each draft.

    `given_up` are runs of the item that somebody gave up: run, day, ground, who. `hindrances` are steps that are
    lacking, without which nothing good is said; `remarks` what is told beside each draft's statement.
    """

    name: str
    head: str
    begun: str
    runs: tuple[JointRun, ...]
    results: tuple[JointResult, ...] = ()
    reviews: tuple[JointReview, ...] = ()
    externals: tuple[JointExternal, ...] = ()
    given_up: tuple[tuple[str, str, str, str], ...] = ()
    conformity: Mapping[str, Conformity]
    remarks: Mapping[str, tuple[Text, ...]] = {}
    hindrances: tuple[Text, ...] = ()

    def facts(self) -> dict[str, str]:
        """What of it an amendment is compared by."""
        found = {f"run {run.name}": f"{run.rig}, {run.history}" for run in self.runs}
        found |= {f"{each.kind} {each.sm3[:16]}": each.words for each in self.results}
        for number, review in enumerate(self.reviews, start=1):
            found[f"review {number}"] = f"{review.clause}: {review.verdict.en}, {review.by}, {review.day}"
        for number, each in enumerate(self.externals, start=1):
            found[f"external {number}"] = f"{each.report}, {each.laboratory}: {each.verdict.en}"
        found |= {f"given up {run}": f"{why}, {by}" for run, _, why, by in self.given_up}
        return found
