"""Whether emission, energy and intensities of a level are what the entries come to (CPCIF 5.2.1.2 g, h; 5.2.3 a)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bench.case import Check, Criterion, criterion
from bench.history import History
from conformance.platform.accounting.answers_judge import TAKEN, Tallies, answer, of, taken, tallies

LEVEL = criterion(
    "account-of-{0}",
    en="emission, energy and their intensities of {1} are what was entered comes to, to the last digit",
    zh="{2}的排放量、能耗量及其强度与填报数据的计算结果逐位一致",
    unit="figures",
)
REGION = criterion(
    "account-of-region",
    en="emission and energy of a region are those of its enterprises, to the last digit",
    zh="区域的排放量、能耗量与区域内企业之和逐位一致",
    unit="figures",
)
_LEVELS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "enterprise": (
        "the enterprise",
        "企业",
        ("cpcif/5.2.1.2g-1", "cpcif/5.2.1.2a-2", "cpcif/5.2.3a-2", "isc-1/5.2.1b"),
    ),
    "facility": ("a key facility", "重点设施", ("cpcif/5.2.1.2g-2",)),
    "process": ("a process", "工序", ("cpcif/5.2.1.2g-3", "ssea/5.4.4.2")),
    "product": ("a main product", "主要产品", ("cpcif/5.2.1.2g-3",)),
    "park": ("the park", "园区", ("cpcif/5.2.1.2h-1", "cpcif/5.2.3a-1")),
    "sector": ("a main sector", "主要行业", ("cpcif/5.2.1.2h-2",)),
    "sector-products": ("the products of a main sector", "主要行业产品", ("cpcif/5.2.1.2h-3",)),
}
CHECKS: dict[Criterion, tuple[str, ...]] = {
    **{LEVEL.of(name, en, zh): clauses for name, (en, zh, clauses) in _LEVELS.items()},
    REGION: ("isc-1/5.1.1b",),
    TAKEN: (),
}
_QUESTIONS = ("emissions", "energy", "intensity", "energy_intensity")
_ASKERS = {"sector-products": ("product", "operator-of-park"), "park": ("park", None), "sector": ("sector", None)}


def findings(history: History) -> Iterator[Check]:
    """Every level by itself."""
    found: Tallies = tallies(history)
    for name, (en, zh, _) in _LEVELS.items():
        thing, who = _ASKERS.get(name, (name, "manager-a"))
        yield answer(LEVEL.of(name, en, zh), *(of(found, each, thing, who) for each in _QUESTIONS))
    yield answer(REGION, *(of(found, each, "region") for each in _QUESTIONS[:2]))
    yield taken(history)
