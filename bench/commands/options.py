"""The options of a run: checked words of the command line, and the same again when a run is resumed.

Leaves the run itself to `session`. All problems of a command line are told at once.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from bench.case import VIRTUAL_RIG
from bench.dut.profile import DOCUMENTS
from bench.journal import JournalError, Settings, read_run
from conformance.defects import all_defects
from simulators.shipped import SHIPPED

ROOT = Path(__file__).resolve().parents[2]
"""Where the rooms lie: a checkout, or the packages of an environment."""
REFERENCE_PROFILE = SHIPPED / "terminals" / "reference.toml"
RIGS = ("virtual", "process", "loopback")
RUN_RIGS = (*RIGS, "lab")
"""In the lab rig stands a device, into which no defect can be planted: a run only."""
MOST_WORKERS = 256
MOST_REPEATS = 1000
_MOST_DIGITS = 1000
# Those that say where this sitting is, not what the run is.
_SITTING = ("out", "live", "resume")


class SessionError(Exception):
    """Options of a run that cannot be used; one sentence a line."""


@dataclass(frozen=True)
class Options:
    """What the user asked for. `attempt` 0 means all repetitions, `resume` is the folder of a run to continue."""

    terminal: Path
    rig: str
    standards: tuple[str, ...]
    clauses: tuple[str, ...]
    cases: tuple[str, ...]
    seed: int
    repeat: int
    attempt: int
    defect: str
    capture: bool
    out: Path
    live: bool
    expected: Path | None = None
    complete: bool = False
    resume: Path | None = None

    @classmethod
    def parse(
        cls,
        *,
        terminal: str,
        rig: str,
        standards: tuple[str, ...],
        clauses: tuple[str, ...],
        cases: tuple[str, ...],
        seed: str,
        repeat: str,
        attempt: str,
        defect: str,
        capture: bool,
        out: str,
        live: bool,
        expected: str = "",
        complete: bool = False,
        resume: str = "",
    ) -> Options:
        """Check the words of the command line; empty ones take their default. Raises SessionError naming every bad one.

        A resumed run has its options from its folder, so that no other word may go with `resume`.
        """
        if resume:
            given = {
                "--terminal": terminal,
                "--rig": rig,
                "--standard": standards,
                "--clause": clauses,
                "--case": cases,
                "--seed": seed,
                "--repeat": repeat,
                "--attempt": attempt,
                "--defect": defect,
                "--pcap": capture,
                "--out": out,
                "--expected-failures": expected,
                "--complete": complete,
            }
            return cls._resumed(Path(resume), [name for name, value in given.items() if value], live=live)
        rig = rig or VIRTUAL_RIG
        problems: list[str] = []
        if rig not in RUN_RIGS:
            problems.append(f"--rig {rig}: expected {', '.join(RUN_RIGS)} / 未知台架")
        for word in standards:
            if word not in DOCUMENTS:
                problems.append(f"--standard {word}: expected one of {', '.join(DOCUMENTS)} / 未知标准")
        seed_number = whole("--seed", seed or "1", problems)
        repeat_number = whole("--repeat", repeat or "1", problems, least=1, most=MOST_REPEATS)
        attempt_number = whole("--attempt", attempt, problems, least=1, most=MOST_REPEATS) if attempt else 0
        if repeat and attempt_number > repeat_number:
            problems.append(f"--attempt {attempt}: --repeat {repeat} makes no such attempt / 无此次执行")
        if defect and defect not in all_defects():
            problems.append(
                f"--defect {defect}: no such defect{near(defect, all_defects())}; "
                "`carbonbench prove` lists them / 无此缺陷"
            )
        elif defect and rig not in all_defects()[defect].rigs:
            rigs = " or ".join(f"--rig {each}" for each in all_defects()[defect].rigs)
            problems.append(f"--defect {defect}: a terminal can have this only with {rigs} / 该缺陷仅适用于其他台架")
        if problems:
            raise SessionError("\n".join(problems))
        return cls(
            terminal=Path(terminal) if terminal else REFERENCE_PROFILE,
            rig=rig,
            standards=standards,
            clauses=clauses,
            cases=cases,
            seed=seed_number,
            repeat=repeat_number,
            attempt=attempt_number,
            defect=defect,
            capture=capture,
            out=Path(out or "out"),
            live=live,
            expected=Path(expected) if expected else None,
            complete=complete,
        )

    @classmethod
    def _resumed(cls, folder: Path, given: list[str], *, live: bool) -> Options:
        """The options of the run in a folder. Raises SessionError."""
        if given:
            words = ", ".join(given)
            raise SessionError(
                f"--resume {folder}: a resumed run takes its settings from its folder; leave out {words} / "
                "续跑沿用原设置，请去掉其他参数"
            )
        try:
            settings = read_run(folder).settings
        except JournalError as error:
            raise SessionError(f"--resume: {error}") from None
        return replace(cls._kept(settings, folder), out=folder.parent, live=live, resume=folder)

    @classmethod
    def _kept(cls, settings: Settings, folder: Path) -> Options:
        """Options as `kept` wrote them. Raises SessionError where another bench wrote them."""
        made: dict[str, Any] = {"out": folder.parent, "live": False}
        kinds = {field.name: str(field.type) for field in fields(cls) if field.name not in _SITTING}
        if kinds.keys() != settings.options.keys():
            odd = ", ".join(sorted(kinds.keys() ^ settings.options.keys()))
            raise SessionError(f"--resume {folder}: written by another version of the bench: {odd} / 版本不符")
        for name, value in settings.options.items():
            if "Path" in kinds[name] and value is not None:
                made[name] = Path(value)
            else:
                made[name] = tuple(value) if isinstance(value, list) else value
        return cls(**made)

    def kept(self) -> dict[str, Any]:
        """What of the options the run folder keeps, so that the run can be resumed."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self) if field.name not in _SITTING}

    def inputs(self) -> tuple[Path, ...]:
        """The files that the run depends on."""
        return (self.terminal, *((self.expected,) if self.expected else ()))

    def selection(self) -> str:
        """The selecting options as they were given, for reports; empty when everything was selected."""
        words = [f"--standard {word}" for word in self.standards]
        words += [f"--clause {word}" for word in self.clauses]
        words += [f"--case {word}" for word in self.cases]
        return " ".join(words)


