"""Serial lines of the real rig: a pseudo terminal that a program opens as its serial port, at the speed of a real line.

Leaves protocols to the meters, bits to `bench.virtual.uart`. The kernel's pseudo terminal passes octets at once and
whatever the settings; here each burst is held until its last octet would be over, and the settings that the program
gave its port (termios) are compared with the line's: what does not match arrives as a UART would take it, garbled or
not at all. Linux keeps a pseudo terminal's speed, stop bits and the mark of odd parity, but clears the flag that parity
is on: odd parity is told from the others, even and none are not told apart (both count as what the line has). A C
library may refuse a program that asks for parity and changes nothing else; the port therefore starts with IGNBRK set,
which every program clears that asks for raw octets.

    line = PtyLine("ttyS1", Framing(2400, "E", 1), folder)     folder/ttyS1 is the device to open
    await line.start()

`dark` says that the program's side has no power: what was under way is lost, and a program that starts later finds the
port as a boot would, empty, free and with the line's settings.

It fits `simulators.meters.carriers.Carrier`, so a bus of meters stands on it as it stands on the virtual line.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import termios
import tty
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bench.virtual.uart import Framing, heard

Hear = Callable[[bytes], object]
Done = Callable[[bytes], object]

_SPEEDS = {
    getattr(termios, f"B{speed}"): speed
    for speed in (300, 600, 1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200)
}
_LARGEST = 4096


def framing_of(descriptor: int, expected: Framing) -> Framing | None:
    """The settings that a pseudo terminal has; None at a speed no meter uses (0 hangs up).

    Where Linux does not tell even parity from none, it is the `expected` one.
    """
    _, _, flags, _, _, speed, _ = termios.tcgetattr(descriptor)
    if speed not in _SPEEDS:
        return None
    odd = bool(flags & termios.PARODD)
    parity = "O" if odd else "N" if expected.parity == "O" else expected.parity
    return Framing(_SPEEDS[speed], parity, 2 if flags & termios.CSTOPB else 1)


class PtyLine:
    """A line whose other end is a device file. `folder` gets a link to it under the line's name.

    `paced` False lets octets through at once (a load test). `seen` is the latest settings of the program's port.
    """

    shared = True

    def __init__(self, name: str, framing: Framing, folder: Path, *, paced: bool = True) -> None:
        self.name = name
        self.framing = framing
        self.host = ""
        self.device = folder / Path(name).name
        self.paced = paced
        self.busy_s = 0.0
        """Seconds of all bursts so far: divided by the time, the occupancy."""
        self.lost = 0
        """Octets that did not arrive as they were sent: the settings did not match, or nobody read the port."""
        self._ears: dict[Framing, Hear] = {}
        self._master = -1
        self._slave = -1
        self._path = ""
        self._loop: asyncio.AbstractEventLoop
        self._free_s = 0.0
        self._timers: dict[int, asyncio.TimerHandle] = {}
        self._count = 0
        self._dark = False
        self._life = 0

    @property
    def seen(self) -> Framing | None:
        """The settings that the program has given its port (the line's until it does)."""
        if self._slave < 0:
            return None
        try:
            return framing_of(self._slave, self.framing)
        except termios.error:
            self._reopen()
            return framing_of(self._slave, self.framing)

    def dark(self, on: bool) -> None:
        """The program's side has lost its power, or has it again."""
        if self._master < 0 or on == self._dark:
            return
        self._dark = on
        self._life += on
        if not on:
            self._reopen()
            termios.tcflush(self._slave, termios.TCIOFLUSH)
            with suppress(OSError):
                while os.read(self._master, _LARGEST):
                    pass

    async def start(self) -> None:
        """Make the device. Raises OSError if a file of that name is there already."""
        self._loop = asyncio.get_running_loop()
        self._master, self._slave = os.openpty()
        self._path = os.ttyname(self._slave)
        self._settle()
        os.set_blocking(self._master, False)
        try:
            self.device.symlink_to(self._path)
        except OSError:
            self._close()
            raise
        self._loop.add_reader(self._master, self._readable)

    def _reopen(self) -> None:
        """Take the port anew: a program that died with it as its controlling terminal has hung it up."""
        with suppress(OSError):
            fcntl.ioctl(self._slave, termios.TIOCNXCL)
        fresh = os.open(self._path, os.O_RDWR | os.O_NOCTTY)
        os.close(self._slave)
        self._slave = fresh
        self._settle()

    def _settle(self) -> None:
        """Give the port the line's settings."""
        tty.setraw(self._slave)
        attributes = termios.tcgetattr(self._slave)
        attributes[0] |= termios.IGNBRK
        speed = next((code for code, each in _SPEEDS.items() if each == self.framing.baud), termios.B9600)
        attributes[4] = attributes[5] = speed
        attributes[2] &= ~(termios.PARENB | termios.PARODD | termios.CSTOPB)
        # Not PARENB: the kernel would drop it, and the C library might call that a failure.
        attributes[2] |= termios.PARODD if self.framing.parity == "O" else 0
        attributes[2] |= termios.CSTOPB if self.framing.stop_bits == 2 else 0
        termios.tcsetattr(self._slave, termios.TCSANOW, attributes)

    async def stop(self) -> None:
        """Take the device away."""
        if self._master < 0:
            return
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._loop.remove_reader(self._master)
        self.device.unlink(missing_ok=True)
        self._close()

    def _close(self) -> None:
        os.close(self._master)
        os.close(self._slave)
        self._master = self._slave = -1

    def ear(self, baud: int, parity: str, stop_bits: int, hear: Hear) -> None:
        """Hear the line with these settings."""
        self._ears[Framing(baud, parity, stop_bits)] = hear

    def send(self, octets: bytes, baud: int, parity: str, stop_bits: int, done: Done) -> bool:
        """Send to the program with these settings; `done` is called when the last octet would be out."""
        sent = Framing(baud, parity, stop_bits)
        self._after(sent.duration_s(len(octets)), lambda: self._arrive(octets, sent, done))
        return True

    def _after(self, duration_s: float, call: Callable[[], None]) -> None:
        """Call when a burst of so many seconds, behind those before it, is over."""
        now = self._loop.time()
        self.busy_s += duration_s
        self._free_s = max(now, self._free_s) + (duration_s if self.paced else 0.0)
        self._count += 1
        number = self._count

        def over() -> None:
            del self._timers[number]
            call()

        self._timers[number] = self._loop.call_at(self._free_s, over)

    def _readable(self) -> None:
        try:
            octets = os.read(self._master, _LARGEST)
        except OSError as error:
            if error.errno == errno.EIO:
                self._reopen()
            elif error.errno != errno.EAGAIN:
                raise
            return
        sent = self.seen
        if sent is None or self._dark:
            self.lost += len(octets)
            return
        life = self._life
        self._after(sent.duration_s(len(octets)), lambda: self._speak(octets, sent, life))

    def _speak(self, octets: bytes, sent: Framing, life: int) -> None:
        if life != self._life:
            self.lost += len(octets)
            return
        for framing, hear in list(self._ears.items()):
            taken = bytes(each.octet for each in heard(octets, sent, framing) if not each.flaw)
            if framing == self.framing and taken != octets:
                self.lost += len(octets)
            if taken:
                hear(taken)

    def _arrive(self, octets: bytes, sent: Framing, done: Done) -> None:
        seen = self.seen
        if self._dark:
            self.lost += len(octets)
        elif seen is not None:
            # pyserial does not ask the kernel to check parity: only octets without a stop bit are lost.
            taken = bytes(each.octet for each in heard(octets, sent, seen) if each.flaw != "framing")
            self.lost += 0 if taken == octets else len(octets)
            if taken:
                self._write(taken)
        done(octets)

    def _write(self, octets: bytes) -> None:
        try:
            os.write(self._master, octets)
        except BlockingIOError:
            # Nobody reads the port, and its buffer is full: a real receiver would lose them as well.
            self.lost += len(octets)
