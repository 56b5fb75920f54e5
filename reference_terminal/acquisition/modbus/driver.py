"""Reading Modbus meters, whatever frames carry the requests: blocks of registers, then points.

Leaves frames to `modbus` (TCP) and `serial` (RTU, ASCII), contents to `decode`.
"""

from __future__ import annotations

from reference_terminal.acquisition.driver import Poll
from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.acquisition.line import Line
from reference_terminal.acquisition.modbus import analog, blocks, serial
from reference_terminal.acquisition.modbus import decode as decoding
from reference_terminal.acquisition.modbus.blocks import Block, own_of
from reference_terminal.acquisition.modbus.client import GatewayClient
from reference_terminal.acquisition.modbus.serial import FRAMINGS
from reference_terminal.model import reading
from reference_terminal.model.clock import WallClock
from reference_terminal.model.reading import Reading
from reference_terminal.model.seams import seam
from reference_terminal.settings.meters import MeterConfig


class BlockReader:
    """One unit and its plan of blocks; `_fetch` gets the octets of one."""

    def __init__(self, config: MeterConfig, first_point: int) -> None:
        self.config = config
        self._first_point = first_point
        self._plan = blocks.plan(config, first_point, own_of(config).max_gap)

    @seam
    async def read(self, slot_s: int | None, clock: WallClock, retries: int, wait_s: float | None = None) -> Poll:
        """Read every point once (see `Driver`)."""
        answers: list[bytes] = []
        failed: list[ReadFailed | None] = []
        hopeless: ReadFailed | None = None
        for block in self._plan.blocks:
            if hopeless is not None:
                failed.append(hopeless)
                answers.append(b"")
                continue
            try:
                answers.append(await self._fetch(block, retries, wait_s))
                failed.append(None)
            except ReadFailed as failure:
                if failure.illegal_address and block.holes:
                    self._plan = blocks.plan(self.config, self._first_point, 0)
                    return await self.read(slot_s, clock, retries, wait_s)
                answers.append(b"")
                failed.append(failure)
                hopeless = failure if failure.hopeless else None
        at_ms = clock.now_ms()
        stamp_s = at_ms // 1000 if slot_s is None else slot_s
        readings = [self._reading(point, stamp_s, at_ms, answers, failed) for point in self._plan.points]
        return Poll(readings, hopeless is not None)

    async def _fetch(self, block: Block, retries: int, wait_s: float | None) -> bytes:
        """The octets of a block's registers; raises ReadFailed after `retries` further tries."""
        raise NotImplementedError

    @seam
    def _reading(
        self,
        point: decoding.PointPlan,
        slot_s: int,
        at_ms: int,
        answers: list[bytes],
        failed: list[ReadFailed | None],
    ) -> Reading:
        for part in point.parts:
            failure = failed[part.block]
            if failure is not None:
                return Reading(point.point, slot_s, at_ms, None, "", reading.BAD, failure.cause)
        current = decoding.registers_of(point.config).analog
        if current is not None:
            return analog.decode(point, current, slot_s, at_ms, answers)
        return decoding.decode(point, slot_s, at_ms, answers)


class ModbusMeter(BlockReader):
    """A unit behind a Modbus TCP gateway."""

    def __init__(self, config: MeterConfig, first_point: int, client: GatewayClient) -> None:
        super().__init__(config, first_point)
        self.carrier = client

    async def _fetch(self, block: Block, retries: int, wait_s: float | None) -> bytes:
        return await self.carrier.read(self.config.own.bus_unit, block, retries, wait_s)


class SerialModbusMeter(BlockReader):
    """A unit on a serial line, in RTU or ASCII frames."""

    def __init__(self, config: MeterConfig, first_point: int, line: Line) -> None:
        super().__init__(config, first_point)
        self.carrier = line
        self._framing = FRAMINGS[config.protocol]
        self._unsure = False

    async def _fetch(self, block: Block, retries: int, wait_s: float | None) -> bytes:
        while True:
            try:
                await self._settle(block, wait_s)
                return await self._ask(block, wait_s)
            except ReadFailed as failure:
                self._unsure = self._unsure or failure.worth_retrying
                if retries <= 0 or not failure.worth_retrying:
                    raise
                retries -= 1

    @seam
    async def _ask(self, block: Block, wait_s: float | None) -> bytes:
        return await self.carrier.ask(serial.question(self._framing, self.config.own.bus_unit, block), wait_s)

    @seam
    async def _settle(self, block: Block, wait_s: float | None) -> None:
        """After a request without answer: ask for another number of registers first.

        These frames have no transaction number, but a unit answers one request after the other: once it has answered
        this one, whatever it owed has come and is gone.
        """
        if not self._unsure:
            return
        count = block.count - 1 if block.count > 1 else 2
        try:
            await self._ask(Block(block.function, block.address, count, True), wait_s)
        except ReadFailed as failure:
            if not failure.cause.startswith(reading.EXCEPTION):
                raise
        self._unsure = False
