"""Modbus requests and answers without their frame: what a request asks, and octets of answers and exceptions.

Leaves to others: frames (`codec` on lines, `tcp`), what a device answers (`device`). Written from the Modbus
application protocol V1.1b3 (GB/T 19582.1), owing nothing to the terminal's library, so that a mistake of either shows.
"""

from __future__ import annotations

from dataclasses import dataclass

READ_COILS, READ_INPUTS, READ_HOLDING, READ_INPUT_REGISTERS = 1, 2, 3, 4
WRITE_REGISTER, WRITE_REGISTERS = 6, 16
BITS = (READ_COILS, READ_INPUTS)
REGISTERS = (READ_HOLDING, READ_INPUT_REGISTERS)
READS = (*BITS, *REGISTERS)
WRITES = (WRITE_REGISTER, WRITE_REGISTERS)
FUNCTIONS = (*READS, *WRITES)
"""Function codes a simulated device can serve."""

WRONG_FUNCTION, WRONG_ADDRESS, WRONG_VALUE, BUSY, NO_ANSWER_BEHIND = 1, 2, 3, 6, 0x0B
"""Exception codes: function, address, value or quantity, device busy, a gateway's target does not respond."""

MOST_BITS, MOST_REGISTERS, MOST_WRITTEN = 2000, 125, 123
"""The largest quantities of one request (V1.1b3, 6.1 to 6.4 and 6.12)."""


@dataclass(frozen=True, slots=True)
class Read:
    """A request for `count` bits or registers from `address` (0-based)."""

    function: int
    address: int
    count: int


@dataclass(frozen=True, slots=True)
class Write:
    """A request to write registers from `address` (0-based); `octets` are those of the registers in order."""

    function: int
    address: int
    octets: bytes

    @property
    def count(self) -> int:
        """Number of registers."""
        return len(self.octets) // 2


def read_request(pdu: bytes) -> Read | None:
    """What a reading request (01 to 04) asks; None if its length or its quantity is wrong."""
    if len(pdu) != 5:
        return None
    function, count = pdu[0], pdu[3] << 8 | pdu[4]
    if not 1 <= count <= (MOST_BITS if function in BITS else MOST_REGISTERS):
        return None
    return Read(function, pdu[1] << 8 | pdu[2], count)


def write_request(pdu: bytes) -> Write | None:
    """What a writing request (06, 16) asks; None if its length, its quantity or its number of octets is wrong."""
    if len(pdu) < 5:
        return None
    function, address = pdu[0], pdu[1] << 8 | pdu[2]
    if function == WRITE_REGISTER:
        return Write(function, address, pdu[3:]) if len(pdu) == 5 else None
    count = pdu[3] << 8 | pdu[4]
    if not 1 <= count <= MOST_WRITTEN or len(pdu) != 6 + 2 * count or pdu[5] != 2 * count:
        return None
    return Write(function, address, pdu[6:])


def exception(function: int, code: int) -> bytes:
    """The answer that refuses a request."""
    return bytes((function | 0x80, code))


def answer(function: int, data: bytes) -> bytes:
    """The answer to a reading request: the number of octets, and these."""
    return bytes((function, len(data))) + data


def written(pdu: bytes) -> bytes:
    """The answer to a writing request that was carried out: its function, address, and value or quantity again."""
    return pdu[:5]


def packed(states: list[bool]) -> bytes:
    """Bits as they travel, the first in the lowest bit of the first octet, the last octet filled up with zeros."""
    octets = bytearray((len(states) + 7) // 8)
    for index, state in enumerate(states):
        octets[index // 8] |= state << index % 8
    return bytes(octets)
