"""What is said of users: nothing, where the profile has no way to make, block or remove them."""

from __future__ import annotations

from bench.case import Verdict
from bench.history import Began, Event, History, Observed
from conformance.platform.system import system_management_judge as judge


def _asked(what: str, outcome: str, *, object: str = "", **fields: str) -> Observed:
    about = {"by": "administrator", **({"object": object} if object else {}), **fields}
    rows = ({"object": "u"},) if what.startswith("create") and outcome == "done" else ()
    return Observed(t=2, what=what, asked=2, query=about, rows=rows, outcome=outcome)


def _login(step: str, outcome: str) -> Observed:
    query = {"door": "api", "account": "new", "user": "u", "given": "right", "role": "", "step": step}
    return Observed(t=3, what="login", asked=3, query=query, rows=({"outcome": outcome, "status": "200"},))


def _verdicts(*events: Event) -> dict[str, Verdict]:
    began = Began(t=0, case="c", seed=1, commit="", terminal="", rig="loopback", points=(), meters=(), centres=())
    return {each.id: each.verdict for each in judge.user_findings(History([began, *events]))}


def test_users_that_the_profile_cannot_make_show_nothing() -> None:
    listed = Observed(t=4, what="list account", asked=4, query={"by": "administrator"}, outcome="done")
    made = _asked("create account", "unmapped", id="u")
    gone = _asked("remove account", "unmapped", object="u")
    logins = [_login("added", "refused"), _login("removed", "refused"), _login("blocked", "refused")]
    found = _verdicts(made, *logins, gone, listed)
    assert found == dict.fromkeys(("users-added", "users-changed", "users-ended"), Verdict.INCONCLUSIVE)


def test_users_that_were_made_and_removed_show_what_they_show() -> None:
    made = _asked("create account", "done", id="u", role="clerk")
    gone = _asked("remove account", "done", object="u")
    later = [_asked("change account", "done", object="u", state="blocked"), _login("blocked", "entered")]
    found = _verdicts(made, _login("added", "entered"), *later, gone, _login("removed", "entered"))
    assert found["users-ended"] is Verdict.FAIL
