"""`carbonbench simulate` as a person has it: the live screen in a real terminal, --check on wrong files, Ctrl-C."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fleet_kit import FLEET, command, moved
from house import ROOT

_STEPS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_BEGIN = "meters / 仪表"


class Terminal:
    """A pseudo terminal of so many rows and columns with a program in it, and everything it has shown."""

    def __init__(self, words: list[str], rows: int = 40, columns: int = 130) -> None:
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.cli", "simulate", *words],
            cwd=ROOT,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            # Its own terminal: Ctrl-C is a key there, and the line discipline makes the signal of it.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env={**os.environ, "TERM": "xterm-256color"},
        )
        os.close(slave)
        self._shown = bytearray()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                octets = os.read(self._master, 65_536)
            except OSError:
                return
            if not octets:
                return
            self._shown += octets

    @property
    def shown(self) -> str:
        return bytes(self._shown).decode("utf-8", "replace")

    def screen(self) -> dict[str, str]:
        """The rows of figures of the last whole screen, by the English half of their name."""
        frames = _STEPS.sub("", self.shown).split(_BEGIN)
        whole = [frame for frame in frames if "Ctrl-C ends" in frame]
        if not whole:
            return {}
        cells = [[cell.strip() for cell in row.split("│")] for row in whole[-1].splitlines()]
        return {row[1].split(" / ")[0]: row[2] for row in cells if len(row) == 4}

    def until(self, true: Callable[[dict[str, str]], bool], within_s: float = 120) -> dict[str, str]:
        """Wait for a screen of which something is true."""
        end = time.monotonic() + within_s
        while time.monotonic() < end:
            screen = self.screen()
            if screen and true(screen):
                return screen
            time.sleep(0.1)
        raise AssertionError(f"never seen: {self.shown[-3000:]}")

    def press(self, key: bytes) -> None:
        os.write(self._master, key)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        self._reader.join(10)
        os.close(self._master)


@pytest.fixture
def fleet(tmp_path: Path) -> tuple[str, int]:
    """A fleet file with its first port: 25 Modbus meters, and 2 of 5 others that are late."""
    text, base = moved()
    path = tmp_path / "fleet.toml"
    path.write_text(text)
    return str(path), base


@pytest.fixture
def open_one() -> Iterator[Callable[..., Terminal]]:
    made: list[Terminal] = []

    def make(*words: str, **size: int) -> Terminal:
        made.append(Terminal(list(words), **size))
        return made[-1]

    yield make
    for each in made:
        each.close()


def ask(port: int, count: int, unit: int = 1) -> None:
    """Read two registers so often, over one connection."""
    with socket.create_connection(("127.0.0.1", port), 5) as wire:
        for number in range(count):
            wire.sendall(struct.pack(">HHHBBHH", number, 0, 6, unit, 4, 0, 2))
            answer = b""
            while len(answer) < 9 or len(answer) < 6 + answer[5]:
                answer += wire.recv(260)


def test_the_live_screen_counts_and_ctrl_c_ends_it(fleet: tuple[str, int], open_one: Callable[..., Terminal]) -> None:
    path, base = fleet
    terminal = open_one(path)
    begun = terminal.until(lambda screen: screen["faults in force"] != "-")
    assert begun["requests"] == "0"
    assert re.fullmatch(r"delayed \d+", begun["faults in force"])
    ask(base, 57)
    told = terminal.until(lambda screen: screen["requests"] == "57")
    assert told["answered"] == "57"
    assert told["exceptions"] == "0"
    # An address nobody has: a refusal is counted apart.
    with socket.create_connection(("127.0.0.1", base), 5) as wire:
        wire.sendall(struct.pack(">HHHBBHH", 1, 0, 6, 1, 4, 60_000, 2))
        assert wire.recv(260)[7] == 0x84
        refused = terminal.until(lambda screen: screen["exceptions"] == "1")
    assert (refused["requests"], refused["answered"]) == ("58", "57")
    terminal.until(lambda screen: screen["connections"] == "0")
    assert any("requests/s" in frame for frame in terminal.shown.split(_BEGIN))
    terminal.press(b"\x03")
    assert terminal.process.wait(20) == 0
    shown = terminal.shown
    assert "stopped / 已停止" in shown
    assert "Traceback" not in shown
    # The cursor that the screen hid is there again.
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", base))


def test_requests_a_second_are_those_of_the_last_second(
    fleet: tuple[str, int], open_one: Callable[..., Terminal]
) -> None:
    path, base = fleet
    terminal = open_one(path)
    terminal.until(lambda screen: True)
    ask(base, 200)
    busy = terminal.until(lambda screen: screen["requests/s"] not in ("0", ""))
    assert int(busy["requests/s"].replace(",", "")) > 0
    terminal.until(lambda screen: screen["requests/s"] == "0" and screen["answered"] == "200")


def test_a_small_terminal_and_a_time_limit(fleet: tuple[str, int], open_one: Callable[..., Terminal]) -> None:
    terminal = open_one(fleet[0], "--seconds", "2", rows=12, columns=50)
    assert terminal.process.wait(30) == 0
    assert "Traceback" not in terminal.shown


def test_without_a_terminal_a_line_each_second(fleet: tuple[str, int]) -> None:
    told = command(fleet[0], "--seconds", "2.2")
    assert (told.returncode, told.stderr) == (0, "")
    assert "\x1b" not in told.stdout
    assert told.stdout.count("requests/s, 0 answered, faults delayed") >= 2


WORLD = """
[world]
name = "w"
seed = 1
start = "2026-03-02T00:00:00+08:00"
[[meters]]
name = "m"
map = "sdm630"
host = "127.0.0.1"
port = 15020
unit = 1
source = "e01"
points = [{ id = "e", register = "energy", code = "k1" }]
[[centres]]
name = "A"
host = "127.0.0.1"
port = 15212
mn = "010000A8900016F000169DC0"
channel = "mtls"
"""
FAULT = '[[faults]]\nmeters = ["m"]\nkind = "jump"\nwith = { by = "x" }\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b'[fleet]\nname = "x\n', "not valid TOML: Illegal character '\\n' (at line 2, column 10)"),
        (b"\xff\xfe[fl", "expected UTF-8, found octet FF at offset 0"),
        (FLEET.replace("share", "chare").encode(), "unknown key"),
        ((WORLD + FAULT).encode(), "fault 'jump': meter m: expected decimal text such as 12.5, got 'x'"),
        (
            (WORLD + FAULT.replace('by = "x"', 'by = "1", points = ["q"]')).encode(),
            "fault 'jump': meter m has no point 'q'; it has e",
        ),
        (
            (WORLD + FAULT.replace("jump", "lost-follow-up").replace("with", "#")).encode(),
            "meter m cannot have the fault 'lost-follow-up'",
        ),
    ],
)
def test_check_of_wrong_files(tmp_path: Path, text: bytes, says: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_bytes(text)
    told = command(str(path), "--check")
    assert (told.returncode, told.stdout) == (4, "")
    assert says in told.stderr
    assert "Traceback" not in told.stderr
    assert all(line.startswith(str(path)) for line in told.stderr.splitlines())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--credentials", "{file}"], "expected a folder for credentials, got a file; name another folder"),
        (["--credentials", "{file}/x"], "is a file, no folder can be made in it"),
        (["--credentials", "{folder}"], "A: expected a folder for credentials, got a file"),
        (["--seconds", "-1"], "--seconds -1: expected 0 (until Ctrl-C) or seconds up to a year"),
        (["--seconds", "nan"], "--seconds nan: expected 0"),
        (["--record", "x"], "--record is for fleets"),
    ],
)
def test_wrong_words_for_a_world(tmp_path: Path, words: list[str], says: str) -> None:
    (tmp_path / "w.toml").write_text(WORLD)
    file, folder = tmp_path / "file", tmp_path / "folder"
    file.touch()
    folder.mkdir()
    (folder / "A").touch()
    told = command(str(tmp_path / "w.toml"), *(each.format(file=file, folder=folder) for each in words))
    assert told.returncode == 4
    assert len(told.stderr.splitlines()) == 1 and says in told.stderr
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["A", "file", "folder", "w.toml"]


def test_credentials_are_for_worlds(fleet: tuple[str, int], tmp_path: Path) -> None:
    told = command(fleet[0], "--credentials", str(tmp_path / "x"))
    assert told.returncode == 4
    assert "--credentials is for worlds with centres" in told.stderr
