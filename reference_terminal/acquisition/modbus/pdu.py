"""The answer to a read request as pymodbus decodes it, with its registers left as the octets that came.

Leaves the connection to `client` and what the octets mean to `decode`.
"""

from __future__ import annotations

from pymodbus.exceptions import ModbusIOException
from pymodbus.pdu import ModbusPDU


class Registers(ModbusPDU):
    """The registers of one answer; a text of it is short, since pymodbus makes one of every answer, logged or not."""

    octets = b""

    def decode(self, data: bytes) -> None:
        """Take whole registers only; raises ModbusIOException where fewer octets came than were announced."""
        announced = data[0]
        if announced >= len(data):
            raise ModbusIOException(f"{announced} octets announced, {len(data) - 1} came", self.function_code)
        self.octets = data[1 : 1 + announced // 2 * 2]

    def __str__(self) -> str:
        """What it is, in one word."""
        return "registers"


class HoldingRegisters(Registers):
    """The answer to function 3."""

    function_code = 3


class InputRegisters(Registers):
    """The answer to function 4."""

    function_code = 4
