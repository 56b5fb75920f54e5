"""Defects of a terminal that expects of its peers what they should send, and has nobody who looks after its tasks.

Leaves the cases that catch them to conformance/proof.json.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec

from conformance.defects import Patch, defect
from reference_terminal.acquisition.collectors import messages
from reference_terminal.acquisition.mqtt.client import Receipt
from reference_terminal.acquisition.mqtt.driver import Inbox
from reference_terminal.acquisition.mqtt.packets import Arrived
from reference_terminal.acquisition.sql.row_source import RowSource
from reference_terminal.model import json_text
from reference_terminal.net.http import Place
from reference_terminal.operations.supervisor import Supervisor, Work
from reference_terminal.uplink.platforms import link

_ANSWERS = ("isc-2/7.2.4(4)a",)


def _unattended(patch: Patch) -> None:
    """A task that fails is not begun anew."""

    async def keep(self: Supervisor, name: str, work: Work) -> None:
        del self, name
        await work()

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
