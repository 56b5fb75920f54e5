"""By registers of the product's own Modbus TCP server, read or written. Leaves what they mean to the profile.

One row comes back, with a text for each name of `read`; after a write without `read` none.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, cast

from bench.dut import sentences
from bench.dut.hooks import ANSWER_S, Question, Way
from bench.dut.refused import Refused

_TYPES = {"u16": ">H", "i16": ">h", "u32": ">I", "i32": ">i", "u64": ">Q", "i64": ">q", "f32": ">f", "f64": ">d"}
_ORDERS = ("big", "little")
_LATER = (5, 6)
"""Exceptions that put off and do not refuse: acknowledged, busy."""


class Registers(Way):
    """`modbus` with host:port; `unit`; `read` and `write` are tables of registers.

    A register is `{ address = 0, type = "u32", words = "big", scale = "0.1", input = true }`, address from 0; one to be
    written has `value`, a template, besides.
    """

    chooses = ("modbus",)
    keys = frozenset(("unit", "read", "write"))
    templates = frozenset(("modbus",))

    def problems(self, asked: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Addresses, types and orders there are."""
        if not asked.get("read") and not asked.get("write"):
            yield "read", "a table of registers by name, here or in write"
        for part in ("read", "write"):
            table = asked.get(part, {})
            if not isinstance(table, dict):
                yield part, "a table of registers by name"
                continue
            for name, register in cast("dict[str, Any]", table).items():
                if not isinstance(register, dict) or not isinstance(register.get("address"), int):
                    yield f"{part}.{name}", '{ address = 0, type = "u16" }'
                elif register.get("type", "u16") not in _TYPES or register.get("words", "big") not in _ORDERS:
                    yield f"{part}.{name}", f"type of {', '.join(_TYPES)} and words of {', '.join(_ORDERS)}"
                elif part == "write" and not isinstance(register.get("value"), str):
                    yield f"{part}.{name}.value", "a text, the value to be written"

    async def fetch(self, asked: Mapping[str, Any], question: Question) -> Any:
        """One row of texts."""
        from pymodbus import ModbusException
        from pymodbus.client import AsyncModbusTcpClient

        host, _, port = question.fill(asked["modbus"]).rpartition(":")
        if not host or not port.isdecimal():
            raise LookupError(str(sentences.READY_FORM(told=question.fill(asked["modbus"]))))
        client = AsyncModbusTcpClient(host, port=int(port), timeout=ANSWER_S / 6)
        try:
            if not await client.connect():
                raise ConnectionError(str(sentences.NOTHING_LISTENS(host=host, port=port)))
            unit = int(asked.get("unit", 1))
            for name, register in asked.get("write", {}).items():
                words = _words(register, question.fill(register["value"]))
                _good(name, await client.write_registers(register["address"], words, device_id=unit))
            row: dict[str, str] = {}
            for name, register in asked.get("read", {}).items():
                count = struct.calcsize(_TYPES[register.get("type", "u16")]) // 2
                read = client.read_input_registers if register.get("input") else client.read_holding_registers
                found = _good(name, await read(register["address"], count=count, device_id=unit))
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


def _text(register: Mapping[str, Any], words: list[int]) -> str:
    ordered = words if register.get("words", "big") == "big" else words[::-1]
    octets = b"".join(word.to_bytes(2, "big") for word in ordered)
    (value,) = struct.unpack(_TYPES[register.get("type", "u16")], octets)
    shown = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return format(shown * Decimal(str(register.get("scale", "1"))), "f")


def _words(register: Mapping[str, Any], text: str) -> list[int]:
    kind = _TYPES[register.get("type", "u16")]
    try:
        value = Decimal(text) / Decimal(str(register.get("scale", "1")))
        octets = struct.pack(kind, float(value) if kind[1] in "fd" else int(value))
    except (ArithmeticError, ValueError, struct.error) as error:
        raise LookupError(str(sentences.REGISTER_RANGE(text=text, error=error))) from None
    words = [int.from_bytes(octets[at : at + 2], "big") for at in range(0, len(octets), 2)]
    return words if register.get("words", "big") == "big" else words[::-1]


WAY = Registers()
