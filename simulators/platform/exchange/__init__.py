"""Exchange with other systems: an open interface, and records sent to partners (CPCIF 4.1.2; ISC-1 4.4, 6.3).

Leaves what other systems send here to the intake. A partner gets the records of an enterprise as each is over, in the
form of docs/WIRE.md section 6, again until it has said that it took them.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from starlette.requests import Request

from simulators.platform.core import Desk, Span, Thing, every, kind, on_change, ref, route, seam
from simulators.platform.core.kinds import convert
from simulators.platform.core.times import iso, start_of

_LOOK_S = 60
_WAIT_S = 20
_MOST = 500
"""Records of one request, about."""
_KEPT = "exchange/"


class Partner(Thing, frozen=True, kw_only=True):
    """Another system: records of class `period` of `enterprise` go to `url` under `token`."""

    name: str
    url: str
    token: str = ""
    enterprise: Annotated[str, ref("enterprise")]
    period: Literal["hour", "day", "month"] = "hour"
    park: str = ""

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        """An address that can be spoken to."""
        if urlsplit(self.url).scheme != "http" or not urlsplit(self.url).hostname:
            yield "url", "expected http://host:port", "应为 http://主机:端口"


KINDS = (
    kind(
        "partner",
        Partner,
        en="systems that data are exchanged with",
        zh="数据交换对象",
        tenant="park",
        read=("administrator", "auditor", "operator"),
        write=("administrator", "operator"),
        secret=("token",),
    ),
)


@on_change("partner")
def keep_token(desk: Desk, before: Partner | None, after: Partner | None) -> None:
    """What a partner knows this platform by is kept apart from what is shown."""
    whole = desk.as_system()
    if after is None:
        assert before is not None
        whole.keep(f"{_KEPT}{before.id}", None)
    elif after.token or before is None:
        told = whole.kept(f"{_KEPT}{after.id}") or {"next": start_of(after.period, desk.now_us)}
        whole.keep(f"{_KEPT}{after.id}", {**told, "token": after.token})


class Batch(msgspec.Struct, frozen=True):
    """What one request takes to a partner: the records of [first, next)."""

    partner: str
    next: int
    host: str
    port: int
    octets: bytes


@every(_LOOK_S, while_any="partner")
def look(desk: Desk) -> None:
    """Whatever is over and was not taken yet goes on its way."""
    batches = [batch for each in desk.objects(Partner) if (batch := due(desk, each)) is not None]
    if batches:
        task = asyncio.get_running_loop().create_task(_send_all(desk, batches))
        _under_way.add(task)
        task.add_done_callback(_under_way.discard)


_under_way: set[asyncio.Task[None]] = set()
"""Kept from being collected while they run."""


@seam
def due(desk: Desk, partner: Partner) -> Batch | None:
    """The records of a partner's enterprise that are over and not taken yet."""
    kept = desk.kept(f"{_KEPT}{partner.id}") or {}
    low, high = kept.get("next", 0), start_of(partner.period, desk.now_us - SETTLE_S * 1_000_000)
    points = [each.id for each in desk.objects("point", enterprise=partner.enterprise)]
    found = sorted(desk.records(points, partner.period, low, high), key=lambda each: each.start) if low < high else []
    if not found:
        return None
    if len(found) > _MOST:
        high = found[_MOST].start
    records = [record_of(each, partner) for each in found if each.start < high]
    body = json.dumps({"source": desk.name, "records": records}).encode()
    where = urlsplit(partner.url)
    host, port = where.hostname or "", where.port or 80
    head = (
        f"POST /api/records HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {kept.get('token', '')}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return Batch(partner.id, high, host, port, head.encode() + body)


SETTLE_S = 120
"""What a period may still get after its end before it is passed on."""


@seam
def record_of(record: Any, partner: Partner) -> dict[str, str]:
    """A record in the form of docs/WIRE.md section 6."""
    return {
        "point": record.point,
        "kind": partner.period,
        "start": iso(record.start),
        "end": iso(record.end),
        "value": record.value,
        "unit": record.unit,
        "flag": "N" if record.state in ("complete", "corrected") else "D",
    }


async def _send_all(desk: Desk, batches: list[Batch]) -> None:
    for batch in batches:
        try:
            async with asyncio.timeout(_WAIT_S):
                taken = await _send(batch)
        except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
            taken = False
        settle(desk, batch, taken)


@seam
def settle(desk: Desk, batch: Batch, taken: bool) -> None:
    """What was taken is not sent again; what was not is tried at the next look, with an alarm meanwhile."""
    if taken:
        name = f"{_KEPT}{batch.partner}"
        desk.keep(name, {**(desk.kept(name) or {}), "next": batch.next})
        desk.clear("exchange", batch.partner)
    else:
        desk.alarm("exchange", batch.partner)


async def _send(batch: Batch) -> bool:
    """One request; whether the partner took it."""
    reader, writer = await asyncio.open_connection(batch.host, batch.port)
    try:
        writer.write(batch.octets)
        await writer.drain()
        status = await reader.readline()
        return status.split(b" ")[1:2] == [b"200"]
    finally:
        writer.close()


class Open(Span, frozen=True, kw_only=True):
    """Records of a point."""

    point: Annotated[str, ref("point")]
    period: Literal["hour", "day", "month", "year"]


@route("GET", "/open/v1/records")
async def open_records(desk: Desk, request: Request) -> list[dict[str, Any]]:
    """The open interface: JSON rows of what the account may see, stable under this address."""
    asked = convert(dict(request.query_params), Open)
    return [opened(each) for each in records_for(desk, asked)]


@seam
def records_for(desk: Desk, asked: Open) -> list[Any]:
    """The records that are asked for, as far as the account sees them."""
    return list(desk.records(asked.point, asked.period, asked.from_, asked.to))


@seam
def opened(record: Any) -> dict[str, Any]:
    """A record as the open interface has it."""
    return {"start": record.start, "value": record.value, "unit": record.unit}
