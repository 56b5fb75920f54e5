"""Issues of a report: their numbers, what each holds (`issue.json`), and what changed from one to the next (7.8.8).

Leaves what a report says to `content`. An issue is never written over: a new one lies beside it and names it by digest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import msgspec

from bench.case import RunResult, Text
from reports.conformity import claimed_documents, statements
from reports.entries import Entry
from reports.issue.content import sm3_of
from reports.issue.joint import Joint
from reports.issue.papers import Job, Lab
from reports.issue.reading import PaperError
from reports.issue.words import WORDS

FILE = "issue.json"
FORMAT = "carbonbench-issue/1"
_UNCHANGING = ("job.report.issued", "job.amendments")
"""Facts that differ by the nature of a new issue."""


class Issued(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an issue is made of: the run and its digests, SM3 of each file, and every fact that a reader is told.

    `replaces` is SM3 of the `issue.json` before, empty for the first; `changes` are sentences in both languages.
    """

    format: str
    number: str
    issue: int
    language: str
    issued: str
    run: str
    history_digest: str
    manifest: str
    writer: str
    signed: bool
    files: dict[str, str]
    replaces: str = ""
    reason: str = ""
    changes: tuple[str, ...] = ()
    facts: dict[str, str] = {}


def facts_of(lab: Lab, job: Job, run: RunResult, ledger: Sequence[Entry], joint: Joint | None = None) -> dict[str, str]:
    """Every fact that a report tells, flat: both files, digests of the run, conclusions, verdicts, measured values."""
    found: dict[str, str] = {"run": run.run, "run.records": run.history_digest, **(joint.facts() if joint else {})}
    _flat("lab", msgspec.to_builtins(lab), found)
    _flat("job", msgspec.to_builtins(job), found)
    for each in statements(run, ledger):
        if each.document in claimed_documents(run):
            said = joint.conformity[each.document] if joint else each.conformity
            found[f"conclusion {each.document}"] = said.value
    for clause in run.clauses:
        found[f"clause {clause.id}"] = clause.verdict.value
    for case in run.cases:
        for check in case.checks:
            if check.measured and check.uncertainty:
                found[f"value {case.id}#{case.attempt}:{check.id}"] = f"{check.measured} {check.unit}".strip()
    return found


def _flat(name: str, value: Any, found: dict[str, str]) -> None:
    if isinstance(value, dict):
        for key, inner in cast(dict[str, Any], value).items():
            _flat(f"{name}.{key}", inner, found)
    elif isinstance(value, list):
        listed = cast(list[Any], value)
        if not listed:
            found[name] = "[]"
        for place, inner in enumerate(listed, start=1):
            _flat(f"{name}[{place}]", inner, found)
    elif value not in (None, ""):
        found[name] = str(value)


_KEYS = {
    "customer.name": "customer",
    "customer.address": "customer-address",
    "customer.contact": "customer-contact",
    "item.name": "item-name",
    "item.vendor": "maker",
    "item.model": "item-model",
    "item.serial": "item-serial",
    "item.firmware": "item-firmware",
    "item.quantity": "item-quantity",
    "item.condition": "item-condition",
    "item.received": "received",
    "tests.place": "place",
    "tests.sampling": "sampling",
    "report.kind": "kind",
}
"""Keys of the order that a report has a name for."""


def _named(fact: str) -> Text:
    """A fact by the name that the report gives it, with its key."""
    known = _KEYS.get(fact.removeprefix("job."), "")
    return Text(f"{WORDS[known].en} ({fact})", f"{WORDS[known].zh}（{fact}）") if known else Text(fact, fact)


def changes_between(before: Mapping[str, str], after: Mapping[str, str]) -> list[Text]:
    """Every fact that is new, gone or other, one sentence each; nothing is left out by choice of a person."""
    found: list[Text] = []
    for name in sorted({*before, *after}):
        was, now = before.get(name), after.get(name)
        if was == now or name.startswith(_UNCHANGING):
            continue
        told = _named(name)
        if was is None:
            found.append(Text(f"{told.en}: new: {now}", f"{told.zh}：新增 {now}"))
        elif now is None:
            found.append(Text(f"{told.en}: was {was}, is gone", f"{told.zh}：原为 {was}，已删除"))
        else:
            found.append(Text(f"{told.en}: was {was}, is {now}", f"{told.zh}：原为 {was}，现为 {now}"))
    return found


def issues_of(folder: Path) -> list[Path]:
    """The folders of the issues of a report number, in their order. Raises PaperError for a gap."""
    numbers = sorted(int(path.name) for path in folder.glob("*") if path.name.isdecimal() and (path / FILE).is_file())
    if numbers != list(range(1, len(numbers) + 1)):
        raise PaperError([f"{folder}: issues {numbers} are there, one between them is missing / 版次不连续"])
    return [folder / str(number) for number in numbers]


def read_issue(folder: Path) -> Issued:
    """An issue, with the digests of its files proved. Raises PaperError."""
    path = folder / FILE
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Issued)
    except OSError as error:
        raise PaperError([f"{path}: cannot be read: {error.strerror} / 无法读取"]) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PaperError([f"{path}: not an issue ({error}) / 不是有效的签发文件"]) from None
    wrong = [
        f"{folder / name}: was altered since it was issued / 签发后被改动"
        for name, sm3 in found.files.items()
        if not (folder / name).is_file() or sm3_of(folder / name) != sm3
    ]
    if wrong:
        raise PaperError(wrong)
    return found


def check_chain(folder: Path) -> list[Issued]:
    """All issues of a number, each proved and naming the one before by its digest. Raises PaperError."""
    found: list[Issued] = []
    before = ""
    for path in issues_of(folder):
        issue = read_issue(path)
        if issue.replaces != before:
            raise PaperError([f"{path / FILE}: does not name the issue before it / 未正确引用上一版"])
        before = sm3_of(path / FILE)
        found.append(issue)
    return found
