# pyright: reportPrivateUsage=false
"""Defects of commands: reading at once, history requests, requests that are refused without cause.

Leaves reading the octets of a request to `protocol` and setting the clock to `clock`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

import msgspec

from conformance.defects import Patch, defect
from reference_terminal.acquisition.collectors import slots
from reference_terminal.acquisition.driver import Poll
from reference_terminal.acquisition.mqtt.driver import MqttMeter
from reference_terminal.acquisition.sql.driver import SqlMeter
from reference_terminal.assembly import Terminal
from reference_terminal.hj212 import message as messages
from reference_terminal.hj212.message import Message
from reference_terminal.model import numbers
from reference_terminal.model.clock import WallClock
from reference_terminal.model.reading import STALE, Reading
from reference_terminal.model.rows import Record
from reference_terminal.model.times import HOUR, MINUTE, Span
from reference_terminal.processing.pipeline import Pipeline
from reference_terminal.settings.centre_parameters import CentreSettings
from reference_terminal.storage.store import Store
from reference_terminal.uplink.hj212 import commands as command_module
from reference_terminal.uplink.hj212 import packets
from reference_terminal.uplink.hj212.commands import CommandSet
from reference_terminal.uplink.hj212.link import CentreLink
from reference_terminal.uplink.hj212.packets import Channel

_FRAMES = ("isc-2/7.2.4k",)


def _answers_with(patch: Patch, other: Callable[[Message, int], int]) -> None:
    """Answer a request with another code than the terminal's, which `other` is given too."""

    def check(self: CommandSet, link: CentreLink, request: Message) -> int:
        return other(request, sound(self, link, request))

    sound = patch(CommandSet, "check", check)


# Reading at once


@defect(
    "read-now-only-switches-on",
    en="2011 switches real-time data on, but no data answer it",
    zh="收到 2011 只打开实时上传，不返回数据",
    clauses=("isc-2/9.1e",),
)
def read_now_only_switches_on(patch: Patch) -> None:
    """The command is taken for a setting; data come with the next cycle."""

    async def start(self: CommandSet, link: CentreLink, request: Message) -> None:
        self._change(link, "realtime_on", 1)
        link.send(link.answer_to(request, "9011", "QnRtn=1"))
        link.send(link.answer_to(request, "9012", "ExeRtn=1"))

    patch(CommandSet, "_start_realtime", start)


def _keeps_latest(patch: Patch) -> dict[int, Reading]:
    """The latest scheduled reading of each point, as the terminal's links come to know it."""
    latest: dict[int, Reading] = {}

    def note(self: CentreLink, readings: Sequence[Reading]) -> None:
        sound(self, readings)
        for reading in readings:
            latest[reading.point] = msgspec.structs.replace(reading)

    sound = patch(CentreLink, "note_readings", note)
    return latest


@defect(
    "read-now-from-memory",
    en="2011 is answered with the readings of the last cycle",
    zh="以上一周期读数应答即时采集命令",
    clauses=("isc-2/9.1e",),
)
def read_now_from_memory(patch: Patch) -> None:
    """The value on the screen is taken for the value now."""
    latest = _keeps_latest(patch)

    async def read_now(self: Terminal, points: Sequence[int]) -> list[Reading]:
        return [latest[point] for point in points if point in latest]

    patch(Terminal, "read_now", read_now)


@defect(
    "read-now-sends-the-one-before",
    en="2011 reads the meters afresh but sends the readings of the last cycle",
    zh="虽重新读表，却上传上一周期读数",
    clauses=("isc-2/9.1e",),
)
def read_now_sends_the_one_before(patch: Patch) -> None:
    """The answer is built while the request is still on the bus."""
    latest = _keeps_latest(patch)

    async def read_now(self: Terminal, points: Sequence[int]) -> list[Reading]:
        fresh: list[Reading] = await sound(self, points)
        return [latest.get(reading.point, reading) for reading in fresh]

    sound = patch(Terminal, "read_now", read_now)


@defect(
    "read-now-tells-nothing-of-collectors",
    en="2011 is answered with the meters that the terminal asks itself, and nothing of collectors and databases",
    zh="即时采集应答只含自采表计，不含采集器与数据库的数据",
    clauses=("isc-2/7.2.3-A(2)c",),
)
def read_now_tells_nothing_of_collectors(patch: Patch) -> None:
    """Who speaks by himself cannot be asked."""
    patch(MqttMeter, "_said_last", _nothing_said)


