"""Works on a finished run from its folder alone: judge again, verify, write the reports again.

Leaves running to bench.commands.session. No terminal, no rig, no network is touched.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from bench.case import EXIT_ERROR, EXIT_FAIL, EXIT_PASS, CaseResult, exit_code
from bench.commands.session import clause_results
from bench.history import HistoryError, digest_of_run
from bench.run import rejudge_case
from conformance.clauses.suite import case_classes
from reports import manifest, run_folder, screen, verdicts


def differences(old: CaseResult, new: CaseResult) -> list[str]:
    """What a second judgement says otherwise: the case's verdict and every check that changed, appeared or vanished."""
    name = f"{new.id}#{new.attempt}"
    lines = [] if old.verdict is new.verdict else [f"{name}: {old.verdict.value} -> {new.verdict.value}"]
    before, after = ({check.id: check for check in result.checks} for result in (old, new))
    for check in dict.fromkeys((*before, *after)):
        was, now = before.get(check), after.get(check)
        if was != now:
            words = [f"{found.verdict.value} {found.measured}".strip() if found else "absent" for found in (was, now)]
            lines.append(f"{name} {check}: {words[0]} -> {words[1]}")
    return lines


def main(folder: Path) -> int:
    """Judge every record again, print what differs, and return the exit code of the new verdicts."""
    try:
        before = verdicts.read(folder)
        known = case_classes()
        cases: list[CaseResult] = []
        for result in before.cases:
            if result.record and result.id not in known:
                raise HistoryError(f"case {result.id} of this run is not in the suite any more / 套件中已无此用例")
            cases.append(rejudge_case(known[result.id], result, folder) if result.record else result)
    except (HistoryError, verdicts.VerdictsError) as error:
        print(error, file=sys.stderr)
        return EXIT_ERROR
    digest = digest_of_run((f"{case.id}#{case.attempt}", case.digest) for case in cases if case.digest)
    if digest != before.history_digest:
        print(
            f"{folder}: the records are not those of the run: expected digest {before.history_digest}, found {digest} "
            "/ 记录集合与运行不符",
            file=sys.stderr,
        )
        return EXIT_ERROR
    after = msgspec.structs.replace(before, cases=tuple(cases), clauses=clause_results(tuple(cases)))
    changed = [line for old, new in zip(before.cases, after.cases, strict=True) for line in differences(old, new)]
    screen.closing(after, folder)
    if changed:
        print("differs from the run / 与原判定不同:", *changed, sep="\n  ")
    else:
        print(f"{len(cases)} cases judged again from their records: the same verdicts / 重新判定结果一致")
    return exit_code(case.verdict for case in cases)


def verify(folder: Path) -> int:
    """Prove the manifest and every record's chain. 0 sound, 1 altered, 3 unreadable."""
    try:
        altered = manifest.verify(folder)
        run = verdicts.read(folder)
        for case in run.cases:
            if case.record and case.id in (known := case_classes()):
                rejudge_case(known[case.id], case, folder)
    except (HistoryError, verdicts.VerdictsError) as error:
        print(error, file=sys.stderr)
        return EXIT_FAIL if isinstance(error, HistoryError) else EXIT_ERROR
    if altered:
        print("\n".join(altered), file=sys.stderr)
        return EXIT_FAIL
    print(f"{folder}: every file as it was written / 所有文件未被改动")
    return EXIT_PASS


def report(folder: Path) -> int:
    """Write the reports of a run again from verdicts.json and the records."""
    try:
        run = verdicts.read(folder)
        run_folder.write(run, folder)
    except (HistoryError, verdicts.VerdictsError) as error:
        print(error, file=sys.stderr)
        return EXIT_ERROR
    print(f"{folder}: reports written / 报告已生成")
    return EXIT_PASS
