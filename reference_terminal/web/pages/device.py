"""Pages of the terminal itself: meters and lines, network and centres, instruments, alarms, state, upgrades.

Leaves who may use it to `people`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reference_terminal.access.rights import Right
from reference_terminal.model.messages import Text
from reference_terminal.model.seams import seam
from reference_terminal.model.times import DAY_S
from reference_terminal.web.pages.asks import Asks
from reference_terminal.web.pages.blocks import (
    Block,
    Cell,
    Facts,
    Field,
    Form,
    Lines,
    Links,
    Page,
    Pair,
    Send,
    Shown,
    State,
    Table,
)
from reference_terminal.web.pages.examples import EXAMPLES
from reference_terminal.web.pages.instants import DAY, INSTANT, as_read, picked
from reference_terminal.web.pages.vocabulary import (
    CENTRE,
    CLASS,
    CLASSES,
    FROM,
    METER,
    NO,
    NOTHING,
    REASON,
    SEND,
    SET,
    SHOW,
    STATE,
    TO,
    YES,
    choices_of,
    yes_or_no,
)

_ROUNDS = 30
"""So many rounds of inspection are on the page."""


# The terminal


async def acquisition(asks: Asks, query: dict[str, str]) -> Page:
    meters = await asks.rows("acquisition", "meters")
    columns = (
        METER,
        Text("Protocol", "协议"),
        Text("Carried by", "接入"),
        Text("Address", "地址"),
        Text("Period (s)", "周期（秒）"),
        Text("Points", "监测点"),
        STATE,
    )
    rows = [
        (
            each["meter"],
            each["protocol"],
            each["carrier"],
            each["address"],
            each["period_s"],
            ", ".join(each["points"]),
            State(Text("silent", "无应答"), "bad")
            if each["silent"]
            else State(Text("answers", "正常"), "good")
            if each["heard"]
            else State(Text("no answer yet", "尚无应答"), "warn"),
        )
        for each in meters
    ]
    marked = frozenset(number for number, each in enumerate(meters) if each["silent"])
    none = Text(
        "No meter yet: an administrator adds one at the maintenance port.", "尚无表计，请由系统管理员在维护口新增。"
    )
    right = frozenset({4})
    blocks: list[Block] = [Table(Text("Meters", "表计"), columns, rows, marked=marked, numbers=right, empty=none)]
    places = await asks.rows("acquisition", "carriers")
    names = (Text("Kind", "类型"), Text("Name", "名称"), Text("Where", "位置"), Text("Settings", "参数"))
    cells = [(each["kind"], each["id"], each["place"], each["settings"]) for each in places]
    blocks.append(Table(Text("Lines, gateways, collectors, systems", "串口、网关、采集装置与第三方系统"), names, cells))
    if asks.may(Right.CONFIGURE):
        blocks.append(
            Form(
                Text("Polling period", "采集周期"),
                SET,
                (
                    Field("meter", METER, choices=choices_of([each["meter"] for each in meters])),
                    Field("period_s", Text("Seconds", "秒"), "60", input="number"),
                ),
                to="period",
            )
        )
        blocks += await _new_meter(asks, query.get("protocol", ""))
    return Page(blocks)


async def _new_meter(asks: Asks, protocol: str) -> list[Block]:
    """Adding a meter: its protocol is chosen, and the form has an example of its settings."""
    choices = choices_of(list(EXAMPLES))
    chosen = protocol if protocol in EXAMPLES else next(iter(EXAMPLES))
    title = Text(f"Add a meter: {chosen}", f"新增表计：{chosen}")
    settings = Field("settings", Text("Settings (TOML)", "配置（TOML）"), EXAMPLES[chosen], input="area")
    found: list[Block] = [
        Form(
            Text("Protocol of a new meter", "新增表计的协议"),
            SHOW,
            (Field("protocol", Text("Protocol", "协议"), chosen, choices),),
            search=True,
        ),
        Form(title, SEND, (settings,), to="meter-add"),
    ]
    added = await asks.rows("meters-added", "meters")
    if added:
        remove, button = Text("Remove an added meter", "删除新增的表计"), Text("Remove", "删除")
        field = Field("meter", METER, choices=choices_of([str(each) for each in added]))
        found.append(Form(remove, button, (field,), to="meter-remove", risky=True))
    return found


async def diagnosis(asks: Asks, query: dict[str, str]) -> Page:
    name = query.get("line", "")
    names = (await asks.get("diagnosis", {}))["lines"]
    form = Form(
        NOTHING,
        Text("Listen", "监听"),
        (Field("line", Text("Line", "串口、网关"), name, choices_of(names)),),
        search=True,
    )
    if not name:
        hint = Text(
            "Choose a line and listen: octets are shown while you look.", "请选择串口或网关并开始监听，报文实时显示。"
        )
        return Page((form, Table(NOTHING, (), (), empty=hint)))
    lines: list[str] = []
    for each in reversed((await asks.get("diagnosis", {"line": name}))["heard"]):
        lines.append(f"{as_read(each['at'])} {'→' if each['way'] == 'sent' else '←'} {each['octets']}")
        lines += [f"    {sentence}" for sentence in each["explained"]]
    heard = Text("Octets and frames, the latest first", "报文（最新在前）")
    none = Text("Nothing was heard yet; this page looks again by itself.", "尚未收到报文，页面将自动刷新。")
    return Page((form, Lines(heard, lines) if lines else Table(heard, (), (), empty=none)), refresh_s=2)


async def network(asks: Asks, query: dict[str, str]) -> Page:
    del query
    centres = await asks.rows("centres")
    queue = {each["centre"]: each for each in await asks.rows("queue")}
    columns = (
        CENTRE,
        Text("Protocol", "协议"),
        Text("Channel", "通道"),
        Text("Connected", "已连接"),
        Text("Upload", "上传"),
        Text("Waiting", "待上传"),
        Text("Last sent", "最近上传"),
    )
    rows: list[Sequence[Cell]] = []
    for each in centres:
        waits = queue.get(each["centre"], {})
        upload = each["upload_time"] or each["schedule"]
        agreed = each["agreed"] or each["channel"]
        last, pending = as_read(waits.get("last_sent")), waits.get("pending")
        joined = State(Text("yes", "是"), "good") if each["connected"] else State(Text("no", "否"), "bad")
        rows.append((each["centre"], each["protocol"], agreed, joined, upload, pending, last))
    lost = frozenset(number for number, each in enumerate(centres) if not each["connected"])
    none = Text(
        "No data centre yet: an administrator adds one at the maintenance port.",
        "尚无数据中心，请由系统管理员在维护口新增。",
    )
    right = frozenset({5})
    blocks: list[Block] = [Table(Text("Data centres", "数据中心"), columns, rows, lost, numbers=right, empty=none)]
    names = choices_of([each["centre"] for each in centres])
    if names and asks.may(Right.OPERATE):
        blocks.append(Form(Text("Send now", "立即上传"), SEND, (Field("centre", CENTRE, choices=names),), to="upload"))
        blocks.append(
            Form(
                Text("Send again", "人工补传"),
                SEND,
                (
                    Field("centre", CENTRE, choices=names),
                    Field("class", CLASS, "hour", CLASSES),
                    Field("from", FROM, picked(asks.now_s - DAY_S), input=INSTANT),
                    Field("to", TO, picked(asks.now_s), input=INSTANT),
                    Field("reason", REASON),
                ),
                to="backfill",
            )
        )
    if asks.may(Right.CONFIGURE):
        time = Field("time", Text("Time of day", "时刻"), hint="02:00:00")
        chosen_centre = Field("centre", CENTRE, choices=names)
        if names:
            blocks.append(Form(Text("Upload time", "上传时间"), SET, (chosen_centre, time), to="upload-time"))
        blocks.append(
            Form(
                Text("Add a centre", "新增数据中心"),
                SEND,
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
                SEND,
                (
                    Field("centre", CENTRE, choices=names),
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
            (each["interface"], f"{each['host']}:{each['port']}", each["channel"], yes_or_no(each["enabled"]))
            for each in doors
        ]
        blocks.append(Table(Text("Maintenance port", "管理维护口"), heads, cells))
        if asks.may(Right.CONFIGURE) and len(doors) > 1:
            chosen: list[tuple[str, Shown]] = [("yes", Text("enable", "启用")), ("no", Text("disable", "停用"))]
            field = Field("enabled", Text("Maintenance from afar", "远程维护"), "yes", chosen)
            blocks.append(Form(Text("Maintenance from afar", "远程维护"), SET, (field,), to="management-interface"))
    return Page(blocks)


PLACE = {
    "enterprise": Text("Enterprise", "企业名称"),
    "region": Text("Region", "所属区域"),
    "sector": Text("Sector", "所属行业"),
    "level": Text("Level", "器具层级"),
}


def _met(rows: Sequence[Mapping[str, str]], name: str) -> list[str]:
    """The values that rows have of a column."""
    return sorted({each[name] for each in rows} - {""})


async def instruments(asks: Asks, query: dict[str, str]) -> Page:
    sought = {name: text for name, text in query.items() if name in PLACE and text}
    every, found = await asks.rows("instruments"), await asks.rows("instruments", **sought)
    columns = (
        Text("Instrument, number", "计量器具、编号"),
        STATE,
        Text("Maker, type; class", "厂家型号、准确度"),
        Text("Calibration basis", "检定依据"),
        Text("Due; calibrated", "有效期至、检定日期"),
        Text("Belongs to", "所属"),
    )
    states = {
        "valid": State(Text("valid", "有效"), "good"),
        "due-this-month": State(Text("due this month", "本月待检"), "warn"),
        "due-next-month": State(Text("due next month", "下月待检"), "good"),
        "under-verification": State(Text("under verification", "在检"), "off"),
        "overdue": State(Text("overdue", "超期"), "bad"),
        "unknown": State(Text("not entered", "未登记"), "off"),
    }
    rows = [
        (
            Pair(each["instrument"], (each["number"],)),
            states[each["state"]],
            Pair(each["type"], (each["accuracy"],)),
            each["basis"],
            Pair(each["due"], (each["calibrated"],)),
            Pair(each["enterprise"], (each["region"], each["sector"], each["level"])),
        )
        for each in found
    ]
    marked = frozenset(number for number, each in enumerate(found) if each["state"] == "overdue")
    counts: list[tuple[Text, State]] = []
    for key, state in states.items():
        count = sum(each["state"] == key for each in found)
        assert isinstance(state.text, Text)
        counts.append((state.text, State(count, state.level if count else "off")))
    search = Form(
        NOTHING,
        Text("Find", "查询"),
        [
            Field(name, label, sought.get(name, ""), (("", Text("all", "全部")), *choices_of(_met(every, name))))
            for name, label in PLACE.items()
        ],
        search=True,
    )
    table = Links(NOTHING, [(Text("Table (CSV)", "导出表格（CSV）"), "/api/v1/instrument-table")])
    blocks: list[Block] = [
        Facts(NOTHING, counts),
        search,
        table,
        Table(
            Text("Register", "器具台账"),
            columns,
            rows,
            marked=marked,
            empty=Text("No instrument like that.", "无符合条件的器具。"),
        ),
    ]
    if asks.may(Right.OPERATE):
        chosen: list[tuple[str, Shown]] = [("no", NO), ("yes", YES)]
        which = Field(
            "instrument", Text("Instrument", "计量器具"), choices=choices_of([each["instrument"] for each in every])
        )
        fields = (
            which,
            Field("number", Text("Number", "编号")),
            Field("type", Text("Maker, type", "厂家型号")),
            Field("accuracy", Text("Class", "准确度等级")),
            Field("basis", Text("Calibration basis", "检定依据"), hint="JJG 596"),
            Field("calibrated", Text("Calibrated", "检定日期"), input=DAY),
            Field("due", Text("Due", "有效期至"), input=DAY),
            Field("under_verification", Text("Under verification", "在检"), "no", chosen),
        )
        blocks.append(Form(Text("Enter", "登记"), SET, fields, to="instrument"))
        places = [which, *(Field(name, label, needed=False) for name, label in PLACE.items())]
        blocks.append(Form(Text("Where it belongs", "所属"), SET, places, to="instrument-place"))
        blocks.append(Send(Text("Import a table", "导入表格"), Text("Import", "导入"), "/api/v1/instrument-table"))
    return Page(blocks)


async def alarms(asks: Asks, query: dict[str, str]) -> Page:
    del query
    found = await asks.rows("alarms", limit="300")
    columns = (STATE, Text("Alarm", "告警"), Text("Where", "位置"), Text("Raised", "发生"), Text("Cleared", "恢复"))
    rows = [
        (
            State(Text("standing", "未恢复"), "bad")
            if each["cleared"] is None
            else State(Text("over", "已恢复"), "off"),
            Text(f"{each['kind']}: {each['en']}", each["zh"]),
            each["subject"],
            as_read(each["raised"]),
            as_read(each["cleared"]),
        )
        for each in found
    ]
    marked = frozenset(number for number, each in enumerate(found) if each["cleared"] is None)
    gaps = [
        (each["point"] or each["centre"], as_read(each["start"]), as_read(each["end"]), each["missed"], each["cause"])
        for each in reversed(await asks.rows("gaps", "gaps", limit="100"))
    ]
    heads = (Text("Where", "位置"), FROM, TO, Text("Missed", "缺失数"), Text("Cause", "原因"))
    quiet, whole = Text("No alarm so far.", "尚无告警。"), Text("No gap in the data.", "无数据缺失。")
    tables = (
        Table(Text("Alarms", "告警"), columns, rows, marked=marked, empty=quiet),
        Table(Text("Gaps", "数据缺失"), heads, gaps, numbers=frozenset({3}), empty=whole),
    )
    return Page(tables, refresh_s=15)


async def system(asks: Asks, query: dict[str, str]) -> Page:
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
    columns = (Text("Program", "程序"), Text("Version", "版本"), STATE)
    levels = {"running": "good", "failing": "bad", "stopped": "warn"}
    programs = [
        (each["program"], each["version"], State(each["state"], levels.get(each["state"], "off")))
        for each in system["programs"]
    ]
    packages = [
        [str(each.get(key, "")) for key in ("kind", "name", "version", "state")]
        for each in await asks.rows("packages", "packages")
    ]
    heads = (Text("Kind", "类别"), Text("Name", "名称"), Text("Version", "版本"), STATE)
    blocks: list[Block] = [
        hardware,
        Table(Text("Programs", "应用程序"), columns, programs),
        Table(
            Text("Installed packages", "已安装软件包"), heads, packages, empty=Text("None so far.", "尚未安装软件包。")
        ),
        *await _rounds(asks),
    ]
    return Page(blocks, refresh_s=10)


@seam
async def _rounds(asks: Asks) -> list[Block]:
    """The rounds of inspection, and their timetable for whoever may set it."""
    told = await asks.get("inspections", {})
    rows: list[Sequence[Shown]] = []
    for each in told["rounds"][:_ROUNDS]:
        en = "; ".join(f"{one['subject']}: {one['kind']}: {one['en']}" for one in each["wrong"])
        zh = "；".join(f"{one['subject']}：{one['zh']}" for one in each["wrong"])
        figures = [each[key] for key in ("cpu_percent", "memory_percent", "disk_percent")]
        rows.append((as_read(each["at"]), *figures, Text(en or "nothing", zh or "无")))
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
    figures = frozenset({1, 2, 3})
    none = Text("No round so far: an administrator sets the timetable.", "尚无巡检记录，请由系统管理员设置巡检计划。")
    found: list[Block] = [Table(Text("Rounds of inspection", "巡检记录"), columns, rows, marked, note, figures, none)]
    if asks.may(Right.CONFIGURE):
        minutes = Field(
            "every_min", Text("Minutes between rounds (0: none)", "巡检间隔（分钟，0 为不巡检）"), str(every)
        )
        found.append(Form(Text("Timetable of rounds", "巡检计划"), SET, (minutes,), to="inspection-plan"))
    return found


async def upgrade(asks: Asks, query: dict[str, str]) -> Page:
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
