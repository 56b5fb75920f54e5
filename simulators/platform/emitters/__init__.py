"""The list of emitters of a region, their key figures at a glance, and the watch over them (ISC-1 5.1.7).

Leaves the figures to the account, trades to `assets`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Any

from simulators.platform.accounting.lines import Book
from simulators.platform.core import Amount, Desk, Span, Thing, analysis, every, kind, on_change, ref, seam
from simulators.platform.core.times import DAY, start_of

_LOOK_S = 60
"""How often the watch looks (R-41)."""
OVERSEERS = ("administrator", "auditor", "operator", "government")


class Emitter(Thing, frozen=True, kw_only=True):
    """On the list: `limit` is the emission of a day (tCO2) above which the platform warns; none: it does not."""

    enterprise: Annotated[str, ref("enterprise")]
    name: str
    region: str = ""
    sector: str = ""
    limit: Amount | None = None
    unit: str = "tCO2"

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        """A limit below zero is none."""
        if self.limit is not None and self.limit < 0:
            yield "limit", "is below zero", "不能为负"


KINDS = (
    kind(
        "emitter",
        Emitter,
        en="emitters",
        zh="碳排放单位名单",
        tenant="park",
        read=OVERSEERS,
        write=("administrator", "operator", "government"),
    ),
)


class InRegion(Span, frozen=True, kw_only=True):
    """The emitters of a region (empty: all that one may see) over [from, to)."""

    region: str = ""


def listed(desk: Desk, region: str) -> list[Emitter]:
    """The emitters of a region."""
    return [each for each in desk.objects(Emitter) if region in ("", each.region)]


@analysis("emitters_overview", en="key figures of emitters", zh="碳排放单位数据一览", roles=OVERSEERS)
def overview(desk: Desk, asked: InRegion) -> list[dict[str, Any]]:
    """Emission, intensity of each product, emission of each point, balance of trades, emitter by emitter."""
    rows: list[dict[str, Any]] = []
    book = Book(desk)
    for emitter in listed(desk, asked.region):
        low, high = asked.from_, asked.to
        own = [line for line in book.lines(low, high) if line.enterprise == emitter.enterprise and not line.apart]
        rows.append(figure(emitter, "emission", emitter.enterprise, total(own), "tCO2"))
        for product in desk.objects("product", enterprise=emitter.enterprise):
            made, unit = book.outputs(product.id, low, high)
            if made:
                rows.append(figure(emitter, "intensity", product.id, intensity(own, made), f"tCO2/{unit}"))
        for point in dict.fromkeys(line.key for line in own):
            mine = [line for line in own if line.key == point]
            rows.append(figure(emitter, "point", point, total(mine), "tCO2"))
        rows.append(figure(emitter, "trade", emitter.enterprise, traded(desk, emitter.enterprise, low, high), "t"))
    return rows


@seam
def figure(emitter: Emitter, quantity: str, subject: str, value: Fraction, unit: str) -> dict[str, Any]:
    """One key figure."""
    return {"emitter": emitter.id, "quantity": quantity, "subject": subject, "value": value, "unit": unit}


def total(lines: list[Any]) -> Fraction:
    """What lines of the account add up to, tCO2."""
    return sum((line.tonnes or Fraction(0) for line in lines), Fraction(0))


def intensity(lines: list[Any], made: Fraction) -> Fraction:
    """The emission of an enterprise for one unit of a product."""
    return total(lines) / made


@seam
def traded(desk: Desk, enterprise: str, low: int, high: int) -> Fraction:
    """Bought less sold, t."""
    found = [each for each in desk.objects("carbon_trade", enterprise=enterprise) if low <= each.when < high]
    return sum((Fraction(each.volume) * (1 if each.side == "buy" else -1) for each in found), Fraction(0))


@every(_LOOK_S, while_any="emitter")
def watch(desk: Desk) -> None:
    """Whoever gave off more today than its limit is told of, by itself, until a day is below it again."""
    emitters = [each for each in desk.objects(Emitter) if each.limit is not None]
    if not emitters:
        return
    low = start_of("day", desk.now_us)
    for emitter in emitters:
        over(desk, emitter, low)


@seam
def over(desk: Desk, emitter: Emitter, low: int) -> None:
    """Raise or clear the warning of one emitter for the day that begins at an instant."""
    given_off = Book(desk).total("enterprise", emitter.enterprise, low, low + DAY, period="day").tonnes
    if emitter.limit is not None and given_off > Fraction(emitter.limit):
        desk.alarm("emitter-limit", emitter.id, enterprise=emitter.enterprise)
    else:
        desk.clear("emitter-limit", emitter.id)


@on_change("emitter")
def forgotten(desk: Desk, before: Emitter | None, after: Emitter | None) -> None:
    """A warning ends with its emitter."""
    if before is not None and (after is None or after.limit is None):
        desk.clear("emitter-limit", before.id)
