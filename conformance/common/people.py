"""What people did at the doors of a terminal, and what the audit log told of it, as the history has it.

Leaves verdicts to the judges.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from bench.history import History
from bench.history import people as told_of
from conformance.common.times import instant_of_iso

NOBODY = "nobody"
_LOCAL = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Login:
    """One login: `given` is what password it was (right, wrong …), `step` what the case tried with it."""

    t: int
    door: str
    account: str
    user: str
    role: str
    given: str
    step: str
    source: str
    outcome: told_of.Entered

    @property
    def entered(self) -> bool:
        """Whether somebody was let in to work (not only to change the password)."""
        return self.outcome == "entered"

    def __str__(self) -> str:
        words = " ".join(filter(None, (self.step, f"{self.given} password", self.source)))
        return f"{_at(self.t)} {self.door} {self.user}: {words} → {self.outcome}"


@dataclass(frozen=True)
class Use:
    """One use of a function; `trick` says what was wrong with the request, empty for nothing."""

    t: int
    asked: int
    function: str
    door: str
    role: str
    user: str
    trick: str
    object: str
    outcome: told_of.Used
    status: str
    effect: str
    answered: int
    secret: str = ""

    def __str__(self) -> str:
        words = " ".join(filter(None, (self.trick, self.object)))
        told = f"{self.outcome} {self.status} {self.effect}".strip()
        return f"{_at(self.t)} {self.door} {self.role} {self.function}{words and f' ({words})'} → {told}"


@dataclass(frozen=True)
class Entry:
    """An entry of the audit log as its reader got it; `at` is None where it is no instant."""

    at: int | None
    user: str
    kind: str
    outcome: str
    detail: str
    failure: bool

    def __str__(self) -> str:
        when = "?" if self.at is None else _at(self.at)
        return " ".join(filter(None, (when, self.user or "-", self.kind, self.outcome, self.detail)))


@dataclass(frozen=True)
class Reading:
    """One look at the audit log: by which conditions, and what was shown."""

    t: int
    told: str
    query: told_of.AuditQuery
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Listed:
    """A function as the profile lists it."""

    name: str
    may: tuple[str, ...]
    doors: tuple[str, ...]
    has_effect: bool
    events: tuple[str, ...] = ()
    only: tuple[str, ...] = ()


def _at(at_us: int) -> str:
    return datetime.fromtimestamp(at_us / 1e6, _LOCAL).strftime("%m-%d %H:%M:%S")


def failed_logins(history: History) -> list[str]:
    """Logins that ended in an error of the product's own (status 500), which is no refusal, a line each."""
    found = [(event.query.user, row.status or "") for event in told_of.LOGIN.of(history) for row in event.rows]
    return [f"{user}: status {status}" for user, status in found if status.startswith("5")]


def logins(history: History, *steps: str) -> list[Login]:
    """Every login, or those of some steps."""
    found: list[Login] = []
    for event in told_of.LOGIN.of(history):
        query = event.query
        for row in event.rows[:1]:
            login = Login(
                event.t,
                query.door,
                query.account,
                query.user,
                query.role,
                query.given,
                query.step or "",
                query.source or "",
                row.outcome,
            )
            if not steps or login.step in steps:
                found.append(login)
    return found


def uses(history: History, *tricks: str) -> list[Use]:
    """Every use of a function, or those with some tricks."""
    return [use for use in _uses(history) if not tricks or use.trick in tricks]


def _uses(history: History) -> Iterator[Use]:
    for event in told_of.FUNCTION.of(history):
        query = event.query
        for row in event.rows[:1]:
            yield Use(
                event.t,
                event.asked,
                query.function,
                query.door,
                query.role,
                query.user,
                query.trick,
                query.object or "",
                row.outcome,
                row.status or "",
                row.effect or "",
                int(row.answered or event.t),
                row.secret or "",
            )


def listed(history: History) -> dict[str, Listed]:
    """The functions that the profile lists, by name."""
    return {
        row.function: Listed(
            row.function,
            tuple(row.may.split()),
            tuple(row.doors.split()),
            bool(row.effect),
            tuple(row.events.split()),
            tuple(row.only.split()),
        )
        for row in told_of.FUNCTIONS.rows(history)
    }


def roles(history: History) -> tuple[str, ...]:
    """The roles that accounts have."""
    return tuple(role for event in told_of.FUNCTIONS.of(history) for role in event.query.roles.split())


def rules(history: History) -> dict[str, int]:
    """The numbers that the product declares, by name; 0 where it says nothing."""
    return _numbers(told_of.RULES.rows(history))


def rules_shown(history: History) -> dict[str, int]:
    """The numbers that the product shows itself, over those that it declares."""
    return rules(history) | _numbers(told_of.RULES_SHOWN.rows(history))


def _numbers(rows: list[told_of.RulesRow]) -> dict[str, int]:
    return {name: int(text) for name, text in rows[-1].words().items()} if rows else {}


def passwords(history: History, *given: str) -> list[tuple[str, str]]:
    """Changes of passwords by what the new one was like, each with what came of it; `failed`: an error of the product's
    own (status 500), which is no refusal.
    """
    found = [(event.query.given or "", event.rows[0]) for event in told_of.PASSWORD.of(history) if event.rows]
    told = [(each, "failed" if (row.status or "").startswith("5") else row.outcome) for each, row in found]
    return [each for each in told if not given or each[0] in given]


def readings(history: History, *told: str) -> list[Reading]:
    """Looks at the audit log that were answered, or those of some names."""
    return [
        Reading(event.t, event.query.told or "", event.query, _entries(event.rows))
        for event in told_of.AUDIT.answered(history)
        if not told or (event.query.told or "") in told
    ]


def exports(history: History) -> list[Reading]:
    """Files of the audit log that could be read."""
    found = told_of.AUDIT_EXPORT.answered(history)
    return [Reading(event.t, "", told_of.AuditQuery(), _entries(event.rows)) for event in found]


def _entries(rows: Iterable[told_of.AuditRow]) -> tuple[Entry, ...]:
    return tuple(
        Entry(instant_of_iso(row.at), row.user, row.kind, row.outcome, row.detail, bool(row.failure)) for row in rows
    )


def ports(history: History, told: str) -> dict[str, str] | None:
    """The ports that took connections at one look, each with the door that the profile has there; None: no look."""
    for event in told_of.PORTS.answered(history):
        if event.query.told == told:
            return {f"{row.host}:{row.port}": row.door for row in event.rows}
    return None


def doors_opened(history: History) -> tuple[str, ...]:
    """The doors that do not answer until somebody enables them, as the profile has them."""
    found = [event.query.opened or "" for event in told_of.FUNCTIONS.of(history)]
    return tuple(found[-1].split()) if found else ()
