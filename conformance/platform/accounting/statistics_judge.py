"""Whether statistics agree with the account that they are made of: by period, part, comparison, trend, order (R-21)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, Criterion, criterion
from bench.dut.platform.vocabulary.accounting import STRUCTURE
from bench.history import History
from conformance.common.platforms.answers import read
from conformance.platform.accounting.answers_judge import (
    TAKEN,
    Tally,
    answer,
    of,
    questions,
    taken,
    tallies,
    weigh,
)

PERIOD = criterion(
    "sums-by-{0}",
    en="emission and energy of {1} are what was entered comes to, across the ends of longer periods too",
    zh="{2}排放量与能耗量与填报数据一致，跨越上级周期边界亦然",
    unit="figures",
)
_PERIODS = {
    "hour": ("hours", "小时"),
    "day": ("days", "日"),
    "week": ("weeks", "周"),
    "month": ("months", "月"),
    "year": ("years", "年"),
}
PERIOD_CHECKS: dict[Criterion, tuple[str, ...]] = {
    **{
        PERIOD.of(name, *words): (
            "ssea/5.4.4.1c",
            *(("ssea/5.4.4.1b",) if name in ("day", "month", "year") else ()),
        )
        for name, words in _PERIODS.items()
    },
    TAKEN: (),
}
STRUCTURED = criterion(
    "structure-of-{0}",
    en="parts and shares of {1} add up to the whole and are each exact",
    zh="{2}的各组成部分及占比逐位准确",
    unit="figures",
)
COMPARED = criterion(
    "comparisons",
    en="a period beside a fixed one, the one before and the year before: values, changes and per cent are exact",
    zh="定比、环比、同比的数值、变化量和百分比逐位准确",
    unit="figures",
)
TRENDS = criterion(
    "trend-of-{0}",
    en="the trend of {1} has every period with its change, exactly",
    zh="{2}排放趋势逐期准确，变化量一致",
    unit="figures",
)
INTENSITIES = criterion(
    "intensity-for-{0}",
    en="intensities as {1} asks for them are exact",
    zh="{2}查询的强度指标逐位准确",
    unit="figures",
)
RANKED = criterion(
    "ranking-for-{0}",
    en="the ranking that {1} sees is in the order of the account, with its figures",
    zh="{2}看到的排名与核算结果的顺序和数值一致",
    unit="places",
)
_MANAGER, _OPERATOR, _GOVERNMENT = "manager-a", "operator-of-park", "government"
_WHO = {
    "enterprise": ("the enterprise", "企业", _MANAGER),
    "park": ("the park", "园区", _OPERATOR),
    "government": ("the government", "政府", _GOVERNMENT),
}
_TRENDS = {
    "enterprise": ("enterprise, process and product", "企业、工序和产品", _MANAGER),
    "park": ("park and sector", "园区和行业", _OPERATOR),
    "government": ("region and sector", "区域和行业", _GOVERNMENT),
}
_STRUCTURES = {
    "emission": ("emission", "碳排放量"),
    "energy": ("energy", "能耗量"),
    "enterprise": ("the enterprise's emission and energy", "企业排放与能耗"),
}
ANALYSIS_CHECKS: dict[Criterion, tuple[str, ...]] = {
    STRUCTURED.of("emission", *_STRUCTURES["emission"]): ("cpcif/5.2.3c", "ssea/5.4.1c", "ssea/5.4.4.1a"),
    STRUCTURED.of("energy", *_STRUCTURES["energy"]): ("cpcif/5.2.3b", "ssea/5.4.4.1a", "isc-1/5.1.2b"),
    STRUCTURED.of("enterprise", *_STRUCTURES["enterprise"]): ("isc-1/5.2.2a", "ssea/5.2.1.2"),
    COMPARED: ("ssea/5.4.4.1b",),
    TRENDS.of("enterprise", *_TRENDS["enterprise"][:2]): ("cpcif/5.2.3c",),
    TRENDS.of("park", *_TRENDS["park"][:2]): ("cpcif/5.2.3c",),
    TRENDS.of("government", *_TRENDS["government"][:2]): ("isc-1/5.1.2b",),
    INTENSITIES.of("enterprise", *_WHO["enterprise"][:2]): ("isc-1/5.2.2a", "ssea/5.4.4.1a", "cpcif/5.2.3c"),
    INTENSITIES.of("park", *_WHO["park"][:2]): ("cpcif/5.2.3c",),
    INTENSITIES.of("government", *_WHO["government"][:2]): ("isc-1/5.1.2b",),
    RANKED.of("enterprise", *_WHO["enterprise"][:2]): ("isc-1/5.2.2b",),
    RANKED.of("park", *_WHO["park"][:2]): (),
    RANKED.of("government", *_WHO["government"][:2]): ("isc-1/5.1.2c",),
    TAKEN: (),
}
DECOUPLED = criterion(
    "decoupling",
    en="changes, index and state of decoupling follow from emission and output value of both years",
    zh="脱钩的变化率、指数和状态由两年的排放量与产值准确得出",
    unit="figures",
)
EFFICIENT = criterion(
    "efficiency",
    en="emission per output value of each region, sector and enterprise is exact",
    zh="各区域、行业和企业的单位产值排放量逐位准确",
    unit="figures",
)
WATCHED = criterion(
    "efficiency-watched",
    en="exactly the enterprises are named whose emission per output value has risen",
    zh="恰好列出单位产值排放量上升的企业",
    unit="enterprises",
)


def period_findings(history: History) -> Iterator[Check]:
    """Each class of periods by itself."""
    found: dict[str, dict[str, Tally]] = {name: {"ask emissions": Tally(), "ask energy": Tally()} for name in _PERIODS}
    for event, account in questions(history):
        parts = found.get(event.query.get("period", ""))
        if parts is not None and event.what in parts:
            weigh(event, account, parts[event.what])
    for name, words in _PERIODS.items():
        yield answer(PERIOD.of(name, *words), *found[name].values())
    yield taken(history)


def _structures(history: History, quantity: str, who: str) -> Tally:
    tally = Tally()
    for event, account in questions(history):
        if event.what != f"ask {STRUCTURE.name}":
            continue
        query = read(STRUCTURE, event).query
        if (query.quantity, query.by) == (quantity, who):
            weigh(event, account, tally)
    return tally


def analysis_findings(history: History) -> Iterator[Check]:
    """Each analysis by itself, as each account asks for it."""
    found = tallies(history)
    energy = [_structures(history, "energy", who) for who in (_OPERATOR, _GOVERNMENT)]
    yield answer(STRUCTURED.of("emission", *_STRUCTURES["emission"]), _structures(history, "emission", _OPERATOR))
    yield answer(STRUCTURED.of("energy", *_STRUCTURES["energy"]), *energy)
    own = [_structures(history, quantity, _MANAGER) for quantity in ("emission", "energy")]
    yield answer(STRUCTURED.of("enterprise", *_STRUCTURES["enterprise"]), *own)
    yield answer(COMPARED, of(found, "comparison"))
    for name, (en, zh, who) in _TRENDS.items():
        yield answer(TRENDS.of(name, en, zh), of(found, "trend", by=who))
    for name, (en, zh, who) in _WHO.items():
        yield answer(
            INTENSITIES.of(name, en, zh), of(found, "intensity", by=who) + of(found, "energy_intensity", by=who)
        )
        yield answer(RANKED.of(name, en, zh), of(found, "ranking", by=who))
    yield taken(history)


def decoupling_findings(history: History) -> Iterator[Check]:
    """Each analysis by itself."""
    found = tallies(history)
    yield answer(DECOUPLED, of(found, "decoupling"))
    yield answer(EFFICIENT, of(found, "efficiency"))
    yield answer(WATCHED, of(found, "efficiency_watch"))
    yield taken(history)
