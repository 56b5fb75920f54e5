# pyright: reportPrivateUsage=false
"""Defects of taking in under load: of what comes together one alone is kept, values cut, acknowledgements forgotten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import msgspec
from starlette.requests import Request

from conformance.defects import REAL_RIGS, Patch, defect
from simulators.platform.core.api import Api
from simulators.platform.core.desk import Desk
from simulators.platform.core.intake import hj212_door
from simulators.platform.core.intake.hj212 import Packet
from simulators.platform.core.intake.taking import Intake, Value
from simulators.platform.core.sentences import Refused

_EVERY = 7


@defect(
    "platform-keeps-one-of-many",
    en="Of what several terminals send at once the first alone is kept, and all of it acknowledged",
    zh="多台终端同时上传时仅保存第一条，却全部应答",
    clauses=("ssea/4.2.3a", "cpcif/6.3a-1"),
    rigs=REAL_RIGS,
)
def keeps_one_of_many(patch: Patch) -> None:
    """A transaction holds its first batch."""
    keep = Intake._keep

    def first(self: Intake, batches: Sequence[Any]) -> None:
        keep(self, batches[:1])

    patch(Intake, "_keep", first)


@defect(
    "platform-cuts-values-taken-in",
    en="Values that come over HJ 212 lose their decimals",
    zh="HJ 212 接收的数值被截去小数",
    clauses=("ssea/4.2.3a",),
    rigs=REAL_RIGS,
)
def cuts_values(patch: Patch) -> None:
    """What stands behind the point goes."""
    read = hj212_door.read

    def cut(packet: Packet) -> list[Value] | None:
        found = read(packet)
        return found and [whole(each) for each in found]

    def whole(each: Value) -> Value:
        return Value(each.code, each.at, each.span, each.value.partition(".")[0], each.flag, each.unit, each.fields)

    patch(hj212_door, "read", cut)


@defect(
    "platform-does-not-take-some",
    en="Every seventh packet is neither kept nor answered, however often it comes",
    zh="每七个数据包有一个既不保存也不应答",
    clauses=("ssea/4.2.3a",),
    rigs=REAL_RIGS,
)
def does_not_take_some(patch: Patch) -> None:
    """Packets whose number says so are not read."""
    read = hj212_door.read

    def unread(packet: Packet) -> list[Value] | None:
        found = read(packet)
        return None if found and any(int(each.at // 10_000_000) % _EVERY % 2 for each in found) else found

    patch(hj212_door, "read", unread)


@defect(
    "platform-turns-people-away-while-terminals-send",
    en="While terminals are connected every seventh question of people is turned away",
    zh="终端连接期间每七次人员访问拒绝一次",
    clauses=("ssea/4.2.3a",),
    rigs=REAL_RIGS,
)
def turns_people_away(patch: Patch) -> None:
    """Lists are busy."""
    desk, number = Api._desk, count(1)

    def busy(self: Api, request: Request) -> Desk:
        if request.url.path.startswith("/api/objects/point") and next(number) % _EVERY == 0:
            raise Refused(503, "busy", "系统繁忙")
        return desk(self, request)

    patch(Api, "_desk", busy)


Samples = Callable[..., Any]


def _answered(patch: Patch, change: Callable[[list[Any]], list[Any]]) -> None:
    """Every answer about what came in for a point is changed so."""
    samples: Samples = Desk.samples

    def changed(self: Desk, *query: Any, **more: Any) -> list[Any]:
        return change(list(samples(self, *query, **more)))

    patch(Desk, "samples", changed)


@defect(
    "platform-shows-records-twice",
    en="The last record of a point is held twice",
    zh="测点的最后一条记录被保存两次",
    clauses=("ssea/4.2.3a",),
    rigs=REAL_RIGS,
)
def shows_twice(patch: Patch) -> None:
    """Its last row comes twice."""
    _answered(patch, lambda rows: [*rows, *rows[-1:]])


@defect(
    "platform-shows-records-nobody-sent",
    en="Between two records of a point stands one that nobody sent",
    zh="测点两条记录之间出现未发送过的记录",
    clauses=("ssea/4.2.3a",),
    rigs=REAL_RIGS,
)
def shows_what_nobody_sent(patch: Patch) -> None:
    """One row more, of an instant at which nothing was due."""

    def more(rows: list[Any]) -> list[Any]:
        return [*rows, *(msgspec.structs.replace(each, at=each.at + 5_000_000) for each in rows[:1])]

    _answered(patch, more)


@defect(
    "platform-takes-in-late",
    en="What terminals send is held two minutes after it came",
    zh="终端数据到达两分钟后才保存",
    clauses=("ssea/4.2.3a",),
    rigs=REAL_RIGS,
)
def takes_in_late(patch: Patch) -> None:
    """The instant at which it was held is so much later."""

    def later(rows: list[Any]) -> list[Any]:
        return [msgspec.structs.replace(each, received=each.received + 120_000_000) for each in rows]

    _answered(patch, later)
