"""The references that mutants are made of: which package, and which of its words go over a wire.

Leaves standing one on the bench to the command. A room is a part of a module's dotted name.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bench.case import Item


@dataclass(frozen=True)
class Subject:
    """One reference: its package, and the rooms of it whose words go over a wire."""

    package: str
    wire: tuple[str, ...]

    @property
    def program(self) -> str:
        """The module that only runs as a program: nothing of it is counted."""
        return f"{self.package}.__main__"


SUBJECTS = {
    Item.TERMINAL: Subject(
        "reference_terminal", ("hj212", "uplink", "net", "acquisition", "security", "management", "web")
    ),
    Item.PLATFORM: Subject("simulators.platform", ("intake", "api", "exchange")),
}


def item_of(module: str) -> Item:
    """Whose module it is: a module of the platform's package is the platform's, every other the terminal's."""
    package = SUBJECTS[Item.PLATFORM].package
    return Item.PLATFORM if f"{module}.".startswith(f"{package}.") else Item.TERMINAL


def file_of(item: Item, path: Path) -> Path:
    """Where a result of an item is kept: beside the terminal's, with the item's name."""
    return path if item is Item.TERMINAL else path.with_name(f"{path.stem}-{item}{path.suffix}")
