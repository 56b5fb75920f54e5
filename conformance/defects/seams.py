# pyright: reportPrivateUsage=false
"""Ways of breaking the terminal that several defects share: values changed on their way, words unsaid, trust given.

Leaves what is broken by them, where and why, to the chapters.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import apsw
import msgspec
from OpenSSL import SSL

from conformance.defects import Patch
from reference_terminal.acquisition.modbus import driver, serial
from reference_terminal.acquisition.mqtt import client as mqtt_client
from reference_terminal.acquisition.poller import GatewayPoller, MeterPoller
from reference_terminal.model import reading as readings
from reference_terminal.model.messages import Alarm, Text
from reference_terminal.model.reading import Reading
from reference_terminal.model.rows import Pending, Record
from reference_terminal.net import channel
from reference_terminal.net.channel import Security, TlsLine
from reference_terminal.processing.interval import Boundary, IntervalBuilder, Open
from reference_terminal.storage import store as stores
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store
from reference_terminal.uplink.hj212 import packets
from reference_terminal.uplink.hj212.link import CentreLink
from reference_terminal.uplink.hj212.packets import Channel

# Acquisition


def single(value: Decimal, digits: int) -> Decimal:
    """The value as a 32-bit float, printed with so many digits."""
    (narrow,) = struct.unpack(">f", struct.pack(">f", float(value)))
    return Decimal(format(Decimal(f"{narrow:.{digits}g}"), "f"))


def forgets_last_meter(patch: Patch) -> None:
    """Poll all meters of a port or line but the last."""
    whole = GatewayPoller.__init__

    def short(self: GatewayPoller, client: Any, meters: list[MeterPoller], clock: Any, sink: Any) -> None:
        whole(self, client, meters[:-1] if len(meters) > 1 else meters, clock, sink)

    patch(GatewayPoller, "__init__", short)


def keeps_last_values(patch: Patch) -> None:
    """Where a reading fails, give the last good one of its point with the time of the poll and good quality."""
    whole = MeterPoller.read
    last: dict[int, Reading] = {}

    async def read(self: MeterPoller, slot_s: int | None, clock: Any, wait_s: float | None = None) -> list[Reading]:
        found = await whole(self, slot_s, clock, wait_s)
        for one in found:
            if one.good:
                last[one.point] = one
            elif kept := last.get(one.point):
                one.value, one.quality, one.cause, one.raw = kept.value, readings.GOOD, "", kept.raw
        return found

    patch(MeterPoller, "read", read)


def takes_damaged_rtu_frames(patch: Patch) -> None:
    """Look at an RTU frame's length and function, and not at its CRC."""

    def frames(octets: bytes) -> Iterator[bytes]:
        for at in range(len(octets) - 4):
            end = at + 5 + (0 if octets[at + 1] & 0x80 else octets[at + 2])
            if octets[at + 1] & 0x7F in (3, 4) and end <= len(octets):
                yield octets[at : end - 2]

    rtu = serial.RTU
    patch(driver, "FRAMINGS", {**serial.FRAMINGS, rtu.name: replace(rtu, frames=frames)})


# Processing and storage


def connects_with(patch: Patch, **changed: Any) -> None:
    """Have every connection to a broker of collectors opened with other arguments of `mqtt.packets.connect`."""
    whole = mqtt_client.packets.connect

    def connect(*told: Any, **named: Any) -> bytes:
        return whole(*told, **{**named, **changed})

    patch(mqtt_client.packets, "connect", connect)


def changes_added(patch: Patch, change: Callable[[IntervalBuilder, Reading], Reading]) -> None:
    """Let periods be made of changed readings; what is stored of these stays as it is."""
    whole = IntervalBuilder.add

    def add(
        self: IntervalBuilder,
        reading: Reading,
        total: Decimal | None,
        increment: Decimal | None,
        skipped: str,
        broken: bool,
    ) -> list[Record]:
        return whole(self, change(self, reading), total, increment, skipped, broken)

    patch(IntervalBuilder, "add", add)


