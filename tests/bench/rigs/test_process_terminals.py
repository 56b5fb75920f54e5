"""Terminals that do everything wrong: each ends as a named verdict, never as a hang, and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from process_kit import PATIENCE_S, SEEN, LooksOn, conduct, profile, python, record, said, states, told

from bench.case import Case, CaseResult, Finding, Verdict, criterion
from bench.facade.bench import Bench
from bench.history import Captured, ClockMoved, History, LinkRule, Power, TerminalState, Timing
from bench.layout.scenario import UPLINK_LATENCY_S
from bench.real import netns
from bench.rigs.loopback import RIG as LOOPBACK
from bench.rigs.process import RIG as PROCESS
from bench.run import CaseRig
from reports.blocks import block_text, blocks_of
from simulators import scratch


@pytest.fixture(params=[PROCESS, LOOPBACK], ids=["process", "loopback"])
def rig(request: pytest.FixtureRequest) -> CaseRig:
    """Both rigs in which a terminal is a program."""
    return request.param


def look(
    rig: CaseRig, command: list[str], folder: Path, case: type[Case] = LooksOn, **connection: object
) -> CaseResult:
    """A few seconds with a program."""
    result = conduct(rig, case, profile(command, **connection), folder)
    assert record(result, folder).digest == result.digest
    return result


SLEEPS = ["sleep", "60"]


def test_a_terminal_that_exits_at_once_fails_and_its_first_error_is_told(rig: CaseRig, tmp_path: Path) -> None:
    class Long(LooksOn):
        seconds = 2.0 * PATIENCE_S

        def judge(self, history: History) -> Iterator[Finding]:
            yield SEEN.decide(None)

    code = "echo Error: no licence here; for i in 1 2 3 4 5 6 7 8 9; do echo giving up; done; exit 7"
    result = look(rig, ["/bin/sh", "-c", code], tmp_path, Long)
    assert result.verdict is Verdict.FAIL
    assert "ended with exit code 7" in result.reason and "first error: Error: no licence here" in result.reason
    assert result.simulated_s < PATIENCE_S
    assert {found.id: found.verdict for found in result.checks} == {
        "driven-to-the-end": Verdict.FAIL,
        "seen": Verdict.FAIL,
    }
    # One cause, one block.
    (block,) = blocks_of(result)
    text = block_text(block)
    assert "exit code 7" in text and text.count("claimed, not observed") <= 1 and "isc-2/7.2.3e" in text


def test_a_terminal_that_does_not_exist_passes_nothing(rig: CaseRig, tmp_path: Path) -> None:
    named = look(rig, ["/opt/no/such/gateway"], tmp_path)
    assert named.verdict is Verdict.ERROR
    assert "connection.command: no program /opt/no/such/gateway that can be started" in named.reason
    told = look(rig, ["{{ '/opt/no/such/gateway' }}"], tmp_path / "template")
    assert told.verdict is Verdict.ERROR
    assert "/opt/no/such/gateway" in told.reason, told.reason


def test_a_terminal_that_never_connects_is_called_silent(rig: CaseRig, tmp_path: Path) -> None:
    result = look(rig, SLEEPS, tmp_path)
    assert "asked no meter and connected to no centre" in states(result, tmp_path)["silent"]
    assert "terminal silent" in result.reason


def test_a_flood_on_the_screen_is_told_and_bounded(rig: CaseRig, tmp_path: Path) -> None:
    class Floods(LooksOn):
        async def drive(self, bench: Bench) -> None:
            await told(bench, "flooding")

    result = look(rig, ["yes", "debug: polling"], tmp_path, Floods)
    assert "MiB on its screen" in states(result, tmp_path)["flooding"]
    (log,) = tmp_path.rglob("terminal-1.log")
    assert log.stat().st_size < 1 << 20


def test_a_terminal_that_listens_elsewhere_is_told_where(tmp_path: Path) -> None:
    code = "import socket, time; s = socket.socket(); s.bind(('0.0.0.0', 9999)); s.listen(); time.sleep(60)"

    class Unready(LooksOn):
        async def drive(self, bench: Bench) -> None:
            await told(bench, "unready")

    result = look(PROCESS, python(code), tmp_path, Unready, ready="{{ local.host }}:{{ local.port }}", ready_s=10)
    assert "it listens at 0.0.0.0:9999" in states(result, tmp_path)["unready"]
    assert "terminal unready" in result.reason


def test_a_terminal_that_listens_where_it_should_is_running(rig: CaseRig, tmp_path: Path) -> None:
    code = "import socket, time; s = socket.socket(); s.bind((words[0], int(words[1]))); s.listen(); time.sleep(60)"
    command = ["{{ python }}", "-c", f"words = ['{{{{ local.host }}}}', '{{{{ local.port }}}}']; {code}"]

    class Runs(LooksOn):
        async def drive(self, bench: Bench) -> None:
            await told(bench, "running")

    result = look(rig, command, tmp_path, Runs, ready="{{ local.host }}:{{ local.port }}", ready_s=PATIENCE_S)
    assert "listens at" in states(result, tmp_path)["running"]


def test_a_terminal_that_fills_its_disk_finds_it_full(tmp_path: Path) -> None:
    code = """
