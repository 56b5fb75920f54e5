"""Serial lines in real time: pseudo terminals that lose power and survive their programs, adapters of a laboratory."""

from __future__ import annotations

import asyncio
import os
import pty
import subprocess
import sys
import termios
import threading
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import serial
from lab_kit import ANSWERS, table
from process_kit import PATIENCE_S, conduct, profile, python, record, said, states

from bench.case import Case, Finding, Verdict, criterion
from bench.facade.bench import Bench
from bench.history import History, Served
from bench.layout.scenario import Line, Scenario
from bench.real.serial import PtyLine
from bench.real.serial_port import PortLine
from bench.rigs import lab, loopback
from bench.run import CaseRig
from bench.virtual.uart import Framing
from simulators.meters.modbus.codec import encode_rtu, rtu_flaw

ASK = encode_rtu(1, bytes.fromhex("0400000002"))


SEEN = criterion("seen", en="the case was judged", zh="用例已判定")


class AsksOverSerial(Case):
    """A meter on a serial line answers some questions, power is lost for a second, and it answers some more."""

    zh = "串行线上的表计。"
    checks = {SEEN: ("isc-2/7.2.3e",)}
    scenario = Scenario(circuits=0, behind=(Line(("modbus-rtu",), 19_200, "E"),), period_s=1, centres=("A",), kinds=())

    async def drive(self, bench: Bench) -> None:
        await said(bench, "", 6)
        await bench.power.off(1)
        await said(bench, "", 6, life=2)

    def judge(self, history: History) -> Iterator[Finding]:
        yield SEEN.decide(True, measured=len(history.of(Served)))


class IsAskedOverSerial(AsksOverSerial):
    """The same with a device, which prints nothing: what it asks is seen on the line."""

    zh = "串行线上的表计，设备询问。"

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(2.5)
        await bench.power.off(1)
        await bench.clock.sleep(2.5)


PROGRAM = """
import os, termios, time, tty, sys
device, baud, parity, stop = {line}
port = os.open(device, os.O_RDWR | os.O_NOCTTY)
tty.setraw(port)
settings = termios.tcgetattr(port)
settings[4] = settings[5] = getattr(termios, "B" + baud)
termios.tcsetattr(port, termios.TCSANOW, settings)
print(parity, stop, flush=True)
while True:
    os.write(port, bytes.fromhex({ask!r}))
    time.sleep(0.3)
    print(os.read(port, 100).hex(), flush=True)
"""
_LINE = '("{{ lines[0].device }}", "{{ lines[0].baud }}", "{{ lines[0].parity }}", "{{ meters[0].device }}")'


def test_a_program_asks_a_meter_over_the_device_that_it_is_told(tmp_path: Path) -> None:
    rig: CaseRig = loopback.RIG
    terminal = profile(python(PROGRAM.replace("{line}", _LINE).replace("{ask!r}", repr(ASK.hex()))))
    result = conduct(rig, AsksOverSerial, terminal, tmp_path)
    history = record(result, tmp_path)
    assert result.verdict is Verdict.PASS and "crashed" not in states(result, tmp_path), result.reason
    assert history.began.meters[0].address == "ttyS1:1"
    served = [event for event in history.of(Served) if event.meter == "modbus-rtu"]
    assert len(served) > 6 and set(served[0].values) >= {"modbus-rtu.voltage_l1"}
    log = (tmp_path / result.record).parent / "terminal-1.log"
    first, *answers = log.read_text().splitlines()
    # A pseudo terminal keeps no parity, so the program is told none; the line of the world has it nevertheless.
    assert first.split()[0] == "N" and not os.path.exists(first.split()[1])
    assert not rtu_flaw(bytes.fromhex(answers[0]))


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def _with_line(folder: Path, framing: Framing, work: object) -> None:
    line = PtyLine("ttyS9", framing, folder)
    await line.start()
    try:
        await work(line)  # type: ignore[operator]
    finally:
        await line.stop()


def test_power_takes_what_was_on_the_line_and_the_settings(tmp_path: Path) -> None:
    async def work(line: PtyLine) -> None:
        heard: list[bytes] = []
        line.ear(1200, "N", 1, heard.append)
        with serial.Serial(str(line.device), 1200, exclusive=True) as port:
            port.write(b"0123456789")
            # Ten characters take 83 ms at 1200 bit/s: power fails when they have just got on the line.
            while not line.busy_s:
                line._readable()  # pyright: ignore[reportPrivateUsage]
            line.dark(True)
            done: list[bytes] = []
            line.send(b"late answer", 1200, "N", 1, done.append)
            await _until(lambda: bool(done) and line.lost >= 21)
            assert heard == [] and done == [b"late answer"] and line.lost == 21
            port.write(b"more")
            port.baudrate = 4800
            line.dark(False)
        with serial.Serial(str(line.device), 1200, exclusive=True, timeout=0.1) as port:
            assert port.read(50) == b"" and line.seen == Framing(1200)
            port.write(b"anew")
            await _until(lambda: len(b"".join(heard)) >= 4)
        assert b"".join(heard) == b"anew"

    asyncio.run(_with_line(tmp_path, Framing(1200), work))


