"""Ledgers of energy: generated, used, waste heat and the room in it, savings, equipment to renew (CPCIF 5.3.1)."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Annotated, Any, Literal

import msgspec

from simulators.platform.accounting import Period, check_reach, shown
from simulators.platform.accounting.quantities import to
from simulators.platform.core import Amount, Desk, Instant, Span, Thing, analysis, kind, ref, seam
from simulators.platform.core.times import end_of

Whose = Literal["park", "enterprise", "facility"]


class EnergyFlow(Thing, frozen=True, kw_only=True):
    """Energy of one period in one direction."""

    enterprise: Annotated[str, ref("enterprise")]
    facility: str = ""
    carrier: str
    direction: Literal["generated", "used", "sent", "waste", "recovered"]
    period: Period
    start: Instant
    value: Amount
    unit: str


class Saving(Thing, frozen=True, kw_only=True):
    """Energy that a measure saved in a period."""

    enterprise: Annotated[str, ref("enterprise")]
    facility: str = ""
    measure: str
    period: Period
    start: Instant
    value: Amount
    unit: str


class Equipment(Thing, frozen=True, kw_only=True):
    """A piece of equipment and until when it should be renewed."""

    enterprise: Annotated[str, ref("enterprise")]
    facility: str = ""
    name: str = ""
    installed: Instant = 0
    renew_by: Instant


KINDS = (
    kind("energy_flow", EnergyFlow, en="flow of energy", zh="能量流", tenant="enterprise"),
    kind("saving", Saving, en="energy saved", zh="节能量", tenant="enterprise"),
    kind("equipment", Equipment, en="equipment", zh="设备", tenant="enterprise"),
)


class AskedLedger(Span, frozen=True, kw_only=True):
    """Whose."""

    of: Whose
    id: str


class LedgerRow(msgspec.Struct, frozen=True, kw_only=True):
    """GJ of one carrier in one direction."""

    carrier: str
    direction: str
    value: str
    unit: str = "GJ"


class RoomRow(msgspec.Struct, frozen=True, kw_only=True):
    """Waste heat and what is left to recover."""

    waste: str
    recovered: str
    room: str
    unit: str = "GJ"


class SavedRow(msgspec.Struct, frozen=True, kw_only=True):
    """GJ that a measure saved; the part `total` is the sum."""

    part: str
    value: str
    unit: str = "GJ"


class DueRow(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of equipment that is due."""

    id: str
    renew_by: int


def _of(desk: Desk, things: Iterable[Any], of: str, id: str) -> list[Any]:
    """The things of a park, enterprise or facility."""
    check_reach(desk, of, "" if of == "park" else id)
    if of == "park":
        inside = {each.id for each in desk.objects("enterprise") if each.park == id}
        return [each for each in things if each.enterprise in inside]
    return [each for each in things if getattr(each, of) == id]


def _sum(flows: Iterable[Any], low: int, high: int) -> Fraction:
    """GJ within [low, high)."""
    inside = [each for each in flows if low <= each.start and end_of(each.period, each.start) <= high]
    return sum((_gigajoules(Fraction(each.value), each.unit) for each in inside), Fraction(0))


@seam
def _gigajoules(value: Fraction, unit: str) -> Fraction:
    """An amount of energy in GJ; electricity by its physical equivalent."""
    if unit in ("MWh", "kWh", "GWh"):
        return to(value, unit, "MWh") * Fraction("3.6")
    return to(value, unit, "GJ")


@analysis("energy_ledger", en="ledger of energy", zh="能量产生与消耗台账")
def energy_ledger(desk: Desk, query: AskedLedger) -> list[LedgerRow]:
    """A row for each carrier and direction."""
    groups: dict[tuple[str, str], list[EnergyFlow]] = {}
    for each in _of(desk, desk.objects(EnergyFlow), query.of, query.id):
        groups.setdefault((each.carrier, each.direction), []).append(each)
    return [
        LedgerRow(carrier=carrier, direction=direction, value=shown(_sum(flows, query.from_, query.to)))
        for (carrier, direction), flows in groups.items()
    ]


@analysis("waste_heat_room", en="room for waste heat", zh="余热利用空间")
def waste_heat_room(desk: Desk, query: AskedLedger) -> list[RoomRow]:
    """One row."""
    flows = _of(desk, desk.objects(EnergyFlow), query.of, query.id)
    waste, recovered = (
        _sum((each for each in flows if each.direction == direction), query.from_, query.to)
        for direction in ("waste", "recovered")
    )
    return [RoomRow(waste=shown(waste), recovered=shown(recovered), room=shown(_room(waste, recovered)))]


@seam
def _room(waste: Fraction, recovered: Fraction) -> Fraction:
    """What is left to recover."""
    return waste - recovered


@analysis("savings", en="energy saved", zh="节能量统计")
def savings(desk: Desk, query: AskedLedger) -> list[SavedRow]:
    """By measure and in sum."""
    groups: dict[str, list[Saving]] = {}
    for each in _of(desk, desk.objects(Saving), query.of, query.id):
        groups.setdefault(each.measure, []).append(each)
    rows = [SavedRow(part=name, value=shown(_sum(each, query.from_, query.to))) for name, each in groups.items()]
    whole = _sum((each for group in groups.values() for each in group), query.from_, query.to)
    return [*rows, SavedRow(part="total", value=shown(whole))] if rows else []


class AskedRenewals(msgspec.Struct, frozen=True, kw_only=True):
    """Whose, and until when."""

    of: Whose
    id: str
    until: Instant


@analysis("renewals", en="equipment due for renewal", zh="设备更新需求")
def renewals(desk: Desk, query: AskedRenewals) -> list[DueRow]:
    """The earliest first."""
    due = [each for each in _of(desk, desk.objects(Equipment), query.of, query.id) if _due(each.renew_by, query.until)]
    return [
        DueRow(id=each.id, renew_by=each.renew_by) for each in sorted(due, key=lambda each: (each.renew_by, each.id))
    ]


@seam
def _due(renew_by: int, until: int) -> bool:
    """Whether something is to be renewed by then."""
    return renew_by <= until
