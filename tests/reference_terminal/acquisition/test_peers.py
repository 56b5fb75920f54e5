"""The terminal's drivers against servers of others in real time: libmodbus (TCP and RTU) and PyPI `dlt645` (TCP, RTU).

Serial peers stand on one pseudo terminal, the driver on another, with the wires between them pumped here. Where a peer
is known to deviate from the standard, the deviation is asserted: the driver must see it and not follow it.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes.util
import os
import random
import sys
import tty
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from decimal import Decimal

import pytest
from line_kit import meter, shown
from ports import free_port

from reference_terminal.acquisition.dlt645.driver import Dlt645Meter
from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.acquisition.line import Line
from reference_terminal.acquisition.modbus.client import GatewayClient
from reference_terminal.acquisition.modbus.driver import ModbusMeter, SerialModbusMeter
from reference_terminal.model.clock import WallClock
from reference_terminal.settings.config import load_config
from reference_terminal.settings.lines import LineConfig
from reference_terminal.settings.meters import GatewayConfig

LIBMODBUS = """
import ctypes, ctypes.util, sys

class Mapping(ctypes.Structure):
    _fields_ = [(f"count_{number}", ctypes.c_int) for number in range(8)]
    _fields_ += [("tab_bits", ctypes.c_void_p), ("tab_inputs", ctypes.c_void_p)]
    _fields_ += [(name, ctypes.POINTER(ctypes.c_uint16)) for name in ("tab_input_registers", "tab_registers")]

lib = ctypes.CDLL(ctypes.util.find_library("modbus"))
lib.modbus_new_tcp.restype = lib.modbus_new_rtu.restype = ctypes.c_void_p
lib.modbus_mapping_new.restype = ctypes.POINTER(Mapping)
mapping = lib.modbus_mapping_new(10, 10, 100, 100)
for index, word in enumerate((0x00BC, 0x614E, 0x55AF, 0x6743)):
    mapping.contents.tab_registers[index] = word
for index, word in enumerate((0x4367, 0xAF55, 0xFFFF, 0xFFFE)):
    mapping.contents.tab_input_registers[index] = word
query = (ctypes.c_uint8 * 260)()
at = sys.argv[1]
if at.isdecimal():
    context = ctypes.c_void_p(lib.modbus_new_tcp(b"127.0.0.1", int(at)))
    listener = lib.modbus_tcp_listen(context, 5)
    print("ready", flush=True)
    accepted = ctypes.c_int(listener)
    lib.modbus_tcp_accept(context, ctypes.byref(accepted))
else:
    context = ctypes.c_void_p(lib.modbus_new_rtu(at.encode(), 9600, ctypes.c_char(b"N"), 8, 1))
    lib.modbus_set_slave(context, 7)
    assert lib.modbus_connect(context) == 0
    print("ready", flush=True)
while True:
    size = lib.modbus_receive(context, query)
    if size > 0:
        lib.modbus_reply(context, query, size, mapping)
    elif size < 0 and at.isdecimal():
        break
"""

DLT645 = """
import sys, time
from dlt645 import MeterServerService
from loguru import logger
logger.remove()
at = sys.argv[1]
if at.isdecimal():
    server = MeterServerService.new_tcp_server("127.0.0.1", int(at))
else:
    server = MeterServerService.new_rtu_server(at, 8, 1, 2400, "N", 1.0)
