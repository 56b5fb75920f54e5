"""The bench of one case in real time (`bench.facade.bench.Bench`): simulators on real sockets around a program.

Leaves wires to a `Place`, the program to `terminal`, its supply to `power`. The world begins now: a
scenario's start gives the date in virtual time only.
"""

from __future__ import annotations

import asyncio
import dataclasses
import random
import traceback
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from bench.case import Case, Item, lifeless
from bench.case.lifeless import TERMINAL
from bench.case.program_evidence import RIG
from bench.dut import Elsewhere, Launch, Launchable, LaunchError, Role, Seat
from bench.dut.access.browser import Browsers
from bench.dut.profile import Claim
from bench.facade import remote_configuration
from bench.facade.bench import OtherTerminal, Unable
from bench.facade.load import Loads
from bench.facade.machine import MachineControl, NoMachine, OwnMachine
from bench.facade.maintainers import maintainers
from bench.facade.parts import CentresByName, Clock, NoLines, OneAlone, OperatorAtTerminal, PlatformsByName
from bench.facade.people import People
from bench.facade.platform import Platform
from bench.facade.senders import ParkOnBench, Senders, park_trust, server_side
from bench.facade.timekeeping import Timekeeping
from bench.history import (
    Commanded,
    Connected,
    CutShort,
    Event,
    LinkRule,
    Phase,
    Received,
    Recorder,
    Served,
    TerminalState,
    Timing,
    Trouble,
    Unserved,
)
from bench.layout import build, group
from bench.layout.park import Park
from bench.layout.scenario import Scenario, Slave, TimeServer
from bench.real import faketime
from bench.real.disk import lossy_disk as lossy
from bench.real.haste import rate_now
from bench.real.pressure import PressureWatch
from bench.real.realclock import LoopWatch, RealClock, expanded_uncertainty_us, resolution_ns
from bench.rigs import sentences
from bench.rigs.places.hastened import hastened
from bench.rigs.places.place import Beside, LinkTold, Place, Roomy
from bench.rigs.real.elsewhere import OWN_CLOCK, LifeElsewhere, NoSupply
from bench.rigs.real.lines import Lines
from bench.rigs.real.neighbours import Apart, RealNeighbour, room_beside
from bench.rigs.real.power import PowerSupply, TerminalHands
from bench.rigs.real.storage import TerminalFiles
from bench.rigs.real.terminal import Room, TerminalLife
from bench.run import Setup
from bench.tls_keys import TlsKeys
from bench.virtual.chance import Chance
from simulators.meters.carriers import DrawnLine
from simulators.world import Site, World

DISK_MB = 512
ACCELERATED_CLOCK = str(sentences.NO_OTHER_CLOCK())
_HOST_MOVED_US = 100_000
_NOTHING = Launch(argv=())
_STEP_BACK_US = 50_000
_LOOK_S = 15
_SIGNS_OF_LIFE = (Served, Unserved, Connected, Received)


