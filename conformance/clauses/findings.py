"""Drafting findings: contradictions, gaps and slips of the drafts, linked to entries, graded by their effect.

Leaves the written review to `review`. One YAML file per document under findings/, and one for what stands across them.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from conformance.clauses.ledger import FOLDER, LedgerError, Words, load_yaml

Grade = Literal["verdicts-opposed", "verdict-impossible", "verdict-changes-at-limit", "editorial"]
Class = Literal[
    "contradiction",
    "missing-number",
    "undefined-term",
    "statement-number",
    "numbering",
    "reference",
    "ambiguity",
    "untestable",
]
GRADES: tuple[str, ...] = get_args(Grade)
CLASSES: tuple[str, ...] = get_args(Class)


class Finding(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"sort": "class"}):
    """One finding: what it is, why two laboratories could disagree, and a wording that can be tested."""

    id: str
    clauses: tuple[str, ...]
    sort: Class
    grade: Grade
    finding: Words
    why: Words
    rewording: Words
    raised: datetime.date
    """When it was first written down."""
    readings: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    """Where facts outside the five drafts come from: ids of sources.yaml."""


class FirstQuestion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What has to be settled before the next drafts, and the findings that it would close."""

    id: str
    question: Words
    why: Words
    findings: tuple[str, ...]


def load_questions(folder: Path = FOLDER) -> tuple[FirstQuestion, ...]:
    """The questions in their order; none where the file is not there. Raises LedgerError."""
    path = folder / "questions.yaml"
    if not path.is_file():
        return ()
    try:
        return msgspec.convert(load_yaml(path), tuple[FirstQuestion, ...])
    except msgspec.ValidationError as error:
        raise LedgerError([f"{path.name}: {error}"]) from None


def load_sources(folder: Path = FOLDER) -> dict[str, Words]:
    """Where outside facts come from, by id; none where the file is not there. Raises LedgerError."""
    path = folder / "sources.yaml"
    if not path.is_file():
        return {}
    try:
        return msgspec.convert(load_yaml(path), dict[str, Words])
    except msgspec.ValidationError as error:
        raise LedgerError([f"{path.name}: {error}"]) from None


def findings_files(folder: Path = FOLDER) -> list[Path]:
    """The files that hold findings, sorted."""
    return sorted((folder / "findings").glob("*.yaml"))


def load_findings(folder: Path = FOLDER) -> tuple[Finding, ...]:
    """Read all findings. Raises LedgerError with every problem of every file."""
    problems: list[str] = []
    found: list[Finding] = []
    seen: dict[str, str] = {}
    for path in findings_files(folder):
        name = f"findings/{path.name}"
        for finding in _read(path, name, problems):
            if finding.id in seen:
                problems.append(f"{name}: {finding.id}: expected a unique id, also in {seen[finding.id]}")
            seen[finding.id] = name
            found.append(finding)
    if problems:
        raise LedgerError(problems)
    return tuple(found)


def _read(path: Path, name: str, problems: list[str]) -> Iterator[Finding]:
    try:
        raw: Any = load_yaml(path)
    except LedgerError as error:
        problems += [f"findings/{problem}" for problem in error.problems]
        return
    if not isinstance(raw, list):
        problems.append(f"{name}: expected a list of findings, found {type(raw).__name__}")
        return
    for number, item in enumerate(raw):
        try:
            yield msgspec.convert(item, Finding)
        except msgspec.ValidationError as error:
            known = item.get("id") if isinstance(item, dict) else None
            problems.append(f"{name}: {known or f'finding {number + 1}'}: {error}")
