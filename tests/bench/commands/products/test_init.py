"""`carbonbench init`: a profile that runs from ten answers; what the product did at its first start; wrong answers."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from bench import cli
from bench.commands.products import init
from bench.dut.profile import Claim, load_profile
from conformance.clauses.ledger import load_ledger
from conformance.clauses.statement import read_statement
from simulators.shipped import SHIPPED

PROGRAM = f"{sys.executable} -m reference_terminal terminal.toml"


def made(tmp_path: Path, *words: str, tries: bool = False) -> int:
    told = ("init", "--out", str(tmp_path / "my.toml"), *words)
    return cli.main([*told] if tries else [*told, "--no-try"])


def test_ten_answers_make_a_profile_that_passes_its_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(init.QUESTIONS) == 10
    assert (
        made(tmp_path, "--name", "盒子", "--program", "env --port 1", "--ready", "local", "--reads", "modbus-rtu") == 0
    )
    profile = load_profile(tmp_path / "my.toml")
    assert (profile.name, profile.adapter) == ("盒子", "command")
    assert profile.connection["command"] == ["env", "--port", "1"]
    assert profile.connection["ready"] == "{{ local.host }}:{{ local.port }}"
    assert profile.claim("protocol.modbus-tcp") is Claim.NO and profile.claim("uplink.hj212") is Claim.YES
    assert (tmp_path / "world.json.j2").is_file()
    assert "carbonbench run --rig loopback" in capsys.readouterr().out
    assert cli.main(["profile", "check", str(tmp_path / "my.toml")]) == 0


def test_files_named_from_here_are_named_outright_and_the_folder_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("gw.py", "world.json"):
        Path(name).write_text("", "utf-8")
    told = ("--program", "python3 ./gw.py -c world.json", "--config", "world.json", "--no-try")
    assert cli.main(["init", "--out", "new/mine/my.toml", *told]) == 0
    command = load_profile(Path("new/mine/my.toml")).connection["command"]
    assert command == ["python3", str(tmp_path / "gw.py"), "-c", "world.json"]


def test_every_answer_is_a_question_of_the_statement() -> None:
    known = {*load_ledger().questions, *read_statement().questions}
    named = {name for claims in init.READS.values() for name in claims} | set(init.SENDS.values()) | set(init.DENIED)
    assert named <= known


def test_a_device_has_a_rig_and_no_command(tmp_path: Path) -> None:
    assert made(tmp_path) == 0
    profile = load_profile(tmp_path / "my.toml")
    assert profile.adapter == "manual" and profile.connection["rig"] == "rig.toml"
    assert [path.name for path in tmp_path.iterdir()] == ["my.toml"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--reads", "semaphore"), "expected of modbus-tcp"),
        (("--documents", "isc-9"), "expected of isc-1"),
        (("--program", "box 'x"), "No closing quotation"),
        (("--config", "../world.json"), "below the state folder"),
        (("--ready", "99999"), "1 to 65535"),
        (("--ready", "²"), "1 to 65535"),
        (("--wait", "0"), "seconds above 0"),
    ],
)
def test_a_wrong_answer_is_a_sentence_and_nothing_is_written(
    tmp_path: Path, words: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert made(tmp_path, *words) == 4
    assert told in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "world.json.j2").write_text("mine", "utf-8")
    assert made(tmp_path, "--program", "box") == 4
    assert "world.json.j2: there already" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["world.json.j2"]


def test_questions_are_asked_where_somebody_sits() -> None:
    asked: list[str] = []

    def ask(text: str) -> str:
        asked.append(text)
        return "ACME" if "maker" in text else ""

    found = init.answers({"name": "box"}, ask)
    assert len(asked) == 9 and asked[0].startswith("2/10 its maker / 制造商")
    assert (found["name"], found["vendor"], found["reads"]) == ("box", "ACME", "modbus-tcp")


def test_the_first_start_tells_what_the_product_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The reference terminal as any program, once with a configuration that it understands and once without."""
    words = ("--program", PROGRAM, "--config", "terminal.toml", "--ready", "local")
    assert made(tmp_path, *words) == 0
    shutil.copy(SHIPPED / "terminals" / "program" / "terminal.toml.j2", tmp_path / "terminal.toml.j2")
    capsys.readouterr()
    assert cli.main(["profile", "try", str(tmp_path / "my.toml"), "--wait", "12", "--json"]) == 0
    start = json.loads(capsys.readouterr().out)["start"]
    assert start["polls"]["e01"] >= 1 and start["dialled"]["A"] >= 1 and start["ports"]
    (tmp_path / "idle").mkdir()
    idle = f"{sys.executable} -c 'import time; time.sleep(60)'"
    assert made(tmp_path / "idle", "--program", idle, "--wait", "3", tries=True) == 1
    assert "none meters read / 读取仪表: nothing / 无" in capsys.readouterr().out
