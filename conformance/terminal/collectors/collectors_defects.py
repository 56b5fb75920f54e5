# pyright: reportPrivateUsage=false
"""Defects of how data of collectors are taken: numbers, times, repetitions, sessions, certificates.

Leaves meters that are read directly to `polling_defects` and `interfaces_defects`, centres' certificates
to `security.channels_defects`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from conformance.defects import Patch, defect
from conformance.defects.seams import believes_anybody, connects_with, hides_events, single
from reference_terminal.acquisition.collectors import messages, slots
from reference_terminal.acquisition.collectors.messages import DeviceReport
from reference_terminal.acquisition.driver import Content, Poll
from reference_terminal.acquisition.https.driver import HttpsMeter, Unanswered
from reference_terminal.acquisition.messages import COLLECTOR_REFUSED
from reference_terminal.acquisition.mqtt.client import MqttClient
from reference_terminal.acquisition.mqtt.driver import MqttMeter
from reference_terminal.model import reading
from reference_terminal.model.clock import WallClock
from reference_terminal.model.messages import text_of
from reference_terminal.model.times import Span
from reference_terminal.net.channel import ChannelRefused
from reference_terminal.processing.late import LateReadings, Place

_MQTT, _HTTPS = "csmt/11.3b-2", "csmt/11.3b-3"


@defect(
    "message-numbers-as-floats",
    en="numbers of messages pass through a 32-bit float",
    zh="报文数值经单精度浮点数转换",
    clauses=(_MQTT, _HTTPS),
)
def message_numbers_as_floats(patch: Patch) -> None:
    """The JSON library gives floats, and the point table holds 32 bits printed with five digits."""
    real = messages.content

    def content(value: Any, *, texts: bool) -> Content:
        found = real(value, texts=texts)
        return found if found.value is None else replace(found, value=single(found.value, 5))

    patch(messages, "content", content)


@defect(
    "every-other-period-of-collectors",
    en="what collectors say is kept of every other period only",
    zh="采集器数据每两个周期仅保留一个",
    clauses=("isc-2/7.2.4b",),
)
def every_other_period_of_collectors(patch: Patch) -> None:
    """The device has enough to do with its own meters."""
    published, asked = MqttMeter.read, HttpsMeter.read

    def left_out(meter: MqttMeter | HttpsMeter, slot_s: int, clock: WallClock) -> Poll:
        return Poll(slots.nothing(meter.config, meter._first, slot_s, clock.now_ms(), reading.MISSED), False)

    async def of_mqtt(
        self: MqttMeter, slot_s: int | None, clock: WallClock, retries: int, wait_s: float | None = None
    ) -> Poll:
        poll = await published(self, slot_s, clock, retries, wait_s)
        return left_out(self, slot_s, clock) if slot_s and slot_s // self.config.period_s % 2 else poll

    async def of_https(
        self: HttpsMeter, slot_s: int | None, clock: WallClock, retries: int, wait_s: float | None = None
    ) -> Poll:
        if slot_s and slot_s // self.config.period_s % 2:
            return left_out(self, slot_s, clock)
        return await asked(self, slot_s, clock, retries, wait_s)

    patch(MqttMeter, "read", of_mqtt)
    patch(HttpsMeter, "read", of_https)


@defect(
    "arrival-as-time-of-value",
    en="a value gets the time of its arrival in place of the message's own",
    zh="以到达时刻代替消息自带时刻",
    clauses=(_MQTT,),
)
def arrival_as_time_of_value(patch: Patch) -> None:
    """The collector's clock is not believed, so that nobody looks at it."""

    def instant(self: MqttMeter, report: DeviceReport) -> int | None:
        del report
        return self._clock.now_ms()

    patch(MqttMeter, "instant", instant)


@defect(
    "copies-sampled-again",
    en="a message that comes again is one more sample of its hour",
    zh="重复消息再次计入小时均值",
    clauses=(_MQTT,),
)
def copies_sampled_again(patch: Patch) -> None:
    """The driver takes every arrival for news; the store's key alone keeps the reading from standing there twice."""

    def is_known(self: LateReadings, place: Place, slot_s: int) -> bool:
        del self, place, slot_s
        return False

    patch(LateReadings, "_is_known", is_known)


@defect(
    "session-not-kept",
    en="the terminal asks the broker for a clean session",
    zh="以清除会话方式连接代理",
    clauses=(_MQTT,),
)
def session_not_kept(patch: Patch) -> None:
    """The default of the library: whatever comes while the connection is down is nobody's."""
    connects_with(patch, keep_session=False)


@defect(
    "backlog-taken-and-dropped",
    en="messages of slots that are over are acknowledged and thrown away",
    zh="确认滞后消息后丢弃",
    clauses=(_MQTT,),
)
def backlog_taken_and_dropped(patch: Patch) -> None:
    """Only the newest value of a point has a place."""

    def hand_late(self: MqttMeter, slot_s: int, held: Any) -> None:
        del slot_s
        self._client.settle(held.receipts)

    patch(MqttMeter, "_hand_late", hand_late)


