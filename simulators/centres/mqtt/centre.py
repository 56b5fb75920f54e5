"""A centre that is an MQTT broker: a real Mosquitto at its address, and a subscriber that keeps what arrives.

Leaves MQTT to Mosquitto and paho. It understands the topics of the ThingsBoard gateway's interface, which has no
acknowledgement above MQTT's own, and answers that interface's one question (session limits), without which a gateway
sends nothing. The subscriber comes in by a Unix socket: no packet of the bench's own is on the networks. Real time
only: a broker is a program.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import re
import shutil
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from simulators import scratch
from simulators.centres.json_text import JsonError, Number, parse, write
from simulators.centres.record_store import Content, RecordKey, RecordStore
from simulators.centres.switches import SwitchError
from simulators.clock import Clock, Observe
from simulators.events import Connected, ConnectionState, Received, Sent, Stored
from simulators.stamps import stamp, stamp_ms

if TYPE_CHECKING:
    from paho.mqtt.client import Client, MQTTMessage, SocketLike

TELEMETRY = "v1/gateway/telemetry"
"""Topic of the values of a gateway's devices: `{"device": [{"ts": ms UTC, "values": {"tag": value}}]}`."""
_LIMITS = "getSessionLimits"
_REQUEST, _RESPONSE = "v1/devices/me/rpc/request/", "v1/devices/me/rpc/response/"
_NO_LIMITS = {"messages": "0:0,", "telemetryMessages": "0:0,", "telemetryDataPoints": "0:0,"}
_OURS = "carbonbench"
_SBIN = "/usr/sbin:/usr/local/sbin"
_PATIENCE_S = 10.0
_STEP_S = 0.02
_KEEPALIVE_S = 60
# What Mosquitto says of its clients, after its own time stamp.
_CAME = re.compile(r"New client connected from (\S+) as (\S+) \(.*?(?:u'([^']*)')?\)\.")
_WENT = re.compile(r"Client (\S+) (.*)\.$")
_FIRST_US, _LAST_US = 946_684_800_000_000, 4_102_444_800_000_000
"""2000 and 2100: an instant outside is no clock in milliseconds."""


@dataclass(frozen=True)
class Sample:
    """One value of a device: instant in microseconds UTC, decimal text."""

    device: str
    at_us: int
    tag: str
    value: str


def samples_of(payload: bytes) -> tuple[list[Sample], list[str]]:
    """The values of a telemetry message as sent, and what is wrong with it, one sentence each."""
    try:
        body = parse(payload)
    except JsonError as error:
        return [], [str(error)]
    found: list[Sample] = []
    wrong: list[str] = []
    for device, rows in body.items():
        if not isinstance(rows, list):
            wrong.append(f"expected a list of values for device {device!r}, got {type(rows).__name__}")
            continue
        for row in cast("list[object]", rows):
            inner = cast("dict[str, object]", row) if isinstance(row, dict) else {}
            at, values = inner.get("ts"), inner.get("values")
            if not isinstance(at, Number) or not at.isdecimal() or not _FIRST_US <= int(at) * 1000 <= _LAST_US:
                wrong.append(f"expected ts of device {device!r} in milliseconds, got {at!r}")
            elif not isinstance(values, dict):
                wrong.append(f"expected an object of values for device {device!r}, got {values!r}")
            else:
                for tag, value in cast("dict[str, object]", values).items():
                    if isinstance(value, str):
                        found.append(Sample(device, int(at) * 1000, tag, str(value)))
                    else:
                        wrong.append(f"expected a number for {tag!r}, got {value!r}")
    return found, wrong


