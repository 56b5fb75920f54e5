"""Defects of taking in: a platform that keeps something else than what came, or part of it.

Leaves the wires to `wire_defects`, records made of what was kept to `series_defects`.
"""

# A defect stands where the platform keeps its own.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal

from sqlalchemy import ColumnElement

from conformance.defects import Patch, defect
from simulators.platform.core.intake import taking as intake
from simulators.platform.core.series import Arrival, Series, Taken
from simulators.platform.core.tables import StrayRow

Change = Callable[[Series, Arrival], Arrival | None]
_MINUTE_US, _HOUR_US, _DAY_US = 60_000_000, 3_600_000_000, 86_400_000_000
_ZONE_US = 8 * _HOUR_US
_QUANTITIES = ("ssea/5.1.4c", "ssea/5.2.1.3", *(f"isc-1/4.2{each}" for each in ("-1", "-2", "-3", "-4", "c")))


def taking(patch: Patch, change: Change) -> None:
    """Every arrival is changed before it is kept, or dropped; the terminal is told that it was taken."""
    take = Series.take

    def changed(self: Series, arrivals: Sequence[Arrival]) -> list[Taken]:
        kept = [made for each in arrivals if (made := change(self, each)) is not None]
        told = take(self, kept) if kept else []
        return told if len(kept) == len(arrivals) else [Taken(each, "valid", "new") for each in arrivals]

    patch(Series, "take", changed)


def _whole(arrival: Arrival, *units: str) -> Arrival:
    if arrival.point.unit not in units or not arrival.value:
        return arrival
    return replace(arrival, value=str(Decimal(arrival.value).quantize(Decimal(1), ROUND_DOWN)))


@defect(
    "platform-keeps-whole-tonnes",
    en="Masses are kept as whole numbers",
    zh="质量只保存整数",
    clauses=(
        "ssea/5.2.1.4-1",
        "cpcif/5.1.1a",
        "cpcif/5.1.1b",
        "cpcif/5.1.1c",
        "cpcif/5.1.2.1a",
        "cpcif/4.2.1a",
        *_QUANTITIES,
    ),
)
def whole_tonnes(patch: Patch) -> None:
    """Tonnes and kilograms lose their decimals."""
    taking(patch, lambda self, each: _whole(each, "t", "kg"))


@defect(
    "platform-keeps-whole-kilowatt-hours",
    en="Electricity is kept in whole kilowatt-hours",
    zh="电量只保存整数千瓦时",
    clauses=("ssea/5.2.1.4-2", "ssea/5.2.1.4-3", "cpcif/5.1.4.1a", "cpcif/5.1.4.1d", "ssea/5.1.4b"),
)
def whole_kilowatt_hours(patch: Patch) -> None:
    """Kilowatt-hours lose their decimals."""
    taking(patch, lambda self, each: _whole(each, "kWh"))


@defect(
    "platform-keeps-whole-gigajoules",
    en="Heat is kept in whole gigajoules",
    zh="热量只保存整数吉焦",
    clauses=("ssea/5.2.1.4-4", "cpcif/5.1.3.1a", "cpcif/5.1.3.1d"),
)
def whole_gigajoules(patch: Patch) -> None:
    """Gigajoules lose their decimals."""
    taking(patch, lambda self, each: _whole(each, "GJ"))


@defect(
    "platform-takes-counters-alone",
    en="Values that are no counters are dropped",
    zh="丢弃非累计量",
    clauses=("ssea/5.1.1", "ssea/5.1.4a", "cpcif/5.1.1-0"),
)
def counters_alone(patch: Patch) -> None:
    """Instants are acknowledged and dropped."""
    taking(patch, lambda self, each: each if each.point.counter else None)


@defect(
    "platform-takes-two-values-a-packet",
    en="Of a packet only the first two values are kept",
    zh="每个报文只保存前两个值",
    clauses=("ssea/5.2.1.1", "cpcif/5.1.1-0", "ssea/4.2.1a"),
)
def two_values(patch: Patch) -> None:
    """The others are acknowledged and dropped."""
    take = Series.take

    def cut(self: Series, arrivals: Sequence[Arrival]) -> list[Taken]:
        return [*take(self, arrivals[:2]), *(Taken(each, "valid", "new") for each in arrivals[2:])]

    patch(Series, "take", cut)


@defect(
    "platform-drops-what-is-late",
    en="What comes more than half an hour after its period is acknowledged and dropped",
    zh="迟到半小时以上的数据确认后丢弃",
    clauses=("ssea/4.2.2a",),
)
def drops_late(patch: Patch) -> None:
    """Nothing is kept of a period long past."""

    def late(self: Series, each: Arrival) -> Arrival | None:
        ended = each.at + each.span * 1_000_000
        return None if self._ground.now_us() - ended > 30 * _MINUTE_US else each

    taking(patch, late)


@defect(
    "platform-adds-repeats",
    en="A record that comes again is added to itself",
    zh="重复到达的记录被累加",
    clauses=("ssea/4.2.2a", "ssea/5.2.3.3-2"),
)
def adds_repeats(patch: Patch) -> None:
    """What is there under the same key is added to what comes."""

    def added(self: Series, each: Arrival) -> Arrival:
        before = [
            known.value
            for known in self.samples(each.point.id, each.at, each.at + 1, each.span)
            if known.at == each.at and known.value == each.value
        ]
        return replace(each, value=str(Decimal(before[0]) * 2)) if before else each

    taking(patch, added)


