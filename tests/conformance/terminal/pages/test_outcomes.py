"""Searches of the log by the outcomes that a foreign page offers, by hand-made histories."""

from __future__ import annotations

import pytest
from hand_made import MIDNIGHT, World, observed, verdicts

from bench.history import Event
from conformance.terminal.pages import pages_judge

IN, OUT = "08:00 | anna | 1", "08:01 | anna | 0"


def found(*searches: tuple[str, tuple[str, ...]], known: str = "0") -> dict[str, str]:
    """What is judged of these choices and the rows they find; empty: untouched."""
    who = {"door": "web", "account": "a", "user": "anna", "given": "right", "role": "auditor"}
    extra: list[Event] = [observed("login", MIDNIGHT, [{"outcome": "entered"}], **who)]
    for choice, rows in searches:
        told = {"door": "web", "page": "/log", "list": "result", "choice": choice}
        told["known"] = "yes" if choice == known else ""
        extra.append(observed("choice", MIDNIGHT, [{"cells": each} for each in rows], **told))
    return verdicts(pages_judge.choices_findings(World(hours=1, extra=extra).history()))


ALL = ("", ("At | Who | How", IN, OUT))


def test_a_choice_that_finds_nothing_while_entries_are_found_by_none_fails() -> None:
    assert found(ALL, ("1", ("At | Who | How",)), ("0", (OUT,)), ALL) == {"outcomes-find-their-entries": "fail"}
    assert found(ALL, ("1", (IN,)), ("0", (OUT,)), ALL) == {"outcomes-find-their-entries": "pass"}


@pytest.mark.parametrize(
    "searches",
    (
        (ALL, ("1", ()), ("0", ()), ALL),
        (("", (OUT,)), ("1", ()), ("0", ()), ("", (OUT,))),
        (ALL, ("1", ()), ("2", (OUT,)), ALL),
        (ALL, ("1", ()), ("0", (OUT,))),
    ),
)
def test_a_list_that_is_not_known_for_outcomes_is_not_judged(searches: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
    assert found(*searches) == {}


def test_what_changes_meanwhile_and_counts_of_rows_decide_nothing() -> None:
    later = ("", ("At | Who | How", "1 | " + OUT, "09:00 | anna | 1"))
    assert found(("", ("3 | " + OUT, IN)), ("1", ()), ("0", ("7 | " + OUT,)), later) == {
        "outcomes-find-their-entries": "pass"
    }