def _nothing_said(self: MqttMeter, clock: WallClock) -> Poll:
    return Poll(slots.nothing(self.config, self._first, clock.now_s(), clock.now_ms(), STALE), True)


@defect(
    "read-now-tells-the-last-but-one",
    en="2011 is answered with the rows of a database before the last",
    zh="即时采集以数据库上一批数据应答",
    clauses=("isc-2/7.2.3-A(2)c",),
)
def read_now_tells_the_last_but_one(patch: Patch) -> None:
    """Two buffers are changed over when the next rows come."""
    before: dict[int, Poll] = {}

    async def last(self: SqlMeter, clock: WallClock) -> Poll:
        found = await whole(self, clock)
        return before.setdefault(id(self), found)

    whole = patch(SqlMeter, "_last", last)


@defect(
    "read-now-takes-its-time",
    en="the answer to 2011 waits for the next run of a task that runs every ten seconds",
    zh="即时采集应答等待 10 s 周期任务",
    clauses=("isc-2/9.1e",),
)
def read_now_takes_its_time(patch: Patch) -> None:
    """Commands are put into a list that is looked at now and then."""

    async def read_now(self: Terminal, points: Sequence[int]) -> list[Reading]:
        fresh = await sound(self, points)
        await asyncio.sleep(10 - self.clock.now_s() % 10 + 5)
        return fresh

    sound = patch(Terminal, "read_now", read_now)


@defect(
    "read-now-one-meter",
    en="2011 is answered with the first meter's values only",
    zh="即时采集仅返回第一块表的数据",
    clauses=("isc-2/7.2.3-A(2)c",),
)
def read_now_one_meter(patch: Patch) -> None:
    """The answer is sent when the first meter has replied; the others come too late for it."""

    async def read_now(self: Terminal, points: Sequence[int]) -> list[Reading]:
        fresh: list[Reading] = await sound(self, points)
        first = {state.number for state in self.pipeline.meter_points[0]}
        return [reading for reading in fresh if reading.point in first]

    sound = patch(Terminal, "read_now", read_now)


# History requests


@defect(
    "history-unknown",
    en="history requests are refused as unknown commands",
    zh="不识别历史数据请求",
    clauses=("isc-2/7.2.4i",),
)
def history_unknown(patch: Patch) -> None:
    """The query commands of table 9 were never programmed."""
    wrong, unknown = command_module.WRONG_CN, ("2031", "2051", "2061")
    _answers_with(patch, lambda request, code: wrong if request.cn in unknown else code)


def _periods(patch: Patch, seconds_before: int, seconds_after: int) -> None:
    """Look for stored periods in a range that begins so many seconds earlier and ends so many later."""

    def periods(self: Store, span: int, begin_s: int, end_s: int) -> list[int]:
        return sound(self, span, begin_s - seconds_before, end_s + seconds_after)

    sound = patch(Store, "periods", periods)


@defect(
    "history-half-open",
    en="the period that begins at EndTime is left out of a history request",
    zh="历史请求不含终点时刻的记录",
    clauses=("isc-2/7.2.3-A(3)b",),
)
def history_half_open(patch: Patch) -> None:
    """A half-open range where the standard's is closed (NC15)."""
    _periods(patch, 0, -1)


@defect(
    "history-an-hour-more",
    en="a history request brings the hour before and the hour after as well",
    zh="历史请求多返回前后各一小时记录",
    clauses=("isc-2/7.2.3-A(3)b",),
)
def history_an_hour_more(patch: Patch) -> None:
    """Whole files are sent, whatever part of them was asked for."""
    _periods(patch, HOUR.code, HOUR.code)


@defect(
    "history-begins-later",
    en="the period that begins at BeginTime is left out of a history request",
    zh="历史请求不含起点时刻的记录",
    clauses=("isc-2/7.2.3-A(3)b",),
)
def history_begins_later(patch: Patch) -> None:
    """Greater where greater or equal was meant."""
    _periods(patch, -1, 0)


