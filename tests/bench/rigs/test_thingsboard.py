"""A terminal that is not ours: the ThingsBoard gateway by its profile alone, with a real Mosquitto as its centre."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from house import ROOT
from ports import free_port
from process_kit import LooksOn, conduct, profile, record

from bench.case import CaseResult, Verdict
from bench.dut.command import CommandAdapter
from bench.dut.profile import load_profile
from bench.facade.bench import Bench
from bench.history import Began, Captured, Connected, Event, Received, Sent, Served, Stored
from bench.layout.scenario import Scenario
from bench.real.realclock import RealClock
from bench.rigs.loopback import RIG as LOOPBACK
from bench.rigs.process import RIG as PROCESS
from bench.rigs.real.bench import RealBench
from bench.run import CaseRig
from simulators.centres.mqtt.centre import TELEMETRY, MqttCentre, Sample, samples_of
from simulators.centres.switches import SwitchError

PROFILE = ROOT / "fixtures" / "terminals" / "thingsboard" / "profile.toml"
GATEWAY = ROOT / ".venv" / "peers" / "thingsboard" / "bin" / "thingsboard-gateway"
SCENARIO = Scenario(circuits=3, points=2, period_s=1, centres=("A",), kinds=())
POINTS = 6
ROUNDS = 4
PATIENCE_S = 90


@pytest.fixture
def gateway(program: Callable[[str], str]) -> None:
    """The gateway and the broker are here, or the test says loudly that they are not."""
    program("mosquitto")
    if not GATEWAY.exists():
        pytest.skip(
            "NOT RUN HERE: thingsboard-gateway is not installed (tools/peers) / 未执行：未安装，运行 tools/peers"
        )


class Delivers(LooksOn):
    """The bench waits until every point has reached the centre some times."""

    scenario = SCENARIO

    async def drive(self, bench: Bench) -> None:
        assert isinstance(bench, RealBench)
        broker = bench.site.of(MqttCentre)["A"]
        async with asyncio.timeout(PATIENCE_S):
            while len(broker.records) < POINTS * ROUNDS:
                await bench.clock.sleep(0.2)


def stands(rig: CaseRig, case: type[LooksOn], folder: Path) -> CaseResult:
    """One case with the gateway as its profile has it."""
    return conduct(rig, case, load_profile(PROFILE), folder)


@pytest.mark.usefixtures("gateway")
@pytest.mark.parametrize("rig", [PROCESS, LOOPBACK], ids=["process", "loopback"])
def test_its_values_go_from_the_meters_registers_to_the_broker(rig: CaseRig, tmp_path: Path) -> None:
    result = stands(rig, Delivers, tmp_path)
    assert result.verdict is Verdict.PASS, result.reason
    history = record(result, tmp_path)
    (began,) = history.of(Began)
    (setup,) = began.centres
    assert (setup.kind, len(setup.codes)) == ("mqtt", POINTS)
    assert "user " + setup.mn in next(event.reason for event in history.of(Connected) if event.at == "A")
    kept = history.of(Stored)
    assert {event.code for event in kept} == set(setup.codes.values())
    assert all(event.version == event.copies == 1 for event in kept)
    assert not [fault for event in history.of(Received) for fault in event.faults]
    # What it sends is what it read, but for the digits that binary floats cost it.
    read: dict[str, list[float]] = {}
    for event in history.of(Served):
        for point, value in event.values.items():
            read.setdefault(setup.codes[point], []).append(float(value))
    for event in kept:
        assert any(float(event.fields["Rtd"]) == pytest.approx(value, rel=1e-6) for value in read[event.code])
    assert bool(history.of(Captured)) == (rig is PROCESS)


class AsksTheCentre(LooksOn):
    """Something that a centre of HJ 212 can be asked."""

    scenario = SCENARIO

    async def drive(self, bench: Bench) -> None:
        bench.centres["A"].behave(ack="never")


@pytest.mark.usefixtures("gateway")
def test_a_case_that_needs_a_centre_of_hj212_is_not_run_and_never_passed(tmp_path: Path) -> None:
    result = stands(LOOPBACK, AsksTheCentre, tmp_path)
    assert result.verdict is Verdict.NOT_RUN and "it is an MQTT broker" in result.reason


class Murders(LooksOn):
    """The broker is killed from outside."""

    scenario = SCENARIO

    async def drive(self, bench: Bench) -> None:
        assert isinstance(bench, RealBench)
        process = await asyncio.create_subprocess_exec(
            "pgrep", "-P", str(os.getpid()), "mosquitto", stdout=subprocess.PIPE
        )
        octets, _ = await process.communicate()
        os.kill(int(octets), signal.SIGKILL)
        await bench.clock.sleep(PATIENCE_S)


def test_a_broker_that_dies_is_the_benchs_own_error(program: Callable[[str], str], tmp_path: Path) -> None:
    program("mosquitto")
    terminal = profile(["sleep", "60"], uplink="mqtt")
    result = conduct(LOOPBACK, Murders, terminal, tmp_path)
    assert result.verdict is Verdict.ERROR and "Mosquitto ended by itself" in result.reason


def test_an_uplink_that_does_not_exist_is_told() -> None:
    (problem,) = CommandAdapter().problems({"command": ["sh"], "uplink": "amqp"}, Path())
    assert problem.startswith("connection.uplink: expected one of hj212, mqtt, got 'amqp'")
    assert CommandAdapter().uplink({}) == "hj212"


@pytest.mark.parametrize(
    ("payload", "values", "wrong"),
    [
        ('{"e01":[{"ts":1795220298949,"values":{"p":1.50}}]}', ["1.50"], []),
        ('{"e01":[{"ts":1795220298949,"values":{"p":"n/a","q":-7}}]}', ["n/a", "-7"], []),
        ('{"e01":[{"ts":1795220298,"values":{"p":1}}]}', [], ["in milliseconds, got '1795220298'"]),
        ('{"e01":[{"values":{"p":1}}]}', [], ["in milliseconds, got None"]),
        ('{"e01":[{"ts":1795220298949,"values":[1]}]}', [], ["expected an object of values for device 'e01'"]),
        ('{"e01":[{"ts":1795220298949,"values":{"p":true}}]}', [], ["expected a number for 'p', got True"]),
        ('{"e01":{"ts":1795220298949},"e02":[7]}', [], ["expected a list of values for device 'e01'", "'e02'"]),
        ('{"e01":[{"ts":1795220298949,"values":{"p":NaN}}]}', [], ["found NaN, which is no number of JSON"]),
        ("[1]", [], ["expected a JSON object, got list"]),
        ('{"e01":', [], ["it is broken at line 1"]),
    ],
)
def test_values_keep_their_digits_and_every_deviation_is_told(
    payload: str, values: list[str], wrong: list[str]
) -> None:
    found, problems = samples_of(payload.encode())
    assert [sample.value for sample in found] == values
    assert len(problems) == len(wrong) and all(word in text for word, text in zip(wrong, problems, strict=True))


def test_an_instant_is_the_one_that_was_sent() -> None:
    (sample,), _ = samples_of(b'{"e01":[{"ts":1795220298949,"values":{"p":1.50}}]}')
    assert sample == Sample("e01", 1_795_220_298_949_000, "p", "1.50")


def centre(port: int, events: list[Event]) -> MqttCentre:
    """A broker that knows one point."""
    return MqttCentre(
        "A", "127.0.0.1", port, mn="M1", known={"e01.energy": "k01001"}, clock=RealClock(), observe=events.append
    )


async def until(ready: Callable[[], object]) -> None:
    """Wait for what must come."""
    for _ in range(PATIENCE_S * 50):
        if ready():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come")


async def publish(tool: str, port: int, topic: str, payload: object) -> None:
    """As a stranger would, by Mosquitto's own client."""
    words = [tool, "-h", "127.0.0.1", "-p", str(port), "-u", "M1", "-q", "1", "-t", topic, "-m", json.dumps(payload)]
    process = await asyncio.create_subprocess_exec(*words, stdout=subprocess.DEVNULL)
    assert await process.wait() == 0


