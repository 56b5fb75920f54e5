"""The commit that a run names: dirty by what takes part in a run, and by nothing else."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from bench.commands.running import house


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: Callable[[str], str]) -> Path:
    """A small checkout with code and documentation, both committed."""
    git = program("git")
    for name in ("bench/loop.py", "docs/page.md", "fixtures/profile.toml", ".gitignore"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("out/\n__pycache__/\n")
    who = ["-c", "user.name=t", "-c", "user.email=t@t"]
    for words in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "-m", "first"], ["tag", "v9"]):
        subprocess.run([git, *words], cwd=tmp_path, check=True)
    monkeypatch.setattr(house, "ROOT", tmp_path)
    return tmp_path


def test_a_clean_checkout_is_twelve_digits(checkout: Path) -> None:
    assert len(house.commit()) == 12
    assert int(house.commit(), 16)


@pytest.mark.parametrize(
    ("name", "dirty"),
    [
        ("bench/loop.py", True),
        ("bench/new_module.py", True),
        ("fixtures/profile.toml", True),
        ("docs/page.md", False),
        ("docs/note.md", False),
        ("my-terminal.toml", False),
        ("bench/__pycache__/loop.pyc", False),
        ("out/run/verdicts.json", False),
    ],
)
def test_dirty_is_what_takes_part_in_a_run(checkout: Path, name: str, dirty: bool) -> None:
    clean = house.commit()
    (checkout / name).parent.mkdir(parents=True, exist_ok=True)
    (checkout / name).write_text("changed\n")
    assert house.commit() == (f"{clean}-dirty" if dirty else clean)


def test_a_file_taken_away_is_a_change(checkout: Path) -> None:
    (checkout / "bench/loop.py").unlink()
    assert house.commit().endswith("-dirty")


def test_outside_git_it_is_the_version_and_what_takes_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house, "ROOT", tmp_path)
    file = tmp_path / "bench" / "loop.py"
    file.parent.mkdir()
    file.write_text("first\n")
    first = house.commit()
    assert re.fullmatch(rf"{re.escape(version('carbonbench'))}-[0-9a-f]{{12}}", first)
    (tmp_path / "elsewhere.py").write_text("others'\n")
    (file.parent / "__pycache__").mkdir()
    (file.parent / "__pycache__" / "loop.pyc").write_text("compiled\n")
    assert house.commit() == first
    file.write_text("second\n")
    assert house.commit() != first
    file.rename(file.with_name("renamed.py"))
    second = house.commit()
    file.with_name("renamed.py").write_text("first\n")
    assert len({first, second, house.commit()}) == 3


@pytest.mark.parametrize("below", ["", "lib/site-packages"])
def test_a_checkout_of_others_is_not_ours(checkout: Path, monkeypatch: pytest.MonkeyPatch, below: str) -> None:
    """An environment often lies in the checkout of the product that is tested."""
    subprocess.run(["git", "rm", "-rq", "bench", "fixtures"], cwd=checkout, check=True)
    (checkout / below / "bench").mkdir(parents=True)
    (checkout / below / "bench" / "loop.py").write_text("installed\n")
    monkeypatch.setattr(house, "ROOT", checkout / below)
    assert house.commit().startswith(f"{version('carbonbench')}-")
