"""What stands on each page, in both languages; every value is asked of the interface with the reader's own rights.

Leaves drawing to the template and rights to the guard. A page that shows what another right opens shows it to those
who have it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from reference_terminal.access.rights import Right
from reference_terminal.model.messages import Text
from reference_terminal.model.seams import seam
from reference_terminal.model.times import DAY_S, iso, parse_iso
from reference_terminal.model.words import WORDS
from reference_terminal.settings.accounts import ROLES as EVERY_ROLE
from reference_terminal.web.errors import HttpError
from reference_terminal.web.pages.blocks import Block, Chart, Facts, Field, Form, Lines, Links, Page, Send, Shown, Table
from reference_terminal.web.pages.examples import EXAMPLES

HOUR_S = 3600
_NONE = Text("", "")
_YES, _NO = Text("yes", "是"), Text("no", "否")
_TITLES = {"administrator": "system administrator", "operator": "security operator", "auditor": "security auditor"}
ROLES = {role: Text(_TITLES.get(role, role), WORDS[role]) for role in EVERY_ROLE}
IN_CHINESE = {
    **WORDS,
    "login": "登录",
    "login failure": "登录失败",
    "lock": "锁定",
    "session": "会话",
    "access": "访问",
    "account": "账户",
    "role": "角色",
    "configuration": "配置",
    "manual value": "手工填报",
    "clock": "时钟",
    "start": "启动",
    "stop": "停止",
    "upgrade": "升级",
    "backup": "备份",
    "restore": "恢复",
    "export": "导出",
    "clearing": "清除",
    "certificate": "证书",
    "centre": "数据中心",
    "reporting": "上报",
    "source data": "源数据",
    "factor": "排放因子",
    "formula": "计算公式",
    "alarm": "告警",
    "running": "运行",
    "stopped": "停止",
    "failing": "故障",
    "continuous": "连续",
    "window": "定时",
    "plain": "明文",
    "not second-checked": "未校核",
    "valid": "有效",
    "invalid": "无效",
    "yes": "是",
    "no": "否",
    "at": "时间",
    "user": "用户",
    "type": "类型",
    "outcome": "结果",
    "code": "代码",
    "subject": "对象",
    "origin": "来源地址",
    "gateway": "网关",
    "line": "串口",
    "system": "第三方系统",
    "local": "本地",
    "remote": "远程",
    "max_failures": "最多失败次数",
    "lock_s": "锁定时长（秒）",
    "idle_s": "空闲超时（秒）",
    "session_s": "会话最长（秒）",
    "password_days": "口令有效期（天）",
    "min_length": "口令最短长度",
    "min_classes": "口令字符种类",
    "former": "不得重复的历史口令数",
    "administrators_from": "管理员登录地址",
    "audit_days": "日志保存（天）",
    "audit_entries": "日志容量（条）",
}
"""Words of the interface as a Chinese reader sees them; names and values stay as they are."""
RULES = {
    "max_failures": "failures until it locks",
    "lock_s": "locked for (s)",
    "idle_s": "idle time until a session ends (s)",
    "session_s": "longest session (s)",
    "password_days": "validity of a password (days)",
    "min_length": "least length of a password",
    "min_classes": "least kinds of character in it",
    "former": "former passwords not taken again",
    "administrators_from": "addresses of administrators",
    "audit_days": "log kept for (days)",
    "audit_entries": "room of the log (entries)",
}
"""Rules of login as an English reader sees them."""
INSTANT = "datetime-local"
"""The kind of field in which a browser lets its reader pick an instant."""
INSTANTS = ("start", "at", "from", "to", "before")
_PICKED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")
OPTIONAL = ("code",)
"""Fields of forms that are left out when they are empty."""
CLASSES = (
    ("minute", Text("minute", "分钟")),
    ("quarter", Text("quarter of an hour", "15 分钟")),
    ("hour", Text("hour", "小时")),
    ("day", Text("day", "日")),
    ("month", Text("month", "月")),
)
LONG_CLASSES = (*CLASSES, ("quarter_year", Text("quarter", "季")), ("year", Text("year", "年")))
_BACK_S = {"minute": 4 * HOUR_S, "quarter": DAY_S, "hour": 3 * DAY_S, "day": 62 * DAY_S, "month": 800 * DAY_S}
_ROUNDS = 30
"""So many rounds of inspection are on the page."""
_SET, _SEND, _SHOW = Text("Set", "设置"), Text("Send", "提交"), Text("Show", "查询")
_POINT, _VALUE, _UNIT = Text("Point", "监测点"), Text("Value", "数值"), Text("Unit", "单位")
_START, _END, _CLASS = Text("Begin", "开始"), Text("End", "结束"), Text("Class", "时段类型")
_FROM, _TO = Text("From", "自"), Text("To", "至")
_REASON, _AUTHOR = Text("Reason", "原因"), Text("Author", "填报人")
_CENTRE, _METER = Text("Centre", "数据中心"), Text("Meter", "表计")
_ACCOUNT, _ROLE, _STATE = Text("Account", "账户"), Text("Role", "角色"), Text("State", "状态")


@dataclass(frozen=True)
class Asks:
    """Where a page gets its values: `get(name, query)` asks an address; now, UTC s.

    `may` and `sees` say which rights its reader has and which addresses he may ask.
    """

    get: Callable[[str, Mapping[str, str]], Awaitable[Any]]
    may: Callable[[Right], bool]
    sees: Callable[[str], bool]
    now_s: int

    @seam
    async def rows(self, name: str, key: str = "", **query: str) -> list[dict[str, Any]]:
        """The list in an answer; empty where the reader may not see it or there is no such thing here."""
        if not self.sees(name):
            return []
        try:
            answer = await self.get(name, query)
        except HttpError as error:
            if error.status in (404, 409):
                return []
            raise
        found = answer[key] if key else next(value for value in answer.values() if isinstance(value, list))
        return list(found)


Build = Callable[[Asks, dict[str, str]], Awaitable[Page]]


@dataclass(frozen=True)
class ShownPage:
    """A page: its path, title, the right to see it, its parameters, what makes it."""

    path: str
    title: Text
    right: Right
    build: Build
    query: tuple[str, ...] = ()


def said(answer: Any) -> Text | None:
    """What an answer to a form tells its sender beyond that it is done."""
    if not isinstance(answer, dict):
        return None
    for key in ("message", "verdict", "secret"):
        text = answer.get(key)
        if text:
            return Text(f"{key}: {text}", f"{key}：{text}")
    result = answer.get("result")
    return Text(f"result: {result}", f"结果：{result}") if result not in (None, "done") else None


def _at(text: str | None) -> str | None:
    """An instant of an answer as people read it."""
    return None if text is None else text[:19].replace("T", " ")


def _yes(value: object) -> Text:
    return _YES if value else _NO


def _number(text: Any) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def _second(text: str) -> int:
    return parse_iso(text) or 0


def as_sent(name: str, text: str) -> str:
    """A field of a form as its address takes it: an instant of a picker is the terminal's local time."""
    return _when(text, 0) if name in INSTANTS and _PICKED.fullmatch(text) else text


