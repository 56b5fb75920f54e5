"""What can be wrong with a meter, as data: silence, spoiled frames, wrong values, a wrong clock.

Leaves to others: doing it (`meter` and the protocols) and deciding when (a case, a world file, `schedule`). One fault
of each kind may be on at a time. `points` limits a fault of values to these points of the meter; empty means all.
"""

from __future__ import annotations

from typing import Annotated, get_args

import msgspec


class Fault(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", forbid_unknown_fields=True):
    """Base of all faults."""


class Silent(Fault, frozen=True, tag="silent"):
    """No answer at all."""


class Delayed(Fault, frozen=True, tag="delayed"):
    """The answer comes `after_s` seconds later, still within the reader's patience: it counts as served."""

    after_s: float


class Late(Fault, frozen=True, tag="late"):
    """The answer comes `after_s` seconds later, beyond the reader's patience: it must not be used any more."""

    after_s: float


class Refusing(Fault, frozen=True, tag="exception"):
    """Every request gets this exception code (1..11)."""

    code: int


class RefusingPoints(Fault, frozen=True, tag="exception-of-points"):
    """Requests that touch one of these points get this exception code (1..11), all others are answered."""

    code: int
    points: tuple[str, ...]


class Busy(Fault, frozen=True, tag="busy"):
    """The next `polls` requests get exception 06, then the fault is over."""

    polls: int


class WrongTransaction(Fault, frozen=True, tag="wrong-transaction"):
    """The answer carries another transaction id, `by` more than asked (a gateway that counts for itself)."""

    by: int = 1


class WrongUnit(Fault, frozen=True, tag="wrong-unit"):
    """The answer carries the unit id of somebody else, `by` more than asked."""

    by: int = 1


class Truncated(Fault, frozen=True, tag="truncated"):
    """Only the first `octets` octets of the answer are sent."""

    octets: int = 9


class Garbage(Fault, frozen=True, tag="garbage"):
    """Random octets, as many as the answer would have, with the right transaction id and protocol id."""


class Stuck(Fault, frozen=True, tag="stuck"):
    """Values stay as they were when the fault came on."""

    points: tuple[str, ...] = ()


class Sentinel(Fault, frozen=True, tag="sentinel"):
    """Registers hold the device's mark for "no value" (NaN for floats, else the map's sentinel or all bits one).

    `raw` is another mark as big-endian hex (8000, 7FFFFFFF, FFFF), for registers of just that width.
    """

    raw: str = ""
    points: tuple[str, ...] = ()


class Jump(Fault, frozen=True, tag="jump"):
    """Values are `by` (decimal text in the register's unit) more than the truth."""

    by: str
    points: tuple[str, ...] = ()


class SignFlip(Fault, frozen=True, tag="sign-flip"):
    """Instantaneous values change sign (a current transformer put in the wrong way round)."""

    points: tuple[str, ...] = ()


class Ramp(Fault, frozen=True, tag="ramp"):
    """Values run away from the truth by `per_s` (decimal text in the register's unit) each second."""

    per_s: str
    points: tuple[str, ...] = ()


class Scaled(Fault, frozen=True, tag="scaled"):
    """Values are `by` times the truth: a firmware that means tenths, a current transformer ratio entered twice."""

    by: str = "10"
    points: tuple[str, ...] = ()


class Calibrating(Fault, frozen=True, tag="calibrating"):
    """An analyser in calibration: values show the test gas (`level`, decimal text), bits of the map say so."""

    level: str = "0"
    mode: str = "zero"
    points: tuple[str, ...] = ()


class Current(Fault, frozen=True, tag="current"):
    """The loop of an analogue input carries `ma` whatever is measured: 0 open, 3.5 or 21.5 fail-safe, 25 short."""

    ma: str = "0"
    points: tuple[str, ...] = ()


class WrongRange(Fault, frozen=True, tag="wrong-range"):
    """The module of an analogue input is set to the other range: 0-20 mA in place of 4-20 mA, or the reverse."""

    points: tuple[str, ...] = ()


class StatusBits(Fault, frozen=True, tag="status-bits"):
    """The meter itself complains: `bits` of its status `word` (CJ/T 188 has one) are set beside those of its own.

    Word 1 of DL/T 645-2007: 0x0004 clock battery low; words 4 to 6, by phase: 0x0001 voltage lost; CJ/T 188: 0x0004
    battery low, 0x0003 valve abnormal.
    """

    word: Annotated[int, msgspec.Meta(ge=1, le=7)] = 1
    bits: Annotated[int, msgspec.Meta(ge=1, le=0xFFFF)] = 0x0004


class Mute(Fault, frozen=True, tag="mute"):
    """The next `polls` requests get no answer, then the fault is over."""

    polls: int


class MinimumGap(Fault, frozen=True, tag="minimum-gap"):
    """A request sooner than `gap_s` after the answer before is not taken (devices that need a turnaround)."""

    gap_s: float = 0.05


class Restarting(Fault, frozen=True, tag="restarting"):
    """The device starts anew: silent for `for_s`, and its counters lost what came in the last `lost_s`."""

    for_s: float = 20
    lost_s: float = 0


class Duplicate(Fault, frozen=True, tag="duplicate"):
    """Every answer comes twice, the second `after_s` later."""

    after_s: float = 0


class Split(Fault, frozen=True, tag="split"):
    """An answer comes in two pieces: `octets` octets, and the rest `gap_s` later."""

    octets: int = 5
    gap_s: float = 0.2


class WrongFunction(Fault, frozen=True, tag="wrong-function"):
    """The answer carries another function code, `by` more than asked."""

    by: int = 1


class Fewer(Fault, frozen=True, tag="fewer"):
    """The answer holds so many registers less than asked, in a frame that is right in itself."""

    registers: int = 1


class LostFollowUp(Fault, frozen=True, tag="lost-follow-up"):
    """Requests for follow-up frames (DL/T 645) get no answer."""


class Preamble(Fault, frozen=True, tag="preamble"):
    """So many octets FE stand before the answer of a serial meter, whatever its map says."""

    count: int = 8


class ExtraOctets(Fault, frozen=True, tag="extra-octets"):
    """Octets too many in the answer of a serial meter: `within` its data (and its length) or after its end."""

    octets: str = "01"
    within: bool = True


class Noise(Fault, frozen=True, tag="noise"):
    """Random octets on the line before and after the answer of a serial meter."""

    before: int = 3
    after: int = 0


class WrongKind(Fault, frozen=True, tag="wrong-kind"):
    """The answer of a CJ/T 188 meter has the type octet of a meter of another kind under the same address."""

    type: str = "10"


class BadCheck(Fault, frozen=True, tag="bad-check"):
    """The answer's check octet is wrong, by so much."""

    by: int = 1


class WrongSequence(Fault, frozen=True, tag="wrong-sequence"):
    """The running number of follow-up frames (DL/T 645) or of the exchange (CJ/T 188) is `by` more than it should."""

    by: int = 1


class DeadClock(Fault, frozen=True, tag="dead-clock"):
    """The device's own clock shows this octet in every place: 00 or FF."""

    octet: str = "FF"


class WrongClock(Fault, frozen=True, tag="wrong-clock"):
    """The device's own clock is off by `offset_s` now and gains `drift_ppm` parts per million from now on.

    Behind an OPC UA server it is what stamps the values.
    """

    offset_s: int = 0
    drift_ppm: int = 0


class WrongLine(Fault, frozen=True, tag="wrong-line"):
    """The port of a serial meter has other settings than the line; what is 0 or empty stays right.

    Behind a serial server over TCP, whose own port is right, the meter understands nothing and stays silent.
    """

    baud: int = 0
    parity: str = ""
    stop_bits: int = 0


class Omitted(Fault, frozen=True, tag="omitted"):
    """A collector's messages leave values out; an OPC UA server has no such node, a database gets no such row."""

    points: tuple[str, ...] = ()


class Token(Fault, frozen=True, tag="token"):
    """In a collector's messages this JSON token stands in place of the number: NaN, null, true, "--"."""

    text: str = "NaN"
    points: tuple[str, ...] = ()


class Stale(Fault, frozen=True, tag="stale"):
    """A collector does not reach the device any more and goes on telling the last values, with their own time."""


class BadStatus(Fault, frozen=True, tag="bad-status"):
    """An OPC UA server gives values with this status code, and the last value still in them."""

    status: str = "BadNoCommunication"
    points: tuple[str, ...] = ()


class Unstamped(Fault, frozen=True, tag="unstamped"):
    """An OPC UA server gives values without a source time stamp."""

    points: tuple[str, ...] = ()


class OtherType(Fault, frozen=True, tag="other-type"):
    """A system gives values as text in place of numbers (a tag defined anew)."""

    points: tuple[str, ...] = ()


class ForeignCertificate(Fault, frozen=True, tag="foreign-certificate"):
    """Somebody else answers in the place of an OPC UA server: the same names, another certificate and key."""


class Locked(Fault, frozen=True, tag="locked"):
    """A writer keeps the database to itself: nobody can read."""


class CommittedLate(Fault, frozen=True, tag="committed-late"):
    """Rows get their numbers at once and are to be seen `after_s` seconds later, when higher ones have long been."""

    after_s: float


class Misnumbered(Fault, frozen=True, tag="misnumbered"):
    """Rows get the highest numbers that a column of 64 bits holds; those after go on where the others were."""


class Misdated(Fault, frozen=True, tag="misdated"):
    """Rows bear 1 January of this year, 00:00 local time, as writers that know no time put it (1: their zero date)."""

    year: int = 1


class Withheld(Fault, frozen=True, tag="withheld"):
    """The database refuses the reader: its right to the table is gone, or the table has another name."""


AnyFault = (
    Silent
    | Delayed
    | Late
    | Refusing
    | RefusingPoints
    | Busy
    | WrongTransaction
    | WrongUnit
    | WrongKind
    | Truncated
    | Garbage
    | Stuck
    | Sentinel
    | Jump
    | SignFlip
    | Ramp
    | Scaled
    | Calibrating
    | Current
    | Mute
    | MinimumGap
    | Restarting
    | Duplicate
    | Split
    | WrongFunction
    | Fewer
    | LostFollowUp
    | Preamble
    | ExtraOctets
    | Noise
    | BadCheck
    | WrongSequence
    | DeadClock
    | WrongClock
    | WrongLine
    | Omitted
    | Token
    | Stale
    | BadStatus
    | OtherType
    | ForeignCertificate
    | Locked
    | CommittedLate
    | Misnumbered
    | Misdated
    | Withheld
    | WrongRange
    | StatusBits
    | Unstamped
)


BY_KIND: dict[str, type[AnyFault]] = {str(each.__struct_config__.tag): each for each in get_args(AnyFault)}
"""Every kind of fault by its name."""

OF_ANSWERS = (Truncated, Garbage, Duplicate, Split, Stuck, Sentinel, Jump, Ramp, Scaled, SignFlip)
"""What can be wrong with any answer and the values in it, whatever the protocol."""


def kind_of(fault: Fault) -> str:
    """The fault's name, as in files and in the history."""
    return str(fault.__struct_config__.tag)


def detail_of(fault: Fault) -> dict[str, str]:
    """The fault's parameters as text, for the history."""
    shown: dict[str, str] = {}
    for name in fault.__struct_fields__:
        value = getattr(fault, name)
        shown[name] = ",".join(value) if isinstance(value, tuple) else str(value)
    return shown
