"""A run that lost its bench: killed for real, resumed, and nothing of it left out; what may not be resumed and why."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from suite_kit import COMMAND, REFERENCE, Told, carbonbench, chain_of, environment, in_place, run_folder, verdicts

from bench.commands.running.session import Session

LONG = "windows/uploads-monthly-index"
# For what has to come to the bench's ears while a case is under way, however quick the machine is.
LONGER = "delivery/buffers-seven-day-outage"
SHORT = ("accuracy/takes-over-edge-values", "commands/reads-meters-on-command")
LAST = "protocol/identifies-itself"
REAL = "realtime/delivers-within-minutes"
# Outside any checkout the commit is made of the files, which no commit of somebody else changes during the test.
NO_CHECKOUT = {"GIT_DIR": "/nonexistent"}
ALONE = environment(**NO_CHECKOUT)


def bench(*words: str | Path, cwd: Path) -> Told:
    return carbonbench(*words, cwd=cwd, more=NO_CHECKOUT)


@pytest.fixture
def room(tmp_path: Path) -> Path:
    shutil.copy(REFERENCE, tmp_path / "mine.toml")
    return tmp_path


def killed(room: Path, *words: str, when: Callable[[Path], bool]) -> Path:
    """Start a run and kill its controlling process, without warning, as soon as its folder is as asked for."""
    process = subprocess.Popen(
        [COMMAND, "run", "--terminal", "mine.toml", *words],
        cwd=room,
        env=ALONE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until = time.monotonic() + 300
        while not any(when(folder) for folder in room.glob("out/*")):
            assert process.poll() is None and time.monotonic() < until, "the run ended before it could be killed"
            time.sleep(0.05)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    folder = run_folder(room / "out")
    until = time.monotonic() + 240
    while any(of_group(process.pid)):
        assert time.monotonic() < until, "a worker outlived its run"
        time.sleep(0.1)
    return folder


def of_group(group: int) -> Iterator[Path]:
    """The processes of a run that live: a worker that has no attempt yet may be about to begin one."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, own = stat.read_text().rpartition(")")[2].split()[:3]
            if state not in "ZX" and int(own) == group:
                yield stat


def began(case: str) -> Callable[[Path], bool]:
    return lambda folder: (folder / "cases" / case / "1" / "attempt.json").exists()


def finished(folder: Path, case: str) -> bool:
    return (folder / "cases" / case / "1" / "result.json").exists()


def attempts(folder: Path) -> list[tuple[str, int, str, bool, int]]:
    return [
        (case["id"], case["attempt"], case["verdict"], case["interrupted"], case["instead_of"])
        for case in verdicts(folder)["cases"]
    ]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_killed_run_is_resumed_and_every_attempt_is_told(room: Path, workers: str) -> None:
    chosen = [word for case in (*SHORT, LONG) for word in ("--case", case)]

    folder = killed(room, *chosen, "-n", workers, when=began(LONG))
    cut = [case for case in (*SHORT, LONG) if began(case)(folder) and not finished(folder, case)]
    whole = [case for case in SHORT if finished(folder, case)]
    kept = {case: (folder / "cases" / case / "1" / "record.jsonl").read_bytes() for case in whole}
    assert LONG in cut and (workers != "1" or cut == [LONG])
    assert not (folder / "verdicts.json").exists()
    told = bench("rejudge", folder, cwd=room)
    assert told.code == 3 and "was cut off" in told.err and "--resume" in told.err
    told = bench("run", "--resume", folder, "-n", workers, cwd=room)
    assert told.code == 0, told.out + told.err
    expected = [
        [(case, 1, "error", True, 0), (case, 2, "pass", False, 1)] if case in cut else [(case, 1, "pass", False, 0)]
        for case in (*SHORT, LONG)
    ]
    assert attempts(folder) == [row for rows in expected for row in rows]
    assert {case: (folder / "cases" / case / "1" / "record.jsonl").read_bytes() for case in kept} == kept
    found = verdicts(folder)
    assert [bool(sitting["ended"]) for sitting in found["sittings"]] == [False, True]
    assert {clause["verdict"] for clause in found["clauses"] if clause["cases"]} == {"pass"}
    assert f"{LONG}   #1!(interrupted 中断) #2✓(for 代 #1)" in told.out
    page = (folder / "report.html").read_text("utf-8")
    assert ">interrupted<" in page and "The bench itself failed" not in page
    assert bench("verify", folder, cwd=room).code == 0
    again = bench("rejudge", folder, cwd=room)
    assert again.code == 0 and "the same verdicts" in again.out
    told = bench("run", "--resume", folder, cwd=room)
    assert (told.code, len(told.problems)) == (4, 1) and "is finished" in told.err
    assert bench("verify", folder, cwd=room).code == 0


