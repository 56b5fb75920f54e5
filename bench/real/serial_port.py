"""The bench's end of a real serial line: meters speak through a port of this machine to a device cabled to it.

Leaves opening the port to the rig and the time of characters to the hardware. It fits `simulators.meters.carriers`
like the pseudo terminal (`serial.PtyLine`); a port that fails while it is used tells `trouble` once and is silent.
"""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable

from bench.real import sentences
from bench.real.serial import Done, Hear
from bench.virtual.uart import Framing

_LARGEST = 4096


class PortLine:
    """A line on a serial port. `open_port` gives its descriptor, raw, non-blocking and with the settings `framing`.

    A port has one setting: what is said on the line with another is not sent, as nobody there could read it.
    """

    shared = True

    def __init__(
        self, name: str, framing: Framing, open_port: Callable[[], int], trouble: Callable[[str], object]
    ) -> None:
        self.name = name
        self.framing = framing
        self.host = ""
        self.lost = 0
        """Octets that could not be sent."""
        self._open = open_port
        self._trouble = trouble
        self._hear: Hear | None = None
        self._port = -1
        self._pending = b""
        self._free_s = 0.0
        self._timers: set[asyncio.TimerHandle] = set()
        self._loop: asyncio.AbstractEventLoop

    async def start(self) -> None:
        """Open the port. Raises what `open_port` raises."""
        self._loop = asyncio.get_running_loop()
        self._port = self._open()
        self._loop.add_reader(self._port, self._readable)

    async def stop(self) -> None:
        """Give the port back."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self._close()

    def _close(self) -> None:
        if self._port >= 0:
            self._loop.remove_reader(self._port)
            self._loop.remove_writer(self._port)
            os.close(self._port)
            self._port = -1

    def ear(self, baud: int, parity: str, stop_bits: int, hear: Hear) -> None:
        """Hear the line, if these are the port's settings."""
        if Framing(baud, parity, stop_bits) == self.framing:
            self._hear = hear

    def send(self, octets: bytes, baud: int, parity: str, stop_bits: int, done: Done) -> bool:
        """Send; `done` is called when the last octet would be out. False where nothing can be sent."""
        if self._port < 0 or Framing(baud, parity, stop_bits) != self.framing:
            self.lost += len(octets)
            return False
        self._pending += octets
        self._writable()
        self._free_s = max(self._loop.time(), self._free_s) + self.framing.duration_s(len(octets))
        timer = self._loop.call_at(self._free_s, lambda: self._over(timer, octets, done))
        self._timers.add(timer)
        return True

    def _over(self, timer: asyncio.TimerHandle, octets: bytes, done: Done) -> None:
        self._timers.discard(timer)
        done(octets)

    def _writable(self) -> None:
        try:
            self._pending = self._pending[os.write(self._port, self._pending) :]
        except BlockingIOError:
            pass
        except OSError as error:
            self._died(error)
            return
        if self._pending:
            self._loop.add_writer(self._port, self._writable)
        else:
            self._loop.remove_writer(self._port)

    def _readable(self) -> None:
        try:
            octets = os.read(self._port, _LARGEST)
            if not octets:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
        except BlockingIOError:
            return
        except OSError as error:
            self._died(error)
            return
        if self._hear is not None:
            self._hear(octets)

    def _died(self, error: OSError) -> None:
        self._close()
        self.lost += len(self._pending)
        self._pending = b""
        self._trouble(str(sentences.SERIAL_FAILS(name=self.name, strerror=error.strerror)))
