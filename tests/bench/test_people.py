"""Section [access] of a profile: what is wrong with a list of functions is told when it is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest
from toy_product import PROFILE, profile

from bench.dut import access
from bench.dut.profile import ProfileError, load_profile


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('may = ["auditor"]', 'may = ["auditors"]', "no account has role 'auditors'"),
        ('name = "show"', 'name = "set"', "two functions have this name"),
        ('entered = "answer.status == 200"', 'entered = "answer.status =="', "doors.api.entered"),
        ('api = { get = "/log" }', "api = { fetch = '/log' }", "functions[log].api"),
        ("[rules]", "[rule]", "access.rule: unknown key"),
        ('function = "log"', 'function = "logs"', "no function 'logs'"),
        ('effect = { of = "show"', 'effect = { of = "shown"', "no function 'shown'"),
    ],
)
def test_what_is_wrong_with_a_list_of_functions(tmp_path: Path, before: str, after: str, told: str) -> None:
    """Each mistake is one clear sentence when the profile is loaded."""
    path = profile(tmp_path)
    (tmp_path / "toy.access.toml").write_text(PROFILE.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ProfileError) as raised:
        load_profile(path)
    assert told in str(raised.value)


def test_a_list_that_is_not_there(tmp_path: Path) -> None:
    """The file that [access] names."""
    path = profile(tmp_path)
    (tmp_path / "toy.access.toml").unlink()
    with pytest.raises(ProfileError, match=r"toy\.access\.toml cannot be read"):
        load_profile(path)


def test_a_product_without_a_list(tmp_path: Path) -> None:
    """Nobody knows its doors."""
    problems: list[str] = []
    assert access.read({}, tmp_path, problems) is None
    assert not problems
