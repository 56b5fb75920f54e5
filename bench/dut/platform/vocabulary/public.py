"""What the public, suppliers, other systems and the guardians of data ask of a platform (ISC-1 4.4, 5.1.7 to 5.2.9).

Leaves enterprises, points and figures of emission to `base`.
"""

from __future__ import annotations

from typing import Annotated

from bench.dut.platform.vocabulary import (
    ABSENT,
    COUNT,
    DECIMAL,
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

STAGES = ("raw-material", "production", "distribution", "use", "end-of-life")
"""The stages of a life cycle."""
NATURES = ("fossil", "biogenic", "removal")
"""What ISO 14067 states apart."""
_ALONG = one_of("stage", "region", "brand")
CATEGORIES = ("regulation", "news", "standard", "training")
"""What is published."""
_STATE = one_of("draft", "published", "withdrawn")

FOOTPRINT = kind(
    "footprint",
    en="product footprint",
    zh="产品碳足迹",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "product": TEXT,
        "brand": TEXT,
        "region": TEXT,
        "year": COUNT,
        "quantity": DECIMAL,
        "unit": TEXT,
        "boundary": one_of("cradle-to-gate", "cradle-to-grave"),
    },
)
"""One study after ISO 14067: all items together stand for `quantity` of `unit` of the product (the declared unit is one
`unit`)."""
FOOTPRINT_ITEM = kind(
    "footprint_item",
    en="item of a product footprint",
    zh="产品碳足迹清单项",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "footprint": ID,
        "stage": one_of(*STAGES),
        "name": TEXT,
        "nature": one_of(*NATURES),
        "amount": DECIMAL,
        "unit": TEXT,
        "factor": DECIMAL,
        "share": DECIMAL,
        "supply": ID,
    },
)
"""`factor` is kgCO2e per `unit`, empty where the item's `supply` has it; `share` what of it is allocated to the
product (0 to 1)."""
SUPPLIER = kind(
    "supplier",
    en="supplier",
    zh="供应商",
    tenant="enterprise",
    fields={"id": ID, "enterprise": ID, "name": TEXT, "region": TEXT},
)
SUPPLY = kind(
    "supply",
    en="material of a supplier with its footprint",
    zh="供应商原料及其碳足迹",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "supplier": ID,
        "name": TEXT,
        "unit": TEXT,
        "footprint": DECIMAL,
        "emission": DECIMAL,
        "valid_from": INSTANT,
    },
)
"""`footprint` kgCO2e per `unit`; `emission` t CO2e that the supplier gives off for it in a year. A change takes effect
from its `valid_from`."""
PURCHASE = kind(
    "purchase",
    en="purchase of a material",
    zh="原料采购",
    tenant="enterprise",
    fields={"id": ID, "enterprise": ID, "supply": ID, "start": INSTANT, "amount": DECIMAL, "unit": TEXT},
)
EMITTER = kind(
    "emitter",
    en="emitter on the region's list",
    zh="碳排放单位名单条目",
    tenant="park",
    fields={"id": ID, "enterprise": ID, "name": TEXT, "region": TEXT, "sector": TEXT, "limit": DECIMAL, "unit": TEXT},
)
"""`limit` is the emission of a day above which the platform warns by itself; `unit` tCO2."""
ARTICLE = kind(
    "article",
    en="published article",
    zh="发布的图文信息",
    tenant="platform",
    fields={"id": ID, "category": one_of(*CATEGORIES), "title": TEXT, "body": TEXT, "picture": TEXT, "state": _STATE},
)
"""`picture` is a data URL."""
MESSAGE = kind(
    "message",
    en="message on the board",
    zh="留言",
    tenant="park",
    fields={"id": ID, "subject": TEXT, "body": TEXT, "answers": ID},
)
"""`answers` is the message that this one answers, empty for none."""
DISCLOSURE = kind(
    "disclosure",
    en="disclosure of a year to the public",
    zh="年度碳信息披露",
    tenant="enterprise",
    fields={
        "id": ID,
        "enterprise": ID,
        "year": COUNT,
        "target": DECIMAL,
        "target_year": COUNT,
        "target_unit": TEXT,
        "state": _STATE,
    },
)
"""`target` is the emission of `target_year` that the enterprise aims at."""
REDUCTION_ACTION = kind(
    "reduction_action",
    en="action of reduction",
    zh="碳减排行动",
    tenant="enterprise",
    fields={"id": ID, "enterprise": ID, "year": COUNT, "name": TEXT, "reduction": DECIMAL, "unit": TEXT},
)
"""`reduction` what the action saved in `year`, in `unit` (tCO2); the yearly total is their sum."""
PARTNER = kind(
    "partner",
    en="system that data are exchanged with",
    zh="数据交换对象系统",
    tenant="park",
    fields={"id": ID, "name": TEXT, "url": TEXT, "token": TEXT, "enterprise": ID, "period": PERIOD},
)
"""Records of class `period` (hour, day) of `enterprise` go there as each is over; `url` is the address of the other
system, `token` what it knows the platform by."""
BACKUP = kind(
    "backup",
    en="backup of an enterprise's monitoring data",
    zh="企业监测数据备份",
    tenant="enterprise",
    fields={"id": ID, "enterprise": ID, **SPAN},
)
"""create makes the backup, export gives its octets, import restores it."""
CONTROL = kind(
    "control",
    en="control operation",
    zh="控制操作",
    tenant="park",
    fields={"id": ID, "terminal": ID, "order": one_of("stop", "start"), "password": TEXT},
)
"""An order that acts on a terminal's channel: `order` is stop (its data are no longer taken) or start."""
CONTROL_PASSWORD = kind(
    "control_password",
    en="control password",
    zh="控制口令",
    tenant="park",
    fields={"id": ID, "password": TEXT},
)
OPERATION_RIGHT = kind(
    "operation_right",
    en="right to an operation",
    zh="操作权限",
    tenant="park",
    fields={"id": ID, "role": TEXT, "operation": TEXT, "allowed": one_of("yes", "no")},
)
"""`operation` is control."""


