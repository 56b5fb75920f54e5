"""Loads as a user makes them: whole, over workers, with a target that fails, and killed midway."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from bench.case import EXIT_USAGE
from bench.commands import load
from bench.commands.finished.rejudge import Known, verify
from bench.commands.finished.rejudge import main as rejudge
from bench.history import LoadEnded, LoadLedger, LoadStage, read_history
from bench.load.engine import __name__ as engine
from bench.load.run import free_port
from reports.verdicts import read

SMALL = """
name = "small"
late_s = 30
settle_s = 8
headroom = 1
lag_ms = 10000
{more}
[terminals]
count = 6
points = 2
period_s = 1
{terminals}
[[stages]]
name = "ramp"
for_s = 1
judged = false
[[stages]]
name = "steady"
for_s = 2
"""


def described(folder: Path, more: str = "", terminals: str = "") -> Path:
    """The file of a small load."""
    path = folder / "load.toml"
    path.write_text(SMALL.format(more=more, terminals=terminals))
    return path


def run_of(out: Path) -> Path:
    """The one run folder."""
    (found,) = out.iterdir()
    return found


@pytest.mark.parametrize("workers", ["", "2"])
def test_a_load_is_a_run_like_any_other(tmp_path: Path, workers: str) -> None:
    out = tmp_path / "out"
    load.main(load.Asked(file=str(described(tmp_path)), out=str(out), workers=workers))
    run = run_of(out)
    (case,) = read(run).cases
    verdicts = {check.id: check.verdict.value for check in case.checks}
    for name in ("none-lost", "none-doubled", "none-altered", "none-invented", "all-taken"):
        assert verdicts[f"{name}-under-load"] == "pass", case
    # What is late on a machine that stands still is nobody's fault.
    assert verdicts["late-under-load"] in ("pass", "inconclusive"), case
    history = read_history(run / case.record)
    (ledger,) = history.of(LoadLedger)
    (ended,) = history.of(LoadEnded)
    assert ledger.terminals == 6
    assert ledger.delivered == ledger.sent > 0
    assert [stage.name for stage in history.of(LoadStage)] == ["ramp", "steady"]
    assert 1 <= history.of(LoadStage)[1].connected <= 6
    assert ended.missing == 0
    assert ended.processes == (2 if workers else 1)
    assert set(ended.books) == {"sent.rows", "held.tsv"}
    assert case.replay.startswith(f"carbonbench load {tmp_path / 'load.toml'} --seed 1")
    assert rejudge(run) == 0
    assert verify(run, Known()) == 0


def test_locusts_page_is_up_and_a_load_killed_midway_leaves_a_folder_that_can_be_read(tmp_path: Path) -> None:
    out = tmp_path / "out"
    path = described(tmp_path)
    path.write_text(path.read_text().replace("for_s = 2", "for_s = 600"))
    port = free_port()
    words = [sys.executable, "-m", "bench.cli", "load", str(path), "--out", str(out), "--web", str(port)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    part = None
    while time.monotonic() < until and process.poll() is None:
        part = next(out.rglob("record.jsonl.part"), None) if out.exists() else None
        if part is not None and b"load-stage" in part.read_bytes():
            break
        time.sleep(0.2)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/stats/requests", timeout=120) as page:
        assert '"state": "running"' in page.read().decode()
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert part is not None
    run = run_of(out)
    again = [sys.executable, "-m", "bench.cli", "status", str(run)]
    told = subprocess.run(again, capture_output=True, text=True, check=False)
    assert "Traceback" not in told.stderr
    assert "load/as-asked" in told.stdout
    assert (part.parent / "sent.rows").exists()
    assert (part.parent / "held.tsv").stat().st_size > 0


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (load.Asked(file=""), "give the file"),
        (load.Asked(file="none.toml"), "none.toml"),
        (load.Asked(file="x", workers="no"), "--workers no"),
        (load.Asked(file="x", web="8089x"), "--web 8089x"),
        (load.Asked(file="x", master=True), "--master: say with --workers"),
        (load.Asked(file="x", port="1"), "go with --master"),
        (load.Asked(file="x", master_host="h"), "goes with --worker"),
        (load.Asked(file="x", worker=True, master_host="h"), "not with a file"),
        (load.Asked(file="", worker=True), "--master-host"),
    ],
)
def test_wrong_words_are_one_sentence(asked: load.Asked, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert load.main(asked) == EXIT_USAGE
    told = capsys.readouterr()
    assert said in told.err
    assert not told.out


def test_nothing_but_the_engine_imports_locust() -> None:
    words = "import sys, bench.commands.load, bench.load.run, bench.facade.load; sys.exit('gevent' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", words], check=False).returncode == 0
    assert engine == "bench.load.engine"


WAITS = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-m", sys.argv[1], "worker", "--port", sys.argv[2]], stderr=subprocess.PIPE)
print(child.stderr.readline().decode(), child.pid, flush=True)
sys.stdin.read() if len(sys.argv) < 4 else sys.exit(child.send_signal(15) or child.wait())
"""


def test_a_worker_that_waits_for_its_master_ends_with_whoever_started_it() -> None:
    words = [sys.executable, "-c", WAITS, engine.removesuffix(".__main__"), str(free_port())]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout
        told, number = starter.stdout.readline(), int(starter.stdout.readline())
        assert "waiting for the master" in told
        starter.kill()
    status = Path(f"/proc/{number}/stat")
    while status.exists() and ") Z " not in status.read_text():
        time.sleep(0.1)


def test_a_worker_that_waits_for_its_master_ends_when_it_is_asked_to() -> None:
    words = [sys.executable, "-c", WAITS, engine.removesuffix(".__main__"), str(free_port()), "ask"]
    found = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    assert "waiting for the master" in found.stdout
