"""The link of a slave to its master: its records and nothing else, with the guarantees that a centre gets (CSMT 11.13).

Leaves the queue to `storage.outbox` and the form of records to `records_json`. The certificate of the channel alone
says who the slave is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from reference_terminal.model.reading import Reading
from reference_terminal.uplink.platforms.link import LinkContext
from reference_terminal.uplink.platforms.records_json import RecordsLink


class MasterLink(RecordsLink):
    """The master of this terminal."""

    def __init__(self, context: LinkContext) -> None:
        super().__init__(context, "")

    def note_readings(self, readings: Sequence[Reading]) -> None:
        """Readings stay with the slave."""

    def works(self) -> list[Callable[[], Awaitable[None]]]:
        """See `PlatformLink`."""
        return [self.run]

    async def idle(self) -> None:
        """There are no documents for a master."""
        await self.wait(True)

    def headers(self) -> list[tuple[str, str]]:
        """No token."""
        return []
