# pyright: reportPrivateUsage=false
"""Defects of delivery: what is sent, when it counts as delivered, how it is sent again.

Leaves the octets of the frames to `protocol`, one centre's effect on another to `centres` and the buffer to
`outages_defects`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from conformance.defects import Patch, defect
from conformance.defects.seams import changes_items, changes_numbers, drops_items
from reference_terminal.hj212 import frame as frames
from reference_terminal.hj212 import message as messages
from reference_terminal.hj212.message import Message
from reference_terminal.model.rows import Pending, Record
from reference_terminal.model.times import stamp
from reference_terminal.storage.outbox import Outbox
from reference_terminal.uplink.hj212 import link as links
from reference_terminal.uplink.hj212 import packets
from reference_terminal.uplink.hj212.link import CentreLink, LinkLost
from reference_terminal.uplink.hj212.packets import Channel

# What is sent


@defect(
    "last-item-never-sent",
    en="the last item of every packet is left out",
    zh="每个数据包漏发最后一项",
    clauses=("isc-2/7.2.4(1)e",),
)
def last_item_never_sent(patch: Patch) -> None:
    """A loop over the channels ends one too early."""

    def short(channels: Sequence[Channel], records: Mapping[int, Record], reading_suffix: str) -> list[str]:
        return whole(channels, records, reading_suffix)[:-1]

    whole = patch(packets, "record_items", short)


@defect(
    "decimals-cut-off",
    en="values are sent as whole numbers, decimals cut off",
    zh="数值上传时截去小数",
    clauses=(
        "ssea/5.2.2.3a",
        "ssea/5.2.2.3b",
        "isc-2/7.2.4(1)e",
    ),
)
def decimals_cut_off(patch: Patch) -> None:
    """Integer division where a decimal one was meant (F26)."""
    changes_numbers(patch, lambda text: str(int(Decimal(text))))


@defect(
    "own-code-added",
    en="the terminal adds a status value under a code that no centre was told of",
    zh="上传未配置编码的自身状态量",
    clauses=("isc-2/7.2.4(1)e",),
)
def own_code_added(patch: Patch) -> None:
    """A device's own housekeeping value, here its battery, left in the channel list after commissioning (F20)."""

    def more(channels: Sequence[Channel], records: Mapping[int, Record], reading_suffix: str) -> list[str]:
        return [*own(channels, records, reading_suffix), "g99001-Avg=3.61,g99001-Flag=N"]

    own = patch(packets, "record_items", more)


@defect(
    "stamps-are-ends",
    en="DataTime is the end of the interval instead of its start",
    zh="数据时间取时段终点而非起点",
    clauses=("isc-2/7.2.4(1)d",),
)
def stamps_are_ends(patch: Patch) -> None:
    """The convention of most energy meters carried over to HJ 212, whose minute data carry their start (R-09)."""

    def at_end(record_start_s: int, record_end_s: int) -> str:
        return stamp(record_end_s)

    patch(packets, "period_stamp", at_end)


@defect(
    "stamps-in-utc",
    en="DataTime is in UTC instead of +08:00",
    zh="数据时间为世界时而非北京时间",
    clauses=("isc-2/7.2.4(1)d",),
)
def stamps_in_utc(patch: Patch) -> None:
    """A device whose zone was never set: quarter hours look right, the time is eight hours off."""

    def at_start(record_start_s: int, record_end_s: int) -> str:
        return stamp(record_start_s - 8 * 3600)

    patch(packets, "period_stamp", at_start)


@defect(
    "maintenance-flag-left-on",
    en="good values carry the flag of maintenance",
    zh="有效数据仍带维护标记",
    clauses=("isc-2/7.2.4(1)e",),
)
def maintenance_flag_left_on(patch: Patch) -> None:
    """The state set while commissioning is never taken back."""
    changes_items(patch, lambda channel, record, text: text.replace("-Flag=N", "-Flag=M"))


# When it is sent


@defect(
    "sends-everything-twice",
    en="every packet is sent twice, the second time under a QN of its own",
    zh="每包数据以不同请求编码发送两次",
    clauses=("isc-2/7.2.3-B(6)d",),
)
def sends_everything_twice(patch: Patch) -> None:
    """Repetition as a precaution instead of on a missing acknowledgement."""

    async def twice(self: CentreLink, item: Pending) -> bool:
        return await once(self, item) and await once(self, item)

    once = patch(CentreLink, "deliver", twice)


@defect(
    "sends-in-batches",
    en="live values wait until a batch of two minutes is full",
    zh="实时数据攒批约两分钟后才上传",
    clauses=("isc-2/7.2.4(1)d",),
)
def sends_in_batches(patch: Patch) -> None:
    """Air time saved: what is younger than 90 s is not looked at."""

    def grown(self: Outbox, stream: str) -> list[Pending]:
        return [item for item in every(self, stream) if self._clock.now_s() - item.end_s >= 90]

    every = patch(Outbox, "_waiting", grown)


