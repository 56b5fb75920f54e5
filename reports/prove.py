"""The proof of the suite: which defect made which check fail; on the screen, as JSON and as a page.

Leaves running the defects to the command `prove`. A check is named `<case id>:<check id>`. Only a fail catches a defect
or counts as seen failing: an error is the bench's fault and an inconclusive check has found nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import msgspec
from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text as Line

from bench.case import CaseResult, Text, Verdict
from reports.blocks import visible
from reports.progress import Progress
from reports.screen import SIGNS, STYLES, console_for

CAUGHT = "caught"
FORMAT = "carbonbench-prove/1"


class DefectResult(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one defect: `outcome` is caught or survived, `caught_by` the checks that failed over it.

    `beside` are the defects that were in the reference with it; empty where it was caught alone.
    """

    id: str
    clauses: tuple[str, ...]
    outcome: str
    caught_by: tuple[str, ...]
    beside: tuple[str, ...] = ()
    title: Text = Text("", "")


class CheckSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one check: `by` are the defects that made it fail."""

    id: str
    seen_failing: bool
    by: tuple[str, ...]
    name: Text = Text("", "")


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """The matrix. `reference` maps each case to the sound terminal's verdict, `troubles` are faults of the bench."""

    defects: tuple[DefectResult, ...]
    checks: tuple[CheckSeen, ...]
    reference: dict[str, str]
    troubles: tuple[str, ...] = ()
    run: str = ""
    seed: int = 0
    commit: str = ""

    @property
    def identity(self) -> str:
        """A name for the page of a proof."""
        return self.run or f"prove-seed{self.seed}" + (f"-{self.commit}" if self.commit else "")

    @property
    def grouped(self) -> tuple[DefectResult, ...]:
        """Defects that were caught while others were in the reference too."""
        return tuple(row for row in self.defects if row.beside)

    @property
    def survivors(self) -> tuple[DefectResult, ...]:
        """Defects that no check noticed."""
        return tuple(row for row in self.defects if row.outcome != CAUGHT)

    @property
    def unseen(self) -> tuple[CheckSeen, ...]:
        """Checks that never failed, and so prove nothing."""
        return tuple(row for row in self.checks if not row.seen_failing)

    @property
    def unsound(self) -> dict[str, str]:
        """Cases that the sound terminal did not pass, with their verdicts; not applicable is no fault of it."""
        fine = (Verdict.PASS.value, Verdict.NOT_APPLICABLE.value)
        return {case: verdict for case, verdict in self.reference.items() if verdict not in fine}

    @property
    def trusted(self) -> bool:
        """Whether the suite can be trusted: something passed, and nothing above, nor any trouble, is left."""
        passed = Verdict.PASS.value in self.reference.values()
        return passed and bool(self.checks) and not (self.survivors or self.unseen or self.unsound or self.troubles)

    def summary(self) -> dict[str, int]:
        """How many cases the sound terminal brought to each verdict (only verdicts that occur)."""
        found = list(self.reference.values())
        return {verdict.value: found.count(verdict.value) for verdict in Verdict if verdict.value in found}


def to_json(proof: Proof) -> bytes:
    """The octets of `prove --json` (shape in docs/FORMATS.md)."""
    whole = {
        "format": FORMAT,
        "run": proof.run,
        "seed": proof.seed,
        "commit": proof.commit,
        "trusted": proof.trusted,
        "defects": [_named(row, row.title) for row in proof.defects],
        "checks": [_named(row, row.name) for row in proof.checks],
        "reference": {"summary": proof.summary(), "cases": proof.reference, "not_passed": list(proof.unsound)},
        "troubles": proof.troubles,
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=2) + b"\n"


class MatrixError(Exception):
    """A file that is no matrix of a proof; one sentence says why."""


def read(octets: bytes) -> Proof:
    """The proof in the octets of `prove --json`. Raises MatrixError where it says otherwise than its own rows."""
    try:
        told = msgspec.json.decode(octets, type=_Told)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MatrixError(f"expected a file of prove --json, got something else: {error} / 格式不符") from None
    proof = Proof(
        defects=tuple(
            DefectResult(
                id=row.id, clauses=row.clauses, outcome=row.outcome, caught_by=row.caught_by, beside=row.beside
            )
            for row in told.defects
        ),
        checks=tuple(CheckSeen(id=row.id, seen_failing=row.seen_failing, by=row.by) for row in told.checks),
        reference=told.reference.cases,
        troubles=told.troubles,
        run=told.run,
        seed=told.seed,
        commit=told.commit,
    )
    if told.format != FORMAT:
        raise MatrixError(f"expected format {FORMAT}, got {told.format} / 格式不符")
    if told.trusted != proof.trusted:
        raise MatrixError(f"says trusted: {str(told.trusted).lower()}, its rows say otherwise / 与其内容矛盾")
    hollow = [row.id for row in proof.defects if (row.outcome == CAUGHT) != bool(row.caught_by)]
    hollow += [row.id for row in proof.checks if row.seen_failing != bool(row.by)]
    if hollow:
        raise MatrixError(f"says of {hollow[0]} what its rows do not / 与其内容矛盾")
    return proof


class _Sound(msgspec.Struct, frozen=True):
    cases: dict[str, str]


class _DefectRow(msgspec.Struct, frozen=True):
    id: str
    clauses: tuple[str, ...]
    outcome: str
    caught_by: tuple[str, ...]
    beside: tuple[str, ...] = ()


