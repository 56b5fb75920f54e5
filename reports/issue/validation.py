"""The validation file of the method (ISO/IEC 17025, 7.2.2, 7.11.2): what shows that this bench works, at its commit.

Leaves making the proofs to their commands. What was not shown is said as such: a check without a defect, a run of
parity that was not given, programs of others that were not at hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import msgspec

from bench.case import Text
from conformance import clauses
from conformance.clauses.suite import find_cases
from conformance.mutants.figure import read_figure
from reports.issue.blocks import Block, Cover, Heading, Paper, Paragraph, Table
from reports.issue.content import sm3_of
from reports.issue.reading import PaperError
from reports.mutants import sentence
from reports.parity import Likeness

WORDS: Mapping[str, Text] = {
    "title": Text("Validation of the method", "方法确认文件"),
    "method": Text("Method", "方法"),
    "commit": Text("Version (commit)", "版本（提交号）"),
    "machine": Text("Written on", "编制环境"),
    "scope": Text("Scope and what is claimed", "范围与结论"),
    "scope-1": Text(
        "The method is carbonbench at this version: the rulings, the clause ledger, the cases and their judges. It "
        "is the "
        "laboratory's own method, since the documents are drafts (7.2.1, 7.2.2).",
        "方法为本版本的 carbonbench：裁定、条款台账、用例及其判定。因依据文件为征求意见稿，属实验室自制方法（"
        "7.2.1、7.2.2）。",
    ),
    "scope-2": Text(
        "A check counts as able to fail only where a defect of the reference terminal was seen to flip it.",
        "仅当观察到参考终端的某个缺陷使检查不通过时，才认为该检查能够失败。",
    ),
    "scope-3": Text(
        "No physical device, relay, supply or adapter has been part of any of this.",
        "上述各项均未使用实体设备、继电器、电源或适配器。",
    ),
    "rulings": Text("Rulings", "裁定"),
    "ruling": Text("Ruling", "编号"),
    "subject": Text("What it settles", "内容"),
    "pages": Text("Pages of the method", "方法文件"),
    "page": Text("Page", "文件"),
    "proof": Text("Proof of the checks", "检查有效性证明"),
    "proof-sum": Text(
        "{cases} cases ask {checks} different questions; {seen} of these were seen failing in at least one case, for "
        "{defects} defects. Of {pairs} checks (a question in a case) {shown} were seen failing in that very case.",
        "用例 {cases} 个，判据 {checks} 种；其中 {seen} 种至少在一个用例中因缺陷（共 {defects} 个）观察到不通过。"
        "检查（某用例的某判据）共 {pairs} 项，{shown} 项在该用例中观察到不通过。",
    ),
    "unseen": Text("Questions that no recorded defect flips in any case", "在任何用例中均无缺陷使其不通过的判据"),
    "case": Text("Case", "用例"),
    "checks": Text("Checks seen failing (number of defects)", "观察到不通过的检查（缺陷数）"),
    "escapes": Text("How much escapes", "漏检率"),
    "parity": Text("Parity of virtual and real time", "虚拟时间与实时一致性"),
    "parity-none": Text(
        "No result of `carbonbench parity` was given: virtual evidence does not count yet (R-08).",
        "未提供 carbonbench parity 结果：虚拟时间证据尚不能采信（R-08）。",
    ),
    "parity-other": Text(
        "made by another version ({commit}): it does not count here", "由其他版本（{commit}）生成，不计入"
    ),
    "run": Text("Run", "运行"),
    "items": Text("Items", "项目"),
    "same": Text("Same", "一致"),
    "yes": Text("yes", "是"),
    "no": Text("no", "否"),
    "peers": Text("Programs of others that it was held against", "与之对照的第三方程序"),
    "part": Text("Part", "部分"),
    "purpose": Text("For", "用途"),
    "here": Text("On this machine", "本机"),
    "versions": Text("Software", "软件版本"),
    "package": Text("Package", "软件包"),
    "version": Text("Version", "版本"),
}
_RULING = re.compile(r"^### (R-\d+) (.+)$", re.M)


class ParityError(PaperError):
    """A folder that was given as a parity and is none, or whose result says more than its rows."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What the command gathered: commit, machine, packages, parts of peers (name, purpose, whether at hand)."""

    commit: str
    machine: str
    packages: Mapping[str, str]
    peers: Sequence[tuple[str, str, bool]]
    parity: Sequence[Path]
    docs: Path


def validation(shown: Shown, language: str) -> Paper:
    """The validation file in one language. Raises PaperError for a page that cannot be read, ParityError."""

    def w(key: str, **values: object) -> str:
        text = WORDS[key]
        return (text.en if language == "en" else text.zh).format(**values)

    return Paper(
        language=language,
        title=w("title"),
        number=shown.commit,
        issue=1,
        working=False,
        cover=Cover(
            marks=(),
            rows=((w("method"), "carbonbench"), (w("commit"), shown.commit), (w("machine"), shown.machine)),
            laboratory="",
            address="",
            contact="",
        ),
        notices=(w("scope-1"), w("scope-2"), w("scope-3")),
        body=tuple(_body(shown, language, w)),
        annexes=tuple(_annexes(shown, language, w)),
    )


