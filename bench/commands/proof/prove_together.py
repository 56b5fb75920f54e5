"""`carbonbench prove --together`: that what fails in a case's own drive also fails in the one that it shares.

Leaves the own drives to `prove`. Of each drive only so many defects are planted that every check was seen failing which
the suite's proof knows to fail.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path

import msgspec

from bench.case import EXIT_FAIL, EXIT_PASS, EXIT_USAGE, VIRTUAL_RIG, CaseResult, Verdict
from bench.commands.proof import sentences
from bench.commands.proof.proof_rounds import shows
from bench.commands.running.attempts import ran
from bench.commands.running.house import commit
from bench.commands.running.options import REFERENCE_PROFILES, picks, seed_of, workers_of
from bench.commands.running.session import REFERENCE_ADAPTERS, ledger_answers, rig_named
from bench.commands.workers import pool
from bench.dut import adapter
from bench.dut.profile import load_profile
from bench.journal import Planned
from bench.run import Setup, together
from conformance.clauses.suite import shared_drives
from conformance.defects.proof import Flips, read_proof
from conformance.defects.shared import TOGETHER, Shown, Together, read_together, wanted
from reports.verdicts import write_whole


class Seen(msgspec.Struct, frozen=True):
    """What came of one drive: its cases' results, and how often its record tells of the supply and of questions."""

    results: tuple[CaseResult, ...]
    switched: int
    asked: int


def driven(name: str, defect: str, seed: int) -> Seen:
    """Drive once with a defect (empty: none) and judge every case of the drive."""
    drive = shared_drives()[name]
    profile = load_profile(REFERENCE_PROFILES[drive.item])
    with tempfile.TemporaryDirectory() as room:
        alone = Setup(
            rig=rig_named(VIRTUAL_RIG),
            profile=profile,
            adapter=lambda: adapter(REFERENCE_ADAPTERS[drive.item]),
            master_seed=seed,
            commit=commit(),
            folder=Path(room),
            **ledger_answers(),
            defect=defect,
            journaled=True,
        )
        setup = replace(alone, together=together([drive], drive.judged, alone))
        results = tuple(ran(Planned(case=case.id(), attempt=1), setup).result for case in drive.judged)
        octets = next((Path(room, each.record).read_bytes() for each in results if each.record), b"")
    return Seen(results, octets.count(b'{"e":"power"'), octets.count(b'{"e":"observed"'))


def _cover(missing: dict[tuple[str, str], set[str]]) -> list[str]:
    """Few defects by which each of the checks that are still missing could fail."""
    left, chosen = dict(missing), list[str]()
    while open_ := {key: by for key, by in left.items() if by}:
        counts: dict[str, int] = {}
        for by in open_.values():
            for defect in by:
                counts[defect] = counts.get(defect, 0) + 1
        best = min(counts, key=lambda defect: (-counts[defect], defect))
        chosen.append(best)
        left = {key: by for key, by in open_.items() if best not in by}
    return chosen


def _all(crew: Executor | None, name: str, defects: Sequence[str], seed: int) -> Iterator[tuple[str, Seen]]:
    if crew is None:
        for defect in defects:
            yield defect, driven(name, defect, seed)
        return
    futures = [(defect, crew.submit(driven, name, defect, seed)) for defect in defects]
    for defect, future in futures:
        yield defect, future.result()


def _proved(crew: Executor | None, name: str, seed: int) -> tuple[Shown | None, list[str]]:
    """What was shown of a drive (None where the sound item does not pass it), and what was not."""
    drive = shared_drives()[name]
    ((_, sound),) = _all(crew, name, [""], seed)
    bad = [each for each in sound.results if each.verdict is not Verdict.PASS]
    print(sentences.WITHOUT_DEFECT(name=name, found=[each.id for each in bad] or sentences.PASSES()))
    if bad:
        return None, [f"{each.id}: {each.verdict.value} {each.reason}".strip() for each in bad]
    known = wanted({case.id(): case for case in drive.judged}, {VIRTUAL_RIG: read_proof().of(VIRTUAL_RIG)})
    missing = {(case, check): by for case, checks in known.items() for check, by in checks.items()}
    flips: Flips = {}
    while chosen := _cover(missing):
        for defect, seen in _all(crew, name, chosen, seed):
            found = {each.id: tuple(sorted(c.id for c in each.checks if shows(c))) for each in seen.results}
            flips[defect] = {case: checks for case, checks in sorted(found.items()) if checks}
            print(f"  {sentences.CHECKS_FAIL(defect=defect, sum=sum(map(len, found.values())))}")
        seen_now = {(case, check) for of in flips.values() for case, checks in of.items() for check in checks}
        missing = {key: by - set(chosen) for key, by in missing.items() if key not in seen_now}
    shown = Shown(
        s=round(sound.results[0].simulated_s, 1),
        switched=sound.switched,
        asked=sound.asked,
        flips={defect: of for defect, of in sorted(flips.items()) if of},
    )
    return shown, [str(sentences.NOT_SEEN_FAILING(case=case, check=check)) for case, check in sorted(missing)]


def main(words: Sequence[str], seed_word: str, workers_word: str, *, record: bool) -> int:
    """Prove the drives of which a case is named (none: all): 0 every check was seen failing, 1 not, 4 wrong words."""
    problems: list[str] = []
    seed, workers = seed_of(seed_word or "1", problems), workers_of(workers_word or "1", problems)
    drives = shared_drives()
    chosen = [
        name
        for name, drive in drives.items()
        if not words or any(picks(word, each) for word in words for each in (name, *(c.id() for c in drive.judged)))
    ]
    if not chosen:
        problems.append(sentences.NO_DRIVE(drives=drives).after(f"--case {', '.join(words)}"))
    if problems:
        print("\n".join(problems), file=sys.stderr)
        return EXIT_USAGE
    told = dict(read_together().drives)
    lacking: list[str] = []
    with pool(workers) as crew:
        for name in chosen:
            shown, short = _proved(crew, name, seed)
            lacking += short
            if shown is not None:
                told[name] = shown
            for line in short:
                print(f"  {line}", file=sys.stderr)
            if record:
                _keep({name: shown for name, shown in sorted(told.items()) if name in drives})
    return EXIT_FAIL if lacking else EXIT_PASS


def _keep(told: dict[str, Shown]) -> None:
    text = msgspec.json.format(msgspec.json.encode(Together(drives=told)), indent=1).decode()
    write_whole(TOGETHER, text + "\n")
    print(sentences.KEPT(names=told).after(TOGETHER))
