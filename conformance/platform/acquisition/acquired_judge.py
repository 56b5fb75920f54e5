"""What of a park's energy, materials and gases a platform has, group by group, against what terminals sent in truth.

Leaves figures made of them to the chapter on accounting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from bench.case import Check, Criterion, criterion
from bench.history import History, ParkPoint
from conformance.common.platforms import truth as truths
from conformance.common.platforms.answers import number
from conformance.common.platforms.truth import READER, Key, Truth
from conformance.common.times import MINUTE

GASES = ("CO2", "CH4", "N2O", "HFCs", "PFCs", "SF6", "NF3")
FUELS = ("washed-coal", "bituminous-coal", "coke", "natural-gas", "diesel")
RECORDS = ("minute", "hour")


def _right(word: str, en: str, zh: str) -> Criterion:
    return criterion(
        f"acquired-{word}",
        en=f"Every record of {en} is there, once, to the last digit",
        zh=f"{zh}的每条记录均在，且仅一次、逐位正确",
        unit="records",
    )


FUEL = _right("fuel", "fuel and feedstock", "原燃料用量")
POWER_USED = _right("power-used", "electricity used", "用电量")
POWER_BOUGHT = _right("power-bought", "electricity bought", "外购电量")
POWER_BOTH_WAYS = _right("power-both-ways", "electricity bought in and delivered out", "购入与输出电量")
HEAT = _right("heat", "heat bought in and delivered out", "购入与输出热量")
PROCESS = _right("process", "industrial processes and waste treatment", "工业过程与废弃物处理")
DIRECT = _right("direct", "emissions measured directly and of recovered CO₂", "直接监测的排放与 CO₂ 回收")
EVERY_GAS = criterion(
    "acquired-every-gas",
    en="Records of all energy and of each of the seven greenhouse gases are there, once, to the last digit",
    zh="各类能源与七种温室气体的每条记录均在，且仅一次、逐位正确",
    unit="records",
)
OPERATION = criterion(
    "operation-in-real-time",
    en="Operating parameters of the plant are there as they were sampled",
    zh="生产设施运行参数按采样值实时接入",
    unit="samples",
)
ENERGY_NOW = criterion(
    "energy-in-real-time",
    en="Readings of energy meters are there as they were sampled",
    zh="能源计量读数按采样值实时接入",
    unit="samples",
)
MATERIAL_NOW = criterion(
    "material-in-real-time",
    en="Readings of the scales of carbon-bearing material are there as they were sampled",
    zh="含碳物料计量读数按采样值实时接入",
    unit="samples",
)
EVERY_PROCESS = criterion(
    "every-process-acquired",
    en="Of every process of an enterprise at least one point is there whole",
    zh="企业的每道工序至少有一个监测点数据完整",
    unit="processes",
)
SECTOR_QUANTITIES = _right("sector-quantities", "what the steel sector's method counts", "钢铁行业核算方法所需的量")
GENERAL_QUANTITIES = criterion(
    "acquired-every-source-class",
    en="Of fuels, processes, electricity, heat and stored carbon the records are there, once, to the last digit",
    zh="燃料、过程、电、热、固碳各类排放源的记录均在，且仅一次、逐位正确",
    unit="records",
)
INVENTORY_QUANTITIES = _right(
    "inventory-quantities",
    "energy, industrial processes and waste as an inventory has them",
    "清单所需的能源、过程、废弃物",
)
PRODUCT_QUANTITIES = _right("product-quantities", "products and what their processes take in", "产品产量及其工序投入")
ALL_ACQUIRED = _right("everything", "every point of the park", "园区全部监测点")
NOTHING_ELSE = criterion(
    "nothing-invented",
    en="Nothing is there that no terminal has sent",
    zh="不存在终端从未发送的记录",
    unit="records",
)
OWN_ACCOUNT_ONLY = criterion(
    "own-account-only",
    en="No account of another enterprise is told anything of them",
    zh="其他企业的账户得不到任何数据",
    unit="answers",
)

LONGEST_US = 5 * MINUTE
"""Continuous is what is renewed as often as R-45 wants updates: the clauses print no interval."""
_MONITORED = {
    "fuel": ("fossil fuels", "化石燃料用量"),
    "heat": ("heat bought in and delivered out", "外购、外送热力"),
    "power": ("electricity bought in and delivered out", "外购、外送电量"),
    "stack": ("the stack's CO₂", "固定源 CO₂ 排放"),
}
CONTINUOUS = {
    word: criterion(
        f"continuous-{word}",
        en=f"The platform shows values of each point of {en} without a gap longer than 5 min",
        zh=f"平台所示{zh}各监测点数据无超过 5 min 的空档",
        unit="points",
    )
    for word, (en, zh) in _MONITORED.items()
}
READ_FROM_AFAR = {
    word: criterion(
        f"read-from-afar-{word}",
        en=f"The platform shows the last reading of each meter of {en} as it stood at the meter, nobody being there",
        zh=f"平台远程显示{zh}各计量器具的最新示数，与器具示数一致",
        unit="meters",
    )
    for word, (en, zh) in _MONITORED.items()
    if word != "stack"
}

Takes = Callable[[ParkPoint], bool]


def _carriers(*names: str) -> Takes:
    return lambda point: point.carrier in names


def _classes(*names: str) -> Takes:
    return lambda point: point.source_class in names


def _steel(point: ParkPoint) -> bool:
    return point.enterprise == "A" and point.source_class != "other"


def _products(truth: Truth) -> Takes:
    made = {point.process for point in truth.points.values() if point.product}
    return lambda point: point.process in made


NOW = ("realtime",)
GROUPS: tuple[tuple[Criterion, Takes, tuple[str, ...]], ...] = (
    (FUEL, _carriers(*FUELS), RECORDS),
    (POWER_USED, _carriers("electricity"), RECORDS),
    (POWER_BOUGHT, _classes("electricity"), RECORDS),
    (POWER_BOTH_WAYS, lambda point: point.id in ("A.power-bought", "B.power-bought", "B.power-sold"), RECORDS),
    (HEAT, _carriers("heat"), RECORDS),
    (PROCESS, _classes("process"), RECORDS),
    (DIRECT, lambda point: point.id in ("B.co2-stack", "B.co2-recovered"), RECORDS),
    (EVERY_GAS, _carriers(*FUELS, "electricity", "heat", *GASES), RECORDS),
    (OPERATION, _carriers("operation"), NOW),
    (ENERGY_NOW, _carriers(*FUELS, "electricity", "heat"), NOW),
    (MATERIAL_NOW, _carriers("washed-coal", "coke", "limestone", "dolomite", "electrode", "pig-iron"), NOW),
    (SECTOR_QUANTITIES, _steel, RECORDS),
    (GENERAL_QUANTITIES, _classes("fuel", "process", "electricity", "heat", "stored"), RECORDS),
    (INVENTORY_QUANTITIES, _classes("fuel", "process", "electricity"), RECORDS),
)


def findings(history: History) -> Iterator[Check]:
    """Group by group what is missing, altered, doubled or in another unit."""
    truth = truths.truth_of(history)
    told = truths.shown(history, READER)
    for asked, takes, kinds in (*GROUPS, (PRODUCT_QUANTITIES, _products(truth), RECORDS)):
        found = truths.compare(truth, told, _whole(truth, kinds, takes))
        yield asked.none([*found.missing, *found.altered, *found.doubled, *found.unit], found.known)
    everything = truths.compare(truth, told, _whole(truth, (*RECORDS, *NOW), None))
    yield ALL_ACQUIRED.none(everything.wrong, everything.known)
    yield NOTHING_ELSE.none_among(len(told.rows), everything.invented)
    yield EVERY_PROCESS.none(*_processes(truth, told))
    yield _separation(history)
    yield from _monitored(truth, told)


MONITORED: dict[str, Takes] = {
    "fuel": _carriers(*FUELS),
    "heat": _carriers("heat"),
    "power": lambda point: point.id in ("A.power-bought", "B.power-bought", "B.power-sold"),
    "stack": lambda point: point.id == "B.co2-stack",
}


def _monitored(truth: Truth, told: truths.Shown) -> Iterator[Check]:
    """Gaps of what is shown between the first and the last value that was sent, and the last reading of each meter."""
    for word, takes in MONITORED.items():
        sent: dict[str, list[Key]] = {}
        for key, fact in truth.of(NOW, takes).items():
            if fact.sent and told.covers(key):
                sent.setdefault(key.point, []).append(key)
        gaps: list[str] = []
        stale: list[str] = []
        for point, keys in sent.items():
            seen = [key.start for key in keys if key in told.rows]
            ends = min(key.start for key in keys), max(key.start for key in keys)
            gap = max(after - before for before, after in pairwise(sorted((*ends, *seen))))
            gaps += [f"{point}: {gap // MINUTE} min without a value / 无数据"] if gap > LONGEST_US else []
            last = max(keys, key=lambda key: key.start)
            row = next(iter(told.rows.get(last, [])), None)
            if row is None or number(row.value) != truth.facts[last].value:
                shown = "nothing" if row is None else row.value
                stale.append(f"{truths.named(last)}: {shown}, the meter had {truth.facts[last].text} / 与示数不符")
        known = sent.keys() == {point.id for point in truth.points.values() if takes(point)} and bool(sent)
        yield CONTINUOUS[word].none(gaps, known)
        if word in READ_FROM_AFAR:
            yield READ_FROM_AFAR[word].none(stale, known)


def _whole(truth: Truth, kinds: tuple[str, ...], takes: Takes | None) -> dict[Key, truths.Fact]:
    """Records of those classes; where a park's terminals tell none of them, their samples stand for them."""
    return truth.of(kinds, takes) or truth.of((), takes)


def _processes(truth: Truth, told: truths.Shown) -> tuple[list[str], int]:
    """Processes without a whole point, and how many have points."""
    whole: dict[str, list[bool]] = {}
    for point in truth.points.values():
        if point.process:
            found = truths.compare(truth, told, truth.of((), lambda each, id=point.id: each.id == id))
            if found.known:
                whole.setdefault(point.process, []).append(not found.count)
    return [
        f"{process}: no point of it is whole / 无完整监测点" for process, each in whole.items() if not any(each)
    ], len(whole)


def _separation(history: History) -> Check:
    """What the clerk of enterprise B was told of points of A."""
    strange = truths.shown(history, "clerk-b")
    own = truths.points_of(history)
    leaked = [truths.named(key) for key, rows in strange.rows.items() if rows and own[key.point].enterprise != "B"]
    shown = {(key.point, key.kind) for key in truths.shown(history, READER).rows}
    there = [each for each in strange.asked if each in shown]
    return OWN_ACCOUNT_ONLY.none_among([*there, *(strange.refused if shown else ())], leaked)
