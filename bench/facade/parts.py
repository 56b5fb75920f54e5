"""Parts of the bench's facade that are the same in every rig: clock, centres by name, operator.

Leaves wires, power and the terminal's own clock to the rigs.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from typing import Any, Protocol, TypeVar, cast

import msgspec

from bench.dut import Seat, TerminalAdapter
from bench.dut.refused import Refused
from bench.dut.streams import Telling, follow, row_of_event
from bench.facade import sentences
from bench.facade.bench import LineControl, OtherTerminal, Unable
from bench.facade.emissions import Emissions
from bench.facade.orders import Orders
from bench.facade.stored_sets import StoredSets
from bench.history import Event, Observed
from bench.history.marks import SETTLE
from bench.history.questions import ORDERS, Question, object_of
from simulators.centres.base import AnyCentre
from simulators.centres.hj212.centre import Centre
from simulators.centres.http import JsonCentre
from simulators.centres.kinds import kind_of
from simulators.centres.spec import USUAL
from simulators.centres.switches import SwitchError
from simulators.sentences import Words
from simulators.world import Site

LOCAL = timezone(timedelta(hours=8))
_HOUR_S = 3600.0
_DAY_S = 86_400.0
_WINDOW_H = 1
AGAIN_S = 10.0
"""So long after a refusal a question is put once more: a product may have been at something else."""


READING = frozenset(
    ("readings", "records", "gaps", "estimates", "status", "queue", "log", "manual", "alarms", "centres", "packages")
)
"""Questions that look at what a terminal has stored, as `local.readout` asks."""


class TrueTime(Protocol):
    """Where true time comes from."""

    def now_us(self) -> int:
        """Microseconds UTC."""
        ...


class Clock:
    """True time, and letting it pass; `real` says whether it passes while a program computes."""

    def __init__(self, source: TrueTime, *, real: bool = True) -> None:
        self.real = real
        self._source = source

    def now_us(self) -> int:
        """Microseconds UTC."""
        return self._source.now_us()

    async def sleep(self, seconds: float = 0, *, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Let the world run for so long."""
        await asyncio.sleep(seconds + minutes * 60 + hours * _HOUR_S + days * _DAY_S)

    async def until(self, local: str) -> None:
        """Sleep until the next instant with this local time of day."""
        parts = [int(part) for part in local.split(":")]
        target = timedelta(hours=parts[0], minutes=parts[1], seconds=parts[2] if len(parts) > 2 else 0)
        now = datetime.fromtimestamp(self.now_us() / 1e6, LOCAL)
        passed = now - now.replace(hour=0, minute=0, second=0, microsecond=0)
        await self.sleep((target - passed).total_seconds() % _DAY_S or _DAY_S)


class Standing(Protocol):
    """What these parts need of a bench."""

    @property
    def clock(self) -> Clock:
        """True time."""
        ...

    @property
    def site(self) -> Site:
        """What the terminal is wired to."""
        ...

    @property
    def adapter(self) -> TerminalAdapter:
        """How to ask the terminal."""
        ...

    @property
    def seat(self) -> Seat:
        """Where it sits."""
        ...

    @property
    def reads(self) -> bool:
        """Whether it may be asked what it has stored: a product without a read-out is not asked (R-46)."""
        ...

    def record(self, event: Event, /) -> None:
        """Put an event into the history."""
        ...

    def phase(self, name: str, **detail: object) -> None:
        """Say in the history where the case is."""
        ...


K = TypeVar("K", bound=AnyCentre)


