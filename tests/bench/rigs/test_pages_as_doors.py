"""A whole case whose functions are called at the product's pages alone, by a real browser, in real time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from house import ROOT
from msgspec.structs import replace
from process_kit import conduct
from suite_kit import REFERENCE

from bench.case import Verdict
from bench.dut.access import Access, read
from bench.dut.profile import load_profile
from bench.rigs.loopback import RIG as LOOPBACK
from conformance.terminal.access.rights import KeepsRightsByRole

ASKED = ("readings", "log", "period")
THREE = ("administrator", "operator", "auditor")


def by_screen() -> Access:
    """Three functions and three roles of the profile of pages."""
    problems: list[str] = []
    found = read({"file": "by-screen.toml"}, ROOT / "fixtures" / "access", problems)
    assert found is not None, problems
    return replace(
        found,
        accounts={word: each for word, each in found.accounts.items() if each.role in THREE},
        functions=tuple(
            replace(each, may=tuple(role for role in each.may if role in THREE), effect=None)
            for each in found.functions
            if each.name in ASKED
        ),
        rules=replace(found.rules, pace_s=0),
    )


@pytest.mark.timeout(900)
def test_a_log_that_the_administrator_reads_at_the_page_is_seen(program: Callable[[str], str], tmp_path: Path) -> None:
    program("chromium")
    terminal = replace(load_profile(REFERENCE), access=by_screen())
    result = conduct(LOOPBACK, KeepsRightsByRole, terminal, tmp_path, defect="administrator-reads-the-log")
    told = {each.id: each.verdict for each in result.checks}
    failed = {each for each, verdict in told.items() if verdict is Verdict.FAIL}
    assert failed == {"roles-apart", "forbidden-by-role", "log-to-auditor"}, (told, result.reason)
    worked = {each for each, verdict in told.items() if verdict is Verdict.PASS}
    assert worked >= {"permitted-work", "before-login"}, told
