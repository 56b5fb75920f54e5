"""The drafters' review: both languages complete, every finding in its place, the same octets each time."""

from __future__ import annotations

import csv
import html
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from clauses_small import Small, finding
from docx.shared import Mm
from openpyxl import load_workbook

from bench import cli
from conformance.clauses.findings import CLASSES, GRADES, load_findings, load_questions, load_sources
from conformance.clauses.ledger import LedgerError, Words, load_ledger
from conformance.clauses.review import (
    CLASS_WORDS,
    GRADE_NOTES,
    GRADE_WORDS,
    LANGUAGES,
    Choice,
    build_review,
    marked_figures,
    render,
    write_review,
)
from conformance.clauses.texts import Texts

FORMATS = ("html", "md")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    """The four files by language and format, free of escapes."""
    out = tmp_path_factory.mktemp("review")
    write_review(out)
    found: dict[tuple[str, str], str] = {}
    for language in LANGUAGES:
        found[language, "html"] = html.unescape((out / f"review.{language}.html").read_text("utf-8")).replace("†", "")
        source = (out / f"review.{language}.md").read_text("utf-8").replace("†", "")
        found[language, "md"] = re.sub(r"\\([\\`*_\[\]<>|])", r"\1", source)
    return found


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_in_its_language(language: str, kind: str, written: dict[tuple[str, str], str]) -> None:
    text = written[language, kind]
    for found in load_findings():
        assert text.count(f"{found.id} · " if kind == "md" else f'id="{found.id}"') == 1
        for words in (found.finding, found.why, found.rewording):
            assert getattr(words, language) in text
        for clause in found.clauses:
            assert clause in text
        for ruling in found.readings:
            assert ruling in text


def test_no_language_leaks(written: dict[tuple[str, str], str]) -> None:
    for kind in FORMATS:
        for found in load_findings():
            if len(found.why.en) > 30:
                assert found.why.en not in written["zh", kind]
            if len(found.why.zh) > 12:
                assert found.why.zh not in written["en", kind]
    assert 'lang="zh-CN"' in written["zh", "html"]
    assert '<html lang="en">' in written["en", "html"]


@pytest.mark.parametrize("words", [*GRADE_WORDS.values(), *GRADE_NOTES.values()])
def test_grades_are_explained(words: Words, written: dict[tuple[str, str], str]) -> None:
    for language in LANGUAGES:
        for kind in FORMATS:
            assert getattr(words, language) in written[language, kind]


def test_counts_add_up() -> None:
    review = build_review()
    findings = load_findings()
    assert review.size == len(findings)
    assert [section.size for section in review.sections] == [
        sum(found.grade == grade for found in findings) for grade in GRADES
    ]
    assert sum(sum(numbers) for *_, numbers in review.rows) == len(findings)
    assert sum(sum(numbers) for _, numbers in review.kinds) == len(findings)
    assert set(CLASS_WORDS) == set(CLASSES)


def test_links_of_the_summary_lead_somewhere(written: dict[tuple[str, str], str]) -> None:
    text = written["en", "html"]
    targets = re.findall(r'href="#([^"]+)"', text)
    assert targets
    assert all(f'id="{target}"' in text for target in targets)


def test_the_same_ledger_gives_the_same_octets(tmp_path: Path, small: Small) -> None:
    first = [path.read_bytes() for path in write_review(tmp_path / "a", small.folder)]
    assert [path.read_bytes() for path in write_review(tmp_path / "b", small.folder)] == first
    small.write("findings/small.yaml", [finding(grade="verdict-impossible")])
    assert [path.read_bytes() for path in write_review(tmp_path / "c", small.folder)] != first


def test_a_finding_that_links_nothing_writes_nothing(tmp_path: Path, small: Small) -> None:
    small.write("findings/small.yaml", [finding(clauses=["isc-2/99"])])
    with pytest.raises(LedgerError, match="F-small-01: isc-2/99"):
        write_review(tmp_path / "out", small.folder)
    assert not (tmp_path / "out").exists()


