"""TCP connections on a segment, followed only as far as resetting and deadening them needs.

Leaves the frames themselves to `frames`. `note` is in the path of every frame: it keeps the last buffer of each
direction and reads nothing in it. A connection is numbered when it is opened (or first seen), growing with time, so
that a rule can tell those that existed when it came. Packets with IP options are carried but not followed.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.real.wire import frames as f
from bench.real.wire.frames import View
from bench.real.wire.tap import HEADER
from bench.virtual.rules import Direction

OUT, IN = 0, 1
"""Directions as indices: from the terminal, to the terminal."""
WAYS = (Direction.OUT, Direction.IN)
MOST = 16_384
"""Connections remembered at most; beyond, the oldest are forgotten."""
_SPACE = 1 << 32
_KEY = slice(HEADER + 26, HEADER + 38)
_FLAGS = HEADER + 47


class Connection:
    """One TCP connection: its number, the site's address, and the last buffer seen each way."""

    __slots__ = ("acked", "closed", "dead", "fins", "keys", "last", "number", "reset", "site", "syn")

    def __init__(self, number: int, site: bytes, keys: tuple[bytes, bytes], syn: bytes) -> None:
        self.number = number
        self.site = site
        self.keys = keys
        self.syn = syn
        self.last: list[bytes] = [b"", b""]
        self.fins = [False, False]
        self.closed = False
        self.reset = False
        self.dead = [False, False]
        self.acked: list[int | None] = [None, None]


class Connections:
    """All connections of a segment."""

    def __init__(self) -> None:
        self._known: dict[bytes, Connection] = {}
        self.newest = 0
        self._haunted = 0

    @property
    def haunted(self) -> bool:
        """Whether some connection was reset or deadened by decree, so that its frames need to be looked at."""
        return self._haunted > 0

    def note(self, buffer: bytes, way: int) -> Connection | None:
        """A buffer (with virtio header, at least 64 octets) passes; its TCP connection, None for anything else."""
        connection = self._known.get(buffer[_KEY])
        if connection is None or buffer[_FLAGS] & 2:
            connection = self._meet(buffer, way)
            if connection is None:
                return None
        elif buffer[HEADER + 23] != 6 or buffer[HEADER + 14] != 0x45:
            return None
        connection.last[way] = buffer
        if buffer[_FLAGS] & 5:
            self._ending(connection, buffer[_FLAGS], way)
        return connection

    def _meet(self, buffer: bytes, way: int) -> Connection | None:
        if (
            len(buffer) < HEADER + 54
            or buffer[HEADER + 12 : HEADER + 15] != b"\x08\x00\x45"
            or buffer[HEADER + 23] != 6
            or int.from_bytes(buffer[HEADER + 20 : HEADER + 22], "big") & 0x1FFF
        ):
            return None
        key = buffer[_KEY]
        flags = buffer[_FLAGS]
        known = self._known.get(key)
        syn = buffer[HEADER + 38 : HEADER + 42] if flags & 0x12 == 2 else b""
        if known is not None and (not syn or (syn == known.syn and not known.closed)):
            return known
        if known is None and flags & 4:
            return None
        if known is not None:
            self._forget(known)
        elif len(self._known) >= 2 * MOST:
            self._forget(next(iter(self._known.values())))
        self.newest += 1
        swapped = key[4:8] + key[0:4] + key[10:12] + key[8:10]
        keys = (key, swapped) if way == OUT else (swapped, key)
        connection = Connection(self.newest, keys[0][4:8], keys, syn)
        self._known[keys[0]] = self._known[keys[1]] = connection
        return connection

    def _ending(self, connection: Connection, flags: int, way: int) -> None:
        if flags & 4:
            connection.closed = True
        else:
            connection.fins[way] = True
            connection.closed = all(connection.fins)
        if connection.closed:
            connection.last = [b"", b""]

    def settle(self, connection: Connection) -> None:
        """A reset connection needs no more answers: both ends have gone."""
        if connection.reset and self._known.get(connection.keys[0]) is connection:
            connection.reset = False
            self._haunted -= not any(connection.dead)

    def _forget(self, connection: Connection) -> None:
        for key in connection.keys:
            self._known.pop(key, None)
        if connection.reset or any(connection.dead):
            self._haunted -= 1

    def live(self, site: bytes | None = None) -> Iterator[Connection]:
        """Open connections (with one site address), oldest first."""
        for key, connection in self._known.items():
            if key == connection.keys[0] and not connection.closed and site in (None, connection.site):
                yield connection

    def deaden(self, connection: Connection, way: int) -> None:
        """From now on and for ever what goes this way on the connection vanishes and is acknowledged."""
        if not connection.reset and not any(connection.dead):
            self._haunted += 1
        connection.dead[way] = True

    def kill(self, connection: Connection) -> list[tuple[int, bytes]]:
        """Reset a connection: the frames to send and the direction each goes; whatever comes later is answered by one.

        A host believes a reset only when its number is exactly the next one expected (RFC 5961), which is what it
        acknowledged last or, when it has not acknowledged yet, what follows the other end's last segment: both go.
        """
        if not connection.reset and not any(connection.dead):
            self._haunted += 1
        connection.reset = connection.closed = True
        made: list[tuple[int, bytes]] = []
        for way in (OUT, IN):
            onwards, back = connection.last[way], connection.last[1 - way]
            if onwards:
                frame = f.normalised(onwards)[-1]
                made.append((way, f.reset_onwards(frame, f.view(frame))))
            if back:
                frame = f.normalised(back)[-1]
                made.append((way, f.reset_answer(frame, f.view(frame))))
        return made

    def swallowed(self, connection: Connection, frame: bytes, seen: View, way: int) -> bytes | None:
        """The acknowledgement for a segment of a dead connection; None for one that needs none."""
        upto = connection.acked[way]
        other = connection.last[1 - way]
        said = f.view(f.normalised(other)[0]) if other else f.OTHER
        if upto is None:
            upto = said.ack if said.kind == "tcp" and said.flags & f.ACK else seen.seq
        ahead = (seen.next_seq - upto) % _SPACE
        asks = seen.next_seq != seen.seq or (upto - seen.seq) % _SPACE in range(1, 1 << 31)
        if ahead < 1 << 31:
            upto = seen.next_seq
        connection.acked[way] = upto
        if not asks or seen.flags & (f.RST | f.SYN):
            return None
        return f.acknowledgement(frame, seen, upto, said.window or 0xFFFF)
