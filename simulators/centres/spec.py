"""A data centre of a world as data: reading it from a world file, and building it.

Leaves what a centre does to its own module.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from simulators.centres.hj212 import Centre
from simulators.clock import Clock, Observe
from simulators.tables import NAME, Table


@dataclass(frozen=True)
class CentreSpec:
    """A data centre and what it expects of its terminal (intervals: minutes and seconds; 0 s: no real-time data)."""

    name: str
    host: str
    port: int
    mn: str
    pw: str = "123456"
    st: str = "31"
    minute_interval: int = 15
    realtime_interval_s: int = 0
    over_time_s: int = 10
    re_count: int = 3


def read_centre(table: Table) -> CentreSpec:
    """One centre of a world file; its problems go into the table."""
    centre = CentreSpec(
        name=table.text("name", pattern=NAME, hint="a name of letters, digits, - _ ."),
        host=table.text("host"),
        port=table.integer("port", 1, 65535),
        mn=table.text("mn", pattern=r"[0-9A-Za-z]{1,24}", hint="1 to 24 letters and digits"),
        pw=table.text("pw", "123456", pattern=r"[0-9A-Za-z]{6}", hint="6 letters and digits"),
        st=table.text("st", "31", pattern=r"[0-9A-Z]{2}", hint="2 characters 0-9A-Z"),
        minute_interval=table.integer("minute_interval", 1, 30, 15),
        realtime_interval_s=table.integer("realtime_interval_s", 0, 3600, 0),
        over_time_s=table.integer("over_time_s", 1, 99, 10),
        re_count=table.integer("re_count", 1, 99, 3),
    )
    if centre.minute_interval not in (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30):
        table.problem("minute_interval", f"{centre.minute_interval} does not divide the hour (HJ 212 table 4)")
    if 0 < centre.realtime_interval_s < 30:
        table.problem("realtime_interval_s", f"expected 0 (off) or 30 to 3600, got {centre.realtime_interval_s}")
    table.finish()
    return centre


def build_centre(spec: CentreSpec, *, clock: Clock, chance: random.Random, observe: Observe) -> Centre:
    """The centre that a description asks for; it listens once started."""
    return Centre(
        spec.name,
        spec.host,
        spec.port,
        mn=spec.mn,
        pw=spec.pw,
        st=spec.st,
        clock=clock,
        chance=chance,
        observe=observe,
        over_time_s=spec.over_time_s,
        re_count=spec.re_count,
        realtime_interval_s=spec.realtime_interval_s,
        minute_interval=spec.minute_interval,
    )
