"""The link to a third party that takes records as JSON (docs/WIRE.md section 6).

Leaves HTTP to `http` and the queue to `storage.outbox`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reference_terminal.storage.rows import Pending, Record
from reference_terminal.times import iso, span_of
from reference_terminal.uplink.packets import Channel
from reference_terminal.uplink.platform_link import Kit, PlatformLink

PERIODS_AT_ONCE = 50
PATH = "/api/records"


class RecordsLink(PlatformLink):
    """One third party."""

    def __init__(self, kit: Kit, token: str) -> None:
        super().__init__(kit)
        self._token = token
        self._most = PERIODS_AT_ONCE

    async def work_on(self) -> None:
        """Send what waits."""
        items = self.outbox.batch(self._most)
        if not items:
            await self.wait(self.outbox.any_waiting())
            return
        for item in items:
            self.outbox.begin(item)
        done = False
        try:
            done = await self.attempt(lambda: self._send(items))
        finally:
            if not done:
                for item in items:
                    self.outbox.abandon(item)
        self._most = min(PERIODS_AT_ONCE, self._most * 2) if done else max(1, self._most // 2)
        if done:
            self.outbox.delivered_all(items)
        elif len(items) == 1:
            self.outbox.failed(items[0])

    def is_success(self, status: int, answer: dict[str, Any]) -> bool:
        """200 and the number of records taken."""
        return status == 200 and isinstance(answer.get("accepted"), int)

    async def _send(self, items: Sequence[Pending]) -> None:
        rows = [row for item in items for row in self._rows(item)]
        if rows:
            body: dict[str, object] = {"source": self.config.mn, "records": rows}
            await self.ask(self.home(PATH), body, [("Authorization", f"Bearer {self._token}")])

    def _rows(self, item: Pending) -> list[dict[str, str]]:
        records = self._store.period(item.span, item.start_s)
        return [row(channel, records[channel.point]) for channel in self.channels if channel.point in records]


def row(channel: Channel, record: Record) -> dict[str, str]:
    """One record as a third party takes it: what accumulates as its increase, the rest as its mean."""
    return {
        "point": channel.code,
        "kind": span_of(record.span).name,
        "start": iso(record.start_s),
        "end": iso(record.end_s),
        "value": record.value or "",
        "unit": channel.unit,
        "flag": record.flag,
    }
