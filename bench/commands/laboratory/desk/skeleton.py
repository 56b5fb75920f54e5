"""An order (`job.toml`) to be filled in: every key that `carbonbench issue` may ask for, and what the campaign knows.

Leaves what is missing to `reports.issue.demands`. What only the laboratory or its customer can say stands as a comment
and says nothing until somebody writes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

_FIELDS = ("vendor", "model", "serial", "firmware", "firmware_hash")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def skeleton(item: Mapping[str, str]) -> str:
    """The order of a campaign of this item, in TOML."""
    told = [f"{name} = {_quoted(item[name])}" for name in _FIELDS if item.get(name)]
    absent = [f'# {name} = ""' for name in _FIELDS if not item.get(name)]
    return f"""\
# Take the # away and write what holds; an empty list says "none". What is left out is asked for.
# 去掉行首 # 并填写；空列表表示“无”；未写的内容会被要求补充。
# A text may be one for both languages, or {{ zh = "…", en = "…" }}. / 文字可两种语言共用，也可分别给出。

# external = []             # results of other laboratories / 外部提供的结果
# opinions = []             # opinions and interpretations / 意见和解释

[report]
# number = ""               # of the report / 报告编号
# language = "zh"           # zh, en / 报告语言
# issued = 2026-01-31       # day of issue / 签发日期
# kind = ""                 # 检测类别

[customer]
# name = ""                 # 委托单位
# address = ""              # 地址
# contact = ""              # 联系方式
# maker = ""                # where somebody else makes the item / 生产单位

[item]
# What the profile says; a report is refused where it differs from the runs. / 取自档案，须与运行记录一致。
{chr(10).join([*told, *absent])}
# name = {_quoted(item.get("name", ""))}
# quantity = 1              # 样品数量
# condition = ""            # as received / 样品状态
# received = 2026-01-01     # 收样日期
# told_by_customer = []     # which of these the customer told / 由委托方提供的信息
# photos = []               # files beside this order / 照片文件

[tests]
# place = ""                # 检测地点
# sampling = ""             # 抽样说明
# deviations = []           # from the method / 偏离
# additions = []            # 增加
# customer_asks = []        # what the customer asked for / 委托方要求
# agreed_rule = "simple"    # decision rule agreed with the customer: simple, guarded / 商定的判定规则

[persons]                   # names of lab.toml / 须为 lab.toml 中的人员
# tested = ""               # 主检
# reviewed = ""             # 审核
# authorised = ""           # 批准

# [[environment]]           # in real time / 实时试验须填写环境条件
# quantity = {{ zh = "温度", en = "temperature" }}
# low = "22.5"
# high = "23.5"
# unit = "°C"
# equipment = ""            # its number in lab.toml / lab.toml 中的设备编号

# [[amendments]]            # from the second issue on / 第二版起
# issue = 2
# reason = ""               # 修改原因
"""
