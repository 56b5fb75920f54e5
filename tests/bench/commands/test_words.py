"""Wrong words and wrong files, command by command: all problems at once, nothing started, nothing half-written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from suite_kit import REFERENCE, WORKS, Told, carbonbench, in_place

from bench.commands.running.options import ROWS, WORKERS
from bench.commands.running.words import GROUPS

ONE = ("--case", "commands/reads-meters-on-command")


def refused(told: Told, *words: str, code: int = 4) -> None:
    """The command ended with `code`, wrote nothing to the screen, and each word stands in a sentence of its own."""
    assert told.code == code, told
    assert told.out == ""
    left = list(told.problems)
    for word in words:
        found = next((problem for problem in left if word in problem), None)
        assert found, f"{word!r} in none of {left}"
        left.remove(found)


def test_no_words_and_unknown_words(tmp_path: Path) -> None:
    refused(carbonbench(cwd=tmp_path), "COMMAND")
    refused(carbonbench("certify", cwd=tmp_path), "carbonbench certify: no such command")
    refused(carbonbench("run", "--bogus", cwd=tmp_path), "--bogus")
    refused(carbonbench("decode", "profibus", "00", cwd=tmp_path), "'profibus'")
    refused(carbonbench("verify", cwd=tmp_path), "RUN")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ("run", "--rig", "bench-top", "--seed", "x"),
        ("prove", "--defect", "modbus-crx"),
        ("rejudge", "nothing"),
        ("verify", "nothing"),
        ("status", "nothing"),
        ("report", "nothing"),
        ("parity", "--rig", "bench-top"),
        ("sweep", "--resume", "nothing", "-n", "x"),
        ("decode", "modbus", "zz"),
        ("terminal", "nothing"),
        ("simulate", "nothing"),
        ("bench", "check", "nothing"),
        ("clauses", "show", "nonsense"),
        ("profile", "check", "nothing"),
    ],
    ids=lambda words: words[0],
)
def test_a_process_says_what_a_call_in_place_says(words: tuple[str, ...], tmp_path: Path) -> None:
    told = carbonbench(*words, cwd=tmp_path)
    assert told == in_place(*words, cwd=tmp_path)
    assert told.code and told.out + told.err
    assert list(tmp_path.iterdir()) == []


def test_help_of_every_command(tmp_path: Path) -> None:
    told = in_place("--help", cwd=tmp_path)
    assert told.code == 0 and "Exit:" in told.out
    commands = ("run", "prove", "rejudge", "verify", "report", "decode", "terminal", "simulate", "clauses", "profile")
    for command in commands:
        assert f" {command} " in told.out
        assert in_place(command, "--help", cwd=tmp_path).code == 0
    for command in ("compare", "run", "explain-emission"):
        assert in_place(command, "--help", cwd=tmp_path).out.startswith(f"usage: carbonbench {command} [-h]")


def test_a_command_that_is_none_gets_one_sentence(tmp_path: Path) -> None:
    told = in_place("runn", cwd=tmp_path)
    assert told.code == 4 and told.err.startswith("carbonbench runn: no such command; did you mean run?")
    assert told.err.count("\n") == 1
    assert "did you mean" not in in_place("zzzz", cwd=tmp_path).err


def test_wrong_words_of_a_run_are_said_as_by_any_other_command(tmp_path: Path) -> None:
    told = in_place("run", "--case", "delivers-within-minute", cwd=tmp_path)
    assert told.code == 4 and told.err.startswith("--case delivers-within-minute: no case of that name; did you mean")
    assert told.err.count("\n") == 1


def test_every_option_of_a_run_stands_in_a_group_of_its_help(tmp_path: Path) -> None:
    told = in_place("run", "--help", cwd=tmp_path).out
    alone = told[told.index("options:") : told.index("what is tested")]
    assert "--help" in alone and "--case" not in alone and "--pcap" not in alone
    assert {name for names in GROUPS.values() for name in names} == {*(row.name for row in ROWS.values()), WORKERS.name}


def test_every_wrong_option_of_a_run_at_once(tmp_path: Path) -> None:
    words = ["--rig", "bench-top", "--standard", "iec-61850", "--seed", "-1", "--repeat", "0", "--attempt", "x"]
    told = in_place("run", *words, "--defect", "modbus-crx", cwd=tmp_path)
    refused(told, "--rig", "--standard", "--seed", "--repeat", "--attempt", "did you mean modbus-crc?")
    refused(in_place("run", "-n", "two", cwd=tmp_path), "-n two")
    words = ["--clause", "isc-2/99", "--case", "polls-evry-minute", "--case", "nonsense"]
    refused(
        in_place("run", *words, cwd=tmp_path),
        "isc-2/99",
        "did you mean acquisition/polls-every-minute",
        "--case nonsense",
    )
    assert list(tmp_path.iterdir()) == []


def test_numbers_beyond_reason(tmp_path: Path) -> None:
    refused(
        in_place("run", "--repeat", "99999999999", "--attempt", "0", "--seed", "9" * 5000, cwd=tmp_path),
        "--repeat",
        "--attempt 0",
        "--seed",
    )
    refused(in_place("run", "--repeat", "2", "--attempt", "3", cwd=tmp_path), "--attempt 3: --repeat 2")
    refused(in_place("run", "-n", "100000", cwd=tmp_path), "at most 256")
    refused(in_place("sweep", "--resume", "nothing", "-n", "x", cwd=tmp_path), "-n x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "command", [("simulate",), ("terminal",), ("bench", "check"), ("run", *ONE, "--terminal"), ("profile", "check")]
)
def test_a_device_or_a_pipe_holds_nobody_up(tmp_path: Path, command: tuple[str, ...]) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "/dev/zero"):
        told = in_place(*command, name, cwd=tmp_path)
        assert told.code == 4 and told.out == "", told
        assert f"{name}: " in told.problems[0] and "a device or a pipe, not a file" in told.problems[0]


def test_an_endless_file_is_not_read_and_a_byte_order_mark_is_left_out(tmp_path: Path) -> None:
    with (tmp_path / "long.toml").open("wb") as out:
        out.truncate(1 << 36)
    for command in (("simulate",), ("terminal",), ("bench", "check")):
        refused(in_place(*command, "long.toml", cwd=tmp_path), "longer than 64 MiB")
    for source, words in ((WORKS, ("simulate", "--check")), (REFERENCE, ("profile", "check"))):
        marked = tmp_path / source.name
        marked.write_bytes(b"\xef\xbb\xbf" + source.read_bytes())
        assert in_place(*words, marked, cwd=tmp_path).code == 0


def test_tools_of_the_terminal_have_help_and_exit_codes(tmp_path: Path) -> None:
    told = carbonbench("terminal", "import", "--help", cwd=tmp_path)
    assert told.code == 0 and "FILE.xlsx" in told.out
    for words in (("import",), ("import", "a.xlsx"), ("template",), ("template", "csv"), ("probe",)):
        told = carbonbench("terminal", *words, cwd=tmp_path)
        assert told.code == 4 and told.out == "" and told.problems, told


def test_a_record_of_a_fleet_that_cannot_be_written(tmp_path: Path) -> None:
    park = REFERENCE.parents[1] / "fleets" / "park.toml"
    for name in (".", "nowhere/record.jsonl"):
        told = in_place("simulate", park, "--record", name, "--seconds", "1", cwd=tmp_path)
        refused(told, f"--record {name}: cannot be written")


def test_a_run_that_cannot_write_runs_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    refused(carbonbench("run", *ONE, "--out", "file", cwd=tmp_path), "--out file: cannot make")
    refused(carbonbench("run", *ONE, "--out", "file/below", cwd=tmp_path), "--out file/below: cannot make")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "mine"


FILES = {
    "missing": None,
    "a folder": "folder",
    "another encoding": 'name = "北京"'.encode("gb18030"),
    "no TOML": b"[world\nname = ",
    "octets": bytes(range(256)),
    "nested without end": b"x = " + b"[" * 100_000,
    "empty": b"",
}


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize(
    "command", [("simulate", "{}"), ("terminal", "{}"), ("terminal", "new.toml", "--configure", "{}"), ("run",)]
)
def test_a_file_that_cannot_be_used(tmp_path: Path, kind: str, command: tuple[str, ...]) -> None:
    path = tmp_path / "wrong.toml"
    content = FILES[kind]
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content:
        path.mkdir()
    before = sorted(os.walk(tmp_path))
    words = [word.format(path.name) for word in command]
    if words == ["run"]:
        words += ["--terminal", path.name, *ONE]
    told = in_place(*words, cwd=tmp_path)
    assert told.code == 4 and told.out == "" and told.problems, told
    if kind != "empty":
        assert len([problem for problem in told.problems if "nothing started" not in problem]) == 1, told.err
    if kind in ("another encoding", "octets"):
        assert "UTF-8" in told.err
    assert sorted(os.walk(tmp_path)) == before


@pytest.mark.parametrize("kind", FILES)
def test_profile_check_of_a_file_that_cannot_be_used(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "wrong.toml"
    content = FILES[kind]
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content:
        path.mkdir()
    told = in_place("profile", "check", path.name, cwd=tmp_path)
    assert told.code != 0 and (told.out + told.err).strip()


WORLD = """
[world]
name = "two words"
seed = 1
start = "yesterday"
colour = "red"

