"""What a run, its folder, its captures and its plugin refuse and tell, by id in both languages."""

from __future__ import annotations

from bench.history.sentences import UNREADABLE as JOURNAL_UNREADABLE
from simulators.sentences import NOTHING, Sentence

__all__ = ["JOURNAL_UNREADABLE", "NOTHING"]

BENCH_FAILED = Sentence("bench-failed", "the bench failed: {kind}: {error}", "台架自身故障：{kind}：{error}")
NO_RUN_FOLDER = Sentence("bench-no-run-folder", "expected a run folder, found {found}", "应为运行目录，实际为{found}")
NOT_A_RUN = Sentence(
    "bench-not-a-run", "this is no run folder, it has no {file}{hint}", "不是运行目录，没有 {file}{hint}"
)
A_FILE = Sentence("bench-a-file", "a file", "文件")
RUNS_IN_IT = Sentence("bench-runs-in-it", "; runs in it are {runs}", "；其中的运行有 {runs}")
SUCH_FOLDER = Sentence("bench-such-folder", "; a run folder is out/<run>", "；运行目录形如 out/<run>")
CAPTURES_UNREADABLE = Sentence(
    "bench-captures-unreadable", "the captures cannot be read ({strerror})", "无法读取抓包清单（{strerror}）"
)
NO_CAPTURES = Sentence("bench-no-captures", "not a list of captures ({error})", "不是抓包清单（{error}）")
CAPTURES_FORMAT = Sentence(
    "bench-captures-format", "expected format {format}, found {format2!r}", "清单格式应为 {format}，实际为 {format2!r}"
)
FRAME_CUT = Sentence("bench-frame-cut", "the last frame is cut off", "末帧不完整")
FRAME_SHORT = Sentence("bench-frame-short", "a frame is too short", "帧长度不足")
PCAP_EXPECTED = Sentence("bench-pcap-expected", "expected a pcap file with nanosecond stamps", "应为纳秒级 pcap 文件")
IPV4_EXPECTED = Sentence("bench-ipv4-expected", "expected IPv4 in every frame", "应全部为 IPv4 帧")
TRANSPORT_EXPECTED = Sentence(
    "bench-transport-expected", "expected TCP or UDP, found protocol {frame}", "应为 TCP 或 UDP，实际协议号为 {frame}"
)
FILE_FORMAT = Sentence(
    "bench-file-format", "format is {found!r}, expected {wanted!r}", "格式为 {found!r}，应为 {wanted!r}"
)
NOT_OF_THE_BENCH = Sentence(
    "bench-not-of-the-bench", "not what the bench wrote there ({error})", "不是测试台写成的内容（{error}）"
)
MOVED = Sentence(
    "bench-moved", "its {name} says {case} #{attempt}; it was moved", "其 {name} 记为 {case} 第 {attempt} 次，已被移动"
)
WAS_INTERRUPTED = Sentence("bench-was-interrupted", "interrupted", "已中断")
BENCH_CHANGED = Sentence(
    "bench-bench-changed",
    "the files of this bench changed while it ran ({name}), and its reports cannot be made; let them alone "
    "and run it again",
    "运行期间测试台自身的文件被更改（{name}），无法生成报告，请勿改动并重新运行",
)
RUN_UNWRITABLE = Sentence(
    "bench-run-unwritable",
    "cannot be written: {strerror}; make room and go on with `carbonbench run --resume {folder}`",
    "无法写入：{strerror}，请腾出空间后用 `carbonbench run --resume {folder}` 续跑",
)
OTHER_ITEM = Sentence(
    "bench-other-item",
    "this case tests a {item}, and the profile submits a {kind} (R-01)",
    "该用例测试{item}，而档案送检的是{kind}（R-01）",
)
DOCUMENTS_NOT_CLAIMED = Sentence(
    "bench-documents-not-claimed", "{named} not claimed by the profile", "档案未声明 {named}"
)
UNANSWERED = Sentence("bench-unanswered", "the capability statement does not answer; add", "能力声明未作答，请补充")
CONDITION_ABSENT = Sentence(
    "bench-condition-absent",
    "the condition written in the clause is absent: {what} (R-03)",
    "条款所写条件不成立：{what}（R-03）",
)
OTHER_RIG = Sentence("bench-other-rig", "this case does not run in the {name} rig", "该用例不适用于 {name} 台架")
NOT_CLAIMED = Sentence("bench-not-claimed", "not claimed: {what} (R-03)", "未声明：{what}（R-03）")
UNSUPPORTED = Sentence("bench-unsupported", "declared unsupported: {what} (R-03)", "声明不支持：{what}（R-03）")
NO_OTHER_WAY = Sentence(
    "bench-no-other-way",
    "this case needs {what}, which the profile denies; no other way yet",
    "本用例需要 {what}，档案未声明，暂无其他途径",
)
OTHER_THAN_JUDGED = Sentence(
    "bench-other-than-judged",
    "this is not the record of the run: verdicts.json names {named}…, the record has {has}…",
    "不是该运行的记录：verdicts.json 为 {named}…，记录为 {has}…",
)