class _CheckRow(msgspec.Struct, frozen=True):
    id: str
    seen_failing: bool
    by: tuple[str, ...]


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    format: str
    trusted: bool
    defects: tuple[_DefectRow, ...]
    checks: tuple[_CheckRow, ...]
    reference: _Sound
    troubles: tuple[str, ...] = ()
    run: str = ""
    seed: int = 0
    commit: str = ""


def seen_in(path: Path) -> dict[str, tuple[str, ...]]:
    """Which defects made each check fail, by the matrix that `prove --json` wrote. Raises MatrixError."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_Matrix)
    except OSError as error:
        raise MatrixError(f"{path}: expected a file of prove --json: {error.strerror} / 无法读取") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MatrixError(f"{path}: expected a file of prove --json, got something else: {error} / 格式不符") from None
    if found.format != FORMAT:
        raise MatrixError(f"{path}: expected format {FORMAT}, got {found.format} / 格式不符")
    return {check.id: check.by for check in found.checks}


class _SeenRow(msgspec.Struct, frozen=True):
    id: str
    by: tuple[str, ...]


class _Matrix(msgspec.Struct, frozen=True):
    format: str
    checks: tuple[_SeenRow, ...]


def _named(row: DefectResult | CheckSeen, text: Text) -> dict[str, Any]:
    fields = cast(dict[str, Any], msgspec.to_builtins(row))
    kept = {key: value for key, value in fields.items() if key not in ("title", "name")}
    return kept | {"name": text.en, "name_zh": text.zh}


class ProofProgress:
    """Shows a proof while it goes: `step` after each job, `close` at the end; a bar, or lines without a terminal."""

    def __init__(self, total: int, console: Console | None = None) -> None:
        self._progress = Progress("proof / 证明", total, console)

    def step(self, defect: str, case: str, result: CaseResult) -> None:
        """One case ran against one defect."""
        self._progress.step(f"{defect} × {case}", result.verdict.value)

    def close(self) -> None:
        """Take the bar away."""
        self._progress.close()


def print_proof(proof: Proof, console: Console | None = None) -> None:
    """Print the matrix: per defect what caught it, which checks never failed, and the sound terminal's verdict."""
    console = console or console_for(sys.stdout)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", width=100)
    table.add_column("defect / 缺陷", overflow="fold", ratio=2)
    table.add_column("outcome / 结果", no_wrap=True)
    table.add_column("caught by / 发现者", overflow="fold", ratio=3)
    for row in proof.defects:
        caught = row.outcome == CAUGHT
        verdict = Verdict.PASS if caught else Verdict.FAIL
        words = "caught 被发现" if caught else "survived 未被发现"
        lines = _by_case(row.caught_by) + ([f"planted with / 同时植入: {', '.join(row.beside)}"] if row.beside else [])
        cell = "\n".join(map(visible, lines))
        table.add_row(Line(visible(row.id)), Line(f"{SIGNS[verdict]} {words}", style=STYLES[verdict]), Line(cell))
    console.print(Rule("defects / 缺陷", align="left"), table, sep="\n")
    if proof.unseen:
        console.print(Rule("checks never seen to fail / 从未失败过的检查", style="red", align="left"))
        for check in proof.unseen:
            console.print(Line(f"  ○ {visible(check.id)}  {visible(str(check.name))}", style="yellow"), soft_wrap=True)
    if proof.troubles:
        console.print(Rule("faults of the bench / 台架故障", style="magenta", align="left"))
        for trouble in proof.troubles:
            console.print(Line(f"  ! {visible(trouble)}", style=STYLES[Verdict.ERROR]), soft_wrap=True)
    console.print(Rule(align="left"))
    reference = ", ".join(f"{number} {name} {Verdict(name).zh}" for name, number in proof.summary().items())
    console.print(Line(f"reference without defect / 无缺陷参考终端: {reference or 'nothing run / 未执行'}"))
    for case, verdict in proof.unsound.items():
        line = Line(f"  {SIGNS[Verdict(verdict)]} {visible(case)}: {verdict}", style=STYLES[Verdict(verdict)])
        console.print(line, soft_wrap=True)
    caught, seen = len(proof.defects) - len(proof.survivors), len(proof.checks) - len(proof.unseen)
    verdict = Verdict.PASS if proof.trusted else Verdict.FAIL
    line = Line(f"{SIGNS[verdict]} ", style=STYLES[verdict])
    line.append(f"{caught} of {len(proof.defects)} defects caught, {seen} of {len(proof.checks)} checks seen failing")
    line.append(f" / {len(proof.defects)} 个缺陷中发现 {caught} 个，{len(proof.checks)} 项检查中 {seen} 项曾失败")
    console.print(line)
    if proof.grouped:
        told = Line(
            f"  {len(proof.grouped)} of them caught with others planted at once; alone: run --defect ID --case CASE"
        )
        told.append(f" / 其中 {len(proof.grouped)} 个与其他缺陷同时植入；单独重放：run --defect")
        console.print(told, soft_wrap=True)


def _by_case(checks: Sequence[str], most: int = 4) -> list[str]:
    """Checks gathered by case, the first few in full."""
    grouped: dict[str, list[str]] = {}
    for name in checks:
        case, _, check = name.rpartition(":")
        grouped.setdefault(case, []).append(check)
    lines = [f"{case}: {', '.join(found)}" for case, found in grouped.items()]
    rest = len(lines) - most
    return lines[:most] + ([f"… and {rest} more cases / 另有 {rest} 个用例"] if rest > 0 else [])
