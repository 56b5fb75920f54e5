"""The words that every platform needs: whose data, from where, measured and entered, and the figures made of them.

Leaves the words of one chapter to modules of their own. Instants are microseconds UTC, numbers decimal text.
"""

from __future__ import annotations

from bench.dut.platform.vocabulary import DECIMAL, FIGURE, ID, INSTANT, SPAN, TEXT, analysis, kind, one_of

SOURCE_CLASS = one_of("fuel", "process", "electricity", "heat", "stored", "other")
"""What an emission comes from, by the lists of the documents."""
PERIOD = one_of("minute", "quarter", "hour", "day", "week", "month", "quarter_year", "year")
"""Classes of periods, shortest first."""
OF = one_of(
    "park", "region", "sector", "enterprise", "process", "facility", "product", "source_class", "source", "point"
)
"""What a figure is the total of; source: one emission source by itself."""

PARK = kind("park", en="park", zh="园区", tenant="platform", fields={"id": ID, "name": TEXT, "region": TEXT})
ENTERPRISE = kind(
    "enterprise",
    en="enterprise",
    zh="企业",
    tenant="park",
    fields={"id": ID, "name": TEXT, "sector": TEXT, "region": TEXT, "park": ID},
)
PROCESS = kind(
    "process",
    en="production process",
    zh="生产工序",
    tenant="enterprise",
    fields={"id": ID, "enterprise": ID, "name": TEXT},
)
FACILITY = kind(
    "facility",
    en="facility",
    zh="设施",
    tenant="enterprise",
    fields={"id": ID, "enterprise": ID, "process": ID, "name": TEXT, "key": TEXT},
)
PRODUCT = kind(
    "product",
    en="product",
    zh="产品",
    tenant="enterprise",
    fields={"id": ID, "enterprise": ID, "process": ID, "name": TEXT, "unit": TEXT},
)
TERMINAL = kind(
    "terminal",
    en="monitoring terminal",
    zh="监测终端",
    tenant="enterprise",
    fields={"id": ID, "enterprise": ID, "way": one_of("hj212", "https", "mqtt"), "secret": TEXT},
)
POINT = kind(
    "point",
    en="monitoring point",
    zh="监测点",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "process": ID,
        "facility": ID,
        "product": ID,
        "terminal": ID,
        "code": TEXT,
        "carrier": TEXT,
        "unit": TEXT,
        "kind": one_of("counter", "instant"),
        "source_class": SOURCE_CLASS,
        "low": DECIMAL,
        "high": DECIMAL,
    },
)
INSTRUMENT = kind(
    "instrument",
    en="measuring instrument",
    zh="计量器具",
    tenant="enterprise",
    fields={"id": ID, "enterprise": ID, "point": ID, "name": TEXT, "verified_until": INSTANT},
)
FACTOR = kind(
    "factor",
    en="emission factor",
    zh="排放因子",
    tenant="park",
    fields={
        "id": ID,
        "carrier": TEXT,
        "enterprise": ID,
        **FIGURE,
        "source": TEXT,
        "valid_from": INSTANT,
        "region": TEXT,
    },
)
ENTRY = kind(
    "entry",
    en="entry by hand",
    zh="人工填报",
    tenant="enterprise",
    fields={
        "id": ID,
        "point": ID,
        "carrier": TEXT,
        "enterprise": ID,
        "period": PERIOD,
        "start": INSTANT,
        **FIGURE,
        "evidence": one_of("meter", "invoice", "settlement", "test"),
        "reason": TEXT,
    },
)

SAMPLES = analysis(
    "samples",
    en="values received of a point",
    zh="监测点接收值",
    query={"point": ID, **SPAN},
    rows={"at": INSTANT, **FIGURE, "quality": TEXT, "received": INSTANT},
)
RECORDS = analysis(
    "records",
    en="values of a point by period",
    zh="监测点周期值",
    query={"point": ID, "period": PERIOD, **SPAN},
    rows={"start": INSTANT, "end": INSTANT, **FIGURE, "state": TEXT},
)
_FIGURE = {
    "start": INSTANT,
    "end": INSTANT,
    **FIGURE,
    "method": TEXT,
    "state": one_of("complete", "partial", "missing"),
}
EMISSIONS = analysis(
    "emissions",
    en="emissions",
    zh="碳排放量",
    query={"of": OF, "id": ID, "period": PERIOD, **SPAN},
    rows=_FIGURE,
)
ENERGY = analysis(
    "energy",
    en="energy used",
    zh="能源消费量",
    query={"of": OF, "id": ID, "carrier": TEXT, "period": PERIOD, **SPAN},
    rows={**_FIGURE, "carrier": TEXT},
)
INTENSITY = analysis(
    "intensity",
    en="emissions per unit of a product",
    zh="碳排放强度",
    query={"of": OF, "id": ID, "product": ID, **SPAN},
    rows=_FIGURE,
)
ALARMS = analysis(
    "alarms",
    en="alarms, standing and cleared",
    zh="报警",
    query=SPAN,
    rows={"id": ID, "kind": TEXT, "subject": TEXT, "raised": INSTANT, "cleared": INSTANT},
)
AUDIT = analysis(
    "audit",
    en="audit log",
    zh="审计日志",
    query={**SPAN, "user": TEXT, "kind": TEXT},
    rows={"at": INSTANT, "user": TEXT, "kind": TEXT, "subject": TEXT, "outcome": TEXT, "detail": TEXT},
)
