"""The words of system management, inventories, the library of standards, base data, monitoring and quality.

Leaves what every platform needs to `base`. Emissions are tonnes of CO2 as they count in a total: what is stored in
products or recovered is negative (SSEA 5.4.2, 5.4.3, 5.4.6, 5.4.9; CPCIF 5.2.1.2, 5.2.2.2, 8.4).
"""

from __future__ import annotations

from typing import Annotated

from bench.dut.platform.vocabulary import (
    ABSENT,
    COUNT,
    DECIMAL,
    FIGURE,
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
from bench.dut.platform.vocabulary.base import PERIOD, SOURCE_CLASS

ROLE = one_of("administrator", "operator", "auditor", "clerk", "manager", "government")
"""What an account may be made to be."""

ACCOUNT = kind(
    "account",
    en="account of a user",
    zh="用户账户",
    tenant="platform",
    fields={
        "id": ID,
        "name": TEXT,
        "role": ROLE,
        "enterprise": ID,
        "park": ID,
        "region": TEXT,
        "state": one_of("active", "blocked"),
        "password": TEXT,
    },
)
"""`enterprise`, `park` or `region` is whose somebody's is; a region is a code of GB/T 2260."""
PARAMETER = kind(
    "parameter",
    en="parameter of a formula",
    zh="公式参数",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "point": ID,
        "carrier": TEXT,
        "name": TEXT,
        **FIGURE,
        "valid_from": INSTANT,
    },
)
"""`name` is the symbol of a formula: NCV (GJ/t), CC (tC/GJ), OF (a share from 0 to 1), or any other."""
FORMULA = kind(
    "formula",
    en="formula of accounting",
    zh="核算公式",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "source_class": SOURCE_CLASS,
        "point": ID,
        "expression": TEXT,
        "unit": TEXT,
        "valid_from": INSTANT,
    },
)
"""`expression` over + - * / and parentheses; AD is the quantity, EF the factor, other symbols are parameters."""
COMMUNICATION = kind(
    "communication",
    en="communication settings of a terminal",
    zh="终端通讯设置",
    tenant="enterprise",
    fields={"id": ID, "enterprise": ID, "terminal": ID, "period_s": COUNT, "silent_after_s": COUNT},
)
"""A terminal that says nothing for `silent_after_s` seconds has failed."""
STANDARD_VALUE = kind(
    "standard_value",
    en="standard value",
    zh="标准值",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "point": ID,
        "period": PERIOD,
        **FIGURE,
        "valid_from": INSTANT,
    },
)
WARNING_VALUE = kind(
    "warning_value",
    en="warning value",
    zh="预警值",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "point": ID,
        "direction": one_of("above", "below"),
        **FIGURE,
    },
)
BUSINESS = kind(
    "business",
    en="business data of an enterprise",
    zh="企业经营信息",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "year": COUNT,
        "output_value": DECIMAL,
        "added_value": DECIMAL,
        "staff": COUNT,
        "legal_person": TEXT,
        "address": TEXT,
    },
)
ACTIVITY = kind(
    "activity",
    en="quantity of a period",
    zh="活动量",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "park": ID,
        "process": ID,
        "facility": ID,
        "item": one_of(
            *("product", "fuel", "electricity", "heat", "carbon_product", "feedstock", "waste", "facility_energy")
        ),
        "name": TEXT,
        "period": PERIOD,
        "start": INSTANT,
        **FIGURE,
    },
)
"""One quantity of the base data: of an enterprise, or with a `park` and no enterprise of the park itself."""
TECHNIQUE = kind(
    "technique",
    en="production technique and treatment of tail gas",
    zh="生产技术及尾气处理技术",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "process": ID,
        "production": TEXT,
        "tail_gas": TEXT,
        "efficiency": DECIMAL,
    },
)
FUEL = kind(
    "fuel",
    en="type of fuel of an enterprise",
    zh="企业燃料类型",
    tenant="enterprise",
    fields={"id": ID, "enterprise": ID, "carrier": TEXT, "name": TEXT, "unit": TEXT},
)
RECOVERY = kind(
    "recovery",
    en="recovery of CO2",
    zh="CO₂ 回收利用",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "process": ID,
        "point": ID,
        "share": DECIMAL,
        "use": TEXT,
        "valid_from": INSTANT,
    },
)
"""`share` (0 to 1) of the CO2 of a point is recovered and does not count."""
PRODUCTION_REPORT = kind(
    "production_report",
    en="line of a production report",
    zh="生产报表行",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "process": ID,
        "point": ID,
        "carrier": TEXT,
        "unit": TEXT,
        "period": PERIOD,
        "start": INSTANT,
        "opening": DECIMAL,
        "received": DECIMAL,
        "consumed": DECIMAL,
        "closing": DECIMAL,
    },
)
"""Stock of a material in a period: what there was, came, was used by `point`, and was left."""
QUALITY_CHECK = kind(
    "quality_check",
    en="quality-control check of an instrument",
    zh="质控核查记录",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "point": ID,
        "check": one_of("zero", "span", "linearity"),
        "checked_at": INSTANT,
        "reference": DECIMAL,
        "measured": DECIMAL,
        "unit": TEXT,
        "limit": DECIMAL,
        "state": one_of("submitted", "approved", "rejected"),
        "remark": TEXT,
    },
)
"""What an online instrument showed of a known value; `limit` is the largest difference allowed."""


class InventoryQuery(SpanQuery, frozen=True, kw_only=True):
    """What is asked for inventory of emission data."""

    of: Annotated[str, one_of("enterprise", "process")] = ""
    id: Id = ""


