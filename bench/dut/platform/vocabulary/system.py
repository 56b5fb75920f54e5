"""The words of system management, inventories, the library of standards, base data, monitoring and quality.

Leaves what every platform needs to `base`. Emissions are tonnes of CO2 as they count in a total: what is stored in
products or recovered is negative (SSEA 5.4.2, 5.4.3, 5.4.6, 5.4.9; CPCIF 5.2.1.2, 5.2.2.2, 8.4).
"""

from __future__ import annotations

from bench.dut.platform.vocabulary import COUNT, DECIMAL, FIGURE, ID, INSTANT, SPAN, TEXT, analysis, kind, one_of
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

INVENTORY = analysis(
    "inventory",
    en="inventory of emission data",
    zh="碳排放数据清单",
    query={"of": one_of("enterprise", "process"), "id": ID, **SPAN},
    rows={
        "source_class": TEXT,
        "point": ID,
        "process": ID,
        "carrier": TEXT,
        "quantity": DECIMAL,
        "unit": TEXT,
        "emission": DECIMAL,
    },
)
"""One row for each source with a quantity in the time, or with no point one for each class; emission in tCO2."""
LIBRARY = analysis(
    "library",
    en="library of accounting standards",
    zh="碳排放核算标准库",
    query={"enterprise": ID},
    rows={
        "point": ID,
        "source_class": TEXT,
        "formula": TEXT,
        "factor": DECIMAL,
        "unit": TEXT,
        "facility": ID,
        "facility_name": TEXT,
    },
)
"""What counts now for each source of an enterprise."""
DEVIATION = analysis(
    "deviation",
    en="deviation from standard values",
    zh="与标准值的偏差",
    query={"enterprise": ID, **SPAN},
    rows={
        "point": ID,
        "start": INSTANT,
        "end": INSTANT,
        "value": DECIMAL,
        "standard": DECIMAL,
        "difference": DECIMAL,
        "unit": TEXT,
    },
)
"""Each period with a standard value in force at its start: quantity, standard, quantity less standard."""
MONITOR = analysis(
    "monitor",
    en="real-time monitoring",
    zh="实时监测",
    query={"enterprise": ID},
    rows={
        "point": ID,
        "taken": INSTANT,
        **FIGURE,
        "quality": TEXT,
        "state": one_of("normal", "abnormal", "silent"),
    },
)
"""The newest value of each point of an enterprise, of which instant it is, and how the point stands."""
ABNORMAL = analysis(
    "abnormal",
    en="abnormal online data",
    zh="异常监测数据",
    query={"enterprise": ID, **SPAN},
    rows={"point": ID, "taken": INSTANT, "value": DECIMAL, "reason": TEXT},
)
MONITORING_REPORT = analysis(
    "monitoring-report",
    en="report of online monitoring data",
    zh="在线监测数据报表",
    query={"enterprise": ID, "period": PERIOD, **SPAN},
    rows={
        "point": ID,
        "start": INSTANT,
        "end": INSTANT,
        "mean": DECIMAL,
        "least": DECIMAL,
        "most": DECIMAL,
        "valid": COUNT,
        "abnormal": COUNT,
        "unit": TEXT,
    },
)
"""Of each point and period: mean, least and greatest of the valid values, and how many there are of each kind."""
FINDINGS = analysis(
    "findings",
    en="findings of the automatic validation",
    zh="自动校验结果",
    query={"enterprise": ID},
    rows={"kind": TEXT, "id": ID, "field": TEXT, "value": TEXT, "reason": TEXT},
)
"""Every object of an enterprise that cannot be right as it stands, and which field of it."""
CONTRADICTIONS = analysis(
    "contradictions",
    en="contradictions between reports and other data",
    zh="报表与其他数据的矛盾",
    query={"enterprise": ID, **SPAN},
    rows={
        "id": ID,
        "field": TEXT,
        "value": DECIMAL,
        "other": DECIMAL,
        "against": one_of("balance", "entry", "neighbour"),
    },
)
"""A line of a report that contradicts its own balance, the quantities entered, or the stock of the line before."""
CLOCK = analysis("clock", en="clock of the server", zh="服务器时钟", query={}, rows={"now": INSTANT})
