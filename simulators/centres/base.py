"""What every kind of centre has in common: a name, a door, switches, and a store that keeps every version of a record.

Leaves what is said over the connection to the kinds. A case may treat any centre as an `AnyCentre`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

Content = tuple[dict[str, str], str]
"""Fields of a record and its data flag, as sent."""
RecordKey = tuple[str, str, str, str]
"""Device, kind, code, stamp."""


@dataclass(frozen=True)
class Item:
    """A point as a centre knows it. `field` is Cou for what accumulates and Avg for the rest."""

    name: str
    field: str
    unit: str
    low: str = ""
    high: str = ""


class AnyCentre(Protocol):
    """What a rig or a case may do to a centre of any kind."""

    name: str
    host: str
    port: int

    async def start(self) -> None:
        """Listen. Raises OSError if the port is taken."""
        ...

    async def stop(self) -> None:
        """Close the port and every connection."""
        ...

    def behave(self, **switches: object) -> None:
        """Change switches from now on. Raises SwitchError for an unknown switch or value."""
        ...

    def disconnect(self, *, abort: bool = False) -> None:
        """Close (or abort) every open connection."""
        ...

    @property
    def records(self) -> dict[RecordKey, list[Content]]:
        """What is stored: key to versions, oldest first."""
        ...


@runtime_checkable
class Program(Protocol):
    """A centre that is a program of its own."""

    async def watch(self) -> None:
        """Wait for it to end unasked. Raises RuntimeError then: the terminal is not to be judged for it."""
        ...


class RecordStore:
    """Records by key, every differing content as a version, arrivals counted."""

    def __init__(self) -> None:
        self.versions: dict[RecordKey, list[Content]] = {}
        self._copies: dict[RecordKey, list[int]] = {}

    def put(self, key: RecordKey, content: Content) -> tuple[int, int]:
        """Store a content: its version (from 1) and how many times this content has arrived under this key."""
        versions = self.versions.get(key)
        if versions is None:
            self.versions[key] = [content]
            self._copies[key] = [1]
            return 1, 1
        copies = self._copies[key]
        if content in versions:
            version = versions.index(content)
            copies[version] += 1
        else:
            version = len(versions)
            versions.append(content)
            copies.append(1)
        return version + 1, copies[version]
