"""Which questions each check rests on, from the records of a run of the sound product: `prove --rests RUN`.

Leaves finding them to `conformance.rests`. Cases that the run did not drive keep what was known of them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import msgspec

from bench.commands.finished.rejudge import exit_for, read_run
from bench.commands.proof import sentences
from bench.history import HistoryError, read_history
from conformance import rests, rests_age
from conformance.clauses.suite import case_classes
from reports import verdicts


def main(folder: Path) -> int:
    """Write conformance/rests.json; the exit code."""
    try:
        run = read_run(folder)
        cases = case_classes()
        before = rests.read_rests()
        known = {name: asks for name, asks in before.cases.items() if name in cases}
        sources = {name: print_ for name, print_ in before.sources.items() if name in cases}
        driven = [each for each in run.cases if each.record and each.id in cases]
        for each in driven:
            known[each.id] = dict(rests.found(cases[each.id], read_history(folder / each.record)))
            sources[each.id] = rests_age.fingerprint(cases[each.id])
    except (HistoryError, rests.RestsError, verdicts.VerdictsError) as error:
        print(error, file=sys.stderr)
        return exit_for(error)
    kept = rests.Rests(
        cases={name: known[name] for name in sorted(known) if known[name]}, sources=dict(sorted(sources.items()))
    )
    rests.RESTS.write_text(json.dumps(msgspec.to_builtins(kept), indent=1) + "\n", "utf-8")
    print(sentences.RESTS_WRITTEN(driven=len(driven), cases=len(kept.cases), name=rests.RESTS.name))
    return 0