def test_markup_in_a_finding_is_text(tmp_path: Path, small: Small) -> None:
    nasty = {"zh": "<b>甲</b> | *乙*", "en": "<script>x</script> | *y*"}
    small.write("findings/small.yaml", [finding(finding=nasty)])
    write_review(tmp_path, small.folder)
    assert "<script>" not in (tmp_path / "review.en.html").read_text("utf-8")
    assert r"\<script\>x\</script\> \| \*y\*" in (tmp_path / "review.en.md").read_text("utf-8")


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["clauses", "review", "--out", str(tmp_path / "deep" / "review")]) == 0
    names = [Path(line).name for line in capsys.readouterr().out.splitlines()]
    forms = [f"comments.{language}.{name}" for language in LANGUAGES for name in ("csv", "docx", "xlsx")]
    assert sorted(names) == [*forms, "review.en.html", "review.en.md", "review.zh.html", "review.zh.md"]


def test_the_ten_questions_come_first_and_name_findings(written: dict[tuple[str, str], str]) -> None:
    questions = load_questions()
    assert [asked.id for asked in questions] == [f"Q-{number:02}" for number in range(1, 11)]
    for language in LANGUAGES:
        text = written[language, "md"]
        for asked in questions:
            assert text.index(getattr(asked.question, language)) < text.index(f"#### {asked.findings[0]} · ")
        first = text[text.index("\n1. **") : text.index("\n2. **")]
        assert (
            "ISC-2 2、7.2.2(2)、7.2.3-B(6)" in first if language == "zh" else "ISC-2 2, 7.2.2(2), 7.2.3-B(6)" in first
        )


def test_parts_without_numbers_have_names_in_the_form(tmp_path: Path) -> None:
    write_review(tmp_path)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "comments.zh.csv").read_text("utf-8-sig"))))
    places = {place for row in rows for place in row["章条编号"].split("；")}
    assert {"前文", "编制说明", "附录 A", "[4.2]"} <= places
    assert not places & {"", "ISC-1", "ISC-2", "SSEA", "CSMT", "CPCIF"}
    # One draft needs no name before each number; several do.
    assert all(("、" in row["标准"]) == (row["标准"].partition("、")[0] in row["章条编号"]) for row in rows)


def test_outside_facts_have_their_source(tmp_path: Path, small: Small, written: dict[tuple[str, str], str]) -> None:
    sources, named = load_sources(), {name for found in load_findings() for name in found.sources}
    assert named == set(sources)
    for language in LANGUAGES:
        assert all(getattr(words, language) in written[language, "md"] for words in sources.values())
    small.write("findings/small.yaml", [finding(sources=["S-nowhere"])])
    with pytest.raises(LedgerError, match="S-nowhere: no such source"):
        write_review(tmp_path, small.folder)


def test_findings_stand_in_the_order_of_clauses_and_opposed_verdicts_first() -> None:
    review = build_review()
    order = {name: number for number, name in enumerate(load_ledger().by_id)}
    assert review.sections[0].grade == "verdicts-opposed"
    for section in review.sections:
        for group in section.groups:
            places = [min(order[name] for name in item.finding.clauses) for item in group.items]
            assert places == sorted(places)
    indexed = {name for _, _, rows in review.index for _, names in rows for name in names}
    assert indexed == {found.id for found in load_findings()}


@pytest.mark.parametrize(
    ("choice", "holds"),
    [
        (Choice(document="ssea"), lambda name: name.startswith("ssea/")),
        (Choice(clause="isc-2/7.2.4"), lambda name: name.startswith("isc-2/7.2.4")),
        (Choice(clause="7.2.4"), lambda name: "/7.2.4" in name),
    ],
)
def test_a_drafter_sees_his_draft_or_clause(choice: Choice, holds: Callable[[str], bool]) -> None:
    items = [
        item for section in build_review(choice=choice).sections for group in section.groups for item in group.items
    ]
    assert 0 < len(items) < len(load_findings())
    assert all(any(map(holds, item.finding.clauses)) for item in items)


