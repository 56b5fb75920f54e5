"""Ledgers of energy: generated and used, room for waste heat, savings, equipment due for renewal (CPCIF 5.3.1)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding
from bench.dut.platform.vocabulary.accounting import (
    ENERGY_FLOW,
    ENERGY_LEDGER,
    EQUIPMENT,
    RENEWALS,
    SAVING,
    SAVINGS,
    WASTE_HEAT_ROOM,
)
from bench.facade.bench import Bench
from bench.history import History
from conformance.common.platforms.accounts import here
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.accounting import LEDGERS, ledgers_judge
from conformance.platform.accounting.plant import PLACE, drawn, enter

_MONTHS = (here(2025, 11), here(2025, 12), here(2026, 1))
_FLOWS = (
    ("steam", "generated", "A", "A-boiler", "GJ"),
    ("steam", "used", "A", "A-reactor", "GJ"),
    ("electricity", "used", "A", "A-reactor", "kWh"),
    ("flue-gas-heat", "waste", "A", "A-boiler", "MJ"),
    ("flue-gas-heat", "recovered", "A", "A-boiler", "GJ"),
    ("steam", "used", "B", "", "GJ"),
    ("cooling-water-heat", "waste", "B", "", "GJ"),
)


class KeepsLedgersOfEnergy(PlatformCase):
    """Energy generated and used, waste heat that is left, savings and equipment due are what was entered comes to."""

    zh = "能量产生与消耗台账、余热利用空间、节能量和设备更新需求与填报数据逐位一致。"
    checks = ledgers_judge.CHECKS
    needs = (OBJECTS, LEDGERS)

    async def drive(self, bench: Bench) -> None:
        chance = bench.chance("energy")
        administrator = await bench.platform.login("administrator")
        await enter(administrator, PLACE)
        for number, (carrier, direction, enterprise, facility, unit) in enumerate(_FLOWS):
            high = 400 if direction == "recovered" else 90_000 if unit in ("kWh", "MJ") else 9000
            for start in _MONTHS:
                await administrator.create(
                    ENERGY_FLOW,
                    id=f"flow-{number}-{start // 1_000_000}",
                    enterprise=enterprise,
                    facility=facility,
                    carrier=carrier,
                    direction=direction,
                    period="month",
                    start=start,
                    value=drawn(chance, high // 2, high, 2),
                    unit=unit,
                )
        for measure, enterprise, unit in (("motor", "A", "kWh"), ("insulation", "A", "GJ"), ("pump", "B", "tce")):
            for start in _MONTHS:
                await administrator.create(
                    SAVING,
                    id=f"{measure}-{start // 1_000_000}",
                    enterprise=enterprise,
                    measure=measure,
                    period="month",
                    start=start,
                    value=drawn(chance, 50, 900, 2),
                    unit=unit,
                )
        years = [2026 + chance.randrange(0, 3) for _ in range(3)]
        for number, year in enumerate((*years, 2033)):
            await administrator.create(
                EQUIPMENT,
                id=f"machine-{number}",
                enterprise="AB"[number % 2],
                name=f"设备 {number}",
                installed=here(2010),
                renew_by=here(year, 1 + chance.randrange(0, 12), 15),
            )
        manager = await bench.platform.login("manager-a")
        operator = await bench.platform.login("operator-of-park")
        span = {"from_": here(2025, 11), "to": here(2026)}
        for desk, of, id in ((manager, "enterprise", "A"), (operator, "park", "P")):
            await desk.ask(ENERGY_LEDGER, of=of, id=id, **span)
            await desk.ask(WASTE_HEAT_ROOM, of=of, id=id, **span)
            await desk.ask(SAVINGS, of=of, id=id, **span)
            await desk.ask(RENEWALS, of=of, id=id, until=here(2029))

    def judge(self, history: History) -> Iterator[Finding]:
        yield from ledgers_judge.findings(history)
