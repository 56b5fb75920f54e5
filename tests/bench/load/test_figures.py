"""What a load takes from a profile and from an answer at rest; and what excuses a slow platform."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from bench.dut.profile import LoadFigures, ProfileError, load_profile
from bench.facade.load import mark_of
from bench.history import Began, History, LoadStage, LoadTarget
from bench.history.load import LoadTimes
from conformance.common.platforms.load import kept_waiting

HEAD = '[platform]\nname = "p"\nadapter = "reference-platform"\nroles = ["platform"]\n'


def profile_of(folder: Path, more: str) -> Path:
    path = folder / "p.toml"
    path.write_text(HEAD + more)
    return path


def test_the_figures_are_those_of_the_rulings_unless_a_profile_says_otherwise(tmp_path: Path) -> None:
    assert load_profile(profile_of(tmp_path, "")).parameters.load == LoadFigures()
    found = load_profile(profile_of(tmp_path, "[parameters.load]\nsteady_s = 9\nsteps = [1, 2]\n"))
    assert found.deviations() == {"load.steady_s": "9", "load.steps": "1 2"}
    assert found.in_force()["load.online"] == "1001"


@pytest.mark.parametrize("line", ["steady = 9", "steady_s = 0", 'steady_s = "9"', "steps = [0]"])
def test_wrong_figures_are_one_sentence(tmp_path: Path, line: str) -> None:
    with pytest.raises(ProfileError) as found:
        load_profile(profile_of(tmp_path, f"[parameters.load]\n{line}\n"))
    assert len(found.value.problems) == 1
    assert found.value.problems[0].startswith("parameters.load")


def test_figures_of_load_are_no_matter_of_a_terminal(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text('[terminal]\nname = "t"\nadapter = "reference"\n')
    assert not [name for name in load_profile(path).in_force() if name.startswith("load")]


def test_the_longest_figure_marks_an_answer() -> None:
    answer = '{"rows":[{"id":"L01","value":"1234.50"},{"value":"99.125000"}]}'
    assert mark_of(answer, answer) == "99.125000"
    assert mark_of('{"rows":[]}', '{"rows":[]}') == ""


def test_an_instant_in_an_answer_is_no_mark_of_it() -> None:
    rows = ',"rows":[{"value":"1234.50"}]}'
    assert mark_of('{"at":1795404590000' + rows, '{"at":1795404591100' + rows) == "1234.50"


def history_of(*waited: int) -> History:
    """A second between two looks at a target that had waited so long by then."""
    began = Began(t=0, case="c", seed=1, commit="", terminal="", rig="loopback", points=(), meters=(), centres=())
    looks = [LoadTarget(t=at * 1_000_000, memory_kib=1, waited_us=us) for at, us in enumerate(waited)]
    times = LoadTimes()
    stage = LoadStage(
        t=10_000_000,
        name="steady",
        began=0,
        seconds=9,
        judged=True,
        outage="none",
        active=1,
        classes=(),
        lag=times,
        cpu_us=0,
        wall_us=0,
        busiest=0,
    )
    return History([began, *looks, stage])


def test_how_long_a_target_was_kept_waiting() -> None:
    assert kept_waiting(history_of(0, 100_000, 500_000)) == Decimal("25.0")
    assert kept_waiting(history_of(0)) is None, "one look says nothing"
    assert kept_waiting(history_of(-1, -1)) is None, "nor does a target whose processes nobody sees"
