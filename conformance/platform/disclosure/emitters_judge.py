"""The list of emitters, their key figures, and warnings that nobody asked for (ISC-1 5.1.7).

Leaves what the figures are made of to the cases of the account: here they are held against it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from bench.case import Check, criterion
from bench.dut.platform.vocabulary import SpanQuery
from bench.dut.platform.vocabulary.base import ALARMS, EMISSIONS, AlarmsRow
from bench.dut.platform.vocabulary.public import EMITTER, EMITTERS_OVERVIEW, EmittersOverviewQuery, EmittersOverviewRow
from bench.history import History
from bench.history.marks import Mark
from bench.history.observation import Words
from conformance.common.platforms import alarms as platform_alarms
from conformance.common.platforms.answers import DONE, Answered, answers, deeds, done
from conformance.common.platforms.figures import exactly, fraction, kept, kilograms, lines, shows
from conformance.common.readings import number

LIST_KEPT = criterion(
    "emitters-list",
    en="the list of emitters follows what is entered, changed and removed",
    zh="碳排放单位名单随新增、修改、移除如实变化",
    unit="emitters",
)
OVERVIEW = criterion(
    "emitters-{0}",
    en="the overview shows every emitter of the region with {1}, as the account has it",
    zh="一览表给出区域内每个单位的{2}，与核算结果一致",
    unit="figures",
)
WARNED = criterion(
    "emitter-warned",
    en="an emitter above its limit is warned of without anybody asking, within two minutes, once, and nobody else is",
    zh="单位排放超限后平台在两分钟内主动预警一次，未超限单位不误报",
    unit="warnings",
)
WARNING_ENDS = criterion(
    "emitter-warning-ends",
    en="the warning ends within two minutes once the emission is below its limit again, and does not come back",
    zh="单位排放回到限值以下后，预警在两分钟内解除且不再出现",
    unit="warnings",
)
QUANTITIES = {
    "emission": ("its emission", "排放量"),
    "intensity": ("its emission intensity", "碳排放强度"),
    "point": ("the emission of each monitoring point", "监测点排放量"),
    "trade": ("the balance of its trades", "碳交易量"),
}


class Over(Words, frozen=True, kw_only=True):
    """What the emitter is called."""

    emitter: str


OVER = Mark("over-limit", Over)
"""Name of the phase after which an emitter is above its limit; its detail says what the emitter is called."""
BELOW = Mark("below-limit", Over)
"""Name of the phase after which its entries are corrected, so that it is below its limit."""
_SOON_US = 120_000_000


Look = Answered[EmittersOverviewQuery, EmittersOverviewRow]


def list_finding(history: History) -> Check:
    """Each list against what was accepted before it."""
    wrong: list[str] = []
    looks = done(deeds(history, "list", EMITTER))
    for event in looks:
        due = kept(history, EMITTER.name, before=event)
        rows = {row["object"]: row for row in event.rows}
        wrong += [f"{key}: it is in the list" for key in rows if key not in due]
        for key, fields in due.items():
            row = rows.get(key)
            if row is None:
                wrong.append(f"{key}: it is not in the list")
            elif any(row.get(name) != fields[name] for name in ("name", "region", "sector") if name in fields):
                wrong.append(f"{key}: {row.get('name')}, {row.get('sector')}, {row.get('region')}")
    changes = [*deeds(history, "change", EMITTER), *deeds(history, "remove", EMITTER)]
    return LIST_KEPT.none(lines(wrong), len(looks) > 1 and len(done(changes)) > 1)


def overview_findings(history: History) -> Iterator[Check]:
    """Each quantity of the overview."""
    asked = done(answers(history, EMITTERS_OVERVIEW))
    for quantity, words in QUANTITIES.items():
        wrong: list[str] = []
        known = 0
        for event in asked:
            due = _due(history, quantity, event)
            known += len(due)
            rows = {(row.emitter, row.subject): row for row in event.rows if row.quantity == quantity}
            wrong += [
                f"{emitter} is not of this region" for emitter, _ in rows if emitter not in _listed(history, event)
            ]
            for (emitter, subject), value in due.items():
                row = rows.get((emitter, subject))
                if row is None or not _right(quantity, row, value):
                    told = "no figure" if row is None else f"{row.value} {row.unit}"
                    wrong.append(f"{emitter}, {subject}: {told}; exactly {exactly(value.value)}")
        yield OVERVIEW.of(quantity, *words).none(lines(wrong), known)


@dataclass(frozen=True)
class Due:
    """What must be shown, t (or t for one unit of a product), and how far the account's own digits leave it open."""

    value: Fraction
    open: Fraction = Fraction(0)


def _right(quantity: str, row: EmittersOverviewRow, due: Due) -> bool:
    """Whether a row shows it; units of trade are tonnes by themselves."""
    value = number(row.value)
    size = Fraction(1000) if quantity == "trade" else kilograms(row.unit)
    if value is None or size is None:
        return False
    shown, step = Fraction(value) * size / 1000, half_step(row.value) * size / 1000
    return shows(row.value, due.value * 1000 / size) or abs(shown - due.value) <= due.open + step


def half_step(text: str) -> Fraction:
    """Half of the last digit of a number."""
    return Fraction(1, 2 * 10 ** len(text.partition(".")[2]))


