"""The console: what a person reads at 100 columns, with and without a terminal, and blocks that explain themselves."""

from __future__ import annotations

import threading
from io import StringIO

import msgspec
import pytest
from rich.console import Console

from bench.case import RunResult, Text, Verdict
from reports import screen
from reports.blocks import block_text, blocks, blocks_of, visible, width
from reports.conformity import Conformity, Statement
from reports.entries import Entry


class Terminal(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def closing(run: RunResult, entries: list[Entry]) -> list[str]:
    out = StringIO()
    screen.closing(run, "out/run", ledger=entries, console=screen.console_for(out))
    return out.getvalue().splitlines()


def test_a_failure_tells_requirement_expected_actual_evidence_and_replay(run: RunResult, entries: list[Entry]) -> None:
    lines = closing(run, entries)
    begin = next(
        number for number, line in enumerate(lines) if line.startswith("✗ fail 不通过  storage/survives-power")
    )
    block = "\n".join(lines[begin : begin + 16])
    for told in (
        "isc-2/9.2 (shall)",
        run.cases[2].title.en[:60],
        run.cases[2].title.zh,
        "== 0 records",
        "3 records",
        "2026-03-02 08:15:00 +08:00  m01.energy",
    ):
        assert told in block
    assert f"  {run.cases[2].replay}" in lines


def test_cases_that_wait_for_answers_are_told_together(run: RunResult) -> None:
    lines = ("claims.a = true  # or false", "claims.b = true  # or false")
    waiting = [
        msgspec.structs.replace(
            run.cases[2], id=f"delivery/{name}", verdict=Verdict.INCONCLUSIVE, checks=(), reason="add", unanswered=lines
        )
        for name in "abc"
    ]
    waiting[0] = msgspec.structs.replace(waiting[0], unanswered=lines[:1])
    told = closing(msgspec.structs.replace(run, cases=tuple(waiting), clauses=()), [])
    (begin,) = [number for number, line in enumerate(told) if "wait for answers" in line]
    assert told[begin].startswith("? inconclusive") and "  3 cases wait" in told[begin]
    assert told[begin + 1 : begin + 3] == [f"    {lines[0]}    × 3", f"    {lines[1]}    × 2"]
    assert "delivery/a" not in "".join(told[:begin])


def test_a_replay_line_is_never_broken(run: RunResult) -> None:
    replay = "carbonbench run " + "--case delivery/a-long-name " * 8 + "# commit 6efac4433d21"
    case = msgspec.structs.replace(run.cases[2], replay=replay)
    assert f"  {replay}" in closing(msgspec.structs.replace(run, cases=(case,), clauses=()), [])


def test_long_evidence_is_cut_on_the_screen_only(run: RunResult) -> None:
    evidence = tuple(f"line {number}" for number in range(20))
    case = run.cases[2]
    case = msgspec.structs.replace(case, checks=(msgspec.structs.replace(case.checks[0], evidence=evidence),))
    text = "\n".join(closing(msgspec.structs.replace(run, cases=(case,), clauses=()), []))
    assert "line 5" in text
    assert "line 6" not in text
    assert "… 14 more lines" in text
    assert "line 19" in screen.failure_block(case)


def test_the_cases_behind_a_clause_are_named_whole(run: RunResult, entries: list[Entry]) -> None:
    lines = closing(run, entries)
    row = next(number for number, line in enumerate(lines) if line.startswith("isc-2/9.2 "))
    assert lines[row + 1] == "    ✗ storage/survives-power-cuts"


def test_fails_come_before_what_is_open(run: RunResult) -> None:
    assert [block.verdict.value for block in blocks(run)] == ["fail", "fail", "error", "inconclusive"]


def test_lines_fit_100_columns_except_those_to_be_copied(run: RunResult, entries: list[Entry]) -> None:
    replays = {f"  {case.replay}" for case in run.cases}
    assert [line for line in closing(run, entries) if width(line.rstrip()) > 100 and line not in replays] == []


def test_reasons_of_a_statement_are_whole_in_full(
    run: RunResult, entries: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ", ".join(f"isc-2/7.2.2({number})q" for number in range(30))
    reason = Text(f"30 are not decided: {names}", f"30 条尚无判定：{names}")
    none = Conformity.NO_STATEMENT
    given = Statement(document="isc-2", conformity=none, reasons=(reason,), binding={}, automatic={}, failed=())
    monkeypatch.setattr(screen, "statements", lambda *_: [given])
    told = " ".join(line.strip() for line in closing(run, entries))
    assert told.count(names) == 2


def test_every_clause_with_a_case_has_its_row_and_the_others_are_counted(run: RunResult, entries: list[Entry]) -> None:
    lines = closing(run, entries)
    for clause in run.clauses:
        rows = [line for line in lines if line.startswith(f"{clause.id} ")]
        assert len(rows) == (1 if clause.cases else 0)
        assert not rows or clause.verdict.value in rows[0]
    assert "○    1  not run 未执行: decided outside this run / 由本次运行之外判定" in lines
    bare = msgspec.structs.replace(run, clauses=(), parameters={"documents": "isc-2"})
    assert "○    1  not run 未执行: planned: testable, no case yet / 计划中：可检测，尚无用例" in closing(bare, entries)


def test_what_is_declared_unsupported_is_said_in_words(run: RunResult, entries: list[Entry]) -> None:
    entry = msgspec.structs.replace(entries[-2], strength="shall", claim="web.management")
    told = msgspec.structs.replace(run, cases=(), clauses=(), claims={"web.management": "no"})
    text = "\n".join(closing(msgspec.structs.replace(told, parameters={"documents": "isc-2"}), [entry]))
    for words in ("✗ isc-2/8.2", entry.requirement.en, entry.requirement.zh, "web.management = no", "不符合"):
        assert words in text


def test_cases_that_are_not_repeatable_are_named(run: RunResult, entries: list[Entry]) -> None:
    first = run.cases[0]
    mixed = (first, msgspec.structs.replace(first, attempt=2, verdict=Verdict.INCONCLUSIVE))
    text = "\n".join(closing(msgspec.structs.replace(run, cases=mixed), entries))
    assert "not repeatable: the attempts of delivery/backfills-after-two-day-outage came to pass, inconclusive" in text
    assert "不可重复" in text


def test_the_closing_says_where_to_look_and_what_ran(run: RunResult, entries: list[Entry]) -> None:
    text = "\n".join(closing(run, entries))
    for told in ("out/run", run.history_digest, "20261121", "35 pass", "2 fail", "ISC-2: no statement 不作声明"):
        assert told in text


def test_a_run_of_nothing_is_no_pass(run: RunResult) -> None:
    empty = msgspec.structs.replace(run, cases=(), clauses=())
    assert any("inconclusive" in line for line in closing(empty, []))


@pytest.mark.parametrize("environ", [{}, {"CI": "true"}])
def test_without_a_terminal_or_under_ci_there_are_plain_lines(run: RunResult, environ: dict[str, str]) -> None:
    out = Terminal() if environ else StringIO()
    progress = screen.Progress(screen.console_for(out, environ))
    progress.expect(2)
    for case in run.cases[1:3]:
        progress.started(case.id)
        progress.finished(case)
    progress.close()
    assert out.getvalue().splitlines() == [
        "[1/2] ✓ pass 通过  delivery/resends-until-acknowledged  (1.4 s, 12 h simulated)",
        "[2/2] ✗ fail 不通过  storage/survives-power-cuts  (1.4 s, 12 h simulated)",
    ]


def test_a_terminal_gets_a_live_picture_that_goes_away(run: RunResult) -> None:
    out = Terminal()
    progress = screen.Progress(Console(file=out, force_terminal=True, width=100))
    progress.expect(2)
    progress.started("a/b")
    progress.started("a/b")
    progress.finished(msgspec.structs.replace(run.cases[0], id="a/b"))
    progress.finished(msgspec.structs.replace(run.cases[0], id="a/b", attempt=2))
    progress.close()
    assert "a/b #2" in out.getvalue()
    assert out.getvalue().rstrip("\n").endswith("\x1b[2K")


def test_a_case_started_elsewhere_may_end_here(run: RunResult) -> None:
    out = StringIO()
    progress = screen.Progress(screen.console_for(out))
    progress.finished(run.cases[0])
    progress.close()
    assert out.getvalue().startswith("[1/1] ")


def test_what_a_terminal_sends_cannot_move_the_cursor(run: RunResult, entries: list[Entry]) -> None:
    case = run.cases[2]
    bad = "\x1b[2J\x07[bold]\u202e##0100"
    check = msgspec.structs.replace(case.checks[0], evidence=(bad,), actual=bad, name=Text(bad, bad))
    spoiled = msgspec.structs.replace(run, cases=(msgspec.structs.replace(case, checks=(check,), id=bad),))
    text = "\n".join(closing(spoiled, entries))
    assert "\x1b" not in text
    assert "\\x1b[2J\\x07[bold]\\u202e##0100" in text


def test_an_error_without_a_check_gives_its_reason(run: RunResult) -> None:
    (block,) = blocks_of(run.cases[17])
    text = block_text(block)
    assert text.startswith("ERROR 台架错误  ")
    assert "the bench lost its own clock source" in text


def test_a_passing_case_has_no_block(run: RunResult) -> None:
    assert list(blocks_of(run.cases[0])) == []
    assert screen.failure_block(run.cases[0]) == ""


def test_the_plain_block_has_labels_in_both_languages(run: RunResult) -> None:
    text = screen.failure_block(run.cases[2])
    for label in (
        "requirement / 要求",
        "check / 检查",
        "expected / 应为",
        "actual / 实测",
        "evidence / 证据",
        "replay / 重放",
    ):
        assert label in text


def test_uncertainty_and_reading_b_are_in_the_block(run: RunResult) -> None:
    case = run.cases[2]
    check = msgspec.structs.replace(case.checks[2], verdict=Verdict.FAIL, reading_b=Verdict.PASS)
    text = screen.failure_block(msgspec.structs.replace(case, checks=(check,)))
    assert "U = 0.012 s (k = 2), simple rule" in text
    assert "pass / 通过" in text


def test_every_verdict_has_its_own_sign() -> None:
    assert len({*screen.SIGNS.values()}) == len(Verdict) == len(screen.STYLES)


def test_escapes_are_shown_and_text_is_kept() -> None:
    assert visible("终端\tA\r\n\x00é") == "终端    A\\x0d\n\\x00é"


def short(run: RunResult, entries: list[Entry], how: str = "short") -> list[str]:
    out = StringIO()
    screen.closing(run, "out/run", how=how, ledger=entries, console=screen.console_for(out))
    return out.getvalue().splitlines()


def test_the_end_of_a_passed_run_fits_on_a_screen(run: RunResult, entries: list[Entry]) -> None:
    passed = tuple(case for case in run.cases if case.verdict is Verdict.PASS)
    lines = short(msgspec.structs.replace(run, cases=passed), entries)
    assert len(lines) <= 24
    assert "run folder / 运行目录  out/run" in lines[-1] and any("report.html" in line for line in lines)
    assert not any("verdict per clause" in line for line in lines)


def test_a_quiet_end_is_counts_and_folder(run: RunResult, entries: list[Entry]) -> None:
    lines = short(run, entries, "quiet")
    assert not any("requirement / 要求" in line or "statement" in line for line in lines)
    assert any(line.startswith("cases / 用例") for line in lines) and "out/run" in lines[-1]


def test_the_end_of_a_run_of_many_fails_fits_on_a_screen_or_two(run: RunResult, entries: list[Entry]) -> None:
    case = run.cases[2]
    checks = [msgspec.structs.replace(case.checks[0], id=f"check-{number}") for number in range(40)]
    many = [
        msgspec.structs.replace(case, id=f"x/case-{number}", replay=f"replay {number}", checks=tuple(checks))
        for number in range(5)
    ]
    told = msgspec.structs.replace(run, cases=tuple(many))
    lines = short(told, entries)
    assert len(lines) <= 80 and len(short(told, entries, "full")) > 300
    replays = [line.strip() for line in lines if line.startswith("  replay ") and "/" not in line]
    assert replays == ["replay 0", "replay 1"]
    assert sum(" · check-" in line for line in lines) == screen.WHOLE_CASES + screen.MOST_LINES
    rest = len(many) * len(checks) - screen.WHOLE_CASES - screen.MOST_LINES
    assert any(f"… and {rest} more" in line for line in lines)


@pytest.mark.parametrize("how", ["short", "full"])
def test_what_one_case_repeats_is_said_once(run: RunResult, entries: list[Entry], how: str) -> None:
    case = run.cases[2]
    twice = msgspec.structs.replace(case, checks=(case.checks[0], msgspec.structs.replace(case.checks[0], id="other")))
    lines = short(msgspec.structs.replace(run, cases=(twice,)), entries, how)
    assert sum(case.title.en[:40] in line for line in lines) == 1
    assert lines.count(f"  {case.replay}") == 1


def test_a_case_under_way_says_what_it_waits_for_where_nobody_sees_a_picture(
    run: RunResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "TOLD_EVERY_S", 0.01)
    out = StringIO()
    asked: list[str] = []
    told = threading.Event()

    def waiting(case: str) -> str:
        asked.append(case)
        if len(asked) > 1:
            # What was said first has been printed by now.
            told.set()
        return f"phase of {case}"

    progress = screen.Progress(screen.console_for(out), waiting=waiting)
    progress.started(run.cases[0].id)
    assert told.wait(20)
    progress.finished(run.cases[0])
    progress.close()
    assert f"{run.cases[0].id}: phase of {run.cases[0].id}" in out.getvalue()