import time
block = b'x' * (1 << 20)
try:
    with open('everything', 'wb', buffering=0) as out:
        for number in range(10_000):
            out.write(block)
except OSError as error:
    print('stopped at', number, error, flush=True)
time.sleep(60)
"""

    class Waits(LooksOn):
        async def drive(self, bench: Bench) -> None:
            await told(bench, "disk-full")

    result = look(PROCESS, python(code), tmp_path, Waits)
    assert "more than its disk of 512 MiB" in states(result, tmp_path)["disk-full"]
    assert "terminal disk-full" in result.reason


def test_a_terminal_is_kept_from_every_other_network(tmp_path: Path) -> None:
    code = "import socket; socket.create_connection(('192.0.2.1', 80), 2)"
    result = look(PROCESS, python(code), tmp_path)
    assert "Network is unreachable" in result.reason


CUT = criterion("cut", en="power was cut and restored", zh="已断电并恢复")


class Strikes(LooksOn):
    """Power is cut and restored, the clock is stepped."""

    checks = {CUT: ("isc-2/7.2.3e",)}

    async def drive(self, bench: Bench) -> None:
        await said(bench, "written")
        await bench.terminal.step_clock(-3600)
        await bench.clock.sleep(0.5)
        await bench.power.off(0.5)
        await said(bench, "written", life=2)

    def judge(self, history: History) -> Iterator[Finding]:
        yield CUT.decide(len(history.of(Power)) == 2)


WRITES = """
import os, time
kept = open('kept').read() if os.path.exists('kept') else 'none'
lost = open('lost').read() if os.path.exists('lost') else 'none'
print('found', kept, lost.count('later'), round(time.time()), flush=True)
with open('lost', 'w') as out:
    out.write('unsynced')
with open('kept', 'w') as out:
    out.write('synced'); out.flush(); os.fsync(out.fileno())
number = os.open('.', os.O_RDONLY)
os.fsync(number)
with open('lost', 'w') as out:
    out.write('later' * 100000)