@seam
def _when(text: str, default_s: int) -> str:
    """An instant of a form (`2026-03-01T08:00`) as the interface takes it."""
    if not text:
        return iso(default_s)
    return text if text[-6:-5] in ("+", "-") or text.endswith("Z") else text[:10] + _rest(text)


def _rest(text: str) -> str:
    clock = text[10:]
    return f"{clock or 'T00:00'}{':00' if len(clock) in (0, 6) else ''}+08:00"


def _field(at_s: int) -> str:
    return iso(at_s)[:16]


def _choices(names: Sequence[str]) -> list[tuple[str, Shown]]:
    return [(name, name) for name in names]


# Values


async def _live(asks: Asks, query: dict[str, str]) -> Page:
    del query
    points = await asks.rows("points")
    alarms = [each for each in await asks.rows("alarms", limit="200") if each["cleared"] is None]
    rows = [
        (
            each["point"],
            None if each["latest"] is None else each["latest"]["value"],
            each["unit"],
            None if each["latest"] is None else _at(each["latest"]["at"]),
            each["emission_source"],
        )
        for each in points
    ]
    old = frozenset(number for number, each in enumerate(points) if _is_old(each, asks.now_s))
    blocks: list[Block] = [
        Facts(
            _NONE,
            (
                (Text("Points", "监测点"), len(points)),
                (Text("Without new value", "无新数据"), len(old)),
                (Text("Standing alarms", "当前告警"), len(alarms)),
            ),
        )
    ]
    figures = await _latest_figures(asks)
    if figures:
        blocks.append(Table(Text("Emissions", "碳排放"), (Text("Figure", "数据项"), _START, _VALUE, _UNIT), figures))
    columns = (_POINT, _VALUE, _UNIT, Text("Read at", "采集时间"), Text("Emission source", "排放源"))
    blocks.append(Table(Text("Latest readings", "实时数据"), columns, rows, marked=old))
    return Page(blocks, refresh_s=5)


def _is_old(point: Mapping[str, Any], now_s: int) -> bool:
    """Whether three periods have passed without a reading."""
    if not point["period_s"]:
        return False
    return point["latest"] is None or now_s - _second(point["latest"]["at"]) > 3 * point["period_s"]


async def _latest_figures(asks: Asks) -> list[Sequence[Shown]]:
    """The latest hour of each figure of the accounting."""
    found: list[Sequence[Shown]] = []
    for each in (await asks.rows("figures", "figures"))[:40]:
        span = "hour" if "hour" in each["classes"] else each["classes"][0] if each["classes"] else ""
        if not span:
            continue
        since = iso(asks.now_s - 2 * _BACK_S.get(span, 800 * DAY_S))
        rows = await asks.rows("emissions", "emissions", **{"figure": each["figure"], "class": span, "from": since})
        if rows:
            found.append((each["figure"], _at(rows[-1]["start"]), rows[-1].get("value"), each["unit"]))
    return found


