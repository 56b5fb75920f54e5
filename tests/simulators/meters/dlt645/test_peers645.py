"""DL/T 645 clients of others against our meters: PyPI `dlt645` and `python-dlt645`, each in an environment of its own.

Both have the import name `dlt645`. Their known deviations (facts §5.2) are asserted here, so that a change of
theirs is noticed; our meters do not follow them. If a registry cannot be reached, the tests say so in a warning and
check nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from dlt645_kit import OWN, Line

from bench.real.serial import PtyLine
from bench.virtual.uart import Framing
from simulators.events import Rejected, Unserved
from simulators.meters import faults
from simulators.meters.carriers import LineSettings
from simulators.meters.dlt645.codec import Frame, encode
from simulators.meters.serial.bus import SerialBus

WIRE = "121078563412"

ENERGY = """
import json, sys
from dlt645 import MeterClientService
from loguru import logger
logger.remove()
at = sys.argv[1]
if at.isdecimal():
    service = MeterClientService.new_tcp_client("127.0.0.1", int(at), timeout=60)
else:
    service = MeterClientService.new_rtu_client(at, 2400, 8, 1, "N", 2)
service.set_address(sys.argv[2])
def shown(item):
    if item is None:
        return None
    if isinstance(item, list):
        return [shown(each) for each in item]
    return str(item.value)
told = dict()
for name, call in (
    ("address", service.read_address),
    ("energy", lambda: service.read_00(0x00010000)),
    ("voltage", lambda: service.read_02(0x02010100)),
    ("power", lambda: service.read_02(0x02030000)),
    ("unknown", lambda: service.read_02(0x02999900)),
    ("speed", lambda: service.change_baud_rate(9600)),
):
    try:
        told[name] = shown(call())
    except Exception as error:
        told[name] = type(error).__name__
print(json.dumps(told))
"""

ACTIVE = """
import json, socket, sys
import dlt645
at = sys.argv[1]
if at.isdecimal():
    wire = socket.create_connection(("127.0.0.1", int(at)), 3)
    flo, r_flo = wire.makefile("wb", buffering=0), wire.makefile("rb", buffering=0)
else:
    flo, r_flo = open(at, "wb", buffering=0), open(at, "rb", buffering=0)
told = dict()
for name, call in (
    ("address", lambda: dlt645.get_addr(flo, r_flo)),
    ("energy", lambda: dlt645.get_active_energy(sys.argv[2], flo, r_flo)),
):
    try:
        told[name] = str(call())
    except Exception as error:
        told[name] = type(error).__name__
print(json.dumps(told))
"""


Lay = Callable[[Line], str]
"""Puts a line's meters behind TCP or on a pseudo terminal; gives what a script is told: a port, or a device's path."""


@pytest.fixture(params=["tcp", "pty"])
def lay(request: pytest.FixtureRequest, tmp_path: Path) -> Lay:
    """Both ways a line can be reached."""

    def put(line: Line) -> str:
        if request.param == "tcp":
            return str(line.port)
        # It sets its port again for every read, which Linux refuses on a pseudo terminal with parity.
        settings = LineSettings(2400, "N", 1)
        for meter in line.meters:
            meter.port = settings
        carrier = PtyLine("ttyS1", Framing(*settings), tmp_path)
        line.bus = SerialBus(
            "", 0, line.meters, clock=line.clock, observe=line.heard, carrier=carrier, settings=settings
        )
        return str(carrier.device)

    return put


def converse(python: str, script: str, address: str, line: Line, at: str) -> dict[str, str | None]:
    """Let a peer's client talk to the meters of a line."""

    async def main() -> bytes:
        await line.bus.start()
        process = await asyncio.create_subprocess_exec(
            python, "-c", script, at, address, stdout=asyncio.subprocess.PIPE
        )
        try:
            async with asyncio.timeout(120):
                told, _ = await process.communicate()
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await line.bus.stop()
        return told

    return json.loads(asyncio.run(main()).splitlines()[-1])


def test_dlt645_reads_our_meter(peer: Callable[[str], str], lay: Lay) -> None:
    line = Line("dlt645_three_phase", addresses=("123456781012",))
    line.meter.preset("0.energy", "123456.78")
    line.meter.preset("0.power", "-1.2345")
    # It wants its address in the order of the wire.
    told = converse(peer("dlt645"), ENERGY, WIRE, line, lay(line))
    assert told["energy"] == "123456.78"
    assert told["power"] == "-1.2345"
    assert told["voltage"] == line.meter.text("0.voltage_a")
    assert told["unknown"] is None
    # It asks for 9600 bit/s with a word of which several bits are set; ours refuses it.
    assert any(event.outcome == "exception" for event in line.heard.of(Unserved))
    assert line.meter.speed == 2400
    assert not line.heard.of(Rejected)
    assert told["address"] == WIRE


def test_python_dlt645_reads_our_meter(peer: Callable[[str], str], lay: Lay) -> None:
    line = Line("dlt645_three_phase")
    line.meter.preset("0.combined", "123.45")
    told = converse(peer("python-dlt645"), ACTIVE, OWN, line, lay(line))
    assert told == {"address": OWN, "energy": "123.45"}


def test_python_dlt645_takes_the_sign_for_a_digit(peer: Callable[[str], str], lay: Lay) -> None:
    line = Line("dlt645_three_phase")
    line.meter.set_fault(faults.Preamble(count=0))
    line.meter.channel("0.combined").held = line.meter.bcd("combined").encode(-12345)
    assert line.meter.text("0.combined") == "-123.45"
    told = converse(peer("python-dlt645"), ACTIVE, OWN, line, lay(line))
    assert told["energy"] == "800123.45"


def test_python_dlt645_ends_a_frame_at_the_first_16(peer: Callable[[str], str], lay: Lay) -> None:
    line = Line("dlt645_three_phase", addresses=("123456781016",))
    told = converse(peer("python-dlt645"), ACTIVE, "123456781016", line, lay(line))
    assert told["address"] in ("IndexError", "FrameFormatError")
    assert encode(Frame("123456781016", 0x93, b""))[1] == 0x16
