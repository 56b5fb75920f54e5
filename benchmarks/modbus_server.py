"""Speed of our Modbus TCP server beside pymodbus' own and libmodbus: requests a second, and processor time of each.

Leaves judging the numbers to the reader. Servers run in processes of their own; what they used is read from /proc.

    python benchmarks/modbus_server.py [--json] [--seconds N] [--connections 1,100,1000]

Each connection has one request under way (ten registers); a client in C-speed Python (sockets and epoll) drives them.
Ours serves a meter of a works whose truth moves, its registers measured every 100 ms as meters do, and every answer is
an event of the history: `ours` keeps the events as the bench does (encoded by msgspec and written), `ours, continuous`
computes the truth for the very microsecond of each request. pymodbus and libmodbus serve constant registers and keep no
history. libmodbus is driven through ctypes, one call to receive and one to reply.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ctypes
import ctypes.util
import importlib
import importlib.util
import json
import os
import random
import select
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

REGISTERS = 10
REQUEST = bytes.fromhex("0001000000060104")
KINDS = ("ours", "ours on uvloop", "ours, continuous", "ours, pipelined", "pymodbus", "libmodbus")
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


# Servers.


class HostClock:
    """The machine's clock."""

    def now_us(self) -> int:
        """Microseconds UTC."""
        return time.time_ns() // 1000


async def serve_ours(port: int, refresh_us: int) -> None:
    """A meter of ours, its history encoded and written to a file."""
    import msgspec

    from simulators.clock import seeded
    from simulators.events import Event
    from simulators.meters.maps import shipped_map
    from simulators.meters.modbus.device import Binding, ModbusMeter
    from simulators.meters.modbus.tcp import Gateway
    from simulators.plant import Works

    clock = HostClock()
    encoder = msgspec.json.Encoder()
    with tempfile.TemporaryFile() as file:
        write, encode = file.write, encoder.encode

        def observe(event: Event) -> None:
            write(encode(event))

        meter = ModbusMeter(
            "M1",
            1,
            shipped_map("sdm630"),
            Works(seeded(1), clock.now_us(), 1),
            clock=clock,
            chance=random.Random(1),
            observe=observe,
            source="e01",
            bindings=[Binding("u", "voltage_l1"), Binding("p", "power")],
            refresh_us=refresh_us,
        )
        gateway = Gateway("127.0.0.1", port, [meter], clock=clock, observe=observe)
        await gateway.start()
        await asyncio.get_running_loop().create_future()


async def serve_pymodbus(port: int) -> None:
    """pymodbus' own server with a hundred registers."""
    from pymodbus.server import ModbusTcpServer
    from pymodbus.simulator import DataType, SimData, SimDevice

    device = SimDevice(1, simdata=[SimData(0, values=list(range(100)), datatype=DataType.REGISTERS)])
    await ModbusTcpServer(device, address=("127.0.0.1", port)).serve_forever()


def serve_libmodbus(port: int) -> None:
    """libmodbus' own receive and reply, many connections by poll."""
    name = ctypes.util.find_library("modbus")
    if name is None:
        raise SystemExit("libmodbus is not installed (apt-get install libmodbus5)")
    lib = ctypes.CDLL(name)
    lib.modbus_new_tcp.restype = lib.modbus_mapping_new.restype = ctypes.c_void_p
    context = ctypes.c_void_p(lib.modbus_new_tcp(b"127.0.0.1", port))
    mapping = ctypes.c_void_p(lib.modbus_mapping_new(0, 0, 100, 100))
    listener = socket.create_server(("127.0.0.1", port), backlog=2000)
    poll = select.epoll()
    poll.register(listener, select.EPOLLIN)
    open_ones: dict[int, socket.socket] = {}
    query = (ctypes.c_uint8 * 260)()
    while True:
        for number, _ in poll.poll():
            if number == listener.fileno():
                accepted, _ = listener.accept()
                accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                open_ones[accepted.fileno()] = accepted
                poll.register(accepted, select.EPOLLIN)
                continue
            lib.modbus_set_socket(context, number)
            size = lib.modbus_receive(context, query)
            if size > 0:
                lib.modbus_reply(context, query, size, mapping)
            else:
                poll.unregister(number)
                open_ones.pop(number).close()


