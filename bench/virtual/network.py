"""The simulated network: hosts with names and addresses, links between them, and asyncio's way to reach them.

Leaves faults to `rules` on `links`, connections to `tcp`, datagrams to `udp`; it knows no application protocol.

A *host* has an IPv4 address and belongs to at most one power domain; a domain may own several hosts (a terminal with
two ports). Code runs on the hosts of its domain; code of no domain runs on the network's `home`, a host named "bench".
A *path* joins two hosts over a chain of named links; without a declared path a host cannot be reached. Every host
reaches itself (and 127.0.0.1, localhost) over no link at all.
"""

from __future__ import annotations

import asyncio
import contextvars
import errno
import ipaddress
import socket
from asyncio import sslproto
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Protocol, cast

from bench.virtual.capture import Capture
from bench.virtual.chance import Chance
from bench.virtual.domain import CURRENT, Domain, Life
from bench.virtual.links import Link, NetEvent, Route
from bench.virtual.loop import VirtualLoop, running_loop
from bench.virtual.rules import Direction, Fate, PacketKind
from bench.virtual.tcp import TcpTransport
from bench.virtual.tcp_end import SYN_WAITS_S, Address, TcpEnd
from bench.virtual.tcp_server import TcpServer
from bench.virtual.udp import UdpTransport

ANY = "0.0.0.0"
LOOPBACK = "127.0.0.1"
_PASSIVE = int(socket.AI_PASSIVE)
HOME_ADDRESS = "192.0.2.1"
FIRST_EPHEMERAL_PORT = 49_152


class Bound(Protocol):
    """What can hold a port."""

    @property
    def alive(self) -> bool:
        """Whether it still holds it."""
        ...


class Host:
    """A machine on the network; `up` while its domain has power."""

    def __init__(self, net: Network, name: str, address: str, domain: Domain | None) -> None:
        self.net = net
        self.name = name
        self.address = address
        self.domain = domain
        self._ports: dict[tuple[str, Address], Bound] = {}
        self._next_port = FIRST_EPHEMERAL_PORT

    def __repr__(self) -> str:
        return f"<Host {self.name} {self.address}>"

    @property
    def up(self) -> bool:
        """Whether it has power."""
        return self.domain is None or self.domain.alive

    def bind(self, kind: str, address: Address, owner: Bound) -> None:
        """Take a port; OSError EADDRINUSE when somebody alive holds it."""
        if self.bound(kind, address) is not None:
            raise OSError(
                errno.EADDRINUSE, f"address already in use: {kind} {address[0]}:{address[1]} on host {self.name}"
            )
        self._ports[kind, address] = owner

    def release(self, kind: str, address: Address, owner: Bound) -> None:
        """Give a port back."""
        if self._ports.get((kind, address)) is owner:
            del self._ports[kind, address]

    def bound(self, kind: str, address: Address) -> Bound | None:
        """Who alive holds this port, on this address or on all."""
        for each in (address[0], ANY):
            owner = self._ports.get((kind, (each, address[1])))
            if owner is not None and owner.alive:
                return owner
        return None

    def free_port(self, kind: str) -> int:
        """The next ephemeral port, the same in every run."""
        for _ in range(65_536 - FIRST_EPHEMERAL_PORT):
            port = self._next_port
            self._next_port = FIRST_EPHEMERAL_PORT if port == 65_535 else port + 1
            if self.bound(kind, (self.address, port)) is None:
                return port
        raise OSError(errno.EADDRNOTAVAIL, f"no free {kind} port on host {self.name}")


