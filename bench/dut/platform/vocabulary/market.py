"""What a platform knows of carbon assets, reductions, targets and forecasts, and what can be asked of them.

Leaves the park itself and its emissions to `base`. Figures of the past (verified emission, energy, output) are typed in
as closed accounts, so that no case depends on how a product reckons emissions. Masses are tonnes of CO2 equivalent
unless said otherwise, money is CNY, energy of green power MWh, other energy tonnes of coal equivalent (tce).
"""

from __future__ import annotations

from bench.dut.platform.vocabulary import COUNT, DECIMAL, FIGURE, ID, INSTANT, SPAN, TEXT, analysis, kind, one_of

ASSET = one_of("allowance", "ccer", "local")
"""Allowances, nationally certified reductions (CCER), reductions certified by the local authority."""
STAGE = one_of("approval", "execution", "acceptance")

# --- allowances and what they are reckoned from (CPCIF 5.4.2) ---

ALLOWANCE_RULE = kind(
    "allowance_rule",
    en="rule by which allowances are allocated",
    zh="配额分配规则",
    tenant="park",
    fields={
        "id": ID,
        "year": COUNT,
        "sector": TEXT,
        "method": one_of("benchmark", "intensity", "total"),
        "value": DECIMAL,  # t per unit of output, for benchmark
        "unit": TEXT,  # of output
        "coefficient": DECIMAL,  # of the year
    },
)
"""benchmark: output × value × coefficient; intensity: output × the enterprise's own past intensity × coefficient;
total: the enterprise's own past emission × coefficient."""
ALLOWANCE_BASIS = kind(
    "allowance_basis",
    en="data from which an enterprise's allowances are reckoned",
    zh="配额核算数据",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "year": COUNT,
        "rule": ID,
        "output": DECIMAL,
        "unit": TEXT,
        "history": DECIMAL,  # t per unit (intensity) or t (total) of the enterprise's past
        "source": TEXT,  # the paper that the figures come from
    },
)
CARBON_HOLDING = kind(
    "carbon_holding",
    en="units issued to an account",
    zh="碳资产入账",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "asset": ASSET,
        "year": COUNT,
        "volume": DECIMAL,
        "when": INSTANT,
    },
)
CARBON_TRADE = kind(
    "carbon_trade",
    en="trade of carbon units",
    zh="碳资产交易",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "asset": ASSET,
        "year": COUNT,
        "side": one_of("buy", "sell"),
        "volume": DECIMAL,  # t
        "price": DECIMAL,  # CNY/t
        "partner": TEXT,
        "when": INSTANT,
    },
)
CARBON_PRICE = kind(
    "carbon_price",
    en="price at which carbon units are valued",
    zh="碳资产估值价格",
    tenant="park",
    fields={"id": ID, "asset": ASSET, "price": DECIMAL, "valid_from": INSTANT},
)
SURRENDER = kind(
    "surrender",
    en="units surrendered for compliance",
    zh="履约清缴",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "year": COUNT,
        "way": ASSET,
        "volume": DECIMAL,
        "cost": DECIMAL,
        "when": INSTANT,
    },
)
REMINDER = kind(
    "reminder",
    en="reminder of a date of compliance or trade",
    zh="履约、交易节点提醒",
    tenant="enterprise",
    fields={"id": ID, "enterprise": ID, "subject": one_of("compliance", "trade"), "due": INSTANT, "remind": INSTANT},
)
"""subject: compliance | trade. It is an alarm of kind `reminder` about this id from the instant `remind` on."""
CLOSED_ACCOUNT = kind(
    "closed_account",
    en="account of a period that is closed",
    zh="已结账期的核算结果",
    tenant="enterprise",
    fields={
        "id": ID,
        "of": one_of("enterprise", "project"),
        "subject": ID,
        "enterprise": ID,
        "period": one_of("year", "month"),
        "start": INSTANT,
        "emission": DECIMAL,  # t
        "energy": DECIMAL,  # tce
        "output": DECIMAL,
    },
)

# --- reductions (CPCIF 5.3, 5.4.4; ISC-1 5.1.6, 5.2.7) ---

