"""A load's file: what is read, and that everything wrong with one is told at once, a sentence each."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.load.plan import Job, LoadError, encoded, job_of, read_plan
from simulators.shipped import SHIPPED

STAGE = '\n[[stages]]\nname = "s"\nfor_s = 1'
SHIPPED_LOADS = sorted(path for path in (SHIPPED / "load").glob("*.toml") if path.name != "target.toml")


def written(folder: Path, text: str) -> Path:
    """A file with this text."""
    path = folder / "load.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", SHIPPED_LOADS, ids=lambda path: path.stem)
def test_every_shipped_load_can_be_read(path: Path) -> None:
    plan = read_plan(path)
    assert plan.length_s > 0
    assert job_of(encoded(Job(plan=plan))).plan == plan


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "name: is missing"),
        ('name = "a"', "stages: is missing"),
        ('name = "a"\n[[stages]]\nname = "s"\nfor_s = 5', "nobody makes any load"),
        ('name = "a"\n[terminals]\ncount = 1\n[[stages]]\nname = "s"\nfor_s = 0', "expected 1 to"),
        ('name = "a"\n[terminals]\ncount = "many"' + STAGE, "expected a whole number"),
        (
            'name = "a"\n[terminals]\nslow_percent = 60\ndying_percent = 60' + STAGE,
            "more than 100",
        ),
        (
            'name = "a"\n[target]\nkind = "hj2012"\n[terminals]' + STAGE,
            "did you mean 'hj212'?",
        ),
        (
            'name = "a"\n[target]\nkind = "mqtt"\nchannel = "tlcp"\n[terminals]' + STAGE,
            "plain or tls",
        ),
        ('name = "a"\n[target]\nhost = "h"\n[terminals]' + STAGE, "needs its port"),
        ('name = "a"\n[target]\nport = 1\n[terminals]' + STAGE, "without a host"),
        ('name = "a"\n[[stages]]\nname = "s"\nfor_s = 1\nactive = 5', "people need to know what to ask"),
        ('name = "a"\n[people]\nsimple = 50\n[terminals]' + STAGE, "110 percent in all"),
        (
            'name = "a"\n[people]\nthink_from_ms = 9\nthink_to_ms = 1\n[terminals]' + STAGE,
            "expected 9",
        ),
        (
            'name = "a"\n[terminals]\n[[stages]]\nname = "s"\nfor_s = 1' + STAGE,
            "two stages are called s",
        ),
        ('name = "a"\n[terminals]\ncuont = 1' + STAGE, "cuont"),
        ("name = ", "TOML"),
    ],
)
def test_what_is_wrong_is_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(LoadError) as found:
        read_plan(written(tmp_path, text))
    assert said in str(found.value)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    text = 'name = "a"\nlate_s = 0\n[terminals]\npoints = 99\nperiod_s = 0' + STAGE
    with pytest.raises(LoadError) as found:
        read_plan(written(tmp_path, text))
    assert len(str(found.value).splitlines()) == 3


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LoadError):
        read_plan(tmp_path / "none.toml")
