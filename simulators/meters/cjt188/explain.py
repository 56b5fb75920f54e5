"""Frames of CJ/T 188 (2004 and 2018) explained, with their values as decimal text.

Leaves to others: the frames themselves (`codec`). What has no known layout is never told as a number.
"""

from __future__ import annotations

from datetime import datetime

from simulators.explain.frames import UNKNOWN, Reading, Shown, direction, opened
from simulators.meters.cjt188 import codec
from simulators.meters.dlt645.items import Value
from simulators.meters.serial.bcd import decimals_of, read_text, unpack
from simulators.meters.serial.closing import ABNORMAL, ANSWER
from simulators.plant import as_text

_FUNCTIONS = {
    0x01: ("read data", "读数据"),
    0x03: ("read address", "读地址"),
    0x04: ("write data", "写数据"),
    0x09: ("read key version", "读密钥版本号"),
    0x15: ("write address", "写地址"),
    0x16: ("set base of the register", "写机电同步数"),
    0x2A: ("valve, as some vendors have it", "阀门控制（厂家）"),
}
_TOPS = (0x90, 0x91, 0x81, 0xA0, 0xA1, 0xD1, 0xD2, 0xD3, 0xD4)
_HEAT = (
    ("heat at settlement", "XXXXXX.XX"),
    ("heat", "XXXXXX.XX"),
    ("power", "XXXXXX.XX"),
    ("flow rate", "XXXX.XXXX"),
    ("volume", "XXXXXX.XX"),
)
_WATER = (("total", "XXXXXX.XX"), ("total at settlement", "XXXXXX.XX"))
_VALVES = {0: "open / 开", 1: "closed / 关", 3: "abnormal / 异常"}
_HEAD = 3


def read_cjt188(hexadecimal: str) -> Reading:
    """Explain a frame of CJ/T 188-2004 or -2018 given as hex, with its identifier in either order of octets."""
    frame_of = opened("CJ/T 188", hexadecimal, codec.flaws)
    if isinstance(frame_of, Reading):
        return frame_of
    body, remarks = frame_of.body, frame_of.remarks
    if len(body) < codec.SHORTEST or body[0] != codec.START:
        return frame_of.no_frame("CJ/T 188")
    frame = codec.decode(body[: body[10] + codec.SHORTEST])
    answer, abnormal = bool(frame.control & ANSWER), bool(frame.control & ABNORMAL)
    function = 0x2A if frame.control in (0x2A, 0xAA) else frame.function
    identifier, values = "", list[Value]()
    if abnormal:
        values = [Value("data", frame.data.hex().upper(), "")] if frame.data else []
    elif len(frame.data) >= _HEAD:
        identifier = _identifier(frame.data)
        remarks.append(f"running number {frame.data[2]} / 序号")
        values = _contents(function, answer, identifier, frame.data[_HEAD:], remarks)
    elif frame.data:
        values = [Value("data", frame.data.hex().upper(), "")]
    remarks.append(f"type {frame.kind:02X} / 仪表类型")
    return frame_of.read(
        "CJ/T 188",
        frame.address,
        frame.control,
        direction(answer, abnormal),
        _FUNCTIONS.get(function, UNKNOWN),
        identifier,
        (Shown(each.name, each.value, each.unit) for each in values),
    )


def _identifier(data: bytes) -> str:
    """The identifier, highest octet first; the wire has it low first or high first."""
    high_first = data[1] not in _TOPS and data[0] in _TOPS
    return (data[:2] if high_first else data[1::-1]).hex().upper()


def _contents(function: int, answer: bool, identifier: str, data: bytes, remarks: list[str]) -> list[Value]:
    if not data:
        return []
    if function in (0x04, 0x2A) and identifier == "A017":
        if answer:
            return [_status(data, remarks)]
        order = {0x55: "open", 0x99: "close"}.get(data[0], data.hex().upper())
        return [Value("valve", order, "")]
    if len(data) == 7 and (function == 0x15 or identifier == "810A"):
        return [Value("address", data[::-1].hex().upper(), "")]
    values: list[Value] | None = None
    if function == 0x01 and answer and identifier == "901F":
        values = _metering(data, remarks)
    elif function == 0x01 and answer and identifier[:2] in ("D1", "D2") and len(data) == 5:
        values = _quantities(data, (("total", "XXXXXX.XX"),), False)
    if values is None:
        if function == 0x01 and answer:
            remarks.append("no known layout: bad quality, not to be used as a number / 未知格式，数据质量差")
        return [Value("data", data.hex().upper(), "")]
    return values


def _metering(data: bytes, remarks: list[str]) -> list[Value] | None:
    """The values of 901F, if every unit octet is a known code in its place; None if not."""
    names = {19: _WATER, 43: _HEAT}.get(len(data))
    if names is None:
        return None
    size = 5 * len(names)
    values = _quantities(data, names, False)
    if values is None:
        values = _quantities(data, names, True)
        if values is None:
            return None
        remarks.append("the unit stands before its value / 单位在前")
    if len(names) > 2:
        for name, layout, unit in (
            ("supply temperature", "XXXX.XX", "degC"),
            ("return temperature", "XXXX.XX", "degC"),
            ("running time", "XXXXXX", "h"),
        ):
            values.append(Value(name, read_text(data[size : size + 3], layout) or "", unit))
            size += 3
    values.append(_clock(data[size : size + 7], remarks))
    return [*values, _status(data[size + 7 :], remarks)]


def _quantities(data: bytes, names: tuple[tuple[str, str], ...], unit_first: bool) -> list[Value] | None:
    values: list[Value] = []
    for index, (name, layout) in enumerate(names):
        octets = data[5 * index : 5 * index + 5]
        code, digits = (octets[0], octets[1:]) if unit_first else (octets[4], octets[:4])
        if code not in codec.UNITS:
            return None
        unit, power = codec.UNITS[code]
        raw = unpack(digits)
        text = "" if raw is None else as_text(raw * 10**power, decimals_of(layout))
        values.append(Value(name, text, unit))
    return values


def _clock(octets: bytes, remarks: list[str]) -> Value:
    """The meter's clock, low first or high first; empty if it has none or shows no time."""
    high_first = octets[6] not in (0x19, 0x20) and octets[0] in (0x19, 0x20)
    if high_first:
        remarks.append("the clock is sent highest octet first / 时钟高位在前")
    digits = (octets if high_first else octets[::-1]).hex()
    try:
        moment = datetime.strptime(digits, "%Y%m%d%H%M%S")
    except ValueError:
        return Value("clock", "", "")
    return Value("clock", f"{moment:%Y-%m-%d %H:%M:%S}", "")


def _status(octets: bytes, remarks: list[str]) -> Value:
    valve = _VALVES.get(octets[0] & 3, "unknown / 未知")
    battery = ", battery low / 电池欠压" if octets[0] & 4 else ""
    remarks.append(f"by the standard's scheme: valve {valve}{battery}")
    return Value("status", octets.hex().upper(), "")
