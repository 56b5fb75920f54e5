"""Commands for whoever brings a platform: what it does on its first start, and words that are for terminals alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest
from house import ROOT

from bench import cli
from bench.case import EXIT_FAIL, EXIT_PASS, EXIT_USAGE
from bench.commands.laboratory import plan
from bench.commands.products import profile_try
from bench.commands.running.lengths import Length, Lengths, read_lengths

EXAMPLE = ROOT / "fixtures" / "platforms" / "program"


@pytest.mark.timeout(900)
def test_a_first_start_tells_accounts_lists_and_ways_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "mine")
    profile = tmp_path / "mine" / "profile.toml"
    assert profile_try.main(profile, show=True) == EXIT_PASS
    sound = capsys.readouterr().out
    assert "started as / 启动命令: " in sound and "--- platform.toml / --- 文件 platform.toml" in sound
    for told in ("ok   login clerk-a", "ok   list enterprise", "ok   way hj212", "ok   way http", "0 not"):
        assert told in sound
    profile.write_text(profile.read_text("utf-8").replace('json.rows" }\ncreate', 'json.rowz" }\ncreate'), "utf-8")
    template = tmp_path / "mine" / "platform.toml.j2"
    template.write_text(template.read_text("utf-8").replace("{{ intakes.http.port }}", "9081"), "utf-8")
    assert profile_try.main(profile) == EXIT_FAIL
    broken = capsys.readouterr().out
    for told in ("FAIL list factor: unfit", "FAIL way http", "ok   way hj212", "ok   login auditor"):
        assert told in broken


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["prove", "--item", "house", "--mutants", "1"], "--item house: expected one of terminal, platform"),
        (
            ["parity", "--case", "kept/keeps-what-is-entered", "--terminal", "fixtures/terminals/reference.toml"],
            "no case of a terminal",
        ),
        (["sweep", "--case", "kept/"], "no case that can be swept"),
        (["plan", "--terminal", "fixtures/platforms/none.toml"], "cannot be read"),
        (["profile", "try", "fixtures/platforms/none.toml"], "cannot be read"),
        (["list", "--item", "platfrom"], "platfrom"),
    ],
)
def test_words_that_do_not_fit_are_one_sentence(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert cli.main(words) == EXIT_USAGE
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told


def test_lengths_of_platforms_leave_those_of_terminals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = tmp_path / "lengths.json"
    old = {"kept/keeps-what-is-entered": Length(s=1.0), "realtime/delivers-within-minutes": Length(s=2.0)}
    mine.write_bytes(msgspec.json.encode(Lengths(commit="old", cases=old)))
    monkeypatch.setattr(plan, "LENGTHS", mine)
    run = tmp_path / "run"
    (run / "cases").mkdir(parents=True)
    (run / "cases" / "record.jsonl").write_bytes(b'{"e":"observed"}')

    class Case:
        id, record, attempt, simulated_s = "kept/keeps-what-is-entered", "cases/record.jsonl", 1, 9.0

    class Run:
        rig, selection, commit, cases = "virtual", (), "new", (Case,)

    monkeypatch.setattr(plan, "read_run", lambda folder: Run)
    assert plan.record(run) == EXIT_PASS
    found = read_lengths(mine)
    assert {name: each.s for name, each in found.cases.items()} == {
        "kept/keeps-what-is-entered": 9.0,
        "realtime/delivers-within-minutes": 2.0,
    }
