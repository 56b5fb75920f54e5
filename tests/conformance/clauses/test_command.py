"""`carbonbench clauses` as a user meets it: JSON shapes, filters, the page of one entry, one sentence for an error."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench import cli
from bench.case import Item
from conformance.clauses.coverage import means
from conformance.clauses.layout import COLUMNS, width, wrap
from conformance.clauses.ledger import load_ledger
from conformance.clauses.limits import BEGIN, END, PAGE, with_table
from conformance.clauses.statement import OBJECTS
from conformance.clauses.suite import CaseNote, CheckNote, Words, case_classes, find_cases, subject_of
from conformance.clauses.texts import TextsAbsent, find_texts

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def clauses(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*words: str) -> tuple[int, str, str]:
        code = cli.main(["clauses", *words])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


@pytest.fixture
def as_json(clauses: Run) -> Callable[..., Any]:
    def run(*words: str) -> Any:
        return json.loads(clauses(*words, "--json")[1])

    return run


def has_texts() -> bool:
    try:
        find_texts()
    except TextsAbsent:
        return False
    return True


def test_list_as_json(as_json: Callable[..., Any]) -> None:
    rows = as_json()
    assert len(rows) > 1000
    keys = {"id", "document", "number", "strength", "object", "topic", "disposition", "requirement", "threshold"}
    for row in rows:
        assert keys | {"cases", "reading"} <= set(row)
        assert row["requirement"]["zh"] and row["requirement"]["en"]
        assert row["disposition"] != "none"
        assert (row["disposition"] == "automated") == bool(row["cases"])
    bound = {row["id"]: row["object"] for row in rows}
    named = {(clause, subject_of(case)) for case in find_cases() for clause in case.clauses}
    decided = {
        clause
        for clause, item in named
        if (bound[clause] in OBJECTS["platform"] if item == "platform" else bound[clause] != "platform")
    }
    assert {row["id"] for row in rows if row["cases"]} == decided


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("document", "csmt"),
        ("strength", "statement"),
        ("topic", "delivery"),
        ("disposition", "automated"),
        ("disposition", "laboratory"),
        ("object", "collector"),
        ("kind", "definition"),
    ],
)
def test_filters(option: str, value: str, as_json: Callable[..., Any]) -> None:
    rows = as_json(f"--{option}", value)
    everything = as_json("--kind", "all")
    assert len(everything) == len(load_ledger().entries)
    assert rows and {row[option] for row in rows} == {value}
    wanted = [row for row in everything if row[option] == value and (option == "kind" or row["kind"] == "requirement")]
    assert rows == wanted


def test_text_filter_and_footer(clauses: Run) -> None:
    code, out, _ = clauses("--text", "48 h", "--document", "isc-2")
    assert code == 0
    assert "isc-2/9.2a" in out
    assert f"of {len(load_ledger().entries)} entries" in out
    assert max(width(line) for line in out.splitlines()[:-1]) <= COLUMNS


def test_show(clauses: Run, as_json: Callable[..., Any]) -> None:
    (row,) = as_json("show", "isc-2/9.2a")
    assert row["readings"] == ["R-29", "R-08", "R-02"] and row["reading"] == "R-29"
    assert row["reading_b"]["en"] and row["reading_b"]["zh"]
    assert row["question"]["id"] == "storage.power-off-48h"
    assert row["threshold"] == [{"quantity": "retention without power", "op": ">=", "value": "48", "unit": "h"}]
    assert row["findings"]
    _, out, _ = clauses("show", "isc-2/9.2a")
    for part in ("isc-2.txt: 479", "reading B", "掉电", "R-29", "F-isc2-82"):
        assert part in out
    assert max(map(width, out.splitlines())) <= COLUMNS


def test_show_without_texts_says_so(clauses: Run, tmp_path: Path) -> None:
    code, out, _ = clauses("show", "isc-2/9.2a", "--texts", str(tmp_path / "none"))
    assert code == 0
    assert "not shown: the drafts' texts are absent" in out


def test_show_with_texts(as_json: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "isc-2.txt").write_text("\n" * 478 + "编造的句子。\n", "utf-8")
    (row,) = as_json("show", "isc-2/9.2a", "--texts", str(tmp_path))
    assert row["stale"] is True
    assert row["text"] is None or row["text"] == ["编造的句子。"]


def test_show_latest_verdict(as_json: Callable[..., Any], tmp_path: Path) -> None:
    for run, verdict in (("20260101-000000-seed1", "pass"), ("20260102-000000-seed1", "fail")):
        (tmp_path / run).mkdir()
        found = {"run": run, "terminal": "t", "clauses": [{"id": "isc-2/9.2a", "verdict": verdict, "reason": "lost"}]}
        (tmp_path / run / "verdicts.json").write_text(json.dumps(found), "utf-8")
    (tmp_path / "20260103-000000-seed1").mkdir()
    (tmp_path / "20260103-000000-seed1" / "verdicts.json").write_text("{", "utf-8")
    (row,) = as_json("show", "isc-2/9.2a", "--out", str(tmp_path))
    told = {"verdict": "fail", "reason": "lost", "open": "", "reading_b": None}
    assert row["verdict"] == {"run": "20260102-000000-seed1"} | told


def test_show_hints_where_verdicts_may_be(clauses: Run, tmp_path: Path) -> None:
    _, out, _ = clauses("show", "isc-2/9.2a", "--out", str(tmp_path))
    assert f"norunin{tmp_path};--outDIR" in "".join(out.split())
    (tmp_path / "r").mkdir()
    found = {"run": "r", "terminal": "t", "clauses": [{"id": "isc-2/9.2a", "verdict": "pass", "open": "the rest"}]}
    (tmp_path / "r" / "verdicts.json").write_text(json.dumps(found), "utf-8")
    assert "pass (in part" in clauses("show", "isc-2/9.2a", "--out", str(tmp_path))[1]
    assert "r in" in clauses("show", "isc-2/9.2b", "--out", str(tmp_path))[1]


def test_show_says_each_title_once_and_which_check_decides(clauses: Run, as_json: Callable[..., Any]) -> None:
    (row,) = as_json("show", "isc-2/7.2.3-A(1)b")
    _, out, _ = clauses("show", "isc-2/7.2.3-A(1)b")
    flat = "".join(
        line[14:] for line in out.splitlines() if line.startswith(" " * 14) or line[:5] in ("cases", "decid")
    )
    for check in {name.partition(":")[2] for name in row["checks"]}:
        assert flat.replace(" ", "").count(f"{check}:") >= 1
    titles = [title["en"] for title in row["case_titles"].values()]
    squeezed = out.replace("\n" + " " * 14, " ")
    assert all(squeezed.count(title) == 1 for title in set(titles))


def test_list_without_case_and_count(clauses: Run, as_json: Callable[..., Any]) -> None:
    every, without = as_json("--object", "terminal"), as_json("--object", "terminal", "--without-case")
    assert without == [row for row in every if not row["cases"]] and len(without) < len(every)
    assert clauses("--object", "terminal", "--without-case", "--count")[1] == f"{len(without)}\n"
    assert as_json("--object", "terminal", "--without-case", "--count") == {"count": len(without)}


def test_coverage_adds_up(as_json: Callable[..., Any], clauses: Run) -> None:
    found = as_json("coverage")
    rows = as_json()
    assert sum(row["total"] for row in found["rows"]) == len(rows)
    for row in found["rows"]:
        mine = [r for r in rows if (r["document"], r["strength"]) == (row["document"], row["strength"])]
        assert len(mine) == row["total"]
        assert sum(r["disposition"] == "automated" for r in mine) == row["automated"]
    total = found["documents"][-1]
    assert total["automatable"] == sum(r["disposition"] in ("automated", "planned") for r in rows)
    assert total["automated"] == sum(bool(r["cases"]) for r in rows)
    _, out, _ = clauses("coverage")
    assert f"Denominator: {total['automatable']} automatable" in out and "分母" in out
    assert max(map(width, out.splitlines())) <= COLUMNS


def test_coverage_by_topic_strength_rig_and_evidence(as_json: Callable[..., Any], clauses: Run) -> None:
    found = as_json("coverage", "--object", "terminal", "--strength", "shall")
    rows = as_json("--object", "terminal", "--strength", "shall")
    every = found["topics"][-1]
    automatable = [row for row in rows if row["disposition"] in ("automated", "planned")]
    assert every["name"] == "all" and every["automatable"] == len(automatable)
    assert every["automated"] == sum(bool(row["cases"]) for row in automatable)
    assert found["open"] == every["automatable"] - every["automated"]
    assert sum(row["automatable"] for row in found["topics"][:-1]) == every["automatable"]
    assert [row["name"] for row in found["strengths"]] == ["shall", "all"]
    for row in found["topics"]:
        assert sum(row["evidence"].values()) == row["automated"]
        assert all(number <= row["automated"] for number in row["rigs"].values())
    assert 0 < every["rigs"]["lab"] < every["rigs"]["virtual"] and every["evidence"]["wires"]
    _, out, _ = clauses("coverage", "--object", "terminal", "--strength", "shall")
    hint = out.splitlines()[-1].split()
    assert hint[:2] == ["carbonbench", "clauses"]
    assert clauses(*hint[2:], "--count")[1] == f"{found['open']}\n"
    assert max(map(width, out.splitlines())) <= COLUMNS


def test_an_entry_that_binds_a_platform_is_not_decided_by_a_case_on_a_terminal(as_json: Callable[..., Any]) -> None:
    named = [note.id for note in find_cases() if "cpcif/6.1c-1" in note.clauses]
    cases = case_classes()
    (row,) = [row for row in as_json("--document", "cpcif", "--object", "platform") if row["id"] == "cpcif/6.1c-1"]
    assert set(row["cases"]) < set(named) and row["disposition"] == "automated"
    assert {cases[name].item for name in row["cases"]} == {Item.PLATFORM}


def test_a_time_limit_is_decided_by_no_rig_of_virtual_time() -> None:
    timed = CheckNote(id="fast", title=Words(zh="快", en="fast"), clauses=("isc-2/9.2a",), timed=True)
    plain = CheckNote(id="kept", title=Words(zh="存", en="kept"), clauses=("isc-2/9.2b",), evidence="storage")
    note = CaseNote(
        id="a/b",
        title=Words(zh="甲", en="a"),
        clauses=("isc-2/9.2a", "isc-2/9.2b"),
        checks=(timed, plain),
        needs=(),
        rigs=("virtual", "lab"),
        module="conformance.terminal.storage.x",
    )
    found = means(load_ledger(), [note])
    assert (found["isc-2/9.2a"].rigs, found["isc-2/9.2a"].evidence) == (("lab",), "wires")
    assert (found["isc-2/9.2b"].rigs, found["isc-2/9.2b"].evidence) == (("virtual", "lab"), "storage")


def test_lint_without_texts_is_not_a_pass(clauses: Run, as_json: Callable[..., Any], tmp_path: Path) -> None:
    code, out, _ = clauses("lint", "--texts", str(tmp_path / "none"))
    assert code == 2
    assert "6 of 14 gates were NOT CHECKED" in out
    found = as_json("lint", "--texts", str(tmp_path / "none"))
    assert found["not_checked"] == ["addresses", "coverage", "obligations", "modals", "hashes", "own-words"]


def test_lint(clauses: Run) -> None:
    code, out, _ = clauses("lint")
    assert "0 problems" in out
    assert code == (0 if has_texts() else 2)


def test_stale_needs_readable_texts(clauses: Run, tmp_path: Path) -> None:
    code, out, err = clauses("stale", str(tmp_path / "none.txt"), "--texts", str(tmp_path))
    assert (code, out) == (4, "")
    assert len(err.strip().splitlines()) == 1 and "cannot be read" in err


def test_stale_and_hash(clauses: Run, as_json: Callable[..., Any], tmp_path: Path) -> None:
    for document in load_ledger().documents:
        lines = max(int(place.split("-")[-1].split(".")[0]) for entry in document.entries for place in entry.places)
        text = "".join(
            "".join(f"{document.document} 第{line}行第{number}句；" for number in range(12)) + "\n"
            for line in range(1, lines + 1)
        )
        (tmp_path / document.text).write_text(text, "utf-8")
    new = tmp_path / "new.txt"
    new.write_text((tmp_path / "csmt.txt").read_text("utf-8") + "外壳必须防水\n", "utf-8")
    code, out, _ = clauses("stale", str(new), "--texts", str(tmp_path))
    assert code == 1
    assert "(csmt), guessed" in out and "外壳必须防水" in out and "1 new" in out
    found = as_json("stale", str(new), "--document", "csmt", "--texts", str(tmp_path))
    assert found["summary"]["new"] == 1 and found["stale_entries"] == []
    assert clauses("stale", str(tmp_path / "csmt.txt"), "--texts", str(tmp_path))[0] == 0
    code, out, _ = clauses("hash", "--texts", str(tmp_path))
    assert code == 1 and "hashes differ" in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["show", "isc-2/9.2"], "did you mean isc-2/9.2a"),
        (["show", "isc2/9.2a"], "did you mean isc-2/9.2a"),
        (["show", "zzz"], "carbonbench clauses --text"),
        (["--strength", "shal"], "did you mean 'shall'?"),
        (["--document", "zzzz"], "expected one of isc-1"),
        (["nonsense"], "invalid choice"),
        (["show"], "ID"),
        (["stale", "x", "--document", "isc2"], "did you mean 'isc-2'?"),
    ],
)
def test_wrong_words_are_one_sentence(words: list[str], told: str, clauses: Run) -> None:
    code, out, err = clauses(*words)
    assert (code, out) == (4, "")
    assert len(err.strip().splitlines()) == 1
    assert told in err


def test_review_out_that_cannot_be_written(clauses: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    code, _, err = clauses("review", "--out", str(tmp_path / "file"))
    assert code == 4 and "cannot be written" in err


@pytest.mark.parametrize("columns", [10, 20, 37])
def test_wrapping_loses_nothing(columns: int) -> None:
    text = "断网 48 h 之后，自动补传（不含 2011）。 And English words beside it, ending."
    lines = list(wrap(text, columns))
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width(line) <= columns for line in lines)


def test_a_number_and_its_unit_stay_together() -> None:
    text = "采集周期由 1 min 至 3 h 自由设定，1 827 d 后仍在。 At most 10 000 records in 5 years, 99 % of them."
    for columns in range(14, 60):
        lines = list(wrap(text, columns))
        for kept in ("1 min", "3 h", "1 827 d", "10 000", "99 %"):
            assert any(kept in line for line in lines), (columns, kept, lines)


def test_limits_page_holds_what_the_ledger_says(clauses: Run, as_json: Callable[..., Any]) -> None:
    """Out of date: `carbonbench clauses limits --write`."""
    ledger = load_ledger()
    page = PAGE.read_text("utf-8")
    assert page == with_table(page, ledger), (
        "docs/LIMITS.md is older than the ledger: carbonbench clauses limits --write"
    )
    code, out, _ = clauses("limits")
    assert code == 0 and out in page
    rows = as_json("limits")
    told = {number for row in rows for number in row["clauses"].partition(" ")[2].split(", ")}
    assert told == {entry.id.partition("/")[2] for entry in ledger.entries if entry.in_part}


def test_limits_are_written_between_their_marks(clauses: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "LIMITS.md"
    monkeypatch.setattr("conformance.clauses.limits.PAGE", page)
    assert clauses("limits", "--write")[0] == 4
    page.write_text(f"before\n{BEGIN}\n| old |\n{END}\nafter\n")
    assert clauses("limits", "--write")[0] == 0
    written = page.read_text()
    assert written.startswith("before\n") and written.endswith("\nafter\n") and "| old |" not in written
    assert "| ISC-2 4.1h |" in written and "<br>" in written
    page.write_text("no marks\n")
    assert clauses("limits", "--write")[0] == 1
