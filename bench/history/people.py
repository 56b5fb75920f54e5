"""What people do and see at the doors of a terminal: the queries and rows of each kind of observation.

Leaves doing it to `bench.facade.people`, judging it to `conformance/common/people` and the judges of access. A text
that says whether something is so is "yes" or empty. Instants are microseconds UTC as decimal text unless they are as
the product has them.
"""

from __future__ import annotations

from typing import Literal

from bench.history.observation import Nothing, Observation, Words

Yes = Literal["yes", ""]
Entered = Literal["entered", "first", "locked", "changed", "refused", "unanswered"]
Used = Literal["executed", "refused", "other", "unanswered"]


class RulesRow(Words, frozen=True, kw_only=True):
    """The numbers of R-36 that are known, decimal text; "0": the product does not say."""

    failures: str | None = None
    lock_s: str | None = None
    idle_s: str | None = None
    validity_days: str | None = None
    least_length: str | None = None
    least_classes: str | None = None


RULES = Observation("access-rules", Nothing, RulesRow)
"""The numbers that the maker declares."""
RULES_SHOWN = Observation("access-rules-shown", Nothing, RulesRow)
"""The numbers that the product itself shows."""


class FunctionsQuery(Words, frozen=True, kw_only=True):
    """`roles` that accounts have, `opened`: doors that do not answer until somebody enables them; words apart."""

    roles: str
    opened: str | None = None


class FunctionsRow(Words, frozen=True, kw_only=True):
    """A function as the profile lists it; lists are words apart."""

    function: str
    en: str = ""
    zh: str = ""
    may: str
    doors: str
    only: str = ""
    effect: Yes
    events: str = ""


FUNCTIONS = Observation("functions", FunctionsQuery, FunctionsRow)
"""The list of functions."""


class LoginQuery(Words, frozen=True, kw_only=True):
    """Who logs in where: `account` is the profile's word, `user` the name, `given` what password it is (right …).

    `source` is the address it comes from where that matters, `step` what the case tries.
    """

    door: str
    account: str
    user: str
    given: str
    role: str
    source: str | None = None
    step: str | None = None


class OutcomeRow(Words, frozen=True, kw_only=True):
    """What came of it, and the `status` of HTTP where it was answered."""

    outcome: Entered
    status: str | None = None


LOGIN = Observation("login", LoginQuery, OutcomeRow)
"""A login: outcome entered, first, locked, refused (`bench.dut.access.visit.Entry`) or unanswered."""


class StepQuery(Words, frozen=True, kw_only=True):
    """A step of a session: whose, and of a password what the new one is like (`given`)."""

    door: str
    user: str
    given: str | None = None


PASSWORD = Observation("password", StepQuery, OutcomeRow)
"""A change of one's own password: outcome changed, refused or unanswered."""
LOGOUT = Observation("logout", StepQuery, OutcomeRow)
"""A logout; outcomes as of a password."""


class AccountQuery(Words, frozen=True, kw_only=True):
    """Whose: the name of an account."""

    account: str


class UntilRow(Words, frozen=True, kw_only=True):
    """Until when, as the product has it; empty where it shows nothing."""

    until: str


PASSWORD_UNTIL = Observation("password-until", AccountQuery, UntilRow)
"""Until when the product says that a password holds."""


class AccountAtDoorQuery(Words, frozen=True, kw_only=True):
    """Whose, at which door; `account` is the profile's word."""

    door: str
    account: str


class CookieRow(Words, frozen=True, kw_only=True):
    """A cookie, and whether it is marked Secure."""

    cookie: str
    secure: Yes


COOKIES = Observation("cookies", AccountAtDoorQuery, CookieRow)
"""How the cookies of a login over TLS are marked."""
CODES = Observation("codes", AccountAtDoorQuery, OutcomeRow)
"""One-time codes turned on: outcome changed, refused or unanswered."""


class DoorQuery(Words, frozen=True, kw_only=True):
    """At which door."""

    door: str


class SecretRow(Words, frozen=True, kw_only=True):
    """A place that was searched: how many `octets` (empty: it gave no answer), and the names of secrets `found`."""

    where: str
    octets: str
    found: str


SECRETS_SHOWN = Observation("secrets-shown", DoorQuery, SecretRow)
"""Which secrets the answers of functions hold that only show something."""


class CarriedRow(Words, frozen=True, kw_only=True):
    """Connections to a `door` (empty: to none) on a segment, whether it claims encryption, and the secrets `found`."""

    segment: str
    door: str
    secured: Yes
    connections: str
    found: str


SECRETS_CARRIED = Observation("secrets-carried", Nothing, CarriedRow)
"""Which secrets captures hold."""


class TrialRow(Words, frozen=True, kw_only=True):
    """What came of a session that a client begins as `trial` says (checked, old, clear).

    Outcome agreed (with version and suite), answered (in the clear, with status), refused or unanswered (with reason).
    """

    trial: str
    outcome: Literal["agreed", "answered", "refused", "unanswered"]
    status: str | None = None
    version: str | None = None
    suite: str | None = None
    reason: str | None = None