@defect(
    "history-rounded",
    en="records sent on request are rounded to whole units",
    zh="历史应答数据取整",
    clauses=("isc-2/7.2.3-A(3)b",),
)
def history_rounded(patch: Patch) -> None:
    """The archive that serves queries keeps whole numbers only."""
    asked: list[bool] = []

    async def history(self: CommandSet, link: CentreLink, request: Message, span: Span, fields: dict[str, str]) -> int:
        asked.append(True)
        try:
            return await sound(self, link, request, span, fields)
        finally:
            asked.pop()

    def items(channels: Sequence[Channel], records: Mapping[int, Record], reading_suffix: str) -> list[str]:
        if not asked:
            return exact(channels, records, reading_suffix)
        return exact(channels, {point: _rounded(record) for point, record in records.items()}, reading_suffix)

    sound = patch(CommandSet, "history", history)
    exact = patch(packets, "record_items", items)


def _rounded(record: Record) -> Record:
    def whole(text: str | None) -> str | None:
        return None if text is None else numbers.text(numbers.CONTEXT.create_decimal(text).to_integral_value())

    return msgspec.structs.replace(record, value=whole(record.value), low=whole(record.low), high=whole(record.high))


@defect(
    "history-hours-are-last-minutes",
    en="a request for hour data is answered with the last minute of each hour",
    zh="小时历史以该小时末分钟数据应答",
    clauses=("isc-2/7.2.3-A(3)b",),
)
def history_hours_are_last_minutes(patch: Patch) -> None:
    """Hour data are picked from the minute table by their end instead of being read from their own."""
    spans: list[int] = []

    async def hours(self: CommandSet, link: CentreLink, request: Message, fields: dict[str, str]) -> int:
        spans.append(HOUR.code)
        try:
            return await self.history(link, request, HOUR, fields)
        finally:
            spans.pop()

    def period(self: Store, span: int, start_s: int) -> dict[int, Record]:
        if not spans or span != HOUR.code:
            return sound(self, span, start_s)
        return sound(self, MINUTE.code, start_s + HOUR.code - MINUTE.code)

    patch(CommandSet, "_hour_history", hours)
    sound = patch(Store, "period", period)


@defect(
    "empty-range-is-success",
    en="a history request for a range without data ends with success",
    zh="无数据时段的历史请求返回执行成功",
    clauses=("isc-2/7.2.3-A(3)b",),
)
def empty_range_is_success(patch: Patch) -> None:
    """ExeRtn 1 for everything that raised no error; 100 is never used (NC15)."""

    async def history(self: CommandSet, link: CentreLink, request: Message, span: Span, fields: dict[str, str]) -> int:
        result = await sound(self, link, request, span, fields)
        return command_module.DONE if result == command_module.NO_DATA else result

    sound = patch(CommandSet, "history", history)


@defect(
    "history-result-before-data",
    en="the execution of a history request is reported before its data are sent",
    zh="先回执行结果，后发送历史数据",
    clauses=("isc-2/7.2.4i",),
)
def history_result_before_data(patch: Patch) -> None:
    """The request is put into a queue, and that is reported as its execution."""

    async def history(self: CommandSet, link: CentreLink, request: Message, span: Span, fields: dict[str, str]) -> int:
        link.send(link.answer_to(request, "9012", "ExeRtn=1"))
        return await sound(self, link, request, span, fields)

    sound = patch(CommandSet, "history", history)


# Settings and refusals


@defect(
    "settings-accepted-and-forgotten",
    en="what a centre sets is confirmed and not put in force",
    zh="中心下发的参数应答成功但不生效",
    clauses=_FRAMES,
)
def settings_accepted_and_forgotten(patch: Patch) -> None:
    """The page of the configuration tool is the only way to change anything."""

    def change(self: CommandSet, link: CentreLink, name: str, value: int | str) -> int:
        return own(self, link, name, value) if name == "realtime_on" else command_module.DONE

    own = patch(CommandSet, "_change", change)


def _not_kept(patch: Patch, *names: str) -> None:
    """These settings act until the next start."""

    def keep(self: CentreSettings, name: str, value: int | str) -> bool:
        if name not in names:
            return own(self, name, value)
        setattr(self, name, value == 1 if name == "realtime_on" else value)
        for listener in self.changed:
            listener()
        return True

    own = patch(CentreSettings, "keep", keep)


