"""The words of carbon and energy accounts: sources and inputs, outputs, benchmarks, reports, and what is made of them.

Totals of emissions and energy are base words. Numbers are decimal text, instants microseconds UTC, shares per cent.
"""

from __future__ import annotations

from typing import Annotated

from bench.dut.platform.vocabulary import (
    ABSENT,
    DECIMAL,
    FIGURE,
    FLAG,
    ID,
    INSTANT,
    SPAN,
    TEXT,
    Count,
    Id,
    Instant,
    Number,
    Query,
    Row,
    SpanQuery,
    Str,
    analysis,
    kind,
    one_of,
)
from bench.dut.platform.vocabulary.base import OF, PERIOD

METHOD = one_of(
    "gbt-32150",
    "gbt-32151-1",
    "gbt-32151-4",
    "gbt-32151-5",
    "gbt-32151-7",
    "gbt-32151-8",
    "gbt-32151-10",
    "provincial-inventory",
)
"""The documents of methods: GB/T 32150, parts of GB/T 32151 by their number, the guide for provincial inventories."""
QUANTITY = one_of("emission", "energy", "emission-intensity", "energy-intensity")

EMISSION_SOURCE = kind(
    "emission_source",
    en="emission source with the term of a sector's method that reckons it",
    zh="排放源（含所用行业方法的计算项）",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "process": ID,
        "facility": ID,
        "product": ID,
        "point": ID,
        "carrier": TEXT,
        "region": TEXT,
        "name": TEXT,
        "method": METHOD,
        "term": TEXT,
        "inside": FLAG,
        "since": INSTANT,
        "until": INSTANT,
    },
)
"""`point` brings the activity data; `inside` says whether it lies inside the boundary, from `since` until `until`."""
EMISSION_INPUT = kind(
    "emission_input",
    en="input of an emission source: tested, of a supplier, or another measured amount",
    zh="排放源参数（检测值、供方提供值或另一监测点）",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "source": ID,
        "symbol": TEXT,
        "point": ID,
        **FIGURE,
        "origin": one_of("test", "supplier", "published", "estimate"),
        "valid_from": INSTANT,
    },
)
OUTPUT = kind(
    "output",
    en="output of a product",
    zh="产品产量",
    tenant="enterprise",
    fields={
        "id": ID,
        "product": ID,
        "enterprise": ID,
        "period": PERIOD,
        "start": INSTANT,
        **FIGURE,
    },
)
ECONOMY = kind(
    "economy",
    en="output value of a year",
    zh="年度产值",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "of": one_of("park", "region", "sector", "enterprise"),
        "whose": ID,
        "start": INSTANT,
        **FIGURE,
    },
)
INVENTORY_LINE = kind(
    "inventory_line",
    en="activity of a region in a year, with its factor, by the provincial guide",
    zh="区域清单条目（省级清单编制指南）",
    tenant="park",
    fields={
        "id": ID,
        "region": TEXT,
        "category": one_of("energy", "industry", "agriculture", "land", "waste", "memo"),
        "gas": one_of("CO2", "CH4", "N2O"),
        "removal": FLAG,
        "start": INSTANT,
        "amount": DECIMAL,
        "unit": TEXT,
        "factor": DECIMAL,
        "factor_unit": TEXT,
    },
)
"""`memo` is for information only and no part of the sum; a `removal` is deducted."""
INDICATOR = kind(
    "indicator",
    en="indicator of emission or energy",
    zh="碳排放或能耗指标",
    tenant="park",
    fields={"id": ID, "name": TEXT, "quantity": QUANTITY, "sector": TEXT, "unit": TEXT},
)
LEVEL = one_of("international", "national", "sector", "park", "outstanding", "advanced")
"""Whose level a benchmark is: an average, that of outstanding enterprises, or an advanced value of a document."""
BENCHMARK = kind(
    "benchmark",
    en="benchmark of an indicator",
    zh="指标的标杆值",
    tenant="park",
    fields={
        "id": ID,
        "indicator": ID,
        "level": LEVEL,
        **FIGURE,
        "source": TEXT,
        "valid_from": INSTANT,
    },
)
EMISSION_LIMIT = kind(
    "emission_limit",
    en="limit of an indicator",
    zh="指标的限额",
    tenant="park",
    fields={"id": ID, "indicator": ID, **FIGURE, "source": TEXT, "valid_from": INSTANT},
)
BENCHMARK_NOTICE = kind(
    "benchmark_notice",
    en="result of benchmarking that is sent to an enterprise",
    zh="推送给企业的对标结果",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "indicator": ID,
        "product": ID,
        **SPAN,
        "actual": DECIMAL,
        "level": LEVEL,
        "reference": DECIMAL,
        "gap": DECIMAL,
        "unit": TEXT,
        "suggestion": TEXT,
    },
)
SUBMISSION = kind(
    "submission",
    en="data submitted by an enterprise to the park",
    zh="企业向园区报送的数据",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "period": PERIOD,
        "start": INSTANT,
        "emission": DECIMAL,
        "energy": DECIMAL,
        "unit": TEXT,
        "energy_unit": TEXT,
        "submitted": INSTANT,
    },
)
EMISSION_REPORT = kind(
    "emission_report",
    en="emission report",
    zh="碳排放报告",
    tenant="enterprise",
    fields={"id": ID, "of": OF, "whose": ID, "enterprise": ID, "period": PERIOD, "start": INSTANT, "made": INSTANT},
)
ENERGY_FLOW = kind(
    "energy_flow",
    en="energy generated, used, sent out or left as waste heat",
    zh="能量的产生、消耗、外供与余热",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "facility": ID,
        "carrier": TEXT,
        "direction": one_of("generated", "used", "sent", "waste", "recovered"),
        "period": PERIOD,
        "start": INSTANT,
        **FIGURE,
    },
)
SAVING = kind(
    "saving",
    en="energy saved by a measure",
    zh="节能措施的节能量",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "facility": ID,
        "measure": TEXT,
        "period": PERIOD,
        "start": INSTANT,
        **FIGURE,
    },
)
EQUIPMENT = kind(
    "equipment",
    en="equipment with the end of its life",
    zh="设备及其更新期限",
    tenant="enterprise",
    fields={"id": ID, "enterprise": ID, "facility": ID, "name": TEXT, "installed": INSTANT, "renew_by": INSTANT},
)


