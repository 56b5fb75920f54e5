"""Where a page gets its values, and what a page is.

Leaves what stands on each to the pages themselves: `measured`, `device`, `people`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from reference_terminal.access.rights import Right
from reference_terminal.model.messages import Text
from reference_terminal.model.seams import seam
from reference_terminal.web.errors import HttpError
from reference_terminal.web.pages.blocks import Page


@dataclass(frozen=True)
class Asks:
    """Where a page gets its values: `get(name, query)` asks an address; now, UTC s.

    `may` and `sees` say which rights its reader has and which addresses he may ask.
    """

    get: Callable[[str, Mapping[str, str]], Awaitable[Any]]
    may: Callable[[Right], bool]
    sees: Callable[[str], bool]
    now_s: int

    async def answer(self, name: str, **query: str) -> dict[str, Any]:
        """A whole answer; empty where the reader may not see it or there is no such thing here."""
        if not self.sees(name):
            return {}
        try:
            return await self.get(name, query)
        except HttpError as error:
            if error.status in (404, 409):
                return {}
            raise

    @seam
    async def rows(self, name: str, key: str = "", **query: str) -> list[dict[str, Any]]:
        """The list in an answer; empty where the reader may not see it or there is no such thing here."""
        answer = await self.answer(name, **query)
        if not answer:
            return []
        found = answer[key] if key else next(value for value in answer.values() if isinstance(value, list))
        return list(found)


Build = Callable[[Asks, dict[str, str]], Awaitable[Page]]


@dataclass(frozen=True)
class ShownPage:
    """A page: path, title, the right to see it, its parameters, what makes it; `short` is its name on small screens."""

    path: str
    title: Text
    right: Right
    build: Build
    query: tuple[str, ...] = ()
    short: Text | None = None
