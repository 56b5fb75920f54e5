"""The SNMP power strip against Net-SNMP's agent: every version, what is refused, and what the rig file gets wrong."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path

import msgspec
import pytest
from ports import free_port

from bench.lab.check import SOUND, supply
from bench.lab.power import PowerTrouble
from bench.lab.rigfile import PersonAt, ReferenceClock, RigError, RigFile, SnmpStrip, read_rig
from bench.lab.snmp import SnmpPower

OUTLETS = ".1.3.6.1.4.1.318.1.1.12.3.3.1.1.4"
_OUTLET = f"{OUTLETS}.3"
# Net-SNMP asks a program for the objects below OUTLETS: eight outlets, each a file; outlet 8 is stuck.
_STRIP = """
import pathlib, sys
how, oid, *rest = sys.argv[1:]
number = oid.rpartition('.')[2]
place = pathlib.Path(__file__).with_name(f'outlet-{number}')
if how == '-s':
    if rest[1] not in ('1', '2'):
        print('wrong-value')
    elif number != '8':
        place.write_text(rest[1])
elif how == '-g' and place.exists():
    print(oid, 'integer', place.read_text(), sep='\\n')
"""


@dataclasses.dataclass(frozen=True)
class Agent:
    """Where the strip answers."""

    port: int
    folder: Path

    def strip(self, **changes: object) -> SnmpStrip:
        """The third outlet by version 2c."""
        made = SnmpStrip("127.0.0.1", _OUTLET, port=self.port, community="bench", settles_s=0.5)
        return msgspec.structs.replace(made, **changes)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("snmp")


@contextlib.contextmanager
def running(daemon: str, folder: Path) -> Generator[Agent, None, None]:
    """Net-SNMP's agent with a strip of eight outlets behind it."""
    port = free_port()
    (folder / "strip.py").write_text(_STRIP)
    for number in range(1, 9):
        (folder / f"outlet-{number}").write_text("1")
    (folder / "snmpd.conf").write_text(
        f"agentaddress udp:127.0.0.1:{port}\n"
        "rwcommunity bench\nrocommunity looks\nsysdescr Strip of eight outlets\n"
        'createUser plain SHA "outlet-key-1"\ncreateUser secret SHA "outlet-key-1" AES "outlet-key-2"\n'
        "rwuser plain auth\nrwuser secret priv\n"
        f"pass {OUTLETS} {sys.executable} {folder / 'strip.py'}\n"
    )
    words = [
        daemon,
        "-f",
        "-Lf",
        str(folder / "log"),
        "-C",
        "-c",
        str(folder / "snmpd.conf"),
        "-p",
        str(folder / "pid"),
    ]
    environment = {**os.environ, "SNMP_PERSISTENT_DIR": str(folder), "MIBS": ""}
    process = subprocess.Popen(words, env=environment)
    try:
        until = time.monotonic() + 120
        while "NET-SNMP version" not in (folder / "log").read_text() if (folder / "log").exists() else True:
            assert process.poll() is None and time.monotonic() < until, (folder / "log").read_text()
            time.sleep(0.05)
        yield Agent(port, folder)
    finally:
        process.terminate()
        process.wait(120)


@pytest.fixture
def agent(program: Callable[[str], str], tmp_path: Path) -> Generator[Agent, None, None]:
    with running(program("snmpd"), tmp_path) as made:
        yield made


async def _round(strip: SnmpStrip, folder: Path) -> None:
    power = SnmpPower(strip)
    assert await power.state() is True
    for on in (False, True, False):
        await power.switch(on)
        assert await power.state() is on
        assert (folder / "outlet-3").read_text() == ("1" if on else "2")
    await power.switch(True)
    await power.close()


def test_an_outlet_is_switched_and_read_back_by_every_version(agent: Agent) -> None:
    for changes in (
        {"version": "1"},
        {"version": "2c"},
        {"version": "3", "user": "plain", "auth_key": "outlet-key-1"},
        {"version": "3", "user": "secret", "auth_key": "outlet-key-1", "privacy_key": "outlet-key-2"},
    ):
        asyncio.run(_round(agent.strip(**changes), agent.folder))


def _trouble(strip: SnmpStrip, on: bool = False) -> str:
    with pytest.raises(PowerTrouble) as caught:
        asyncio.run(SnmpPower(strip).switch(on))
    return str(caught.value)


def test_what_goes_wrong_is_one_sentence(agent: Agent) -> None:
    assert "was switched off and says that it is on" in _trouble(agent.strip(oid=f"{OUTLETS}.8"))
    assert "refuses the write of 7 with" in _trouble(agent.strip(off=7))
    assert "expected 1 or 2" in _trouble(agent.strip(state_oid=".1.3.6.1.2.1.1.3.0"))
    assert "no such object" in _trouble(agent.strip(state_oid=f"{OUTLETS}.77"))
    assert "refuses the write of 2 with" in _trouble(agent.strip(community="looks"))
    assert "no answer to the write of 2 within 1 s" in _trouble(agent.strip(community="guess", timeout_s=1))
    assert "Connection refused" in _trouble(agent.strip(port=free_port(), timeout_s=1))
    wrong = agent.strip(version="3", user="plain", auth_key="wrong-key-9", timeout_s=1)
    assert "write of 2" in _trouble(wrong)


def test_the_state_may_stand_elsewhere_with_other_numbers(agent: Agent) -> None:
    strip = agent.strip(oid=f"{OUTLETS}.1", state_oid=f"{OUTLETS}.2", state_on=2, state_off=1)

    async def run() -> None:
        assert await SnmpPower(strip).state() is False
        await SnmpPower(agent.strip(oid=f"{OUTLETS}.2")).switch(False)
        assert await SnmpPower(strip).state() is True

    asyncio.run(run())


def test_the_check_of_a_rig_finds_the_strip(agent: Agent) -> None:
    rig = RigFile("rig.toml", "t", {}, {}, agent.strip(), ReferenceClock(), PersonAt())
    (finding,) = asyncio.run(supply(rig))
    assert finding.level == SOUND
    assert finding.en == "answers: Strip of eight outlets, the terminal's supply is on"
    deaf = msgspec.structs.replace(rig, power=agent.strip(community="guess", timeout_s=0.5))
    (finding,) = asyncio.run(supply(deaf))
    assert "no answer to sysDescr" in finding.en


def test_a_wrong_section_is_told_key_by_key(tmp_path: Path) -> None:
    path = tmp_path / "rig.toml"
    path.write_text(
        '[rig]\nname = "t"\n[networks.field]\ninterface = "f"\n[power]\ndriver = "snmp"\nhost = "h"\noid = "outlet3"\n'
        'on = 2\nversion = "3"\nauth = "rot13"\nauth_key = "short"\nprivacy = "xor"\nsettles_s = 0\n'
    )
    with pytest.raises(RigError) as caught:
        read_rig(path)
    text = str(caught.value)
    for words in (
        "power.oid: expected numbers joined by dots",
        "power.on: 2 switches on and off alike",
        "needs a user",
        "expected one of sha1, md5, got 'rot13'",
        "expected one of aes, des, got 'xor'",
        "power.auth_key: expected at least 8 characters, got 5",
        "power.settles_s: expected a number greater than 0",
    ):
        assert words in text