class EnergyIntensityQuery(SpanQuery, frozen=True, kw_only=True):
    """What is asked for energy per unit of a product, or of output value without one."""

    of: Annotated[str, OF] = ""
    id: Id = ""
    product: Id = ""


class EnergyIntensityRow(Row, frozen=True, kw_only=True):
    """A row of energy per unit of a product, or of output value without one."""

    start: Instant = ABSENT
    end: Instant = ABSENT
    value: Number = ABSENT
    unit: Str = ABSENT
    state: Str = ABSENT


ENERGY_INTENSITY = analysis(
    "energy_intensity",
    en="energy per unit of a product, or of output value without one",
    zh="能耗强度（按产品；不指定产品时按产值）",
    query=EnergyIntensityQuery,
    row=EnergyIntensityRow,
)


class StructureQuery(SpanQuery, frozen=True, kw_only=True):
    """What is asked for shares by class, carrier, process, enterprise or another part (contribution)."""

    of: Annotated[str, OF] = ""
    id: Id = ""
    quantity: Annotated[str, QUANTITY] = ""
    parts: Annotated[
        str, one_of("source_class", "carrier", "process", "facility", "product", "enterprise", "sector", "region")
    ] = ""


class StructureRow(Row, frozen=True, kw_only=True):
    """A row of shares of emission or energy by class, carrier, process, enterprise or another part (contribution)."""

    part: Str = ABSENT
    value: Number = ABSENT
    unit: Str = ABSENT
    share: Number = ABSENT


