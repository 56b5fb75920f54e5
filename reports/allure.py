"""Allure: labels, steps and attachments of a case, given to allure-pytest while the case's test is current.

Leaves writing the results to allure-pytest. Without it (no `--alluredir`) every call does nothing.
"""

from __future__ import annotations

from pathlib import Path

import allure_commons
from allure_commons.types import AttachmentType, LabelType, Severity
from allure_commons.utils import uuid4
from pytest import skip

from bench.case import CaseResult, Check, Text, Verdict, shown_limit
from bench.history import HistoryError, read_history
from reports.blocks import OPEN, block_text, blocks_of, visible
from reports.conformity import DOCUMENTS, document_of
from reports.glance import Glance, glance_at

_SEVERITY = {
    "shall": Severity.CRITICAL,
    "statement": Severity.NORMAL,
    "should": Severity.MINOR,
    "may": Severity.TRIVIAL,
}
# Larger records stay in the run folder; the attachment would only repeat them.
MOST_OCTETS = 5_000_000


Skipped = skip.Exception


class StepFailed(Exception):
    """Marks an Allure step as failed; never leaves this module."""


def labels(result: CaseResult) -> list[tuple[str, str]]:
    """Labels of a case: draft = epic, clause number = feature, case sentence = story, severity by strength."""
    drafts = dict.fromkeys(str(DOCUMENTS.get(document_of(clause), document_of(clause))) for clause in result.clauses)
    chapter, _, _ = result.id.rpartition("/")
    return [
        *((LabelType.EPIC, draft) for draft in drafts),
        *((LabelType.FEATURE, clause) for clause in result.clauses),
        (LabelType.STORY, visible(result.title.en)),
        (LabelType.SEVERITY, _SEVERITY.get(result.strength, Severity.NORMAL)),
        (LabelType.PARENT_SUITE, "conformance"),
        (LabelType.SUITE, chapter),
        (LabelType.TAG, result.verdict.value),
    ]


def attach(result: CaseResult, folder: Path, glance: Glance | None = None) -> None:
    """Tell Allure everything about a case: title, labels, parameters, a step for each check, attachments.

    Call it inside the running test. `folder` is the run folder that `result.record` is relative to; the record is read
    only without its `glance`.
    """
    hook = allure_commons.plugin_manager.hook
    hook.add_title(test_title=visible(str(result.title)))
    hook.add_description(test_description="\n\n".join(visible(text) for text in _description(result)))
    for kind, value in labels(result):
        hook.add_label(label_type=kind, labels=(value,))
    for name, value in (("seed", result.seed), ("attempt", result.attempt), ("digest", result.digest)):
        hook.add_parameter(name=name, value=value, excluded=name != "attempt", mode=None)
    for check in result.checks:
        _step(check)
    for found in blocks_of(result):
        _attach_text(block_text(found), f"{found.verdict.value}: {found.heading}", AttachmentType.TEXT)
    record = folder / result.record
    if result.record and record.is_file():
        _attach_record(result, record, glance)


def _attach_record(result: CaseResult, record: Path, glance: Glance | None) -> None:
    """The timeline as a picture, and the record itself unless it is large."""
    try:
        title = Text(f"Timeline of {result.id}", f"{result.id} 的时间线")
        picture, _ = (glance or glance_at(read_history(record))).drawn(title=title, alone=True)
        _attach_text(picture, "timeline / 时间线", AttachmentType.SVG)
    except HistoryError as error:
        _attach_text(visible(str(error)), "timeline / 时间线", AttachmentType.TEXT)
    if record.stat().st_size <= MOST_OCTETS:
        allure_commons.plugin_manager.hook.attach_file(
            source=str(record), name="record.jsonl", attachment_type="text/plain", extension="jsonl"
        )


def _description(result: CaseResult) -> list[str]:
    lines = [result.title.en, result.title.zh, ", ".join(result.clauses)]
    return [*lines, *([result.reason] if result.reason else []), f"`{result.replay}`"]


def step_title(check: Check) -> str:
    """Name, measured value, limit and verdict of a check on one line."""
    unit = f" {check.unit}" if check.unit else ""
    measured = (
        f": {check.measured}{unit} ({shown_limit(check.op, check.limit)}{unit})"
        if check.measured and check.limit
        else ""
    )
    return visible(f"{check.name}{measured} – {check.verdict.value} {check.verdict.zh}")


def _step(check: Check) -> None:
    """One Allure step: passed, failed (fail), skipped (not run), or broken (inconclusive, review, error)."""
    hook = allure_commons.plugin_manager.hook
    identity = uuid4()
    parameters = {
        name: visible(value)
        for name, value in (
            ("expected", check.expected),
            ("actual", check.actual),
            ("uncertainty (k=2)", check.uncertainty),
            ("rule", check.rule),
            ("decides", ", ".join(check.clauses)),
        )
        if value
    }
    hook.start_step(uuid=identity, title=step_title(check), params=parameters)
    error: BaseException | None = None
    if check.verdict is Verdict.FAIL:
        error = AssertionError(f"expected {check.expected}, actual {check.actual}")
    elif check.verdict is Verdict.NOT_RUN:
        error = Skipped(f"{check.verdict.value} / {check.verdict.zh}: {check.actual}")
    elif check.verdict in OPEN:
        error = StepFailed(f"{check.verdict.value} / {check.verdict.zh}: {check.actual}")
    if check.evidence and check.verdict in OPEN:
        _attach_text("\n".join(visible(line) for line in check.evidence), "evidence / 证据", AttachmentType.TEXT)
    hook.stop_step(uuid=identity, exc_type=type(error) if error else None, exc_val=error, exc_tb=None)


def _attach_text(text: str, name: str, kind: AttachmentType) -> None:
    allure_commons.plugin_manager.hook.attach_data(body=text, name=visible(name), attachment_type=kind, extension=None)