SESSIONS = Observation("sessions", DoorQuery, TrialRow)
"""What a door of https says to a client that checks, to an old one, to one in the clear."""


class ToldQuery(Words, frozen=True, kw_only=True):
    """At which moment of the case."""

    told: str


class PortRow(Words, frozen=True, kw_only=True):
    """A port that takes connections, and the door of the profile that is there (empty: none)."""

    host: str
    port: str
    door: str


PORTS = Observation("ports", ToldQuery, PortRow)
"""Which ports take connections where the doors are."""


class FunctionQuery(Words, frozen=True, kw_only=True):
    """A use of a function: `trick` is what is wrong with the request (empty: nothing), `object` what it is about."""

    function: str
    door: str
    role: str
    user: str
    trick: str
    object: str | None = None


class FunctionRow(Words, frozen=True, kw_only=True):
    """What came of a use: outcome executed, refused, other or unanswered; when it was `answered`.

    `secret` is the account whose password stood in the answer, `effect` whether what shows of it changed.
    """

    outcome: Used
    status: str | None = None
    answered: str | None = None
    secret: str | None = None
    effect: str | None = None


FUNCTION = Observation("function", FunctionQuery, FunctionRow)
"""A use of a function."""


class PageQuery(Words, frozen=True, kw_only=True):
    """The page of a function at a door."""

    function: str
    door: str


class TextRow(Words, frozen=True, kw_only=True):
    """The words of a page."""

    status: str
    text: str


SHOWN = Observation("shown", PageQuery, TextRow)
"""The words that a page or answer has."""


class LinksQuery(Words, frozen=True, kw_only=True):
    """Whose session at which door."""

    door: str
    user: str


class LinkRow(Words, frozen=True, kw_only=True):
    """An address, the page that held it (empty: the first), and the status it gave."""

    page: str
    address: str
    status: str


LINKS = Observation("links", LinksQuery, LinkRow)
"""What the pages of a door point at."""


class ChoiceQuery(Words, frozen=True, kw_only=True):
    """A search of a page with one choice of a list (empty: untouched), and whether the log tells this outcome."""

    door: str
    page: str
    list: str
    choice: str
    known: Yes


class EntryRow(Words, frozen=True, kw_only=True):
    """A row of a table of the page, its cells with bars between them."""

    cells: str


CHOICE = Observation("choice", ChoiceQuery, EntryRow)
"""What a search finds by an outcome that its own page offers."""


class FormRow(Words, frozen=True, kw_only=True):
    """A function that a form of a page is for, and which fields that it needs the form lacks, comma apart."""

    function: str
    page: str
    lacks: str


FORMS = Observation("forms", LinksQuery, FormRow)
"""What the forms of the pages of a door ask for."""


class MachineQuery(Words, frozen=True, kw_only=True):
    """At which moment of the case, at which door."""

    told: str
    door: str


class MachineRow(Words, frozen=True, kw_only=True):
    """What the product shows of its machine."""

    cpu: str | None = None
    memory: str | None = None
    disk: str | None = None
    system: str | None = None
    version: str | None = None
    programs: str | None = None
    errors: str | None = None


MACHINE_SHOWN = Observation("machine-shown", MachineQuery, MachineRow)
"""What the product shows of its machine."""


class InstrumentQuery(Words, frozen=True, kw_only=True):
    """What was entered of an instrument, at which moment of the case; `under`: yes while it is being verified."""

    told: str
    type: str | None = None
    accuracy: str | None = None
    basis: str | None = None
    calibrated: str | None = None
    under: str | None = None
    number: str | None = None
    due: str | None = None


class InstrumentRow(Words, frozen=True, kw_only=True):
    """What is shown of an instrument; `due_word`: under, this-month, next-month by the profile's words for states."""

    number: str
    type: str
    accuracy: str
    basis: str
    calibrated: str
    due: str
    state: str
    due_word: str


INSTRUMENT = Observation("instrument", InstrumentQuery, InstrumentRow)
"""What the register shows after something was entered."""


class RegisterRow(Words, frozen=True, kw_only=True):
    """An instrument of the register, with what the product has a column for."""

    name: str | None = None
    number: str | None = None
    type: str | None = None
    accuracy: str | None = None
    basis: str | None = None
    calibrated: str | None = None
    due: str | None = None
    enterprise: str | None = None
    region: str | None = None
    sector: str | None = None
    level: str | None = None


class ImportQuery(Words, frozen=True, kw_only=True):
    """What came of an import, as of a function."""

    outcome: Used


class SoughtQuery(Words, frozen=True, kw_only=True):
    """By what the register is searched."""

    enterprise: str | None = None
    region: str | None = None
    sector: str | None = None
    level: str | None = None


REGISTER_IMPORT = Observation("register-import", ImportQuery, RegisterRow)
"""A table put in: its rows."""
REGISTER = Observation("register", ToldQuery, RegisterRow)
"""What the register shows."""
REGISTER_FOUND = Observation("register-found", SoughtQuery, RegisterRow)
"""What it shows of the instruments that meet conditions."""
REGISTER_EXPORT = Observation("register-export", Nothing, RegisterRow)
"""What the table holds that it gives."""


