"""The desk at which an area works: everything of the platform as one account sees it.

Leaves what is shown to `objects`, `series`, `audit` and `alarms`; a desk of `SYSTEM` sees and may everything.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, overload

import msgspec

from simulators.platform.core import alarms as alarms_room
from simulators.platform.core.audit import Entry
from simulators.platform.core.kinds import Kind, Thing, convert, plain
from simulators.platform.core.objects import Version
from simulators.platform.core.office import Office
from simulators.platform.core.plans import Plan
from simulators.platform.core.rights import PUBLIC, SYSTEM, Account, may
from simulators.platform.core.seams import seam
from simulators.platform.core.sentences import Refused, forbidden, unknown
from simulators.platform.core.series import Record, Revised, Sample
from simulators.platform.core.tables import KeptRow

__all__ = ["PUBLIC", "SYSTEM", "Desk", "Record", "Sample"]

T = TypeVar("T", bound=Thing)


class Desk:
    """What one account sees and may; every method raises Refused, and what is not its own does not exist for it."""

    def __init__(self, office: Office, account: Account) -> None:
        self._office = office
        self.account = account

    @property
    def now_us(self) -> int:
        """Now by the platform's clock, microseconds UTC."""
        return self._office.ground.now_us()

    @property
    def chance(self) -> random.Random:
        """The platform's one source of chance."""
        return self._office.ground.chance

    @property
    def name(self) -> str:
        """What the platform is called."""
        return self._office.ground.settings.name

    def as_system(self) -> Desk:
        """The platform itself at work, for what an account causes and may not do by hand."""
        return Desk(self._office, SYSTEM)

    def at(self, account: Account) -> Desk:
        """The same platform as somebody else sees it."""
        return Desk(self._office, account)

    @property
    def office(self) -> Office:
        """The machinery itself, for areas that are about the platform as a whole (backup, integrity)."""
        return self._office

    # Objects.

    def _kind(self, kind: type[Thing] | str) -> Kind:
        if isinstance(kind, str):
            return self._office.objects.kind(kind)
        return self._office.ground.plans.kind_of(kind)

    @overload
    def objects(self, kind: type[T], /, *, as_of: int | None = None, **filters: Any) -> list[T]: ...
    @overload
    def objects(self, kind: str, /, *, as_of: int | None = None, **filters: Any) -> list[Any]: ...
    def objects(self, kind: type[Thing] | str, /, *, as_of: int | None = None, **filters: Any) -> list[Any]:
        """The objects of a kind, in the order of creation; `as_of`: the versions that counted at that instant."""
        return self._office.objects.listed(self, self._kind(kind), filters, as_of=as_of)

    @overload
    def object(self, kind: type[T], key: str) -> T: ...
    @overload
    def object(self, kind: str, key: str) -> Any: ...
    def object(self, kind: type[Thing] | str, key: str) -> Any:
        """One object."""
        return self._office.objects.get(self, self._kind(kind), key)

    @overload
    def find(self, kind: type[T], key: str) -> T | None: ...
    @overload
    def find(self, kind: str, key: str) -> Any: ...
    def find(self, kind: type[Thing] | str, key: str) -> Any:
        """One object, or None."""
        return self._office.objects.find(self, self._kind(kind), key)

    def versions(self, kind: type[Thing] | str, key: str) -> list[Version]:
        """All versions of an object, oldest first: `thing`, and who made it when (`by`, `at`, `what`, `valid_from`)."""
        return self._office.objects.versions(self, self._kind(kind), key)

    def create(self, kind: type[Thing] | str, /, **values: Any) -> str:
        """A new object: its key."""
        return self._office.objects.create(self, self._kind(kind), plain(values))

    def change(self, kind: type[Thing] | str, key: str, /, **values: Any) -> Any:
        """Other values of some fields; the object as it is then."""
        return self._office.objects.change(self, self._kind(kind), key, plain(values))

    def remove(self, kind: type[Thing] | str, key: str) -> None:
        """An object is no more; its versions stay."""
        self._office.objects.remove(self, self._kind(kind), key)

    # Series.

    def samples(self, point: str, from_us: int, to_us: int, span: int | None = None) -> list[Sample]:
        """What came in for a point in [from, to), by instant; `span` (s) asks for one class alone, 0 for readings."""
        self.object("point", point)
        return self._office.series.samples(point, from_us, to_us, span)

    def revised(self, point: str, from_us: int, to_us: int) -> list[Revised]:
        """The values of a point that others took the place of."""
        self.object("point", point)
        return self._office.series.revised(point, from_us, to_us)

    def records(self, points: str | Iterable[str], period: str, from_us: int, to_us: int) -> list[Record]:
        """The records of points that begin in [from, to), by point and start; periods without any data are left out."""
        named = [points] if isinstance(points, str) else list(points)
        if len(named) == 1:
            self.object("point", named[0])
        elif named:
            seen = {each.id for each in self.objects("point")}
            for name in named:
                if name not in seen:
                    raise unknown("point", name)
        return self._office.series.records(named, period, from_us, to_us)

    # Analyses.

    def ask(self, name: str, /, **query: Any) -> list[Any]:
        """The rows of an analysis; `from_` stands for the field `from`."""
        plan = self._office.ground.plans.analyses.get(name)
        if plan is None:
            raise unknown("analysis", name[:80])
        return self.call(plan, {key.rstrip("_"): value for key, value in query.items()})

    def emissions(self, **query: Any) -> list[Any]:
        """The rows of the analysis `emissions`."""
        return self.ask("emissions", **query)

    def call(self, plan: Plan, values: Mapping[str, Any]) -> list[Any]:
        """Call what an area declared, if the account may."""
        if not may(self.account, "ask" if plan.sort == "analysis" else "act", plan):
            raise forbidden(f"ask for {plan.name}" if plan.sort == "analysis" else plan.name)
        if plan.query is None:
            if values:
                raise Refused(400, f"{plan.name} takes no parameters", f"{plan.name} 不接受参数")
            found = plan.function(self)
        else:
            found = plan.function(self, convert(values, plan.query, plan.notes))
        return [] if found is None else list(found)

    # Log and alarms.

    def note(self, what: str, kind: str = "", subject: str = "", detail: Any = None, enterprise: str = "") -> None:
        """A line in the audit log."""
        self._office.audit.note(self.account, what, kind, subject, detail=plain(detail), enterprise=enterprise)

    def audit(
        self, from_us: int | None = None, to_us: int | None = None, user: str = "", kind: str = "", what: str = ""
    ) -> list[Entry]:
        """Lines of the audit log."""
        return self._office.audit.search(self.account, from_us, to_us, user, kind, what)

    def alarm(self, kind: str, subject: str, *, enterprise: str = "", park: str = "", detail: str = "") -> bool:
        """Raise an alarm unless the same stands; whether it is new."""
        return self._office.alarms.alarm(kind, subject, enterprise=enterprise, park=park, detail=detail)

    @seam
    def clear(self, kind: str, subject: str) -> bool:
        """The reason of an alarm is gone; whether it stood."""
        return self._office.alarms.clear(kind, subject)

    def alarms(self, from_us: int | None = None, to_us: int | None = None) -> list[alarms_room.Alarm]:
        """Alarms that were raised in [from, to)."""
        return self._office.alarms.search(self.account, from_us, to_us)

    # Time.

    def call_at(self, at_us: int, name: str, subject: str = "") -> None:
        """Have the function `@on_time(name)` called at an instant; one instant for each subject, the last one asked."""
        self._office.times.put(at_us, name, subject)

    # Small things an area keeps.

    def keep(self, name: str, value: Any) -> None:
        """Keep a value of builtins under a name of the area's own (`area/name`)."""
        with self._office.ground.db.begin() as session:
            row = session.get(KeptRow, name)
            text = msgspec.json.encode(plain(value)).decode()
            if row is None:
                session.add(KeptRow(name=name, value=text))
            else:
                row.value = text

    def kept(self, name: str) -> Any:
        """What was kept under a name, or None."""
        with self._office.ground.db.begin() as session:
            row = session.get(KeptRow, name)
            return None if row is None else msgspec.json.decode(row.value)
