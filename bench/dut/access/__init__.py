"""The people's side of a product: its doors, accounts, rules and functions, as section [access] of a profile has them.

Leaves speaking to `exchange` and `visit`, trying and recording to `bench.facade.access`. A product's maker writes each
function once: how it is called through each door, who may, and how success shows (docs/TERMINALS.md).
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import msgspec

from bench.case import Notice
from bench.dut import sentences
from bench.dut.access.expressions import faults
from bench.dut.access.register import KEYS as REGISTER_KEYS
from bench.dut.access.register import Register
from simulators.settings import read as settings_of
from simulators.settings import value
from simulators.tables import DescriptionError, Table, read_toml

BENCH_ANCHOR = "bench"
METHODS = ("get", "post", "put", "delete", "patch", "head")
NOBODY = "nobody"
"""Who has not logged in, among the roles that may use a function."""
ROLES = ("administrator", "operator", "auditor")
"""The three of ISC-2 7.4.1.2 (R-37); a product's further roles have names of its own."""


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file in a form: the field it stands in, its name and media type. Its octets are what is handed over."""

    field: str = "file"
    name: str = "file.csv"
    type: str = "text/csv"


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"text": "with", "name": "as"}):
    """One thing that a person does at a page. Exactly one of `DOES` is given; all texts are templates.

    `open` is an address below the door's base. The others name something on the page, as Playwright's selectors do
    (CSS, `text=…`, `role=button[name=…]`): `fill` and `choose` put `with` into a field or a list, `press` presses it,
    `hand_over` gives it the file, `wait` waits until it shows, `read` puts what it says under `as` into the answer.
    `key` is a key of the keyboard.
    """

    open: str = ""
    fill: str = ""
    choose: str = ""
    press: str = ""
    key: str = ""
    hand_over: str = ""
    wait: str = ""
    read: str = ""
    text: str = ""
    name: str = ""
    within_s: float = 0
    """How long the page may take until it is there, where the usual time is not right."""

    @property
    def does(self) -> tuple[str, ...]:
        """Which of `DOES` are given."""
        return tuple(name for name in DOES if getattr(self, name))

    @property
    def named(self) -> str:
        """What it names on the page."""
        return next((getattr(self, name) for name in self.does if name not in ("open", "key")), "body")


DOES = ("open", "fill", "choose", "press", "key", "hand_over", "wait", "read")
"""What a person does at a page."""


class Call(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One request as a product takes it: a method with its target below the door's base; every text is a template.

    At a door of `browser` it is the steps of `page` instead, and `answer` is what the page says then: `text` as it is
    read, `json` what steps have read, `status` of the last document, `headers.location` the path at the end, `missing`
    what a step named and the page did not have.

    With `file` the body is a form of several parts, with the fields of `form` before the file. `keep` names values that
    the session keeps from then on, each an expression over `answer` (status, headers, text, json).
    """

    get: str = ""
    post: str = ""
    put: str = ""
    delete: str = ""
    patch: str = ""
    head: str = ""
    headers: dict[str, str] = {}
    json: Any = None
    form: dict[str, str] = {}
    file: File | None = None
    text: str = ""
    page: tuple[Step, ...] = ()
    keep: dict[str, str] = {}

    @property
    def method(self) -> str:
        """GET, POST and so on; empty where none is given."""
        return next((name.upper() for name in METHODS if getattr(self, name)), "")

    @property
    def target(self) -> str:
        """The template of its target."""
        return next((getattr(self, name) for name in METHODS if getattr(self, name)), "")

    @property
    def templates(self) -> Iterator[tuple[str, str]]:
        """Every template of the request, with the key that it stands at."""
        for at, step in enumerate(self.page):
            yield from ((f"page[{at}]", text) for text in (step.open, step.named, step.text) if text)
        yield self.method.lower(), self.target
        for key in ("headers", "json", "form", "text"):
            yield from _texts(key, getattr(self, key))


def _texts(where: str, given: object) -> Iterator[tuple[str, str]]:
    if isinstance(given, str):
        yield where, given
    elif isinstance(given, dict):
        for key, each in cast("dict[str, object]", given).items():
            yield from _texts(f"{where}.{key}", each)
    elif isinstance(given, list):
        for at, each in enumerate(cast("list[object]", given)):
            yield from _texts(f"{where}[{at}]", each)


