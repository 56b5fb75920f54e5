"""An error of the product's own (status 500) in the place of a refusal: never a pass."""

from __future__ import annotations

import pytest

from bench.case import Verdict
from bench.history import History, Observed
from conformance.terminal.access import logins_judge, second_factor_judge


def changes(**told: tuple[str, str]) -> History:
    """Changes of passwords by what the new one was like: outcome and status."""
    rows = enumerate(told.items())
    return History(
        [
            Observed(
                t=at,
                asked=at,
                what="password",
                query={"door": "api", "user": "u", "given": given.replace("_", "-")},
                rows=({"outcome": outcome, "status": status},),
            )
            for at, (given, (outcome, status)) in rows
        ]
    )


@pytest.mark.parametrize(("status", "verdict"), [("400", Verdict.PASS), ("500", Verdict.FAIL)])
def test_a_weak_password_is_refused_and_not_stumbled_over(status: str, verdict: Verdict) -> None:
    told = changes(short=("refused", status), simple=("refused", "400"), good=("changed", "200"))
    assert logins_judge.weak_finding(told).verdict is verdict


@pytest.mark.parametrize(("status", "verdict"), [("401", Verdict.PASS), ("500", Verdict.INCONCLUSIVE)])
def test_a_change_without_a_code_that_ends_in_an_error_shows_nothing(status: str, verdict: Verdict) -> None:
    told = changes(without_code=("refused", status), with_code=("changed", "200"))
    (found,) = [
        each for each in second_factor_judge.code_findings(told) if each.id == second_factor_judge.CODE_FOR_PASSWORD.id
    ]
    assert getattr(found, "verdict", None) is verdict
