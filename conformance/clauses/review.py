"""The drafters' review: every finding with its grade, the reason two laboratories could differ, and a testable wording.

Leaves the findings to their YAML files and the layout to the templates. HTML and Markdown, each in English and Chinese;
the same ledger gives the same octets.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from conformance.clauses import comments
from conformance.clauses.cache import CompiledTemplates
from conformance.clauses.findings import (
    CLASSES,
    GRADES,
    Finding,
    FirstQuestion,
    findings_files,
    load_findings,
    load_questions,
    load_sources,
)
from conformance.clauses.gates import read_readings
from conformance.clauses.ledger import DOCUMENTS, FOLDER, Entry, Ledger, LedgerError, Words, load_ledger
from conformance.clauses.texts import AddressError, Text, Texts, TextsAbsent

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
ACROSS = "across"
_TEMPLATES = Path(__file__).parent / "templates"

GRADE_WORDS = {
    "verdicts-opposed": Words(zh="结论相反", en="Verdicts opposed"),
    "verdict-impossible": Words(zh="无法判定", en="Verdict impossible"),
    "verdict-changes-at-limit": Words(zh="临界时结论不同", en="Verdict changes at the limit"),
    "editorial": Words(zh="编辑性问题", en="Editorial"),
}
GRADE_NOTES = {
    "verdicts-opposed": Words(
        zh="两处条文不能同时满足：产品符合其一，就按另一处判为不合格。",
        en="Two clauses cannot be met together: a product that conforms to one fails by the other.",
    ),
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
        zh="问题按对判定的影响分四级，级内按条款顺序排列；末尾有条款索引。每条给出问题、两家实验室为何会有分歧、可检验的改写建议和"
        "所涉条款。带 † 的数值为本评审的建议，原稿没有。",
        en="Findings are graded by what they do to a verdict, in order of clauses within a grade; an index by clause "
        "stands at the end. Each gives the finding, why two laboratories could disagree, a wording that can be tested, "
        "and the clauses concerned. A figure marked † is a proposal of this review; no draft gives it.",
    ),
    "how2": Words(
        zh="条款内容一律用本项目自己的话概述，原文以征求意见稿为准。方括号内的条号由标题次序推得，原稿没有印出。"
        "R‑nn 是试验台在问题解决之前采用的裁定。",
        en="Clauses are summarised in the project's own words; the drafts themselves are authoritative. A number in "
        "square brackets follows from the order of headings; the draft prints none. R-nn is the ruling the bench uses "
        "until the matter is settled.",
    ),
    "first": Words(zh="下一稿之前须先确定的十个问题", en="Ten questions to settle before the next drafts"),
    "closes": Words(zh="解决后可关闭", en="Settles"),
    "index": Words(zh="条款索引", en="Index by clause"),
    "quoted": Words(zh="原文", en="The draft says"),
    "line": Words(zh="行", en="line"),
    "summary": Words(zh="汇总", en="Summary"),
    "document": Words(zh="文件", en="Document"),
    "entries": Words(zh="台账条目", en="Ledger entries"),
    "total": Words(zh="合计", en="Total"),
    "kind": Words(zh="类别", en="Kind"),
    "across": Words(zh="跨文件问题", en="Across the drafts"),
    "why": Words(zh="为何会有分歧", en="Why verdicts differ"),
    "rewording": Words(zh="建议改写", en="Testable wording"),
    "raised": Words(zh="提出于", en="raised on"),
    "clauses": Words(zh="所涉条款", en="Clauses"),
    "sources": Words(zh="外部事实的来源", en="Source of outside facts"),
    "rulings": Words(zh="试验台裁定", en="Ruling in force"),
    "findings": Words(zh="条问题", en="findings"),
    "ledger": Words(zh="台账散列 SM3", en="Ledger SM3"),
}


@dataclass(frozen=True)
class Clause:
    """A clause as the review shows it; `quoted` is the draft's own text, where it is at hand."""

    entry: Entry
    place: Words
    """Where it stands in its draft: its number, or what the part without numbers is called."""
    quoted: str = ""

    @property
    def label(self) -> Words:
        """Draft and place."""
        draft = self.entry.document.upper()
        return Words(zh=f"{draft} {self.place.zh}", en=f"{draft} {self.place.en}")