_OWNER = """
import fcntl, os, sys, termios
os.setsid()
port = os.open(sys.argv[1], os.O_RDWR)
fcntl.ioctl(port, termios.TIOCSCTTY, 0)
os.write(port, b"mine")
"""


def test_a_line_outlives_a_program_whose_controlling_terminal_it_was(tmp_path: Path) -> None:
    async def work(line: PtyLine) -> None:
        heard: list[bytes] = []
        line.ear(9600, "N", 1, heard.append)
        words = [sys.executable, "-I", "-S", "-c", _OWNER, str(line.device)]
        for _ in range(2):
            done = await asyncio.to_thread(subprocess.run, words, check=False, capture_output=True)
            assert done.returncode == 0, done.stderr
            await asyncio.sleep(0.1)
        with serial.Serial(str(line.device), 9600) as port:
            port.write(b"next")
            await _until(lambda: b"".join(heard).endswith(b"next"))
        assert b"".join(heard).endswith(b"next") and line.seen is not None

    asyncio.run(_with_line(tmp_path, Framing(), work))


def _raw(descriptor: int) -> None:
    tty.setraw(descriptor, termios.TCSANOW)


def test_a_port_carries_octets_both_ways_and_dies_with_a_sentence() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        far, near = pty.openpty()
        _raw(near)
        os.set_blocking(near, False)
        troubles: list[str] = []
        heard: list[bytes] = []
        done: list[bytes] = []
        over = asyncio.Event()
        line = PortLine("ttyS1", Framing(2400, "E"), lambda: near, troubles.append)
        line.ear(2400, "E", 1, heard.append)
        line.ear(9600, "N", 1, lambda octets: heard.append(b"wrong"))
        await line.start()
        os.write(far, b"ask")
        await _until(lambda: bool(heard))
        assert heard == [b"ask"]
        began = loop.time()
        assert line.send(b"0123456789", 2400, "E", 1, lambda octets: (done.append(octets), over.set()))
        assert not line.send(b"never", 9600, "N", 1, done.append) and line.lost == 5
        assert os.read(far, 50) == b"0123456789" and done == []
        await over.wait()
        assert loop.time() - began >= 110 / 2400 and done == [b"0123456789"]
        os.close(far)
        await _until(lambda: bool(troubles))
        assert len(troubles) == 1 and troubles[0].startswith("serial line ttyS1 fails (")
        assert not line.send(b"x", 2400, "E", 1, done.append)
        await line.stop()

    asyncio.run(main())


class _Wired:
    """A device's end of an RS-485 adapter, which asks a meter again and again in a thread of its own."""

    def __init__(self) -> None:
        self.far, near = pty.openpty()
        self.device = os.ttyname(near)
        _raw(near)
        self._near = near
        self.answers: list[bytes] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> _Wired:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(5)
        os.close(self.far)
        os.close(self._near)

    def _work(self) -> None:
        os.set_blocking(self.far, False)
        while not self._over.wait(0.3):
            os.write(self.far, ASK)
            self._over.wait(0.2)
            try:
                self.answers.append(os.read(self.far, 100))
            except BlockingIOError:
                continue


@pytest.mark.parametrize("named", [True, False])
def test_a_lab_rig_speaks_through_its_adapter_or_says_that_it_has_none(named: bool, tmp_path: Path) -> None:
    with table(tmp_path, ANSWERS) as (_, terminal), _Wired() as wired:
        if named:
            text = (tmp_path / "rig.toml").read_text()
            (tmp_path / "rig.toml").write_text(f'{text}\n[serial.ttyS1]\ndevice = "{wired.device}"\n')
        result = conduct(lab.RIG, IsAskedOverSerial, terminal, tmp_path)
        if named:
            assert result.verdict is Verdict.PASS, result.reason
            assert any(answer and not rtu_flaw(answer) for answer in wired.answers)
            assert record(result, tmp_path).of(Served)
        else:
            assert result.verdict is Verdict.NOT_RUN and "has no [serial.ttyS1]" in result.reason


def test_a_dead_adapter_of_a_lab_is_named(tmp_path: Path) -> None:
    with table(tmp_path, ANSWERS) as (_, terminal):
        text = (tmp_path / "rig.toml").read_text()
        (tmp_path / "rig.toml").write_text(f'{text}\n[serial.ttyS1]\ndevice = "/dev/ttyNONE"\n')
        result = conduct(lab.RIG, IsAskedOverSerial, terminal, tmp_path)
    assert result.verdict is Verdict.ERROR and "[serial.ttyS1] /dev/ttyNONE does not exist" in result.reason


def test_an_adapter_that_dies_during_a_case_ends_it_as_the_benchs_error(tmp_path: Path) -> None:
    with table(tmp_path, ANSWERS) as (_, terminal):
        far, near = pty.openpty()
        _raw(near)
        text = (tmp_path / "rig.toml").read_text()
        (tmp_path / "rig.toml").write_text(f'{text}\n[serial.ttyS1]\ndevice = "{os.ttyname(near)}"\n')
        unplugged = threading.Timer(4, os.close, (far,))
        unplugged.start()
        result = conduct(lab.RIG, IsAskedOverSerial, terminal, tmp_path)
        unplugged.join()
        os.close(near)
    assert result.verdict is Verdict.ERROR and "serial line ttyS1 fails" in result.reason