STRUCTURE = analysis(
    "structure",
    en="shares of emission or energy by class, carrier, process, enterprise or another part (contribution)",
    zh="碳排放量或能耗的构成与贡献",
    query=StructureQuery,
    row=StructureRow,
)


class ComparisonQuery(Query, frozen=True, kw_only=True):
    """What is asked for a period beside a fixed one, the one before, and the same of the year before."""

    of: Annotated[str, OF] = ""
    id: Id = ""
    quantity: Annotated[str, QUANTITY] = ""
    period: Annotated[str, PERIOD] = ""
    start: Instant = ""
    fixed: Instant = ""


class ComparisonRow(Row, frozen=True, kw_only=True):
    """A row of a period beside a fixed one, the one before, and the same of the year before."""

    basis: Annotated[str, one_of("fixed", "previous", "year-before")] = ABSENT
    value: Number = ABSENT
    reference: Number = ABSENT
    change: Number = ABSENT
    percent: Number = ABSENT
    unit: Str = ABSENT


COMPARISON = analysis(
    "comparison",
    en="a period beside a fixed one, the one before, and the same of the year before",
    zh="定比、环比、同比",
    query=ComparisonQuery,
    row=ComparisonRow,
)


class TrendQuery(SpanQuery, frozen=True, kw_only=True):
    """What is asked for periods in a row, each with its change to the one before."""

    of: Annotated[str, OF] = ""
    id: Id = ""
    quantity: Annotated[str, QUANTITY] = ""
    product: Id = ""
    period: Annotated[str, PERIOD] = ""


class TrendRow(Row, frozen=True, kw_only=True):
    """A row of periods in a row, each with its change to the one before."""

    start: Instant = ABSENT
    end: Instant = ABSENT
    value: Number = ABSENT
    unit: Str = ABSENT
    change: Number = ABSENT
    percent: Number = ABSENT


TREND = analysis(
    "trend",
    en="periods in a row, each with its change to the one before",
    zh="趋势",
    query=TrendQuery,
    row=TrendRow,
)


class RankingQuery(SpanQuery, frozen=True, kw_only=True):
    """What is asked for enterprises in the order of what they give off."""

    of: Annotated[str, one_of("enterprise", "process", "facility")] = ""
    quantity: Annotated[str, QUANTITY] = ""
    region: Str = ""


class RankingRow(Row, frozen=True, kw_only=True):
    """A row of enterprises in the order of what they give off."""

    place: Count = ABSENT
    id: Id = ABSENT
    value: Number = ABSENT
    unit: Str = ABSENT


RANKING = analysis(
    "ranking",
    en="enterprises in the order of what they give off",
    zh="碳排放排名",
    query=RankingQuery,
    row=RankingRow,
)


class DecouplingQuery(Query, frozen=True, kw_only=True):
    """What is asked for decoupling of emission from output value between two years."""

    of: Annotated[str, one_of("park", "region", "sector", "enterprise")] = ""
    id: Id = ""
    base: Instant = ""
    year: Instant = ""


class DecouplingRow(Row, frozen=True, kw_only=True):
    """A row of decoupling of emission from output value between two years."""

    model: Annotated[str, one_of("tapio", "oecd")] = ABSENT
    index: Number = ABSENT
    state: Annotated[
        str,
        one_of(
            "strong",
            "weak",
            "expansive-coupling",
            "expansive-negative",
            "strong-negative",
            "weak-negative",
            "recessive-coupling",
            "recessive",
        ),
    ] = ABSENT
    emission_change: Number = ABSENT
    value_change: Number = ABSENT


DECOUPLING = analysis(
    "decoupling",
    en="decoupling of emission from output value between two years",
    zh="碳排放与经济增长的脱钩分析",
    query=DecouplingQuery,
    row=DecouplingRow,
)
"""Changes in per cent; Tapio's index is the ratio of both, the OECD's 1 less the ratio of intensities."""


