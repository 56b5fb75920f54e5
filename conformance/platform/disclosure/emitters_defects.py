"""Defects of the list of emitters: rows that stay, figures of somebody else, warnings that nobody gets."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from conformance.defects import Patch, defect
from simulators.platform import emitters
from simulators.platform.core.desk import Desk
from simulators.platform.core.kinds import Kind
from simulators.platform.core.objects import Objects
from simulators.platform.emitters import Emitter


@defect(
    "emitters-never-leave",
    en="an emitter that is removed stays in the list",
    zh="移除的单位仍在名单中",
    clauses=("isc-1/5.1.7a",),
)
def never_leave(patch: Patch) -> None:
    """Nobody leaves this list."""

    def remove(self: Objects, desk: Desk, kind: Kind, key: str) -> None:
        if kind.name != "emitter":
            own(self, desk, kind, key)

    own = patch(Objects, "remove", remove)


def _figures(patch: Patch, quantity: str) -> None:
    """A key figure is a tenth too large."""

    def figure(emitter: Emitter, what: str, subject: str, value: Fraction, unit: str) -> dict[str, Any]:
        return own(emitter, what, subject, value * Fraction(11, 10) if what == quantity else value, unit)

    own = patch(emitters, "figure", figure)


_OVERVIEW = ("isc-1/5.1.7b",)


@defect(
    "overview-emission-wrong", en="emissions at a glance are a tenth too large", zh="一览排放量偏大", clauses=_OVERVIEW
)
def emission_wrong(patch: Patch) -> None:
    """Rounded up by somebody careful."""
    _figures(patch, "emission")


@defect(
    "overview-intensity-wrong",
    en="intensities at a glance are a tenth too large",
    zh="一览碳排放强度偏大",
    clauses=_OVERVIEW,
)
def intensity_wrong(patch: Patch) -> None:
    """By another output than the one entered."""
    _figures(patch, "intensity")


@defect(
    "overview-points-wrong",
    en="emissions of points at a glance are a tenth too large",
    zh="一览监测点排放量偏大",
    clauses=_OVERVIEW,
)
def points_wrong(patch: Patch) -> None:
    """By a factor of another year."""
    _figures(patch, "point")


@defect(
    "overview-sales-as-purchases",
    en="the balance of trades at a glance adds what was sold",
    zh="一览碳交易量将卖出计为买入",
    clauses=_OVERVIEW,
)
def sales_as_purchases(patch: Patch) -> None:
    """A trade is a trade."""

    def traded(desk: Desk, enterprise: str, low: int, high: int) -> Fraction:
        found = [each for each in desk.objects("carbon_trade", enterprise=enterprise) if low <= each.when < high]
        return sum((Fraction(each.volume) for each in found), Fraction(0))

    patch(emitters, "traded", traded)


@defect(
    "emitters-nobody-warned",
    en="an emitter above its limit is shown on its page and nobody is warned",
    zh="单位超限不主动预警",
    clauses=("isc-1/5.1.7c",),
)
def nobody_warned(patch: Patch) -> None:
    """Whoever looks sees it."""

    def over(desk: Desk, emitter: Emitter, low: int) -> None:
        del desk, emitter, low

    patch(emitters, "over", over)


@defect(
    "emitters-everybody-warned",
    en="every emitter that gives off anything is warned of",
    zh="所有有排放的单位均触发预警",
    clauses=("isc-1/5.1.7c",),
)
def everybody_warned(patch: Patch) -> None:
    """To be on the safe side."""

    def over(desk: Desk, emitter: Emitter, low: int) -> None:
        del low
        desk.alarm("emitter-limit", emitter.id, enterprise=emitter.enterprise)

    patch(emitters, "over", over)


@defect(
    "emitters-warned-for-ever",
    en="a warning of an emitter stands for ever, though a day is below its limit again",
    zh="单位排放回落后预警一直不解除",
    clauses=("isc-1/5.1.7c",),
)
def warned_for_ever(patch: Patch) -> None:
    """Somebody will look and take it away."""

    def clear(self: Desk, what: str, subject: str) -> bool:
        return what != "emitter-limit" and own(self, what, subject)

    own = patch(Desk, "clear", clear)
