"""DL/T 645 clients of others against our meters: PyPI `dlt645` and `python-dlt645`, each in an environment of its own.

Both have the import name `dlt645`. Their known deviations (facts §5.2) are asserted here, so that a change of
theirs is noticed; our meters do not follow them. If a registry cannot be reached, the tests say so in a warning and
check nothing.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import venv
import warnings
from pathlib import Path

import pytest
from test_sim_dlt645 import OWN, Line

from simulators.events import Rejected, Unserved
from simulators.meters import faults
from simulators.meters.dlt645_codec import Frame, encode

WIRE = "121078563412"
PEERS = {"dlt645": "3.2.0", "python-dlt645": "0.1.4"}

ENERGY = """
import json, sys
from dlt645 import MeterClientService
from loguru import logger
logger.remove()
service = MeterClientService.new_tcp_client("127.0.0.1", int(sys.argv[1]), timeout=2)
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
wire = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 3)
flo, r_flo = wire.makefile("wb", buffering=0), wire.makefile("rb", buffering=0)
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


@pytest.fixture(scope="session")
def environments(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Interpreters with one peer each; a peer that could not be installed is missing, and a warning tells it."""
    made: dict[str, Path] = {}
    for name, version in PEERS.items():
        folder = tmp_path_factory.mktemp("peer") / name
        venv.create(folder, with_pip=False, symlinks=True)
        python = folder / "bin" / "python"
        done = subprocess.run(
            [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", f"{name}=={version}"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            warnings.warn(f"PEER NOT TESTED: {name} {version} could not be installed: {reason}", stacklevel=1)
        else:
            made[name] = python
    return made


def converse(python: Path, script: str, address: str, line: Line) -> dict[str, str | None]:
    """Let a peer's client talk to the meters of a line on loopback."""

    async def main() -> bytes:
        await line.bus.start()
        process = await asyncio.create_subprocess_exec(
            str(python), "-c", script, str(line.port), address, stdout=asyncio.subprocess.PIPE
        )
        told, _ = await process.communicate()
        await line.bus.stop()
        return told

    return json.loads(asyncio.run(main()).splitlines()[-1])


def not_installed(environments: dict[str, Path], name: str) -> bool:
    """True, with a warning, if the peer is missing."""
    if name in environments:
        return False
    warnings.warn(f"PEER NOT TESTED: {name} is not installed, nothing was checked", stacklevel=1)
    return True


def test_dlt645_reads_our_meter(environments: dict[str, Path]) -> None:
    if not_installed(environments, "dlt645"):
        return
    line = Line("dlt645_three_phase", addresses=("123456781012",))
    line.meter.preset("0.energy", "123456.78")
    line.meter.preset("0.power", "-1.2345")
    # It wants its address in the order of the wire.
    told = converse(environments["dlt645"], ENERGY, WIRE, line)
    assert told["energy"] == "123456.78"
    assert told["power"] == "-1.2345"
    assert told["voltage"] == line.meter.text("0.voltage_a")
    assert told["unknown"] is None
    # It asks for 9600 bit/s with a word of which several bits are set; ours refuses it.
    assert any(event.outcome == "exception" for event in line.heard.of(Unserved))
    assert line.meter.speed == 2400
    assert not line.heard.of(Rejected)
    assert told["address"] == WIRE


def test_python_dlt645_reads_our_meter(environments: dict[str, Path]) -> None:
    if not_installed(environments, "python-dlt645"):
        return
    line = Line("dlt645_three_phase")
    line.meter.preset("0.combined", "123.45")
    told = converse(environments["python-dlt645"], ACTIVE, OWN, line)
    assert told == {"address": OWN, "energy": "123.45"}


def test_python_dlt645_takes_the_sign_for_a_digit(environments: dict[str, Path]) -> None:
    if not_installed(environments, "python-dlt645"):
        return
    line = Line("dlt645_three_phase")
    line.meter.set_fault(faults.Preamble(count=0))
    line.meter.channel("0.combined").held = line.meter.bcd("combined").encode(-12345)
    assert line.meter.text("0.combined") == "-123.45"
    told = converse(environments["python-dlt645"], ACTIVE, OWN, line)
    assert told["energy"] == "800123.45"


def test_python_dlt645_ends_a_frame_at_the_first_16(environments: dict[str, Path]) -> None:
    if not_installed(environments, "python-dlt645"):
        return
    line = Line("dlt645_three_phase", addresses=("123456781016",))
    told = converse(environments["python-dlt645"], ACTIVE, "123456781016", line)
    assert told["address"] in ("IndexError", "FrameFormatError")
    assert encode(Frame("123456781016", 0x93, b""))[1] == 0x16