class EfficiencyQuery(SpanQuery, frozen=True, kw_only=True):
    """What is asked for emission per output value by region, sector or enterprise."""

    parts: Annotated[str, one_of("region", "sector", "enterprise")] = ""


class EfficiencyRow(Row, frozen=True, kw_only=True):
    """A row of emission per output value by region, sector or enterprise."""

    part: Str = ABSENT
    value: Number = ABSENT
    unit: Str = ABSENT
    place: Count = ABSENT


EFFICIENCY = analysis(
    "efficiency",
    en="emission per output value by region, sector or enterprise",
    zh="碳排放效率评价",
    query=EfficiencyQuery,
    row=EfficiencyRow,
)


class EfficiencyWatchQuery(Query, frozen=True, kw_only=True):
    """What is asked for enterprises whose efficiency has fallen."""

    base: Instant = ""
    year: Instant = ""


class EfficiencyWatchRow(Row, frozen=True, kw_only=True):
    """A row of enterprises whose efficiency has fallen."""

    id: Id = ABSENT
    before: Number = ABSENT
    after: Number = ABSENT
    unit: Str = ABSENT


EFFICIENCY_WATCH = analysis(
    "efficiency_watch",
    en="enterprises whose efficiency has fallen",
    zh="碳排放效率下降的重点关注企业",
    query=EfficiencyWatchQuery,
    row=EfficiencyWatchRow,
)


class GapQuery(SpanQuery, frozen=True, kw_only=True):
    """What is asked for an enterprise's indicator beside benchmarks and limits."""

    enterprise: Id = ""
    indicator: Id = ""
    product: Id = ""


class GapRow(Row, frozen=True, kw_only=True):
    """A row of an enterprise's indicator beside benchmarks and limits."""

    actual: Number = ABSENT
    against: Annotated[
        str, one_of("international", "national", "sector", "park", "outstanding", "advanced", "limit")
    ] = ABSENT
    reference: Number = ABSENT
    gap: Number = ABSENT
    percent: Number = ABSENT
    unit: Str = ABSENT


GAP = analysis(
    "gap",
    en="an enterprise's indicator beside benchmarks and limits",
    zh="指标与标杆、限额的差距",
    query=GapQuery,
    row=GapRow,
)
"""gap = actual less reference, percent that of the reference."""


class PeersQuery(SpanQuery, frozen=True, kw_only=True):
    """What is asked for an enterprise's indicator beside the average of its sector, region or park."""

    enterprise: Id = ""
    quantity: Annotated[str, QUANTITY] = ""
    among: Annotated[str, one_of("sector", "region", "park")] = ""


class PeersRow(Row, frozen=True, kw_only=True):
    """A row of an enterprise's indicator beside the average of its sector, region or park."""

    actual: Number = ABSENT
    average: Number = ABSENT
    count: Count = ABSENT
    place: Count = ABSENT
    unit: Str = ABSENT


PEERS = analysis(
    "peers",
    en="an enterprise's indicator beside the average of its sector, region or park",
    zh="与同行业、同地区、园区平均水平对比",
    query=PeersQuery,
    row=PeersRow,
)
"""The average of a group is its whole emission (or energy) by its whole output value; place 1 is the lowest."""


class EnergyLedgerQuery(SpanQuery, frozen=True, kw_only=True):
    """What is asked for energy generated and used."""

    of: Annotated[str, one_of("park", "enterprise", "facility")] = ""
    id: Id = ""


class EnergyLedgerRow(Row, frozen=True, kw_only=True):
    """A row of energy generated and used."""

    carrier: Str = ABSENT
    direction: Str = ABSENT
    value: Number = ABSENT
    unit: Str = ABSENT


ENERGY_LEDGER = analysis(
    "energy_ledger",
    en="energy generated and used",
    zh="能量产生与消耗台账",
    query=EnergyLedgerQuery,
    row=EnergyLedgerRow,
)


