"""The link to a third party that takes records and documents as JSON (docs/WIRE.md section 6).

Leaves HTTP to `http`, the queue to `storage.outbox` and what documents hold to `documents`. Records go first; documents
when none waits.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec

from reference_terminal.crypto.symmetric import NONCE, base64url, gcm_seal
from reference_terminal.model import numbers
from reference_terminal.model.reading import Reading
from reference_terminal.model.rows import Pending, Record
from reference_terminal.model.seams import seam
from reference_terminal.model.times import floor_s, iso, span_of
from reference_terminal.security.payload import key_id
from reference_terminal.uplink.hj212.packets import Channel, reading_flag
from reference_terminal.uplink.platforms.documents import Document, Documents
from reference_terminal.uplink.platforms.link import FAILURES, LinkContext, PlatformLink

PERIODS_AT_ONCE = 50
HOME = "/api/"
RECORDS = "records"
READINGS = "2011"
"""Word of the configuration for the latest readings, as HJ 212 numbers them."""


class RecordsLink(PlatformLink):
    """One third party; with a `body_key` (SM4) every body is enciphered."""

    def __init__(self, context: LinkContext, token: str, body_key: bytes = b"") -> None:
        super().__init__(context)
        self._token = token
        self._body_key = body_key
        self._documents = Documents(self.config.id, self.channels, self._store, self._clock)
        self._most = PERIODS_AT_ONCE
        self._fresh: dict[int, Reading] = {}
        self._live = self.client()

    def note_readings(self, readings: Sequence[Reading]) -> None:
        """Readings were committed: the latest of each point is told, where readings are asked for."""
        if READINGS in self.config.uploads:
            for reading in readings:
                self._fresh[reading.point] = reading

    def works(self) -> list[Callable[[], Awaitable[None]]]:
        """Readings go over a connection of their own, so that no backlog delays them."""
        return [*super().works(), self._tell_readings]

    @seam
    async def _tell_readings(self) -> None:
        """Tell the latest readings on the wall grid; what could not be told is not made up for."""
        if READINGS not in self.config.uploads:
            return
        try:
            while True:
                interval_s = self.settings.realtime_s
                tick_s = floor_s(self._clock.now_s(), interval_s) + interval_s
                await self._clock.sleep_until_or_step(tick_s * 1000)
                if not 0 <= self._clock.now_s() - tick_s < interval_s:
                    continue
                await self._context.settled(tick_s, min(10.0, interval_s / 2))
                fresh, self._fresh = self._fresh, {}
                oldest_ms = (tick_s - 2 * interval_s) * 1000
                rows = [
                    reading_row(channel, fresh[channel.point])
                    for channel in self.channels
                    if channel.point in fresh and fresh[channel.point].at_ms >= oldest_ms
                ]
                if rows:
                    with contextlib.suppress(*FAILURES):
                        await self._tell_rows(RECORDS, rows, live=True)
        finally:
            self._live.close()

    async def work_on(self) -> None:
        """Send what waits."""
        items = self.outbox.batch(self._most)
        if not items:
            await self.idle()
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

    async def idle(self) -> None:
        """What is done while no record waits: the next document is told, if there is one."""
        document = self._documents.next()
        if document is None:
            await self.wait(True)
        elif await self.attempt(lambda: self._send_document(document)):
            self._documents.told(document)

    @seam
    def is_success(self, status: int, answer: dict[str, Any]) -> bool:
        """200 and the number of records taken."""
        return status == 200 and isinstance(answer.get("accepted"), int)

    async def _send(self, items: Sequence[Pending]) -> None:
        rows = [row for item in items for row in self._rows(item)]
        if rows:
            await self._tell_rows(RECORDS, rows)

    async def _send_document(self, document: Document) -> None:
        await self._tell_rows(document.what, document.rows)

    async def _tell_rows(self, what: str, rows: Sequence[dict[str, Any]], *, live: bool = False) -> None:
        path = HOME + what
        body: dict[str, object] = {"source": self.config.mn, what: rows}
        if self._body_key:
            body = self._enciphered(path, body)
        await self.ask(self.home(path), body, self.headers(), self._live if live else None)

    @seam
    def headers(self) -> list[tuple[str, str]]:
        """How this terminal says who it is."""
        return [("Authorization", f"Bearer {self._token}")]

    @seam
    def _enciphered(self, path: str, body: dict[str, object]) -> dict[str, object]:
        nonce = self._context.random.randbytes(NONCE)
        octets = gcm_seal(self._body_key, nonce, msgspec.json.encode(body), path.encode())
        return {"keyId": key_id(self._body_key), "iv": base64url(nonce), "data": base64url(octets)}

    @seam
    def _rows(self, item: Pending) -> list[dict[str, str]]:
        records = self._store.period(item.span, item.start_s)
        return [row(channel, records[channel.point]) for channel in self.channels if channel.point in records]


def reading_row(channel: Channel, reading: Reading) -> dict[str, str]:
    """One reading as a third party takes it: its instant is begin and end."""
    at = iso(reading.at_ms // 1000)
    value = "" if not reading.good or reading.value is None else numbers.text(reading.value)
    return {
        "point": channel.code,
        "kind": "reading",
        "start": at,
        "end": at,
        "value": value,
        "unit": channel.unit,
        "flag": reading_flag(reading),
    }


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
