"""Writing pcap files of Ethernet frames with nanoseconds, as Wireshark opens them.

Leaves which frames and when to the captures of each rig.
"""

from __future__ import annotations

import struct

HEAD = struct.pack("<IHHIIII", 0xA1B23C4D, 2, 4, 0, 0, 65_535, 1)
"""The head of a file: nanoseconds, version 2.4, at most 65,535 octets of a frame, link type Ethernet."""


def record(at_ns: int, frame: bytes) -> bytes:
    """A frame at an instant (UTC nanoseconds since 1970)."""
    seconds, rest = divmod(at_ns, 1_000_000_000)
    return struct.pack("<IIII", seconds, rest, len(frame), len(frame)) + frame
