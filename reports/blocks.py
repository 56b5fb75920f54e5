"""The block a reader gets for every check that did not pass: requirement, expected, actual, evidence, replay.

Leaves colours and mark-up to the screen, HTML, JUnit and Allure, which all show the same blocks.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import msgspec

from bench.case import CaseResult, Check, RunResult, Text, Verdict

# What asks for somebody's attention; not applicable and not run are listed in the tables instead.
OPEN = (Verdict.FAIL, Verdict.ERROR, Verdict.INCONCLUSIVE, Verdict.REVIEW)

LABELS = {
    "requirement": Text("requirement", "要求"),
    "check": Text("check", "检查"),
    "expected": Text("expected", "应为"),
    "actual": Text("actual", "实测"),
    "reading": Text("reading B", "解释 B"),
    "evidence": Text("evidence", "证据"),
    "seen": Text("first seen", "首次出现"),
    "known": Text("expected fail", "预期不通过"),
    "reason": Text("reason", "原因"),
    "record": Text("record", "记录"),
    "replay": Text("replay", "重放"),
}


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that did not pass, with everything needed to understand and repeat it.

    `check` is None where the case has no check to blame (bench error, nothing observed); then `reason` says why.
    `alike` are the other checks of the case that one cause brought down with it (`Check.because`).
    """

    verdict: Verdict
    case: CaseResult
    check: Check | None = None
    alike: tuple[Check, ...] = ()

    @property
    def heading(self) -> str:
        """Case and check id, with the attempt if it is not the first."""
        attempt = f" (attempt {self.case.attempt} / 第 {self.case.attempt} 次)" if self.case.attempt > 1 else ""
        more = f" + {len(self.alike)}" if self.alike else ""
        return self.case.id + (f" · {self.check.id}{more}" if self.check else "") + attempt

    def lines(self) -> list[tuple[str, tuple[str, ...]]]:
        """Label key (of LABELS) and its lines, in reading order; empty ones are left out."""
        case, check = self.case, self.check
        rows: list[tuple[str, tuple[str, ...]]] = [
            ("requirement", (self._decided(), case.title.en, case.title.zh)),
        ]
        if check:
            unit = f" {check.unit}" if check.unit else ""
            spread = f"U = {check.uncertainty}{unit} (k = 2), {check.rule or 'simple'} rule"
            actual = (check.actual,) if check.actual else ((check.measured + unit,) if check.measured else ())
            rows += [
                ("check", tuple(str(each.name) for each in (check, *self.alike))),
                ("expected", () if self.alike else (check.expected,)),
                ("actual", (*actual, *((spread,) if check.uncertainty else ()))),
                ("reading", (f"{check.reading_b.value} / {check.reading_b.zh}",) if check.reading_b else ()),
                ("evidence", check.evidence),
            ]
        rows += [
            ("known", (case.expected_fail,)),
            ("reason", (case.reason,)),
            ("record", (case.record,)),
            ("replay", (case.replay,)),
        ]
        kept = [(key, tuple(line for line in lines if line)) for key, lines in rows]
        return [(key, lines) for key, lines in kept if lines]

    def _decided(self) -> str:
        """The clauses that hang on what did not pass: those the check alone decides, or all of the case."""
        case, check = self.case, self.check
        if check is not None and any(each.clauses for each in case.checks):
            clauses = dict.fromkeys(clause for each in (check, *self.alike) for clause in each.clauses)
            soft = case.strength in ("should", "may")
            strength = f" ({case.strength}: printed, not counted in a statement / 仅列示，不计入声明)" if soft else ""
            return f"{', '.join(clauses)}{strength}" if clauses else "decides no clause alone / 不单独判定条款"
        return ", ".join(case.clauses) + (f" ({case.strength})" if case.strength else "")


def blocks_of(case: CaseResult) -> Iterator[Block]:
    """The blocks of one case: one for each open check, or one for itself when no check explains its verdict.

    Checks that one cause brought down share a block.
    """
    opened = [check for check in case.checks if check.verdict in OPEN]
    if case.verdict in OPEN and case.verdict not in {check.verdict for check in opened}:
        yield Block(verdict=case.verdict, case=case)
    told: set[str] = set()
    for check in opened:
        if check.because in told:
            continue
        if check.because:
            told.add(check.because)
        alike = tuple(each for each in opened if check.because and each.because == check.because and each is not check)
        yield Block(verdict=check.verdict, case=case, check=check, alike=alike)


def blocks(run: RunResult) -> list[Block]:
    """All blocks of a run: fails first, then errors, reviews and inconclusive ones, each in the order of the cases."""
    order = (Verdict.FAIL, Verdict.ERROR, Verdict.REVIEW, Verdict.INCONCLUSIVE)
    found = [block for case in run.cases for block in blocks_of(case)]
    return sorted(found, key=lambda block: order.index(block.verdict))


def visible(text: str) -> str:
    """The text with every control and unprintable character shown as its escape.

    What a terminal sends can end up in evidence; it must neither move the cursor of a screen nor break an XML file.
    """
    return text if text.isprintable() else "".join(_shown(char) for char in text)


def _shown(char: str) -> str:
    if char == "\n":
        return char
    if char == "\t":
        return "    "
    if unicodedata.category(char) in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp") or char in _DIRECTION:
        return f"\\x{ord(char):02x}" if ord(char) < 256 else f"\\u{ord(char):04x}"
    return char


# Marks that turn the direction of writing, with which a text can show something else than it holds.
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def width(text: str) -> int:
    """Columns a text takes on a terminal: wide (Chinese) characters count two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def block_text(block: Block) -> str:
    """A block as plain text, labels in both languages, ready for a log, JUnit or a mail."""
    head = f"{block.verdict.value.upper()} {block.verdict.zh}  {visible(block.heading)}"
    labels = {key: str(label) for key, label in LABELS.items()}
    column = max(width(label) for label in labels.values()) + 2
    rows = [head]
    for key, lines in block.lines():
        for index, line in enumerate(part for text in lines for part in visible(text).split("\n")):
            label = labels[key] if index == 0 else ""
            rows.append(f"  {label}{' ' * (column - width(label))}{line}")
    return "\n".join(rows)
