# pyright: reportPrivateUsage=false
"""Defects of what is read from other systems: OPC UA servers, CEMS, databases.

Leaves meters on lines and networks to `interfaces` and `acquisition`, collectors to `collectors`.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from conformance.defects import Patch, defect
from conformance.defects.seams import keeps_last_values, leaves_standing
from reference_terminal.acquisition.driver import Content, Poll
from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.acquisition.modbus.driver import ModbusMeter
from reference_terminal.acquisition.opcua import client, driver
from reference_terminal.acquisition.opcua.client import OpcUaClient
from reference_terminal.acquisition.sql import odbc, row_source
from reference_terminal.acquisition.sql.driver import SqlMeter
from reference_terminal.acquisition.sql.row_source import Row, RowSource
from reference_terminal.model import reading
from reference_terminal.model.messages import Alarm, Text
from reference_terminal.processing.gaps import GapKeeper
from reference_terminal.storage.journal import Journal

_OPC = ("csmt/11.3c-6", "isc-2/7.2.2(2)m")
_CEMS = ("csmt/11.3c-1",)
_SQL = ("isc-2/7.2.2(2)l", "csmt/11.3c-2", "csmt/11.3c-3")


@defect(
    "opcua-values-cut",
    en="numbers of OPC UA keep four digits",
    zh="OPC UA 数值只保留四位数字",
    clauses=(*_OPC, *_CEMS),
)
def opcua_values_cut(patch: Patch) -> None:
    """Everything is printed through %.4g."""
    real = driver.number_in

    def number_in(value: Any) -> tuple[str, Decimal | None]:
        raw, number = real(value)
        return raw, None if number is None else Decimal(f"{Decimal(f'{float(number):.4g}'):f}")

    patch(driver, "number_in", number_in)


@defect(
    "opcua-first-endpoint-of-its-mode",
    en="of several endpoints of an OPC UA server the first one of the mode is taken, whatever its policy",
    zh="OPC UA 服务器有多个端点时，只按安全模式取第一个，不看安全策略",
    clauses=_OPC,
)
def opcua_first_endpoint(patch: Patch) -> None:
    """Every server of its tests had one policy."""

    def certificate_of(endpoints: Sequence[Any], mode: Any) -> bytes | None:
        return next((bytes(each.ServerCertificate) for each in endpoints if each.SecurityMode == mode), None)

    patch(client, "certificate_of", certificate_of)


@defect(
    "opcua-octets-unknown",
    en="nodes of OPC UA that hold whole numbers of one octet have no number",
    zh="无法读取 OPC UA 的单字节整数节点",
    clauses=_OPC,
)
def opcua_octets_unknown(patch: Patch) -> None:
    """The table of types begins with 16 bits, as registers do."""
    real = driver.number_in

    def number_in(value: Any) -> tuple[str, Decimal | None]:
        raw, number = real(value)
        return raw, None if len(raw) == 2 else number

    patch(driver, "number_in", number_in)


@defect(
    "opcua-values-of-poll-before",
    en="each answer of OPC UA is stored with the time of the next poll",
    zh="OPC UA 应答被记在下一次轮询的时间",
    clauses=(*_OPC, *_CEMS),
)
def opcua_values_of_poll_before(patch: Patch) -> None:
    """A buffer is emptied before it is filled; the age of what is in it nobody asks."""
    real = OpcUaClient.read
    before: dict[tuple[str, ...], list[Any]] = {}

    async def read(self: OpcUaClient, nodes: Sequence[str]) -> list[Any]:
        now = await real(self, nodes)
        then = before.get(tuple(nodes), now)
        before[tuple(nodes)] = now
        for old, new in zip(then, now, strict=True):
            old.SourceTimestamp = new.SourceTimestamp
        return then

    patch(OpcUaClient, "read", read)


@defect(
    "opcua-status-ignored",
    en="values of OPC UA are taken whatever their status says",
    zh="忽略 OPC UA 状态码",
    clauses=(*_OPC, *_CEMS),
)
def opcua_status_ignored(patch: Patch) -> None:
    """The data value is unpacked to its value at once."""
    real = driver.content_of

    def content_of(value: Any, now_ms: int, max_age_s: int) -> Content:
        value.StatusCode = None
        return real(value, now_ms, max_age_s)

    patch(driver, "content_of", content_of)


@defect(
    "opcua-last-value-kept",
    en="a device behind OPC UA that has no value keeps its last one",
    zh="OPC UA 无有效值时沿用上一数值",
    clauses=(*_OPC, *_CEMS),
)
def opcua_last_value_kept(patch: Patch) -> None:
    """The picture of the process is shown whole, whatever was read of it."""
    keeps_last_values(patch)


@defect(
    "opcua-clock-to-the-millisecond",
    en="a value that was measured a moment before it is read counts as old",
    zh="读取前一瞬测得的值被视为陈旧",
    clauses=(*_OPC, *_CEMS),
)
def opcua_clock_to_the_millisecond(patch: Patch) -> None:
    """Every second value is refused: the way from the server takes time."""
    real = driver.content_of
    count = [0]

    def content_of(value: Any, now_ms: int, max_age_s: int) -> Content:
        count[0] += 1
        return real(value, now_ms, max_age_s if count[0] % 50 else -1)

    patch(driver, "content_of", content_of)


@defect(
    "gap-of-system-begins-late",
    en="a gap of values from a system begins and ends a cycle late",
    zh="系统数据缺口的起止时间晚一个周期",
    clauses=(*_OPC, *_CEMS),
)
def gap_of_system_begins_late(patch: Patch) -> None:
    """A gap begins where the first look at it was taken, which is three cycles later."""
    real = GapKeeper.miss

    def miss(self: GapKeeper, first_s: int, count: int, cause: str) -> bool:
        began = real(self, first_s, count, cause)
        if began and self.current is not None:
            self.current.start_s += 180
        return began

    patch(GapKeeper, "miss", miss)


@defect(
    "opcua-source-time-ignored",
    en="values of OPC UA are new whenever they are read",
    zh="忽略 OPC UA 源时间戳",
    clauses=_OPC,
)
def opcua_source_time_ignored(patch: Patch) -> None:
    """The time of the answer stands for that of the measurement."""
    real = driver.content_of
    patch(driver, "content_of", lambda value, now_ms, max_age_s: real(value, now_ms, 86_400))


@defect(
    "opcua-uncertain-as-good",
    en="a value of uncertain status is stored as good",
    zh="状态不确定的值存为有效",
    clauses=_OPC,
)
def opcua_uncertain_as_good(patch: Patch) -> None:
    """What is not bad is good."""
    real = driver.content_of

    def content_of(value: Any, now_ms: int, max_age_s: int) -> Content:
        return replace(real(value, now_ms, max_age_s), questionable="")

    patch(driver, "content_of", content_of)


@defect(
    "opcua-old-for-ever",
    en="a device that told an old value once is not read again",
    zh="出现一次陈旧值后不再读取该设备",
    clauses=_OPC,
)
def opcua_old_for_ever(patch: Patch) -> None:
    """A fuse blows, and nobody puts in another."""
    real = driver.content_of
    blown: list[None] = []

    def content_of(value: Any, now_ms: int, max_age_s: int) -> Content:
        found = real(value, now_ms, max_age_s)
        if found.cause == reading.STALE:
            blown.append(None)
        return replace(found, value=None, cause=reading.STALE) if blown else found

    patch(driver, "content_of", content_of)


@defect(
    "opcua-any-certificate",
    en="any certificate of an OPC UA server is accepted",
    zh="接受 OPC UA 服务器的任何证书",
    clauses=_OPC,
)
def opcua_any_certificate(patch: Patch) -> None:
    """Trust on every use."""
    patch(client, "trusted", lambda name, shown, anchors, now_s: None)


@defect(
    "opcua-refusal-untold",
    en="nobody is told of a certificate that was refused",
    zh="拒绝证书时无任何提示",
    clauses=_OPC,
)
def opcua_refusal_untold(patch: Patch) -> None:
    """Neither alarm nor log."""
    real = Journal.put_alarm

    def put_alarm(self: Journal, alarm: Alarm, subject: str, text: Text) -> None:
        if alarm != client.ALARM:
            real(self, alarm, subject, text)

    patch(Journal, "put_alarm", put_alarm)


@defect(
    "opcua-refused-for-ever",
    en="a server whose certificate was refused once is not asked again",
    zh="证书被拒绝一次后不再连接该服务器",
    clauses=_OPC,
)
def opcua_refused_for_ever(patch: Patch) -> None:
    """Somebody has to press a button first."""

    def put_off(self: OpcUaClient) -> None:
        self._not_before_s = self._loop.time() + 86_400

    patch(OpcUaClient, "_put_off", put_off)


@defect(
    "sql-rows-skipped",
    en="now and then a row is passed over",
    zh="偶尔漏读数据行",
    clauses=_SQL,
)
def sql_rows_skipped(patch: Patch) -> None:
    """The mark is set behind the newest row before the rows are read."""
    real = RowSource._note

    def note(self: RowSource, row: Row) -> None:
        if row.id % 20:
            real(self, row)
        else:
            self._known[row.id] = None
            self._after = max(self._after, row.id)

    patch(RowSource, "_note", note)


@defect(
    "sql-rows-of-energy-skipped",
    en="now and then a row of the energy system is passed over",
    zh="偶尔漏读能源系统的数据行",
    clauses=("csmt/11.3c-3",),
)
def sql_rows_of_energy_skipped(patch: Patch) -> None:
    """Each system has a reader of its own, and that of the energy system counts from nought."""
    _skips_rows(patch, "energy-system")


@defect(
    "sql-rows-of-production-skipped",
    en="now and then a row of the production system is passed over",
    zh="偶尔漏读生产系统的数据行",
    clauses=("csmt/11.3c-2",),
)
def sql_rows_of_production_skipped(patch: Patch) -> None:
    """Each system has a reader of its own, and that of the production system counts from nought."""
    _skips_rows(patch, "production-system")


def _skips_rows(patch: Patch, system: str) -> None:
    real = SqlMeter.put

    def put(self: SqlMeter, row: Row) -> None:
        if self.config.id != system or row.id % 10 > 1:
            real(self, row)

    patch(SqlMeter, "put", put)


@defect(
    "sql-late-rows-dropped",
    en="rows that come when their cycle is over are dropped",
    zh="丢弃迟到的数据行",
    clauses=_SQL,
)
def sql_late_rows_dropped(patch: Patch) -> None:
    """The cycle is over, and what belongs to it with it."""
    patch(SqlMeter, "_hand_late", lambda self, slot_s, rows: None)


@defect(
    "sql-value-rounded",
    en="values of a database lose their last digit",
    zh="数据库数值丢失末位",
    clauses=_SQL,
)
def sql_value_rounded(patch: Patch) -> None:
    """One decimal is enough for everybody."""
    real = row_source.content_of

    def content_of(value: Any) -> Content:
        found = real(value)
        return found if found.value is None else replace(found, value=round(found.value, 1))

    patch(row_source, "content_of", content_of)


@defect(
    "sql-row-stamped-when-read",
    en="rows are stored with the time at which they are read",
    zh="以读取时间代替行内时间",
    clauses=_SQL,
)
def sql_row_stamped_when_read(patch: Patch) -> None:
    """The column with the time is not looked at."""
    real = SqlMeter.put
    patch(SqlMeter, "put", lambda self, row: real(self, replace(row, at_ms=self._clock.now_ms())))


@defect(
    "sql-null-as-nought",
    en="a row without a number is stored as 0",
    zh="空值行存为 0",
    clauses=_SQL,
)
def sql_null_as_nought(patch: Patch) -> None:
    """NULL is what zero looks like."""
    real = row_source.content_of
    patch(row_source, "content_of", lambda value: real("0" if value is None else value))


@defect(
    "sql-refused-for-ever",
    en="a database that refused the query once is not asked again",
    zh="数据库拒绝查询一次后不再访问",
    clauses=_SQL,
)
def sql_refused_for_ever(patch: Patch) -> None:
    """Somebody has to look into it first."""
    real, real_refused = RowSource.rows, RowSource._refused
    given_up: list[RowSource] = []

    async def rows(self: RowSource, since: int | None = None) -> list[Row]:
        if self in given_up:
            raise ReadFailed(reading.ERROR_ANSWER)
        return await real(self, since)

    def refused(self: RowSource, reason: str) -> None:
        given_up.append(self)
        real_refused(self, reason)

    patch(RowSource, "rows", rows)
    patch(RowSource, "_refused", refused)


@defect(
    "sql-refusal-stands-for-ever",
    en="the alarm that a database refuses the query stands on while it answers again",
    zh="数据库恢复应答后，拒绝查询的告警一直不解除",
    clauses=(*_SQL, "isc-2/8.2c"),
)
def sql_refusal_stands_for_ever(patch: Patch) -> None:
    """Whoever mended the query knows it."""
    leaves_standing(patch, row_source.ALARM)


@defect(
    "sql-highest-number-ends-reading",
    en="after a row with the highest number no row is read any more",
    zh="出现编号最大的行后不再读取数据行",
    clauses=_SQL,
)
def sql_highest_number_ends_reading(patch: Patch) -> None:
    """What is asked for lies above the highest number that was seen."""

    def advance(self: RowSource, number: int) -> None:
        self._after = max(self._after, number)

    patch(RowSource, "_advance", advance)


@defect(
    "odbc-numbers-short",
    en="numbers that come through ODBC are taken as 32-bit floats",
    zh="经 ODBC 取得的数值按 32 位浮点处理",
    clauses=("csmt/11.3c-7",),
)
def odbc_numbers_short(patch: Patch) -> None:
    """The column is bound to the buffer of another type."""
    real = odbc.ask

    def ask(url: str, query: str, after: int, patience_s: int) -> Sequence[Any]:
        def short(value: Any) -> Any:
            return None if value is None else str(struct.unpack("f", struct.pack("f", float(value)))[0])

        return [(*row[:3], short(row[3])) for row in real(url, query, after, patience_s)]

    patch(odbc, "ask", ask)


@defect(
    "system-values-shortened",
    en="values that a third-party system gives by Modbus keep one decimal",
    zh="第三方系统经 Modbus 提供的数值只保留一位小数",
    clauses=("csmt/11.3c-5", "csmt/4h"),
)
def system_values_shortened(patch: Patch) -> None:
    """They were taken for the readings of meters, which show no more."""
    real = ModbusMeter.read

    async def read(self: ModbusMeter, *args: Any, **named: Any) -> Poll:
        poll = await real(self, *args, **named)
        for each in poll.readings:
            each.value = None if each.value is None else round(each.value, 1)
        return poll

    patch(ModbusMeter, "read", read)


@defect(
    "sql-only-higher-numbers",
    en="a row whose number is lower than one that was read is never looked for",
    zh="编号低于已读行的新行不再读取",
    clauses=("isc-2/7.2.2(2)l",),
)
def sql_only_higher_numbers(patch: Patch) -> None:
    """Numbers rise, and so do rows: a transaction that commits late was not thought of."""
    whole = RowSource.rows

    async def rows(self: RowSource, since: int | None = None) -> list[Row]:
        after = self._after
        return [row for row in await whole(self, since) if row.id > after]

    patch(RowSource, "rows", rows)
