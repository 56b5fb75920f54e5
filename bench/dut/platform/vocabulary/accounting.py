"""The words of carbon and energy accounts: sources and inputs, outputs, benchmarks, reports, and what is made of them.

Totals of emissions and energy are base words. Numbers are decimal text, instants microseconds UTC, shares per cent.
"""

from __future__ import annotations

from bench.dut.platform.vocabulary import COUNT, DECIMAL, FIGURE, FLAG, ID, INSTANT, SPAN, TEXT, analysis, kind, one_of
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
_WHOSE = {"of": OF, "id": ID}

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

_VALUE = {**FIGURE}
ENERGY_INTENSITY = analysis(
    "energy_intensity",
    en="energy per unit of a product, or of output value without one",
    zh="能耗强度（按产品；不指定产品时按产值）",
    query={**_WHOSE, "product": ID, **SPAN},
    rows={"start": INSTANT, "end": INSTANT, **_VALUE, "state": TEXT},
)
STRUCTURE = analysis(
    "structure",
    en="shares of emission or energy by class, carrier, process, enterprise or another part (contribution)",
    zh="碳排放量或能耗的构成与贡献",
    query={
        **_WHOSE,
        "quantity": QUANTITY,
        "parts": one_of("source_class", "carrier", "process", "facility", "product", "enterprise", "sector", "region"),
        **SPAN,
    },
    rows={"part": TEXT, **_VALUE, "share": DECIMAL},
)
COMPARISON = analysis(
    "comparison",
    en="a period beside a fixed one, the one before, and the same of the year before",
    zh="定比、环比、同比",
    query={**_WHOSE, "quantity": QUANTITY, "period": PERIOD, "start": INSTANT, "fixed": INSTANT},
    rows={
        "basis": one_of("fixed", "previous", "year-before"),
        "value": DECIMAL,
        "reference": DECIMAL,
        "change": DECIMAL,
        "percent": DECIMAL,
        "unit": TEXT,
    },
)
TREND = analysis(
    "trend",
    en="periods in a row, each with its change to the one before",
    zh="趋势",
    query={**_WHOSE, "quantity": QUANTITY, "product": ID, "period": PERIOD, **SPAN},
    rows={"start": INSTANT, "end": INSTANT, **_VALUE, "change": DECIMAL, "percent": DECIMAL},
)
RANKING = analysis(
    "ranking",
    en="enterprises in the order of what they give off",
    zh="碳排放排名",
    query={"of": one_of("enterprise", "process", "facility"), "quantity": QUANTITY, "region": TEXT, **SPAN},
    rows={"place": COUNT, "id": ID, **_VALUE},
)
DECOUPLING = analysis(
    "decoupling",
    en="decoupling of emission from output value between two years",
    zh="碳排放与经济增长的脱钩分析",
    query={"of": one_of("park", "region", "sector", "enterprise"), "id": ID, "base": INSTANT, "year": INSTANT},
    rows={
        "model": one_of("tapio", "oecd"),
        "index": DECIMAL,
        "state": one_of(
            "strong",
            "weak",
            "expansive-coupling",
            "expansive-negative",
            "strong-negative",
            "weak-negative",
            "recessive-coupling",
            "recessive",
        ),
        "emission_change": DECIMAL,
        "value_change": DECIMAL,
    },
)
"""Changes in per cent; Tapio's index is the ratio of both, the OECD's 1 less the ratio of intensities."""
EFFICIENCY = analysis(
    "efficiency",
    en="emission per output value by region, sector or enterprise",
    zh="碳排放效率评价",
    query={"parts": one_of("region", "sector", "enterprise"), **SPAN},
    rows={"part": TEXT, **_VALUE, "place": COUNT},
)
EFFICIENCY_WATCH = analysis(
    "efficiency_watch",
    en="enterprises whose efficiency has fallen",
    zh="碳排放效率下降的重点关注企业",
    query={"base": INSTANT, "year": INSTANT},
    rows={"id": ID, "before": DECIMAL, "after": DECIMAL, "unit": TEXT},
)
GAP = analysis(
    "gap",
    en="an enterprise's indicator beside benchmarks and limits",
    zh="指标与标杆、限额的差距",
    query={"enterprise": ID, "indicator": ID, "product": ID, **SPAN},
    rows={
        "actual": DECIMAL,
        "against": one_of("international", "national", "sector", "park", "outstanding", "advanced", "limit"),
        "reference": DECIMAL,
        "gap": DECIMAL,
        "percent": DECIMAL,
        "unit": TEXT,
    },
)
"""gap = actual less reference, percent that of the reference."""
PEERS = analysis(
    "peers",
    en="an enterprise's indicator beside the average of its sector, region or park",
    zh="与同行业、同地区、园区平均水平对比",
    query={"enterprise": ID, "quantity": QUANTITY, "among": one_of("sector", "region", "park"), **SPAN},
    rows={"actual": DECIMAL, "average": DECIMAL, "count": COUNT, "place": COUNT, "unit": TEXT},
)
"""The average of a group is its whole emission (or energy) by its whole output value; place 1 is the lowest."""
ENERGY_LEDGER = analysis(
    "energy_ledger",
    en="energy generated and used",
    zh="能量产生与消耗台账",
    query={"of": one_of("park", "enterprise", "facility"), "id": ID, **SPAN},
    rows={"carrier": TEXT, "direction": TEXT, **_VALUE},
)
WASTE_HEAT_ROOM = analysis(
    "waste_heat_room",
    en="waste heat, what is recovered of it, and the room that is left",
    zh="余热利用空间",
    query={"of": one_of("park", "enterprise", "facility"), "id": ID, **SPAN},
    rows={"waste": DECIMAL, "recovered": DECIMAL, "room": DECIMAL, "unit": TEXT},
)
SAVINGS = analysis(
    "savings",
    en="energy saved",
    zh="节能量统计",
    query={"of": one_of("park", "enterprise", "facility"), "id": ID, **SPAN},
    rows={"part": TEXT, **_VALUE},
)
RENEWALS = analysis(
    "renewals",
    en="equipment that is due for renewal",
    zh="设备更新需求",
    query={"of": one_of("park", "enterprise", "facility"), "id": ID, "until": INSTANT},
    rows={"id": ID, "renew_by": INSTANT},
)
REPORT_FIGURES = analysis(
    "report_figures",
    en="the figures of an emission report",
    zh="碳排放报告中的数值",
    query={"report": ID},
    rows={"item": TEXT, **_VALUE},
)
"""item: total, energy, class:<source class>, source:<source or point>."""
REGIONAL_INVENTORY = analysis(
    "regional_inventory",
    en="inventory of a region by the provincial guide: by gas and in sum",
    zh="区域温室气体清单（省级清单编制指南）",
    query={"region": TEXT, **SPAN},
    rows={"gas": TEXT, "mass": DECIMAL, **_VALUE},
)
"""mass in t of the gas, value in t of CO2 equivalent; the row with gas `total` is the sum, sinks deducted."""
DEFAULTS = analysis(
    "defaults",
    en="default values that are built in",
    zh="内嵌缺省值",
    query={"carrier": TEXT, "symbol": TEXT, "region": TEXT, "year": COUNT},
    rows={"symbol": TEXT, **_VALUE, "source": TEXT},
)
