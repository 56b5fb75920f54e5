"""Grouping a meter's registers into as few requests as sensible.

Leaves sending them to `modbus`.
"""

from __future__ import annotations

from dataclasses import dataclass

from reference_terminal.acquisition.modbus.decode import PointPlan, point_plan, registers_of
from reference_terminal.acquisition.modbus.settings import TYPES, ModbusOwn
from reference_terminal.settings.meters import MeterConfig


@dataclass(frozen=True)
class Block:
    """One read request: function 3 or 4, first register, number of registers; `holes`: it spans unwanted registers."""

    function: int
    address: int
    count: int
    holes: bool


@dataclass(frozen=True)
class MeterPlan:
    """The requests of one poll and how to decode every point from their answers."""

    blocks: tuple[Block, ...]
    points: tuple[PointPlan, ...]


def own_of(meter: MeterConfig) -> ModbusOwn:
    """What only Modbus says of a meter."""
    assert isinstance(meter.own, ModbusOwn)
    return meter.own


def plan(meter: MeterConfig, first_point: int, max_gap: int) -> MeterPlan:
    """Plan a meter whose first point has the number `first_point`; bridges at most `max_gap` unwanted registers."""
    fields: dict[tuple[int, int, int], None] = {}
    for registers in map(registers_of, meter.points):
        for part in registers.parts:
            fields[(registers.function, part.address, TYPES[part.type])] = None
    blocks: list[Block] = []
    for function, address, count in sorted(fields):
        end = address + count
        last = blocks[-1] if blocks else None
        if last is not None and joins(last, function, address, end, max_gap, own_of(meter).max_registers):
            holes = last.holes or address > last.address + last.count
            blocks[-1] = Block(function, last.address, max(last.count, end - last.address), holes)
        else:
            blocks.append(Block(function, address, count, False))
    points: list[PointPlan] = []
    for number, point in enumerate(meter.points):
        registers = registers_of(point)
        places = [_place(blocks, registers.function, part.address) for part in registers.parts]
        points.append(point_plan(first_point + number, point, places))
    return MeterPlan(tuple(blocks), tuple(points))


def joins(last: Block, function: int, address: int, end: int, max_gap: int, max_registers: int) -> bool:
    """Whether registers up to `end` belong into the same request as `last`."""
    return (
        last.function == function
        and address - (last.address + last.count) <= max_gap
        and max(end, last.address + last.count) - last.address <= max_registers
    )


def _place(blocks: list[Block], function: int, address: int) -> tuple[int, int]:
    for number, block in enumerate(blocks):
        if block.function == function and block.address <= address < block.address + block.count:
            return number, address - block.address
    raise AssertionError("every field lies in a block")
