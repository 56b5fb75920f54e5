"""Whether reports and submissions hold the figures of the account (CPCIF 5.2.1.2 a, ISC-1 5.1.1 c and 5.2.1 c)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, Criterion, criterion
from bench.history import History, Observed
from conformance.common.platforms.accounts import Account, Kept, agrees, end_of
from conformance.common.platforms.answers import DONE, REFUSED
from conformance.platform.accounting.answers_judge import TAKEN, Tally, answer, of, taken, tallies

REPORT = criterion(
    "report-for-{0}",
    en="the report made for {1} holds the figures of the account: total, energy and each class, to the last digit",
    zh="为{2}生成的报告与核算结果的总量、能耗和各类别逐位一致",
    unit="figures",
)
SUBMITTED = criterion(
    "submitted",
    en="the park finds what an enterprise submitted, with the figures of its account",
    zh="园区可查看企业报送的数据，且与其核算结果逐位一致",
    unit="figures",
)
NOT_OTHERS = criterion(
    "submissions-apart",
    en="another enterprise finds nothing of what was submitted",
    zh="其他企业看不到报送的数据",
    unit="submissions",
)
_WHO = {
    "enterprise": ("the enterprise", "企业", "manager-a"),
    "park": ("the park", "园区", "operator-of-park"),
    "region": ("the region", "区域", "government"),
}
CHECKS: dict[Criterion, tuple[str, ...]] = {
    REPORT.of("enterprise", *_WHO["enterprise"][:2]): ("isc-1/5.2.1c", "cpcif/5.2.1.2a-4"),
    REPORT.of("park", *_WHO["park"][:2]): ("cpcif/5.2.1.2a-4",),
    REPORT.of("region", *_WHO["region"][:2]): ("isc-1/5.1.1c",),
    SUBMITTED: ("cpcif/5.2.1.2a-3",),
    NOT_OTHERS: ("cpcif/5.2.1.2a-3",),
    TAKEN: (),
}


def findings(history: History) -> Iterator[Check]:
    """Each report by who asked for it, then what was submitted."""
    found = tallies(history)
    for name, (en, zh, by) in _WHO.items():
        yield answer(REPORT.of(name, en, zh), of(found, "report_figures", by=by))
    own, others = Tally(), Tally()
    entered = Kept()
    for event in history.of(Observed):
        entered.take(event)
        if event.what == "list submission" and event.outcome in (DONE, REFUSED):
            if event.query["by"] == "clerk-b":
                others.known += 1
                others.wrong += [f"clerk-b sees {row.get('id', '')}" for row in event.rows]
            else:
                _listed(event, entered, own)
    yield answer(SUBMITTED, own)
    yield answer(NOT_OTHERS, others if own.known and not own.wrong else Tally(others.wrong))
    yield taken(history)


def _listed(event: Observed, entered: Kept, tally: Tally) -> None:
    rows = {row.get("id") or row.get("object", ""): row for row in event.rows}
    account = Account(entered)
    for key, each in entered.of("submission").items():
        start = int(each["start"])
        due = account.sum("enterprise", each["enterprise"], start, end_of(each["period"], start))
        row = rows.get(key, {})
        for name, unit, exact, base in (
            ("emission", "unit", due.tonnes, "tCO2"),
            ("energy", "energy_unit", due.energy, "GJ"),
        ):
            tally.known += 1
            if not agrees(row.get(name, ""), row.get(unit, ""), exact, base):
                tally.wrong.append(f"{key}: {name} {row.get(name, '') or 'nothing'}; exactly {float(exact):.9g} {base}")
