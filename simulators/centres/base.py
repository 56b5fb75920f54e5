"""What every kind of centre has in common: a name, a door, switches, and a store that keeps every version of a record.

Leaves what is said over the connection to the kinds. A case may treat any centre as an `AnyCentre`.
"""

from __future__ import annotations

from typing import Protocol

Content = tuple[dict[str, str], str]
"""Fields of a record and its data flag, as sent."""
RecordKey = tuple[str, str, str, str]
"""Device, kind, code, stamp."""


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
