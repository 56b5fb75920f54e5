"""Records and readings become the items of a data packet (HJ 212 table 4 and annex C).

Leaves frames, numbers (QN) and delivery to `link`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reference_terminal.model import numbers
from reference_terminal.model.reading import HIGH_SIGNAL, LOW_SIGNAL, Reading, flag_of
from reference_terminal.model.rows import Record
from reference_terminal.model.seams import seam
from reference_terminal.model.times import DAY, HOUR, Span, stamp


@dataclass(frozen=True)
class Channel:
    """A point as one centre knows it: number in the store, code there, whether it is a counter, name and unit."""

    point: int
    code: str
    counter: bool
    name: str = ""
    unit: str = ""


@seam
def period_stamp(record_start_s: int, record_end_s: int) -> str:
    """DataTime of a period: its start (HJ 212 table 4, ruling R-09)."""
    return stamp(record_start_s)


@seam
def sample_stamp(reading: Reading) -> str:
    """The sampling instant of a reading: when the meter's answer came, whole seconds."""
    return stamp(reading.at_ms // 1000)


def record_item(channel: Channel, record: Record, reading_suffix: str) -> str:
    """One point of a period; without value the flag stands alone."""
    code = channel.code
    if record.value is None:
        return f"{code}-Flag={record.flag}"
    if not channel.counter and record.low is None:
        # Computed from other points' periods: there are no samples to have a smallest and a largest.
        return f"{code}-Avg={record.value},{code}-Flag={record.flag}"
    if not channel.counter:
        return f"{code}-Min={record.low},{code}-Avg={record.value},{code}-Max={record.high},{code}-Flag={record.flag}"
    item = f"{code}-Cou={record.value},{code}-Flag={record.flag}"
    if reading_suffix and record.closing is not None:
        item += f";{code}{reading_suffix}-Rtd={record.closing},{code}{reading_suffix}-Flag={record.flag}"
    return item


@seam
def record_items(channels: Sequence[Channel], records: Mapping[int, Record], reading_suffix: str) -> list[str]:
    """The points of a period that a centre knows, in the order of the configuration."""
    return [
        record_item(channel, records[channel.point], reading_suffix) for channel in channels if channel.point in records
    ]


def realtime_item(channel: Channel, reading: Reading, data_time: str) -> str:
    """One point of a real-time packet; a reading from another second than DataTime carries its own."""
    code = channel.code
    flag = reading_flag(reading)
    if not reading.good or reading.value is None:
        return f"{code}-Flag={flag}"
    own = sample_stamp(reading)
    sampled = "" if own == data_time else f",{code}-SampleTime={own}"
    return f"{code}-Rtd={numbers.text(reading.value)},{code}-Flag={flag}{sampled}"


def reading_flag(reading: Reading) -> str:
    """The flag of a reading (HJ 212 table 8)."""
    if not reading.good or reading.value is None:
        return flag_of(reading.cause)
    # A current between measurement and fault is sent as what it is; a register after its reset is a good number.
    return flag_of(reading.cause) if reading.cause in (LOW_SIGNAL, HIGH_SIGNAL) else "N"


def realtime(channels: Sequence[Channel], readings: Mapping[int, Reading]) -> tuple[str, list[str]]:
    """DataTime (the latest sampling instant) and the items of the points that have a reading; none: ("", [])."""
    known = [(channel, readings[channel.point]) for channel in channels if channel.point in readings]
    if not known:
        return "", []
    data_time = max(sample_stamp(reading) for _, reading in known)
    return data_time, [realtime_item(channel, reading, data_time) for channel, reading in known]


def command_of(span: Span) -> str:
    """The command code that carries a class of periods (HJ 212 table 9)."""
    if span == DAY:
        return "2031"
    return "2061" if span == HOUR else "2051"
