"""The simulated Modbus devices' own codec beside pymodbus: any request, any answer, in any of the three frames.

The reference terminal speaks through pymodbus; here the two readings of the same protocol meet without a device.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pymodbus.framer import FramerAscii, FramerRTU, FramerSocket
from pymodbus.pdu import DecodePDU, ModbusPDU
from pymodbus.pdu.bit_message import ReadCoilsRequest, ReadDiscreteInputsRequest
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)
from simulators_helpers import START_US, HandClock, Heard

from simulators.clock import seeded
from simulators.meters.maps import shipped_map
from simulators.meters.modbus import codec, pdu
from simulators.meters.modbus.device import Binding, ModbusMeter
from simulators.plant import Works

SERVER, CLIENT = DecodePDU(True), DecodePDU(False)
READS: dict[int, Any] = {
    1: ReadCoilsRequest,
    2: ReadDiscreteInputsRequest,
    3: ReadHoldingRegistersRequest,
    4: ReadInputRegistersRequest,
}
words = st.integers(0, 0xFFFF)
functions = st.sampled_from(sorted(READS))
units = st.integers(0, 255)


def octets_of(message: ModbusPDU) -> bytes:
    return bytes((message.function_code,)) + message.encode()


@given(functions, words, st.integers(1, 2000))
def test_what_pymodbus_reads_is_read_the_same(function: int, address: int, count: int) -> None:
    count = min(count, READS[function].MAX_COUNT)
    request = octets_of(READS[function](address=address, count=count))
    assert pdu.read_request(request) == pdu.Read(function, address, count)


@given(words, st.lists(words, min_size=1, max_size=123))
def test_what_pymodbus_writes_is_read_the_same(address: int, values: list[int]) -> None:
    request = octets_of(WriteMultipleRegistersRequest(address=address, registers=values, count=len(values)))
    found = pdu.write_request(request)
    assert found is not None
    assert (found.function, found.address, found.count) == (16, address, len(values))
    assert found.octets == b"".join(value.to_bytes(2, "big") for value in values)
    taken: Any = CLIENT.decode(pdu.written(request))
    assert (taken.address, taken.count) == (address, len(values))
    single = octets_of(WriteSingleRegisterRequest(address=address, registers=values[:1]))
    assert pdu.write_request(single) == pdu.Write(6, address, values[0].to_bytes(2, "big"))
    echoed: Any = CLIENT.decode(pdu.written(single))
    assert (echoed.address, list(echoed.registers)) == (address, values[:1])


@given(functions, st.binary(max_size=8))
@example(3, bytes.fromhex("0000007E"))
@example(1, bytes.fromhex("000007D1"))
@example(4, bytes.fromhex("0000000100"))
def test_a_reading_request_is_taken_by_both_or_by_none(function: int, rest: bytes) -> None:
    """pymodbus reads past octets too many; a request has exactly five."""
    octets = bytes((function,)) + rest
    found = pdu.read_request(octets)
    other: Any = SERVER.decode(octets)
    assert (found is None) == (other is None or len(octets) != 5)
    if found is not None:
        assert found == pdu.Read(function, other.address, other.count)


@given(st.binary(max_size=12))
@example(bytes.fromhex("0000000204000100"))
@example(bytes.fromhex("000000000000"))
def test_a_writing_request_that_is_taken_says_the_same_to_both(rest: bytes) -> None:
    octets = b"\x10" + rest
    found = pdu.write_request(octets)
    other: Any = SERVER.decode(octets)
    sound = other is not None and 1 <= other.count <= 123 and other.byte_count == 2 * other.count == len(octets) - 6
    assert (found is not None) == sound
    if found is not None:
        assert (found.address, found.count) == (other.address, other.count)
        assert found.octets == b"".join(value.to_bytes(2, "big") for value in other.registers)


@given(st.sampled_from([3, 4]), st.lists(words, min_size=1, max_size=125))
def test_pymodbus_reads_the_registers_of_an_answer(function: int, values: list[int]) -> None:
    read: Any = CLIENT.decode(pdu.answer(function, b"".join(value.to_bytes(2, "big") for value in values)))
    assert (read.function_code, list(read.registers)) == (function, values)


@given(st.sampled_from([1, 2]), st.lists(st.booleans(), min_size=1, max_size=2000))
def test_pymodbus_reads_the_bits_of_an_answer(function: int, states: list[bool]) -> None:
    read: Any = CLIENT.decode(pdu.answer(function, pdu.packed(states)))
    assert read.function_code == function
    assert list(read.bits)[: len(states)] == states
    assert not any(list(read.bits)[len(states) :])


@given(st.sampled_from(pdu.FUNCTIONS), st.sampled_from([1, 2, 3, 4, 6, 0x0A, 0x0B]))
def test_pymodbus_reads_an_exception(function: int, code: int) -> None:
    read: Any = CLIENT.decode(pdu.exception(function, code))
    assert read.isError()
    assert (read.function_code, read.exception_code) == (function | 0x80, code)


@given(units, st.binary(min_size=1, max_size=253))
def test_frames_are_those_of_pymodbus(unit: int, body: bytes) -> None:
    for framer, encode, flaw, decode in (
        (FramerRTU, codec.encode_rtu, codec.rtu_flaw, codec.decode_rtu),
        (FramerAscii, codec.encode_ascii, codec.ascii_flaw, codec.decode_ascii),
    ):
        theirs = framer(CLIENT).encode(body, unit, 0)
        assert encode(unit, body) == theirs
        assert flaw(theirs) == ""
        assert decode(theirs) == (unit, body)


@given(words, units, st.binary(min_size=1, max_size=253))
def test_the_head_of_tcp_is_that_of_pymodbus(transaction: int, unit: int, body: bytes) -> None:
    frame = codec.encode_tcp(transaction.to_bytes(2, "big"), unit, body)
    assert frame == FramerSocket(CLIENT).encode(body, unit, transaction)
    assert FramerSocket(CLIENT).decode(frame) == (len(frame), unit, transaction, body)


@pytest.mark.parametrize("name", ["sdm630", "all_types", "cems_das", "adl3000"])
def test_a_device_answers_what_pymodbus_asks(name: str) -> None:
    """Every register by a request and an answer of pymodbus: the octets are those that its channel shows."""
    device = shipped_map(name)
    meter = ModbusMeter(
        name,
        1,
        device,
        Works(seeded(1), START_US, 2),
        clock=HandClock(START_US),
        chance=random.Random(1),
        observe=Heard(),
        source="e01",
        bindings=[Binding(register.id, register.id) for register in device.registers],
    )
    for register in device.registers:
        shown = meter.channels[register.id].show(START_US)[0]
        for function in register.fc:
            for part, octets in zip(register.parts, shown, strict=True):
                if device.strict and len(register.parts) > 1:
                    continue
                request = octets_of(READS[function](address=part.address, count=part.count))
                read: Any = CLIENT.decode(meter.give(request, START_US).pdu)
                assert b"".join(value.to_bytes(2, "big") for value in read.registers) == octets
