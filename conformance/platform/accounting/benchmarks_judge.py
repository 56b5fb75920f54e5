"""Whether libraries of benchmarks hold what was entered, and what was compared is exact (SSEA 5.4.5, CPCIF 5.2.4)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from bench.case import Check, Criterion, criterion
from bench.dut.platform.vocabulary import accounting
from bench.history import History, Observed, Phase
from conformance.common.platforms.accounts import Account, Kept, agrees, converted
from conformance.common.platforms.answers import DONE, REFUSED, read
from conformance.common.readings import number
from conformance.platform.accounting.answers_judge import (
    TAKEN,
    Tally,
    answer,
    measured,
    of,
    questions,
    taken,
    tallies,
    weigh,
)

LIBRARY = criterion(
    "library-of-{0}",
    en="{1} are listed as they were entered, changed and removed",
    zh="{2}按录入、修改和删除后的内容列出",
    unit="objects",
)
IMPORTED = criterion(
    "benchmarks-by-file",
    en="benchmarks that were handed over as a file are listed like those entered by hand",
    zh="以文件导入的标杆值与手工录入者同样列出",
    unit="objects",
)
GAPS = criterion(
    "gaps",
    en="an enterprise's indicator, each benchmark or limit in force and the gap between them are exact",
    zh="企业指标、有效的各标杆值和限额及其差距逐位准确",
    unit="figures",
)
PEERS = criterion(
    "peers-of-{0}",
    en="the average of {1} and the enterprise's own figure are exact",
    zh="{2}平均水平与企业自身指标逐位准确",
    unit="figures",
)
PUSHED = criterion(
    "results-sent",
    en="the enterprise finds the result sent to it: present state, reference, gap and a suggestion; nobody else does",
    zh="企业可查看推送的对标结果（现状、参考值、差距和建议），其他企业不可见",
    unit="notices",
)
_KINDS = {
    "indicator": ("indicators", "指标"),
    "benchmark": ("benchmarks", "标杆值"),
    "emission_limit": ("limits", "限额"),
}
_GROUPS = {
    "sector": ("the same sector", "同行业"),
    "region": ("the same region", "同地区"),
    "park": ("the park", "园区"),
}
CHECKS: dict[Criterion, tuple[str, ...]] = {
    LIBRARY.of("indicator", *_KINDS["indicator"]): ("ssea/5.4.5.1-1",),
    LIBRARY.of("benchmark", *_KINDS["benchmark"]): ("ssea/5.4.5.1-2", "cpcif/5.2.4.1a"),
    LIBRARY.of("emission_limit", *_KINDS["emission_limit"]): ("ssea/5.4.5.1-3",),
    IMPORTED: ("cpcif/5.2.4.1a",),
    GAPS: ("ssea/5.4.5.2", "ssea/5.4.1d", "cpcif/5.2.4.1-0", "cpcif/5.2.4.1b", "isc-1/5.2.3a-1"),
    PEERS.of("sector", *_GROUPS["sector"]): ("isc-1/5.2.3a-2",),
    PEERS.of("region", *_GROUPS["region"]): ("isc-1/5.2.3a-2",),
    PEERS.of("park", *_GROUPS["park"]): ("cpcif/5.2.4.1b",),
    PUSHED: ("cpcif/5.2.4.2",),
    TAKEN: (),
}
_SAME = ("level", "indicator", "quantity", "unit", "name", "valid_from")


def findings(history: History) -> Iterator[Check]:
    """Libraries, then what was compared, then what was sent."""
    found = {name: Tally() for name in _KINDS}
    by_file = Tally()
    entered = Kept()
    imported: set[str] = set()
    for event in history.events:
        if isinstance(event, Phase) and event.name == "imported":
            entered.imported(event)
            imported.add(event.detail["id"])
        elif isinstance(event, Observed):
            kind = event.what.removeprefix("list ")
            if kind in found:
                _listed(event, entered, kind, imported, found[kind], by_file)
            entered.take(event)
    for name, words in _KINDS.items():
        yield answer(LIBRARY.of(name, *words), found[name])
    yield answer(IMPORTED, by_file)
    tally = tallies(history)
    yield answer(GAPS, of(tally, "gap"))
    for name, words in _GROUPS.items():
        yield answer(PEERS.of(name, *words), _peers(history, name))
    yield answer(PUSHED, _pushed(history))
    yield taken(history)


def _listed(event: Observed, entered: Kept, kind: str, imported: set[str], tally: Tally, by_file: Tally) -> None:
    if event.outcome == REFUSED:
        tally.known += 1
        tally.wrong.append(f"{event.what}: {event.problem}")
    if event.outcome != DONE:
        return
    rows = {row.get("id") or row.get("object", ""): row for row in event.rows}
    for key, due in entered.of(kind).items():
        row = rows.pop(key, {})
        into = by_file if key in imported else tally
        into.known += 1
        lacking = [name for name in _SAME if name in due and row.get(name, "") != due[name]]
        if "value" in due and number(row.get("value", "")) != number(due["value"]):
            lacking.append("value")
        if lacking:
            told = ", ".join(f"{name} {row.get(name, '') or 'nothing'} (entered {due[name]})" for name in lacking)
            into.wrong.append(f"{event.what}: {key}: {told}")
    tally.wrong += [f"{event.what}: {key} is listed, which was removed or never entered" for key in rows]


def _peers(history: History, among: str) -> Tally:
    tally = Tally()
    for event, account in questions(history):
        if event.what == f"ask {accounting.PEERS.name}" and read(accounting.PEERS, event).query.among == among:
            weigh(event, account, tally)
    return tally


def _pushed(history: History) -> Tally:
    """What the enterprise finds, with figures of its own account, and what its neighbour must not."""
    tally = Tally()
    entered = Kept()
    for event in history.of(Observed):
        entered.take(event)
        if event.what != "list benchmark_notice" or event.outcome not in (DONE, REFUSED):
            continue
        if event.query["by"] == "clerk-b":
            tally.wrong += [f"clerk-b sees {row.get('id', '')} of {row.get('enterprise', '')}" for row in event.rows]
            continue
        account = Account(entered)
        rows = {row.get("id") or row.get("object", ""): row for row in event.rows}
        for key, notice in entered.of("benchmark_notice").items():
            indicator = entered.of("indicator").get(notice["indicator"])
            if indicator is None:
                continue
            tally.known += 1
            row = rows.get(key, {})
            product = notice["product"]
            stretch = int(notice["from"]), int(notice["to"])
            due = measured(account, "product", product, *stretch, product=product, quantity=indicator["quantity"])
            if due is None:
                continue
            if not agrees(row.get("actual", ""), row.get("unit", ""), *due):
                tally.wrong.append(f"{key}: actual {row.get('actual', '') or 'nothing'}; exactly {float(due[0]):.9g}")
            actual = due[0]
            listed = [
                converted(Fraction(each["value"]), each["unit"], due[1])
                for kind in ("benchmark", "emission_limit")
                for each in entered.of(kind).values()
                if each["indicator"] == notice["indicator"]
            ]
            shown = row.get("reference", "")
            near = [each for each in listed if agrees(shown, row.get("unit", ""), each, due[1])]
            if not near:
                tally.wrong.append(f"{key}: reference {shown or 'nothing'} is no benchmark of {notice['indicator']}")
            elif not agrees(row.get("gap", ""), row.get("unit", ""), actual - near[0], due[1]):
                tally.wrong.append(f"{key}: gap {row.get('gap', '')}; exactly {float(actual - near[0]):.9g}")
            if not row.get("suggestion"):
                tally.wrong.append(f"{key}: no suggestion / 无改进建议")
    return tally
