"""The facade a case drives: clock, plant, meters, links, centres, power, terminal, operator.

Leaves the how to the rig: the same calls act on simulated paths in virtual time and on real ones elsewhere. Whatever a
case does through it is in the history.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence, ValuesView
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from bench.dut import Alteration
from simulators.centres.base import AnyCentre
from simulators.centres.hj212.centre import Centre
from simulators.centres.http import JsonCentre
from simulators.collectors.kinds import AnyCollector
from simulators.meters.modbus.device import Meter
from simulators.plant import Plant
from simulators.trust.distribution import DistributionPoint

if TYPE_CHECKING:
    from bench.facade.load import Loads
    from bench.facade.machine import MachineControl
    from bench.facade.people import People
    from bench.facade.platform import Platform
    from bench.facade.senders import ParkOnBench, Senders


class Unable(RuntimeError):
    """A case asked for something that this rig cannot do, in a sentence; the case is then not run, never passed."""


class BenchClock(Protocol):
    """True time of the world."""

    @property
    def real(self) -> bool:
        """Whether time passes while a program computes: not in virtual time, where delays of computing are nought."""
        ...

    def now_us(self) -> int:
        """Microseconds UTC."""
        ...

    async def sleep(self, seconds: float = 0, *, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Let the world run for so long."""
        ...

    async def until(self, local: str) -> None:
        """Sleep until the next instant with this local time of day (+08:00), `HH:MM` or `HH:MM:SS`."""
        ...


class LinkControl(Protocol):
    """One named link (or chain of links) under the common fault vocabulary.

    Every method returns a scope: `async with bench.links["uplink"].cut(): ...`.
    """

    def cut(self, direction: str = "both", /) -> AbstractAsyncContextManager[object]:
        """Silence: every packet vanishes. `direction` is both, out (from the terminal) or in."""
        ...

    def refuse(self) -> AbstractAsyncContextManager[object]:
        """New connections are refused."""
        ...

    async def reset(self) -> object:
        """Existing connections are reset now."""
        ...

    def delay(self, seconds: float, /) -> AbstractAsyncContextManager[object]:
        """Every packet takes so much longer, one way."""
        ...

    def jitter(self, seconds: float, /) -> AbstractAsyncContextManager[object]:
        """Every packet takes between 0 and so much longer."""
        ...

    def loss(self, share: float, /) -> AbstractAsyncContextManager[object]:
        """This share (0..1) of packets is lost."""
        ...

    def duplicate(self, share: float, /) -> AbstractAsyncContextManager[object]:
        """This share of packets arrives twice."""
        ...

    def reorder(self, share: float, /) -> AbstractAsyncContextManager[object]:
        """This share of packets is overtaken by later ones."""
        ...

    def corrupt(self, share: float, /) -> AbstractAsyncContextManager[object]:
        """This share of packets is altered on the way (and dropped where a checksum protects it)."""
        ...

    def rate(self, bits_per_s: float, /) -> AbstractAsyncContextManager[object]:
        """The link carries no more than this."""
        ...

    def half_open(self) -> AbstractAsyncContextManager[object]:
        """Existing connections go dead without a word; new ones work."""
        ...

    def name_failure(self) -> AbstractAsyncContextManager[object]:
        """Host names do not resolve."""
        ...


class LineControl(Protocol):
    """One serial line and what may be wrong with it.

    Every method returns a scope: `async with bench.buses["ttyS1"].cut(): ...`.
    """

    def cut(self) -> AbstractAsyncContextManager[object]:
        """The wires are broken: nothing passes."""
        ...

    def noise(self, share: float, /) -> AbstractAsyncContextManager[object]:
        """Each octet has this chance (0 to 1) to have one of its bits turned."""
        ...

    def echo(self) -> AbstractAsyncContextManager[object]:
        """The terminal hears its own octets."""
        ...

    def static(self, mean_s: float, octets: int = 1, /) -> AbstractAsyncContextManager[object]:
        """Random octets, so many at a time, on average every `mean_s` seconds."""
        ...

    def babble(self, octets: bytes, every_s: float, /) -> AbstractAsyncContextManager[object]:
        """Another station sends these octets every so many seconds, whoever is speaking."""
        ...


