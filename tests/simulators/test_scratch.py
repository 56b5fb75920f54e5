"""Folders in the temporary folder: a dead process's are cleared by the next, a living one's stay."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from simulators import scratch

_MAKER = """
import sys
from simulators import scratch

with scratch.room("a"):
    scratch.make("b")
    print("up", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_folders_of_the_dead_are_swept_and_those_of_the_living_stay(place: Path) -> None:
    own = scratch.make("rig")
    dead = own.with_name(own.name.replace(f".{os.getpid()}.", ".4194300."))
    reused = own.with_name(f"carbonbench-rig-{scratch.namespace()}.{os.getpid()}.1-x")
    elsewhere = own.with_name(dead.name.replace(f"-{scratch.namespace()}.", "-1."))
    others = [own.with_name(name) for name in ("carbonbench-old", "carbonbench-a-b", "carbonbench-a-1.2-c")]
    for folder in (dead, reused, elsewhere, *others):
        folder.mkdir()
    assert set(scratch.sweep()) == {dead, reused}
    assert set(place.iterdir()) == {own, elsewhere, *others}


def test_what_is_mounted_is_not_swept(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = scratch.make("rig")
    dead = own.with_name(own.name.replace(f".{os.getpid()}.", ".4194300."))
    (dead / "disk").mkdir(parents=True)
    monkeypatch.setattr(scratch, "_mounts", lambda: [str(dead / "disk")])
    assert scratch.sweep() == []
    monkeypatch.undo()


def test_a_killed_process_leaves_nothing_for_good(place: Path) -> None:
    env = {**os.environ, "TMPDIR": str(place)}

    def begun() -> subprocess.Popen[str]:
        made = subprocess.Popen(
            [sys.executable, "-c", _MAKER], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert made.stdout is not None and made.stdout.readline() == "up\n"
        return made

    first = begun()
    assert len(list(place.iterdir())) == 2
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert len(list(place.iterdir())) == 2
    second = begun()
    left = sorted(place.iterdir())
    assert len(left) == 2 and all(f".{second.pid}." in folder.name for folder in left)
    second.communicate("")
    # Whoever makes a folder without a scope removes it.
    assert [folder.name.split("-")[1] for folder in place.iterdir()] == ["b"]


def test_a_name_that_others_work_out_is_swept_by_its_owner_and_kept_from_others(place: Path) -> None:
    made = scratch.shared("sql", "a6daa-energy")
    (made / "plant.db").touch()
    assert made == scratch.place("sql", "a6daa-energy") and scratch.sweep() == []
    # Left by this process: it goes. Of another one that lives: it stays. Of a dead one: it is taken.
    assert not list(scratch.shared("sql", "a6daa-energy").glob("*.db"))
    (made / "owner").write_text(f"{scratch.namespace()}.1.{scratch.started(1)}", "ascii")
    with pytest.raises(FileExistsError):
        scratch.shared("sql", "a6daa-energy")
    (made / "owner").write_text(f"{scratch.namespace()}.1.0", "ascii")
    assert scratch.sweep() == [made]
    made.mkdir()
    (made / "owner").write_text(f"{scratch.namespace()}.1.0", "ascii")
    assert (scratch.shared("sql", "a6daa-energy") / "owner").read_text("ascii") == scratch.owner()
