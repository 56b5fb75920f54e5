"""The connection to one centre: streams of packets out, acknowledgements and commands in.

Leaves the queue to `storage.outbox` and the meaning of commands to `commands`. Three streams share the connection, each
with at most one unacknowledged packet, so that backfill never holds up live periods nor either of them real-time data.
One link knows nothing of the others.
"""

from __future__ import annotations

import asyncio
import random as random_module
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from reference_terminal.crypto.certificates import CertificateError
from reference_terminal.crypto.status import Watched
from reference_terminal.hj212 import frame as frames
from reference_terminal.hj212 import message as messages
from reference_terminal.hj212.frame import Decoder, Refused
from reference_terminal.hj212.message import SPLIT_FLAG, UPLOAD_FLAG, Malformed, Message
from reference_terminal.hj212.qn import QnSource
from reference_terminal.model.clock import WallClock
from reference_terminal.model.messages import Text, text_of
from reference_terminal.model.reading import Reading
from reference_terminal.model.rows import Pending
from reference_terminal.model.seams import seam
from reference_terminal.model.times import floor_s, span_of
from reference_terminal.net.channel import ChannelRefused, Line, Revocation, Security, open_line
from reference_terminal.processing.pipeline import Pipeline
from reference_terminal.security.payload import Payload, PayloadRefused, is_protected
from reference_terminal.settings.centre_parameters import CentreSettings
from reference_terminal.settings.centres import CentreConfig
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.outbox import BACKFILL, LIVE, Outbox
from reference_terminal.storage.store import Store
from reference_terminal.uplink import messages as notices
from reference_terminal.uplink.hj212 import packets
from reference_terminal.uplink.hj212.packets import Channel, command_of

DEAD_AIR_S = 60.0
"""A connection on which nothing was heard for so long while acknowledgements were due is taken for dead."""
_LOOK_AGAIN_S = 30.0
_REMEMBERED = 1000
_CHUNK = 4_096
"""Octets that are looked at before anybody else comes to his turn, where they are none of a sound centre's."""
_MANY_REFUSED = 32
_ANSWERS = ("9011", "9012", "9013", "9014")


class LinkLost(Exception):
    """The connection to the centre is gone or of no use."""


class Commands(Protocol):
    """Who carries out what a centre asks."""

    async def handle(self, link: CentreLink, request: Message) -> None:
        """Carry out one request and answer it."""
        ...


