"""Why the operations room refuses something: messages by id, told in what is answered and logged.

Leaves when they are told to the modules of this room.
"""

from __future__ import annotations

from reference_terminal.model.messages import reason

DATES_UNREADABLE = reason("dates-unreadable", en="expected dates such as 2026-03-01", zh="日期应为 2026-03-01 形式")
DUE_BEFORE_CALIBRATED = reason("due-before-calibrated", en="expected due after calibrated", zh="有效期应晚于检定日期")
NOT_YES_OR_NO = reason(
    "not-yes-or-no",
    en="expected under_verification as yes or no",
    zh="under_verification 应为 yes 或 no",
)
TABLE_EMPTY = reason("table-empty", en="expected a table with a line of heads, got nothing", zh="表格为空，应有表头行")
TABLE_ROWS = reason(
    "table-rows",
    en="expected 1 to {most} instruments, got {got}",
    zh="应有 1 至 {most} 台器具，实有 {got}",
)
TABLE_TOO_LONG = reason(
    "table-too-long",
    en="expected at most {most} MiB, got {got} octets",
    zh="表格过大，最多 {most} MiB",
)
TABLE_NO_CSV = reason("table-no-csv", en="expected CSV: {problem}", zh="不是有效的 CSV 表格")
TABLE_ENCODING = reason(
    "table-encoding", en="expected CSV in UTF-8 or GB 18030", zh="应为 UTF-8 或 GB 18030 编码的 CSV"
)
SETTING_UNUSABLE = reason("setting-unusable", en="{name!r} cannot be used", zh="{name!r} 无法使用")
TIME_SHORT = reason("time-short", en="the answer has {octets} octets, expected {size}", zh="应答过短")
TIME_OTHER = reason("time-other", en="the answer does not belong to the question", zh="应答与请求不符")
TIME_UNSYNCHRONISED = reason(
    "time-unsynchronised", en="the server is not synchronised itself (stratum {stratum})", zh="服务器自身未同步"
)
TIME_LATE = reason("time-late", en="the answer was under way for {way_ns:.3f} s", zh="应答在途时间过长")
TIME_CONTRADICTS = reason("time-contradicts", en="two answers in a row contradict each other", zh="两次应答不一致")
TIME_NOT_ASKED = reason("time-not-asked", en="cannot be asked: {error}", zh="无法发送请求")
TIME_SILENT = reason("time-silent", en="no answer within {answer_s:g} s", zh="无应答")
TIME_UNREACHED = reason("time-unreached", en="cannot be reached: {error}", zh="无法到达")
