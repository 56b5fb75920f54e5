"""What a person at the bench is asked and told, by id in both languages."""

from __future__ import annotations

from simulators.sentences import Sentence, Words

ON, OFF = Words("on", "接通"), Words("off", "断开")
YES = Words("yes", "是")
"""What a person may type to attest."""

RIG = Sentence("operator-rig", "Rig", "台架")
ITEM = Sentence("operator-item", "Item", "样品")
CASE = Sentence("operator-case", "Case", "用例")
DONE_SO_FAR = Sentence("operator-done-so-far", "Progress", "进度")
NEXT_CASE = Sentence("operator-next-case", "Next", "下一项")
SWITCH_SUPPLY = Sentence(
    "operator-switch-supply",
    "Please switch the terminal's supply {how} now, then confirm.",
    "请立即{how}终端电源，然后确认。",
)
TYPE_NUMBER = Sentence("operator-type-number", "Type a number", "输入编号")
PHOTO_ON_PAGE = Sentence("operator-photo-on-page", "A photo is wanted: answer on the page", "需要照片，请在网页上回答")
IF_NOT = Sentence("operator-if-not", "! and a reason if it cannot be done", "无法完成请输入感叹号及原因")
TIME_LEFT = Sentence("operator-time-left", "Time left", "剩余时间")
OPEN_UNTIL = Sentence("operator-open-until", "open until", "截止")
DEVICE_FILES = Sentence("operator-device-files", "Files for the device", "供样品使用的文件")
NAME = Sentence("operator-name", "Name", "姓名")
I_ATTEST = Sentence("operator-i-attest", "I attest this", "本人确认属实")
REMARK = Sentence("operator-remark", "Answer or remark", "答案或说明")
WANTED = Sentence("operator-wanted", "wanted", "必需")
PHOTO = Sentence("operator-photo", "Photo", "照片")
DONE = Sentence("operator-done", "Done", "完成")
CANNOT = Sentence("operator-cannot", "Cannot", "无法完成")
NONE_OPEN = Sentence("operator-none-open", "No question is open", "暂无提问")
NAME_FIRST = Sentence("operator-name-first", "Your name first, in a line of its own", "请先单独一行输入姓名")
YES_OR_REASON = Sentence("operator-yes-or-reason", 'expected "yes", or "!" and the reason', "应为 yes，或感叹号及原因")
TYPE_YES = Sentence("operator-type-yes", "Type yes to attest", "输入 yes 确认属实")
TYPE_LINES = Sentence("operator-type-lines", "Type lines, then a line with only {end}", "逐行输入，最后单独一行 {end}")
TYPE_ANSWER = Sentence("operator-type-answer", "Type your answer, or Enter when it is done", "输入答案，或完成后按回车")
GIVE_NAME = Sentence("operator-give-name", "give your name, at most 80 characters", "请填写姓名，不超过 80 个字符")
TEXT_LONG = Sentence("operator-text-long", "the text is longer than 1 MiB", "内容超过 1 MiB")
SAY_WHY = Sentence("operator-say-why", "say why it cannot be done", "请说明无法完成的原因")
ONE_OF = Sentence(
    "operator-one-of", "expected one of {choices}, found {text!r}", "应为 {choices} 之一，实际为 {text!r}"
)
ANSWER_EMPTY = Sentence("operator-answer-empty", "expected an answer, found an empty one", "请填写答案")
PHOTO_ASKED = Sentence(
    "operator-photo-asked", "this question asks for a photo; add one on the page", "此项需要照片，请在网页上添加"
)
PHOTO_LARGE = Sentence(
    "operator-photo-large", "a photo has {octets} MiB, at most {most} are taken", "照片为 {octets} MiB，最大 {most} MiB"
)
PHOTO_KIND = Sentence("operator-photo-kind", "a photo is expected as JPEG or PNG", "照片应为 JPEG 或 PNG")
BENCH_ENDED = Sentence("operator-bench-ended", "the bench has ended", "试验台已结束")
QUESTION_CLOSED = Sentence("operator-question-closed", "this question is closed", "该问题已结束")
BENCH_WENT_ON = Sentence("operator-bench-went-on", "closed: the bench went on", "已结束：试验台已继续")
ANSWERED_BY = Sentence("operator-answered-by", "answered by {strip}", "已由 {strip} 回答")
NOBODY_ANSWERED = Sentence(
    "operator-nobody-answered", "nobody answered {id!r} within {within_s:g} s", "{within_s:g} s 内无人回答 {id!r}"
)
WITHDRAWN = Sentence("operator-withdrawn", "withdrawn before it was answered", "提问在回答前被撤回")
COULD_NOT = Sentence("operator-could-not", "{by} could not do {id!r}: {strip}", "{by} 无法完成 {id!r}：{strip}")
COLUMNS = Sentence(
    "operator-columns",
    "line 1: expected the columns {wanted}, missing {missing}",
    "第 1 行应有列 {wanted}，缺少 {missing}",
)
MOST_LINES = Sentence(
    "operator-most-lines",
    "expected at most {most_rows} lines, found {found}",
    "应不超过 {most_rows} 行，实际为 {found} 行",
)
CELLS = Sentence(
    "operator-cells",
    "line {number}: expected {head} cells, found {cells}",
    "第 {number} 行：应为 {head} 列，实际为 {cells} 列",
)
NO_FILE = Sentence("operator-no-file", "there is no such file", "没有此文件")
FORM_OF_OTHER = Sentence(
    "operator-form-of-other", "this form is not of this run; answer here", "表单不属于本次运行，请在此填写"
)
THAT_CLOSED = Sentence("operator-that-closed", "that question is closed", "该问题已经结束")
TICK = Sentence("operator-tick", "tick the box to attest, or say why you cannot", "请勾选确认，或说明无法确认的原因")
