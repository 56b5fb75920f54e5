"""Turns: peers that bring so much that reading it never waits get no more time than the rest of the terminal can spare.

Leaves what is read to whoever reads. Everything happens in one thread: without turns one connection that is always
ready (requests in a row, packets of two octets, pieces of one) would keep the meters waiting.
"""

from __future__ import annotations

import asyncio

GO_S = 0.005
"""How long a reader works in one go; what is shorter costs nobody a rest."""
_MOST_S = 0.25
"""Of a longer go only so much counts: it may have waited for somebody else."""


class Turns:
    """What the readers of one kind take together: a short go each, and half of the time in the long run."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._free_s = 0.0

    def begin(self) -> float:
        """A go begins: something was waited for and has come."""
        return self._loop.time()

    async def rest(self, began_s: float) -> float:
        """Between two things that are at hand: after a long go let the others work as long. When the go began."""
        now_s = self._loop.time()
        took_s = now_s - began_s
        if took_s < GO_S:
            return began_s
        self._free_s = max(self._free_s, now_s) + min(took_s, _MOST_S)
        await asyncio.sleep(self._free_s - now_s)
        return self._loop.time()
