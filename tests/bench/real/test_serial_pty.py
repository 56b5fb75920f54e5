"""The pseudo terminal as a serial line: real programs open it with pyserial and mbpoll, at the speed of a real line."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import serial

from bench.real.serial import PtyLine
from bench.virtual.uart import Framing
from simulators.events import Event, Served
from simulators.meters.dlt645 import codec
from simulators.meters.modbus.codec import encode_rtu, rtu_flaw
from simulators.meters.spec import LineSpec
from simulators.tables import parse_toml
from simulators.world import Site, build_world

WORLD = """
[world]
name = "pty"
seed = 5
start = "2026-03-02T00:00:00+08:00"

[plant]
circuits = 2

[[lines]]
name = "ttyS1"
baud = 9600
parity = "{parity}"

[[meters]]
name = "E01"
map = "dlt645_three_phase"
line = "ttyS1"
address = "000000000161"
source = "e01"
points = [ {{ id = "e01.energy", register = "energy" }} ]

[[meters]]
name = "E02"
map = "sdm630"
line = "ttyS1"
unit = 7
source = "e02"
points = [ {{ id = "e02.voltage", register = "voltage_l1" }} ]

[[centres]]
name = "A"
host = "127.0.0.1"
port = {port}
mn = "010000A8900016F000169DC0"
"""

ENERGY = codec.encode(codec.Frame("000000000161", 0x11, bytes.fromhex("00000100")))
VOLTS = encode_rtu(7, bytes.fromhex("0400000002"))


class HostClock:
    def now_us(self) -> int:
        return time.time_ns() // 1000


class Stand:
    """Meters on a pseudo terminal."""

    def __init__(self, folder: Path, parity: str = "N") -> None:
        self.told: list[Event] = []
        self.lines: list[PtyLine] = []
        self._folder = folder
        text = WORLD.format(parity=parity, port=20_000 + os.getpid() % 20_000)
        world = build_world(parse_toml(text, "pty.toml"), "pty.toml", folder)
        self.site = Site(
            dataclasses.replace(world, start_us=HostClock().now_us()),
            clock=HostClock(),
            observe=self.told.append,
            carriers=self._carrier,
        )

    def _carrier(self, spec: LineSpec) -> PtyLine:
        self.lines.append(PtyLine(spec.name, Framing(*spec.settings), self._folder))
        return self.lines[-1]

    @property
    def device(self) -> str:
        return str(self.lines[0].device)

    def served(self) -> list[Served]:
        return [event for event in self.told if isinstance(event, Served)]

    async def ask(self, octets: bytes, *, baud: int = 9600, parity: str = "N", wait_s: float = 0.6) -> bytes:
        """What pyserial, in a thread as a program has it, reads within a time."""

        def talk() -> bytes:
            with serial.Serial(self.device, baud, parity=parity, timeout=wait_s) as port:
                port.write(octets)
                return port.read(300)

        return await asyncio.to_thread(talk)


def play(folder: Path, body: Callable[[Stand], Awaitable[None]], parity: str = "N") -> Stand:
    async def main() -> Stand:
        stand = Stand(folder, parity)
        await stand.site.start()
        try:
            await body(stand)
        finally:
            await stand.site.stop()
        return stand

    return asyncio.run(main())


def test_pyserial_reads_meters_of_two_protocols(tmp_path: Path) -> None:
    async def body(stand: Stand) -> None:
        answer = await stand.ask(ENERGY)
        assert not codec.flaws(answer.lstrip(b"\xfe"))
        assert not rtu_flaw(await stand.ask(VOLTS))
        assert [list(event.values) for event in stand.served()] == [["e01.energy"], ["e02.voltage"]]

    stand = play(tmp_path, body)
    assert stand.lines[0].busy_s > (len(ENERGY) + len(VOLTS)) * 10 / 9600
    assert not list(tmp_path.iterdir())


def test_another_speed_or_odd_parity_is_not_understood(tmp_path: Path) -> None:
    async def body(stand: Stand) -> None:
        assert await stand.ask(VOLTS, baud=4800) == b""
        assert await stand.ask(VOLTS, parity="O") == b""
        assert stand.lines[0].lost
        assert not stand.served()
        assert await stand.ask(VOLTS)

    play(tmp_path, body)


def test_a_device_name_that_is_taken_is_an_error_and_nothing_stays_open(tmp_path: Path) -> None:
    (tmp_path / "ttyS1").write_text("taken")

    async def body(stand: Stand) -> None:
        raise AssertionError("it must not start")

    with pytest.raises(FileExistsError):
        play(tmp_path, body)
    assert [each.name for each in tmp_path.iterdir()] == ["ttyS1"]


def test_octets_are_held_as_long_as_they_take(tmp_path: Path) -> None:
    async def body(stand: Stand) -> None:
        loop = asyncio.get_running_loop()
        taken: list[float] = []
        done = asyncio.Event()

        def hear(_octets: bytes) -> None:
            taken.append(loop.time())
            done.set()

        line = PtyLine("paced", Framing(300), tmp_path)
        line.ear(300, "N", 1, hear)
        await line.start()
        with serial.Serial(str(line.device), 300) as port:
            began = loop.time()
            port.write(b"abc")
            await done.wait()
        await line.stop()
        # Never sooner than three characters of ten bits at 300 bit/s.
        assert taken[0] - began >= 0.1

    play(tmp_path, body)


def test_mbpoll_reads_our_meter_over_rtu(tmp_path: Path, program: Callable[[str], str]) -> None:
    mbpoll = program("mbpoll")

    async def body(stand: Stand) -> None:
        words = ["-m", "rtu", "-a", "7", "-b", "9600", "-P", "none", "-t", "3:float", "-B", "-0", "-r", "0", "-1", "-q"]
        done = await asyncio.to_thread(
            subprocess.run, [mbpoll, *words, stand.device], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        told = stand.served()[-1].values["e02.voltage"]
        assert f"{float(told):.6g}" in done.stdout

    play(tmp_path, body)


_CLIENT = """
import sys
from pymodbus.client import ModbusSerialClient
client = ModbusSerialClient(sys.argv[1], baudrate=9600, parity="N", timeout=1)
assert client.connect()
answer = client.read_input_registers(0, count=2, device_id=7)
wrong = client.read_input_registers(9000, count=2, device_id=7)
print(*answer.registers, wrong.exception_code)
"""


def test_pymodbus_reads_our_meter_over_rtu(tmp_path: Path) -> None:
    async def body(stand: Stand) -> None:
        done = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-c", _CLIENT, stand.device], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        high, low, code = done.stdout.split()
        assert f"{int(high):04X}{int(low):04X}" == stand.served()[-1].response[6:14]
        assert code == "2"

    play(tmp_path, body)
