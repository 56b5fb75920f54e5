"""What a report says, in one language, as headings, paragraphs and tables (`blocks`).

Leaves laying out to `pdf` and `docx`, and the words to `words`. Nothing is said here that the laboratory did not write
or the run does not hold.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec

from bench.case import VIRTUAL_RIG, Check, RunResult, Text, Verdict, shown_limit
from reports.conformity import DOCUMENTS, SHORT, Statement, claimed_documents, completed, not_repeatable, statements
from reports.entries import Entry
from reports.html.view import ClauseView, clause_views
from reports.issue.blocks import Block, Contents, Cover, Heading, Listed, Paper, Paragraph, Picture, Signatures, Table
from reports.issue.budget import budget
from reports.issue.demands import days_of_tests, in_language, person_of, rigs_of
from reports.issue.joint import Joint
from reports.issue.papers import Equipment, Job, Lab
from reports.issue.reading import Said
from reports.issue.words import LIMITS, WORDS
from reports.ledger import questions


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What the folder of the run says of itself: its manifest's digest, who signed it since when, in one sentence.

    `writer` is the commit of the bench that writes the report, `rulings` and `limits` are SM3 of the method's pages,
    `software` and `clock` what the run's opening statement says of them.
    """

    run_folder: str
    manifest: str
    signed: Text
    writer: str
    rulings: str = ""
    limits: str = ""
    register: str = ""
    software: str = ""
    clock: str = ""


_ENTRY = re.compile(r"\b(" + "|".join(map(re.escape, SHORT)) + r")/(?=[\d\[A-Z])")


def cited(words: str) -> str:
    """Words in which entries of the ledger (ssea/5.2.2.3b) are cited as people do (SSEA 5.2.2.3b)."""
    return _ENTRY.sub(lambda found: f"{SHORT[found[1]]} ", words)


def sm3_of(path: Path) -> str:
    """SM3 of a file, hex."""
    return hashlib.new("sm3", path.read_bytes()).hexdigest()


def paper(
    lab: Lab,
    job: Job,
    run: RunResult,
    ledger: Sequence[Entry],
    evidence: Evidence,
    *,
    issue: int = 1,
    working: bool = True,
    changes: Sequence[Text] = (),
    folder: Path = Path(),
    joint: Joint | None = None,
) -> Paper:
    """The report of a run, or of a campaign (`joint`) whose runs are joined into one.

    `changes` are those against the issue before, `folder` is where the job's photos lie.
    """
    return _Author(lab, job, completed(run, ledger), ledger, evidence, issue, working, changes, folder, joint).write()