def _plain(value: object) -> object:
    return str(value.resolve()) if isinstance(value, Path) else value


def whole(option: str, text: str, problems: list[str], *, least: int = 0, most: int | None = None) -> int:
    """The whole number that an option gives; what is wrong with it becomes a problem, and `least` is given."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < _MOST_DIGITS else -1
    if number < least:
        problems.append(f"{option} {text}: expected a whole number of at least {least} / 应为不小于 {least} 的整数")
    elif most is not None and number > most:
        problems.append(f"{option} {text}: expected a whole number of at most {most} / 应为不大于 {most} 的整数")
    return max(number, least)


def workers_of(text: str, problems: list[str], *, least: int = 1) -> int:
    """How many processes `-n` asks for; what is wrong with it becomes a problem."""
    return whole("-n", text, problems, least=least, most=MOST_WORKERS)


def picks(word: str, case: str) -> bool:
    """Whether `--case word` means a case: its id, its name alone, a whole chapter, or a pattern (*, ?)."""
    chapter, _, name = case.rpartition("/")
    if any(sign in word for sign in "*?["):
        return fnmatchcase(case, word) or fnmatchcase(name, word)
    return word in (case, name) or word.removesuffix("/") == chapter


def no_case(word: str, known: Collection[str]) -> str:
    """Empty if a `--case` means any of the known cases; else the sentence that says what was perhaps meant."""
    if any(picks(word, case) for case in known):
        return ""
    hint = near(word, known)
    inside = sum(word in case for case in known)
    if not hint and inside and "*" not in word:
        hint = f"; {inside} have it in their names: --case '*{word}*'"
    return f"--case {word}: no case of that name{hint} / 无此用例"


def near(word: str, known: Collection[str] | Mapping[str, Any]) -> str:
    """A hint at names like a mistyped one: the whole name or its last part; empty if nothing is like it."""
    by_part = {name.rpartition("/")[2]: name for name in known} | {name: name for name in known}
    found = dict.fromkeys(by_part[part] for part in difflib.get_close_matches(word, by_part, 3))
    return f"; did you mean {' or '.join(found)}?" if found else ""