class RoundsQuery(Words, frozen=True, kw_only=True):
    """At which door, at which moment of the case."""

    door: str
    told: str


class RoundRow(Words, frozen=True, kw_only=True):
    """A round of inspection: when it was made, as the product has it, and what was wrong (empty: nothing)."""

    at: str
    wrong: str


ROUNDS = Observation("rounds", RoundsQuery, RoundRow)
"""The rounds of inspection that the product shows."""


class LatestRow(Words, frozen=True, kw_only=True):
    """The latest value of a point as a page has it."""

    point: str
    value: str


DISPLAYED = Observation("displayed", DoorQuery, LatestRow)
"""The latest value of points."""


class MinutesQuery(Words, frozen=True, kw_only=True):
    """Which records of which point, over which stretch of time."""

    door: str
    point: str
    kind: str
    from_us: str
    to_us: str


class MinuteRow(Words, frozen=True, kw_only=True):
    """A record as a page has it."""

    at: str
    value: str


DISPLAYED_HISTORY = Observation("displayed-history", MinutesQuery, MinuteRow)
"""The minutes of a point."""


class StateQuery(Words, frozen=True, kw_only=True):
    """The state of which meter, at which moment of the case."""

    door: str
    told: str
    meter: str


class StateRow(Words, frozen=True, kw_only=True):
    """The word that a page has for the state of a meter, and whether it is one for a meter that works."""

    state: str
    working: Yes


DISPLAYED_STATE = Observation("displayed-state", StateQuery, StateRow)
"""What a page says of a meter."""


class CountsRow(Words, frozen=True, kw_only=True):
    """Whether a value counts."""

    counts: Yes


REVIEW = Observation("review", ToldQuery, CountsRow)
"""Whether a value that somebody entered counts."""


class AuditQuery(Words, frozen=True, kw_only=True):
    """By which conditions the log was looked at, at which moment of the case."""

    told: str | None = None
    user: str | None = None
    outcome: str | None = None
    kind: str | None = None
    from_us: str | None = None
    to_us: str | None = None
    sort: str | None = None
    order: str | None = None

    def conditions(self) -> dict[str, str]:
        """The conditions alone."""
        return {name: text for name, text in self.words().items() if name not in ("told", "sort", "order")}


class AuditRow(Words, frozen=True, kw_only=True):
    """An entry of the log as its reader gets it, and whether it tells a failure."""

    at: str
    user: str
    kind: str
    outcome: str
    detail: str
    failure: Yes


AUDIT = Observation("audit", AuditQuery, AuditRow)
"""The audit log."""
AUDIT_EXPORT = Observation("audit-export", Nothing, AuditRow)
"""The audit log as a file."""


class AttackQuery(Words, frozen=True, kw_only=True):
    """A hostile request: of which group, what it is, at which door."""

    group: str
    what: str
    door: str


class AttackRow(Words, frozen=True, kw_only=True):
    """What came of it (answered, unanswered); whether the answer held octets of a file, or a header of the bench's."""

    outcome: Literal["answered", "unanswered"]
    status: str | None = None
    leaked: Yes | None = None
    split: Yes | None = None


ATTACK = Observation("attack", AttackQuery, AttackRow)
"""A hostile request."""


class KnockQuery(Words, frozen=True, kw_only=True):
    """Octets sent to the local interface; `what` they are."""

    what: str


class KnockRow(Words, frozen=True, kw_only=True):
    """Whether they were taken (taken, not taken), how many octets came back, whether these held any of a file."""

    outcome: Literal["taken", "not taken"]
    answer: str | None = None
    leaked: Yes | None = None


KNOCK = Observation("knock", KnockQuery, KnockRow)
"""Octets sent to the local interface, whoever may use it."""


class EffectRow(Words, frozen=True, kw_only=True):
    """What shows of a function's effect, as a digest."""

    function: str
    shown: str


EFFECTS = Observation("effects", ToldQuery, EffectRow)
"""What shows of every function's effect."""


class HostileQuery(Words, frozen=True, kw_only=True):
    """A function used with other fields than its own, at which moment of the case; none where the bench listens."""

    told: str
    function: str
    door: str


class HostileRow(Words, frozen=True, kw_only=True):
    """Whether it was done, whether the answer held octets of a file, how many came to the bench so far."""

    outcome: Literal["done", "deaf"]
    leaked: Yes | None = None
    came: str | None = None


HOSTILE = Observation("hostile", HostileQuery, HostileRow)
"""A request within somebody's rights that asks for more than it should."""


LOOKS = frozenset(
    kind.what for kind in (AUDIT, AUDIT_EXPORT, MACHINE_SHOWN, REGISTER, REGISTER_FOUND, REGISTER_EXPORT, ROUNDS)
)
"""Looks at what a product keeps for people; a refusal is told from silence (`Observed.outcome`, `status`)."""
