"""What else a change of a base object does: passwords and secrets apart, records computed anew."""

from __future__ import annotations

from simulators.platform.base.kinds import AccountThing, EntryThing, PointThing, TerminalThing
from simulators.platform.core import Desk, on_change
from simulators.platform.core.sentences import wrong


@on_change("account")
def account(desk: Desk, before: AccountThing | None, after: AccountThing | None) -> None:
    """A password is kept as its digest; who is blocked or has another role is logged out."""
    accounts = desk.office.accounts
    if after is None:
        assert before is not None
        accounts.forget_password(before.id)
        return
    if before is None and not after.password:
        raise wrong("password", "is missing", "缺少密码")
    if after.password:
        accounts.set_password(after.id, after.password)
    elif before is not None and (before.role, before.state) != (after.role, after.state):
        accounts.end_all(after.id)


@on_change("terminal")
def terminal(desk: Desk, before: TerminalThing | None, after: TerminalThing | None) -> None:
    """What a terminal proves itself by is kept apart: nobody reads it back."""
    if after is None:
        assert before is not None
        desk.keep(f"terminal/{before.id}", "")
    elif after.secret or before is None:
        desk.keep(f"terminal/{after.id}", after.secret)


@on_change("point")
def point(desk: Desk, before: PointThing | None, after: PointThing | None) -> None:
    """What a point measures decides how its values are added up; what came of its code before is its own."""
    if after is not None and after.terminal and after.code:
        desk.office.intake.adopt(after.id)
    if before is not None and after is not None and (before.kind, before.fill) != (after.kind, after.fill):
        desk.office.series.mark_all(after.id)


@on_change("entry")
def entry(desk: Desk, before: EntryThing | None, after: EntryThing | None) -> None:
    """Records of the periods that an entry is for."""
    for each in (before, after):
        if each is not None and each.point:
            desk.office.series.mark(each.point, each.start)
