"""Lists that were asked before somebody logged out, after it, and after another login.

Leaves who gets in at all to `system.system_management_judge`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, criterion
from bench.dut.platform.vocabulary.base import ENTERPRISE
from bench.history import History
from bench.history.marks import Mark
from bench.history.observation import Words
from conformance.common import people
from conformance.common.platforms import answers as platform

ENDED = criterion(
    "logged-out-is-out",
    en="what a session opened is refused once its user has logged out, and open again after another login",
    zh="用户退出登录后原会话被拒绝，重新登录后恢复可用",
    unit="sessions",
)

OVER = criterion(
    "logs-in-over-another",
    en="the right password lets somebody in at a browser in which the session of another still stands",
    zh="浏览器中他人会话仍有效时，以正确密码仍可登录",
    unit="logins",
).sometimes()
BEHIND = "behind-another"
"""What a login is called that finds the session of somebody else."""


class Whose(Words, frozen=True, kw_only=True):
    """Whose session: the account's word."""

    word: str


OUT, AGAIN = Mark("logged-out", Whose), Mark("logging-in-again", Whose)
"""Names of the phases after which a session is over, and another one begins; their detail is the account's word."""


def finding(history: History) -> Check:
    """Each account that logged out; where it got nothing before or after, its refusal shows nothing."""
    wrong: list[str] = []
    known = 0
    for out in OUT.of(history):
        word = out.detail.word
        again = next((mark.t for mark in AGAIN.of(history) if mark.detail.word == word), None)
        looks = platform.deeds(history, "list", ENTERPRISE, by=word)
        before = [each for each in looks if each.t <= out.t and each.rows]
        between = [each for each in looks if each.asked >= out.t and again is not None and each.t < again]
        after = [each for each in looks if again is not None and each.asked >= again and each.rows]
        answered = [each for each in between if each.outcome in (platform.DONE, platform.REFUSED)]
        if not (before and after and answered):
            continue
        known += 1
        wrong += [f"{word}: {len(each.rows)} rows / 退出后仍可查询" for each in answered if each.rows]
    return ENDED.none(wrong, known)


def over_finding(history: History) -> Iterator[Check]:
    """Logins that found another's session, where there is a door of browsers."""
    logins = people.logins(history, BEHIND)
    if logins:
        known = [each for each in logins if each.outcome != "unanswered"]
        yield OVER.none([str(each) for each in known if not (each.entered or each.outcome == "first")], len(known))
