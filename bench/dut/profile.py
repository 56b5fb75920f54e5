"""The profile of an item: what it is, what it claims (ICS, tri-state) and how it is reached (IXIT).

Leaves the questions themselves to the clause ledger and the connecting to the adapters. A profile is a TOML file; all
its problems are reported at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import msgspec

from bench.case import Item, Notice
from bench.dut import access as people
from bench.dut import platform as platforms
from bench.dut import sentences
from bench.dut.access import Access
from bench.dut.platform import Functions, Intake
from simulators.sentences import Words
from simulators.settings import Flaw, Settings, Word, read
from simulators.tables import DescriptionError, Problem, Table, read_file
from simulators.values import one_of

Document = Literal["isc-1", "isc-2", "ssea", "csmt", "cpcif"]
DOCUMENTS: tuple[Document, ...] = get_args(Document)
Role = Literal["terminal", "collector", "platform"]
ROLES: tuple[Role, ...] = get_args(Role)
_VERSIONS = {Item.TERMINAL: "firmware", Item.PLATFORM: "version"}
"""What its software is called: the key of its version, and of that version's digest with `_hash`."""


class Claim(StrEnum):
    """Answer to one question of the capability statement (R-03)."""

    YES = "yes"
    NO = "no"
    UNANSWERED = "unanswered"


class ProfileError(Exception):
    """A profile that cannot be used; `problems` holds one sentence for each thing wrong."""

    def __init__(self, path: str, problems: list[str]) -> None:
        super().__init__("\n".join(f"{path}: {problem}" for problem in problems))
        self.problems = problems


Count = Annotated[int, msgspec.Meta(ge=1)]


class LoadFigures(Settings, frozen=True):
    """Figures of R-42 and R-43 under which a platform is judged.

    Terminals that send a record every ten seconds, users online and among them active ones, seconds of ramp and of the
    steady load, samples a class, years of data, seconds of continuous operation. `steps` are numbers of active users
    at which the curves are taken, each held for `step_s`.
    """

    terminals: Count = 1000
    online: Count = 1001
    active: Count = 50
    ramp_s: Count = 300
    steady_s: Count = 1800
    samples: Count = 1000
    years: Count = 5
    continuous_s: Count = 604_800
    step_s: Count = 120
    steps: tuple[Count, ...] = (5, 10, 25, 100, 200)


class Parameters(Settings, frozen=True):
    """Values of the rulings that a laboratory may change; all others are fixed (INTERPRETATIONS, Parameters)."""

    decision_rule: Literal["simple", "guarded"] = "simple"
    statement_as_shall: bool = False
    automatic_part_only: bool = False
    allow_partial_scope: bool = False
    load: LoadFigures = LoadFigures()


