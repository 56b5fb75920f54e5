"""The terminals that feed a platform on test, under a case's hand; and the park they stand in, told to the platform.

Leaves what they send to `simulators.senders`, where the platform is reached to `bench.facade.platform`. Whatever is
done to a sender is a phase of the history (`bench.history.sender_phases`), whatever it makes, sends and hears an event
of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from bench.dut import ServerSide
from bench.facade import sentences
from bench.facade.bench import Unable
from bench.history.marks import D, Mark
from bench.history.sender_phases import (
    DISCONNECT,
    DOUBLE,
    FLAGS,
    INTRUDE,
    LATE,
    REST,
    RESTART,
    RESUME,
    REVISE,
    SILENT,
    SPOIL,
    WITHHELD,
    WRONG,
    Doubled,
    Intruded,
    OfSender,
    Restarted,
    Revised,
    Spoilt,
    Switched,
)
from bench.layout.park import Park
from simulators.clock import Chance, Clock, Observe
from simulators.senders.kinds import kinds, wire_of
from simulators.senders.line import Line, Target
from simulators.senders.parcels import Entry, Fields
from simulators.senders.sender import EventLedger, Sender
from simulators.senders.spec import SenderSpec
from simulators.senders.wire import Form
from simulators.trust.authority import Trust
from simulators.trust.sessions import (
    Material,
    OpenSslSession,
    Session,
    TongsuoContext,
    TongsuoSession,
    openssl_context,
)

if TYPE_CHECKING:
    from bench.dut.platform.vocabulary import Kind
    from bench.facade.platform import Desk

_PLATFORM = "platform"


class SleepingClock(Clock, Protocol):
    """True time that can be waited for."""

    async def sleep(self, seconds: float = 0, *, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Let the world run for so long."""
        ...


class Door(Protocol):
    """Where terminals reach the platform by one way (a table of section [connection] of its profile)."""

    @property
    def host(self) -> str:
        """Its name or address."""
        ...

    @property
    def port(self) -> int:
        """Its port."""
        ...

    @property
    def path(self) -> str:
        """The path of records over HTTP, empty for the usual one."""
        ...

    @property
    def server_name(self) -> str:
        """The name that its certificate must have."""
        ...


class Logs(Protocol):
    """A platform at which somebody can log in."""

    @property
    def intakes(self) -> Mapping[str, Door]:
        """The ways into it."""
        ...

    async def login(self, word: str, *, door: str = "") -> Desk:
        """Somebody, logged in."""
        ...


def park_trust(park: Park, start_us: int, chance: Chance) -> Trust | None:
    """The certificates of a park: the platform's, and one for each sender under its MN; None where nobody uses TLS."""
    if all(spec.channel == "plain" for spec in park.senders()):
        return None
    return Trust(start_us, chance, [("server", _PLATFORM), *(("client", spec.mn) for spec in park.senders())])


def server_side(trust: Trust | None, host: str, names: Iterable[str]) -> ServerSide | None:
    """What the platform is certified by, under these names and at this address; None where nobody comes by TLS."""
    if trust is None:
        return None
    authority = trust["ecdsa"]
    own = authority.leaf("server", _PLATFORM, (*dict.fromkeys(filter(None, names)), host))
    return ServerSide(own.certificate, own.key, authority.anchor)