def test_a_broker_keeps_versions_answers_the_question_and_comes_back(program: Callable[[str], str]) -> None:
    program("mosquitto")
    tool = program("mosquitto_pub")
    events: list[Event] = []
    port = free_port()

    def kept() -> list[Stored]:
        return [event for event in events if isinstance(event, Stored)]

    async def scene() -> None:
        broker = centre(port, events)
        await broker.start()
        try:
            at = 1_795_220_298_949
            for value in (1.5, 1.5, 2):
                await publish(tool, port, TELEMETRY, {"e01": [{"ts": at, "values": {"e01.energy": value, "x": 1}}]})
            await until(lambda: len(kept()) == 3)
            assert [(event.version, event.copies) for event in kept()] == [(1, 1), (1, 2), (2, 1)]
            assert {(event.code, event.stamp, event.qn) for event in kept()} == {
                ("k01001", "20261121081818", "20261121081818949")
            }
            faults = [event.faults for event in events if isinstance(event, Received)]
            assert faults == [("the centre knows no point 'x' of device 'e01'",)] * 3
            broker.disconnect(abort=True)
            await until(lambda: broker.listening)
            question = {"method": "getSessionLimits", "params": {}}
            await publish(tool, port, "v1/devices/me/rpc/request/7", question)
            await until(lambda: any(isinstance(event, Sent) for event in events))
            with pytest.raises(SwitchError, match="no switch 'ack'"):
                broker.behave(ack="never")
        finally:
            await broker.stop()

    asyncio.run(scene())
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    states = [event.state for event in events if isinstance(event, Connected)]
    assert states.count("opened") == len(states) / 2 == 4


def test_a_port_that_is_taken_is_told_and_nothing_is_left(program: Callable[[str], str]) -> None:
    program("mosquitto")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(OSError, match="Address already in use"):
            asyncio.run(centre(other.getsockname()[1], []).start())


def test_a_broker_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr("simulators.centres.mqtt.centre._SBIN", "/nowhere")
    with pytest.raises(OSError, match="apt-get install mosquitto"):
        asyncio.run(centre(free_port(), []).start())
