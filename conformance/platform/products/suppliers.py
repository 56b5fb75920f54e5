"""A supplier library, and what is reckoned with it: scope 3, footprints, indirect emissions (SSEA 5.4.10)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bench.case import Finding
from bench.dut.platform.vocabulary.base import ENTRY, FACTOR
from bench.dut.platform.vocabulary.public import (
    FOOTPRINT,
    FOOTPRINT_ITEM,
    FOOTPRINT_RESULT,
    INDIRECT,
    PURCHASE,
    SCOPE3,
    SUPPLIER,
    SUPPLY,
)
from bench.facade.bench import Bench
from bench.history import History
from conformance.common.times import instant_of_iso
from conformance.platform import OBJECTS, PlatformCase, works
from conformance.platform.products import suppliers_judge
from conformance.platform.works import A

_YEAR = 2026
_MATERIALS = (("iron ore", "t"), ("lime", "t"), ("scrap", "t"), ("refractories", "kg"))


def local(year: int, month: int, day: int = 1) -> int:
    """The beginning of a day (+08:00), microseconds UTC."""
    at = instant_of_iso(f"{year}-{month:02d}-{day:02d}T00:00:00+08:00")
    assert at is not None
    return at


class ReckonsWithSuppliers(PlatformCase):
    """Suppliers' footprints are kept with their versions, and scope 3 is what was bought by what was in force then."""

    zh = "供应商库登记、修改、留痕；范围 3 排放按采购当日有效的原料碳足迹计算，产品碳足迹采用供应商数据。"
    checks = {
        suppliers_judge.LIBRARY_KEPT: ("ssea/5.4.10a",),
        suppliers_judge.VERSIONS_KEPT: ("ssea/5.4.10a",),
        suppliers_judge.SCOPE3_RIGHT: ("ssea/5.4.10b", "ssea/5.4.1i"),
        suppliers_judge.FOOTPRINT_BY_SUPPLY: ("ssea/5.4.10b",),
        suppliers_judge.INDIRECT_SHOWN: ("ssea/5.4.1i",),
    }
    needs = (OBJECTS,)
    scenario = works.SCENARIO

    async def drive(self, bench: Bench) -> None:
        chance = works.chance_of(bench, "suppliers")

        def number(low: int, high: int, digits: int = 2) -> Decimal:
            return Decimal(chance.randint(low, high)).scaleb(-digits)

        await works.set_up(bench, chance, ())
        clerk = await bench.platform.login("clerk-a")
        suppliers = [
            await clerk.create(SUPPLIER, id=f"supplier-{each}", enterprise=A, name=f"Supplier {each}", region="Hebei")
            for each in ("north", "south", "east")
        ]
        supplies: list[str] = []
        for place, (name, unit) in enumerate(_MATERIALS):
            supplies.append(
                await clerk.create(
                    SUPPLY,
                    id=f"supply-{place}",
                    enterprise=A,
                    supplier=suppliers[place % 2],
                    name=name,
                    unit=unit,
                    footprint=number(1_000, 90_000),
                    emission=number(100_000, 900_000),
                    valid_from=local(_YEAR, 1),
                )
            )
        await clerk.change(SUPPLIER, suppliers[1], name="Supplier south, new name")
        await clerk.remove(SUPPLIER, suppliers[2])
        for place, supply in enumerate(supplies):
            for month in (1, 2, 3):
                await clerk.create(
                    PURCHASE,
                    id=f"purchase-{place}-{month}",
                    enterprise=A,
                    supply=supply,
                    start=local(_YEAR, month, 10),
                    amount=number(1_000, 99_000),
                    unit=_MATERIALS[place][1],
                )
        # From February on one material has another footprint: January's purchase keeps the former one.
        await clerk.change(SUPPLY, supplies[0], footprint=number(100_000, 200_000), valid_from=local(_YEAR, 2))
        manager = await bench.platform.login("operator-of-park")
        for carrier in ("electricity", "heat"):
            unit = "MWh" if carrier == "electricity" else "GJ"
            await manager.create(
                FACTOR,
                id=f"factor-{carrier}",
                carrier=carrier,
                enterprise=A,
                value=number(1_000, 9_000, 4),
                unit=f"tCO2/{unit}",
                source="supplier",
                valid_from=local(_YEAR, 1),
            )
            await clerk.create(
                ENTRY,
                id=f"entry-{carrier}",
                carrier=carrier,
                enterprise=A,
                period="month",
                start=local(_YEAR, 2),
                value=number(10_000, 90_000),
                unit=unit,
                evidence="invoice",
                reason="bill",
            )
        study = await clerk.create(
            FOOTPRINT,
            id="study-supplied",
            enterprise=A,
            product="rebar",
            brand="Anfeng",
            region="Hebei",
            year=_YEAR,
            quantity=number(100, 900, 0),
            unit="t",
            boundary="cradle-to-gate",
        )
        for place, supply in enumerate(supplies):
            await clerk.create(
                FOOTPRINT_ITEM,
                id=f"item-supplied-{place}",
                enterprise=A,
                footprint=study,
                stage="raw-material",
                name=_MATERIALS[place][0],
                nature="fossil",
                amount=number(1_000, 90_000),
                unit=_MATERIALS[place][1],
                supply=supply,
            )
        await clerk.list(SUPPLIER)
        await clerk.list(SUPPLY)
        await clerk.history(SUPPLY, supplies[0])
        span = {"from_": local(_YEAR, 1), "to": local(_YEAR, 4)}
        await clerk.ask(SCOPE3, enterprise=A, **span)
        await clerk.ask(SCOPE3, enterprise=A, from_=local(_YEAR, 1), to=local(_YEAR, 2))
        await clerk.ask(FOOTPRINT_RESULT, footprint=study)
        await clerk.ask(INDIRECT, enterprise=A, **span)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from suppliers_judge.library_findings(history)
        yield from suppliers_judge.scope3_findings(history)