server.set_address(bytes.fromhex("121078563412"))
server.set_00(0x00010000, 123456.78)
server.set_00(0x00020000, 0.1)
server.set_02(0x02030000, -1.2345)
server.set_02(0x02010100, 220.1)
assert server.start()
print("ready", flush=True)
time.sleep(60)
"""

REGISTERS = """
unit = 7
max_gap = 0
[[meters.points]]
id = "energy"
kind = "counter"
address = 0
type = "u32"
scale = "0.01"
unit = "kWh"
[[meters.points]]
id = "swapped"
kind = "instant"
address = 2
type = "f32"
order = "DCBA"
unit = "V"
[[meters.points]]
id = "voltage"
kind = "instant"
address = 0
type = "f32"
unit = "V"
function = 4
[[meters.points]]
id = "negative"
kind = "instant"
address = 2
type = "s32"
unit = "kW"
function = 4
[[meters.points]]
id = "beyond"
kind = "instant"
address = 99
type = "u32"
unit = "kW"
"""

ENERGY_AND_POWER = """
protocol = "{edition}"
address = "123456781012"
blocks = {blocks}
[[meters.points]]
id = "import"
kind = "counter"
identifier = "00010000"
[[meters.points]]
id = "export"
kind = "counter"
identifier = "00020000"
[[meters.points]]
id = "power"
kind = "instant"
identifier = "02030000"
[[meters.points]]
id = "voltage"
kind = "instant"
identifier = "02010100"
[[meters.points]]
id = "missing"
kind = "counter"
identifier = "{missing}"
format = "XXXXXX.XX"
unit = "kWh"
"""


# An identifier that the peer lacks.
MISSING = "00510000"


class Clock:
    def time_ns(self) -> int:
        return 1_772_380_800 * 10**9

    def set_time_ns(self, value: int) -> None:
        raise AssertionError


class Wires:
    """Two pseudo terminals joined: `far` is the peer's port, `near` the driver's."""

    def __init__(self) -> None:
        pairs = [os.openpty(), os.openpty()]
        for _, slave in pairs:
            tty.setraw(slave)
        self.far, self.near = (os.ttyname(slave) for _, slave in pairs)
        (one, _), (other, _) = pairs
        self._open = [each for pair in pairs for each in pair]
        loop = asyncio.get_running_loop()
        loop.add_reader(one, lambda: os.write(other, os.read(one, 4096)))
        loop.add_reader(other, lambda: os.write(one, os.read(other, 4096)))
        self._masters = (one, other)

    def close(self) -> None:
        for master in self._masters:
            asyncio.get_running_loop().remove_reader(master)
        for each in self._open:
            os.close(each)


@contextlib.asynccontextmanager
async def server(python: str, script: str, at: str) -> AsyncGenerator[None]:
    """A peer's server that listens at a port or on a device."""
    process = await asyncio.create_subprocess_exec(python, "-c", script, at, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        async with asyncio.timeout(120):
            assert await process.stdout.readline() == b"ready\n"
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def on_line(
    python: str, script: str, serial: bool, body: Callable[[Line], Awaitable[object]], baud: int = 2400
) -> object:
    """Run `body` with a line to a peer's server, by TCP or over pseudo terminals."""

    async def main() -> object:
        wires = Wires() if serial else None
        port = 0 if wires else free_port()
        options = {"parity": "none", "retries": 0, "timeout_s": Decimal(3), "baud": baud}
        config = (
            LineConfig("l1", device=wires.near, **options)  # type: ignore[arg-type]
            if wires
            else LineConfig("l1", host="127.0.0.1", port=port, **options)  # type: ignore[arg-type]
        )
        async with server(python, script, wires.far if wires else str(port)):
            line = Line(config, random.Random(1))
            try:
                return await body(line)
            finally:
                line.close()
                if wires:
                    wires.close()

    return asyncio.run(main())


@pytest.fixture
def libmodbus() -> str:
    """The interpreter that runs libmodbus, which comes with mbpoll."""
    if ctypes.util.find_library("modbus") is None:
        pytest.skip("NOT RUN HERE: libmodbus is not installed (apt-get install libmodbus5) / 未执行：未安装 libmodbus")
    return sys.executable


# The fifth point lies half beyond the registers there are.
HELD = ["123456.78", "231.68489", "231.68489", "-2", "exception 2"]


def numbers(texts: Sequence[str]) -> list[str]:
    """What was read, without trailing zeros."""
    return [text if text.startswith("exception") else f"{Decimal(text).normalize():f}" for text in texts]


def test_libmodbus_by_tcp(libmodbus: str) -> None:
    async def main() -> list[str]:
        port = free_port()
        config = load_config(
            f'[[gateways]]\nid = "g"\nhost = "127.0.0.1"\nport = {port}\n'
            f'[[meters]]\nid = "m"\ngateway = "g"\n{REGISTERS}'
        ).meters[0]
        async with server(libmodbus, LIBMODBUS, str(port)):
            client = GatewayClient(GatewayConfig("g", "127.0.0.1", port), random.Random(1))
            try:
                return shown((await ModbusMeter(config, 0, client).read(0, WallClock(Clock()), 0)).readings)
            finally:
                client.close()

    assert numbers(asyncio.run(main())) == HELD


def test_libmodbus_on_a_serial_port(libmodbus: str) -> None:
    async def body(line: Line) -> list[list[str]]:
        driver = SerialModbusMeter(meter('protocol = "modbus-rtu"\n' + REGISTERS), 0, line)
        other = SerialModbusMeter(
            meter('protocol = "modbus-rtu"\n' + REGISTERS.replace("unit = 7", "unit = 8")), 0, line
        )
        clock = WallClock(Clock())
        return [shown((await each.read(0, clock, 0)).readings) for each in (driver, other, driver)]

    found = on_line(libmodbus, LIBMODBUS, True, body, 9600)
    assert isinstance(found, list)
    own, foreign, again = found
    assert numbers(own) == numbers(again) == HELD
    # To another unit libmodbus is silent, and what it says later is nobody's answer.
    assert foreign == ["timeout"] * 5


@pytest.mark.parametrize("serial", [False, True], ids=["tcp", "pty"])
@pytest.mark.parametrize(
    ("edition", "blocks", "missing", "says"),
    [
        ("dlt645-2007", "false", MISSING, "error answer: 02 no such data"),
        ("dlt645-2007", "true", MISSING, "error answer: 02 no such data"),
        ("dlt645-auto", "false", "00010001", "0.00"),
    ],
)
def test_a_meter_of_dlt645(
    peer: Callable[[str], str], serial: bool, edition: str, blocks: str, missing: str, says: str
) -> None:
    async def body(line: Line) -> list[str]:
        config = meter(ENERGY_AND_POWER.format(edition=edition, blocks=blocks, missing=missing))
        return shown((await Dlt645Meter(config, 0, line).read(0, WallClock(Clock()), 0)).readings)

    found = on_line(peer("dlt645"), DLT645, serial, body)
    assert isinstance(found, list)
    # A block is refused; what lies in it is asked for one by one.
    assert found == ["123456.78", "0.10", "-1.2345", "220.1", says]


@pytest.mark.parametrize("serial", [False, True], ids=["tcp", "pty"])
def test_deviations_of_dlt645_are_seen(peer: Callable[[str], str], serial: bool) -> None:
    """It refuses blocks, frames of 1997, and in the name of another address what it should pass over in silence."""

    async def body(line: Line) -> list[str]:
        told: list[str] = []
        text = ENERGY_AND_POWER.format(edition="dlt645-2007", blocks="false", missing=MISSING)
        own = Dlt645Meter(meter(text), 0, line)
        other = Dlt645Meter(meter(text.replace("123456781012", "123456781013")), 0, line)
        for ask in (
            lambda: own.fetch("0001FF00", "2007"),
            lambda: own.fetch("0201FF00", "2007"),
            lambda: own.fetch("9010", "1997"),
            lambda: other.fetch("00010000", "2007", 1.0),
            lambda: own.fetch("00010000", "2007"),
        ):
            try:
                told.append((await ask()).hex())
            except ReadFailed as failure:
                told.append(failure.cause)
        return told

    assert on_line(peer("dlt645"), DLT645, serial, body) == [
        "error answer: 02 no such data",
        "error answer: 02 no such data",
        "error answer: 01 other error",
        "error answer: 01 other error",
        "78563412",
    ]
