"""The built wheel alone: installed into an empty environment far from any checkout, it runs, judges and tells.

Libraries are lent by the environment of the tests; the rooms and their data come from the wheel and from nowhere else.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from suite_kit import QUICK, ROOT, Told, call, carbonbench, choose, environment, run_folder, verdicts

ROOMS = ("bench", "conformance", "fixtures", "reference_terminal", "reports", "simulators")


def build(room: Path) -> Path:
    """The wheel of this checkout, built from a copy of what takes part in it."""
    source = room / "source"
    for name in ROOMS:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE-APACHE", "LICENSE-MIT", "THIRD_PARTY.md"):
        shutil.copyfile(ROOT / name, source / name)
    words = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    call([*words, "--wheel-dir", room, source], cwd=room)
    (wheel,) = room.glob("*.whl")
    return wheel


class Installed:
    """An environment that holds the wheel, and an empty folder to work in."""

    def __init__(self, room: Path) -> None:
        wheel = build(room)
        shutil.rmtree(room / "source")
        self.prefix = room / "environment"
        self.room = room / "empty"
        self.room.mkdir()
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", self.prefix], check=True)
        python = self.prefix / "bin" / "python"
        pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index"]
        told = call([*pip, wheel], cwd=self.room)
        assert told.code == 0, told.err
        (self.packages,) = self.prefix.glob("lib/python3*/site-packages")
        lent = [path for path in sys.path if path.endswith("-packages")]
        (self.packages / "lent.pth").write_text("".join(f"{path}\n" for path in lent))

    def carbonbench(self, *words: str | Path) -> Told:
        env = {name: value for name, value in environment().items() if name != "PYTHONPATH"}
        return call([self.prefix / "bin" / "carbonbench", *words], cwd=self.room, env=env)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(tmp_path_factory.mktemp("wheel"))


def test_rooms_and_data_are_packages_and_nothing_else_is(installed: Installed) -> None:
    found = {path.name for path in installed.packages.iterdir() if path.suffix not in (".pth", ".dist-info")}
    assert found == set(ROOMS)
    shipped = {path.relative_to(ROOT) for path in (ROOT / "fixtures").rglob("*") if path.is_file()}
    assert {path for path in shipped if not (installed.packages / path).is_file()} == set()


def test_it_runs_judges_and_verifies(installed: Installed) -> None:
    told = installed.carbonbench("run", "-n", "2", *choose(QUICK[:3]))
    assert told.code == 0, told.out + told.err
    folder = run_folder(installed.room / "out")
    found = verdicts(folder)
    assert [case["verdict"] for case in found["cases"]] == ["pass"] * 3
    assert re.fullmatch(rf"{re.escape(version('carbonbench'))}-[0-9a-f]{{12}}", found["commit"])
    profile = installed.packages / "fixtures" / "terminals" / "reference.toml"
    assert all(f"--terminal {profile} " in case["replay"] for case in found["cases"])
    assert str(ROOT) not in (folder / "verdicts.json").read_text("utf-8")
    assert installed.carbonbench("verify", folder).code == 0
    again = installed.carbonbench("rejudge", folder)
    assert again.code == 0 and "the same verdicts" in again.out, again.out


def test_the_ledger_and_the_worlds_are_there(installed: Installed) -> None:
    told = installed.carbonbench("clauses", "coverage")
    assert told.code == 0 and told.out == carbonbench("clauses", "coverage", cwd=installed.room).out, told.err
    for world in sorted((installed.packages / "fixtures" / "worlds").glob("*.toml")):
        told = installed.carbonbench("simulate", world, "--check")
        assert told.code == 0, told.err
