"""What can be wrong with a meter, as data: silence, spoiled frames, wrong values, a wrong clock.

Leaves to others: doing it (`modbus`) and deciding when (a case, a world file). One fault of each kind may be on at a
time. `points` limits a fault of values to these points of the meter; empty means all of them.
"""

from __future__ import annotations

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
    """Registers hold the device's mark for "no value" (NaN for floats, else the map's sentinel or all bits one)."""

    points: tuple[str, ...] = ()


class Jump(Fault, frozen=True, tag="jump"):
    """Values are `by` (decimal text in the register's unit) more than the truth."""

    by: str
    points: tuple[str, ...] = ()


class SignFlip(Fault, frozen=True, tag="sign-flip"):
    """Instantaneous values change sign (a current transformer put in the wrong way round)."""

    points: tuple[str, ...] = ()


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
    """The device's own clock is off by `offset_s` now and gains `drift_ppm` parts per million from now on."""

    offset_s: int = 0
    drift_ppm: int = 0


AnyFault = (
    Silent
    | Delayed
    | Late
    | Refusing
    | Busy
    | WrongTransaction
    | WrongUnit
    | Truncated
    | Garbage
    | Stuck
    | Sentinel
    | Jump
    | SignFlip
    | Preamble
    | ExtraOctets
    | Noise
    | BadCheck
    | WrongSequence
    | DeadClock
    | WrongClock
)


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