print('written', flush=True)
time.sleep(600)
"""


def test_power_loses_what_was_not_synced_and_the_clock_stays_wrong(tmp_path: Path) -> None:
    result = look(PROCESS, python(WRITES), tmp_path, Strikes)
    assert result.verdict is Verdict.PASS, result.reason
    first, second = (path.read_text().split() for path in sorted(tmp_path.rglob("terminal-*.log")))
    assert first[1:3] == ["none", "0"]
    assert second[1] == "synced" and int(second[2]) < 100_000
    history = record(result, tmp_path)
    (moved,) = history.of(ClockMoved)
    assert moved.offset_us == -3_600_000_000
    restored = next(event for event in history.of(Power) if event.state == "restored")
    assert restored.t // 1_000_000 - 1 <= int(second[3]) + 3600 <= history.end_us // 1_000_000 + 1
    assert any(event.state == "lost-writes" for event in history.of(TerminalState))


def test_the_same_power_cut_spares_nothing_that_was_synced_and_needs_no_network(tmp_path: Path) -> None:
    result = look(LOOPBACK, python(WRITES), tmp_path, Strikes)
    assert result.verdict is Verdict.PASS, result.reason


def test_segments_are_captured_and_the_benchs_timing_is_measured(tmp_path: Path) -> None:
    history = record(look(PROCESS, SLEEPS, tmp_path), tmp_path)
    assert [event.segment for event in history.of(Captured)] == ["field", "uplink", "local"]
    assert history.capture("field") is not None
    (timing,) = history.of(Timing)
    assert timing.samples > 50 and 0 < timing.loop_p50_us <= timing.loop_p99_us <= timing.loop_max_us
    assert timing.uncertainty_us > timing.loop_p99_us


class Loses(LooksOn):
    """Packets are to be lost."""

    async def drive(self, bench: Bench) -> None:
        async with bench.links["uplink"].loss(0.5):
            await bench.clock.sleep(0.1)


def test_what_the_reduced_rig_cannot_do_is_not_run_and_never_passed(tmp_path: Path) -> None:
    result = conduct(LOOPBACK, Loses, profile(SLEEPS), tmp_path)
    assert result.verdict is Verdict.NOT_RUN
    assert "cannot lose packets" in result.reason and result.checks == ()
    assert conduct(PROCESS, Loses, profile(SLEEPS), tmp_path / "process").verdict is Verdict.PASS


class Steps(LooksOn):
    """The clock is to be stepped."""

    async def drive(self, bench: Bench) -> None:
        await bench.terminal.step_clock(5)


def test_a_clock_that_cannot_be_moved_leaves_its_case_not_run(tmp_path: Path) -> None:
    result = look(LOOPBACK, SLEEPS, tmp_path, Steps, clock="host")
    assert result.verdict is Verdict.NOT_RUN and "clock cannot be moved" in result.reason


class Breaks(LooksOn):
    """The case itself is broken."""

    async def drive(self, bench: Bench) -> None:
        raise ZeroDivisionError("one by none")


def test_a_broken_case_is_the_benchs_own_error(rig: CaseRig, tmp_path: Path) -> None:
    result = look(rig, SLEEPS, tmp_path, Breaks)
    assert result.verdict is Verdict.ERROR and "one by none" in result.reason


def test_a_profile_that_cannot_be_used_is_the_benchs_own_error_with_every_problem(rig: CaseRig, tmp_path: Path) -> None:
    result = look(rig, ["sleep", "{{ nobody }}"], tmp_path, env={"A": "{{ noone }}"})
    assert result.verdict is Verdict.ERROR
    for words in ("connection.command: there is no 'nobody' to name", "connection.env.A: there is no 'noone' to name"):
        assert words in result.reason
    result = look(rig, ["sleep", "9"], tmp_path / "again", env={"A": "{{ 1 / 0 }}"})
    assert result.verdict is Verdict.ERROR
    assert "connection.env.A: the template fails" in result.reason


def test_nothing_is_left_behind(rig: CaseRig, tmp_path: Path) -> None:
    look(rig, SLEEPS, tmp_path)
    mine = f"cb-{os.getpid()}-"
    assert not [path for path in netns.FOLDER.glob("*") if path.name.startswith(mine)]
    mounts = Path("/proc/mounts").read_text()
    assert f"carbonbench-rig-{scratch.namespace()}.{os.getpid()}." not in mounts


_CONNECTS = """
import socket, time
while True:
    began = time.monotonic()
    socket.create_connection((words["host"], int(words["port"])), 5).close()
    print(time.monotonic() - began, flush=True)
    time.sleep(0.2)
"""


def test_the_uplink_has_its_latency_and_no_rule_tells_of_it(tmp_path: Path) -> None:
    words = python(_CONNECTS, host="{{ centres[0].host }}", port="{{ centres[0].port }}")

    class Connects(LooksOn):
        async def drive(self, bench: Bench) -> None:
            await said(bench, "0.")

    result = look(PROCESS, words, tmp_path, Connects)
    took = [float(line) for line in ((tmp_path / result.record).parent / "terminal-1.log").read_text().split()]
    # Opening a connection takes there and back, 20 ms each.
    assert took and min(took) >= 2 * UPLINK_LATENCY_S
    assert not record(result, tmp_path).of(LinkRule)


_NOBODY = """
import os, sys
from bench.rigs.process import RIG
os.setgid(65534)
os.setuid(65534)
try:
    RIG.self_test(1)
except RuntimeError as error:
    sys.exit(str(error))
"""


def test_a_user_without_rights_is_told_what_is_missing() -> None:
    told = subprocess.run([sys.executable, "-c", _NOBODY], capture_output=True, text=True, check=False)
    assert told.returncode == 1 and "Traceback" not in told.stderr
    assert "root" in told.stderr and told.stderr.endswith("without these: --rig loopback / 可改用 --rig loopback\n")
