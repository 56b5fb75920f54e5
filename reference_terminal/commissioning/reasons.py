"""What is wrong with a spreadsheet, and why a terminal that is asked tells nothing: messages by id.

Leaves finding what is wrong to the modules of this room.
"""

from __future__ import annotations

from reference_terminal.model.messages import reason

NO_SHEET = reason(
    "no-sheet", en="expected one of {columns}{hint}; rename or remove it", zh="应为 {columns} 之一，请改名或删除{hint}"
)
NO_WORKBOOK = reason(
    "no-workbook",
    en="expected a readable xlsx file, got: {why}; check path and form",
    zh="应为可读的 xlsx 表格，实际：{why}，请检查路径和格式",
)
CELL_ERROR = reason("cell-error", en="the cell shows an error, {value}; mend it", zh="单元格错误 {value}，请更正")
CELL_DATE = reason(
    "cell-date",
    en="expected text or a number, got the date or time {value}; format the column as text and type it again",
    zh="应为文本或数值，实际为日期或时间 {value}，请设为文本格式后重新输入",
)
CELL_ZEROS = reason(
    "cell-zeros",
    en="is a number, {value}, which has lost its leading zeros; format the column as text and type it again",
    zh="为数值 {value}，前导零已丢失，请设为文本格式后重新输入",
)
NO_SETTING = reason(
    "no-setting",
    en="expected a setting such as terminal.name, storage.path or api.port, got {key!r}",
    zh="应为 terminal.name、storage.path、api.port 等参数，实际为 {key!r}",
)
NO_ROW = reason(
    "no-row", en="no row of sheet {owners!r} has the id {owner!r}{hint}", zh="工作表 {owners} 中没有 {owner!r}{hint}"
)
NO_ANSWER = reason("no-answer", en="the terminal does not answer: {error}", zh="终端无应答：{error}")
ANSWER_UNREADABLE = reason("answer-unreadable", en="the answer cannot be read", zh="应答无法解析")
NO_STORED_RESULT = reason(
    "no-stored-result",
    en="the formula has no stored result; open the file, save it, or type the value in its place",
    zh="公式没有存储结果，请打开并保存表格或直接填写数值",
)
NO_XLSX = reason("no-xlsx", en="it is no xlsx workbook", zh="不是 xlsx 工作簿")
