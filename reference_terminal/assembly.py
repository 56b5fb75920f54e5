"""The terminal put together: store, acquisition, processing, uplink, local interface.

Leaves every single decision to the rooms; this module only connects them and starts and stops their tasks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from random import Random

from reference_terminal.access.desk import Desk
from reference_terminal.access.proposals import Proposals
from reference_terminal.access.rights import CONFIGURING, Right
from reference_terminal.access.sessions import Sessions
from reference_terminal.acquisition.backfill import REACH_S, Backfill, Source
from reference_terminal.acquisition.carriers import Carriers
from reference_terminal.acquisition.collectors.slots import TakesLate
from reference_terminal.acquisition.diagnosis import Diagnosis
from reference_terminal.acquisition.driver import Driver
from reference_terminal.acquisition.poller import GatewayPoller, MeterPoller
from reference_terminal.acquisition.protocol import Surroundings
from reference_terminal.acquisition.standby import Standby
from reference_terminal.group.door import GroupDoor
from reference_terminal.group.reported import Reports
from reference_terminal.hj212.qn import QnSource
from reference_terminal.management.accounting import AccountingPackages
from reference_terminal.management.applications import Applications
from reference_terminal.management.configuration import Configuration
from reference_terminal.management.installer import MODULES, Installer
from reference_terminal.management.parameters import Parameters
from reference_terminal.model.clock import WallClock
from reference_terminal.model.reading import Reading
from reference_terminal.model.rows import Pending
from reference_terminal.model.seams import seam
from reference_terminal.model.times import Span, floor_s, iso_ms, span_named
from reference_terminal.net.channel import PLAIN
from reference_terminal.operations import messages, reasons
from reference_terminal.operations.housekeeping import Housekeeping
from reference_terminal.operations.instruments import Instruments
from reference_terminal.operations.machine import Figures, MachineWatch
from reference_terminal.operations.rounds import Fault, Rounds
from reference_terminal.operations.supervisor import Supervisor, Work, in_words
from reference_terminal.operations.time_source import TimeSource
from reference_terminal.platform import Platform
from reference_terminal.processing import versions
from reference_terminal.processing.classes import Classes
from reference_terminal.processing.late import LateReadings, Place
from reference_terminal.processing.manual import ManualEntries
from reference_terminal.processing.pipeline import Pipeline
from reference_terminal.processing.recalculation import Recalculation
from reference_terminal.security.certificate_monitor import CertificateMonitor
from reference_terminal.security.keyring import Keyring
from reference_terminal.settings.centre_parameters import CentreInForce, CentreSettings
from reference_terminal.settings.centres import CentreConfig
from reference_terminal.settings.config import Config, centre_code, check_centres
from reference_terminal.settings.meters import MeterConfig
from reference_terminal.settings.overlay import CENTRES, Kept, Overlaid, Overlay
from reference_terminal.settings.problems import InputError, Problem
from reference_terminal.storage.fingerprint_signer import Described, FingerprintSigner
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.outbox import Outbox
from reference_terminal.storage.store import Store
from reference_terminal.uplink.hj212.commands import CommandSet
from reference_terminal.uplink.hj212.link import CentreLink
from reference_terminal.uplink.hj212.packets import Channel
from reference_terminal.uplink.platforms.deposit import DepositLink
from reference_terminal.uplink.platforms.energy import EnergyLink
from reference_terminal.uplink.platforms.link import LinkContext, PlatformLink
from reference_terminal.uplink.platforms.management import ManagementLink
from reference_terminal.uplink.platforms.master import MasterLink
from reference_terminal.uplink.platforms.records_json import RecordsLink
from reference_terminal.uplink.platforms.records_mqtt import MqttRecordsLink
from reference_terminal.uplink.status.ocsp import StatusChecks
from reference_terminal.uplink.status.revocation import RevocationLists
from reference_terminal.uplink.window import DailyWindow
from reference_terminal.web.accounting import AccountingApi
from reference_terminal.web.accounts import AccessApi, Door
from reference_terminal.web.api import Api
from reference_terminal.web.audit import AuditApi
from reference_terminal.web.calibrations import CalibrationsApi
from reference_terminal.web.centre_orders import CentreOrders
from reference_terminal.web.delivery import DeliveryApi
from reference_terminal.web.guard import DeskGuard
from reference_terminal.web.instruments import InstrumentsApi
from reference_terminal.web.lan import Lan
from reference_terminal.web.maintenance import Maintenance, MaintenanceApi
from reference_terminal.web.meters import MeterOrders
from reference_terminal.web.packages import PackageApi
from reference_terminal.web.pages.site import Pages, Site
from reference_terminal.web.periods import PeriodApi
from reference_terminal.web.results import ResultsApi
from reference_terminal.web.router import Addresses, Router
from reference_terminal.web.server import Application, Server
from reference_terminal.web.state import StateApi
from reference_terminal.web.stored import StoredApi

_RESTART_AFTER_S = 1.0
_MOST_GAPS = 1000
_MOST_FAULTS = 200

Named = tuple[str, Work]
"""A task and what people know it by."""


class Terminal:
    """One terminal. `run()` returns after `stop()`; a second terminal on the same database continues where it was."""

    def __init__(self, config: Config, platform: Platform) -> None:
        check_accounting(config, platform.clock.time_ns() // 10**9)
        self.config = self._file_config = config
        self.platform = platform
        self._stopping = asyncio.Event()
        self._restart = asyncio.Event()
        self._renew = asyncio.Event()
        self._to_renew: list[str] = []
        self._sessions = Sessions(platform.random)
        self.maintenance: Maintenance | None = None
        self.lan: Lan | None = None

    async def run(self) -> None:
        """Run until `stop()`; raises StoreError if there is no usable database, OSError if the API port is taken."""
        while True:
            self._assemble()
            tasks: list[asyncio.Task[None]] = []
            try:
                await self._work(tasks)
            except GeneratorExit:
                # Nobody runs this coroutine any more (the loop is gone): there is nothing left to end in good order.
                raise
            except BaseException:
                await self._end(tasks)
                raise
            await self._end(tasks)
            if self._stopping.is_set() or not self._restart.is_set():
                return
            self._restart.clear()

    async def _work(self, tasks: list[asyncio.Task[None]]) -> None:
        """Start every task into `tasks` and wait for the stop; what fails is the supervisor's."""
        await self._open_doors()
        loop = asyncio.get_running_loop()
        groups = {name: self._begun(self._module(name)) for name in MODULES}
        for group in groups.values():
            tasks += group
        ends = [loop.create_task(_until(event)) for event in (self._stopping, self._restart)]
        tasks += [*self._begun(self._workers()), *ends]
        while True:
            renew = loop.create_task(_until(self._renew))
            tasks.append(renew)
            await asyncio.wait([*ends, renew], return_when=asyncio.FIRST_COMPLETED)
            if any(task.done() for task in ends):
                return
            tasks.remove(renew)
            for name in await self._renewed(groups, tasks):
                groups[name] = self._begun(self._module(name))
                tasks += groups[name]

    def _begun(self, works: Sequence[Named]) -> list[asyncio.Task[None]]:
        loop = asyncio.get_running_loop()
        return [loop.create_task(self.supervisor.keep(name, work)) for name, work in works]

    def _module(self, name: str) -> list[Named]:
        """What runs of a module."""
        if name == "acquisition":
            return [
                *self.carriers.workers(),
                *((f"polling {poller.name}", poller.run) for poller in self.pollers),
                *((f"standby {standby.config.id}", standby.run) for standby in self.standbys),
                ("reading afterwards", self.backfill.run),
            ]
        if name == "uplink":
            return [
                *((centre, work) for centre, link in self.links.items() for work in link.works()),
                *((f"upload window {centre}", window.run) for centre, window in self.windows.items()),
                ("housekeeping", self.housekeeping.run),
            ]
        return []

    async def _renewed(self, groups: dict[str, list[asyncio.Task[None]]], tasks: list[asyncio.Task[None]]) -> list[str]:
        """End the modules that were asked for and put them together anew; nothing else notices. Returns their names."""
        names, self._to_renew = list(dict.fromkeys(self._to_renew)), []
        self._renew.clear()
        for name in names:
            for task in groups[name]:
                task.cancel()
                tasks.remove(task)
            await asyncio.gather(*groups[name], return_exceptions=True)
            if name == "acquisition":
                self.late.close()
                self._assemble_acquisition()
            elif name == "uplink":
                self._assemble_uplink()
            else:
                await self._shut_doors()
                self.server = self._local_interface()
                await self._open_doors()
            self._join_modules()
            self.journal.event(messages.MODULE_RESTARTED, name)
        return names

    async def _end(self, tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._shut_doors()
        self.late.close()
        self.journal.event(messages.STOP, self.config.name)
        self.store.close()

    async def stop(self) -> None:
        """Ask `run()` to end in good order; before `run()` it makes it end at once."""
        self._stopping.set()

    def _assemble(self) -> None:
        platform = self.platform
        self.keyring = Keyring(self._file_config, platform.random)
        self.clock = WallClock(platform.clock)
        self.store = Store(
            self._file_config.storage.path, platform.vfs, float(self._file_config.storage.commit_linger_s)
        )
        if self.keyring.vault is not None:
            self.store.protect(self.keyring.vault.code)
        self.overlay = Overlay(self.store, self.keyring.vault)
        config = self.config = self._usable(self.overlay.in_force(self._file_config))
        unusable = dict(self.overlay.unusable)
        file = self._file_config
        if (config.centres, config.collectors, config.systems) != (file.centres, file.collectors, file.systems):
            self.keyring = Keyring(config, platform.random)
            self.overlay = Overlay(self.store, self.keyring.vault)
        self.overlay.unusable |= unusable
        self.journal = Journal(self.store, self.clock, platform.log)
        self.supervisor = Supervisor(self.journal)
        self.desk = self._desk()
        self.instruments = Instruments(self.store, self.journal)
        machine = platform.machine if self.desk is not None else None
        self.machine = None if machine is None else MachineWatch(machine, self.store.path, self.clock)
        self.rounds = Rounds(self.store, self.journal, self.clock, self._inspected)
        self._tell_altered()
        self.qn = QnSource(self.clock, int(self.store.setting("terminal", "qn_ms") or 0))
        self.pipeline = Pipeline(config, self.store, self.clock, self.journal)
        if not any(each.qos for each in config.collectors):
            # A message of QoS 1 or 2 waits for its commit, and the broker for room: longer commits would be no gain.
            self.store.gives_way = self._is_heard
        self.classes = Classes(self.store, self.clock, self.pipeline.every)
        self.manual = ManualEntries(self.store, self.journal, self.queue_revision)
        self.settings = {centre.id: CentreSettings(centre, self.overlay) for centre in config.centres}
        self._tell_unusable()
        parameters = Parameters(self.settings, self.pipeline.use_span)
        self.installer = Installer(
            self.store, self.clock, self.journal, self.keyring.trusted, parameters.set, self.overlay
        )
        self.recalculation = self._recalculation()
        self.configuration = Configuration(self._file_config, lambda: self.config, self.overlay, self.journal)
        self.configuration.check_accounting = self.check_accounting
        self._join()
        spans = [span for settings in self.settings.values() for span in settings.spans()]
        self.pipeline.restore(spans, self.clock.now_s())
        self._assemble_acquisition()
        self.installer.begin()
        self.applications = Applications(self.installer, self.clock, self.journal)
        self.revocation = self._revocation_lists(config)
        self.status = self._status_checks(config)
        self._assemble_uplink()
        self.certificate_monitor = CertificateMonitor(self.keyring, config.security.warn_days, self.clock, self.journal)
        self.time_sources = [TimeSource(config.time, self.clock, self.journal)] if config.time.server else []
        self.server = self._local_interface()
        self.group = self._group_door()
        self._join_modules()
        self._announce()

    def _join(self) -> None:
        """Who hears of what: the parts that stay while the terminal runs."""
        self.clock.on_step = self._tell_step
        self.store.on_failure = self._tell_store_failure
        self.store.on_left_out = self._tell_not_kept
        self.store.last_qn_ms = lambda: self.qn.last_ms
        self.pipeline.on_complete = self.queue_period
        self.installer.configure = self.configuration.set
        self.installer.restart = self.restart_soon
        self.installer.application_changed = self._application_changed

    def _join_modules(self) -> None:
        """Who hears of what, in this order: acquisition and uplink, which may be put together anew."""
        links = list(self.links.values())
        self.store.changed[:] = [
            self.pipeline.committed,
            self.carriers.committed,
            *(link.note_readings for link in links if isinstance(link, CentreLink | RecordsLink)),
            self._wake_streams,
        ]
        self.pipeline.on_gap_end = self.backfill.gap_ended
        for centre, settings in self.settings.items():
            settings.changed[:] = [self.windows[centre].replan] if centre in self.windows else []
        for centre, window in self.windows.items():
            link = self.links.get(centre)
            window.opened[:] = [link.window_opened] if isinstance(link, EnergyLink) else []
        if self.signer is not None:
            self.store.witness = self.signer.witness if self.signer.spans else None
            self.signer.made[:] = [link.outbox.wake for link in links if isinstance(link, DepositLink)]

    def _local_interface(self) -> Server:
        kinds = (Api, DeliveryApi, CentreOrders, MeterOrders, PackageApi, PeriodApi, StoredApi)
        accounting = AccountingApi(self)
        groups: list[Addresses] = [
            *(group(self) for group in kinds),
            accounting,
            ResultsApi(accounting),
            CalibrationsApi(accounting),
        ]
        if self.desk is None:
            return Server(self.config.api, Router(groups), self.journal)
        given, door, desk = self.config.management, Door(self.desk), self.desk
        groups += [AuditApi(self, desk.audit), StateApi(self, desk), InstrumentsApi(self)]
        if given is not None:
            self.maintenance = Maintenance(given, self.keyring.management, self.store, self.clock, self.journal)
            groups.append(MaintenanceApi(self.maintenance))
            afar = DeskGuard(desk, self.journal, frozenset(Right), afar=True)
            self.maintenance.serve(
                self._site(groups, door, DeskGuard(desk, self.journal)), self._site(groups, door, afar, secured=True)
            )
        here = frozenset(Right) - {Right.LOCK} - (frozenset() if given is None else CONFIGURING)
        guard = DeskGuard(desk, self.journal, here)
        self.lan = self._lan_door(self._site(groups, door, guard, secured=True))
        return Server(self.config.api, self._site(groups, door, guard), self.journal)

    def _lan_door(self, application: Application) -> Lan | None:
        """The same over HTTPS; None where the settings have no such door."""
        given, security = self.config.lan, self.keyring.lan
        if given is None or security is None:
            return None
        return Lan(given, security, self.clock, self.journal, application)

    def _group_door(self) -> GroupDoor | None:
        """Where slaves report; None for a terminal that is nobody's master."""
        given, security = self.config.group, self.keyring.group
        if given is None or security is None:
            return None
        reports = Reports(given, self.pipeline, self.store, self.clock, self.journal, self.queue_revision)
        return GroupDoor(given, security, reports, self.clock, self.journal)

    def _site(self, groups: Sequence[Addresses], door: Door, guard: DeskGuard, *, secured: bool = False) -> Site:
        """What one door answers."""
        assert self.desk is not None
        pages = Pages(self, self.desk, guard, door, secured=secured)
        router = Router([*groups, AccessApi(self, self.desk, guard, door), pages], guard=guard)
        return Site(router, pages)

    @property
    def proposals(self) -> Proposals | None:
        """Where values by hand wait for release; None where they count at once."""
        return None if self.desk is None else self.desk.proposals

    async def _open_doors(self) -> None:
        """Listen at every interface that is there for people, and at the door for slaves."""
        await self.server.start()
        if self.lan is not None:
            await self.lan.start()
        if self.maintenance is not None:
            await self.maintenance.start()
        if self.group is not None:
            await self.group.start()

    async def _shut_doors(self) -> None:
        await self.server.stop()
        if self.lan is not None:
            await self.lan.stop()
        if self.maintenance is not None:
            await self.maintenance.stop()
        if self.group is not None:
            await self.group.stop()

    def _desk(self) -> Desk | None:
        """Where everybody who comes is asked for; None without accounts."""
        if self.config.accounts is None:
            return None
        return Desk(
            self.config.accounts,
            self.store,
            self.clock,
            self.journal,
            self.platform.random,
            self.keyring.vault,
            self._sessions,
            self.platform.password_kib,
        )

    def _usable(self, config: Config) -> Config:
        """The configuration without centres set at run time that the terminal cannot start with any more."""
        left: list[CentreConfig] = []
        for centre in config.centres:
            try:
                if centre not in self._file_config.centres:
                    Keyring(replace(config, centres=(centre,)), Random(0), only_look=True)
            except InputError:
                self.overlay.unusable[(CENTRES.word, centre.id)] = None
                left += [each for each in self._file_config.centres if each.id == centre.id]
            else:
                left.append(centre)
        return replace(config, centres=tuple(left))

    def try_settings(self, rows: Sequence[tuple[str, str, str]]) -> None:
        """Start with these settings for a try. Raises InputError where the terminal could not be started with them."""
        overlay = Overlaid(Kept(rows), self.keyring.vault)
        config = overlay.in_force(self._file_config)
        for centre in config.centres:
            CentreInForce(centre, overlay)
        unusable = [*overlay.unusable]
        problems = [Problem(scope, reasons.SETTING_UNUSABLE(name=name[:60])) for scope, name in unusable]
        problems += check_centres(config)
        if problems:
            raise InputError(problems)
        Keyring(config, Random(0), only_look=True)

    def _tell_unusable(self) -> None:
        """Alarm what is kept and cannot be put in force; an alarm ends once it was set anew."""
        unusable = [" ".join(key) for key in self.overlay.unusable]
        for kind, subject in self.journal.raised():
            if kind == messages.SETTING_UNUSABLE.kind and subject not in unusable:
                self.journal.clear_alarm(messages.SETTING_UNUSABLE, subject)
        for subject in unusable:
            self.journal.raise_alarm(messages.SETTING_UNUSABLE, subject)

    def _tell_altered(self) -> None:
        """Alarm what was altered in the store; an alarm ends once its setting was made anew."""
        altered = [" ".join(key) for key in self.store.altered]
        for kind, subject in self.journal.raised():
            if kind == messages.SETTING_ALTERED.kind and subject not in altered:
                self.journal.clear_alarm(messages.SETTING_ALTERED, subject)
        for subject in altered:
            self.journal.raise_alarm(messages.SETTING_ALTERED, subject)

    def check_accounting(self, config: Config) -> None:
        """Raise InputError with everything that is wrong with the accounting of a configuration."""
        check_accounting(config, self.clock.now_s())

    def _recalculation(self) -> Recalculation | None:
        """Who takes versions of the accounting and works periods out again; None without accounting."""
        emissions = self.pipeline.emissions
        if emissions is None:
            return None
        emissions.deliver = self.queue_revision
        found = Recalculation(emissions, self.store, self.clock, self.journal, self.wake_centres)
        self.installer.accounting = AccountingPackages(emissions, found)
        return found

    @seam
    def restart_soon(self) -> None:
        """Start anew once whoever asked for it has had the answer."""
        asyncio.get_running_loop().call_later(_RESTART_AFTER_S, self._restart.set)

    @seam
    def _application_changed(self, name: str) -> None:
        """An application was installed, upgraded or removed; a module is started anew, once its result is told."""
        self.applications.look()
        if name in MODULES:
            self._to_renew.append(name)
            asyncio.get_running_loop().call_later(_RESTART_AFTER_S, self._renew.set)

    def _assemble_acquisition(self) -> None:
        around = Surroundings(self.clock, self.journal, self.keyring.collectors, self.keyring.systems, self.store)
        carriers = self.carriers = Carriers(self.config, self.platform, around)
        self.diagnosis = Diagnosis(self.config, carriers, self.clock)
        self.late = LateReadings(self.store, self.journal, self.queue_revision)
        self.standbys: list[Standby] = []
        sources: dict[str, Source] = {}
        first_point = 0
        by_carrier: dict[tuple[str, str, str], list[MeterPoller]] = {}
        for number, meter in enumerate(self.config.meters):
            self._begin_period(number, meter)
            next_s = self.first_slot(number, meter.period_s)
            driver = carriers.driver(meter, first_point)
            poller = MeterPoller(number, meter, driver, carriers.retries(meter), next_s)
            poller.standby = self._standby(carriers, number, meter, first_point)
            self._take_late(number, driver)
            sources |= self._memory_of(carriers, meter, driver, first_point)
            # Behind a collector nobody waits for his neighbour: every meter has its own pace there.
            place = (meter.gateway, meter.line, meter.id if meter.collector or meter.system else "")
            by_carrier.setdefault(place, []).append(poller)
            first_point += len(meter.points)
        self.pollers = [
            GatewayPoller(carriers.of(meters[0].config), meters, self.clock, self.pipeline)
            for meters in by_carrier.values()
        ]
        for poller in self.pollers:
            poller.troubled = self._tell_poll_failed
        self.backfill = Backfill(self.clock, self.journal, sources)
        now_s = self.clock.now_s()
        for name in sources:
            self.backfill.look_back(self.store.gaps(name, now_s - REACH_S, now_s, _MOST_GAPS))

    def _memory_of(self, carriers: Carriers, meter: MeterConfig, driver: Driver, first_point: int) -> dict[str, Source]:
        """What the meter records by itself, by the name of each point that it has in there."""
        records = carriers.records(meter, driver, first_point)
        if records is None:
            return {}
        states = [self.pipeline.points[number] for number in records.points]
        places = [Place(state.number, state.config.id, state.builder, state.tracker) for state in states]
        source = Source(
            meter.id,
            meter.period_s,
            records,
            known=partial(self.pipeline.is_known, records.points),
            take=lambda readings: self.late.take(places, readings, _nothing),
        )
        return {state.config.id: source for state in states}

    def _take_late(self, meter: int, driver: Driver) -> None:
        """What a meter tells of slots that are over goes into the store all the same."""
        if isinstance(driver, TakesLate):
            group = self.pipeline.meter_points[meter]
            places = [Place(state.number, state.config.id, state.builder, state.tracker) for state in group]
            driver.late = partial(self.late.take, places)

    def _standby(self, carriers: Carriers, number: int, main: MeterConfig, first_point: int) -> Standby | None:
        for config in self.config.standbys:
            if config.standby_for == main.id:
                driver = carriers.driver(config, 0)
                standby = Standby(number, main, first_point, config, driver, self.clock, self.pipeline)
                self.standbys.append(standby)
                return standby
        return None

    def _begin_period(self, number: int, meter: MeterConfig) -> None:
        """Nothing was missed on the grid of a period that was set later."""
        last_s = self.pipeline.resolved_s.get(number)
        if last_s is not None:
            self.pipeline.resolved_s[number] = max(last_s, self.overlay.not_before_s(meter))

    def first_slot(self, meter: int, period_s: int) -> int:
        """The first slot a meter is due for: after a restart the one after the last stored, so that gaps show."""
        now_s = self.clock.now_s()
        last_s = self.pipeline.resolved_s.get(meter)
        coming_s = floor_s(now_s - 1, period_s) + period_s
        return coming_s if last_s is None or last_s >= now_s else min(coming_s, last_s + period_s)

    @seam
    def _assemble_uplink(self) -> None:
        self.outboxes: dict[str, Outbox] = {}
        self.links: dict[str, CentreLink | PlatformLink] = {}
        self.windows: dict[str, DailyWindow] = {}
        self.signer = self._signer()
        commands = CommandSet(self.store, self.clock, self.journal, self.read_now, self.pipeline.use_span)
        self._queued = False
        for centre in self.config.centres:
            outbox = Outbox(centre.id, centre.buffer_h, self.store, self.clock)
            self.outboxes[centre.id] = outbox
            if centre.schedule == "window":
                self.windows[centre.id] = DailyWindow(self.settings[centre.id], outbox, self.clock)
            self.links[centre.id] = self._link(centre, outbox, commands)
        outboxes = list(self.outboxes.values())
        self.housekeeping = Housekeeping(self.config, self.store, self.clock, self.journal, outboxes)

    def _link(self, centre: CentreConfig, outbox: Outbox, commands: CommandSet) -> CentreLink | PlatformLink:
        """The link of one centre, by its protocol."""
        settings, security = self.settings[centre.id], self.keyring.security[centre.id]
        if self.revocation is not None and security.channel != PLAIN:
            security = replace(security, revocation=self.revocation)
        if self.status is not None and security.channel != PLAIN:
            security = replace(security, status=self.status)
        channels = self._channels(centre)
        if centre.protocol == "hj212":
            return CentreLink(
                config=centre,
                settings=settings,
                channels=channels,
                outbox=outbox,
                store=self.store,
                pipeline=self.pipeline,
                clock=self.clock,
                qn=self.qn,
                journal=self.journal,
                commands=commands,
                random=self.platform.random,
                security=security,
                payload=self.keyring.payloads[centre.id],
            )
        context = LinkContext(
            centre,
            settings,
            channels,
            outbox,
            self.store,
            self.clock,
            self.journal,
            self.platform.random,
            security,
            self.pipeline.settled,
        )
        if centre.protocol == "https-json":
            return EnergyLink(context)
        if centre.protocol == "records-json":
            return RecordsLink(context, self.keyring.tokens[centre.id], self.keyring.body_keys[centre.id])
        if centre.protocol == "records-mqtt":
            return MqttRecordsLink(context, self.keyring.tokens[centre.id])
        if centre.protocol == "master":
            return MasterLink(context)
        if centre.protocol == "management":
            return ManagementLink(context, self.installer, centre.platform.report_s, self.applications.states)
        assert self.signer is not None and self.keyring.device is not None
        return DepositLink(context, self.signer, self.keyring.device)

    def _revocation_lists(self, config: Config) -> RevocationLists | None:
        """Who fetches revocation lists; None where they are given once and for all."""
        given = config.security
        if not given.crl_urls:
            return None
        issuers: list[str] = []
        for security in self.keyring.security.values():
            own = () if security.identity is None else security.identity.chain[1:]
            issuers += [security.anchors, *(each.pem for each in own)]
        return RevocationLists(
            given.crl_urls, given.crl_look_s, given.crl_policy, issuers, self.store, self.clock, self.journal
        )

    @seam
    def _status_checks(self, config: Config) -> StatusChecks | None:
        """Who asks whether centres' certificates still count; None where nobody does."""
        given = config.security
        if given.ocsp == "off":
            return None
        return StatusChecks(
            given.ocsp, given.ocsp_url, given.ocsp_look_s, self.platform.random, self.clock, self.journal
        )

    def _signer(self) -> FingerprintSigner | None:
        """Who makes the fingerprints; None without a device key."""
        if self.keyring.device is None:
            return None
        spans = [span.code for name in self.config.security.fingerprints if (span := span_named(name)) is not None]
        first = self.config.centres[0] if self.config.centres else None

        def describe(number: int) -> Described | None:
            state = self.pipeline.by_number.get(number)
            if state is None:
                return None
            code = "" if first is None else centre_code(first, state.config)
            return Described(code or state.config.id, state.config.unit, state.config.kind == "counter")

        return FingerprintSigner(self.store, self.keyring.device, spans, describe)

    def _channels(self, centre: CentreConfig) -> list[Channel]:
        return [
            Channel(state.number, code, state.config.kind == "counter", state.config.id, state.config.unit)
            for state in self.pipeline.every
            if (code := centre_code(centre, state.config))
        ]

    def _workers(self) -> list[Named]:
        return [
            ("processing", self.pipeline.close_overdue),
            ("certificates", self.certificate_monitor.run),
            *(() if self.revocation is None else (("revocation lists", self.revocation.run),)),
            ("installer", self.installer.run),
            ("applications", self.applications.run),
            *(() if self.desk is None else (("audit", self.desk.audit.run), ("inspection", self.rounds.run))),
            *(() if self.recalculation is None else (("recalculation", self.recalculation.run),)),
            *(() if self.machine is None else (("machine", self.machine.run),)),
            *(("time source", source.run) for source in self.time_sources),
        ]

    def _inspected(self) -> tuple[dict[str, float | None], list[Fault]]:
        """What a round sees: figures of the machine (percent), and every alarm that stands."""
        if self.machine is not None:
            self.machine.look()
        figures = Figures() if self.machine is None else self.machine.figures
        seen = {"cpu_percent": figures.cpu, "memory_percent": figures.memory, "disk_percent": figures.disk}
        self.store.flush()
        rows = self.journal.alarms(_MOST_FAULTS)
        return seen, [Fault(row.kind, row.subject, row.en, row.zh) for row in rows if row.cleared_ms is None]

    def queue_period(self, span: Span, start_s: int, end_s: int) -> None:
        """A period is complete: queue it for every centre that receives its class, in the records' transaction."""
        self.store.enqueue(
            [
                Pending(centre.id, span.code, start_s, end_s)
                for centre in self.config.centres
                if span in self.settings[centre.id].spans()
            ]
        )
        self._queued = True

    def queue_revision(self, span: Span, start_s: int, end_s: int) -> None:
        """A period has a new revision: queue it again for every centre that receives its class (R-22)."""
        pending = [
            Pending(centre.id, span.code, start_s, end_s)
            for centre in self.config.centres
            if span in self.settings[centre.id].spans()
        ]
        self.store.enqueue(pending, again=True)
        for item in pending:
            self.outboxes[item.centre].revised(item)

    def wake_centres(self) -> None:
        """Have every centre's queue looked at now."""
        for outbox in self.outboxes.values():
            outbox.wake()

    def _is_heard(self) -> bool:
        """Whether anybody hears the emission of readings as they come."""
        return self.pipeline.live is not None and self.pipeline.live.heard

    def _wake_streams(self, readings: Sequence[Reading]) -> None:
        if self._queued:
            self._queued = False
            for outbox in self.outboxes.values():
                outbox.wake()

    async def read_now(self, points: Sequence[int]) -> list[Reading]:
        """Ask the meters of these points afresh, all gateways at once; readings carry the store's point numbers."""
        wanted = dict.fromkeys(points)
        meters = [
            number
            for number, group in enumerate(self.pipeline.meter_points)
            if any(state.number in wanted for state in group)
        ]
        results = await asyncio.gather(*(poller.read_now(meters) for poller in self.pollers))
        readings = [reading for result in results for reading in result]
        for reading in readings:
            reading.point = self.pipeline.points[reading.point].number
        return readings

    @seam
    def _announce(self) -> None:
        config = self.config
        counts = {"meters": len(config.meters), "points": len(config.points), "centres": len(config.centres)}
        self.journal.event(messages.START, config.name, **counts)
        if self.store.replaced_damaged:
            self.journal.raise_alarm(messages.STORE_DAMAGED, config.storage.path, path=self.store.path)
        for centre in config.centres:
            if centre.channel.kind == "plain" and centre.channel.payload == "clear":
                self.journal.say(messages.IN_THE_CLEAR(centre=centre.id))
        for path in self.keyring.sealed_files:
            self.journal.event(messages.KEY_SEALED, path)
        for meter in config.meters:
            if meter.period_s > 60:
                self.journal.say(messages.OFF_GRID(meter=meter.id, period_s=meter.period_s))

    def _tell_step(self, before_ms: int, after_ms: int) -> None:
        self.journal.event(messages.CLOCK_STEP, self.config.name, before=iso_ms(before_ms), after=iso_ms(after_ms))

    def _tell_poll_failed(self, meter: str, error: Exception) -> None:
        self.journal.event(messages.POLL_FAILED, meter, error=in_words(error))

    def _tell_not_kept(self, count: int, error: Exception) -> None:
        self.journal.event(messages.NOT_KEPT, self.config.name, count=count, error=in_words(error))

    def _tell_store_failure(self, reason: str) -> None:
        self.journal.say(messages.STORE_FAILS(reason=reason))


def check_accounting(config: Config, now_s: int) -> None:
    """Raise InputError with everything that is wrong with the accounting of a configuration."""
    if config.accounting is not None:
        versions.check(config.accounting, {point.id: point for point in config.acquired}, now_s)


async def _until(event: asyncio.Event) -> None:
    await event.wait()


def _nothing() -> None:
    """Nobody waits for it: what is not durable yet is read again after a restart."""
