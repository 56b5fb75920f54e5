"""The lab rig: a device on the table, cabled to network cards of this machine, its plug in the hands of a driver.

Leaves the case's world to `real.bench`, wires to `places.network`, supply and person to `bench.lab`. The profile names
the rig file: `[connection] rig = "rig.toml"`, relative to the profile. The device is not started, only fed and asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path

from bench.case import Case
from bench.case.program_evidence import RIG as RIG_LACKS
from bench.dut import LaunchError
from bench.dut.asking import Served
from bench.dut.manual import Attended
from bench.history import CutShort, Recorder, Trouble
from bench.history.phases import PERSON_PAGE, Page
from bench.lab.device import OWN_CLOCK, DeviceLife, DeviceSupply
from bench.lab.outside import Laboratory
from bench.lab.ports import DeadPort, open_port
from bench.lab.rigfile import RigError, RigFile, read_rig
from bench.layout import build
from bench.real import netns
from bench.real.realclock import LoopWatch
from bench.real.serial_port import PortLine
from bench.real.wire import wire
from bench.real.wire.prove import prove_wire
from bench.rigs import sentences
from bench.rigs.places.network import NetworkPlace
from bench.rigs.real.bench import RealBench
from bench.rigs.real.power import TerminalHands
from bench.rigs.real.terminal import Room
from bench.run import Setup
from bench.virtual.uart import Framing
from simulators.meters.spec import LineSpec
from simulators.world import Site, World

_NEEDED = ("field", "uplink")


class LabBench(RealBench):
    """Everything a case may touch, around a device on the table."""

    laboratory: Laboratory
    rig: RigFile
    # A device cannot be given the right time from outside: it takes it from the bench.
    serves_time = True
    pseudo_terminals = False

    async def stand_up(self, inner: World, disk: object) -> None:
        """Once the wires are there: the simulators, and everything that a case can touch."""
        del disk
        self.site = Site(
            inner, clock=self.true_time, observe=self._on_site, chance=self._streams, carriers=self._adapter_line
        )
        await self.site.start()
        await self.serve_time()
        await self.admit()
        for program in self.site.programs:
            self.spawn(program.watch())
        self.life = DeviceLife(
            self.laboratory,
            self._prepare,
            room=self._room,
            place=self.place,
            record=self.record,
            now_us=self.clock.now_us,
        )
        self.show_site()
        self.power = DeviceSupply(self.life, self.clock.sleep, self.spawn)
        self.terminal = TerminalHands(self.life, OWN_CLOCK, self.record, self.clock.now_us, cards=self.place.cards())

    def _adapter_line(self, spec: LineSpec) -> PortLine:
        """The meters' end of a serial line: the adapter that the rig file names for it."""
        device = self.rig.serial[spec.name].device
        framing = Framing(*spec.settings)

        def opened() -> int:
            try:
                return open_port(device, framing)
            except DeadPort as error:
                raise OSError(f"[serial.{spec.name}] {device} {error}") from None

        return PortLine(spec.name, framing, opened, self.fail)

    async def _prepare(self) -> None:
        if isinstance(self.adapter, Served):
            self.adapter.attend(self.laboratory)
        if isinstance(self.adapter, Attended):
            await self.adapter.commission(self.seat, self._room.logs)


class LabRig:
    """A device on network cards: needs root, and a rig file in the profile."""

    name = "lab"
    captures = True

    def self_test(self, seed: int) -> None:
        """Sweep up after dead benches and prove the wires. Raises RuntimeError naming what fails."""
        if missing := wire.requirements():
            raise RuntimeError("\n".join(missing))
        netns.sweep()
        if found := prove_wire(seed):
            raise RuntimeError("\n".join(found))

    def notes(self) -> Mapping[str, str]:
        """What this rig cannot do, for the report."""
        limits = str(sentences.DEVICE_LIMITS())
        return {"rig.limits": limits}

    def conduct(self, case: Case, setup: Setup, seed: int, recorder: Recorder) -> float:
        """Drive the case; returns how many seconds it took. What goes wrong in the bench is recorded as Trouble."""
        return asyncio.run(_conduct(case, setup, seed, recorder))


def rig_of(setup: Setup) -> RigFile:
    """The rig file that the profile names. Raises LaunchError with what is wrong."""
    profile = Path(setup.profile.path)
    named = setup.profile.connection.get("rig")
    if not isinstance(named, str) or not named:
        raise LaunchError(sentences.NEEDS_RIG_FILE().after(profile))
    try:
        rig = read_rig(profile.parent / named)
    except RigError as error:
        raise LaunchError(str(error)) from None
    absent = [f"[networks.{segment}]" for segment in _NEEDED if segment not in rig.networks]
    if absent:
        raise LaunchError(sentences.NEEDS_CARDS(absent=absent).after(rig.path))
    return rig


async def _conduct(case: Case, setup: Setup, seed: int, recorder: Recorder) -> float:
    """Drive a case around the device."""
    loop = asyncio.get_running_loop()
    logs = recorder.folder or setup.folder
    logs.mkdir(parents=True, exist_ok=True)
    rig, why = None, ""
    try:
        rig = rig_of(setup)
    except LaunchError as error:
        why = str(error)
    cards = {segment: card.interface for segment, card in rig.networks.items()} if rig is not None else {}
    stand = NetworkPlace(lambda trouble: bench.fail(trouble), cards)
    bench = LabBench(case.scenario, setup, seed, recorder, stand, Room(logs, logs, logs))
    bench.record(
        build.opening(
            case.scenario,
            bench.seat.site,
            setup.profile,
            case=case.id(),
            seed=seed,
            commit=setup.commit,
            rig=RIG.name,
            needs=case.needs,
            notices=case.notices,
            signed=setup.opening,
        )
    )
    began = loop.time()
    try:
        if rig is None:
            raise LaunchError(why)
        if absent := [f"[serial.{line.name}]" for line in bench.world.lines if line.name not in rig.serial]:
            words = str(sentences.NEEDS_SERIAL(path=rig.path, absent=absent))
            bench.record(CutShort(t=bench.clock.now_us(), because=RIG_LACKS, what=words))
            return 0.0
        await _around(bench, case, rig, seed, logs, setup.profile.name)
        bench.keep_captures(logs)
    except (OSError, RuntimeError, LaunchError) as error:
        bench.record(Trouble(t=bench.clock.now_us(), what=f"{type(error).__name__}: {error}"))
    finally:
        recorder.seal()
    return loop.time() - began


async def _around(bench: LabBench, case: Case, rig: RigFile, seed: int, logs: Path, item: str) -> None:
    """Lay the wires, have the device fed and configured, let the case drive, and take everything away again."""
    watch = LoopWatch()
    bench.rig = rig
    async with AsyncExitStack() as stack:
        bench.laboratory = Laboratory(rig, record=bench.record, now_us=bench.clock.now_us, folder=logs, item=item)
        stack.push_async_callback(bench.laboratory.stop)
        await bench.laboratory.start()
        if bench.laboratory.page:
            PERSON_PAGE.put(bench, Page(address=bench.laboratory.page))
        stack.push_async_callback(bench.place.close)
        inner = await bench.place.open(bench.world, seed=seed, captures=logs, observe=bench.on_link)
        with bench.place.standing():
            await bench.go_through(case, watch, stack, inner, None)


RIG = LabRig()
