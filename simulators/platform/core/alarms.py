"""Alarms of any kind: raised once while they stand, cleared, listed; areas raise theirs through the desk."""

from __future__ import annotations

import msgspec
from sqlalchemy import Select, or_, select

from simulators.platform.core import rights
from simulators.platform.core.ground import Ground
from simulators.platform.core.rights import Account
from simulators.platform.core.seams import seam
from simulators.platform.core.tables import AlarmRow


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm; `cleared` 0: it stands."""

    number: int
    id: str
    kind: str
    subject: str
    enterprise: str
    raised: int
    cleared: int
    detail: str


class Alarms:
    """The alarms of one platform."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def alarm(self, kind: str, subject: str, *, enterprise: str = "", park: str = "", detail: str = "") -> bool:
        """Raise an alarm unless the same stands already; whether it is new."""
        with self._ground.db.begin() as session:
            if session.scalar(self._standing(kind, subject)) is not None:
                return False
            session.add(
                AlarmRow(
                    kind=kind,
                    subject=subject[:200],
                    enterprise=enterprise,
                    park=park,
                    raised=self._ground.now_us(),
                    cleared=0,
                    detail=detail,
                )
            )
        return True

    @seam
    def clear(self, kind: str, subject: str) -> bool:
        """The reason is gone; whether there was such an alarm."""
        with self._ground.db.begin() as session:
            row = session.scalar(self._standing(kind, subject))
            if row is None:
                return False
            row.cleared = self._ground.now_us()
        return True

    def _standing(self, kind: str, subject: str) -> Select[AlarmRow]:
        return select(AlarmRow).where(AlarmRow.kind == kind, AlarmRow.subject == subject[:200], AlarmRow.cleared == 0)

    def search(self, account: Account, from_us: int | None, to_us: int | None) -> list[Alarm]:
        """Alarms raised in [from, to) that the account may see, oldest first."""
        asked = select(AlarmRow).order_by(AlarmRow.number)
        if account.role == "public":
            return []
        if not account.whole:
            own = AlarmRow.enterprise.in_(rights.enterprises(account))
            if account.role == "operator":
                own = or_(own, (AlarmRow.enterprise == "") & AlarmRow.park.in_(["", account.park]))
            asked = asked.where(own)
        if from_us is not None:
            asked = asked.where(AlarmRow.raised >= from_us)
        if to_us is not None:
            asked = asked.where(AlarmRow.raised < to_us)
        with self._ground.db.begin() as session:
            return [
                Alarm(
                    number=row.number,
                    id=str(row.number),
                    kind=row.kind,
                    subject=row.subject,
                    enterprise=row.enterprise,
                    raised=row.raised,
                    cleared=row.cleared,
                    detail=row.detail,
                )
                for row in session.scalars(asked)
            ]