@defect(
    "time-outs-until-the-next-start",
    en="time-out and number of repetitions that a centre set are those of the file after a restart",
    zh="中心设定的超时时间与重发次数断电后恢复为出厂值",
    clauses=_FRAMES,
)
def time_outs_until_the_next_start(patch: Patch) -> None:
    """Of the transport, and so of the session."""
    _not_kept(patch, "overtime_s", "recount")


@defect(
    "realtime-begins-again-at-a-start",
    en="real-time data that a centre has ended come again after a restart",
    zh="断电重启后重新上传已被中心停止的实时数据",
    clauses=_FRAMES,
)
def realtime_begins_again_at_a_start(patch: Patch) -> None:
    """A start is a new connection, and a new connection begins with everything."""
    _not_kept(patch, "realtime_on")


@defect(
    "settings-until-the-next-start",
    en="what a centre sets is forgotten with the power",
    zh="断电后中心下发的参数丢失",
    clauses=_FRAMES,
)
def settings_until_the_next_start(patch: Patch) -> None:
    """In force, but in memory alone."""
    _not_kept(patch, "overtime_s", "recount", "realtime_s", "minute_interval", "realtime_on", "pw")


@defect(
    "settings-belong-to-the-vendor",
    en="every setting of a centre is refused",
    zh="拒绝中心下发的一切参数",
    clauses=_FRAMES,
)
def settings_belong_to_the_vendor(patch: Patch) -> None:
    """QnRtn 2 for everything but questions."""
    _answers_with(patch, lambda request, code: 2 if request.cn in ("1000", "1062", "1064", "1072") else code)


@defect(
    "questions-belong-to-the-vendor",
    en="a centre may not ask what is set",
    zh="拒绝中心读取参数",
    clauses=_FRAMES,
)
def questions_belong_to_the_vendor(patch: Patch) -> None:
    """QnRtn 2 for questions."""
    _answers_with(patch, lambda request, code: 2 if request.cn in ("1061", "1063", "2012") else code)


@defect(
    "realtime-cannot-be-stopped",
    en="2012 is confirmed, and real-time data go on",
    zh="2012 应答后仍继续上传实时数据",
    clauses=_FRAMES,
)
def realtime_cannot_be_stopped(patch: Patch) -> None:
    """A notification is something to be answered."""
    patch(CommandSet, "_stop_realtime", lambda self, link: None)  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "realtime-stays-off",
    en="after 2012 a 2011 brings one packet and no further ones",
    zh="2012 之后 2011 只返回一次数据，不恢复上传",
    clauses=_FRAMES,
)
def realtime_stays_off(patch: Patch) -> None:
    """The two meanings of 2011 taken for one."""

    def change(self: CommandSet, link: CentreLink, name: str, value: int | str) -> int:
        return command_module.DONE if (name, value) == ("realtime_on", 1) else own(self, link, name, value)

    own = patch(CommandSet, "_change", change)


@defect(
    "anybody-may-command",
    en="password, number and system code of a request are not compared",
    zh="不核对请求的密码、设备标识和系统编码",
    clauses=_FRAMES,
)
def anybody_may_command(patch: Patch) -> None:
    """Who has the connection has the terminal."""
    wrong = (command_module.WRONG_MN, command_module.WRONG_PW, command_module.WRONG_ST)
    _answers_with(patch, lambda request, code: command_module.ACCEPTED if code in wrong else code)


@defect(
    "one-code-for-all-refusals",
    en="every request that is refused is refused with QnRtn 2",
    zh="一律以 QnRtn=2 拒绝",
    clauses=_FRAMES,
)
def one_code_for_all_refusals(patch: Patch) -> None:
    """No is no."""
    _answers_with(patch, lambda request, code: code if code == command_module.ACCEPTED else 2)


@defect(
    "limits-left-out",
    en="the least and the greatest value of a setting are refused",
    zh="可设参数的最小值和最大值均被拒绝",
    clauses=_FRAMES,
)
def limits_left_out(patch: Patch) -> None:
    """Between was understood without its ends."""

    def number(self: CommandSet, fields: dict[str, str], name: str, low: int, high: int) -> int | None:
        return own(self, fields, name, low + 1, high - 1)

    own = patch(CommandSet, "_number", number)


