"""The virtual rig: plant, meters, network, terminal and centres in one process on a simulated clock.

Leaves the simulated parts to bench.virtual and simulators. The same seed gives the same history byte for byte. Two
domains: the site, which never loses power, and the terminal with three network cards (field, uplink, local).
"""

from __future__ import annotations

import random
import traceback
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from bench import captures
from bench.case import Case, Item
from bench.case.program_evidence import RIG as RIG_LACKS
from bench.dut import Alterable, Alteration, Seat, TerminalAdapter
from bench.dut.profile import Claim
from bench.facade import remote_configuration, secrets
from bench.facade.bench import Unable
from bench.facade.load import NoLoads
from bench.facade.machine import SimulatedMachine
from bench.facade.maintainers import maintainers
from bench.facade.parts import CentresByName, Clock, OperatorAtTerminal, PlatformsByName
from bench.facade.people import People
from bench.facade.platform import Platform
from bench.facade.senders import ParkOnBench, Senders, park_trust, server_side
from bench.facade.timekeeping import NTP_PORT, Timekeeping
from bench.history import (
    Captured,
    CutShort,
    Event,
    LinkRule,
    Observed,
    Phase,
    Recorder,
    Trouble,
)
from bench.history.events import RuleState
from bench.history.looks import SECRETS, STORAGE, TAMPERING, AlteredRow
from bench.history.observation import NOTHING
from bench.history.phases import DAMAGED, EMPTIED, STORAGE_REFUSES, STORAGE_TAKES
from bench.layout import build, group
from bench.layout.park import Park, address_of, lay
from bench.layout.scenario import FIELD_LATENCY_S, UPLINK_LATENCY_S, Scenario, Slave, TimeServer
from bench.rigs import sentences
from bench.rigs.virtual_unit import Neighbour, PowerSupply, Unit
from bench.run import Setup
from bench.tls_keys import TlsKeys
from bench.virtual import prove, serial
from bench.virtual.capture import Capture
from bench.virtual.chance import Chance
from bench.virtual.clock import WorldClock
from bench.virtual.disk import Keep, spoilt
from bench.virtual.domain import CURRENT, Domain
from bench.virtual.links import Link, NetEvent
from bench.virtual.loop import Livelock, VirtualLoop, finish, running_loop
from bench.virtual.network import Network
from bench.virtual.serial import LineCarrier, LineEvent, LineScope, SerialLine, SerialPorts
from bench.virtual.uart import Framing
from bench.virtual.watchdog import PATIENCE_S, Stuck, livelocked, watched
from simulators import scratch
from simulators.meters.spec import LineSpec
from simulators.world import Site
from simulators.world.site import Discarded

_ON_LINE: Mapping[str, RuleState] = {"rule_installed": "on", "rule_removed": "off"}
_ON_NETWORK: Mapping[str, RuleState] = {**_ON_LINE, "reset_all": "act", "dropped": "dropped"}
_NEEDS_REAL_TIME = str(sentences.REAL_TIME_ONLY())


class LinkVerbs:
    """A simulated link under the bench's verbs; what is done to it is in the history through the network's observer."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.cut = link.cut
        self.refuse = link.refuse
        self.delay = link.delay
        self.jitter = link.jitter
        self.loss = link.loss
        self.duplicate = link.duplicate
        self.reorder = link.reorder
        self.corrupt = link.corrupt
        self.rate = link.rate
        self.half_open = link.half_open
        self.name_failure = link.name_failure

    async def reset(self) -> None:
        """Existing connections are reset now."""
        self._link.reset()


class LineVerbs:
    """A simulated serial line under the bench's verbs; what is done to it is in the history through its observer."""

    def __init__(self, line: SerialLine) -> None:
        self._line = line

    def cut(self) -> LineScope:
        """The wires are broken."""
        return self._line.apply(serial.Cut())

    def noise(self, share: float, /) -> LineScope:
        """Each octet has this chance to have one of its bits turned."""
        return self._line.apply(serial.Noise(share))

    def echo(self) -> LineScope:
        """The terminal hears its own octets."""
        return self._line.apply(serial.Echo())

    def static(self, mean_s: float, octets: int = 1, /) -> LineScope:
        """Random octets, on average every `mean_s` seconds."""
        return self._line.apply(serial.Static(mean_s, octets))

    def babble(self, octets: bytes, every_s: float, /) -> LineScope:
        """Another station sends these octets every so many seconds."""
        return self._line.apply(serial.Babble(octets, every_s))


