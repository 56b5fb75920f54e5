"""A third-party platform: one path, one token, records as JSON (docs/WIRE.md section 6).

Leaves HTTP and the ways to answer wrongly to `http`.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

from simulators.centres.channel import Locks
from simulators.centres.http import JsonCentre, Reply, Request
from simulators.centres.national import Item
from simulators.centres.records import read_records
from simulators.clock import Clock, Observe


class ThirdPartyCentre(JsonCentre):
    """Takes records from whoever knows the token."""

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        *,
        token: str,
        items: Mapping[str, Item],
        clock: Clock,
        chance: random.Random,
        observe: Observe,
        locks: Locks | None = None,
    ) -> None:
        super().__init__(name, host, port, clock=clock, chance=chance, observe=observe, locks=locks)
        self.token = token
        self.items = dict(items)

    def refuse(self, operation: str, why: str, status: int = 400) -> Reply:
        """A body that is of no use."""
        return Reply(operation, {"error": why}, status, refused=why)

    def handle(self, request: Request, body: dict[str, object]) -> Reply:
        """Take records, or say why not."""
        if request.path != "/api/records":
            return self.refuse("unknown", "no such path", 404)
        if request.method != "POST":
            return self.refuse("records", "the method is not POST", 405)
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return self.refuse("records", "the token is wrong or missing", 401)
        records, wrong = read_records(body, self.items)
        if wrong:
            return self.refuse("records", wrong)
        mn = records[0].key[0] if records else ""
        return Reply("records", {"accepted": len(records)}, mn=mn, data=True, records=records)
