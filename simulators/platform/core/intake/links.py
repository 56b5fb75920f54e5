"""How many connections a listener of terminals holds: beyond that the oldest that has proved nothing gives way."""

from __future__ import annotations

from typing import Protocol, TypeVar

MOST = 20_000
"""Connections of one listener: twice the terminals of the largest park that is loaded here."""


class Link(Protocol):
    """A connection; `proved`: who is at its other end has shown to be a terminal that is known."""

    proved: bool

    def close(self) -> None:
        """End it."""
        ...


L = TypeVar("L", bound=Link)


def admit(links: dict[L, None], link: L, most: int = MOST) -> None:
    """One connection more, in place of another where there are too many."""
    if len(links) >= most:
        oldest = next((each for each in links if not each.proved), next(iter(links)))
        links.pop(oldest)
        oldest.close()
    links[link] = None