@dataclass(frozen=True)
class Item:
    """One finding with what it links to."""

    finding: Finding
    clauses: tuple[Clause, ...]
    rulings: tuple[tuple[str, Words], ...]
    sources: tuple[Words, ...]


@dataclass(frozen=True)
class Asked:
    """A question to settle first, and by draft where the clauses concerned stand."""

    question: FirstQuestion
    places: tuple[tuple[str, tuple[Words, ...]], ...]


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
    questions: tuple[Asked, ...]
    index: tuple[tuple[str, Words, tuple[tuple[Clause, tuple[str, ...]], ...]], ...]
    """By document each clause with findings, in the order of the text, and their ids."""
    rows: tuple[tuple[str, Words, int, tuple[int, ...]], ...]
    kinds: tuple[tuple[Words, tuple[int, ...]], ...]
    digest: str

    @property
    def size(self) -> int:
        """How many findings there are."""
        return sum(section.size for section in self.sections)


@dataclass(frozen=True)
class Choice:
    """Which findings are wanted: of one document, or of clauses whose id begins so (both empty: all)."""

    document: str = ""
    clause: str = ""

    def takes(self, finding: Finding) -> bool:
        """Whether a finding is wanted."""
        return any(
            (not self.document or name.partition("/")[0] == self.document)
            and (not self.clause or below(self.clause, name))
            for name in finding.clauses
        )


def below(section: str, entry: str) -> bool:
    """Whether an entry stands in a section, with or without its document: isc-2/7.2.4, 7.2.4."""
    rests = (whole.removeprefix(section) for whole in (entry, entry.partition("/")[2]) if whole.startswith(section))
    return any(not rest[:1].isdigit() for rest in rests)


def build_review(folder: Path = FOLDER, choice: Choice | None = None, texts: Texts | None = None) -> Review:
    """Order and count the findings that are wanted, with the drafts' own text where `texts` has it.

    Raises LedgerError, also for a finding that links no existing entry and for a choice that nothing meets.
    """
    choice = choice or Choice()
    ledger, every, readings = load_ledger(folder), load_findings(folder), read_readings(folder)
    questions, sources = load_questions(folder), load_sources(folder)
    known = {finding.id for finding in every}
    unknown = [
        f"findings: {finding.id}: {clause}: no such entry"
        for finding in every
        for clause in finding.clauses
        if clause not in ledger.by_id
    ]
    unknown += [
        f"questions.yaml: {asked.id}: {name}: no such finding"
        for asked in questions
        for name in asked.findings
        if name not in known
    ]
    unknown += [
        f"findings: {finding.id}: {name}: no such source in sources.yaml"
        for finding in every
        for name in finding.sources
        if name not in sources
    ]
    findings = tuple(finding for finding in every if choice.takes(finding))
    if not findings and not unknown:
        wanted = " ".join(word for word in (choice.document, choice.clause) if word)
        unknown.append(f"{wanted}: no finding names a clause there / 该条款没有问题")
    if unknown:
        raise LedgerError(unknown)
    homes = (ACROSS, *DOCUMENTS)
    titles = {ACROSS: LABELS["across"]} | {document.document: document.title for document in ledger.documents}
    place = {name: number for number, name in enumerate(ledger.by_id)}
    findings = tuple(sorted(findings, key=lambda finding: (min(place[name] for name in finding.clauses), finding.id)))
    quotes = _quotes(ledger, findings, texts)
    items = [_item(finding, ledger, readings, sources, quotes) for finding in findings]
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
    here = {finding.id for finding in findings}
    asked = tuple(
        _asked(each, {name for finding in findings if finding.id in each.findings for name in finding.clauses}, ledger)
        for each in (questions if choice == Choice() else ())
        if here & set(each.findings)
    )
    return Review(sections, asked, _index(findings, ledger, titles, quotes), rows, kinds, _digest(folder))


