"""Frames of Modbus: RTU and ASCII with their check octets, TCP with its head, and how long a request is.

Leaves to others: what is in them (`pdu`), what a meter answers (`device`), the line (`serial.bus`). RTU is `unit pdu
crc` and closed by silence; ASCII is `:` and hex digits of `unit pdu lrc` and CR LF; TCP is transaction number, protocol
0000, number of octets that follow, unit, pdu. Here a frame is octets as they travel.
"""

from __future__ import annotations

RTU_SHORTEST = 4
RTU_LONGEST = 256
ASCII_LONGEST = 513
COLON = 0x3A
_END = b"\r\n"


def _crc_table() -> tuple[int, ...]:
    table: list[int] = []
    for octet in range(256):
        value = octet
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
        table.append(value)
    return tuple(table)


_CRC = _crc_table()


def crc16(octets: bytes) -> bytes:
    """CRC-16 (polynomial A001, start FFFF) as it travels, low octet first."""
    value = 0xFFFF
    for octet in octets:
        value = value >> 8 ^ _CRC[(value ^ octet) & 0xFF]
    return value.to_bytes(2, "little")


def lrc(octets: bytes) -> int:
    """The check octet of ASCII: two's complement of the sum."""
    return -sum(octets) & 0xFF


def encode_rtu(unit: int, pdu: bytes) -> bytes:
    """A frame of RTU."""
    body = bytes((unit,)) + pdu
    return body + crc16(body)


def encode_ascii(unit: int, pdu: bytes) -> bytes:
    """A frame of ASCII."""
    body = bytes((unit,)) + pdu
    return b":" + (body + bytes((lrc(body),))).hex().upper().encode() + _END


def encode_tcp(transaction: bytes, unit: int, pdu: bytes) -> bytes:
    """A frame of TCP that repeats these two octets of the transaction number."""
    return transaction + b"\0\0" + (len(pdu) + 1).to_bytes(2, "big") + bytes((unit,)) + pdu


def rtu_flaw(octets: bytes) -> str:
    """What is wrong with the octets between two silences; empty if they are a frame."""
    if len(octets) < RTU_SHORTEST:
        return f"expected at least {RTU_SHORTEST} octets between two silences, got {len(octets)}"
    if len(octets) > RTU_LONGEST:
        return f"expected at most {RTU_LONGEST} octets between two silences, got {len(octets)}"
    expected = crc16(octets[:-2])
    if octets[-2:] != expected:
        return f"expected CRC {expected.hex().upper()}, got {octets[-2:].hex().upper()}"
    return ""


def decode_rtu(octets: bytes) -> tuple[int, bytes]:
    """Unit and PDU of a frame without flaws."""
    return octets[0], octets[1:-2]


def ascii_flaw(octets: bytes) -> str:
    """What is wrong with octets from a colon to a line feed; empty if they are a frame."""
    if octets[:1] != b":" or octets[-2:] != _END:
        return "expected a colon first and CR LF last"
    digits = octets[1:-2]
    if len(digits) % 2 or len(digits) < 6 or any(each not in b"0123456789ABCDEFabcdef" for each in digits):
        return f"expected pairs of hex digits for unit, function and LRC, got {digits.decode('ascii', 'replace')!r}"
    body = bytes.fromhex(digits.decode("ascii"))
    if lrc(body[:-1]) != body[-1]:
        return f"expected LRC {lrc(body[:-1]):02X}, got {body[-1]:02X}"
    return ""


def decode_ascii(octets: bytes) -> tuple[int, bytes]:
    """Unit and PDU of a frame without flaws."""
    body = bytes.fromhex(octets[1:-2].decode("ascii"))
    return body[0], body[1:-1]


def request_length(octets: bytes | bytearray) -> int:
    """Octets of the RTU request that begins here: 0 if that cannot be told yet, -1 if the function tells no length."""
    if len(octets) < 2:
        return 0
    function = octets[1]
    if 1 <= function <= 6:
        return 8
    if function in (0x07, 0x0B, 0x0C, 0x11):
        return 4
    if function == 0x16:
        return 10
    where = {0x0F: 6, 0x10: 6, 0x17: 10}.get(function)
    if where is None:
        return -1
    return where + 3 + octets[where] if len(octets) > where else 0
