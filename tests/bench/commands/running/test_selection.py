"""`--case`: an id, a name, a chapter or a pattern; never by chance a case that only contains the word."""

from __future__ import annotations

import pytest

from bench.commands.running.options import near, no_case, picks, sections

CASES = (
    "acquisition/polls-every-minute",
    "acquisition/polls-every-minute-for-a-day",
    "realtime/delivers-within-minutes",
    "storage/outlasts-power-cut",
    "timing_real/delivers-real-time-data-within-two-seconds",
)


@pytest.mark.parametrize(
    ("word", "picked"),
    [
        ("acquisition/polls-every-minute", CASES[:1]),
        ("polls-every-minute", CASES[:1]),
        ("polls-every-minute*", CASES[:2]),
        ("acquisition", CASES[:2]),
        ("acquisition/", CASES[:2]),
        ("acquisition/*", CASES[:2]),
        ("*deliver*", (CASES[2], CASES[4])),
        ("real*", (CASES[2],)),
        ("outlasts-power-cu?", (CASES[3],)),
        ("every", ()),
        ("real", ()),
        ("Acquisition", ()),
        ("", ()),
    ],
)
def test_what_a_word_picks(word: str, picked: tuple[str, ...]) -> None:
    assert tuple(case for case in CASES if picks(word, case)) == picked
    assert (no_case(word, CASES) == "") is bool(picked)


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("polls-evry-minute", "did you mean acquisition/polls-every-minute"),
        ("minute", "; 3 with it in the name: --case '*minute*'"),
        ("storage/outlast-power-cut", "did you mean storage/outlasts-power-cut?"),
        ("*nothing*", "no case of that name / 没有名为此的用例"),
    ],
)
def test_an_unknown_name_says_what_was_perhaps_meant(word: str, hint: str) -> None:
    told = no_case(word, CASES)
    assert told.startswith(f"--case {word}: no case of that name")
    assert hint in told


def test_an_unknown_clause_may_mean_a_section() -> None:
    known = sections(["isc-2/7.2.4(5)a", "isc-2/7.2.4(5)b", "isc-2/9.3-1"])
    assert near("isc2/7.2", known).zh == "；是否应为 isc-2/7.2 或 isc-2/7.2.4 或 isc-2/7？"
    assert near("isc-2/9.3a", known).en == "; did you mean isc-2/9.3 or isc-2/9.3-1 or isc-2/9?"
    assert "isc-2" not in known
