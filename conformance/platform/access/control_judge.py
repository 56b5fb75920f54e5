"""Control operations: carried out for who has right and password, refused to everybody else (SSEA 5.5.3)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, criterion
from bench.dut.platform.vocabulary.base import SAMPLES
from bench.dut.platform.vocabulary.public import CONTROL, CONTROL_PASSWORD, OPERATION_RIGHT
from bench.history import Created, History, Observed
from conformance.common import times
from conformance.common.platforms.answers import deeds, done, read
from conformance.common.platforms.figures import lines

PASSWORD_ASKED = criterion(
    "control-password-asked",
    en="a control operation needs the password that is set: with it it is carried out, with another or none refused",
    zh="控制操作须凭所设口令：口令正确方执行，错误或缺失即拒绝",
    unit="operations",
)
RIGHT_ASKED = criterion(
    "control-right-asked",
    en="a control operation needs the right that is set: who has none, or no longer, is refused",
    zh="控制操作须具备所设权限：无权或权限已撤销者被拒绝",
    unit="operations",
)
ORDERS_ACT = criterion(
    "control-acts",
    en="a minute after an order to stop was carried out no data of the terminal are taken, a minute after one to start "
    "they are again, and a refused order changes nothing",
    zh="停止命令执行 1 min 后不再接收该终端数据，启动命令执行 1 min 后恢复接收；被拒绝的命令不起作用",
    unit="answers",
)
_EFFECT_US, _UNDER_WAY_US = times.MINUTE, 20 * times.SECOND


def findings(history: History) -> Iterator[Check]:
    """Every order against password and right as they were set when it was given."""
    tried = [event for event in deeds(history, "create", CONTROL) if event.outcome in ("done", "refused")]
    password: list[str] = []
    right: list[str] = []
    kinds: dict[str, set[bool]] = {"password": set(), "right": set()}
    for event in tried:
        knows = event.query.get("password", "") == _password(history, event.asked) != ""
        may = _may(history, event)
        carried_out = event.outcome == "done"
        told = f"{event.query['by']} {event.query.get('order')}: {event.outcome}"
        if may:
            kinds["password"].add(knows)
            password += [told] if carried_out is not knows else []
        if knows:
            kinds["right"].add(may)
            right += [told] if carried_out is not may else []
    listed = done(deeds(history, "list", CONTROL))
    orders = {row["object"] for event in tried if event.outcome == "done" for row in event.rows}
    shown = {row["object"] for row in listed[-1].rows} if listed else set[str]()
    password += [f"{key}: in the list, and nobody's order was carried out so" for key in sorted(shown - orders)]
    yield PASSWORD_ASKED.none(lines(password), kinds["password"] == {True, False})
    yield RIGHT_ASKED.none(lines(right), kinds["right"] == {True, False})


def acting_finding(history: History) -> Check:
    """What arose since a minute after the last order, by the last that was carried out."""
    made = sorted(event.start for event in history.of(Created) if event.kind == "realtime" and not event.fault)
    wrong: list[str] = []
    seen: set[str] = set()
    acting, since = "", 0
    for event in history.of(Observed):
        if event.what == f"create {CONTROL.name}" and event.outcome in ("done", "refused"):
            acting, since = event.query["order"] if event.outcome == "done" else acting, event.t + _EFFECT_US
        if event.what != f"ask {SAMPLES.name}" or event.outcome != "done" or not acting:
            continue
        if not any(since <= at < event.asked - _UNDER_WAY_US for at in made):
            continue
        taken = [row.at for row in read(SAMPLES, event).rows if since <= int(row.at or 0)]
        seen.add(acting)
        if (acting == "start") is not bool(taken):
            what = f"{len(taken)} values" if taken else "nothing"
            wrong.append(f"{what} of after {times.local(since)}, the last order carried out: {acting}")
    return ORDERS_ACT.none(wrong, seen == {"stop", "start"})


def _password(history: History, at: int) -> str:
    """The password in force at an instant."""
    set_so = [*done(deeds(history, "create", CONTROL_PASSWORD)), *done(deeds(history, "change", CONTROL_PASSWORD))]
    before = sorted((event.t, event.query.get("password", "")) for event in set_so if event.t <= at)
    return before[-1][1] if before else ""


def _may(history: History, order: Observed) -> bool:
    """Whether the last setting for the role of who orders allows it."""
    set_so = [*done(deeds(history, "create", OPERATION_RIGHT)), *done(deeds(history, "change", OPERATION_RIGHT))]
    role = ROLES[order.query["by"]]
    roles = {event.rows[0]["object"]: event.query["role"] for event in set_so if "role" in event.query and event.rows}
    told = [
        (event.t, event.query["allowed"])
        for event in set_so
        if event.t <= order.asked and (event.query.get("role") or roles.get(event.query.get("object", ""))) == role
    ]
    return bool(told) and sorted(told)[-1][1] == "yes"


ROLES = {"operator-of-park": "operator", "clerk-a": "clerk"}
"""The roles of the accounts that give orders in this case, as its drive sets rights for them."""