class PowerControl(Protocol):
    """The terminal's supply."""

    async def cut(self) -> None:
        """Off, at this instant: everything not durable is gone."""
        ...

    async def restore(self) -> None:
        """On again: the terminal boots."""
        ...

    async def off(self, seconds: float = 0, *, hours: float = 0) -> None:
        """Cut, wait, restore."""
        ...

    def cut_at_sync(self, nth: int, *, off_s: float, after: bool = False) -> None:
        """Cut at the nth write barrier from now (before it takes effect, or after), restore `off_s` later."""
        ...

    def syncs(self) -> int:
        """Write barriers that the terminal has come to since its first start."""
        ...

    def cut_at_event(self, nth: int, *, off_s: float) -> None:
        """Cut after the nth step of the terminal from now, restore `off_s` later."""
        ...

    def cut_after(
        self, what: str, *, at: str = "", after_s: float, off_s: float, sync: int = 0, effective: bool = False
    ) -> None:
        """Cut `after_s` after the next event of this kind on the wire, restore `off_s` later.

        `what` is `answer` (the last octet of a meter's answer has left it), `upload` (that of an upload has come to a
        centre) or `acknowledgement` (that of a centre's 9014 has left it); `at` names the meter or centre, empty for
        any. With `sync` above 0 the cut waits from then on for the terminal's write barrier of that number and comes
        before it takes effect, or just after with `effective`.
        """
        ...


class TerminalControl(Protocol):
    """What may be done to the terminal besides its wires and its supply."""

    async def step_clock(self, seconds: float) -> None:
        """Move the terminal's own clock by so much (as a wrong battery clock would)."""
        ...

    async def drift(self, ppm: float) -> None:
        """From now on the terminal's free-running clock gains so many parts per million."""
        ...

    async def search(self) -> None:
        """Look for the secrets it was given in its storage and in what its local interface shows (R-35).

        In the history as an answer to `secrets`: rows where, octets, found (names only). Raises Unable where the rig
        cannot read the storage.
        """
        ...

    async def storage(self) -> None:
        """Look which of the terminal's files hold measured values that centres have (R-40: no copy is left).

        In the history as an answer to `storage`: rows file, octets, values (how many different ones). Raises Unable
        where the rig cannot read the storage.
        """
        ...

    async def ports(self) -> None:
        """Look which TCP ports it listens on, network by network.

        In the history as an answer to `ports`: rows network (field, uplink, local), port. Raises Unable where the rig
        cannot.
        """
        ...

    def empty(self) -> None:
        """Empty its storage, its power being off: as another device of its kind, configured alike, would be (R-31).

        In the history as phase `emptied`; in real time that is when power comes back. Raises Unable where the rig
        cannot get at the storage.
        """
        ...

    def damage(self) -> None:
        """Spoil the beginning of every file it has written, its power being off (a worn-out medium).

        In the history as phase `damaged`; in real time that is when power comes back. Raises Unable where the rig
        cannot get at the storage.
        """
        ...

    def refusing(self) -> AbstractAsyncContextManager[object]:
        """Its storage takes no writes; what it holds can be read.

        In the history as phases `storage-refuses` and `storage-takes`. Raises Unable where the rig has no storage of
        the terminal's under its hand.
        """
        ...

    def alter(self, alterations: Sequence[Alteration]) -> None:
        """Alter stored records behind the terminal's back, its power being off (R-35).

        What was done is in the history as an answer to `tampering`: rows how, point, kind, start (us UTC). Raises
        Unable where the rig or the adapter cannot get at the storage.
        """
        ...


class TimeServerControl(Protocol):
    """The bench's time server, where the scenario has one; without it every call raises LookupError.

    Each question of the terminal is a `TimeAsked` event, each change a phase (`source-ahead`, `source-silent`,
    `source-back`).
    """

    async def lead(self, seconds: float) -> None:
        """From now on it tells true time plus so much (0: true time)."""
        ...

    def silent(self) -> AbstractAsyncContextManager[object]:
        """It hears questions and answers none."""
        ...


