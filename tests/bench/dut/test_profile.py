"""Profiles: tri-state claims, all problems at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.dut.profile import Claim, ProfileError, load_profile

SOUND = """
[terminal]
name = "T"
adapter = "reference"
documents = ["isc-2"]
[claims]
"uplink.hj212" = "yes"
"centres.three" = "no"
[declared]
circuits_per_port = 29
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "profile.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_silent_profile_is_unanswered_and_names_the_line_to_add(tmp_path: Path) -> None:
    profile = load_profile(written(tmp_path, SOUND))
    assert profile.claim("uplink.hj212") is Claim.YES
    assert profile.claim("centres.three") is Claim.NO
    assert profile.claim("clock.centre") is Claim.UNANSWERED
    assert '"clock.centre" = "yes"' in profile.line_to_add("clock.centre")
    assert profile.declared == {"circuits_per_port": "29"}


def test_every_problem_of_a_profile_is_told_at_once(tmp_path: Path) -> None:
    text = """
    [terminl]
    [terminal]
    adapter = 3
    documents = ["isc-9"]
    [claims]
    "x" = "perhaps"
    [declared]
    points = 1.5
    [parameters]
    decision_rule = "lenient"
    statement_as_shal = true
    """
    with pytest.raises(ProfileError) as caught:
        load_profile(written(tmp_path, text))
    told = "\n".join(caught.value.problems)
    for word in ("terminl", "terminal.name", "terminal.adapter", "documents", "claims.x", "points", "decision_rule"):
        assert word in told
    assert "did you mean 'statement_as_shall'" in told


@pytest.mark.parametrize(
    ("octets", "word"),
    [(b"\xff\xfe[", "UTF-8"), (b"[terminal\n", "not valid TOML"), (b"terminal = 3", "expected a table")],
)
def test_a_file_that_is_no_profile_is_one_sentence(tmp_path: Path, octets: bytes, word: str) -> None:
    path = tmp_path / "p.toml"
    path.write_bytes(octets)
    with pytest.raises(ProfileError, match=word):
        load_profile(path)


def test_an_absent_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="cannot be read"):
        load_profile(tmp_path / "absent.toml")


def test_deviating_parameters_are_listed(tmp_path: Path) -> None:
    profile = load_profile(written(tmp_path, SOUND + '[parameters]\ndecision_rule = "guarded"\n'))
    assert profile.deviations() == {"decision_rule": "guarded"}


def test_codes_are_lists_of_texts_by_known_events(tmp_path: Path) -> None:
    sound = load_profile(written(tmp_path, SOUND + '[codes]\n"gap-filled" = ["E104", "E2?"]\n"data-given-up" = []\n'))
    assert sound.codes == {"gap-filled": ("E104", "E2?"), "data-given-up": ()}
    wrong = '[codes]\n"gap-fillled" = ["E104"]\n"clock-stepped" = "E1"\n"counter-fell" = [""]\n'
    with pytest.raises(ProfileError) as caught:
        load_profile(written(tmp_path, SOUND + wrong))
    told = "\n".join(caught.value.problems)
    assert "codes.gap-fillled: unknown key; did you mean 'gap-filled'?" in told
    assert "codes.clock-stepped: expected a list of texts" in told and "codes.counter-fell: expected a list" in told
