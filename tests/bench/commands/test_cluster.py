"""A Dask cluster does the work of a command: the same history, one of its workers killed; wrong addresses are told."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

import pytest
from ports import free_port
from suite_kit import COMMAND, QUICK, ROOT, call, carbonbench, choose, digests, environment, run_folder, verdicts

from bench.commands.cluster import ClusterError, connected
from bench.commands.workers import pool

WORDS = (*choose(QUICK), "--repeat", "3")
Workers = list[subprocess.Popen[bytes]]


START_S = 300


def ready(address: str, workers: int) -> bool:
    try:
        with connected(address) as client:
            return len(client.nthreads()) == workers
    except ClusterError:
        return False


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[str, Workers], None, None]:
    """A scheduler and two workers as Dask starts them, no nanny bringing a dead one back: address and workers."""
    room = tmp_path_factory.mktemp("cluster")
    surroundings = environment(PYTHONPATH=str(ROOT))
    dask = [sys.executable, "-m", "dask"]
    address = f"tcp://127.0.0.1:{free_port()}"

    def start(*words: str) -> subprocess.Popen[bytes]:
        log = (room / f"{words[0]}.log").open("ab")
        return subprocess.Popen([*dask, *words], cwd=room, env=surroundings, stdout=log, stderr=log)

    quiet = ("--dashboard-address", "127.0.0.1:0")
    scheduler = start("scheduler", "--host", "127.0.0.1", "--port", address.rpartition(":")[2], *quiet)
    workers = [start("worker", address, "--nthreads", "1", "--no-nanny", *quiet) for _ in range(2)]
    until = time.monotonic() + START_S
    try:
        while not ready(address, len(workers)):
            assert time.monotonic() < until, (room / "scheduler.log").read_text()
            time.sleep(0.2)
        yield address, workers
    finally:
        for each in (*workers, scheduler):
            each.kill()
            each.wait()


def wrong(*words: str | Path, cwd: Path) -> str:
    told = carbonbench(*words, cwd=cwd)
    assert told.code in (3, 4), told
    return told.err


def test_an_address_without_a_scheduler_and_words_that_do_not_go_together_are_told(tmp_path: Path) -> None:
    nobody = f"tcp://127.0.0.1:{free_port()}"
    assert "no scheduler answers" in wrong("prove", "--case", QUICK[0], "--cluster", nobody, cwd=tmp_path)
    assert "expected an address" in wrong("run", *choose(QUICK[:1]), "--cluster", "nowhere", cwd=tmp_path)
    assert "not with -n 2" in wrong("run", "-n", "2", "--cluster", nobody, cwd=tmp_path)
    assert "not with --rig process" in wrong("run", "--rig", "process", "--cluster", nobody, cwd=tmp_path)
    assert "not with --rig loopback" in wrong("sweep", "--rig", "loopback", "--cluster", nobody, cwd=tmp_path)
    assert not list(tmp_path.glob("out/*/verdicts.json"))


def test_what_a_worker_dies_of_and_what_it_raises_reach_whoever_asked(cluster: tuple[str, Workers]) -> None:
    with pool(1, cluster[0]) as crew:
        assert crew is not None
        with pytest.raises(Exception, match="ended with 7"):
            crew.submit(os._exit, 7).result()
        with pytest.raises(ValueError, match="invalid literal"):
            crew.submit(int, "seven").result()
        assert crew.submit(max, 3, 4).result() == 4


def test_a_sweep_and_a_proof_are_the_same_there(cluster: tuple[str, Workers], tmp_path: Path) -> None:
    defect = "history-begins-later"
    there = carbonbench("prove", "--defect", defect, "--defects-only", "--cluster", cluster[0], cwd=tmp_path)
    assert "1/1" in there.out, there
    words = ("sweep", "--syncs", "3-4", "--json")
    here = carbonbench(*words, "--out", "here", cwd=tmp_path)
    told = carbonbench(*words, "--out", "there", "--cluster", cluster[0], cwd=tmp_path)
    assert here.code == told.code == 0, told
    names = [sorted(path.name for path in (tmp_path / out).rglob("*.jsonl")) for out in ("here", "there")]
    assert names[0] == names[1]


@pytest.mark.timeout(900)
def test_a_run_of_which_a_worker_is_killed_has_the_same_history(cluster: tuple[str, Workers], tmp_path: Path) -> None:
    address, workers = cluster
    here = carbonbench("run", *WORDS, "--out", "here", cwd=tmp_path)
    assert here.code == 0, here
    words = [COMMAND, "run", *WORDS, "--out", "there", "--cluster", address]
    command = subprocess.Popen([str(word) for word in words], cwd=tmp_path, env=environment())
    while command.poll() is None and not list((tmp_path / "there").glob("*/cases/*/*/*/result.json")):
        time.sleep(0.02)
    workers[0].kill()
    taken = len(list((tmp_path / "there").glob("*/cases/*/*/*/result.json")))
    assert command.wait() == 0
    folder = run_folder(tmp_path / "there")
    assert 0 < taken < len(verdicts(folder)["cases"])
    assert digests(folder) == digests(run_folder(tmp_path / "here"))
    assert call([COMMAND, "verify", folder], cwd=tmp_path).code == 0