class SenderControl:
    """One terminal that feeds the platform."""

    def __init__(self, senders: Senders, sender: Sender, line: Line) -> None:
        self._senders, self.sender, self._line = senders, sender, line
        self.spec: SenderSpec = sender.spec

    @property
    def waiting(self) -> int:
        """Packets that nobody has taken yet."""
        return self.sender.waiting

    def connect(self) -> None:
        """Measure and connect, and again whenever the connection ends."""
        self._line.pump()
        self._line.connect()

    def disconnect(self) -> None:
        """End the connection; it goes on measuring."""
        self._say(DISCONNECT, OfSender(sender=self.spec.name))
        self._line.disconnect()

    @contextmanager
    def silent(self) -> Generator[None]:
        """It stays connected, measures and sends nothing."""
        with self._while(SILENT, silent=True):
            yield
        self._line.pump()

    @contextmanager
    def late(self, *, backwards: bool = False) -> Generator[None]:
        """What it makes waits until the end of this scope; then all of it goes, the latest first if `backwards`."""
        with self._while(LATE, held=True):
            yield
        self.sender.release(backwards=backwards)
        self._line.pump()

    @contextmanager
    def withholds(self, *points: str) -> Generator[None]:
        """Nothing is made of these points (none given: of all): a stretch without data."""
        codes = [self._senders.code(point) for point in points] or ["*"]
        with self._while(WITHHELD, withheld=frozenset(codes)):
            yield

    @contextmanager
    def flags(self, flag: str, *points: str) -> Generator[None]:
        """Values of these points carry another data flag (HJ 212-2017 table 8)."""
        with self._while(FLAGS, flags={self._senders.code(point): flag for point in points}):
            yield

    @contextmanager
    def wrong(self, times: int, by: int, *points: str) -> Generator[None]:
        """Values of these points are wrong by a factor, as of another unit; the history has the truth beside them."""
        with self._while(WRONG, wrong={self._senders.code(point): (times, by) for point in points}):
            yield

    def spoil(self, *how: str) -> None:
        """The next packets are spoilt when first sent, one after the other in these ways; they are sent again sound."""
        if unknown := [each for each in how if each not in kinds()[self.spec.kind].spoils]:
            raise ValueError(str(sentences.NOT_SPOILT(kind=self.spec.kind, unknown=unknown)))
        self._say(SPOIL, Spoilt(sender=self.spec.name, how=" ".join(how)))
        self.sender.faults.spoil += list(how)

    def double(self, packets: int, *, anew: bool = False) -> None:
        """The next packets go out twice: as they were, or under a key of their own."""
        self._say(DOUBLE, Doubled(sender=self.spec.name, packets=packets, anew="yes" if anew else "no"))
        self.sender.faults.double, self.sender.faults.anew = packets, anew

    def revise(self, point: str, kind: str, start_us: int, end_us: int, text: str, *, revision: int = 1) -> None:
        """Send a record anew with another value (the increase, mean or sample)."""
        fields = self._senders.named(point, kind, text)
        self._say(REVISE, Revised(sender=self.spec.name, point=point))
        self.sender.revise(
            kind, start_us, end_us, self._senders.code(point), fields, self._senders.clock.now_us(), revision
        )
        self._line.pump()

    def intrude(self, how: str, point: str, kind: str, start_us: int, end_us: int, text: str) -> None:
        """Send a record that must never be believed, once, spoilt in this way."""
        self._say(INTRUDE, Intruded(sender=self.spec.name, how=how, point=point))
        made = (Entry(self._senders.code(point), self._senders.named(point, kind, text)),)
        self.sender.intrude(how, kind, start_us, end_us, made, self._senders.clock.now_us())
        self._line.pump()

    async def restart(self, off_s: float) -> None:
        """Its supply fails for so long: the connection is gone, nothing is measured, what had been measured is kept."""
        self._say(RESTART, Restarted(sender=self.spec.name, off_s=off_s))
        self.sender.power_off()
        self._line.disconnect(abort=True)
        await self._senders.clock.sleep(off_s)
        self.sender.power_on(self._senders.clock.now_us())
        self._line.pump()
        self._line.connect()

    def rest(self) -> None:
        """It is out of use: it measures nothing, and its periods until `resume` are no gaps."""
        self._say(REST, OfSender(sender=self.spec.name))
        self.sender.power_off()
        self._line.stop()

    def resume(self) -> None:
        """In use again, from now on."""
        self._say(RESUME, OfSender(sender=self.spec.name))
        self.sender.begin(self._senders.clock.now_us())
        self._line.pump()
        self._line.connect()

    def stop(self) -> None:
        """End it for good."""
        self._line.stop()

    def pump(self) -> None:
        """See to what is due."""
        self._line.pump()

    @contextmanager
    def _while(self, what: Mark[Switched], **faults: Any) -> Generator[None]:
        before = {name: getattr(self.sender.faults, name) for name in faults}
        self._say(what, Switched(sender=self.spec.name, state="on"))
        for name, value in faults.items():
            setattr(self.sender.faults, name, value)
        try:
            yield
        finally:
            for name, value in before.items():
                setattr(self.sender.faults, name, value)
            self._say(what, Switched(sender=self.spec.name, state="off"))

    def _say(self, what: Mark[D], detail: D) -> None:
        self._senders.observe(what.event(self._senders.clock.now_us(), detail))


