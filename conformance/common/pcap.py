"""The frames of a capture file, pcap or pcapng, whole or cut off: what is not whole is left out.

Leaves what a frame holds to `secrecy`. pcap: magic in either order of octets, micro- or nanoseconds; pcapng: blocks of
packets (enhanced, simple) in sections of either order; others are passed over.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_MAGIC = {b"\xa1\xb2\xc3\xd4": ">", b"\xa1\xb2\x3c\x4d": ">", b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<"}
_SECTION, _SIMPLE, _ENHANCED = 0x0A0D0D0A, 3, 6
_MOST_OCTETS = 16_777_216


def frames(path: Path) -> Iterator[bytes]:
    """The frames in their order. Raises ValueError for a file that is no capture."""
    with path.open("rb") as file:
        magic = file.read(4)
        if magic in _MAGIC:
            file.read(20)
            yield from _records(file, _MAGIC[magic])
        elif magic == struct.pack(">I", _SECTION):
            file.seek(0)
            yield from _blocks(file)
        else:
            raise ValueError(f"expected a capture, pcap or pcapng, found {magic.hex() or 'nothing'}")


def _records(file: BinaryIO, order: str) -> Iterator[bytes]:
    while len(head := file.read(16)) == 16:
        (kept,) = struct.unpack_from(f"{order}I", head, 8)
        if kept > _MOST_OCTETS or len(frame := file.read(kept)) < kept:
            return
        yield frame


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    order = "<"
    while len(head := file.read(8)) == 8:
        if head[:4] == struct.pack(">I", _SECTION):
            mark = file.read(4)
            order = ">" if mark == b"\x1a\x2b\x3c\x4d" else "<"
            file.seek(-4, 1)
        kind, length = struct.unpack(f"{order}II", head)
        if not 12 <= length <= _MOST_OCTETS or len(body := file.read(length - 8)) < length - 8:
            return
        if kind == _ENHANCED and len(body) >= 24:
            (kept,) = struct.unpack_from(f"{order}I", body, 12)
            yield body[20 : 20 + kept]
        elif kind == _SIMPLE and len(body) >= 8:
            (seen,) = struct.unpack_from(f"{order}I", body)
            yield body[4 : 4 + min(seen, length - 16)]
