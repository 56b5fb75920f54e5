"""An HJ 212-2017 data centre as a TCP server: receives, acknowledges, stores, commands, and misbehaves on demand.

Leaves to others: frames and packets (`codec`), its own requests (`requests`), what the switches are (`switches`),
and judging what arrived. Answers and commands follow HJ 212-2017 6.2 and table 9: an upload with bit A gets 9014, a
notification 9013; a request gets 9011 and then 9012. Records are stored by the key (MN, kind, code, DataTime), every
differing content as a version.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping

import msgspec

from simulators.centres.channel import Locks
from simulators.centres.hj212.codec import FATAL, REMARKS, Frame, Packet, encode_data, encode_frame, parse_data
from simulators.centres.hj212.commands import HISTORY
from simulators.centres.hj212.link import Connection, Exchange
from simulators.centres.hj212.payload import Guard, is_protected
from simulators.centres.hj212.requests import Requests
from simulators.centres.listener import Listener
from simulators.centres.record_store import Content, RecordKey, RecordStore
from simulators.centres.switches import SwitchError, Switches
from simulators.clock import Clock, Observe
from simulators.events import Received, Sent, Stored

__all__ = ["HISTORY", "Centre", "Connection", "Exchange", "SwitchError", "Switches"]

KINDS = {"2011": "realtime", "2051": "minute", "2061": "hour", "2031": "day"}
"""Command code of an upload to the class of its records."""

EDITIONS = {2005: 0, 2017: 4, 2025: 8}
"""Edition of HJ 212 to the version bits of Flag."""

_ANSWERS = ("9011", "9012", "9013", "9014")
_HEARTBEATS = ("9015", "9021")
_NOTICES_2025 = ("1001", "1014")
_KEPT_OCTETS = 256
_GARBAGE = b"\x00\xff##0012garbage\r\n"


class Centre(Requests, Listener[Connection, Switches]):
    """The data centre.

    `mn`, `pw` and `st` are those of its terminal; an empty `mn` takes any. `over_time_s` and `re_count` are what it
    does itself for its requests (HJ 212-2017 table 1) until `set_timeouts` changes both sides. `edition` sets the
    version bits of what it sends; it reads all. `locks` are those of a channel over TLS, `guard` protects payloads.
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
        edition: int = 2017,
        locks: Locks | None = None,
        guard: Guard | None = None,
    ) -> None:
        super().__init__(name, host, port, switches or Switches(), clock=clock, observe=observe, locks=locks)
        self.mn = mn
        self.pw = pw
        self.st = st
        self.over_time_s = over_time_s
        self.re_count = re_count
        self.realtime_interval_s = realtime_interval_s
        self.minute_interval = minute_interval
        self._chance = chance
        self._old_pw = pw
        self._version = EDITIONS[edition]
        self._guard = guard
        self._exchanges: dict[str, Exchange] = {}
        self._last_qn_ms = 0
        self._last_request: dict[str, bytes] = {}
        self._store_of = RecordStore()
        self._copies: dict[tuple[str, str, int], int] = {}
        self._closings_left = 0

    def _accepted(self, number: int) -> Connection:
        return Connection(self, number)

    @property
    def records(self) -> Mapping[RecordKey, list[Content]]:
        """What is stored: (MN, kind, code, DataTime) to the versions (fields, flag), oldest first."""
        return self._store_of

    def _behaves(self, before: Switches, switches: dict[str, object]) -> None:
        if "close_between_parts" in switches:
            self._closings_left = self.switches.close_between_parts
        for connection in self.connections:
            if self.switches.reading != before.reading:
                connection.read_on()
            if self.switches.half_close:
                connection.half_close()

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

    def _came(self, connection: Connection) -> None:
        if self.switches.reading == "stopped":
            connection.read_on()
        if self.switches.half_close:
            connection.half_close()
        if self.switches.init:
            self._background(self.start_up(device_state=self.switches.device_state))

    def _went(self, connection: Connection) -> None:
        for exchange in list(self._exchanges.values()):
            if exchange.conn == connection.number and not exchange.done.is_set():
                exchange.ended = "connection-lost"
                exchange.answered.set()
                exchange.done.set()

    def sent(self, connection: Connection, frame: bytes, packet: Packet, spoiled: str) -> None:
        """The last octet of a frame has left."""
        now = self._clock.now_us()
        forged = self._guard is not None and self.switches.payload != "sound"
        self._observe(
            Sent(
                t=now,
                centre=self.name,
                conn=connection.number,
                frame=frame.decode("utf-8", "replace"),
                # What is forged acknowledges nothing, whatever it says.
                cn="" if forged else packet.cn,
                qn=packet.qn,
                spoiled=f"payload-{self.switches.payload}" if forged else spoiled,
            )
        )
        exchange = self._exchanges.get(packet.qn)
        if exchange is not None and packet.cn == exchange.cn:
            exchange.sent_us = now
            self._last_request[packet.cn] = frame

    # Receiving.

    def received(self, connection: Connection, frame: Frame) -> None:
        """A whole frame: record it, then answer, store or match it."""
        packet, found = parse_data(frame.data)
        found, packet, sealed = self._opened(frame, packet, found)
        foreign: tuple[str, ...] = ()
        code = 0
        if not sealed:
            foreign, code = self._stranger(packet)
        faults = tuple(dict.fromkeys((*frame.faults, *found, *foreign))) if frame.faults or found or foreign else ()
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
        strict = self.switches.strict
        unusable = [
            fault for fault in faults if fault not in foreign and (fault in FATAL or (strict and fault not in REMARKS))
        ]
        if unusable:
            self.rejected(connection, frame.octets[:256], len(frame.octets), ", ".join(unusable))
            if any(fault.startswith("crc-") for fault in unusable):
                self._crc_error(connection, packet)
            return
        if code and self.switches.identity != "accept":
            if self.switches.identity == "answer" and packet.cn not in _ANSWERS:
                self._answer(connection, packet, "9011", (("QnRtn", str(code)),), spoiled="".join(foreign[:1]))
            return
        if not self.mn or packet.mn == self.mn:
            connection.mn = packet.mn
        if packet.cn in _ANSWERS:
            self._match(packet)
        elif packet.cn == "1013":
            self._answer(connection, packet, "9013")
            if self.switches.calibrate:
                offset_us = round(self.switches.calibrate_offset_s * 1_000_000)
                self._background(self.set_clock(self._clock.now_us() + offset_us))
        elif packet.cn in _HEARTBEATS:
            if self.switches.heartbeat == "answer":
                self._answer(connection, packet, "9013")
        elif packet.cn in _NOTICES_2025:
            self._answer(connection, packet, "9013")
        else:
            self._data(connection, packet)

    def _opened(self, frame: Frame, packet: Packet, found: tuple[str, ...]) -> tuple[tuple[str, ...], Packet, bool]:
        """Deviations, the packet in the clear, and whether it stayed closed under the payload profile."""
        if self._guard is None:
            unexpected = b"CP=&&KeyId=" in frame.data and is_protected(frame.data)
            return ((*found, "payload-unexpected"), packet, True) if unexpected else (found, packet, False)
        clear, fault = self._guard.open(frame.data)
        if fault:
            return (*found, fault), packet, True
        packet, inner = parse_data(clear)
        return (*found, *inner), packet, False

    def _stranger(self, packet: Packet) -> tuple[tuple[str, ...], int]:
        """Names of what does not belong to this centre's terminal, and the QnRtn of the first.

        An answer may bear the number of another device if the request bore it.
        """
        asked = self._exchanges.get(packet.qn) if packet.cn in _ANSWERS else None
        found: list[tuple[str, int]] = []
        if packet.pw not in (self.pw, self._old_pw):
            found.append(("pw-wrong", 3))
        if self.mn and packet.mn not in (self.mn, asked.mn if asked else self.mn):
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
        switches = self._switches_for(packet)
        copy_key = (packet.cn, packet.field("DataTime"), packet.pno)
        copies = self._copies[copy_key] = self._copies.get(copy_key, 0) + 1
        answers = (
            packet.wants_answer
            and switches.ack != "never"
            and copies >= switches.ack_from_copy
            and (switches.ack_share >= 1 or self._chance.random() < switches.ack_share)
        )
        if answers and switches.ack_when == "before":
            self._acknowledge(connection, packet, switches)
        if switches.persist and switches.ack != "negative":
            self._store(packet, exchange is not None)
        if answers and switches.ack_when == "after":
            self._acknowledge(connection, packet, switches)

    def _switches_for(self, packet: Packet) -> Switches:
        refused = packet.cn == self.switches.refused_cn
        return msgspec.structs.replace(self.switches, ack="negative") if refused else self.switches

    def _acknowledge(self, connection: Connection, packet: Packet, switches: Switches) -> None:
        if switches.ack_after_s:
            loop = asyncio.get_running_loop()
            loop.call_later(switches.ack_after_s, self._send_acknowledgement, connection, packet, switches)
        else:
            self._send_acknowledgement(connection, packet, switches)

    def _send_acknowledgement(self, connection: Connection, packet: Packet, switches: Switches) -> None:
        how = switches.ack
        if how == "close":
            connection.close()
            return
        if how in ("half", "garbage", "wrong-crc"):
            self._no_answer(connection, packet, how)
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
            qn=packet.qn,
            st="91",
            cn=cn,
            pw=packet.pw,
            mn=packet.mn,
            flag=self._version,
            cp=tuple((pair,) for pair in fields),
        )
        connection.send(answer, spoiled)

    def _no_answer(self, connection: Connection, packet: Packet, how: str) -> None:
        """What comes in place of a 9014 and must not be taken for one: half of it, junk, or a wrong check word."""
        answer = Packet(qn=packet.qn, st="91", cn="9014", pw=packet.pw, mn=packet.mn, flag=self._version)
        frame = encode_frame(self.sealed(encode_data(answer)))
        octets = {
            "half": frame[: len(frame) // 2],
            "garbage": _GARBAGE,
            # Flipping one bit of the word itself: LEN and data stay right.
            "wrong-crc": frame[:-6] + bytes([frame[-6] ^ 1]) + frame[-5:],
        }[how]
        connection.send_octets(octets)
        self._observe(
            Sent(
                t=self._clock.now_us(),
                centre=self.name,
                conn=connection.number,
                frame=octets.decode("latin-1"),
                cn="",
                qn=packet.qn,
                spoiled=how,
            )
        )
        if how == "half":
            connection.close()

    def sealed(self, data: bytes) -> bytes:
        """A data segment as it travels under the payload profile, or unchanged without it."""
        return self._guard.seal(data, self.switches.payload) if self._guard else data

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
            version, copies = self._store_of.put((packet.mn, kind, code, when), (fields, flag))
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
                    version=version,
                    copies=copies,
                    asked=asked,
                )
            )
