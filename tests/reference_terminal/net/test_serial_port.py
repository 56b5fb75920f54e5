"""A serial port of the machine: pyserial on one end of a pseudo terminal, a small meter on the other, in real time."""

from __future__ import annotations

import asyncio
import os
import random
import termios
import tty
from decimal import Decimal

import pytest
from line_kit import Clock, meter, shown

from reference_terminal.acquisition.dlt645 import frames
from reference_terminal.acquisition.dlt645.driver import Dlt645Meter
from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.acquisition.line import Line
from reference_terminal.acquisition.modbus import serial
from reference_terminal.acquisition.modbus.driver import SerialModbusMeter
from reference_terminal.model.clock import WallClock
from reference_terminal.settings.lines import LineConfig

METER = """
protocol = "dlt645-2007"
address = "161"
[[meters.points]]
id = "energy"
kind = "counter"
identifier = "00010000"
"""


class Pty:
    """A pseudo terminal; what its far end hears is answered in fragments."""

    def __init__(self) -> None:
        self.far, self.near = os.openpty()
        tty.setraw(self.near)
        self.device = os.ttyname(self.near)
        self.heard = b""
        self.settings: list[object] = []

    def serve(self, answer: bytes, octets: int) -> None:
        """Answer every request of so many octets."""
        loop = asyncio.get_running_loop()

        def ready() -> None:
            self.heard += os.read(self.far, 1000)
            if len(self.heard) >= octets:
                self.heard = b""
                self.settings = termios.tcgetattr(self.near)
                for at in range(0, len(answer), 5):
                    os.write(self.far, answer[at : at + 5])

        loop.add_reader(self.far, ready)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self.far)
        os.close(self.far)
        os.close(self.near)


def line(device: str, **changes: object) -> Line:
    given: dict[str, object] = {"timeout_s": Decimal("0.3"), "retries": 0, "parity": "none", **changes}
    return Line(LineConfig("l1", device=device, **given), random.Random(1))  # type: ignore[arg-type]


def test_a_meter_on_a_serial_port() -> None:
    async def main() -> list[str]:
        pty = Pty()
        pty.serve(frames.encode("000000000161", 0x91, bytes.fromhex("0000010026000000"), 4), 20)
        port = line(pty.device, baud=9600, stop_bits="2")
        try:
            return shown((await Dlt645Meter(meter(METER), 0, port).read(0, WallClock(Clock()), 0)).readings)
        finally:
            speed, stops = pty.settings[4], pty.settings[2]
            assert speed == termios.B9600 and isinstance(stops, int) and stops & termios.CSTOPB
            port.close()
            pty.close()

    assert asyncio.run(main()) == ["0.26"]


def test_seven_data_bits_and_parity_are_made_here() -> None:
    """Modbus ASCII at 7E1: every octet on the wire has even parity in its highest bit."""
    text = """
protocol = "modbus-ascii"
unit = 7
[[meters.points]]
id = "energy"
kind = "counter"
address = 0
type = "u32"
unit = "kWh"
"""

    async def main() -> list[str]:
        pty = Pty()
        answer = serial.wrap_ascii(bytes.fromhex("07030400BC614E"))
        wire = bytes(octet | (octet.bit_count() % 2) << 7 for octet in answer)
        heard: list[bytes] = []
        pty.serve(wire, 17)
        port = line(pty.device, data_bits=7, parity="even")
        port.watch = lambda each: heard.append(each.octets)
        try:
            return shown((await SerialModbusMeter(meter(text), 0, port).read(0, WallClock(Clock()), 0)).readings)
        finally:
            assert b"".join(heard[1:]) == answer
            port.close()
            pty.close()

    assert asyncio.run(main()) == ["12345678"]


def test_a_port_that_is_not_there_has_a_cause_and_a_pause() -> None:
    async def main() -> None:
        port = line("/dev/no-such-port")
        driver = Dlt645Meter(meter(METER), 0, port)
        for _ in range(2):
            assert shown((await driver.read(0, WallClock(Clock()), 0)).readings) == ["no connection"]
        assert 0.8 <= port.pause_s() <= 1

    asyncio.run(main())


def test_a_port_pulled_out_is_no_traceback() -> None:
    async def main() -> None:
        pty = Pty()
        port = line(pty.device)
        driver = Dlt645Meter(meter(METER), 0, port)
        task = asyncio.ensure_future(driver.fetch("00010000", "2007"))
        await asyncio.sleep(0.05)
        pty.close()
        with pytest.raises(ReadFailed, match=r"no connection|timeout"):
            await task
        port.close()

    asyncio.run(main())