class TerminalHands:
    """What may be done to the terminal besides its wires and its supply."""

    def __init__(self, bench: VirtualBench) -> None:
        self._bench = bench

    async def step_clock(self, seconds: float) -> None:
        """Move the terminal's own clock by so much."""
        clock = self._bench.device_clock
        clock.set_time_ns(clock.time_ns() + round(seconds * 1_000_000_000))
        self._bench.note_clock(f"stepped by {seconds} s")

    async def drift(self, ppm: float) -> None:
        """From now on the terminal's clock gains so many parts per million."""
        self._bench.device_clock.drift(round(ppm))
        self._bench.note_clock(f"drift {ppm} ppm")

    async def search(self) -> None:
        """Look for secrets in the storage and at the local interface."""
        await self._bench.search()

    async def ports(self) -> None:
        """Look which TCP ports it listens on."""
        self._bench.look_at_ports()

    async def storage(self) -> None:
        """Look which files hold measured values."""
        self._bench.look_at_storage()

    def empty(self) -> None:
        """Empty the storage while the power is off."""
        self._bench.empty()

    def damage(self) -> None:
        """Spoil every file while the power is off."""
        self._bench.damage()

    @asynccontextmanager
    async def refusing(self) -> AsyncGenerator[None, None]:
        """The disk is read-only meanwhile."""
        with self._bench.disk.read_only():
            STORAGE_REFUSES.put(self._bench)
            yield
        STORAGE_TAKES.put(self._bench)

    def alter(self, alterations: Sequence[Alteration]) -> None:
        """Alter stored records while the power is off."""
        self._bench.alter(alterations)


