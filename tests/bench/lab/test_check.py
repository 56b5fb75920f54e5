"""`carbonbench bench check`: a sound rig is sound, and each thing that can be wrong is named, all at once."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import re
import threading
import time
import tty
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from house import ROOT

from bench.case import EXIT_ERROR, EXIT_PASS, EXIT_USAGE
from bench.cli import main
from bench.lab import ntp, ports
from bench.lab.check import PROBLEM, adapters, cards, clock, proofs
from bench.lab.rigfile import (
    NetworkCard,
    PersonAt,
    PersonSwitch,
    ReferenceClock,
    RigError,
    RigFile,
    SerialAdapter,
    read_rig,
)
from bench.real import netns
from bench.virtual.prove import Proof


def rig(**parts: object) -> RigFile:
    """A rig of a person and what a test adds."""
    usual: dict[str, object] = {
        "path": "rig.toml",
        "name": "test",
        "networks": {},
        "serial": {},
        "power": PersonSwitch(),
        "clock": ReferenceClock(),
        "person": PersonAt(),
    }
    return RigFile(**{**usual, **parts})  # pyright: ignore[reportArgumentType]


@contextmanager
def card() -> Generator[str]:
    """A card of this machine whose cable leads to a device in a namespace of its own."""
    name, far = f"cbt{os.getpid() % 100_000}", netns.fresh_name("device")
    netns.create(far)
    try:
        netns.configure("", [f"link add {name} type veth peer name eth0 netns {far}"])
        Path(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6").write_text("1")
        netns.configure("", [f"link set {name} up"])
        netns.configure(far, ["link set eth0 up"])
        yield name
    finally:
        # The namespace would take it along, but some time later.
        netns.configure("", [f"link del {name}"])
        netns.delete(far)


@contextmanager
def loop(*, delay_s: float = 0.0, change: bytes = b"", dead: bool = False) -> Generator[tuple[str, str]]:
    """Two serial ports cabled to each other; `change` is put in front of what passes, `dead` lets nothing pass."""
    ends = [os.openpty() for _ in range(2)]
    for _, slave in ends:
        tty.setraw(slave)
    over = threading.Event()

    def cable() -> None:
        os.set_blocking(ends[0][0], False)
        while not over.wait(0.0005):
            try:
                octets = os.read(ends[0][0], 4096)
            except BlockingIOError:
                continue
            time.sleep(delay_s)
            if not dead:
                os.write(ends[1][0], change + octets)

    thread = threading.Thread(target=cable)
    thread.start()
    try:
        yield os.ttyname(ends[0][1]), os.ttyname(ends[1][1])
    finally:
        over.set()
        thread.join()
        for end in (each for pair in ends for each in pair):
            os.close(end)


def words(found: object) -> str:
    """All findings as text."""
    return "\n".join(map(str, found))  # pyright: ignore[reportArgumentType]


def test_a_card_that_is_cabled_and_without_address_is_sound_and_each_fault_is_named() -> None:
    with card() as name:
        mine = rig(networks={"field": NetworkCard(name)})
        assert [each.level for each in cards(mine)] == ["sound"]
        netns.configure("", [f"addr add 10.9.8.7/24 dev {name}"])
        assert "carries 10.9.8.7/24" in words(cards(mine))
        netns.configure("", [f"addr del 10.9.8.7/24 dev {name}", f"link set {name} down"])
        assert f"is down: ip link set dev {name} up" in words(cards(mine))
        netns.configure("", [f"link set {name} up"])
        (far,) = [each for each in os.listdir(netns.FOLDER) if each.endswith("-device") and f"-{os.getpid()}-" in each]
        netns.configure(far, ["link set eth0 down"])
        assert "has no carrier" in words(cards(mine))
        netns.configure("", [f"link add {name}b type bridge", f"link set {name} master {name}b"])
        try:
            assert f"belongs to {name}b" in words(cards(mine))
        finally:
            netns.configure("", [f"link del {name}b"])


def test_an_unknown_card_is_named_with_those_there_are() -> None:
    found = cards(rig(networks={"field": NetworkCard("nosuch0"), "uplink": NetworkCard("lo")}))
    assert [each.level for each in found] == [PROBLEM, PROBLEM]
    assert "nosuch0" in words(found) and "this machine has:" in words(found)


def test_a_looped_adapter_is_measured() -> None:
    with loop(delay_s=0.01) as (near, far):
        late = ports.measure(SerialAdapter(near, baud=115_200, loop=far))
        assert late is not None and late.bursts == ports.BURSTS and 8.0 < late.p50_ms <= late.max_ms


@pytest.mark.parametrize(
    ("cable", "limit_ms", "sentence"),
    [
        ({"dead": True}, 1000.0, "of 16 octets sent 0 came back"),
        ({"change": b"?"}, 1000.0, "wiring or settings are wrong"),
        ({"delay_s": 0.03}, 5.0, "expected at most 5 ms"),
    ],
)
def test_an_adapter_that_is_dead_wrong_or_late_is_named(
    cable: dict[str, object], limit_ms: float, sentence: str
) -> None:
    with loop(**cable) as (near, far):  # pyright: ignore[reportArgumentType]
        found = adapters(rig(serial={"a": SerialAdapter(near, 115_200, loop=far, max_latency_ms=limit_ms)}))
        assert [each.level for each in found] == [PROBLEM] and sentence in words(found) and near in words(found)


def test_ports_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("")
    with loop() as (near, _):
        holder = os.open(near, os.O_RDWR | os.O_NOCTTY)
        fcntl.flock(holder, fcntl.LOCK_EX)
        mine = {"a": SerialAdapter("/dev/ttyUSB99"), "b": SerialAdapter(str(plain)), "c": SerialAdapter(near)}
        found = words(adapters(rig(serial=mine)))
        os.close(holder)
    assert "/dev/ttyUSB99" in found and "does not exist" in found
    assert "is no serial port" in found and "in use by another program" in found
    master, slave = os.openpty()
    name = os.ttyname(slave)
    os.close(slave)
    os.close(master)
    assert adapters(rig(serial={"a": SerialAdapter(name)}))[0].level == PROBLEM


def test_an_adapter_without_a_loop_says_that_its_latency_is_unknown() -> None:
    with loop() as (near, _):
        (found,) = adapters(rig(serial={"a": SerialAdapter(near)}))
    assert found.level == "note" and "was not measured" in found.en


async def _clock(ahead_s: float) -> tuple[str, str]:
    server = ntp.NtpServer(lambda: time.time_ns() // 1000)
    server.ahead_s = ahead_s
    port = await server.start("127.0.0.1", 0)
    try:
        (found,) = await clock(rig(clock=ReferenceClock("127.0.0.1", port)))
        assert server.asked > 1
        return found.level, found.en
    finally:
        server.stop()


def test_the_clock_is_held_against_an_ntp_server() -> None:
    assert asyncio.run(_clock(0.0))[0] == "sound"
    level, told = asyncio.run(_clock(2.0))
    assert level == PROBLEM and told.startswith(("2000.", "1999.")) and "behind" in told
    level, told = asyncio.run(_clock(-2.0))
    assert level == PROBLEM and "ahead of" in told


class Mute(asyncio.DatagramProtocol):
    """Answers with what it is given, or not at all."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # pyright: ignore
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        if self.answer:
            self.transport.sendto(self.answer[:24] + data[40:48] + self.answer[32:], addr)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (b"", "no answer within 0.2 s"),
        (b"short", "expected 48 octets, found 13"),
        (b"\xe4\x10" + bytes(46), "not synchronised itself (stratum 16)"),
        (b"\x23\x01" + bytes(46), "not to this question"),
    ],
)
def test_a_time_server_that_tells_no_time_is_named(answer: bytes, sentence: str) -> None:
    async def run() -> str:
        there = asyncio.get_running_loop()
        transport, _ = await there.create_datagram_endpoint(lambda: Mute(answer), local_addr=("127.0.0.1", 0))
        port = transport.get_extra_info("sockname")[1]
        try:
            return words(await clock(rig(clock=ReferenceClock("127.0.0.1", port, timeout_s=0.2))))
        finally:
            transport.close()

    assert sentence in asyncio.run(run())


