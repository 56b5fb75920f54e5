"""Repeatability: every attempt is told, mixed ones fail, interrupted ones count only until they are repeated (R-07)."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from bench.case import CaseResult, Check, Measurement, RunResult, Text, Verdict, criterion, exit_code, measure
from bench.commands.running.expected import exit_of
from reports import html, verdicts
from reports.clause_results import clause_results
from reports.repeats import outcomes, repeatability
from reports.screen import closing

NAME = Text("a case", "用例")


def attempt(number: int, verdict: Verdict = Verdict.PASS, value: str = "1.0", **fields: object) -> CaseResult:
    checks: tuple[Check, ...] = (
        criterion("delay", en="delay", zh="时延", unit="s").decide(True, measured=value, limit="60", op="<="),
    )
    found: tuple[Measurement, ...] = (measure("cuts", 3, en="cuts", zh="次数"),)
    common = {"checks": checks, "measurements": found} | fields
    return CaseResult(id="a/b", title=NAME, clauses=("isc-2/9.1e",), verdict=verdict, attempt=number, **common)  # type: ignore[arg-type]


def run(*cases: CaseResult) -> RunResult:
    return RunResult(
        run="r",
        seed=1,
        commit="c",
        terminal="t",
        rig="lab",
        history_digest="",
        cases=cases,
        clauses=clause_results(cases),
        repeats=3,
    )


def cut(number: int, instead_of: int = 0) -> CaseResult:
    return attempt(number, Verdict.ERROR, checks=(), measurements=(), interrupted=True, instead_of=instead_of)


def test_spread_is_exact_decimal_text_over_the_attempts_that_measured() -> None:
    found = run(attempt(1, value="2.040"), attempt(2, value="0.10"), attempt(3, value="10.0"))
    (row,) = repeatability(found)
    assert row.repeatable and row.verdict is Verdict.PASS
    delay, cuts = row.spreads
    assert (delay.least, delay.median, delay.most, delay.samples) == ("0.10", "2.040", "10.0", 3)
    assert (delay.op, delay.limit, delay.unit) == ("<=", "60", "s")
    assert (cuts.least, cuts.most) == ("3", "3")
    (row,) = repeatability(run(attempt(1, value="0.1"), attempt(2, value="0.2")))
    assert row.spreads[0].median == "0.15"
    (row,) = repeatability(run(attempt(1, value="never"), attempt(2, value="0.2"), attempt(3, value="")))
    assert [spread.id for spread in row.spreads] == ["cuts"]
    assert repeatability(run(attempt(1))) == ()


@pytest.mark.parametrize(
    ("attempts", "verdict", "repeatable"),
    [
        ((attempt(1), attempt(2), attempt(3)), Verdict.PASS, True),
        ((attempt(1, Verdict.FAIL), attempt(2), attempt(3)), Verdict.FAIL, False),
        ((attempt(1), attempt(2, Verdict.INCONCLUSIVE)), Verdict.FAIL, False),
        ((attempt(1), attempt(2, Verdict.NOT_RUN)), Verdict.NOT_RUN, True),
        ((attempt(1), cut(2), attempt(3)), Verdict.ERROR, True),
        ((attempt(1), cut(2), attempt(3), attempt(4, instead_of=2)), Verdict.PASS, True),
        ((attempt(1), cut(2), cut(3, instead_of=2)), Verdict.ERROR, True),
        ((cut(1), cut(2, instead_of=1), attempt(3, instead_of=2)), Verdict.PASS, True),
        ((attempt(1), attempt(2, Verdict.ERROR), attempt(3, instead_of=2)), Verdict.ERROR, True),
        ((cut(1), attempt(2, Verdict.FAIL, instead_of=1)), Verdict.FAIL, True),
    ],
)
def test_never_green_in_the_end(attempts: tuple[CaseResult, ...], verdict: Verdict, repeatable: bool) -> None:
    found = run(*attempts)
    (row,) = repeatability(found)
    assert (row.verdict, row.repeatable) == (verdict, repeatable)
    assert outcomes(found) == {"a/b": verdict}
    assert found.clauses[0].verdict is verdict
    assert exit_of(found) == exit_code([verdict])


def test_the_table_is_on_the_screen_in_the_page_and_in_the_file(tmp_path: Path) -> None:
    found = run(attempt(1, value="0.1"), cut(2), attempt(3, value="7.5"), attempt(4, value="0.2", instead_of=2))
    stream = io.StringIO()
    closing(found, ledger=(), console=Console(file=stream, width=120, no_color=True))
    told = stream.getvalue()
    assert "✓ pass 通过  a/b   #1✓ #2!(interrupted 中断) #3✓ #4✓(for 代 #2)" in told
    assert "delay / 时延: 0.1 … 0.2 … 7.5 s  (<= 60)" in told
    page = html.report_html(found, tmp_path)
    table = page[page.index('id="repeatability"') :]
    table = table[: table.index("</section>")]
    assert '<td rowspan="2">' in table and ">0.1<" in table and ">7.5<" in table and "≤ 60" in table
    (row,) = json.loads(verdicts.verdicts_json(found))["repeatability"]
    assert [each["attempt"] for each in row["attempts"]] == [1, 2, 3, 4]
    assert row["spreads"][0] | {"name": "", "name_zh": ""} == {
        "id": "delay",
        "name": "",
        "name_zh": "",
        "unit": "s",
        "least": "0.1",
        "median": "0.2",
        "most": "7.5",
        "samples": 3,
        "op": "<=",
        "limit": "60",
    }


def test_without_repetitions_there_is_no_table(tmp_path: Path) -> None:
    assert 'id="repeatability"' not in html.report_html(run(attempt(1)), tmp_path)