class VirtualBench(Unit):
    """The bench of one case in virtual time (see bench.facade.bench.Bench); `state` is a platform's folder."""

    def __init__(
        self,
        scenario: Scenario,
        setup: Setup,
        seed: int,
        recorder: Recorder,
        *,
        captured: bool = False,
        state: Path | None = None,
    ) -> None:
        self.seed = seed
        self.record = recorder
        self._chance = Chance(seed)
        loop: VirtualLoop = running_loop()
        self.world_clock = WorldClock(loop, build.start_us(scenario))
        super().__init__(loop, Clock(self.world_clock, real=False), build.start_us(scenario), self._chance, recorder)
        self.adapter: TerminalAdapter = setup.adapter()
        self.ports = SerialPorts()
        self.buses: dict[str, LineVerbs] = {}
        self.site = Site(
            build.for_terminal(build.build_world(scenario, seed), self.adapter, setup.profile),
            clock=self.world_clock,
            observe=self._on_site,
            chance=self._chance.child("site").stream,
            carriers=self._line,
            even=scenario.paced,
        )
        self.reads = setup.profile.claim("local.readout") is not Claim.NO
        self.capture = Capture() if setup.capture or captured else None
        self.net = Network(loop, chance=self._chance.child("net"), observe=self._on_network, capture=self.capture)
        self.site_domain = Domain("site", loop=loop)
        self.units: list[Unit] = [self]
        self.ran: Unit = self
        self.serves_time = scenario.service(TimeServer) is not None
        self._platform = setup.profile.kind is Item.PLATFORM
        self._park = scenario.park or Park()
        self.time_server = Timekeeping(self.record, self.clock.now_us)
        self._scenario = scenario
        self._lay_cables()
        self._connection = setup.profile.connection
        self._access = setup.profile.access
        self._state = state
        if state is not None:
            # A file or two, once written: chance would keep each every second time.
            self.keeps = Keep.NOTHING
        self._trust = park_trust(self._park, self.site.world.start_us, self._chance.child("senders").stream)
        self._ways = setup.profile.intakes
        names = [each.server_name for each in self._ways.values()]
        if self.capture is not None and recorder.folder is not None:
            keys = TlsKeys(recorder.folder)
            for trust in filter(None, (self.site.trust, self._trust)):
                trust.keys = keys.take
        chance = self._chance.child("maintenance").stream
        self._maintainers = maintainers(
            self._access, scenario.configuration.accounts, self.site.world.start_us, chance, self.clock
        )
        self._side = server_side(self._trust, build.TERMINAL_UPLINK, names)
        if self._maintainers is not None:
            self._side = self._maintainers.side(build.TERMINAL_LOCAL)
        self.machine = SimulatedMachine(self.record, self.clock.now_us)
        self._roles = group.roles_of(scenario, self.site, self._chance.child("group").stream)
        self._part = group.site_of(scenario, self.site, "")
        self.seat = self.take_seat()
        self.plant = self.site.plant
        self.meters = self.site.meters
        self.links: dict[str, LinkVerbs] = {name: LinkVerbs(link) for name, link in self.net.links.items()}
        self.centres = CentresByName(self, build.instead(scenario, self.site.world))
        self.platforms = PlatformsByName(self.site)
        self.collectors = self.site.collectors
        self.revocation = self.site.revocation
        self.power = PowerSupply(self)
        self.terminal = TerminalHands(self)
        self.operator = OperatorAtTerminal(self)
        own = (self.net.home.address, build.STRANGER_LOCAL)
        self.people = People(self, self._access, lambda: self.seat.local, own, lambda: self.site, self._maintainers)
        self.platform = Platform(self.people, setup.profile.functions, self._ways, build.TERMINAL_UPLINK)
        self.park = ParkOnBench(self._park, self.platform)
        self.slaves = {slave.name: self._neighbour(slave, setup) for slave in scenario.all_of(Slave)}
        self.units += self.slaves.values()
        self.load = NoLoads(setup.profile.parameters.load)

    def stand_senders(self) -> None:
        """Let the terminals stand that feed the platform; the record has its first event by now."""
        chance = self._chance.child("senders").stream
        doors = self.platform.intakes
        self.senders = Senders(
            self._park, doors, self.clock, self._on_site, chance, self._trust, address_of, self.platform.form
        )

    def _on_line(self, event: LineEvent) -> None:
        state = _ON_LINE.get(event.kind)
        if state is not None:
            rule, _, rest = event.detail.partition("(")
            detail = {"detail": rest.removesuffix(")")} if rest != ")" else {}
            self.record(
                LinkRule(
                    t=self.clock.now_us(), link=f"line.{event.line}", rule=rule.lower(), state=state, detail=detail
                )
            )

    def _line(self, spec: LineSpec) -> LineCarrier:
        """A serial line between the meters and the terminal's port of that name."""
        settings = spec.settings
        framing = Framing(settings.baud, settings.parity, settings.stop_bits)
        line = SerialLine(spec.name, framing, loop=self.loop, chance=self._chance.child("lines"), observe=self._on_line)
        self.buses[spec.name] = LineVerbs(line)
        return LineCarrier(self.ports.add(spec.name, line))

    def _lay_cables(self) -> None:
        net = self.net
        net.host("terminal-field", build.TERMINAL_FIELD, domain=self.domain)
        net.host("terminal-uplink", build.TERMINAL_UPLINK, domain=self.domain)
        net.host("terminal-local", build.TERMINAL_LOCAL, domain=self.domain)
        field = net.link("field", latency_s=FIELD_LATENCY_S)
        uplink = net.link("uplink", latency_s=UPLINK_LATENCY_S)
        for host in dict.fromkeys(spec.host for spec in self.site.world.meters if spec.host):
            name = next(spec.name for spec in self.site.world.meters if spec.host == host)
            name = "circuits" if host == build.GATEWAY else name
            net.host(name, host, domain=self.site_domain)
            if not build.terminal_of(self._scenario, name):
                net.path("terminal-field", name, [field, net.link(f"field.{name}")])
        for centre in self.site.world.centres:
            host = f"centre-{centre.name.lower()}"
            net.host(host, centre.host, domain=self.site_domain)
            net.path("terminal-uplink", host, [uplink, net.link(f"uplink.{centre.name}")])
        if self._platform:
            lay(net, self._park, None)
        if (lists := self.site.world.revocation) is not None:
            net.host("revocation", lists.host, domain=self.site_domain)
            net.path("terminal-uplink", "revocation", [uplink, net.link("uplink.revocation")])
        local = net.link("local")
        net.path("terminal-local", "bench", [local])
        net.host("stranger", build.STRANGER_LOCAL)
        net.path("terminal-local", "stranger", [local])
        if self.serves_time:
            net.host("time", build.BENCH_LOCAL, domain=self.site_domain)
            net.path("terminal-local", "time", [local])

    def _neighbour(self, slave: Slave, setup: Setup) -> Neighbour:
        """A slave, wired to its own meters and to its master."""
        chance = self._chance.child(f"terminal/{slave.name}")
        site = group.site_of(self._scenario, self.site, slave.name)
        made = Neighbour(
            self.loop,
            self.clock,
            self.site.world.start_us,
            chance,
            self.record,
            slave.name,
            setup.adapter(),
            site,
            lambda unit, draw: self._seat_of(slave, unit, draw),
            reads=self.reads,
        )
        net, name = self.net, slave.name
        field, uplink, local = self._addresses(slave)
        net.host(f"{name}-field", field, domain=made.domain)
        net.host(f"{name}-uplink", uplink, domain=made.domain)
        net.host(f"{name}-local", local, domain=made.domain)
        cable = net.link(f"{name}.field", latency_s=FIELD_LATENCY_S)
        for host in dict.fromkeys(spec.host for spec in site.world.meters):
            behind = next(spec.name for spec in site.world.meters if spec.host == host)
            net.path(f"{name}-field", behind, [cable])
        between = net.link(f"group.{name}", latency_s=UPLINK_LATENCY_S)
        net.path(f"{name}-uplink", "terminal-uplink", [between])
        net.path(f"{name}-local", "bench", [net.link(f"{name}.local")])
        for each in (f"{name}.field", f"group.{name}", f"{name}.local"):
            self.links[each] = LinkVerbs(net.links[each])
        return made

    def _addresses(self, slave: Slave) -> tuple[str, str, str]:
        return group.addresses_of(self._scenario.all_of(Slave).index(slave))

    def _seat_of(self, slave: Slave, unit: Neighbour, chance: Chance) -> Seat:
        _, uplink, local = self._addresses(slave)
        return Seat(
            site=unit.site,
            settings=build.settings_of(self._scenario.configured(derived=(), emitter=None)),
            clock=unit.device_clock,
            chance=chance.stream(f"terminal/{unit.domain.generation}"),
            local=(local, build.LOCAL_PORT),
            disk=unit.disk.vfs_name,
            connection=self._connection,
            uplink=uplink,
            role=self._roles[slave.name],
        )

    def told_of(self, centre: str) -> dict[str, Any]:
        """What a terminal is told of a centre."""
        return remote_configuration.told_of(self.site, centre)

    def meter_told_of(self, meter: str) -> dict[str, str]:
        """What a terminal has to be told of a meter."""
        return remote_configuration.meter_told_of(self.site, meter)

    def chance(self, name: str) -> random.Random:
        """A source of chance of the case's own."""
        return self._chance.stream(f"case/{name}")

    def phase(self, name: str, **detail: object) -> None:
        """Say in the history where the case is."""
        words = {key: str(value) for key, value in detail.items()}
        self.record(Phase(t=self.clock.now_us(), name=name, detail=words))

    def _on_site(self, event: Event) -> None:
        self.record(event)
        for unit in self.units:
            if unit.awaited is not None:
                unit.wait_for_cut(event)

    def _on_network(self, event: NetEvent) -> None:
        if event.kind == "opened" and event.target.startswith(f"{build.TERMINAL_UPLINK}:"):
            for slave in self.slaves.values():
                slave.opened += event.source.startswith(f"{slave.seat.uplink}:")
        if (state := _ON_NETWORK.get(event.kind)) is not None:
            detail = {"detail": event.detail} if event.detail else {}
            if event.count:
                detail["count"] = str(event.count)
            self.record(
                LinkRule(t=self.clock.now_us(), link=event.link, rule=event.rule or "reset", state=state, detail=detail)
            )

    async def search(self) -> None:
        """Look for every secret of the world in each file of the disk and in each answer of the local interface."""
        asked = self.clock.now_us()
        places: dict[str, bytes | None] = {f"storage {name}": octets for name, octets in self.disk.snapshot().items()}
        for what in secrets.QUESTIONS:
            query = {"from": str(self.site.world.start_us)} if what == "log" else {}
            try:
                rows = await self.adapter.ask(self.seat, what, query)
                places[f"interface {what}"] = secrets.text_of(rows)
            except (LookupError, OSError, TimeoutError):
                places[f"interface {what}"] = None
        found = secrets.search(places, {**secrets.secrets_of(self.site), **self.people.searches.secrets})
        self.record(SECRETS.told(self.clock.now_us(), asked, NOTHING, found))

    def look_at_ports(self) -> None:
        """Tell every TCP port that would take a connection, on each of the terminal's cards."""
        at = self.clock.now_us()
        rows = tuple(
            {"network": network, "port": str(port)}
            for network in ("field", "uplink", "local")
            for host in (self.net.hosts[f"terminal-{network}"],)
            for port in range(1, 65_536)
            if self.domain.alive and host.bound("tcp", (host.address, port)) is not None
        )
        self.record(Observed(t=at, what="ports", asked=at, query={}, rows=rows, problem=""))

    def look_at_storage(self) -> None:
        """Count in each file of the disk the measured values that centres have stored."""
        at = self.clock.now_us()
        rows = secrets.count_values(self.disk.snapshot(), secrets.values_of(self.site))
        self.record(STORAGE.told(at, at, NOTHING, rows))

    def empty(self) -> None:
        """Take every file off the disk of a terminal without power. Raises Unable."""
        if self.domain.alive:
            raise Unable(str(sentences.EMPTY_UNPOWERED()))
        for name in self.disk.names():
            self.disk.delete(name, sync=True)
        EMPTIED.put(self)

    def damage(self) -> None:
        """Overwrite the first octets of every file of a terminal without power. Raises Unable."""
        if self.domain.alive:
            raise Unable(str(sentences.DAMAGE_UNPOWERED()))
        for name in self.disk.names():
            self.disk.write_file(name, spoilt(self.disk.image(name)))
        DAMAGED.put(self)

    def alter(self, alterations: Sequence[Alteration]) -> None:
        """Have the adapter alter records on the disk of a terminal without power. Raises Unable."""
        if not isinstance(self.adapter, Alterable) or self.domain.alive:
            raise Unable(str(sentences.ALTER_UNPOWERED()))
        at = self.clock.now_us()
        rows = [AlteredRow.from_words(row) for row in self.adapter.alter(self.take_seat(), alterations)]
        self.record(TAMPERING.told(at, at, NOTHING, rows))

    def keep_captures(self) -> None:
        """Write what passed the terminal's cards beside the record."""
        if self.capture is None or self.record.folder is None:
            return
        start_us, now_us = self.site.world.start_us, self.clock.now_us()
        unrepeated: dict[str, str] = {}
        written: dict[str, Path] = {}
        for file in self.capture.write(self.record.folder, start_us):
            outline = captures.outline(file.path.read_bytes())
            written[file.segment] = file.path
            if outline:
                unrepeated[file.path.name] = file.sm3
            self.record(
                Captured(
                    t=now_us,
                    segment=file.segment,
                    file=file.path.name,
                    sm3="" if outline else file.sm3,
                    packets=file.packets,
                    outline=outline,
                )
            )
        if unrepeated:
            captures.keep(self.record.folder, unrepeated)
        self.people.searches.search_captures(written)

    def take_seat(self) -> Seat:
        """The seat for the present life of the terminal: after a power cut its disk answers under a new name."""
        return Seat(
            site=self._part,
            settings=build.settings_of(self._scenario),
            clock=self.device_clock,
            chance=self._chance.stream(f"terminal/{self.domain.generation}"),
            local=(build.TERMINAL_LOCAL, build.LOCAL_PORT),
            disk=self.disk.vfs_name,
            connection=self._connection,
            open_serial=self.ports.open,
            time_server=(build.BENCH_LOCAL, NTP_PORT) if self.serves_time else None,
            access=self._access,
            state=self._state,
            uplink=build.TERMINAL_UPLINK,
            side=self._side,
            shown=None if self._maintainers is None else self._maintainers.shown(build.TERMINAL_LOCAL),
            intakes=self._ways,
            machine=self.machine if self._scenario.machine else None,
            role=self._roles.get(""),
            files=None if self._state is None else self.disk,
        )

    def switch_all_on(self) -> None:
        """Start every terminal."""
        for unit in self.units:
            unit.switch_on()

    def running(self) -> Unit:
        """The terminal whose code runs now; the one on test if it is none's."""
        life = CURRENT.get()
        self.ran = next((unit for unit in self.units if life is not None and unit.domain is life.domain), self)
        return self.ran

    def livelocked(self, error: Livelock) -> tuple[Unit, str]:
        """The terminal that goes round without end at one instant, and where; empty where it is none of them."""
        found = ((unit, livelocked(error, unit.domain)) for unit in self.units)
        return next(((unit, place) for unit, place in found if place), (self, ""))

    def put_away(self) -> None:
        """Every terminal without power and without a disk: the end of the world."""
        for unit in self.units:
            unit.domain.kill()
            unit.disk.close()


