"""Every command that a page prints is one: its words and options are those of the program."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from house import ROOT

from bench import cli
from bench.case import Rig
from conformance.clauses.suite import case_classes

PAGES = sorted([*(ROOT / "docs").glob("*.md"), *ROOT.glob("README*.md"), ROOT / "CONTRIBUTING.md"])
LAID_OUT = re.compile(r"^(?:\$ )?(?:sudo )?carbonbench (.+)$")
QUOTED = re.compile(r"`(?:sudo )?(?:\.venv/bin/)?carbonbench ([^`\n]+ -[^`\n]*)`")
OWN = {"clauses", "profile", "terminal", "simulate"}
"""Commands that read their words themselves."""


def commands(page: Path) -> list[str]:
    """The command lines of a page: those in blocks, and those in a sentence that name an option."""
    text = page.read_text("utf-8").replace("\\\n", " ")
    fenced = [line for block in text.split("```")[1::2] for line in block.splitlines()]
    indented = [line.strip() for line in text.splitlines() if line.startswith("    ")]
    laid = [found[1] for line in (*fenced, *indented) if (found := LAID_OUT.match(line))]
    return [*laid, *(found[1] for found in QUOTED.finditer(text))]


def words(line: str) -> list[str]:
    """A line as the program gets it: without comments, brackets of what is optional, and what is left open."""
    line = re.split(r"\s{2,}#|\s#\s|\s{3,}", line)[0].partition(" | ")[0].partition(" > ")[0].rstrip("; ")
    line = line.removesuffix(" …")
    return [word for word in shlex.split(re.sub(r"[\[\]]", " ", line)) if word != "&&"]


def test_every_command_of_every_page_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [(page.name, line) for page in PAGES for line in commands(page)]
    wrong: list[str] = []
    for page, line in lines:
        given = words(line)
        if given[:1] and given[0] in OWN:
            continue
        try:
            cli.parser().parse_args(given)
        except SystemExit as error:
            if error.code:
                said = capsys.readouterr().err.strip().splitlines()[-1]
                # A sentence may name an option without its value.
                if not (given[-1].startswith("--") and f"argument {given[-1]}: expected one" in said):
                    wrong.append(f"{page}: {line}: {said}")
    assert not wrong, "\n".join(wrong)
    assert {"LAB.md", "REPORT.md", "EVIDENCE.md", "REALTIME.md"} <= {page for page, _ in lines} and len(lines) > 100


def test_the_page_of_the_laboratory_runs_cases_of_its_own_profile() -> None:
    """What LAB.md has a laboratory run is for the lab rig, and of the draft that its profile is made for."""
    lines = [words(line) for line in commands(ROOT / "docs" / "LAB.md")]
    (document,) = {line[line.index("--documents") + 1] for line in lines if "--documents" in line}
    named = [line[line.index("--case") + 1] for line in lines if line[0] == "run"]
    known = case_classes()
    assert named and all(known[name].rigs & Rig.LAB for name in named)
    assert all(any(clause.startswith(f"{document}/") for clause in known[name].clauses) for name in named)
