"""Virtual-time polls a second by protocol on a serial line, and its occupancy computed against observed.

Leaves judging the numbers to the reader. Wall time is read here, where nothing is decided by it.

    python benchmarks/serial_lines.py [--json] [--polls N]

A master asks one meter again and again over the virtual line, octet by octet. The occupancy computed is what the octets
of request and answer take at the line's settings, times polls, over the time; the observed one is what the line saw.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.virtual.loop import VirtualLoop, finish
from bench.virtual.serial import LineCarrier, SerialLine, SerialPorts
from bench.virtual.uart import Framing
from simulators.clock import seeded
from simulators.events import Event
from simulators.meters import cjt188_codec, dlt645_codec
from simulators.meters.build import Kit, build_meter
from simulators.meters.bus_maps import any_shipped
from simulators.meters.carriers import LineSettings
from simulators.meters.modbus_codec import encode_ascii, encode_rtu
from simulators.meters.serial_bus import SerialBus
from simulators.meters.spec import MeterSpec
from simulators.plant import Works

START_US = 1_772_380_800_000_000
VOLTS = bytes.fromhex("0400000002")
CASES: dict[str, tuple[str, str, str, bytes, Framing]] = {
    "modbus-rtu": ("sdm630", "e01", "", encode_rtu(1, VOLTS), Framing(9600)),
    "modbus-ascii": ("sdm630", "e01", "", encode_ascii(1, VOLTS), Framing(9600)),
    "dlt645-2007": (
        "dlt645_three_phase",
        "e01",
        "123456789012",
        dlt645_codec.encode(dlt645_codec.Frame("123456789012", 0x11, bytes.fromhex("00000100"))),
        Framing(2400, "E"),
    ),
    "dlt645-1997": (
        "dlt645_1997",
        "e01",
        "123456789012",
        dlt645_codec.encode(dlt645_codec.Frame("123456789012", 0x01, bytes.fromhex("1090"))),
        Framing(1200, "E"),
    ),
    "cjt188-2004": (
        "cjt188_heat",
        "heat",
        "78330011223344",
        cjt188_codec.encode(cjt188_codec.Frame(0x20, "78330011223344", 0x01, bytes.fromhex("1F9001"))),
        Framing(2400, "E"),
    ),
}


class LoopClock:
    """True time of a virtual loop."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def now_us(self) -> int:
        """Microseconds UTC."""
        return START_US + round(self._loop.time() * 1_000_000)


def measure(name: str, polls: int) -> dict[str, Any]:
    """One protocol."""
    device, source, address, request, framing = CASES[name]
    loop = VirtualLoop()
    line = SerialLine("bus", framing, loop=loop)
    ports = SerialPorts()
    ports.add("ttyS1", line)
    settings = LineSettings(framing.baud, framing.parity, framing.stop_bits)
    events: list[Event] = []
    clock = LoopClock(loop)
    kit = Kit(Works(seeded(1), START_US, 1), clock, lambda _name: random.Random(1), events.append, START_US)
    spec = MeterSpec(
        name="M",
        map=device,
        host="",
        port=0,
        unit=1,
        source=source,
        points=(),
        address=address,
        line="ttyS1",
        framing=name.removeprefix("modbus-") if name.startswith("modbus") else "",
    )
    _, station = build_meter(spec, any_shipped(device), kit, settings)
    assert station is not None
    bus = SerialBus("", 0, [station], clock=clock, observe=events.append, carrier=LineCarrier(line), settings=settings)
    answers = 0

    async def main() -> None:
        nonlocal answers
        await bus.start()
        reader, writer = await ports.open("ttyS1", framing.baud, framing.parity, framing.stop_bits)
        for _ in range(polls):
            writer.write(request)
            answers += len(await reader.read(1))
            # The rest of the answer, until the line has been silent.
            while True:
                try:
                    async with asyncio.timeout(0.05):
                        answers += len(await reader.read(300))
                except TimeoutError:
                    break
        await bus.stop()

    begin = time.perf_counter()
    loop.run_until_complete(main())
    wall_s = time.perf_counter() - begin
    simulated_s = loop.time()
    finish(loop)
    assert len(events) == polls, f"expected {polls} answers, got {len(events)}"
    computed_s = framing.duration_s(polls * len(request) + answers)
    return {
        "protocol": name,
        "line": str(framing),
        "polls_per_s": polls / wall_s,
        "times_real": simulated_s / wall_s,
        "occupancy_computed": computed_s / simulated_s,
        "occupancy_observed": line.busy_s / simulated_s,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Serial lines in virtual time.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--polls", type=int, default=2000, help="polls of each protocol (default 2000)")
    options = parser.parse_args()
    rows = [measure(name, options.polls) for name in CASES]
    if options.json:
        print(json.dumps(rows))
        return
    print(f"{'protocol':<14}{'line':<12}{'polls/s':>10}{'x real':>10}{'computed':>10}{'observed':>10}")
    for row in rows:
        print(
            f"{row['protocol']:<14}{row['line']:<12}{row['polls_per_s']:>10,.0f}{row['times_real']:>10,.0f}"
            f"{row['occupancy_computed']:>10.2%}{row['occupancy_observed']:>10.2%}"
        )


if __name__ == "__main__":
    main()
