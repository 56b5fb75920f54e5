# pyright: reportPrivateUsage=false
"""Defects of the interfaces to field instruments: digits, frames and lines of DL/T 645, CJ/T 188, Modbus and loops.

Leaves Modbus TCP to `acquisition` and the standby rule to `sources`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from msgspec import structs

from conformance.defects import Patch, defect
from conformance.defects.seams import forgets_last_meter, keeps_last_values, single, takes_damaged_rtu_frames
from reference_terminal.acquisition.cjt188 import frames as cjt188
from reference_terminal.acquisition.cjt188.driver import Cjt188Meter, own_of, place_of
from reference_terminal.acquisition.closed_frames import ANSWER
from reference_terminal.acquisition.dlt645 import driver
from reference_terminal.acquisition.dlt645 import frames as dlt645
from reference_terminal.acquisition.dlt645.driver import Dlt645Meter
from reference_terminal.acquisition.driver import Content
from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.acquisition.modbus import analog, serial
from reference_terminal.acquisition.modbus import decode as decoding
from reference_terminal.acquisition.modbus.descriptor import Modbus
from reference_terminal.acquisition.modbus.serial import Framing
from reference_terminal.acquisition.modbus.settings import AnalogConfig
from reference_terminal.acquisition.poller import GatewayPoller, MeterPoller
from reference_terminal.model import bcd
from reference_terminal.model import dlt645_items as items
from reference_terminal.model.bcd import Format
from reference_terminal.settings.meters import PointConfig

_DLT645, _CJT188, _MODBUS = "csmt/11.3a-2", "csmt/11.3a-3", "csmt/11.3a-1"


@defect(
    "offset-of-last-octet-forgotten",
    en="33H is not taken off the last octet of the data",
    zh="数据域最后一个字节未减 33H",
    clauses=(_DLT645,),
)
def offset_of_last_octet_forgotten(patch: Patch) -> None:
    """The loop over the data ends one octet early, so that the highest digits of every value are 33 too many."""
    real = dlt645.Frame

    def frame(address: str, control: int, data: bytes) -> Any:
        return real(address, control, data[:-1] + bytes((data[-1] + 0x33 & 0xFF,)) if data else data)

    patch(dlt645, "Frame", frame)


@defect(
    "digits-in-reverse-order",
    en="octets of a number are taken highest first",
    zh="BCD 字节按高字节在前解析",
    clauses=(_DLT645, _CJT188),
)
def digits_in_reverse_order(patch: Patch) -> None:
    """DL/T 645 and CJ/T 188 send the lowest octet first; a converter of Modbus digits was used for them."""
    real = bcd.value_of
    patch(bcd, "value_of", lambda octets, form: real(octets[: form.width][::-1], form))


def _totals_tenfold(patch: Patch, kind: str, field: str) -> None:
    """The total of CJ/T 188 meters whose type begins so is taken with one decimal too few."""

    def content(self: Cjt188Meter, point: PointConfig, answers: Any) -> Content:
        found = whole(self, point, answers)
        is_other = place_of(point).field != field or own_of(self.config).kind[:1] != kind
        if is_other or found.value is None:
            return found
        return replace(found, value=found.value.scaleb(1))

    whole = patch(Cjt188Meter, "_content", content)


@defect(
    "modbus-floats-cut-to-whole-numbers",
    en="32-bit floats of Modbus meters are cut to whole numbers",
    zh="Modbus 表计的 32 位浮点数截为整数",
    clauses=(_MODBUS,),
)
def modbus_floats_cut_to_whole_numbers(patch: Patch) -> None:
    """They go through a variable that was declared for counters."""
    real = decoding.number
    patch(decoding, "number", lambda raw, kind: Decimal(int(real(raw, kind))) if kind == "f32" else real(raw, kind))


@defect(
    "heat-totals-tenfold",
    en="totals of CJ/T 188 heat meters are taken ten times too large",
    zh="CJ/T 188 热量表累计热量放大 10 倍",
    clauses=("isc-2/7.2.2b-1", _CJT188),
)
def heat_totals_tenfold(patch: Patch) -> None:
    """The layout of another edition was taken for this one."""
    _totals_tenfold(patch, "2", "heat")


@defect(
    "gas-in-tens",
    en="the volume of a gas meter is kept ten times too small",
    zh="燃气表累计流量缩小为十分之一",
    clauses=("isc-2/7.2.2c-2", _CJT188),
)
def gas_in_tens(patch: Patch) -> None:
    """The code of the unit is looked up in the table of another maker."""
    _shrinks_volumes(patch, "cjt188-gas")


@defect(
    "water-in-tens",
    en="the volume of a water meter is kept ten times too small",
    zh="水表累计流量缩小为十分之一",
    clauses=("isc-2/7.2.2d-2", _CJT188),
)
def water_in_tens(patch: Patch) -> None:
    """The last drum of the display counts tenths, it was thought."""
    _shrinks_volumes(patch, "cjt188-water")


def _shrinks_volumes(patch: Patch, meter: str) -> None:
    real = Cjt188Meter._content

    def content(self: Cjt188Meter, point: Any, answers: Any) -> Any:
        found = real(self, point, answers)
        if self.config.id != meter or found.value is None:
            return found
        return replace(found, value=found.value.scaleb(-1))

    patch(Cjt188Meter, "_content", content)


@defect(
    "serial-values-in-single-precision",
    en="values of serial meters pass through a 32-bit float",
    zh="串行表计数值经单精度浮点数转换",
    clauses=(_DLT645, _CJT188, _MODBUS),
)
def serial_values_in_single_precision(patch: Patch) -> None:
    """The point table holds 32-bit floats printed with five digits."""
    patch(decoding, "scaled", lambda value, factor: single(value * factor, 5))


@defect(
    "live-zero-forgotten",
    en="a loop of 4-20 mA is scaled as 0-20 mA",
    zh="4–20 mA 按 0–20 mA 换算",
    clauses=("csmt/11.3c-4",),
)
def live_zero_forgotten(patch: Patch) -> None:
    """The range of the input card was left as delivered."""
    real = analog.quantity

    def quantity(config: AnalogConfig, milliamperes: Decimal) -> Decimal:
        return real(structs.replace(config, zero=Decimal(0)), milliamperes)

    patch(analog, "quantity", quantity)


@defect(
    "loops-in-whole-numbers",
    en="values of loops are kept as whole numbers",
    zh="模拟量数值只保留整数",
    clauses=("csmt/11.3c-4",),
)
def loops_in_whole_numbers(patch: Patch) -> None:
    """The table of scaled values holds whole numbers."""
    real = analog.quantity
    patch(analog, "quantity", lambda config, milliamperes: Decimal(int(real(config, milliamperes))))


@defect(
    "broken-loop-as-end-of-range",
    en="a broken or shorted loop reads as the end of its range",
    zh="断线或短路的模拟量按量程端点取值",
    clauses=("csmt/11.3c-4",),
)
def broken_loop_as_end_of_range(patch: Patch) -> None:
    """Currents are cut to 4 and 20 mA before anybody looks whether they are any."""
    real = analog.current
    low, high = Decimal(4), Decimal(20)
    patch(analog, "current", lambda config, raw: min(max(real(config, raw), low), high))


@defect(
    "last-meter-of-line-left-out",
    en="the last meter of a serial line is never asked",
    zh="串行线上最后一块表从不采集",
    clauses=(_DLT645, _CJT188),
)
def last_meter_of_line_left_out(patch: Patch) -> None:
    """The list of a line has room for one less than may be configured."""
    forgets_last_meter(patch)


@defect(
    "dead-meter-starves-line",
    en="a meter that does not answer is asked again and again while its neighbours wait",
    zh="对无应答表计反复重试，占用整条总线",
    clauses=(_DLT645,),
)
def dead_meter_starves_line(patch: Patch) -> None:
    """Twenty retries with the full time-out, however long the meter has been dead."""
    patch(MeterPoller, "retries", lambda self: 20)
    patch(GatewayPoller, "_wait_s", lambda self, meter: None)


@defect(
    "line-polled-too-slowly",
    en="the polling period of a line is counted from the end of a cycle",
    zh="串行线采集周期从上一轮结束时起算",
    clauses=(_DLT645, _CJT188),
)
def line_polled_too_slowly(patch: Patch) -> None:
    """A pause of 5 % of the period follows every cycle."""

    async def run(self: GatewayPoller) -> None:
        clock, meters = self._clock, self._meters
        due_ms = clock.now_ms()
        try:
            while True:
                await clock.sleep_until(due_ms)
                for meter in meters:
                    slot_s = clock.now_ms() // 1000
                    async with self._bus:
                        self._sink.accept(meter.number, await meter.read(slot_s, clock))
                due_ms += meters[0].config.period_s * 1050
        finally:
            self._client.close()

    patch(GatewayPoller, "run", run)


def _unchecked(octets: bytes, start: int, length_at: int, check: int) -> bytes:
    """Octets with the check of the frame at `start` made right, as if nobody had looked at it."""
    end = start + length_at + 1 + (octets[start + length_at] if len(octets) > start + length_at else 0) + check + 1
    if len(octets) < end:
        return octets
    body = octets[start : end - 2]
    return octets[: end - 2] + bytes((sum(body) & 0xFF,)) + octets[end - 1 :]


@defect(
    "check-octet-not-looked-at",
    en="the check of a frame is not looked at",
    zh="不校验帧的校验码",
    clauses=(_DLT645, _CJT188),
)
def check_octet_not_looked_at(patch: Patch) -> None:
    """Whatever has the right length is taken for an answer."""
    dlt, cjt = dlt645._at, cjt188._at
    patch(dlt645, "_at", lambda octets, at: dlt(_unchecked(octets, at, 9, 1), at))
    patch(cjt188, "_at", lambda octets, at: cjt(_unchecked(octets, at, 10, 1), at))


@defect(
    "crc-not-looked-at",
    en="the CRC of an RTU frame is not looked at",
    zh="不校验 RTU 帧的 CRC",
    clauses=(_MODBUS,),
)
def crc_not_looked_at(patch: Patch) -> None:
    """Whatever has the right length is taken for an answer."""
    takes_damaged_rtu_frames(patch)


@defect(
    "foreign-address-accepted",
    en="answers of another meter's address are taken",
    zh="采用其他表地址的应答",
    clauses=(_DLT645, _CJT188),
)
def foreign_address_accepted(patch: Patch) -> None:
    """Only one meter was on the line when this was written."""
    patch(dlt645, "matches", lambda asked, answered: True)
    patch(cjt188, "matches", lambda asked, answered: True)


@defect(
    "foreign-unit-accepted",
    en="answers of another unit are taken",
    zh="采用其他站地址的应答",
    clauses=(_MODBUS,),
)
def foreign_unit_accepted(patch: Patch) -> None:
    """The unit of an answer is made the unit of the question before anybody compares."""
    real = serial.question

    def question(framing: Framing, unit: int, block: Any) -> Any:
        def frames(octets: bytes) -> Iterator[bytes]:
            for body in framing.frames(octets):
                yield bytes((unit,)) + body[1:]

        return real(replace(framing, frames=frames), unit, block)

    patch(serial, "question", question)


@defect(
    "all-f-read-as-nines",
    en="all digits F are read as a number",
    zh="将全 F 数据解析为数值",
    clauses=(_DLT645, _CJT188),
)
def all_f_read_as_nines(patch: Patch) -> None:
    """A digit above nine is cut to nine."""
    real = bcd.value_of

    def value_of(octets: bytes, form: Format) -> Decimal:
        cut = "".join("9" if digit > "9" else digit for digit in octets.hex())
        return real(bytes.fromhex(cut), form)

    patch(bcd, "value_of", value_of)


@defect(
    "error-answer-taken-for-nought",
    en="an error answer is stored as the value 0",
    zh="将异常应答存为数值 0",
    clauses=(_DLT645,),
)
def error_answer_taken_for_nought(patch: Patch) -> None:
    """Only the length of the answer is looked at; what is missing is filled up with zeros."""
    real = driver.question

    def question(address: str, control: int, data: bytes, wanted: bytes, preamble: int) -> Any:
        asked = real(address, control, data, wanted, preamble)

        def find(octets: bytes) -> Any:
            try:
                return asked.find(octets)
            except driver.ReadFailed:
                return dlt645.Frame(address, control | ANSWER, wanted + bytes(16))

        return replace(asked, find=find)

    patch(driver, "question", question)


@defect(
    "exception-taken-for-nought",
    en="an exception is stored as registers of 0",
    zh="将异常码应答存为寄存器值 0",
    clauses=(_MODBUS,),
)
def exception_taken_for_nought(patch: Patch) -> None:
    """The buffer of registers was cleared before and is read whatever came."""
    real = serial.question

    def question(framing: Framing, unit: int, block: Any) -> Any:
        asked = real(framing, unit, block)

        def find(octets: bytes) -> Any:
            try:
                return asked.find(octets)
            except serial.ReadFailed:
                return bytes(2 * block.count)

        return replace(asked, find=find)

    patch(serial, "question", question)


@defect(
    "silent-serial-meter-keeps-last-value",
    en="a serial meter that does not answer keeps its last value",
    zh="串行表计无应答时沿用上一数值",
    clauses=(_DLT645, _CJT188, _MODBUS),
)
def silent_serial_meter_keeps_last_value(patch: Patch) -> None:
    """The picture of the process is shown whole, whatever was read of it."""
    keeps_last_values(patch)


@defect(
    "root-not-taken",
    en="a differential pressure is scaled as if it were the flow",
    zh="差压信号未开方，直接按流量换算",
    clauses=("csmt/11.3c-4", "isc-2/9.3c"),
)
def root_not_taken(patch: Patch) -> None:
    """Every transmitter of the vendor's own takes the root itself."""
    whole = analog.quantity

    def quantity(config: AnalogConfig, milliamperes: Decimal) -> Decimal:
        return whole(structs.replace(config, root=False), milliamperes)

    patch(analog, "quantity", quantity)


