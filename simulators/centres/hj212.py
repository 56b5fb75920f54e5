"""An HJ 212-2017 data centre as a TCP server: receives, acknowledges, stores, commands, and misbehaves on demand.

Leaves to others: frames and packets (`codec`), what the switches are (`switches`), and judging what arrived. Answers
and commands follow HJ 212-2017 6.2 and table 9: an upload with bit A gets 9014, a notification 9013; a request gets
9011 and then 9012. Records are stored by the key (MN, kind, code, DataTime), every differing content as a version.
"""

from __future__ import annotations

import asyncio
import contextvars
import random
from collections import deque
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec

from simulators.centres.codec import (
    FATAL,
    REMARKS,
    Frame,
    Junk,
    Packet,
    Splitter,
    encode,
    parse_data,
)
from simulators.centres.switches import SwitchError, Switches, changed
from simulators.clock import Clock, Observe
from simulators.events import Behaviour, Commanded, Connected, Received, Rejected, Sent, Stored
from simulators.stamps import stamp, stamp_ms

__all__ = ["Centre", "Connection", "Exchange", "SwitchError", "Switches"]

KINDS = {"2011": "realtime", "2051": "minute", "2061": "hour", "2031": "day"}
"""Command code of an upload to the class of its records."""

HISTORY = {"minute": "2051", "hour": "2061", "day": "2031"}

_ANSWERS = ("9011", "9012", "9013", "9014")
_HEARTBEATS = ("9015", "9021")
_TAIL_S = 0.5
_KEPT_OCTETS = 256
_HALF_S = 30.0
_OCTET_S = 0.002
_GLUE_S = 0.2
_JUNK = {"junk-hash": b"#", "junk-head": b"##zz"}


@dataclass
class Exchange:
    """One request of the centre and what came of it.

    `accepted` is QnRtn, `result` ExeRtn, empty if none came. `answers` are the data packets, `fetched` their number.
    `ended` is done, refused, answer-timeout, execution-timeout, connection-lost or no-connection.
    """

    cn: str
    qn: str
    cp: tuple[tuple[str, str], ...] = ()
    sent_us: int = 0
    accepted: str = ""
    result: str = ""
    answers: list[Packet] = field(default_factory=list[Packet])
    ended: str = ""
    conn: int = 0
    execution_s: float = 60
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    timer: asyncio.Timeout | None = None

    @property
    def fetched(self) -> int:
        """Number of data packets that came in answer."""
        return len(self.answers)

    def value(self, name: str) -> str:
        """A field of the first data answer that has it; empty if none."""
        return next((found for packet in self.answers if (found := packet.field(name))), "")

    def moved(self) -> None:
        """Something came: the execution time-out starts anew."""
        if self.timer is not None:
            self.timer.reschedule(asyncio.get_running_loop().time() + self.execution_s)


class _Record(msgspec.Struct):
    """Versions of one key: content and number of arrivals of each."""

    versions: list[tuple[dict[str, str], str]]
    copies: list[int]