VOLUNTARY_PROJECT = kind(
    "voluntary_project",
    en="project of voluntary reductions",
    zh="自愿减排项目",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "name": TEXT,
        "scheme": one_of("national", "local"),
        "year": COUNT,
        "monitored": DECIMAL,
        "issued": DECIMAL,
        "stage": STAGE,
    },
)
CARBON_SINK = kind(
    "carbon_sink",
    en="carbon sink of the park",
    zh="园区碳汇",
    tenant="park",
    fields={"id": ID, "name": TEXT, "year": COUNT, "area": DECIMAL, "removal": DECIMAL, "stage": STAGE},
)
"""area: ha; removal: t in the year."""
GREEN_POWER = kind(
    "green_power",
    en="green power or certificates used",
    zh="绿电与绿证消费",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "form": one_of("power", "certificate"),
        "way": one_of("direct", "own", "market"),
        "start": INSTANT,  # of the month
        "energy": DECIMAL,  # MWh
        "number": TEXT,
    },
)
PROCESS_REDUCTION = kind(
    "process_reduction",
    en="reduction by a change of process",
    zh="工艺过程减排",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "process": ID,
        "start": INSTANT,  # of the month
        "output": DECIMAL,
        "unit": TEXT,
        "before": DECIMAL,  # t per unit
        "after": DECIMAL,  # t per unit
    },
)
"""Reduction: (before - after) × output."""
REDUCTION_PROJECT = kind(
    "reduction_project",
    en="reduction project",
    zh="减排项目",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "name": TEXT,
        "type": one_of("emission", "sink"),
        "stage": STAGE,
        "budget": DECIMAL,
        "planned": DECIMAL,  # t, whole effect
        "start": INSTANT,
        "due": INSTANT,
    },
)
PROJECT_PROGRESS = kind(
    "project_progress",
    en="report on a reduction project for a quarter",
    zh="减排项目季度进展",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "project": ID,
        "start": INSTANT,  # of the quarter
        "progress": DECIMAL,  # % reached at the end of the quarter
        "spent": DECIMAL,  # CNY in the quarter
        "effect": DECIMAL,  # t in the quarter
    },
)
INTENSIVE_PROJECT = kind(
    "intensive_project",
    en="project of high energy use and emission",
    zh="高耗能高排放项目",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "name": TEXT,
        "stage": one_of("planned", "building", "operating"),
        "energy_limit": DECIMAL,  # tce a year
        "emission_limit": DECIMAL,  # t a year
    },
)

# --- targets and forecasts (CPCIF 5.5; ISC-1 5.1.4, 5.1.5, 5.2.5, 5.2.6) ---

INDICATORS = {
    "emission": ("total", "intensity", "level", "energy-structure", "energy-efficiency", "waste-recycling"),
    "reduction": (
        "reduction-total",
        "intensity-fall",
        "renewables",
        "green-power",
        "technology-cost",
        "technology-benefit",
    ),
    "assets": (
        "assets-total",
        "allocation",
        "sinks-purchased",
        "ccer-developed",
        "ccer-traded",
        "local-developed",
        "local-traded",
        "compliance-rate",
        "compliance-quantity",
        "compliance-cost",
    ),
}
"""Words for the indicators that CPCIF 5.5.3.1 a) to c) names, by sub-target."""
_SUBJECT = one_of("park", "sector", "region", "enterprise", "process")
TARGET = kind(
    "target",
    en="target",
    zh="双碳目标",
    tenant="enterprise",
    fields={
        "id": ID,
        "of": _SUBJECT,
        "subject": ID,
        "enterprise": ID,  # empty where it is the park's own
        "indicator": TEXT,
        "year": COUNT,
        **FIGURE,
        "output": DECIMAL,  # planned output that an intensity refers to
        "warn": DECIMAL,  # % of the value from which on there is a warning
        "state": one_of("draft", "issued"),
    },
)
TARGET_PART = kind(
    "target_part",
    en="part of a target",
    zh="分解目标",
    tenant="enterprise",
    fields={
        "id": ID,
        "target": ID,
        "of": TEXT,
        "subject": ID,
        "enterprise": ID,
        "start": INSTANT,
        "end": INSTANT,
        "value": DECIMAL,
    },
)
SCENARIO = kind(
    "scenario",
    en="scenario of development",
    zh="发展情景",
    tenant="enterprise",
    fields={
        "id": ID,
        "of": one_of("park", "enterprise"),
        "subject": ID,
        "enterprise": ID,  # empty where it is the park's own
        "name": TEXT,
        "base": COUNT,  # year whose closed accounts it starts from
        "removal": DECIMAL,  # t removed by sinks in the base year
        "removal_growth": DECIMAL,  # % a year
    },
)
SCENARIO_STEP = kind(
    "scenario_step",
    en="rates of a scenario from a year on",
    zh="情景分段参数",
    tenant="enterprise",
    fields={
        "id": ID,
        "scenario": ID,
        "enterprise": ID,
        "first": COUNT,  # year
        "activity": DECIMAL,  # growth of activity, % a year
        "intensity": DECIMAL,  # fall of emission per activity, % a year
    },
)
"""Emission of a year = that of the year before × (1 + activity) × (1 - intensity), rates of the last step begun."""

