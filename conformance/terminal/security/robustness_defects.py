# pyright: reportPrivateUsage=false
"""Defects of a terminal that expects of its peers what they should send, and has nobody who looks after its tasks.

Leaves the cases that catch them to conformance/proof.json.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec

from conformance.defects import Patch, defect
from reference_terminal.acquisition.collectors import messages
from reference_terminal.acquisition.mqtt.client import Receipt
from reference_terminal.acquisition.mqtt.driver import Inbox
from reference_terminal.acquisition.sql.row_source import RowSource
from reference_terminal.hj212.message import Message
from reference_terminal.model import json_text
from reference_terminal.net.channel import Line
from reference_terminal.net.http import Place
from reference_terminal.net.mqtt.packets import Arrived
from reference_terminal.operations.supervisor import Supervisor, Work
from reference_terminal.settings import overlay, reader
from reference_terminal.uplink.hj212.commands import CommandSet
from reference_terminal.uplink.hj212.link import CentreLink
from reference_terminal.uplink.platforms import link

_ANSWERS = ("isc-2/7.2.4(4)a",)


def _unattended(patch: Patch) -> None:
    """A task that fails is not begun anew."""

    async def keep(self: Supervisor, name: str, work: Work) -> None:
        del self, name
        await work()

    patch(Supervisor, "keep", keep)


def _one_for_all(patch: Patch) -> None:
    """A task that fails takes all others with it, as if they were one program."""

    async def keep(self: Supervisor, name: str, work: Work) -> None:
        del name
        together: list[asyncio.Future[None]] = vars(self).setdefault("together", [])
        together.append(asyncio.ensure_future(work()))
        try:
            await together[-1]
        except Exception:
            for each in together:
                each.cancel()

    patch(Supervisor, "keep", keep)


@defect(
    "one-message-ends-the-subscriber",
    en="a message with half a surrogate pair ends the subscriber for good",
    zh="一条含半个代理对的消息使订阅永久终止",
    clauses=("isc-2/7.2.3-A(1)b",),
)
def one_message_ends_the_subscriber(patch: Patch) -> None:
    """Texts are taken for what can be written in UTF-8, and nobody looks after the task."""

    def octets(value: str) -> str:
        return value.encode().hex().upper()

    def take(self: Inbox, message: Arrived, receipt: Receipt | None) -> None:
        self.sort(message, receipt)

    patch(messages, "_octets", octets)
    patch(Inbox, "take", take)
    _unattended(patch)


@defect(
    "one-row-ends-the-reader",
    en="a row of the year 1 cannot be turned into an instant, and no row behind it is ever taken",
    zh="年份为 1 的行无法换算时刻，其后的行不再采集",
    clauses=("isc-2/7.2.2(2)l",),
)
def one_row_ends_the_reader(patch: Patch) -> None:
    """The row is asked for again and again, for it was not noted."""

    def instant(self: RowSource, moment: Any) -> int | None:
        if isinstance(moment, str):
            moment = datetime.fromisoformat(moment)
        assert isinstance(moment, datetime)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC) - timedelta(hours=self.config.zone_h)
        return round(moment.timestamp() * 1000)

    patch(RowSource, "_instant", instant)


@defect(
    "one-answer-ends-the-link",
    en="an answer nested deeper than the reader of JSON goes ends the link for good",
    zh="嵌套过深的应答使上传链路永久终止",
    clauses=_ANSWERS,
)
def one_answer_ends_the_link(patch: Patch) -> None:
    """Only what the library calls its own errors is expected."""

    def read(octets: bytes | str) -> Any:
        try:
            return msgspec.json.decode(octets)
        except msgspec.MsgspecError:
            raise json_text.NoJson("expected JSON") from None

    patch(json_text, "read", read)
    _unattended(patch)


@defect(
    "asks-wherever-it-is-sent",
    en="an address that a platform gives is asked unseen, and one that nobody can be asked at ends the link for good",
    zh="不检查平台下发的地址，无效地址使上传链路永久终止",
    clauses=_ANSWERS,
)
def asks_wherever_it_is_sent(patch: Patch) -> None:
    """An address is taken for a host and the rest of it."""

    def place(url: str, channel: str) -> Place:
        parts = urlsplit(url)
        return Place(parts.hostname or "", parts.port or 443, parts.path)

    patch(link, "place_of", place)
    _unattended(patch)


@defect(
    "numbers-of-a-centre-without-bounds",
    en="any number in a centre's order is taken over, however large, and kept",
    zh="中心命令中的任何数值均被接受并保存，不校验上限",
    clauses=("isc-2/7.2.4k",),
)
def numbers_without_bounds(patch: Patch) -> None:
    """A centre knows what it asks for."""

    def number(self: CommandSet, fields: dict[str, str], name: str, low: int, high: int) -> int | None:
        del self, low, high
        text = fields.get(name, "")
        return int(text) if text.isascii() and text.isdigit() else None

    patch(CommandSet, "_number", number)


@defect(
    "no-minutes-are-no-minute-data",
    en="an interval of 0 minutes is taken over: no minute data any more",
    zh="分钟数据间隔 0 被接受，此后不再上传分钟数据",
    clauses=("isc-2/7.2.4(4)a",),
)
def no_minutes_are_no_minute_data(patch: Patch) -> None:
    """Somebody once asked for a switch."""
    off: set[CentreLink] = set()

    async def taken(self: CommandSet, link: CentreLink, request: Message, fields: dict[str, str]) -> int:
        if fields.get("MinInterval") == "0":
            off.add(link)
        return await own_taken(self, link, request, fields)

    async def upload(self: CentreLink, cn: str, *words: Any, **more: Any) -> bool:
        return True if cn == "2051" and self in off else await own_upload(self, cn, *words, **more)

    own_taken = patch(CommandSet, "_set_minute_interval", taken)
    own_upload = patch(CentreLink, "upload", upload)


@defect(
    "any-text-is-a-host",
    en="whatever is given as a centre's host is stored, and one that no name server can be asked for ends the rest",
    zh="数据中心地址不校验即保存，无法解析的地址使其余任务终止",
    clauses=("isc-2/7.2.4(3)a",),
)
def any_text_is_a_host(patch: Patch) -> None:
    """Whether somebody answers there is the network's business."""
    for module in (overlay, reader):
        patch(module, "is_host", lambda text: True)  # pyright: ignore[reportUnknownLambdaType]

    async def connect(self: CentreLink) -> Line:
        self.config.host.encode("idna")
        return await own(self)

    own = patch(CentreLink, "_connect", connect)
    _one_for_all(patch)