[[meters]]
name = "E1"
map = "sdm630"
host = "127.0.0.1"
port = 15020
unit = 1
source = "e01"
points = [
  { id = "e01.energy", register = "energy", code = "k01001", scale = "kWh" },
  { id = "e01.volume", register = "power", quantity = "gas.volume", code = "k01001" },
]

[[meters]]
name = "E2"
map = "sdm360"
host = "127.0.0.1"
port = 15020
unit = 1
source = "e02"
points = [{ id = "e01.energy", register = "energy", code = "k02001" }]

[[centres]]
name = "A"
host = "127.0.0.1"
port = 15020
mn = "M N"
minute_interval = 7
"""


def test_every_problem_of_a_world_at_once(tmp_path: Path) -> None:
    (tmp_path / "world.toml").write_text(WORLD, "utf-8")
    for words in (("simulate", "world.toml"), ("simulate", "world.toml", "--check")):
        refused(
            in_place(*words, cwd=tmp_path),
            "world.name: expected a name",
            "world.start: expected an instant",
            "world.colour: unknown key",
            "points[0].scale: unknown key",
            "units do not match",
            "has the code 'k01001'",
            "unit 1 at 127.0.0.1:15020 is already meter E1",
            "map 'sdm360'",
            "'e01.energy' is also at meter E1",
            "127.0.0.1:15020 is already meter",
            "centres[0].mn",
            "minute_interval",
        )
    told = in_place("terminal", "new.toml", "--configure", "world.toml", cwd=tmp_path)
    assert told.code == 4 and len(told.problems) >= 12
    assert [path.name for path in tmp_path.iterdir()] == ["world.toml"]


def test_every_problem_of_a_configuration_at_once(tmp_path: Path) -> None:
    config = tmp_path / "terminal.toml"
    assert in_place("terminal", config, "--configure", WORKS, cwd=tmp_path).code == 0
    again = in_place("terminal", config, "--configure", WORKS, cwd=tmp_path)
    refused(again, "exists already")
    text = config.read_text("utf-8")
    for old, new in (
        ("period_s = 10", "perod_s = 10"),
        ('unit = "kWh"', 'unit = "kW h"'),
        ("unit = 2\n", "unit = 1\n"),
        ("overtime_s = 10", 'overtime_s = "10 s"'),
        ('id = "B"', 'id = "A"'),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    config.write_text(text, "utf-8")
    for words in (("terminal", config), ("terminal", config, "--check")):
        refused(
            in_place(*words, cwd=tmp_path),
            "did you mean 'period_s'?",
            "did you mean 'kWh'?",
            "'g1/1'",
            "overtime_s: expected a whole number",
            "'A'",
            "nothing started",
        )
    assert [path.name for path in tmp_path.iterdir()] == ["terminal.toml"]


def test_every_problem_of_a_profile_at_once(tmp_path: Path) -> None:
    text = REFERENCE.read_text("utf-8")
    for old, new in (
        ('vendor = "carbonbench"', 'vendr = "carbonbench"'),
        ('roles = ["terminal", "collector"]', 'roles = ["king"]'),
        ('documents = ["isc-2", "csmt", "cpcif"]', 'documents = ["isc-3"]'),
        ('"acquisition.on-command" = "yes"', '"acquisition.on-command" = "perhaps"'),
        ("points = 256", "points = 2.5"),
        ("[claims]", '[parameters]\ndecision_rule = "kind"\n\n[claims]'),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    (tmp_path / "profile.toml").write_text(text, "utf-8")
    words = (
        "terminal.vendr: unknown key; did you mean 'vendor'?",
        "terminal.roles",
        "terminal.documents",
        "on-command",
        "declared.points",
        "decision_rule",
    )
    refused(in_place("run", "--terminal", "profile.toml", cwd=tmp_path), *words)
    told = in_place("profile", "check", "profile.toml", cwd=tmp_path)
    assert told.code != 0
    assert all(word in told.out + told.err for word in words)
    assert [path.name for path in tmp_path.iterdir()] == ["profile.toml"]


def test_an_adapter_that_is_not_installed(tmp_path: Path) -> None:
    text = REFERENCE.read_text("utf-8").replace('adapter = "reference"', 'adapter = "acme"')
    (tmp_path / "profile.toml").write_text(text, "utf-8")
    told = carbonbench("run", "--terminal", "profile.toml", *ONE, cwd=tmp_path)
    refused(told, "'acme' is not installed; installed: address, command, manual, reference")
    assert [path.name for path in tmp_path.iterdir()] == ["profile.toml"]


def test_a_defect_goes_into_the_reference_terminal_only(tmp_path: Path) -> None:
    site = tmp_path / "acme-1.dist-info"
    site.mkdir()
    (site / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1\n")
    (site / "entry_points.txt").write_text("[carbonbench.terminals]\nacme = bench.dut.reference:ReferenceAdapter\n")
    text = REFERENCE.read_text("utf-8").replace('adapter = "reference"', 'adapter = "acme"')
    (tmp_path / "profile.toml").write_text(text, "utf-8")
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH", "")]))}
    words = ("run", "--terminal", "profile.toml", *ONE, "--defect", "modbus-crc")
    refused(carbonbench(*words, cwd=tmp_path, env=env), "only the reference terminal has defects")
    assert not (tmp_path / "out").exists()


def test_a_clause_that_does_not_exist(tmp_path: Path) -> None:
    told = in_place("clauses", "show", "nonsense", cwd=tmp_path)
    assert told.code == 4 and len(told.problems) == 1
    assert "nonsense: no such entry" in told.err
    assert in_place("clauses", "frobnicate", cwd=tmp_path).code == 4


def test_a_full_pipe_that_closes_is_no_traceback(tmp_path: Path) -> None:
    from suite_kit import COMMAND, call

    told = call(["sh", "-c", f"{COMMAND} clauses list | head -n 1"], cwd=tmp_path)
    assert told.code == 0 and told.out.count("\n") == 1
    assert told.err == ""
