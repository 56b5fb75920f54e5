"""The bench's time server in the real rigs: what a program in the terminal's place is told, and what is on record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from process_kit import conduct, printed, profile, python, record, said

from bench.case import Case, Finding, Verdict, criterion
from bench.dut.profile import Profile
from bench.facade.bench import Bench
from bench.history import History, Phase, TimeAsked
from bench.layout.scenario import Scenario, TimeServer
from bench.rigs.loopback import RIG as LOOPBACK
from bench.rigs.process import RIG as PROCESS
from bench.run import CaseRig

# A terminal that asks for the time five times a second and notes how far the server is ahead of the host's clock.
_ASKS = """
import socket, struct, sys, time
line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
line.settimeout(1)
line.connect((sys.argv[1], int(sys.argv[2])))
while True:
    line.send(bytes([0x23]) + bytes(47))
    try:
        seconds, part = struct.unpack('!II', line.recv(48)[40:])
        print('ahead', round(seconds - 2208988800 + part / 2**32 - time.time(), 2), flush=True)
    except OSError:
        print('silence', flush=True)
    time.sleep(0.2)
"""


ASKED = criterion("asked", en="asked", zh="已询问")


class ServesTime(Case):
    """True time, then 90 s more, then nothing."""

    zh = "真实时间，随后超前 90 s，最后静默。"
    checks = {ASKED: ("isc-2/7.3.1f",)}
    scenario = Scenario(circuits=1, points=1, period_s=1, centres=("A",), kinds=(), services=(TimeServer(),))

    async def drive(self, bench: Bench) -> None:
        await said(bench, "ahead", 2)
        await bench.time_server.lead(90)
        await said(bench, "ahead", printed(bench, "ahead") + 3)
        async with bench.time_server.silent():
            await said(bench, "silence")

    def judge(self, history: History) -> Iterator[Finding]:
        yield ASKED.decide(bool(history.of(TimeAsked)))


class HasNoServer(ServesTime):
    """A case that moves a time server which its scenario does not have."""

    zh = "场景中没有时间服务器。"
    scenario = Scenario(circuits=1, points=1, period_s=1, centres=("A",), kinds=())

    async def drive(self, bench: Bench) -> None:
        await bench.time_server.lead(1)


def _asking(host: str, port: str) -> Profile:
    return profile([*python(_ASKS), host, port])


@pytest.mark.parametrize("rig", [PROCESS, LOOPBACK], ids=["process", "loopback"])
def test_a_program_gets_the_time_of_the_bench(rig: CaseRig, tmp_path: Path) -> None:
    terminal = _asking("{{ time_server.host }}", "{{ time_server.port }}")
    result = conduct(rig, ServesTime, terminal, tmp_path)
    assert result.verdict is Verdict.PASS, result.reason
    told = record(result, tmp_path)
    asked = told.of(TimeAsked)
    assert {(event.ahead_us, event.answered) for event in asked} == {(0, True), (90_000_000, True), (90_000_000, False)}
    assert [phase.name for phase in told.of(Phase)] == ["source-ahead", "source-silent", "source-back"]
    (log,) = tmp_path.rglob("terminal-1.log")
    words = log.read_text("utf-8").splitlines()
    aheads = [float(line.split()[1]) for line in words if line.startswith("ahead")]
    # An answer may wait for the program as long as the program waits for it.
    assert [value for value in aheads if abs(value) > 1.1 and abs(value - 90) > 1.1] == []
    assert min(aheads) < 2 < max(aheads)
    assert "silence" in words


def test_a_scenario_without_a_server_says_so(tmp_path: Path) -> None:
    terminal = _asking("{{ time_server.host if time_server else '127.0.0.1' }}", "9")
    result = conduct(LOOPBACK, HasNoServer, terminal, tmp_path)
    assert result.verdict is Verdict.ERROR
    assert "this scenario has no time server" in result.reason