@defect(
    "half-hourly-index",
    en="minute data are made and sent every 30 minutes whatever was set",
    zh="无论如何设定，分钟数据均为 30 分钟一次",
    clauses=("isc-2/7.2.4(1)d",),
)
def half_hourly_index(patch: Patch) -> None:
    """Every second quarter-hour is dropped to halve the traffic."""
    drops_items(patch, lambda item: item.span == 900 and item.start_s // 900 % 2 == 1)


# When it counts as delivered


@defect(
    "asks-for-no-acknowledgement",
    en="uploads ask for no acknowledgement and count as delivered once written",
    zh="上传不要求应答，写出即视为送达",
    clauses=("isc-2/7.2.3-B(6)d",),
)
def asks_for_no_acknowledgement(patch: Patch) -> None:
    """A device without bit A in its Flag, or an option "skip ack" (F22)."""

    async def write_only(self: CentreLink, message: Message, expected: str = "9014") -> bool:
        self.send(message)
        return True

    patch(links, "UPLOAD_FLAG", 4)
    patch(links, "SPLIT_FLAG", 6)
    patch(CentreLink, "exchange", write_only)


@defect(
    "gives-up-after-last-repetition",
    en="a record whose last repetition brought no answer is dropped from the queue",
    zh="末次重发仍无应答即从队列删除",
    clauses=("isc-2/7.2.3-B(6)b", "isc-2/7.2.3-B(6)c"),
)
def gives_up_after_last_repetition(patch: Patch) -> None:
    """ReCount taken for the end of the record instead of the end of the exchange (NC10, R-26)."""

    def forget(self: Outbox, item: Pending) -> None:
        self.delivered(item)

    patch(Outbox, "failed", forget)


@defect(
    "late-answers-count-for-what-is-under-way",
    en="a 9014 of an exchange that is over ends the one that is under way",
    zh="已结束交互的 9014 被算作当前在途报文的应答",
    clauses=("isc-2/7.2.3-B(6)c",),
)
def late_answers_count_for_what_is_under_way(patch: Patch) -> None:
    """Answers are matched by their order; one that comes late shifts all that follow."""
    ended: dict[str, None] = {}

    def answer(self: CentreLink, message: Message) -> None:
        under_way = [waiter for key, waiter in self._waiting.items() if key[0] == "9014" and key[1] != message.qn]
        if message.cn == "9014" and message.qn in ended and under_way:
            if not under_way[0].done():
                under_way[0].set_result(None)
            return
        sound(self, message)

    async def exchange(self: CentreLink, message: Message, *rest: Any) -> bool:
        done = await whole(self, message, *rest)
        if not done:
            ended[message.qn] = None
        return done

    sound = patch(CentreLink, "_answer", answer)
    whole = patch(CentreLink, "exchange", exchange)


def _takes(patch: Patch, cn: Sequence[str], *, own_qn: bool, own_mn: bool) -> None:
    """Let the terminal take answers for acknowledgements that are none."""

    def answer(self: CentreLink, message: Message) -> None:
        waiting = [key for key in self._waiting if message.cn in cn and (not own_qn or key[1] == message.qn)]
        if waiting and (not own_mn or message.mn == self.config.mn):
            waiter = self._waiting[waiting[0]]
            if not waiter.done():
                waiter.set_result(None)
            return
        sound(self, message)

    sound = patch(CentreLink, "_answer", answer)


@defect(
    "takes-any-qn",
    en="any 9014 acknowledges whatever was sent last",
    zh="任一 9014 均视为当前报文的应答",
    clauses=("isc-2/7.2.3-B(6)d",),
)
def takes_any_qn(patch: Patch) -> None:
    """The QN of the answer is not compared."""
    _takes(patch, ("9014",), own_qn=False, own_mn=True)


@defect(
    "takes-any-answer",
    en="a 9013 with the right QN acknowledges data",
    zh="以 9013 作为数据应答",
    clauses=("isc-2/7.2.3-B(6)d",),
)
def takes_any_answer(patch: Patch) -> None:
    """The command code of the answer is not compared: data answer and notification answer are one."""
    _takes(patch, ("9013", "9014"), own_qn=True, own_mn=True)


@defect(
    "takes-refusal-for-receipt",
    en="a 9011 that refuses the upload is taken for its acknowledgement",
    zh="将否定应答 9011 视为接收成功",
    clauses=("isc-2/7.2.3-B(6)d",),
)
def takes_refusal_for_receipt(patch: Patch) -> None:
    """Any answer with the right QN ends the exchange; QnRtn is never read (NC11)."""
    _takes(patch, ("9011", "9013", "9014"), own_qn=True, own_mn=True)


@defect(
    "takes-any-device",
    en="an acknowledgement for another device is taken for the terminal's own",
    zh="不核对应答中的设备标识",
    clauses=("isc-2/7.2.3-B(6)d",),
)
def takes_any_device(patch: Patch) -> None:
    """The MN of the answer is not compared, as behind a forwarder that serves many devices."""
    _takes(patch, ("9014",), own_qn=True, own_mn=False)


@defect(
    "takes-junk-for-receipt",
    en="whatever comes while an answer is awaited is taken for it",
    zh="等待应答时收到任何字节均视为应答",
    clauses=("isc-2/7.2.3-B(6)d",),
)
def takes_junk_for_receipt(patch: Patch) -> None:
    """A driver that waits for data to be ready and never reads them."""

    def refuse(self: CentreLink, item: frames.Refused) -> None:
        for waiter in self._waiting.values():
            if not waiter.done():
                waiter.set_result(None)

    patch(CentreLink, "_refuse", refuse)


@defect(
    "check-word-of-answers-unread",
    en="the check word of an answer is not compared",
    zh="不核对应答的校验码",
    clauses=("isc-2/7.2.3-B(6)d",),
)
def check_word_of_answers_unread(patch: Patch) -> None:
    """The check is left to TCP."""

    def refuse(self: CentreLink, item: frames.Refused) -> None:
        if item.data:
            self._sort(messages.parse(item.data))

    patch(CentreLink, "_refuse", refuse)


@defect(
    "closed-means-delivered",
    en="a connection that closes after the packet left counts as delivery",
    zh="报文发出后连接关闭即视为送达",
    clauses=("isc-2/7.2.4(4)a",),
)
def closed_means_delivered(patch: Patch) -> None:
    """What lay in the socket when the session ended is struck off the queue."""

    def struck_off(self: Outbox, item: Pending) -> None:
        self.delivered(item)

    patch(Outbox, "abandon", struck_off)


# How it is sent again


@defect(
    "impatient",
    en="a packet is repeated after half a second instead of the time set for answers",
    zh="未等待设定超时，0.5 s 即重发",
    clauses=("isc-2/7.2.3-B(6)c",),
)
def impatient(patch: Patch) -> None:
    """OverTime in units of 50 ms: a factor lost between the setting and the timer."""

    async def short(self: CentreLink, waiter: asyncio.Future[None], timeout_s: float) -> bool:
        return await long(self, waiter, timeout_s / 20)

    long = patch(CentreLink, "_acknowledged", short)


@defect(
    "repetition-is-changed",
    en="a repetition carries other data flags under the same QN",
    zh="重发报文沿用请求编码但改动数据标记",
    clauses=("isc-2/7.2.4(4)a",),
)
def repetition_is_changed(patch: Patch) -> None:
    """Whatever did not get through at once is marked as a communication fault before it goes out again."""

    async def exchange(self: CentreLink, message: Message, expected: str = "9014") -> bool:
        key = (expected, message.qn)
        waiter: asyncio.Future[None] = self._loop.create_future()
        self._waiting[key] = waiter
        try:
            for number in range(self.transmissions()):
                cp = message.cp.replace("-Flag=N", "-Flag=B") if number else message.cp
                self._write(frames.encode(messages.encode(_with(message, cp))))
                if await self._acknowledged(waiter, self.settings.overtime_s):
                    return True
        finally:
            self._waiting.pop(key, None)
        if self.is_dead():
            raise LinkLost("nothing heard")
        return False

    patch(CentreLink, "exchange", exchange)


def _with(message: Message, cp: str) -> Message:
    """The same message with other control parameters."""
    m = message
    return Message(m.qn, m.st, m.cn, m.pw, m.mn, m.flag, cp, m.pnum, m.pno)


@defect(
    "dials-again-after-a-quarter-hour",
    en="a missing answer ends the connection, the next is made a quarter of an hour later",
    zh="一次无应答即断开，15 分钟后才重连",
    clauses=("isc-2/7.2.3-B(6)c",),
)
def dials_again_after_a_quarter_hour(patch: Patch) -> None:
    """The habit of dial-up modems: the link is given up at the first time-out and rests long."""

    def once(self: CentreLink) -> int:
        return 1

    def dead(self: CentreLink) -> bool:
        return True

    def long(self: CentreLink, failures: int) -> float:
        return 900.0

    patch(CentreLink, "transmissions", once)
    patch(CentreLink, "is_dead", dead)
    patch(CentreLink, "reconnect_pause_s", long)


@defect(
    "last-hour-again-after-reconnecting",
    en="after each reconnection the last hour delivered is sent again",
    zh="每次重连后重发最近已送达的一小时数据",
    clauses=("cpcif/8.3b-3",),
)
def last_hour_again_after_reconnecting(patch: Patch) -> None:
    """The break point is not kept: a safe margin before it stands in for it."""

    async def session(self: CentreLink, line: Any) -> bool:
        self._store.write(
            "INSERT OR REPLACE INTO outbox SELECT centre, end_s, span, start_s, 1 FROM sent AS done"
            " WHERE centre=? AND end_s>(SELECT max(end_s) FROM sent WHERE centre=done.centre)-3600",
            (self.config.id,),
        )
        self._store.flush()
        return await sound(self, line)

    sound = patch(CentreLink, "_session", session)


@defect(
    "stops-dialling",
    en="after six failed attempts in a row the terminal connects no more",
    zh="连续 6 次连接失败后不再重连",
    clauses=("cpcif/8.3a-3",),
)
def stops_dialling(patch: Patch) -> None:
    """A counter of attempts that only a restart sets back."""

    def pause(self: CentreLink, failures: int) -> float:
        return 1e9 if failures >= 6 else sound(self, failures)

    sound = patch(CentreLink, "reconnect_pause_s", pause)
