"""Whether ledgers of energy are what was entered comes to, for the enterprise and for the park (CPCIF 5.3.1)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, Criterion, criterion
from bench.history import History
from conformance.platform.accounting.answers_judge import TAKEN, answer, of, taken, tallies

LEDGER = criterion(
    "energy-ledger",
    en="energy by carrier and direction is what was entered comes to, for enterprise and park",
    zh="企业与园区按能源品种和方向的台账与填报数据逐位一致",
    unit="figures",
)
ROOM = criterion(
    "waste-heat-room",
    en="the room for waste heat is what is left less what is recovered, for enterprise and park",
    zh="企业与园区的余热利用空间为余热量减去已回收量，逐位一致",
    unit="figures",
)
SAVED = criterion(
    "savings",
    en="savings by measure and in sum are what was entered comes to, for enterprise and park",
    zh="企业与园区按措施及合计的节能量与填报数据逐位一致",
    unit="figures",
)
DUE = criterion(
    "renewals",
    en="exactly the equipment is named that is due for renewal by the day asked for",
    zh="恰好列出截至查询日应更新的设备",
    unit="pieces",
)
CHECKS: dict[Criterion, tuple[str, ...]] = {
    LEDGER: ("cpcif/5.3.1.2",),
    ROOM: ("cpcif/5.3.1.2",),
    SAVED: ("cpcif/5.3.1.3b",),
    DUE: ("cpcif/5.3.1.3b",),
    TAKEN: (),
}
_ASKED = {LEDGER: "energy_ledger", ROOM: "waste_heat_room", SAVED: "savings", DUE: "renewals"}


def findings(history: History) -> Iterator[Check]:
    """Each ledger, asked for by the enterprise and by the park."""
    found = tallies(history)
    for check, name in _ASKED.items():
        yield answer(check, of(found, name, "enterprise"), of(found, name, "park"))
    yield taken(history)
