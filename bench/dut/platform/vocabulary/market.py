"""What a platform knows of carbon assets, reductions, targets and forecasts, and what can be asked of them.

Leaves the park itself and its emissions to `base`. Figures of the past (verified emission, energy, output) are typed in
as closed accounts, so that no case depends on how a product reckons emissions. Masses are tonnes of CO2 equivalent
unless said otherwise, money is CNY, energy of green power MWh, other energy tonnes of coal equivalent (tce).
"""

from __future__ import annotations

from typing import Annotated

from bench.dut.platform.vocabulary import (
    ABSENT,
    COUNT,
    DECIMAL,
    ID,
    INSTANT,
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


class AllocationsQuery(Query, frozen=True, kw_only=True):
    """What is asked for allowances reckoned."""

    of: Annotated[str, one_of("park", "sector", "enterprise")] = ""
    id: Id = ""
    year: Count = ""


class AllocationsRow(Row, frozen=True, kw_only=True):
    """A row of allowances reckoned."""

    enterprise: Id = ABSENT
    rule: Id = ABSENT
    output: Number = ABSENT
    value: Number = ABSENT
    unit: Str = ABSENT


ALLOCATIONS = analysis(
    "allocations",
    en="allowances reckoned",
    zh="配额核算结果",
    query=AllocationsQuery,
    row=AllocationsRow,
)


class AllocationSourcesQuery(Query, frozen=True, kw_only=True):
    """What is asked for where reckoned allowances come from."""

    enterprise: Id = ""
    year: Count = ""


class AllocationSourcesRow(Row, frozen=True, kw_only=True):
    """A row of where reckoned allowances come from."""

    basis: Id = ABSENT
    rule: Id = ABSENT
    output: Number = ABSENT
    source: Str = ABSENT
    author: Str = ABSENT
    entered: Instant = ABSENT


ALLOCATION_SOURCES = analysis(
    "allocation_sources",
    en="where reckoned allowances come from",
    zh="配额核算溯源",
    query=AllocationSourcesQuery,
    row=AllocationSourcesRow,
)


class AllocationComparisonQuery(Query, frozen=True, kw_only=True):
    """What is asked for allowances compared with those of the same region and sector."""

    year: Count = ""
    region: Str = ""
    sector: Str = ""


class AllocationComparisonRow(Row, frozen=True, kw_only=True):
    """A row of allowances compared with those of the same region and sector."""

    place: Count = ABSENT
    enterprise: Id = ABSENT
    output: Number = ABSENT
    value: Number = ABSENT
    intensity: Number = ABSENT


ALLOCATION_COMPARISON = analysis(
    "allocation_comparison",
    en="allowances compared with those of the same region and sector",
    zh="同地区、同行业配额对比",
    query=AllocationComparisonQuery,
    row=AllocationComparisonRow,
)
"""Placed by allowances, the largest first; intensity: the closed account's emission per output."""


class TradeStatisticsQuery(Query, frozen=True, kw_only=True):
    """What is asked for statistics of trades."""

    of: Annotated[str, one_of("park", "sector", "enterprise")] = ""
    id: Id = ""
    asset: Annotated[str, ASSET] = ""
    year: Count = ""


class TradeStatisticsRow(Row, frozen=True, kw_only=True):
    """A row of statistics of trades."""

    enterprise: Id = ABSENT
    asset: Annotated[str, ASSET] = ABSENT
    bought: Number = ABSENT
    sold: Number = ABSENT
    cost: Number = ABSENT
    proceeds: Number = ABSENT
    gain: Number = ABSENT
    price: Number = ABSENT
    stock: Number = ABSENT
    surplus: Number = ABSENT


TRADE_STATISTICS = analysis(
    "trade_statistics",
    en="statistics of trades",
    zh="交易统计",
    query=TradeStatisticsQuery,
    row=TradeStatisticsRow,
)


class CarbonAssetsQuery(Query, frozen=True, kw_only=True):
    """What is asked for carbon assets held and their value."""

    of: Annotated[str, one_of("park", "sector", "enterprise")] = ""
    id: Id = ""
    year: Count = ""


class CarbonAssetsRow(Row, frozen=True, kw_only=True):
    """A row of carbon assets held and their value."""

    enterprise: Id = ABSENT
    asset: Annotated[str, ASSET] = ABSENT
    stock: Number = ABSENT
    price: Number = ABSENT
    value: Number = ABSENT
    surplus: Number = ABSENT


CARBON_ASSETS = analysis(
    "carbon_assets",
    en="carbon assets held and their value",
    zh="碳资产总览",
    query=CarbonAssetsQuery,
    row=CarbonAssetsRow,
)


class AssetTrendQuery(SpanQuery, frozen=True, kw_only=True):
    """What is asked for stock of carbon assets over time."""

    of: Annotated[str, one_of("park", "sector", "enterprise")] = ""
    id: Id = ""
    asset: Annotated[str, ASSET] = ""


class AssetTrendRow(Row, frozen=True, kw_only=True):
    """A row of stock of carbon assets over time."""

    end: Instant = ABSENT
    stock: Number = ABSENT


ASSET_TREND = analysis(
    "asset_trend",
    en="stock of carbon assets over time",
    zh="碳资产变化趋势",
    query=AssetTrendQuery,
    row=AssetTrendRow,
)
"""One row for the end of each month."""


class AllowanceUseQuery(Query, frozen=True, kw_only=True):
    """What is asked for allowances, their use and remainder."""

    of: Annotated[str, one_of("park", "sector", "enterprise")] = ""
    id: Id = ""
    year: Count = ""


class AllowanceUseRow(Row, frozen=True, kw_only=True):
    """A row of allowances, their use and remainder."""

    enterprise: Id = ABSENT
    allowance: Number = ABSENT
    used: Number = ABSENT
    remainder: Number = ABSENT
    predicted: Number = ABSENT
    excess: Number = ABSENT
    state: Str = ABSENT


ALLOWANCE_USE = analysis(
    "allowance_use",
    en="allowances, their use and remainder",
    zh="配额使用与余量",
    query=AllowanceUseQuery,
    row=AllowanceUseRow,
)


class AssetLedgerQuery(Query, frozen=True, kw_only=True):
    """What is asked for accounts of trades and compliance."""

    enterprise: Id = ""
    asset: Annotated[str, ASSET] = ""


class AssetLedgerRow(Row, frozen=True, kw_only=True):
    """A row of accounts of trades and compliance."""

    when: Instant = ABSENT
    entry: Id = ABSENT
    kind: Str = ABSENT
    volume: Number = ABSENT
    balance: Number = ABSENT
    author: Str = ABSENT


ASSET_LEDGER = analysis(
    "asset_ledger",
    en="accounts of trades and compliance",
    zh="履约、交易账目明细",
    query=AssetLedgerQuery,
    row=AssetLedgerRow,
)
"""Rows in order of `when`; volume is signed, balance is the stock after it."""


class ComplianceStatisticsQuery(Query, frozen=True, kw_only=True):
    """What is asked for compliance: quantity, way, cost and rate."""

    of: Annotated[str, one_of("park", "sector", "enterprise")] = ""
    id: Id = ""
    year: Count = ""


class ComplianceStatisticsRow(Row, frozen=True, kw_only=True):
    """A row of compliance: quantity, way, cost and rate."""

    enterprise: Id = ABSENT
    due: Number = ABSENT
    surrendered: Number = ABSENT
    allowance: Number = ABSENT
    ccer: Number = ABSENT
    local: Number = ABSENT
    rate: Number = ABSENT
    cost: Number = ABSENT


COMPLIANCE_STATISTICS = analysis(
    "compliance_statistics",
    en="compliance: quantity, way, cost and rate",
    zh="履约统计",
    query=ComplianceStatisticsQuery,
    row=ComplianceStatisticsRow,
)


class VoluntaryStatisticsQuery(Query, frozen=True, kw_only=True):
    """What is asked for statistics of voluntary reductions."""

    of: Annotated[str, one_of("park", "sector", "enterprise")] = ""
    id: Id = ""
    year: Count = ""


class VoluntaryStatisticsRow(Row, frozen=True, kw_only=True):
    """A row of statistics of voluntary reductions."""

    scheme: Str = ABSENT
    projects: Count = ABSENT
    monitored: Number = ABSENT
    issued: Number = ABSENT


VOLUNTARY_STATISTICS = analysis(
    "voluntary_statistics",
    en="statistics of voluntary reductions",
    zh="自愿减排量统计",
    query=VoluntaryStatisticsQuery,
    row=VoluntaryStatisticsRow,
)


class SinkStatisticsQuery(Query, frozen=True, kw_only=True):
    """What is asked for statistics of the park's sinks."""

    year: Count = ""


class SinkStatisticsRow(Row, frozen=True, kw_only=True):
    """A row of statistics of the park's sinks."""

    sinks: Count = ABSENT
    area: Number = ABSENT
    removal: Number = ABSENT


SINK_STATISTICS = analysis(
    "sink_statistics",
    en="statistics of the park's sinks",
    zh="园区碳汇统计",
    query=SinkStatisticsQuery,
    row=SinkStatisticsRow,
)


class GreenStatisticsQuery(Query, frozen=True, kw_only=True):
    """What is asked for green power and certificates used, and the reduction from them."""

    of: Annotated[str, one_of("park", "sector", "enterprise")] = ""
    id: Id = ""
    year: Count = ""


class GreenStatisticsRow(Row, frozen=True, kw_only=True):
    """A row of green power and certificates used, and the reduction from them."""

    form: Str = ABSENT
    way: Str = ABSENT
    energy: Number = ABSENT
    reduction: Number = ABSENT


GREEN_STATISTICS = analysis(
    "green_statistics",
    en="green power and certificates used, and the reduction from them",
    zh="绿电与绿证统计",
    query=GreenStatisticsQuery,
    row=GreenStatisticsRow,
)


class ProcessReductionsQuery(Query, frozen=True, kw_only=True):
    """What is asked for reductions by changes of process."""

    of: Annotated[str, one_of("park", "sector", "enterprise")] = ""
    id: Id = ""
    year: Count = ""


class ProcessReductionsRow(Row, frozen=True, kw_only=True):
    """A row of reductions by changes of process."""

    enterprise: Id = ABSENT
    process: Id = ABSENT
    reduction: Number = ABSENT


PROCESS_REDUCTIONS = analysis(
    "process_reductions",
    en="reductions by changes of process",
    zh="工艺过程减排统计",
    query=ProcessReductionsQuery,
    row=ProcessReductionsRow,
)


class ProjectTrackingQuery(Query, frozen=True, kw_only=True):
    """What is asked for tracking table of reduction projects."""

    of: Annotated[str, one_of("park", "sector", "enterprise")] = ""
    id: Id = ""
    start: Instant = ""


class ProjectTrackingRow(Row, frozen=True, kw_only=True):
    """A row of tracking table of reduction projects."""

    project: Id = ABSENT
    stage: Str = ABSENT
    progress: Number = ABSENT
    spent: Number = ABSENT
    budget: Number = ABSENT
    effect: Number = ABSENT
    planned: Number = ABSENT
    state: Str = ABSENT


PROJECT_TRACKING = analysis(
    "project_tracking",
    en="tracking table of reduction projects",
    zh="减排项目进展跟踪表",
    query=ProjectTrackingQuery,
    row=ProjectTrackingRow,
)
"""`start` is that of the quarter; spent and effect are sums from the project's start to the end of the quarter."""


class IntensiveProjectsQuery(Query, frozen=True, kw_only=True):
    """What is asked for actual energy use and emission of projects of high energy use."""

    year: Count = ""


class IntensiveProjectsRow(Row, frozen=True, kw_only=True):
    """A row of actual energy use and emission of projects of high energy use."""

    project: Id = ABSENT
    energy: Number = ABSENT
    emission: Number = ABSENT
    energy_share: Number = ABSENT
    emission_share: Number = ABSENT
    state: Str = ABSENT


INTENSIVE_PROJECTS = analysis(
    "intensive_projects",
    en="actual energy use and emission of projects of high energy use",
    zh="高耗能高排放项目监测",
    query=IntensiveProjectsQuery,
    row=IntensiveProjectsRow,
)
