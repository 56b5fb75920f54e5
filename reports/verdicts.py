"""`verdicts.json`: the result of a run for machines, and reading it back.

Leaves the meaning of the fields to docs/FORMATS.md and the judging to the judges. The text is canonical: fixed order of
keys, two spaces of indent, one line feed at the end, no wall-clock instant but the one the run itself carries.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

from bench.case import CaseResult, Check, ClauseResult, Measurement, RunResult, Text, Verdict

FORMAT = "carbonbench-verdicts/1"

S = TypeVar("S", bound=msgspec.Struct)


class VerdictsError(Exception):
    """A verdicts file that cannot be used; `problems` holds one sentence for each thing that is wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class CheckRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One check as written: `name` is English, `name_zh` Chinese; every number is decimal text in `unit`."""

    id: str
    name: str
    verdict: Verdict
    measured: str = ""
    limit: str = ""
    unit: str = ""
    op: str = ""
    uncertainty: str = ""
    rule: str = ""
    expected: str = ""
    actual: str = ""
    evidence: tuple[str, ...] = ()
    reading_b: Verdict | None = None
    name_zh: str = ""


class MeasurementRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One measurement as written."""

    id: str
    name: str
    value: str
    unit: str = ""
    limit: str = ""
    op: str = ""
    uncertainty: str = ""
    rule: str = ""
    samples: int = 0
    name_zh: str = ""


class CaseRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One attempt of one case as written."""

    id: str
    clauses: tuple[str, ...]
    strength: str
    verdict: Verdict
    checks: tuple[CheckRow, ...]
    measurements: tuple[MeasurementRow, ...] = ()
    title: str = ""
    title_zh: str = ""
    reason: str = ""
    seed: int = 0
    attempt: int = 1
    replay: str = ""
    record: str = ""
    digest: str = ""
    wall_s: float = 0.0
    simulated_s: float = 0.0


class ClauseRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One clause as written."""

    id: str
    verdict: Verdict
    cases: tuple[str, ...] = ()
    reason: str = ""


class RunRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file without its two lists."""

    run: str
    seed: int
    commit: str
    terminal: str
    rig: str
    history_digest: str
    summary: dict[str, int]
    format: str = FORMAT
    started: str = ""
    wall_s: float = 0.0
    repeats: int = 1
    selection: str = ""
    parameters: dict[str, str] = {}
    deviations: dict[str, str] = {}
    claims: dict[str, str] = {}
    not_claimed: tuple[str, ...] = ()
    versions: dict[str, str] = {}


def verdicts_json(run: RunResult) -> str:
    """The text of `verdicts.json` (shape in docs/FORMATS.md)."""
    head = RunRow(
        run=run.run,
        seed=run.seed,
        commit=run.commit,
        terminal=run.terminal,
        rig=run.rig,
        history_digest=run.history_digest,
        summary=run.summary(),
        started=run.started,
        wall_s=run.wall_s,
        repeats=run.repeats,
        selection=run.selection,
        parameters=run.parameters,
        deviations=run.deviations,
        claims=run.claims,
        not_claimed=run.not_claimed,
        versions=run.versions,
    )
    whole = cast(dict[str, Any], msgspec.to_builtins(head))
    whole["cases"] = [msgspec.to_builtins(_case_row(case)) for case in run.cases]
    whole["clauses"] = [
        msgspec.to_builtins(ClauseRow(id=clause.id, verdict=clause.verdict, cases=clause.cases, reason=clause.reason))
        for clause in run.clauses
    ]
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode() + "\n"


def write(run: RunResult, folder: Path) -> Path:
    """Write `verdicts.json` into the run folder in one piece and return its path."""
    return write_whole(folder / "verdicts.json", verdicts_json(run))


def write_whole(path: Path, text: str) -> Path:
    """Write a text file through a temporary name, so that no half file is ever seen under `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    partial.write_text(text, encoding="utf-8", newline="\n")
    partial.replace(path)
    return path


def read(path: Path) -> RunResult:
    """Read a `verdicts.json` (or the one in a run folder) back into a `RunResult`.

    Raises VerdictsError with every problem found: not readable, not JSON, a field missing or of the wrong type, a
    summary that does not count its own cases, a clause that names a case the file does not hold.
    """
    path = path / "verdicts.json" if path.is_dir() else path
    try:
        octets = path.read_bytes()
    except OSError as error:
        raise VerdictsError([f"{path}: cannot be read ({error.strerror}) / 无法读取"]) from None
    return parse(octets, str(path))


def parse(octets: bytes, where: str) -> RunResult:
    """As `read`, from octets; `where` names them in the problems."""
    try:
        whole = msgspec.json.decode(octets)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise VerdictsError([f"{where}: not JSON ({error}); run the cases again / 不是 JSON 文件"]) from None
    if not isinstance(whole, dict):
        raise VerdictsError([f"{where}: expected an object with run, cases and clauses / 应为 JSON 对象"])
    fields = cast(dict[str, Any], whole)
    problems: list[str] = []
    head = _convert({key: fields[key] for key in fields if key not in ("cases", "clauses")}, RunRow, where, problems)
    cases = _rows(fields, "cases", CaseRow, where, problems)
    clauses = _rows(fields, "clauses", ClauseRow, where, problems)
    if head is None or problems:
        raise VerdictsError(problems)
    if head.format != FORMAT:
        problems.append(f"{where}: format is {head.format!r}, expected {FORMAT!r} / 文件格式版本不符")
    result = _result(head, cases, clauses)
    if head.summary != result.summary():
        problems.append(f"{where}: summary says {head.summary}, its cases count {result.summary()} / 汇总与用例不符")
    known = {case.id for case in cases}
    problems += [
        f"{where}: clause {clause.id} names case {name!r}, which the file does not hold / 条款引用了不存在的用例"
        for clause in clauses
        for name in clause.cases
        if name not in known
    ]
    if problems:
        raise VerdictsError(problems)
    return result


def _convert(value: object, kind: type[S], where: str, problems: list[str]) -> S | None:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        problems.append(f"{where}: {error} / 字段缺失或类型不符")
        return None


def _rows(fields: dict[str, Any], key: str, kind: type[S], where: str, problems: list[str]) -> list[S]:
    listed: object = fields.get(key)
    if not isinstance(listed, list):
        problems.append(f"{where}: {key!r} must be a list / 缺少列表 {key}")
        return []
    found = [
        _convert(value, kind, f"{where}, {key}[{index}]", problems)
        for index, value in enumerate(cast(list[object], listed))
    ]
    return [row for row in found if row is not None]


def _case_row(case: CaseResult) -> CaseRow:
    return CaseRow(
        id=case.id,
        clauses=case.clauses,
        strength=case.strength,
        verdict=case.verdict,
        checks=tuple(_check_row(check) for check in case.checks),
        measurements=tuple(_measurement_row(measurement) for measurement in case.measurements),
        title=case.title.en,
        title_zh=case.title.zh,
        reason=case.reason,
        seed=case.seed,
        attempt=case.attempt,
        replay=case.replay,
        record=case.record,
        digest=case.digest,
        wall_s=case.wall_s,
        simulated_s=case.simulated_s,
    )


def _check_row(check: Check) -> CheckRow:
    return CheckRow(
        id=check.id,
        name=check.name.en,
        verdict=check.verdict,
        measured=check.measured,
        limit=check.limit,
        unit=check.unit,
        op=check.op,
        uncertainty=check.uncertainty,
        rule=check.rule,
        expected=check.expected,
        actual=check.actual,
        evidence=check.evidence,
        reading_b=check.reading_b,
        name_zh=check.name.zh,
    )


def _measurement_row(found: Measurement) -> MeasurementRow:
    return MeasurementRow(
        id=found.id,
        name=found.name.en,
        value=found.value,
        unit=found.unit,
        limit=found.limit,
        op=found.op,
        uncertainty=found.uncertainty,
        rule=found.rule,
        samples=found.samples,
        name_zh=found.name.zh,
    )


def _result(head: RunRow, cases: list[CaseRow], clauses: list[ClauseRow]) -> RunResult:
    return RunResult(
        run=head.run,
        seed=head.seed,
        commit=head.commit,
        terminal=head.terminal,
        rig=head.rig,
        history_digest=head.history_digest,
        cases=tuple(_case(row) for row in cases),
        clauses=tuple(
            ClauseResult(id=row.id, verdict=row.verdict, cases=row.cases, reason=row.reason) for row in clauses
        ),
        started=head.started,
        wall_s=head.wall_s,
        repeats=head.repeats,
        selection=head.selection,
        parameters=head.parameters,
        deviations=head.deviations,
        claims=head.claims,
        not_claimed=head.not_claimed,
        versions=head.versions,
    )


def _case(row: CaseRow) -> CaseResult:
    return CaseResult(
        id=row.id,
        title=Text(row.title, row.title_zh),
        clauses=row.clauses,
        verdict=row.verdict,
        checks=tuple(_check(check) for check in row.checks),
        measurements=tuple(_measurement(found) for found in row.measurements),
        reason=row.reason,
        seed=row.seed,
        attempt=row.attempt,
        strength=row.strength,
        record=row.record,
        digest=row.digest,
        replay=row.replay,
        wall_s=row.wall_s,
        simulated_s=row.simulated_s,
    )


def _check(row: CheckRow) -> Check:
    fields = {field: getattr(row, field) for field in CheckRow.__struct_fields__ if field not in ("name", "name_zh")}
    return Check(name=Text(row.name, row.name_zh), **fields)


def _measurement(row: MeasurementRow) -> Measurement:
    fields = {
        field: getattr(row, field) for field in MeasurementRow.__struct_fields__ if field not in ("name", "name_zh")
    }
    return Measurement(name=Text(row.name, row.name_zh), **fields)
