"""What is wrong with a scenario, by id in both languages."""

from __future__ import annotations

from simulators.sentences import Sentence

NOT_IN_SCENARIO = Sentence(
    "layout-not-in-scenario",
    "the scenario has no {absent}, of which it tells something",
    "场景中没有 {absent}，却有其内容",
)
OF_KNOWN = Sentence(
    "layout-of-known", "expected {what} of {known}, got {unknown}", "{what}应为 {known} 之一，实际为 {unknown}"
)
SENDER_SETTING = Sentence(
    "layout-sender-setting",
    "sender {id}: unknown {unknown}; known: {known}",
    "终端 {id}：未知设置 {unknown}，可用：{known}",
)
TWICE = Sentence("layout-twice", "park {id}: {twice} comes twice", "园区 {id}：{twice} 出现两次")
NO_SENDER = Sentence(
    "layout-no-sender",
    "point {id}: no sender {sender} in enterprise {enterprise}",
    "测点 {id}：企业 {enterprise} 没有终端 {sender}",
)
NO_PART = Sentence(
    "layout-no-part",
    "point {id}: no {what} {wanted} in enterprise {enterprise}",
    "测点 {id}：企业 {enterprise} 没有 {what} {wanted}",
)
KIND_EXPECTED = Sentence(
    "layout-kind-expected",
    "expected a {what} of kind {kinds}, got {kind!r}",
    "{what}的类型应为 {kinds}，实际为 {kind!r}",
)
LINE_METERS = Sentence(
    "layout-line-meters",
    "line: expected meters of {known}, got {unknown}",
    "串行线：表计应为 {known} 之一，实际为 {unknown}",
)
OPERATION = Sentence(
    "layout-operation",
    "expected one of {operations}, got {operation!r}",
    "应为 {operations} 之一，实际为 {operation!r}",
)
EMITTER_WRONG = Sentence("layout-emitter-wrong", "emitter {id}: {wrong}", "排放单位 {id}：{wrong}")
CENTRE_KIND = Sentence(
    "layout-centre-kind",
    "centre {centre}: unknown kind {kind}; known: {known}",
    "中心 {centre}：未知类型 {kind}，可用：{known}",
)
CENTRE_SETTING = Sentence(
    "layout-centre-setting",
    "centre {centre}: unknown {unknown}; known: {known}",
    "中心 {centre}：未知设置 {unknown}，可用：{known}",
)
