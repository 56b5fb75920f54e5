"""Base data of enterprises and parks, and what enterprises configure to suit them (CPCIF 5.2.1.2b, e, f)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from simulators.platform.core.kinds import Amount, Instant, Thing, Year, kind, ref

Period = Literal["minute", "quarter", "hour", "day", "week", "month", "quarter_year", "year"]
Item = Literal["product", "fuel", "electricity", "heat", "carbon_product", "feedstock", "waste", "facility_energy"]


class Business(Thing, frozen=True, kw_only=True):
    """What an enterprise does for a living, by year; values in 10,000 CNY."""

    enterprise: Annotated[str, ref("enterprise")]
    year: Year
    output_value: Amount | None = None
    added_value: Amount | None = None
    staff: int = 0
    legal_person: str = ""
    address: str = ""


class Activity(Thing, frozen=True, kw_only=True):
    """One quantity of a period: of an enterprise, or of the park itself where no enterprise is named."""

    enterprise: Annotated[str, ref("enterprise")] = ""
    park: Annotated[str, ref("park")] = ""
    process: Annotated[str, ref("process")] = ""
    facility: Annotated[str, ref("facility")] = ""
    item: Item
    name: str
    period: Period
    start: Instant
    value: Amount
    unit: str

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        """Quantities are of somebody."""
        if not self.enterprise and not self.park:
            yield "enterprise", "name an enterprise or a park", "应指明企业或园区"


class Technique(Thing, frozen=True, kw_only=True):
    """How something is made and its tail gas treated; `efficiency` of the treatment in per cent."""

    enterprise: Annotated[str, ref("enterprise")]
    process: Annotated[str, ref("process")] = ""
    production: str
    tail_gas: str = ""
    efficiency: Amount | None = None


class Fuel(Thing, frozen=True, kw_only=True):
    """A fuel that an enterprise burns, by the word of its carrier."""

    enterprise: Annotated[str, ref("enterprise")]
    carrier: str
    name: str = ""
    unit: str


class Recovery(Thing, frozen=True, kw_only=True):
    """The share (0 to 1) of the CO2 of a source that is recovered and used from an instant on."""

    enterprise: Annotated[str, ref("enterprise")]
    process: Annotated[str, ref("process")] = ""
    point: Annotated[str, ref("point")]
    share: Amount
    use: str = ""
    valid_from: Instant = 0

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        """No more than all is recovered."""
        if not 0 <= self.share <= 1:
            yield "share", "expected a share from 0 to 1", "应为 0 至 1 的份额"


_OWN = ("administrator", "operator", "manager", "clerk")
KINDS = (
    kind("business", Business, en="business data of an enterprise", zh="企业经营信息", tenant="enterprise"),
    kind("activity", Activity, en="quantity of a period", zh="活动量", tenant="park", write=_OWN),
    kind("technique", Technique, en="production technique", zh="生产技术及尾气处理技术", tenant="enterprise"),
    kind("fuel", Fuel, en="type of fuel", zh="企业燃料类型", tenant="enterprise"),
    kind("recovery", Recovery, en="recovery of CO2", zh="CO₂ 回收利用", tenant="enterprise"),
)