@defect(
    "any-collector-will-do",
    en="a collector's certificate is not checked",
    zh="不校验采集器证书",
    clauses=(_MQTT, _HTTPS),
)
def any_collector_will_do(patch: Patch) -> None:
    """The devices in the plant's own network are trusted."""
    believes_anybody(patch)


@defect(
    "collectors-refused-silently",
    en="that a collector's certificate was refused is not in the log",
    zh="采集器证书被拒不记入日志",
    clauses=(_MQTT, _HTTPS),
)
def collectors_refused_silently(patch: Patch) -> None:
    """That there are no values is told, and not why."""
    hides_events(patch, lambda kind, en: kind == "alarm collector refused")


@defect(
    "collector-given-up",
    en="a collector that was refused once is never tried again",
    zh="采集器被拒绝一次后不再重试",
    clauses=(_MQTT, _HTTPS),
)
def collector_given_up(patch: Patch) -> None:
    """A bad certificate is an attack, and whoever attacks stays out until the next start."""
    once = MqttClient._once
    get = HttpsMeter._get
    out: dict[int, None] = {}

    async def stay_out(self: MqttClient) -> None:
        try:
            await once(self)
        except ChannelRefused as error:
            self._lost(COLLECTOR_REFUSED, reason=text_of(error))
            await asyncio.Event().wait()

    async def not_again(self: HttpsMeter) -> tuple[int, bytes]:
        if self._first in out:
            raise Unanswered(reading.NO_CONNECTION)
        try:
            return await get(self)
        except Unanswered as failure:
            if failure.cause == reading.NO_CONNECTION:
                out[self._first] = None
            raise

    patch(MqttClient, "_once", stay_out)
    patch(HttpsMeter, "_get", not_again)


@defect(
    "no-number-as-nought",
    en="what is no number, or absent, is taken for 0",
    zh="缺失或非数值内容按 0 处理",
    clauses=(_MQTT, _HTTPS),
)
def no_number_as_nought(patch: Patch) -> None:
    """`float(value or 0)` inside a `try` that gives 0."""
    real = messages.content
    of_tags: Callable[..., list[Content]] = messages.of_tags
    nought = Content("30", Decimal(0))

    def content(value: Any, *, texts: bool) -> Content:
        found = real(value, texts=texts)
        return found if found.value is not None else nought

    def tags(wanted: Any, contents: dict[str, Content]) -> list[Content]:
        return [nought if each.cause == reading.ABSENT else each for each in of_tags(wanted, contents)]

    patch(messages, "content", content)
    patch(slots, "of_tags", tags)


@defect(
    "old-answer-taken-for-new",
    en="a collector's answer counts as a reading of now, whatever time it says",
    zh="采集器应答不看自带时刻，一律按当前数据",
    clauses=(_HTTPS,),
)
def old_answer_taken_for_new(patch: Patch) -> None:
    """Whoever is asked now answers of now."""
    ask = HttpsMeter.ask

    async def asked(self: HttpsMeter, clock: WallClock) -> tuple[DeviceReport, int]:
        report, _ = await ask(self, clock)
        return report, clock.now_ms()

    patch(HttpsMeter, "ask", asked)


@defect(
    "late-mean-of-one-reading-more",
    en="a period that is made anew takes in the reading at its end, which is the first of the next",
    zh="补算的时段将其结束时刻的读数（属于下一时段）计入",
    clauses=(_MQTT, "isc-2/9.3a"),
)
def late_mean_of_one_more(patch: Patch) -> None:
    """Both ends belong to what the store is asked for."""
    whole = LateReadings._opened

    def opened(self: LateReadings, place: Place, span: Span, start_s: int) -> Any:
        made, closing, cause = whole(self, place, span, start_s)
        end_s = span.end(start_s)
        for row in self._store.readings(place.number, end_s, end_s + 1, 1):
            if not place.builder.counter and row.value:
                made.sample(Decimal(row.value))
        return made, closing, cause

    patch(LateReadings, "_opened", opened)


@defect(
    "late-readings-up-to-a-bad-one",
    en="of a period that late readings mend those alone count that came before a bad one",
    zh="迟到读数重算时段时，遇无效读数即止，其后的读数不计",
    clauses=("isc-2/7.2.4d",),
)
def late_readings_up_to_a_bad_one(patch: Patch) -> None:
    """The loop ends where it should go on."""
    whole = LateReadings._opened

    def opened(self: LateReadings, place: Place, span: Span, start_s: int) -> Any:
        made, closing, cause = whole(self, place, span, start_s)
        if place.builder.counter:
            return made, closing, cause
        made.begin(start_s)
        for row in self._store.readings(place.number, start_s, span.end(start_s), 100_000):
            if row.quality == reading.BAD or row.value is None:
                break
            made.sample(Decimal(row.value))
        return made, closing, cause

    patch(LateReadings, "_opened", opened)