class PlatformsByName(Mapping[str, JsonCentre]):
    """The centres that speak HTTP and JSON."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def __getitem__(self, name: str) -> JsonCentre:
        return self._site.platforms[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._site.platforms)

    def __len__(self) -> int:
        return len(self._site.platforms)

    def of(self, sort: type[K], name: str) -> K:
        """A centre of any kind with what only its kind can do."""
        return self._site.of(sort)[name]


class StandIn:
    """A platform in the place of a centre of HJ 212: what every listener can do, and a clear word for all else."""

    def __init__(self, platform: AnyCentre) -> None:
        self._platform = platform

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._platform, name, None)
        if found is None:
            raise Unable(str(sentences.HJ212_ALONE(name=self._platform.name, what=name)))
        return found

    def behave(self, **switches: object) -> None:
        """As a centre of HJ 212, as far as its kind can. Raises Unable for a switch that it has not."""
        try:
            self._platform.behave(**switches)
        except SwitchError as error:
            raise Unable(str(sentences.CENTRE_CANNOT(name=self._platform.name, error=error))) from None


class CentresByName(Mapping[str, Centre]):
    """The centres, and waiting for what is still owed to them.

    `instead` are those that are not what the case's scenario has, but of the kind that the product delivers to: they
    can do what every listener can.
    """

    def __init__(self, bench: Standing, instead: frozenset[str] = frozenset()) -> None:
        self._bench = bench
        stood: dict[str, Centre | StandIn] = {**bench.site.centres}
        usual = [spec for spec in bench.site.world.centres if spec.name in instead and not kind_of(spec).stands_in]
        stood |= {spec.name: StandIn(bench.site.everyone[spec.name]) for spec in usual if spec.name not in stood}
        self._centres = {spec.name: stood[spec.name] for spec in bench.site.world.centres if spec.name in stood}
        self._instead = {spec.name: kind for spec in bench.site.world.centres if (kind := kind_of(spec)).stands_in}
        self._window = max((kind_of(spec).window(spec) for spec in usual if spec.kind == USUAL), default="")

    def __getitem__(self, name: str) -> Centre:
        kind = self._instead.get(name)
        if kind is not None:
            raise Unable(str(sentences.CENTRE_IS_OTHER(name=name, title=Words(*kind.title))))
        return cast(Centre, self._centres[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._centres)

    def __len__(self) -> int:
        return len(self._centres)

    async def settle(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0) -> None:
        """Mark the instant before which every ended interval must arrive, then wait so long.

        A product that uploads in a daily window owes what ended by midnight, at the end of the first window after it
        (R-13): the mark is then at the next midnight, and the window is waited for besides.
        """
        if self._window:
            await self._bench.clock.until("00:00:00")
        SETTLE.put(self._bench)
        if self._window:
            await self._bench.clock.until(self._window)
            await self._bench.clock.sleep(hours=_WINDOW_H)
        await self._bench.clock.sleep(seconds, minutes=minutes, hours=hours)


class OneAlone(Mapping[str, OtherTerminal]):
    """Terminals beside the one on test, in a rig that holds one."""

    def __getitem__(self, name: str) -> OtherTerminal:
        raise Unable(str(sentences.HOLDS_ONE(name=name)))

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


class NoLines(Mapping[str, LineControl]):
    """Serial lines of a rig that cannot disturb them: pseudo terminals and real ports have no broken wires."""

    def __getitem__(self, name: str) -> LineControl:
        raise Unable(str(sentences.LINE_UNDISTURBED(name=name)))

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


class OperatorAtTerminal(Orders, StoredSets, Emissions):
    """Asks the local interface through the adapter and records what it said."""

    def __init__(self, bench: Standing) -> None:
        self._bench = bench
        self._asked_again: set[str] = set()

    async def _ask(self, what: Question, query: dict[str, str]) -> tuple[dict[str, str], ...]:
        seen = await self._seen(what, query)
        self._bench.record(seen)
        return seen.rows

    async def _seen(self, what: Question, query: dict[str, str]) -> Observed:
        """What came of a question; what the product refuses to show is asked for once more, later (R-03)."""
        seen = await self._put(what, query)
        about = f"{what} {object_of(query)}"
        if seen.outcome == "refused" and what not in ORDERS and about not in self._asked_again:
            self._asked_again.add(about)
            self._bench.record(seen)
            await self._bench.clock.sleep(AGAIN_S)
            seen = await self._put(what, query)
        return seen

    async def _put(self, what: Question, query: dict[str, str]) -> Observed:
        bench = self._bench
        asked = bench.clock.now_us()
        rows: tuple[dict[str, str], ...] = ()
        problem, status, refused = "", 0, False
        try:
            if what in READING and not bench.reads:
                raise LookupError(str(sentences.DENIES_READOUT()))
            rows = await bench.adapter.ask(bench.seat, what, query)
        except Refused as error:
            problem, status, refused = f"LookupError: {error}", error.status, True
        except (LookupError, OSError, TimeoutError) as error:
            problem = f"{type(error).__name__}: {error}"
        return Observed(
            t=bench.clock.now_us(),
            what=what,
            asked=asked,
            query=query,
            rows=rows,
            problem=problem,
            outcome="refused" if refused else "",
            status=status,
        )

    @asynccontextmanager
    async def emissions_told(self) -> AsyncGenerator[None]:
        """What the terminal tells of emissions by itself, as it comes."""
        bench = self._bench
        what: Question = "emission-event"
        began = bench.clock.now_us()

        def record(row: dict[str, str], problem: str = "") -> None:
            now, rows = bench.clock.now_us(), (row,) if row else ()
            bench.record(Observed(t=now, what=what, asked=began, query={}, rows=rows, problem=problem))

        def take(text: str) -> None:
            try:
                row, problem = row_of_event(told, text), ""
            except LookupError as error:
                row, problem = {}, str(error)
            record({"text": text, **row}, problem)

        async def hear() -> None:
            try:
                await follow(told, begun.set, take)
                record({}, str(sentences.STREAM_ENDED()))
            except (LookupError, OSError, TimeoutError) as error:
                record({}, f"{type(error).__name__}: {error}")
            finally:
                begun.set()

        try:
            if not isinstance(bench.adapter, Telling):
                raise LookupError(str(sentences.NO_STREAM()))
            told = bench.adapter.stream(bench.seat, f"{what}s")
        except LookupError as error:
            record({}, str(error))
            yield
            return
        begun = asyncio.Event()
        heard = asyncio.create_task(hear(), name="emission events")
        try:
            await begun.wait()
            yield
        finally:
            heard.cancel()
            await asyncio.gather(heard, return_exceptions=True)

    async def _carry(self, what: Question, query: dict[str, str], octets: bytes = b"") -> bytes:
        """As `_ask`, with a file in the question or in the answer: the history tells its length and SM3."""
        told = _file(octets) if octets else {}
        seen = await self._seen(what, {**query, "octets": base64.b64encode(octets).decode()})
        rows, problem, received = seen.rows, seen.problem, b""
        if rows and "octets" in rows[0]:
            try:
                received = base64.b64decode(rows[0]["octets"])
                rows = ({**rows[0], **_file(received)},)
            except ValueError as error:
                rows, problem = (), str(sentences.NO_BASE64(error=error))
        self._bench.record(msgspec.structs.replace(seen, query={**query, **told}, rows=rows, problem=problem))
        return received

    async def readings(self, point: str, from_us: int, to_us: int) -> tuple[dict[str, str], ...]:
        """Stored readings of a point."""
        return await self._ask("readings", {"point": point, "from": str(from_us), "to": str(to_us)})

    async def records(self, kind: str, point: str, from_us: int, to_us: int) -> tuple[dict[str, str], ...]:
        """Stored interval records."""
        return await self._ask("records", {"kind": kind, "point": point, "from": str(from_us), "to": str(to_us)})

    async def gaps(self) -> None:
        """Recorded gaps."""
        await self._ask("gaps", {})

    async def estimates(self, point: str, from_us: int, to_us: int) -> None:
        """Values estimated for what was not read."""
        await self._ask("estimates", {"point": point, "from": str(from_us), "to": str(to_us)})

    async def status(self) -> None:
        """What the terminal says of itself."""
        await self._ask("status", {})

    async def queue(self) -> None:
        """Backlog by centre."""
        await self._ask("queue", {})

    async def log(self, from_us: int) -> None:
        """Events the terminal logged."""
        await self._ask("log", {"from": str(from_us)})

    async def replacement(self, point: str, at_us: int, final_old: str, initial_new: str) -> None:
        """Enter that a meter was replaced."""
        query = {"point": point, "at": str(at_us), "final_old": final_old, "initial_new": initial_new}
        await self._ask("replacement", query)

    async def manual_entry(self, point: str, kind: str, start_us: int, value: str, author: str, reason: str) -> None:
        """Enter a value by hand."""
        words = {"value": value, "author": author, "reason": reason}
        await self._ask("manual entry", {"point": point, "kind": kind, "start": str(start_us), **words})

    async def manual_entries(self, point: str, from_us: int, to_us: int) -> None:
        """Values entered by hand."""
        await self._ask("manual", {"point": point, "from": str(from_us), "to": str(to_us)})


def _file(octets: bytes) -> dict[str, str]:
    """A file as the history tells it."""
    return {"octets": str(len(octets)), "sm3": hashlib.new("sm3", octets).hexdigest()}
