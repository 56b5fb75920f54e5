"""What is shown while results are worked out again: all of before or all of after, by the version that is named (R-24).

Leaves figures at rest to `figures_judge`. A figure that is told as not complete claims nothing; no answer is none.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, criterion
from bench.history import History, Observed
from conformance.common.carbon.reckon import books_of
from conformance.common.queries import answers, questions
from conformance.common.times import local
from conformance.terminal.accounting.figures_judge import Shown, exact, right, shown_in

WHOLE = criterion(
    "whole-while-recalculated",
    en="a figure shown as complete while it is worked out again is the one of before or the one of after",
    zh="重新计算期间显示为完整的排放量，是重算前或重算后的结果，而非两者混合",
    unit="figures",
)
VERSION = criterion(
    "version-while-recalculated",
    en="the version named beside a figure is the one it was worked out with, while others are worked out again",
    zh="重新计算期间，排放量旁所注的因子版本即其计算所用版本",
    unit="figures",
)
AFTER = criterion(
    "recalculated-in-full",
    en="once the factor was taken and two minutes have gone, every figure is worked out with it",
    zh="因子生效并经两分钟后，所有排放量均已按其重新计算",
    unit="figures",
)

TAKEN = criterion(
    "factor-orders-carried-out",
    en="a factor that counts from earlier on, or a recalculation, that is ordered ends in no error",
    zh="录入追溯生效的因子或下达重算指令，不以出错告终",
    unit="orders",
)


def orders_finding(history: History) -> Check:
    """Every factor entered and every recalculation ordered was answered, and not by an error."""
    orders = [event for what in ("factor", "recalculation") for event in questions(history, what)]
    failed = [f"{local(event.asked)} {event.what}: {event.problem}" for event in orders if event.problem]
    return TAKEN.none(failed, len(orders))


def findings(history: History) -> Iterator[Check]:
    """What was shown between each order and its answer, and after it."""
    books = books_of(history)
    orders = answers(history, "factor")
    mixed: list[str] = []
    misnamed: list[str] = []
    stale: list[str] = []
    seen = named = settled = 0
    versions = _versions(history, orders)
    for number, order in enumerate(orders):
        end = orders[number + 1].asked if number + 1 < len(orders) else history.watched_us
        for event in _questions(history):
            if not order.asked <= event.asked < end:
                continue
            for each in shown_in(event):
                before = books.total(each.of, each.id, each.start, each.end, at=order.t).tonnes(each.gas)
                after = books.total(each.of, each.id, each.start, each.end, at=order.t + 1).tonnes(each.gas)
                is_old, is_new = right(each, before), right(each, after)
                if before == after:
                    continue
                if event.asked > order.t:
                    settled += 1
                    if not is_new:
                        stale.append(f"{each.told()}, {each.state}; exactly {exact(after, each.unit)}")
                    continue
                seen += 1
                if each.state == "complete" and not (is_old or is_new):
                    mixed.append(f"{each.told()}; before {exact(before, each.unit)}, after {exact(after, each.unit)}")
                of_before, of_after = versions.get((number, _key(each))), versions.get((number + 1, _key(each)))
                if is_old != is_new and of_before and of_after and of_before != of_after:
                    named += 1
                    due = of_before if is_old else of_after
                    if each.version != due:
                        misnamed.append(f"{each.told()}: version {each.version or 'none'}, it was made with {due}")
    yield WHOLE.none(mixed, seen)
    yield VERSION.none(misnamed, named)
    yield AFTER.none(stale, settled)
    yield orders_finding(history)


def _questions(history: History) -> list[Observed]:
    return [event for event in history.of(Observed) if event.what in ("emissions", "emission-sum")]


def _key(each: Shown) -> tuple[str, str, str, int]:
    return each.of, each.id, each.kind, each.start


def _versions(history: History, orders: list[Observed]) -> dict[tuple[int, tuple[str, str, str, int]], str]:
    """The version named at rest after so many orders, by figure and period."""
    found: dict[tuple[int, tuple[str, str, str, int]], str] = {}
    for event in _questions(history):
        if event.what != "emissions" or any(order.asked <= event.asked <= order.t for order in orders):
            continue
        taken = sum(order.t < event.asked for order in orders)
        for each in shown_in(event):
            if each.version:
                found[taken, _key(each)] = each.version
    return found
