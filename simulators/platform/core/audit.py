"""The audit log: every change and every attempt that was refused; searched and exported, never edited."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import select

from simulators.platform.core.ground import Ground
from simulators.platform.core.rights import Account
from simulators.platform.core.seams import seam
from simulators.platform.core.sentences import one_line
from simulators.platform.core.tables import AuditRow

MOST = 100_000


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the log; `detail` is JSON text."""

    number: int
    at: int
    account: str
    role: str
    what: str
    kind: str
    subject: str
    outcome: str
    detail: str


class Audit:
    """The log of one platform."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def note(
        self,
        account: Account,
        what: str,
        kind: str = "",
        subject: str = "",
        *,
        outcome: str = "done",
        detail: Any = None,
        enterprise: str = "",
    ) -> None:
        """One line more, within the transaction that is open."""
        self._keep(
            AuditRow(
                at=self._ground.now_us(),
                account=account.name[:80],
                role=account.role,
                what=what,
                kind=one_line(kind, 80),
                subject=one_line(subject),
                outcome=outcome,
                enterprise=enterprise or account.enterprise,
                detail="" if detail is None else msgspec.json.encode(detail).decode(),
            )
        )

    @seam
    def _keep(self, row: AuditRow) -> None:
        with self._ground.db.begin() as session:
            session.add(row)

    def search(
        self, account: Account, from_us: int | None, to_us: int | None, user: str = "", kind: str = "", what: str = ""
    ) -> list[Entry]:
        """Lines of [from, to), oldest first; an enterprise's manager sees those of the enterprise alone."""
        asked = select(AuditRow).order_by(AuditRow.number).limit(MOST)
        if not account.whole:
            asked = asked.where(AuditRow.enterprise == account.enterprise, AuditRow.enterprise != "")
        if from_us is not None:
            asked = asked.where(AuditRow.at >= from_us)
        if to_us is not None:
            asked = asked.where(AuditRow.at < to_us)
        for column, text in ((AuditRow.account, user), (AuditRow.kind, kind), (AuditRow.what, what)):
            if text:
                asked = asked.where(column == text)
        with self._ground.db.begin() as session:
            return [
                Entry(**{name: getattr(row, name) for name in Entry.__struct_fields__})
                for row in session.scalars(asked)
            ]
