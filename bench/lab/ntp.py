"""Time of the laboratory: asks an NTP server how far the bench's clock is off, and serves the bench's time to a device.

Leaves setting any clock to the machine. Simple NTP, version 4 (RFC 5905, section 14): one question, one answer.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from bench.lab import sentences
from simulators.sentences import Words

_PACKET = struct.Struct("!BBbbII4sQQQQ")
_EPOCH_S = 2_208_988_800
"""1970 in seconds of the NTP era that began in 1900."""
_CLIENT, _SERVER = 0x23, 0x24
_LEAP_UNKNOWN = 3
_STA_UNSYNC = 0x0040
_ASKED = 4


class NoTime(Exception):
    """No usable time came; the text is one sentence for the user."""


@dataclass(frozen=True)
class Offset:
    """How far this machine's clock is behind (+) the reference, and the most that this may be wrong, seconds."""

    behind_s: float
    within_s: float
    source: str
    stratum: int = 0
    reference: str = ""


def to_ntp(unix_ns: int) -> int:
    """Nanoseconds UTC since 1970 as an NTP timestamp: seconds since 1900 and fractions of 2^32."""
    seconds, rest = divmod(unix_ns, 1_000_000_000)
    return (seconds + _EPOCH_S) % (1 << 32) << 32 | (rest << 32) // 1_000_000_000


def from_ntp(stamp: int, near_ns: int) -> int:
    """An NTP timestamp as nanoseconds UTC since 1970, in the era that is nearest to `near_ns`."""
    seconds = (stamp >> 32) - _EPOCH_S
    era = round((near_ns / 1e9 - seconds) / (1 << 32))
    return (seconds + (era << 32)) * 1_000_000_000 + ((stamp & 0xFFFFFFFF) * 1_000_000_000 >> 32)


async def ask(host: str, port: int = 123, *, timeout_s: float = 2.0) -> Offset:
    """Ask an NTP server some times and take the answer that was under way shortest. Raises NoTime."""
    loop = asyncio.get_running_loop()
    where = f"NTP server {host}:{port}"
    try:
        transport, line = await asyncio.wait_for(
            loop.create_datagram_endpoint(_Answers, remote_addr=(host, port)), timeout_s
        )
    except (OSError, TimeoutError) as error:
        raise NoTime(sentences.NTP_UNREACHED(error=error if str(error) else sentences.NO_NAME).after(where)) from None
    found: list[Offset] = []
    refused = ""
    try:
        for _ in range(_ASKED):
            sent = time.time_ns()
            transport.sendto(_PACKET.pack(_CLIENT, 0, 0, 0, 0, 0, b"", 0, 0, 0, to_ntp(sent)))
            try:
                octets, came = await asyncio.wait_for(line.answers.get(), timeout_s)
            except TimeoutError:
                raise NoTime(sentences.NTP_SILENT(timeout_s=timeout_s).after(where)) from None
            made = _offset(octets, sent, came, where)
            if isinstance(made, str):
                refused = made
            else:
                found.append(made)
    finally:
        transport.close()
    if not found:
        raise NoTime(Words.of(refused).after(where))
    return min(found, key=lambda each: each.within_s)


def _offset(octets: bytes, sent_ns: int, came_ns: int, where: str) -> Offset | str:
    """What an answer says, or why it says nothing."""
    if not octets:
        return str(sentences.NTP_REFUSES())
    if len(octets) < _PACKET.size:
        return str(sentences.NTP_SHORT(size=_PACKET.size, octets=len(octets)))
    flags, stratum, _, _, delay, dispersion, known_by, _, origin, received, answered = _PACKET.unpack(
        octets[: _PACKET.size]
    )
    if flags & 7 != _SERVER & 7 or origin != to_ntp(sent_ns):
        return str(sentences.NTP_OTHER())
    if flags >> 6 == _LEAP_UNKNOWN or not 0 < stratum < 16:
        return str(sentences.NTP_UNSYNCHRONISED(stratum=stratum))
    there = from_ntp(received, sent_ns) + from_ntp(answered, sent_ns)
    under_way = max(came_ns - sent_ns - (from_ntp(answered, sent_ns) - from_ntp(received, sent_ns)), 0)
    # Root delay and dispersion are in 16.16 seconds.
    within = under_way / 2e9 + delay / (2 << 16) + dispersion / (1 << 16)
    # A clock of its own tells four letters, any other the address of the server it goes by (RFC 5905, 7.3).
    reference = known_by.rstrip(b"\0").decode("ascii", "replace") if stratum == 1 else ".".join(map(str, known_by))
    return Offset((there - sent_ns - came_ns) / 2e9, within, where, stratum, reference)


class _Answers(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.answers: asyncio.Queue[tuple[bytes, int]] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        self.answers.put_nowait((data, time.time_ns()))

    def error_received(self, exc: Exception) -> None:
        self.answers.put_nowait((b"", time.time_ns()))


def kernel_offset() -> Offset:
    """What the kernel says of its own clock, as its NTP daemon disciplines it. Raises NoTime where none does."""
    fields = (ctypes.c_long * 32)()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.adjtimex(ctypes.byref(fields)) < 0:
        words = os.strerror(ctypes.get_errno())
        raise NoTime(str(sentences.NO_KERNEL_STATE(words=words)))
    # struct timex: modes, offset, freq, maxerror, esterror, status, …; `modes` and `status` are padded ints.
    offset, most, status = fields[1], fields[3], fields[5] & 0xFFFFFFFF
    if status & _STA_UNSYNC:
        raise NoTime(str(sentences.NO_NTP_DAEMON()))
    scale = 1e9 if status & 0x2000 else 1e6
    return Offset(offset / scale, most / 1e6, "the kernel's NTP discipline")


class NtpServer(asyncio.DatagramProtocol):
    """Serves the bench's time to the device on test; `ahead_s` moves what it says, to lead the device's clock astray.

    `asked` counts the questions: a device that never asks does not take its time from here. While `silent` it hears
    them and answers none. `on_question` is told who asks.
    """

    def __init__(self, now_us: Callable[[], int], on_question: Callable[[str], object] | None = None) -> None:
        self._now_us = now_us
        self._on_question = on_question
        self.ahead_s = 0.0
        self.silent = False
        self.asked = 0
        self._transport: asyncio.DatagramTransport | None = None

    async def start(self, host: str, port: int = 123) -> int:
        """Listen; returns the port. Raises OSError."""
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(host, port))
        self._transport = transport
        return int(transport.get_extra_info("sockname")[1])

    def stop(self) -> None:
        """Stop; may be repeated."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        if len(data) < _PACKET.size or data[0] & 7 != _CLIENT & 7 or self._transport is None:
            return
        self.asked += 1
        if self._on_question is not None:
            self._on_question(str(addr[0]))
        if self.silent:
            return
        stamp = to_ntp(self._now_us() * 1000 + int(self.ahead_s * 1e9))
        version = data[0] & 0x38
        head = _PACKET.pack(
            version | 4, 1, data[2], -20, 0, 1, b"LOCL", stamp, int.from_bytes(data[40:48]), stamp, stamp
        )
        self._transport.sendto(head, addr)
