"""The platform put together: database, areas, doors; started and stopped by who owns its clock and chance.

Leaves everything else to the rooms.
"""

from __future__ import annotations

import asyncio
import logging
import math
import random
import traceback
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy.engine import make_url
from starlette.applications import Starlette

from simulators.platform.core.api import Api
from simulators.platform.core.database import Database
from simulators.platform.core.desk import Desk
from simulators.platform.core.folder import Files, Folder
from simulators.platform.core.ground import Clock, Ground
from simulators.platform.core.intake.hj212_door import Hj212Door
from simulators.platform.core.intake.mqtt_door import MqttAbroad, MqttDoor
from simulators.platform.core.intake.national import National
from simulators.platform.core.intake.records_json import RecordsJson
from simulators.platform.core.intake.taking import Intake
from simulators.platform.core.office import Office
from simulators.platform.core.plans import Plans, installed
from simulators.platform.core.rights import SYSTEM, Account
from simulators.platform.core.sentences import Refused
from simulators.platform.core.series import Taken
from simulators.platform.core.serving import TERMINALS_S, HttpDoor
from simulators.platform.core.settings import DOORS, Hj212, Https, Mqtt, Settings, placed
from simulators.platform.core.timekeeping import KeptClock, Timekeeper

_log = logging.getLogger("simulators.platform")
_SAME_BEAT = 1e-6
"""Of a beat: what floating point may be off by."""
_COMPUTE_S, _COMPUTE_PAUSE_S, _COMPUTE_DAYS = 5.0, 0.05, 20
"""When records of past days are computed after something came in, the pause between, and how many days at once."""


