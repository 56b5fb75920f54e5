"""The words that several pages have, in both languages, and those of the interface as a Chinese reader sees them.

Leaves what stands on a page to its own module.
"""

from __future__ import annotations

from collections.abc import Sequence

from reference_terminal.model.messages import Text
from reference_terminal.model.times import DAY_S
from reference_terminal.model.words import WORDS
from reference_terminal.settings.accounts import ROLES as EVERY_ROLE
from reference_terminal.web.pages.blocks import Shown

HOUR_S = 3600
NOTHING = Text("", "")
YES, NO = Text("yes", "是"), Text("no", "否")
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
CLASSES = (
    ("minute", Text("minute", "分钟")),
    ("quarter", Text("quarter of an hour", "15 分钟")),
    ("hour", Text("hour", "小时")),
    ("day", Text("day", "日")),
    ("month", Text("month", "月")),
)
LONG_CLASSES = (*CLASSES, ("quarter_year", Text("quarter", "季")), ("year", Text("year", "年")))
BACK_S = {"minute": 4 * HOUR_S, "quarter": DAY_S, "hour": 3 * DAY_S, "day": 62 * DAY_S, "month": 800 * DAY_S}
SET, SEND, SHOW = Text("Set", "设置"), Text("Send", "提交"), Text("Show", "查询")
POINT, VALUE, UNIT = Text("Point", "监测点"), Text("Value", "数值"), Text("Unit", "单位")
START, END, CLASS = Text("Begin", "开始"), Text("End", "结束"), Text("Class", "时段类型")
FROM, TO = Text("From", "自"), Text("To", "至")
REASON, AUTHOR = Text("Reason", "原因"), Text("Author", "填报人")
CENTRE, METER = Text("Centre", "数据中心"), Text("Meter", "表计")
ACCOUNT, ROLE, STATE = Text("Account", "账户"), Text("Role", "角色"), Text("State", "状态")


def yes_or_no(value: object) -> Text:
    """Yes or no in both languages."""
    return YES if value else NO


def choices_of(names: Sequence[str]) -> list[tuple[str, Shown]]:
    """Names as choices of a field, shown as they are."""
    return [(name, name) for name in names]