@defect(
    "decimals-of-scaled-numbers-lost",
    en="numbers that are scaled lose their decimals",
    zh="按比例换算的数值丢失小数",
    clauses=("isc-2/9.3c",),
)
def decimals_of_scaled_numbers_lost(patch: Patch) -> None:
    """Scaling is done in whole numbers."""
    whole = decoding.scaled
    patch(decoding, "scaled", lambda value, factor: Decimal(int(whole(value, factor))))


# Answers in parts


@defect(
    "numbers-of-parts-are-data",
    en="the number at the end of a follow-up frame is taken for an octet of the value behind it",
    zh="后续帧末尾的帧序号被当作数据",
    clauses=(_DLT645,),
)
def numbers_of_parts_are_data(patch: Patch) -> None:
    """Frames are joined as they come; the number stands in those of 2007 alone."""
    patch(Dlt645Meter, "_part", staticmethod(lambda frame, head, tail: frame.data[head:]))


@defect(
    "parts-of-any-number",
    en="a follow-up frame is taken whatever number it bears",
    zh="不核对后续帧的帧序号",
    clauses=(_DLT645,),
)
def parts_of_any_number(patch: Patch) -> None:
    """It answers the question, so it must be the one."""

    async def follow(self: Dlt645Meter, control: int, wanted: bytes, tail: bytes, wait_s: float | None) -> Any:
        return await self._ask(control, wanted + tail, wanted, wait_s)

    patch(Dlt645Meter, "_follow", follow)


