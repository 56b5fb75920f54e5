"""Platforms that exchange badly: hours stay away, come changed, twice or from others; an interface for everybody."""

from __future__ import annotations

from typing import Any

import msgspec

from conformance.defects import Patch, defect
from simulators.platform import exchange
from simulators.platform.core.desk import Desk
from simulators.platform.exchange import Batch, Open, Partner

_PASSED = ("cpcif/4.1.2", "isc-1/4.4-6", "isc-1/4.5h", "isc-1/4.5i")


@defect(
    "exchange-rounds",
    en="records that are passed on are cut to whole numbers",
    zh="对外发送的数据截为整数",
    clauses=_PASSED,
)
def rounds(patch: Patch) -> None:
    """The other system has a narrow column."""

    def record_of(record: Any, partner: Partner) -> dict[str, str]:
        told = own(record, partner)
        return {**told, "value": told["value"].partition(".")[0]}

    own = patch(exchange, "record_of", record_of)


@defect(
    "exchange-sends-again",
    en="what the other system took is sent once more",
    zh="对方已接收的数据再次发送",
    clauses=_PASSED,
)
def sends_again(patch: Patch) -> None:
    """The first answer of each stretch is not believed."""

    def settle(desk: Desk, batch: Batch, taken: bool) -> None:
        believed = taken and batch.next in heard
        heard.add(batch.next)
        own(desk, batch, believed)

    heard: set[int] = set()
    own = patch(exchange, "settle", settle)


@defect(
    "exchange-tries-once",
    en="what could not be sent is given up",
    zh="发送失败的数据不再补送",
    clauses=("isc-1/4.5j",),
)
def tries_once(patch: Patch) -> None:
    """Whoever is not there has had his chance."""

    def settle(desk: Desk, batch: Batch, taken: bool) -> None:
        del taken
        own(desk, batch, True)

    own = patch(exchange, "settle", settle)


@defect(
    "exchange-takes-the-neighbour",
    en="the records of another enterprise are passed on",
    zh="将其他企业的数据发送给对方系统",
    clauses=_PASSED,
)
def takes_the_neighbour(patch: Patch) -> None:
    """The filter is on the wrong column."""

    def due(desk: Desk, partner: Partner) -> Batch | None:
        others = [each.id for each in desk.objects("enterprise") if each.id != partner.enterprise]
        return own(desk, msgspec.structs.replace(partner, enterprise=others[0]) if others else partner)

    own = patch(exchange, "due", due)


@defect(
    "open-interface-rounds",
    en="the open interface gives whole numbers",
    zh="开放接口只给出整数",
    clauses=("ssea/4.2.6b", "isc-1/4.5i"),
)
def open_rounds(patch: Patch) -> None:
    """Customers need no decimals."""

    def opened(record: Any) -> dict[str, Any]:
        return {**own(record), "value": record.value.partition(".")[0]}

    own = patch(exchange, "opened", opened)


@defect(
    "open-interface-for-all",
    en="the open interface gives everybody's records to whoever is logged in",
    zh="开放接口向任何登录者提供所有企业的数据",
    clauses=("ssea/4.2.6b",),
)
def open_for_all(patch: Patch) -> None:
    """It asks as the platform itself."""

    def records_for(desk: Desk, asked: Open) -> list[Any]:
        return own(desk.as_system(), asked)

    own = patch(exchange, "records_for", records_for)