@defect(
    "limits-one-too-far",
    en="a setting may be one less or one more than it may",
    zh="可设参数允许超出限值一个单位",
    clauses=_FRAMES,
)
def limits_one_too_far(patch: Patch) -> None:
    """The loop over the table counts from nought."""

    def number(self: CommandSet, fields: dict[str, str], name: str, low: int, high: int) -> int | None:
        return own(self, fields, name, low - 1, high + 1)

    own = patch(CommandSet, "_number", number)


@defect(
    "parameters-not-checked",
    en="parameters outside their range are confirmed and bent until they fit",
    zh="超出范围的参数也应答成功",
    clauses=_FRAMES,
)
def parameters_not_checked(patch: Patch) -> None:
    """Be lenient in what you accept."""

    async def request(self: CommandSet, link: CentreLink, asked: Message) -> None:
        self._reply(link, asked, "9011", "QnRtn=1")
        result = await self._handlers[asked.cn](link, asked, messages.parameters(asked.cp))
        if result == command_module.BAD_CONDITION:
            result = command_module.DONE
        self._reply(link, asked, "9012", f"ExeRtn={result}")

    patch(CommandSet, "_request", request)


@defect(
    "wrong-times-are-bent",
    en="a date that does not exist sets the clock to something near it",
    zh="不存在的日期时间被折算后用于校时",
    clauses=_FRAMES,
)
def wrong_times_are_bent(patch: Patch) -> None:
    """Arithmetic with the digits."""

    async def set_clock(self: CommandSet, link: CentreLink, request: Message, fields: dict[str, str]) -> int:
        result = await own(self, link, request, fields)
        if result == command_module.BAD_CONDITION:
            self._clock.set_s(self._clock.now_s() + 3600)
        return result

    own = patch(CommandSet, "_set_clock", set_clock)


@defect(
    "unknown-commands-in-silence",
    en="a command that the terminal does not know gets no answer",
    zh="对不支持的命令不作应答",
    clauses=_FRAMES,
)
def unknown_commands_in_silence(patch: Patch) -> None:
    """Not for me."""

    def answered(self: CommandSet, request: Message) -> bool:
        return own(self, request) and (request.cn in self._handlers or request.cn in ("2011", "2012"))

    own = patch(CommandSet, "is_answered", answered)


@defect(
    "old-password-still-good",
    en="commands with the password it was delivered with are obeyed for ever",
    zh="出厂密码始终有效",
    clauses=("isc-2/7.2.4k",),
)
def old_password_still_good(patch: Patch) -> None:
    """Somebody from service must be able to get in."""
    whole = CommandSet.check

    def check(self: CommandSet, link: CentreLink, request: Message) -> int:
        verdict = whole(self, link, request)
        return (
            command_module.ACCEPTED if verdict == command_module.WRONG_PW and request.pw == link.config.pw else verdict
        )

    patch(CommandSet, "check", check)


@defect(
    "new-password-for-uploads-only",
    en="the new password is put into uploads, and commands with it are refused",
    zh="新密码仅用于上传，使用新密码的命令被拒绝",
    clauses=("isc-2/7.2.4k",),
)
def new_password_for_uploads_only(patch: Patch) -> None:
    """What comes in is compared with the settings it was started with."""
    whole = CommandSet.check

    def check(self: CommandSet, link: CentreLink, request: Message) -> int:
        verdict = whole(self, link, request)
        return (
            command_module.WRONG_PW if verdict == command_module.ACCEPTED and request.pw != link.config.pw else verdict
        )

    patch(CommandSet, "check", check)


@defect(
    "new-class-without-the-last-poll",
    en="a class of periods that a centre sets begins without readings that are not committed yet",
    zh="新设时段的起算不含尚未提交的读数",
    clauses=("isc-2/9.3c", "isc-2/7.3.1e"),
)
def new_class_without_the_last_poll(patch: Patch) -> None:
    """What is in the store is what there is."""

    def use_span(self: Pipeline, span: Span) -> None:
        flush = self._store.flush
        self._store.flush = lambda: True
        try:
            own(self, span)
        finally:
            self._store.flush = flush

    own = patch(Pipeline, "use_span", use_span)
