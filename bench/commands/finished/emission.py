"""`carbonbench explain-emission RUN CASE …`: one figure of a run from registers to tonnes, by the bench's oracle.

Leaves the arithmetic to `conformance.common.carbon`. No terminal, no rig, no network is touched.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bench.case import EXIT_PASS, EXIT_USAGE
from bench.commands.finished import sentences
from bench.commands.finished.rejudge import read_run
from bench.history import HistoryError, read_history
from bench.history.accounting import PERIODS, TOTALS
from conformance.common.carbon import chain
from conformance.common.carbon.reckon import Reckoned, books_of, period, printed
from conformance.common.times import instant_of_iso, local
from conformance.common.truth import Certainty
from conformance.terminal.accounting import figures_judge
from reports.verdicts import VerdictsError


def main(folder: Path, case: str, of: str, id: str, kind: str, start: str) -> int:
    """Print the chain. Exit code 0, or 4 with one sentence for what there is not."""
    wrong = _explain(folder, case, of, id, kind, start)
    if wrong:
        print(f"explain-emission: {wrong}", file=sys.stderr)
        return EXIT_USAGE
    return EXIT_PASS


def _beside(each: figures_judge.Shown, total: Reckoned) -> str:
    """What this chain gives at the digits of a figure that was shown."""
    if not each.value or each.unit not in ("kg", "t") or total.state is Certainty.GAP:
        return ""
    due = printed(total.tonnes(each.gas), each.unit, len(each.value.partition(".")[2]))
    return f"; {sentences.BY_THIS_CHAIN()}: {due} {each.unit}"


def _explain(folder: Path, case: str, of: str, id: str, kind: str, start: str) -> str:
    at = instant_of_iso(start)
    if at is None:
        return str(sentences.SUCH_INSTANT(start=start))
    if of not in TOTALS or kind not in PERIODS:
        return str(sentences.TOTAL_AND_PERIOD(totals=TOTALS, periods=PERIODS, of=of, kind=kind))
    try:
        run = read_run(folder)
        record = next((each.record for each in run.cases if each.id == case and each.record), "")
        if not record:
            known = ", ".join(dict.fromkeys(each.id for each in run.cases if each.record)) or sentences.NONE_KNOWN()
            return str(sentences.NO_RECORD_OF_CASE(case=case, folder=folder, known=known))
        history = read_history(folder / record)
    except (HistoryError, VerdictsError) as error:
        return str(error)
    if history.began.emitter is None:
        return str(sentences.NO_EMITTER(case=case))
    books = books_of(history)
    if of != "emitter" and not books.members(of, id):
        sources = ", ".join(source.id for source in books.emitter.sources)
        return str(sentences.NOT_CALLED(of=of, id=id, sources=sources))
    begin, end = period(kind, at)
    total = books.total(of, id, begin, end)
    if not total.pieces and (begin >= history.watched_us or end <= history.began.t):
        span = sentences.BOTH_ENDS(begin=local(history.began.t)[:19], end=local(history.watched_us)[:19])
        return str(sentences.NOT_RECORDED(local=local(begin)[:19], span=span))
    print("\n".join(chain.steps(books, of, id, begin, end)))
    for each in figures_judge.everywhere(history):
        if (each.of, each.id, each.start, each.end) == (of, id, begin, end):
            print(f"{sentences.SHOWN()}: {each.told()}{_beside(each, total)}")
    return ""