@defect(
    "lost-parts-are-noughts",
    en="what a lost follow-up frame would have brought is stored as nought",
    zh="后续帧丢失时其数值存为 0",
    clauses=(_DLT645,),
)
def lost_parts_are_noughts(patch: Patch) -> None:
    """A buffer cleared beforehand is read to its end."""

    async def follow(self: Dlt645Meter, control: int, wanted: bytes, tail: bytes, wait_s: float | None) -> Any:
        try:
            return await whole(self, control, wanted, tail, wait_s)
        except ReadFailed:
            return dlt645.Frame("", control | ANSWER, wanted + bytes(32) + tail)

    whole = patch(Dlt645Meter, "_follow", follow)


# Identifiers, kinds and questions


@defect(
    "reactive-energy-asked-as-active",
    en="where a DL/T 645-1997 meter is to be asked for reactive energy, it is asked for active energy",
    zh="读取 DL/T 645-1997 表计无功电能时，误读有功电能",
    clauses=(_DLT645,),
)
def reactive_energy_asked_as_active(patch: Patch) -> None:
    """A table of identifiers has a row for each energy, and 91 looks like 90."""
    real = driver.question

    def question(address: str, control: int, data: bytes, wanted: bytes, preamble: int) -> Any:
        if len(wanted) == 2 and wanted[1] == 0x91:
            data, wanted = data[:1] + b"\x90" + data[2:], wanted[:1] + b"\x90"
        return real(address, control, data, wanted, preamble)

    patch(driver, "question", question)


