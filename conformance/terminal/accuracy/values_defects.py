# pyright: reportPrivateUsage=false
"""Defects of accuracy: values, digits, instants and states on their way from register to store and centre."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import msgspec

from conformance.defects import Patch, defect
from conformance.defects.seams import single
from reference_terminal.acquisition.modbus import decode as decoding
from reference_terminal.acquisition.poller import MeterPoller
from reference_terminal.model import numbers, times
from reference_terminal.model import reading as readings
from reference_terminal.model.clock import WallClock
from reference_terminal.model.reading import Reading
from reference_terminal.uplink.hj212 import packets
from reference_terminal.uplink.hj212.packets import Channel
from reference_terminal.web import api


@defect(
    "single-precision",
    en="values pass through a 32-bit float",
    zh="数值经单精度浮点数转换",
    clauses=("isc-2/9.3a", "isc-2/9.3b", "isc-2/9.3c", "cpcif/8.2a", "cpcif/8.2b"),
)
def single_precision(patch: Patch) -> None:
    """The point table holds 32-bit floats, printed with seven digits: long counters lose their last places."""
    patch(decoding, "scaled", lambda value, factor: single(numbers.CONTEXT.multiply(value, factor), 7))


@defect(
    "trailing-zeros-dropped",
    en="trailing zeros are dropped",
    zh="丢弃末尾零",
    clauses=("isc-2/9.3b", "cpcif/8.2a"),
)
def trailing_zeros_dropped(patch: Patch) -> None:
    """Numbers are printed with %g, so that 0.10 becomes 0.1 and the resolution of the meter is lost."""
    real = decoding.scaled

    def scaled(value: Decimal, factor: Decimal) -> Decimal:
        exact = real(value, factor)
        text = numbers.text(exact)
        return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)

    patch(decoding, "scaled", scaled)


@defect(
    "two-decimals-for-all",
    en="floating-point registers are kept with two decimals",
    zh="浮点寄存器一律保留两位小数",
    clauses=("isc-2/9.3c", "cpcif/8.2b"),
)
def two_decimals_for_all(patch: Patch) -> None:
    """The column of the database was declared DECIMAL(12,2)."""
    patch(numbers, "float32_text", lambda value: f"{value:.2f}")


@defect(
    "unsigned-read-as-signed",
    en="unsigned registers are read as signed",
    zh="无符号寄存器按有符号数解析",
    clauses=("isc-2/9.3c", "cpcif/8.2b"),
)
def unsigned_read_as_signed(patch: Patch) -> None:
    """A counter beyond half its range becomes negative."""
    real = decoding.number

    def number(raw: bytes, kind: str) -> Decimal:
        return real(raw, f"s{kind[1:]}" if kind[0] == "u" else kind)

    patch(decoding, "number", number)


@defect(
    "word-order-ignored",
    en="the word order of a meter is ignored",
    zh="忽略表计的字序",
    clauses=("isc-2/9.3c", "cpcif/8.2b"),
)
def word_order_ignored(patch: Patch) -> None:
    """All registers are taken big-endian; a meter that sends the low word first gives nonsense."""
    patch(decoding, "in_order", lambda raw, order: raw)


@defect(
    "integer-division",
    en="scaling divides whole numbers and loses the decimals",
    zh="换算采用整数除法，丢失小数",
    clauses=("isc-2/9.3a", "isc-2/9.3b", "isc-2/9.3c", "cpcif/8.2a", "cpcif/8.2b"),
)
def integer_division(patch: Patch) -> None:
    """1234 / 100 is 12 (F26)."""
    real = decoding.scaled
    patch(decoding, "scaled", lambda value, factor: Decimal(int(real(value, factor))))


@defect(
    "stored-in-another-zone",
    en="stored readings show universal time as local time",
    zh="本地存储将世界时当作北京时间",
    clauses=("isc-2/9.3a",),
)
def stored_in_another_zone(patch: Patch) -> None:
    """The clock of the device runs in UTC and the local interface adds +08:00 to it without converting."""
    whole = api.Api.readings

    def shown(self: api.Api, query: dict[str, str]) -> Any:
        answer = whole(self, query)
        for row in answer["readings"]:
            at_s = times.parse_iso(row["at"])
            assert at_s is not None
            row["at"] = times.iso(at_s - times.ZONE_S)
        return answer

    patch(api.Api, "readings", shown)


@defect(
    "sent-in-another-zone",
    en="real-time data carry universal time as local time",
    zh="实时数据将世界时当作北京时间上传",
    clauses=("isc-2/9.3a",),
)
def sent_in_another_zone(patch: Patch) -> None:
    """gmtime in place of localtime when the packet is made."""
    patch(packets, "sample_stamp", lambda reading: times.stamp(reading.at_ms // 1000 - times.ZONE_S))


@defect(
    "one-cycle-behind",
    en="each reading carries the time of the next cycle",
    zh="读数被赋予下一周期的时刻",
    clauses=("isc-2/9.3a", "isc-2/9.3c"),
)
def one_cycle_behind(patch: Patch) -> None:
    """Two buffers change places before the new one is filled, so that the answer before last is handed out."""
    whole = MeterPoller.read
    kept: dict[int, list[Reading]] = {}

    async def read(
        self: MeterPoller, slot_s: int | None, clock: WallClock, wait_s: float | None = None
    ) -> list[Reading]:
        fresh = await whole(self, slot_s, clock, wait_s)
        before = kept.get(self.number, fresh)
        kept[self.number] = fresh
        return [
            msgspec.structs.replace(old, slot_s=new.slot_s, at_ms=new.at_ms)
            for old, new in zip(before, fresh, strict=True)
        ]

    patch(MeterPoller, "read", read)


@defect(
    "quality-read-backwards",
    en="good readings are shown as bad and bad ones as good",
    zh="有效与无效状态颠倒",
    clauses=("isc-2/9.3a",),
)
def quality_read_backwards(patch: Patch) -> None:
    """The OPC habit, in which 0 is bad, is put on a field in which 0 is good."""
    patch(api, "QUALITIES", tuple(reversed(readings.QUALITIES)))


@defect(
    "real-time-always-faulty",
    en="real-time values carry the flag of a faulty instrument",
    zh="实时数据恒带仪器故障标记",
    clauses=("isc-2/9.3a",),
)
def real_time_always_faulty(patch: Patch) -> None:
    """The flag is set by the self-test at start and never taken back."""
    whole = packets.realtime_item

    def item(channel: Channel, reading: Reading, data_time: str) -> str:
        return whole(channel, reading, data_time).replace("-Flag=N", "-Flag=D")

    patch(packets, "realtime_item", item)


@defect(
    "whole-numbers-in-real-time",
    en="real-time values are sent without decimals",
    zh="实时数据上传时舍去小数",
    clauses=("isc-2/9.3a", "isc-2/9.3b", "isc-2/9.3c", "cpcif/8.2a", "cpcif/8.2b"),
)
def whole_numbers_in_real_time(patch: Patch) -> None:
    """%d in the format of the packet; store and local display are right."""

    def whole(value: Decimal) -> str:
        return str(int(value))

    patch(packets, "numbers", SimpleNamespace(text=whole))


@defect(
    "local-copy-rounded",
    en="the local copy keeps one decimal, the centres get them all",
    zh="本地副本仅保留一位小数，上传数据正确",
    clauses=("isc-2/9.3a", "isc-2/9.3b", "isc-2/9.3c", "cpcif/8.2a"),
)
def local_copy_rounded(patch: Patch) -> None:
    """What is shown on the spot was made for a display of one decimal."""
    whole = api.Api.readings

    def shown(self: api.Api, query: dict[str, str]) -> Any:
        answer = whole(self, query)
        for row in answer["readings"]:
            if row["value"] is not None:
                row["value"] = numbers.text(numbers.rounded(Decimal(row["value"]), 1))
        return answer

    patch(api.Api, "readings", shown)


@defect(
    "largest-value-refused",
    en="a register full of ones counts as no value",
    zh="寄存器全为 1 时一律视为无效",
    clauses=("isc-2/9.3c", "cpcif/8.2b"),
)
def largest_value_refused(patch: Patch) -> None:
    """FFFFFFFF is taken for a mark of no value in every map, also where it is the largest count."""
    real = decoding.is_sentinel

    def is_sentinel(plan: decoding.PointPlan, raw: str) -> bool:
        return real(plan, raw) or set(raw) == {"F"}

    patch(decoding, "is_sentinel", is_sentinel)