def _asked(question: FirstQuestion, clauses: Set[str], ledger: Ledger) -> Asked:
    """A question with the places of its findings' clauses, in the order of the drafts."""
    found: dict[str, dict[Words, None]] = {}
    for name, entry in ledger.by_id.items():
        if name in clauses:
            found.setdefault(entry.document.upper(), {})[_place(entry)] = None
    return Asked(question, tuple((draft, tuple(places)) for draft, places in found.items()))


def _index(
    findings: tuple[Finding, ...], ledger: Ledger, titles: Mapping[str, Words], quotes: Mapping[str, str]
) -> tuple[tuple[str, Words, tuple[tuple[Clause, tuple[str, ...]], ...]], ...]:
    named: dict[str, list[str]] = {}
    for finding in findings:
        for name in finding.clauses:
            named.setdefault(name, []).append(finding.id)
    rows = {name: (_clause(entry, quotes), tuple(named[name])) for name, entry in ledger.by_id.items() if name in named}
    return tuple(
        (home, titles[home], of_home)
        for home in DOCUMENTS
        if (of_home := tuple(row for name, row in rows.items() if name.partition("/")[0] == home))
    )


def _quotes(ledger: Ledger, findings: tuple[Finding, ...], texts: Texts | None) -> dict[str, str]:
    """The drafts' own words of the clauses that findings name; empty without the texts."""
    if texts is None:
        return {}
    found: dict[str, str] = {}
    known: dict[str, Text] = {}
    for name in {name for finding in findings for name in finding.clauses}:
        entry = ledger.by_id[name]
        document = ledger.document(entry.document)
        with contextlib.suppress(TextsAbsent, AddressError):
            text = known.setdefault(entry.document, texts.read(document.text))
            found[name] = "".join(sentence.text for sentence in text.of(entry.places))
    return found


def home_of(finding: Finding) -> str:
    """Where a finding is listed: with its document, or across the drafts."""
    return ACROSS if finding.id.startswith(f"F-{ACROSS}-") else finding.clauses[0].partition("/")[0]


def _count(findings: tuple[Finding, ...], fits: Callable[[Finding], bool]) -> int:
    return sum(map(fits, findings))


def _item(
    finding: Finding,
    ledger: Ledger,
    readings: Mapping[str, Words],
    sources: Mapping[str, Words],
    quotes: Mapping[str, str],
) -> Item:
    clauses = tuple(_clause(ledger.by_id[name], quotes) for name in finding.clauses)
    told = "".join(words for clause in clauses for words in (clause.entry.requirement.en, clause.entry.requirement.zh))
    told += finding.finding.en + finding.finding.zh + "".join(clause.quoted for clause in clauses)
    marked = Words(zh=marked_figures(finding.rewording.zh, told), en=marked_figures(finding.rewording.en, told))
    return Item(
        msgspec.structs.replace(finding, rewording=marked),
        clauses,
        tuple((name, readings[name]) for name in finding.readings),
        tuple(sources[name] for name in finding.sources),
    )


_UNITS = "%|‰|ms|s|min|h|d|°C|mm|m|V|kV|Hz|kB|MB|GB|years?|months|days|年|个月|天|次|条|倍"
_FIGURE = re.compile(rf"(?<![\w.])(\d+(?:[.,]\d+)?)(?: \d{{3}})?(?=[\s\u00a0]?(?:{_UNITS})(?![A-Za-z]))")


def marked_figures(rewording: str, told: str) -> str:
    """A rewording with † behind each figure with a unit that neither clause nor finding has."""
    # None of something is no figure that anybody chose.
    known = {"0", *re.findall(r"\d+(?:[.,]\d+)?", told)}
    return _FIGURE.sub(lambda found: found[0] + ("" if found[1] in known else "†"), rewording)


def _clause(entry: Entry, quotes: Mapping[str, str]) -> Clause:
    return Clause(entry, _place(entry), quotes.get(entry.id, ""))


_PARTS = {
    "title": Words(zh="封面", en="title page"),
    "foreword": Words(zh="前言", en="foreword"),
    "introduction": Words(zh="引言", en="introduction"),
    "intro": Words(zh="引言", en="introduction"),
    "front": Words(zh="前文", en="front matter"),
    "bibliography": Words(zh="参考文献", en="bibliography"),
    "bib": Words(zh="参考文献", en="bibliography"),
    "notes": Words(zh="编制说明", en="drafting notes"),
    "form": Words(zh="意见表", en="comment form"),
}
"""What a part of a draft without numbers is called, by how the ids of its entries begin."""