class VirtualRig:
    """Conducts a case in virtual time. `patience_s` is how long (wall clock) a terminal may hold the world up."""

    name = "virtual"

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._proven: set[int] = set()
        self._patience_s = patience_s

    def self_test(self, seed: int) -> None:
        """Prove every injector on scratch worlds; raises RuntimeError naming those that do not do what they say.

        They are code of this process: what was proven in it with a seed holds for as long as it lasts.
        """
        if seed not in self._proven:
            prove.require_all(seed)
            self._proven.add(seed)

    def notes(self) -> Mapping[str, str]:
        """Nothing: what virtual time cannot decide is marked at each check (R-08)."""
        return {}

    def conduct(self, case: Case, setup: Setup, seed: int, recorder: Recorder) -> float:
        """Drive the case; returns the world's seconds. What goes wrong in the bench is recorded as Trouble."""
        loop = VirtualLoop()
        with ExitStack() as after:
            try:
                return self._driven(loop, case, setup, seed, recorder, after)
            finally:
                finish(loop)

    def _driven(
        self, loop: VirtualLoop, case: Case, setup: Setup, seed: int, recorder: Recorder, after: ExitStack
    ) -> float:
        """Until the case is through, or the terminal has held the world up for too long."""
        made: list[VirtualBench] = []
        try:
            with watched(loop, lambda: made[0].running().domain if made else None, self._patience_s):
                return loop.run_until_complete(self._conduct(case, setup, seed, recorder, after, made))
        except Stuck as stuck:
            unit, place = made[0].ran, str(stuck)
        except Livelock as error:
            unit, place = made[0].livelocked(error) if made else (None, "")
            if unit is None or not place:
                raise
        unit.hung(place)
        return loop.time()

    async def _conduct(
        self,
        case: Case,
        setup: Setup,
        seed: int,
        recorder: Recorder,
        after: ExitStack,
        made: list[VirtualBench],
    ) -> float:
        """`after` is when the world is over: until then somebody may still hold what it keeps on this machine.

        The bench is put into `made`: who ends its world from outside has to reach it.
        """
        scenario = case.scenario
        state = None
        if setup.profile.kind is Item.PLATFORM:
            state = after.enter_context(scratch.room("platform"))
        bench = VirtualBench(scenario, setup, seed, recorder, captured=case.capture, state=state)
        made.append(bench)
        after.callback(bench.site.discard)
        if isinstance(bench.adapter, Discarded):
            after.callback(bench.adapter.discard)
        recorder(
            build.opening(
                scenario,
                bench.site,
                setup.profile,
                case=case.id(),
                seed=seed,
                commit=setup.commit,
                rig=self.name,
                needs=case.needs,
                notices=case.notices,
                signed=setup.opening,
            )
        )
        if not bench.adapter.in_process:
            recorder(CutShort(t=bench.clock.now_us(), because=RIG_LACKS, what=_NEEDS_REAL_TIME))
            return 0.0
        async with _standing(bench):
            try:
                await case.drive(bench)
            except Unable as error:
                recorder(CutShort(t=bench.clock.now_us(), because=RIG_LACKS, what=str(error)))
            except Exception as error:
                last = traceback.extract_tb(error.__traceback__)[-1]
                words = f"{type(error).__name__}: {error} (in {last.name}, line {last.lineno})"
                recorder(Trouble(t=bench.clock.now_us(), what=words))
        return running_loop().time()


@asynccontextmanager
async def _standing(bench: VirtualBench) -> AsyncGenerator[None, None]:
    await bench.site_domain.run(bench.site.start())
    if bench.serves_time:
        await bench.site_domain.run(bench.time_server.start(build.BENCH_LOCAL))
    bench.stand_senders()
    bench.switch_all_on()
    try:
        yield
    finally:
        bench.senders.stop()
        bench.net.flush()
        bench.keep_captures()
        bench.record.seal()
        bench.put_away()


RIG = VirtualRig()
