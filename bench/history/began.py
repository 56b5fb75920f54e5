"""What stood on the bench and under which rules the case is judged: the first event of a record, and a platform's park.

Leaves what happens to `events`. All readings are decimal text.
"""

from __future__ import annotations

import msgspec

from bench.history.accounting import Emitter
from simulators.events import Event


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One measured quantity of one meter as the terminal is told to read it.

    `kind` is counter (a register that accumulates) or instant. `decimals` is the number of decimals the meter shows, -1
    for a binary floating-point register. `modulus` is the value at which a counter starts again at 0 (R-19), empty if
    none. `rated_per_h` is the largest increase an hour. `low` and `high` bound valid readings (R-20). `type` is the
    register type (u16, u32, s32, f32, ...). All numbers are decimal text in `unit`. `ratio` (CT x PT) is what a
    register must be multiplied by to give the quantity; the other numbers are those of the quantity.
    """

    id: str
    meter: str
    kind: str
    unit: str
    decimals: int = -1
    modulus: str = ""
    rated_per_h: str = ""
    low: str = ""
    high: str = ""
    type: str = ""
    ratio: str = "1"


class MeterSetup(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A meter on the bench: its register map, address, and the polling period (s) the terminal was told to keep.

    `terminal` is the slave that it is behind; empty: the terminal on test.
    """

    name: str
    map: str
    address: str
    unit: int
    period_s: float
    terminal: str = ""


class CentreSetup(msgspec.Struct, frozen=True, kw_only=True):
    """A centre and what the terminal was told to send there.

    `codes` maps point id to the code on the wire. `minute_interval` is in minutes, `realtime_interval_s` in seconds (0:
    no real-time data). `kinds` are the classes whose completeness is judged: minute, hour, day, and realtime only if
    the profile uses it for the 15-minute index (R-25). `kind`, `channel` and `payload` are those of
    `simulators.centres.spec`; `upload_time` opens the daily window of a centre that has one (HH:mm:ss). `figures` maps
    names of emission figures to their codes on the wire, where these are not the plain ones of `Began.emission_codes`.
    """

    name: str
    mn: str
    codes: dict[str, str]
    minute_interval: int
    realtime_interval_s: int
    kinds: tuple[str, ...]
    over_time_s: int = 10
    re_count: int = 3
    kind: str = "hj212"
    channel: str = "plain"
    payload: str = "clear"
    upload_time: str = ""
    figures: dict[str, str] = {}


class DerivedPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A point that the terminal was told to compute from others; fields as in `bench.layout.scenario.Derived`.

    `codes` maps centre to the code on the wire.
    """

    id: str
    operation: str
    of: tuple[str, ...]
    unit: str
    kind: str
    decimals: int
    factor: str = "1"
    weights: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    part: int = 1
    codes: dict[str, str] = {}


class Began(Event, frozen=True, tag="began"):
    """First event: what stood on the bench and under which rules the case is judged.

    `parameters` are the values of the rulings in force that differ or matter (name → text). `claims` are the answers of
    the capability statement that the case depends on (question → yes, no, unanswered). `declared` are its maxima (name
    → text) where the case reckons with them. `units` are those in which points are to be kept, where another than the
    meter's. `codes` are the maker's codes of the events that it looks for in the log or among the alarms
    (`bench.case.Notice` → codes; an event that the profile does not map is absent).
    `accelerated`: so many times faster than the wall clock world and program ran; all times are the world's.
    `emitter` is the boundary that the terminal was told to account for, `emission_codes` the codes of its figures at
    every centre by `Figure.name`.
    `item` is the specimen as its profile names it, `kind` what it is (platform; empty: a terminal). `opening` is the
    SM3 of the statement that the laboratory signed before this attempt; empty in an unsigned run.
    """

    case: str
    seed: int
    commit: str
    terminal: str
    rig: str
    points: tuple[Point, ...]
    meters: tuple[MeterSetup, ...]
    centres: tuple[CentreSetup, ...]
    parameters: dict[str, str] = {}
    claims: dict[str, str] = {}
    declared: dict[str, str] = {}
    derived: tuple[DerivedPoint, ...] = ()
    units: dict[str, str] = {}
    codes: dict[str, tuple[str, ...]] = {}
    accelerated: int = 1
    emitter: Emitter | None = None
    emission_codes: dict[str, str] = {}
    item: dict[str, str] = {}
    kind: str = ""
    opening: str = ""


class ParkPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A point of a park as the platform is told of it (`bench.layout.park.Measured`).

    `code` is its code on the wire of `sender` (`mn`), `sent_unit` the unit of what is sent, `unit` that in which the
    platform keeps it, `decimals` the resolution of its instrument.
    """

    id: str
    enterprise: str
    sender: str
    mn: str
    code: str
    kind: str
    carrier: str
    source_class: str
    unit: str
    sent_unit: str
    decimals: int
    process: str = ""
    facility: str = ""
    product: str = ""
    low: str = ""
    high: str = ""


class ParkSender(msgspec.Struct, frozen=True, kw_only=True):
    """A simulated terminal of a park: its way, channel, and what it tells how often (s, min)."""

    name: str
    mn: str
    kind: str
    channel: str
    classes: tuple[str, ...]
    realtime_s: int
    minute_interval: int


class ParkStands(Event, frozen=True, tag="park"):
    """What of a park stands around a platform on test."""

    park: str
    points: tuple[ParkPoint, ...] = ()
    senders: tuple[ParkSender, ...] = ()