class Door(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A way in: the requests of the product's pages, its interface for programs, its maintenance port.

    `entered`, `first` (the password must be changed before anything else) and `locked` tell the answers to a login
    apart, `done` and `refused` those to a function; all are expressions over `answer`. `password` changes one's own
    password (`account.password` to `fresh`). `sign` is sent with every request of a session.
    """

    base: str
    login: tuple[Call, ...]
    entered: str
    logout: tuple[Call, ...] = ()
    password: tuple[Call, ...] = ()
    first: str = "false"
    locked: str = "false"
    changed: str = "answer.status < 400"
    done: str = "answer.status < 300"
    refused: str = "answer.status in (401, 403) or answer.missing"
    headers: dict[str, str] = {}
    sign: dict[str, str] = {}
    cookies: bool = False
    token: str = ""
    """Which of the session's values (or cookies) stands for it: what is forged, replayed and put beside another's."""
    opened_by: str = ""
    """The function that opens it (`object` is `yes` or `no`), where a delivered product does not answer there."""
    certified: bool = False
    """Whether whoever comes shows a certificate of the bench's authority."""
    anchor: str = ""
    """What the certificate of an https door is checked against: a file of PEM beside the profile, or `bench` for the
    bench's own authority, which has certified the product for it; empty: it is not checked."""
    pages: str = ""
    """The door of pages that are answered at this place too, from its root on: their cookies are looked at there."""
    forms: dict[str, Call] = {}
    """Further forms that stand on its pages at all times for somebody, by what they are for: where each is sent to, and
    its fields; they are looked for and never sent."""
    browser: bool = False
    """Whether it is gone through in a real browser, by the steps of a page; in real time only."""


class Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An account that the product has when a case begins: its name, role and password.

    `fresh` says that the password is one as delivered, which must be changed first.
    """

    name: str
    role: str
    password: str
    fresh: bool = True


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The numbers of R-36 as the product has them now; 0: it does not say.

    `pace_s` is how long the bench waits before each login, for a product that takes no more of them.
    """

    failures: int = 0
    lock_s: int = 0
    idle_s: int = 0
    validity_days: int = 0
    least_length: int = 0
    least_classes: int = 0
    pace_s: float = 0


class Codes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One-time codes as a second factor (RFC 6238): how somebody turns them on at a door, and what they are like.

    The calls of `turn_on` are made in a session in order; one of them keeps `secret`, in base32, and from then on
    `account.code` is a code of it, as in the calls of a login. `on` is an expression over the last answer. `periods`
    is by how many periods a code may be early or late, as the maker declares.
    """

    door: str
    turn_on: tuple[Call, ...]
    on: str = "answer.status < 300"
    digits: int = 6
    period_s: int = 30
    algorithm: str = "SHA1"
    periods: int = 1


class Bound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A certificate as a second factor: `function` binds `account` (a word of the profile) to the name in it.

    `object` of the function's templates is that name. The doors that ask for certificates are those of the profile.
    """

    function: str
    account: str


ALGORITHMS = ("SHA1", "SHA256", "SHA512")
"""What RFC 6238 makes codes by."""


class Effect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How what a function did shows: `shown` is an expression over the answer to another function, `of`."""

    of: str
    shown: str


class _FunctionKeys(msgspec.Struct, frozen=True, kw_only=True):
    """What stands of a function beside how it is called."""

    name: str
    en: str
    zh: str
    may: tuple[str, ...]
    done: str = ""
    effect: Effect | None = None
    ends: bool = False
    events: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    never: bool = False
    wait_s: float = 0
    only: tuple[str, ...] = ()


class Function(_FunctionKeys, frozen=True, kw_only=True):
    """One function: what it is, who may (roles, `nobody` for anybody at all), how it is called through each door.

    `done` says when it was carried out where its doors' word is not enough. `effect` goes before what an answer says.
    `ends` marks one after which the terminal is gone for a while: only those who may not try it. `never` marks an order
    that a sound product carries out for nobody. `events` are what the
    audit log tells of it (keys of [codes]), `objects`
    are things of others that it may not be used on (`object` in its templates), `wait_s` is how long after it the
    effect shows. `only` are the doors at which it is to be had, where it is carried out at others for nobody (none: at
    each that it can be called through).
    """

    calls: dict[str, Call]

    @property
    def doors(self) -> tuple[str, ...]:
        """The doors at which it is to be had."""
        return tuple(door for door in self.calls if not self.only or door in self.only)


class InForce(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the product shows its rules: the function `of`, and an expression over its answer for each of `numbers`."""

    of: str
    numbers: dict[str, str]


class Validity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the product shows until when passwords hold: the function `of`.

    `until` is an expression over its answer and `query` (account): an instant of `query.account`.
    """

    of: str
    until: str


class State(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the product shows the state of its machine (ISC-2 8.2): expressions over the answer to the function `of`.

    Percent in use of processor, memory and disk, type and version of the operating system, the programs with their
    states (a list or text); `errors` is one over the answer to `errors_of`, which is another once an error came.
    """

    of: str
    cpu: str = ""
    memory: str = ""
    disk: str = ""
    system: str = ""
    version: str = ""
    programs: str = ""
    errors_of: str = ""
    errors: str = ""


class Instruments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The register of instruments (CSMT 11.10): how one is entered, and expressions over a `row` of what `of` shows.

    The call of `set` names `query` (number, type, accuracy, basis, calibrated and due as YYYY-MM-DD, under as yes or
    no). `this_month`, `next_month` and `under` are the words by which `state` tells what is due or under verification.
    """

    set: str
    of: str
    rows: str
    state: str
    this_month: tuple[str, ...]
    next_month: tuple[str, ...]
    under: tuple[str, ...]
    number: str = ""
    type: str = ""
    accuracy: str = ""
    basis: str = ""
    calibrated: str = ""
    due: str = ""


class Rounds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rounds of inspection by a timetable that the product keeps (R-41): functions, and expressions over a `row`.

    `set` takes minutes between rounds as `object` (0: none); `every_min` is what the bench sets. `rows` are the rounds
    in the answer to `of`; of each `at` is when it was made (ISO 8601, local time, or us UTC) and `wrong` a text or list
    that is empty where nothing was wrong.
    """

    set: str
    of: str
    rows: str
    at: str
    wrong: str
    every_min: int = 5


class Added(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Meters that are added from afar: the functions that add one (`add`) and set the polling period of one (`period`).

    The call of `add` names `query` (meter, host, port, unit, point, kind, function, register, type, order, scale,
    measured: the point's unit, period_s); that of `period` names `query.meter`, and the seconds as `object`.
    """

    add: str
    period: str


class Display(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What pages show of meters: the functions of pages, and expressions over `answer` and `query` (point, meter).

    `value` is the latest value of `query.point` at the page `live`; `rows` are those that `history` shows of it
    (its call names `query.point`, `kind` = minute, `from_us`, `to_us`) with `at` (when its minute begins, local time)
    and `number` over a `row`; `state` is what `instruments` says of `query.meter`, one of `working` while it answers.
    `lines` are the names in the answer to `lines_of` under which function `listen` shows what a line carries (its call
    names `query.line`).
    """

    live: str
    value: str
    history: str = ""
    rows: str = ""
    at: str = ""
    number: str = ""
    instruments: str = ""
    state: str = ""
    working: tuple[str, ...] = ()
    lines_of: str = ""
    lines: str = ""


class Review(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Values by hand that another person releases (CSMT 11.13): functions, and which `number` the last one waits by.

    `number` is an expression over the answer to `waiting`; `release` takes it as `object`; `shown` is the function that
    shows values once they count.
    """

    enter: str
    waiting: str
    number: str
    release: str
    shown: str


class Audit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The audit log: the function that shows it, its rows, and what of a row is what (expressions over `row`).

    The call's templates may name `query` (user, kind, outcome, from_us, to_us, sort, order), each empty where it is
    not asked for. `export` and `clear` are functions too; `exported` are the rows of the answer to the former, with the
    same columns.
    """

    function: str
    rows: str
    at: str
    user: str
    kind: str
    outcome: str
    detail: str = "''"
    failure: str = "outcome == 'failure'"
    export: str = ""
    exported: str = ""
    clear: str = ""


class Access(msgspec.Struct, frozen=True):
    """All of it; `accounts` by the word a profile has for each."""

    doors: dict[str, Door]
    accounts: dict[str, Account]
    functions: tuple[Function, ...]
    rules: Rules = Rules()
    audit: Audit | None = None
    in_force: InForce | None = None
    state: State | None = None
    instruments: Instruments | None = None
    review: Review | None = None
    codes: Codes | None = None
    bound: Bound | None = None
    display: Display | None = None
    rounds: Rounds | None = None
    register: Register | None = None
    validity: Validity | None = None
    added: Added | None = None

    def without_browsers(self) -> Access:
        """The same without the doors of a browser, for virtual time."""
        doors = {name: door for name, door in self.doors.items() if not door.browser}
        if len(doors) == len(self.doors):
            return self
        functions = tuple(
            msgspec.structs.replace(each, calls={name: call for name, call in each.calls.items() if name in doors})
            for each in self.functions
        )
        return msgspec.structs.replace(self, doors=doors, functions=functions)

    @property
    def delivered_doors(self) -> tuple[str, ...]:
        """The doors that answer as the product is delivered."""
        return tuple(name for name, door in self.doors.items() if not door.opened_by)

    def of_role(self, role: str) -> str:
        """The first account with a role. Raises LookupError."""
        for word, account in self.accounts.items():
            if account.role == role:
                return word
        raise LookupError(str(sentences.NO_ROLE(role=role)))

    def function(self, name: str) -> Function:
        """A function by its name. Raises LookupError."""
        for each in self.functions:
            if each.name == name:
                return each
        raise LookupError(str(sentences.NO_FUNCTION_HERE(name=name)))


STATE_KEYS = ("cpu", "memory", "disk", "system", "version", "programs", "errors")
"""What a product may show of its machine."""
INSTRUMENT_KEYS = ("number", "type", "accuracy", "basis", "calibrated", "due", "state")
"""What a register of instruments may show of one."""


def read(given: object, folder: Path, problems: list[str]) -> Access | None:
    """Section [access] of a profile, or of the file it names; None without one. What is wrong goes into `problems`."""
    whole = Table({"access": given}, "", [])
    table = whole.table("access")
    if table is not None and "file" in table.data:
        table = _elsewhere(table, folder)
    if table is not None and not table.data and not whole.problems:
        return None
    found = None if table is None else _read(table, folder)
    problems += map(str, whole.problems)
    if found is None or whole.problems:
        return None
    wrong = [*_contradictions(found)]
    problems += wrong
    return None if wrong else found


def _read(table: Table, folder: Path) -> Access:
    rest = {"doors": {}, "accounts": {}, **table.data, "functions": list[object]()}
    found = settings_of(Table(rest, table.where, table.problems), Access)
    doors = {name: _anchored(name, each, folder, table) for name, each in found.doors.items()}
    functions = tuple(_function(each, doors) for each in table.tables("functions"))
    return msgspec.structs.replace(found, doors=doors, functions=functions)


def _function(table: Table, doors: Mapping[str, Door]) -> Function:
    """A function, whose calls stand under the names of the doors."""
    number = table.where
    name = table.data.get("name")
    table.where = f"access.functions[{name}]" if isinstance(name, str) and name else number
    calls = {key: value(table, key, Call) for key in table.data if key in doors}
    for door in doors:
        table.has(door)
    own = settings_of(table, _FunctionKeys)
    return Function(**msgspec.structs.asdict(own), calls={door: call for door, call in calls.items() if call})


def _anchored(name: str, door: Door, folder: Path, table: Table) -> Door:
    """A door with the text of the file that its certificate is checked against."""
    if door.anchor in ("", BENCH_ANCHOR):
        return door
    try:
        text = (folder / door.anchor).read_text(encoding="ascii")
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except (OSError, UnicodeDecodeError, ssl.SSLError) as error:
        table.problem(f"doors.{name}.anchor", *sentences.ANCHOR_UNREADABLE(error=str(error)))
        return door
    return msgspec.structs.replace(door, anchor=text)


def _elsewhere(table: Table, folder: Path) -> Table:
    """The table of the file that this one names."""
    name = str(table.data["file"])
    if set(table.data) != {"file"}:
        table.problem("file", *sentences.FILE_ALONE())
    try:
        return Table(read_toml(folder / name, name), table.where, table.problems)
    except DescriptionError as error:
        for each in error.problems:
            table.problem(f"file: {each.where}", each.text, each.zh)
        return Table({}, table.where, table.problems)


def _contradictions(found: Access) -> Iterator[str]:
    names = [each.name for each in found.functions]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield sentences.FUNCTION_TWICE().after(f"access.functions[{name}]")
    roles = {account.role for account in found.accounts.values()} | {NOBODY}
    for each in found.functions:
        for role in each.may:
            if role not in roles:
                yield sentences.NO_ACCOUNT_OF_ROLE(role=role).after(f"access.functions[{each.name}].may")
        for door in each.only:
            if door not in each.calls:
                yield sentences.NOT_AT_DOOR(door=door).after(f"access.functions[{each.name}].only")
        if each.effect is not None and each.effect.of not in names:
            yield sentences.NO_FUNCTION(name=each.effect.of).after(f"access.functions[{each.name}].effect")
        for event in each.events:
            if event not in {str(notice) for notice in Notice}:
                yield sentences.NO_EVENT(event=event).after(f"access.functions[{each.name}].events")
        for door, call in each.calls.items():
            yield from _of_its_door(f"access.functions[{each.name}].{door}", found.doors[door], call)
    for name, door in found.doors.items():
        if door.opened_by and door.opened_by not in names:
            yield sentences.NO_FUNCTION(name=door.opened_by).after(f"access.doors.{name}.opened_by")
        if door.pages and not (door.pages in found.doors and found.doors[door.pages].cookies):
            yield sentences.NO_COOKIE_DOOR(pages=door.pages).after(f"access.doors.{name}.pages")
        for key, calls in (
            ("login", door.login),
            ("logout", door.logout),
            ("password", door.password),
            ("forms", door.forms.values()),
        ):
            for call in calls:
                yield from _of_its_door(f"access.doors.{name}.{key}", door, call)
    for word in () if found.audit is None else (found.audit.function, found.audit.export, found.audit.clear):
        if word and word not in names:
            yield sentences.NO_FUNCTION(name=word).after("access.audit")
    if found.rounds is not None and not 1 <= found.rounds.every_min <= 60:
        yield sentences.ROUND_MINUTES(every_min=found.rounds.every_min).after("access.rounds.every_min")
    for where, words in _named(found):
        for word in words:
            if word and word not in names:
                yield sentences.NO_FUNCTION(name=word).after(f"access.{where}")
    yield from () if found.register is None else found.register.problems()
    yield from _second_factors(found)
    if found.in_force is not None:
        if found.in_force.of not in names:
            yield sentences.NO_FUNCTION(name=found.in_force.of).after("access.in_force")
        for key in found.in_force.numbers:
            if key not in Rules.__struct_fields__:
                yield sentences.KNOWN_KEYS(known=Rules.__struct_fields__).after(f"access.in_force.numbers.{key}")
    for where, text in _expressions(found):
        yield from faults(where, text, expression=True)
    for where, text in _templates(found):
        yield from faults(where, text)


def _second_factors(found: Access) -> Iterator[str]:
    codes, bound = found.codes, found.bound
    if codes is not None:
        if codes.door not in found.doors:
            yield sentences.NO_SUCH_DOOR(door=codes.door).after("access.codes.door")
        else:
            for call in codes.turn_on:
                yield from _of_its_door("access.codes.turn_on", found.doors[codes.door], call)
        if codes.algorithm not in ALGORITHMS:
            yield sentences.ALGORITHM(algorithms=ALGORITHMS, got=codes.algorithm).after("access.codes.algorithm")
        if not (6 <= codes.digits <= 8 and 1 <= codes.period_s <= 600 and 0 <= codes.periods <= 10):
            yield sentences.CODE_RANGES().after("access.codes")
        if not any("secret" in call.keep for call in codes.turn_on):
            yield sentences.SECRET_KEPT().after("access.codes.turn_on")
    if bound is not None and bound.account not in found.accounts:
        yield sentences.NO_ACCOUNT(account=bound.account).after("access.bound.account")


def _of_its_door(where: str, door: Door, call: Call) -> Iterator[str]:
    """Steps of a page at a door of a browser, a request at any other."""
    if not door.browser:
        if call.page:
            yield sentences.STEPS_OF_BROWSER().after(f"{where}.page")
        elif not call.method:
            yield sentences.METHOD_MISSING(methods=METHODS).after(where)
        return
    if call.method or not call.page:
        yield sentences.PAGE_STEPS().after(where)
    for number, step in enumerate(call.page, 1):
        if len(step.does) != 1:
            yield sentences.ONE_ACTION(does=DOES).after(f"{where}.page[{number}]")


def _named(found: Access) -> Iterator[tuple[str, tuple[str, ...]]]:
    if found.state is not None:
        yield "state", (found.state.of, found.state.errors_of)
    if found.instruments is not None:
        yield "instruments", (found.instruments.set, found.instruments.of)
    if found.review is not None:
        yield "review", (found.review.enter, found.review.waiting, found.review.release, found.review.shown)
    if found.bound is not None:
        yield "bound", (found.bound.function,)
    if found.added is not None:
        yield "added", (found.added.add, found.added.period)
    if found.rounds is not None:
        yield "rounds", (found.rounds.set, found.rounds.of)
    if found.register is not None:
        yield "register", (found.register.import_, found.register.export, found.register.of, found.register.find)
    if found.validity is not None:
        yield "validity", (found.validity.of,)
    if found.display is not None:
        yield "display", (found.display.live, found.display.history, found.display.instruments, found.display.lines_of)


def _expressions(found: Access) -> Iterator[tuple[str, str]]:
    for name, door in found.doors.items():
        for key in ("entered", "first", "locked", "changed", "done", "refused"):
            yield f"access.doors.{name}.{key}", getattr(door, key)
        for call in (*door.login, *door.logout, *door.password):
            yield from ((f"access.doors.{name}.keep.{key}", text) for key, text in call.keep.items())
    for each in found.functions:
        if each.done:
            yield f"access.functions[{each.name}].done", each.done
        if each.effect is not None:
            yield f"access.functions[{each.name}].effect.shown", each.effect.shown
    for key in ("rows", *INSTRUMENT_KEYS) if found.instruments is not None else ():
        yield f"access.instruments.{key}", getattr(found.instruments, key) or "''"
    if found.review is not None:
        yield "access.review.number", found.review.number
    for key in ("value", "rows", "at", "number", "state", "lines") if found.display is not None else ():
        yield f"access.display.{key}", getattr(found.display, key) or "''"
    for key in ("rows", "at", "wrong") if found.rounds is not None else ():
        yield f"access.rounds.{key}", getattr(found.rounds, key)
    for key in ("rows", "found", *REGISTER_KEYS) if found.register is not None else ():
        yield f"access.register.{key}", getattr(found.register, key) or "''"
    if found.codes is not None:
        yield "access.codes.on", found.codes.on
        for call in found.codes.turn_on:
            yield from ((f"access.codes.turn_on.keep.{key}", text) for key, text in call.keep.items())
    for key in STATE_KEYS if found.state is not None else ():
        yield f"access.state.{key}", getattr(found.state, key) or "''"
    if found.audit is not None:
        for key in (
            "rows",
            "at",
            "user",
            "kind",
            "outcome",
            "detail",
            "failure",
            *(("exported",) if found.audit.exported else ()),
        ):
            yield f"access.audit.{key}", getattr(found.audit, key)


def _templates(found: Access) -> Iterator[tuple[str, str]]:
    for name, door in found.doors.items():
        where = f"access.doors.{name}"
        yield f"{where}.base", door.base
        yield from _texts(f"{where}.headers", door.headers)
        yield from _texts(f"{where}.sign", door.sign)
        for steps in ("login", "logout", "password"):
            for at, call in enumerate(getattr(door, steps)):
                yield from ((f"{where}.{steps}[{at}].{key}", text) for key, text in call.templates)
    for call in () if found.codes is None else found.codes.turn_on:
        yield from ((f"access.codes.turn_on.{key}", text) for key, text in call.templates)
    for each in found.functions:
        for door, call in each.calls.items():
            yield from ((f"access.functions[{each.name}].{door}.{key}", text) for key, text in call.templates)
