# pyright: reportPrivateUsage=false
"""Defects of what leaves the terminal as a record: ratio, stamp, flag, code, and when it goes.

Leaves how records come about to `processing`, whose cases notice these too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from msgspec import structs

from conformance.defects import Patch, defect
from conformance.defects.seams import changes_added, changes_items, changes_numbers
from reference_terminal.hj212.message import Message
from reference_terminal.model import numbers
from reference_terminal.model.rows import Record
from reference_terminal.model.times import Span, stamp
from reference_terminal.processing.pipeline import Pipeline
from reference_terminal.uplink.hj212 import packets
from reference_terminal.uplink.hj212.link import CentreLink
from reference_terminal.uplink.hj212.packets import Channel


@defect(
    "ratio-used-twice",
    en="the ratio of ten is used in the meter and again before sending",
    zh="十倍变比在表内与上传前重复计算",
    clauses=("isc-2/7.2.4(1)e", "csmt/8.2.1a"),
)
def ratio_used_twice(patch: Patch) -> None:
    """The meter reports primary values; whoever set up the centre's table multiplied them once more."""
    changes_numbers(patch, lambda text: numbers.text(Decimal(text) * 10))


@defect(
    "closed-a-poll-too-early",
    en="periods are closed with the poll before their end",
    zh="时段在其结束前一个采集周期即结算上传",
    clauses=("isc-2/7.2.4(1)e", "isc-2/7.2.3d"),
)
def closed_a_poll_too_early(patch: Patch) -> None:
    """Polls are counted, beginning with one, in place of a look at the clock."""
    changes_added(patch, lambda builder, reading: structs.replace(reading, slot_s=reading.slot_s + builder.period_s))


@defect(
    "stamped-with-the-period-before",
    en="a period carries the time of the one before it",
    zh="时段数据带有前一时段的时标",
    clauses=("isc-2/7.2.4(1)d",),
)
def stamped_with_the_period_before(patch: Patch) -> None:
    """The start is worked out from the end twice."""
    patch(packets, "period_stamp", lambda start_s, end_s: stamp(2 * start_s - end_s))


@defect(
    "flags-left-out",
    en="values are sent without their flag",
    zh="上传数值不带数据标记",
    clauses=("isc-2/7.2.4(1)e", "isc-2/7.2.3-B(3)b"),
)
def flags_left_out(patch: Patch) -> None:
    """The firmware was written for the edition of 2005, whose hourly data did without."""

    def bare(channel: Channel, record: Record, text: str) -> str:
        return text if record.value is None else text.replace(f",{channel.code}-Flag=N", "")

    changes_items(patch, bare)


@defect(
    "unchanged-not-sent",
    en="a period equal to the one before is not sent",
    zh="与前一时段相同的数据不上传",
    clauses=("isc-2/7.2.4(1)e",),
)
def unchanged_not_sent(patch: Patch) -> None:
    """Report by exception, a habit of control systems: the centre cannot tell equal from lost."""
    whole = packets.record_item
    last: dict[tuple[str, int], str] = {}

    def items(channels: Sequence[Channel], records: Mapping[int, Record], reading_suffix: str) -> list[str]:
        found: list[str] = []
        for channel in channels:
            record = records.get(channel.point)
            if record is None:
                continue
            text = whole(channel, record, reading_suffix)
            if last.get((channel.code, record.span)) != text:
                found.append(text)
            last[channel.code, record.span] = text
        return found

    patch(packets, "record_items", items)


@defect(
    "sent-again-to-be-sure",
    en="every period is sent again after its acknowledgement",
    zh="收到应答后仍再次发送同一时段",
    clauses=("isc-2/7.2.4(4)a",),
)
def sent_again_to_be_sure(patch: Patch) -> None:
    """A second packet is sent at once, in case the first was not stored."""
    whole = CentreLink.exchange

    async def exchange(self: CentreLink, message: Message, expected: str = "9014") -> bool:
        done = await whole(self, message, expected)
        if done and message.cn in ("2051", "2061", "2031"):
            await whole(self, message, expected)
        return done

    patch(CentreLink, "exchange", exchange)


@defect(
    "periods-sent-like-real-time-data",
    en="minute and hour data are sent like real-time data, without asking for an answer",
    zh="分钟与小时数据按实时数据方式上传，不请求应答",
    clauses=("isc-2/7.2.4(4)a",),
)
def periods_sent_like_real_time_data(patch: Patch) -> None:
    """Written and forgotten, since that is how the tables of 2011 are treated."""
    whole = CentreLink.exchange

    async def exchange(self: CentreLink, message: Message, expected: str = "9014") -> bool:
        if message.cn not in ("2051", "2061", "2031") or message.flag is None:
            return await whole(self, message, expected)
        self.send(replace(message, flag=message.flag & ~1))
        return True

    patch(CentreLink, "exchange", exchange)


@defect(
    "periods-wait-for-all-points",
    en="a period of which one point is missing is never sent",
    zh="任一测点缺失时整个时段均不上传",
    clauses=("isc-2/7.2.4(1)e", "isc-2/7.2.3-A(1)b"),
)
def periods_wait_for_all_points(patch: Patch) -> None:
    """One silent meter keeps the values of all the others from the centres."""
    whole = Pipeline._complete

    def complete(self: Pipeline, span: Span, start_s: int, end_s: int) -> None:
        gathered = [record for record in self._store._records if (record.span, record.start_s) == (span.code, start_s)]
        if all(record.flag == "N" for record in (*gathered, *self._store.period(span.code, start_s).values())):
            whole(self, span, start_s, end_s)

    patch(Pipeline, "_complete", complete)


@defect(
    "register-under-a-code-of-its-own",
    en="the closing register is sent under a code that no centre was told of",
    zh="将表底读数以未约定的编码上传",
    clauses=("isc-2/7.2.4(1)e",),
)
def register_under_a_code_of_its_own(patch: Patch) -> None:
    """An extension for one customer was left on for all (F20)."""
    patch(CentreLink, "reading_suffix", property(lambda self: self.config.reading_suffix))