@defect(
    "sign-of-sums-overlooked",
    en="combined active energy of a DL/T 645 meter below 0 is read as a large number",
    zh="DL/T 645 表计负的组合有功电能被读成很大的正数",
    clauses=(_DLT645,),
)
def sign_of_sums_overlooked(patch: Patch) -> None:
    """Energies are never below 0, it was thought: the highest bit is read as a digit like the others."""
    real = items.item

    def item(identifier: str) -> items.Item | None:
        found = real(identifier)
        return replace(found, signed=False) if found is not None and identifier == "00000000" else found

    patch(items, "item", item)


@defect(
    "megajoules-unknown",
    en="a CJ/T 188 heat meter that counts MJ is not understood",
    zh="不识别以 MJ 计量的 CJ/T 188 热量表",
    clauses=(_CJT188,),
)
def megajoules_unknown(patch: Patch) -> None:
    """The table of units has an MJ in the place of another one."""
    patch(cjt188, "UNIT_CODES", {code: each for code, each in cjt188.UNIT_CODES.items() if each[0] != "MJ"})


@defect(
    "kind-of-meter-not-looked-at",
    en="the answer of a CJ/T 188 meter of another kind under the same address is taken",
    zh="采用同一地址下其他类型 CJ/T 188 仪表的应答",
    clauses=(_CJT188,),
)
def kind_of_meter_not_looked_at(patch: Patch) -> None:
    """The address tells meters apart, it was thought; the type octet is a part of it."""
    patch(cjt188, "is_kind", lambda asked, answered: True)


