"""The words that every platform needs: whose data, from where, measured and entered, and the figures made of them.

Leaves the words of one chapter to modules of their own. Instants are microseconds UTC, numbers decimal text.
"""

from __future__ import annotations

from typing import Annotated

from bench.dut.platform.vocabulary import (
    ABSENT,
    DECIMAL,
    FIGURE,
    ID,
    INSTANT,
    TEXT,
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


class SamplesQuery(SpanQuery, frozen=True, kw_only=True):
    """What is asked for values received of a point."""

    point: Id = ""


class SamplesRow(Row, frozen=True, kw_only=True):
    """A row of values received of a point."""

    at: Instant = ABSENT
    value: Number = ABSENT
    unit: Str = ABSENT
    quality: Str = ABSENT
    received: Instant = ABSENT


SAMPLES = analysis(
    "samples",
    en="values received of a point",
    zh="监测点接收值",
    query=SamplesQuery,
    row=SamplesRow,
)


class RecordsQuery(SpanQuery, frozen=True, kw_only=True):
    """What is asked for values of a point by period."""

    point: Id = ""
    period: Annotated[str, PERIOD] = ""


class RecordsRow(Row, frozen=True, kw_only=True):
    """A row of values of a point by period."""

    start: Instant = ABSENT
    end: Instant = ABSENT
    value: Number = ABSENT
    unit: Str = ABSENT
    state: Str = ABSENT


RECORDS = analysis(
    "records",
    en="values of a point by period",
    zh="监测点周期值",
    query=RecordsQuery,
    row=RecordsRow,
)


class EmissionsQuery(SpanQuery, frozen=True, kw_only=True):
    """What is asked for emissions."""

    of: Annotated[str, OF] = ""
    id: Id = ""
    period: Annotated[str, PERIOD] = ""


class EmissionsRow(Row, frozen=True, kw_only=True):
    """A row of emissions."""

    start: Instant = ABSENT
    end: Instant = ABSENT
    value: Number = ABSENT
    unit: Str = ABSENT
    method: Str = ABSENT
    state: Annotated[str, one_of("complete", "partial", "missing")] = ABSENT


EMISSIONS = analysis(
    "emissions",
    en="emissions",
    zh="碳排放量",
    query=EmissionsQuery,
    row=EmissionsRow,
)


class EnergyQuery(SpanQuery, frozen=True, kw_only=True):
    """What is asked for energy used."""

    of: Annotated[str, OF] = ""
    id: Id = ""
    carrier: Str = ""
    period: Annotated[str, PERIOD] = ""


class EnergyRow(Row, frozen=True, kw_only=True):
    """A row of energy used."""

    start: Instant = ABSENT
    end: Instant = ABSENT
    value: Number = ABSENT
    unit: Str = ABSENT
    method: Str = ABSENT
    state: Annotated[str, one_of("complete", "partial", "missing")] = ABSENT
    carrier: Str = ABSENT


ENERGY = analysis(
    "energy",
    en="energy used",
    zh="能源消费量",
    query=EnergyQuery,
    row=EnergyRow,
)


class IntensityQuery(SpanQuery, frozen=True, kw_only=True):
    """What is asked for emissions per unit of a product."""

    of: Annotated[str, OF] = ""
    id: Id = ""
    product: Id = ""


class IntensityRow(Row, frozen=True, kw_only=True):
    """A row of emissions per unit of a product."""

    start: Instant = ABSENT
    end: Instant = ABSENT
    value: Number = ABSENT
    unit: Str = ABSENT
    method: Str = ABSENT
    state: Annotated[str, one_of("complete", "partial", "missing")] = ABSENT


INTENSITY = analysis(
    "intensity",
    en="emissions per unit of a product",
    zh="碳排放强度",
    query=IntensityQuery,
    row=IntensityRow,
)


class AlarmsRow(Row, frozen=True, kw_only=True):
    """A row of alarms, standing and cleared."""

    id: Id = ABSENT
    kind: Str = ABSENT
    subject: Str = ABSENT
    raised: Instant = ABSENT
    cleared: Instant = ABSENT


ALARMS = analysis(
    "alarms",
    en="alarms, standing and cleared",
    zh="报警",
    query=SpanQuery,
    row=AlarmsRow,
)


class AuditQuery(Query, frozen=True, kw_only=True):
    """What is asked for audit log."""

    from_: Instant = ""
    to: Instant = ""
    user: Str = ""
    kind: Str = ""


class AuditRow(Row, frozen=True, kw_only=True):
    """A row of audit log."""

    at: Instant = ABSENT
    user: Str = ABSENT
    kind: Str = ABSENT
    subject: Str = ABSENT
    outcome: Str = ABSENT
    detail: Str = ABSENT


AUDIT = analysis(
    "audit",
    en="audit log",
    zh="审计日志",
    query=AuditQuery,
    row=AuditRow,
)
