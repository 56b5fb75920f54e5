"""How much of a line's time its meters take: computed from speed, frame lengths, turnaround, gaps and periods (R-11).

Leaves refusing a plan to `carriers` and what a protocol sends to its descriptor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from reference_terminal.model.times import DAY_S
from reference_terminal.settings.lines import LineConfig
from reference_terminal.settings.meters import MeterConfig
from reference_terminal.settings.protocols import protocols

LIMIT_PERCENT = 80
"""Planned occupancy beyond this is refused (R-11)."""


@dataclass(frozen=True)
class Share:
    """What one meter takes: `poll_s` seconds of the line every `period_s`."""

    meter: str
    poll_s: Decimal
    period_s: int

    @property
    def percent(self) -> Decimal:
        """Of the line's time."""
        return 100 * self.poll_s / self.period_s


@dataclass(frozen=True)
class Load:
    """The shares of a line, largest first, and the period (s, a divisor of a day) with which all would fit; 0: none."""

    shares: tuple[Share, ...]
    relief_s: int

    @property
    def percent(self) -> Decimal:
        """Of the line's time, all meters together."""
        return sum((share.percent for share in self.shares), Decimal(0))


def of_line(line: LineConfig, meters: Sequence[MeterConfig]) -> Load:
    """The load of a line with these meters, each answering as usual."""
    shares = [
        Share(meter.id, poll_s(line, meter), protocols()[meter.protocol].asked_every_s(meter)) for meter in meters
    ]
    shares.sort(key=lambda share: (-share.percent, share.meter))
    total_s = sum((share.poll_s for share in shares), Decimal(0))
    needed_s = int((100 * total_s / LIMIT_PERCENT).to_integral_value(rounding=ROUND_CEILING))
    relief_s = next((period_s for period_s in range(max(needed_s, 1), 10_801) if DAY_S % period_s == 0), 0)
    return Load(tuple(shares), relief_s)


def poll_s(line: LineConfig, meter: MeterConfig) -> Decimal:
    """Seconds one poll of a meter takes: for every request its octets, the meter's delay, the answer and the rest."""
    rest_s = max(line.turnaround_s, Decimal("3.5") * line.octet_s)
    total_s = Decimal(0)
    for asked, answered in protocols()[meter.protocol].exchanges(meter):
        total_s += (asked + answered) * line.octet_s + line.response_s + rest_s
    return total_s
