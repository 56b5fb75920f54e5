"""What CJ/T 188 frames on a line say, field by field, in English and Chinese.

Leaves octets to `frames` and what answers look like to `layouts`.
"""

from __future__ import annotations

from reference_terminal.acquisition.cjt188 import frames as cjt188
from reference_terminal.acquisition.explaining import hexes, preamble
from reference_terminal.model import numbers
from reference_terminal.model.cjt188_layouts import fields_named
from reference_terminal.model.reading import BadContent

_FUNCTIONS = {0x01: ("read data", "读数据"), 0x03: ("read address", "读地址")}
_KINDS = {
    "1": ("water meter", "水表"),
    "2": ("heat meter", "热量表"),
    "3": ("gas meter", "燃气表"),
    "4": ("other", "其他"),
}


def lines_of(octets: bytes) -> list[str]:
    """Every CJ/T 188 frame in some octets."""
    lines: list[str] = []
    for found in cjt188.scan(octets):
        frame = found.frame
        if frame is None:
            lines.append(f"damaged frame: {found.flaw} / 帧损坏")
            continue
        en, zh = _FUNCTIONS.get(frame.control & 0x1F, ("function", "功能"))
        kind_en, kind_zh = _KINDS.get(frame.kind[0], ("any", "任意"))
        lines.append(
            f"CJ/T 188 {'answer / 应答' if frame.answer else 'request / 请求'}: type / 类型 {frame.kind} {kind_en} /"
            f" {kind_zh}, address / 地址 {frame.address}, control / 控制码 {frame.control:02X} {en} / {zh}"
            f"{preamble(octets, found.start)}"
        )
        if frame.abnormal:
            lines.append(f"refused / 异常应答: {hexes(frame.data)}")
        elif frame.answer and frame.control & 0x1F == cjt188.READ:
            lines += _values(frame)
    return lines


def _values(frame: cjt188.Frame) -> list[str]:
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
