"""Frames of serial meters explained: DL/T 645 (2007 and 1997) and CJ/T 188, with their values as decimal text.

Leaves to others: the frames themselves and the meaning of identifiers (`simulators.meters`). Nothing given here raises:
whatever the octets are, there is an explanation of them. A value without number (no data) has an empty text.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from simulators.meters import dlt645_codec as dlt645
from simulators.meters.dlt645_items import Item, Value, items_1997, items_2007, read_values

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
        return _unreadable("DL/T 645", "these are no pairs of hex digits", "不是十六进制")
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


READERS: dict[str, Callable[[str], Reading]] = {"dlt645": read_dlt645}
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