def changes_closed(patch: Patch, change: Callable[[Open, Record], None]) -> None:
    """Change the record of each period of a counter as it is closed."""
    exact = IntervalBuilder.close_counter

    def close(self: IntervalBuilder, each: Open, closing: Boundary | None, cause: str) -> Record:
        record = exact(self, each, closing, cause)
        change(each, record)
        return record

    patch(IntervalBuilder, "close_counter", close)


def changes_stored(patch: Patch, change: Callable[[Reading], Reading]) -> None:
    """Change each reading on its way to the store."""
    whole = Store.add_reading

    def add_reading(self: Store, reading: Reading, total: Decimal | None) -> None:
        whole(self, change(reading), total)

    patch(Store, "add_reading", add_reading)


def at_opening(patch: Patch, statement: str) -> None:
    """Run a statement whenever the database is opened."""
    whole = stores.open_database

    def opened(path: str, vfs: str | None) -> tuple[apsw.Connection, str]:
        connection, name = whole(path, vfs)
        connection.execute(statement)
        return connection, name

    patch(stores, "open_database", opened)


# The log


def hides_events(patch: Patch, hidden: Callable[[str, str], bool]) -> None:
    """Leave out of the log each entry for whose kind and English words `hidden` holds."""
    whole = Journal.keep

    def keep(self: Journal, code: str, kind: str, subject: str, text: Text) -> None:
        if not hidden(kind, text.en):
            whole(self, code, kind, subject, text)

    patch(Journal, "keep", keep)


def whispers_alarms(patch: Patch, hidden: Callable[[str, str], bool]) -> None:
    """Say on the console only, and raise no alarm, where `hidden` holds for its kind and English words."""
    whole = Journal.put_alarm

    def put_alarm(self: Journal, alarm: Alarm, subject: str, text: Text) -> None:
        if hidden(alarm.kind, text.en):
            self.say(text)
        else:
            whole(self, alarm, subject, text)

    patch(Journal, "put_alarm", put_alarm)


def leaves_standing(patch: Patch, stands: Alarm) -> None:
    """Never clear this alarm."""
    whole = Journal.clear_alarm

    def clear_alarm(self: Journal, alarm: Alarm, subject: str) -> None:
        if alarm != stands:
            whole(self, alarm, subject)

    patch(Journal, "clear_alarm", clear_alarm)


# Uplink


def changes_items(patch: Patch, change: Callable[[Channel, Record, str], str]) -> None:
    """Change what is said of each record in packets of HJ 212."""
    whole = packets.record_item

    def item(channel: Channel, record: Record, reading_suffix: str) -> str:
        return change(channel, record, whole(channel, record, reading_suffix))

    patch(packets, "record_item", item)


def changes_numbers(patch: Patch, change: Callable[[str], str]) -> None:
    """Change the numbers of each record in packets of HJ 212."""
    whole = packets.record_item

    def changed(text: str | None) -> str | None:
        return None if text is None else change(text)

    def item(channel: Channel, record: Record, reading_suffix: str) -> str:
        other = msgspec.structs.replace(
            record, value=changed(record.value), low=changed(record.low), high=changed(record.high)
        )
        return whole(channel, other, reading_suffix)

    patch(packets, "record_item", item)


def drops_items(patch: Patch, dropped: Callable[[Pending], bool]) -> None:
    """Take for delivered, and never send, what `dropped` holds for."""
    whole = CentreLink.deliver

    async def deliver(self: CentreLink, item: Pending) -> bool:
        return dropped(item) or await whole(self, item)

    patch(CentreLink, "deliver", deliver)


# Security


def believes_anybody(patch: Patch) -> None:
    """Take any certificate of the other side, whoever issued it, for whomever, and whenever."""
    whole = channel.context_of

    def made(security: Security, now_s: int, judge: channel.Judge) -> SSL.Context:
        context = whole(security, now_s, judge)
        store = context.get_cert_store()
        assert store is not None
        store.set_flags(0)
        context.set_verify(SSL.VERIFY_NONE, lambda *_: True)
        return context

    def agreed(line: TlsLine, connection: SSL.Connection, security: Security, host: str) -> int:
        del line, connection, security, host
        return 0

    patch(channel, "context_of", made)
    patch(channel, "agreed", agreed)
