"""Captures: what each side of each segment saw, as pcap files with nanosecond stamps.

Leaves reading them to Wireshark and tshark. A segment gives two files, as if somebody had run tcpdump at both ends of
the cable: `<segment>.terminal.pcap` and `<segment>.site.pcap`. A frame lost on the way is in its sender's file alone;
what the wire says itself (a reset, an acknowledgement) is in the file of the side it said it to.
"""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path

from bench import pcap
from bench.real.wire import frames as f

_HOLDS = 64 << 20
_BUFFER = 1 << 20


class Capture:
    """The two files of a segment."""

    def __init__(self, folder: Path, segment: str) -> None:
        self._files = [(folder / f"{segment}.{side}.pcap").open("wb", _BUFFER) for side in ("terminal", "site")]
        for file in self._files:
            file.write(pcap.HEAD)
        self.unflushed = False
        self._held: deque[tuple[int, bytes]] = deque()
        self._held_octets = 0

    @property
    def behind(self) -> bool:
        """Whether buffers wait to be cut and written (`catch_up`)."""
        return bool(self._held)

    def passed(self, buffer: bytes) -> None:
        """A buffer (with virtio header) passed just now and nothing was done to it.

        Cutting a long stream takes longer than carrying it: it waits until the wire is idle, and whatever follows waits
        behind it, up to `_HOLDS` octets.
        """
        if not (self._held or buffer[1]):
            self._write_both(time.time_ns(), buffer)
            return
        self._held.append((time.time_ns(), buffer))
        self._held_octets += len(buffer)
        while self._held_octets > _HOLDS:
            self.catch_up()

    def catch_up(self) -> None:
        """Write the oldest buffer that waits; nothing if none does."""
        if self._held:
            at_ns, buffer = self._held.popleft()
            self._held_octets -= len(buffer)
            self._write_both(at_ns, buffer)

    def write(self, side: int, frame: bytes) -> None:
        """A frame was seen at the terminal's side (0) or the site's (1) just now."""
        at_ns = time.time_ns()
        while self._held:
            self.catch_up()
        self._files[side].write(pcap.record(at_ns, frame))
        self.unflushed = True

    def _write_both(self, at_ns: int, buffer: bytes) -> None:
        frames = f.normalised(buffer) if buffer[0] & 1 or buffer[1] else (buffer[f.HEADER :],)
        records = (
            pcap.record(at_ns, frames[0]) if len(frames) == 1 else b"".join(pcap.record(at_ns, each) for each in frames)
        )
        for file in self._files:
            file.write(records)
        self.unflushed = True

    def flush(self) -> None:
        """Hand everything to the operating system."""
        for file in self._files:
            file.flush()
        self.unflushed = False

    def close(self) -> None:
        """Write what waits, flush and close."""
        while self._held:
            self.catch_up()
        for file in self._files:
            file.close()
