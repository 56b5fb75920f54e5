"""Every word of the HTML pages, in English and Chinese.

Leaves the words of checks and clauses to the suite and the ledger, which carry both languages themselves.
"""

from __future__ import annotations

from bench.case import Text

TEXTS: dict[str, Text] = {
    "access-matrix": Text("Access as it was found", "实测访问权限矩阵"),
    "access-function": Text("Function", "功能"),
    # Frame
    "title": Text("Results of a run", "运行结果"),
    "working": Text("Working paper, not a report", "工作稿，非检测报告"),
    "working-note": Text(
        "It has no number of a laboratory and nothing that only a laboratory may say. `carbonbench issue` writes "
        "the report.",
        "不含实验室编号及只能由实验室说明的内容；检测报告由 carbonbench issue 生成。",
    ),
    "subtitle": Text(
        "Carbon-emission monitoring terminal, tested against five consultation drafts",
        "碳排放在线监测终端——依据五份标准征求意见稿检测",
    ),
    "subtitle-platform": Text(
        "Carbon management platform, tested against five consultation drafts",
        "碳排放管理平台——依据五份标准征求意见稿检测",
    ),
    "report-id": Text("Run and records", "运行及记录标识"),
    "contents": Text("Contents", "目录"),
    "end": Text("End", "结束"),
    "print-hint": Text(
        "Print this page to get the whole report on A4 with every case opened.",
        "打印本页可得到 A4 版完整报告（全部用例展开）。",
    ),
    "none": Text("none", "无"),
    "unknown": Text("not stated", "未注明"),
    # Summary
    "summary": Text("Summary", "结论摘要"),
    "outcome-pass": Text("Every case that ran passed", "已执行的用例全部通过"),
    "outcome-fail": Text("Failures found", "存在不通过项"),
    "outcome-declared": Text(
        "No case failed, but required functions are declared unsupported", "用例无不通过项，但必备功能声明不支持"
    ),
    "outcome-error": Text("The bench itself failed: no result", "台架自身出错：结果无效"),
    "outcome-inconclusive": Text("Not everything could be decided", "部分项目无法判定"),
    "outcome-none": Text("Nothing was run", "未执行任何用例"),
    "outcome-note": Text(
        "Outcome of this run only. The statement of conformity stands below, one for each draft; there is no "
        "joint one.",
        "仅为本次运行的结果。符合性声明按标准草案分别给出（见下），不作合并结论。",
    ),
    "cases-count": Text("cases by verdict", "用例判定统计"),
    "failing": Text("Cases that failed, from first to last on this page", "未通过的用例（按本页顺序）"),
    "clauses-count": Text("clauses by verdict", "条款判定统计"),
    "statements": Text("Statement of conformity for each draft", "各标准草案的符合性声明"),
    "draft": Text("Draft", "标准草案"),
    "statement": Text("Statement", "声明"),
    "why": Text("Why", "理由"),
    "binding": Text("binding clauses", "约束性条款"),
    "automatic": Text("of these decided by cases alone", "其中仅由用例判定"),
    "no-draft": Text("No clause of any draft was touched.", "未涉及任何标准草案条款。"),
    "not-claimed": Text("Not claimed", "未声明支持"),
    "not-claimed-note": Text(
        "Characteristics of strength statement, should or may that the capability statement disclaims; they do not "
        "count. The questions stand under the capability statement below.",
        "能力声明中未声明支持的特性（强度为陈述、宜或可）：不计入结论；问题全文见下文能力声明。",
    ),
    "unsupported": Text("Declared unsupported", "声明不支持"),
    "unsupported-note": Text(
        "The drafts say “shall”, the capability statement answers no: each of these clauses fails (R-03), and with it "
        "the statement for its draft, whatever the cases found.",
        "草案要求“应”，而能力声明答为否：下列条款均判为不通过（R-03），无论用例结果如何，该草案的声明即为不符合。",
    ),
    "absent": Text("Conditions that are absent", "不成立的条件"),
    "absent-note": Text(
        "Conditions written in the clauses and answered no: their clauses are not applicable (R-03).",
        "条款自身写明的条件，答为否：相应条款不适用（R-03）。",
    ),
    "mixed": Text("Not repeatable", "不可重复"),
    "mixed-note": Text(
        "The attempts of these cases came to different verdicts: they count as fail (R-07).",
        "下列用例各次执行结果不一致，按不通过计（R-07）。",
    ),
    "differences": Text("Where the readings differ", "两种解读的差异"),
    "differences-note": Text(
        "Checks that answer under reading B of the ruling too, and come to another verdict there on the same evidence. "
        "Only reading A counts. Beside every clause with a reading B stands its verdict under it, or why it was not "
        "evaluated.",
        "下列检查亦按裁定的解释 B 作答，且在相同证据下判定不同。仅解释 A 计入结论。"
        "凡有解释 B 的条款，均注明其在解释 B 下的判定，或未予评价的原因。",
    ),
    "differences-none": Text(
        "In this run no check that answers under reading B comes to another verdict there.",
        "本次运行中，能按解释 B 作答的检查均未得出不同判定。",
    ),
    "reading-a": Text("Reading A (counts)", "解释 A（计入结论）"),
    "reading-b-column": Text("Reading B (no effect)", "解释 B（不计入）"),
    "b-tally": Text(
        "Clauses with a reading B: same verdict under it · another verdict · not evaluated",
        "有解释 B 的条款：判定相同 · 判定不同 · 未予评价",
    ),
    "not-evaluated": Text("not evaluated", "未予评价"),
    "not-asked": Text("the clause does not apply", "条款不适用"),
    "no-wording": Text("not worded for this clause; see the ruling", "本条款未另行表述，见裁定"),
    "observed-title": Text("Declared and observed", "声明与观测"),
    "observed-note": Text(
        "Declared maxima of the capability statement against what the terminal did in cases that passed. All meters of "
        "a case hang on the terminal's one field port.",
        "能力声明的最大值与终端在已通过用例中的实际表现对照。每个用例的全部仪表均接在终端的同一现场网口上。",
    ),
    "observed-note-platform": Text(
        "Declared maxima of the capability statement against what the platform did in cases that passed.",
        "能力声明的最大值与平台在已通过用例中的实际表现对照。",
    ),
    "quantity": Text("Quantity", "量"),
    "declared": Text("Declared", "声明值"),
    "observed": Text("Observed", "观测值"),
    "shown-by": Text("Shown by", "依据用例"),
    "finding": Text("Finding", "结论"),
    "how": Text("How the entries are decided", "条目的判定方式"),
    "how-note": Text(
        "Every entry of the ledger that asks for something, by the way it can be decided at all.",
        "台账中提出要求的全部条目，按可用的判定方式统计。",
    ),
    "says-not": Text("What this report does not say", "本报告不说明的内容"),
    "says-not-item": Text(
        "The results relate only to the item tested, in the state and with the settings given here.",
        "检测结果仅对被测样品在本报告所述状态和设置下有效。",
    ),
    "says-not-lab": Text(
        "Nothing is said about enclosure, supply, climate, electromagnetic compatibility, documents or "
        "organisation unless "
        "external evidence is entered: such clauses wait under “review”, never passed (R-04).",
        "除非录入外部证据，本报告不涉及外壳、供电、气候、电磁兼容、文件与组织管理；相应条款列为“待人工复核”，绝不视"
        "为通过（R-04）。",
    ),
    "says-not-draft": Text(
        "The documents are consultation drafts. Where they leave a question open, the bench's ruling "
        "decides; the rulings "
        "create no requirement beyond the drafts.",
        "所依据文件均为征求意见稿。文件未明确之处以本台架裁定为准；裁定不增加草案以外的要求。",
    ),
    "says-not-virtual": Text(
        "Results in virtual time hold for a terminal that takes all its time from the bench; processing "
        "delay and response "
        "times are never decided in virtual time (R-08).",
        "虚拟时间下的结果仅适用于完全由台架提供时间的终端；处理时延与响应时间不在虚拟时间下判定（R-08）。",
    ),
    "says-not-virtual-platform": Text(
        "Results in virtual time hold for a platform that takes all its time from the bench; response times are never "
        "decided in virtual time (R-08).",
        "虚拟时间下的结果仅适用于完全由台架提供时间的平台；响应时间不在虚拟时间下判定（R-08）。",
    ),
    "says-not-open": Text(
        "“Inconclusive”, “review” and “not run” are not passes: nothing is claimed about those clauses.",
        "“无法判定”“待人工复核”“未执行”均不等于通过，对相应条款不作任何声明。",
    ),
    # Identification, ISO/IEC 17025:2017, 7.8.2
    "identification": Text("Identification", "报告信息"),
    "identification-note": Text(
        "What the run itself knows. Laboratory, customer, condition of the item and dates are said by the "
        "laboratory when "
        "it issues a report.",
        "仅列运行自身所知的信息；实验室、委托单位、样品状态和日期由实验室在签发报告时说明。",
    ),
    "item": Text("Item under test", "被测样品"),
    "performed": Text("Date of the tests", "检测日期"),
    "conditions": Text("Test conditions", "检测条件"),
    "conditions-virtual": Text(
        "No physical environment: terminal and world ran in simulated time.", "无物理环境：终端与环境在仿真时间中运行。"
    ),
    "conditions-virtual-platform": Text(
        "No physical environment: platform and terminals ran in simulated time.",
        "无物理环境：平台与终端在仿真时间中运行。",
    ),
    "claims-note": Text(
        "Supplied by the customer, who answers for it (ISO/IEC 17025:2017, 7.8.2.2). What was seen of it stands under "
        "“Declared and observed”.",
        "由客户提供并对其负责（ISO/IEC 17025:2017 第 7.8.2.2 条）；检测中所见列于“声明与观测”。",
    ),
    "rig": Text("Rig", "台架"),
    "seed": Text("Master seed", "主种子"),
    "commit": Text("Bench version (commit)", "台架版本（提交号）"),
    "serve-login": Text("Log in", "登录"),
    "serve-logout": Text("Log out", "退出"),
    "serve-password": Text("Password", "口令"),
    "serve-queue": Text("Queue of items and benches", "样品与台架队列"),
    "serve-order": Text("Order a run", "申请运行"),
    "serve-profile": Text("Item (profile)", "样品（档案）"),
    "serve-cases": Text("Cases or patterns (none: all)", "用例或模式（空为全部）"),
    "serve-repeat": Text("Times", "次数"),
    "serve-withdraw": Text("Withdraw", "撤回"),
    "serve-no-profiles": Text(
        "no profiles here; `serve --profiles DIR` names their folder", "此处没有档案；用 --profiles 指定目录"
    ),
    "queue-queued": Text("waits", "等待"),
    "queue-running": Text("runs", "执行中"),
    "queue-ended": Text("ended", "已结束"),
    "queue-withdrawn": Text("withdrawn", "已撤回"),
    "queue-unknown": Text("the page ended meanwhile; see its run", "页面曾中断，见其运行"),
    "serve-compare": Text("Compare", "对比"),
    "serve-same": Text("The same", "一致项"),
    "serve-case": Text("Case", "用例"),
    "serve-events-all": Text("Events of the record", "记录中的事件"),
    "serve-near": Text("Around that instant", "该时刻前后"),
    "serve-event": Text("Event", "事件"),
    "serve-decoded": Text("The frame, decoded", "报文解析"),
    "serve-frames": Text("In the captures", "抓包中的位置"),
    "serve-packet": Text("packet", "报文序号"),
    "serve-record": Text("As recorded", "记录原文"),
    "serve-open": Text("Left open", "未判定"),
    "serve-question": Text("A question to you", "请您操作"),
    "serve-again": Text("Load again", "重新载入"),
    "serve-issue": Text("Issue", "签发"),
    "serve-issued": Text("Issues", "已签发"),
    "serve-missing": Text("Missing for an issue", "签发尚缺"),
    "serve-do-issue": Text("Issue the report", "签发报告"),
    "serve-job": Text("The order (job.toml)", "委托单（job.toml）"),
    "serve-keep": Text("Keep", "保存"),
    "serve-external": Text("Report of another laboratory", "其他实验室的报告"),
    "serve-entered": Text("Entered", "已登记"),
    "external-laboratory": Text("Laboratory", "机构"),
    "external-accreditation": Text("Accreditation", "资质"),
    "external-report": Text("Report no.", "报告编号"),
    "external-edition": Text("Edition of the method", "方法版本"),
    "external-specimen": Text("Specimen", "样品"),
    "serve-title": Text("Runs and campaigns", "运行与试验任务"),
    "serve-subtitle": Text("Live page of the bench: no report", "台架实时页面，非检测报告"),
    "serve-run": Text("A run", "运行"),
    "serve-campaign": Text("A campaign", "试验任务"),
    "item-vendor": Text("Vendor", "生产单位"),
    "item-name": Text("Name", "名称"),
    "item-model": Text("Model", "型号"),
    "item-serial": Text("Serial number", "序列号"),
    "item-firmware": Text("Firmware", "固件版本"),
    "item-firmware_hash": Text("Digest of the firmware", "固件摘要"),
    "state-running": Text("running", "执行中"),
    "state-finished": Text("finished", "已结束"),
    "state-interrupted": Text("interrupted, no process lives", "已中断，进程不存在"),
    "state-unknown": Text("unknown", "不明"),
    "signed-begun": Text("Signed at its beginning", "起始签名"),
    "kind-clause": Text("clause", "条款"),
    "kind-case": Text("case", "用例"),
    "kind-check": Text("check", "检查项"),
    "kind-value": Text("measured value", "测得值"),
    "serve-begin": Text("Begin a campaign", "新建试验任务"),
    "serve-campaign-name": Text("Its name", "任务名称"),
    "serve-joinable": Text("Results not joined yet", "尚未加入的结果"),
    "serve-join": Text("Join", "加入任务"),
    "serve-leave": Text("Leave out", "不纳入（须说明原因）"),
    "serve-runs": Text("Runs", "运行"),
    "serve-campaigns": Text("Campaigns", "试验任务"),
    "serve-state": Text("State", "状态"),
    "serve-done": Text("Attempts ended", "已结束"),
    "serve-left": Text("Time left", "剩余时间"),
    "serve-events": Text("events", "个事件"),
    "serve-latest": Text("latest", "最近"),
    "serve-next": Text("Next", "接下来"),
    "serve-verdicts": Text("Verdicts", "判定"),
    "serve-clauses": Text("By clause", "按条款"),
    "serve-steps": Text("Steps", "步骤"),
    "serve-statement": Text("Statement", "声明"),
    "serve-remaining": Text("To do before it conforms, least effort first", "达到“符合”尚需完成（按工作量由小到大）"),
    "serve-what": Text("What", "内容"),
    "serve-who": Text("Who", "执行者"),
    "serve-takes": Text("Takes", "用时"),
    "serve-review": Text("Waiting for a person", "等待人工判定"),
    "serve-clause": Text("Clause", "条款"),
    "serve-verdict": Text("Verdict", "判定"),
    "serve-ground": Text("Ground", "依据"),
    "serve-by": Text("Name", "姓名"),
    "serve-file": Text("Files, photographs", "文件、照片"),
    "serve-enter": Text("Enter", "登记"),
    "writer": Text("Written by bench version (commit)", "报告生成台架版本（提交号）"),
    "signed-digest": Text("Digest of the evidence, signed (SM3)", "已签名的证据摘要（SM3）"),
    "unsigned": Text("Unsigned: no laboratory vouches for these records.", "未签名：没有机构为这些记录担保。"),
    "register-head": Text("Register of runs: line, head", "运行登记簿：行号、链头"),
    "versions": Text("Software the verdicts depend on", "影响判定的软件版本"),
    "history-digest": Text("Digest of all records (SM3)", "全部记录的摘要（SM3）"),
    "repeats": Text("Runs of each case", "每个用例执行次数"),
    "selection": Text("Selection", "选择范围"),
    "selection-all": Text("every case of the suite", "套件全部用例"),
    "duration": Text("Duration of the run", "运行耗时"),
    # Methods
    "methods": Text("Methods and deviations", "检测方法与偏离"),
    "methods-note": Text(
        "Methods: the five drafts below as read by the rulings R-01 to R-46 of the bench (reading A). Beside the "
        "result of a clause with a reading B stands what that gives on the same evidence, or that it was not "
        "evaluated and why; it has no effect.",
        "检测方法：下列五份草案，按本台架裁定 R-01 至 R-46 的解释 A 执行。凡有解释 B 的条款，结果旁注明其在"
        "相同证据下的判定，或注明未予评价及原因；均不影响结论。",
    ),
    "unrun": Text("Lines of the reference that no case runs", "参考实现中没有用例执行的代码行"),
    "suite-strength": Text(
        "How much escapes the suite, tried on the reference with random small faults:",
        "套件的漏检率（在参考实现中随机植入微小错误测得）：",
    ),
    "document": Text("Document", "文件"),
    "in-run": Text("Clauses in this run", "本次运行涉及条款"),
    "parameters": Text("Values of the rulings in force", "生效的裁定参数"),
    "parameter": Text("Parameter", "参数"),
    "value": Text("Value", "取值"),
    "deviations": Text("Deviations from the default", "与默认值的偏离"),
    "deviations-none": Text("No deviation: every value is the default.", "无偏离：全部取默认值。"),
    "decision": Text("Uncertainty and decision rule", "测量不确定度与判定规则"),
    "decision-simple": Text(
        "Simple acceptance: the measured value is compared with the limit itself. U is the expanded "
        "uncertainty of the bench "
        "(k = 2, about 95 %). If U exceeds one fifth of the limit, the check is inconclusive (R-05). The "
        "risk of a wrong "
        "decision for a value at the limit is at most 50 %.",
        "简单接受：测得值直接与限值比较。U 为台架的扩展不确定度（k = 2，约 95 %）。U 超过限值的五分之一时，该"
        "检查为无法判定（R-05）。测得值恰在限值处时，误判概率最大为 50 %。",
    ),
    "decision-guarded": Text(
        "Guarded acceptance: pass if the value ± U lies wholly inside the limit, fail if wholly outside, "
        "inconclusive in "
        "between. U is the expanded uncertainty of the bench (k = 2, about 95 %).",
        "保护带接受：测得值 ± U 完全在限值内为通过，完全在限值外为不通过，其间为无法判定。U 为台架的扩展不确"
        "定度（k = 2，约 95 %）。",
    ),
    "decision-counts": Text(
        "Counts (lost, duplicated, altered records) carry no uncertainty: 0 means 0.",
        "计数结果（丢失、重复、被改动的记录）无不确定度：0 即为 0。",
    ),
    "claims": Text("Capability statement (ICS)", "能力声明（ICS）"),
    "question": Text("Question", "问题"),
    "answer": Text("Answer", "回答"),
    "answer-yes": Text("yes", "是"),
    "answer-no": Text("no", "否"),
    "answer-unanswered": Text("unanswered", "未回答"),
    "claims-none": Text("The run carries no capability statement.", "本次运行未附能力声明。"),
    # Matrix
    "matrix": Text("Clauses and verdicts", "条款判定矩阵"),
    "matrix-note": Text(
        "Numbers count clauses. A clause is as bad as its worst case; strength is a second axis and hides no "
        "verdict. Choose "
        "a verdict to see only its clauses.",
        "数字为条款数。条款判定取其最差用例；约束强度另列，不掩盖任何判定。点击判定可筛选条款。",
    ),
    "chapter": Text("Chapter", "章"),
    "clause": Text("Clause", "条款"),
    "requirement": Text("Requirement (in our words)", "要求（本项目表述）"),
    "strength": Text("Strength", "强度"),
    "verdict": Text("Verdict", "判定"),
    "decided-by": Text("Decided by", "判定方式"),
    "filter": Text("Show", "显示"),
    "all": Text("all", "全部"),
    "search": Text("Search", "搜索"),
    "nothing-shown": Text("No clause matches.", "没有符合条件的条款。"),
    "readings": Text("rulings", "裁定"),
    "mark-virtual": Text("in virtual time", "虚拟时间"),
    "mark-real": Text("in real time", "实时"),
    "mark-accelerated": Text("in accelerated time", "加速时间"),
    "mark-stepped": Text("with a stepped clock", "步进时钟"),
    "mark-extrapolated": Text("extrapolated", "外推"),
    "also-by": Text("also by", "亦可由"),
    "by-no-other": Text("by no other rig", "无其他台架可判定"),
    "can-be-decided": Text("can be decided by", "可判定台架："),
    "needs-real-time": Text("time limits open: need real time (R-08)", "时限未判定：须在实时台架上判定（R-08）"),
    # Repeatability and expected failures
    "repeatability": Text("Repeatability", "重复性"),
    "repeatability-note": Text(
        "Every attempt of every case that ran more than once; no attempt is left out. Attempts with different verdicts "
        "are not repeatable and count as fail (R-07). An attempt that the bench's own end interrupted is an error of "
        "the bench; the attempt that repeats it names it.",
        "执行多于一次的用例的全部尝试，无一省略。各次结果不一致即不可重复，按不通过计（R-07）。因台架自身中断的尝试"
        "计为台架错误，"
        "重做的尝试注明所替代的次序。",
    ),
    "attempts": Text("Attempts", "各次结果"),
    "least": Text("Least", "最小"),
    "median": Text("Median", "中位"),
    "most": Text("Most", "最大"),
    "interrupted": Text("interrupted", "中断"),
    "repeats-attempt": Text("repeats", "重做"),
    "expected-failures": Text("Expected failures", "预期不通过"),
    "expected-note": Text(
        "Fails that the terminal's owner announced. They stand beside the verdicts and change none of them; what is "
        "expired, belongs to another firmware or no longer fails makes the run fail.",
        "终端方预先声明的不通过项：与判定并列，不改变任何判定；过期、固件不符或已不再不通过的声明使本次运行不通过。",
    ),
    "expected-fail": Text("expected fail", "预期不通过"),
    "owner": Text("Owner", "责任人"),
    "expires": Text("Expires", "有效期至"),
    "firmware": Text("Firmware", "固件"),
    "sittings": Text("Sittings", "执行时段"),
    "cut-off": Text("cut off", "中断"),
    "strength-shall": Text("shall", "应"),
    "strength-should": Text("should", "宜"),
    "strength-may": Text("may", "可"),
    "strength-statement": Text("statement", "陈述"),
    # Cases
    "cases-title": Text("Cases", "用例"),
    "cases-note": Text(
        "Cases that did not pass stand open. Each can be repeated with its replay line and judged again from "
        "its record.",
        "未通过的用例默认展开。每个用例均可用重放命令重复执行，也可仅凭记录重新判定。",
    ),
    "open-all": Text("Open all", "全部展开"),
    "close-all": Text("Close all", "全部折叠"),
    "attempt": Text("run", "第几次"),
    "not-repeatable": Text("not repeatable: its runs differ (R-07)", "不可重复：多次执行结果不一致（R-07）"),
    "decides": Text("Decides", "判定条款"),
    "in-part": Text("in part (R-06)", "部分判定（R-06）"),
    "part-decided": Text("decided", "已判定"),
    "part-open": Text("left open", "未判定"),
    "decides-alone": Text("decides alone", "单独判定"),
    "reason": Text("Reason", "原因"),
    "checks": Text("Checks", "检查项"),
    "check": Text("Check", "检查项"),
    "measured": Text("Measured", "测得值"),
    "limit": Text("Limit", "限值"),
    "unit": Text("Unit", "单位"),
    "uncertainty": Text("U (k = 2)", "U（k = 2）"),
    "rule": Text("Rule", "规则"),
    "rule-simple": Text("simple", "简单接受"),
    "rule-guarded": Text("guarded", "保护带"),
    "reading-b": Text("Reading B", "解释 B"),
    "reading-b-note": Text("verdict under reading B, without effect", "解释 B 下的判定，不影响结论"),
    "same": Text("same", "相同"),
    "no-checks": Text("No check was made.", "未进行任何检查。"),
    "expected": Text("Expected", "应为"),
    "actual": Text("Actual", "实测"),
    "evidence": Text("Evidence", "证据"),
    "measurements": Text("Measurements", "测量结果"),
    "measurement": Text("Quantity", "量"),
    "samples": Text("Samples", "样本数"),
    "timeline": Text("Timeline", "时间线"),
    "timeline-hint": Text(
        "Move over a lane for times and counts. Heights follow the square root of the count.",
        "将指针移到泳道上可查看时间与数量。柱高按数量的平方根绘制。",
    ),
    "phases": Text("Phases", "阶段"),
    "timeline-missing": Text("No picture", "无图"),
    "no-record": Text("nothing was recorded for this case", "该用例没有记录"),
    "record-changed": Text("the record is not the one this verdict was given on", "该记录不是作出此判定时的记录"),
    "provenance": Text("Provenance", "溯源信息"),
    "replay": Text("Replay", "重放命令"),
    "copy": Text("Copy", "复制"),
    "drive": Text("Drive shared with other cases", "与其他用例共用的驱动"),
    "record": Text("Record", "记录文件"),
    "digest": Text("Digest of the record (SM3)", "记录摘要（SM3）"),
    "case-seed": Text("Seed", "种子"),
    "simulated": Text("Time in the world", "场景时间"),
    "wall": Text("Time on the clock", "实际耗时"),
    # Authorisation
    "authorisation": Text("From here to a report", "由工作稿到报告"),
    "authorisation-note": Text(
        "Laboratory, customer, state of the item, dates and signatures are not here: `carbonbench issue` takes "
        "them from "
        "the laboratory's own files, and writes a report once none is missing. The files of this run are listed with "
        "their SM3 digests in manifest.json of the run folder.",
        "本页不含实验室、委托单位、样品状态、日期及签字：由实验室自行提供，齐全后由 carbonbench issue 生成检测报告。"
        "运行目录中的 manifest.json 列有全部文件的 SM3 摘要。",
    ),
    # Proof of the suite
    "mutants-title": Text("How much escapes the suite", "套件的漏检率"),
    "mutants-subtitle": Text(
        "Random small faults in the reference terminal, each tried against the cases that run its line.",
        "在参考终端代码中随机植入微小错误，逐一用执行该行的用例检验。",
    ),
    "mutants-drawn": Text("Drawn", "抽取"),
    "mutants-killed": Text("Killed", "被发现"),
    "mutants-stillborn": Text("Cannot be imported", "无法加载"),
    "mutants-lines": Text("Lines of the terminal that the suite runs", "套件执行的终端代码行"),
    "mutants-where": Text("Where", "位置"),
    "mutants-change": Text("Code before and after", "改动前后"),
    "mutants-reason": Text("Reason", "理由"),
    "mutants-never": Text("Lines that no case runs", "没有用例执行的代码行"),
    "prove-title": Text("Proof of the suite", "套件有效性证明"),
    "prove-subtitle": Text(
        "Every check is shown to fail: the reference terminal with one thing broken, again and again",
        "逐项证明检查能够失败：每次在参考终端中植入一个缺陷",
    ),
    "prove-sound": Text("The suite can be trusted", "套件可信"),
    "prove-unsound": Text("The suite cannot be trusted yet", "套件尚不可信"),
    "prove-reference": Text("Reference terminal without defect", "无缺陷的参考终端"),
    "prove-reference-bad": Text("Cases that the sound terminal did not pass", "无缺陷终端未通过的用例"),
    "prove-troubles": Text("Faults of the bench", "台架故障"),
    "prove-survived": Text("Defects that survived", "未被发现的缺陷"),
    "prove-unseen": Text("Checks never seen to fail", "从未失败过的检查"),
    "prove-defects": Text("Defects and the checks that caught them", "缺陷及发现它的检查"),
    "prove-checks": Text("Checks and the defects that flip them", "检查及使其失败的缺陷"),
    "prove-matrix": Text("Matrix defect × check", "缺陷 × 检查矩阵"),
    "prove-matrix-note": Text(
        "A filled square: this defect makes this check fail. Every row and every column must hold one.",
        "实心方格表示该缺陷使该检查失败。每一行、每一列都必须至少有一个。",
    ),
    "defect": Text("Defect", "缺陷"),
    "outcome": Text("Outcome", "结果"),
    "caught": Text("caught", "被发现"),
    "survived": Text("survived", "未被发现"),
    "seen": Text("seen failing", "曾失败"),
    "unseen": Text("never seen failing", "从未失败"),
    "caught-by": Text("Caught by", "发现者"),
    "planted-with": Text("planted at once with", "同时植入："),
    "case": Text("Case", "用例"),
    "centre": Text("Centre", "数据中心"),
    "delivery-title": Text("Delivery table", "传输对账表"),
    "delivery-subtitle": Text(
        "What became of every true record at every centre (R-25)",
        "每条真实记录在各数据中心的去向（R-25）",
    ),
    "delivery-tiles": Text("Every case at a glance", "全部用例一览"),
    "delivery-wrong": Text("records with a fault that their case does not allow", "条记录存在用例不允许的故障"),
    "delivery-allowed": Text(
        "with one that the case brings about itself (centres taken away, stores filled, other intervals)",
        "条记录的故障由用例自身造成（撤除中心、占满存储、改变周期等）",
    ),
    "delivery-tiles-note": Text(
        "A tile for each case, a picture for each centre. Dots: how late the slowest record of each stretch of time "
        "was, a step higher beyond 1 s, 10 s, 1 min, 10 min, 1 h, 24 h. Bar below: red is a fault that the case does "
        "not allow, by its own checks on the same record; pale is one that it brings about itself.",
        "每个用例一格，每个中心一图。点：各时间段最慢记录的迟到程度，依次超过 1 s、10 s、1 min、10 min、1 h、24 h "
        "升高一级。"
        "下方色条：红色为用例不允许的故障（依据该用例对同一记录的检查），浅色为用例自身造成。",
    ),
    "delivery-slowest": Text("slowest", "最慢"),
    "delivery-counts": Text("Records by fate", "按去向统计"),
    "delivery-note": Text(
        "Every record counts once, under the worst that happened to it. Faults that no ruling allows stand first; "
        "late and reordered records are judged by limits of their own.",
        "每条记录只计一次，按其最严重的情形归类。前列为任何解释都不允许的故障；迟到与乱序另有限值判定。",
    ),
    "delivery-total": Text("Total", "合计"),
    "delivery-time": Text("Over time", "随时间分布"),
    "delivery-time-note": Text(
        "A row for each point, a column for each stretch of time, marked by the worst that happened in it. Marks that "
        "reach the top of a row are faults.",
        "每行一个监测点，每列一个时间段，按其中最严重的情形标示。触及行顶的标记表示故障。",
    ),
    "delivery-first": Text("; the first", "；列出前"),
    "sweep-title": Text("Sweep of power cuts", "断电扫描"),
    "sweep-subtitle": Text("Power cut at every write barrier of a scenario", "在场景的每次落盘时刻断电"),
    "sweep-safe": Text("No cut did harm", "断电均无损害"),
    "sweep-harm": Text("A cut did harm", "存在造成损害的断电"),
    "sweep-open": Text("Not every cut could be judged", "部分断电未能判定"),
    "sweep-case": Text("Case", "用例"),
    "sweep-rig": Text("Rig", "台架"),
    "sweep-syncs": Text("Write barriers", "落盘次数"),
    "sweep-sample": Text("sample", "抽样"),
    "sweep-cuts": Text("Cuts", "逐次断电"),
    "sweep-note": Text(
        "A write barrier is a moment at which the terminal asks its disk to make data durable; each is cut twice, "
        "just before it takes effect and just after. The last cut comes at the end of the stretch, when what was never "
        "made durable is lost.",
        "落盘时刻指终端要求磁盘持久化数据的时刻；每个时刻各断电两次：生效前与生效后。"
        "末次断电在该时段结束时进行，此时从未落盘的数据会丢失。",
    ),
    "sweep-sync": Text("Barrier", "落盘"),
    "sweep-file": Text("File", "文件"),
    "sweep-before": Text("Cut before it takes effect", "生效前断电"),
    "sweep-after": Text("Cut after it took effect", "生效后断电"),
    "parity-title": Text("Parity of virtual and real time", "虚拟时间与实时的一致性"),
    "parity-subtitle": Text(
        "The same cases with the same seeds in both, from the same instant (R-08)",
        "同一用例、同一种子、同一起始时刻，在两种时间中各执行一次（R-08）",
    ),
    "parity-same": Text("Virtual and real time agree", "虚拟时间与实时一致"),
    "parity-differs": Text("Virtual and real time differ", "虚拟时间与实时不一致"),
    "parity-terminal": Text("Terminal", "终端"),
    "parity-rig": Text("Rig in real time", "实时台架"),
    "parity-commit": Text("Commit of the bench", "台架版本"),
    "parity-clauses": Text("Clauses", "条款"),
    "parity-note": Text(
        "A clause is as its worst item. A stated limit is a difference that follows from what virtual time is, as its "
        "line says; it is no fault of the bench and no finding about the product.",
        "条款按其最差项列出。已说明的限制源于虚拟时间的性质，见该行说明；既非台架故障，也非对产品的结论。",
    ),
    "parity-items": Text("Items", "逐项对比"),
    "parity-item": Text("Item", "项目"),
    "parity-accelerated": Text("Accelerated time", "加速时间"),
    "parity-virtual": Text("Virtual time", "虚拟时间"),
    "parity-real": Text("Real time", "实时"),
    "parity-likeness": Text("Likeness", "一致性"),
}
