"""Frames of serial meters explained: DL/T 645 (2007 and 1997) and CJ/T 188, with their values as decimal text.

Leaves to others: the frames themselves and the meaning of identifiers (`simulators.meters`). Nothing given here raises:
whatever the octets are, there is an explanation of them. A value without number (no data) has an empty text.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from datetime import datetime

import msgspec

from simulators.meters.cjt188 import codec as cjt188
from simulators.meters.dlt645 import codec as dlt645
from simulators.meters.dlt645.items import Item, Value, items_1997, items_2007, read_values
from simulators.meters.serial.bcd import decimals_of, read_text, unpack
from simulators.plant import as_text

_SEPARATORS = re.compile(r"[\s:,;-]|0x", re.IGNORECASE)


class Shown(msgspec.Struct, frozen=True):
    """One value of a frame: name, decimal text (or digits, or text), unit."""

    name: str
    value: str
    unit: str = ""


class Decoded(msgspec.Struct, frozen=True):
    """What a frame says. `valid` is true if a meter or a terminal takes it.

    `address` is as a person writes it (highest digit first), `control` two hex digits, `data_identifier` highest octet
    first. `errors` are sentences, English and Chinese; empty exactly if `valid`.
    """

    protocol: str
    valid: bool
    errors: tuple[str, ...] = ()
    address: str = ""
    control: str = ""
    data_identifier: str = ""
    values: tuple[Shown, ...] = ()


class Reading(msgspec.Struct, frozen=True):
    """A frame decoded, what it is for, and remarks on what a tolerant receiver lets pass."""

    decoded: Decoded
    title: str
    remarks: tuple[str, ...] = ()


def octets_of(hexadecimal: str) -> bytes | None:
    """Octets of hex text (blanks, colons and 0x allowed); None if these are no pairs of hex digits."""
    digits = _SEPARATORS.sub("", hexadecimal)
    if not digits or len(digits) % 2 or not re.fullmatch(r"[0-9A-Fa-f]+", digits):
        return None
    return bytes.fromhex(digits)


def _no_octets(hexadecimal: str) -> tuple[str, str]:
    """Why a text is no octets, English and Chinese."""
    digits = _SEPARATORS.sub("", hexadecimal)
    if not digits:
        return "no octets are given; give the frame as pairs of hex digits", "未给出报文"
    odd = next((each for each in digits if each not in string.hexdigits), "")
    if odd:
        return f"expected pairs of hex digits, got {odd!r}", "应为十六进制字节"
    return f"expected pairs of hex digits, got {len(digits)} digits; one is missing or too many", "十六进制位数应为偶数"


def _unreadable(protocol: str, english: str, chinese: str) -> Reading:
    return Reading(Decoded(protocol, False, (f"{english} / {chinese}",)), "unreadable / 无法识别")


def _stripped(octets: bytes) -> tuple[bytes, int]:
    """Without the octets FE in front, and how many these were."""
    body = octets.lstrip(b"\xfe")
    return body, len(octets) - len(body)


# DL/T 645.

_FUNCTIONS_07 = {
    0x08: ("broadcast time", "广播校时"),
    0x11: ("read data", "读数据"),
    0x12: ("read follow-up data", "读后续数据"),
    0x13: ("read address", "读通信地址"),
    0x14: ("write data", "写数据"),
    0x15: ("write address", "写通信地址"),
    0x16: ("freeze", "冻结"),
    0x17: ("change speed", "更改通信速率"),
    0x18: ("change password", "修改密码"),
    0x19: ("clear maximum demand", "最大需量清零"),
    0x1A: ("clear meter", "电表清零"),
    0x1B: ("clear events", "事件清零"),
    0x1C: ("relay control", "跳合闸控制"),
}
_FUNCTIONS_97 = {
    0x01: ("read data", "读数据"),
    0x02: ("read follow-up data", "读后续数据"),
    0x03: ("read again", "重读数据"),
    0x04: ("write data", "写数据"),
    0x08: ("broadcast time", "广播校时"),
    0x0A: ("write address", "写设备地址"),
    0x0C: ("change speed", "更改通信速率"),
    0x0F: ("change password", "修改密码"),
    0x10: ("clear maximum demand", "最大需量清零"),
}
_READS = (0x11, 0x12, 0x01, 0x02, 0x03)
_IDENTIFIED = (*_READS, 0x14, 0x18, 0x1B, 0x04)
_HEAD = 12
_WORDS_97 = 2


def read_dlt645(hexadecimal: str) -> Reading:
    """Explain a frame of DL/T 645-2007 or -1997 given as hex; the edition follows from the control code."""
    octets = octets_of(hexadecimal)
    if octets is None:
        return _unreadable("DL/T 645", *_no_octets(hexadecimal))
    body, count = _stripped(octets)
    flaws = dlt645.flaws(body)
    errors = tuple(f"{english} / {chinese}" for english, chinese in flaws)
    remarks = [f"{count} octets FE before the frame / 前导字节 {count} 个"] if count else []
    if len(body) < _HEAD or body[0] != dlt645.START or body[7] != dlt645.START:
        return Reading(Decoded("DL/T 645", False, errors), "no frame / 没有帧", tuple(remarks))
    frame = dlt645.decode(body[: body[9] + _HEAD - 2] + b"\0\0")
    old = _is_1997(frame)
    protocol = "DL/T 645-1997" if old else "DL/T 645-2007"
    names = _FUNCTIONS_97 if old and frame.function != 0x11 else _FUNCTIONS_07
    english, chinese = names.get(frame.function, ("unknown function", "未知功能"))
    answer = bool(frame.control & dlt645.ANSWER)
    direction = ("answer", "应答") if answer else ("request", "请求")
    if frame.control & dlt645.ABNORMAL:
        direction = ("error answer", "异常应答")
    elif frame.control & dlt645.MORE:
        remarks.append("more frames follow / 有后续帧")
    identifier, values, left = _contents(frame, old, answer)
    if left:
        remarks.append(f"octets beyond the values / 多余数据: {left.hex().upper()}")
    decoded = Decoded(
        protocol,
        not errors,
        errors,
        frame.address,
        f"{frame.control:02X}",
        identifier,
        tuple(Shown(each.name, each.value, each.unit) for each in values),
    )
    return Reading(decoded, f"{direction[0]}: {english} / {direction[1]}：{chinese}", tuple(remarks))


def _is_1997(frame: dlt645.Frame) -> bool:
    if frame.function in _FUNCTIONS_97 and frame.function != 0x08:
        return True
    # Some masters ask 1997 identifiers with the function code of 2007.
    return frame.function == 0x11 and len(frame.data) == _WORDS_97


def _contents(frame: dlt645.Frame, old: bool, answer: bool) -> tuple[str, list[Value], bytes]:
    data = frame.data
    if frame.control & dlt645.ABNORMAL:
        values = [Value(f"error: {text} / {chinese}", str(data[0]), "") for text, chinese in _error(data)]
        return "", values, data[1:]
    size = 2 if old else 4
    if frame.function in _IDENTIFIED and len(data) >= size:
        identifier = data[:size][::-1].hex().upper()
        rest = data[size:]
        sequence: list[Value] = []
        if frame.function == 0x12 and rest:
            sequence, rest = [Value("sequence", str(rest[-1]), "")], rest[:-1]
        if not (answer and frame.function in _READS):
            given = [Value("data", rest.hex().upper(), "")] if rest else []
            return identifier, [*given, *sequence], b""
        items = items_1997(identifier, len(rest)) if old else items_2007(identifier, len(rest))
        if not items and rest:
            items = [Item("data", "word", width=len(rest))]
        values, left = read_values(items, rest)
        return identifier, [*values, *sequence], left
    if not data:
        return "", [], b""
    special = {
        0x08: Item("time to set", "time", width=6),
        0x13: Item("address", "digits", width=6),
        0x15: Item("new address", "digits", width=6),
        0x0A: Item("new address", "digits", width=6),
        0x16: Item("freeze pattern", "digits", width=4),
        0x17: Item("speed word", "word", width=1),
        0x0C: Item("speed word", "word", width=1),
    }.get(frame.function, Item("data", "word", width=len(data)))
    values, left = read_values([special], data)
    return "", [_told(each) for each in values], left


def _error(data: bytes) -> list[tuple[str, str]]:
    if not data:
        return []
    return dlt645.error_bits(data[0]) or [("no bit is set", "未置位")]


def _told(value: Value) -> Value:
    if value.name == "time to set" and value.value:
        pairs = [value.value[index : index + 2] for index in range(0, 12, 2)]
        return Value(value.name, f"20{'-'.join(pairs[:3])} {':'.join(pairs[3:])}", "")
    if value.name == "speed word":
        word = int(value.value, 16)
        speeds = [speed for bit, speed in dlt645.SPEEDS.items() if word == 1 << bit]
        return Value("speed", str(speeds[0]), "bit/s") if speeds else Value("speed word, not one bit", value.value, "")
    return value


# CJ/T 188.

_FUNCTIONS_188 = {
    0x01: ("read data", "读数据"),
    0x03: ("read address", "读地址"),
    0x04: ("write data", "写数据"),
    0x09: ("read key version", "读密钥版本号"),
    0x15: ("write address", "写地址"),
    0x16: ("set base of the register", "写机电同步数"),
    0x2A: ("valve, as some vendors have it", "阀门控制（厂家）"),
}
_TOPS_188 = (0x90, 0x91, 0x81, 0xA0, 0xA1, 0xD1, 0xD2, 0xD3, 0xD4)
_HEAT_188 = (
    ("heat at settlement", "XXXXXX.XX"),
    ("heat", "XXXXXX.XX"),
    ("power", "XXXXXX.XX"),
    ("flow rate", "XXXX.XXXX"),
    ("volume", "XXXXXX.XX"),
)
_WATER_188 = (("total", "XXXXXX.XX"), ("total at settlement", "XXXXXX.XX"))
_VALVES_188 = {0: "open / 开", 1: "closed / 关", 3: "abnormal / 异常"}
_HEAD_188 = 3


def read_cjt188(hexadecimal: str) -> Reading:
    """Explain a frame of CJ/T 188-2004 or -2018 given as hex, with its identifier in either order of octets."""
    octets = octets_of(hexadecimal)
    if octets is None:
        return _unreadable("CJ/T 188", *_no_octets(hexadecimal))
    body, count = _stripped(octets)
    flaws = cjt188.flaws(body)
    errors = tuple(f"{english} / {chinese}" for english, chinese in flaws)
    remarks = [f"{count} octets FE before the frame / 前导字节 {count} 个"] if count else []
    if len(body) < cjt188.SHORTEST or body[0] != cjt188.START:
        return Reading(Decoded("CJ/T 188", False, errors), "no frame / 没有帧", tuple(remarks))
    frame = cjt188.decode(body[: body[10] + cjt188.SHORTEST])
    answer = bool(frame.control & cjt188.ANSWER)
    function = 0x2A if frame.control in (0x2A, 0xAA) else frame.function
    direction = ("answer", "应答") if answer else ("request", "请求")
    identifier, values = "", list[Value]()
    if frame.control & cjt188.ABNORMAL:
        direction = ("error answer", "异常应答")
        values = [Value("data", frame.data.hex().upper(), "")] if frame.data else []
    elif len(frame.data) >= _HEAD_188:
        identifier = _identifier_188(frame.data)
        remarks.append(f"running number {frame.data[2]} / 序号")
        values = _contents_188(function, answer, identifier, frame.data[_HEAD_188:], remarks)
    elif frame.data:
        values = [Value("data", frame.data.hex().upper(), "")]
    remarks.append(f"type {frame.kind:02X} / 仪表类型")
    english, chinese = _FUNCTIONS_188.get(function, ("unknown function", "未知功能"))
    decoded = Decoded(
        "CJ/T 188",
        not errors,
        errors,
        frame.address,
        f"{frame.control:02X}",
        identifier,
        tuple(Shown(each.name, each.value, each.unit) for each in values),
    )
    return Reading(decoded, f"{direction[0]}: {english} / {direction[1]}：{chinese}", tuple(remarks))


def _identifier_188(data: bytes) -> str:
    """The identifier, highest octet first; the wire has it low first or high first."""
    high_first = data[1] not in _TOPS_188 and data[0] in _TOPS_188
    return (data[:2] if high_first else data[1::-1]).hex().upper()


def _contents_188(function: int, answer: bool, identifier: str, data: bytes, remarks: list[str]) -> list[Value]:
    if not data:
        return []
    if function in (0x04, 0x2A) and identifier == "A017":
        if answer:
            return [_status_188(data, remarks)]
        order = {0x55: "open", 0x99: "close"}.get(data[0], data.hex().upper())
        return [Value("valve", order, "")]
    if len(data) == 7 and (function == 0x15 or identifier == "810A"):
        return [Value("address", data[::-1].hex().upper(), "")]
    values: list[Value] | None = None
    if function == 0x01 and answer and identifier == "901F":
        values = _metering_188(data, remarks)
    elif function == 0x01 and answer and identifier[:2] in ("D1", "D2") and len(data) == 5:
        values = _quantities_188(data, (("total", "XXXXXX.XX"),), False)
    if values is None:
        if function == 0x01 and answer:
            remarks.append("no known layout: bad quality, not to be used as a number / 未知格式，数据质量差")
        return [Value("data", data.hex().upper(), "")]
    return values


def _metering_188(data: bytes, remarks: list[str]) -> list[Value] | None:
    """The values of 901F, if every unit octet is a known code in its place; None if not."""
    names = {19: _WATER_188, 43: _HEAT_188}.get(len(data))
    if names is None:
        return None
    size = 5 * len(names)
    values = _quantities_188(data, names, False)
    if values is None:
        values = _quantities_188(data, names, True)
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
    values.append(_clock_188(data[size : size + 7], remarks))
    return [*values, _status_188(data[size + 7 :], remarks)]


def _quantities_188(data: bytes, names: tuple[tuple[str, str], ...], unit_first: bool) -> list[Value] | None:
    values: list[Value] = []
    for index, (name, layout) in enumerate(names):
        octets = data[5 * index : 5 * index + 5]
        code, digits = (octets[0], octets[1:]) if unit_first else (octets[4], octets[:4])
        if code not in cjt188.UNITS:
            return None
        unit, power = cjt188.UNITS[code]
        raw = unpack(digits)
        text = "" if raw is None else as_text(raw * 10**power, decimals_of(layout))
        values.append(Value(name, text, unit))
    return values


def _clock_188(octets: bytes, remarks: list[str]) -> Value:
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


def _status_188(octets: bytes, remarks: list[str]) -> Value:
    valve = _VALVES_188.get(octets[0] & 3, "unknown / 未知")
    battery = ", battery low / 电池欠压" if octets[0] & 4 else ""
    remarks.append(f"by the standard's scheme: valve {valve}{battery}")
    return Value("status", octets.hex().upper(), "")


READERS: dict[str, Callable[[str], Reading]] = {"dlt645": read_dlt645, "cjt188": read_cjt188}
"""Name of a protocol on the command line to what explains its frames."""


def render(reading: Reading) -> str:
    """The explanation for a person, one value a line."""
    decoded = reading.decoded
    lines = [f"{decoded.protocol}  {reading.title}"]
    for name, value in (
        ("address / 地址", decoded.address),
        ("control / 控制码", decoded.control),
        ("identifier / 标识", decoded.data_identifier),
    ):
        if value:
            lines.append(f"  {name}  {value}")
    lines += [f"  {each.name}  {each.value or 'no data / 无数据'} {each.unit}".rstrip() for each in decoded.values]
    lines += [f"  remark / 注: {text}" for text in reading.remarks]
    lines += [f"  fatal: {text}" for text in decoded.errors]
    if decoded.valid:
        lines.append("  nothing wrong / 无异常")
    return "\n".join(lines)


def main(protocol: str, frame: str, *, as_json: bool = False) -> int:
    """Print the explanation of a frame (`dlt645` or `cjt188`, as hex); 0 if a receiver takes it, 1 if not."""
    reading = READERS[protocol](frame)
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(reading.decoded), indent=2).decode())
    else:
        print(render(reading))
    return 0 if reading.decoded.valid else 1