def _page(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise PaperError([f"{path}: cannot be read: {error.strerror} / 无法读取方法文件"]) from None


def _body(shown: Shown, language: str, w: Any) -> Iterator[Block]:
    yield Heading(text=w("pages"), breaks=True)
    pages = [shown.docs / name for name in ("RULINGS.md", "LIMITS.md", "MEASUREMENT.md", "FORMATS.md")]
    for each in pages:
        _page(each)
    yield Table(
        heads=(w("page"), "SM3"),
        rows=tuple((f"docs/{each.name}", sm3_of(each)) for each in pages),
        widths=(30, 70),
        dense=True,
    )
    yield Heading(text=w("proof"))
    yield from _proof(w)
    yield Heading(text=w("escapes"))
    figure = read_figure()
    if figure is not None:
        told = sentence(figure)
        yield Paragraph(text=told.en if language == "en" else told.zh)
    yield Heading(text=w("parity"))
    yield from _parity(shown, w)
    yield Heading(text=w("peers"))
    yield Table(
        heads=(w("part"), w("purpose"), w("here")),
        rows=tuple(
            (name, purpose.partition(" / ")[0 if language == "en" else 2], w("yes" if at_hand else "no"))
            for name, purpose, at_hand in shown.peers
        ),
        widths=(16, 68, 16),
        dense=True,
    )
    yield Heading(text=w("versions"))
    yield Table(
        heads=(w("package"), w("version")),
        rows=tuple(shown.packages.items()),
        widths=(50, 50),
        dense=True,
    )


def flips() -> dict[str, dict[str, set[str]]]:
    """Which defects flip which check of which case, over all rigs: case → check → defects."""
    path = Path(str(clauses.__file__)).parents[1] / "proof.json"
    whole = cast(dict[str, Any], msgspec.json.decode(path.read_bytes()))
    found: dict[str, dict[str, set[str]]] = {}
    for defects in whole["flips"].values():
        for defect, cases in defects.items():
            for case, checks in cases.items():
                for check in checks:
                    found.setdefault(case, {}).setdefault(check, set()).add(defect)
    return found


def _proof(w: Any) -> Iterator[Block]:
    found, notes = flips(), find_cases()
    declared = {note.id: tuple(check.id for check in note.checks) for note in notes}
    pairs = [(case, check) for case, checks in declared.items() for check in checks]
    seen = {(case, check) for case, checks in found.items() for check in checks}
    questions = dict.fromkeys(check for _, check in pairs)
    known = {check for _, check in seen}
    defects = {name for checks in found.values() for names in checks.values() for name in names}
    yield Paragraph(
        text=w(
            "proof-sum",
            cases=len(declared),
            checks=len(questions),
            seen=sum(check in known for check in questions),
            defects=len(defects),
            pairs=len(pairs),
            shown=sum(pair in seen for pair in pairs),
        )
    )
    unseen = [check for check in questions if check not in known]
    if unseen:
        yield Paragraph(text=f"{w('unseen')}: {len(unseen)}", style="strong")
        yield Paragraph(text=", ".join(unseen), style="note")


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    likeness: str


class _Parity(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of a parity's result."""

    run: str
    rig: str
    commit: str
    same: bool
    rows: tuple[_Row, ...]


def _parity(shown: Shown, w: Any) -> Iterator[Block]:
    if not shown.parity:
        yield Paragraph(text=w("parity-none"))
        return
    rows: list[tuple[str, ...]] = []
    for folder in shown.parity:
        try:
            told = msgspec.json.decode((folder / "parity.json").read_bytes(), type=_Parity)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise ParityError([f"{folder}: holds no parity.json of carbonbench parity / 不是一致性对比目录"]) from None
        alike = bool(told.rows) and all(row.likeness in (Likeness.SAME, Likeness.LIMIT) for row in told.rows)
        if told.same and not alike:
            raise ParityError([f"{folder}: parity.json says same, its rows do not / 与其内容矛盾"])
        other = told.commit != shown.commit
        same = w("parity-other", commit=told.commit) if other else w("yes" if told.same else "no")
        rows.append((told.run, told.rig, str(len(told.rows)), same))
    yield Table(heads=(w("run"), "rig", w("items"), w("same")), rows=tuple(rows), widths=(40, 14, 12, 34), dense=True)


def _annexes(shown: Shown, language: str, w: Any) -> Iterator[Block]:
    del language
    yield Heading(text=w("rulings"), breaks=True)
    yield Table(
        heads=(w("ruling"), w("subject")),
        rows=tuple(_RULING.findall(_page(shown.docs / "RULINGS.md"))),
        widths=(12, 88),
        dense=True,
    )
    yield Heading(text=w("proof"), breaks=True)
    yield Table(
        heads=(w("case"), w("checks")),
        rows=tuple(
            (case, ", ".join(f"{check} ({len(names)})" for check, names in sorted(checks.items())))
            for case, checks in sorted(flips().items())
        ),
        widths=(34, 66),
        dense=True,
    )
