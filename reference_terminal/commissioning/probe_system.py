"""`probe` at a system: the newest rows that a database gives for the terminal's query, or nodes of an OPC UA server.

Leaves meters to `probe` and collectors to `probe_collector`. Sessions of OPC UA are without security.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from reference_terminal.acquisition.driver import Content
from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.acquisition.opcua import driver
from reference_terminal.acquisition.opcua.client import OpcUaClient
from reference_terminal.acquisition.sql import odbc
from reference_terminal.acquisition.sql.row_source import RowSource
from reference_terminal.model.clock import WallClock
from reference_terminal.model.messages import Alarm
from reference_terminal.model.times import iso_ms
from reference_terminal.platform import OffsetClock
from reference_terminal.settings.systems import OPCUA, SCHEMES, SQL, SystemConfig
from reference_terminal.storage.journal import Journal

_OPC = "opc.tcp:"
_SHOWN = 20
_AGE_S = 86_400
Say = Callable[[str], None]


def is_system(place: str) -> bool:
    """Whether a place is the URL of a database or of an OPC UA server."""
    scheme = place.partition(":")[0].partition("+")[0]
    return place.startswith((_OPC, odbc.PREFIX)) or (scheme in SCHEMES and "://" in place)


@dataclass(frozen=True)
class Sought:
    """What is looked at: the system's URL, the nodes to read (OPC UA), and the query (SQL; empty: the usual one)."""

    url: str
    nodes: tuple[str, ...] = ()
    query: str = ""


class _ScreenJournal:
    """A journal of which nothing stays: alarms are told."""

    def __init__(self, say: Say) -> None:
        self._say = say

    def raise_alarm(self, alarm: Alarm, subject: str, /, **fields: object) -> None:
        """Tell it."""
        del subject
        self._say(str(alarm(**fields)))

    def clear_alarm(self, alarm: Alarm, subject: str) -> None:
        """Nothing stands."""


class _Nothing:
    """Nothing was read before, and nothing is kept."""

    def setting(self, scope: str, name: str) -> str | None:
        """None."""
        del scope, name

    def keep_setting(self, scope: str, name: str, value: str) -> None:
        """Nothing."""


async def probe(sought: Sought, say: Say) -> bool:
    """Look and tell; whether there was a number. Raises ValueError for OPC UA without nodes."""
    if sought.url.startswith(_OPC) and not sought.nodes:
        raise ValueError("expected at least one node of the OPC UA server, such as --node 'ns=2;s=Meter.Energy'")
    clock, journal = WallClock(OffsetClock()), cast(Journal, _ScreenJournal(say))
    try:
        if sought.url.startswith(_OPC):
            return await _nodes(sought, clock, journal, say)
        return await _rows(sought, clock, journal, say)
    except ReadFailed as failure:
        say(f"no answer: {failure.cause} / 无应答")
    return False


async def _nodes(sought: Sought, clock: WallClock, journal: Journal, say: Say) -> bool:
    client = OpcUaClient(SystemConfig("probe", OPCUA, sought.url), None, clock, journal)
    found = False
    try:
        for node, value in zip(sought.nodes, await client.read(sought.nodes), strict=True):
            content = driver.content_of(value, clock.now_ms(), _AGE_S)
            at_ms = driver.stamp_ms(value.SourceTimestamp)
            say(f"{node}: {_shown(content)}, source time {'none' if at_ms is None else iso_ms(at_ms)} / 源时间")
            found = found or content.value is not None
    finally:
        client.close()
    return found


async def _rows(sought: Sought, clock: WallClock, journal: Journal, say: Say) -> bool:
    usual = SystemConfig("probe", SQL, sought.url)
    config = SystemConfig("probe", SQL, sought.url, query=sought.query or usual.query)
    rows = await RowSource(config, clock, journal, _Nothing()).rows()
    say(f"{len(rows)} rows for {config.query} / 行数")
    for row in rows[-_SHOWN:]:
        at = "no time that can be read" if row.at_ms is None else iso_ms(row.at_ms)
        say(f"id {row.id}, {row.tag}, {at}: {_shown(row.content)}")
    return any(row.content.value is not None for row in rows)


def _shown(content: Content) -> str:
    if content.value is None:
        return f"no number ({content.cause}) / 无数值"
    doubt = f" ({content.questionable})" if content.questionable else ""
    return f"{content.value:f}{doubt}"