def test_a_clause_without_findings_is_told() -> None:
    with pytest.raises(LedgerError, match=r"99\.9: no finding names a clause there"):
        build_review(choice=Choice(clause="99.9"))


@pytest.mark.parametrize(
    ("wording", "told", "marked"),
    [
        ("at least 24 h, 99.5 % of them", "", "at least 24† h, 99.5† % of them"),
        ("at least 48 h", "the buffer of 48 h", "at least 48 h"),
        ("5.6.1 and GB/T 22239, class 2", "", "5.6.1 and GB/T 22239, class 2"),
        ("不超过 5 s，保存 5 年", "5 年", "不超过 5 s，保存 5 年"),
        ("丢失 0 条", "", "丢失 0 条"),
        ("MTBF 50 000 h", "", "MTBF 50 000† h"),
    ],
)
def test_figures_of_our_own_are_marked(wording: str, told: str, marked: str) -> None:
    assert marked_figures(wording, told) == marked


def test_the_form_of_comments_can_be_filled_in(tmp_path: Path, small: Small) -> None:
    small.write("findings/small.yaml", [finding(rewording={"zh": "=1+1 应", "en": "=1+1 shall"})])
    write_review(tmp_path, small.folder)
    (row,) = csv.DictReader(io.StringIO((tmp_path / "comments.zh.csv").read_text("utf-8-sig")))
    assert row["修改建议"].startswith("'=1+1") and row["处理意见"] == "" and row["意见内容"]
    sheet = load_workbook(tmp_path / "comments.en.xlsx").active
    assert sheet is not None
    lines = list(sheet.iter_rows(values_only=True))
    assert (
        lines[0][8:10] == ("Raised on", "Handling")
        and lines[1][8] == "2026-11-21"
        and all(cell for number, cell in enumerate(lines[1]) if number not in (3, 9))
        and len(lines) == 2
        and sheet.cell(2, 7).data_type == "s"
    )
    # Not every program works out how high a row must be.
    assert 30 <= (sheet.row_dimensions[2].height or 0) <= 409
    empty = {name for name, cell in zip(*lines, strict=True) if not cell}
    assert empty == {"Text of the draft", "Handling"}
    table = docx.Document(str(tmp_path / "comments.zh.docx")).tables[0]
    assert [cell.text for cell in table.rows[0].cells][2:4] == ["章条编号", "原文"] and len(table.rows) == 2
    # A date or a name is not torn over two lines, nor a comment over two pages.
    heads = [cell.text for cell in table.rows[0].cells]
    assert all((table.rows[1].cells[heads.index(name)].width or Mm(0)).mm > 24 for name in ("提出单位", "提出日期"))
    with zipfile.ZipFile(tmp_path / "comments.zh.docx") as packed:
        assert packed.read("word/document.xml").count(b"<w:cantSplit") == len(table.rows)


def test_every_finding_tells_since_when_it_stands(written: dict[tuple[str, str], str]) -> None:
    for language, words in (("zh", "提出于"), ("en", "raised on")):
        for name in ("md", "html"):
            text = written[language, name]
            assert all(f"{words} {found.raised}" in text.partition(f"{found.id}")[2] for found in load_findings())
            assert text.count(f" · {words} 2026-") == len(load_findings())


def test_the_draft_is_quoted_where_its_text_is_there(tmp_path: Path) -> None:
    ledger = load_ledger()
    for document in ledger.documents:
        line = f"{document.document} 句。" * 9
        (tmp_path / document.text).write_text("\n".join([line] * 3000), "utf-8")
    review = build_review(texts=Texts(tmp_path))
    clauses = [
        clause for section in review.sections for group in section.groups for i in group.items for clause in i.clauses
    ]
    assert clauses and all(clause.quoted.startswith(clause.entry.document) for clause in clauses)


def test_chinese_has_its_own_punctuation() -> None:
    review = build_review()
    told = render(review, "md", "zh")
    assert re.findall(r"[一-鿿」”）][:;,(].{0,12}|\*\*:", told) == []
    assert "（" not in render(review, "md", "en")