def _place(entry: Entry) -> Words:
    number = entry.number
    if number:
        annex = number[0].isalpha()
        zh = re.sub(r", table (\d+)", r" 表 \1", number)
        return Words(zh=f"附录 {zh}" if annex else zh, en=f"annex {number}" if annex else number)
    return _PARTS[entry.id.partition("/")[2].removeprefix("h-").partition("-")[0]]


def _digest(folder: Path) -> str:
    found = hashlib.new("sm3")
    asked = [path for path in (folder / "questions.yaml",) if path.is_file()]
    for path in [*(folder / f"{name}.yaml" for name in DOCUMENTS), *findings_files(folder), *asked]:
        found.update(path.read_bytes())
    return found.hexdigest()


_MARKS: Mapping[Language, Mapping[str, str]] = {
    "en": {"open": " (", "close": ")", "colon": ": ", "comma": ", ", "pause": ", ", "semicolon": "; ", "stop": "."},
    "zh": {"open": "（", "close": "）", "colon": "：", "comma": "、", "pause": "，", "semicolon": "；", "stop": "。"},
}
"""Punctuation, full width in Chinese."""


_OPTIONS: dict[str, Any] = {
    "undefined": StrictUndefined,
    "trim_blocks": True,
    "lstrip_blocks": True,
    "keep_trailing_newline": True,
}


def render(review: Review, name: str, language: Language) -> str:
    """The text of one file; `name` is html or md."""
    options: dict[str, Any] = {**_OPTIONS, "autoescape": name == "html"}
    environment = Environment(loader=FileSystemLoader(_TEMPLATES), bytecode_cache=CompiledTemplates(options), **options)

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
        mark=_MARKS[language],
    )


def comment_rows(review: Review, language: Language) -> list[comments.Row]:
    """The findings as comments, in the order of drafts and clauses."""

    def say(words: Words) -> str:
        return words.zh if language == "zh" else words.en

    def place(clause: Clause, drafts: int) -> str:
        return say(clause.place if drafts == 1 else clause.label)

    stop, comma = _MARKS[language]["semicolon"], _MARKS[language]["comma"]
    items = {item.finding.id: item for section in review.sections for group in section.groups for item in group.items}
    order = dict.fromkeys(name for _, _, rows in review.index for _, names in rows for name in names)
    drafts = {name: {clause.entry.document.upper(): None for clause in item.clauses} for name, item in items.items()}
    return [
        comments.Row(
            draft=comma.join(drafts[name]),
            clauses=stop.join(dict.fromkeys(place(clause, len(drafts[name])) for clause in item.clauses)),
            text=comments.quoted([clause.quoted for clause in item.clauses if clause.quoted]),
            comment=say(item.finding.finding),
            reason=say(item.finding.why),
            wording=say(item.finding.rewording),
            raised=item.finding.raised.isoformat(),
            remark=stop.join(
                (name, say(GRADE_WORDS[item.finding.grade]), *item.finding.readings, *map(say, item.sources))
            ),
        )
        for name, item in ((name, items[name]) for name in order)
    ]


def _markdown(text: str) -> str:
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>|" else letter for letter in text)


def write_review(
    out: Path, folder: Path = FOLDER, choice: Choice | None = None, texts: Texts | None = None
) -> list[Path]:
    """Write the review and the forms of comments; all files, or none where one cannot be made.

    Raises LedgerError and OSError.
    """
    review = build_review(folder, choice, texts)
    files = {
        out / f"review.{language}.{name}": render(review, name, language).encode()
        for name in ("html", "md")
        for language in LANGUAGES
    }
    for language in LANGUAGES:
        rows = comment_rows(review, language)
        for name, made in comments.FORMS.items():
            files[out / f"comments.{language}.{name}"] = made(rows, language)
    out.mkdir(parents=True, exist_ok=True)
    for path, octets in files.items():
        fresh = path.with_name(f".{path.name}.fresh")
        fresh.write_bytes(octets)
        os.replace(fresh, path)
    return list(files)