class Operator(Protocol):
    """A person or program at the terminal's local interface; every answer is an `Observed` event.

    Instants are microseconds UTC. An adapter without that interface records a problem, which judges as inconclusive.
    """

    async def readings(self, point: str, from_us: int, to_us: int) -> tuple[dict[str, str], ...]:
        """Stored readings of a point: rows at, value, quality, source, origin (what a poll did not bring).

        A case may choose its next step by the rows; what they mean is judged by the history.
        """
        ...

    async def records(self, kind: str, point: str, from_us: int, to_us: int) -> tuple[dict[str, str], ...]:
        """Stored interval records: rows start, end, value, flag, opening, closing; of a day also min and max.

        A case may choose its next step by them, as by those of `readings`.
        `kind` is minute, quarter, hour, day, week, month, quarter_year or year.
        """
        ...

    async def gaps(self) -> None:
        """Recorded gaps: rows point, start, end, cause."""
        ...

    async def estimates(self, point: str, from_us: int, to_us: int) -> None:
        """Values estimated for what was not read (R-18): rows at, value, method (linear or nearest), quality."""
        ...

    async def status(self) -> None:
        """One row of what the terminal says of itself."""
        ...

    async def queue(self) -> None:
        """Backlog by centre: rows centre, pending, oldest, connected (true, false; empty where it is not told)."""
        ...

    async def log(self, from_us: int) -> None:
        """Events the terminal logged: rows at, kind, text."""
        ...

    async def replacement(self, point: str, at_us: int, final_old: str, initial_new: str) -> None:
        """Enter that a meter was replaced (R-19)."""
        ...

    async def manual_entry(self, point: str, kind: str, start_us: int, value: str, author: str, reason: str) -> None:
        """Enter a value by hand for the period of this kind (hour, day) that begins at `start_us` (R-22)."""
        ...

    async def manual_entries(self, point: str, from_us: int, to_us: int) -> None:
        """Values entered by hand for periods that begin in [from, to).

        Rows start, value, author, reason, original, and verdict: valid, not second-checked or invalid (R-20).
        """
        ...

    async def alarms(self) -> None:
        """Alarms, standing and cleared: rows kind, subject, raised, cleared, en, zh."""
        ...

    async def centres(self) -> None:
        """Each centre as the terminal sees it: rows centre, channel, connected, agreed, upload_time, window_open."""
        ...

    async def upload_now(self, centre: str, author: str) -> None:
        """Send at once what waits for a centre, its window open or not (CSMT 7.5)."""
        ...

    async def set_upload_time(self, centre: str, time: str, author: str) -> None:
        """Set the time of day `HH:mm:ss` at which a centre's window opens (R-13)."""
        ...

    async def backfill(self, centre: str, kind: str, from_us: int, to_us: int, author: str, reason: str) -> None:
        """Send stored periods of a class (minute, quarter, hour, day, month) that begin in [from, to) again."""
        ...

    async def add_centre(self, centre: str, author: str, host: str = "") -> None:
        """Have a centre that the scenario holds back (`later`) served from now on, its own settings and credentials.

        `host` is told in place of its own.
        """
        ...

    async def remove_centre(self, centre: str, author: str) -> None:
        """Have a centre served no more (R-27)."""
        ...

    async def set_period(self, meter: str, period_s: int, author: str) -> None:
        """Have a meter polled every so many seconds from now on (ISC-2 9.1): rows result (done, refused), message."""
        ...

    async def renew_certificate(self, centre: str, choice: str, author: str) -> None:
        """Give the terminal another certificate and key of its own for a centre (`trust.authority.Choice`)."""
        ...

    async def verify(self, kind: str, from_us: int, to_us: int) -> None:
        """Have stored records compared with their fingerprints (R-35).

        The first row has `compared`, the number of records; the others point, class, start, what for each that does
        not agree.
        """
        ...

    async def packages(self) -> None:
        """What the management software has issued and is in force: rows kind, name, version, valid_from."""
        ...

    async def capacity(self) -> None:
        """How much the store holds (R-30): one row octets, reserved_octets, raw_days, settled_days.

        `raw_days` is for how long raw readings and minute values are kept, `settled_days` for how long all others.
        """
        ...

    async def backup(self, from_us: int, to_us: int) -> bytes:
        """A set (file) of all that is stored of [from, to), with settings (R-31); empty where the terminal gave none.

        The history tells its octets and SM3.
        """
        ...

    async def restore(self, stored: bytes, author: str) -> None:
        """Hand such a set to the terminal: a row result, rows; a refusal is a problem."""
        ...

    async def export(self, kind: str, point: str, from_us: int, to_us: int) -> None:
        """Have the terminal write stored records to a file for people: rows point, unit, start, end, value, flag."""
        ...

    async def emission_sources(self) -> None:
        """The emission sources that stored data are classified by (ISC-2 7.2.3): rows emission_source, point."""
        ...

    async def classified(self, emission_source: str, kind: str, from_us: int, to_us: int) -> None:
        """Records stored under an emission source: rows point, start, end, value, flag."""
        ...

    async def install(self, package: bytes, author: str) -> None:
        """Hand a signed package over as a file (docs/WIRE.md section 5): rows result, message."""
        ...

    async def back_up_configuration(self, author: str) -> bytes:
        """The configuration as a file (ISC-2 7.4.1.4(4)), empty if the terminal gives none: rows octets."""
        ...

    async def restore_configuration(self, configuration: bytes, author: str) -> None:
        """Hand a file with a configuration over; refusing is a problem of the answer."""
        ...

    def emissions_told(self) -> AbstractAsyncContextManager[object]:
        """Hear what the terminal tells by itself of emissions as it derives them, while the scope lasts (R-16).

        An event `emission-event` each, at the instant it came: a row text, source, at, value, unit.
        """
        ...

    async def emissions(self, of: str, id: str, kind: str, from_us: int, to_us: int, gas: str = "CO2e") -> None:
        """Figures of one total for periods of a class that begin in [from, to).

        `of` is source, unit, category, scope or emitter. Rows start, end, value, unit, gas, method, version, revision
        (0 at first), state (complete, partial, missing), cumulative (since the year began).
        """
        ...

    async def emission_sum(self, of: str, id: str, from_us: int, to_us: int, gas: str = "CO2e") -> None:
        """The figure of one total over any period [from, to): one row as of `emissions`."""
        ...

    async def emission_chain(self, source: str, kind: str, start_us: int) -> None:
        """How one figure of a source came about: rows symbol, value, unit, origin, version."""
        ...

    async def emission_history(self, source: str, kind: str, start_us: int) -> None:
        """What a figure of a source was before it was reckoned anew (R-24): rows value, revision."""
        ...

    async def intensity(self, product: str, from_us: int, to_us: int) -> None:
        """The emitter's emission per unit of a product over [from, to): a row start, end, value, unit, state."""
        ...

    async def footprint(self, product: str, from_us: int, to_us: int) -> None:
        """The footprint of a product with a boundary of its own, per unit of it: a row as of `intensity`."""
        ...

    async def set_factor(
        self, source: str, symbol: str, value: str, unit: str, since_us: int, origin: str, author: str
    ) -> None:
        """Have a constant of a source count from an instant on (R-24): rows result, message; refusal is a problem."""
        ...

    async def set_formula(self, method: str, term: str, formula: str, edition: str, since_us: int, author: str) -> None:
        """Have a formula of a method's term count from an instant on, entered on the spot (R-24); as for a factor."""
        ...

    async def move_source(self, source: str, inside: bool, since_us: int, author: str) -> None:
        """Have a source count inside the boundary, or not, from an instant on (R-23)."""
        ...

    async def enter_activity(
        self, source: str, symbol: str, kind: str, start_us: int, end_us: int, value: str, author: str, reason: str
    ) -> None:
        """Enter an input of a source for a period [start, end) of this class (day, month) (R-22)."""
        ...

    async def activities(self, source: str, from_us: int, to_us: int) -> None:
        """What was entered of a source for periods that begin in [from, to) (R-22).

        Rows symbol, start, end, value, unit, author, reason.
        """
        ...

    async def enter_calibration(self, source: str, at_us: int, zero: str, span: str, author: str, reason: str) -> None:
        """Enter a calibration of a stack's instrument: the drift of zero and span in percent of full scale."""
        ...

    async def recalculate(self, from_us: int, to_us: int, author: str, reason: str) -> None:
        """Have [from, to) reckoned anew with what is in force; what was is kept (R-24)."""
        ...

    async def inventory_report(self, form: str, from_us: int, to_us: int) -> None:
        """The inventory report of a period as a document (docx, xlsx): rows text."""
        ...

    async def emission_comparison(self, of: str, id: str, kind: str, start_us: int) -> None:
        """A period, the one before it and the same of the year before.

        Rows what (period, before, year-before), start, value, unit, change (the period less that one).
        """
        ...