class Connection(asyncio.Protocol):
    """One connection of a terminal to the centre."""

    def __init__(self, centre: Centre, number: int) -> None:
        self.centre = centre
        self.number = number
        self.peer = ""
        self.mn = ""
        self.opened_us = 0
        self.closed = False
        self._transport: asyncio.Transport | None = None
        self._splitter = Splitter()
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self._outbox: deque[tuple[bytes, Packet, str]] = deque()
        self._octets_busy = False
        self._glue: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A terminal has connected."""
        self._transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        self.peer = f"{peer[0]}:{peer[1]}" if peer else ""
        self.centre.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The terminal has gone, or the centre has closed."""
        self.closed = True
        if self._timer is not None:
            self._timer.cancel()
        self._take(self._splitter.flush(final=True))
        self.centre.lost(self, exc)

    def eof_received(self) -> bool:
        """The terminal has ended its sending: so does the centre."""
        return False

    def data_received(self, data: bytes) -> None:
        """Octets in any pieces."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._take(self._splitter.feed(data))
        if self._splitter.pending:
            self._timer = self._loop.call_later(_TAIL_S, self._flush, False)
        switches = self.centre.switches
        if switches.reading == "slow" and self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()
            self._loop.call_later(switches.reading_pause_s, self.read_on)

    def _flush(self, final: bool) -> None:
        self._timer = None
        self._take(self._splitter.flush(final=final))
        if self._splitter.pending and not final:
            self._timer = self._loop.call_later(_HALF_S, self._flush, True)

    def _take(self, found: Sequence[Frame | Junk]) -> None:
        for each in found:
            if isinstance(each, Junk):
                self.centre.rejected(self, each.octets, each.count, each.reason)
            else:
                self.centre.received(self, each)

    def read_on(self) -> None:
        """Go on reading unless reading is stopped."""
        if self._transport is not None and not self._transport.is_closing():
            if self.centre.switches.reading == "stopped":
                self._transport.pause_reading()
            else:
                self._transport.resume_reading()

    def half_close(self) -> None:
        """End the centre's own sending direction."""
        if self._transport is not None and not self._transport.is_closing() and self._transport.can_write_eof():
            self._transport.write_eof()

    def close(self) -> None:
        """Close after what was sent has left."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    # Sending.

    def send(self, packet: Packet, spoiled: str = "") -> None:
        """Send a packet in the manner of the switches; `spoiled` names a deliberate deviation."""
        switches = self.centre.switches
        frame = encode(packet)
        if switches.comma_range and packet.field("EndTime"):
            frame = _with_comma(packet)
            spoiled = spoiled or "comma-range"
        if switches.crc_case == "lower":
            frame = frame[:-6] + frame[-6:-2].lower() + frame[-2:]
            spoiled = spoiled or "crc-lower-case"
        if switches.sending == "lf-only":
            frame = frame[:-2] + b"\n"
        frame = _JUNK.get(switches.sending, b"") + frame
        if switches.sending != "whole":
            spoiled = spoiled or switches.sending
        self._outbox.append((frame, packet, spoiled))
        if switches.sending == "octets":
            if not self._octets_busy:
                self._octets_busy = True
                self._send_octets(0)
        elif switches.sending == "glued" and len(self._outbox) < 2:
            self._glue = self._loop.call_later(_GLUE_S, self._send_all)
        elif not self._octets_busy:
            self._send_all()

    def send_octets(self, octets: bytes) -> bool:
        """Send octets as they are: junk, half a frame, a frame with a wrong check word. False if they cannot leave."""
        return self._write(octets)

    def _send_all(self) -> None:
        if self._glue is not None:
            self._glue.cancel()
            self._glue = None
        ready = list(self._outbox)
        self._outbox.clear()
        if ready and self._write(b"".join(frame for frame, _, _ in ready)):
            for frame, packet, spoiled in ready:
                self.centre.sent(self, frame, packet, spoiled)

    def _send_octets(self, at: int) -> None:
        frame, packet, spoiled = self._outbox[0]
        if not self._write(frame[at : at + 1]):
            self._outbox.clear()
        elif at + 1 < len(frame):
            self._loop.call_later(_OCTET_S, self._send_octets, at + 1)
            return
        else:
            self._outbox.popleft()
            self.centre.sent(self, frame, packet, spoiled)
        if self._outbox:
            self._loop.call_later(_OCTET_S, self._send_octets, 0)
        else:
            self._octets_busy = False

    def _write(self, octets: bytes) -> bool:
        if self.closed or self._transport is None or self._transport.is_closing():
            return False
        self._transport.write(octets)
        return True


def _with_comma(packet: Packet) -> bytes:
    fields = tuple(pair for each in packet.cp for pair in each)
    times = tuple(pair for pair in fields if pair[0] in ("BeginTime", "EndTime"))
    others = tuple((pair,) for pair in fields if pair not in times)
    return encode(msgspec.structs.replace(packet, cp=(*others, times)))


class Centre:
    """The data centre.

    `mn`, `pw` and `st` are those of its terminal; an empty `mn` takes any. `over_time_s` and `re_count` are what it
    does itself for its requests (HJ 212-2017 table 1) until `set_timeouts` changes both sides.
    """

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        *,
        mn: str,
        pw: str,
        st: str,
        clock: Clock,
        chance: random.Random,
        observe: Observe,
        over_time_s: int = 10,
        re_count: int = 3,
        realtime_interval_s: int = 0,
        minute_interval: int = 15,
        switches: Switches | None = None,
    ) -> None:
        self.name = name
        self.host = host
        self.port = port
        self.mn = mn
        self.pw = pw
        self.st = st
        self.over_time_s = over_time_s
        self.re_count = re_count
        self.realtime_interval_s = realtime_interval_s
        self.minute_interval = minute_interval
        self.switches = switches or Switches()
        self._clock = clock
        self._chance = chance
        self._observe = observe
        self._old_pw = pw
        self._server: asyncio.Server | None = None
        self._running = False
        self._context = contextvars.copy_context()
        self._count = 0
        self._connections: dict[int, Connection] = {}
        self._exchanges: dict[str, Exchange] = {}
        self._last_qn_ms = 0
        self._records: dict[tuple[str, str, str, str], _Record] = {}
        self._copies: dict[tuple[str, str, int], int] = {}
        self._closings_left = 0
        self._tasks: list[asyncio.Task[Any]] = []

    # Life.

    async def start(self) -> None:
        """Listen (unless the switches say refuse). Raises OSError if the port is taken."""
        self._running = True
        self._context = contextvars.copy_context()
        await self._listen()

    async def stop(self) -> None:
        """Close the port and every connection."""
        self._running = False
        self._close_port()
        for connection in self.connections:
            connection.close()
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()

    async def _listen(self) -> None:
        if self._server is None and self._running and self.switches.accept != "refuse":
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(self._connection, self.host, self.port)

    def _close_port(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def _connection(self) -> Connection:
        self._count += 1
        return Connection(self, self._count)

    def _background(self, work: Coroutine[Any, Any, Any]) -> None:
        self._tasks = [task for task in self._tasks if not task.done()]
        # Whoever moves the switch, the work is the centre's own: it runs where the centre was started.
        self._tasks.append(asyncio.get_running_loop().create_task(work, context=self._context.copy()))

    @property
    def connections(self) -> tuple[Connection, ...]:
        """Open connections, oldest first."""
        return tuple(self._connections.values())

    @property
    def records(self) -> dict[tuple[str, str, str, str], list[tuple[dict[str, str], str]]]:
        """What is stored: (MN, kind, code, DataTime) to the versions (fields, flag), oldest first."""
        return {key: record.versions for key, record in self._records.items()}

    def behave(self, **switches: object) -> None:
        """Change switches from now on (see `Switches`). Raises SwitchError for an unknown switch or value."""
        before = self.switches
        self.switches = changed(before, switches)
        self._observe(
            Behaviour(
                t=self._clock.now_us(),
                centre=self.name,
                switches={name: str(getattr(self.switches, name)) for name in switches},
            )
        )
        if "close_between_parts" in switches:
            self._closings_left = self.switches.close_between_parts
        if self.switches.accept == "refuse":
            self._close_port()
        elif before.accept == "refuse":
            self._background(self._listen())
        for connection in self.connections:
            if self.switches.reading != before.reading:
                connection.read_on()
            if self.switches.half_close:
                connection.half_close()

    def disconnect(self, *, abort: bool = False) -> None:
        """Close (or abort) every open connection."""
        for connection in self.connections:
            if abort:
                connection.abort()
            else:
                connection.close()

    def send_octets(self, octets: bytes, why: str) -> int:
        """Send octets that are no sound frame on every open connection; how many took them. `why` names them."""
        taken = 0
        for connection in self.connections:
            if connection.send_octets(octets):
                taken += 1
                text = octets[:_KEPT_OCTETS].decode("latin-1")
                self._observe(
                    Sent(
                        t=self._clock.now_us(),
                        centre=self.name,
                        conn=connection.number,
                        frame=text,
                        cn="",
                        qn="",
                        spoiled=why,
                    )
                )
        return taken

    # Connections tell.

    def opened(self, connection: Connection) -> None:
        """A connection was made."""
        connection.opened_us = self._clock.now_us()
        if self.switches.accept == "close":
            self._connected(connection, "refused", "closed at once")
            connection.close()
            return
        self._connections[connection.number] = connection
        self._connected(connection, "opened", "")
        if self.switches.reading == "stopped":
            connection.read_on()
        if self.switches.half_close:
            connection.half_close()
        if self.switches.init:
            self._background(self._start_up())

    def lost(self, connection: Connection, exc: Exception | None) -> None:
        """A connection was lost or closed."""
        if self._connections.pop(connection.number, None) is None:
            return
        self._connected(connection, "reset" if isinstance(exc, ConnectionResetError) else "closed", str(exc or ""))
        for exchange in list(self._exchanges.values()):
            if exchange.conn == connection.number and not exchange.done.is_set():
                exchange.ended = "connection-lost"
                exchange.answered.set()
                exchange.done.set()

    def _connected(self, connection: Connection, state: str, reason: str) -> None:
        self._observe(
            Connected(
                t=self._clock.now_us(),
                at=self.name,
                conn=connection.number,
                peer=connection.peer,
                state=state,
                reason=reason,
            )
        )

    def rejected(self, connection: Connection, octets: bytes, count: int, reason: str) -> None:
        """Octets that are no frame."""
        self._observe(
            Rejected(
                t=self._clock.now_us(),
                at=self.name,
                conn=connection.number,
                octets=octets.hex().upper(),
                count=count,
                reason=reason,
            )
        )

    def sent(self, connection: Connection, frame: bytes, packet: Packet, spoiled: str) -> None:
        """The last octet of a frame has left."""
        now = self._clock.now_us()
        self._observe(
            Sent(
                t=now,
                centre=self.name,
                conn=connection.number,
                frame=frame.decode("utf-8", "replace"),
                cn=packet.cn,
                qn=packet.qn,
                spoiled=spoiled,
            )
        )
        exchange = self._exchanges.get(packet.qn)
        if exchange is not None and packet.cn == exchange.cn:
            exchange.sent_us = now

    # Receiving.

    def received(self, connection: Connection, frame: Frame) -> None:
        """A whole frame: record it, then answer, store or match it."""
        packet, found = parse_data(frame.data)
        foreign, code = self._stranger(packet)
        faults = tuple(dict.fromkeys((*frame.faults, *found, *foreign)))
        self._observe(
            Received(
                t=self._clock.now_us(),
                centre=self.name,
                conn=connection.number,
                frame=frame.octets.decode("utf-8", "replace"),
                faults=faults,
                qn=packet.qn,
                st=packet.st,
                cn=packet.cn,
                mn=packet.mn,
                flag=str(packet.flag) if packet.flag >= 0 else "",
                pnum=packet.pnum,
                pno=packet.pno,
            )
        )
        usual = [fault for fault in faults if fault not in foreign]
        unusable = [fault for fault in usual if fault in FATAL or (self.switches.strict and fault not in REMARKS)]
        if unusable:
            self.rejected(connection, frame.octets[:256], len(frame.octets), ", ".join(unusable))
            if any(fault.startswith("crc-") for fault in unusable):
                self._crc_error(connection, packet)
            return
        if code and self.switches.identity != "accept":
            if self.switches.identity == "answer" and packet.cn not in _ANSWERS:
                self._answer(connection, packet, "9011", (("QnRtn", str(code)),), spoiled=foreign[0])
            return
        connection.mn = packet.mn
        if packet.cn in _ANSWERS:
            self._match(packet)
        elif packet.cn == "1013":
            self._answer(connection, packet, "9013")
            if self.switches.calibrate:
                self._background(self.set_clock())
        elif packet.cn not in _HEARTBEATS:
            self._data(connection, packet)

    def _stranger(self, packet: Packet) -> tuple[tuple[str, ...], int]:
        """Names of what does not belong to this centre's terminal, and the QnRtn of the first."""
        found: list[tuple[str, int]] = []
        if packet.pw not in (self.pw, self._old_pw):
            found.append(("pw-wrong", 3))
        if self.mn and packet.mn != self.mn:
            found.append(("mn-foreign", 4))
        wanted = ("91",) if packet.cn in _ANSWERS else (self.st, "91")
        if packet.st and packet.st not in wanted:
            found.append(("st-wrong", 5))
        return tuple(name for name, _ in found), found[0][1] if found else 0

    def _crc_error(self, connection: Connection, packet: Packet) -> None:
        if self.switches.crc_error == "qnrtn-9" and packet.cn not in _ANSWERS:
            self._answer(connection, packet, "9011", (("QnRtn", "9"),))
        elif self.switches.crc_error == "close":
            connection.close()

    def _data(self, connection: Connection, packet: Packet) -> None:
        exchange = self._asked_by(packet)
        if exchange is not None:
            exchange.answers.append(packet)
            exchange.moved()
        switches = self.switches
        copy_key = (packet.cn, packet.field("DataTime"), packet.pno)
        copies = self._copies[copy_key] = self._copies.get(copy_key, 0) + 1
        answers = (
            packet.wants_answer
            and switches.ack != "never"
            and copies >= switches.ack_from_copy
            and (switches.ack_share >= 1 or self._chance.random() < switches.ack_share)
        )
        if answers and switches.ack_when == "before":
            self._acknowledge(connection, packet)
        if switches.persist and switches.ack != "negative":
            self._store(packet, exchange is not None)
        if answers and switches.ack_when == "after":
            self._acknowledge(connection, packet)

    def _acknowledge(self, connection: Connection, packet: Packet) -> None:
        if self.switches.ack_after_s:
            loop = asyncio.get_running_loop()
            loop.call_later(self.switches.ack_after_s, self._send_acknowledgement, connection, packet, self.switches)
        else:
            self._send_acknowledgement(connection, packet, self.switches)

    def _send_acknowledgement(self, connection: Connection, packet: Packet, switches: Switches) -> None:
        how = switches.ack
        if how == "close":
            connection.close()
            return
        spoiled = "" if how == "always" else how
        if not spoiled and switches.ack_after_s:
            spoiled = "late"
        if how == "negative":
            self._answer(connection, packet, "9011", (("QnRtn", str(switches.negative_code)),), spoiled=spoiled)
        elif how == "wrong-qn":
            other = msgspec.structs.replace(packet, qn=self._next_qn())
            self._answer(connection, other, "9014", spoiled=spoiled)
        elif how == "wrong-cn":
            self._answer(connection, packet, "9013", spoiled=spoiled)
        elif how == "wrong-mn":
            other = msgspec.structs.replace(packet, mn=packet.mn[::-1])
            self._answer(connection, other, "9014", spoiled=spoiled)
        else:
            self._answer(connection, packet, "9014", spoiled=spoiled)
            if how == "twice":
                self._answer(connection, packet, "9014", spoiled=spoiled)
        if self._closings_left and 0 < packet.pno < packet.pnum:
            self._closings_left -= 1
            connection.close()

    def _answer(
        self,
        connection: Connection,
        packet: Packet,
        cn: str,
        fields: tuple[tuple[str, str], ...] = (),
        spoiled: str = "",
    ) -> None:
        answer = Packet(
            qn=packet.qn, st="91", cn=cn, pw=packet.pw, mn=packet.mn, flag=4, cp=tuple((pair,) for pair in fields)
        )
        connection.send(answer, spoiled)

    # Storing.

    def _store(self, packet: Packet, asked: bool) -> None:
        kind = KINDS.get(packet.cn)
        when = packet.field("DataTime")
        if kind is None or not when:
            return
        contents: dict[str, dict[str, str]] = {}
        for each in packet.cp:
            for name, value in each:
                code, dash, suffix = name.rpartition("-")
                if dash:
                    contents.setdefault(code, {})[suffix] = value
        for code, fields in contents.items():
            flag = fields.pop("Flag", "")
            record = self._records.setdefault((packet.mn, kind, code, when), _Record([], []))
            content = (fields, flag)
            if content in record.versions:
                version = record.versions.index(content)
                record.copies[version] += 1
            else:
                version = len(record.versions)
                record.versions.append(content)
                record.copies.append(1)
            self._observe(
                Stored(
                    t=self._clock.now_us(),
                    centre=self.name,
                    mn=packet.mn,
                    kind=kind,
                    code=code,
                    stamp=when,
                    fields=fields,
                    flag=flag,
                    qn=packet.qn,
                    pno=packet.pno,
                    version=version + 1,
                    copies=record.copies[version],
                    asked=asked,
                )
            )

    # Commanding.

    def _next_qn(self) -> str:
        milliseconds = max(self._clock.now_us() // 1000, self._last_qn_ms + 1)
        self._last_qn_ms = milliseconds
        return str(milliseconds) if self.switches.qn_digits == 13 else stamp_ms(milliseconds * 1000)

    def _match(self, packet: Packet) -> None:
        exchange = self._exchanges.get(packet.qn)
        if exchange is None:
            return
        if packet.cn == "9011":
            exchange.accepted = packet.field("QnRtn")
            exchange.moved()
        elif packet.cn == "9012":
            exchange.result = packet.field("ExeRtn")
            exchange.done.set()
        else:
            exchange.result = exchange.result or "1"
            exchange.done.set()
        exchange.answered.set()

    def _asked_by(self, packet: Packet) -> Exchange | None:
        """The open request that this data packet answers: by QN, or by command and range of time."""
        exchange = self._exchanges.get(packet.qn)
        if exchange is not None:
            return exchange
        for each in self._exchanges.values():
            if each.cn != packet.cn or not each.accepted or each.done.is_set():
                continue
            asked = dict(each.cp)
            when = packet.field("DataTime")
            if "BeginTime" in asked and not asked["BeginTime"] <= when <= asked.get("EndTime", when):
                continue
            return each
        return None

    async def command(
        self,
        cn: str,
        *cp: tuple[str, str],
        flag: int = 5,
        over_time_s: float | None = None,
        execution_s: float = 60,
        mn: str = "",
    ) -> Exchange:
        """Send a request and wait for its end. `cp` are the fields (name, value) in order.

        The request is repeated with the same QN after each answer time-out, `re_count` times. Never raises: `ended`
        and `accepted` of the exchange say how it went.
        """
        qn = self._next_qn()
        exchange = Exchange(cn, qn, tuple(cp), execution_s=execution_s)
        self._exchanges[qn] = exchange
        packet = Packet(
            qn=qn, st=self.st, cn=cn, pw=self.pw, mn=mn or self.mn, flag=flag, cp=tuple((pair,) for pair in cp)
        )
        patience = self.over_time_s if over_time_s is None else over_time_s
        try:
            for _ in range(1 + self.re_count):
                connection = next(reversed(self._connections.values()), None)
                if connection is None:
                    exchange.ended = "no-connection"
                    break
                exchange.conn = connection.number
                connection.send(msgspec.structs.replace(packet, mn=packet.mn or connection.mn))
                try:
                    async with asyncio.timeout(patience):
                        await exchange.answered.wait()
                    break
                except TimeoutError:
                    exchange.ended = "answer-timeout"
            if exchange.answered.is_set():
                await self._executed(exchange)
        finally:
            del self._exchanges[qn]
            self._observe(
                Commanded(
                    t=self._clock.now_us(),
                    centre=self.name,
                    cn=cn,
                    qn=qn,
                    sent=exchange.sent_us,
                    accepted=exchange.accepted,
                    result=exchange.result,
                    fetched=exchange.fetched,
                    answer=_plain(exchange.answers),
                )
            )
        return exchange

    async def _executed(self, exchange: Exchange) -> None:
        if exchange.ended == "connection-lost":
            return
        if exchange.accepted not in ("", "1"):
            exchange.ended = "refused"
            return
        try:
            async with asyncio.timeout(exchange.execution_s) as timer:
                exchange.timer = timer
                await exchange.done.wait()
            exchange.ended = exchange.ended if exchange.ended == "connection-lost" else "done"
        except TimeoutError:
            exchange.ended = "execution-timeout"
        finally:
            exchange.timer = None

    async def set_timeouts(self, over_time_s: int, re_count: int) -> Exchange:
        """1000: answer time-out (s) and number of repetitions, taken over by the centre itself when accepted."""
        exchange = await self.command("1000", ("OverTime", str(over_time_s)), ("ReCount", str(re_count)))
        if exchange.result == "1":
            self.over_time_s, self.re_count = over_time_s, re_count
        return exchange

    async def read_clock(self) -> Exchange:
        """1011: the terminal's clock; `value("SystemTime")` of the exchange."""
        return await self.command("1011")

    async def set_clock(self, at_us: int | None = None) -> Exchange:
        """1012: set the terminal's clock to an instant (us UTC), default true time."""
        now = self._clock.now_us() if at_us is None else at_us
        return await self.command("1012", ("SystemTime", stamp(now)))

    async def read_realtime_interval(self) -> Exchange:
        """1061: `value("RtdInterval")`, seconds."""
        return await self.command("1061")

    async def set_realtime_interval(self, seconds: int) -> Exchange:
        """1062: real-time interval, 30 to 3600 s."""
        exchange = await self.command("1062", ("RtdInterval", str(seconds)))
        if exchange.result == "1":
            self.realtime_interval_s = seconds
        return exchange

    async def read_minute_interval(self) -> Exchange:
        """1063: `value("MinInterval")`, minutes."""
        return await self.command("1063")

    async def set_minute_interval(self, minutes: int) -> Exchange:
        """1064: interval of minute data."""
        exchange = await self.command("1064", ("MinInterval", str(minutes)))
        if exchange.result == "1":
            self.minute_interval = minutes
        return exchange

    async def set_password(self, new: str) -> Exchange:
        """1072: a new password; the centre uses it from then on and still takes the old one."""
        exchange = await self.command("1072", ("NewPW", new))
        if exchange.result == "1":
            self._old_pw, self.pw = self.pw, new
        return exchange

    async def read_now(self) -> Exchange:
        """2011 as a request: the terminal reads its meters now and sends real-time data."""
        return await self.command("2011")

    async def stop_realtime(self) -> Exchange:
        """2012: real-time data off."""
        return await self.command("2012")

    async def history(self, kind: str, begin: str, end: str) -> Exchange:
        """2051, 2061, 2031 as a request: records of a closed range of stamps; `kind` is minute, hour or day."""
        return await self.command(HISTORY[kind], ("BeginTime", begin), ("EndTime", end), execution_s=120)

    async def information(self, code: str, device: str, begin: str = "", end: str = "") -> Exchange:
        """3020: field information `code` (i11001, ...) of a device (PolId), of a range of time if given."""
        times = (("BeginTime", begin), ("EndTime", end)) if begin else ()
        return await self.command("3020", ("PolId", device), ("InfoId", code), *times)

    async def _start_up(self) -> None:
        """HJ 212-2017 6.7: clock, time-outs, intervals, real-time data on or off."""
        await self.set_clock()
        await self.set_timeouts(self.over_time_s, self.re_count)
        if self.realtime_interval_s:
            await self.set_realtime_interval(self.realtime_interval_s)
        await self.set_minute_interval(self.minute_interval)
        if self.realtime_interval_s:
            await self.read_now()
        else:
            await self.stop_realtime()


def _plain(packets: Sequence[Packet]) -> dict[str, str]:
    """The fields of a lone data answer; empty for many packets, whose records are stored one by one."""
    if len(packets) != 1:
        return {}
    return {name: value for each in packets[0].cp for name, value in each}
