# pyright: reportPrivateUsage=false
"""Defects of a master and its slaves."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import msgspec

from conformance.defects import Patch, defect
from reference_terminal.group.door import GroupDoor
from reference_terminal.group.reported import Reports, Row
from reference_terminal.model import numbers
from reference_terminal.model.rows import Record
from reference_terminal.net import channel
from reference_terminal.net.channel import Line, PlainLine
from reference_terminal.net.http import HttpClient
from reference_terminal.processing import derivation
from reference_terminal.processing.formula import Operand, Outcome
from reference_terminal.processing.pipeline import Pipeline
from reference_terminal.settings.derived import DerivedConfig
from reference_terminal.settings.group import SlaveConfig
from reference_terminal.storage.outbox import BACKFILL, LIVE
from reference_terminal.uplink.platforms.master import MasterLink

_CLAUSES = ("csmt/11.13l", "csmt/11.13m")


@defect(
    "slaves-not-counted",
    en="totals count the master's own meters and nothing of its slaves",
    zh="合计只计主终端自身表计，不计从终端数据",
    clauses=("csmt/11.13j", "csmt/11.13k", *_CLAUSES),
)
def slaves_not_counted(patch: Patch) -> None:
    """What no meter of the terminal's own said counts as nothing."""
    whole = derivation.evaluate

    def evaluate(told: DerivedConfig, operands: Mapping[str, Operand], length_s: int) -> Outcome:
        return whole(told, {name: _emptied(operand) for name, operand in operands.items()}, length_s)

    patch(derivation, "evaluate", evaluate)


def _emptied(operand: Operand) -> Operand:
    record = operand.record
    if record is None or record.opening is not None or record.value is None:
        return operand
    return replace(operand, record=msgspec.structs.replace(record, value="0"))


@defect(
    "absent-slave-counts-as-nothing",
    en="a total leaves out the slave that has not reported, and looks whole",
    zh="合计略去未上报的从终端，却表现为完整",
    clauses=_CLAUSES,
)
def absent_slave_counts_as_nothing(patch: Patch) -> None:
    """Nothing is added for a period that was not reported."""
    whole = derivation.evaluate

    def evaluate(told: DerivedConfig, operands: Mapping[str, Operand], length_s: int) -> Outcome:
        return whole(told, {name: _forgiven(operand) for name, operand in operands.items()}, length_s)

    patch(derivation, "evaluate", evaluate)


def _forgiven(operand: Operand) -> Operand:
    record = operand.record
    if record is None or record.value is not None:
        return operand
    return replace(operand, record=msgspec.structs.replace(record, value="0", flag="N", cause=""))


@defect(
    "one-slave-kept-under-another",
    en="what the second slave reports is kept under the points of the first",
    zh="第二台从终端上报的数据记到第一台名下",
    clauses=_CLAUSES,
)
def one_slave_kept_under_another(patch: Patch) -> None:
    """Points are looked up by their order, whoever reports them."""
    whole, first = Reports.take, dict[str, SlaveConfig]()

    def take(self: Reports, slave: SlaveConfig, rows: Sequence[Row]) -> bool:
        found = first.setdefault("first", slave)
        names = dict(zip(slave.points, found.points, strict=False))
        return whole(self, found, [msgspec.structs.replace(row, point=names[row.point]) for row in rows])

    patch(Reports, "take", take)


@defect(
    "repeated-report-counts-again",
    en="a record that a slave reports again, its confirmation being lost, counts once more",
    zh="从终端因未收到确认而重报的记录被重复计入",
    clauses=_CLAUSES,
)
def repeated_report_counts_again(patch: Patch) -> None:
    """What comes is added to what is there."""
    whole = Reports._record

    def record(self: Reports, slave: SlaveConfig, row: Row) -> Record:
        made = whole(self, slave, row)
        known = self._known(made)
        if known is None or known.value is None or made.value is None or known.value != made.value:
            return made
        return msgspec.structs.replace(made, value=numbers.text(Decimal(known.value) + Decimal(made.value)))

    patch(Reports, "_record", record)