class Network:
    """Hosts, links and paths on one virtual loop; attaches itself to the loop.

    `chance` feeds each link's stream ("link/<name>"); `observe` gets every NetEvent; `trace_segments` adds one event
    per packet, `capture` takes every packet that passes the terminal's cards; both make every packet take the
    slow way.
    """

    def __init__(
        self,
        loop: VirtualLoop | None = None,
        *,
        chance: Chance | None = None,
        observe: Callable[[NetEvent], object] | None = None,
        trace_segments: bool = False,
        capture: Capture | None = None,
    ) -> None:
        self.loop = loop if loop is not None else running_loop()
        if self.loop.network is not None:
            raise RuntimeError("this loop already has a network, expected none: use loop.network")
        self.loop.network = self
        self.chance = chance if chance is not None else Chance(0)
        self.trace_segments = trace_segments
        self.capture = capture
        self.epoch = 0
        self.newest_flow = 0
        self.root = contextvars.Context()
        self.hosts: dict[str, Host] = {}
        self.links: dict[str, Link] = {}
        self._observe = observe
        self._names: dict[str, str] = {}
        self._by_address: dict[str, Host] = {}
        self._routes: dict[tuple[str, str], Route] = {}
        self._flows: dict[int, tuple[TcpTransport, TcpTransport]] = {}
        self._closed_flows: dict[int, None] = {}
        self.loop.on_burial(self._buried)
        self.home = self.host("bench", HOME_ADDRESS)

    # Building

    def host(self, name: str, address: str, *, domain: Domain | None = None) -> Host:
        """A new machine; its name resolves to its address."""
        if name in self.hosts:
            raise ValueError(f"host {name!r} exists already, expected a new name: it has {self.hosts[name].address}")
        try:
            plain = str(ipaddress.IPv4Address(address))
        except ValueError:
            raise ValueError(f"host {name!r} expects an IPv4 address such as 10.0.0.2, got {address!r}") from None
        if plain in self._by_address:
            raise ValueError(
                f"host {name!r} expects an unused address, got {plain} of {self._by_address[plain].name!r}"
            )
        host = Host(self, name, plain, domain)
        self.hosts[name] = host
        self._by_address[plain] = host
        self._names[name.lower()] = plain
        self._routes[name, name] = Route(self, host, host, ())
        return host

    def link(self, name: str, *, latency_s: float = 0.0) -> Link:
        """A new link with a one-way latency."""
        if name in self.links:
            raise ValueError(f"link {name!r} exists already, expected a new name")
        link = Link(self, name, latency_s, self.chance.stream(f"link/{name}"))
        self.links[name] = link
        return link

    def path(self, source: Host | str, target: Host | str, via: Iterable[Link | str] = ()) -> None:
        """Join two hosts over links in order; "out" is from source to target on each of them."""
        a, b = self._host(source), self._host(target)
        if a is b or (a.name, b.name) in self._routes:
            raise ValueError(f"a path between {a.name!r} and {b.name!r} exists already, expected a new pair of hosts")
        links = [link if isinstance(link, Link) else self._link(link) for link in via]
        self._routes[a.name, b.name] = Route(self, a, b, [(link, Direction.OUT) for link in links])
        self._routes[b.name, a.name] = Route(self, b, a, [(link, Direction.IN) for link in reversed(links)])

    def name(self, name: str, address: str) -> None:
        """Let a further name resolve to an address."""
        self._names[name.lower()] = str(ipaddress.IPv4Address(address))

    def _host(self, host: Host | str) -> Host:
        if isinstance(host, Host):
            return host
        if host not in self.hosts:
            raise ValueError(f"unknown host {host!r}, expected one of {', '.join(self.hosts)}")
        return self.hosts[host]

    def _link(self, name: str) -> Link:
        if name not in self.links:
            raise ValueError(f"unknown link {name!r}, expected one of {', '.join(self.links) or '(none)'}")
        return self.links[name]

    # Observing

    def tell(self, kind: str, **details: Any) -> None:
        """Report an event to the observer."""
        if self._observe is not None:
            self._observe(NetEvent(self.loop.time(), kind, **details))

    def tell_flow(self, kind: str, end: TcpEnd, detail: str = "") -> None:
        """Report an event of a connection, named from its opener's side."""
        if self._observe is not None:
            opener = self._flows.get(end.flow, (end, end))[0]
            self.tell(
                kind,
                flow=end.flow,
                source=f"{opener.local[0]}:{opener.local[1]}",
                target=f"{opener.remote[0]}:{opener.remote[1]}",
                detail=detail or f"at {end.route.source.name}",
            )

    def trace_packet(self, route: Route, kind: PacketKind, payload: bytes, flow: int, fate: Fate) -> None:
        """Report one packet and its fate."""
        outcome = "arrives" if fate.arrives else fate.lost or ("refused" if fate.refused else "swallowed")
        self.tell(
            "segment",
            flow=flow,
            link=fate.lost_on,
            source=route.source.address,
            target=route.target.address,
            detail=f"{kind.value} {outcome}",
            payload=payload,
        )

    def flush(self) -> None:
        """Report the packets dropped since last told, on every link."""
        for link in self.links.values():
            link.flush()

    # Inside: routes, flows, epochs

    def new_epoch(self) -> int:
        """The rules changed: every route must look again."""
        self.epoch += 1
        return self.epoch

    def current_hosts(self) -> list[Host]:
        """The hosts that the running code lives on."""
        life = CURRENT.get()
        if life is not None:
            hosts = [host for host in self.hosts.values() if host.domain is life.domain]
            if hosts:
                return hosts
        return [self.home]

    def _callers(self) -> list[Host]:
        """The hosts that the running code may call from: code of no domain from every host of none."""
        return self.current_hosts() if CURRENT.get() else [h for h in self.hosts.values() if h.domain is None]

    def route_between(self, source: Host, target: Host) -> Route:
        """The declared path; OSError ENETUNREACH when there is none."""
        route = self._routes.get((source.name, target.name))
        if route is None:
            raise OSError(
                errno.ENETUNREACH,
                f"network is unreachable: no path from host {source.name} to {target.name}, declare one with path()",
            )
        return route

    def route_to(self, address: str, source: Host | None = None) -> Route:
        """The path to an address from a host, or from the first of the running code's hosts that has one."""
        sources = [source] if source is not None else self.current_hosts()
        if address.startswith("127.") or address == ANY:
            return self.route_between(sources[0], sources[0])
        target = self._by_address.get(address)
        if target is None:
            raise OSError(errno.ENETUNREACH, f"network is unreachable: no host has the address {address}")
        for each in sources:
            route = self._routes.get((each.name, target.name))
            if route is not None:
                return route
        return self.route_between(sources[0], target)

    def forget(self, flow: int) -> None:
        """Both ends of a connection are done."""
        self._flows.pop(flow, None)
        self._closed_flows.pop(flow, None)

    def note_closed(self, end: TcpEnd) -> None:
        """An end sends FIN; reported once for each connection."""
        if end.flow in self._flows and end.flow not in self._closed_flows:
            self._closed_flows[end.flow] = None
            self.tell_flow("closed", end, f"by {end.route.source.name}")

    def connections(self) -> list[TcpTransport]:
        """The opener's end of every connection, oldest first."""
        return [ends[0] for ends in self._flows.values()]

    def reset_over(self, link: Link) -> int:
        """Reset both ends of every connection that crosses `link`, now; how many."""
        crossing = [ends for ends in self._flows.values() if any(hop is link for hop, _ in ends[0].route.hops)]
        for ends in crossing:
            for end in ends:
                self.loop.schedule(self.loop.time(), end.be_reset, (), end.context, end.life)
        self.tell("reset_all", link=link.name, count=len(crossing))
        return len(crossing)

    def _buried(self, life: Life) -> None:
        for opener, other in list(self._flows.values()):
            for end, peer in ((opener, other), (other, opener)):
                if end.life is life:
                    self.loop.keep(end)
                    if peer.life is not None and peer.life.dead:
                        self.forget(end.flow)
                    else:
                        peer.peer_lost_power()

    # Names

    def resolve(self, name: str) -> str:
        """The IPv4 address of a name or an address; `socket.gaierror` when unknown or when names fail.

        UnicodeError for what is no name at all, as `socket.getaddrinfo` raises it.
        """
        known = _address_of(name)
        if known is not None:
            return known
        if name == "localhost":
            return LOOPBACK
        address = self._names.get(name.lower().rstrip("."))
        if address is not None and address in self._by_address:
            for source in self.current_hosts():
                route = self._routes.get((source.name, self._by_address[address].name))
                if route is not None and any(link.names_fail for link, _ in route.hops):
                    self.tell("name_failed", detail=name)
                    raise socket.gaierror(socket.EAI_AGAIN, f"temporary failure in name resolution: {name}")
        if address is None:
            name.encode("idna")
            raise socket.gaierror(socket.EAI_NONAME, f"name or service not known: {name}")
        return address

    def getaddrinfo(
        self, host: Any, port: Any, *, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0
    ) -> list[tuple[int, int, int, str, Address]]:
        """As `socket.getaddrinfo`, IPv4 only."""
        if family not in (0, socket.AF_INET):
            raise socket.gaierror(socket.EAI_FAMILY, f"the simulated network has IPv4 only, asked for family {family}")
        if isinstance(host, bytes):
            host = host.decode("ascii")
        nobody = ANY if int(flags) & _PASSIVE else LOOPBACK
        address = self.resolve(host) if host else nobody
        try:
            number = int(port or 0)
        except ValueError:
            raise socket.gaierror(socket.EAI_SERVICE, f"the service must be a port number, got {port!r}") from None
        kinds = [(socket.SOCK_STREAM, socket.IPPROTO_TCP), (socket.SOCK_DGRAM, socket.IPPROTO_UDP)]
        return [
            (socket.AF_INET, kind, protocol, "", (address, number))
            for kind, protocol in kinds
            if type in (0, kind) and proto in (0, protocol)
        ]

    def getnameinfo(self, sockaddr: Any) -> tuple[str, str]:
        """Name and port of a host by its address."""
        host = self._by_address.get(sockaddr[0])
        return (host.name if host is not None else str(sockaddr[0]), str(sockaddr[1]))

    # What asyncio asks of a loop

    async def create_connection(
        self,
        protocol_factory: Callable[[], asyncio.BaseProtocol],
        host: Any = None,
        port: Any = None,
        *,
        ssl: Any = None,
        family: int = 0,
        proto: int = 0,
        flags: int = 0,
        sock: Any = None,
        local_addr: Any = None,
        server_hostname: str | None = None,
        ssl_handshake_timeout: float | None = None,
        ssl_shutdown_timeout: float | None = None,
        happy_eyeballs_delay: float | None = None,
        interleave: int | None = None,
        all_errors: bool = False,
    ) -> tuple[asyncio.BaseTransport, asyncio.BaseProtocol]:
        """As `loop.create_connection`; OSError as a real network would raise."""
        del proto, flags, happy_eyeballs_delay, interleave, all_errors
        if sock is not None:
            raise ValueError("the simulated network has no sockets, expected host and port, got sock=")
        if host is None or port is None:
            raise ValueError("host and port were not specified and no sock specified")
        if server_hostname is not None and not ssl:
            raise ValueError("server_hostname is only meaningful with ssl")
        if ssl and server_hostname is None:
            server_hostname = host
        address, number = self.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)[0][4]
        transport = await self._dial((address, number), local_addr)
        try:
            protocol = protocol_factory()
            if not ssl:
                transport.start(protocol)
                return transport, protocol
            waiter = self.loop.create_future()
            tls = sslproto.SSLProtocol(
                self.loop,
                cast("asyncio.Protocol", protocol),
                cast(Any, None if isinstance(ssl, bool) else ssl),
                waiter,
                server_side=False,
                server_hostname=server_hostname,
                ssl_handshake_timeout=cast(int, ssl_handshake_timeout),
                ssl_shutdown_timeout=ssl_shutdown_timeout,
            )
            transport.start(tls)
            await waiter
            return cast(Any, tls)._app_transport, protocol
        except BaseException:
            transport.close()
            raise

    async def _dial(self, remote: Address, local_addr: Any) -> TcpTransport:
        source: Host | None = None
        if local_addr is not None and local_addr[0] not in (None, "", ANY):
            wanted = self.resolve(local_addr[0])
            source = next((host for host in self._callers() if host.address == wanted), None)
            if source is None and wanted != LOOPBACK:
                raise OSError(errno.EADDRNOTAVAIL, f"cannot assign requested address {wanted}: it is not of this host")
        route = self.route_to(remote[0], source)
        own = LOOPBACK if remote[0].startswith("127.") else route.source.address
        local = (own, (local_addr[1] if local_addr is not None else 0) or route.source.free_port("tcp"))
        self.newest_flow += 1
        life = CURRENT.get()
        client = TcpTransport(self, self.newest_flow, route, local, remote, life, contextvars.copy_context())
        answer: asyncio.Future[bool | None] = self.loop.create_future()
        back = self.route_between(route.target, route.source)
        timer: asyncio.TimerHandle | None = None

        def send(tried: int) -> None:
            """SYN once more, until there is an answer or nobody waits for one any longer."""
            nonlocal timer
            if answer.done():
                return
            if tried == len(SYN_WAITS_S):
                answer.set_result(None)
                return
            fate = route.carry(PacketKind.SYN, b"", client.flow, client.local, client.remote)
            if fate.refused:
                route.later(back.latency_s, _answer, answer, False, client)
            elif fate.arrives:
                route.later(fate.delay_s, self._opening, client, back, answer, self.epoch)
            timer = self.loop.call_later(SYN_WAITS_S[tried], send, tried + 1)

        try:
            send(0)
            try:
                accepted = await answer
            finally:
                if timer is not None:
                    timer.cancel()
            if accepted is None:
                self.tell_flow("unanswered", client, f"at {route.source.name}")
                raise TimeoutError(errno.ETIMEDOUT, f"Connect call failed {remote}: no answer in 127 s")
            if not accepted:
                self.tell_flow("refused", client)
                raise ConnectionRefusedError(errno.ECONNREFUSED, f"Connect call failed {remote}: refused")
        except BaseException:
            client.vanish()
            for end in self._flows.get(client.flow, ())[1:]:
                end.vanish()
            self.forget(client.flow)
            raise
        third = route.carry(PacketKind.ACK, b"", client.flow, client.local, client.remote)
        if third.arrives:
            _, server = self._flows[client.flow]
            at_s = self.loop.time() + route.latency_s + third.delay_s
            self.loop.schedule(at_s, server.accept, (), server.context, server.life)
        self.tell_flow("opened", client)
        return client

    def _opening(self, client: TcpTransport, back: Route, answer: asyncio.Future[bool | None], epoch: int) -> None:
        """SYN reached the target host."""
        host = back.source
        if (epoch != self.epoch and client.route.cut_since(epoch)) or not host.up:
            return
        known = self._flows.get(client.flow)
        listener = host.bound("tcp", client.remote)
        if known is None and (not isinstance(listener, TcpServer) or not listener.listening):
            fate = back.carry(PacketKind.RST, b"", client.flow, client.remote, client.local)
            if fate.arrives:
                back.later(fate.delay_s, _answer, answer, False, client)
            return
        if known is None:
            assert isinstance(listener, TcpServer)
            server = TcpTransport(
                self, client.flow, back, client.remote, client.local, listener.life, listener.context.copy()
            )
            server.join(client)
            server.on_accept = listener.welcome
            self._flows[client.flow] = (client, server)
        fate = back.carry(PacketKind.SYN_ACK, b"", client.flow, client.remote, client.local)
        if fate.arrives:
            back.later(fate.delay_s, self._opened, client, back, answer, self.epoch)

    def _opened(self, client: TcpTransport, back: Route, answer: asyncio.Future[bool | None], epoch: int) -> None:
        """SYN-ACK reached the opener."""
        if (epoch != self.epoch and back.cut_since(epoch)) or not client.route.source.up:
            return
        if client.gone or (client.life is not None and client.life.dead):
            client.send_reset()
            return
        _answer(answer, True, client)

    async def create_server(
        self,
        protocol_factory: Callable[[], asyncio.BaseProtocol],
        host: Any = None,
        port: Any = None,
        *,
        family: int = 0,
        flags: int = 0,
        sock: Any = None,
        backlog: int = 100,
        ssl: Any = None,
        reuse_address: bool | None = None,
        reuse_port: bool | None = None,
        ssl_handshake_timeout: float | None = None,
        ssl_shutdown_timeout: float | None = None,
        start_serving: bool = True,
    ) -> TcpServer:
        """As `loop.create_server`; without a host it listens on all addresses of the running code's hosts."""
        del family, flags, backlog, reuse_address, reuse_port
        if sock is not None:
            raise ValueError("the simulated network has no sockets, expected host and port, got sock=")
        if isinstance(ssl, bool):
            raise TypeError("ssl argument must be an SSLContext or None")
        hosts = host if isinstance(host, (list, tuple)) else [host]
        ports: list[tuple[Host, Address]] = []
        for each in cast("list[Any]", hosts):
            for bound_host, address in self._own_addresses(each):
                number = int(port or 0) or bound_host.free_port("tcp")
                if (bound_host, (address, number)) not in ports:
                    ports.append((bound_host, (address, number)))
        for bound_host, address in ports:
            if bound_host.bound("tcp", address) is not None:
                raise OSError(
                    errno.EADDRINUSE,
                    f"address already in use: tcp {address[0]}:{address[1]} on host {bound_host.name}",
                )
        server = TcpServer(self, protocol_factory, ports, ssl, ssl_handshake_timeout, ssl_shutdown_timeout)
        if start_serving:
            await server.start_serving()
        return server

    def _own_addresses(self, host: Any) -> list[tuple[Host, str]]:
        own = self.current_hosts()
        if host in (None, "", ANY, "::"):
            return [(each, ANY) for each in own]
        address = self.resolve(host)
        if address.startswith("127."):
            return [(own[0], LOOPBACK)]
        for each in own:
            if each.address == address:
                return [(each, address)]
        names = ", ".join(f"{each.name} {each.address}" for each in own)
        raise OSError(errno.EADDRNOTAVAIL, f"cannot assign requested address {address}: the code runs on {names}")

    async def create_datagram_endpoint(
        self,
        protocol_factory: Callable[[], asyncio.DatagramProtocol],
        local_addr: Any = None,
        remote_addr: Any = None,
        *,
        family: int = 0,
        proto: int = 0,
        flags: int = 0,
        reuse_port: bool | None = None,
        allow_broadcast: bool | None = None,
        sock: Any = None,
    ) -> tuple[UdpTransport, asyncio.DatagramProtocol]:
        """As `loop.create_datagram_endpoint`."""
        del family, proto, flags, reuse_port, allow_broadcast
        if sock is not None:
            raise ValueError("the simulated network has no sockets, expected addresses, got sock=")
        remote: Address | None = None
        if remote_addr is not None:
            remote = (self.resolve(remote_addr[0]), int(remote_addr[1]))
        if local_addr is not None:
            host, address = self._own_addresses(local_addr[0])[0]
        elif remote is not None:
            host = self.route_to(remote[0]).source
            address = LOOPBACK if remote[0].startswith("127.") else host.address
        else:
            host, address = self.current_hosts()[0], ANY
        port = (int(local_addr[1]) if local_addr is not None else 0) or host.free_port("udp")
        transport = UdpTransport(self, host, (address, port), remote)
        protocol = protocol_factory()
        transport.start(protocol)
        return transport, protocol


@lru_cache(maxsize=1024)
def _address_of(name: str) -> str | None:
    """The IPv4 address that a text is by itself, None for a name."""
    try:
        return str(ipaddress.IPv4Address(name))
    except ValueError:
        return None


def _answer(answer: asyncio.Future[bool | None], accepted: bool, client: TcpTransport) -> None:
    if not answer.done() and not client.gone and not (client.life is not None and client.life.dead):
        answer.set_result(accepted)
