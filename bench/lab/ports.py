"""Serial adapters before a run: there, permitted, free, alive, and how late they are.

Leaves lines and protocols to `bench.real.serial` and the meters. The latency of an adapter is what a burst takes from
`write` to the last octet read on the port it is looped to, less the time of its characters on the line.
"""

from __future__ import annotations

import fcntl
import os
import select
import stat
import termios
import time
import tty
from dataclasses import dataclass
from pathlib import Path

from bench.lab import sentences
from bench.lab.rigfile import SerialAdapter
from bench.virtual.uart import Framing

BURSTS = 20
_BURST = bytes(range(0x30, 0x40))
_PATIENCE_S = 1.0
_USB_TIMER = "/sys/bus/usb-serial/devices/{}/latency_timer"


class DeadPort(Exception):
    """A serial port that cannot be used; the text is one sentence for the user."""


@dataclass(frozen=True)
class Latency:
    """How late an adapter is beyond the line's own time, milliseconds, over `bursts` bursts."""

    p50_ms: float
    max_ms: float
    bursts: int


def open_port(device: str, framing: Framing) -> int:
    """Open a port for this bench alone, raw, with these settings; returns its descriptor. Raises DeadPort."""
    try:
        descriptor = os.open(device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        known = ", ".join(sorted(str(each) for each in Path("/dev").glob("tty[UA][SC]*"))) or "none"
        raise DeadPort(str(sentences.NO_DEVICE(known=known))) from None
    except PermissionError:
        raise DeadPort(str(sentences.PORT_FORBIDDEN())) from None
    except OSError as error:
        raise DeadPort(str(sentences.PORT_CLOSED(strerror=error.strerror))) from None
    try:
        _claim(descriptor, framing)
    except DeadPort:
        os.close(descriptor)
        raise
    except (OSError, termios.error) as error:
        os.close(descriptor)
        raise DeadPort(str(sentences.PORT_DEAD(why=_why(error)))) from None
    return descriptor


def _claim(descriptor: int, framing: Framing) -> None:
    if not stat.S_ISCHR(os.fstat(descriptor).st_mode) or not os.isatty(descriptor):
        raise DeadPort(str(sentences.NO_PORT()))
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise DeadPort(str(sentences.PORT_IN_USE())) from None
    tty.setraw(descriptor)
    attributes = termios.tcgetattr(descriptor)
    attributes[4] = attributes[5] = getattr(termios, f"B{framing.baud}")
    attributes[2] &= ~(termios.PARENB | termios.PARODD | termios.CSTOPB | termios.CRTSCTS)
    attributes[2] |= termios.CLOCAL | termios.CREAD
    attributes[2] |= {"N": 0, "E": termios.PARENB, "O": termios.PARENB | termios.PARODD}[framing.parity]
    attributes[2] |= termios.CSTOPB if framing.stop_bits == 2 else 0
    termios.tcsetattr(descriptor, termios.TCSANOW, attributes)
    termios.tcflush(descriptor, termios.TCIOFLUSH)


def _why(error: OSError | termios.error) -> str:
    return str(error.args[-1])


def measure(adapter: SerialAdapter) -> Latency | None:
    """Open the adapter and, where it is looped, measure it; None where it is not. Blocks up to a second a burst.

    Raises DeadPort.
    """
    framing = Framing(adapter.baud, adapter.parity, adapter.stop_bits)
    near = open_port(adapter.device, framing)
    far = near
    try:
        if not adapter.loop:
            return None
        if os.path.realpath(adapter.loop) != os.path.realpath(adapter.device):
            try:
                far = open_port(adapter.loop, framing)
            except DeadPort as error:
                raise DeadPort(f"is looped to {adapter.loop}, which {error}") from None
        late = sorted(_burst(near, far, adapter, framing) for _ in range(BURSTS))
        return Latency(late[BURSTS // 2] * 1e3, late[-1] * 1e3, BURSTS)
    finally:
        if far != near:
            os.close(far)
        os.close(near)


def _burst(near: int, far: int, adapter: SerialAdapter, framing: Framing) -> float:
    """Seconds that a burst takes beyond its time on the line. Raises DeadPort."""
    began = time.monotonic()
    got = b""
    try:
        os.write(near, _BURST)
        deadline = began + framing.duration_s(len(_BURST)) + _PATIENCE_S
        while len(got) < len(_BURST):
            ready, _, _ = select.select([far], [], [], max(deadline - time.monotonic(), 0))
            if not ready:
                raise DeadPort(
                    str(sentences.LOOP_LOST(burst=len(_BURST), got=len(got), loop=adapter.loop, patience_s=_PATIENCE_S))
                )
            got += os.read(far, len(_BURST) - len(got))
    except OSError as error:
        raise DeadPort(str(sentences.PORT_FAILS(strerror=error.strerror))) from None
    if got != _BURST:
        raise DeadPort(str(sentences.LOOP_OTHER(loop=adapter.loop, sent=_BURST.hex(), came=got.hex())))
    return max(time.monotonic() - began - framing.duration_s(len(_BURST)), 0.0)


def usb_timer_ms(device: str) -> int | None:
    """Milliseconds that a USB adapter's driver waits for more octets before it hands on what it has; None: unknown."""
    try:
        return int(Path(_USB_TIMER.format(Path(os.path.realpath(device)).name)).read_text())
    except (OSError, ValueError):
        return None