# --- what is asked ---

_OF = {"of": one_of("park", "sector", "enterprise"), "id": ID}

ALLOCATIONS = analysis(
    "allocations",
    en="allowances reckoned",
    zh="配额核算结果",
    query={**_OF, "year": COUNT},
    rows={"enterprise": ID, "rule": ID, "output": DECIMAL, **FIGURE},
)
ALLOCATION_SOURCES = analysis(
    "allocation_sources",
    en="where reckoned allowances come from",
    zh="配额核算溯源",
    query={"enterprise": ID, "year": COUNT},
    rows={"basis": ID, "rule": ID, "output": DECIMAL, "source": TEXT, "author": TEXT, "entered": INSTANT},
)
ALLOCATION_COMPARISON = analysis(
    "allocation_comparison",
    en="allowances compared with those of the same region and sector",
    zh="同地区、同行业配额对比",
    query={"year": COUNT, "region": TEXT, "sector": TEXT},
    rows={"place": COUNT, "enterprise": ID, "output": DECIMAL, "value": DECIMAL, "intensity": DECIMAL},
)
"""Placed by allowances, the largest first; intensity: the closed account's emission per output."""
TRADE_STATISTICS = analysis(
    "trade_statistics",
    en="statistics of trades",
    zh="交易统计",
    query={**_OF, "asset": ASSET, "year": COUNT},
    rows={
        "enterprise": ID,
        "asset": ASSET,
        "bought": DECIMAL,
        "sold": DECIMAL,
        "cost": DECIMAL,
        "proceeds": DECIMAL,
        "gain": DECIMAL,
        "price": DECIMAL,  # mean of all trades, by volume
        "stock": DECIMAL,
        "surplus": DECIMAL,  # stock less what is still to be surrendered; negative is a shortage
    },
)
CARBON_ASSETS = analysis(
    "carbon_assets",
    en="carbon assets held and their value",
    zh="碳资产总览",
    query={**_OF, "year": COUNT},
    rows={"enterprise": ID, "asset": ASSET, "stock": DECIMAL, "price": DECIMAL, "value": DECIMAL, "surplus": DECIMAL},
)
ASSET_TREND = analysis(
    "asset_trend",
    en="stock of carbon assets over time",
    zh="碳资产变化趋势",
    query={**_OF, "asset": ASSET, **SPAN},
    rows={"end": INSTANT, "stock": DECIMAL},
)
"""One row for the end of each month."""
ALLOWANCE_USE = analysis(
    "allowance_use",
    en="allowances, their use and remainder",
    zh="配额使用与余量",
    query={**_OF, "year": COUNT},
    rows={
        "enterprise": ID,
        "allowance": DECIMAL,  # stock before anything was surrendered
        "used": DECIMAL,  # emitted in the months that are closed
        "remainder": DECIMAL,
        "predicted": DECIMAL,  # emission of the whole year
        "excess": DECIMAL,  # predicted less allowance, 0 where there is none
        "state": TEXT,  # within | excess
    },
)
ASSET_LEDGER = analysis(
    "asset_ledger",
    en="accounts of trades and compliance",
    zh="履约、交易账目明细",
    query={"enterprise": ID, "asset": ASSET},
    rows={"when": INSTANT, "entry": ID, "kind": TEXT, "volume": DECIMAL, "balance": DECIMAL, "author": TEXT},
)
"""Rows in order of `when`; volume is signed, balance is the stock after it."""
COMPLIANCE_STATISTICS = analysis(
    "compliance_statistics",
    en="compliance: quantity, way, cost and rate",
    zh="履约统计",
    query={**_OF, "year": COUNT},
    rows={
        "enterprise": ID,
        "due": DECIMAL,
        "surrendered": DECIMAL,
        "allowance": DECIMAL,
        "ccer": DECIMAL,
        "local": DECIMAL,
        "rate": DECIMAL,  # %
        "cost": DECIMAL,
    },
)
VOLUNTARY_STATISTICS = analysis(
    "voluntary_statistics",
    en="statistics of voluntary reductions",
    zh="自愿减排量统计",
    query={**_OF, "year": COUNT},
    rows={"scheme": TEXT, "projects": COUNT, "monitored": DECIMAL, "issued": DECIMAL},
)
SINK_STATISTICS = analysis(
    "sink_statistics",
    en="statistics of the park's sinks",
    zh="园区碳汇统计",
    query={"year": COUNT},
    rows={"sinks": COUNT, "area": DECIMAL, "removal": DECIMAL},
)
GREEN_STATISTICS = analysis(
    "green_statistics",
    en="green power and certificates used, and the reduction from them",
    zh="绿电与绿证统计",
    query={**_OF, "year": COUNT},
    rows={"form": TEXT, "way": TEXT, "energy": DECIMAL, "reduction": DECIMAL},
)
PROCESS_REDUCTIONS = analysis(
    "process_reductions",
    en="reductions by changes of process",
    zh="工艺过程减排统计",
    query={**_OF, "year": COUNT},
    rows={"enterprise": ID, "process": ID, "reduction": DECIMAL},
)
PROJECT_TRACKING = analysis(
    "project_tracking",
    en="tracking table of reduction projects",
    zh="减排项目进展跟踪表",
    query={**_OF, "start": INSTANT},
    rows={
        "project": ID,
        "stage": TEXT,
        "progress": DECIMAL,
        "spent": DECIMAL,
        "budget": DECIMAL,
        "effect": DECIMAL,
        "planned": DECIMAL,
        "state": TEXT,  # normal | warning
    },
)
"""`start` is that of the quarter; spent and effect are sums from the project's start to the end of the quarter."""
INTENSIVE_PROJECTS = analysis(
    "intensive_projects",
    en="actual energy use and emission of projects of high energy use",
    zh="高耗能高排放项目监测",
    query={"year": COUNT},
    rows={
        "project": ID,
        "energy": DECIMAL,
        "emission": DECIMAL,
        "energy_share": DECIMAL,  # % of its limit
        "emission_share": DECIMAL,
        "state": TEXT,  # normal | warning
    },
)
_PARTS = one_of("month", "quarter", "enterprise", "sector", "region", "enterprise-month")
_PART = {"part": ID, "of": TEXT, "subject": ID, "start": INSTANT, "end": INSTANT, "value": DECIMAL}
"""A part of a target; `part` is empty for the target itself."""
TARGET_BREAKDOWN = analysis(
    "target_breakdown",
    en="break a target down",
    zh="目标分解",
    query={"target": ID, "parts": _PARTS},
    rows=_PART,
)
"""The parts asked for become objects `target_part`, as far as they are not."""
TARGET_PROGRESS = analysis(
    "target_progress",
    en="progress of targets and their parts",
    zh="目标进展",
    query={"target": ID, "parts": _PARTS},
    rows={
        **_PART,
        "actual": DECIMAL,
        "rate": DECIMAL,  # %
        "rest": DECIMAL,  # what is left for the remaining time
        "state": TEXT,  # open | met | missed
    },
)
TARGET_ASSESSMENT = analysis(
    "target_assessment",
    en="assessment of targets",
    zh="目标考核",
    query={**_OF, "year": COUNT},
    rows={
        "place": COUNT,
        "target": ID,
        "subject": ID,
        "value": DECIMAL,
        "actual": DECIMAL,
        "rate": DECIMAL,
        "result": TEXT,  # met | missed
    },
)
"""Placed by rate (actual as % of the target), the lowest first."""
TARGET_LINKS = analysis(
    "target_links",
    en="targets for total and intensity side by side",
    zh="总量目标与强度目标衔接",
    query={**_OF, "year": COUNT},
    rows={"total": ID, "intensity": ID, "implied": DECIMAL, "difference": DECIMAL, "state": TEXT},
)
"""implied: intensity × planned output; difference: total less implied; state: linked | contradictory."""
FORECAST = analysis(
    "forecast",
    en="emissions of the years to come, by scenario",
    zh="情景预测",
    query={"scenario": ID, "until": COUNT},
    rows={"year": COUNT, "emission": DECIMAL, "removal": DECIMAL},
)
PEAK = analysis(
    "peak",
    en="peak and neutrality of a scenario",
    zh="达峰与中和预测",
    query={"scenario": ID, "until": COUNT},
    rows={"peak_year": COUNT, "peak": DECIMAL, "neutral_year": COUNT, "years": COUNT},
)
"""neutral_year: the first in which removal is not below emission; years: from the base year to it."""
