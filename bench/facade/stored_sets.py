"""What an operator may do with a terminal's stored data as a whole: capacity, sets out and in, tables, classes.

Leaves putting a question to `facade`, and what a set looks like to the terminal: the bench carries it as it is.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from bench.history.questions import Question


class StoredSets(ABC):
    """Questions about the store; whoever inherits this knows how to ask."""

    @abstractmethod
    async def _ask(self, what: Question, query: dict[str, str]) -> tuple[dict[str, str], ...]: ...

    @abstractmethod
    async def _carry(self, what: Question, query: dict[str, str], octets: bytes = b"") -> bytes: ...

    async def capacity(self) -> None:
        """How much the store holds and may hold."""
        await self._ask("capacity", {})

    async def backup(self, from_us: int, to_us: int) -> bytes:
        """A set of what is stored of [from, to); empty where there was none."""
        return await self._carry("backup", {"from": str(from_us), "to": str(to_us)})

    async def restore(self, stored: bytes, author: str) -> None:
        """Hand a set over."""
        await self._carry("restore", {"author": author}, stored)

    async def back_up_configuration(self, author: str) -> bytes:
        """The configuration as a file; empty where there was none."""
        return await self._carry("configuration-backup", {"author": author})

    async def restore_configuration(self, configuration: bytes, author: str) -> None:
        """Hand such a file over."""
        await self._carry("configuration-restore", {"author": author}, configuration)

    async def export(self, kind: str, point: str, from_us: int, to_us: int) -> None:
        """A table of stored records."""
        await self._ask("export", {"kind": kind, "point": point, "from": str(from_us), "to": str(to_us)})

    async def emission_sources(self) -> None:
        """The emission sources and their points."""
        await self._ask("emission-sources", {})

    async def classified(self, emission_source: str, kind: str, from_us: int, to_us: int) -> None:
        """What is stored under an emission source."""
        words = {"emission_source": emission_source, "kind": kind, "from": str(from_us), "to": str(to_us)}
        await self._ask("classified", words)
