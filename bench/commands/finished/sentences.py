"""What commands on a finished run refuse and tell, by id in both languages."""

from __future__ import annotations

from bench.commands.sentences import WRITTEN as WRITTEN
from bench.sentences import OTHER_THAN_JUDGED as OTHER_THAN_JUDGED
from simulators.sentences import Sentence

NOBODY = Sentence("finished-nobody", "nobody", "无")
OTHER_THAN_VERDICT = Sentence("finished-other-than-verdict", ", otherwise than in its verdict", "，差异不在结论")
BOTH_ENDS = Sentence("finished-both-ends", "{begin} to {end}", "{begin} 至 {end}")
MORE_IN_JSON = Sentence("finished-more-in-json", "… {rows} more, see --json", "其余 {rows} 项见 --json")
SAME_EVENTS = Sentence(
    "finished-same-events",
    "records: {records} of {common} have the same events",
    "记录：{common} 份中 {records} 份事件相同",
)
OTHER_EVENTS = Sentence("finished-other-events", "other events: {name}", "事件不同：{name}")
NOTHING_TO_COMPARE = Sentence("finished-nothing-to-compare", "nothing to compare", "无可比较内容")
BY_THIS_CHAIN = Sentence("finished-by-this-chain", "by this chain", "按上述步骤")
SUCH_INSTANT = Sentence(
    "finished-such-instant",
    "expected an instant such as 2026-03-02T09:00:00, got {start!r}",
    "应为 2026-03-02T09:00:00 形式的时刻，实际为 {start!r}",
)
TOTAL_AND_PERIOD = Sentence(
    "finished-total-and-period",
    "expected one of {totals} and one of {periods}, got {of!r}, {kind!r}",
    "应为 {totals} 之一与 {periods} 之一，实际为 {of!r}、{kind!r}",
)
NO_RECORD_OF_CASE = Sentence(
    "finished-no-record-of-case",
    "no record of case {case!r} in {folder}; there are {known}",
    "{folder} 中没有用例 {case!r} 的记录，可用：{known}",
)
NO_EMITTER = Sentence(
    "finished-no-emitter",
    "case {case} has no emitter: its terminal was not told to account",
    "用例 {case} 没有排放单位：其终端未配置核算",
)
NOT_CALLED = Sentence(
    "finished-not-called",
    "no {of} is called {id!r}; sources are {sources}",
    "没有名为 {id!r} 的 {of}，排放源有 {sources}",
)
NOT_RECORDED = Sentence(
    "finished-not-recorded",
    "nothing was recorded at {local}; the record is of {span}",
    "{local} 未有记录，记录为 {span}",
)
SHOWN = Sentence("finished-shown", "shown", "显示")
RECORD_OTHERWISE = Sentence(
    "finished-record-otherwise",
    "{name}: the record has {recorded!r}, verdicts.json {said!r}",
    "{name}：记录为 {recorded!r}，verdicts.json 为 {said!r}",
)
ITEM_OTHERWISE = Sentence(
    "finished-item-otherwise",
    "item: the record is of {item!r}, verdicts.json of {terminal!r}",
    "样品：记录为 {item!r}，verdicts.json 为 {terminal!r}",
)
PART_OTHERWISE = Sentence(
    "finished-part-otherwise",
    "{what}.{name}: the record has {value!r}, verdicts.json {get!r}",
    "{what}.{name}：记录为 {value!r}，verdicts.json 为 {get!r}",
)
NOT_CAPTURED = Sentence(
    "finished-not-captured",
    "a frame that centre {centre} received at {t} µs is not in the capture ({frame}…)",
    "中心 {centre} 于 {t} µs 收到的报文不在抓包文件中（{frame}…）",
)
CLAUSE_OTHERWISE = Sentence(
    "finished-clause-otherwise",
    "clause {name}: verdicts.json says {said}, it follows {due}{other}",
    "条款 {name}：verdicts.json 为 {said}，应得 {due}{other}",
)
CLAIMS_OTHERWISE = Sentence(
    "finished-claims-otherwise", "not_claimed does not follow from the claims", "not_claimed 与能力声明不符"
)
NO_PARAMETER = Sentence(
    "finished-no-parameter", "deviations.{name} is not among the parameters", "deviations.{name} 不在参数之中"
)
NOT_OF_DRIVE = Sentence(
    "finished-not-of-drive", "it cannot be judged from the drive {drive}", "不可由驱动 {drive} 判定"
)
SEED_OTHERWISE = Sentence(
    "finished-seed-otherwise", "its seed does not follow from the run's", "其种子与运行的种子不符"
)
NO_EXPECTED_FAIL = Sentence(
    "finished-no-expected-fail", "is an expected fail and did not fail", "标为预期不通过而并非不通过"
)
RESULT_OTHERWISE = Sentence(
    "finished-result-otherwise",
    "{field}: its result.json has {was!r}, verdicts.json {now!r}",
    "{field}：其 result.json 为 {was!r}，verdicts.json 为 {now!r}",
)
ATTEMPT_LACKS = Sentence(
    "finished-attempt-lacks",
    "attempt missing: {name} #{number} has a folder, verdicts.json lacks it",
    "缺少执行：{name} 第 {number} 次有目录，verdicts.json 没有",
)
RUN_OTHERWISE = Sentence(
    "finished-run-otherwise",
    "{name}: run.json has {was!r}, verdicts.json {now!r}",
    "{name}：run.json 为 {was!r}，verdicts.json 为 {now!r}",
)
OF_OTHER_ITEM = Sentence(
    "finished-of-other-item",
    "is of {item!r}, verdicts.json of {terminal!r}",
    "样品为 {item!r}，verdicts.json 为 {terminal!r}",
)
NOT_THE_RUNS = Sentence("finished-not-the-runs", "{name} is not that of the run", "{name} 与运行不符")
PACKAGE_OTHERWISE = Sentence(
    "finished-package-otherwise",
    "{name} was {packages}, verdicts.json says {number}",
    "{name} 曾为 {packages}，verdicts.json 为 {number}",
)
NO_MANIFEST = Sentence(
    "finished-no-manifest",
    "its manifest is missing, nothing proves that it is as it was written",
    "缺少清单，无从证明其未被改动",
)
CUT_OFF = Sentence(
    "finished-cut-off",
    "this run was cut off; `carbonbench run --resume {folder}` ends it",
    "运行被中断，`carbonbench run --resume {folder}` 可续完",
)
ALTERED_NO_REPORTS = Sentence(
    "finished-altered-no-reports", "altered since the run, no reports are written", "运行后被改动，不生成报告"
)
CASE_GONE = Sentence(
    "finished-case-gone", "case {id} of this run is not in the suite any more", "该运行的用例 {id} 已不在套件中"
)
OTHER_RECORDS = Sentence(
    "finished-other-records",
    "the records are not those of the run: expected digest {history_digest}, found {digest}",
    "记录不是该运行的：摘要应为 {history_digest}，实际为 {digest}",
)
DIFFERS = Sentence("finished-differs", "differs from the run:", "与原判定不同：")
DOES_NOT_FOLLOW = Sentence(
    "finished-does-not-follow", "does not follow from the rest of the folder:", "与运行目录其余内容不符："
)
SAME_VERDICTS = Sentence(
    "finished-same-verdicts",
    "{cases} cases judged again from their records: the same verdicts",
    "由记录重新判定 {cases} 个用例：结果一致",
)
OTHER_JUDGE = Sentence(
    "finished-other-judge", "judged by bench {now}, run by {then}", "由测试台 {now} 判定，由 {then} 执行"
)
NO_REGISTER_FOUND = Sentence(
    "finished-no-register-found", "expected the laboratory's register, found none", "应为实验室的登记簿，未找到"
)
OTHER_DIGEST = Sentence(
    "finished-other-digest",
    "the signed digest is {found}, expected was {digest}",
    "签名的摘要为 {found}，应为 {digest}",
)
UNALTERED = Sentence("finished-unaltered", "every file as it was written", "所有文件与写成时一致")
SIGNED_DIGEST = Sentence("finished-signed-digest", "signed digest", "签名摘要")
SIGNED_BY = Sentence("finished-signed-by", "signed by: {by}; from {begun} to {ended}", "签名：{by}，{begun} 至 {ended}")
STAMPED_BY = Sentence("finished-stamped-by", "stamped by", "时间戳")
IN_REGISTER = Sentence(
    "finished-in-register", "register: line {lines}, head {head}", "登记簿：第 {lines} 行，链头 {head}"
)
NO_LOG = Sentence("finished-no-log", "the log of attempts is missing", "缺少执行日志")
REPORTS_WRITTEN = Sentence("finished-reports-written", "reports written", "报告已生成")
DELIVERY_JSON = Sentence(
    "finished-delivery-json",
    "--json goes with --delivery; the verdicts are in verdicts.json",
    "--json 须与 --delivery 同用，结论在 verdicts.json 中",
)
NONE_KNOWN = Sentence("finished-none-known", "none", "没有")