_DEFAULTS = Parameters()


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A terminal or a platform on test.

    `kind` is which of both: the profile begins with the section of that name. `claims` maps question to yes or no; a
    question that is absent is unanswered. `declared` are the largest points, ports, periods and retention claimed,
    decimal text by name. `codes` maps events (`bench.case.Notice`) to the codes by which the terminal's log or alarms
    tell them, with `*` and `?` as in names of files; an empty list says that it tells them by none. `connection` goes
    to the adapter unread. `access` is who may do what and how (None: the profile says nothing of it), `functions` how a
    platform is asked, `intakes` the ways by which terminals reach it. `firmware` is the version of its software,
    `firmware_hash` the digest of that image as its vendor states it.
    """

    path: str
    name: str
    adapter: str
    vendor: str = ""
    model: str = ""
    firmware: str = ""
    firmware_hash: str = ""
    serial: str = ""
    documents: tuple[str, ...] = ()
    roles: tuple[str, ...] = ("terminal",)
    claims: dict[str, Claim] = {}
    declared: dict[str, str] = {}
    codes: dict[str, tuple[str, ...]] = {}
    connection: dict[str, Any] = {}
    parameters: Parameters = _DEFAULTS
    access: Access | None = None
    kind: Item = Item.TERMINAL
    functions: Functions | None = None
    intakes: dict[str, Intake] = {}

    def claim(self, question: str) -> Claim:
        """The answer to a question; unanswered if the profile is silent."""
        return self.claims.get(question, Claim.UNANSWERED)

    def line_to_add(self, question: str) -> str:
        """The line that answers a question, for a message to the owner."""
        return f'"{question}" = "yes"   # or "no", in section [claims] of {self.path}'

    def item(self) -> dict[str, str]:
        """The specimen as the profile names it: what is told of vendor, name, model, serial number and firmware."""
        told = {key: getattr(self, key) for key in ("vendor", "name", "model", "serial", "firmware", "firmware_hash")}
        return {key: words for key, words in told.items() if words}

    def in_force(self) -> dict[str, str]:
        """Values of the changeable parameters, as text; those of load where a platform is submitted."""
        found = _texts(self.parameters)
        return {name: text for name, text in found.items() if self.kind is Item.PLATFORM or "." not in name}

    def deviations(self) -> dict[str, str]:
        """Parameters that differ from the default; every one is printed in the report."""
        defaults = _texts(_DEFAULTS)
        return {name: value for name, value in self.in_force().items() if value != defaults[name]}


def _texts(parameters: Parameters) -> dict[str, str]:
    def word(value: object) -> str:
        return ("on" if value else "off") if isinstance(value, bool) else str(value)

    found = {name: word(value) for name, value in msgspec.structs.asdict(parameters).items() if name != "load"}
    figures = msgspec.structs.asdict(parameters.load)
    figures["steps"] = " ".join(map(str, parameters.load.steps))
    return found | {f"load.{name}": word(value) for name, value in figures.items()}


Loose = str | int | float
"""Text that may stand without quotes where it looks like a number: a model, a serial number."""


class _Item(Settings, frozen=True, kw_only=True):
    name: Word
    adapter: Word
    vendor: Loose = ""
    model: Loose = ""
    serial: Loose = ""
    documents: tuple[Document, ...] = ()
    roles: tuple[Role, ...] = ()


class _Terminal(_Item, frozen=True, kw_only=True):
    firmware: Loose = ""
    firmware_hash: Loose = ""


class _Platform(_Item, frozen=True, kw_only=True):
    version: Loose = ""
    version_hash: Loose = ""

    def flaws(self) -> Iterator[Flaw]:
        """A platform is one."""
        if self.roles and "platform" not in self.roles:
            found = ", ".join(self.roles)
            yield sentences.ROLES_WITHOUT_PLATFORM(found=found).at("roles")


class _Sections(Settings, frozen=True, kw_only=True):
    terminal: _Terminal | None = None
    platform: _Platform | None = None
    claims: dict[str, Literal["yes", "no", "unanswered"]] = {}
    declared: dict[str, str | int] = {}
    codes: dict[Annotated[str, one_of([str(each) for each in Notice])], tuple[Word, ...]] = {}
    connection: dict[str, Any] = {}
    parameters: Parameters = _DEFAULTS
    access: dict[str, Any] = {}
    functions: dict[str, Any] = {}

    def flaws(self) -> Iterator[Flaw]:
        """One profile, one item."""
        if self.terminal and self.platform:
            yield sentences.ONE_ITEM().at("platform")
        if self.functions and not self.platform:
            yield sentences.FUNCTIONS_OF_PLATFORM().at("functions")


def load_profile(path: Path) -> Profile:
    """Read a profile. Raises ProfileError with every problem of the file."""
    shown = _shown(path)
    try:
        return read_file(path, lambda table: _build(shown, table, path.parent))
    except DescriptionError as error:
        raise ProfileError(shown, [*map(str, error.problems)]) from None


def _shown(path: Path) -> str:
    """The path as a person here would type it: relative to the working folder where it lies below it."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (ValueError, RuntimeError):
        # Elsewhere, or links that lead round in a circle.
        return str(path)


def _build(shown: str, table: Table, folder: Path) -> Profile:
    if "platform" not in table.data and "terminal" not in table.data:
        table.absent("terminal", ("name", "adapter"))
    found = read(table, _Sections)
    kind = Item.PLATFORM if found.platform else Item.TERMINAL
    head = found.platform or found.terminal or _Terminal(name="", adapter="")
    problems: list[str] = []
    access = people.read(found.access, folder, problems)
    functions = platforms.read(found.functions, access, problems) if found.platform else None
    ways = platforms.intakes(found.connection, problems) if found.platform else {}
    table.problems += [Problem("", *Words.of(each)) for each in problems]
    return Profile(
        path=shown,
        name=head.name,
        adapter=head.adapter,
        documents=head.documents,
        roles=head.roles or (kind.value,),
        claims={question: Claim(answer) for question, answer in found.claims.items() if answer != Claim.UNANSWERED},
        declared={key: str(value) for key, value in found.declared.items()},
        codes={str(key): codes for key, codes in found.codes.items()},
        connection={key: each for key, each in found.connection.items() if key not in ways},
        intakes=ways,
        parameters=found.parameters,
        access=access,
        kind=kind,
        functions=functions,
        firmware=str(getattr(head, _VERSIONS[kind])),
        firmware_hash=str(getattr(head, f"{_VERSIONS[kind]}_hash")),
        vendor=str(head.vendor),
        model=str(head.model),
        serial=str(head.serial),
    )
