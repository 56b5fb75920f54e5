"""Two shells: `simulate` serves a world on loopback, `terminal` reads it and delivers, mbpoll reads along, Ctrl-C ends.

In real time; waits for lines that must come and never for a duration.
"""

from __future__ import annotations

import re
import shlex
import shutil
import signal
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

from ports import free_port, free_ports
from suite_kit import COMMAND, WORKS, carbonbench, environment

# How long a line that must come may take, seconds; far beyond anything a loaded machine needs.
PATIENCE_S = 180


class Shell:
    """A command that goes on, its lines as they come, and its end by Ctrl-C."""

    def __init__(self, words: list[str], cwd: Path) -> None:
        self.process = subprocess.Popen(
            words,
            cwd=cwd,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        self.lines: list[str] = []
        self._queue: Queue[str | None] = Queue()
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._queue.put(line.rstrip("\n"))
        self._queue.put(None)

    def _next(self) -> str | None:
        try:
            return self._queue.get(timeout=PATIENCE_S)
        except Empty:
            raise AssertionError(f"no further line after {self.lines[-5:]}") from None

    def wait_for(self, wanted: Callable[[str], object]) -> str:
        """The next line for which `wanted` is true."""
        while True:
            line = self._next()
            assert line is not None, f"ended early: {self.lines}"
            self.lines.append(line)
            if wanted(line):
                return line

    def interrupt(self) -> int:
        """Ctrl-C; all that is still said, and the exit code."""
        self.process.send_signal(signal.SIGINT)
        while (line := self._next()) is not None:
            self.lines.append(line)
        return self.process.wait(PATIENCE_S)


@contextmanager
def shell(*words: str | Path, cwd: Path) -> Iterator[Shell]:
    """A command of carbonbench that ends at the latest with the test."""
    running = Shell([str(COMMAND), *map(str, words)], cwd)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.wait()


def moved(text: str) -> str:
    """The same description on ports of its own."""
    known = sorted(set(re.findall(r"(?m)^port = (\d+)$", text)))
    ports = dict(zip(known, free_ports(len(known)), strict=True))
    return re.sub(r"(?m)^port = (\d+)$", lambda match: f"port = {ports[match[1]]}", text)


def test_a_meter_is_read_and_a_record_arrives(tmp_path: Path) -> None:
    world = tmp_path / "world.toml"
    world.write_text(moved(WORKS.read_text("utf-8")), "utf-8")
    config = tmp_path / "terminal.toml"
    made = carbonbench("terminal", config, "--configure", world, cwd=tmp_path)
    assert made.code == 0 and f"carbonbench terminal {config}" in made.out
    local = free_port()
    config.write_text(config.read_text("utf-8").replace("port = 15080", f"port = {local}"), "utf-8")
    checked = carbonbench("terminal", config, "--check", cwd=tmp_path)
    assert checked.code == 0 and "32 meters" in checked.out and "2 centres" in checked.out

    with shell("simulate", world, cwd=tmp_path) as site:
        hint = site.wait_for(lambda line: "mbpoll" in line)
        site.wait_for(lambda line: "Ctrl-C" in line)
        taken = carbonbench("simulate", world, cwd=tmp_path)
        assert taken.code == 4 and "in use?" in taken.err
        if shutil.which("mbpoll"):
            reads_along(hint)
        with shell("terminal", config, cwd=tmp_path) as terminal:
            for centre in tomllib.loads(world.read_text("utf-8"))["centres"]:
                site.wait_for(lambda line, name=centre["name"]: re.search(rf"{name}\S* +connection \d+ opened", line))
            record = site.wait_for(lambda line: re.search(r"  A +realtime ", line))
            assert re.search(r" k\d{5} +Rtd=-?\d+(\.\d+)?  Flag=N", record), record
            assert terminal.interrupt() == 0
            assert not any("Traceback" in line for line in terminal.lines), terminal.lines
        assert site.interrupt() == 0
    assert site.lines[-1] == "stopped / 已停止"
    assert not any("Traceback" in line or "refused" in line for line in site.lines), site.lines


def reads_along(hint: str) -> None:
    """The line that `simulate` proposes works as printed, and as a number it is a reading of the plant."""
    words = shlex.split(hint[hint.index("mbpoll") :])
    assert re.search(r"\[\d+\]:\s+0x[0-9A-F]{4}", mbpoll(words)), hint
    words[words.index("-t") + 1] = words[words.index("-t") + 1].replace(":hex", ":float")
    words[words.index("-c") + 1] = "1"
    shown = re.search(r"\[\d+\]:\s+(\S+)", mbpoll([*words[:-1], "-B", words[-1]]))
    assert shown and 0 <= float(shown[1]) < 1_000_000, shown


def mbpoll(words: list[str]) -> str:
    done = subprocess.run(words, capture_output=True, encoding="utf-8", timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