class Centres(Protocol):
    """The data centres by name."""

    def __getitem__(self, name: str, /) -> Centre:
        """One of them. Raises KeyError for a name that is not on the bench."""
        ...

    def __iter__(self) -> Iterator[str]:
        """Their names."""
        ...

    def __len__(self) -> int:
        """How many there are."""
        ...

    def values(self) -> ValuesView[Centre]:
        """All of them."""
        ...

    async def settle(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0) -> None:
        """Mark the instant before which every ended interval must arrive (phase `settle`), then wait so long."""
        ...


K = TypeVar("K", bound=AnyCentre)


class Platforms(Protocol):
    """The centres that speak HTTP and JSON, by name."""

    def __getitem__(self, name: str, /) -> JsonCentre:
        """One of them. Raises KeyError for a name that is not on the bench."""
        ...

    def __contains__(self, name: object, /) -> bool:
        """Whether there is one of this name."""
        ...

    def __iter__(self) -> Iterator[str]:
        """Their names."""
        ...

    def __len__(self) -> int:
        """How many there are."""
        ...

    def of(self, sort: type[K], name: str) -> K:
        """A centre of any kind with what only its kind can do. Raises KeyError for one that is not of it."""
        ...


class OtherTerminal(Protocol):
    """A terminal beside the one on test: a slave of the scenario."""

    @property
    def power(self) -> PowerControl:
        """Its supply."""
        ...

    @property
    def operator(self) -> Operator:
        """Somebody at its local interface."""
        ...

    async def connections(self) -> None:
        """How many connections it has opened to its master: in the history as an answer to `connections`, row count."""
        ...


