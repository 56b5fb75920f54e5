"""What only points of one protocol, or behind one kind of device, have in the point table: a struct for each.

Leaves to others: the structs (descriptors of protocols, collectors, systems) and what all points have (`world.points`).
"""

from __future__ import annotations

import msgspec


class OwnRow(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all; a field's default is what stands in tables at points that have no such field."""

    def listed(self, point: str) -> str:
        """The point of this name in a list for people, with where it is found."""
        return point


class HandedRow(OwnRow, frozen=True, kw_only=True):
    """A point that somebody hands on: what it is called there, and how its own device has it (`behind`)."""

    behind: OwnRow
    tag: str = ""

    def listed(self, point: str) -> str:
        """With its tag."""
        return f"{point}@{self.tag}"