@defect(
    "one-question-fails-them-all",
    en="where one of several questions to a CJ/T 188 meter is refused, the answers to the others are dropped",
    zh="对 CJ/T 188 仪表的多项读取中有一项被拒时，其余各项的应答也被丢弃",
    clauses=("isc-2/7.2.3-A(1)b",),
)
def one_question_fails_them_all(patch: Patch) -> None:
    """A poll is a success or a failure, nothing between."""

    def content(self: Cjt188Meter, point: PointConfig, answers: Any) -> Content:
        bad = next((each for each in answers.values() if isinstance(each, ReadFailed)), None)
        return whole(self, point, answers) if bad is None else Content("", None, bad.cause)

    whole = patch(Cjt188Meter, "_content", content)


@defect(
    "lines-planned-in-ascii",
    en="how busy a line is gets reckoned as if every meter on it had frames of ASCII: what fits is refused",
    zh="一律按 ASCII 帧估算串行线占用，可行的配置被拒绝",
    clauses=("isc-2/7.2.3-A(1)a",),
)
def lines_planned_in_ascii(patch: Patch) -> None:
    """The longer of the framings, to be on the safe side."""

    def exchanges(self: Modbus, meter: Any) -> list[tuple[int, int]]:
        return [(2 * asked + 1, 2 * answered + 1) for asked, answered in whole(self, meter)]

    whole = patch(Modbus, "exchanges", exchanges)


@defect(
    "reactive-energies-with-a-sign",
    en="reactive energies of quadrants of a DL/T 645 meter beyond 800,000 kvarh are read as below 0",
    zh="DL/T 645 表四象限无功电能超过 800,000 kvarh 时被读成负值",
    clauses=(_DLT645,),
)
def reactive_energies_with_a_sign(patch: Patch) -> None:
    """Sums of them have a sign, so all of them get one."""
    real = items.item

    def item(identifier: str) -> items.Item | None:
        found = real(identifier)
        return replace(found, signed=True) if found is not None and found.unit == "kvarh" else found

    patch(items, "item", item)


@defect(
    "signs-of-instants-overlooked",
    en="currents, powers and temperatures below 0 of a DL/T 645 meter are no numbers, and nothing is stored",
    zh="DL/T 645 表负的电流、功率、温度不被识别为数值，均不存储",
    clauses=(_DLT645,),
)
def signs_of_instants_overlooked(patch: Patch) -> None:
    """Only energies were tried."""
    real = items.item

    def item(identifier: str) -> items.Item | None:
        found = real(identifier)
        return replace(found, signed=False) if found is not None and identifier.startswith("02") else found

    patch(items, "item", item)