@defect(
    "late-reports-change-nothing",
    en="what a slave reports after its period was closed is confirmed and thrown away",
    zh="时段结束后补报的从终端数据被确认却丢弃",
    clauses=_CLAUSES,
)
def late_reports_change_nothing(patch: Patch) -> None:
    """A period that has a record is done with."""
    patch(Reports, "_differs", lambda self, known, record: False)


@defect(
    "slave-sends-what-is-new-only",
    en="what a slave could not report in time it never reports",
    zh="从终端未能按时上报的数据不再补报",
    clauses=_CLAUSES,
)
def slave_sends_what_is_new_only(patch: Patch) -> None:
    """After a failure the queue is emptied."""

    def failed(self: MasterLink, error: Exception) -> None:
        waiting = [item for stream in (LIVE, BACKFILL) for item in self.outbox._waiting(stream)]
        self.outbox.give_up(waiting, "too late")

    patch(MasterLink, "failed", failed)


@defect(
    "slave-keeps-nothing-without-its-master",
    en="a slave that cannot reach its master keeps no records",
    zh="从终端连不上主终端时不保存数据",
    clauses=_CLAUSES,
)
def slave_keeps_nothing_without_its_master(patch: Patch) -> None:
    """From the first failure on closed periods are dropped."""

    def failed(self: MasterLink, error: Exception) -> None:
        vars(self._store)["add_records"] = lambda records: None

    patch(MasterLink, "failed", failed)


@defect(
    "master-waits-for-its-slaves",
    en="while a slave reports nothing the master reports nothing either",
    zh="从终端未上报时，主终端也停止上报",
    clauses=("csmt/11.13m",),
)
def master_waits_for_its_slaves(patch: Patch) -> None:
    """A period is closed once everybody has reported it."""
    whole = Pipeline.close_overdue

    async def close_overdue(self: Pipeline) -> None:
        if self.reported:
            await asyncio.Event().wait()
        await whole(self)

    patch(Pipeline, "close_overdue", close_overdue)


@defect(
    "name-in-the-report-is-enough",
    en="whoever says to be a slave is taken for it, whatever certificate he has shown",
    zh="仅凭上报名称认定从终端，不核对证书",
    clauses=(*_CLAUSES, "isc-2/7.4.2.1[2]h"),
)
def name_in_the_report_is_enough(patch: Patch) -> None:
    """Any certificate of the authority will do."""
    patch(GroupDoor, "is_itself", lambda self, certified, name: True)


@defect(
    "strangers-unlogged",
    en="a terminal that is not known is refused without a word in the log",
    zh="拒绝未登记的终端但不记日志",
    clauses=("isc-2/7.4.1.3(1)d",),
)
def strangers_unlogged(patch: Patch) -> None:
    """It got nothing, so that nothing happened."""
    patch(GroupDoor, "tell_stranger", lambda self, peer, name, reason: None)


@defect(
    "slaves-report-in-the-clear",
    en="a slave reports to its master by HTTP without TLS, and the name in the report says who it is",
    zh="从终端以不加密的 HTTP 向主终端上报，身份仅凭上报名称",
    clauses=("isc-2/7.4.2.1[2]h",),
)
def slaves_report_in_the_clear(patch: Patch) -> None:
    """Between the terminals of one site there is only our own network."""

    def client(self: MasterLink) -> HttpClient:
        context = self._context
        plain = replace(context.security, channel=channel.PLAIN)
        return HttpClient(plain, context.config.host, context.clock.now_s, context.config.connect_timeout_s)

    async def secure(self: GroupDoor, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str) -> Line:
        return PlainLine(reader, writer)

    patch(MasterLink, "client", client)
    patch(GroupDoor, "_secure", secure)
    patch(GroupDoor, "is_itself", lambda self, certified, name: True)