def test_ntp_stamps_keep_their_era() -> None:
    for now in (0, 1_795_000_000_123_456_789, 2_085_978_497_000_000_000):
        assert abs(ntp.from_ntp(ntp.to_ntp(now), now) - now) <= 1


def test_an_injector_that_lies_is_named() -> None:
    async def lying(seed: int) -> list[Proof]:
        return [Proof("wire: loss", seed != 1, "2 lost", "none lost")]

    again, found = asyncio.run(proofs(1, requirements=lambda: (), prover=lying))
    assert again.level == "note" and "proved once more" in again.en
    assert found.level == PROBLEM and "expected 2 lost, got none lost" in found.en
    (found,) = asyncio.run(proofs(1, requirements=lambda: ("needs root / 需要 root",), prover=lying))
    assert found.level == PROBLEM and found.en == "needs root"


def test_the_command_tells_everything_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def serve(done: threading.Event, ready: threading.Event, told: list[int]) -> None:
        server = ntp.NtpServer(lambda: time.time_ns() // 1000)
        told.append(await server.start("127.0.0.1", 0))
        ready.set()
        await asyncio.to_thread(done.wait)
        server.stop()

    done, ready, told = threading.Event(), threading.Event(), list[int]()
    thread = threading.Thread(target=lambda: asyncio.run(serve(done, ready, told)))
    thread.start()
    ready.wait()
    head = '[rig]\nname = "t"\n[power]\ndriver = "person"\n[person]\nweb = "127.0.0.1:0"\n'
    head += f'[clock]\nserver = "127.0.0.1"\nport = {told[0]}\nmax_offset_ms = 5000\n'
    file = tmp_path / "rig.toml"
    try:
        with card() as name, loop() as (near, far):
            file.write_text(
                f'{head}[networks.field]\ninterface = "{name}"\n'
                f'[serial.a]\ndevice = "{near}"\nloop = "{far}"\nmax_latency_ms = 900\n'
            )
            assert main(["bench", "check", str(file), "--json", "--quick"]) == EXIT_PASS
            report = json.loads(capsys.readouterr().out)
            assert report["ready"] and f"networks.field ({name})" in [each["where"] for each in report["findings"]]
        assert main(["bench", "check", str(file), "--quick"]) == EXIT_ERROR
        text = capsys.readouterr().out
        assert f"FAIL networks.field ({name})" in text and f"FAIL serial.a ({near})" in text
        assert "2 to mend before a run / 试验前有 2 项须先处理" in text
    finally:
        done.set()
        thread.join()


def test_the_examples_can_be_read() -> None:
    files = sorted((ROOT / "fixtures" / "rigs").glob("*.toml"))
    assert len(files) >= 2
    for file in files:
        assert read_rig(file).networks


def test_all_problems_of_a_rig_file_are_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rig.toml"
    file.write_text(
        "[rigg]\n[networks.feld]\ninterface = 'e1'\n[networks.uplink]\ninterface = 'e1'\n[networks.local]\n"
        "[serial.a]\ndevice = '/dev/x'\nbaud = 'fast'\n[serial.b]\ndevice = ''\nparity = 'M'\n[serial.'../c']\n"
        "device = '/dev/y'\nbaud = 9601\nstop_bits = 3\nmax_latency_ms = 0\n[power]\ndriver = 'modbus'\nport = 0\n"
        "host = 'h'\ncoil = -1\n[clock]\nmax_offset_ms = nan\n[person]\nweb = 'here'\ntimeout_s = true\n"
    )
    with pytest.raises(RigError) as caught:
        read_rig(file)
    text = str(caught.value)
    for part in (
        "rigg: unknown key; did you mean 'rig'?",
        "rig: is missing; add a table [rig] with name / 缺少表 [rig]，须含 name",
        "networks.feld: unknown key; did you mean 'field'?",
        "networks.uplink.interface: 'e1' is already that of feld",
        "networks.local.interface: is missing",
        "serial.a.baud: expected one of 300, 600",
        "serial.b.device: expected text that is not empty, got ''",
        "serial.../c: expected a line's name of 1 to 32",
        "serial.../c.baud: expected one of 300",
        "serial.../c.stop_bits: expected one of 1, 2, got 3",
        "max_latency_ms: expected a number greater than 0",
        "power.port: expected 1 to 65535, got 0",
        "power.coil: expected 0 to 65535, got -1",
        "clock.max_offset_ms: expected a number greater than 0, got nan",
        "person.timeout_s: expected a number greater than 0, got True",
    ):
        assert part in text, part
    assert all(re.search(r" / .*[\u4e00-\u9fff]", line) for line in text.splitlines())
    assert main(["bench", "check", str(file)]) == EXIT_USAGE
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("octets", [b"\xff\xfe", b"[rig", b"rig = 3\nnetworks = []\npower = 'x'\n"])
def test_what_is_no_rig_file_is_told(octets: bytes, tmp_path: Path) -> None:
    file = tmp_path / "rig.toml"
    file.write_bytes(octets)
    with pytest.raises(RigError):
        read_rig(file)
    with pytest.raises(RigError, match="cannot be read"):
        read_rig(tmp_path / "none.toml")
