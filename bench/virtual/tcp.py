"""TCP as an application meets it: an asyncio transport, with flow control, half-close and abort.

Leaves segments, windows and retransmission to the kernel's side (`tcp_end`), and listening to `tcp_server`.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from bench.virtual.domain import Life, PowerCut
from bench.virtual.tcp_end import MSS, RECEIVE_BUFFER, RTO_MIN_S, Address, Segment, TcpEnd

if TYPE_CHECKING:
    from bench.virtual.links import Route
    from bench.virtual.network import Network

HIGH_WATER = 65_536


class TcpTransport(TcpEnd, asyncio.Transport):
    """One end of a connection, as an asyncio transport."""

    _start_tls_compatible = True
    _sendfile_compatible = "unsupported"

    def __init__(
        self,
        net: Network,
        flow: int,
        route: Route,
        local: Address,
        remote: Address,
        life: Life | None,
        context: contextvars.Context,
    ) -> None:
        asyncio.Transport.__init__(self, {"peername": remote, "sockname": local})
        TcpEnd.__init__(self, net, flow, route, local, remote, life, context)
        self._receiver: Callable[[bytes], object] = _nobody
        self._buffered = False
        self.on_end: Callable[[TcpTransport], None] | None = None
        self._high = HIGH_WATER
        self._low = HIGH_WATER // 4
        self._writing_paused = False
        self._fin_told = False

    def __repr__(self) -> str:
        return f"<TcpTransport {self.local[0]}:{self.local[1]} to {self.remote[0]}:{self.remote[1]}>"

    # Becoming a connection

    def start(self, protocol: asyncio.BaseProtocol) -> None:
        """Hand the connection to its protocol: `connection_made`, then whatever arrived meanwhile."""
        self.set_protocol(protocol)
        try:
            protocol.connection_made(self)
        except (SystemExit, KeyboardInterrupt, PowerCut):
            raise
        except BaseException as error:
            self._fatal(error, "protocol.connection_made() failed")
            return
        self._settle_flow()
        if self._unread or self._peer_fin:
            self._drain()

    def accept(self) -> None:
        """The server's side of the third packet of the handshake."""
        accept, self.on_accept = self.on_accept, None
        if accept is not None and not self._gone:
            accept(self)

    # asyncio.Transport: reading

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Change who receives."""
        self._protocol = protocol
        self._buffered = isinstance(protocol, asyncio.BufferedProtocol)
        if self._buffered:
            self._receiver = self._feed_buffer
        else:
            self._receiver = cast("asyncio.Protocol", protocol).data_received

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Who receives."""
        assert self._protocol is not None
        return self._protocol

    def is_reading(self) -> bool:
        """Whether data are delivered."""
        return not self._closing and not self._reading_paused

    def pause_reading(self) -> None:
        """Leave arriving data in the receive buffer, until it is full and the sender must wait."""
        if not self._closing and not self._reading_paused:
            self._reading_paused = True
            self._flowing = False

    def resume_reading(self) -> None:
        """Deliver again, beginning with what waited."""
        if self._closing or not self._reading_paused:
            return
        self._reading_paused = False
        self._loop.call_soon(self._drain, context=self.context)

    def _settle_flow(self) -> None:
        self._flowing = (
            self._protocol is not None
            and not self._reading_paused
            and not self._closing
            and not self._gone
            and not self._stash
            and not self._unread
            and not self._peer_fin
        )

    def _drain(self) -> None:
        was_full = self._unread_octets >= RECEIVE_BUFFER // 2
        while self._unread and not self._reading_paused and not self._closing:
            if len(self._unread) == 1:
                data = self._unread.popleft()
            else:
                data = b"".join(self._unread)
                self._unread.clear()
            self._unread_octets = 0
            self._deliver(data)
        self._settle_flow()
        if was_full and not self._gone:
            self._update_window(RTO_MIN_S)
        if self._peer_fin and not self._unread and not self._reading_paused:
            self._tell_eof()

    def _deliver(self, data: bytes) -> None:
        try:
            self._receiver(data)
        except (SystemExit, KeyboardInterrupt, PowerCut):
            raise
        except BaseException as error:
            self._fatal(error, "protocol.data_received() failed")

    def _feed_buffer(self, data: bytes) -> None:
        protocol = cast("asyncio.BufferedProtocol", self._protocol)
        while data:
            buffer = memoryview(cast(bytearray, protocol.get_buffer(len(data))))
            size = min(len(buffer), len(data))
            if not size:
                raise RuntimeError("get_buffer() returned an empty buffer")
            buffer[:size] = data[:size]
            protocol.buffer_updated(size)
            data = data[size:]

    def _tell_eof(self) -> None:
        if self._fin_told or self._closing or self._lost or self._protocol is None:
            return
        self._fin_told = True
        try:
            keep_open = cast("asyncio.Protocol", self._protocol).eof_received()
        except (SystemExit, KeyboardInterrupt, PowerCut):
            raise
        except BaseException as error:
            self._fatal(error, "protocol.eof_received() failed")
            return
        if not keep_open:
            self.close()

    # asyncio.Transport: writing

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Send octets; never blocks. Lost in silence after the end of the connection or of the sender's power."""
        if self._fin_wanted:
            if self._closing or self._lost:
                return
            raise RuntimeError("Cannot call write() after write_eof()")
        life = self.life
        if self._lost or (life is not None and life.dead):
            return
        size = len(data)
        if not size:
            return
        if not self._backlog and size <= MSS and self._room(size):
            segment = Segment(self._next, bytes(data))
            self._next = segment.end
            self._send(segment)
            return
        self._backlog.append(bytes(data))
        self._backlog_octets += size
        self._pump()

    def writelines(self, list_of_data: Any) -> None:
        """Send several pieces as one."""
        self.write(b"".join(list_of_data))

    def can_write_eof(self) -> bool:
        """Half-close is supported."""
        return True

    def write_eof(self) -> None:
        """Close this direction once everything written is sent."""
        if self._fin_wanted or self._lost:
            return
        self._fin_wanted = True
        self._pump()

    def get_write_buffer_size(self) -> int:
        """Octets not yet taken by the (simulated) kernel."""
        return self._backlog_octets

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """Low and high marks of flow control, in octets."""
        return self._low, self._high

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Set the marks of flow control, in octets."""
        if high is None:
            high = HIGH_WATER if low is None else 4 * low
        if low is None:
            low = high // 4
        if not high >= low >= 0:
            raise ValueError(f"expected high >= low >= 0 octets, got high={high} low={low}")
        self._high, self._low = high, low
        self._control_flow()

    def _control_flow(self) -> None:
        if self._backlog_octets > self._high:
            if not self._writing_paused:
                self._writing_paused = True
                self._call_protocol("pause_writing")
        elif self._writing_paused and self._backlog_octets <= self._low:
            self._writing_paused = False
            self._call_protocol("resume_writing")

    def _call_protocol(self, method: str) -> None:
        try:
            getattr(self._protocol, method)()
        except (SystemExit, KeyboardInterrupt, PowerCut):
            raise
        except BaseException as error:
            self._loop.call_exception_handler(
                {"message": f"protocol.{method}() failed", "exception": error, "transport": self}
            )

    # The end

    def is_closing(self) -> bool:
        """Whether the connection is closing or closed."""
        return self._closing

    def close(self) -> None:
        """Send what was written, then FIN; what arrives from now on is not read."""
        if self._closing or self._lost:
            return
        self._closing = True
        self._flowing = False
        if self._unread:
            self.send_reset()
            self._break(None)
            return
        self._fin_wanted = True
        if self._fin_sent:
            self._end(None)
        else:
            self._pump()

    def abort(self) -> None:
        """Close at once: the transport's own buffer is dropped, what the kernel has is still delivered."""
        self._force_close(None)

    def _force_close(self, exc: BaseException | None) -> None:
        if self._lost:
            return
        self._closing = True
        self._flowing = False
        self._backlog.clear()
        self._backlog_octets = 0
        self._fin_wanted = True
        if not self._fin_sent:
            self._fin_sent = True
            segment = Segment(self._next, b"", fin=True)
            self._next = segment.end
            self._net.note_closed(self)
            self._send(segment)
        self._end(exc)

    def _fatal(self, error: BaseException, message: str) -> None:
        if not isinstance(error, OSError):
            self._loop.call_exception_handler(
                {"message": message, "exception": error, "transport": self, "protocol": self._protocol}
            )
        self._force_close(error)

    def _end(self, error: BaseException | None) -> None:
        if self._lost:
            return
        self._lost = True
        self._loop.call_soon(self._tell_lost, error, context=self.context)

    def _tell_lost(self, error: BaseException | None) -> None:
        protocol, self._protocol = self._protocol, None
        self._receiver = _nobody
        try:
            if protocol is not None:
                protocol.connection_lost(cast("Exception | None", error))
        finally:
            if self.on_end is not None:
                self.on_end(self)
            if self._peer_fin and self._fin_sent:
                self._net.forget(self.flow)


def _nobody(data: bytes) -> None:
    """The receiver of a connection without a protocol."""
