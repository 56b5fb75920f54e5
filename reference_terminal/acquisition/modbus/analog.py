"""A current of 4 to 20 mA behind an analogue module becomes a quantity, judged by NAMUR NE 43 (facts 4.1).

Leaves reading the register to `driver` and its type to `decode`.
"""

from __future__ import annotations

from decimal import Decimal

from reference_terminal.acquisition.modbus import decode as decoding
from reference_terminal.acquisition.modbus.settings import AnalogConfig
from reference_terminal.model import numbers, reading, units
from reference_terminal.model.reading import BadContent, Reading

FAULT_LOW, VALID_LOW, VALID_HIGH, FAULT_HIGH = Decimal("3.6"), Decimal("3.8"), Decimal("20.5"), Decimal("21.0")
"""mA: at and beyond the fault limits there is no measurement, between fault and validity limits it is questionable."""
_CONTEXT = numbers.CONTEXT


def current(config: AnalogConfig, raw: Decimal) -> Decimal:
    """mA of a raw number: linear over the module's range, beyond its ends too."""
    # Divided last: a third of a range times three must be the range, or a limit would be missed by its last digit.
    span = _CONTEXT.subtract(config.current_high, config.current_low)
    product = _CONTEXT.multiply(_CONTEXT.subtract(raw, config.raw_low), span)
    return _CONTEXT.add(
        config.current_low, _CONTEXT.divide(product, _CONTEXT.subtract(config.raw_high, config.raw_low))
    )


def fault(config: AnalogConfig, milliamperes: Decimal) -> str:
    """Why a current is no measurement; empty if it is one. Without a live zero a broken wire cannot be told from 0."""
    if config.zero and milliamperes <= FAULT_LOW:
        return reading.BROKEN_WIRE
    return reading.OVER_CURRENT if milliamperes >= FAULT_HIGH else ""


def doubt(config: AnalogConfig, milliamperes: Decimal) -> str:
    """What makes a measurement questionable; empty if nothing does."""
    if config.zero and milliamperes < VALID_LOW:
        return reading.LOW_SIGNAL
    return reading.HIGH_SIGNAL if milliamperes > VALID_HIGH else ""


def quantity(config: AnalogConfig, milliamperes: Decimal) -> Decimal:
    """The quantity of a current, unrounded: `zero` is `low`, 20 mA is `high`; root and low-flow cut-off applied."""
    part = _CONTEXT.subtract(milliamperes, config.zero)
    whole = _CONTEXT.subtract(Decimal(20), config.zero)
    span = _CONTEXT.subtract(config.high, config.low)
    if config.root:
        share = _CONTEXT.divide(part, whole)
        rise = _CONTEXT.multiply(share.sqrt(_CONTEXT) if share > 0 else Decimal(0), span)
    else:
        rise = _CONTEXT.divide(_CONTEXT.multiply(part, span), whole)
    value = _CONTEXT.add(config.low, rise)
    return config.low if config.cutoff is not None and value < config.cutoff else value


def decode(plan: decoding.PointPlan, config: AnalogConfig, slot_s: int, at_ms: int, blocks: list[bytes]) -> Reading:
    """The reading of one point from the octets of its meter's blocks, rounded half up to the point's decimals."""
    pieces = [blocks[p.block][2 * p.offset : 2 * (p.offset + p.count)] for p in plan.parts]
    raw = "".join([piece.hex() for piece in pieces]).upper()

    def bad(cause: str) -> Reading:
        return Reading(plan.point, slot_s, at_ms, None, raw, reading.BAD, cause)

    if decoding.is_sentinel(plan, raw):
        return bad(reading.SENTINEL)
    try:
        milliamperes = current(config, decoding.value_of(plan, pieces))
    except BadContent as error:
        return bad(str(error))
    cause = fault(config, milliamperes)
    if cause:
        return bad(cause)
    point = plan.config
    value = quantity(config, milliamperes)
    valid = decoding.in_range(point, value)
    value = units.converted(decoding.scaled(value, point.ratio), point.convert, point.decimals)
    value = numbers.rounded(value, point.decimals)
    if not valid:
        return Reading(plan.point, slot_s, at_ms, value, raw, reading.BAD, reading.RANGE)
    doubtful = doubt(config, milliamperes)
    quality = reading.QUESTIONABLE if doubtful else reading.GOOD
    return Reading(plan.point, slot_s, at_ms, value, raw, quality, doubtful)
