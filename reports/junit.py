"""JUnit XML of a run, for build servers: one testcase for each attempt of a case.

Leaves everything a person should read to the HTML report. JUnit knows only failure, error and skipped, so:
fail → failure type `fail`; inconclusive → failure type `inconclusive` and review → failure type `review`, because
neither is a pass and a build must not go green over it; error → error; not applicable and not run → skipped with the
reason. So are a fail that is expected and an interrupted attempt that another one repeats: the build must not turn red
over them, and the line `verdict` says what they are. What is known of an attempt stands as lines `name=value` in its
`system-out`: the schemas by which build servers check have no properties in a testcase.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from bench.case import CaseResult, RunResult, Verdict
from reports.blocks import block_text, blocks_of, visible
from reports.verdicts import write_whole

NAME = "junit.xml"
_ELEMENT = {
    Verdict.FAIL: "failure",
    Verdict.INCONCLUSIVE: "failure",
    Verdict.REVIEW: "failure",
    Verdict.ERROR: "error",
    Verdict.NOT_APPLICABLE: "skipped",
    Verdict.NOT_RUN: "skipped",
}


def junit_xml(run: RunResult) -> str:
    """The text of the JUnit file: one testsuite for each chapter of cases."""
    whole = {name: text for name, text in _counts(run.cases).items() if name != "skipped"}
    root = ElementTree.Element("testsuites", {"name": visible(f"carbonbench {run.run}"), **whole})
    chapters: dict[str, list[CaseResult]] = {}
    for case in run.cases:
        chapters.setdefault(case.id.rpartition("/")[0], []).append(case)
    for chapter, cases in chapters.items():
        suite = ElementTree.SubElement(root, "testsuite", {"name": visible(chapter), **_counts(cases)})
        if run.started:
            suite.set("timestamp", visible(run.started))
        _properties(
            suite,
            [
                ("run", run.run),
                ("seed", str(run.seed)),
                ("commit", run.commit),
                ("terminal", run.terminal),
                ("rig", run.rig),
                ("history_digest", run.history_digest),
            ],
        )
        for case in cases:
            suite.append(_testcase(case, _element_of(case, cases)))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def write(run: RunResult, folder: Path) -> Path:
    """Write `junit.xml` into the run folder and return its path."""
    return write_whole(folder / NAME, junit_xml(run))


def _counts(cases: list[CaseResult] | tuple[CaseResult, ...]) -> dict[str, str]:
    kinds = [_element_of(case, cases) for case in cases]
    return {
        "tests": str(len(cases)),
        "failures": str(kinds.count("failure")),
        "errors": str(kinds.count("error")),
        "skipped": str(kinds.count("skipped")),
        "time": f"{sum(case.wall_s for case in cases):.3f}",
    }


def _element_of(case: CaseResult, cases: Sequence[CaseResult]) -> str:
    """The element that tells the verdict of an attempt; empty for a pass."""
    repeated = any(other.id == case.id and other.instead_of == case.attempt for other in cases)
    if case.expected_fail or (case.interrupted and repeated):
        return "skipped"
    return _ELEMENT.get(case.verdict, "")


def _testcase(case: CaseResult, kind: str) -> ElementTree.Element:
    chapter, _, name = case.id.rpartition("/")
    attempt = f"#{case.attempt}" if case.attempt > 1 else ""
    element = ElementTree.Element(
        "testcase",
        classname=visible(chapter.replace("/", ".")),
        name=visible(name + attempt),
        time=f"{case.wall_s:.3f}",
    )
    facts = [
        *(("clause", clause) for clause in case.clauses),
        ("title", case.title.en),
        ("title_zh", case.title.zh),
        ("verdict", case.verdict.value),
        ("expected_fail", case.expected_fail),
        ("instead_of", str(case.instead_of)),
        ("strength", case.strength),
        ("seed", str(case.seed)),
        ("attempt", str(case.attempt)),
        ("replay", case.replay),
        ("record", case.record),
        ("digest", case.digest),
        ("simulated_s", f"{case.simulated_s:g}"),
        *((f"decides:{check.id}", ", ".join(check.clauses)) for check in case.checks if check.clauses),
    ]
    if kind:
        found = list(blocks_of(case))
        first = found[0].check if found else None
        expected = f"expected fail / 预期不通过: {case.expected_fail}" if case.expected_fail else ""
        seen = f"{first.name}: expected {first.expected}, actual {first.actual}" if first else ""
        message = expected or case.reason or seen
        outcome = ElementTree.SubElement(
            element, kind, message=visible(message.partition("\n")[0] or case.verdict.value)
        )
        if kind != "skipped":
            outcome.set("type", case.verdict.value)
            outcome.text = "\n\n".join(block_text(block) for block in found)
    told = ElementTree.SubElement(element, "system-out")
    told.text = "\n".join(f"{name}={visible(value).replace(chr(10), ' ')}" for name, value in facts if value)
    return element


def _properties(parent: ElementTree.Element, rows: list[tuple[str, str]]) -> None:
    group = ElementTree.SubElement(parent, "properties")
    for name, value in rows:
        ElementTree.SubElement(group, "property", name=name, value=visible(value))
