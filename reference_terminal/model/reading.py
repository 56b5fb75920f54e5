"""A reading: what one poll of one point brought, with its quality.

Leaves judging a series of readings to processing.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

GOOD, QUESTIONABLE, BAD = 0, 1, 2
QUALITIES = ("good", "questionable", "bad")

TIMEOUT = "timeout"
NO_CONNECTION = "no connection"
BAD_FRAME = "bad frame"
EXCEPTION = "exception"
MISSED = "missed cycle"
LATE = "late"
POWER_OFF = "power off"
CLOCK_STEP = "clock step"
SENTINEL = "sentinel"
NOT_A_NUMBER = "not a number"
BAD_DIGITS = "bad digits"
RANGE = "out of range"
RESET = "counter reset"
CHECKSUM = "checksum"
FOREIGN = "foreign address"
OTHER_ANSWER = "answer to another question"
ERROR_ANSWER = "error answer"
SHORT = "too few octets"
NO_DATA = "all digits F"
LAYOUT = "unknown layout"
UNIT = "unexpected unit"
BROKEN_WIRE = "broken wire"
OVER_CURRENT = "over-range current"
LOW_SIGNAL = "current below 3.8 mA"
HIGH_SIGNAL = "current above 20.5 mA"
OVERLOAD = "scale overloaded"
UNSTABLE = "scale not at rest"
ABSENT = "not in the message"
STALE = "told again with an old time"
NO_INSTANT = "message without a time"
SOURCE_CLOCK = "time of the source cannot be"

BAD_STATUS = "bad status"
UNSURE_STATUS = "uncertain status"
NO_ROW = "no row in the database"
LOCKED = "database locked"
FAULT = "fault inside the terminal"

_FLAGS = {
    SENTINEL: "D",
    NOT_A_NUMBER: "D",
    BAD_DIGITS: "D",
    RANGE: "T",
    RESET: "D",
    ERROR_ANSWER: "D",
    SHORT: "D",
    NO_DATA: "D",
    LAYOUT: "D",
    UNIT: "D",
    BROKEN_WIRE: "D",
    OVER_CURRENT: "D",
    LOW_SIGNAL: "T",
    HIGH_SIGNAL: "T",
    OVERLOAD: "T",
    UNSTABLE: "D",
    ABSENT: "D",
    NO_INSTANT: "D",
    SOURCE_CLOCK: "D",
}


_WAY_STATUS = ("BadNoCommunication", "BadNotConnected", "BadTimeout", "BadNodeIdUnknown", "BadWaitingForInitialData")
_SERVICE = "BadOutOfService"


def flag_of(cause: str) -> str:
    """The data flag of HJ 212 table 8 for what a value lacks: N if nothing, D instrument, T range, B communication."""
    if not cause:
        return "N"
    if cause.startswith(EXCEPTION):
        # Exceptions 5, 6, 10, 11 speak of the way to the instrument, the others of the instrument itself.
        return "B" if cause[len(EXCEPTION) + 1 :] in ("5", "6", "10", "11") else "D"
    if cause.startswith(BAD_STATUS):
        # What an OPC UA server says of its own way to the instrument, and of the instrument.
        return "B" if cause[len(BAD_STATUS) + 1 :] in _WAY_STATUS else "C" if cause.endswith(_SERVICE) else "D"
    if cause.startswith(UNSURE_STATUS):
        return "N"
    if cause.startswith(ERROR_ANSWER):
        return _FLAGS[ERROR_ANSWER]
    return _FLAGS.get(cause, "B")


class BadContent(Exception):
    """Contents of an answer that are no number; the text is the cause kept with the reading."""


class Reading(msgspec.Struct):
    """One point at one slot of its polling grid.

    `point` is the number of the point in the configuration; `slot_s` the grid instant it stands for and `at_ms` when
    the answer came, both UTC; `raw` the registers as hexadecimal text; `value` in the point's unit, also kept when out
    of range; `cause` says why the quality is not good; `source` names the standby that was read in place of the
    point's own meter; `origin` the record of the meter that it was read from afterwards (empty: a poll).
    """

    point: int
    slot_s: int
    at_ms: int
    value: Decimal | None
    raw: str
    quality: int
    cause: str
    source: str = ""
    origin: str = ""

    @property
    def good(self) -> bool:
        """Whether the value may be used."""
        return self.quality != BAD
