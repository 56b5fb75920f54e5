"""Looking for a Modbus device: one block of registers read once.

Leaves frames to `serial`.
"""

from __future__ import annotations

import itertools

from reference_terminal.acquisition.explaining import hexes
from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.acquisition.line import Line, Question
from reference_terminal.acquisition.modbus import decode, serial
from reference_terminal.acquisition.modbus.blocks import Block
from reference_terminal.acquisition.modbus.settings import TYPES
from reference_terminal.acquisition.protocol import Wanted
from reference_terminal.model import numbers, reading
from reference_terminal.model.reading import BadContent


async def ask_tcp(wanted: Wanted, line: Line) -> str:
    """By a frame of Modbus TCP."""
    return await _ask(wanted, line, tcp_question(wanted.unit, _block(wanted)))


async def ask_rtu(wanted: Wanted, line: Line) -> str:
    """By an RTU frame."""
    return await _ask(wanted, line, serial.question(serial.RTU, wanted.unit, _block(wanted)))


async def ask_ascii(wanted: Wanted, line: Line) -> str:
    """By an ASCII frame."""
    return await _ask(wanted, line, serial.question(serial.ASCII, wanted.unit, _block(wanted)))


def _block(wanted: Wanted) -> Block:
    return Block(wanted.function, wanted.register, TYPES[wanted.type], False)


async def _ask(wanted: Wanted, line: Line, question: Question[bytes]) -> str:
    octets = await line.ask(question)
    try:
        value = numbers.text(decode.number(decode.in_order(octets, wanted.order), wanted.type))
    except BadContent as error:
        return f"{hexes(octets)}: no value ({error}), bad / 无效"
    return f"{hexes(octets)} = {value} ({wanted.type} {wanted.order}), good / 有效"


_transactions = itertools.count(1)


def tcp_question(unit: int, block: Block) -> Question[bytes]:
    """A Modbus TCP request for a block and how to know its answer: by its transaction number."""
    number = (next(_transactions) & 0xFFFF).to_bytes(2, "big")
    pdu = bytes([block.function]) + block.address.to_bytes(2, "big") + block.count.to_bytes(2, "big")
    request = number + b"\0\0" + (len(pdu) + 1).to_bytes(2, "big") + bytes([unit]) + pdu

    def find(octets: bytes) -> bytes | None:
        if octets[:2] != number or len(octets) < 9 or len(octets) < 6 + int.from_bytes(octets[4:6], "big"):
            return None
        if octets[7] & 0x80:
            raise ReadFailed(f"{reading.EXCEPTION} {octets[8]}", octets[8])
        return octets[9 : 9 + octets[8]] if octets[8] == 2 * block.count else None

    return Question(request, find, lambda octets: reading.BAD_FRAME)
