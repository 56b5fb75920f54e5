"""The profile of an item: what it is, what it claims (ICS, tri-state) and how it is reached (IXIT).

Leaves the questions themselves to the clause ledger and the connecting to the adapters. A profile is a TOML file; all
its problems are reported at once.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from bench.case import Item, Notice
from bench.dut import access as people
from bench.dut import platform as platforms
from bench.dut.access import Access
from bench.dut.platform import Functions, Intake
from simulators.files import given_text

DOCUMENTS = ("isc-1", "isc-2", "ssea", "csmt", "cpcif")
ROLES = ("terminal", "collector", "platform")
_SECTIONS = {"terminal", "platform", "claims", "declared", "codes", "connection", "parameters", "access", "functions"}
_TERMINAL_KEYS = {"name", "vendor", "model", "firmware", "firmware_hash", "serial", "adapter", "documents", "roles"}
_PLATFORM_KEYS = (_TERMINAL_KEYS - {"firmware", "firmware_hash"}) | {"version", "version_hash"}
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


class LoadFigures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Figures of R-42 and R-43 under which a platform is judged.

    Terminals that send a record every ten seconds, users online and among them active ones, seconds of ramp and of the
    steady load, samples a class, years of data, seconds of continuous operation. `steps` are numbers of active users
    at which the curves are taken, each held for `step_s`.
    """

    terminals: int = 1000
    online: int = 1001
    active: int = 50
    ramp_s: int = 300
    steady_s: int = 1800
    samples: int = 1000
    years: int = 5
    continuous_s: int = 604_800
    step_s: int = 120
    steps: tuple[int, ...] = (5, 10, 25, 100, 200)


class Parameters(msgspec.Struct, frozen=True):
    """Values of the rulings that a laboratory may change; all others are fixed (INTERPRETATIONS, Parameters)."""

    decision_rule: str = "simple"
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


def load_profile(path: Path) -> Profile:
    """Read a profile. Raises ProfileError with every problem of the file."""
    shown = _shown(path)
    try:
        raw = tomllib.loads(given_text(path))
    except OSError as error:
        raise ProfileError(shown, [f"cannot be read: {error.strerror}; give a profile file / 无法读取"]) from None
    except UnicodeDecodeError as error:
        raise ProfileError(
            shown, [f"expected UTF-8 text, found octet {error.object[error.start]:#04x} at {error.start} / 应为 UTF-8"]
        ) from None
    except (ValueError, RecursionError) as error:
        raise ProfileError(shown, [f"expected TOML: {error} / TOML 语法错误"]) from None
    problems: list[str] = []
    profile = _build(shown, raw, path.parent, problems)
    if problems or profile is None:
        raise ProfileError(shown, problems)
    return profile


