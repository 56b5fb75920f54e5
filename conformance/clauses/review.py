"""The drafters' review: every finding with its grade, the reason two laboratories could differ, and a testable wording.

Leaves the findings to their YAML files and the layout to the templates. HTML and Markdown, each in English and Chinese;
the same ledger gives the same octets.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from conformance.clauses.findings import CLASSES, GRADES, Finding, findings_files, load_findings
from conformance.clauses.gates import read_readings
from conformance.clauses.ledger import DOCUMENTS, FOLDER, Entry, Ledger, LedgerError, Words, load_ledger

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
ACROSS = "across"
_TEMPLATES = Path(__file__).parent / "templates"

GRADE_WORDS = {
    "verdict-impossible": Words(zh="无法判定", en="Verdict impossible"),
    "verdict-changes-at-limit": Words(zh="临界时结论不同", en="Verdict changes at the limit"),
    "editorial": Words(zh="编辑性问题", en="Editorial"),
}
GRADE_NOTES = {
    "verdict-impossible": Words(
        zh="条文缺少判定所需的对象、数值或方法，实验室无法给出合格或不合格。",
        en="The text lacks the object, number or method a verdict needs: a laboratory can state neither pass nor fail.",
    ),
    "verdict-changes-at-limit": Words(
        zh="两家实验室各有合理读法，对同一产品会得出不同结论。",
        en="Two laboratories with two reasonable readings come to different verdicts on the same product.",
    ),
    "editorial": Words(
        zh="不改变结论，但妨碍引用、查找或理解。",
        en="No verdict changes, but citing, finding or understanding the clause is hindered.",
    ),
}
CLASS_WORDS = {
    "contradiction": Words(zh="相互矛盾", en="contradiction"),
    "missing-number": Words(zh="缺少数值", en="missing number"),
    "undefined-term": Words(zh="术语未定义", en="undefined term"),
    "statement-number": Words(zh="数值不成要求", en="number that is no requirement"),
    "numbering": Words(zh="编号与结构", en="numbering"),
    "reference": Words(zh="引用文件", en="reference"),
    "ambiguity": Words(zh="含义不明", en="ambiguity"),
    "untestable": Words(zh="无法检验", en="untestable"),
}
LABELS = {
    "title": Words(zh="五份征求意见稿起草意见", en="Drafting review of the five consultation drafts"),
    "subtitle": Words(
        zh="在线监测终端、计量数据终端与三类平台标准：逐句建立条款台账并编写试验时发现的问题",
        en="On-line monitoring terminal, carbon measurement terminal and three platform standards: what was found "
        "while every sentence was entered in a ledger and made testable",
    ),
    "how": Words(zh="如何阅读", en="How to read this"),
    "how1": Words(
        zh="问题按对判定的影响分三级。每条给出问题、两家实验室为何会有分歧、可检验的改写建议和所涉条款；改写中原稿没有的数值均为建议。",
        en="Findings are graded by what they do to a verdict. Each gives the finding, why two laboratories could "
        "disagree, a wording that can be tested, and the clauses concerned. Figures in a rewording that no draft gives "
        "are proposals.",
    ),
    "how2": Words(
        zh="条款内容一律用本项目自己的话概述，原文以征求意见稿为准。R‑nn 是试验台在问题解决之前采用的裁定。",
        en="Clauses are summarised in the project's own words; the drafts themselves are authoritative. R-nn is the "
        "ruling the bench uses until the matter is settled.",
    ),
    "summary": Words(zh="汇总", en="Summary"),
    "document": Words(zh="文件", en="Document"),
    "entries": Words(zh="台账条目", en="Ledger entries"),
    "total": Words(zh="合计", en="Total"),
    "kind": Words(zh="类别", en="Kind"),
    "across": Words(zh="跨文件问题", en="Across the drafts"),
    "why": Words(zh="为何会有分歧", en="Why verdicts differ"),
    "rewording": Words(zh="建议改写", en="Testable wording"),
    "clauses": Words(zh="所涉条款", en="Clauses"),
    "rulings": Words(zh="试验台裁定", en="Ruling in force"),
    "findings": Words(zh="条问题", en="findings"),
    "ledger": Words(zh="台账散列 SM3", en="Ledger SM3"),
}


@dataclass(frozen=True)
class Clause:
    """A clause as the review shows it."""

    entry: Entry
    label: str


@dataclass(frozen=True)
class Item:
    """One finding with what it links to."""

    finding: Finding
    clauses: tuple[Clause, ...]
    rulings: tuple[tuple[str, Words], ...]


@dataclass(frozen=True)
class Group:
    """The findings of one document in one grade; `name` is the document or ACROSS."""

    name: str
    title: Words
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Section:
    """One grade."""

    grade: str
    title: Words
    note: Words
    groups: tuple[Group, ...]

    @property
    def size(self) -> int:
        """How many findings it holds."""
        return sum(len(group.items) for group in self.groups)


@dataclass(frozen=True)
class Review:
    """Everything the templates show."""

    sections: tuple[Section, ...]
    rows: tuple[tuple[str, Words, int, tuple[int, ...]], ...]
    kinds: tuple[tuple[Words, tuple[int, ...]], ...]
    digest: str

    @property
    def size(self) -> int:
        """How many findings there are."""
        return sum(section.size for section in self.sections)


def build_review(folder: Path = FOLDER) -> Review:
    """Group and count the findings. Raises LedgerError, also for a finding that links no existing entry."""
    ledger, findings, readings = load_ledger(folder), load_findings(folder), read_readings(folder)
    unknown = [
        f"findings: {finding.id}: {clause}: no such entry"
        for finding in findings
        for clause in finding.clauses
        if clause not in ledger.by_id
    ]
    if unknown:
        raise LedgerError(unknown)
    homes = (ACROSS, *DOCUMENTS)
    titles = {ACROSS: LABELS["across"]} | {document.document: document.title for document in ledger.documents}
    items = [_item(finding, ledger, readings) for finding in findings]
    sections = tuple(
        Section(
            grade,
            GRADE_WORDS[grade],
            GRADE_NOTES[grade],
            tuple(
                Group(home, titles[home], found)
                for home in homes
                if (
                    found := tuple(
                        item for item in items if item.finding.grade == grade and home_of(item.finding) == home
                    )
                )
            ),
        )
        for grade in GRADES
    )
    rows = tuple(
        (
            home,
            titles[home],
            len(ledger.document(home).entries) if home != ACROSS else 0,
            tuple(_count(findings, lambda f, h=home, g=grade: home_of(f) == h and f.grade == g) for grade in GRADES),
        )
        for home in homes
    )
    kinds = tuple(
        (
            CLASS_WORDS[kind],
            tuple(_count(findings, lambda f, k=kind, g=grade: f.sort == k and f.grade == g) for grade in GRADES),
        )
        for kind in CLASSES
    )
    return Review(sections, rows, kinds, _digest(folder))


def home_of(finding: Finding) -> str:
    """Where a finding is listed: with its document, or across the drafts."""
    return ACROSS if finding.id.startswith(f"F-{ACROSS}-") else finding.clauses[0].partition("/")[0]


def _count(findings: tuple[Finding, ...], fits: Callable[[Finding], bool]) -> int:
    return sum(map(fits, findings))


def _item(finding: Finding, ledger: Ledger, readings: dict[str, Words]) -> Item:
    return Item(
        finding,
        tuple(_clause(ledger.by_id[name]) for name in finding.clauses),
        tuple((name, readings[name]) for name in finding.readings),
    )


def _clause(entry: Entry) -> Clause:
    return Clause(entry, f"{entry.document.upper()} {entry.number}".strip())


def _digest(folder: Path) -> str:
    found = hashlib.new("sm3")
    for path in [*(folder / f"{name}.yaml" for name in DOCUMENTS), *findings_files(folder)]:
        found.update(path.read_bytes())
    return found.hexdigest()


def render(review: Review, name: str, language: Language) -> str:
    """The text of one file; `name` is html or md."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=name == "html",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )

    def say(words: Words) -> str:
        return words.zh if language == "zh" else words.en

    environment.filters["say"] = say
    environment.filters["md"] = _markdown
    return environment.get_template(f"review.{name}.j2").render(
        review=review,
        language=language,
        label=LABELS,
        grades=[GRADE_WORDS[grade] for grade in GRADES],
        kinds=CLASS_WORDS,
    )


def _markdown(text: str) -> str:
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>|" else letter for letter in text)


def write_review(out: Path, folder: Path = FOLDER) -> list[Path]:
    """Write the four files; all of them, or none where one cannot be rendered. Raises LedgerError and OSError."""
    review = build_review(folder)
    texts = {
        out / f"review.{language}.{name}": render(review, name, language)
        for name in ("html", "md")
        for language in LANGUAGES
    }
    out.mkdir(parents=True, exist_ok=True)
    for path, text in texts.items():
        fresh = path.with_name(f".{path.name}.fresh")
        fresh.write_text(text, "utf-8")
        os.replace(fresh, path)
    return list(texts)
