"""By registers of the product's own Modbus TCP server, read or written. Leaves what they mean to the profile.

One row comes back, with a text for each name of `read`; after a write without `read` none.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal

from msgspec import Meta

from bench.dut import sentences
from bench.dut.hooks import ANSWER_S, Question, Way
from bench.dut.refused import Refused
from simulators.settings import Flaw, Settings, Word
from simulators.values import DecimalText

_TYPES = {"u16": ">H", "i16": ">h", "u32": ">I", "i32": ">i", "u64": ">Q", "i64": ">q", "f32": ">f", "f64": ">d"}
_LATER = (5, 6)
"""Exceptions that put off and do not refuse: acknowledged, busy."""


class _Register(Settings, frozen=True, kw_only=True):
    address: Annotated[int, Meta(ge=0, le=65_535)]
    type: Literal["u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64"] = "u16"
    words: Literal["big", "little"] = "big"
    scale: DecimalText | float = "1"
    input: bool = False


class _Written(_Register, frozen=True, kw_only=True):
    value: str


class Registers(Way, frozen=True, kw_only=True):
    """`modbus` with host:port; `unit`; `read` and `write` are tables of registers.

    A register is `{ address = 0, type = "u32", words = "big", scale = "0.1", input = true }`, address from 0; one to be
    written has `value`, a template, besides.
    """

    chooses = ("modbus",)
    templates = ("modbus",)

    modbus: Word
    unit: Annotated[int, Meta(ge=0, le=255)] = 1
    read: dict[str, _Register] = {}
    write: dict[str, _Written] = {}

    def flaws(self) -> Iterator[Flaw]:
        """There is something to read, or to write."""
        if not self.read and not self.write:
            yield sentences.REGISTERS_MISSING().at("read")

    async def fetch(self, question: Question) -> Any:
        """One row of texts."""
        from pymodbus import ModbusException
        from pymodbus.client import AsyncModbusTcpClient

        host, _, port = question.fill(self.modbus).rpartition(":")
        if not host or not port.isdecimal():
            raise LookupError(str(sentences.READY_FORM(told=question.fill(self.modbus))))
        client = AsyncModbusTcpClient(host, port=int(port), timeout=ANSWER_S / 6)
        try:
            if not await client.connect():
                raise ConnectionError(str(sentences.NOTHING_LISTENS(host=host, port=port)))
            for name, register in self.write.items():
                words = _words(register, question.fill(register.value))
                _good(name, await client.write_registers(register.address, words, device_id=self.unit))
            row: dict[str, str] = {}
            for name, register in self.read.items():
                count = struct.calcsize(_TYPES[register.type]) // 2
                read = client.read_input_registers if register.input else client.read_holding_registers
                found = _good(name, await read(register.address, count=count, device_id=self.unit))
                row[name] = _text(register, found.registers)
            return [row] if row else []
        except ModbusException as error:
            raise ConnectionError(str(sentences.MODBUS_FAILED(host=host, port=port, error=error))) from None
        finally:
            client.close()


def _good(name: str, answer: Any) -> Any:
    if answer.isError():
        code = getattr(answer, "exception_code", None)
        kind = LookupError if code in _LATER else Refused
        raise kind(str(sentences.REGISTER_EXCEPTION(name=name, code=answer if code is None else code)))
    return answer


def _text(register: _Register, words: list[int]) -> str:
    ordered = words if register.words == "big" else words[::-1]
    octets = b"".join(word.to_bytes(2, "big") for word in ordered)
    (value,) = struct.unpack(_TYPES[register.type], octets)
    shown = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return format(shown * Decimal(str(register.scale)), "f")


def _words(register: _Register, text: str) -> list[int]:
    kind = _TYPES[register.type]
    try:
        value = Decimal(text) / Decimal(str(register.scale))
        octets = struct.pack(kind, float(value) if kind[1] in "fd" else int(value))
    except (ArithmeticError, ValueError, struct.error) as error:
        raise LookupError(str(sentences.REGISTER_RANGE(text=text, error=error))) from None
    words = [int.from_bytes(octets[at : at + 2], "big") for at in range(0, len(octets), 2)]
    return words if register.words == "big" else words[::-1]


WAY = Registers