def _listed(history: History, event: Look) -> dict[str, str]:
    """The emitters of the region that was asked for, each with its enterprise."""
    region = event.query.region
    return {
        key: fields["enterprise"]
        for key, fields in kept(history, EMITTER.name, before=event).items()
        if region in ("", fields.get("region"))
    }


def _due(history: History, quantity: str, event: Look) -> dict[tuple[str, str], Due]:
    """What must be shown by emitter and subject, from the account's own answers over the same stretch."""
    found: dict[tuple[str, str], Due] = {}
    low, high = int(event.query.from_), int(event.query.to)
    for emitter, enterprise in _listed(history, event).items():
        total = _account(history, "enterprise", enterprise, low, high)
        if quantity == "emission" and total is not None:
            found[emitter, enterprise] = total
        elif quantity == "intensity" and total is not None:
            for product, made in _made(history, enterprise, low, high).items():
                found[emitter, product] = Due(total.value / made, total.open / made)
        elif quantity == "point":
            points = [key for key, fields in kept(history, "point").items() if fields["enterprise"] == enterprise]
            for point in points:
                given_off = _account(history, "point", point, low, high)
                if given_off is not None:
                    found[emitter, point] = given_off
        elif quantity == "trade":
            found[emitter, enterprise] = Due(_traded(history, enterprise, low, high))
    return found


def _account(history: History, of: str, id: str, low: int, high: int) -> Due | None:
    """Tonnes by the answers about a thing whose periods fill a stretch; None where nobody asked."""
    for event in done(answers(history, EMISSIONS, of=of, id=id)):
        rows = [row for row in event.rows if low <= int(row.start) and int(row.end) <= high and row.value]
        sizes = [kilograms(row.unit) for row in rows]
        known = [(row.value, size / 1000) for row, size in zip(rows, sizes, strict=True) if size is not None]
        if rows and len(known) == len(rows):
            total = sum((fraction(text) * size for text, size in known), Fraction(0))
            return Due(total, sum((half_step(text) * size for text, size in known), Fraction(0)))
    return None


def _made(history: History, enterprise: str, low: int, high: int) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    for fields in kept(history, "output").values():
        if fields["enterprise"] == enterprise and low <= int(fields["start"]) < high:
            found[fields["product"]] = found.get(fields["product"], Fraction(0)) + fraction(fields["value"])
    return found


def _traded(history: History, enterprise: str, low: int, high: int) -> Fraction:
    total = Fraction(0)
    for fields in kept(history, "carbon_trade").values():
        if fields["enterprise"] == enterprise and low <= int(fields["when"]) < high:
            total += fraction(fields["volume"]) * (1 if fields["side"] == "buy" else -1)
    return total


def warning_finding(history: History) -> Check:
    """The one that is above its limit is told of, in time; the others are not."""
    over, look = OVER.of(history), _look(history, ended=False)
    if not over or look is None or over[0].detail.emitter not in kept(history, EMITTER.name):
        return WARNED.decide(None)
    at, emitter = over[0].t, over[0].detail.emitter
    others = [key for key in kept(history, EMITTER.name) if key != emitter]
    enterprises = {key: fields["enterprise"] for key, fields in kept(history, EMITTER.name).items()}
    rows = look.rows
    told = [row for row in rows if row.subject in (emitter, enterprises[emitter]) and int(row.raised) >= at]
    early = [row for row in rows if row.subject == emitter and int(row.raised) < at]
    wrong = [f"{emitter}: {len(told)} warnings"] if len(told) != 1 else []
    late = [int(row.raised) - at for row in told if int(row.raised) > at + _SOON_US]
    wrong += [f"{emitter}: warned of after {after / 1e6:.0f} s" for after in late]
    wrong += [f"{emitter}: warned of before it was above its limit" for _ in early]
    wrong += [f"{row.subject}: it is below its limit" for row in rows if row.subject in others]
    return WARNED.none(wrong, True)


def end_finding(history: History) -> Check:
    """A warning that was given is over in time; a list of standing warnings alone has it no more."""
    below, before, after = BELOW.of(history), _look(history, ended=False), _look(history, ended=True)
    if not below or before is None or after is None:
        return WARNING_ENDS.decide(None)
    at, emitter = below[0].t, below[0].detail.emitter
    told = kept(history, EMITTER.name).get(emitter)
    if told is None:
        return WARNING_ENDS.decide(None)
    subjects = (emitter, told["enterprise"])
    given = [row for row in before.rows if row.subject in subjects]
    wrong: list[str] = []
    for row in (row for row in after.rows if row.subject in subjects):
        cleared = int(row.cleared or 0)
        if int(row.raised) > at + _SOON_US:
            wrong.append(f"{row.subject}: warned of {(int(row.raised) - at) / 1e6:.0f} s after it was below its limit")
        elif not cleared:
            wrong.append(f"{row.subject}: the warning stands")
        elif not at - platform_alarms.CLOCK_US <= cleared <= at + _SOON_US:
            wrong.append(f"{row.subject}: the warning ended after {(cleared - at) / 1e6:.0f} s")
    return WARNING_ENDS.none(wrong, len(given))


def _look(history: History, *, ended: bool) -> Answered[SpanQuery, AlarmsRow] | None:
    """The last look at alarms, before the emission was brought below its limit or after; None without an answer."""
    below = BELOW.of(history)
    looks = [each for each in answers(history, ALARMS) if (bool(below) and each.asked > below[0].t) is ended]
    return looks[-1] if looks and looks[-1].outcome == DONE else None
