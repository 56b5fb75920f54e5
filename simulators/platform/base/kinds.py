"""The kinds of the base area."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from simulators.platform.core import Amount, Instant, Thing, kind, ref
from simulators.platform.core.times import start_of

Enterprise = Annotated[str, ref("enterprise")]
Process = Annotated[str, ref("process")]
Facility = Annotated[str, ref("facility")]
Product = Annotated[str, ref("product")]
Terminal = Annotated[str, ref("terminal")]
Point = Annotated[str, ref("point")]


class ParkThing(Thing, frozen=True, kw_only=True):
    """A park; `region` is a code of GB/T 2260 or longer."""

    name: str
    region: str = ""


class EnterpriseThing(Thing, frozen=True, kw_only=True):
    """An enterprise of a park; `code` is its unified social credit code."""

    name: str
    sector: str = ""
    region: str = ""
    park: Annotated[str, ref("park")] = ""
    code: str = ""


class ProcessThing(Thing, frozen=True, kw_only=True):
    """A process (工序) of an enterprise."""

    enterprise: Enterprise
    name: str


class FacilityThing(Thing, frozen=True, kw_only=True):
    """A facility; `key` says in words whether it is a key emission source."""

    enterprise: Enterprise
    name: str
    process: Process = ""
    key: str = ""


class ProductThing(Thing, frozen=True, kw_only=True):
    """A product, and the unit its output is counted in."""

    enterprise: Enterprise
    name: str
    process: Process = ""
    unit: str = "t"


class TerminalThing(Thing, frozen=True, kw_only=True):
    """A terminal that may send. `id` is its MN (HJ 212), its name (JSON, MQTT).

    `secret` is what it proves itself by: the password of HJ 212 and MQTT, the bearer token of JSON; empty: by its
    client certificate alone, whose common name is its id. `way` is the one it may come by (empty: any).
    """

    enterprise: Enterprise
    way: Literal["", "hj212", "https", "http", "mqtt"] = ""
    secret: str = ""
    name: str = ""


class InstrumentThing(Thing, frozen=True, kw_only=True):
    """A measuring instrument behind a point, and until when its verification holds (计量检定)."""

    enterprise: Enterprise
    name: str = ""
    point: Point = ""
    verified_until: Instant | None = None


class PointThing(Thing, frozen=True, kw_only=True):
    """A point: what is measured where, and how its values are to be read.

    `code` is what its terminal calls it. A `counter` accumulates (values are increases over a period, readings its
    register); an `instant` is averaged. `low` and `high` are limits of plausible values. `fill` is what stands for
    hours that are missing within a day: nothing, the hour before, or a line from the hour before to the one after.
    """

    enterprise: Enterprise
    code: str = ""
    name: str = ""
    process: Process = ""
    facility: Facility = ""
    product: Product = ""
    terminal: Terminal = ""
    carrier: str = ""
    unit: str = ""
    kind: Literal["counter", "instant"] = "counter"
    source_class: Literal["", "fuel", "process", "electricity", "heat", "stored", "other"] = ""
    low: Amount | None = None
    high: Amount | None = None
    fill: Literal["", "last", "linear"] = ""

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        """Limits the wrong way round."""
        if self.low is not None and self.high is not None and self.low > self.high:
            yield "low", f"is above high ({self.low} > {self.high})", f"下限大于上限（{self.low} > {self.high}）"


class FactorThing(Thing, frozen=True, kw_only=True):
    """An emission factor of a carrier; of an `enterprise` alone if it names one. It counts from `valid_from` on."""

    carrier: str
    value: Amount
    unit: str
    enterprise: Enterprise = ""
    source: str = ""
    valid_from: Instant | None = None
    region: str = ""
    park: Annotated[str, ref("park")] = ""


class EntryThing(Thing, frozen=True, kw_only=True):
    """A value by hand for a whole period of a point, or of a carrier of the enterprise where no point measures it.

    Automatic data that are whole go before it. `reason` says why.
    """

    enterprise: Enterprise
    period: Literal["minute", "quarter", "hour", "day", "week", "month", "quarter_year", "year"]
    start: Instant
    value: Amount
    unit: str
    point: Point = ""
    carrier: str = ""
    evidence: Literal["meter", "invoice", "settlement", "test"] = "meter"
    reason: str = ""
    state: Literal["valid", "withdrawn"] = "valid"

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        """A period begins at its start; a value belongs to something."""
        if start_of(self.period, self.start) != self.start:
            yield "start", f"is not the start of a {self.period} (+08:00)", f"不是{self.period}周期的起点（+08:00）"
        if bool(self.point) == bool(self.carrier):
            yield "point", "expected either point or carrier", "point 与 carrier 须且只须给出一个"


class AccountThing(Thing, frozen=True, kw_only=True):
    """An account: `id` is the name to log in with. Where it belongs may be created later."""

    role: Literal["administrator", "auditor", "operator", "manager", "clerk", "government"]
    name: str = ""
    enterprise: str = ""
    park: str = ""
    region: str = ""
    password: str = ""
    state: Literal["active", "blocked"] = "active"

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        """Where people of this role belong."""
        if self.role in ("manager", "clerk") and not self.enterprise:
            yield "enterprise", f"a {self.role} belongs to an enterprise", "企业账号须指明企业"
        if self.role not in ("manager", "clerk") and self.enterprise:
            yield "enterprise", f"a {self.role} belongs to no enterprise", "该角色不属于任何企业"
        if self.id in ("system", "public"):
            yield "id", "is taken by the platform itself", "该账号名由平台保留"


_HOME = ("administrator", "operator")

KINDS = (
    kind("park", ParkThing, en="park", zh="园区", tenant="park", write=("administrator",)),
    kind("enterprise", EnterpriseThing, en="enterprise", zh="企业", tenant="enterprise", write=_HOME),
    kind("process", ProcessThing, en="process", zh="工序", tenant="enterprise"),
    kind("facility", FacilityThing, en="facility", zh="设施", tenant="enterprise"),
    kind("product", ProductThing, en="product", zh="产品", tenant="enterprise"),
    kind(
        "terminal",
        TerminalThing,
        en="terminal",
        zh="终端",
        tenant="enterprise",
        write=("administrator", "operator", "manager"),
        secret=("secret",),
    ),
    kind("instrument", InstrumentThing, en="measuring instrument", zh="计量器具", tenant="enterprise"),
    kind("point", PointThing, en="point", zh="监测点", tenant="enterprise"),
    kind(
        "factor",
        FactorThing,
        en="emission factor",
        zh="排放因子",
        tenant="park",
        write=("administrator", "operator", "manager"),
    ),
    kind("entry", EntryThing, en="manual entry", zh="人工填报", tenant="enterprise"),
    kind(
        "account",
        AccountThing,
        en="account",
        zh="账号",
        tenant="enterprise",
        read=("administrator", "auditor"),
        write=("administrator",),
        secret=("password",),
    ),
)
