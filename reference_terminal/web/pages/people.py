"""Pages of people: accounts and rules of login, one's own account, the audit log.

Leaves rights to the guard.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from reference_terminal.access.rights import Right
from reference_terminal.model.messages import Text
from reference_terminal.web.pages import instants
from reference_terminal.web.pages.asks import Asks
from reference_terminal.web.pages.blocks import Block, Facts, Field, Form, Links, Page, Shown, State, Table
from reference_terminal.web.pages.instants import INSTANT, as_read
from reference_terminal.web.pages.vocabulary import (
    ACCOUNT,
    FROM,
    IN_CHINESE,
    NOTHING,
    ROLE,
    ROLES,
    RULES,
    SEND,
    SET,
    SHOW,
    STATE,
    TO,
    VALUE,
    choices_of,
    yes_or_no,
)

DONE, REFUSED = State(Text("success", "成功"), "good"), State(Text("failure", "失败"), "bad")


async def log(asks: Asks, query: dict[str, str]) -> Page:
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
        NOTHING,
        SHOW,
        (
            Field("from", FROM, query.get("from", ""), input=INSTANT, needed=False),
            Field("to", TO, query.get("to", ""), input=INSTANT, needed=False),
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
            asked[name] = instants.as_asked(asked[name], 0)
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
            as_read(each["at"]),
            each["user"],
            each["origin"],
            each["type"],
            DONE if each["outcome"] == "success" else REFUSED,
            each["subject"],
            Text(each["en"], each["zh"]),
        )
        for each in answer["entries"]
    ]
    marked = frozenset(number for number, each in enumerate(answer["entries"]) if each["outcome"] == "failure")
    total = Text(f"{answer['total']} entries", f"共 {answer['total']} 条")
    links = Links(
        NOTHING,
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
    none = Text("No entry answers to these conditions.", "无符合条件的日志。")
    return Page((form, links, Table(total, columns, rows, marked, numbers=frozenset({0}), empty=none), clear))


def _state(account: Mapping[str, Any]) -> State:
    """Whether somebody can log in with an account now."""
    if account["disabled"]:
        return State(Text("disabled", "已停用"), "off")
    if account["locked_s"]:
        seconds = account["locked_s"]
        return State(Text(f"locked for {seconds} s", f"锁定，剩余 {seconds} 秒"), "bad")
    return State(Text("active", "正常"), "good")


async def people(asks: Asks, query: dict[str, str]) -> Page:
    del query
    accounts = await asks.rows("accounts")
    columns = (
        ACCOUNT,
        ROLE,
        STATE,
        Text("First password", "初始口令"),
        Text("Password until", "口令有效期至"),
        Text("Second factor", "双因素"),
    )
    rows = [
        (
            each["account"],
            ROLES.get(each["role"], Text("none", "无")),
            _state(each),
            yes_or_no(each["first_password"]),
            as_read(each["expires"]),
            yes_or_no(each["second_factor"]),
        )
        for each in accounts
    ]
    names = choices_of([each["account"] for each in accounts])
    account = Field("account", ACCOUNT, choices=names)
    sessions = await asks.rows("sessions")
    heads = (
        Text("No.", "编号"),
        ACCOUNT,
        Text("From", "来源地址"),
        Text("Way", "方式"),
        Text("Idle (s)", "空闲（秒）"),
    )
    cells = [(each["session"], each["account"], each["origin"], each["way"], each["idle_s"]) for each in sessions]
    rules = await asks.get("rules", {})
    blocks: list[Block] = [
        Table(Text("Accounts", "账户"), columns, rows),
        Table(Text("Logged in", "在线会话"), heads, cells, numbers=frozenset({4}), half=True),
        Table(
            Text("Rules", "登录规则"),
            (Text("Rule", "规则"), VALUE),
            [
                (
                    Text(RULES.get(str(name), str(name)), IN_CHINESE.get(str(name), str(name))),
                    ", ".join(value) if isinstance(value, list | tuple) else value,
                )
                for name, value in rules.items()
            ],
            numbers=frozenset({1}),
            half=True,
        ),
    ]
    if asks.may(Right.ADMIT):
        ended = Field("session", Text("No.", "编号"), choices=choices_of([str(each["session"]) for each in sessions]))
        blocks += [
            Form(Text("New account", "新建账户"), Text("Make", "新建"), (Field("account", ACCOUNT),), to="account-add"),
            Form(Text("Disable", "停用账户"), Text("Disable", "停用"), (account,), to="account-disable", risky=True),
            Form(Text("Enable", "启用账户"), Text("Enable", "启用"), (account,), to="account-enable"),
            Form(Text("Remove", "删除账户"), Text("Remove", "删除"), (account,), to="account-remove", risky=True),
            Form(Text("End a session", "结束会话"), Text("End", "结束"), (ended,), to="session-end"),
        ]
    if asks.may(Right.GRANT):
        role = Field("role", ROLE, "viewer", list(ROLES.items()))
        password = Field("password", Text("First password", "初始口令"), input="password")
        certificate = Field("certificate", Text("Name in the certificate (CN)", "证书名称（CN）"))
        blocks += [
            Form(Text("Give a role", "授予角色"), SET, (account, role), to="account-role"),
            Form(Text("Give a first password", "设置初始口令"), SET, (account, password), to="account-password"),
            Form(Text("Unlock", "解锁账户"), Text("Unlock", "解锁"), (account,), to="account-unlock"),
            Form(Text("Bind a certificate", "绑定登录证书"), SET, (account, certificate), to="account-certificate"),
            Form(
                Text("End the second factor", "停用第二因素"),
                Text("End", "停用"),
                (account,),
                to="account-second-factor-end",
                risky=True,
            ),
        ]
    if asks.may(Right.SECURE):
        rule = Field("rule", Text("Rule", "规则"), choices=choices_of([name for name in rules if name[:5] != "audit"]))
        value = Field("value", VALUE, hint='5, ["10.0.0.1"]')
        blocks.append(Form(Text("Set a rule", "设置登录规则"), SET, (rule, value), to="rule"))
    return Page(blocks)


async def own(asks: Asks, query: dict[str, str]) -> Page:
    """The own account: a second factor (RFC 6238) is begun here and counts once a code of it was confirmed."""
    own = await asks.get("session", {})
    facts = Facts(
        NOTHING,
        (
            (ACCOUNT, own["account"]),
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
            Field("secret", NOTHING, made["secret"], input="hidden"),
            Field("code", Text("A code of it", "口令器显示的动态口令")),
        )
        blocks += [secret, Form(Text("Confirm", "确认启用"), SEND, fields, to="second-factor-confirm")]
    else:
        begin = Field("begin", NOTHING, "yes", input="hidden")
        blocks.append(Form(Text("Second factor", "双因素认证"), Text("Begin", "启用"), (begin,), search=True))
    blocks.append(Links(NOTHING, ((Text("Change password", "修改口令"), "/password"),)))
    return Page(blocks)
