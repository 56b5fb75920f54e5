"""Wrong configurations: one sentence for each problem, all at once, with the place."""

from __future__ import annotations

from pathlib import Path

import pytest
from terminal_kit import centre_text, config_text

from reference_terminal.main import main
from reference_terminal.settings.centres import day_times_s
from reference_terminal.settings.config import ConfigError, load_config


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_config(text)
    return [str(problem) for problem in caught.value.problems]


def test_a_good_configuration() -> None:
    config = load_config(config_text(centres=centre_text(7000)))
    assert [point.id for point in config.points] == ["energy", "power"]
    assert str(config.points[0].modulus) == "42949672.96"
    assert config.points[0].decimals == 2


@pytest.mark.parametrize(
    ("old", "new", "where", "says"),
    [
        ("period_s = 1", "period_seconds = 1", "meters[0].period_seconds", "did you mean 'period_s'"),
        ("period_s = 1", "period_s = 7", "meters[0].period_s", "divide a day"),
        ("period_s = 1", "period_s = 14400", "meters[0].period_s", "from 1 to 10800"),
        ('unit = "kWh"', 'unit = "KWH"', "meters[0].points[0].unit", "expected one of"),
        ('unit = "kW"', 'unit = "kWh"', "meters[0].points[1].unit", "expected one of"),
        ('scale = "0.01"', 'scale = "0,01"', "meters[0].points[0].scale", "decimal number"),
        ('scale = "0.01"', 'scale = "0"', "meters[0].points[0].scale", "other than 0"),
        ("address = 2", "address = 0", "meters[0].points[1].address", "already read by point 'energy'"),
        ('id = "power"', 'id = "energy"', "points[1]", "already used"),
        ('gateway = "g1"', 'gateway = "g11"', "meters[0].gateway", "did you mean 'g1'"),
        ('type = "u32"', 'type = "uint32"', "meters[0].points[0].type", "did you mean 'u32'"),
        ("unit = 1", "unit = 256", "meters[0].unit", "from 0 to 255"),
        ('host = "127.0.0.1"\n', "", "gateways[0].host", "host is missing"),
        ('mn = "010000A8900016F000169DC0"', 'mn = "a;b"', "centres[0].mn", "letters and digits"),
        ("minute_interval = 1", "minute_interval = 7", "centres[0].minute_interval", "expected one of 1, 2, 3"),
        ('code = "e10002"', 'code = "e10001"', "centres[0][1]", "already used"),
        ('code = "e10001"', 'code = "e-1"', "meters[0].points[0].code", "letters and digits"),
        ("recount = 1", "recount = true", "centres[0].recount", "whole number"),
        ("[terminal]", "[terminal]\nfoo = 1", "terminal.foo", "unknown key"),
    ],
)
def test_one_mistake_one_sentence_with_its_place(old: str, new: str, where: str, says: str) -> None:
    text = config_text(centres=centre_text(7000))
    assert old in text
    found = problems(text.replace(old, new, 1))
    assert len(found) == 1, found
    assert found[0].startswith(f"{where}: ") and says in found[0] and " / " in found[0]


def test_all_problems_of_a_file_at_once() -> None:
    text = config_text(centres=centre_text(7000))
    for old, new in (("period_s = 1", "period_s = 7"), ('type = "u32"', 'type = "x"'), ("recount = 1", "recount = 0")):
        text = text.replace(old, new, 1)
    assert len(problems(text)) == 3


def test_broken_toml_names_the_line() -> None:
    assert "line 1" in problems("a = = 1\n")[0]


def test_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check", str(tmp_path / "none.toml")]) == 2
    (tmp_path / "gbk.toml").write_bytes('name = "表"\n'.encode("gbk"))
    assert main(["--check", str(tmp_path / "gbk.toml")]) == 2
    (tmp_path / "good.toml").write_text(config_text(), encoding="utf-8")
    assert main(["--check", str(tmp_path / "good.toml")]) == 0
    shown = capsys.readouterr()
    assert "No such file" in shown.err and "UTF-8" in shown.err and "nothing started" in shown.err
    assert "1 meters, 2 points" in shown.out
    assert "Traceback" not in shown.err


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("01:38:00", (5880,)),
        ("00:00:00,12:00:00", (0, 43200)),
        ("12:00:00,00:00:00", None),
        ("02:00:00,02:59:59", None),
        ("00:30:00,23:45:00", None),
        ("02:00:00,", None),
        ("24:00:00", None),
        ("", None),
    ],
)
def test_reports_of_a_day_come_in_order_and_none_in_the_hour_of_another(
    text: str, times: tuple[int, ...] | None
) -> None:
    assert day_times_s(text) == times
