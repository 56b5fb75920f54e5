"""A real Mosquitto as a collector's broker, in real time: started, published to over a Unix socket, ended.

Leaves MQTT to Mosquitto; the publisher says only what `packets` has. Sessions and retained messages last as long as the
program. What Mosquitto hands to whom is told from its log (`mosquitto_log`).
"""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import socket
from collections.abc import Mapping
from pathlib import Path

from simulators import scratch
from simulators.centres.switches import SwitchError
from simulators.clock import Clock, Observe
from simulators.events import Connected, ConnectionState, Handed
from simulators.mqtt import packets
from simulators.mqtt.mosquitto_log import Came, Log, Passed
from simulators.mqtt.packets import LEVEL, Message

_SBIN = "/usr/sbin:/usr/local/sbin"
_PATIENCE_S = 10.0
_STEP_S = 0.02


class Mosquitto:
    """A Mosquitto at one host and port. `material` gives certfile, keyfile and cafile as PEM (empty: plain).

    `level` is the protocol level at which messages are published (`packets`); clients may speak any. `expires`: the
    messages have an expiry interval.
    """

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        *,
        clock: Clock,
        observe: Observe,
        material: Mapping[str, str],
        level: int = LEVEL,
        expires: bool = False,
    ) -> None:
        self.name, self.host, self.port = name, host, port
        self._clock = clock
        self._observe = observe
        self._material = material
        self._level = level
        self._folder: Path | None = None
        self._program: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._packet_id = 0
        self._draining: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None
        self._log = Log(f"collector-{name}", self._passed, expires=expires)

    async def start(self) -> None:
        """Start the program and connect to it. Raises OSError if it is absent or does not listen."""
        program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:{_SBIN}")
        if program is None:
            raise OSError(f"collector {self.name}: the program mosquitto is not installed (apt-get install mosquitto)")
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((self.host, self.port))
        self._folder = scratch.make("collector")
        config = self._folder / "mosquitto.conf"
        config.write_text("\n".join(self._settings(self._folder)), "utf-8")
        # The broker dies with the bench, however the bench dies.
        bound = shutil.which("setpriv")
        words = [bound, "--pdeathsig", "KILL", program] if bound else [program]
        self._program = await asyncio.create_subprocess_exec(
            *words,
            "-c",
            str(config),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        assert self._program.stderr is not None
        self._listening = asyncio.create_task(self._listen(self._program.stderr))
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._come_in(self._folder / "socket")
        except TimeoutError:
            await self.stop()
            raise OSError(
                f"collector {self.name}: Mosquitto is not listening at {self.host}:{self.port} after {_PATIENCE_S:g} s"
            ) from None
        self._tell("opened", "Mosquitto stands")

    def _settings(self, folder: Path) -> list[str]:
        lines = [
            f"user {pwd.getpwuid(os.geteuid()).pw_name}",
            "allow_anonymous true",
            "persistence false",
            "log_dest stderr",
            "log_type all",
            "log_timestamp false",
            "max_queued_messages 0",
            f"listener {self.port} {self.host}",
        ]
        for setting, text in self._material.items():
            path = folder / f"{setting}.pem"
            path.touch(0o600)
            path.write_text(text, "ascii")
            lines.append(f"{setting} {path}")
        if "cafile" in self._material:
            lines.append("require_certificate true")
        return [*lines, f"listener 0 {folder / 'socket'}", ""]

    async def _come_in(self, path: Path) -> None:
        while True:
            if self._program is None or self._program.returncode is not None:
                raise OSError(f"collector {self.name}: Mosquitto ended at once; is {self.host}:{self.port} free?")
            try:
                reader, self._writer = await asyncio.open_unix_connection(str(path))
                break
            except OSError:
                await asyncio.sleep(_STEP_S)
        self._writer.write(packets.connect(f"collector-{self.name}", 0, level=self._level))
        splitter = packets.Splitter()
        while not splitter.feed(await reader.read(4096)):
            pass
        self._draining = asyncio.create_task(self._drain(reader))

    async def _drain(self, reader: asyncio.StreamReader) -> None:
        """Acknowledgements are read and not waited for: the way is a socket of this machine. QoS 2 asks for PUBREL."""
        splitter = packets.Splitter()
        while octets := await reader.read(65_536):
            for packet in splitter.feed(octets):
                if packet.kind == packets.PUBREC and self._writer is not None:
                    packet_id, _ = packets.read_answer(packet, self._level)
                    self._writer.write(packets.answer(packets.PUBREL, packet_id, self._level))

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        """Read the log to its end; a pipe that nobody reads would stop the broker."""
        rest = b""
        while octets := await reader.read(65_536):
            *whole, rest = (rest + octets).split(b"\n")
            for line in whole:
                self._log.line(line.decode("utf-8", "replace"))

    def _passed(self, what: Came | Passed) -> None:
        now = self._clock.now_us()
        if isinstance(what, Came):
            state = "opened" if what.peer else "closed"
            self._observe(
                Connected(t=now, at=self.name, conn=what.conn, peer=what.peer, state=state, reason=what.client)
            )
            return
        self._observe(
            Handed(
                t=now,
                collector=self.name,
                conn=what.conn,
                client=what.client,
                topic=what.topic,
                number=what.number,
                qos=what.qos,
                retained=what.retained,
                state=what.state,
                code=what.code,
            )
        )

    def publish(self, message: Message) -> None:
        """Give a message to the broker."""
        if self._writer is not None:
            self._log.published(message)
            self._packet_id = self._packet_id % 65_535 + 1
            said = message.properties
            if message.expiry_s >= 0:
                said = said.plus(("message-expiry", message.expiry_s))
            self._writer.write(
                packets.publish(message, self._packet_id, retain=message.retain, level=self._level, said=said)
            )

    def behave(self, **switches: object) -> None:
        """Mosquitto behaves soundly only. Raises SwitchError for any switch."""
        raise SwitchError(f"Mosquitto has no switch {next(iter(switches))!r}; choose the embedded broker for faults")

    def disconnect(self, *, abort: bool = False, code: int = 0, reason: str = "") -> None:
        """Raises SwitchError: Mosquitto closes no connections on demand."""
        del abort, code, reason
        raise SwitchError("Mosquitto closes no connections on demand; choose the embedded broker for faults")

    async def stop(self) -> None:
        """End the program and forget its files; may be repeated."""
        if self._draining is not None:
            self._draining.cancel()
            self._draining = None
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        program, self._program = self._program, None
        if program is not None and program.returncode is None:
            program.terminate()
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    await program.wait()
            except TimeoutError:
                program.kill()
                await program.wait()
        if self._listening is not None:
            await self._listening
            self._listening = None
        folder, self._folder = self._folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    def _tell(self, state: ConnectionState, reason: str) -> None:
        now = self._clock.now_us()
        self._observe(Connected(t=now, at=self.name, conn=0, peer="", state=state, reason=reason))
