"""What several defects of platforms do: orders that are confirmed and not carried out, lists that show something else.

Leaves which kinds and fields to the defects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import Response

from conformance.defects import Patch
from simulators.platform.core.desk import Desk
from simulators.platform.core.kinds import Kind, Thing
from simulators.platform.core.objects import Objects

Values = Mapping[str, Any]


def not_changed(patch: Patch, *kinds: str, keep: Callable[[Values], bool] = lambda values: True) -> None:
    """Changes of these kinds (those that `keep` names) are confirmed and not carried out."""

    def change(self: Objects, desk: Desk, kind: Kind, key: str, values: Values) -> Thing:
        if kind.name in kinds and keep(values):
            return self.get(desk, kind, key)
        return whole(self, desk, kind, key, values)

    whole = patch(Objects, "change", change)


def not_removed(patch: Patch, *kinds: str) -> None:
    """Removals of these kinds are confirmed and not carried out."""

    def remove(self: Objects, desk: Desk, kind: Kind, key: str) -> None:
        if kind.name not in kinds:
            whole(self, desk, kind, key)

    whole = patch(Objects, "remove", remove)


def altered(patch: Patch, kind_name: str, field: str, by: Callable[[Any], Any]) -> None:
    """A field of new objects of a kind is kept as something else, where `by` makes something else of it."""

    def create(self: Objects, desk: Desk, kind: Kind, values: Values) -> str:
        if kind.name == kind_name and field in values:
            values = {**values, field: by(values[field])}
        return whole(self, desk, kind, values)

    whole = patch(Objects, "create", create)


def listed(
    patch: Patch,
    kind_name: str,
    show: Callable[[list[Any]], list[Any]],
    heed: Callable[[Values], Values] = dict,
) -> None:
    """Lists of a kind show what `show` makes of them, by those conditions that `heed` leaves."""

    def all_of(
        self: Objects, desk: Desk, kind: Kind, filters: Values | None = None, *, as_of: int | None = None
    ) -> list[Thing]:
        if kind.name != kind_name or as_of is not None or desk.account.name == "system":
            return whole(self, desk, kind, filters, as_of=as_of)
        return show(whole(self, desk, kind, heed(filters or {})))

    whole = patch(Objects, "listed", all_of)


def renamed(answer: Response) -> Response:
    """An answer whose rows stand under another name."""
    octets = bytes(answer.body).replace(b'{"rows":', b'{"row0":', 1)
    return Response(octets, answer.status_code, media_type=answer.media_type)
