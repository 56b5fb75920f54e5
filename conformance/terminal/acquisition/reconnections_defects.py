# pyright: reportPrivateUsage=false
"""Defects of the first question on a new connection: what the last one left behind answers it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.defects import Patch, defect
from reference_terminal.acquisition.collectors.messages import DeviceReport
from reference_terminal.acquisition.https.driver import HttpsMeter, Unanswered
from reference_terminal.acquisition.line import Line, Question
from reference_terminal.acquisition.modbus.blocks import Block
from reference_terminal.acquisition.modbus.client import GatewayClient
from reference_terminal.acquisition.opcua.client import OpcUaClient
from reference_terminal.acquisition.poller import MeterPoller
from reference_terminal.model.clock import WallClock
from reference_terminal.model.reading import Reading

_CLAUSE = ("isc-2/9.3c",)


@defect(
    "modbus-buffer-kept-over-reconnections",
    en="the first answer on a new Modbus connection is the one that came last on the old",
    zh="Modbus 重连后的首个应答取自旧连接的缓冲",
    clauses=_CLAUSE,
)
def modbus_buffer_kept_over_reconnections(patch: Patch) -> None:
    """The buffer of registers is filled by a task of the connection, and nobody waits for its first turn."""
    whole = GatewayClient._once
    last: dict[tuple[str, int, int], bytes] = {}

    async def once(self: GatewayClient, unit: int, block: Block, patience_s: float | None) -> bytes:
        fresh = not self.connected
        octets = await whole(self, unit, block, patience_s)
        key = (self.config.id, unit, block.address)
        before, last[key] = last.get(key, octets), octets
        return before if fresh else octets

    patch(GatewayClient, "_once", once)


@defect(
    "opcua-picture-kept-over-reconnections",
    en="the first values of a new OPC UA session are those of the last",
    zh="OPC UA 新会话的首组数值取自上一会话",
    clauses=_CLAUSE,
)
def opcua_picture_kept_over_reconnections(patch: Patch) -> None:
    """The picture is refreshed after it is handed out, so that a new session begins with the old one's."""
    read = OpcUaClient._read
    last: dict[tuple[str, ...], list[Any]] = {}

    async def again(self: OpcUaClient, nodes: Any) -> list[Any]:
        fresh = self._client is None
        found = await read(self, nodes)
        kept, last[tuple(nodes)] = last.get(tuple(nodes), found), found
        return [replace(new, Value=old.Value) for new, old in zip(found, kept, strict=True)] if fresh else found

    patch(OpcUaClient, "_read", again)


@defect(
    "https-contents-kept-over-reconnections",
    en="after a lost connection to a collector the next answer has the contents of the one before",
    zh="与 HTTPS 采集器断连后，下一应答沿用断连前的内容",
    clauses=_CLAUSE,
)
def https_contents_kept_over_reconnections(patch: Patch) -> None:
    """What was parsed last is handed out while the new answer is being parsed."""
    whole = HttpsMeter.ask
    last: dict[int, DeviceReport] = {}
    failed: dict[int, bool] = {}

    async def ask(self: HttpsMeter, clock: WallClock) -> tuple[DeviceReport, int]:
        try:
            said, at_ms = await whole(self, clock)
        except Unanswered:
            failed[id(self)] = True
            raise
        kept, last[id(self)] = last.get(id(self), said), said
        return (kept if failed.pop(id(self), False) else said), at_ms

    patch(HttpsMeter, "ask", ask)


@defect(
    "converter-buffer-kept-over-reconnections",
    en="the first answer by a new connection to a serial server is the one that came last on the old",
    zh="串口服务器重连后的首个应答取自旧连接的缓冲",
    clauses=_CLAUSE,
)
def converter_buffer_kept(patch: Patch) -> None:
    """What was heard is found before what will be."""
    whole = Line.ask
    last: dict[tuple[str, bytes], Any] = {}

    async def ask(self: Line, question: Question[Any], wait_s: float | None = None) -> Any:
        fresh = not self.connected
        found = await whole(self, question, wait_s)
        key = (self.config.id, question.request)
        before, last[key] = last.get(key, found), found
        return before if fresh else found

    patch(Line, "ask", ask)


@defect(
    "converter-not-dialled-again",
    en="a connection to a serial server that was lost is never made again",
    zh="与串口服务器的连接中断后不再重连",
    clauses=_CLAUSE,
)
def converter_not_dialled_again(patch: Patch) -> None:
    """A port of the machine needs no second opening."""
    whole = Line.connect
    opened: dict[str, bool] = {}

    async def connect(self: Line) -> bool:
        if opened.get(self.config.id) and not self.connected:
            return False
        found = await whole(self)
        opened[self.config.id] = found or opened.get(self.config.id, False)
        return found

    patch(Line, "connect", connect)


@defect(
    "last-values-after-a-lost-connection",
    en="after a cycle that brought nothing the next one brings the values before it once more",
    zh="采集失败后的下一周期仍返回失败前的数值",
    clauses=_CLAUSE,
)
def last_values_after_a_lost_connection(patch: Patch) -> None:
    """Two buffers change places only when both were filled."""
    whole = MeterPoller.read
    last: dict[int, tuple[Any, str]] = {}
    failed: dict[int, bool] = {}

    async def polled(self: MeterPoller, slot_s: int | None, clock: WallClock, wait_s: float | None = None) -> Any:
        found: list[Reading] = await whole(self, slot_s, clock, wait_s)
        for at, one in enumerate(found):
            key = (id(self) << 8) + at
            if not one.good:
                failed[key] = True
                continue
            kept, last[key] = last.get(key), (one.value, one.raw)
            if failed.pop(key, False) and kept is not None:
                one.value, one.raw = kept
        return found

    patch(MeterPoller, "read", polled)
