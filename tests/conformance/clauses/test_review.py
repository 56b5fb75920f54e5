"""The drafters' review: both languages complete, every finding in its place, the same octets each time."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from clauses_small import Small, finding

from bench import cli
from conformance.clauses.findings import CLASSES, GRADES, load_findings
from conformance.clauses.ledger import LedgerError, Words
from conformance.clauses.review import CLASS_WORDS, GRADE_NOTES, GRADE_WORDS, LANGUAGES, build_review, write_review

FORMATS = ("html", "md")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    """The four files by language and format, free of escapes."""
    out = tmp_path_factory.mktemp("review")
    write_review(out)
    found: dict[tuple[str, str], str] = {}
    for language in LANGUAGES:
        found[language, "html"] = html.unescape((out / f"review.{language}.html").read_text("utf-8"))
        source = (out / f"review.{language}.md").read_text("utf-8")
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
    assert sorted(names) == ["review.en.html", "review.en.md", "review.zh.html", "review.zh.md"]
