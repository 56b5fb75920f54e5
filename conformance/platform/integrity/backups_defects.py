"""Defects of backups: half of what there is, sets that nobody checks, restores that go too far."""

from __future__ import annotations

from typing import Any

from conformance.defects import Patch, defect
from simulators.platform.core.desk import Desk
from simulators.platform.core.sentences import Refused
from simulators.platform.integrity import backups
from simulators.platform.integrity.backups import Backup


@defect(
    "backup-every-second-value",
    en="a backup holds every second value",
    zh="备份只含一半数据",
    clauses=("cpcif/8.3c", "isc-1/7.3e-2"),
)
def every_second_value(patch: Patch) -> None:
    """To save room."""

    def rows_of(desk: Desk, point: str, backup: Backup) -> list[list[Any]]:
        return own(desk, point, backup)[::2]

    own = patch(backups, "rows_of", rows_of)


@defect(
    "backup-not-made",
    en="a backup is refused while data come in",
    zh="采集进行中拒绝备份",
    clauses=("cpcif/8.3c", "isc-1/7.3e-1"),
)
def not_made(patch: Patch) -> None:
    """The store is busy."""

    def content(desk: Desk, backup: Backup) -> dict[str, Any]:
        raise Refused(503, "the store is busy", "存储忙")

    patch(backups, "content", content)


@defect(
    "backup-unchecked",
    en="a backup that was altered is restored all the same",
    zh="被改动的备份仍被恢复",
    clauses=("isc-1/7.3e-2",),
)
def unchecked(patch: Patch) -> None:
    """A file is a file."""

    def intact(desk: Desk, body: bytes, mark: str) -> bool:
        del desk, body, mark
        return True

    patch(backups, "intact", intact)


@defect(
    "backup-clears-the-store",
    en="restoring one enterprise begins by clearing everybody's values",
    zh="恢复前清空所有企业的数据",
    clauses=("cpcif/8.3c",),
)
def clears_the_store(patch: Patch) -> None:
    """A clean beginning."""
    from sqlalchemy import delete

    from simulators.platform.core.tables import SampleRow

    def put_back(desk: Desk, point: str, rows: list[list[Any]]) -> int:
        if point.endswith("00"):
            with desk.office.ground.db.begin() as session:
                session.execute(delete(SampleRow))
        return own(desk, point, rows)

    own = patch(backups, "put_back", put_back)
