"""What Modbus frames on a line say, in English and Chinese.

Leaves octets to `serial`.
"""

from __future__ import annotations

from reference_terminal.acquisition.explaining import hexes
from reference_terminal.acquisition.modbus import serial


def lines_of(framing: serial.Framing, octets: bytes) -> list[str]:
    """Every answer with registers, or refusal, in some octets."""
    lines: list[str] = []
    for body in framing.frames(octets):
        if body[1] & 0x80:
            code = str(body[2]) if len(body) > 2 else "–"
            lines.append(f"{framing.name}: unit / 从站 {body[0]} refuses / 异常 {code}")
        else:
            lines.append(f"{framing.name}: unit / 从站 {body[0]}, function / 功能 {body[1]}, {hexes(body[3:])}")
    return lines