class FootprintResultQuery(Query, frozen=True, kw_only=True):
    """What is asked for result of a product footprint per declared unit."""

    footprint: Id = ""


class FootprintResultRow(Row, frozen=True, kw_only=True):
    """A row of result of a product footprint per declared unit."""

    stage: Str = ABSENT
    nature: Str = ABSENT
    value: Number = ABSENT
    unit: Str = ABSENT


FOOTPRINT_RESULT = analysis(
    "footprint_result",
    en="result of a product footprint per declared unit",
    zh="单位产品碳足迹核算结果",
    query=FootprintResultQuery,
    row=FootprintResultRow,
)
"""By stage and nature in kgCO2e per declared unit; stage `total` has a row for each nature and one of nature `net`."""


class FootprintStatisticsQuery(Query, frozen=True, kw_only=True):
    """What is asked for statistics of products and emissions by life-cycle stage."""

    enterprise: Id = ""
    year: Count = ""


class FootprintStatisticsRow(Row, frozen=True, kw_only=True):
    """A row of statistics of products and emissions by life-cycle stage."""

    footprint: Id = ABSENT
    product: Str = ABSENT
    stage: Str = ABSENT
    value: Number = ABSENT
    unit: Str = ABSENT


FOOTPRINT_STATISTICS = analysis(
    "footprint_statistics",
    en="statistics of products and emissions by life-cycle stage",
    zh="产品信息与生命周期各阶段排放统计",
    query=FootprintStatisticsQuery,
    row=FootprintStatisticsRow,
)


class FootprintComparisonQuery(Query, frozen=True, kw_only=True):
    """What is asked for comparison of footprints."""

    along: Annotated[str, _ALONG] = ""
    enterprise: Id = ""
    year: Count = ""