class CentreLink:
    """One centre: connection, streams, acknowledgements."""

    def __init__(
        self,
        config: CentreConfig,
        settings: CentreSettings,
        channels: Sequence[Channel],
        outbox: Outbox,
        store: Store,
        pipeline: Pipeline,
        clock: WallClock,
        qn: QnSource,
        journal: Journal,
        commands: Commands,
        random: random_module.Random,
        security: Security,
        payload: Payload | None = None,
    ) -> None:
        self.config = config
        self.settings = settings
        self.channels = channels
        self.outbox = outbox
        self._store = store
        self._pipeline = pipeline
        self._clock = clock
        self._qn = qn
        self._journal = journal
        self._commands = commands
        self._random = random
        self._security = security
        self._payload = payload
        self._loop = asyncio.get_running_loop()
        self._line: Line | None = None
        self._waiting: dict[tuple[str, str], asyncio.Future[None]] = {}
        self._unresolved: dict[str, Pending] = {}
        self._fresh: dict[int, Reading] = {}
        self._requests: asyncio.Queue[Message] = asyncio.Queue(maxsize=100)
        self._heard_s = 0.0
        self._failures = 0
        self._refused = 0
        self._refused_told_s = -1e9

    @property
    @seam
    def connected(self) -> bool:
        """Whether there is a connection now."""
        return self._line is not None

    @property
    def agreed(self) -> str:
        """What the channel of the connection is: plain, or version, suite and group of its handshake."""
        return "" if self._line is None else self._line.agreed

    @property
    def protected(self) -> bool:
        """Whether packets are protected above the channel."""
        return self._payload is not None

    # Connection

    def works(self) -> list[Callable[[], Awaitable[None]]]:
        """What runs of it."""
        return [self.run]

    async def run(self) -> None:
        """Keep the connection until cancelled."""
        while True:
            heard = False
            try:
                line = await self._connect()
            except (OSError, TimeoutError) as error:
                self._lost(notices.CANNOT_CONNECT(error=type(error).__name__))
            except (ChannelRefused, CertificateError) as error:
                self._journal.raise_alarm(notices.CHANNEL_REFUSED, self.config.id, reason=text_of(error))
            else:
                heard = await self._session(line)
            self._failures = 0 if heard else self._failures + 1
            await asyncio.sleep(self.reconnect_pause_s(self._failures))

    @seam
    async def _connect(self) -> Line:
        """A line to the centre whose channel is as configured; raises what `open_line` raises."""
        config = self.config
        line = await open_line(config.host, config.port, self._security, self._clock.now_s, config.connect_timeout_s)
        self._journal.clear_alarm(notices.CHANNEL_REFUSED, config.id)
        return line

    @seam
    def reconnect_pause_s(self, failures: int) -> float:
        """Pause before connecting again: 1 s after a useful session, else doubling to 60 s, with jitter."""
        return min(60.0, 2.0 ** min(failures, 10)) * (0.75 + 0.25 * self._random.random())

    def _lost(self, reason: Text) -> None:
        address = f"{self.config.host}:{self.config.port}"
        self._journal.raise_alarm(notices.CENTRE_LOST, self.config.id, address=address, reason=reason)

    @seam
    async def _session(self, line: Line) -> bool:
        """Work on one connection until it ends; whether anything was heard on it."""
        self._line = line
        connected_s = self._heard_s = self._loop.time()
        self._journal.say(notices.CENTRE_CONNECTED(centre=self.config.id))
        self._requests = asyncio.Queue(maxsize=100)
        self.outbox.wake()
        workers = [
            self._receive(line),
            self._carry_out(),
            self._realtime(),
            self._stream(LIVE),
            self._stream(BACKFILL),
        ]
        if self.config.ask_time:
            workers.append(self._ask_time())
        if line.until_s:
            workers.append(self._watch_certificates(line.until_s))
        if self._security.revocation is not None and line.standing:
            workers.append(self._watch_revocation(self._security.revocation, line))
        if line.status is not None:
            workers.append(self._watch_status(line.status))
        tasks = [self._loop.create_task(worker) for worker in workers]
        try:
            reason = await self._first_loss(tasks)
        except GeneratorExit:
            raise
        except BaseException:
            await self._hang_up(line, tasks)
            raise
        await self._hang_up(line, tasks)
        self._lost(notices.CONNECTION_LOST(reason=reason))
        return self._heard_s > connected_s

    async def _first_loss(self, tasks: Sequence[asyncio.Task[None]]) -> str:
        """Wait until a task finds the connection lost; the reason. Any other failure of a task goes on."""
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        reasons: list[str] = []
        for task in done:
            error = task.exception()
            if isinstance(error, LinkLost | OSError):
                reasons.append(str(error) or type(error).__name__)
            elif error is not None:
                raise error
        return "; ".join(reasons)

    @seam
    async def _watch_certificates(self, until_s: int) -> None:
        """End the connection when a certificate it stands on expires: it would not be opened anew either."""
        await self._clock.sleep_until(until_s * 1000)
        raise LinkLost("a certificate of the channel has expired")

    @seam
    async def _watch_revocation(self, revocation: Revocation, line: Line) -> None:
        """End the connection once a certificate it stands on is revoked, or cannot be checked any more."""
        while True:
            fault = revocation.fault(line.standing, self._clock.now_s())
            if fault:
                raise LinkLost(fault)
            await revocation.changed()

    @seam
    async def _watch_status(self, status: Watched) -> None:
        """Look again when the status of the centre's certificate is known no longer, and end the connection if bad."""
        while status.until_s:
            await self._clock.sleep_until(status.until_s * 1000)
            try:
                status.until_s = await status.again()
            except ChannelRefused as error:
                raise LinkLost(error.en) from None

    async def _hang_up(self, line: Line, tasks: Sequence[asyncio.Task[None]]) -> None:
        self._line = None
        for task in tasks:
            task.cancel()
        line.abort()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._waiting.clear()

    @seam
    def send(self, message: Message) -> None:
        """Put one message on the wire; raises LinkLost."""
        self._write(self._packet(message))

    def _packet(self, message: Message) -> bytes:
        """A message as it goes out this time: protected afresh where the centre's profile asks for it."""
        data = messages.encode(message)
        return frames.encode(data if self._payload is None else self._payload.protect(data))

    def _write(self, data: bytes) -> None:
        line = self._line
        if line is None or line.closing():
            raise LinkLost("connection closed")
        line.write(data)

    # Receiving

    async def _receive(self, line: Line) -> None:
        decoder = Decoder(self.config.receive_limit)
        while True:
            data = await line.read(_CHUNK)
            if not data:
                raise LinkLost("closed by the centre")
            self._heard_s = self._loop.time()
            self._journal.clear_alarm(notices.CENTRE_LOST, self.config.id)
            refused = 0
            for item in decoder.feed(data):
                if isinstance(item, Refused):
                    refused += 1
                    self._refuse(item)
                    continue
                try:
                    message = messages.parse(self._opened(item.data))
                except (Malformed, PayloadRefused) as error:
                    self._tell_refused(str(error))
                    continue
                self._sort(message)
            if refused > _MANY_REFUSED:
                # What has come already is read without a rest: acquisition would wait for the end of it.
                await asyncio.sleep(0)

    @seam
    def _opened(self, data: bytes) -> bytes:
        """A data segment in the clear; raises PayloadRefused for one that is not protected as agreed."""
        if self._payload is not None:
            return self._payload.open(data)
        if is_protected(data):
            raise PayloadRefused("payload-unexpected")
        return data

    @seam
    def _sort(self, message: Message) -> None:
        """Answers go to the exchange they belong to, everything else is a request."""
        if message.cn in _ANSWERS:
            self._answer(message)
        elif self._requests.full():
            self._tell_refused(f"too many requests waiting, {message.cn} dropped")
        else:
            self._requests.put_nowait(message)

    @seam
    def _refuse(self, item: Refused) -> None:
        self._tell_refused(f"{item.reason}, {item.octets} octets skipped")
        if item.data and self.config.answer_crc_error and self._payload is None:
            try:
                request = messages.parse(item.data)
            except Malformed:
                return
            if request.cn not in _ANSWERS:
                self.send(self.answer_to(request, "9011", "QnRtn=9"))

    def _tell_refused(self, reason: str) -> None:
        """Log what was refused, at most once a second; the number since the last line is told with it."""
        self._refused += 1
        now_s = self._loop.time()
        if now_s - self._refused_told_s < 1.0:
            return
        count, self._refused, self._refused_told_s = self._refused, 0, now_s
        self._journal.event(notices.PACKET_REFUSED, self.config.id, count=count, reason=reason)

    @seam
    def _answer(self, message: Message) -> None:
        """An answer ends the exchange it names; one for an older exchange still counts for its period."""
        waiter = self._waiting.get((message.cn, message.qn))
        if waiter is not None and self.matches(message):
            if not waiter.done():
                waiter.set_result(None)
            return
        if message.cn == "9014" and self.matches(message) and self.counts_late(message):
            self.outbox.delivered(self._unresolved.pop(message.qn))
            self.outbox.wake()

    def matches(self, answer: Message) -> bool:
        """Whether an answer whose command and QN fit is meant for this terminal: same MN."""
        return answer.mn == self.config.mn

    def counts_late(self, answer: Message) -> bool:
        """Whether an acknowledgement that came after its exchange had ended still names a period that waits."""
        pending = self._unresolved.get(answer.qn)
        return pending is not None and self.outbox.is_waiting(pending)

    # Exchanges

    def new_qn(self) -> str:
        """A QN for a new interaction."""
        return self._qn.next()

    def message(self, cn: str, cp: str, qn: str, part: tuple[int, int] | None = None) -> Message:
        """An upload of this terminal; `part` is (PNUM, PNO)."""
        flag = UPLOAD_FLAG if part is None else SPLIT_FLAG
        pnum, pno = part if part is not None else (None, None)
        return Message(qn, self.config.st, cn, self.settings.pw, self.config.mn, flag, cp, pnum, pno)

    def answer_to(self, request: Message, cn: str, cp: str) -> Message:
        """An answer: system code 91, PW, MN and QN as received, Flag 4 so that it is not answered itself."""
        return Message(request.qn, "91", cn, request.pw, request.mn, messages.ANSWER_FLAG, cp)

    async def exchange(self, message: Message, expected: str = "9014") -> bool:
        """Send until acknowledged: once and `recount` times more with the same QN, `overtime_s` apart."""
        key = (expected, message.qn)
        waiter: asyncio.Future[None] = self._loop.create_future()
        self._waiting[key] = waiter
        try:
            for _ in range(self.transmissions()):
                self._write(self._packet(message))
                if await self._acknowledged(waiter, self.settings.overtime_s):
                    return True
        finally:
            self._waiting.pop(key, None)
        if self.is_dead():
            raise LinkLost(f"nothing heard for {DEAD_AIR_S:.0f} s")
        return False

    @seam
    def transmissions(self) -> int:
        """How often one packet is sent in one exchange: ReCount counts the repetitions."""
        return 1 + self.settings.recount

    @seam
    def is_dead(self) -> bool:
        """Whether nothing was heard for so long that the connection is taken for half-open."""
        return self._loop.time() - self._heard_s > DEAD_AIR_S

    @seam
    async def _acknowledged(self, waiter: asyncio.Future[None], timeout_s: float) -> bool:
        pause: asyncio.Future[None] = self._loop.create_future()
        timer = self._loop.call_later(timeout_s, _release, pause)

        def heard(_: asyncio.Future[None]) -> None:
            _release(pause)

        waiter.add_done_callback(heard)
        try:
            await pause
        finally:
            timer.cancel()
            waiter.remove_done_callback(heard)
        return waiter.done()

    # Streams

    async def _stream(self, name: str) -> None:
        """Deliver waiting periods of one kind, one at a time."""
        event = self.outbox.work[name]
        failures = 0
        while True:
            event.clear()
            item = self.outbox.due(name)
            if item is None:
                await self._idle(event)
                continue
            self.outbox.begin(item)
            try:
                done = await self.deliver(item)
            except BaseException:
                self.outbox.abandon(item)
                raise
            if done:
                failures = 0
                self.outbox.delivered(item)
            else:
                failures += 1
                self.outbox.failed(item)
                await asyncio.sleep(self.outbox.pause_s(failures))

    async def _idle(self, event: asyncio.Event) -> None:
        """Wait for work; while something rests in the queue, look again from time to time."""
        if not self.outbox.any_waiting():
            await event.wait()
            return
        timer = self._loop.call_later(_LOOK_AGAIN_S, event.set)
        try:
            await event.wait()
        finally:
            timer.cancel()

    async def deliver(self, item: Pending) -> bool:
        """Send one period in as many packets as it takes; whether every one was acknowledged."""
        items = self.period_items(item.span, item.start_s)
        if not items:
            return True
        first = f"DataTime={packets.period_stamp(item.start_s, item.end_s)}"
        return await self.upload(command_of(span_of(item.span)), first, items, item)

    @property
    @seam
    def reading_suffix(self) -> str:
        """What is added to a code for the closing register; empty when this centre does not want it."""
        return self.config.reading_suffix if self.config.reading else ""

    def period_items(self, span: int, start_s: int) -> list[str]:
        """The items of one stored period as this centre receives them."""
        return packets.record_items(self.channels, self._store.period(span, start_s), self.reading_suffix)

    async def upload(self, cn: str, first: str, items: list[str], pending: Pending | None = None) -> bool:
        """Send items under one DataTime, split if need be, each part acknowledged before the next goes out."""
        room = messages.cp_room(self.config.st, self.settings.pw, self.config.mn)
        if self._payload is not None:
            segment = messages.cp_segment(self.config.st, self.config.mn)
            room = min(room, self._payload.room(self.settings.pw, segment))
        parts = messages.split(first, items, room)
        for number, cp in enumerate(parts, 1):
            qn = self.new_qn()
            part = None if len(parts) == 1 else (len(parts), number)
            if not await self.exchange(self.message(cn, cp, qn, part)):
                if pending is not None and len(parts) == 1:
                    self._remember(qn, pending)
                return False
        return True

    def _remember(self, qn: str, pending: Pending) -> None:
        """Keep the QN of an unacknowledged packet, for an acknowledgement that comes late."""
        self._unresolved[qn] = pending
        while len(self._unresolved) > _REMEMBERED:
            del self._unresolved[next(iter(self._unresolved))]

    # Real-time data

    @seam
    def note_readings(self, readings: Sequence[Reading]) -> None:
        """Readings were committed: the latest of each point goes into real-time data."""
        for reading in readings:
            self._fresh[reading.point] = reading

    async def _realtime(self) -> None:
        """Send the latest readings every RtdInterval on the wall grid; what could not be sent is not made up for."""
        while True:
            interval_s = self.settings.realtime_s
            tick_s = floor_s(self._clock.now_s(), interval_s) + interval_s
            await self._clock.sleep_until_or_step(tick_s * 1000)
            late_s = self._clock.now_s() - tick_s
            if not 0 <= late_s < interval_s or not self.sends_realtime():
                continue
            await self._pipeline.settled(tick_s, min(10.0, interval_s / 2))
            data_time, items = self.take_realtime((tick_s - 2 * interval_s) * 1000)
            if items:
                await self.upload("2011", f"DataTime={data_time}", items)

    @seam
    def sends_realtime(self) -> bool:
        """Whether this centre is sent real-time data now."""
        return self.settings.realtime_on and "2011" in self.config.uploads

    def take_realtime(self, oldest_ms: int) -> tuple[str, list[str]]:
        """The readings since the last real-time packet, none of them older than `oldest_ms`; never one twice."""
        fresh = {point: reading for point, reading in self._fresh.items() if reading.at_ms >= oldest_ms}
        self._fresh.clear()
        return packets.realtime(self.channels, fresh)

    # Requests

    async def _carry_out(self) -> None:
        while True:
            request = await self._requests.get()
            await self._commands.handle(self, request)
            if self._line is not None:
                # A centre that takes no answers is given no more of them.
                await self._line.drain()

    async def _ask_time(self) -> None:
        """Ask for the time once after connecting (1013); the centre answers 9013 and sends 1012."""
        await self.exchange(self.message("1013", "", self.new_qn()), "9013")


def _release(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
