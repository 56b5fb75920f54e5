"""Defects of the HJ 212 frames: checksum, length, fields, splitting, identity."""

from __future__ import annotations

from conformance.defects import Patch, defect
from reference_terminal.uplink import crc


@defect(
    "modbus-crc",
    en="frames carry the Modbus CRC instead of the one of annex A",
    zh="报文使用 Modbus CRC 而非附录 A 的 CRC",
    clauses=("isc-2/7.2.4f",),
    cases=("protocol/sends-well-formed-frames",),
)
def modbus_crc(patch: Patch) -> None:
    """Polynomial and start value agree, the shift does not (F2)."""

    def of(data: bytes) -> int:
        register = 0xFFFF
        for octet in data:
            register ^= octet
            for _ in range(8):
                register = (register >> 1) ^ (0xA001 if register & 1 else 0)
        return register

    patch(crc, "of", of)
