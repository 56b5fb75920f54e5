"""A check as a case yields it, and measured quantities: what is decided, from what, and how far it counts (R-05, R-08).

Leaves what is asked to `criteria` and what follows from it to `verdicts`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from bench.case.verdicts import Mark, Verdict


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

    `id` is unique in the case and stable over versions. `clauses` are those that this check alone decides. `evidence`
    are lines a person can look up: times, frames, points. A fail carries what was expected and what was seen. `timed`
    marks a limit on how fast the terminal is, which virtual time never passes (R-08, `as_seen_in`); `stamped` one that
    finds what it compares by the terminal's own time stamps, which decides nothing where its clock is off (R-10);
    `paced` counts what was not done in its time, which a starved machine explains as well. `mark` is the kind of time
    behind the verdict. `reading_b` is the answer under reading B of the ruling `reading_b_of`, printed and never
    counted. `because` is the one cause that brought this check down with others of its case, and not what it asks (the
    terminal's program ended, asked no meter, …). A `condition` says whether the case came about as it is meant to;
    where it does not pass nothing else of the case passes a clause. `exact` says why a time or share carries no
    uncertainty, `scheduled` why virtual time may decide a limit of time (in both languages, empty elsewhere). The limit
    of a band is its two ends joined by `..`, its `op` is `in`.
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
    reading_b_of: str = ""
    timed: bool = False
    stamped: bool = False
    mark: Mark | None = None
    clauses: tuple[str, ...] = ()
    condition: bool = False
    paced: bool = False
    because: str = ""
    exact: str = ""
    scheduled: str = ""


def band(limit: str) -> tuple[Decimal, Decimal] | None:
    """The two ends of a band; None for any other limit."""
    low, dots, high = limit.partition("..")
    return (Decimal(low), Decimal(high)) if dots else None


def shown_limit(op: str, limit: str) -> str:
    """A limit in words: its relation and number, or the two ends of a band."""
    ends = band(limit)
    return f"{ends[0]} – {ends[1]}" if ends else f"{op} {limit}"


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


def as_seen_in(rig: str, found: Check, *, accelerated: bool = False) -> Check:
    """A check with the mark of its evidence, and without the pass that its rig cannot give (R-08).

    In virtual time computing takes no time: what a timed check measures there is a lower bound of the product's own
    time. Above the limit it is a fail all the same; within the limit nothing is decided, and the check is not run.
    """
    mark = found.mark or (Mark.ACCELERATED if accelerated else Mark.of_rig(rig))
    undecided = found.timed and mark is Mark.VIRTUAL
    if undecided and found.reading_b is Verdict.PASS:
        found = msgspec.structs.replace(found, reading_b=Verdict.NOT_RUN)
    if not (undecided and found.verdict is Verdict.PASS):
        return msgspec.structs.replace(found, mark=mark)
    seen = f"at least {found.actual}; " if found.measured and found.op in ("<", "<=") and found.unit == "s" else ""
    return msgspec.structs.replace(
        found, mark=mark, verdict=Verdict.NOT_RUN, actual=f"{seen}needs real time (R-08) / 须在实时台架上判定（R-08）"
    )


_UNANSWERED = re.compile(r"(?:^|(?<=: ))(?:LookupError|KeyError|OSError|ConnectionError|ConnectionRefusedError): ")
_TOO_LATE = re.compile(r"(?:^|(?<=: ))TimeoutError: ?")


def in_words(line: str) -> str:
    """A line of evidence without the names that Python has for a question without answer (`Observed.problem`)."""
    return _TOO_LATE.sub("not answered in time ", _UNANSWERED.sub("not answered: ", line)).rstrip()


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