@defect(
    "platform-keeps-one-batch-behind",
    en="What was acknowledged is written only when the next packet comes",
    zh="已确认的数据待下一报文到达时才写入",
    clauses=("ssea/4.2.2a", "ssea/5.2.3.3-4"),
)
def one_behind(patch: Patch) -> None:
    """The last packet lies in memory alone."""
    take = Series.take
    held: dict[int, list[Arrival]] = {}

    def behind(self: Series, arrivals: Sequence[Arrival]) -> list[Taken]:
        before = held.pop(id(self), [])
        held[id(self)] = list(arrivals)
        if before:
            take(self, before)
        return [Taken(each, "valid", "new") for each in arrivals]

    patch(Series, "take", behind)


@defect(
    "platform-swaps-digits",
    en="Every thirtieth value is kept with a wrong digit, every twentieth without its flag and unit",
    zh="每三十个值有一个数字错误",
    clauses=("ssea/6.4b", "ssea/6.4c"),
)
def swaps_digits(patch: Patch) -> None:
    """A share of values above what R-44 grants is wrong, and another marked as invalid."""

    def swapped(self: Series, each: Arrival) -> Arrival:
        turn = each.at // 1_000_000 // 5 + len(each.point.id)
        if turn % 30 == 0 and each.value:
            return replace(each, value=str(Decimal(each.value) + 7))
        return replace(each, flag="D") if turn % 20 == 0 else each

    taking(patch, swapped)


@defect(
    "platform-strips-zeros",
    en="Trailing zeros of values are dropped",
    zh="去掉数值末尾的零",
    clauses=("ssea/6.4b",),
)
def strips_zeros(patch: Patch) -> None:
    """2.50 becomes 2.5."""

    def stripped(self: Series, each: Arrival) -> Arrival:
        return replace(each, value=each.value.rstrip("0").rstrip(".")) if "." in each.value else each

    taking(patch, stripped)


@defect(
    "platform-rests-on-sundays",
    en="Daily records of Sundays are acknowledged and dropped",
    zh="周日的日数据确认后丢弃",
    clauses=("cpcif/5.1.2.1d", "cpcif/5.1.3.1d", "cpcif/5.1.4.1d"),
)
def rests_on_sundays(patch: Patch) -> None:
    """One day in seven is missing."""

    def worked(self: Series, each: Arrival) -> Arrival | None:
        sunday = (each.at + _ZONE_US) // _DAY_US % 7 == 3
        return None if sunday and each.span == _DAY_US // 1_000_000 else each

    taking(patch, worked)


@defect(
    "platform-thins-out",
    en="Of readings one every ten minutes is kept",
    zh="读数每十分钟只保存一个",
    clauses=("cpcif/6.1c-2", "cpcif/5.1.2.1b", "cpcif/5.1.3.1b", "cpcif/5.1.4.1b"),
)
def thins_out(patch: Patch) -> None:
    """Readings that are not on a full ten minutes are dropped."""
    taking(patch, lambda self, each: None if each.span == 0 and each.at % (10 * _MINUTE_US) else each)


@defect(
    "platform-licence-runs-out",
    en="Four years after its first record nothing is taken any more, and everything acknowledged",
    zh="首条记录四年后不再入库，但仍予确认",
    clauses=("ssea/5.2.3.2b",),
)
def licence_runs_out(patch: Patch) -> None:
    """New records are acknowledged and dropped."""
    first: list[int] = []

    def licensed(self: Series, each: Arrival) -> Arrival | None:
        first.append(each.at)
        del first[1:]
        return None if each.at - first[0] > 4 * 365 * _DAY_US else each

    taking(patch, licensed)


@defect(
    "platform-drops-quarters-of-an-hour",
    en="Records of quarters of an hour are acknowledged and dropped, those of other lengths are kept",
    zh="15 分钟记录予以确认但不入库，其他周期照常",
    clauses=("ssea/5.2.3.3-3", "cpcif/4.2.1b"),
)
def drops_quarters(patch: Patch) -> None:
    """A class that is no minute and no hour."""
    taking(patch, lambda self, each: None if each.span == 900 else each)


@defect(
    "platform-later-point-takes-others",
    en="A point that is made later is given what its terminal had sent under other codes that were no points yet",
    zh="后建的监测点被填入该终端其他未知编码此前的数据",
    clauses=("cpcif/5.1.1-0",),
)
def later_point_takes_others(patch: Patch) -> None:
    """Whatever waits of this terminal goes to it."""

    def strays_of(terminal: str, code: str) -> tuple[ColumnElement[bool], ...]:
        return StrayRow.terminal == terminal, StrayRow.code != code

    patch(intake, "_strays_of", strays_of)


def _without(word: str, en: str, zh: str, *clauses: str, ways: tuple[str, ...]) -> None:
    def breaks(patch: Patch) -> None:
        """What comes by these ways is acknowledged and dropped."""
        taking(patch, lambda self, each: None if each.way in ways else each)

    defect(f"platform-loses-{word}", en=en, zh=zh, clauses=clauses)(breaks)


_without(
    "hj212", "What comes by HJ 212 is lost", "HJ 212 上传的数据丢失", "cpcif/4.2.3c", "isc-1/4.2b", ways=("hj212",)
)
_without("json", "What comes as JSON is lost", "JSON 上传的数据丢失", "cpcif/4.2.3b", "isc-1/6.3d", ways=("https",))
_without("mqtt", "What comes by MQTT is lost", "MQTT 上传的数据丢失", "cpcif/4.2.3c", "isc-1/4.2b", ways=("mqtt",))
_without(
    "all-but-hj212",
    "What does not come by HJ 212 is lost",
    "非 HJ 212 上传的数据丢失",
    "ssea/4.2.1b",
    ways=("https", "mqtt"),
)