class RealBench:
    """Everything a case may touch, on real sockets.

    `serves_time`: the bench serves its time in every case, not only where the scenario asks for it.
    """

    serves_time: ClassVar[bool] = False

    pseudo_terminals = True
    """What stands for serial lines."""

    def __init__(self, scenario: Scenario, setup: Setup, seed: int, recorder: Recorder, place: Place, room: Room):
        self.seed = seed
        self.place = place
        self._recorder = recorder
        self._last_us = 0
        self._room = room
        self.rate = rate_now()
        self.true_time = RealClock(self.rate, setup.at_us)
        self._pressure = PressureWatch()
        self.clock = Clock(self.true_time)
        # The same streams as in virtual time: one seed, one plant, one case.
        self._chance = Chance(seed)
        self._streams = self._chance.child("site").stream
        self._tasks: list[asyncio.Task[None]] = []
        self.failed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._told_full = False
        self.adapter = setup.adapter()
        self.time_server = Timekeeping(self.record, self.clock.now_us)
        self._asked_for_time = scenario.service(TimeServer) is not None
        world = build.for_terminal(build.build_world(scenario, seed), self.adapter, setup.profile)
        start_us = self.true_time.now_us() // 1_000_000 * 1_000_000
        self.world = dataclasses.replace(world, start_us=start_us)
        self._instead = build.instead(scenario, world)
        self._park = scenario.park or Park()
        self._way_in = ""
        self._trust = park_trust(self._park, start_us, self._chance.child("senders").stream)
        names = [each.server_name for each in setup.profile.intakes.values()]
        self._profile = setup.profile
        chance = self._chance.child("maintenance").stream
        self._maintainers = maintainers(
            setup.profile.access, scenario.configuration.accounts, start_us, chance, self.clock
        )
        self.browsers = Browsers()
        side = server_side(self._trust, place.uplink(), names)
        self.reads = setup.profile.claim("local.readout") is not Claim.NO
        self.lines = Lines(world, room.scratch / "ports")
        self.told = Site(
            self.lines.told(place.told(self.world)) if self.pseudo_terminals else place.told(self.world),
            clock=self.true_time,
            observe=_nobody,
            chance=self._streams,
            carriers=lambda line: DrawnLine(line.name),
        )
        self._scenario = scenario
        roles = self._roles(place)
        self.seat = Seat(
            site=group.site_of(scenario, self.told, ""),
            settings=build.settings_of(scenario),
            clock=_HostClock(self.true_time),
            chance=self._chance.stream("terminal"),
            local=place.local(),
            connection=setup.profile.connection,
            planted=setup.defect,
            folder=Path(setup.profile.path).parent,
            devices=self.lines.devices if self.pseudo_terminals else {},
            time_server=place.time_server() if self._asked_for_time or self.serves_time else None,
            state=room.state if self.pseudo_terminals else None,
            access=setup.profile.access,
            uplink=place.uplink(),
            side=side if self._maintainers is None else self._maintainers.side(place.local()[0]),
            shown=None if self._maintainers is None else self._maintainers.shown(place.local()[0]),
            intakes=setup.profile.intakes,
            role=roles.get(""),
        )
        self._beside = {
            slave.name: self._neighbour(slave, number, setup, roles[slave.name], place)
            for number, slave in enumerate(scenario.all_of(Slave))
            if isinstance(place, Roomy)
        }
        self.slaves: Mapping[str, OtherTerminal] = self._beside or OneAlone()

    def _roles(self, place: Place) -> dict[str, Role]:
        """What each of several terminals is told of the others; of one alone, or where there is no room, none."""
        if not isinstance(place, Roomy):
            return {}
        parts = {
            each.name: group.site_of(self._scenario, self.told, each.name) for each in self._scenario.all_of(Slave)
        }
        place.expect([Beside(name, build.hosts(part.world)) for name, part in parts.items()])
        doors = {slave.name: place.beside(number) for number, slave in enumerate(self._scenario.all_of(Slave))}
        told = {name: (door.uplink, door.master) for name, door in doors.items()}
        return group.roles_of(self._scenario, self.told, self._chance.child("group").stream, told)

    def _neighbour(self, slave: Slave, number: int, setup: Setup, role: Role, place: Roomy) -> RealNeighbour:
        door = place.beside(number)
        seat = dataclasses.replace(
            self.seat,
            site=group.site_of(self._scenario, self.told, slave.name),
            settings=build.settings_of(self._scenario.configured(derived=(), emitter=None)),
            chance=self._chance.stream(f"terminal/{slave.name}"),
            local=door.local,
            uplink=door.uplink,
            time_server=None,
            access=None,
            side=None,
            state=None,
            role=role,
        )
        return RealNeighbour(slave.name, setup.adapter(), seat, seat.site, self.clock, self.record, reads=self.reads)

    async def _stand_beside(self) -> None:
        """Cables and programs of the slaves. Raises LaunchError, OSError."""
        for number, (name, each) in enumerate(self._beside.items()):
            assert isinstance(self.place, Roomy)
            await self.place.join(name, number, group.MASTER_PORT)
            room = room_beside(self._room, name)
            launch = launch_of(each.adapter, dataclasses.replace(each.seat, state=room.state), room.state)
            clock = self._clock_of(launch, room)
            life = TerminalLife(
                launch,
                room=room,
                place=Apart(self.place.namespace_of(name)),
                disk=None,
                clock=clock,
                record=each.record,
                now_us=self.clock.now_us,
            )
            each.stand(life, self.spawn, partial(self.place.came, name))

    def _clock_of(self, launch: Launch, room: Room) -> faketime.FakeClock | None:
        """The clock of a program, where it can be moved."""
        if clock_problem(launch):
            return None
        file, starts = room.scratch / "clock", self.true_time
        fast = faketime.FastStart(file, self.rate, starts.starts, starts.ahead_us) if self.rate > 1 else None
        return faketime.FakeClock(file, self.true_time.now_us, fast)

    async def switch_others_on(self) -> None:
        """Start the programs beside the one on test. Raises LaunchError."""
        for each in self._beside.values():
            await each.life.commission()
            await each.life.switch_on()

    async def stand_up(self, inner: World, disk: lossy.LossyDisk | None) -> None:
        """Once the wires are there: the simulators, and everything that a case can touch. Raises LaunchError."""
        self.site = Site(
            inner, clock=self.true_time, observe=self._on_site, chance=self._streams, carriers=self.lines.carrier
        )
        keys = TlsKeys(self._room.logs)
        for trust in filter(None, (self.site.trust, self._trust)):
            trust.keys = keys.take
        async with AsyncExitStack() as undo:
            undo.push_async_callback(self.site.stop)
            await self.site.start()
            await self.admit()
            undo.callback(self.time_server.stop)
            await self.serve_time()
            elsewhere = isinstance(self.adapter, Elsewhere)
            launch = _NOTHING if elsewhere else launch_of(self.adapter, self.seat, self._room.state)
            undo.pop_all()
        for program in self.site.programs:
            self.spawn(program.watch())
        if elsewhere:
            self._stand_elsewhere()
            return
        why_not = clock_problem(launch)
        if self.rate > 1 and why_not:
            raise LaunchError(f"it cannot be accelerated: {why_not}")
        clock = self._clock_of(launch, self._room)
        why_not = why_not or (ACCELERATED_CLOCK if self.rate > 1 else "")
        self.life = TerminalLife(
            launch,
            room=self._room,
            place=self.place,
            lines=self.lines,
            disk=disk,
            clock=clock,
            record=self.record,
            now_us=self.clock.now_us,
            item=self._profile.kind,
        )
        await self._stand_beside()
        self.show_site()
        whole = self._profile.kind is Item.TERMINAL
        self.power = PowerSupply(self.life, self.clock.sleep, self.spawn, needs_disk=whole)
        files = TerminalFiles(
            self._room.state,
            launch.files,
            site=self.site,
            adapter=self.adapter,
            seat=self.seat,
            record=self.record,
            now_us=self.clock.now_us,
        )
        files.held = lambda: self.people.searches.secrets
        self.terminal = TerminalHands(self.life, why_not, self.record, self.clock.now_us, files, self.place.cards())

    def _stand_elsewhere(self) -> None:
        """What is on test is up already, out of the bench's hands."""
        self.life = LifeElsewhere(room=self._room, place=self.place, record=self.record, now_us=self.clock.now_us)
        self.show_site()
        self.power = NoSupply(self.life, self.clock.sleep, self.spawn)
        self.terminal = TerminalHands(self.life, OWN_CLOCK, self.record, self.clock.now_us)

    async def admit(self) -> None:
        """Lay the ways in to a platform."""
        if self._profile.kind is Item.PLATFORM:
            self._way_in = await self.place.admit(tuple(self._profile.intakes.values()))

    def show_site(self) -> None:
        """Put what stands around the terminal where a case finds it."""
        self.plant = self.site.plant
        self.meters = self.site.meters
        self.links = {name: hastened(link, self.rate) for name, link in self.place.links.items()}
        self.centres = CentresByName(self, self._instead)
        self.platforms = PlatformsByName(self.site)
        self.buses = NoLines()
        self.collectors = self.site.collectors
        self.revocation = self.site.revocation
        self.operator = OperatorAtTerminal(self)
        access, desks = self._profile.access, self.place.desks()
        self.people = People(
            self, access, lambda: self.seat.local, desks, lambda: self.site, self._maintainers, self.browsers
        )
        self.platform = Platform(self.people, self._profile.functions, self._profile.intakes, self._way_in)
        self.park = ParkOnBench(self._park, self.platform)
        self.machine = self._machine()
        self.load = Loads(
            self._recorder.folder,
            self.record,
            figures=self._profile.parameters.load,
            processes=lambda: getattr(self.life, "processes", ()),
        )
        self.senders = self._stand_senders()

    def _machine(self) -> MachineControl:
        """What the item runs on: the bench's own machine, unless it is a device or elsewhere."""
        if not self.pseudo_terminals or isinstance(self.life, LifeElsewhere):
            return NoMachine()
        return OwnMachine(self.record, self.clock.now_us, self._room.state)

    def _stand_senders(self) -> Senders:
        """The terminals that feed the platform."""
        chance = self._chance.child("senders").stream
        return Senders(
            self._park,
            self.platform.intakes,
            self.clock,
            self._on_site,
            chance,
            self._trust,
            forms=self.platform.form,
        )

    async def serve_time(self) -> None:
        """Let the time server stand where the terminal was told. Raises OSError."""
        if self.seat.time_server is not None:
            await self.time_server.start(*self.seat.time_server)

    def record(self, event: Event) -> None:
        """Put an event into the history. Stamps are taken a moment earlier: that much may be out of order."""
        if self._last_us - _STEP_BACK_US < event.t < self._last_us:
            event = _moved(event, self._last_us)
        self._last_us = max(event.t, self._last_us)
        self._recorder(event)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside the case; if it fails, the bench has failed."""

        def done(task: asyncio.Task[None]) -> None:
            self._tasks.remove(task)
            if not task.cancelled() and (error := task.exception()) is not None:
                self.fail(f"{type(error).__name__}: {error}")

        task = asyncio.create_task(work)
        self._tasks.append(task)
        task.add_done_callback(done)

    def fail(self, why: str) -> None:
        """The bench itself has failed: the case ends."""
        if not self.failed.done():
            self.failed.set_result(why)

    def _on_site(self, event: Event) -> None:
        self.record(event)
        if isinstance(event, Commanded) and event.cn == "1012" and event.result == "1":
            self.life.clock_set = True
            if not self._asked_for_time:
                self.time_server.hush()
        if isinstance(event, _SIGNS_OF_LIFE):
            self.power.on_site(event)

    def on_disk(self, event: lossy.DiskEvent) -> None:
        """Something happened to the terminal's disk."""
        if event.kind in ("lost", "unmounted"):
            self.fail(str(sentences.DISK_GONE(detail=event.detail)))
        elif event.kind in ("full", "quota") and not self._told_full:
            self._told_full = True
            words = str(sentences.DISK_FULL(disk_mb=DISK_MB, kind=event.kind))
            self.record(TerminalState(t=self.clock.now_us(), state="disk-full", detail=words))

    def on_link(self, told: LinkTold) -> None:
        """A rule on a link."""
        self.record(
            LinkRule(t=self.clock.now_us(), link=told.link, rule=told.rule, state=told.state, detail=told.detail)
        )

    def told_of(self, centre: str) -> dict[str, Any]:
        """What a terminal is told of a centre."""
        return remote_configuration.told_of(self.seat.site, centre)

    def meter_told_of(self, meter: str) -> dict[str, str]:
        """What a terminal has to be told of a meter."""
        return remote_configuration.meter_told_of(self.seat.site, meter)

    def chance(self, name: str) -> random.Random:
        """A source of chance of the case's own."""
        return self._chance.stream(f"case/{name}")

    def phase(self, name: str, **detail: object) -> None:
        """Say in the history where the case is."""
        words = {key: str(value) for key, value in detail.items()}
        self.record(Phase(t=self.clock.now_us(), name=name, detail=words))

    async def go_through(
        self, case: Case, watch: LoopWatch, stack: AsyncExitStack, inner: World, disk: lossy.LossyDisk | None
    ) -> None:
        """Stand everything up, put the terminal to work, let the case drive; the stack ends what stands."""
        watch.start()
        await self.stand_up(inner, disk)
        stack.push_async_callback(self.end)
        await self.life.commission()
        await self.life.switch_on()
        await self.switch_others_on()
        await self.drive(case)
        self.tell_timing(watch)
        await self.life.close()

    async def drive(self, case: Case) -> None:
        """Let the case drive until it is through, the terminal ends or never begins, or the bench fails."""
        driving = asyncio.create_task(case.drive(self), name="case")
        idle = asyncio.create_task(self._never_begins(), name="idle")
        lives = [self.life, *(each.life for each in self._beside.values())]
        ends = [*(life.died for life in lives), idle]
        await asyncio.wait([driving, *ends, self.failed], return_when=asyncio.FIRST_COMPLETED)
        now_us = self.clock.now_us()
        if self.failed.done():
            self.record(Trouble(t=now_us, what=self.failed.result()))
        elif not driving.done():
            died = next(end for end in ends if end.done())
            self.record(CutShort(t=now_us, because=TERMINAL, what=died.result()))
        else:
            self._through(driving)
        driving.cancel()
        idle.cancel()
        await asyncio.gather(driving, idle, return_exceptions=True)

    async def _never_begins(self) -> str:
        """Wait until the terminal has done nothing for longer than a start may take, and say so."""
        starts_s = self.life.launch.starts_s
        declared_us = None if starts_s is None else round(starts_s * self.rate * 1_000_000)
        while not (why := lifeless.never_began(self._recorder.events, self.clock.now_us(), declared_us)):
            await self.clock.sleep(_LOOK_S)
        return why

    def _through(self, driving: asyncio.Task[None]) -> None:
        now_us = self.clock.now_us()
        error = driving.exception()
        if isinstance(error, Unable):
            self.record(CutShort(t=now_us, because=RIG, what=str(error)))
        elif error is not None:
            last = traceback.extract_tb(error.__traceback__)[-1]
            words = f"{type(error).__name__}: {error} (in {last.name}, line {last.lineno})"
            self.record(Trouble(t=now_us, what=words))
        elif self._profile.kind is Item.TERMINAL and not any(
            isinstance(event, _SIGNS_OF_LIFE) for event in self._recorder.events
        ):
            words = str(sentences.ASKED_NOTHING())
            self.record(TerminalState(t=now_us, state="silent", detail=words))

    async def end(self) -> None:
        """Stop the terminal and the simulators."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.browsers.close()
        self.senders.stop()
        if self.life.clock is not None:
            self.life.clock.close()
        await self.life.close()
        for each in self._beside.values():
            await each.end()
        self.time_server.stop()
        await self.site.stop()

    def keep_captures(self, logs: Path) -> None:
        """Put the captures that lie in `logs` into the history, and what of people's secrets is in them."""
        found = self.place.captured(self.clock.now_us())
        for event in found:
            self.record(event)
        self.people.searches.search_captures({event.segment: logs / event.file for event in found})

    def tell_timing(self, watch: LoopWatch) -> None:
        """Put into the history how well the bench knew the time; a step of the host's clock is a trouble."""
        delay, pressed = watch.stop(), self._pressure.stop()
        resolution = resolution_ns() * self.rate
        waited_us = None if pressed.wait_us is None else pressed.wait_us * self.rate
        moved = self.true_time.host_moved_us()
        self.record(
            Timing(
                t=self.clock.now_us(),
                samples=delay.samples,
                loop_p50_us=delay.p50_us,
                loop_p99_us=delay.p99_us,
                loop_max_us=delay.max_us,
                resolution_ns=resolution,
                host_moved_us=moved,
                uncertainty_us=expanded_uncertainty_us(delay, resolution, waited_us or 0),
                cpu_wait_us=-1 if waited_us is None else waited_us,
                cpu_stalled="" if pressed.stalled is None else str(pressed.stalled),
            )
        )
        if abs(moved) > _HOST_MOVED_US:
            words = str(sentences.HOST_CLOCK_MOVED(moved=moved / 1e6))
            self.record(Trouble(t=self.clock.now_us(), what=words))


