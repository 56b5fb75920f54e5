"""One Modbus TCP connection to a gateway, through pymodbus: connect, back off, one request at a time, retry.

Leaves when to read to `poller` and the meaning of registers to `decode`. Retries are made here with a transaction id of
their own, so that a late answer to an earlier request is never taken for the answer to this one.
"""

from __future__ import annotations

import asyncio
import logging
import random as random_module
from collections.abc import Callable
from typing import Any

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ModbusPDU
from pymodbus.pdu.register_message import ReadHoldingRegistersRequest, ReadInputRegistersRequest

from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.acquisition.line import Heard
from reference_terminal.acquisition.modbus.blocks import Block
from reference_terminal.acquisition.modbus.pdu import HoldingRegisters, InputRegisters, Registers
from reference_terminal.model import reading
from reference_terminal.model.seams import seam
from reference_terminal.settings.meters import GatewayConfig

logging.getLogger("pymodbus").addHandler(logging.NullHandler())


class GatewayClient:
    """A connection kept as long as it works; after a failed connect the next try waits 1, 2, 4 … 60 s with jitter."""

    def __init__(self, config: GatewayConfig, random: random_module.Random) -> None:
        self.config = config
        self.bus = asyncio.Lock()
        self._random = random
        self._loop = asyncio.get_running_loop()
        self._turnaround_s = float(config.turnaround_s)
        self._timeout_s = float(config.timeout_s)
        self._failures = 0
        self._not_before_s = 0.0
        self._idle_since_s = -1e9
        self.watch: Callable[[Heard], None] | None = None
        self._client = AsyncModbusTcpClient(
            config.host,
            port=config.port,
            name=config.id,
            timeout=self._timeout_s,
            retries=0,
            reconnect_delay=0,
            trace_packet=self._traced,
        )
        self._client.register(HoldingRegisters)
        self._client.register(InputRegisters)

    def _traced(self, sent: bool, octets: bytes) -> bytes:
        """What goes to and from the gateway, as it is, for whoever watches it."""
        if self.watch is not None:
            self.watch(Heard(sent, octets))
        return octets

    @property
    def connected(self) -> bool:
        """Whether there is a TCP connection."""
        return self._client.connected

    @property
    @seam
    def shared_timeout_s(self) -> float | None:
        """How long one silent unit keeps all others waiting."""
        return self._timeout_s

    def close(self) -> None:
        """Drop the connection."""
        self._client.close()

    def pause_s(self) -> float:
        """How long to leave a gateway alone that could not be reached."""
        config = self.config
        pause = min(float(config.reconnect_max_s), float(config.reconnect_min_s) * 2 ** min(self._failures - 1, 16))
        return pause * (0.8 + 0.2 * self._random.random())

    async def connect(self) -> bool:
        """Whether there is a connection now; tries at most once, and not during a pause."""
        if self._client.connected:
            return True
        if self._loop.time() < self._not_before_s:
            return False
        connected = await self._client.connect()
        self.heed_cancel()
        if connected:
            self._failures = 0
            return True
        self._failures += 1
        self._not_before_s = self._loop.time() + self.pause_s()
        return False

    def heed_cancel(self) -> None:
        """Raise the cancellation of this task that pymodbus may have swallowed.

        Its `asyncio.wait_for` (Python 3.11) returns the answer instead of raising when both come at the same moment.
        """
        task = asyncio.current_task(self._loop)
        if task is not None and task.cancelling():
            raise asyncio.CancelledError

    async def read(self, unit: int, block: Block, retries: int, patience_s: float | None = None) -> bytes:
        """The octets of a block's registers; raises ReadFailed after `retries` further tries.

        `patience_s` bounds how long each answer is waited for (None: the gateway's `timeout_s`).
        """
        while True:
            try:
                return await self._once(unit, block, patience_s)
            except ReadFailed as failure:
                if retries <= 0 or not self.worth_retrying(failure):
                    raise
                retries -= 1

    def worth_retrying(self, failure: ReadFailed) -> bool:
        """Whether the same request may fare better at once: not after an exception or without a connection."""
        return failure.cause in (reading.TIMEOUT, reading.BAD_FRAME)

    @seam
    async def _once(self, unit: int, block: Block, patience_s: float | None) -> bytes:
        if not self._client.connected and not await self.connect():
            raise ReadFailed(reading.NO_CONNECTION)
        if self._turnaround_s:
            rest_s = self._idle_since_s + self._turnaround_s - self._loop.time()
            if rest_s > 0:
                await asyncio.sleep(rest_s)
        kind = ReadHoldingRegistersRequest if block.function == 3 else ReadInputRegistersRequest
        request = kind(address=block.address, count=block.count, dev_id=unit)
        # The library counts the answers that did not come and drops a dead connection after several; only its way of
        # waiting, a task's turn and three objects for each answer, is not taken.
        limits: Any = self._client.ctx.comm_params
        limits.timeout_connect = None
        least_s = self._timeout_s if patience_s is None else min(patience_s, self._timeout_s)
        limit = self._loop.call_later(least_s, self._give_up)
        try:
            answer: ModbusPDU = await self._client.execute(False, request)
        except (ModbusException, OSError):
            raise ReadFailed(reading.TIMEOUT if self._client.connected else reading.NO_CONNECTION) from None
        except asyncio.CancelledError:
            # pymodbus may cancel the request itself when the connection goes; only a cancel of this task goes on.
            self.heed_cancel()
            raise ReadFailed(reading.NO_CONNECTION) from None
        finally:
            limit.cancel()
            limits.timeout_connect = self._timeout_s
            self._idle_since_s = self._loop.time()
        self.heed_cancel()
        if not self.answers(request, answer):
            raise ReadFailed(reading.BAD_FRAME)
        if answer.isError():
            code = int(getattr(answer, "exception_code", 0))
            raise ReadFailed(f"{reading.EXCEPTION} {code}", code)
        if not isinstance(answer, Registers) or len(answer.octets) != 2 * block.count:
            raise ReadFailed(reading.BAD_FRAME)
        return answer.octets

    def _give_up(self) -> None:
        """No answer came in time."""
        waiting = self._client.ctx.response_future
        if not waiting.done():
            waiting.set_exception(TimeoutError())

    @seam
    def answers(self, request: ModbusPDU, answer: ModbusPDU) -> bool:
        """Whether `answer` belongs to `request`: same transaction, unit and function."""
        return (
            answer.transaction_id == request.transaction_id
            and answer.dev_id == request.dev_id
            and answer.function_code & 0x7F == request.function_code
        )
