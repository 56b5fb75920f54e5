"""`carbonbench profile try`: a product is started once and each hook of its profile asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.cli import main
from bench.commands.products.profile_try import SHOWN, FirstStart
from simulators.events import Unserved

EXAMPLE = Path(__file__).resolve().parents[4] / "fixtures" / "terminals" / "program" / "profile.toml"


def test_the_example_answers(capsys: pytest.CaptureFixture[str]) -> None:
    # No whole minute is over after so short a while: the question for records is told to be of no use, whether nothing
    # came or the minute in which it was started, which has no value.
    assert main(["profile", "try", str(EXAMPLE), "--wait", "12", "--show"]) == 1
    told = capsys.readouterr().out
    assert "-m reference_terminal terminal.toml\n--- terminal.toml" in told and "[[meters]]" in told
    assert f"value={SHOWN}" in told and "ok   readings" in told and "ok   queue" in told
    assert "FAIL records" in told and ("no row came" in told or "without value" in told) and "项可用" in told


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (None, 4, "cannot be read"),
        (
            '[terminal]\nname = "x"\nadapter = "command"\n[connection]\ncommand = ["true"]\n'
            '[connection.ask.weather]\nget = "http://x"\n',
            4,
            "expected one of",
        ),
        ('[terminal]\nname = "x"\nadapter = "nosuch"\n', 4, "not installed"),
    ],
)
def test_wrong_words_are_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, code: int, words: str
) -> None:
    path = tmp_path / "p.toml"
    if text is not None:
        path.write_text(text, "utf-8")
    assert main(["profile", "try", str(path)]) == code
    told = capsys.readouterr()
    assert words in told.err and "Traceback" not in told.err and told.out == ""


def test_a_product_that_ends_at_once_is_told_without_any_hook(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "p.toml"
    path.write_text('[terminal]\nname = "x"\nadapter = "command"\n[connection]\ncommand = ["true"]\n', "utf-8")
    assert main(["profile", "try", str(path)]) == 1
    told = capsys.readouterr().out
    assert "none meters read" in told and "ended with exit code 0" in told


def test_a_file_that_lies_elsewhere_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "p.toml"
    (tmp_path / "gateway.sh").touch()
    path.write_text(
        '[terminal]\nname = "x"\nadapter = "command"\n[connection]\ncommand = ["sh", "gateway.sh"]\n', "utf-8"
    )
    assert main(["profile", "try", str(path)]) == 1
    assert f"it is here: {tmp_path / 'gateway.sh'}" in capsys.readouterr().out


def test_requests_that_a_meter_refused_are_told() -> None:
    asked = [
        Unserved(t=t, meter="e01", unit=1, outcome="exception", request="010301560002", response="018302")
        for t in (1, 2)
    ]
    first, told, *_ = FirstStart.of(asked, (), ()).lines()
    assert first.startswith("none meters read") and "e01: 2 requests" in told and "answered 018302" in told


def test_a_wait_of_nothing_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profile", "try", "p.toml", "--wait", "0"]) == 4
    assert "--wait 0" in capsys.readouterr().err


def test_who_read_but_had_no_minute_to_send_is_told_to_wait() -> None:
    start = FirstStart(polls={"e01": 9}, dialled={}, records={}, ports=())
    assert "--wait 130" in start.too_soon(8) and "--wait 130" in start.too_soon(75)
    assert "--wait 130" in FirstStart({"e01": 9}, {"A": 1}, {}, ()).too_soon(75)
    assert start.too_soon(130) == FirstStart({}, {}, {}, ()).too_soon(8) == ""
    assert FirstStart({"e01": 9}, {"A": 1}, {"A": 1}, ()).too_soon(8) == ""
