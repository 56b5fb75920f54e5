"""Figures of every source of one method against the oracle (R-23).

Leaves comparing to `figures_judge`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, criterion
from bench.history import History
from conformance.common.carbon.reckon import books_of
from conformance.terminal.accounting.figures_judge import compare, missing, shown

METHOD = criterion(
    "method-{0}",
    en="every formula of the method for {1} gives its result to the last digit",
    zh="“{2}”核算方法各公式的结果逐位准确",
    unit="figures",
)

NAMES = {
    "power-ets-2022": ("power facilities (MEE)", "发电设施（生态环境部）"),
    "power-ndrc-2013": ("power generation", "发电企业"),
    "grid-ndrc-2013": ("power grid", "电网企业"),
    "steel-ndrc-2013": ("iron and steel", "钢铁生产企业"),
    "chemicals-ndrc-2013": ("chemicals", "化工生产企业"),
    "aluminium-ndrc-2013": ("electrolytic aluminium", "电解铝企业"),
    "aluminium-cets-2024": ("aluminium smelting (MEE)", "铝冶炼（生态环境部）"),
    "magnesium-ndrc-2013": ("magnesium", "镁冶炼企业"),
    "glass-ndrc-2013": ("flat glass", "平板玻璃企业"),
    "cement-ndrc-2013": ("cement", "水泥企业"),
    "cement-cets-2024": ("cement (CETS)", "水泥（CETS）"),
    "ceramics-ndrc-2013": ("ceramics", "陶瓷企业"),
    "aviation-ndrc-2013": ("civil aviation", "民航企业"),
    "oil-gas-ndrc-2014": ("oil and gas", "石油天然气企业"),
    "petrochemicals-ndrc-2014": ("petrochemicals", "石油化工企业"),
    "coking-ndrc-2014": ("independent coking", "独立焦化企业"),
    "coal-ndrc-2014": ("coal", "煤炭企业"),
    "paper-ndrc-2015": ("pulp and paper", "造纸企业"),
    "nonferrous-ndrc-2015": ("other non-ferrous metals", "其他有色金属企业"),
    "machinery-ndrc-2015": ("machinery", "机械设备企业"),
    "mining-ndrc-2015": ("mining", "矿山企业"),
    "food-ndrc-2015": ("food, tobacco and beverages", "食品烟草及酒、饮料企业"),
    "buildings-ndrc-2015": ("public buildings", "公共建筑运营企业"),
    "transport-ndrc-2015": ("land transport", "陆上交通运输企业"),
    "fluorochemicals-ndrc-2015": ("fluorochemicals", "氟化工企业"),
    "other-industry-ndrc-2015": ("other industry", "工业其他行业企业"),
    "carbon-materials-2024": ("carbon materials (GB/T 32151.34-2024)", "炭素材料（GB/T 32151.34-2024）"),
}
"""Methods by document and edition, as a check calls them."""


def findings(history: History) -> Iterator[Check]:
    """Every source of the emitter: a figure each at least, and none wrong."""
    books = books_of(history)
    everything = shown(history)
    wrong = missing(history, books)
    seen: list[str] = []
    for source in books.emitter.sources:
        found = compare(books, [each for each in everything if each.id == source.id and each.kind != "span"])
        wrong += found.wrong
        seen += [source.id] * bool(found.known)
    yield METHOD.of(books.emitter.id, *NAMES[books.emitter.id]).none(wrong, len(seen) == len(books.emitter.sources))
