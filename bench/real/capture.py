"""Captures: what each side of each segment saw, as pcap files with nanosecond stamps.

Leaves reading them to Wireshark and tshark. A segment gives two files, as if somebody had run tcpdump at both ends of
the cable: `<segment>.terminal.pcap` and `<segment>.site.pcap`. A frame lost on the way is in its sender's file alone;
what the wire says itself (a reset, an acknowledgement) is in the file of the side it said it to.
"""

from __future__ import annotations

import time
from pathlib import Path

from scapy.utils import RawPcapWriter

FLUSH_S = 1.0
"""What a dead bench loses at most of a capture."""
_BUFFER = 1 << 20
_ETHERNET = 1


class Capture:
    """The two files of a segment."""

    def __init__(self, folder: Path, segment: str) -> None:
        self._files = [(folder / f"{segment}.{side}.pcap").open("wb", _BUFFER) for side in ("terminal", "site")]
        self._writers = [RawPcapWriter(file, linktype=_ETHERNET, nano=True) for file in self._files]
        for writer in self._writers:
            writer.write_header(None)
        # The public write_packet looks for what only whole scapy packets have, at three times the cost.
        self._write = [writer._write_packet for writer in self._writers]  # pyright: ignore[reportPrivateUsage]
        self.unflushed = False

    def write(self, side: int, frame: bytes) -> None:
        """A frame was seen at the terminal's side (0) or the site's (1) just now."""
        second, nanosecond = divmod(time.time_ns(), 1_000_000_000)
        self._write[side](frame, _ETHERNET, second, nanosecond)
        self.unflushed = True

    def write_both(self, frame: bytes) -> None:
        """A frame passed without anything done to it just now."""
        second, nanosecond = divmod(time.time_ns(), 1_000_000_000)
        for write in self._write:
            write(frame, _ETHERNET, second, nanosecond)
        self.unflushed = True

    def flush(self) -> None:
        """Hand everything to the operating system."""
        for file in self._files:
            file.flush()
        self.unflushed = False

    def close(self) -> None:
        """Flush and close."""
        for writer in self._writers:
            writer.close()
