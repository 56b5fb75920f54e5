"""What stored results say of themselves, in Chinese beside the English in which it is kept.

Leaves when it is shown to `explanation`. A sentence that no pattern knows stays as it is.
"""

from __future__ import annotations

import re

from reference_terminal.model.messages import Text

_CLASSES = {"minute": "分钟", "quarter": "15 分钟", "hour": "小时", "day": "日", "month": "月"}
_PATTERNS = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (r"sum of (\d+) (\w+) values", "{1} 个{2}值之和"),
        (r"mean of (\d+) of (\d+) (\w+) values for the (\w+)", "{2} 个{3}值中 {1} 个有效值的均值，按全{4}计"),
        (r"(\d+) of (\d+) (\w+) values are too few", "{2} 个{3}值中仅 {1} 个有效，不足"),
        (r"(\d+) of (\d+) (\w+) values", "{2} 个{3}值中 {1} 个有效"),
        (r"substituted: largest of (\d+) valid hours before", "替代：取此前 {1} 个有效小时的最大值"),
        (r"substituted: mean of the valid hours on either side", "替代：取前后有效小时的均值"),
        (r"failure of (\d+) h, ([\d.]+) % of the quarter's hours valid", "失效 {1} h，本季度有效小时占 {2} %"),
        (r"failure of (\d+) h", "失效 {1} h"),
        (r"too few valid values", "有效值不足"),
        (r"a substitute follows once there is a valid hour", "待出现有效小时后替代"),
        (r"and no substitution is set", "且未设置替代规则"),
        (r"no rule for more than (\d+) h, enter it by hand", "超过 {1} h 无规则，请人工填报"),
        (r"no rule, enter it by hand", "无规则，请人工填报"),
        (r"no valid hour before", "此前无有效小时"),
        (r"nothing entered", "未填报"),
        (r"parts are missing", "分时段数据不全"),
        (r"computed with entries by hand", "含人工填报数据"),
        (r"computed with such data", "由带此标识的数据计算"),
        (r"no value", "无值"),
        (r"(\d+) out of control", "{1} 个失控"),
        (r"out of control: calibration of (\S+), ", "失控：{1} 校准，"),
        (r"overdue after (\d+) h", "超过 {1} h 未再校准"),
        (r"zero drift (\S+) % is beyond (\S+) %", "零点漂移 {1} % 超过 {2} %"),
        (r"span drift (\S+) % is beyond (\S+) %", "量程漂移 {1} % 超过 {2} %"),
        (r": timeout$", ": 超时无应答"),
        (r": no answer$", ": 无应答"),
    )
)


def both(told: str) -> str:
    """The sentence in English, and in Chinese where it has one."""
    found = told
    for pattern, text in _PATTERNS:
        found = pattern.sub(lambda match, text=text: text.format("", *map(_word, match.groups())), found)
    return told if found == told else f"{told} / {found}"


def class_text(name: str) -> Text:
    """A class of periods, for a sentence."""
    return Text(name, _word(name))


def class_of(name: str) -> str:
    """A class of periods in both languages."""
    return f"{'quarter-hour' if name == 'quarter' else name} / {_word(name)}"


def _word(text: str) -> str:
    return _CLASSES.get(text, text)
