"""What is wrong with a recorded series, by id in both languages."""

from __future__ import annotations

from simulators.sentences import NOTHING as NOTHING
from simulators.sentences import Sentence

UNREADABLE = Sentence(
    "series-unreadable",
    "the series cannot be read ({reason}); check the name",
    "数据文件无法读取（{reason}），请检查文件名",
)
NOT_UTF8 = Sentence(
    "series-not-utf8",
    "expected UTF-8, found another octet at offset {offset}; save it as UTF-8",
    "文件不是 UTF-8 编码（偏移 {offset} 处），请另存为 UTF-8",
)
ROWS = Sentence("series-rows", "expected at least 2 rows of values, got {got}", "至少需要两行数据，实际为 {got} 行")
MORE = Sentence("series-more", "and {more} more problems of this kind", "还有 {more} 个同类问题")
HEADINGS = Sentence(
    "series-headings",
    "expected headings 'instant,source.measure [unit],...', got {got!r}; add them",
    "首行应为列标题“instant,source.measure [unit],...”，实际为 {got!r}，请补上",
)
HEADING = Sentence(
    "series-heading",
    "expected a heading such as 'main.power [kW]' with a unit of {units}, got {got!r}",
    "列标题应如“main.power [kW]”，单位为 {units} 之一，实际为 {got!r}",
)
QUANTITY_TWICE = Sentence(
    "series-quantity-twice",
    "the quantity {name} comes twice; name each source differently",
    "量 {name} 重复，请为各来源另取名称",
)
COLUMNS = Sentence("series-columns", "expected {wanted} columns, got {got}", "应有 {wanted} 列，实际为 {got} 列")
ORDER = Sentence(
    "series-order",
    "the instant {instant} is not after the one before; sort the rows",
    "时刻 {instant} 不晚于前一行，请按时刻排序",
)
NUMBER = Sentence(
    "series-number",
    "{name}: expected a decimal number such as 12.5, got {got!r}",
    "{name}：应为十进制数，例如 12.5，实际为 {got!r}",
)
DECIMALS = Sentence(
    "series-decimals",
    "{name}: {got} has more than {digits} decimals; round it to that",
    "{name}：{got} 的小数超过 {digits} 位，请舍入",
)
FALLS = Sentence(
    "series-falls",
    "{name}: the counter falls to {got}; a counter series never falls",
    "{name}：累计量减小到 {got}，累计量不能减小",
)
NEGATIVE = Sentence(
    "series-negative",
    "{name}: the rate {got} is negative; export needs its own column",
    "{name}：流量 {got} 为负，反向应另列一列",
)
