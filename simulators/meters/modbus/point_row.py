"""A point of a Modbus device in the point table: where its registers are and what they mean.

Leaves what all points have to `world.points`.
"""

from __future__ import annotations

import msgspec

from simulators.meters.maps import Register
from simulators.meters.point_rows import OwnRow


class LoopPart(msgspec.Struct, frozen=True, kw_only=True):
    """The analogue loop behind a point: a raw number of 0 is `zero_ma`, `full` is 20 mA; `low` is the value at 4 mA.

    Without `live_zero` the value `low` is at 0 mA. `high` is the value at 20 mA, `root` a square-root transmitter.
    """

    low: str
    high: str
    full: int
    zero_ma: int
    live_zero: bool
    root: bool


class PointPart(msgspec.Struct, frozen=True, kw_only=True):
    """Registers of a point: wire address (0-based), number of registers, type, octet order, factor in the whole."""

    address: int
    count: int
    type: str
    order: str
    factor: str


class RegistersRow(OwnRow, frozen=True, kw_only=True):
    """The value is the sum of the parts (raw number times the point's scale for whole types, times the part's factor).

    `order` is that of the last part. `gaps` says what the device does with a read across unused registers:
    exception or zero. The value of a point with a `loop` is what its raw number means, rounded half to even.
    """

    unit_id: int = 1
    fc: int = 0
    parts: tuple[PointPart, ...] = ()
    order: str = ""
    gaps: str = "exception"
    loop: LoopPart | None = None

    def listed(self, point: str) -> str:
        """With its function code and first register."""
        return f"{point}@{self.fc}:{self.parts[0].address}"


def row_of(unit: int, gaps: str, register: Register) -> RegistersRow:
    """The row of a register of the device with this unit id."""
    loop = register.loop
    return RegistersRow(
        unit_id=unit,
        fc=register.fc[0],
        parts=tuple(
            PointPart(address=part.address, count=part.count, type=part.type, order=part.order, factor=part.factor)
            for part in register.parts
        ),
        order=register.parts[-1].order,
        gaps=gaps,
        loop=None
        if loop is None
        else LoopPart(
            low=loop.low,
            high=loop.high,
            full=loop.full,
            zero_ma=loop.zero_ma,
            live_zero=loop.live_zero,
            root=loop.root,
        ),
    )
