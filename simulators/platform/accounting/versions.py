"""All versions of the objects of a kind, read once: which of them counts for a stretch (R-24).

Leaves keeping them to the objects, and what an account may see to their rights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import select

from simulators.platform.core import Desk, rights, seam
from simulators.platform.core.tables import VersionRow

Versions = Mapping[str, Sequence[Any]]
"""By id, oldest first; of an object that was removed and made again those since then."""


def versions_of(desk: Desk, name: str) -> Versions:
    """Every object of a kind that the account sees and that still is, with its versions."""
    kind = desk.office.objects.kind(name)
    asked = select(VersionRow.id, VersionRow.after).where(VersionRow.kind == name)
    asked = asked.where(rights.visible(desk.account, kind, VersionRow)).order_by(VersionRow.id, VersionRow.version)
    found: dict[str, list[Any]] = {}
    with desk.office.ground.db.begin() as session:
        for id, after in session.execute(asked).all():
            if after:
                found.setdefault(id, []).append(msgspec.json.decode(after, type=kind.shape))
            else:
                found.pop(id, None)
    return found


def counting(found: Versions, start: int) -> list[Any]:
    """Of each object the version that counts for a stretch which begins here."""
    return [each for versions in found.values() if (each := _newest(versions, start)) is not None]


@seam
def _newest(versions: Sequence[Any], start: int) -> Any:
    """The last version that is valid then; None where none is."""
    return next((each for each in reversed(versions) if (each.valid_from or 0) <= start), None)