def log_of(folder: Path) -> Path:
    return folder / "evidence" / "log.jsonl"


def test_what_is_told_to_have_begun_has_a_folder(room: Path, tmp_path: Path) -> None:
    """A bench that is killed just then must not leave an attempt that looks removed."""
    (tmp_path / "spy.py").write_text(
        """
import pytest
from pathlib import Path

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logstart(nodeid):
    with Path("seen").open("a") as out:
        print(nodeid.rpartition("::")[2], len(list(Path("out").glob("*/cases/*/*/1/attempt.json"))), file=out)
""",
        "utf-8",
    )
    words = [
        COMMAND,
        "run",
        "--terminal",
        "mine.toml",
        "-n",
        "1",
        *[word for case in SHORT for word in ("--case", case)],
    ]
    env = environment(**NO_CHECKOUT, PYTEST_ADDOPTS="-p spy", PYTHONPATH=str(tmp_path))
    told = subprocess.run(words, cwd=room, env=env, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr
    assert (room / "seen").read_text("utf-8").splitlines() == [
        f"{case.rpartition('/')[2]} {number}" for number, case in enumerate(SHORT, 1)
    ]


def test_an_attempt_that_the_log_had_not_got_to_is_resumed_like_any_other(room: Path) -> None:
    folder = killed(room, "--case", LONG, "-n", "1", when=began(LONG))
    lines = log_of(folder).read_bytes().splitlines(keepends=True)
    log_of(folder).write_bytes(b"".join(line for line in lines if LONG.encode() not in line))
    assert bench("run", "--resume", folder, cwd=room).code == 0
    assert attempts(folder) == [(LONG, 1, "error", True, 0), (LONG, 2, "pass", False, 1)]
    assert bench("verify", folder, cwd=room).code == 0


def ended(
    room: Path, *words: str, who: Callable[[subprocess.Popen[str], Path], None], long: str = LONG
) -> tuple[int, Path]:
    """Start a run, let `who` disturb it once its long case is under way, and wait for its own end."""
    process = subprocess.Popen(
        [COMMAND, "run", "--terminal", "mine.toml", *words],
        cwd=room,
        env=ALONE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    until = time.monotonic() + 300
    while not any(began(long)(folder) for folder in room.glob("out/*")):
        assert process.poll() is None and time.monotonic() < until
        time.sleep(0.05)
    folder = run_folder(room / "out")
    who(process, folder)
    _, told = process.communicate(timeout=300)
    assert "Traceback" not in told and "INTERNALERROR" not in told, told
    return process.returncode, folder


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_leaves_a_report_that_names_everything_and_can_be_resumed(room: Path, workers: str) -> None:
    chosen = [word for case in (*SHORT, LONG, LAST) for word in ("--case", case)]

    def stop(process: subprocess.Popen[str], folder: Path) -> None:
        os.killpg(process.pid, signal.SIGINT)

    code, folder = ended(room, *chosen, "-n", workers, who=stop)
    assert code == 3
    first = {(case, number): (verdict, cut) for case, number, verdict, cut, _ in attempts(folder)}
    assert set(first) == {(case, 1) for case in (*SHORT, LONG, LAST)}
    assert first[LONG, 1] == ("error", True)
    reasons = {case["id"]: case["reason"] for case in verdicts(folder)["cases"]}
    assert reasons[LONG].startswith("interrupted: ")
    if workers == "1":
        assert first[LAST, 1] == ("not run", False) and "not reached" in reasons[LAST]
    assert bench("verify", folder, cwd=room).code == 0
    assert bench("status", cwd=room).code == 0
    told = bench("run", "--resume", folder, cwd=room)
    assert told.code == 0, told.out + told.err
    last = attempts(folder)
    assert (LONG, 1, "error", True, 0) in last and (LONG, 2, "pass", False, 1) in last
    # With two workers more than one case is cut off.
    assert {(verdict, cut) for case, _, verdict, cut, _ in last if case != LONG} <= {("pass", False), ("error", True)}
    assert {case: verdict for case, _, verdict, _, _ in last} == dict.fromkeys((*SHORT, LONG, LAST), "pass")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_bench_that_is_asked_to_end_leaves_what_ctrl_c_leaves(room: Path, workers: str) -> None:
    words = ("--case", LONGER, "-n", workers)
    code, folder = ended(room, *words, who=lambda process, _: process.terminate(), long=LONGER)
    assert code == 3 and attempts(folder) == [(LONGER, 1, "error", True, 0)]
    assert bench("verify", folder, cwd=room).code == 0


def test_a_worker_that_dies_loses_no_case(room: Path) -> None:
    def kill_worker(process: subprocess.Popen[str], folder: Path) -> None:
        begun = json.loads((folder / "cases" / LONG / "1" / "attempt.json").read_text("utf-8"))
        assert begun["process"]["pid"] != process.pid
        os.kill(begun["process"]["pid"], signal.SIGKILL)

    code, folder = ended(room, "--case", LONG, "--case", SHORT[0], "-n", "2", who=kill_worker)
    assert code == 3
    assert attempts(folder) == [(SHORT[0], 1, "pass", False, 0), (LONG, 1, "error", True, 0)]
    assert bench("verify", folder, cwd=room).code == 0


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A room with a real-time run that was killed some seconds into its one case; look, do not touch."""
    room = tmp_path_factory.mktemp("cut")
    shutil.copy(REFERENCE, room / "mine.toml")
    part = Path("cases") / REAL / "1" / "record.jsonl.part"

    def when(folder: Path) -> bool:
        return (folder / part).exists() and (folder / part).read_bytes().count(b"\n") > 10

    killed(room, "--rig", "loopback", "--case", REAL, when=when)
    return room


@pytest.fixture
def own(cut: Path, tmp_path: Path) -> Path:
    """A copy of that room which a test may spoil; its run knows where its files are."""
    room = shutil.copytree(cut, tmp_path / "room")
    journal = run_folder(room / "out") / "run.json"
    journal.write_text(journal.read_text("utf-8").replace(str(cut), str(room)), "utf-8")
    return room


def part_of(room: Path) -> Path:
    return run_folder(room / "out") / "cases" / REAL / "1" / "record.jsonl.part"


@pytest.mark.timeout(900)
def test_what_was_recorded_before_the_cut_is_kept_and_proved(own: Path) -> None:
    part = part_of(own)
    whole = part.read_bytes()
    part.write_bytes(whole + b'["0011223344556677",{"e":"pha')
    folder = run_folder(own / "out")
    told = bench("run", "--resume", folder, cwd=own)
    assert told.code == 0, told.out + told.err
    assert attempts(folder) == [(REAL, 1, "error", True, 0), (REAL, 2, "pass", False, 1)]
    first = verdicts(folder)["cases"][0]
    lines = whole.count(b"\n")
    assert f"{lines} events were recorded, 29 octets of a torn last line left out" in first["reason"]
    record = part.with_suffix("")
    assert record.read_bytes().startswith(whole) and chain_of(record) == first["digest"]
    assert part.read_bytes() == whole + b'["0011223344556677",{"e":"pha'
    assert bench("verify", folder, cwd=own).code == 0
    assert bench("rejudge", folder, cwd=own).code == 0


def test_a_forged_record_is_told_from_a_torn_one(own: Path) -> None:
    part = part_of(own)
    lines = part.read_bytes().splitlines(keepends=True)
    lines[4] = lines[4].replace(b'"t":1', b'"t":2', 1)
    part.write_bytes(b"".join(lines))
    told = bench("run", "--resume", run_folder(own / "out"), cwd=own)
    assert (told.code, len(told.problems)) == (4, 1)
    assert "record.jsonl.part, line 5: " in told.err and "chain is broken" in told.err


def spoil_profile(room: Path) -> str:
    (room / "mine.toml").write_text((room / "mine.toml").read_text("utf-8") + "\n# another day\n", "utf-8")
    return "mine.toml was changed: expected SM3"


def lose_profile(room: Path) -> str:
    (room / "mine.toml").unlink()
    return "mine.toml: the file cannot be read"


def other_bench(room: Path) -> str:
    journal = run_folder(room / "out") / "run.json"
    journal.write_text(re.sub('"commit":"[^"]+"', '"commit":"0123456789ab"', journal.read_text("utf-8")), "utf-8")
    return "the run is of commit 0123456789ab, this bench is "


def other_computer(room: Path) -> str:
    for path in (run_folder(room / "out") / "run.json", part_of(room).with_name("attempt.json")):
        row = json.loads(path.read_text("utf-8"))
        for process in [sat["process"] for sat in row.get("sittings", [row])]:
            process["host"] = "elsewhere"
        path.write_text(json.dumps(row) + "\n", "utf-8")
    return "was run on 'elsewhere'"


def lives_on(room: Path) -> str:
    journal = run_folder(room / "out") / "run.json"
    row = json.loads(journal.read_text("utf-8"))
    process = row["sittings"][-1]["process"]
    process["pid"] = os.getpid()
    process["ticks"] = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    journal.write_text(json.dumps(row) + "\n", "utf-8")
    return f"process {os.getpid()} is still running it"


def moved(room: Path) -> str:
    old = part_of(room).parent
    shutil.copytree(old, old.with_name("7"))
    return "it was moved"


def garbage(room: Path) -> str:
    (run_folder(room / "out") / "run.json").write_bytes(b"\xff{")
    return "not what the bench wrote there"


@pytest.mark.parametrize("spoil", [spoil_profile, lose_profile, other_bench, other_computer, lives_on, moved, garbage])
def test_a_run_that_is_not_as_it_was_is_not_resumed(own: Path, spoil: Callable[[Path], str]) -> None:
    words = spoil(own)
    before = {path: path.read_bytes() for path in own.rglob("*") if path.is_file()}
    told = bench("run", "--resume", run_folder(own / "out"), cwd=own)
    assert (told.code, len(told.problems)) == (4, 1), told.err
    assert words in told.err
    assert {path: path.read_bytes() for path in own.rglob("*") if path.is_file()} == before


def test_no_other_word_goes_with_resume_and_no_folder_without_a_run(own: Path, tmp_path: Path) -> None:
    folder = run_folder(own / "out")
    told = bench("run", "--resume", folder, "--seed", "1", "--case", REAL, "--out", "x", cwd=own)
    assert (told.code, len(told.problems)) == (4, 1) and "leave out --case, --seed, --out" in told.err
    for place, words in (
        (tmp_path / "nothing", "found nothing"),
        (own, "it has no run.json"),
        (own / "out", folder.name),
    ):
        told = bench("run", "--resume", place, cwd=own)
        assert (told.code, len(told.problems)) == (4, 1) and words in told.err, told.err


def test_the_status_of_a_run_that_lost_its_bench(own: Path) -> None:
    told = bench("status", cwd=own)
    assert told.code == 1
    assert (
        "interrupted" in told.out
        and f"carbonbench run --resume {Path('out') / run_folder(own / 'out').name}" in told.out
    )
    found = json.loads(bench("status", "--json", cwd=own).out)
    assert (found["state"], found["done"], found["planned"]) == ("interrupted", 0, 1)
    (running,) = found["running"]
    assert running["case"] == REAL and running["alive"] is False and running["recorded"] > 10 and running["last_event"]


def test_a_run_stopped_before_its_first_case_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the rig proves itself too, Ctrl-C is a sentence and 3: pytest's own 2 would read as undecided."""

    def stopped(self: Session, workers: int = 1) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Session, "begin", stopped)
    told = in_place("run", "--case", SHORT[1], cwd=tmp_path)
    assert told.code == 3 and "interrupted / 已中断" in told.err
