"""A data centre of the bench's world as tables of the reference terminal's configuration.

Leaves meters to reference_meters and the terminal itself to reference.
"""

from __future__ import annotations

from typing import Any

from bench.terminals import Seat
from simulators.centres.spec import CentreSpec


def centre_of(seat: Seat, spec: CentreSpec) -> dict[str, Any]:
    """One centre, with the codes of all points that go there."""
    rows = seat.site.points.values()
    return {
        "id": spec.name,
        "host": spec.host,
        "port": spec.port,
        "mn": spec.mn,
        "pw": spec.pw,
        "st": spec.st,
        "uploads": [*(["2011"] if spec.realtime_interval_s else []), "2051", "2061", "2031"],
        **({"realtime_s": spec.realtime_interval_s} if spec.realtime_interval_s else {}),
        "minute_interval": spec.minute_interval,
        "overtime_s": spec.over_time_s,
        "recount": spec.re_count,
        "buffer_h": seat.settings["buffer_h"],
        "codes": {row.id: row.codes[spec.name] for row in rows if spec.name in row.codes},
    }
