"""Which pages there are: where, for whom, with which parameters; and what the sender of a form is told.

Leaves what stands on each to `measured`, `device` and `people`, drawing to the template, rights to the guard. Every
value is asked of the interface with the reader's own rights; a page that shows what another right opens shows it to
those who have it.
"""

from __future__ import annotations

from typing import Any

from reference_terminal.access.rights import Right
from reference_terminal.model.messages import Text
from reference_terminal.web.pages.asks import ShownPage
from reference_terminal.web.pages.device import (
    PLACE,
    acquisition,
    alarms,
    diagnosis,
    instruments,
    network,
    system,
    upgrade,
)
from reference_terminal.web.pages.measured import emissions, entry, live, records, sources, trends
from reference_terminal.web.pages.people import log, own, people

OPTIONAL = ("code",)
"""Fields of forms that are left out when they are empty."""


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


PAGES = (
    ShownPage("/live", Text("Live", "实时数据"), Right.READ, live, short=Text("Live", "实时")),
    ShownPage("/trends", Text("Trends", "趋势"), Right.READ, trends, ("point", "class", "from", "to")),
    ShownPage("/emissions", Text("Emissions", "碳排放"), Right.READ, emissions, ("figure", "class", "from", "to")),
    ShownPage("/sources", Text("Sources", "排放源"), Right.READ, sources, short=Text("Sources", "排放源")),
    ShownPage(
        "/records",
        Text("Records", "数据查询"),
        Right.READ,
        records,
        ("point", "emission_source", "class", "from", "to"),
        short=Text("Records", "查询"),
    ),
    ShownPage("/entry", Text("By hand", "数据填报"), Right.READ, entry, short=Text("Entry", "填报")),
    ShownPage(
        "/acquisition",
        Text("Acquisition", "数据采集"),
        Right.STATE,
        acquisition,
        ("protocol",),
        short=Text("Meters", "采集"),
    ),
    ShownPage(
        "/diagnosis", Text("Diagnosis", "通讯诊断"), Right.OPERATE, diagnosis, ("line",), short=Text("Lines", "诊断")
    ),
    ShownPage("/network", Text("Network", "网络与上报"), Right.STATE, network, short=Text("Network", "上报")),
    ShownPage(
        "/instruments",
        Text("Instruments", "计量器具"),
        Right.STATE,
        instruments,
        tuple(PLACE),
        short=Text("Register", "器具"),
    ),
    ShownPage("/alarms", Text("Alarms", "告警"), Right.STATE, alarms),
    ShownPage("/system", Text("System", "系统状态"), Right.STATE, system, short=Text("System", "系统")),
    ShownPage("/upgrade", Text("Upgrade, backup", "升级与备份"), Right.UPGRADE, upgrade, short=Text("Upgrade", "升级")),
    ShownPage("/people", Text("Accounts", "账户"), Right.PEOPLE, people, short=Text("People", "账户")),
    ShownPage("/own", Text("Own account", "本人账户"), Right.OWN, own, ("begin",)),
    ShownPage(
        "/log",
        Text("Log", "审计日志"),
        Right.AUDIT,
        log,
        ("from", "to", "user", "type", "outcome", "text", "sort", "order"),
        short=Text("Log", "日志"),
    ),
)