class Bench(Protocol):
    """Everything a case may touch."""

    @property
    def seed(self) -> int:
        """Seed of this attempt."""
        ...

    @property
    def clock(self) -> BenchClock:
        """True time."""
        ...

    @property
    def plant(self) -> Plant:
        """The truth behind the meters."""
        ...

    @property
    def meters(self) -> Mapping[str, Meter]:
        """Meters by name."""
        ...

    @property
    def links(self) -> Mapping[str, LinkControl]:
        """Links by name: field, field.<host>, uplink, uplink.<centre>, local.

        Of a slave <slave>.field, <slave>.local, and group.<slave> between it and its master.
        """
        ...

    @property
    def buses(self) -> Mapping[str, LineControl]:
        """Serial lines by the name of the terminal's port: ttyS1, ttyS2 and so on, in the scenario's order."""
        ...

    @property
    def centres(self) -> Centres:
        """Centres by name."""
        ...

    @property
    def platforms(self) -> Platforms:
        """Centres that speak HTTP and JSON, by name."""
        ...

    @property
    def revocation(self) -> DistributionPoint | None:
        """Where revocation lists are published, if the scenario has them fetched."""
        ...

    @property
    def collectors(self) -> Mapping[str, AnyCollector]:
        """Collectors by name (K1, K2)."""
        ...

    @property
    def power(self) -> PowerControl:
        """The terminal's supply."""
        ...

    @property
    def terminal(self) -> TerminalControl:
        """The terminal's own clock."""
        ...

    @property
    def slaves(self) -> Mapping[str, OtherTerminal]:
        """The scenario's slaves by name; the terminal on test is their master."""
        ...

    @property
    def time_server(self) -> TimeServerControl:
        """The time that the bench serves."""
        ...

    @property
    def operator(self) -> Operator:
        """Somebody at the terminal's local interface."""
        ...

    @property
    def people(self) -> People:
        """People at the doors of the terminal, with their accounts."""
        ...

    @property
    def machine(self) -> MachineControl:
        """What the item runs on."""
        ...

    @property
    def load(self) -> Loads:
        """Makes loads, in real time."""
        ...

    @property
    def platform(self) -> Platform:
        """The platform on test, where it is one: its desks, and where terminals reach it."""
        ...

    @property
    def senders(self) -> Senders:
        """The terminals that feed the platform, by the ids that the scenario's park has for them."""
        ...

    @property
    def park(self) -> ParkOnBench:
        """The park of the scenario, and telling the platform of it."""
        ...

    def told_of(self, centre: str) -> dict[str, Any]:
        """What a terminal is told of a centre, as a package's configuration has it (docs/WIRE.md section 5)."""
        ...

    def meter_told_of(self, meter: str) -> dict[str, str]:
        """What a terminal has to be told of a Modbus TCP meter that `later` holds back, and of its first point."""
        ...

    def chance(self, name: str) -> random.Random:
        """A source of chance of the case's own, derived from the seed."""
        ...

    def phase(self, name: str, **detail: object) -> None:
        """Say in the history where the case is."""
        ...
