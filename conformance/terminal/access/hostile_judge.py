"""Requests within somebody's rights that ask for too much: what they changed, whom they held up, whom they had asked.

Leaves requests that are none to `attacks_judge`. Judged by effect: what a product answers is free.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, EvidenceKind, criterion
from bench.history import History
from bench.history import people as told_of
from conformance.common import people
from conformance.common.times import SECOND
from conformance.terminal.access import attacks_judge

_READ_OUT = EvidenceKind.READ_OUT
WIDER, AFTER, ADDRESSED = "wider", "after wider", "addressed"
PLAIN, ENTERED = "plain entry", "entered wider"
_SERVED_S = 10
"""How long (s) somebody else may wait for an answer meanwhile: a number of the bench's own (†), no clause names one."""
NOTHING_BESIDE = criterion(
    "nothing-beside-changed",
    en="fields that a form lacks change nothing that the form alone does not change",
    zh="表单以外的字段不改变该表单本来不改变的内容",
    unit="functions",
    evidence=_READ_OUT,
)
RIGHTS_AS_BEFORE = criterion(
    "rights-as-before-fields",
    en="after it everybody is refused what they have no right to, as before",
    zh="提交多余字段后，无权功能仍被拒绝",
    unit="roles",
    evidence=_READ_OUT,
)
RELEASED_BY_NOBODY = criterion(
    "released-by-no-field",
    en="a value that its form calls released does not count before somebody released it",
    zh="填报时自称已审核的数据，未经他人审核不生效",
    unit="values",
    evidence=_READ_OUT,
)
SERVED = criterion(
    "served-meanwhile-{0}",
    en="while {1}, somebody else who is logged in is served within 10 s",
    zh="{2}期间，其他已登录用户的请求在 10 s 内得到应答",
    unit="requests",
    evidence=_READ_OUT,
)
ASKS_NOBODY = criterion(
    "asks-nobody",
    en="an address in the place of a value has the terminal ask nobody there",
    zh="字段中的网址不会使终端访问该地址",
    unit="connections",
    evidence=_READ_OUT,
)
NO_FILE = criterion(
    "no-file-by-a-field",
    en="the path of a file in the place of a value gets nobody the file",
    zh="字段中的文件路径不会使终端返回文件内容",
    unit="answers",
    evidence=_READ_OUT,
)


def _shown(history: History) -> dict[str, dict[str, str]]:
    return {event.query.told: {row.function: row.shown for row in event.rows} for event in told_of.EFFECTS.of(history)}


def _changed(one: dict[str, str], other: dict[str, str]) -> dict[str, None]:
    return dict.fromkeys(key for key in (*one, *other) if one.get(key) != other.get(key))


def wider_findings(history: History) -> Iterator[Check]:
    """What fields beyond the forms did."""
    shown = _shown(history)
    restless = _changed(shown.get("idle", {}), shown.get("still idle", {}))
    found: list[str] = []
    judged = 0
    for told, after in shown.items():
        if not told.startswith("wider "):
            continue
        name = told.removeprefix("wider ")
        before, plain = shown.get(f"before {name}", {}), shown.get(f"plain {name}", {})
        uses = [use for use in people.uses(history, WIDER) if f"{use.function} {use.door}" == name]
        if not (before and plain and after) or all(use.outcome == "unanswered" for use in uses):
            continue
        judged += 1
        own = _changed(before, plain)
        found += [f"{name}: {key} is another" for key in _changed(plain, after) if key not in (*own, *restless)]
    works = any(use.outcome == "executed" for use in people.uses(history, ""))
    yield NOTHING_BESIDE.none(found, judged if works else 0)
    uses = [use for use in people.uses(history, AFTER) if use.outcome != "unanswered"]
    yield RIGHTS_AS_BEFORE.none([str(use) for use in uses if use.outcome == "executed"], len(uses) if works else 0)
    entered = [use for use in people.uses(history, ENTERED) if use.outcome != "unanswered"]
    entered = entered if any(use.outcome == "executed" for use in people.uses(history, PLAIN)) else []
    looks = [event for event in told_of.REVIEW.of(history) if event.query.told == "wider"]
    counted = [f"{event.query.told}: counts" for event in looks for row in event.rows if row.counts]
    seen = [event for event in looks if event.rows]
    yield RELEASED_BY_NOBODY.none(counted, len(seen) if entered and works else 0)


def served_findings(history: History) -> Iterator[Check]:
    """Whether others were served while somebody asked for too much."""
    attacks = told_of.ATTACK.of(history)
    worked = any(use.outcome == "executed" for use in people.uses(history, "before"))
    stormed = [login for login in people.logins(history, "storm") if login.outcome != "unanswered"]
    tried = {"greedy": bool(attacks), "storm": bool(stormed)}
    for name, words in (
        ("greedy", ("one asks for much and takes nothing", "大量请求而不接收应答")),
        ("storm", ("logins storm", "登录风暴")),
    ):
        uses = people.uses(history, name) + (people.uses(history, "after") if name == "storm" else [])
        # Everybody comes from the bench's one address: who turns that away has decided so, and kept nobody waiting.
        others = [use for use in uses if use.outcome != "refused"]
        late = [
            str(use) for use in others if use.outcome != "executed" or use.answered - use.asked > _SERVED_S * SECOND
        ]
        known = len(others) if worked and tried[name] else 0
        yield SERVED.of(name, *words).none(late if known else (), known)
    yield attacks_judge.measuring(history, attacks)


def address_findings(history: History) -> Iterator[Check]:
    """Whom the terminal asked, and what it handed out."""
    told = [event for event in told_of.HOSTILE.of(history) if event.rows]
    hears = any(event.query.told == "listening" and event.rows[0].outcome == "done" for event in told)
    answered = [use for use in people.uses(history, ADDRESSED) if use.outcome in ("executed", "other")]
    tried = [event for event in told if event.query.told in (ADDRESSED, "end")]
    found: list[str] = []
    before = 0
    for event in tried:
        came = int(event.rows[0].came or "0")
        if came > before:
            found.append(f"{event.query.door} {event.query.function}: {came - before} came by then")
        before = came
    leaked = [f"{event.query.door} {event.query.function}" for event in tried if event.rows[0].leaked]
    yield ASKS_NOBODY.none(found, len(answered) if hears else 0)
    yield NO_FILE.none(leaked, len(answered))