class InventoryRow(Row, frozen=True, kw_only=True):
    """A row of inventory of emission data."""

    source_class: Str = ABSENT
    point: Id = ABSENT
    process: Id = ABSENT
    carrier: Str = ABSENT
    quantity: Number = ABSENT
    unit: Str = ABSENT
    emission: Number = ABSENT


INVENTORY = analysis(
    "inventory",
    en="inventory of emission data",
    zh="碳排放数据清单",
    query=InventoryQuery,
    row=InventoryRow,
)
"""One row for each source with a quantity in the time, or with no point one for each class; emission in tCO2."""


class LibraryQuery(Query, frozen=True, kw_only=True):
    """What is asked for library of accounting standards."""

    enterprise: Id = ""


class LibraryRow(Row, frozen=True, kw_only=True):
    """A row of library of accounting standards."""

    point: Id = ABSENT
    source_class: Str = ABSENT
    formula: Str = ABSENT
    factor: Number = ABSENT
    unit: Str = ABSENT
    facility: Id = ABSENT
    facility_name: Str = ABSENT


LIBRARY = analysis(
    "library",
    en="library of accounting standards",
    zh="碳排放核算标准库",
    query=LibraryQuery,
    row=LibraryRow,
)
"""What counts now for each source of an enterprise."""


class DeviationQuery(SpanQuery, frozen=True, kw_only=True):
    """What is asked for deviation from standard values."""

    enterprise: Id = ""


class DeviationRow(Row, frozen=True, kw_only=True):
    """A row of deviation from standard values."""

    point: Id = ABSENT
    start: Instant = ABSENT
    end: Instant = ABSENT
    value: Number = ABSENT
    standard: Number = ABSENT
    difference: Number = ABSENT
    unit: Str = ABSENT


DEVIATION = analysis(
    "deviation",
    en="deviation from standard values",
    zh="与标准值的偏差",
    query=DeviationQuery,
    row=DeviationRow,
)
"""Each period with a standard value in force at its start: quantity, standard, quantity less standard."""


class MonitorQuery(Query, frozen=True, kw_only=True):
    """What is asked for real-time monitoring."""

    enterprise: Id = ""


class MonitorRow(Row, frozen=True, kw_only=True):
    """A row of real-time monitoring."""

    point: Id = ABSENT
    taken: Instant = ABSENT
    value: Number = ABSENT
    unit: Str = ABSENT
    quality: Str = ABSENT
    state: Annotated[str, one_of("normal", "abnormal", "silent")] = ABSENT


MONITOR = analysis(
    "monitor",
    en="real-time monitoring",
    zh="实时监测",
    query=MonitorQuery,
    row=MonitorRow,
)
"""The newest value of each point of an enterprise, of which instant it is, and how the point stands."""


class AbnormalQuery(SpanQuery, frozen=True, kw_only=True):
    """What is asked for abnormal online data."""

    enterprise: Id = ""


class AbnormalRow(Row, frozen=True, kw_only=True):
    """A row of abnormal online data."""

    point: Id = ABSENT
    taken: Instant = ABSENT
    value: Number = ABSENT
    reason: Str = ABSENT


ABNORMAL = analysis(
    "abnormal",
    en="abnormal online data",
    zh="异常监测数据",
    query=AbnormalQuery,
    row=AbnormalRow,
)


class MonitoringReportQuery(SpanQuery, frozen=True, kw_only=True):
    """What is asked for report of online monitoring data."""

    enterprise: Id = ""
    period: Annotated[str, PERIOD] = ""


class MonitoringReportRow(Row, frozen=True, kw_only=True):
    """A row of report of online monitoring data."""

    point: Id = ABSENT
    start: Instant = ABSENT
    end: Instant = ABSENT
    mean: Number = ABSENT
    least: Number = ABSENT
    most: Number = ABSENT
    valid: Count = ABSENT
    abnormal: Count = ABSENT
    unit: Str = ABSENT


MONITORING_REPORT = analysis(
    "monitoring-report",
    en="report of online monitoring data",
    zh="在线监测数据报表",
    query=MonitoringReportQuery,
    row=MonitoringReportRow,
)
"""Of each point and period: mean, least and greatest of the valid values, and how many there are of each kind."""


class FindingsQuery(Query, frozen=True, kw_only=True):
    """What is asked for findings of the automatic validation."""

    enterprise: Id = ""


class FindingsRow(Row, frozen=True, kw_only=True):
    """A row of findings of the automatic validation."""

    kind: Str = ABSENT
    id: Id = ABSENT
    field: Str = ABSENT
    value: Str = ABSENT
    reason: Str = ABSENT


FINDINGS = analysis(
    "findings",
    en="findings of the automatic validation",
    zh="自动校验结果",
    query=FindingsQuery,
    row=FindingsRow,
)
"""Every object of an enterprise that cannot be right as it stands, and which field of it."""


class ContradictionsQuery(SpanQuery, frozen=True, kw_only=True):
    """What is asked for contradictions between reports and other data."""

    enterprise: Id = ""


class ContradictionsRow(Row, frozen=True, kw_only=True):
    """A row of contradictions between reports and other data."""

    id: Id = ABSENT
    field: Str = ABSENT
    value: Number = ABSENT
    other: Number = ABSENT
    against: Annotated[str, one_of("balance", "entry", "neighbour")] = ABSENT


CONTRADICTIONS = analysis(
    "contradictions",
    en="contradictions between reports and other data",
    zh="报表与其他数据的矛盾",
    query=ContradictionsQuery,
    row=ContradictionsRow,
)
"""A line of a report that contradicts its own balance, the quantities entered, or the stock of the line before."""


class ClockRow(Row, frozen=True, kw_only=True):
    """A row of clock of the server."""

    now: Instant = ABSENT


CLOCK = analysis(
    "clock",
    en="clock of the server",
    zh="服务器时钟",
    query=Query,
    row=ClockRow,
)
