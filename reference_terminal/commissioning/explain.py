"""What a frame on a line says, field by field, in English and Chinese.

Leaves finding devices to `probe` and protocols to acquisition.
"""

from __future__ import annotations

from reference_terminal.acquisition import closed_frames
from reference_terminal.acquisition.cjt188 import frames as cjt188
from reference_terminal.acquisition.dlt645 import frames as dlt645
from reference_terminal.acquisition.modbus import serial
from reference_terminal.model import bcd, numbers
from reference_terminal.model import dlt645_items as items
from reference_terminal.model.cjt188_layouts import fields_named
from reference_terminal.model.reading import BadContent

_FUNCTIONS_645 = {
    0x11: ("read data", "读数据"),
    0x12: ("read follow-up", "读后续数据"),
    0x13: ("read address", "读通信地址"),
    0x01: ("read data (1997)", "读数据(1997)"),
    0x02: ("read follow-up (1997)", "读后续数据(1997)"),
}
_FUNCTIONS_188 = {0x01: ("read data", "读数据"), 0x03: ("read address", "读地址")}
_KINDS = {
    "1": ("water meter", "水表"),
    "2": ("heat meter", "热量表"),
    "3": ("gas meter", "燃气表"),
    "4": ("other", "其他"),
}


def hexes(octets: bytes) -> str:
    """Octets as hexadecimal pairs."""
    return octets.hex(" ").upper()


def dlt645_lines(octets: bytes) -> list[str]:
    """Every DL/T 645 frame in some octets."""
    lines: list[str] = []
    for found in dlt645.scan(octets):
        if found.frame is None:
            lines.append(f"damaged frame: {found.flaw} / 帧损坏")
            continue
        frame = found.frame
        en, zh = _FUNCTIONS_645.get(frame.control & dlt645.FUNCTION, ("function", "功能"))
        way = ("answer", "应答") if frame.answer else ("request", "请求")
        preamble = _preamble(octets, found.start)
        lines.append(
            f"DL/T 645 {way[0]} / {way[1]}: address / 地址 {frame.address}, control / 控制码 {frame.control:02X}"
            f" {en} / {zh}, {len(frame.data)} octets / 字节{preamble}"
        )
        if frame.abnormal:
            lines.append(f"refused / 异常应答: {dlt645.error_text(frame.data)}")
        elif frame.answer:
            lines += _dlt645_values(frame)
        if frame.more:
            lines.append("more frames follow / 有后续帧")
    return lines


def _preamble(octets: bytes, start: int) -> str:
    count = 0
    while count < start and octets[start - count - 1] == closed_frames.PREAMBLE:
        count += 1
    return f", {count} × FE" if count else ""


def _dlt645_values(frame: dlt645.Frame) -> list[str]:
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
        lines.append(f"{identifier}: {hexes(value) or 'nothing'} (not in the public tables / 不在公开表中)")
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


def cjt188_lines(octets: bytes) -> list[str]:
    """Every CJ/T 188 frame in some octets."""
    lines: list[str] = []
    for found in cjt188.scan(octets):
        frame = found.frame
        if frame is None:
            lines.append(f"damaged frame: {found.flaw} / 帧损坏")
            continue
        en, zh = _FUNCTIONS_188.get(frame.control & 0x1F, ("function", "功能"))
        kind_en, kind_zh = _KINDS.get(frame.kind[0], ("any", "任意"))
        lines.append(
            f"CJ/T 188 {'answer / 应答' if frame.answer else 'request / 请求'}: type / 类型 {frame.kind} {kind_en} /"
            f" {kind_zh}, address / 地址 {frame.address}, control / 控制码 {frame.control:02X} {en} / {zh}"
            f"{_preamble(octets, found.start)}"
        )
        if frame.abnormal:
            lines.append(f"refused / 异常应答: {hexes(frame.data)}")
        elif frame.answer and frame.control & 0x1F == cjt188.READ:
            lines += _cjt188_values(frame)
    return lines


def _cjt188_values(frame: cjt188.Frame) -> list[str]:
    order = "high" if frame.data[:2] in (b"\x90\x1f", b"\x91\x1f") else "low"
    identifier = (frame.data[:2] if order == "high" else frame.data[1::-1]).hex().upper()
    lines = [f"identifier / 标识 {identifier}, {order} octet first / {'高' if order == 'high' else '低'}字节在前"]
    for layout in ("standard", "unit-first", "ultrasonic"):
        try:
            fields = cjt188.fields_of(frame.data[3:], fields_named(layout, (), frame.kind, identifier))
        except BadContent:
            continue
        lines.append(f"layout / 布局: {layout}")
        for field in fields:
            if field.layout.name == "clock":
                lines.append(f"clock / 时钟: {cjt188.clock_text(field.raw) or 'none'}")
            elif field.layout.name == "status":
                en, zh = cjt188.status_text(field.raw, "standard")
                lines.append(f"status / 状态: {hexes(field.raw)} {en} / {zh}")
            elif field.layout.form is not None:
                said = f"no value ({field.cause}), bad / 无效"
                if field.value is not None:
                    said = f"{numbers.text(field.value)} {field.unit}, good / 有效"
                lines.append(f"{field.layout.name}: {said}")
        return lines
    return [*lines, f"no known layout / 未知布局: {hexes(frame.data[3:])}"]


def modbus_lines(framing: serial.Framing, octets: bytes) -> list[str]:
    """Every answer with registers, or refusal, in some octets."""
    lines: list[str] = []
    for body in framing.frames(octets):
        if body[1] & 0x80:
            lines.append(f"{framing.name}: unit / 从站 {body[0]} refuses / 异常 {body[2]}")
        else:
            lines.append(f"{framing.name}: unit / 从站 {body[0]}, function / 功能 {body[1]}, {hexes(body[3:])}")
    return lines
