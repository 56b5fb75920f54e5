"""Frames of DL/T 645 (2007 and 1997) explained, with their values as decimal text.

Leaves to others: the frames themselves (`codec`) and the meaning of identifiers (`items`).
"""

from __future__ import annotations

from simulators.explain.frames import UNKNOWN, Reading, Shown, direction, opened
from simulators.meters.dlt645 import codec
from simulators.meters.dlt645.items import Item, Value, items_1997, items_2007, read_values
from simulators.meters.serial.closing import ABNORMAL, ANSWER, MORE

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
    frame_of = opened("DL/T 645", hexadecimal, codec.flaws)
    if isinstance(frame_of, Reading):
        return frame_of
    body, remarks = frame_of.body, frame_of.remarks
    if len(body) < _HEAD or body[0] != codec.START or body[7] != codec.START:
        return frame_of.no_frame("DL/T 645")
    frame = codec.decode(body[: body[9] + _HEAD - 2] + b"\0\0")
    old = _is_1997(frame)
    names = _FUNCTIONS_97 if old and frame.function != 0x11 else _FUNCTIONS_07
    answer, abnormal = bool(frame.control & ANSWER), bool(frame.control & ABNORMAL)
    if frame.control & MORE and not abnormal:
        remarks.append("more frames follow / 有后续帧")
    identifier, values, left = _contents(frame, old, answer)
    if left:
        remarks.append(f"octets beyond the values / 多余数据: {left.hex().upper()}")
    return frame_of.read(
        "DL/T 645-1997" if old else "DL/T 645-2007",
        frame.address,
        frame.control,
        direction(answer, abnormal),
        names.get(frame.function, UNKNOWN),
        identifier,
        (Shown(each.name, each.value, each.unit) for each in values),
    )


def _is_1997(frame: codec.Frame) -> bool:
    if frame.function in _FUNCTIONS_97 and frame.function != 0x08:
        return True
    # Some masters ask 1997 identifiers with the function code of 2007.
    return frame.function == 0x11 and len(frame.data) == _WORDS_97


def _contents(frame: codec.Frame, old: bool, answer: bool) -> tuple[str, list[Value], bytes]:
    data = frame.data
    if frame.control & ABNORMAL:
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
    return codec.error_bits(data[0]) or [("no bit is set", "未置位")]


def _told(value: Value) -> Value:
    if value.name == "time to set" and value.value:
        pairs = [value.value[index : index + 2] for index in range(0, 12, 2)]
        return Value(value.name, f"20{'-'.join(pairs[:3])} {':'.join(pairs[3:])}", "")
    if value.name == "speed word":
        word = int(value.value, 16)
        speeds = [speed for bit, speed in codec.SPEEDS.items() if word == 1 << bit]
        return Value("speed", str(speeds[0]), "bit/s") if speeds else Value("speed word, not one bit", value.value, "")
    return value
