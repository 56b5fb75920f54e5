"""All versions of the objects of a kind, read once: which of them counts for a stretch (R-24).

Leaves keeping them to the objects, and what an account may see to their rights.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import select

from simulators.platform.core import Desk, rights, seam
from simulators.platform.core.kinds import Kind
from simulators.platform.core.tables import VersionRow


class Versions:
    """The objects of a kind by id, each with its versions, oldest first."""

    def __init__(self, found: Mapping[str, Sequence[Any]]) -> None:
        self._found = found
        self._counting: dict[int, list[Any]] = {}
        self._since = sorted({each.valid_from or 0 for versions in found.values() for each in versions})

    def __len__(self) -> int:
        return len(self._found)

    @property
    def since(self) -> Sequence[int]:
        """Instants at which versions begin to count."""
        return self._since

    def counting(self, start: int) -> list[Any]:
        """Of each object the version that counts for a stretch which begins here."""
        step = bisect_right(self._since, start)
        if step not in self._counting:
            newest = (_newest(versions, start) for versions in self._found.values())
            self._counting[step] = [each for each in newest if each is not None]
        return self._counting[step]


def versions_of(desk: Desk, name: str) -> Versions:
    """Every object of a kind that the account sees and that still is, with its versions."""
    objects = desk.office.objects
    return objects.answers.get(name, (desk.account, "all versions"), lambda: _read(desk, objects.kind(name)))


def _read(desk: Desk, kind: Kind) -> Versions:
    asked = select(VersionRow.id, VersionRow.after).where(VersionRow.kind == kind.name)
    asked = asked.where(rights.visible(desk.account, kind, VersionRow)).order_by(VersionRow.id, VersionRow.version)
    found: dict[str, list[Any]] = {}
    with desk.office.ground.db.begin() as session:
        for id, after in session.execute(asked).all():
            if after:
                found.setdefault(id, []).append(msgspec.json.decode(after, type=kind.shape))
            else:
                _removed(found, id)
    return Versions(found)


@seam
def _removed(found: dict[str, list[Any]], id: str) -> None:
    """An object that is no longer there has no versions that count."""
    found.pop(id, None)


@seam
def _newest(versions: Sequence[Any], start: int) -> Any:
    """The last version that is valid then; None where none is."""
    return next((each for each in reversed(versions) if (each.valid_from or 0) <= start), None)