def _shown(path: Path) -> str:
    """The path as a person here would type it: relative to the working folder where it lies below it."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (ValueError, RuntimeError):
        # Elsewhere, or links that lead round in a circle.
        return str(path)


def _build(shown: str, raw: Mapping[str, Any], folder: Path, problems: list[str]) -> Profile | None:
    _unknown("", raw, _SECTIONS, problems)
    kind = Item.PLATFORM if "platform" in raw else Item.TERMINAL
    if kind is Item.PLATFORM and "terminal" in raw:
        problems.append(
            "platform: expected one of [terminal] and [platform], found both: one profile, one item / 只能二选一"
        )
    head = _table(raw, kind, problems)
    _unknown(f"{kind}.", head, _TERMINAL_KEYS if kind is Item.TERMINAL else _PLATFORM_KEYS, problems)
    name = _text(head, kind, "name", problems)
    adapter = _text(head, kind, "adapter", problems)
    documents = _words(head, kind, "documents", DOCUMENTS, problems)
    roles = _words(head, kind, "roles", ROLES, problems) or (kind.value,)
    if kind is Item.PLATFORM and "platform" not in roles:
        problems.append(f"platform.roles: expected platform among them, found {', '.join(roles)} / 应含 platform")
    claims: dict[str, Claim] = {}
    for question, answer in _table(raw, "claims", problems).items():
        if answer in (Claim.YES, Claim.NO):
            claims[question] = Claim(answer)
        elif answer != Claim.UNANSWERED:
            problems.append(
                f'claims."{question}": expected "yes", "no" or "unanswered", found {answer!r} / 应为 yes/no'
            )
    declared: dict[str, str] = {}
    for key, value in _table(raw, "declared", problems).items():
        if isinstance(value, bool) or not isinstance(value, int | str):
            problems.append(
                f"declared.{key}: expected a whole number or decimal text, found {value!r} / 应为整数或文本"
            )
        else:
            declared[key] = str(value)
    codes = _codes(_table(raw, "codes", problems), problems)
    parameters = _parameters(_table(raw, "parameters", problems), problems)
    access = people.read(raw.get("access", {}), folder, problems)
    functions = platforms.read(raw.get("functions", {}), access, problems)
    connection = _table(raw, "connection", problems)
    ways = platforms.intakes(connection, problems) if kind is Item.PLATFORM else {}
    if functions is not None and kind is Item.TERMINAL:
        problems.append("functions: only a platform is asked by them; its profile begins with [platform] / 仅用于平台")
    if problems:
        return None
    return Profile(
        path=shown,
        name=name,
        adapter=adapter,
        documents=documents,
        roles=roles,
        claims=claims,
        declared=declared,
        codes=codes,
        connection={key: each for key, each in connection.items() if key not in ways},
        intakes=ways,
        parameters=parameters,
        access=access,
        kind=kind,
        functions=functions,
        firmware=str(head.get(_VERSIONS[kind], "")),
        firmware_hash=str(head.get(f"{_VERSIONS[kind]}_hash", "")),
        **{key: str(head.get(key, "")) for key in ("vendor", "model", "serial")},
    )


def _codes(raw: Mapping[str, Any], problems: list[str]) -> dict[str, tuple[str, ...]]:
    known = {str(notice) for notice in Notice}
    _unknown("codes.", raw, known, problems)
    found: dict[str, tuple[str, ...]] = {}
    for key, value in raw.items():
        if not isinstance(value, list) or not all(isinstance(code, str) and code.strip() for code in value):
            problems.append(f'codes.{key}: expected a list of codes such as ["E104"], found {value!r} / 应为代码列表')
        else:
            found[key] = tuple(value)
    return found


def _parameters(raw: Mapping[str, Any], problems: list[str]) -> Parameters:
    known = msgspec.structs.asdict(_DEFAULTS)
    _unknown("parameters.", raw, set(known), problems)
    load, raw = _figures(raw, problems), {key: value for key, value in raw.items() if key != "load"}
    for key, value in raw.items():
        if key in known and type(value) is not type(known[key]):
            problems.append(f"parameters.{key}: expected a value like {known[key]!r}, found {value!r} / 类型不符")
    rule = raw.get("decision_rule", "simple")
    if rule not in ("simple", "guarded"):
        problems.append(f'parameters.decision_rule: expected "simple" or "guarded", found {rule!r} / 判定规则无效')
    return _DEFAULTS if problems else msgspec.convert({**known, **raw, "load": load}, Parameters)


def _figures(raw: Mapping[str, Any], problems: list[str]) -> LoadFigures:
    try:
        found = msgspec.convert(raw.get("load", {}), LoadFigures)
    except msgspec.ValidationError as error:
        problems.append(f"parameters.load: {error} / 取值无效")
        return LoadFigures()
    numbers = [*found.steps, *(value for value in msgspec.structs.asdict(found).values() if isinstance(value, int))]
    if any(number < 1 for number in numbers):
        problems.append("parameters.load: expected whole numbers above 0 / 应为正整数")
    return found


def _table(raw: Mapping[str, Any], key: str, problems: list[str]) -> dict[str, Any]:
    value = raw.get(key, {})
    if isinstance(value, dict):
        return value
    problems.append(f"{key}: expected a section [{key}], found {value!r} / 应为小节")
    return {}


def _text(head: Mapping[str, Any], kind: str, key: str, problems: list[str]) -> str:
    value = head.get(key)
    if isinstance(value, str) and value.strip():
        return value
    found = "nothing" if value is None else repr(value)
    problems.append(f"{kind}.{key}: expected a text, found {found}; add a line {key} = … / 缺少 {key}")
    return ""


def _words(
    head: Mapping[str, Any], kind: str, key: str, allowed: tuple[str, ...], problems: list[str]
) -> tuple[str, ...]:
    value = head.get(key, [])
    if not isinstance(value, list) or any(word not in allowed for word in value):
        problems.append(f"{kind}.{key}: expected a list of {', '.join(allowed)}, found {value!r} / 取值无效")
        return ()
    return tuple(value)


def _unknown(prefix: str, raw: Mapping[str, Any], known: set[str], problems: list[str]) -> None:
    for key in raw:
        if key not in known:
            near = difflib.get_close_matches(key, sorted(known), 1)
            hint = f"; did you mean {near[0]}?" if near else f"; known are {', '.join(sorted(known))}"
            problems.append(f"{prefix}{key}: unknown key{hint} / 未知键")
