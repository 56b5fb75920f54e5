"""How much of a line's time its meters take: computed from speed, frame lengths, turnaround, gaps and periods (R-11).

Leaves refusing a plan to `settings.carriers`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from reference_terminal.acquisition.dlt645 import plan as dlt645_plan
from reference_terminal.acquisition.modbus import blocks
from reference_terminal.acquisition.scale.loads import WATCH_S
from reference_terminal.model import cjt188_layouts as layouts
from reference_terminal.model.times import DAY_S
from reference_terminal.settings.lines import LineConfig
from reference_terminal.settings.meters import MeterConfig
from reference_terminal.settings.serial_meters import CJT188, DLT645

LIMIT_PERCENT = 80
"""Planned occupancy beyond this is refused (R-11)."""
_DLT645_FRAME, _CJT188_FRAME, _RTU_REQUEST, _RTU_ANSWER = 12, 13, 8, 5
_PREAMBLE = 4
_SCALE_OCTETS = 24


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
        Share(meter.id, poll_s(line, meter), min(meter.period_s, WATCH_S) if meter.counts else meter.period_s)
        for meter in meters
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
    for asked, answered in exchanges(meter):
        total_s += (asked + answered) * line.octet_s + line.response_s + rest_s
    return total_s


def exchanges(meter: MeterConfig) -> list[tuple[int, int]]:
    """Octets of every request and its answer in one poll."""
    if meter.protocol in DLT645:
        short = 2 if meter.protocol == "dlt645-1997" else 4
        return [
            (meter.serial.preamble + _DLT645_FRAME + short, _PREAMBLE + _DLT645_FRAME + short + request.octets)
            for request in dlt645_plan.requests(meter)
        ]
    if meter.protocol in CJT188:
        answers = dict.fromkeys(point.serial.identifier for point in meter.points if point.serial is not None)
        return [
            (meter.serial.preamble + _CJT188_FRAME + 3, _PREAMBLE + _CJT188_FRAME + 3 + _octets(meter, identifier))
            for identifier in answers
        ]
    if not meter.registers:
        return [(5, _SCALE_OCTETS)]
    plan = blocks.plan(meter, 0, meter.max_gap)
    rtu = [(_RTU_REQUEST, _RTU_ANSWER + 2 * block.count) for block in plan.blocks]
    if meter.protocol != "modbus-ascii":
        return rtu
    # Two characters an octet, colon, one octet of check in place of two, CR LF.
    return [(2 * asked + 1, 2 * answered + 1) for asked, answered in rtu]


def _octets(meter: MeterConfig, identifier: str) -> int:
    serial = meter.serial
    return layouts.width(layouts.fields_named(serial.layout, serial.fields, serial.kind, identifier))
