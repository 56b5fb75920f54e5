"""Configuration from afar, by file and from a backup: whether it acts, is logged, and wrong ones change nothing (R-38).

Leaves packages as such to `packages` and added centres to `dynamic_centres`. The case says in phases `configured` what
it was about (`what`, `subject`), in `restored-configuration` which file was handed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from bench.case import Check, Notice, criterion
from bench.history import Connected, History, LinkRule, Observed, Power, Received, Stored
from bench.history.marks import Mark, Plain
from bench.history.observation import Words
from conformance.common import notices
from conformance.common.delivery import Ledger, setup_of
from conformance.common.packages import results
from conformance.common.phases import AWAY
from conformance.common.queries import answers
from conformance.common.times import MINUTE, instant_of, instant_of_iso, local
from conformance.terminal.delivery.dynamic_centres_judge import ACT_US

NEW_ADDRESS_GETS_EVERYTHING = criterion(
    "new-address-gets-everything",
    en="the new upload address is sent all that had waited and all that follows",
    zh="修改上传地址后，积压和后续数据全部送达新地址",
    unit="records",
)
OLD_ADDRESS_LEFT_ALONE = criterion(
    "old-address-left-alone",
    en="the old upload address is neither called nor sent anything any more",
    zh="修改上传地址后不再连接原地址",
    unit="messages",
)
ITEM_ACQUIRED_AGAIN = criterion(
    "item-acquired-again",
    en="a data item that a file put in again is sent again",
    zh="以文件重新启用的数据项恢复上传",
    unit="records",
)
CONFIGURATION_LOGGED = criterion(
    "configuration-logged",
    en="every configuration from afar is in the log with what it changed and who issued it",
    zh="每次远程配置的对象和签发者均记入日志",
    unit="entries",
)
WRONG_CONFIGURATION_REFUSED = criterion(
    "wrong-configuration-refused",
    en="a configuration that is wrong or not signed is refused with a reason",
    zh="无效或未签名的配置被拒绝并说明原因",
    unit="packages",
)
REFUSED_CHANGES_NOTHING = criterion(
    "refused-changes-nothing",
    en="a refused configuration changes nothing, not even in part",
    zh="被拒绝的配置不产生任何更改",
)
CONFIGURATION_BACKED_UP = criterion(
    "configuration-backed-up", en="the configuration is given out as a file", zh="配置可备份为文件"
)
CONFIGURATION_RESTORED = criterion(
    "configuration-restored",
    en="what the backup held is in force again once it is restored, also after a restart",
    zh="恢复后配置与备份时一致，重启后保持",
)
RESTORED_CONFIGURATION_ACTS = criterion(
    "restored-configuration-acts",
    en="restored centres are served again",
    zh="恢复后的数据中心重新得到上传",
    unit="centres",
)
ALTERED_BACKUP_REFUSED = criterion(
    "altered-backup-refused",
    en="a backup that was altered or is not whole is refused and changes nothing",
    zh="被改动或不完整的备份被拒绝，配置不变",
    unit="files",
)
BACKUP_AND_RESTORE_LOGGED = criterion(
    "backup-and-restore-logged",
    en="backup and restoration are in the log with their author",
    zh="备份和恢复连同操作人记入日志",
    unit="entries",
    notices=(Notice.CONFIGURATION_BACKED_UP, Notice.CONFIGURATION_RESTORED),
)
ITEM_NO_LONGER_ACQUIRED = criterion(
    "item-no-longer-acquired",
    en="a data item that was taken out is no longer sent, the others are",
    zh="停用的数据项不再上传，其余照常",
    unit="records",
)
CONFIGURATION_SURVIVES_RESTART = criterion(
    "configuration-survives-restart",
    en="after a restart without power it stays so",
    zh="断电重启后配置保持",
    unit="records",
)


_TOLD_US = MINUTE
_HELD_US = MINUTE
"""How much longer than after the path is back what an operating system held may come over an old connection."""
_IDENTITY = ("centre", "channel", "upload_time")
"""Of what a terminal shows of a centre, that which is configured."""


Acquired = Literal["yes", "no"]


class Configured(Words, frozen=True, kw_only=True):
    """What was configured, of what, and of a data item whether it is to be acquired."""

    what: str
    subject: str | None = None
    acquired: Acquired | None = None


CONFIGURED = Mark("configured", Configured)
"""The terminal has told of a configuration what came of it."""
BACKED_UP = Plain("backed-up")
"""The configuration was backed up."""


class Given(Words, frozen=True, kw_only=True):
    """What the file is like."""

    file: Literal["altered", "sound"]


RESTORED = Mark("restored-configuration", Given)
"""The file of a backup is given to the terminal next."""


def _configured(history: History, what: str, acquired: Acquired | None = None) -> int | None:
    """When a configuration was told as taken, by its phase."""
    marks = [mark for mark in CONFIGURED.of(history) if mark.detail.what == what]
    return next((mark.t for mark in marks if acquired in (None, mark.detail.acquired)), None)


def _silenced(history: History) -> str:
    """The data item that is not to be acquired; empty without one."""
    marks = [mark.detail for mark in CONFIGURED.of(history) if mark.detail.acquired == "no"]
    return (marks[0].subject or "") if marks else ""


def address_findings(history: History, ledgers: Sequence[Ledger], old: str, new: str) -> Iterator[Check]:
    """From the change on the new address is sent everything, what had waited for the old one too; the old nothing."""
    at = _configured(history, "address")
    absence = AWAY.first(history)
    away = None if absence is None else absence.t
    before = next((ledger for ledger in ledgers if ledger.centre == old), None)
    after = next((ledger for ledger in ledgers if ledger.centre == new), None)
    off = _configured(history, "items", acquired="no")
    silenced = _silenced(history)
    missing: list[str] = []
    waited = came = 0
    if at is not None and away is not None and before is not None and after is not None:
        had = {key for key, record in before.records.items() if record.acked is not None}
        lost = [problem for problem in after.lost if problem.key.end > away - MINUTE and problem.key not in had]
        missing = [
            problem.evidence
            for problem in lost
            if not (problem.key.point == silenced and off is not None and problem.key.end > off - ACT_US)
        ]
        arrived = [key for key, record in after.records.items() if record.acked is not None]
        came = len(arrived)
        waited = sum(away < key.end < at - MINUTE for key in arrived) + sum(
            away < problem.key.end < at - MINUTE for problem in lost
        )
    yield NEW_ADDRESS_GETS_EVERYTHING.decide(
        not missing and bool(came) if waited or (at is not None and before is not None and before.records) else None,
        measured=len(missing),
        limit=0,
        evidence=[f"{waited} records had waited / 条积压", *missing[:10]],
    )
    path = [event.t for event in history.of(LinkRule) if event.link == f"uplink.{old}" and event.state == "off"]
    heard = max(at or 0, *(t + _HELD_US for t in path), 0) + ACT_US
    late = [
        f"{local(event.t)} {event.cn}"
        for event in history.of(Received)
        if event.centre == old and at is not None and event.t > heard
    ]
    late += [
        f"{local(event.t)} connection"
        for event in history.of(Connected)
        if event.at == old and event.state == "opened" and at is not None and event.t > at + ACT_US
    ]
    served = any(event.centre == old for event in history.of(Received))
    yield OLD_ADDRESS_LEFT_ALONE.none_among(at is not None and served, late, evidence=late[:10])


def item_findings(history: History, centres: Sequence[str]) -> Iterator[Check]:
    """A data item that is not to be acquired is sent no more, restarts included, until it is to be acquired again."""
    off, on = _configured(history, "items", "no"), _configured(history, "items", "yes")
    back = next((event.t for event in history.of(Power) if event.state == "restored"), None)
    point = _silenced(history)
    against: list[str] = []
    after_restart: list[str] = []
    others = restarted = again = 0
    for centre in centres:
        code = setup_of(history, centre).codes.get(point, "")
        for event in history.of(Stored):
            start = instant_of(event.stamp)
            if event.centre != centre or start is None or off is None:
                continue
            until = on if on is not None else history.end_us
            inside = off + ACT_US <= start <= until - MINUTE
            if event.code != code:
                others += inside
                restarted += inside and back is not None and start >= back
            elif inside:
                line = f"{local(event.t)} {centre} {event.code} DataTime={event.stamp}"
                (after_restart if back is not None and start >= back else against).append(line)
            elif on is not None and start >= on + ACT_US and event.fields:
                again += 1
    for question, wrong, seen in (
        (ITEM_NO_LONGER_ACQUIRED, against, others),
        (CONFIGURATION_SURVIVES_RESTART, after_restart, restarted),
    ):  # fmt: skip
        yield question.none_among(seen, wrong, evidence=wrong[:10])
    yield ITEM_ACQUIRED_AGAIN.decide(
        bool(again) if on is not None and others else None, measured=again, limit=1, op=">="
    )


def logged_findings(history: History) -> Iterator[Check]:
    """Every configuration is in the log within two minutes, with its subject and who issued it."""
    logs = answers(history, "log")
    lines = [
        (at, " ".join(row.get(name, "") for name in ("kind", "subject", "text")))
        for event in logs
        for row in event.rows
        if (at := instant_of_iso(row.get("at", ""))) is not None
    ]
    marks = [(mark.t, mark.detail.what, mark.detail.subject) for mark in CONFIGURED.of(history) if mark.detail.subject]
    untold = [
        f"{local(told)} {what} {subject}: no entry"
        for told, what, subject in marks
        if not any(abs(at - told) <= _TOLD_US and subject in line and "management" in line for at, line in lines)
    ]
    yield CONFIGURATION_LOGGED.none_among(marks and lines, untold)


def _shown(event: Observed) -> list[tuple[str, ...]]:
    return sorted(tuple(row.get(name, "") for name in _IDENTITY) for row in event.rows)


def refused_findings(history: History, centre: str, version: str) -> Iterator[Check]:
    """Wrong configurations are refused with a reason, and nothing of them is in force."""
    made = [each for each in results(history, centre) if each.answer.get("version") == version]
    taken = [
        f"{each.answer.get('name', '')}: {each.result} {each.answer.get('message', '')}"
        for each in made
        if each.result != "refused" or not each.answer.get("message")
    ]
    yield WRONG_CONFIGURATION_REFUSED.none_among(made, taken)
    looks = answers(history, "centres")
    same = len(looks) > 1 and _shown(looks[0]) == _shown(looks[-1])
    yield REFUSED_CHANGES_NOTHING.decide(
        same if len(looks) > 1 and made and looks[0].rows else None,
        expected=str(_shown(looks[0])) if looks else "-",
        actual=str(_shown(looks[-1])) if looks else "-",
    )


NOTICE_OF = {
    "configuration-backup": Notice.CONFIGURATION_BACKED_UP,
    "configuration-restore": Notice.CONFIGURATION_RESTORED,
}


def backup_findings(history: History, centres: Sequence[str]) -> Iterator[Check]:
    """What a backup held is in force again once it is restored, and acts; an altered one is refused, without effect."""
    looks = answers(history, "centres")
    made = [event for event in history.of(Observed) if event.what == "configuration-backup"]
    given = [event for event in history.of(Observed) if event.what == "configuration-restore"]
    yield CONFIGURATION_BACKED_UP.decide(
        any(not event.problem and event.rows for event in made) if made else None,
        expected="a file",
        actual=made[-1].problem or "a file" if made else "-",
    )
    marks = {mark.detail.file: mark.t for mark in RESTORED.of(history)}
    sound, altered = marks.get("sound"), marks.get("altered")
    back = next((event for event in given if sound is not None and event.asked >= sound), None)
    whole = len(looks) > 3 and _shown(looks[0]) == _shown(looks[-1])
    changed = len(looks) > 3 and _shown(looks[0]) != _shown(looks[1])
    yield CONFIGURATION_RESTORED.decide(
        whole and not back.problem if back is not None and changed else None,
        expected=str(_shown(looks[0])) if looks else "-",
        actual=(back.problem or str(_shown(looks[-1]))) if back is not None and looks else "-",
    )
    idle: list[str] = []
    for centre in centres:
        stored = [event for event in history.of(Stored) if event.centre == centre]
        if sound is not None and not any(event.t > sound + ACT_US for event in stored):
            idle.append(f"{centre}: nothing after the restoration")
    yield RESTORED_CONFIGURATION_ACTS.none_among(sound is not None and changed, idle)
    wrong = [event for event in given if altered is not None and altered <= event.asked < (sound or history.end_us)]
    taken = [f"{local(event.asked)}: taken" for event in wrong if not event.problem]
    kept = len(looks) > 2 and _shown(looks[1]) == _shown(looks[2])
    yield ALTERED_BACKUP_REFUSED.decide(
        not taken and kept if wrong and len(looks) > 2 else None, measured=len(taken), limit=0, evidence=taken
    )
    logs = answers(history, "log")
    orders = [event for event in (*made, *given) if not event.problem]
    rows = [
        (at, " ".join(row.get(name, "") for name in ("kind", "subject", "text")), row)
        for event in logs
        for row in event.rows
        if (at := instant_of_iso(row.get("at", ""))) is not None
    ]
    untold = [
        f"{local(order.asked)} {order.what}: no entry"
        for order in orders
        if not any(
            abs(at - order.asked) <= MINUTE
            and order.query["author"] in line
            and notices.tells(history, row, NOTICE_OF[order.what])
            for at, line, row in rows
        )
    ]
    if orders and logs and not notices.mapped(history, *NOTICE_OF.values()):
        yield notices.left_to_a_person(BACKUP_AND_RESTORE_LOGGED, (row for _, _, row in rows), *NOTICE_OF.values())
    else:
        yield BACKUP_AND_RESTORE_LOGGED.none_among(orders and logs, untold)