class _Author:
    """One language, one run; every method is a section."""

    def __init__(
        self,
        lab: Lab,
        job: Job,
        run: RunResult,
        ledger: Sequence[Entry],
        evidence: Evidence,
        issue: int,
        working: bool,
        changes: Sequence[Text],
        folder: Path,
        joint: Joint | None,
    ) -> None:
        self.joint = joint
        self.lab, self.job, self.run, self.ledger, self.evidence = lab, job, run, ledger, evidence
        self.issue, self.working, self.changes, self.folder = issue, working, changes, folder
        self.rigs = rigs_of(run)
        self.language = "en" if job.report.language == "en" else "zh"
        self.rows = [row for row in clause_views(run, ledger) if row.state.key != Verdict.NOT_APPLICABLE.value]
        self.checks: Mapping[str, Check] = {
            f"{case.id}:{check.id}": check for case in run.cases for check in case.checks
        }

    def w(self, key: str, **values: object) -> str:
        """A text of ours in the report's language."""
        return self.t(WORDS[key]).format(**values)

    def t(self, text: Text) -> str:
        """One of two languages."""
        return text.en if self.language == "en" else text.zh

    def s(self, said: Said) -> str:
        """What the laboratory wrote; a dash where it wrote nothing."""
        return in_language(said, self.language) or "—"

    def join(self, *parts: str) -> str:
        """Parts that say something, one after the other."""
        return (" / " if self.language == "en" else "／").join(part for part in parts if part and part != "—") or "—"

    def day(self, told: date | None) -> str:
        """A date as the language has it."""
        if told is None:
            return "—"
        return told.isoformat() if self.language == "en" else f"{told.year} 年 {told.month} 月 {told.day} 日"

    def write(self) -> Paper:
        annexes = self._lettered(
            [
                *self._evidence(),
                *self._uncertainty(),
                *self._in_part(),
                *self._records(),
                *self._statement(),
                *self._photos(),
                *self._changes(),
            ]
        )
        body = [
            *self._front(),
            *self._conclusion(),
            *self._methods(),
            *self._equipment(),
            *self._environment(),
            *self._results(),
            *self._failed(),
            *self._open(),
            *self._further(),
            *self._limits(),
            *self._list_of(annexes),
        ]
        return Paper(
            language=self.language,
            title=self.w("title"),
            number=self.job.report.number or "—",
            issue=self.issue,
            working=self.working,
            cover=self._cover(),
            notices=self._notices(),
            body=tuple(body),
            annexes=tuple(annexes),
        )

    def _lettered(self, blocks: Sequence[Block]) -> list[Block]:
        """Annexes by letters without a gap, whichever of them a report has."""
        found: list[Block] = []
        number = 0
        for each in blocks:
            if isinstance(each, Heading) and each.level == 1:
                letter = chr(ord("A") + number)
                number += 1
                title = self.w("annex-letter", letter=letter, title=each.text)
                each = msgspec.structs.replace(each, text=title, anchor=f"annex-{letter}")
            found.append(each)
        return found

    def _cover(self) -> Cover:
        item, told = self.job.item, self.lab.laboratory
        return Cover(
            marks=tuple((each.mark, each.number) for each in told.accreditations),
            rows=(
                (self.w("item-name"), self.s(item.name)),
                (self.w("item-model"), item.model or "—"),
                (self.w("customer"), self.s(self.job.customer.name)),
                (self.w("maker"), self.s(item.vendor)),
                (self.w("kind"), self.s(self.job.report.kind)),
            ),
            laboratory=self.s(told.name),
            address=self.s(told.address),
            contact=self.s(told.contact),
        )

    def _notices(self) -> tuple[str, ...]:
        own = tuple(self.s(each) for each in self.lab.laboratory.notices)
        scopes = tuple(
            f"{each.mark} {each.number}{'：' if self.language == 'zh' else ': '}{self.s(each.scope)}"
            for each in self.lab.laboratory.accreditations
        )
        return (*own, *scopes, self.w("item-only"), self.w("in-full"), self.w("drafts-only"))

    def _front(self) -> Iterator[Block]:
        item, customer, days = self.job.item, self.job.customer, days_of_tests(self.run)
        told = item.told_by_customer or ()

        def mine(key: str, text: str) -> str:
            return f"{text} *" if key in told and text != "—" else text

        yield Heading(text=self.w("front"), breaks=True)
        pairs = [
            ("item-name", mine("name", self.s(item.name))),
            ("item-model", mine("model", item.model or "—")),
            ("item-serial", mine("serial", item.serial or "—")),
            ("item-quantity", str(item.quantity or "—")),
            ("item-firmware", mine("firmware", item.firmware or "—")),
            ("item-condition", mine("condition", self.s(item.condition))),
            ("customer", self.s(customer.name)),
            ("maker", mine("vendor", self.s(item.vendor))),
            ("customer-address", self.s(customer.address)),
            ("customer-contact", self.s(customer.contact)),
            ("received", self.day(item.received)),
            ("tested-on", self._days(days)),
            ("issued", self.day(self.job.report.issued)),
            ("place", self.s(self.job.tests.place)),
            ("kind", self.s(self.job.report.kind)),
            ("rig", self.join(*(self.w(f"rig-{rig}") for rig in rigs_of(self.run)))),
        ]
        rows = [
            (self.w(left), told_left, self.w(right), told_right)
            for (left, told_left), (right, told_right) in zip(pairs[::2], pairs[1::2], strict=True)
        ]
        yield Table(heads=(), rows=tuple(rows), widths=(15, 35, 15, 35))
        yield Table(
            heads=(),
            rows=(
                (self.w("firmware-hash"), mine("firmware_hash", item.firmware_hash or "—")),
                (self.w("basis"), "；".join(self._title(name) for name in self._documents())),
                (self.w("tested-what"), self.w("tested-what-is", clauses=len(self.rows), cases=self._cases())),
                (self.w("conclusion"), "\n".join(self._statements())),
            ),
            widths=(15, 85),
        )
        if told:
            yield Paragraph(text=self.w("told-by-customer"), style="note")
        yield Signatures(rows=self._hands())

    def _days(self, days: tuple[date, date] | None) -> str:
        if days is None:
            return "—"
        return self.day(days[0]) if days[0] == days[1] else f"{self.day(days[0])} – {self.day(days[1])}"

    def _cases(self) -> int:
        return len({case.id for case in self.run.cases})

    def _documents(self) -> list[str]:
        return sorted(claimed_documents(self.run), key=list(DOCUMENTS).index)

    def _title(self, name: str) -> str:
        held = next((each for each in self.lab.documents if each.id == name), None)
        return self.join(self.s(held.title), self.s(held.edition)) if held else SHORT.get(name, name)

    def _statements(self) -> list[str]:
        colon = ": " if self.language == "en" else "："
        return [
            f"{SHORT.get(each.document, each.document)}{colon}{self._conformity(each)}"
            for each in statements(self.run, self.ledger)
            if each.document in claimed_documents(self.run)
        ]

    def _conformity(self, each: Statement) -> str:
        """What may be said of a document; a campaign that lacks a step says nothing good."""
        said = self.joint.conformity[each.document] if self.joint else each.conformity
        return said.value if self.language == "en" else said.zh

    def _hands(self) -> tuple[tuple[str, str], ...]:
        found: list[tuple[str, str]] = []
        for key in ("tested", "reviewed", "authorised"):
            person = person_of(self.lab, getattr(self.job.persons, key))
            found.append((self.w(key), self.join(self.s(person.name), self.s(person.function)) if person else ""))
        return tuple(found)

    def _conclusion(self) -> Iterator[Block]:
        yield Heading(text=self.w("conclusion"))
        colon = ": " if self.language == "en" else "："
        for each in statements(self.run, self.ledger):
            if each.document not in claimed_documents(self.run):
                continue
            words = self._conformity(each)
            yield Paragraph(text=f"{SHORT.get(each.document, each.document)}{colon}{words}", style="strong")
            counts = "、".join(f"{Verdict(key).zh} {number}" for key, number in each.binding.items())
            if self.language == "en":
                counts = ", ".join(f"{number} {key}" for key, number in each.binding.items())
            remarks = self.joint.remarks.get(each.document, ()) if self.joint else ()
            reasons = [cited(self.t(reason)) for reason in (*each.reasons, *remarks)]
            yield Listed(lines=(self.w("binding", counts=counts), *reasons))
        if self.joint and self.joint.hindrances:
            yield Listed(lines=tuple(self.w("hindrance", words=self.t(each)) for each in self.joint.hindrances))
        yield Paragraph(text=self.w("conclusion-scope"), style="note")

    def _methods(self) -> Iterator[Block]:
        yield Heading(text=self.w("methods"))
        held = {each.id: each for each in self.lab.documents}
        yield Table(
            heads=(self.w("document"), self.w("edition"), self.w("date"), "SM3"),
            rows=tuple(
                (
                    f"{SHORT.get(name, name)}  {self.s(held[name].title)}" if name in held else SHORT.get(name, name),
                    self.s(held[name].edition) if name in held else "—",
                    self.day(held[name].date) if name in held else "—",
                    held[name].sm3 or "—" if name in held else "—",
                )
                for name in self._documents()
            ),
            widths=(38, 14, 16, 32),
            dense=True,
        )
        yield Listed(
            lines=(
                self.w("method-bench", commit=self.run.commit),
                self.w("method-rulings", sm3=self.evidence.rulings or "—"),
                self.w("method-limits", sm3=self.evidence.limits or "—"),
                self.w(f"rule-{self.run.parameters.get('decision_rule', 'simple')}"),
                self.w("rule-counts"),
                self.w("repeats", number=self.run.repeats),
                *([self.w("selection", words=self.run.selection)] if self.run.selection else []),
            )
        )
        if self.run.deviations:
            yield Table(
                heads=(self.w("parameter"), self.w("value")),
                rows=tuple((name, value) for name, value in self.run.deviations.items()),
                widths=(50, 50),
                dense=True,
            )

    def _equipment(self) -> Iterator[Block]:
        yield Heading(text=self.w("equipment"))
        yield Table(
            heads=tuple(self.w(f"equipment-{key}") for key in ("name", "model", "number", "due", "traceable")),
            rows=tuple(self._instrument(each) for each in self.lab.equipment),
            widths=(24, 20, 18, 14, 24),
            dense=True,
        )
        for kind in dict.fromkeys("virtual" if rig == VIRTUAL_RIG else "real" for rig in self.rigs):
            yield Paragraph(text=self.w(f"clock-{kind}"), style="note")

    def _instrument(self, each: Equipment) -> tuple[str, ...]:
        traced = (
            self.join(each.certificate, self.s(each.traceable_to)) if each.calibrated else self.s(each.uncalibrated)
        )
        return (
            self.s(each.name),
            self.join(each.model, each.serial),
            each.number or "—",
            each.due.isoformat() if each.due else "—",
            traced,
        )

    def _environment(self) -> Iterator[Block]:
        yield Heading(text=self.w("environment"))
        if VIRTUAL_RIG in self.rigs:
            yield Paragraph(text=self.w("environment-virtual"))
        if self.job.environment:
            yield Table(
                heads=(self.w("quantity"), self.w("range"), self.w("equipment-number")),
                rows=tuple(
                    (self.s(each.quantity), f"{each.low} – {each.high} {each.unit}", each.equipment)
                    for each in self.job.environment
                ),
                widths=(40, 35, 25),
                dense=True,
            )

    def _results(self) -> Iterator[Block]:
        yield Heading(text=self.w("results"), breaks=True)
        yield Paragraph(text=self.w("results-note"), style="note")
        number = 0
        for document in self._documents():
            mine = [row for row in self.rows if row.id.partition("/")[0] == document]
            if not mine:
                continue
            yield Heading(text=f"{SHORT.get(document, document)}  {self.t(DOCUMENTS[document])}", level=2)
            rows: list[tuple[str, ...]] = []
            several = {each for each, times in Counter(row.number for row in mine).items() if times > 1}
            for row in mine:
                number += 1
                # The ledger's number where the draft numbers several requirements alike.
                name = row.id.partition("/")[2] if row.number in several else row.number
                rows.append((str(number), name, self._asked(row), self._found(row), self._verdict(row)))
            yield Table(
                heads=tuple(self.w(key) for key in ("no", "clause", "requirement", "result", "verdict")),
                rows=tuple(rows),
                widths=(5, 12, 40, 29, 14),
                dense=True,
            )

    def _asked(self, row: ClauseView) -> str:
        strength = "" if row.strength in ("", "shall") else self.w(f"strength-{row.strength}")
        asked = self.t(row.requirement) if row.requirement else "—"
        return f"{asked}{strength}"

    def _found(self, row: ClauseView) -> str:
        """What was measured by the checks that alone decide a clause; without a number what was done."""
        names = [f"{case}:{check}" for case, checks in row.checks.items() for check in checks]
        deciding = [self.checks[name] for name in names if name in self.checks]
        told = [self._number(check) for check in deciding if check.uncertainty and check.measured]
        if told:
            return "; ".join(dict.fromkeys(told[:2]))
        bad = sum(check.verdict is Verdict.FAIL for check in deciding)
        found = [self.w(f"by-{who}") for who in self._people(row.id)]
        if deciding:
            words = self.w("checks-failed", bad=bad, all=len(deciding)) if bad else self.w("checks", all=len(deciding))
            return "\n".join((words, *found))
        if found:
            return "\n".join(found)
        return self.w(f"by-{row.disposition}") if f"by-{row.disposition}" in WORDS else "—"

    def _people(self, clause: str) -> Iterator[str]:
        """Who beside the cases said something of a clause: a person, another laboratory."""
        if self.joint and any(each.clause == clause for each in self.joint.reviews):
            yield "review"
        if self.joint and any(clause in each.clauses for each in self.joint.externals):
            yield "external"

    def _number(self, check: Check) -> str:
        sign = {"<=": "≤", ">=": "≥", "==": "="}.get(check.op, check.op)
        value = f"{_short(check.measured)} ± {_short(check.uncertainty)} {check.unit}"
        return f"{value} ({shown_limit(sign, check.limit)})"

    def _verdict(self, row: ClauseView) -> str:
        words = row.state.key if self.language == "en" else row.state.name.zh
        part = row.state.key == Verdict.PASS.value and (row.open is not None or bool(row.needs_real_time))
        mark = row.mark and self.rigs != (VIRTUAL_RIG,) and self.t(row.mark)
        if self.language == "en":
            return words + (" (in part)" if part else "") + (f", {mark}" if mark else "")
        return words + ("（部分）" if part else "") + (f"，{mark}" if mark else "")

    def _failed(self) -> Iterator[Block]:
        yield Heading(text=self.w("failed"))
        found = [(case, check) for case in self.run.cases for check in case.checks if check.verdict is Verdict.FAIL]
        if not found:
            yield Paragraph(text=self.w("failed-none"))
        else:
            yield Table(
                heads=(self.w("case"), self.w("check"), self.w("expected"), self.w("actual")),
                rows=tuple(
                    (
                        f"{case.id} #{case.attempt}",
                        self.t(check.name),
                        check.expected,
                        check.actual or "; ".join(check.evidence[:2]),
                    )
                    for case, check in found[:80]
                ),
                widths=(24, 30, 20, 26),
                dense=True,
            )
            if len(found) > 80:
                yield Paragraph(text=self.w("more", number=len(found) - 80), style="note")
        if mixed := not_repeatable(self.run):
            yield Paragraph(text=self.w("mixed", cases=", ".join(mixed)))

    def _open(self) -> Iterator[Block]:
        # What passes but for a limit that virtual time cannot decide waits too.
        decided = (Verdict.PASS.value, Verdict.FAIL.value)
        waiting = [row for row in self.rows if row.state.key not in decided or row.needs_real_time]
        yield Heading(text=self.w("open"))
        yield Paragraph(text=self.w("open-note"), style="note")
        groups: dict[tuple[str, str], list[str]] = {}
        for row in waiting:
            why = f"why-{row.disposition}" if not row.cases else "why-time" if row.needs_real_time else "why-cases"
            document = row.id.partition("/")[0]
            groups.setdefault((self.w(why if why in WORDS else "why-other"), document), []).append(
                row.id.partition("/")[2]
            )
        if not groups:
            yield Paragraph(text=self.w("open-none"))
            return
        yield Table(
            heads=(self.w("why"), self.w("document"), self.w("count"), self.w("clause")),
            rows=tuple(
                (why, SHORT.get(document, document), str(len(numbers)), ", ".join(numbers))
                for (why, document), numbers in sorted(groups.items())
            ),
            widths=(26, 12, 10, 52),
            dense=True,
        )

    def _further(self) -> Iterator[Block]:
        tests = self.job.tests
        yield Heading(text=self.w("further"))
        rows: list[tuple[str, str]] = [(self.w("sampling"), self.s(tests.sampling))]
        for key in ("deviations", "additions", "customer_asks"):
            rows.append((self.w(key), self._all(getattr(tests, key))))
        yield Table(heads=(), rows=tuple(rows), widths=(25, 75))
        yield Heading(text=self.w("external"), level=2)
        if self.job.external:
            yield Table(
                heads=tuple(
                    self.w(key) for key in ("clause", "laboratory", "report-no", "method", "specimen", "result")
                ),
                rows=tuple(
                    (
                        cited(each.clause),
                        self.join(self.s(each.laboratory), each.accreditation),
                        each.report,
                        self.s(each.method),
                        self.s(each.specimen),
                        self.s(each.result),
                    )
                    for each in self.job.external
                ),
                widths=(12, 20, 16, 20, 16, 16),
                dense=True,
            )
        elif not (self.joint and self.joint.externals):
            yield Paragraph(text=self._all(self.job.external))
        yield from self._of_others()
        yield Heading(text=self.w("opinions"), level=2)
        if self.job.opinions:
            for each in self.job.opinions:
                yield Paragraph(text=self.s(each.text))
                yield Paragraph(
                    text=self.w("opinion-basis", basis=self.s(each.basis), by=self.s(each.by)), style="note"
                )
        else:
            yield Paragraph(text=self._all(self.job.opinions))

    def _of_others(self) -> Iterator[Block]:
        """What the campaign's book holds of other laboratories and of people."""
        if self.joint is None:
            return
        if self.joint.externals:
            heads = ("clause", "laboratory", "report-no", "method", "specimen", "result")
            yield Table(
                heads=tuple(self.w(key) for key in heads),
                rows=tuple(
                    (
                        cited(", ".join(each.clauses)),
                        self.join(each.laboratory, each.accreditation),
                        "\n".join((each.report, *(f"SM3 {sm3}" for sm3 in each.files))),
                        each.edition,
                        each.specimen,
                        self.t(each.verdict),
                    )
                    for each in self.joint.externals
                ),
                widths=(12, 20, 22, 18, 16, 12),
                dense=True,
            )
        yield Heading(text=self.w("reviews"), level=2)
        if not self.joint.reviews:
            yield Paragraph(text=self.w("none"))
            return
        yield Table(
            heads=tuple(self.w(key) for key in ("clause", "verdict", "ground", "reviewer", "looked-at")),
            rows=tuple(
                (
                    cited(each.clause),
                    self.t(each.verdict),
                    each.words,
                    self.join(each.by, each.day),
                    "\n".join(f"SM3 {sm3}" for sm3 in each.files) or "—",
                )
                for each in self.joint.reviews
            ),
            widths=(14, 12, 34, 18, 22),
            dense=True,
        )

    def _all(self, listed: Sequence[object] | None) -> str:
        """A list of the laboratory: what it says, that it says none, or that it has not said."""
        if listed is None:
            return self.w("unsaid")
        said: list[str] = [self.s(each) for each in listed if isinstance(each, Said)]
        return "\n".join(said) if said else self.w("none")

    def _limits(self) -> Iterator[Block]:
        yield Heading(text=self.w("limits"))
        yield Paragraph(text=self.w("limits-note", sm3=self.evidence.limits or "—"), style="note")
        yield Listed(lines=tuple(self.t(each) for each in LIMITS))

    def _list_of(self, annexes: Sequence[Block]) -> Iterator[Block]:
        yield Heading(text=self.w("annex"), level=2)
        titles = [(each.text, each.anchor) for each in annexes if isinstance(each, Heading) and each.anchor]
        yield Contents(rows=tuple(titles))
        yield Paragraph(text=self.w("end-of-body"), style="end")

    def _evidence(self) -> Iterator[Block]:
        yield Heading(text=self.w("annex-evidence"), breaks=True)
        yield Table(
            heads=(),
            rows=(
                (self.w("campaign" if self.joint else "run"), self.run.run),
                *([(self.w("book"), self.joint.head)] if self.joint else []),
                (self.w("bench-ran"), self.run.commit),
                (self.w("bench-wrote"), self.evidence.writer),
                (self.w("seed"), str(self.run.seed)),
                (self.w("history"), self.run.history_digest),
                *(
                    []
                    if self.joint
                    else [
                        (self.w("manifest"), self.evidence.manifest),
                        (self.w("signed"), self.t(self.evidence.signed)),
                    ]
                ),
                *([(self.w("register"), self.evidence.register)] if self.evidence.register else []),
                *([(self.w("clock-source"), self._half(self.evidence.clock))] if self.evidence.clock else []),
                (self.w("versions"), self.evidence.software or self._versions()),
            ),
            widths=(25, 75),
            dense=True,
        )
        yield from self._joined()

    def _joined(self) -> Iterator[Block]:
        """The runs of a campaign, each with its own digests, and the other results that it rests on."""
        if self.joint is None:
            return
        yield Paragraph(text=self.w("joined-runs"))
        yield Table(
            heads=tuple(self.w(key) for key in ("run", "rig", "seed", "history", "manifest", "signed")),
            rows=tuple(
                (
                    run.name,
                    self.w(f"rig-{run.rig}"),
                    str(run.seed),
                    run.history,
                    run.manifest,
                    self.t(run.signed),
                )
                for run in self.joint.runs
            ),
            widths=(14, 10, 9, 19, 19, 29),
            dense=True,
        )
        yield Paragraph(text=self.w("joined-results"))
        yield Table(
            heads=tuple(self.w(key) for key in ("joined-kind", "date", "result", "joined-sound", "joined-digest")),
            rows=tuple(
                (
                    self.w(f"joined-{each.kind}"),
                    each.day,
                    self._half(each.words),
                    self.w("answer-yes" if each.sound else "answer-no"),
                    each.sm3,
                )
                for each in self.joint.results
            )
            or ((self.w("none"), "", "", "", ""),),
            widths=(20, 12, 30, 10, 28),
            dense=True,
        )

        if self.joint.given_up:
            yield Paragraph(text=self.w("given-up"))
            yield Table(
                heads=tuple(self.w(key) for key in ("run", "date", "ground", "reviewer")),
                rows=self.joint.given_up,
                widths=(24, 14, 42, 20),
                dense=True,
            )

    def _versions(self) -> str:
        return ", ".join(f"{name} {told}" for name, told in self.run.versions.items()) or "—"

    def _uncertainty(self) -> Iterator[Block]:
        found = budget(self.run)
        yield Heading(text=self.w("annex-uncertainty"))
        yield Paragraph(text=self.w("budget-note"), style="note")
        yield Table(
            heads=tuple(self.w(key) for key in ("component", "known-by", "distribution", "standard")),
            rows=tuple(
                (self.t(row.name), self.t(row.known_by), self.t(row.distribution), row.standard) for row in found.rows
            ),
            widths=(28, 36, 16, 20),
            dense=True,
        )
        yield Table(
            heads=(self.w("span"), "U (k = 2)"),
            rows=tuple(found.expanded),
            widths=(50, 50),
            dense=True,
        )
        exact = sorted({check.exact for check in self.checks.values() if check.exact})
        if exact:
            yield Paragraph(text=self.w("exact"))
            yield Listed(lines=tuple(self._half(each) for each in exact))

    def _half(self, both: str) -> str:
        en, _, zh = both.partition(" / ")
        return en if self.language == "en" or not zh else zh

    def _in_part(self) -> Iterator[Block]:
        found = [row for row in self.rows if row.open is not None and row.state.key == Verdict.PASS.value]
        if not found:
            return
        yield Heading(text=self.w("annex-part"), breaks=True)
        yield Table(
            heads=(self.w("clause"), self.w("decided"), self.w("left-open")),
            rows=tuple(
                (
                    f"{SHORT[row.id.partition('/')[0]]} {row.number}",
                    self.t(row.decided) if row.decided else "—",
                    self.t(row.open) if row.open else "—",
                )
                for row in found
            ),
            widths=(18, 41, 41),
            dense=True,
        )

    def _records(self) -> Iterator[Block]:
        yield Heading(text=self.w("annex-records"), breaks=True)
        yield Table(
            heads=(self.w("case"), self.w("verdict"), self.w("record-digest")),
            rows=tuple(
                (
                    f"{case.id} #{case.attempt}",
                    case.verdict.value if self.language == "en" else case.verdict.zh,
                    case.digest or "—",
                )
                for case in self.run.cases
            ),
            # A digest stands on one line.
            widths=(36, 9, 55),
            dense=True,
            fine=True,
        )

    def _statement(self) -> Iterator[Block]:
        """The capability statement is the customer's word (7.8.2.2)."""
        yield Heading(text=self.w("annex-claims"), breaks=True)
        yield Paragraph(text=self.w("claims-note"), style="note")
        asked, documents = questions(self.ledger), claimed_documents(self.run)
        of_others = {each.claim for each in self.ledger} - {
            each.claim for each in self.ledger if each.document in documents
        }
        told = {name: answer for name, answer in self.run.claims.items() if name not in of_others}
        if others := len(self.run.claims) - len(told):
            yield Paragraph(text=self.w("claims-others", number=others), style="note")
        yield Table(
            heads=(self.w("question"), self.w("answer")),
            rows=tuple(
                (self.join(name, self.t(asked[name])) if name in asked else name, self._answer(answer))
                for name, answer in told.items()
            ),
            widths=(85, 15),
            dense=True,
        )

    def _answer(self, answer: str) -> str:
        return self.w(f"answer-{answer}") if f"answer-{answer}" in WORDS else answer

    def _photos(self) -> Iterator[Block]:
        if self.job.item.photos:
            yield Heading(text=self.w("annex-photos"), breaks=True)
            for number, name in enumerate(self.job.item.photos, start=1):
                path = self.folder / name
                yield Picture(path=str(path), caption=self.w("photo", number=number, name=path.name, sm3=sm3_of(path)))

    def _changes(self) -> Iterator[Block]:
        if self.issue == 1:
            return
        mine = next((each for each in self.job.amendments if each.issue == self.issue), None)
        yield Heading(text=self.w("annex-changes"), breaks=True)
        yield Paragraph(text=self.w("replaces", number=self.job.report.number, issue=self.issue - 1))
        yield Paragraph(text=self.w("reason", reason=self.s(mine.reason) if mine else "—"))
        yield Listed(lines=tuple(self.t(each) for each in self.changes) or (self.w("none"),))


def _short(number: str) -> str:
    """Decimal text without trailing zeros behind the point."""
    return f"{Decimal(number).normalize():f}"
