"""What can be known to be wrong with a profile of a program before it is started is told then, with what was meant."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from bench.cli import main
from bench.dut.command import CommandAdapter
from bench.dut.profile import load_profile
from bench.dut.questions import FIELDS, QUESTIONS, environment
from bench.dut.templates import FIELDS as NAMES
from bench.dut.templates import misnamed
from conformance.clauses import load_ledger
from conformance.clauses.ics import unheeded
from conformance.clauses.statement import read_statement
from simulators.shipped import SHIPPED


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ local.hots }}:{{ local.port }}", ["'local' has no 'hots'; did you mean host?"]),
        ("{{ loacl.host }}", ["there is no 'loacl' to name; did you mean local?"]),
        ("{% for m in meters %}{{ m.hsot }}{% endfor %}", ["'m' has no 'hsot'; did you mean host?"]),
        (
            "{% for m in meters | sort %}{% for p in m.points %}{{ p.scael }}{% endfor %}{% endfor %}",
            ["'p' has no 'scael'"],
        ),
        ("{% for c in centres %}{{ c.codes.items() }}{{ c.mn }}{% set x = c.host %}{{ x }}{% endfor %}", []),
        ("{% if time_server %}{{ time_server.port }}{% endif %}{{ connection.env.X }}{{ state }}", []),
        ("{% for", []),  # told as a fault of syntax
    ],
)
def test_a_name_that_will_not_be_there_is_told_with_what_was_meant(text: str, told: list[str]) -> None:
    found = list(misnamed(environment(), text, NAMES))
    assert len(found) == len(told)
    assert all(one.startswith(word) for one, word in zip(found, told, strict=True))


def problems(**connection: object) -> list[str]:
    """What is wrong with a section [connection]."""
    given: Mapping[str, object] = {"command": ["sh"], **connection}
    return CommandAdapter().problems(given, Path())


def test_a_wrong_name_in_any_template_is_told_before_anything_is_started() -> None:
    ask = {"readings": {"get": "http://{{ local.hots }}/{{ query.point }}", "fields": {"at": "row.t"}}}
    found = problems(ready="{{ local.hots }}:1", env={"X": "{{ nothing }}"}, ask=ask)
    assert [one.partition(":")[0] for one in found] == [
        "connection.env.X",
        "connection.ready",
        "connection.ask.readings.get",
    ]


def test_a_filter_that_there_is_not_is_told_where_it_stands() -> None:
    """Such a template parses and does not compile."""
    ask = {"readings": {"get": "http://x/{{ query.point | up }}", "fields": {"at": "row.t | up", "value": "row.v"}}}
    assert [one.partition(" / ")[0] for one in problems(ready="{{ local.host | up }}:1", ask=ask)] == [
        "connection.ready: line 1: No filter named 'up'.",
        "connection.ask.readings.get: line 1: No filter named 'up'.",
        "connection.ask.readings.fields.at: line 1: No filter named 'up'.",
    ]


def test_a_field_that_nobody_asks_for_is_refused() -> None:
    ask = {"readings": {"get": "http://x", "fields": {"time": "row.t", "valeu": "row.v"}}}
    first, second = problems(ask=ask)
    assert first.startswith("connection.ask.readings.fields.time: nobody asks for it; known here: at, origin, quality")
    assert "did you mean 'value'?" in second
    assert problems(ask={"status": {"get": "http://x", "fields": {"anything": "row.t"}}}) == []
    assert set(FIELDS) <= set(QUESTIONS)


def test_the_profiles_shipped_name_only_what_is_there() -> None:
    for path in sorted((SHIPPED / "terminals").glob("*/profile.toml")):
        told = CommandAdapter().problems(load_profile(path).connection, path.parent)
        assert [one for one in told if "no program" not in one] == []


CLAIMS = """
[terminal]
name = "T"
adapter = "command"
documents = ["isc-2"]
[claims]
"uplink.hj211" = "yes"
"local.readout" = "yes"
[connection]
command = ["true"]
"""


def test_a_run_tells_answers_to_questions_that_nobody_asks_and_a_readout_that_nobody_can_read(tmp_path: Path) -> None:
    path = tmp_path / "profile.toml"
    path.write_text(CLAIMS, "utf-8")
    typo, unasked = unheeded(load_profile(path), load_ledger(), read_statement())
    assert "uplink.hj211" in typo and "did you mean uplink.hj212?" in typo
    assert "no section [connection.ask.…]" in unasked
    path.write_text(CLAIMS + '[connection.ask.readings]\nget = "http://x"\n', "utf-8")
    assert len(unheeded(load_profile(path), load_ledger(), read_statement())) == 1


def test_no_processes_at_all_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        raise SystemExit(main(["run", "-n", "0", "--case", "x"]))
    assert ended.value.code == 4
    assert "-n 0: expected a whole number of at least 1" in capsys.readouterr().err
