"""The audit log of a product, as its reader gets it and as a file.

Leaves what it must tell to the judges.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from bench.dut.access import Audit
from bench.dut.access.expressions import value
from bench.facade import sentences
from bench.facade.bench import Unable
from bench.facade.people.desk import TROUBLES, Visitor, looked, text
from bench.history import people as told_of
from bench.history.observation import Nothing
from bench.history.people import AuditQuery, AuditRow

_CONDITIONS = ("user", "kind", "outcome", "from_us", "to_us", "sort", "order")


class Log:
    """The audit log."""

    def __init__(self, people: Visitor) -> None:
        self._people = people

    async def audit(self, told: str = "", **query: str) -> tuple[AuditRow, ...]:
        """The audit log by these conditions (`AuditQuery`), as its reader gets it."""
        log = self._people.access.audit
        if log is None:
            raise Unable(str(sentences.NO_AUDIT()))
        words = AuditQuery(told=told, **{key: condition for key, condition in query.items() if condition})
        given = {**dict.fromkeys(_CONDITIONS, ""), **query}
        return await looked(
            self._people, told_of.AUDIT, words, lambda: self._read(log, log.rows, log.function, query=given)
        )

    async def exported(self) -> tuple[AuditRow, ...]:
        """The audit log as a file that its reader takes away, read: rows as those of `audit`."""
        log = self._people.access.audit
        if log is None or not (log.export and log.exported):
            raise Unable(str(sentences.NO_EXPORT()))
        name = log.export
        return await looked(self._people, told_of.AUDIT_EXPORT, Nothing(), lambda: self._read(log, log.exported, name))

    async def _read(
        self, log: Audit, found: str, function: str, **known: Any
    ) -> tuple[Sequence[AuditRow], Exception | None]:
        """The entries that could be read, and why others could not."""
        rows: list[AuditRow] = []
        try:
            answer = await self._people.see(function, **known)
            rows.extend(_row(log, row) for row in cast("list[Any]", value(found, answer=answer) or []))
        except TROUBLES as error:
            return rows, error
        return rows, None


def _row(log: Audit, row: Any) -> AuditRow:
    outcome = text(value(log.outcome, row=row))
    return AuditRow(
        at=text(value(log.at, row=row)),
        user=text(value(log.user, row=row)),
        kind=text(value(log.kind, row=row)),
        outcome=outcome,
        detail=text(value(log.detail, row=row)),
        failure="yes" if value(log.failure, row=row, outcome=outcome) else "",
    )
