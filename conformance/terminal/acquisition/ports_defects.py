# pyright: reportPrivateUsage=false
"""Defects of the ports: answers that stray from one to another, late answers taken for those to the next question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from conformance.defects import Patch, defect
from conformance.defects.seams import takes_damaged_rtu_frames
from conformance.terminal.acquisition.polling_defects import ignore_transactions
from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.acquisition.line import Line
from reference_terminal.acquisition.modbus import driver, serial
from reference_terminal.acquisition.modbus.blocks import Block
from reference_terminal.acquisition.modbus.client import GatewayClient
from reference_terminal.acquisition.modbus.driver import SerialModbusMeter
from reference_terminal.acquisition.poller import GatewayPoller, MeterPoller
from reference_terminal.model import reading

_LATE_SERIAL, _LATE_NETWORK = ("csmt/11.3a-1",), ("csmt/11.3b-1",)


@defect(
    "ports-share-a-buffer",
    en="two ports that are read at the same moment share a buffer",
    zh="两个串口同时接收时共用一个缓冲区",
    clauses=("isc-2/6.2f", "csmt/7.1a", "isc-2/7.2.2(2)a"),
)
def ports_share_a_buffer(patch: Patch) -> None:
    """A unit's registers are kept by unit and address; a line that is quiet for a moment finds another line's there."""
    whole = SerialModbusMeter._ask
    kept: dict[tuple[int, int], bytes] = {}
    asked: dict[int, int] = {}

    async def ask(self: SerialModbusMeter, block: Block, wait_s: float | None) -> bytes:
        place = (self.config.own.bus_unit, block.address)
        turn = asked[id(self)] = asked.get(id(self), 0) + 1
        got = await whole(self, block, wait_s)
        before, kept[place] = kept.get(place, got), got
        return before if turn % 100 == 0 and len(before) == len(got) else got

    patch(SerialModbusMeter, "_ask", ask)


@defect(
    "one-port-at-a-time",
    en="the ports take turns: a cycle that finds another port busy is left out",
    zh="各接口轮流工作，其他接口忙时本周期不采集",
    clauses=("isc-2/7.1.1a-3", "csmt/7.1c"),
)
def one_port_at_a_time(patch: Patch) -> None:
    """There is one task for all ports, and whoever does not get it waits for the next cycle."""
    whole = GatewayPoller._poll
    busy: list[GatewayPoller] = []

    async def poll(self: GatewayPoller, meter: Any) -> None:
        if busy and busy[0] is not self:
            meter.next_s += meter.config.period_s
            return
        busy.append(self)
        try:
            await whole(self, meter)
        finally:
            busy.pop()

    patch(GatewayPoller, "_poll", poll)


@defect(
    "network-port-of-twenty-eight",
    en="of the circuits behind one network port the first 28 are read",
    zh="一个网络接口下仅采集前 28 个回路",
    clauses=("isc-2/7.1.1a-3", "isc-2/7.2.2(2)e", "csmt/7.1c"),
)
def network_port_of_twenty_eight(patch: Patch) -> None:
    """Seven boards of four circuits each were in the plan."""
    whole = GatewayPoller.__init__

    def short(self: GatewayPoller, client: Any, meters: list[MeterPoller], clock: Any, sink: Any) -> None:
        whole(self, client, meters[:28], clock, sink)

    patch(GatewayPoller, "__init__", short)


async def _unsettled(self: SerialModbusMeter, block: Block, wait_s: float | None) -> None:
    """Nothing is asked between two questions."""


async def _unflushed(self: Line, reader: Any) -> None:
    """What was heard since the last exchange stays in the buffer."""


@defect(
    "late-answer-taken-for-next-cycle",
    en="an answer that came too late is taken for that of the next cycle",
    zh="迟到的应答被当作下一周期的应答",
    clauses=_LATE_SERIAL,
)
def late_answer_taken_for_next_cycle(patch: Patch) -> None:
    """The buffer of the port is never emptied, and the first frame in it with the right unit and length will do."""
    patch(SerialModbusMeter, "_settle", _unsettled)
    patch(Line, "_flush", _unflushed)


@defect(
    "late-answer-taken-for-next-register",
    en="an answer that came too late is taken for that of the next register",
    zh="迟到的应答被当作下一寄存器的应答",
    clauses=_LATE_SERIAL,
)
def late_answer_taken_for_next_register(patch: Patch) -> None:
    """After a time-out the next block is asked for at once, and its answer is known by unit, function and length."""

    class Failed(ReadFailed):
        hopeless = False  # type: ignore[assignment]

    async def ask(self: SerialModbusMeter, block: Block, wait_s: float | None) -> bytes:
        try:
            return await whole(self, block, wait_s)
        except ReadFailed as failure:
            raise Failed(failure.cause, failure.code) from None

    whole = patch(SerialModbusMeter, "_ask", ask)
    patch(SerialModbusMeter, "_settle", _unsettled)


@defect(
    "late-answer-under-old-number-taken",
    en="an answer under an earlier transaction's number is taken for that to the present request",
    zh="采用事务号为先前请求的迟到应答",
    clauses=_LATE_NETWORK,
)
def late_answer_under_old_number_taken(patch: Patch) -> None:
    """The number is not looked at, and after a time-out the next block is asked for over the same connection."""
    ignore_transactions(patch)
    whole = GatewayClient._once

    class Failed(ReadFailed):
        hopeless = False  # type: ignore[assignment]

    async def once(self: GatewayClient, unit: int, block: Block, wait_s: float | None) -> bytes:
        try:
            return await whole(self, unit, block, wait_s)
        except ReadFailed as failure:
            raise Failed(failure.cause, failure.code) from None

    patch(GatewayClient, "_once", once)


@defect(
    "line-given-up",
    en="a serial line that failed a hundred times is given up",
    zh="串行线失败一百次后不再采集",
    clauses=("isc-2/6.2f",),
)
def line_given_up(patch: Patch) -> None:
    """Somebody must look at it then, and nobody is told."""
    whole = Line.ask
    failed: dict[str, int] = {}

    async def ask(self: Line, question: Any, wait_s: float | None = None) -> Any:
        if failed.get(self.config.id, 0) >= 100:
            raise ReadFailed(reading.TIMEOUT)
        try:
            return await whole(self, question, wait_s)
        except ReadFailed:
            failed[self.config.id] = failed.get(self.config.id, 0) + 1
            raise

    patch(Line, "ask", ask)


@defect(
    "damaged-rtu-frames-taken",
    en="the CRC of an RTU frame is taken for granted",
    zh="RTU 帧的 CRC 未校验",
    clauses=("isc-2/6.2f",),
)
def damaged_rtu_frames_taken(patch: Patch) -> None:
    """The length is right, so what came is an answer."""
    takes_damaged_rtu_frames(patch)


@defect(
    "silent-unit-waited-out",
    en="a silent unit behind a gateway is waited for as long as one that answers slowly",
    zh="网关后无应答的设备始终等满超时时间",
    clauses=("csmt/11.3b-1", "isc-2/7.2.3-A(1)a"),
)
def silent_unit_waited_out(patch: Patch) -> None:
    """The connection has one time-out, whoever else waits for it."""
    patch(GatewayClient, "shared_timeout_s", None)


@defect(
    "silent-unit-given-up",
    en="a unit that was silent ten times in a row is not asked any more",
    zh="连续十次无应答的设备不再采集",
    clauses=("csmt/11.3b-1", "isc-2/7.2.3-A(1)a"),
)
def silent_unit_given_up(patch: Patch) -> None:
    """It is taken for removed, until somebody restarts the terminal."""
    whole = GatewayPoller._poll

    async def poll(self: GatewayPoller, meter: MeterPoller) -> None:
        if meter.failures >= 10:
            meter.next_s += meter.config.period_s
            return
        await whole(self, meter)

    patch(GatewayPoller, "_poll", poll)


def _takes_short_answers(patch: Patch) -> None:
    """An answer with one register counts for one with two."""

    def frames(octets: bytes) -> Iterator[bytes]:
        for body in serial.frames_rtu(octets):
            yield body[:2] + b"\x04" + body[3:] + bytes(2) if body[2:3] == b"\x02" else body

    patch(driver, "FRAMINGS", {**serial.FRAMINGS, serial.RTU.name: replace(serial.RTU, frames=frames)})


@defect(
    "answers-to-others-taken",
    en="on a serial line an answer of the right unit is taken, whatever it was asked for, the rest made up by zeros",
    zh="串行线上只要站号相符即采用应答，长度不足以零补齐",
    clauses=("isc-2/9.3c",),
)
def answers_to_others_taken(patch: Patch) -> None:
    """Who answers is looked at; what was asked and by whom is not."""
    _takes_short_answers(patch)


@defect(
    "answers-to-others-kept",
    en="what another master was answered lies in the buffer of the port until the next question, and answers it",
    zh="他站请求的应答滞留在接收缓冲区，被当作下一请求的应答",
    clauses=("isc-2/9.3c",),
)
def answers_to_others_kept(patch: Patch) -> None:
    """There is one master on a line, so that whatever comes is for it."""
    _takes_short_answers(patch)
    patch(SerialModbusMeter, "_settle", _unsettled)
    patch(Line, "_flush", _unflushed)
