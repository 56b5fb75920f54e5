"""Speed of the virtual world: Modbus polls and bare callbacks per second of wall time, beside looptime and asyncio.

Leaves judging the numbers to the reader. Wall time is read here, where nothing is decided by it.

    python benchmarks/virtual_polls.py [--json] [--rounds N]

1. `polls`: real pymodbus clients and servers, 29 circuits, one poll a virtual minute, over the simulated network.
2. `looptime`: the same clients and servers on looptime's loop, over real loopback sockets, in the same run.
3. `floor`: pymodbus's own work for one poll (encode, decode, transaction bookkeeping) with the two ends joined directly
   by function calls on the virtual loop: what would be left if network and clock cost nothing.
4. `two_days`: 29 circuits, one poll a minute, 48 h.
5. `ours`: the same clients and polls as in 1, but of the simulated meters that cases have, whose codec is their own:
   what a poll costs where only one end is pymodbus.
6. `callbacks`: `call_soon` chains on the virtual loop and on asyncio's.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import logging
import random
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import looptime
from pymodbus.client import AsyncModbusTcpClient
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.virtual.domain import Domain
from bench.virtual.loop import VirtualLoop, finish
from bench.virtual.network import Network
from simulators.clock import seeded
from simulators.meters.maps import shipped_map
from simulators.meters.modbus.device import Binding, ModbusMeter
from simulators.meters.modbus.tcp import Gateway
from simulators.plant import Works

START_US = 1_772_380_800_000_000
CIRCUITS = 29
REGISTERS = 10
FIRST_PORT = 15_200


def meter() -> SimDevice:
    """A meter with a hundred registers."""
    return SimDevice(1, simdata=[SimData(0, values=list(range(100)), datatype=DataType.REGISTERS)])


async def poll(host: str, port: int, count: int, period_s: float) -> int:
    """Read ten registers `count` times, one reading a period; how many were right."""
    loop = asyncio.get_running_loop()
    client = AsyncModbusTcpClient(host, port=port)
    if not await client.connect():
        raise ConnectionError(f"no meter at {host}:{port}")
    right = 0
    due = loop.time()
    for _ in range(count):
        reply = await client.read_holding_registers(0, count=REGISTERS, device_id=1)
        right += reply.registers == list(range(REGISTERS))
        due += period_s
        await asyncio.sleep(due - loop.time())
    client.close()
    return right


async def over_the_simulated_network(loop: VirtualLoop, count: int) -> int:
    """29 meters, each a host and a domain of its own, 0.5 ms away."""
    net = Network(loop)
    terminal = Domain("terminal", loop=loop)
    net.host("terminal", "10.0.0.2", domain=terminal)
    net.link("field", latency_s=0.0005)

    async def serve() -> None:
        await ModbusTcpServer(meter(), address=("", 502)).serve_forever(background=True)

    for number in range(CIRCUITS):
        domain = Domain(f"meter{number}", loop=loop)
        net.host(domain.name, f"10.0.1.{number + 1}", domain=domain)
        net.path("terminal", domain.name, ["field"])
        await domain.run(serve())
    tasks = [terminal.create_task(poll(f"10.0.1.{number + 1}", 502, count, 60.0)) for number in range(CIRCUITS)]
    return sum(await asyncio.gather(*tasks))


async def of_simulated_meters(loop: VirtualLoop, count: int) -> int:
    """29 simulated meters, each its own gateway, as far away: the registers of a works that moves."""
    net = Network(loop)
    terminal = Domain("terminal", loop=loop)
    net.host("terminal", "10.0.0.2", domain=terminal)
    net.link("field", latency_s=0.0005)
    works = Works(seeded(1), START_US, CIRCUITS)

    class WorldClock:
        """The clock of the world."""

        def now_us(self) -> int:
            """Microseconds UTC."""
            return START_US + round(loop.time() * 1e6)

    clock = WorldClock()
    for number in range(CIRCUITS):
        domain = Domain(f"meter{number}", loop=loop)
        net.host(domain.name, f"10.0.1.{number + 1}", domain=domain)
        net.path("terminal", domain.name, ["field"])
        meter = ModbusMeter(
            domain.name,
            1,
            shipped_map("sdm630"),
            works,
            clock=clock,
            chance=random.Random(1),
            observe=lambda event: None,
            source=f"e{number + 1:02d}",
            bindings=[Binding("u", "voltage_l1"), Binding("p", "power")],
        )
        await domain.run(Gateway("", 502, [meter], clock=clock, observe=lambda event: None).start())
    tasks = [terminal.create_task(read(f"10.0.1.{number + 1}", 502, count, 60.0)) for number in range(CIRCUITS)]
    return sum(await asyncio.gather(*tasks))


async def read(host: str, port: int, count: int, period_s: float) -> int:
    """Read ten registers `count` times, whatever is in them; how many answers were whole."""
    loop = asyncio.get_running_loop()
    client = AsyncModbusTcpClient(host, port=port)
    if not await client.connect():
        raise ConnectionError(f"no meter at {host}:{port}")
    right = 0
    due = loop.time()
    for _ in range(count):
        reply = await client.read_input_registers(0, count=REGISTERS, device_id=1)
        right += len(reply.registers) == REGISTERS
        due += period_s
        await asyncio.sleep(due - loop.time())
    client.close()
    return right


async def over_loopback(count: int) -> int:
    """The same on real sockets."""
    servers = [ModbusTcpServer(meter(), address=("127.0.0.1", FIRST_PORT + number)) for number in range(CIRCUITS)]
    for server in servers:
        await server.serve_forever(background=True)
    right = sum(
        await asyncio.gather(*(poll("127.0.0.1", FIRST_PORT + number, count, 60.0) for number in range(CIRCUITS)))
    )
    for server in servers:
        await server.shutdown()
    return right


class Wire(asyncio.Transport):
    """A transport that hands octets to the other end within the call."""

    def __init__(self) -> None:
        super().__init__()
        self.peer: Wire = self
        self.protocol: Any = None

    def write(self, data: Any) -> None:
        """Deliver at once."""
        self.peer.protocol.data_received(bytes(data))

    def close(self) -> None:
        """Nothing to give back."""

    def is_closing(self) -> bool:
        """Never."""
        return False


async def joined_directly(loop: VirtualLoop, count: int) -> int:
    """29 clients and servers without a network between them."""
    Network(loop)

    async def pair(number: int) -> int:
        ends = [Wire(), Wire()]
        ends[0].peer, ends[1].peer = ends[1], ends[0]
        client = AsyncModbusTcpClient("bench", port=502)
        server = ModbusTcpServer(meter(), address=("", FIRST_PORT + number))
        await server.serve_forever(background=True)
        for end, protocol in zip(ends, (client.ctx, server.callback_new_connection()), strict=True):
            end.protocol = protocol
            protocol.connection_made(end)
        right = 0
        for _ in range(count):
            reply = await client.read_holding_registers(0, count=REGISTERS, device_id=1)
            right += reply.registers == list(range(REGISTERS))
            await asyncio.sleep(60)
        return right

    return sum(await asyncio.gather(*(pair(number) for number in range(CIRCUITS))))


async def chain(count: int) -> None:
    """`count` callbacks, each set by the one before."""
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    left = count

    def step() -> None:
        nonlocal left
        left -= 1
        if left:
            loop.call_soon(step)
        else:
            done.set_result(None)

    loop.call_soon(step)
    await done


def virtual(main: Callable[[VirtualLoop], Coroutine[Any, Any, Any]]) -> tuple[Any, float, int]:
    """Result, wall seconds and callbacks of a fresh virtual world."""
    loop = VirtualLoop()
    gc.collect()
    begin = time.perf_counter()
    result = loop.run_until_complete(main(loop))
    wall_s = time.perf_counter() - begin
    callbacks = loop.callbacks_run
    finish(loop)
    return result, wall_s, callbacks


def real(loop: asyncio.AbstractEventLoop, main: Coroutine[Any, Any, Any]) -> tuple[Any, float]:
    """Result and wall seconds on another loop."""
    gc.collect()
    begin = time.perf_counter()
    result = loop.run_until_complete(main)
    wall_s = time.perf_counter() - begin
    loop.close()
    return result, wall_s


def best(rounds: int, measure: Callable[[], float]) -> float:
    """The highest of several: the others were disturbed."""
    return max(measure() for _ in range(rounds))


def measure_all(rounds: int) -> dict[str, float]:
    """All numbers, rates per second of wall time."""
    logging.disable(logging.CRITICAL)
    count = 400
    per_poll = 0.0

    def polls() -> float:
        nonlocal per_poll
        right, wall_s, callbacks = virtual(lambda loop: over_the_simulated_network(loop, count))
        assert right == CIRCUITS * count, f"expected {CIRCUITS * count} right readings, got {right}"
        per_poll = callbacks / right
        return right / wall_s

    def ours() -> float:
        right, wall_s, _ = virtual(lambda loop: of_simulated_meters(loop, count))
        assert right == CIRCUITS * count, f"expected {CIRCUITS * count} whole answers, got {right}"
        return right / wall_s

    def looptime_polls() -> float:
        loop = looptime.new_event_loop()
        right, wall_s = real(loop, over_loopback(count // 4))
        assert right == CIRCUITS * (count // 4), f"expected {CIRCUITS * (count // 4)} right readings, got {right}"
        return right / wall_s

    def floor() -> float:
        right, wall_s, _ = virtual(lambda loop: joined_directly(loop, count))
        assert right == CIRCUITS * count, f"expected {CIRCUITS * count} right readings, got {right}"
        return right / wall_s

    callbacks = 300_000
    numbers = {
        "polls_per_s": best(rounds, polls),
        "ours_polls_per_s": best(rounds, ours),
        "looptime_polls_per_s": best(rounds, looptime_polls),
        "floor_polls_per_s": best(rounds, floor),
        "callbacks_per_s": best(rounds, lambda: callbacks / virtual(lambda loop: chain(callbacks))[1]),
        "asyncio_callbacks_per_s": best(
            rounds, lambda: callbacks / real(asyncio.new_event_loop(), chain(callbacks))[1]
        ),
    }
    right, wall_s, _ = virtual(lambda loop: over_the_simulated_network(loop, 48 * 60))
    assert right == CIRCUITS * 48 * 60, f"expected {CIRCUITS * 48 * 60} right readings, got {right}"
    numbers["callbacks_per_poll"] = per_poll
    numbers["two_days_s"] = wall_s
    numbers["ratio_to_looptime"] = numbers["polls_per_s"] / numbers["looptime_polls_per_s"]
    numbers["ratio_of_ours"] = numbers["ours_polls_per_s"] / numbers["polls_per_s"]
    numbers["ratio_to_floor"] = numbers["polls_per_s"] / numbers["floor_polls_per_s"]
    numbers["ratio_callbacks_to_asyncio"] = numbers["callbacks_per_s"] / numbers["asyncio_callbacks_per_s"]
    return numbers


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Speed of the virtual world, beside looptime and asyncio.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--rounds", type=int, default=3, help="repetitions, the best counts (default 3)")
    options = parser.parse_args()
    numbers = measure_all(options.rounds)
    if options.json:
        print(json.dumps(numbers))
        return
    print(f"polls over the simulated network   {numbers['polls_per_s']:>10,.0f} /s")
    print(f"polls of the simulated meters      {numbers['ours_polls_per_s']:>10,.0f} /s")
    print(f"polls on looptime, loopback        {numbers['looptime_polls_per_s']:>10,.0f} /s")
    print(f"polls without any network          {numbers['floor_polls_per_s']:>10,.0f} /s   (pymodbus and tasks alone)")
    print(f"callbacks for a poll               {numbers['callbacks_per_poll']:>10.1f}")
    print(f"callbacks, virtual loop            {numbers['callbacks_per_s']:>10,.0f} /s")
    print(f"callbacks, asyncio                 {numbers['asyncio_callbacks_per_s']:>10,.0f} /s")
    print(f"29 circuits, 48 h, 1 min           {numbers['two_days_s']:>10.1f} s")
    print(
        f"ratios: ours x {numbers['ratio_of_ours']:.2f}, looptime x {numbers['ratio_to_looptime']:.2f}, "
        f"floor x {numbers['ratio_to_floor']:.2f}, "
        f"asyncio callbacks x {numbers['ratio_callbacks_to_asyncio']:.2f}"
    )


if __name__ == "__main__":
    main()
