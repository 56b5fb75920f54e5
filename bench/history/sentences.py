"""What is wrong with a record, by id in both languages."""

from __future__ import annotations

from simulators.sentences import Sentence

NO_LINE = Sentence("history-no-line", "not a line of a record ({error})", "不是记录行（{error}）")
CHAIN_BROKEN = Sentence(
    "history-chain-broken",
    "the chain is broken: expected {expected}, found {shown}; this line or the one before was altered, added "
    "or removed",
    "哈希链断开：应为 {expected}，实际为 {shown}，此行或前一行被改动、添加或删除",
)
UNKNOWN_EVENT = Sentence("history-unknown-event", "unknown event ({error})", "未知事件（{error}）")
INTERRUPTED = Sentence(
    "history-interrupted", "interrupted: the bench itself ended before the case did", "台架在用例结束前中断"
)
NOTHING_RECORDED = Sentence("history-nothing-recorded", "nothing of it was recorded", "无记录")
TORN = Sentence("history-torn", ", {torn} octets of a torn last line left out", "，末行残缺 {torn} 字节，未计入")
OTHER_PHASE = Sentence(
    "history-other-phase",
    "phase {name!r} at {t} us: {error}; this version cannot judge such a record",
    "{t} µs 的阶段 {name!r}：{error}，这样的记录本版本无法评判",
)
OTHER_QUESTION = Sentence(
    "history-other-question",
    "{what!r} asked at {asked} us: {error}; this version cannot judge such a record",
    "{asked} µs 提问的 {what!r}：{error}，这样的记录本版本无法评判",
)
NO_BEGINNING = Sentence(
    "history-no-beginning", "the history does not begin with what stood on the bench", "记录缺少开头的台架说明"
)
UNREADABLE = Sentence("history-unreadable", "cannot be read ({strerror})", "无法读取（{strerror}）")
OTHER_CAPTURE = Sentence(
    "history-other-capture",
    "expected {what} {right}…, found {found}…",
    "抓包文件与记录不符：{what} 应为 {right}…，实际为 {found}…",
)
NO_END = Sentence("history-no-end", "the record is not complete: its end line is missing", "记录不完整：缺少结束行")
EARLY_END = Sentence("history-early-end", "an end line in a record under way", "记录未完却有结束行")
RECORDED = Sentence("history-recorded", "{number} events were recorded{lost}", "已记录 {number} 个事件{lost}")