class WasteHeatRoomQuery(SpanQuery, frozen=True, kw_only=True):
    """What is asked for waste heat, what is recovered of it, and the room that is left."""

    of: Annotated[str, one_of("park", "enterprise", "facility")] = ""
    id: Id = ""


class WasteHeatRoomRow(Row, frozen=True, kw_only=True):
    """A row of waste heat, what is recovered of it, and the room that is left."""

    waste: Number = ABSENT
    recovered: Number = ABSENT
    room: Number = ABSENT
    unit: Str = ABSENT


WASTE_HEAT_ROOM = analysis(
    "waste_heat_room",
    en="waste heat, what is recovered of it, and the room that is left",
    zh="余热利用空间",
    query=WasteHeatRoomQuery,
    row=WasteHeatRoomRow,
)


class SavingsQuery(SpanQuery, frozen=True, kw_only=True):
    """What is asked for energy saved."""

    of: Annotated[str, one_of("park", "enterprise", "facility")] = ""
    id: Id = ""


class SavingsRow(Row, frozen=True, kw_only=True):
    """A row of energy saved."""

    part: Str = ABSENT
    value: Number = ABSENT
    unit: Str = ABSENT


SAVINGS = analysis(
    "savings",
    en="energy saved",
    zh="节能量统计",
    query=SavingsQuery,
    row=SavingsRow,
)


class RenewalsQuery(Query, frozen=True, kw_only=True):
    """What is asked for equipment that is due for renewal."""

    of: Annotated[str, one_of("park", "enterprise", "facility")] = ""
    id: Id = ""
    until: Instant = ""


class RenewalsRow(Row, frozen=True, kw_only=True):
    """A row of equipment that is due for renewal."""

    id: Id = ABSENT
    renew_by: Instant = ABSENT


RENEWALS = analysis(
    "renewals",
    en="equipment that is due for renewal",
    zh="设备更新需求",
    query=RenewalsQuery,
    row=RenewalsRow,
)


class ReportFiguresQuery(Query, frozen=True, kw_only=True):
    """What is asked for the figures of an emission report."""

    report: Id = ""


class ReportFiguresRow(Row, frozen=True, kw_only=True):
    """A row of the figures of an emission report."""

    item: Str = ABSENT
    value: Number = ABSENT
    unit: Str = ABSENT


REPORT_FIGURES = analysis(
    "report_figures",
    en="the figures of an emission report",
    zh="碳排放报告中的数值",
    query=ReportFiguresQuery,
    row=ReportFiguresRow,
)
"""item: total, energy, class:<source class>, source:<source or point>."""


class RegionalInventoryQuery(SpanQuery, frozen=True, kw_only=True):
    """What is asked for inventory of a region by the provincial guide: by gas and in sum."""

    region: Str = ""


class RegionalInventoryRow(Row, frozen=True, kw_only=True):
    """A row of inventory of a region by the provincial guide: by gas and in sum."""

    gas: Str = ABSENT
    mass: Number = ABSENT
    value: Number = ABSENT
    unit: Str = ABSENT


REGIONAL_INVENTORY = analysis(
    "regional_inventory",
    en="inventory of a region by the provincial guide: by gas and in sum",
    zh="区域温室气体清单（省级清单编制指南）",
    query=RegionalInventoryQuery,
    row=RegionalInventoryRow,
)
"""mass in t of the gas, value in t of CO2 equivalent; the row with gas `total` is the sum, sinks deducted."""


class DefaultsQuery(Query, frozen=True, kw_only=True):
    """What is asked for default values that are built in."""

    carrier: Str = ""
    symbol: Str = ""
    region: Str = ""
    year: Count = ""


class DefaultsRow(Row, frozen=True, kw_only=True):
    """A row of default values that are built in."""

    symbol: Str = ABSENT
    value: Number = ABSENT
    unit: Str = ABSENT
    source: Str = ABSENT


DEFAULTS = analysis(
    "defaults",
    en="default values that are built in",
    zh="内嵌缺省值",
    query=DefaultsQuery,
    row=DefaultsRow,
)
