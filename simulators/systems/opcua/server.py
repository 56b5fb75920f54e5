"""An OPC UA server in front of devices: nodes `ns=2;s=<device>.<register>` from the plant's truth, on asyncua.

Leaves to others: the devices (`tagged`), certificates (`identity`), the protocol (asyncua). Serves Read, subscriptions
(sampled once a second) and history (one value a minute, since the beginning). Virtual and real time alike.

Order in which a request meets faults: server gone (restarting, foreign certificate), silence, delay, then for each
node: omitted (BadNodeIdUnknown), stale (value and source time stamp of the moment it came on), bad status, other type,
then the value with its own faults. While an analyser is calibrated its values have the status BadOutOfService.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import math
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, cast

from asyncua import ua as asyncua_ua
from asyncua.common.callback import CallbackType
from asyncua.common.utils import ServiceError
from asyncua.server.address_space import AddressSpace, AttributeValue, NodeData, NodeManagementService
from asyncua.server.history import HistoryDict
from asyncua.server.internal_server import InternalServer
from asyncua.server.internal_session import InternalSession
from asyncua.server.server import Server
from asyncua.server.standard_address_space import standard_address_space
from asyncua.ua.ua_binary import struct_to_binary
from cryptography import x509

from simulators.clock import Clock, Observe
from simulators.events import HandshakeState, NoAnswer, Secured
from simulators.meters.channels import Channel
from simulators.meters.faults import (
    BadStatus,
    Calibrating,
    Delayed,
    ForeignCertificate,
    Late,
    Omitted,
    OtherType,
    Restarting,
    Silent,
    Stale,
    Unstamped,
)
from simulators.systems.opcua.identity import CURVE, Identity, identity
from simulators.systems.tagged import Security, TaggedMeter, number_of, tag_value, type_of

# Its types say less than its values: what a field takes is what the standard names.
ua: Any = asyncua_ua

NAMESPACE = "urn:carbonbench:plant"
CLIENT = "terminal"
"""Holder of the one client certificate that a server with security trusts."""

_POLICIES: dict[Security, Any] = {
    "none": ua.SecurityPolicyType.NoSecurity,
    "sign": ua.SecurityPolicyType.Basic256Sha256_Sign,
    "encrypt": ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt,
}
_NAMES: dict[Security, str] = {
    "none": "None",
    "sign": "Basic256Sha256 Sign",
    "encrypt": "Basic256Sha256 SignAndEncrypt",
}
_CURVE_POLICY = "http://opcfoundation.org/UA/SecurityPolicy#ECC_nistP256"
_TYPES = {
    "u8": ua.VariantType.Byte,
    "s8": ua.VariantType.SByte,
    "u16": ua.VariantType.UInt16,
    "s16": ua.VariantType.Int16,
    "u32": ua.VariantType.UInt32,
    "s32": ua.VariantType.Int32,
    "u64": ua.VariantType.UInt64,
    "s64": ua.VariantType.Int64,
    "f32": ua.VariantType.Float,
    "f64": ua.VariantType.Double,
}
_SAMPLE_S = 1.0
_CHANGE_S = 2.0
"""How long it takes until another stands in the place of a server."""
_HISTORY_US = 60_000_000
_MOST_HISTORY = 1000
# asyncua tells its own log of every refusal that a case provokes; what matters is in the events.
logging.getLogger("asyncua").setLevel(logging.CRITICAL)


def client_identity(which: str = "own") -> Identity:
    """The identity of the terminal on test (its own, or somebody else's with its names)."""
    return identity(CLIENT, which)


def _moment(at_us: int) -> datetime:
    return datetime.fromtimestamp(at_us // 1_000_000, UTC) + timedelta(microseconds=at_us % 1_000_000)


@cache
def _standard_nodes() -> dict[Any, Any]:
    """The nodes that every server has, from the standard's own list; made once in a process and never altered."""
    space = AddressSpace()
    collecting = gc.isenabled()
    gc.disable()
    try:
        cast(Any, standard_address_space).fill_address_space(NodeManagementService(space))
    finally:
        if collecting:
            gc.enable()
    return cast(Any, space)._nodes


class _Nodes(MutableMapping[Any, Any]):
    """The nodes of one server: those of the standard are copied when somebody first touches them."""

    def __init__(self) -> None:
        self._own: dict[Any, Any] = {}
        self._shared = _standard_nodes()
        self._gone: dict[Any, None] = {}

    def __getitem__(self, key: Any) -> Any:
        found = self._own.get(key)
        if found is None:
            if key in self._gone:
                raise KeyError(key)
            pattern = self._shared[key]
            found = self._own[key] = NodeData(pattern.nodeid)
            found.attributes = {name: AttributeValue(each.value) for name, each in pattern.attributes.items()}
            found.references = list(pattern.references)
        return found

    def __setitem__(self, key: Any, value: Any) -> None:
        self._own[key] = value

    def __delitem__(self, key: Any) -> None:
        self._own.pop(key, None)
        self._gone[key] = None

    def __contains__(self, key: object) -> bool:
        return key in self._own or (key in self._shared and key not in self._gone)

    def __iter__(self) -> Iterator[Any]:
        yield from self._own
        yield from (key for key in self._shared if key not in self._own and key not in self._gone)

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True)
class Tag:
    """One node: its device and channel."""

    meter: TaggedMeter
    channel: Channel


class _Session(InternalSession):
    """A session of a client, which tells when it is agreed or refused."""

    async def create_session(self, params: Any, sockname: Any = None) -> Any:
        server = cast("_Internal", self.iserver)
        if self.external and server.refuses(params):
            raise ServiceError(ua.StatusCodes.BadSecurityChecksFailed)
        self._holder = server.holder(params)
        return await super().create_session(params, sockname)

    def activate_session(self, params: Any, peer_certificate: Any) -> Any:
        answer = super().activate_session(params, peer_certificate)
        if self.external:
            cast("_Internal", self.iserver).door.agreed(self._holder)
        return answer

    _holder = ""


class _Internal(InternalServer):
    """asyncua's server with the standard nodes from memory, and our sessions."""

    def __init__(self, door: OpcUaServer) -> None:
        self.door = door
        super().__init__()

    async def load_standard_address_space(self, shelf_file: Any = None) -> None:
        cast(Any, self.aspace)._nodes = _Nodes()

    async def get_endpoints(self, params: Any = None, sockname: Any = None) -> list[Any]:
        """The endpoints; where it offers all, first those of elliptic curves, as many as the others with security."""
        found = await super().get_endpoints(params, sockname)
        if not self.door.offers_all:
            return found
        certificate = identity(self.door.name, CURVE).certificate
        secure = [each for each in found if each.SecurityMode != ua.MessageSecurityMode.None_]
        others = [copy(each) for each in secure]
        for each in others:
            each.SecurityPolicyUri, each.ServerCertificate = _CURVE_POLICY, certificate
        return [*others, *found]

    def create_session(self, name: str, user: Any = None, external: bool = False) -> InternalSession:
        given = {} if user is None else {"user": user}
        return _Session(self, self.aspace, self.subscription_service, name, external=external, **given)

    def holder(self, params: Any) -> str:
        """The common name of the certificate a client shows."""
        if not params.ClientCertificate:
            return ""
        found = x509.load_der_x509_certificate(params.ClientCertificate).subject
        return ", ".join(str(each.value) for each in found)

    def refuses(self, params: Any) -> bool:
        """Whether a client is turned away: without security where it is asked for, or with a certificate not known."""
        door = self.door
        if door.security == "none" or params.ClientCertificate == door.trusted:
            return False
        shown = "another certificate" if params.ClientCertificate else "no certificate"
        door.refused(self.holder(params), f"the client shows {shown}")
        return True


class _History(HistoryDict):
    """History from the truth: one value a minute."""

    def __init__(self, door: OpcUaServer) -> None:
        super().__init__()
        self._door = door

    async def read_node_history(
        self, node_id: Any, start: datetime | None, end: datetime | None, nb_values: int
    ) -> tuple[list[Any], datetime | None]:
        """Values of a node in [start, end], at most `nb_values` (0: all) and the instant the rest begins at."""
        return self._door.history(str(node_id.Identifier), start, end, nb_values)


class OpcUaServer:
    """One server (host and port) with the devices behind it.

    `security` is what it asks of every session; `offers_all`: its list of endpoints names every other one too, some
    with the certificate of another policy. `since_us` is when its history begins (us UTC).
    """

    def __init__(
        self,
        host: str,
        port: int,
        meters: Sequence[TaggedMeter],
        *,
        security: Security,
        offers_all: bool = False,
        since_us: int,
        clock: Clock,
        observe: Observe,
    ) -> None:
        self.host = host
        self.port = port
        self.meters = tuple(meters)
        self.security: Security = security
        self.offers_all = offers_all
        self.name = meters[0].name
        self.trusted = client_identity().certificate if security != "none" else b""
        self._since_us = since_us
        self._clock = clock
        self._observe = observe
        self._tags: dict[str, Tag] = {}
        self._stale: dict[str, Any] = {}
        self._server: Server | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._sampler: asyncio.Task[None] | None = None
        self._altered = asyncio.Event()
        self._spoken = asyncio.Event()
        self._down_until_us = 0
        self._foreign = False
        self._asked: list[tuple[Any, int, str]] = []
        self._sessions = 0
        for meter in self.meters:
            meter.altered = self._heard(meter)
            for register in meter.map.registers:
                self._tags[f"{meter.name}.{register.id}"] = Tag(meter, meter.channels[register.id])

    # Life.

    @property
    def identity(self) -> Identity:
        """The identity it shows when nobody stands in its place."""
        return identity(self.name)

    async def start(self) -> None:
        """Listen. Raises OSError if the port is taken."""
        await self._up()
        self._keeper = asyncio.create_task(self._keep(), name=f"opcua {self.name}")
        self._sampler = asyncio.create_task(self._sample(), name=f"opcua {self.name} sampling")

    async def stop(self) -> None:
        """Close the port and every connection."""
        for task in (self._keeper, self._sampler):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        self._keeper = self._sampler = None
        await self._down()

    def _heard(self, meter: TaggedMeter) -> Callable[[], None]:
        def altered() -> None:
            now = self._clock.now_us()
            restarting = meter.fault(Restarting)
            if isinstance(restarting, Restarting) and self._down_until_us <= now:
                self._down_until_us = now + round(restarting.for_s * 1_000_000)
            for name, tag in self._tags.items():
                if tag.meter is not meter:
                    continue
                if not meter.hits(Stale, tag.channel):
                    self._stale.pop(name, None)
                elif name not in self._stale:
                    self._stale[name] = self._live(tag, now)
            self._altered.set()
            self._spoken.set()
            self._spoken.clear()

        return altered

    async def _keep(self) -> None:
        """Go down and come up again as the faults want it."""
        while True:
            await self._altered.wait()
            self._altered.clear()
            foreign = any(meter.fault(ForeignCertificate) for meter in self.meters)
            now = self._clock.now_us()
            if self._down_until_us > now:
                await self._down()
                await asyncio.sleep((self._down_until_us - now) / 1_000_000)
                self._foreign = foreign
                await self._up()
                for meter in self.meters:
                    if meter.fault(Restarting):
                        meter.clear("restarting")
            elif foreign != self._foreign:
                self._foreign = foreign
                await self._down()
                await asyncio.sleep(_CHANGE_S)
                await self._up()

    async def _up(self) -> None:
        internal = _Internal(self)
        server = Server(iserver=internal)
        await server.init()
        server.disable_clock(True)
        url = f"opc.tcp://{self.host}:{self.port}/"
        server.set_endpoint(url)
        server.set_server_name(f"carbonbench {self.name}")
        shown = identity(self.name, "stranger" if self._foreign else "own")
        await server.set_application_uri(shown.uri)
        server.set_security_policy([*_POLICIES.values()] if self.offers_all else [_POLICIES[self.security]])
        server.set_identity_tokens([ua.AnonymousIdentityToken])
        if self.security != "none":
            await server.load_certificate(shown.certificate, "der")
            internal.private_key = shown.whole_key
        index = await server.register_namespace(NAMESPACE)
        for meter in self.meters:
            folder = await server.nodes.objects.add_object(ua.NodeId(meter.name, index), f"{index}:{meter.name}")
            for register in meter.map.registers:
                await self._add(server, folder, index, f"{meter.name}.{register.id}", register.id)
        internal.history_manager.set_storage(_History(self))
        internal.aspace.set_attribute_value_callback(
            ua.NodeId(ua.ObjectIds.Server_ServerStatus_CurrentTime),
            ua.AttributeIds.Value,
            lambda node, attribute: ua.DataValue(ua.Variant(_moment(self._clock.now_us()), ua.VariantType.DateTime)),
        )
        internal.subscribe_server_callback(cast(Any, CallbackType.PreRead), self._before)
        internal.subscribe_server_callback(cast(Any, CallbackType.PostRead), self._after)
        await server.start()
        self._server = server

    async def _add(self, server: Server, folder: Any, index: int, name: str, title: str) -> None:
        kind = _TYPES[type_of(self._tags[name].channel.register)]
        node = await folder.add_variable(ua.NodeId(name, index), f"{index}:{title}", ua.Variant(0, kind))
        await node.set_attr_bit(ua.AttributeIds.AccessLevel, ua.AccessLevel.HistoryRead)
        await node.set_attr_bit(ua.AttributeIds.UserAccessLevel, ua.AccessLevel.HistoryRead)
        server.iserver.aspace.set_attribute_value_callback(
            node.nodeid, ua.AttributeIds.Value, lambda node_id, attribute: self._value(name)
        )

    async def _down(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            await server.stop()

    # What clients are told of.

    def agreed(self, holder: str) -> None:
        """A session was activated."""
        self._sessions += 1
        self._secured("agreed", holder, "")

    def refused(self, holder: str, reason: str) -> None:
        """A session was refused."""
        self._secured("failed", holder, reason)

    def _secured(self, state: HandshakeState, holder: str, reason: str) -> None:
        self._observe(
            Secured(
                t=self._clock.now_us(),
                at=self.name,
                conn=self._sessions,
                channel="opcua",
                state=state,
                shown="look-alike" if self._foreign else "good",
                reason=reason,
                version=_NAMES[self.security],
                peer=holder,
            )
        )

    # Values.

    def _live(self, tag: Tag, at_us: int) -> Any:
        number, _ = tag_value(tag.channel, at_us)
        kind = _TYPES[type_of(tag.channel.register)]
        return ua.DataValue(ua.Variant(number, kind), SourceTimestamp=_moment(tag.meter.clock_us(at_us)))

    def _value(self, name: str) -> Any:
        """What a client gets for a node now."""
        tag = self._tags[name]
        now = self._clock.now_us()
        if tag.meter.hits(Omitted, tag.channel):
            return ua.DataValue(StatusCode=ua.StatusCode(ua.UInt32(ua.StatusCodes.BadNodeIdUnknown)))
        found = self._stale.get(name)
        if found is not None:
            return found
        live = self._live(tag, now)
        bad = tag.meter.fault(BadStatus)
        status = ua.StatusCodes.Good
        if isinstance(bad, BadStatus) and tag.meter.hits(BadStatus, tag.channel):
            status = getattr(ua.StatusCodes, bad.status)
        elif tag.meter.hits(Calibrating, tag.channel):
            status = ua.StatusCodes.BadOutOfService
        value = live.Value
        if tag.meter.hits(OtherType, tag.channel) and value is not None:
            value = ua.Variant(str(value.Value), ua.VariantType.String)
        stamp = None if tag.meter.hits(Unstamped, tag.channel) else live.SourceTimestamp
        return ua.DataValue(value, ua.StatusCode(ua.UInt32(status)), SourceTimestamp=stamp)

    def _counts(self, name: str, value: Any) -> str:
        """The decimal text of an answer that is a reading of now, else nothing."""
        tag = self._tags[name]
        status = value.StatusCode
        if name in self._stale or value.Value is None or (status is not None and status.is_bad()):
            return ""
        if not isinstance(value.Value.Value, int | float) or math.isnan(value.Value.Value):
            return ""
        return number_of(tag.channel.register, tag.channel.show(self._clock.now_us()))[1]

    async def _before(self, event: Any, service: object) -> None:
        """A client reads: silence and delay."""
        del service
        if not event.is_external:
            return
        asked = self._clock.now_us()
        outcome = ""
        for meter in self.meters:
            if meter.fault(Silent) is not None:
                outcome = "silent"
                self._tell_untold(event.request_params, "silent", "silent")
                while meter.fault(Silent) is not None:
                    await self._spoken.wait()
                break
            late, slow = meter.fault(Late), meter.fault(Delayed)
            if isinstance(late, Late):
                outcome = "late"
                self._tell_untold(event.request_params, "late", "late")
                await asyncio.sleep(late.after_s)
                break
            if isinstance(slow, Delayed):
                await asyncio.sleep(slow.after_s)
                break
        self._asked.append((event.request_params, asked, outcome))

    def _after(self, event: Any, service: object) -> None:
        """A client has its values: tell of them, device by device."""
        del service
        if not event.is_external:
            return
        params = event.request_params
        asked, outcome = self._clock.now_us(), ""
        for index, (known, at, became) in enumerate(self._asked):
            if known is params:
                asked, outcome = at, became
                del self._asked[index]
                break
        if outcome:
            return
        names = self._names(params)
        values = {name: value for name, value in zip(names, event.response_params, strict=True) if name in self._tags}
        request = struct_to_binary(params)
        for meter in self.meters:
            mine = {name: value for name, value in values.items() if self._tags[name].meter is meter}
            if mine:
                self._tell(meter, mine, asked, request)

    def _tell(self, meter: TaggedMeter, values: dict[str, Any], asked: int, request: bytes) -> None:
        channels = [self._tags[name].channel for name in values]
        answer = b"".join(struct_to_binary(value) for value in values.values())
        texts = {
            self._tags[name].channel.point: text
            for name, value in values.items()
            if (text := self._counts(name, value))
        }
        texts.pop("", None)
        meter.told(self._clock.now_us(), asked, request, answer, texts, meter.altering(channels))

    def _tell_untold(self, params: Any, outcome: NoAnswer, fault: str) -> None:
        names = [name for name in self._names(params) if name in self._tags]
        request = struct_to_binary(params)
        for meter in self.meters:
            points = tuple(
                tag.channel.point for name in names if (tag := self._tags[name]).meter is meter and tag.channel.point
            )
            if points:
                meter.untold(self._clock.now_us(), outcome, request, points, fault)

    def _names(self, params: Any) -> list[str]:
        return [
            str(each.NodeId.Identifier) if each.AttributeId == ua.AttributeIds.Value else ""
            for each in params.NodesToRead
        ]

    # Subscriptions and history.

    async def _sample(self) -> None:
        """Give subscribers the values of each second; nothing while nobody has subscribed."""
        while True:
            await asyncio.sleep(_SAMPLE_S)
            server = self._server
            if server is None or not server.iserver.subscription_service.subscriptions:
                continue
            space = server.iserver.aspace
            index = 2
            watched: dict[str, Any] = {}
            for name in self._tags:
                attribute = space[ua.NodeId(name, index)].attributes[ua.AttributeIds.Value]
                if attribute.datachange_callbacks:
                    value = watched[name] = self._value(name)
                    for handle, call in list(attribute.datachange_callbacks.items()):
                        await call(handle, value)
            for meter in self.meters:
                mine = {name: value for name, value in watched.items() if self._tags[name].meter is meter}
                if mine:
                    self._tell(meter, mine, self._clock.now_us(), b"\0\0subscription")

    def history(
        self, name: str, start: datetime | None, end: datetime | None, most: int
    ) -> tuple[list[Any], datetime | None]:
        """Values of a node, one a minute; the newest first if `start` is after `end` or not given."""
        if name not in self._tags:
            return [], None
        begin_us, now = self._since_us, self._clock.now_us()
        first, last = (_instant(each) for each in (start, end))
        backwards = first is None or (last is not None and first > last)
        low = max(
            begin_us, min(each for each in (first, last, now) if each is not None) if not backwards else last or 0
        )
        high = min(now, (first if backwards else last) or now)
        tag = self._tags[name]
        kind = _TYPES[type_of(tag.channel.register)]
        slots = range(-(-low // _HISTORY_US) * _HISTORY_US, high + 1, _HISTORY_US)
        if backwards:
            slots = slots[::-1]
        wanted = slots[: min(most or _MOST_HISTORY, _MOST_HISTORY)]
        values = [
            ua.DataValue(
                ua.Variant(number_of(tag.channel.register, tag.channel.encode(tag.channel.steps(at_us)))[0], kind),
                SourceTimestamp=_moment(at_us),
            )
            for at_us in wanted
        ]
        rest = _moment(slots[_MOST_HISTORY]) if not most and len(slots) > _MOST_HISTORY else None
        return values, rest


def _instant(moment: datetime | None) -> int | None:
    """Microseconds UTC; None for the time that means "not given"."""
    if moment is None or moment.year < 1970:
        return None
    at = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return round(at.timestamp() * 1_000_000)
