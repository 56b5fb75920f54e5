"""What every kind of centre has in common: a name, a door, switches, and the records that it has taken.

Leaves what is said over the connection to the kinds, and keeping records to `record_store`. A case may treat any
centre as an `AnyCentre`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from simulators.centres.record_store import Content, RecordKey


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
    def records(self) -> Mapping[RecordKey, list[Content]]:
        """What is stored: key to versions, oldest first."""
        ...


@runtime_checkable
class Program(Protocol):
    """A centre that is a program of its own."""

    async def watch(self) -> None:
        """Wait for it to end unasked. Raises RuntimeError then: the terminal is not to be judged for it."""
        ...
