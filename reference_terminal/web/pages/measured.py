"""Pages of what was measured and worked out: live, trends, emissions, sources, records, values by hand.

Leaves the terminal itself to `device`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from reference_terminal.access.rights import Right
from reference_terminal.model.messages import Text
from reference_terminal.model.times import DAY_S, iso
from reference_terminal.web.pages import instants
from reference_terminal.web.pages.asks import Asks
from reference_terminal.web.pages.blocks import Block, Chart, Facts, Field, Form, Links, Page, Shown, State, Table
from reference_terminal.web.pages.instants import INSTANT, as_read, picked, second_of
from reference_terminal.web.pages.vocabulary import (
    AUTHOR,
    BACK_S,
    CLASS,
    CLASSES,
    END,
    FROM,
    HOUR_S,
    LONG_CLASSES,
    NOTHING,
    POINT,
    REASON,
    SEND,
    SHOW,
    START,
    STATE,
    TO,
    UNIT,
    VALUE,
    choices_of,
    yes_or_no,
)

_LEVELS = {
    "total": Text("total", "合计"),
    "source": Text("source", "排放源"),
    "unit": Text("accounting unit", "核算单元"),
    "category": Text("category", "排放类别"),
    "scope": Text("scope", "范围"),
    "gas": Text("gas", "气体"),
    "production": Text("production system", "生产系统"),
}
"""What a figure is of."""


def _number(text: Any) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def _plain(text: str | None) -> str | None:
    """An exact number as people read it: a fraction as decimals where it has an end, as it is where it has none."""
    if text is None or "/" not in text:
        return text
    above, _, below = text.partition("/")
    digits = Decimal(above) / Decimal(below)
    return f"{digits:f}" if digits * Decimal(below) == Decimal(above) else text


# Values


async def live(asks: Asks, query: dict[str, str]) -> Page:
    del query
    worked_out = {each["figure"] for each in await asks.rows("figures", "figures")}
    points = [each for each in await asks.rows("points") if each["point"] not in worked_out]
    old = frozenset(number for number, each in enumerate(points) if _is_old(each, asks.now_s))
    classified = any(each["emission_source"] for each in points)
    alarms = [each for each in await asks.rows("alarms", limit="200") if each["cleared"] is None]
    rows = [
        (
            each["point"],
            None if each["latest"] is None else each["latest"]["value"],
            each["unit"],
            None if each["latest"] is None else as_read(each["latest"]["at"]),
            _state(each, asks.now_s),
            *((each["emission_source"],) if classified else ()),
        )
        for each in points
    ]
    blocks: list[Block] = [
        Facts(
            NOTHING,
            (
                (Text("Points", "监测点"), len(points)),
                (Text("Without new value", "无新数据"), State(len(old), "bad" if old else "good")),
                (Text("Standing alarms", "当前告警"), State(len(alarms), "bad" if alarms else "good")),
            ),
        )
    ]
    figures = await _latest_figures(asks)
    if figures:
        heads = (Text("Figure", "数据项"), VALUE, UNIT, START)
        blocks.append(Table(Text("Emissions", "碳排放"), heads, figures, numbers=frozenset({1}), half=True))
    source = (Text("Emission source", "排放源"),) if classified else ()
    columns = (POINT, VALUE, UNIT, Text("Read at", "采集时间"), STATE, *source)
    readings = Table(
        Text("Latest readings", "实时数据"),
        columns,
        rows,
        marked=old,
        numbers=frozenset({1}),
        empty=Text("No point is read yet: the page Acquisition adds meters.", "尚无监测点，请在“数据采集”页新增表计。"),
        half=True,
    )
    blocks.insert(1, readings)
    return Page(blocks, refresh_s=5)


def _is_old(point: Mapping[str, Any], now_s: int) -> bool:
    """Whether three periods have passed without a reading."""
    if not point["period_s"]:
        return False
    return point["latest"] is None or now_s - second_of(point["latest"]["at"]) > 3 * point["period_s"]


def _state(point: Mapping[str, Any], now_s: int) -> State:
    """What a reader is told of how new the latest reading is."""
    if point["latest"] is None:
        return State(Text("no reading yet", "尚无数据"), "warn")
    return (
        State(Text("no new value", "无新数据"), "bad") if _is_old(point, now_s) else State(Text("new", "正常"), "good")
    )


async def _latest_figures(asks: Asks) -> list[Sequence[Shown]]:
    """The latest hour of each figure of the accounting."""
    found: list[Sequence[Shown]] = []
    for each in (await asks.rows("figures", "figures"))[:40]:
        span = "hour" if "hour" in each["classes"] else each["classes"][0] if each["classes"] else ""
        if not span:
            continue
        since = iso(asks.now_s - 2 * BACK_S.get(span, 800 * DAY_S))
        rows = await asks.rows("emissions", "emissions", **{"figure": each["figure"], "class": span, "from": since})
        if rows:
            found.append((each["figure"], rows[-1].get("value"), each["unit"], as_read(rows[-1]["start"])))
    return found


async def trends(asks: Asks, query: dict[str, str]) -> Page:
    points = await asks.rows("points")
    names: list[str] = [each["point"] for each in points]
    name: str = query.get("point") or (names[0] if names else "")
    span = query.get("class", "hour")
    from_s = second_of(instants.as_asked(query.get("from", ""), asks.now_s - BACK_S.get(span, DAY_S)))
    to_s = second_of(instants.as_asked(query.get("to", ""), asks.now_s))
    form = Form(
        NOTHING,
        SHOW,
        (
            Field("point", POINT, name, choices_of(names)),
            Field("class", CLASS, span, CLASSES),
            Field("from", FROM, picked(from_s), input=INSTANT),
            Field("to", TO, picked(to_s), input=INSTANT),
        ),
        search=True,
    )
    if not name:
        return Page((form,))
    asked = {"point": name, "class": span, "from": iso(from_s), "to": iso(to_s), "limit": "5000"}
    rows = await asks.rows("records", "records", **asked)
    unit: str = next((each["unit"] for each in points if each["point"] == name), "")
    counts = next((each["kind"] == "counter" for each in points if each["point"] == name), False)
    before = await asks.rows("records", "records", **{**asked, "from": _year_before(from_s), "to": _year_before(to_s)})
    earlier = {_this_year(second_of(each["start"])): _number(each["value"]) for each in before}
    times = [second_of(each["start"]) for each in rows]
    lines: list[tuple[str, str, list[float | None]]] = [(name, unit, [_number(each["value"]) for each in rows])]
    if any(value is not None for value in earlier.values()):
        lines.append((f"{name} −1 a", unit, [earlier.get(each) for each in times]))
    columns = (START, END, VALUE, Text("Lowest", "最小"), Text("Highest", "最大"), Text("Flag", "标识"))
    cells = [
        (as_read(each["start"]), as_read(each["end"]), each["value"], each["min"], each["max"], each["flag"])
        for each in reversed(rows[-200:])
    ]
    none = Text(
        "No records in this stretch: choose another one or another class.", "该时段无数据，请更换时段或时段类型。"
    )
    table = Table(NOTHING, columns, cells, numbers=frozenset({2, 3, 4}), empty=none)
    return Page((form, Chart(Text("Course", "趋势"), times, lines, bars=counts), table) if rows else (form, table))


def _year_before(at_s: int) -> str:
    return iso(at_s - 365 * DAY_S)


def _this_year(at_s: int) -> int:
    return at_s + 365 * DAY_S


async def emissions(asks: Asks, query: dict[str, str]) -> Page:
    figures = await asks.rows("figures", "figures")
    if not figures:
        none = Text(
            "No accounting is configured: section [accounting] of the settings.",
            "未配置核算，请在配置文件 [accounting] 中设置。",
        )
        return Page((Table(NOTHING, (), (), empty=none),))
    name = query.get("figure") or str(figures[0]["figure"])
    span = query.get("class", "day")
    from_s = second_of(instants.as_asked(query.get("from", ""), asks.now_s - BACK_S.get(span, 3700 * DAY_S)))
    to_s = second_of(instants.as_asked(query.get("to", ""), asks.now_s))
    form = Form(
        NOTHING,
        SHOW,
        (
            Field("figure", Text("Figure", "数据项"), name, choices_of([each["figure"] for each in figures])),
            Field("class", CLASS, span, LONG_CLASSES),
            Field("from", FROM, picked(from_s), input=INSTANT),
            Field("to", TO, picked(to_s), input=INSTANT),
        ),
        search=True,
    )
    asked = {"figure": name, "class": span, "from": iso(from_s), "to": iso(to_s), "limit": "5000"}
    rows = await asks.rows("emissions", "emissions", **asked)
    unit: str = next((each["unit"] for each in figures if each["figure"] == name), "")
    times = [second_of(each["start"]) for each in rows]
    lines = [(name, unit, [_number(each.get("value")) for each in rows])]
    columns = (START, VALUE, UNIT, Text("Since the year began", "本年累计"), Text("Method", "核算方法"))
    cells = [
        (as_read(each["start"]), each.get("value"), unit, each.get("cumulative"), each.get("method"))
        for each in reversed(rows[-200:])
    ]
    day_s = asks.now_s - (asks.now_s + 8 * HOUR_S) % DAY_S
    sums = await asks.rows("emission-sums", "sums", **{"from": iso(day_s), "to": iso(asks.now_s // 60 * 60)})
    heads = (Text("Figure", "数据项"), Text("Of", "层级"), VALUE, UNIT)
    told_today = Text("Today, as far as it is known", "今日（已有数据合计）")
    # What nothing is stored of is told as such, not as zero.
    today = [
        (
            each["figure"],
            _LEVELS.get(each["of"], each["of"]),
            each["value"] or (each["known"] if each["versions"] else None),
            each["unit"],
        )
        for each in sums
    ]
    return Page(
        (
            form,
            *((Chart(Text("Course", "趋势"), times, lines, bars=True),) if rows else ()),
            *(await _of_latest(asks, name, span, str(rows[-1]["start"])) if rows else ()),
            Table(told_today, heads, today, numbers=frozenset({2}), half=True),
            Table(Text("Periods", "各时段"), columns, cells, numbers=frozenset({1, 3}), half=True),
        )
    )


async def _of_latest(asks: Asks, figure: str, span: str, start: str) -> list[Block]:
    """The latest period shown beside the one before and the same of the year before, and by each product."""
    found = await asks.answer("emission-comparison", **{"figure": figure, "class": span, "start": start})
    if not found:
        return []
    now = found["period"]
    words = (
        ("period", Text("this period", "本期")),
        ("before", Text("the one before", "上期（环比）")),
        ("year_before", Text("a year before", "上年同期（同比）")),
    )
    heads = (Text("Period", "时段"), START, VALUE, UNIT, Text("Change", "变化量"), Text("Change (%)", "变化率（%）"))
    rows: list[Sequence[Shown]] = [
        (word, as_read(each["start"]), each["value"], found["unit"], each.get("change"), each.get("percent"))
        for key, word in words
        for each in (found[key],)
    ]
    blocks: list[Block] = [Table(Text("Compared", "对比"), heads, rows, numbers=frozenset({2, 4, 5}))]
    by: list[Sequence[Shown]] = []
    for product in await asks.rows("figures", "products"):
        asked = {"figure": figure, "product": product["product"], "from": now["start"], "to": now["end"]}
        told = await asks.answer("emission-intensity", **asked)
        if told:
            title = product["name"] or product["product"]
            english, _, chinese = told["cause"].partition(" / ")
            made, value = (told["amount"], told["amount_unit"]), (told["intensity"], told["unit"])
            by.append((title, *made, *value, Text(english, chinese)))
    if by:
        heads = (
            Text("Product", "产品"),
            Text("Made", "产量"),
            UNIT,
            Text("Intensity", "碳排放强度"),
            UNIT,
            Text("Note", "说明"),
        )
        blocks.append(Table(Text("Carbon intensity", "碳排放强度"), heads, by, numbers=frozenset({1, 3})))
    return blocks


async def sources(asks: Asks, query: dict[str, str]) -> Page:
    del query
    sources = await asks.rows("boundary", "sources")
    columns = (
        Text("Source", "排放源"),
        Text("Unit of accounting", "核算单元"),
        Text("Scope", "范围"),
        Text("Category", "类别"),
        Text("Method", "核算方法"),
        Text("Gas", "气体"),
        Text("Formula", "计算公式"),
        Text("Inside the boundary", "边界内"),
    )
    rows = [
        (
            each["name"] or each["source"],
            each["unit"],
            each["scope"],
            each["category"],
            each["document"] or each["method"],
            each["gas"],
            each["formula"],
            yes_or_no(each["inside"]),
        )
        for each in sources
    ]
    inputs = [
        (each["source"], fed["name"], _plain(fed["value"]), fed["unit"], fed["point"] or fed["entry"], fed["origin"])
        for each in sources
        for fed in each["inputs"]
    ]
    names = (Text("Source", "排放源"), Text("Input", "数据项"), VALUE, UNIT, POINT, Text("Origin", "来源"))
    classified = [
        (each["emission_source"], ", ".join(each.get("points", ()))) for each in await asks.rows("emission-sources")
    ]
    blocks: list[Block] = [
        Table(Text("Sources and methods", "排放源与核算方法"), columns, rows),
        Table(Text("Factors and data items", "排放因子与数据项"), names, inputs, numbers=frozenset({2})),
        Table(Text("Points by source", "排放源监测点"), (Text("Source", "排放源"), POINT), classified),
    ]
    versions = await asks.rows("accounting-versions", "versions")
    if versions:
        keys = list(versions[0])[:5]
        cells = [[str(each.get(key, "")) for key in keys] for each in versions]
        blocks.append(Table(Text("Versions", "版本"), [Text(key, key) for key in keys], cells))
    return Page(blocks)


async def records(asks: Asks, query: dict[str, str]) -> Page:
    points = [each["point"] for each in await asks.rows("points")]
    sources = [each["emission_source"] for each in await asks.rows("emission-sources")]
    span = query.get("class", "hour")
    from_s = second_of(instants.as_asked(query.get("from", ""), asks.now_s - DAY_S))
    to_s = second_of(instants.as_asked(query.get("to", ""), asks.now_s))
    point, source = query.get("point", ""), query.get("emission_source", "")
    everything: list[tuple[str, Shown]] = [("", Text("all", "全部"))]
    form = Form(
        NOTHING,
        SHOW,
        (
            Field("point", POINT, point, [*everything, *choices_of(points)]),
            Field("emission_source", Text("Emission source", "排放源"), source, [*everything, *choices_of(sources)]),
            Field("class", CLASS, span, CLASSES),
            Field("from", FROM, picked(from_s), input=INSTANT),
            Field("to", TO, picked(to_s), input=INSTANT),
        ),
        search=True,
    )
    stretch = {"class": span, "from": iso(from_s), "to": iso(to_s)}
    rows: list[Sequence[Shown]] = []
    if source:
        found = await asks.rows("classified", "records", **stretch, emission_source=source)
        rows = [(each["point"], as_read(each["start"]), each["value"], each["flag"]) for each in found]
    else:
        for name in [point] if point else points[:30]:
            found = await asks.rows("records", "records", **stretch, point=name, limit="500")
            rows += [(name, as_read(each["start"]), each["value"], each["flag"]) for each in found]
    values = [Decimal(str(row[2])) for row in rows if _number(row[2]) is not None]
    alike = values if len({row[0] for row in rows}) == 1 else []
    facts = Facts(
        Text("Statistics", "统计"),
        (
            (Text("Periods", "时段数"), len(rows)),
            (Text("With a value", "有效"), len(values)),
            (Text("Sum", "合计"), f"{sum(alike):f}" if alike else None),
            (Text("Mean", "平均"), f"{float(sum(alike) / len(alike)):.6g}" if alike else None),
        ),
    )
    asked = urlencode({**stretch, **({"point": point} if point else {})})
    files = [(Text("Table (CSV)", "导出表格（CSV）"), f"/api/v1/export?{asked}")]
    if asks.may(Right.OPERATE):
        whole = urlencode({"from": stretch["from"], "to": stretch["to"]})
        files.append((Text("Set of stored data", "数据备份"), f"/api/v1/archive?{whole}"))
    none = Text(
        "No records in this stretch: choose another one or another class.", "该时段无数据，请更换时段或时段类型。"
    )
    heads = (POINT, START, VALUE, Text("Flag", "标识"))
    table = Table(Text("Records", "记录"), heads, rows[-1000:], numbers=frozenset({2}), empty=none)
    return Page((form, facts, Links(NOTHING, files), table))


async def entry(asks: Asks, query: dict[str, str]) -> Page:
    del query
    points = [each["point"] for each in await asks.rows("points")]
    blocks: list[Block] = []
    if asks.may(Right.ENTER):
        blocks += [
            Form(
                Text("Value by hand", "手工填报"),
                SEND,
                (
                    Field("point", POINT, choices=choices_of(points)),
                    Field("class", CLASS, "hour", CLASSES),
                    Field("start", START, f"{picked(asks.now_s - 2 * HOUR_S)[:13]}:00", input=INSTANT),
                    Field("value", VALUE),
                    Field("reason", REASON),
                ),
                to="manual",
            ),
            Form(
                Text("Meter replaced", "更换表计"),
                SEND,
                (
                    Field("point", POINT, choices=choices_of(points)),
                    Field("at", Text("At", "时间"), picked(asks.now_s), input=INSTANT),
                    Field("final_old", Text("Last reading of the old meter", "旧表止码")),
                    Field("initial_new", Text("First reading of the new meter", "新表起码")),
                ),
                to="replacements",
            ),
        ]
    waiting = await asks.rows("proposals")
    columns = (Text("No.", "编号"), POINT, CLASS, START, VALUE, AUTHOR, REASON, Text("Check", "校核"))
    rows = [
        (
            each["number"],
            each["point"],
            each["class"],
            as_read(each["start"]),
            each["value"],
            each["author"],
            each["reason"],
            each["verdict"],
        )
        for each in waiting
    ]
    none = Text("Nothing waits for a second check.", "无待审核数据。")
    blocks.append(Table(Text("Waiting for release", "待审核"), columns, rows, numbers=frozenset({4}), empty=none))
    if asks.may(Right.RELEASE) and waiting:
        numbers = choices_of([str(each["number"]) for each in waiting])
        decided: list[tuple[str, Shown]] = [("release", Text("release", "通过")), ("reject", Text("reject", "驳回"))]
        blocks.append(
            Form(
                Text("Second check", "审核"),
                SEND,
                (
                    Field("number", Text("No.", "编号"), choices=numbers),
                    Field("decision", Text("Decision", "结论"), "release", decided),
                    Field("reason", REASON),
                ),
                to="proposal",
            )
        )
    taken: list[Sequence[Shown]] = []
    for name in points[:60]:
        for each in await asks.rows("manual", "entries", point=name):
            start, entered = as_read(each["start"]), as_read(each["entered"])
            taken.append((name, each["class"], start, each["value"], each["original"], each["author"], entered))
    names = (POINT, CLASS, START, VALUE, Text("Before", "原值"), AUTHOR, Text("Entered", "填报时间"))
    none = Text("No value was entered by hand so far.", "尚无手工填报数据。")
    right = frozenset({3, 4})
    blocks.append(Table(Text("Values by hand", "已填报数据"), names, taken[-200:], numbers=right, empty=none))
    return Page(blocks)
