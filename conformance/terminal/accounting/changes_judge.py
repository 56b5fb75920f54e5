"""Factors, boundary and results that changed: what counts from when, and what came of what was there before (R-24).

Leaves single figures to `figures_judge`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bench.case import Check, criterion
from bench.history import History
from bench.history.accounting import Emitter
from conformance.common.carbon.methods import APART as SHOWN_APART
from conformance.common.carbon.reckon import books_of
from conformance.common.queries import answers
from conformance.common.times import MINUTE, local
from conformance.common.truth import Certainty, number
from conformance.terminal.accounting.figures_judge import Shown, compare, exact, missing, right, sent, shown

FACTOR = criterion(
    "factor-{0}",
    en="a factor that {1} counts from its instant on, and not before",
    zh="{2}的因子自生效时刻起计算，之前不变",
    unit="figures",
)
WAYS = {
    "local": ("was entered at the terminal", "本地录入"),
    "remote": ("was issued from afar", "远程下发"),
    "file": ("was handed over as a file", "文件导入"),
}
MOVED = criterion(
    "source-moved",
    en="a source that comes over the boundary changes the total by exactly its own emission",
    zh="排放源移入或移出边界，总量恰好增减该排放源的排放量",
    unit="figures",
)
APART = criterion(
    "shown-apart",
    en="what a method shows beside the total is shown, and is in no total",
    zh="核算方法规定单列的项目予以显示，且不计入总量",
    unit="figures",
)
REVISED = criterion(
    "result-revised",
    en="a result that was reckoned anew is right, and bears a higher revision",
    zh="重新计算的结果正确，且版本号递增",
    unit="figures",
)
REVISION_SENT = criterion(
    "revision-sent",
    en="centres get the result that was reckoned anew under the same key, its revision higher",
    zh="重新计算的结果以同一键值、更高版本号送达数据中心",
    unit="figures",
)


def factor_findings(history: History, ways: Mapping[str, str]) -> Iterator[Check]:
    """Figures of each source around the instant of its factor, by the way that the factor came."""
    books = books_of(history)
    everything, absent = shown(history), missing(history, books)
    for source, way in ways.items():
        change = books.changes(source)
        own = [each for each in everything if each.id == source]
        found = compare(books, own)
        wrong = [*found.wrong, *(line for line in absent if line.startswith(f"source {source},"))]
        both = change and any(each.end <= change[0] for each in own) and any(each.start >= change[0] for each in own)
        yield FACTOR.of(way, *WAYS[way]).none(wrong, found.known and both)


def moved_findings(history: History) -> Iterator[Check]:
    """Totals in the minutes before and after a move, and what is shown apart."""
    books = books_of(history)
    everything, absent = shown(history), missing(history, books)
    totals = [each for each in everything if each.of == "emitter" and each.kind == "minute"]
    found = compare(books, totals)
    moves = [int(event.query["since"]) for event in answers(history, "boundary")]
    seen = all({at, at - MINUTE} <= {each.start for each in totals if each.value} for at in moves)
    wrong = [*found.wrong, *(line for line in absent if line.startswith("emitter"))]
    yield MOVED.none(wrong, found.known and moves and seen)
    apart = _apart(books.emitter)
    figures = [
        each
        for each in everything
        if (each.of in ("source", "category") and each.id in apart) or (each.of == "emitter" and each.kind == "hour")
    ]
    found = compare(books, figures)
    yield APART.none(found.wrong, found.known > 1)


def _apart(emitter: Emitter) -> frozenset[str]:
    """Sources and categories of what stands beside the total."""
    return frozenset(
        name for source in emitter.sources if source.term in SHOWN_APART for name in (source.id, source.category)
    )


OLD_KEPT = criterion(
    "old-result-kept",
    en="what a figure was before it was reckoned anew can still be read",
    zh="重新计算前的结果仍可查询",
    unit="figures",
)


def old_kept_finding(history: History) -> Check:
    """Each figure that was shown, reckoned anew to another value, and asked what it had been."""
    first: dict[tuple[str, str, int], Shown] = {}
    last: dict[tuple[str, str, int], Shown] = {}
    for each in shown(history):
        first.setdefault((each.id, each.kind, each.start), each)
        last[each.id, each.kind, each.start] = each
    wrong: list[str] = []
    known = 0
    for event in answers(history, "emission-history"):
        key = (event.query["source"], event.query["kind"], int(event.query["start"]))
        before, after = first.get(key), last.get(key)
        if before is None or after is None or not before.value or number(before.value) == number(after.value):
            continue
        known += 1
        kept = [row.get("value", "") for row in event.rows]
        if number(before.value) not in map(number, kept):
            wrong.append(f"{before.told()}, now {after.value}: kept is {', '.join(kept) or 'nothing'}")
    return OLD_KEPT.none(wrong, known)


def revision_findings(history: History, centres: Sequence[str]) -> Iterator[Check]:
    """What was shown before and after a factor that counts from earlier on, and what centres got of it."""
    books = books_of(history)
    first: dict[tuple[str, str, int], Shown] = {}
    last: dict[tuple[str, str, int], Shown] = {}
    for each in shown(history):
        first.setdefault((each.id, each.kind, each.start), each)
        last[each.id, each.kind, each.start] = each
    wrong = compare(books, list(last.values())).wrong
    changed = 0
    for key, before in first.items():
        after = last[key]
        due = books.total(after.of, after.id, after.start, after.end, at=after.at).tonnes(after.gas)
        if after is before or right(before, due):
            continue
        changed += 1
        if _number(after.revision) <= _number(before.revision):
            wrong.append(f"{after.told()}: revision {after.revision or 'none'} after {before.revision or 'none'}")
    yield REVISED.none(wrong, changed)
    wrong, changed = [], 0
    told = [event.t for event in answers(history, "factor")]
    for centre in centres:
        got: dict[tuple[str, str, str, int], list[Shown]] = {}
        for each in sent(history, centre):
            got.setdefault((each.of, each.id, each.kind, each.start), []).append(each)
        for contents in got.values():
            before = [each for each in contents if told and each.at < told[0]]
            if not before:
                continue
            final = contents[-1]
            total = books.total(final.of, final.id, final.start, final.end)
            due = total.tonnes(final.gas)
            if total.state is not Certainty.SURE or right(before[-1], due):
                continue
            changed += 1
            if not right(final, due):
                wrong.append(f"{final.told()}; exactly {exact(due, final.unit)}, to {local(final.end)}")
            elif final.revision and _number(final.revision) <= _number(before[-1].revision):
                wrong.append(f"{final.told()}: revision {final.revision} after {before[-1].revision}")
    yield REVISION_SENT.none(wrong, changed)


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0
