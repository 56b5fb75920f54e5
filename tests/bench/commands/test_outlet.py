"""A screen nobody can write to, a pipe that closes, an encoding without ticks: no command falls, no run is lost."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from suite_kit import COMMAND, Told, environment, run_folder

CASE = "commands/reads-meters-on-command"
FRAME = "'##0010QN=1'"


def shell(line: str, *, cwd: Path, env: Mapping[str, str] | None = None, encoding: str = "utf-8") -> Told:
    """Run a line of shell in which `cb` is carbonbench; its exit code is the one of carbonbench itself."""
    script = f"set -o pipefail; cb() {{ '{COMMAND}' \"$@\"; }}; {line}"
    done = subprocess.run(
        ["bash", "-c", script], cwd=cwd, env=dict(env or environment()), capture_output=True, check=False, timeout=3600
    )
    told = Told(done.returncode, done.stdout.decode(encoding), done.stderr.decode(encoding))
    assert "Traceback" not in told.out + told.err and "INTERNALERROR" not in told.err, told
    return told


def test_a_full_disk_under_the_screen_is_one_sentence(tmp_path: Path) -> None:
    told = shell(f"cb decode hj212 {FRAME} > /dev/full", cwd=tmp_path)
    assert told.code == 3 and len(told.problems) == 1 and "standard output: cannot be written" in told.err
    assert shell(f"cb decode hj212 {FRAME} > /dev/full 2>&1", cwd=tmp_path).code == 3
    assert shell("cb nonsense 2> /dev/full", cwd=tmp_path).code == 4


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    told = shell("cb clauses list | head -1", cwd=tmp_path)
    assert told.code == 0 and len(told.out.splitlines()) == 1 and not told.err


def test_a_closed_screen_is_no_error(tmp_path: Path) -> None:
    assert shell(f"cb decode hj212 {FRAME} >&- 2>&- <&-", cwd=tmp_path).code == 1


def test_no_run_is_lost_with_its_screen(tmp_path: Path) -> None:
    for line in (f"cb run --case {CASE} --out full > /dev/full", f"cb run --case {CASE} --out closed >&- 2>&- <&-"):
        assert shell(line, cwd=tmp_path).code == 0
    for out in ("full", "closed"):
        assert json.loads((run_folder(tmp_path / out) / "verdicts.json").read_bytes())["cases"][0]["verdict"] == "pass"
    told = shell(f"cb run --case {CASE} --out piped | head -1", cwd=tmp_path)
    assert told.code == 0 and (run_folder(tmp_path / "piped") / "report.html").exists()


def test_a_run_folder_that_takes_no_more_is_one_sentence(tmp_path: Path) -> None:
    told = shell(f"ulimit -f 20; cb run --case {CASE}", cwd=tmp_path)
    assert told.code == 3 and len(told.problems) == 1, told
    assert "cannot be written: File too large" in told.err and "run --resume" in told.err


def test_a_screen_without_ticks(tmp_path: Path) -> None:
    plain = environment(PYTHONIOENCODING="gbk", PYTHONUTF8="0")
    told = shell(f"cb run --case {CASE}", cwd=tmp_path, env=plain, encoding="gbk")
    assert told.code == 0 and "? pass 通过" in told.out
    told = shell("cb status --json", cwd=tmp_path, env=environment(PYTHONIOENCODING="ascii", PYTHONUTF8="0"))
    assert told.code == 0 and json.loads(told.out)


def test_what_a_file_holds_moves_no_cursor(tmp_path: Path) -> None:
    """In whatever a file, a frame or a name can be quoted: the screen shows what it is instead of doing it."""
    (tmp_path / "p.toml").write_text(
        '[terminal]\nname = "a"\nadapter = "command"\n"x\\u001b[2J\\u202e\\u009b" = 1\n'
        '[connection]\ncommand = ["true"]\n'
    )
    for line, shown in (
        ("cb profile check p.toml", r"x\x1b[2J\u202e\u009b"),
        ("cb run --case $'a\\e[31m\\rb'", r"a\x1b[31m\x0db"),
        ("cb decode hj212 $'##0010QN=\\e[31m1\\x01&&1C80'", r"\x1b[31m1\x01"),
    ):
        told = shell(line, cwd=tmp_path)
        assert shown in told.out + told.err
        assert not set(told.out + told.err) & set("\x1b\r\x01\x9b\u202e")


def test_a_picture_still_moves_it(tmp_path: Path) -> None:
    told = shell(f"script -qec '{COMMAND} run --case {CASE}' /dev/null", cwd=tmp_path, env=environment(CI=""))
    assert told.code == 0 and "\x1b[" in told.out and "\\x1b" not in told.out