async def _trends(asks: Asks, query: dict[str, str]) -> Page:
    points = await asks.rows("points")
    names: list[str] = [each["point"] for each in points]
    name: str = query.get("point") or (names[0] if names else "")
    span = query.get("class", "hour")
    from_s = _second(_when(query.get("from", ""), asks.now_s - _BACK_S.get(span, DAY_S)))
    to_s = _second(_when(query.get("to", ""), asks.now_s))
    form = Form(
        _NONE,
        _SHOW,
        (
            Field("point", _POINT, name, _choices(names)),
            Field("class", _CLASS, span, CLASSES),
            Field("from", _FROM, _field(from_s), input=INSTANT),
            Field("to", _TO, _field(to_s), input=INSTANT),
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
    earlier = {_this_year(_second(each["start"])): _number(each["value"]) for each in before}
    times = [_second(each["start"]) for each in rows]
    lines: list[tuple[str, str, list[float | None]]] = [(name, unit, [_number(each["value"]) for each in rows])]
    if any(value is not None for value in earlier.values()):
        lines.append((f"{name} −1 a", unit, [earlier.get(each) for each in times]))
    columns = (_START, _END, _VALUE, Text("Lowest", "最小"), Text("Highest", "最大"), Text("Flag", "标识"))
    cells = [
        (_at(each["start"]), _at(each["end"]), each["value"], each["min"], each["max"], each["flag"])
        for each in reversed(rows[-200:])
    ]
    return Page((form, Chart(Text("Course", "趋势"), times, lines, bars=counts), Table(_NONE, columns, cells)))


def _year_before(at_s: int) -> str:
    return iso(at_s - 365 * DAY_S)


def _this_year(at_s: int) -> int:
    return at_s + 365 * DAY_S


async def _emissions(asks: Asks, query: dict[str, str]) -> Page:
    figures = await asks.rows("figures", "figures")
    if not figures:
        return Page((Facts(_NONE, ((Text("Accounting", "核算"), Text("not configured", "未配置")),)),))
    name = query.get("figure") or str(figures[0]["figure"])
    span = query.get("class", "day")
    from_s = _second(_when(query.get("from", ""), asks.now_s - _BACK_S.get(span, 3700 * DAY_S)))
    to_s = _second(_when(query.get("to", ""), asks.now_s))
    form = Form(
        _NONE,
        _SHOW,
        (
            Field("figure", Text("Figure", "数据项"), name, _choices([each["figure"] for each in figures])),
            Field("class", _CLASS, span, LONG_CLASSES),
            Field("from", _FROM, _field(from_s), input=INSTANT),
            Field("to", _TO, _field(to_s), input=INSTANT),
        ),
        search=True,
    )
    asked = {"figure": name, "class": span, "from": iso(from_s), "to": iso(to_s), "limit": "5000"}
    rows = await asks.rows("emissions", "emissions", **asked)
    unit: str = next((each["unit"] for each in figures if each["figure"] == name), "")
    times = [_second(each["start"]) for each in rows]
    lines = [(name, unit, [_number(each.get("value")) for each in rows])]
    if rows and "cumulative" in rows[0]:
        lines.append(("Σ", unit, [_number(each.get("cumulative")) for each in rows]))
    columns = (_START, _VALUE, _UNIT, Text("Since the year began", "本年累计"), Text("Method", "核算方法"))
    cells = [
        (_at(each["start"]), each.get("value"), unit, each.get("cumulative"), each.get("method"))
        for each in reversed(rows[-200:])
    ]
    day_s = asks.now_s - (asks.now_s + 8 * HOUR_S) % DAY_S
    sums = await asks.rows("emission-sums", "sums", **{"from": iso(day_s), "to": iso(asks.now_s // 60 * 60)})
    today = [(each["figure"], each["of"], each["value"] or each["known"], each["unit"]) for each in sums]
    return Page(
        (
            form,
            Chart(Text("Course", "趋势"), times, lines),
            Table(_NONE, columns, cells),
            Table(Text("Today", "今日"), (Text("Figure", "数据项"), Text("Of", "层级"), _VALUE, _UNIT), today),
        )
    )


async def _sources(asks: Asks, query: dict[str, str]) -> Page:
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
            _yes(each["inside"]),
        )
        for each in sources
    ]
    inputs = [
        (each["source"], fed["name"], fed["value"], fed["unit"], fed["point"] or fed["entry"], fed["origin"])
        for each in sources
        for fed in each["inputs"]
    ]
    names = (Text("Source", "排放源"), Text("Input", "数据项"), _VALUE, _UNIT, _POINT, Text("Origin", "来源"))
    classified = [
        (each["emission_source"], ", ".join(each.get("points", ()))) for each in await asks.rows("emission-sources")
    ]
    blocks: list[Block] = [
        Table(Text("Sources and methods", "排放源与核算方法"), columns, rows),
        Table(Text("Factors and data items", "排放因子与数据项"), names, inputs),
        Table(Text("Points by source", "排放源监测点"), (Text("Source", "排放源"), _POINT), classified),
    ]
    versions = await asks.rows("accounting-versions", "versions")
    if versions:
        keys = list(versions[0])[:5]
        cells = [[str(each.get(key, "")) for key in keys] for each in versions]
        blocks.append(Table(Text("Versions", "版本"), [Text(key, key) for key in keys], cells))
    return Page(blocks)


async def _records(asks: Asks, query: dict[str, str]) -> Page:
    points = [each["point"] for each in await asks.rows("points")]
    sources = [each["emission_source"] for each in await asks.rows("emission-sources")]
    span = query.get("class", "hour")
    from_s = _second(_when(query.get("from", ""), asks.now_s - DAY_S))
    to_s = _second(_when(query.get("to", ""), asks.now_s))
    point, source = query.get("point", ""), query.get("emission_source", "")
    everything: list[tuple[str, Shown]] = [("", Text("all", "全部"))]
    form = Form(
        _NONE,
        _SHOW,
        (
            Field("point", _POINT, point, [*everything, *_choices(points)]),
            Field("emission_source", Text("Emission source", "排放源"), source, [*everything, *_choices(sources)]),
            Field("class", _CLASS, span, CLASSES),
            Field("from", _FROM, _field(from_s), input=INSTANT),
            Field("to", _TO, _field(to_s), input=INSTANT),
        ),
        search=True,
    )
    stretch = {"class": span, "from": iso(from_s), "to": iso(to_s)}
    rows: list[Sequence[Shown]] = []
    if source:
        found = await asks.rows("classified", "records", **stretch, emission_source=source)
        rows = [(each["point"], _at(each["start"]), each["value"], each["flag"]) for each in found]
    else:
        for name in [point] if point else points[:30]:
            found = await asks.rows("records", "records", **stretch, point=name, limit="500")
            rows += [(name, _at(each["start"]), each["value"], each["flag"]) for each in found]
    values = [number for row in rows if (number := _number(row[2])) is not None]
    facts = Facts(
        Text("Statistics", "统计"),
        (
            (Text("Periods", "时段数"), len(rows)),
            (Text("With a value", "有效"), len(values)),
            (Text("Sum", "合计"), f"{sum(values):g}" if values else None),
            (Text("Mean", "平均"), f"{sum(values) / len(values):g}" if values else None),
        ),
    )
    asked = urlencode({**stretch, **({"point": point} if point else {})})
    files = [(Text("Table (CSV)", "导出表格（CSV）"), f"/api/v1/export?{asked}")]
    if asks.may(Right.OPERATE):
        whole = urlencode({"from": stretch["from"], "to": stretch["to"]})
        files.append((Text("Set of stored data", "数据备份"), f"/api/v1/archive?{whole}"))
    table = Table(Text("Records", "记录"), (_POINT, _START, _VALUE, Text("Flag", "标识")), rows[-1000:])
    return Page((form, facts, Links(_NONE, files), table))


async def _entry(asks: Asks, query: dict[str, str]) -> Page:
    del query
    points = [each["point"] for each in await asks.rows("points")]
    blocks: list[Block] = []
    if asks.may(Right.ENTER):
        blocks += [
            Form(
                Text("Value by hand", "手工填报"),
                _SEND,
                (
                    Field("point", _POINT, choices=_choices(points)),
                    Field("class", _CLASS, "hour", CLASSES),
                    Field("start", _START, f"{iso(asks.now_s - 2 * HOUR_S)[:13]}:00", input=INSTANT),
                    Field("value", _VALUE),
                    Field("reason", _REASON),
                ),
                to="manual",
            ),
            Form(
                Text("Meter replaced", "更换表计"),
                _SEND,
                (
                    Field("point", _POINT, choices=_choices(points)),
                    Field("at", Text("At", "时间"), _field(asks.now_s), input=INSTANT),
                    Field("final_old", Text("Last reading of the old meter", "旧表止码")),
                    Field("initial_new", Text("First reading of the new meter", "新表起码")),
                ),
                to="replacements",
            ),
        ]
    waiting = await asks.rows("proposals")
    columns = (Text("No.", "编号"), _POINT, _CLASS, _START, _VALUE, _AUTHOR, _REASON, Text("Check", "校核"))
    rows = [
        (
            each["number"],
            each["point"],
            each["class"],
            _at(each["start"]),
            each["value"],
            each["author"],
            each["reason"],
            each["verdict"],
        )
        for each in waiting
    ]
    blocks.append(Table(Text("Waiting for release", "待审核"), columns, rows))
    if asks.may(Right.RELEASE):
        numbers = _choices([str(each["number"]) for each in waiting])
        decided: list[tuple[str, Shown]] = [("release", Text("release", "通过")), ("reject", Text("reject", "驳回"))]
        blocks.append(
            Form(
                Text("Second check", "审核"),
                _SEND,
                (
                    Field("number", Text("No.", "编号"), choices=numbers),
                    Field("decision", Text("Decision", "结论"), "release", decided),
                    Field("reason", _REASON),
                ),
                to="proposal",
            )
        )
    taken: list[Sequence[Shown]] = []
    for name in points[:60]:
        for each in await asks.rows("manual", "entries", point=name):
            start, entered = _at(each["start"]), _at(each["entered"])
            taken.append((name, each["class"], start, each["value"], each["original"], each["author"], entered))
    names = (_POINT, _CLASS, _START, _VALUE, Text("Before", "原值"), _AUTHOR, Text("Entered", "填报时间"))
    blocks.append(Table(Text("Values by hand", "已填报数据"), names, taken[-200:]))
    return Page(blocks)


# The terminal


async def _acquisition(asks: Asks, query: dict[str, str]) -> Page:
    meters = await asks.rows("acquisition", "meters")
    columns = (
        _METER,
        Text("Protocol", "协议"),
        Text("Carried by", "接入"),
        Text("Address", "地址"),
        Text("Period (s)", "周期（秒）"),
        Text("Points", "监测点"),
        _STATE,
    )
    rows = [
        (
            each["meter"],
            each["protocol"],
            each["carrier"],
            each["address"],
            each["period_s"],
            ", ".join(each["points"]),
            Text("silent", "无应答")
            if each["silent"]
            else Text("answers", "正常")
            if each["heard"]
            else Text("no answer yet", "尚无应答"),
        )
        for each in meters
    ]
    marked = frozenset(number for number, each in enumerate(meters) if each["silent"])
    blocks: list[Block] = [Table(Text("Meters", "表计"), columns, rows, marked=marked)]
    places = await asks.rows("acquisition", "carriers")
    names = (Text("Kind", "类型"), Text("Name", "名称"), Text("Where", "位置"), Text("Settings", "参数"))
    cells = [(each["kind"], each["id"], each["place"], each["settings"]) for each in places]
    blocks.append(Table(Text("Lines, gateways, collectors, systems", "串口、网关、采集装置与第三方系统"), names, cells))
    if asks.may(Right.CONFIGURE):
        blocks.append(
            Form(
                Text("Polling period", "采集周期"),
                _SET,
                (
                    Field("meter", _METER, choices=_choices([each["meter"] for each in meters])),
                    Field("period_s", Text("Seconds", "秒"), "60", input="number"),
                ),
                to="period",
            )
        )
        blocks += await _new_meter(asks, query.get("protocol", ""))
    return Page(blocks)


async def _new_meter(asks: Asks, protocol: str) -> list[Block]:
    """Adding a meter: its protocol is chosen, and the form has an example of its settings."""
    choices = _choices(list(EXAMPLES))
    chosen = protocol if protocol in EXAMPLES else next(iter(EXAMPLES))
    title = Text(f"Add a meter: {chosen}", f"新增表计：{chosen}")
    settings = Field("settings", Text("Settings (TOML)", "配置（TOML）"), EXAMPLES[chosen], input="area")
    found: list[Block] = [
        Form(
            Text("Protocol of a new meter", "新增表计的协议"),
            _SHOW,
            (Field("protocol", Text("Protocol", "协议"), chosen, choices),),
            search=True,
        ),
        Form(title, _SEND, (settings,), to="meter-add"),
    ]
    added = await asks.rows("meters-added", "meters")
    if added:
        remove, button = Text("Remove an added meter", "删除新增的表计"), Text("Remove", "删除")
        field = Field("meter", _METER, choices=_choices([str(each) for each in added]))
        found.append(Form(remove, button, (field,), to="meter-remove", risky=True))
    return found


async def _diagnosis(asks: Asks, query: dict[str, str]) -> Page:
    name = query.get("line", "")
    names = (await asks.get("diagnosis", {}))["lines"]
    form = Form(
        _NONE, Text("Listen", "监听"), (Field("line", Text("Line", "串口、网关"), name, _choices(names)),), search=True
    )
    if not name:
        return Page((form,))
    lines: list[str] = []
    for each in reversed((await asks.get("diagnosis", {"line": name}))["heard"]):
        lines.append(f"{_at(each['at'])} {'→' if each['way'] == 'sent' else '←'} {each['octets']}")
        lines += [f"    {sentence}" for sentence in each["explained"]]
    return Page((form, Lines(Text("Octets and frames, the latest first", "报文（最新在前）"), lines)), refresh_s=2)


async def _network(asks: Asks, query: dict[str, str]) -> Page:
    del query
    centres = await asks.rows("centres")
    queue = {each["centre"]: each for each in await asks.rows("queue")}
    columns = (
        _CENTRE,
        Text("Protocol", "协议"),
        Text("Channel", "通道"),
        Text("Connected", "已连接"),
        Text("Upload", "上传"),
        Text("Waiting", "待上传"),
        Text("Last sent", "最近上传"),
    )
    rows: list[Sequence[Shown]] = []
    for each in centres:
        waits = queue.get(each["centre"], {})
        upload = each["upload_time"] or each["schedule"]
        agreed = each["agreed"] or each["channel"]
        last, pending = _at(waits.get("last_sent")), waits.get("pending")
        rows.append((each["centre"], each["protocol"], agreed, _yes(each["connected"]), upload, pending, last))
    lost = frozenset(number for number, each in enumerate(centres) if not each["connected"])
    blocks: list[Block] = [Table(Text("Data centres", "数据中心"), columns, rows, marked=lost)]
    names = _choices([each["centre"] for each in centres])
    if names and asks.may(Right.OPERATE):
        blocks.append(
            Form(Text("Send now", "立即上传"), _SEND, (Field("centre", _CENTRE, choices=names),), to="upload")
        )
        blocks.append(
            Form(
                Text("Send again", "人工补传"),
                _SEND,
                (
                    Field("centre", _CENTRE, choices=names),
                    Field("class", _CLASS, "hour", CLASSES),
                    Field("from", _FROM, _field(asks.now_s - DAY_S), input=INSTANT),
                    Field("to", _TO, _field(asks.now_s), input=INSTANT),
                    Field("reason", _REASON),
                ),
                to="backfill",
            )
        )
    if asks.may(Right.CONFIGURE):
        time = Field("time", Text("Time of day", "时刻"), hint="02:00:00")
        chosen_centre = Field("centre", _CENTRE, choices=names)
        if names:
            blocks.append(Form(Text("Upload time", "上传时间"), _SET, (chosen_centre, time), to="upload-time"))
        blocks.append(
            Form(
                Text("Add a centre", "新增数据中心"),
                _SEND,
                (Field("settings", Text("Settings (TOML)", "配置（TOML）"), input="area", hint='id = "B"'),),
                to="centre-add",
            )
        )
        if names:
            remove, button = Text("Remove a centre", "删除数据中心"), Text("Remove", "删除")
            blocks.append(Form(remove, button, (chosen_centre,), to="centre-remove", risky=True))
    if names and asks.may(Right.SECURE):
        blocks.append(
            Form(
                Text("Exchange certificate and key", "更换证书和私钥"),
                _SEND,
                (
                    Field("centre", _CENTRE, choices=names),
                    Field("certificate", Text("Certificate (PEM)", "证书（PEM）"), input="area"),
                    Field("key", Text("Key (PEM)", "私钥（PEM）"), input="area"),
                ),
                to="centre-certificate",
            )
        )
    doors = await asks.rows("management", "interfaces")
    if doors:
        heads = (Text("Interface", "接口"), Text("Address", "地址"), Text("Channel", "通道"), Text("Enabled", "已启用"))
        cells = [
            (each["interface"], f"{each['host']}:{each['port']}", each["channel"], _yes(each["enabled"]))
            for each in doors
        ]
        blocks.append(Table(Text("Maintenance port", "管理维护口"), heads, cells))
        if asks.may(Right.CONFIGURE) and len(doors) > 1:
            chosen: list[tuple[str, Shown]] = [("yes", Text("enable", "启用")), ("no", Text("disable", "停用"))]
            field = Field("enabled", Text("Maintenance from afar", "远程维护"), "yes", chosen)
            blocks.append(Form(Text("Maintenance from afar", "远程维护"), _SET, (field,), to="management-interface"))
    return Page(blocks)


_PLACE = {
    "enterprise": Text("Enterprise", "企业名称"),
    "region": Text("Region", "所属区域"),
    "sector": Text("Sector", "所属行业"),
    "level": Text("Level", "器具层级"),
}


def _met(rows: Sequence[Mapping[str, str]], name: str) -> list[str]:
    """The values that rows have of a column."""
    return sorted({each[name] for each in rows} - {""})


async def _instruments(asks: Asks, query: dict[str, str]) -> Page:
    sought = {name: text for name, text in query.items() if name in _PLACE and text}
    every, found = await asks.rows("instruments"), await asks.rows("instruments", **sought)
    columns = (
        Text("Instrument", "计量器具"),
        Text("Number", "编号"),
        Text("Maker, type", "厂家型号"),
        Text("Class", "准确度等级"),
        Text("Calibration basis", "检定依据"),
        Text("Calibrated", "检定日期"),
        Text("Due", "有效期至"),
        *_PLACE.values(),
        _STATE,
    )
    states = {
        "valid": Text("valid", "有效"),
        "due-this-month": Text("due this month", "本月待检"),
        "due-next-month": Text("due next month", "下月待检"),
        "under-verification": Text("under verification", "在检"),
        "overdue": Text("overdue", "超期"),
        "unknown": Text("not entered", "未登记"),
    }
    shown = ("instrument", "number", "type", "accuracy", "basis", "calibrated", "due", *_PLACE)
    rows = [(*(each[key] for key in shown), states[each["state"]]) for each in found]
    marked = frozenset(number for number, each in enumerate(found) if each["state"] not in ("valid", "due-next-month"))
    counts = [(states[state], sum(each["state"] == state for each in found)) for state in states]
    search = Form(
        _NONE,
        Text("Find", "查询"),
        [
            Field(name, label, sought.get(name, ""), (("", Text("all", "全部")), *_choices(_met(every, name))))
            for name, label in _PLACE.items()
        ],
        search=True,
    )
    table = Links(_NONE, [(Text("Table (CSV)", "导出表格（CSV）"), "/api/v1/instrument-table")])
    blocks: list[Block] = [
        Facts(_NONE, counts),
        search,
        table,
        Table(Text("Register", "器具台账"), columns, rows, marked=marked),
    ]
    if asks.may(Right.OPERATE):
        chosen: list[tuple[str, Shown]] = [("no", _NO), ("yes", _YES)]
        which = Field(
            "instrument", Text("Instrument", "计量器具"), choices=_choices([each["instrument"] for each in every])
        )
        fields = (
            which,
            Field("number", Text("Number", "编号")),
            Field("type", Text("Maker, type", "厂家型号")),
            Field("accuracy", Text("Class", "准确度等级")),
            Field("basis", Text("Calibration basis", "检定依据"), hint="JJG 596"),
            Field("calibrated", Text("Calibrated", "检定日期"), input="date"),
            Field("due", Text("Due", "有效期至"), input="date"),
            Field("under_verification", Text("Under verification", "在检"), "no", chosen),
        )
        blocks.append(Form(Text("Enter", "登记"), _SET, fields, to="instrument"))
        places = [which, *(Field(name, label, needed=False) for name, label in _PLACE.items())]
        blocks.append(Form(Text("Where it belongs", "所属"), _SET, places, to="instrument-place"))
        blocks.append(Send(Text("Import a table", "导入表格"), Text("Import", "导入"), "/api/v1/instrument-table"))
    return Page(blocks)


async def _alarms(asks: Asks, query: dict[str, str]) -> Page:
    del query
    found = await asks.rows("alarms", limit="300")
    columns = (Text("Alarm", "告警"), Text("Where", "位置"), Text("Raised", "发生"), Text("Cleared", "恢复"))
    rows = [
        (Text(f"{each['kind']}: {each['en']}", each["zh"]), each["subject"], _at(each["raised"]), _at(each["cleared"]))
        for each in found
    ]
    marked = frozenset(number for number, each in enumerate(found) if each["cleared"] is None)
    gaps = [
        (each["point"] or each["centre"], _at(each["start"]), _at(each["end"]), each["missed"], each["cause"])
        for each in reversed(await asks.rows("gaps", "gaps", limit="100"))
    ]
    heads = (Text("Where", "位置"), _FROM, _TO, Text("Missed", "缺失数"), Text("Cause", "原因"))
    return Page(
        (Table(Text("Alarms", "告警"), columns, rows, marked=marked), Table(Text("Gaps", "数据缺失"), heads, gaps)),
        refresh_s=15,
    )


async def _log(asks: Asks, query: dict[str, str]) -> Page:
    types = await asks.rows("audit-types")
    chosen: list[tuple[str, Shown]] = [("", Text("all", "全部")), *((str(each), str(each)) for each in types)]
    outcomes: list[tuple[str, Shown]] = [
        ("", Text("all", "全部")),
        ("success", Text("success", "成功")),
        ("failure", Text("failure", "失败")),
    ]
    sorts: list[tuple[str, Shown]] = [
        (name, name) for name in ("at", "user", "type", "outcome", "code", "subject", "origin")
    ]
    orders: list[tuple[str, Shown]] = [("descending", Text("down", "降序")), ("ascending", Text("up", "升序"))]
    form = Form(
        _NONE,
        _SHOW,
        (
            Field("from", _FROM, query.get("from", ""), input=INSTANT, needed=False),
            Field("to", _TO, query.get("to", ""), input=INSTANT, needed=False),
            Field("user", Text("User", "用户"), query.get("user", ""), needed=False),
            Field("type", Text("Type", "类型"), query.get("type", ""), chosen),
            Field("outcome", Text("Outcome", "结果"), query.get("outcome", ""), outcomes),
            Field("text", Text("Text", "内容"), query.get("text", ""), needed=False),
            Field("sort", Text("Sort by", "排序"), query.get("sort", "at"), sorts),
            Field("order", Text("Order", "顺序"), query.get("order", "descending"), orders),
        ),
        search=True,
    )
    asked = {name: text for name, text in query.items() if text}
    for name in ("from", "to"):
        if name in asked:
            asked[name] = _when(asked[name], 0)
    answer = await asks.get("audit", {**asked, "limit": "300"})
    columns = (
        Text("No.", "序号"),
        Text("Time", "时间"),
        Text("User", "用户"),
        Text("From", "来源地址"),
        Text("Type", "类型"),
        Text("Outcome", "结果"),
        Text("Subject", "对象"),
        Text("Detail", "内容"),
    )
    rows = [
        (
            each["number"],
            _at(each["at"]),
            each["user"],
            each["origin"],
            each["type"],
            outcomes[1 if each["outcome"] == "success" else 2][1],
            each["subject"],
            Text(each["en"], each["zh"]),
        )
        for each in answer["entries"]
    ]
    marked = frozenset(number for number, each in enumerate(answer["entries"]) if each["outcome"] == "failure")
    total = Text(f"{answer['total']} entries", f"共 {answer['total']} 条")
    links = Links(
        _NONE,
        [
            (Text("Export (CSV)", "导出（CSV）"), f"/api/v1/audit-export?{urlencode(asked)}"),
            (Text("Export (JSON)", "导出（JSON）"), f"/api/v1/audit-export?{urlencode({**asked, 'format': 'jsonl'})}"),
            (Text("Verify the chain", "校验日志完整性"), "/api/v1/audit-verify"),
        ],
    )
    clear = Form(
        Text("Clear the oldest", "清除早期日志"),
        Text("Clear", "清除"),
        (Field("before", Text("Before", "早于"), input=INSTANT),),
        to="audit-clear",
        risky=True,
    )
    return Page((form, links, Table(total, columns, rows, marked=marked), clear))


async def _people(asks: Asks, query: dict[str, str]) -> Page:
    del query
    accounts = await asks.rows("accounts")
    columns = (
        _ACCOUNT,
        _ROLE,
        Text("Disabled", "停用"),
        Text("First password", "初始口令"),
        Text("Password until", "口令有效期至"),
        Text("Locked (s)", "锁定剩余（秒）"),
        Text("Second factor", "双因素"),
    )
    rows = [
        (
            each["account"],
            ROLES.get(each["role"], Text("none", "无")),
            _yes(each["disabled"]),
            _yes(each["first_password"]),
            _at(each["expires"]),
            each["locked_s"],
            _yes(each["second_factor"]),
        )
        for each in accounts
    ]
    names = _choices([each["account"] for each in accounts])
    account = Field("account", _ACCOUNT, choices=names)
    sessions = await asks.rows("sessions")
    heads = (
        Text("No.", "编号"),
        _ACCOUNT,
        Text("From", "来源地址"),
        Text("Way", "方式"),
        Text("Idle (s)", "空闲（秒）"),
    )
    cells = [(each["session"], each["account"], each["origin"], each["way"], each["idle_s"]) for each in sessions]
    rules = await asks.get("rules", {})
    blocks: list[Block] = [
        Table(Text("Accounts", "账户"), columns, rows),
        Table(Text("Logged in", "在线会话"), heads, cells),
        Table(
            Text("Rules", "登录规则"),
            (Text("Rule", "规则"), _VALUE),
            [
                (
                    Text(RULES.get(str(name), str(name)), IN_CHINESE.get(str(name), str(name))),
                    ", ".join(value) if isinstance(value, list | tuple) else value,
                )
                for name, value in rules.items()
            ],
        ),
    ]
    if asks.may(Right.ADMIT):
        ended = Field("session", Text("No.", "编号"), choices=_choices([str(each["session"]) for each in sessions]))
        blocks += [
            Form(Text("New account", "新建账户"), _SEND, (Field("account", _ACCOUNT),), to="account-add"),
            Form(Text("Disable", "停用账户"), _SEND, (account,), to="account-disable", risky=True),
            Form(Text("Enable", "启用账户"), _SEND, (account,), to="account-enable"),
            Form(Text("Remove", "删除账户"), _SEND, (account,), to="account-remove", risky=True),
            Form(Text("End a session", "结束会话"), _SEND, (ended,), to="session-end"),
        ]
    if asks.may(Right.GRANT):
        role = Field("role", _ROLE, "viewer", list(ROLES.items()))
        password = Field("password", Text("First password", "初始口令"), input="password")
        certificate = Field("certificate", Text("Name in the certificate (CN)", "证书名称（CN）"))
        blocks += [
            Form(Text("Give a role", "授予角色"), _SET, (account, role), to="account-role"),
            Form(Text("Give a first password", "设置初始口令"), _SET, (account, password), to="account-password"),
            Form(Text("Unlock", "解锁账户"), _SEND, (account,), to="account-unlock"),
            Form(Text("Bind a certificate", "绑定登录证书"), _SET, (account, certificate), to="account-certificate"),
            Form(
                Text("End the second factor", "停用第二因素"),
                _SEND,
                (account,),
                to="account-second-factor-end",
                risky=True,
            ),
        ]
    if asks.may(Right.SECURE):
        rule = Field("rule", Text("Rule", "规则"), choices=_choices([name for name in rules if name[:5] != "audit"]))
        value = Field("value", _VALUE, hint='5, ["10.0.0.1"]')
        blocks.append(Form(Text("Set a rule", "设置登录规则"), _SET, (rule, value), to="rule"))
    return Page(blocks)


async def _own(asks: Asks, query: dict[str, str]) -> Page:
    """The own account: a second factor (RFC 6238) is begun here and counts once a code of it was confirmed."""
    own = await asks.get("session", {})
    facts = Facts(
        _NONE,
        (
            (_ACCOUNT, own["account"]),
            (Text("Ends after so long without a request (s)", "空闲超时（秒）"), own["idle_s"]),
            (Text("Ends after so long at all (s)", "最长会话（秒）"), own["session_s"]),
        ),
    )
    blocks: list[Block] = [facts]
    if query.get("begin") == "yes":
        made = await asks.get("second-factor", {})
        address = f"otpauth://totp/carbonbench:{own['account']}?secret={made['base32']}&digits=6&period=30"
        secret = Facts(
            Text("Secret for the app or device that makes codes", "动态口令密钥（录入口令器）"),
            ((Text("Secret", "密钥"), made["base32"]), (Text("Address", "地址"), address)),
        )
        fields = (
            Field("secret", _NONE, made["secret"], input="hidden"),
            Field("code", Text("A code of it", "口令器显示的动态口令")),
        )
        blocks += [secret, Form(Text("Confirm", "确认启用"), _SEND, fields, to="second-factor-confirm")]
    else:
        begin = Field("begin", _NONE, "yes", input="hidden")
        blocks.append(Form(Text("Second factor", "双因素认证"), Text("Begin", "启用"), (begin,), search=True))
    blocks.append(Links(_NONE, ((Text("Change password", "修改口令"), "/password"),)))
    return Page(blocks)


async def _system(asks: Asks, query: dict[str, str]) -> Page:
    del query
    state, system = await asks.get("status", {}), await asks.get("system", {})
    hardware = Facts(
        Text("Hardware", "硬件"),
        (
            (Text("Processor", "CPU"), f"{system['cpu_percent']} %" if system["cpu_percent"] is not None else None),
            (Text("Memory", "内存"), f"{system['memory_percent']} %" if system["memory_percent"] is not None else None),
            (Text("Disk", "磁盘"), f"{system['disk_percent']} %" if system["disk_percent"] is not None else None),
            (Text("Operating system", "操作系统"), system["os"]),
            (Text("Version", "版本"), system["os_version"]),
            (Text("Running for (s)", "运行时间（秒）"), system["uptime_s"]),
            (Text("Store", "数据库"), f"{state['store']['bytes'] / 1e6:.1f} MB"),
        ),
    )
    columns = (Text("Program", "程序"), Text("Version", "版本"), _STATE)
    programs = [(each["program"], each["version"], each["state"]) for each in system["programs"]]
    packages = [
        [str(each.get(key, "")) for key in ("kind", "name", "version", "state")]
        for each in await asks.rows("packages", "packages")
    ]
    heads = (Text("Kind", "类别"), Text("Name", "名称"), Text("Version", "版本"), _STATE)
    blocks: list[Block] = [
        hardware,
        Table(Text("Programs", "应用程序"), columns, programs),
        Table(Text("Installed packages", "已安装软件包"), heads, packages),
        *await _rounds(asks),
    ]
    return Page(blocks, refresh_s=10)


async def _rounds(asks: Asks) -> list[Block]:
    """The rounds of inspection, and their timetable for whoever may set it."""
    told = await asks.get("inspections", {})
    rows: list[Sequence[Shown]] = []
    for each in told["rounds"][:_ROUNDS]:
        en = "; ".join(f"{one['subject']}: {one['kind']}: {one['en']}" for one in each["wrong"])
        zh = "；".join(f"{one['subject']}：{one['zh']}" for one in each["wrong"])
        figures = [each[key] for key in ("cpu_percent", "memory_percent", "disk_percent")]
        rows.append((_at(each["at"]), *figures, Text(en or "nothing", zh or "无")))
    columns = (
        Text("At", "时间"),
        Text("Processor %", "CPU %"),
        Text("Memory %", "内存 %"),
        Text("Disk %", "磁盘 %"),
        Text("What was wrong", "异常"),
    )
    every = told["every_min"]
    note = (
        Text(f"A round every {every} min", f"每 {every} 分钟巡检一次") if every else Text("No timetable", "未设置巡检")
    )
    marked = frozenset(number for number, each in enumerate(told["rounds"][:_ROUNDS]) if each["wrong"])
    found: list[Block] = [Table(Text("Rounds of inspection", "巡检记录"), columns, rows, marked, note)]
    if asks.may(Right.CONFIGURE):
        minutes = Field(
            "every_min", Text("Minutes between rounds (0: none)", "巡检间隔（分钟，0 为不巡检）"), str(every)
        )
        found.append(Form(Text("Timetable of rounds", "巡检计划"), _SET, (minutes,), to="inspection-plan"))
    return found


async def _upgrade(asks: Asks, query: dict[str, str]) -> Page:
    del asks, query
    return Page(
        (
            Send(
                Text("Install or upgrade (signed package)", "安装与升级（签名软件包）"),
                Text("Install", "安装"),
                "/api/v1/package",
            ),
            Send(
                Text("Restore the configuration", "恢复配置"), Text("Restore", "恢复"), "/api/v1/configuration-restore"
            ),
            Form(Text("Back the configuration up", "备份配置"), Text("Back up", "备份"), (), to="/backup"),
        )
    )


PAGES = (
    ShownPage("/live", Text("Live", "实时数据"), Right.READ, _live),
    ShownPage("/trends", Text("Trends", "趋势"), Right.READ, _trends, ("point", "class", "from", "to")),
    ShownPage("/emissions", Text("Emissions", "碳排放"), Right.READ, _emissions, ("figure", "class", "from", "to")),
    ShownPage("/sources", Text("Sources", "排放源"), Right.READ, _sources),
    ShownPage(
        "/records",
        Text("Records", "数据查询"),
        Right.READ,
        _records,
        ("point", "emission_source", "class", "from", "to"),
    ),
    ShownPage("/entry", Text("By hand", "数据填报"), Right.READ, _entry),
    ShownPage("/acquisition", Text("Acquisition", "数据采集"), Right.STATE, _acquisition, ("protocol",)),
    ShownPage("/diagnosis", Text("Diagnosis", "通讯诊断"), Right.OPERATE, _diagnosis, ("line",)),
    ShownPage("/network", Text("Network", "网络与上报"), Right.STATE, _network),
    ShownPage("/instruments", Text("Instruments", "计量器具"), Right.STATE, _instruments, tuple(_PLACE)),
    ShownPage("/alarms", Text("Alarms", "告警"), Right.STATE, _alarms),
    ShownPage("/system", Text("System", "系统状态"), Right.STATE, _system),
    ShownPage("/upgrade", Text("Upgrade, backup", "升级与备份"), Right.UPGRADE, _upgrade),
    ShownPage("/people", Text("Accounts", "账户"), Right.PEOPLE, _people),
    ShownPage("/own", Text("Own account", "本人账户"), Right.OWN, _own, ("begin",)),
    ShownPage(
        "/log",
        Text("Log", "审计日志"),
        Right.AUDIT,
        _log,
        ("from", "to", "user", "type", "outcome", "text", "sort", "order"),
    ),
)
