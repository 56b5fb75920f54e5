# pyright: reportPrivateUsage=false
"""Defects of frames that only trouble brings about: seen by the standing questions of every case."""

from __future__ import annotations

from conformance.defects import Patch, defect
from reference_terminal.hj212.message import Message
from reference_terminal.model.rows import Record
from reference_terminal.uplink.hj212 import packets
from reference_terminal.uplink.hj212.link import CentreLink
from reference_terminal.uplink.hj212.packets import Channel

_CLAUSE = ("isc-2/7.2.4k",)


@defect(
    "empty-values-while-readings-fail",
    en="a period without value is sent with an empty value beside its flag",
    zh="无数值的时段上传空值加标记",
    clauses=_CLAUSE,
)
def empty_values_while_readings_fail(patch: Patch) -> None:
    """The field is always printed, whatever is in it."""
    whole = packets.record_item

    def item(channel: Channel, record: Record, reading_suffix: str) -> str:
        if record.value is None and channel.counter:
            return f"{channel.code}-Cou=,{channel.code}-Flag={record.flag}"
        return whole(channel, record, reading_suffix)

    patch(packets, "record_item", item)


@defect(
    "late-acknowledgements-answered",
    en="an acknowledgement that nobody waits for any more is answered",
    zh="对迟到的应答再作应答",
    clauses=_CLAUSE,
)
def late_acknowledgements_answered(patch: Patch) -> None:
    """What fits no exchange is taken for a notice."""
    whole = CentreLink._answer

    def answer(self: CentreLink, message: Message) -> None:
        known = (message.cn, message.qn) in self._waiting
        whole(self, message)
        if not known and message.cn == "9014":
            self.send(self.answer_to(message, "9013", ""))

    patch(CentreLink, "_answer", answer)


@defect(
    "results-told-twice",
    en="the result of a command is sent twice, to be sure",
    zh="命令执行结果重复发送",
    clauses=_CLAUSE,
)
def results_told_twice(patch: Patch) -> None:
    """Nothing acknowledges a 9012, so it is repeated."""
    whole = CentreLink.send

    def send(self: CentreLink, message: Message) -> None:
        whole(self, message)
        if message.cn == "9012":
            whole(self, message)

    patch(CentreLink, "send", send)
