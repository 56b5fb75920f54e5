"""What an operator may order at a terminal's local interface besides asking: upload, window, backfill, packages.

Leaves putting a question to `facade`, and its form to the adapters. The same in every rig.
"""

from __future__ import annotations

import base64
from abc import ABC, abstractmethod

from bench.history.questions import Question


class Orders(ABC):
    """Orders and the questions that belong to them; whoever inherits this knows how to ask."""

    @abstractmethod
    async def _ask(self, what: Question, query: dict[str, str]) -> tuple[dict[str, str], ...]: ...

    async def alarms(self) -> None:
        """Alarms, standing and cleared."""
        await self._ask("alarms", {})

    async def centres(self) -> None:
        """Each centre as the terminal sees it."""
        await self._ask("centres", {})

    async def upload_now(self, centre: str, author: str) -> None:
        """Send at once what waits for a centre."""
        await self._ask("upload", {"centre": centre, "author": author})

    async def set_upload_time(self, centre: str, time: str, author: str) -> None:
        """Set the time of day at which a centre's window opens."""
        await self._ask("upload-time", {"centre": centre, "time": time, "author": author})

    async def backfill(self, centre: str, kind: str, from_us: int, to_us: int, author: str, reason: str) -> None:
        """Send stored periods again under their own keys."""
        words = {"centre": centre, "kind": kind, "from": str(from_us), "to": str(to_us)}
        await self._ask("backfill", {**words, "author": author, "reason": reason})

    async def add_centre(self, centre: str, author: str, host: str = "") -> None:
        """Have a centre of the scenario served from now on; `host` is told in place of its own."""
        await self._ask("centre-add", {"centre": centre, "author": author, **({"host": host} if host else {})})

    async def remove_centre(self, centre: str, author: str) -> None:
        """Have a centre served no more."""
        await self._ask("centre-remove", {"centre": centre, "author": author})

    async def set_period(self, meter: str, period_s: int, author: str) -> None:
        """Have a meter polled so often from now on."""
        await self._ask("period", {"meter": meter, "period_s": str(period_s), "author": author})

    async def renew_certificate(self, centre: str, choice: str, author: str) -> None:
        """Give the terminal another certificate of its own for a centre."""
        await self._ask("centre-certificate", {"centre": centre, "choice": choice, "author": author})

    async def verify(self, kind: str, from_us: int, to_us: int) -> None:
        """Have the stored records of a class compared with their fingerprints."""
        await self._ask("verify", {"kind": kind, "from": str(from_us), "to": str(to_us)})

    async def packages(self) -> None:
        """Factors, methods, parameters and program in force."""
        await self._ask("packages", {})

    async def install(self, package: bytes, author: str) -> None:
        """Hand a signed package to the terminal as a file, for the way without a network."""
        await self._ask("package", {"octets": base64.b64encode(package).decode(), "author": author})