def launch_of(adapter: object, seat: Seat, state: Path) -> Launch:
    """How an adapter's terminal is started. Raises LaunchError."""
    if not isinstance(adapter, Launchable):
        raise LaunchError(str(sentences.NO_LAUNCH()))
    return adapter.launch(seat, state)


def clock_problem(launch: Launch) -> str:
    """Why the terminal's clock cannot be moved here; empty if it can."""
    if not launch.own_clock:
        return str(sentences.CLOCK_FIXED())
    return "; ".join(faketime.requirements())


async def conduct(
    case: Case,
    setup: Setup,
    seed: int,
    recorder: Recorder,
    *,
    rig: str,
    place: Callable[[Callable[[str], None]], Place],
    folder: Path,
    captures: bool,
) -> float:
    """Drive a case in a place; returns the seconds it took. What goes wrong in the bench is recorded as Trouble."""
    logs = (recorder.folder or folder).absolute()
    logs.mkdir(parents=True, exist_ok=True)
    room = Room(folder / "state", folder / "scratch", logs)
    room.state.mkdir()
    room.scratch.mkdir()
    loop = asyncio.get_running_loop()
    troubles: list[str] = []
    stand = place(troubles.append)
    bench = RealBench(case.scenario, setup, seed, recorder, stand, room)
    opening = build.opening(
        case.scenario,
        bench.told,
        setup.profile,
        case=case.id(),
        seed=seed,
        commit=setup.commit,
        rig=rig,
        needs=case.needs,
        notices=case.notices,
        signed=setup.opening,
    )
    bench.record(msgspec.structs.replace(opening, accelerated=bench.rate))
    began = loop.time()
    watch = LoopWatch(bench.rate)
    try:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(stand.close)
            inner = await stand.open(bench.world, seed=seed, captures=logs if captures else None, observe=bench.on_link)
            disk = None
            if not lossy.requirements():
                disk = await stack.enter_async_context(
                    await lossy.LossyDisk.open(room.state, seed=seed, size_mb=DISK_MB, observe=bench.on_disk)
                )
            with stand.standing():
                await bench.go_through(case, watch, stack, inner, disk)
        bench.keep_captures(logs)
    except (OSError, RuntimeError, LaunchError) as error:
        bench.record(Trouble(t=bench.clock.now_us(), what=f"{type(error).__name__}: {error}"))
    finally:
        recorder.seal()
    return loop.time() - began


class _HostClock:
    """The clock of a terminal that is a program: it has its own, and nobody here can set it."""

    def __init__(self, source: RealClock) -> None:
        self._source = source

    def time_ns(self) -> int:
        return self._source.now_us() * 1000

    def set_time_ns(self, time_ns: int, /) -> None:
        raise Unable("the clock of a terminal's program is set through the terminal only")


def _nobody(event: Event) -> None:
    del event


def _moved(event: Event, t: int) -> Event:
    return msgspec.structs.replace(event, t=t)