class Senders(Mapping[str, SenderControl]):
    """Every sender of a park by its id. `trust` has their certificates, where any channel of theirs needs one.

    `doors` are the ways into the platform by their words (`way_of`), `local` gives the address that the sender with a
    number calls from, empty for any (`bench.layout.park.address_of` where `lay` has laid them). `forms` gives a
    platform's own form of records by way, for a sender whose points have these codes; None where it takes the bench's.
    """

    def __init__(
        self,
        park: Park,
        doors: Mapping[str, Door],
        clock: SleepingClock,
        observe: Observe,
        chance: Chance,
        trust: Trust | None = None,
        local: Callable[[int], str] = lambda number: "",
        forms: Callable[[str, Mapping[str, str]], Form | None] = lambda way, points: None,
    ) -> None:
        park = park.by(doors)
        self.park, self.clock, self.observe = park, clock, observe
        self._doors, self._trust = doors, trust
        self._codes = park.codes()
        self._kinds = {point.id: point.kind for _, point in park.points()}
        self.plant = park.plant(chance)
        ledger, began_us = EventLedger(observe), clock.now_us()
        if park.enterprises:
            observe(park.told(began_us))
        self._all: dict[str, SenderControl] = {}
        for number, spec in enumerate(park.senders(), 1):
            points = {self._codes[each.id]: each.id for _, each in park.points() if each.sender == spec.name}
            sender = Sender(spec, wire_of(spec, forms(way_of(spec), points)), self.plant, began_us, ledger)
            line = Line(sender, lambda spec=spec, number=number: self._target(spec, local(number)), clock, observe)
            self._all[spec.name] = SenderControl(self, sender, line)

    def __getitem__(self, name: str) -> SenderControl:
        return self._all[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def code(self, point: str) -> str:
        """The code of a point on the wire."""
        return self._codes[point]

    def named(self, point: str, kind: str, text: str) -> Fields:
        """A value under the name that a record of this class has for it."""
        if kind == "realtime":
            return (("Rtd", text),)
        if self._kinds[point] == "counter":
            return (("Cou", text),)
        return (("Avg", text), ("Min", text), ("Max", text))

    def connect(self) -> None:
        """Connect all of them."""
        for each in self._all.values():
            each.connect()

    async def settle(self, within_s: float = 60) -> bool:
        """Wait until the platform has taken everything, at most so long; whether it has."""
        for _ in range(max(1, round(within_s))):
            if not any(each.waiting for each in self._all.values()):
                return True
            await self.clock.sleep(1)
        return not any(each.waiting for each in self._all.values())

    def stop(self) -> None:
        """End all of them."""
        for each in self._all.values():
            each.stop()

    def _target(self, spec: SenderSpec, local: str) -> Target:
        """Where a sender connects to. Raises Unable where the profile does not say."""
        way = way_of(spec)
        door = self._doors.get(way)
        if door is None:
            raise Unable(str(sentences.NO_WAY_IN(way=way)))
        if spec.channel == "plain":
            return Target(door.host, door.port, local)
        return Target(door.host, door.port, local, lambda: self._session(spec, door.server_name))

    def _session(self, spec: SenderSpec, server_name: str) -> Session:
        """A session as a client, with the certificate that the sender shows."""
        if self._trust is None:
            raise Unable(str(sentences.NO_CERTIFICATES()))
        national = spec.channel in ("gm-tls13", "tlcp")
        authority = self._trust["sm2" if national else "ecdsa"]
        leaf = pair = None
        if spec.channel != "tls" and spec.certificate != "missing":
            leaf = authority.leaf("client", spec.mn, (), spec.certificate)
            if spec.channel == "tlcp":
                pair = authority.leaf("client", spec.mn, (), "good", "encryption")
        material = Material(
            leaf.certificate if leaf else "",
            leaf.key if leaf else "",
            authority.anchor,
            authority.crls,
            pair.certificate if pair else "",
            pair.key if pair else "",
            keys=self._trust.keys,
        )
        now_us = self.clock.now_us()
        if national:
            context = TongsuoContext(material, "require", tlcp=spec.channel == "tlcp")
            return TongsuoSession(context, now_us, server=False, server_name=server_name)
        context = openssl_context(material, "require")
        return OpenSslSession(context, now_us, server=False, server_name=server_name)


def way_of(spec: SenderSpec) -> str:
    """The word of section [connection] for the way that a sender takes."""
    if spec.kind == "https":
        return {"plain": "http", "tls": "https"}.get(spec.channel, f"https-{spec.channel}")
    return spec.kind if spec.channel == "plain" else f"{spec.kind}-{spec.channel}"


class ParkOnBench:
    """The park of a scenario, and telling the platform of it."""

    def __init__(self, park: Park, platform: Logs) -> None:
        self.plan = park.by(platform.intakes)
        self._platform = platform

    async def set_up(self, by: str = "administrator", *, but: Collection[str] = ()) -> dict[tuple[str, str], str]:
        """Tell the platform all that the park has, `but` these points; what it calls each, by kind and our id."""
        return await self._tell(by, lambda kind, id: kind != "point" or id not in but)

    async def add(self, point: str, by: str = "administrator") -> None:
        """Tell the platform of a point that `set_up` left out."""
        await self._tell(by, lambda kind, id: (kind, id) == ("point", point))

    async def _tell(self, by: str, takes: Callable[[str, str], bool]) -> dict[tuple[str, str], str]:
        known: Mapping[str, Kind] = _kinds()
        desk = await self._platform.login(by)
        found: dict[tuple[str, str], str] = {}
        for kind, fields in self.plan.objects():
            if not takes(kind, fields["id"]):
                continue
            typed: dict[str, Any] = {name: int(text) if name == "valid_from" else text for name, text in fields.items()}
            found[kind, fields["id"]] = await desk.create(known[kind], **typed) or fields["id"]
        return found


def _kinds() -> Mapping[str, Kind]:
    from bench.dut.platform.vocabulary import kinds as words

    return words()