class FootprintComparisonRow(Row, frozen=True, kw_only=True):
    """A row of comparison of footprints."""

    group: Str = ABSENT
    footprint: Id = ABSENT
    value: Number = ABSENT
    unit: Str = ABSENT


FOOTPRINT_COMPARISON = analysis(
    "footprint_comparison",
    en="comparison of footprints",
    zh="产品碳足迹对比",
    query=FootprintComparisonQuery,
    row=FootprintComparisonRow,
)
"""`along` stage, region or brand: a row for each footprint and group that it has part in."""


class FootprintRankingQuery(Query, frozen=True, kw_only=True):
    """What is asked for ranking of footprints."""

    enterprise: Id = ""
    year: Count = ""


class FootprintRankingRow(Row, frozen=True, kw_only=True):
    """A row of ranking of footprints."""

    place: Count = ABSENT
    footprint: Id = ABSENT
    value: Number = ABSENT
    unit: Str = ABSENT


FOOTPRINT_RANKING = analysis(
    "footprint_ranking",
    en="ranking of footprints",
    zh="产品碳足迹排名",
    query=FootprintRankingQuery,
    row=FootprintRankingRow,
)


class Scope3Query(SpanQuery, frozen=True, kw_only=True):
    """What is asked for scope 3 emissions by purchased material."""

    enterprise: Id = ""


class Scope3Row(Row, frozen=True, kw_only=True):
    """A row of scope 3 emissions by purchased material."""

    supply: Id = ABSENT
    supplier: Id = ABSENT
    amount: Number = ABSENT
    value: Number = ABSENT
    unit: Str = ABSENT


SCOPE3 = analysis(
    "scope3",
    en="scope 3 emissions by purchased material",
    zh="按采购原料的范围 3 排放",
    query=Scope3Query,
    row=Scope3Row,
)


class IndirectQuery(SpanQuery, frozen=True, kw_only=True):
    """What is asked for indirect emissions."""

    enterprise: Id = ""


class IndirectRow(Row, frozen=True, kw_only=True):
    """A row of indirect emissions."""

    scope: Str = ABSENT
    source: Str = ABSENT
    value: Number = ABSENT
    unit: Str = ABSENT


INDIRECT = analysis(
    "indirect",
    en="indirect emissions",
    zh="间接排放",
    query=IndirectQuery,
    row=IndirectRow,
)
"""`scope` 2 (source electricity or heat) or 3 (source supply)."""


class EmittersOverviewQuery(SpanQuery, frozen=True, kw_only=True):
    """What is asked for key figures of the emitters of a region."""

    region: Str = ""


class EmittersOverviewRow(Row, frozen=True, kw_only=True):
    """A row of key figures of the emitters of a region."""

    emitter: Id = ABSENT
    quantity: Str = ABSENT
    subject: Id = ABSENT
    value: Number = ABSENT
    unit: Str = ABSENT


EMITTERS_OVERVIEW = analysis(
    "emitters_overview",
    en="key figures of the emitters of a region",
    zh="区域碳排放单位关键数据一览",
    query=EmittersOverviewQuery,
    row=EmittersOverviewRow,
)
"""`quantity` emission, intensity (subject: the product), point (subject: the point) or trade (balance of what was
bought and sold)."""


class DisclosedQuery(Query, frozen=True, kw_only=True):
    """What is asked for what an enterprise discloses for a year."""

    enterprise: Id = ""
    year: Count = ""


class DisclosedRow(Row, frozen=True, kw_only=True):
    """A row of what an enterprise discloses for a year."""

    item: Str = ABSENT
    subject: Str = ABSENT
    value: Str = ABSENT
    unit: Str = ABSENT


DISCLOSED = analysis(
    "disclosed",
    en="what an enterprise discloses for a year",
    zh="企业年度披露内容",
    query=DisclosedQuery,
    row=DisclosedRow,
)
"""`item` name, sector, region, emission, reduction, target (subject: its year) or action (subject: its name)."""


class VerifyQuery(SpanQuery, frozen=True, kw_only=True):
    """What is asked for verification of stored data against their fingerprints."""

    enterprise: Id = ""


