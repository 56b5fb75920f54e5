"""Whether an account by a sector's method is what its formulas give, in each part and in sum (R-23)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, criterion
from bench.history import History
from conformance.platform.accounting.answers_judge import TAKEN, Tally, answer, of, questions, taken, tallies, weigh

__all__ = ["TAKEN"]

SECTOR_METHOD = criterion(
    "sector-total",
    en="the total by the sector's method is what its formulas give, to the last digit",
    zh="按行业方法核算的总量与公式计算结果逐位一致",
    unit="figures",
)
SOURCES = criterion(
    "sector-sources",
    en="each source by itself is what its formula gives, stored carbon deducted, to the last digit",
    zh="各排放源（含扣除的固碳产品）与公式计算结果逐位一致",
    unit="figures",
)
OUTSIDE = criterion(
    "boundary-moved",
    en="a source that is moved out of the boundary changes the total by exactly its own emission",
    zh="排放源移出核算边界后，总量恰好减少该源的排放量",
    unit="figures",
)
CAPTIVE = criterion(
    "captive-total",
    en="the enterprise's total joins both methods and counts the power it makes for itself once, to the last digit",
    zh="企业总量按两种方法合并，自用电只计一次，逐位一致",
    unit="figures",
)
EACH_PART = criterion(
    "captive-parts",
    en="power plant and chemicals are each accounted by their own sector's method, to the last digit",
    zh="自备电厂与化工部分各按本行业方法核算，逐位一致",
    unit="figures",
)
GENERAL = criterion(
    "general-{0}",
    en="the account of {1} by GB/T 32150 is what its formulas give, biomass beside it, to the last digit",
    zh="{2}按 GB/T 32150 的核算结果与公式逐位一致，生物质单列",
    unit="figures",
)


def findings(history: History) -> Iterator[Check]:
    """A sector's account before and after its boundary was changed."""
    before, after = Tally(), Tally()
    moved = False
    for event, account in questions(history):
        moved = moved or any(each.get("inside") == "false" for each in account.entered.of("emission_source").values())
        if event.what in ("ask emissions", "ask energy") and event.query.get("of") == "enterprise":
            weigh(event, account, after if moved else before)
    yield answer(SECTOR_METHOD, before)
    yield answer(SOURCES, of(tallies(history), "emissions", "source"))
    yield answer(OUTSIDE, after)
    yield taken(history)


def captive_findings(history: History) -> Iterator[Check]:
    """Both parts and their sum."""
    found = tallies(history)
    yield answer(CAPTIVE, of(found, "emissions", "enterprise"))
    yield answer(EACH_PART, of(found, "emissions", "process"), of(found, "emissions", "source"))
    yield taken(history)


def general_findings(history: History) -> Iterator[Check]:
    """As the park and as the enterprise see it."""
    found = tallies(history)
    yield answer(GENERAL.of("park", "the park", "园区"), of(found, "emissions", "park"))
    yield answer(GENERAL.of("enterprise", "the enterprise", "企业"), of(found, "emissions", "enterprise"))
    yield taken(history)
