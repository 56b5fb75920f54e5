"""Fixed words of the terminal, as a Chinese reader of its log and pages sees them.

Leaves sentences to the messages of each room. Names that people give, and what they write, stay as they are.
"""

from __future__ import annotations

WORDS = {
    "administrator": "系统管理员",
    "operator": "安全操作员",
    "auditor": "安全审计员",
    "clerk": "填报员",
    "reviewer": "审核员",
    "viewer": "查看员",
    "missed cycle": "漏采",
    "timeout": "超时",
    "no connection": "无法连接",
    "bad frame": "报文错误",
    "exception": "异常应答",
    "late": "迟到",
    "power off": "断电",
    "clock step": "时钟跳变",
    "out of range": "超限",
    "counter reset": "计数回零",
    "minute": "分钟",
    "quarter": "15 分钟",
    "hour": "小时",
    "day": "日",
    "month": "月",
    "cookie": "页面",
    "bearer": "接口",
    "sentinel": "无效值标记",
    "not a number": "非数值",
    "bad digits": "数字无效",
    "checksum": "校验错误",
    "foreign address": "地址不符",
    "answer to another question": "应答与请求不符",
    "error answer": "错误应答",
    "too few octets": "字节不足",
    "all digits F": "全 F 数据",
    "unknown layout": "格式未知",
    "unexpected unit": "单位不符",
    "broken wire": "断线",
    "over-range current": "电流超量程",
    "current below 3.8 mA": "电流低于 3.8 mA",
    "current above 20.5 mA": "电流高于 20.5 mA",
    "scale overloaded": "衡器超载",
    "scale not at rest": "衡器未稳定",
    "not in the message": "报文中无此数据",
    "told again with an old time": "重复的旧数据",
    "message without a time": "报文无时间",
    "time of the source cannot be": "数据源时间不可信",
    "bad status": "状态为坏值",
    "uncertain status": "状态不确定",
    "no row in the database": "数据库无记录",
    "database locked": "数据库被锁定",
    "fault inside the terminal": "终端内部故障",
}
FIELDS = frozenset(("role", "way", "cause", "span"))
"""Fields of messages that hold one of these words, and never what a person wrote."""


def in_chinese(name: str, value: object) -> object:
    """The value of a field in a Chinese sentence."""
    return WORDS.get(value, value) if name in FIELDS and isinstance(value, str) else value