class Platform:
    """One life of the platform, from start to stop.

    `clock` gives UTC nanoseconds, `chance` is its only source of chance, `folder` is where a relative SQLite file lies;
    `files` are those beside the database (None: of that folder).
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock,
        chance: random.Random,
        folder: Path,
        plans: Plans | None = None,
        files: Files | None = None,
    ) -> None:
        settings = placed(settings, folder)
        kept = KeptClock(clock)
        url = make_url(settings.store.url)
        if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
            assert url.database is not None
            url = url.set(database=str(folder / url.database))
        ground = Ground(
            Database(url.render_as_string(hide_password=False), sync=settings.store.sync),
            plans or installed(),
            kept,
            chance,
            settings,
            files or Folder(folder),
        )
        self.settings = settings
        self.office = Office(ground)
        self.office.intake = Intake(self.office.series, self._taken, self._alarm)
        people, records = settings.people, RecordsJson(self.office.intake).routes()
        self._http = HttpDoor(Api(self.office, records).app, people.host, people.port, people.tls)
        self._doors: list[Hj212Door | MqttDoor | MqttAbroad | HttpDoor | Timekeeper] = [self._http]
        if settings.ntp.server:
            self._doors.append(Timekeeper(kept, settings.ntp, self._stepped))
        for each in (getattr(settings, name) for name in DOORS):
            if isinstance(each, Hj212) and each.port:
                self._doors.append(Hj212Door(self.office.intake, each))
            elif isinstance(each, Https) and each.port:
                routes = [*records, *National(self.office.intake, ground, each).routes()]
                app = Starlette(routes=routes)
                self._doors.append(HttpDoor(app, each.host, each.port, each.tls, TERMINALS_S))
            elif isinstance(each, Mqtt) and each.port:
                self._doors.append(MqttDoor(self.office.intake, each))
            elif isinstance(each, Mqtt) and each.broker:
                self._doors.append(MqttAbroad(self.office.intake, each, _log.warning))
        self._clocks: dict[int, asyncio.TimerHandle] = {}
        self._bases: dict[int, float] = {}
        """When the beat of each began."""
        self._computing: asyncio.TimerHandle | None = None
        self._over: asyncio.Future[None] | None = None

    @property
    def port(self) -> int:
        """The port of the interface of people."""
        return self._http.port

    def desk(self, account: Account = SYSTEM) -> Desk:
        """A desk without a door, for whoever stands the platform up and for tests."""
        return Desk(self.office, account)

    async def start(self) -> None:
        """Open the database and listen. Raises OSError with one sentence."""
        self.office.ground.db.prepare()
        self.office.accounts.begin()
        self._first()
        for door in self._doors:
            await door.start()
        self.office.times.begin(self._appointed)
        for number in range(len(self.office.ground.plans.clocks)):
            self._wait(number)
        self.office.ground.changed.append(self._roused)

    def _taken(self, taken: tuple[Taken, ...]) -> None:
        """Areas hear of what came in."""
        for plan in self.office.ground.plans.intakes:
            plan.function(self.desk(), taken)
        self._hasten()
        if self._computing is None:
            self._computing = asyncio.get_running_loop().call_later(_COMPUTE_S, self._compute)

    def _compute(self) -> None:
        """Records of days that are over follow what came in, a little at a time: nobody has to wait for them."""
        self._computing = None
        if self.office.series.flush_some(_COMPUTE_DAYS):
            self._computing = asyncio.get_running_loop().call_later(_COMPUTE_PAUSE_S, self._compute)

    def _alarm(self, kind: str, subject: str, enterprise: str, detail: str) -> None:
        self.office.alarms.alarm(kind, subject, enterprise=enterprise, detail=detail)

    def _stepped(self, ahead_ns: int) -> None:
        """The clock was corrected by more than a second: the log says so."""
        self.desk().note("clock", "clock", detail={"ahead_ms": ahead_ns // 1_000_000})

    def _first(self) -> None:
        """The accounts of a new platform."""
        first = self.settings.first
        if not self.office.accounts.none():
            return
        with self.office.ground.db.begin():
            self._begin(first.account, {"role": "administrator", "password": first.password})
            for each in self.settings.accounts:
                values = msgspec.structs.asdict(each)
                self._begin(values.pop("account"), values)

    def _begin(self, account: str, values: dict[str, Any]) -> None:
        """An account of a new platform. Raises Refused, which names it."""
        try:
            self.desk().create("account", id=account, **values)
        except Refused as refused:
            words = f"account {account}: {refused.en}", f"账户 {account}：{refused.zh}"
            raise Refused(refused.status, *words) from None

    def _appointed(self, name: str, subject: str) -> None:
        plan = self.office.ground.plans.times.get(name)
        if plan is not None:
            plan.function(self.desk(), subject)

    def _wait(self, number: int) -> None:
        """Set the timer of a function that is called again and again, if there is anything for it to look at."""
        plan = self.office.ground.plans.clocks[number]
        if number in self._clocks:
            return
        if plan.while_any and not self.desk().objects(plan.while_any):
            self._bases.pop(number, None)
            return
        self._set(number, plan.seconds)

    def _set(self, number: int, after_s: float) -> None:
        """Call a function again after so long, rounded up to its beat."""
        loop, seconds = asyncio.get_running_loop(), self.office.ground.plans.clocks[number].seconds
        base = self._bases.setdefault(number, loop.time())
        passed = math.floor((loop.time() - base) / seconds + _SAME_BEAT)
        beat = base + (passed + max(1, math.ceil(after_s / seconds))) * seconds
        self._clocks[number] = loop.call_at(beat, self._tick, number)

    def _tick(self, number: int) -> None:
        del self._clocks[number]
        self._wait(number)
        plan = self.office.ground.plans.clocks[number]
        after_s = None
        try:
            after_s = plan.function(self.desk())
        except Exception:
            # It is called again with its next beat, whatever it fell over.
            _log.error("%s\n%s", plan.function.__name__, traceback.format_exc())
        if after_s is not None and after_s > plan.seconds and number in self._clocks:
            self._clocks.pop(number).cancel()
            self._set(number, after_s)

    def _roused(self, kind: str) -> None:
        """Objects have changed: what waits for long may have to look sooner, what did not look may have to begin."""
        for number, plan in enumerate(self.office.ground.plans.clocks):
            if plan.while_any == kind and number not in self._clocks:
                # The change is not committed yet.
                asyncio.get_running_loop().call_soon(self._wait, number)
        self._hasten()

    def _hasten(self) -> None:
        """Something is new: what waits for long looks with its next beat."""
        now = asyncio.get_running_loop().time()
        for number, waiting in tuple(self._clocks.items()):
            seconds = self.office.ground.plans.clocks[number].seconds
            if waiting.when() > now + seconds:
                waiting.cancel()
                self._set(number, seconds)

    async def stop(self) -> None:
        """Close every door and the database."""
        for handle in self._clocks.values():
            handle.cancel()
        self._clocks.clear()
        if self._computing is not None:
            self._computing.cancel()
        self.office.times.end()
        for door in self._doors:
            await door.stop()
        self.office.ground.db.close()

    def abandon(self) -> None:
        """After lost power: let go of the database of the life that is over; nothing is committed, nobody is told."""
        self.office.ground.db.close()

    async def run(self) -> None:
        """Run until cancelled."""
        await self.start()
        try:
            # Held by the platform: a task that waits for what nobody holds is collected.
            self._over = asyncio.get_running_loop().create_future()
            await self._over
        finally:
            await self.stop()
