"""The gates: what must be true of the ledger, its findings, the suite's cases and the drafts' texts.

Leaves reading files to the modules that own them, printing to `command`. A gate that needs the drafts' texts and does
not have them is reported as not checked, never as passed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import msgspec

from conformance.clauses.findings import Finding, load_findings
from conformance.clauses.ledger import DOCUMENTS, FOLDER, Entry, Ledger, LedgerError, Words, load_yaml, parse
from conformance.clauses.statement import Statement, read_statement
from conformance.clauses.suite import CaseNote, DefectNote
from conformance.clauses.texts import AddressError, Sentence, Text, Texts, TextsAbsent
from conformance.defects.proof import PROOF, Proof, ProofError, read_proof

LONGEST_SHARED = 14

T = TypeVar("T")

_SHALL = {"应", "不应", "必须", "需", "需要", "均需", "不得", "不允许", "只能", "仅允许"}
_SHOULD = {"宜", "不宜", "建议", "推荐", "应尽可能"}
_MAY = {"可"}
_LEAD = " (lead)"
_WORD = re.compile("不允许|不得|必须|只能|仅允许|推荐|建议|应|宜|可|需")
# Words in which a character of obligation means something else.
_COMPOUND = re.compile(
    "应用|应急|应对|应答|相应|响应|对应|供应|反应|效应|适应|感应|可靠|可能|可视|可信|可再生|可持续|可追溯|可扩展|可读|可行性|可用性"
    "|可见|可燃|许可|认可|需求|所需|无需|急需|供需|适宜|便宜|事宜"
)
_LIST_MARK = re.compile(r"\s*(?:[a-z]\)|[a-z]）|[(（]?\d{1,2}[)）]|[①-⑳])")
_HAN = re.compile(r"[一-鿿]+")
_TITLE = re.compile(r"《[^》]*》")
_DECIMAL = re.compile(r"-?\d+(\.\d+)?")
_READING = re.compile(r"R-\d\d")
_CLAIM = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)+")
_WITH_REASON = ("inspection", "laboratory", "organisational", "untestable")


@dataclass(frozen=True)
class Subject:
    """What the gates look at. `texts` is None where the drafts are absent; `without_texts` then says why."""

    ledger: Ledger
    findings: tuple[Finding, ...]
    cases: tuple[CaseNote, ...]
    defects: tuple[DefectNote, ...]
    statement: Statement
    readings: tuple[str, ...]
    proof: Proof = field(default_factory=Proof)
    texts: Texts | None = None
    without_texts: str = ""
    _read: dict[str, Text] = field(default_factory=dict)

    def text(self, name: str) -> Text:
        """The draft of a document. Raises TextsAbsent."""
        if self.texts is None:
            raise TextsAbsent(self.without_texts)
        if name not in self._read:
            self._read[name] = self.texts.read(self.ledger.document(name).text)
        return self._read[name]


class Outcome(msgspec.Struct, frozen=True):
    """What one gate found: how many things it looked at, the problems, or why it could not look."""

    gate: str
    title: Words
    checked: int
    problems: tuple[str, ...] = ()
    not_checked: str = ""

    @property
    def passed(self) -> bool:
        """Whether the gate looked and found nothing."""
        return not self.problems and not self.not_checked


Problems = Iterator[str]


@dataclass(frozen=True)
class Gate:
    """One gate: its name, what it demands, whether it needs the texts, and the check."""

    name: str
    title: Words
    check: Callable[[Subject], Iterator[str | None]]
    needs_texts: bool = False

    def run(self, subject: Subject) -> Outcome:
        """Look at everything. The check yields None for a thing that is sound and a sentence for one that is not."""
        checked, problems = 0, list[str]()
        try:
            for found in self.check(subject):
                checked += 1
                if found is not None:
                    problems.append(found)
        except TextsAbsent as error:
            return Outcome(self.name, self.title, 0, not_checked=str(error))
        if not checked:
            problems.append(f"{self.name}: nothing to check was found, which proves nothing / 没有可检查的内容")
        return Outcome(self.name, self.title, checked, tuple(problems))


def run_gates(subject: Subject) -> tuple[Outcome, ...]:
    """Run every gate in its order."""
    return tuple(gate.run(subject) for gate in GATES)


def _place(entry: Entry) -> str:
    return f"{entry.document}.yaml: {entry.id}"


def _entries(subject: Subject) -> Iterator[str | None]:
    for entry in subject.ledger.entries:
        problems = list(_entry_problems(entry))
        yield f"{_place(entry)}: {'; '.join(problems)}" if problems else None


def _entry_problems(entry: Entry) -> Problems:
    asks = entry.kind == "requirement"
    if not entry.id.startswith(f"{entry.document}/") or entry.document not in DOCUMENTS:
        yield f"id: expected document/number with one of {', '.join(DOCUMENTS)}"
    if asks and (entry.strength == "none" or entry.disposition == "none"):
        yield "a requirement needs a strength and a disposition, found none"
    if not asks and (entry.strength != "none" or entry.disposition != "none"):
        yield f"kind {entry.kind} asks for nothing: expected strength and disposition none"
    if entry.in_part and entry.disposition != "planned":
        yield f"in_part: only what cases decide can be decided in part; its disposition is {entry.disposition}"
    if entry.disposition == "automated":
        yield "disposition: automated is derived from the cases; write planned"
    if entry.disposition in _WITH_REASON and entry.reason is None:
        yield f"disposition {entry.disposition} needs a reason"
    if entry.disposition == "operator" and entry.prompt is None:
        yield "disposition operator needs a prompt"
    yield from _modal_problems(entry)
    for threshold in entry.threshold:
        if not _DECIMAL.fullmatch(threshold.value):
            yield f"threshold {threshold.quantity}: expected decimal text, found {threshold.value!r}"
    for field_name, words in _words(entry):
        if not words.zh.strip() or not words.en.strip():
            yield f"{field_name}: expected both languages"
        elif not _HAN.search(words.zh):
            yield f"{field_name}: expected Chinese under zh"
        elif _HAN.search(_quoted_out(words.en)):
            yield f"{field_name}: expected English under en"


def _quoted_out(text: str) -> str:
    return re.sub(r"['‘“\"(（《][^'’”\")）》]*['’”\")）》]", "", text)


def _modal_problems(entry: Entry) -> Problems:
    word = entry.modal.removesuffix(_LEAD)
    if word == "":
        allowed = {"statement", "none"}
    elif word in _SHALL:
        allowed = {"shall"}
    elif word in _SHOULD:
        allowed = {"should"}
    elif word in _MAY:
        allowed = {"may", "statement"}
    else:
        yield f"modal: expected one of {', '.join(sorted(_SHALL | _SHOULD | _MAY))}, found {entry.modal!r}"
        return
    if entry.kind == "requirement" and entry.strength not in allowed:
        meant = " or ".join(sorted(allowed))
        yield f"strength: {entry.modal or 'no modal word'} means {meant} (R-02), found {entry.strength}"


def _words(entry: Entry) -> Iterator[tuple[str, Words]]:
    yield "requirement", entry.requirement
    for name, words in (("reason", entry.reason), ("prompt", entry.prompt)):
        if words:
            yield name, words
    if entry.in_part:
        yield "in_part: decided", entry.in_part.decided
        yield "in_part: open", entry.in_part.open
    if entry.reading_b:
        yield "reading_b", Words(zh=entry.reading_b.zh, en=entry.reading_b.en)
        if entry.reading_b.open:
            yield "reading_b: open", entry.reading_b.open
    if entry.claim:
        yield "claim", Words(zh=entry.claim.zh, en=entry.claim.en)


def _questions(subject: Subject) -> Iterator[str | None]:
    for question, entries in subject.ledger.deciding.items():
        wordings = Counter((entry.claim.zh, entry.claim.en) for entry in entries if entry.claim)
        if not _CLAIM.fullmatch(question):
            yield f"question {question}: expected a dotted lower-case id, for example uplink.hj212"
        elif len(wordings) > 1:
            where = ", ".join(entry.id for entry in entries)
            yield f"question {question}: expected one wording, found {len(wordings)} in {where}"
        elif question in subject.statement.questions:
            yield f"question {question}: expected in the ledger or in claims.yaml, found in both"
        elif len({entry.claim.condition for entry in entries if entry.claim}) > 1:
            where = ", ".join(entry.id for entry in entries if entry.claim and entry.claim.condition)
            yield f"question {question}: expected one value of condition in all its entries, found true only in {where}"
        else:
            yield None
    for question, asked in subject.statement.questions.items():
        missing = [clause for clause in asked.binding if clause not in subject.ledger.by_id]
        if not any(question in case.needs for case in subject.cases):
            yield f"claims.yaml: {question}: no case needs this question"
        else:
            yield f"claims.yaml: {question}: no such entry: {', '.join(missing)}" if missing else None
    for item in subject.statement.declared:
        missing = [bound.clause for bound in item.bounds() if bound.clause not in subject.ledger.by_id]
        yield f"claims.yaml: {item.id}: no such entry: {', '.join(missing)}" if missing else None
    for choice in subject.statement.one_of:
        missing = [question for question in choice.questions if question not in subject.ledger.questions]
        yield f"claims.yaml: one_of: no such question: {', '.join(missing)}" if missing else None
    for entry in subject.ledger.entries:
        if entry.kind == "requirement" and entry.strength in ("may", "statement"):
            asked = entry.claim or entry.object == "organisation"
            yield None if asked else f"{_place(entry)}: a {entry.strength} clause needs a question (R-02, R-03)"


def _readings(subject: Subject) -> Iterator[str | None]:
    known = set(subject.readings)
    for entry in subject.ledger.entries:
        for reading in entry.readings:
            yield None if reading in known else f"{_place(entry)}: readings: no ruling {reading}"
    for finding in subject.findings:
        for reading in finding.readings:
            yield None if reading in known else f"findings: {finding.id}: no ruling {reading}"


def _readings_b(subject: Subject) -> Iterator[str | None]:
    answering: dict[str, set[str]] = {}
    for case in subject.cases:
        for check in case.checks:
            for clause in check.clauses:
                answering.setdefault(clause, set()).add(check.reading_b_of)
    for entry in subject.ledger.entries:
        b = entry.reading_b
        if b is None:
            continue
        problems: list[str] = []
        if b.of and b.ruling not in entry.readings:
            problems.append(f"of: {b.of} is none of its rulings {', '.join(entry.readings)}")
        elif not b.of and entry.readings:
            problems.append(f"of: expected one of {', '.join(entry.readings)}")
        computed = b.of and b.of in answering.get(entry.id, set())
        if entry.id in answering and not computed and b.open is None:
            problems.append("no check answers under it, and open does not say why")
        if b.carries != "none" and b.open is None:
            problems.append("carries: open does not say why")
        yield f"{_place(entry)}: reading_b: {'; '.join(problems)}" if problems else None


def _cases(subject: Subject) -> Iterator[str | None]:
    repeated = {name for name, number in Counter(case.id for case in subject.cases).items() if number > 1}
    for case in subject.cases:
        problems = [f"{clause}: no such entry" for clause in case.clauses if clause not in subject.ledger.by_id]
        for clause in case.clauses:
            entry = subject.ledger.by_id.get(clause)
            if entry and entry.kind != "requirement":
                problems.append(f"{clause}: a {entry.kind} asks for nothing")
            elif entry and entry.disposition in _WITH_REASON:
                problems.append(f"{clause}: its disposition is {entry.disposition}, which no case can decide")
        if not case.clauses and not case.remark:
            problems.append("decides no clause and does not say why")
        if len(set(case.clauses)) != len(case.clauses):
            problems.append("names a clause twice")
        if case.id in repeated:
            problems.append("two cases have this id")
        for question in case.needs:
            if question not in subject.ledger.questions and question not in subject.statement.questions:
                problems.append(f"needs {question}: no such question in the ledger or claims.yaml")
        yield f"case {case.id}: {'; '.join(problems)}" if problems else None


def _flips(subject: Subject) -> Iterator[str | None]:
    flipped = subject.proof.flipped()
    deciding: dict[str, list[tuple[str, str]]] = {}
    for case in subject.cases:
        for check in case.checks:
            for clause in check.clauses:
                deciding.setdefault(clause, []).append((case.id, check.id))
    for clause, checks in deciding.items():
        told = ", ".join(f"{case}:{check}" for case, check in checks[:3])
        yield None if flipped & set(checks) else f"{clause}: no defect is known to fail {told}; prove --record"


def _defects(subject: Subject) -> Iterator[str | None]:
    cases = {case.id for case in subject.cases}
    for defect in subject.defects:
        problems = [f"{clause}: no such entry" for clause in defect.clauses if clause not in subject.ledger.by_id]
        problems += [f"{case}: no such case" for case in defect.cases if case not in cases]
        if not defect.clauses:
            problems.append("names no clause")
        yield f"defect {defect.id}: {'; '.join(problems)}" if problems else None


def _findings(subject: Subject) -> Iterator[str | None]:
    for finding in subject.findings:
        problems = [f"{clause}: no such entry" for clause in finding.clauses if clause not in subject.ledger.by_id]
        if not finding.clauses:
            problems.append("links no entry")
        for name in ("finding", "why", "rewording"):
            words: Words = getattr(finding, name)
            if not _HAN.search(words.zh) or not words.en.strip():
                problems.append(f"{name}: expected both languages")
        yield f"findings: {finding.id}: {'; '.join(problems)}" if problems else None


def _addresses(subject: Subject) -> Iterator[str | None]:
    for entry in subject.ledger.entries:
        try:
            subject.text(entry.document).of(entry.places)
        except AddressError as error:
            yield f"{_place(entry)}: {error}"
        else:
            yield None


def _covering(subject: Subject, document: str) -> dict[Sentence, list[Entry]]:
    text = subject.text(document)
    found: dict[Sentence, list[Entry]] = {sentence: [] for sentence in text.sentences}
    for entry in subject.ledger.document(document).entries:
        for place in entry.places:
            try:
                for sentence in text.at(place):
                    found[sentence].append(entry)
            except AddressError:
                continue
    return found


def _coverage(subject: Subject) -> Iterator[str | None]:
    for document in subject.ledger.documents:
        for sentence, entries in _covering(subject, document.document).items():
            where = f"{document.text}: {sentence.address}"
            yield None if entries else f"{where}: no entry covers this sentence"


def modal_words(sentence: str) -> tuple[str, ...]:
    """The words of obligation in a sentence, compounds set aside."""
    return tuple(_WORD.findall(_COMPOUND.sub("", sentence)))


def _obligations(subject: Subject) -> Iterator[str | None]:
    for document in subject.ledger.documents:
        for sentence, entries in _covering(subject, document.document).items():
            words = modal_words(sentence.text)
            listed = _LIST_MARK.match(sentence.text) is not None
            if not words and not listed:
                continue
            why = f"says {', '.join(dict.fromkeys(words))}" if words else "is a list item"
            accounted = any(entry.kind == "requirement" or entry.reason for entry in entries)
            if not words:
                accounted = accounted or any(entry.kind not in ("introduction", "informative") for entry in entries)
            where = f"{document.text}: {sentence.address}"
            yield None if accounted else f"{where}: {why}: expected a requirement, or an entry with the reason for none"


def _modals(subject: Subject) -> Iterator[str | None]:
    for entry in subject.ledger.entries:
        if entry.kind != "requirement" or not entry.modal or entry.modal.endswith(_LEAD):
            continue
        try:
            printed = "".join(sentence.text for sentence in subject.text(entry.document).of(entry.places))
        except AddressError:
            yield None
            continue
        where = ", ".join(entry.places)
        yield None if entry.modal in printed else f"{_place(entry)}: modal {entry.modal} is not printed at {where}"


def _hashes(subject: Subject) -> Iterator[str | None]:
    for entry in subject.ledger.entries:
        try:
            now = subject.text(entry.document).hash_of(entry.places)
        except AddressError:
            yield None
            continue
        if not entry.hash:
            yield f"{_place(entry)}: no hash; run carbonbench clauses hash --write"
        elif entry.hash != now:
            where = ", ".join(entry.places)
            yield f"{_place(entry)}: stale: the text at {where} is {now}, the entry was written for {entry.hash}"
        else:
            yield None


def chunks(text: str, length: int) -> Iterator[str]:
    """Every run of `length` consecutive Chinese characters."""
    for run in _HAN.findall(text):
        for start in range(len(run) - length + 1):
            yield run[start : start + length]


def _own_words(subject: Subject) -> Iterator[str | None]:
    length = LONGEST_SHARED + 1
    printed: dict[str, str] = {}
    for document in subject.ledger.documents:
        for sentence in subject.text(document.document).sentences:
            for chunk in chunks(_TITLE.sub("，", sentence.text), length):
                printed.setdefault(chunk, f"{document.text}:{sentence.line}")
    for where, words in _all_words(subject):
        shared = next((chunk for chunk in chunks(_TITLE.sub("，", words.zh), length) if chunk in printed), None)
        if shared:
            yield f"{where}: more than {LONGEST_SHARED} consecutive characters of {printed[shared]}: {shared}"
        else:
            yield None


def _all_words(subject: Subject) -> Iterator[tuple[str, Words]]:
    for entry in subject.ledger.entries:
        for name, words in _words(entry):
            yield f"{_place(entry)}: {name}", words
    for finding in subject.findings:
        for name in ("finding", "why", "rewording"):
            yield f"findings: {finding.id}: {name}", getattr(finding, name)


GATES: tuple[Gate, ...] = (
    Gate("entries", Words(zh="每个条目的字段彼此相符", en="the fields of every entry agree"), _entries),
    Gate("questions", Words(zh="每个声明问题只有一种写法", en="every question has one wording"), _questions),
    Gate("readings", Words(zh="引用的裁定都存在", en="every ruling named exists"), _readings),
    Gate(
        "reading-b",
        Words(
            zh="每个解释 B 均有判据作答，或写明未予评价的原因",
            en="a check answers every reading B, or the entry says why none does",
        ),
        _readings_b,
    ),
    Gate(
        "cases",
        Words(zh="每个用例都判定存在的条款，或说明原因", en="every case decides clauses that exist, or says why not"),
        _cases,
    ),
    Gate(
        "defects",
        Words(zh="缺陷指向的条款和用例都存在", en="every defect names clauses and cases that exist"),
        _defects,
    ),
    Gate(
        "flips",
        Words(
            zh="每个有用例的条目均有一个缺陷使其判据不通过", en="of every entry with a case a check was seen failing"
        ),
        _flips,
    ),
    Gate("findings", Words(zh="起草问题的关联与语言齐全", en="findings are linked and bilingual"), _findings),
    Gate("addresses", Words(zh="位置都指向文本", en="every address names text"), _addresses, needs_texts=True),
    Gate("coverage", Words(zh="没有遗漏的句子", en="no sentence without an entry"), _coverage, needs_texts=True),
    Gate(
        "obligations",
        Words(zh="没有遗漏的要求", en="no word of obligation and no list item unaccounted for"),
        _obligations,
        needs_texts=True,
    ),
    Gate(
        "modals",
        Words(zh="情态词与原文一致", en="every modal word is printed where it is said"),
        _modals,
        needs_texts=True,
    ),
    Gate("hashes", Words(zh="没有过期的散列", en="no stale hash"), _hashes, needs_texts=True),
    Gate("own-words", Words(zh="没有抄录标准文句", en="our own words"), _own_words, needs_texts=True),
)


def read_readings(folder: Path = FOLDER) -> dict[str, Words]:
    """The rulings' short titles by id. Raises LedgerError."""
    raw = load_yaml(folder / "readings.yaml")
    try:
        found = msgspec.convert(raw, dict[str, Words])
    except msgspec.ValidationError as error:
        raise LedgerError([f"readings.yaml: {error}"]) from None
    wrong = [f"readings.yaml: {name}: expected R-nn" for name in found if not _READING.fullmatch(name)]
    if wrong:
        raise LedgerError(wrong)
    return found


def read_subject(
    cases: Iterable[CaseNote],
    defects: Iterable[DefectNote],
    texts: Texts | None,
    without_texts: str = "",
    folder: Path = FOLDER,
) -> Subject:
    """Read everything afresh, nothing remembered. Raises LedgerError with every problem of every file."""
    problems: list[str] = []

    def attempt(read: Callable[[], T]) -> T | None:
        try:
            return read()
        except LedgerError as error:
            problems.extend(error.problems)
            return None

    documents = attempt(lambda: parse(folder / f"{name}.yaml" for name in DOCUMENTS))
    try:
        proof = read_proof(folder.parent / PROOF.name)
    except ProofError as error:
        raise LedgerError([*problems, str(error)]) from None
    findings = attempt(lambda: load_findings(folder))
    readings = attempt(lambda: read_readings(folder))
    statement = attempt(lambda: read_statement(folder))
    if documents is None or findings is None or readings is None or statement is None:
        raise LedgerError(problems)
    return Subject(
        ledger=Ledger(documents),
        findings=findings,
        cases=tuple(cases),
        defects=tuple(defects),
        statement=statement,
        readings=tuple(readings),
        proof=proof,
        texts=texts,
        without_texts=without_texts,
    )