class VerifyRow(Row, frozen=True, kw_only=True):
    """A row of verification of stored data against their fingerprints."""

    compared: Count = ABSENT
    point: Id = ABSENT
    at: Instant = ABSENT
    finding: Str = ABSENT


VERIFY = analysis(
    "verify",
    en="verification of stored data against their fingerprints",
    zh="存储数据指纹核验",
    query=VerifyQuery,
    row=VerifyRow,
)
"""First a row with `compared`, how many were looked at; then one for each that does not agree."""


class TraceBackQuery(Query, frozen=True, kw_only=True):
    """What is asked for what a figure was made of."""

    of: Annotated[str, OF] = ""
    id: Id = ""
    period: Annotated[str, PERIOD] = ""
    start: Instant = ""


class TraceBackRow(Row, frozen=True, kw_only=True):
    """A row of what a figure was made of."""

    what: Str = ABSENT
    id: Id = ABSENT
    at: Instant = ABSENT
    value: Number = ABSENT
    unit: Str = ABSENT
    version: Str = ABSENT


TRACE_BACK = analysis(
    "trace_back",
    en="what a figure was made of",
    zh="数据逆向追溯",
    query=TraceBackQuery,
    row=TraceBackRow,
)
"""`what` figure (the one asked for), record (of a point, at its start), sample (as received), entry or factor."""


class TraceForwardQuery(Query, frozen=True, kw_only=True):
    """What is asked for what a value was used in."""

    point: Id = ""
    at: Instant = ""


class TraceForwardRow(Row, frozen=True, kw_only=True):
    """A row of what a value was used in."""

    what: Str = ABSENT
    id: Id = ABSENT
    period: Annotated[str, PERIOD] = ABSENT
    start: Instant = ABSENT
    value: Number = ABSENT
    unit: Str = ABSENT


TRACE_FORWARD = analysis(
    "trace_forward",
    en="what a value was used in",
    zh="数据正向追溯",
    query=TraceForwardQuery,
    row=TraceForwardRow,
)
"""`what` record (id: the point), or the figure of what: point, process, facility, enterprise, park …"""


class OpenRecordsQuery(SpanQuery, frozen=True, kw_only=True):
    """What is asked for records by the open interface."""

    point: Id = ""
    period: Annotated[str, PERIOD] = ""


class OpenRecordsRow(Row, frozen=True, kw_only=True):
    """A row of records by the open interface."""

    start: Instant = ABSENT
    value: Number = ABSENT
    unit: Str = ABSENT


OPEN_RECORDS = analysis(
    "open_records",
    en="records by the open interface",
    zh="开放接口记录数据",
    query=OpenRecordsQuery,
    row=OpenRecordsRow,
)
"""What a customer's own program gets by the interface that the maker opens for it."""


class PublicationsQuery(Query, frozen=True, kw_only=True):
    """What is asked for what is published in words and pictures."""

    category: Annotated[str, one_of(*CATEGORIES)] = ""


class PublicationsRow(Row, frozen=True, kw_only=True):
    """A row of what is published in words and pictures."""

    article: Id = ABSENT
    category: Str = ABSENT
    title: Str = ABSENT
    body: Str = ABSENT
    picture: Str = ABSENT


PUBLICATIONS = analysis(
    "publications",
    en="what is published in words and pictures",
    zh="已发布的图文信息",
    query=PublicationsQuery,
    row=PublicationsRow,
)
"""What anybody sees, logged in or not."""


class BoardRow(Row, frozen=True, kw_only=True):
    """A row of message board."""

    message: Id = ABSENT
    subject: Str = ABSENT
    body: Str = ABSENT
    answers: Id = ABSENT
    writer: Str = ABSENT
    written: Instant = ABSENT


BOARD = analysis(
    "board",
    en="message board",
    zh="留言板",
    query=Query,
    row=BoardRow,
)
"""Writer and instant are the platform's own."""
