"""An eventful world whose whole trace is printed; run in processes of its own by the determinism test."""

from __future__ import annotations

import asyncio
import logging
import random
import sys

import apsw
from pymodbus.client import AsyncModbusTcpClient
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from bench.virtual.chance import Chance
from bench.virtual.disk import Keep, VirtualDisk
from bench.virtual.domain import Domain
from bench.virtual.loop import run, running_loop
from bench.virtual.network import Network


async def main(seed: int, trace: list[str]) -> None:
    """Five meters, a terminal that polls and stores under loss, jitter and power cuts at chance callbacks."""
    loop = running_loop()
    chance = Chance(seed)
    net = Network(loop, chance=chance, observe=lambda event: trace.append(repr(event)), trace_segments=True)
    terminal = Domain("terminal")
    net.host("terminal", "10.0.0.2", domain=terminal)
    field = net.link("field", latency_s=0.002)
    disk = VirtualDisk(chance.stream("disk"), clock_ns=lambda: round(loop.time() * 1e9))
    terminal.on_cut(lambda _: disk.power_cut(Keep.SECTORS))
    cuts = chance.stream("cuts")

    async def serve() -> None:
        device = SimDevice(1, simdata=[SimData(0, values=list(range(50)), datatype=DataType.REGISTERS)])
        await ModbusTcpServer(device, address=("", 502)).serve_forever(background=True)

    for number in range(5):
        meter = Domain(f"meter{number}")
        net.host(meter.name, f"10.0.1.{number + 1}", domain=meter)
        net.path("terminal", meter.name, [field])
        await meter.run(serve())

    def open_store() -> apsw.Connection:
        store = apsw.Connection("store.db", vfs=disk.vfs_name)
        store.pragma("locking_mode", "EXCLUSIVE")
        store.pragma("journal_mode", "WAL")
        store.pragma("synchronous", "FULL")
        store.execute("CREATE TABLE IF NOT EXISTS reading(at, meter, value)")
        return store

    async def poll(number: int, store: apsw.Connection) -> None:
        client = AsyncModbusTcpClient(f"meter{number}", port=502, timeout=2, retries=1)
        for _ in range(1000):
            if await client.connect():
                break
            await asyncio.sleep(1)
        while True:
            try:
                reply = await client.read_holding_registers(number, count=2, device_id=1)
                store.execute("INSERT INTO reading VALUES(datetime('now'), ?, ?)", (number, reply.registers[1]))
            except Exception as error:
                trace.append(f"{loop.time()} meter {number} {type(error).__name__}")
            await asyncio.sleep(5)

    async def device() -> None:
        store = open_store()
        async with asyncio.TaskGroup() as group:
            for number in range(5):
                group.create_task(poll(number, store))

    def boot() -> None:
        terminal.boot()
        trace.append(f"{loop.time()} boot {terminal.generation}")
        terminal.create_task(device())
        terminal.kill_after_events(cuts.randrange(50, 500))

    terminal.on_cut(lambda who: trace.append(f"{loop.time()} cut after {who.events} events"))
    terminal.on_cut(lambda _: loop.call_later(1 + cuts.random(), boot))
    terminal.create_task(device())
    terminal.kill_after_events(100)
    with field.loss(0.05), field.jitter(0.05), field.duplicate(0.05):
        await asyncio.sleep(300)
    net.flush()
    terminal.kill()
    rows = open_store().execute("SELECT * FROM reading ORDER BY rowid").fetchall()
    trace.extend(repr(row) for row in rows)
    disk.close()


if __name__ == "__main__":
    lines: list[str] = []
    random.seed()
    logging.disable(logging.WARNING)
    run(main(int(sys.argv[1]), lines))
    sys.stdout.write("\n".join(lines))