def serve(kind: str, port: int) -> None:
    """Run a server until killed."""
    if kind == "pymodbus":
        asyncio.run(serve_pymodbus(port))
    elif kind == "libmodbus":
        serve_libmodbus(port)
    else:
        run = asyncio.run
        if kind.endswith("uvloop"):
            run = importlib.import_module("uvloop").run
        run(serve_ours(port, 0 if kind.endswith("continuous") else 100_000))


# The client.


def drive(port: int, connections: int, seconds: float, depth: int) -> tuple[int, float]:
    """Requests answered and wall seconds; each connection has `depth` requests under way."""
    request = (REQUEST + bytes((0, 0, 0, REGISTERS))) * depth
    expected = (9 + 2 * REGISTERS) * depth
    sockets: dict[int, socket.socket] = {}
    poll = select.epoll()
    for _ in range(connections):
        each = socket.create_connection(("127.0.0.1", port))
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sockets[each.fileno()] = each
        poll.register(each, select.EPOLLIN)
    pending = dict.fromkeys(sockets, 0)
    for each in sockets.values():
        each.send(request)
    done = 0
    begin = time.perf_counter()
    until = begin + seconds
    while time.perf_counter() < until:
        for number, _ in poll.poll():
            each = sockets[number]
            have = pending[number] + len(each.recv(65_536))
            if have >= expected:
                done += depth
                have -= expected
                each.send(request)
            pending[number] = have
    wall_s = time.perf_counter() - begin
    for each in sockets.values():
        each.close()
    return done, wall_s


def used_s(process: int) -> tuple[float, float]:
    """User and system seconds of a process so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) * _TICK_S, int(fields[12]) * _TICK_S


def free_port() -> int:
    """A port nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until the server listens."""
    for _ in range(400):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
            return
        if process.poll() is not None:
            raise SystemExit(f"the server ended with {process.returncode}")
        time.sleep(0.05)
    raise SystemExit("the server does not listen")


def measure(kind: str, connections: int, seconds: float) -> dict[str, Any]:
    """One server under one load."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, __file__, "--serve", kind, "--port", str(port)], stderr=subprocess.DEVNULL
    )
    try:
        await_port(port, process)
        depth = 10 if kind.endswith("pipelined") else 1
        drive(port, connections, 0.5, depth)
        user, system = used_s(process.pid)
        done, wall_s = drive(port, connections, seconds, depth)
        after_user, after_system = used_s(process.pid)
    finally:
        process.kill()
        process.wait()
    user_us, system_us = ((after_user - user) * 1e6 / done, (after_system - system) * 1e6 / done)
    return {
        "server": kind,
        "connections": connections,
        "per_s": done / wall_s,
        "user_us": user_us,
        "system_us": system_us,
        "per_s_and_core": 1e6 / (user_us + system_us),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Our Modbus server beside pymodbus' and libmodbus.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--seconds", type=float, default=4.0, help="length of each measurement (default 4)")
    parser.add_argument("--connections", default="1,100,1000", help="numbers of connections (default 1,100,1000)")
    parser.add_argument("--serve", choices=KINDS, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.port)
        return
    rows: list[dict[str, Any]] = []
    for connections in map(int, options.connections.split(",")):
        for kind in KINDS:
            if kind == "libmodbus" and ctypes.util.find_library("modbus") is None:
                print("libmodbus is not installed: not measured (apt-get install libmodbus5)", file=sys.stderr)
                continue
            if kind.endswith("uvloop") and importlib.util.find_spec("uvloop") is None:
                print("uvloop is not installed: not measured (pip install uvloop)", file=sys.stderr)
                continue
            rows.append(measure(kind, connections, options.seconds))
    if options.json:
        print(json.dumps(rows))
        return
    print(f"{'server':<18}{'connections':>12}{'requests/s':>12}{'user us':>9}{'system us':>11}{'per s and core':>16}")
    for row in rows:
        print(
            f"{row['server']:<18}{row['connections']:>12}{row['per_s']:>12,.0f}{row['user_us']:>9.1f}"
            f"{row['system_us']:>11.1f}{row['per_s_and_core']:>16,.0f}"
        )


if __name__ == "__main__":
    main()