class MqttCentre:
    """A broker and what was published to it; `known` are the codes of the points by which samples are kept."""

    def __init__(
        self, name: str, host: str, port: int, *, mn: str, known: Mapping[str, str], clock: Clock, observe: Observe
    ) -> None:
        self.name, self.host, self.port = name, host, port
        self._mn = mn
        self._known = dict(known)
        self._clock = clock
        self._observe = observe
        self._store = RecordStore()
        self._folder: Path | None = None
        self._broker: subprocess.Popen[bytes] | None = None
        self._client: Client | None = None
        self._subscribed = asyncio.Event()
        self._ended = asyncio.Event()
        self._tending: asyncio.Task[None] | None = None
        self._said = b""
        self._last = ""
        self._clients: dict[str, tuple[int, str]] = {}
        self._count = 0

    @property
    def records(self) -> Mapping[RecordKey, list[Content]]:
        """What is stored: key (device, realtime, code, instant to the millisecond) to versions, oldest first."""
        return self._store

    @property
    def listening(self) -> bool:
        """Whether the broker is up and everything that arrives is kept."""
        return self._subscribed.is_set()

    def behave(self, **switches: object) -> None:
        """Mosquitto behaves soundly only. Raises SwitchError for any switch."""
        if switches:
            raise SwitchError(f"an MQTT centre has no switch {next(iter(switches))!r}: Mosquitto behaves soundly only")

    def disconnect(self, *, abort: bool = False) -> None:
        """The broker ends (or is killed) and comes back; it has forgotten its sessions."""
        if self._broker is not None:
            self._end_broker(abort=abort)
            self._start_broker()
            self._tend_again()

    async def start(self) -> None:
        """Start the broker and subscribe. Raises OSError if the program is absent or the port taken."""
        _free(self.host, self.port)
        try:
            self._start_broker()
            self._tend_again()
            async with asyncio.timeout(_PATIENCE_S):
                while not self._subscribed.is_set():
                    if self._broker is None or self._broker.poll() is not None:
                        raise OSError(f"centre {self.name}: Mosquitto ended at once: {self._last or 'without a word'}")
                    await asyncio.sleep(_STEP_S)
        except TimeoutError:
            await self.stop()
            words = f"not listening at {self.host}:{self.port} after {_PATIENCE_S:g} s: {self._last}"
            raise OSError(f"centre {self.name}: Mosquitto is {words}") from None
        except OSError:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End the broker and forget its files; may be repeated."""
        if self._tending is not None:
            self._tending.cancel()
            await asyncio.gather(self._tending, return_exceptions=True)
            self._tending = None
        if self._client is not None:
            self._client.disconnect()
            self._client = None
        self._end_broker(abort=False)
        self._forget_files()

    async def watch(self) -> None:
        """Wait for the broker to end unasked. Raises RuntimeError then: the terminal is not to be judged for it."""
        await self._ended.wait()
        raise RuntimeError(f"centre {self.name}: Mosquitto ended by itself: {self._last or 'without a word'}")

    # The broker.

    def _forget_files(self) -> None:
        folder, self._folder = self._folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    def _start_broker(self) -> None:
        program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:{_SBIN}")
        if program is None:
            raise OSError(
                f"centre {self.name}: the program mosquitto is not installed (apt-get install mosquitto) / 未安装"
            )
        self._folder = scratch.make("mqtt")
        config = self._folder / "mosquitto.conf"
        config.write_text(
            "\n".join(
                (
                    f"user {pwd.getpwuid(os.geteuid()).pw_name}",
                    "allow_anonymous true",
                    "persistence false",
                    "log_dest stderr",
                    "log_timestamp false",
                    "log_type all",
                    "max_queued_messages 0",
                    f"listener {self.port} {self.host}",
                    f"listener 0 {self._folder / 'socket'}",
                    "",
                )
            ),
            "utf-8",
        )
        # The broker dies with the bench, however the bench dies.
        bound = shutil.which("setpriv")
        words = [bound, "--pdeathsig", "KILL", program] if bound else [program]
        self._broker = subprocess.Popen(
            [*words, "-c", str(config)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert self._broker.stdout is not None
        os.set_blocking(self._broker.stdout.fileno(), False)
        asyncio.get_running_loop().add_reader(self._broker.stdout.fileno(), self._listen)

    def _end_broker(self, *, abort: bool) -> None:
        broker, self._broker = self._broker, None
        if broker is None:
            return
        assert broker.stdout is not None
        broker.kill() if abort else broker.terminate()
        try:
            broker.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            broker.kill()
            broker.wait()
        asyncio.get_running_loop().remove_reader(broker.stdout.fileno())
        broker.stdout.close()
        for number, peer in self._clients.values():
            self._tell(number, peer, "reset" if abort else "closed", "the broker ended")
        self._clients.clear()

    def _listen(self) -> None:
        """Lines on the broker's screen: who came and who went."""
        if self._broker is None or self._broker.stdout is None:
            return
        octets = os.read(self._broker.stdout.fileno(), 65_536)
        if not octets:
            asyncio.get_running_loop().remove_reader(self._broker.stdout.fileno())
            self._ended.set()
        *lines, self._said = (self._said + octets).split(b"\n")
        for line in lines:
            self._heard(line.decode("utf-8", "replace"))

    def _heard(self, line: str) -> None:
        if line.startswith("Error"):
            self._last = line
        if (came := _CAME.search(line)) is not None and came[2] != _OURS:
            self._count += 1
            self._clients[came[2]] = (self._count, came[1])
            self._tell(self._count, came[1], "opened", f"client {came[2]}, user {came[3] or 'unnamed'}")
        elif (went := _WENT.match(line)) is not None and went[1] in self._clients:
            number, peer = self._clients.pop(went[1])
            self._tell(number, peer, "closed", went[2])

    def _tell(self, number: int, peer: str, state: ConnectionState, reason: str) -> None:
        self._observe(
            Connected(t=self._clock.now_us(), at=self.name, conn=number, peer=peer, state=state, reason=reason)
        )

    # The subscriber.

    def _tend_again(self) -> None:
        if self._tending is not None:
            self._tending.cancel()
        self._subscribed.clear()
        self._tending = asyncio.create_task(self._tend(), name=f"mqtt centre {self.name}")

    async def _tend(self) -> None:
        """Connect to the broker, then let paho do what it has to do every second."""
        # Imported where a broker stands: every other bench does without.
        from paho.mqtt.client import Client
        from paho.mqtt.enums import CallbackAPIVersion

        assert self._folder is not None
        path = self._folder / "socket"
        loop = asyncio.get_running_loop()
        client = Client(CallbackAPIVersion.VERSION2, client_id=_OURS, transport="unix", reconnect_on_failure=False)

        def deaf(client: Client, data: object, sock: SocketLike) -> None:
            del client, data
            loop.remove_reader(sock)

        def mute(client: Client, data: object, sock: SocketLike) -> None:
            del client, data
            loop.remove_writer(sock)

        client.on_socket_open = lambda client, data, sock: loop.add_reader(sock, client.loop_read)
        client.on_socket_close = deaf
        client.on_socket_register_write = lambda client, data, sock: loop.add_writer(sock, client.loop_write)
        client.on_socket_unregister_write = mute
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        self._client = client
        while not client.is_connected():
            if client.socket() is None:
                try:
                    client.connect(str(path), keepalive=_KEEPALIVE_S)
                except OSError:
                    await asyncio.sleep(_STEP_S)
                    continue
            await asyncio.sleep(_STEP_S)
        while True:
            client.loop_misc()
            await asyncio.sleep(1)

    def _on_connect(self, client: Client, data: Any, flags: Any, code: Any, properties: Any) -> None:
        del data, flags, code, properties
        client.subscribe("#", qos=1)

    def _on_subscribe(self, client: Client, data: Any, mid: int, codes: Any, properties: Any) -> None:
        del client, data, mid, codes, properties
        # Both have read what they need: a bench that is killed from here on leaves no files.
        self._forget_files()
        self._subscribed.set()

    def _on_message(self, client: Client, data: Any, message: MQTTMessage) -> None:
        del data
        topic, payload = message.topic, bytes(message.payload)
        if topic.startswith(_RESPONSE):
            return
        at = self._clock.now_us()
        conn = max((number for number, _ in self._clients.values()), default=0)
        samples, wrong = samples_of(payload) if topic == TELEMETRY else ([], [])
        wrong += [
            f"the centre knows no point {sample.tag!r} of device {sample.device!r}"
            for sample in samples
            if sample.tag not in self._known
        ]
        self._observe(
            Received(
                t=at,
                centre=self.name,
                conn=conn,
                frame=payload.decode("utf-8", "replace"),
                faults=tuple(wrong),
                cn=topic,
                mn=self._mn,
            )
        )
        if topic.startswith(_REQUEST):
            self._answer(client, conn, topic.removeprefix(_REQUEST), payload)
        for sample in samples:
            if sample.tag in self._known:
                self._keep(at, sample)

    def _keep(self, at: int, sample: Sample) -> None:
        code = self._known[sample.tag]
        version, copies = self._store.put(
            (sample.device, "realtime", code, stamp_ms(sample.at_us)), ({"Rtd": sample.value}, "")
        )
        self._observe(
            Stored(
                t=at,
                centre=self.name,
                mn=self._mn,
                kind="realtime",
                code=code,
                stamp=stamp(sample.at_us),
                fields={"Rtd": sample.value},
                flag="",
                qn=stamp_ms(sample.at_us),
                version=version,
                copies=copies,
            )
        )

    def _answer(self, client: Client, conn: int, number: str, payload: bytes) -> None:
        """Session limits are the one thing a gateway asks of its platform before it sends anything."""
        try:
            method = parse(payload).get("method")
        except JsonError:
            method = None
        answer: dict[str, object] = (
            {
                "maxPayloadSize": Number("65536"),
                "maxInflightMessages": Number("100"),
                "rateLimits": _NO_LIMITS,
                "gatewayRateLimits": _NO_LIMITS,
            }
            if method == _LIMITS
            else {"error": f"no method {method}"}
        )
        text = write(answer)
        client.publish(_RESPONSE + number, text, qos=1)
        topic = _RESPONSE + number
        self._observe(Sent(t=self._clock.now_us(), centre=self.name, conn=conn, frame=text, cn=topic, qn=number))


def _free(host: str, port: int) -> None:
    """Raises OSError if somebody listens there already: Mosquitto would say so on its screen only."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
