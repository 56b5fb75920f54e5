"""What DL/T 645 frames on a line say, field by field, in English and Chinese.

Leaves octets to `frames` and the tables to `items`.
"""

from __future__ import annotations

from reference_terminal.acquisition.dlt645 import frames as dlt645
from reference_terminal.acquisition.explaining import hexes, preamble
from reference_terminal.model import bcd, numbers
from reference_terminal.model import dlt645_items as items
from reference_terminal.model.reading import BadContent

_FUNCTIONS = {
    0x11: ("read data", "读数据"),
    0x12: ("read follow-up", "读后续数据"),
    0x13: ("read address", "读通信地址"),
    0x01: ("read data (1997)", "读数据（1997）"),
    0x02: ("read follow-up (1997)", "读后续数据（1997）"),
}


def lines_of(octets: bytes) -> list[str]:
    """Every DL/T 645 frame in some octets."""
    lines: list[str] = []
    for found in dlt645.scan(octets):
        if found.frame is None:
            lines.append(f"damaged frame: {found.flaw} / 帧损坏")
            continue
        frame = found.frame
        en, zh = _FUNCTIONS.get(frame.control & dlt645.FUNCTION, ("function", "功能"))
        way = ("answer", "应答") if frame.answer else ("request", "请求")
        ahead = preamble(octets, found.start)
        lines.append(
            f"DL/T 645 {way[0]} / {way[1]}: address / 地址 {frame.address}, control / 控制码 {frame.control:02X}"
            f" {en} / {zh}, {len(frame.data)} octets / 字节{ahead}"
        )
        if frame.abnormal:
            lines.append(f"refused / 异常应答: {dlt645.error_text(frame.data)}")
        elif frame.answer:
            lines += _values(frame)
        if frame.more:
            lines.append("more frames follow / 有后续帧")
    return lines


def _values(frame: dlt645.Frame) -> list[str]:
    if frame.control & dlt645.FUNCTION == dlt645.ADDRESS:
        return [f"address / 通信地址: {bcd.digits_of(frame.data)}"]
    width = 4 if frame.control & dlt645.FUNCTION == dlt645.READ else 2
    identifier = bcd.digits_of(frame.data[:width])
    value = frame.data[width:]
    item = items.item(identifier)
    if item is not None:
        return [f"{identifier} {item.en} / {item.zh}: {item_text(item, value)}", *_status(identifier, value)]
    members = items.members(identifier, len(value))
    lines: list[str] = []
    for member in members:
        each = items.item(member)
        assert each is not None
        lines.append(f"{member} {each.en} / {each.zh}: {item_text(each, value)}")
        value = value[each.form().width + len(each.time) // 2 :]
    if value or not members:
        lines.append(f"{identifier}: {hexes(value) or 'nothing'} （not in the public tables / 不在公开表中）")
    return lines


def _status(identifier: str, value: bytes) -> list[str]:
    if not identifier.startswith("040005") or len(value) < 2:
        return []
    bits = items.STATUS_BITS.get(int(identifier[6:], 16), {})
    word = int.from_bytes(value[:2], "little")
    return [f"bit {bit}: {en} / {zh}" for bit, (en, zh) in bits.items() if word >> bit & 1]


def item_text(item: items.Item, value: bytes) -> str:
    """One item's number with unit and quality, or its text."""
    if not item.format:
        shown = value[::-1]
        return shown.decode("latin-1").strip("\0 ") if item.unit == "text" else bcd.digits_of(value)
    form = item.form()
    try:
        number = numbers.text(bcd.value_of(value, form))
    except BadContent as error:
        return f"no value ({error}), bad / 无效"
    at = f" at / 发生时间 {bcd.digits_of(value[form.width : form.width + 5])}" if item.time else ""
    extra = len(value) - form.width - len(item.time) // 2
    tail = f", {extra} octets behind it ignored / 其后 {extra} 字节忽略" if extra > 0 else ""
    return f"{number} {item.unit}{at}, good / 有效{tail}"
