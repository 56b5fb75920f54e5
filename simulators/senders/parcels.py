"""What is under way: records gathered into parcels, each of which is one packet on the wire and is answered as one.

Leaves to others: when records are made (`measuring`), how a parcel looks on the wire (the kinds), what becomes of it
(`sender`).
"""

from __future__ import annotations

from dataclasses import dataclass

Fields = tuple[tuple[str, str], ...]
"""What a record says of its period or instant: Rtd, or Cou, or Avg, Min and Max, as decimal text."""


@dataclass(slots=True)
class Entry:
    """One record of one point; `flag` is a letter of HJ 212-2017 table 8."""

    code: str
    fields: Fields
    flag: str = "N"
    unit: str = ""


@dataclass(slots=True)
class Parcel:
    """Records of one class and one period (or instant), which travel together.

    `number` counts the parcels of a sender, `start_us` and `end_us` are equal for samples. `key` is by what the
    platform's answer names it, given when first sent. `pnum` and `pno` are those of a packet that was too long for one.
    `fault` names what was done to it on purpose; `spoilt` what was done to its octets when it last went out; `once` is
    of one that is never sent again, `original` the parcel whose key it repeats.
    """

    number: int
    kind: str
    start_us: int
    end_us: int
    made_us: int
    entries: tuple[Entry, ...]
    pnum: int = 0
    pno: int = 0
    key: str = ""
    attempts: int = 0
    sent_us: int = -1
    fault: str = ""
    revision: int = 0
    once: bool = False
    spoilt: str = ""
    original: Parcel | None = None
