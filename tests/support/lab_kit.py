"""The lab rig without a device at hand: a namespace plays it, a SCPI supply its plug, a browser the person."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import threading
import urllib.parse
import urllib.request
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from ports import free_port

from bench.dut.profile import Profile
from bench.layout import build
from bench.real import netns

PROGRAM = """
import socket, sys, time
meter, centre = (sys.argv[1], int(sys.argv[2])), (sys.argv[3], int(sys.argv[4]))
while True:
    try:
        uplink = socket.create_connection(centre, 1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as clock:
            clock.sendto(bytes([0x23]) + bytes(47), (centre[0], 123))
        while True:
            with socket.create_connection(meter, 1) as field:
                field.sendall(bytes([0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 2]))
                field.recv(64)
            time.sleep(0.1)
    except OSError:
        time.sleep(0.1)
"""


class Table:
    """A device in a namespace of its own, on two cards of this machine, and the supply that feeds it."""

    def __init__(self) -> None:
        self.namespace = netns.fresh_name("device")
        self.cards = {segment: f"cbl{os.getpid() % 10_000}{segment[0]}" for segment in ("field", "uplink")}
        self.program: subprocess.Popen[bytes] | None = None
        self.heard: list[str] = []
        self.stuck = False
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Table:
        netns.create(self.namespace)
        for segment, address in (("field", build.TERMINAL_FIELD), ("uplink", build.TERMINAL_UPLINK)):
            name = self.cards[segment]
            netns.configure("", [f"link add {name} type veth peer name {segment} netns {self.namespace}"])
            Path(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6").write_text("1")
            netns.configure("", [f"link set {name} up"])
            netns.set_up(self.namespace, segment, (address,), prefix=24)
        self._thread.start()
        self.port = asyncio.run_coroutine_threadsafe(self._begin(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self.feed(False)
        for name in self.cards.values():
            with suppress(netns.NetworkTrouble):
                netns.configure("", [f"link del {name}"])
        netns.delete(self.namespace)

    async def _begin(self) -> int:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := (await reader.readline()).decode().strip():
            self.heard.append(line)
            if line in ("OUTP ON", "OUTP OFF") and not (self.stuck and line == "OUTP OFF"):
                self.feed(line == "OUTP ON")
            if line == "OUTP?":
                writer.write(b"1\n" if self.program is not None else b"0\n")
            elif line.endswith("?"):
                writer.write(b'0,"No error"\n')
        writer.close()

    def feed(self, on: bool) -> None:
        """Start the device's program, or kill it."""
        if on and self.program is None:
            words = [sys.executable, "-I", "-S", "-c", PROGRAM, build.GATEWAY, str(build.MODBUS_PORT)]
            words += ["10.2.0.10", str(build.CENTRE_PORT)]
            self.program = subprocess.Popen(netns.inside(self.namespace, words))
        elif not on and self.program is not None:
            self.program.kill()
            self.program.wait()
            self.program = None


class Browser:
    """Somebody who answers every question on the page, in a thread of their own. `says` maps question to answer."""

    def __init__(self, port: int, says: dict[str, str]) -> None:
        self._page = f"http://127.0.0.1:{port}/"
        self._says = says
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open

    def __enter__(self) -> Browser:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(10)

    def _work(self) -> None:
        while not self._over.wait(0.05):
            with suppress(OSError):
                text = self._open(self._page, timeout=2).read().decode()
                fields = dict(re.findall(r"type=hidden name=(\w+) value='?([^'>]+)", text))
                answer = next((said for words, said in self._says.items() if words in text), None)
                if fields and answer is not None:
                    form = {**fields, "by": "Li", "attest": "yes", "text": answer}
                    self._open(f"{self._page}answer", urllib.parse.urlencode(form).encode(), timeout=2).read()


@contextmanager
def table(
    folder: Path, says: dict[str, str], *, power: str = "", timeout_s: float = 20.0
) -> Generator[tuple[Table, Profile], None, None]:
    """A device, a person, and the profile that leads to both."""
    port = free_port()
    with ExitStack() as stack:
        device = stack.enter_context(Table())
        stack.enter_context(Browser(port, says))
        supply = power or f'driver = "scpi"\nhost = "127.0.0.1"\nport = {device.port}\ntimeout_s = 2\n'
        cards = "".join(f'[networks.{name}]\ninterface = "{card}"\n' for name, card in device.cards.items())
        person = f'[person]\nweb = "127.0.0.1:{port}"\nscreen = false\ntimeout_s = {timeout_s}\n'
        (folder / "rig.toml").write_text(f'[rig]\nname = "t"\n{cards}[power]\n{supply}{person}')
        connection = {"rig": "rig.toml"}
        yield device, Profile(path=str(folder / "p.toml"), name="device", adapter="manual", connection=connection)


ANSWERS = {"attest": "", "show as status": "uptime,version\n12,1.0"}
