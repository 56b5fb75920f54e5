"""Every word of an issued report, in both languages; a report prints one of them.

Leaves what the laboratory says to its own files. LIMITS are the statements of docs/LIMITS.md that a reader of any
report needs; the page itself is named by its digest.
"""

from __future__ import annotations

from collections.abc import Mapping

from bench.case import Text

WORDS: Mapping[str, Text] = {
    "title": Text("Test report", "检测报告"),
    "working": Text("WORKING PAPER – not a report", "工作稿——不是检测报告"),
    "number": Text("Report no.", "报告编号"),
    "issue": Text("issue {number}", "第 {number} 版"),
    "page": Text("page", "第"),
    "page-of": Text("of", "页 共"),
    "page-end": Text("", "页"),
    "seal": Text("Place of the seal", "检验检测专用章"),
    "page-seal": Text("seal across pages", "骑缝章"),
    "mark-place": Text("place of the mark", "标志位置"),
    "notices": Text("Declarations", "声明"),
    "item-only": Text(
        "The results relate only to the item tested, in the state and with the settings given here.",
        "检测结果仅对所检样品在本报告所述状态和设置下有效。",
    ),
    "in-full": Text(
        "This report shall not be reproduced except in full without written approval of the laboratory.",
        "未经实验室书面批准，不得部分复制本报告（全文复制除外）。",
    ),
    "drafts-only": Text(
        "The documents tested against are consultation drafts, no standards in force; where they leave a question "
        "open, "
        "the rulings named under the methods decide.",
        "所依据的文件为标准征求意见稿，并非现行标准；其未明确之处以检测方法一节所列裁定为准。",
    ),
    "front": Text("Summary of the test", "检测报告首页"),
    "item-name": Text("Item", "样品名称"),
    "item-model": Text("Model", "型号规格"),
    "item-serial": Text("Serial number", "样品编号"),
    "item-quantity": Text("Quantity", "样品数量"),
    "item-firmware": Text("Firmware", "固件版本"),
    "item-condition": Text("Condition", "样品状态"),
    "firmware-hash": Text("Digest of the firmware", "固件摘要"),
    "customer": Text("Customer", "委托单位"),
    "customer-address": Text("Address", "单位地址"),
    "customer-contact": Text("Contact", "联系方式"),
    "maker": Text("Vendor", "生产单位"),
    "kind": Text("Kind of test", "检测类别"),
    "received": Text("Received", "收样日期"),
    "tested-on": Text("Tested", "检测日期"),
    "issued": Text("Issued", "签发日期"),
    "place": Text("Place", "检测地点"),
    "rig": Text("Rig", "检测台架"),
    "rig-virtual": Text("simulated time", "虚拟时间（仿真）"),
    "rig-process": Text("real time, program", "实时（程序）"),
    "rig-loopback": Text("real time, loopback", "实时（环回）"),
    "rig-lab": Text("real time, device", "实时（设备）"),
    "basis": Text("Tested against", "检测依据"),
    "tested-what": Text("Tests", "检测项目"),
    "tested-what-is": Text(
        "{clauses} applicable clauses, {cases} cases; results under “Results by clause”",
        "适用条款 {clauses} 条，检测用例 {cases} 个，见“检测结果汇总表”",
    ),
    "conclusion": Text("Conclusion", "检测结论"),
    "told-by-customer": Text(
        "* supplied by the customer, who answers for it (ISO/IEC 17025, 7.8.2.2).", "* 由客户提供并对其负责。"
    ),
    "tested": Text("Tested by", "检测"),
    "reviewed": Text("Reviewed by", "审核"),
    "authorised": Text("Authorised by", "批准"),
    "binding": Text("Binding clauses: {counts}.", "约束性条款：{counts}。"),
    "conclusion-scope": Text(
        "Conforms: every applicable binding clause passed. Does not conform: at least one failed. No statement: at "
        "least "
        "one is not decided. One statement for each document, none over several.",
        "符合：适用的约束性条款全部通过；不符合：至少一条不通过；不作声明：尚有条款未判定。按文件分别声明，不作合并"
        "结论。",
    ),
    "methods": Text("Methods and decision rule", "检测依据、判定依据与判定规则"),
    "document": Text("Document", "文件"),
    "edition": Text("Edition", "版本"),
    "date": Text("Date", "日期"),
    "method-bench": Text(
        "Tested with carbonbench, version {commit}; each requirement in the words of its clause ledger.",
        "使用 carbonbench 台架（版本 {commit}）检测；技术要求按其条款台账的表述。",
    ),
    "method-rulings": Text(
        "Open questions of the documents are read by the rulings of docs/RULINGS.md (R-01 and so on), reading A; SM3 "
        "{sm3}. Reading B is what another laboratory could choose: shown where it was evaluated, without effect.",
        "文件未明确之处按 docs/RULINGS.md 的裁定（编号 R-01 等，解释 A）执行；SM3 {sm3}。"
        "解释 B 为其他实验室可能采用的解释，经评价的仅予列示，不影响判定。",
    ),
    "method-limits": Text(
        "What a verdict does not say stands in docs/LIMITS.md; SM3 {sm3}.",
        "判定结论的适用范围见 docs/LIMITS.md；SM3 {sm3}。",
    ),
    "rule-simple": Text(
        "Decision rule: simple acceptance, applied to every result with U. The measured value is compared with the "
        "limit; "
        "if U (k = 2, about 95 %) exceeds a fifth of the limit, or of a band's width, nothing is decided. For a "
        "value at "
        "the limit the risk of a wrong decision is at most 50 %.",
        "判定规则：简单接受，适用于所有带 U 的结果。测得值直接与限值比较；U（k = 2，约 95 %）超过限值（或区间宽度）"
        "的五分之一时"
        "不作判定。测得值恰在限值处时误判概率最大为 50 %。",
    ),
    "rule-guarded": Text(
        "Decision rule: guarded acceptance, applied to every result with U. Pass if the value ± U (k = 2, about 95 %) "
        "lies wholly inside, fail if wholly outside, not decided in between.",
        "判定规则：保护带接受，适用于所有带 U 的结果。测得值 ± U（k = 2，约 95 %）完全在限值内为通过，完全在限值外"
        "为不通过，其间不作判定。",
    ),
    "rule-counts": Text(
        "Counted results (lost, altered, repeated records) have no uncertainty.",
        "计数结果（丢失、改动、重复的记录）无不确定度。",
    ),
    "repeats": Text(
        "Runs of each case: {number} (one where a case has a sample of its own, R-07).",
        "每个用例执行次数：{number}（自带样本量的用例执行 1 次，R-07）。",
    ),
    "selection": Text("Only a selection was tested: {words}", "仅检测部分内容：{words}"),
    "parameter": Text("Parameter of a ruling that was changed", "变更的裁定参数"),
    "value": Text("Value", "取值"),
    "equipment": Text("Equipment", "主要仪器设备"),
    "equipment-name": Text("Name", "名称"),
    "equipment-model": Text("Model, serial number", "型号、出厂编号"),
    "equipment-number": Text("Number", "设备编号"),
    "equipment-due": Text("Calibrated until", "校准有效期至"),
    "equipment-traceable": Text("Certificate, traceability", "证书号、溯源"),
    "clock-virtual": Text(
        "Times of runs in virtual time are those of a simulated clock: they need no traceability, and no result on "
        "the speed of the item rests on them.",
        "虚拟时间运行中的时间为仿真时钟时间：无须溯源，且样品的时延、响应时间均不据此判定。",
    ),
    "clock-real": Text(
        "Spans of time are those of the bench's monotonic clock; its reference is the equipment used for the clock.",
        "时间间隔取自台架单调时钟，其参考为上表所列时钟设备。",
    ),
    "environment": Text("Environment", "环境条件"),
    "environment-virtual": Text(
        "Runs in virtual time have no physical environment: item and surroundings ran in simulated time.",
        "虚拟时间运行无物理环境：样品与环境均在仿真时间中运行。",
    ),
    "quantity": Text("Quantity", "项目"),
    "range": Text("From – to", "范围"),
    "results": Text("Results by clause", "检测结果汇总表"),
    "results-note": Text(
        "Clauses that apply to the item as claimed. Requirement in the laboratory's method's words; should, may and "
        "statements are marked. Requirements that a draft numbers alike have the number of the method's ledger. "
        "Measured values with U (k = 2).",
        "仅列适用于样品且已声明的条款。技术要求为本方法的表述，宜、可及陈述类条款另行标明；文件中编号相同的要求按本方法台账编号。"
        "测得值附 U（k = 2）。",
    ),
    "no": Text("No.", "序号"),
    "clause": Text("Clause", "条款"),
    "requirement": Text("Requirement", "技术要求"),
    "result": Text("Result", "检测结果"),
    "verdict": Text("Verdict", "单项判定"),
    "strength-should": Text(" (should)", "（宜）"),
    "strength-may": Text(" (may)", "（可）"),
    "strength-statement": Text(" (declared)", "（声明特性）"),
    "checks": Text("checks as required: {all}", "{all} 项检查符合"),
    "checks-failed": Text("{bad} of {all} checks failed", "{all} 项检查中 {bad} 项不通过"),
    "by-planned": Text("not tested: no case yet", "未检测：尚无用例"),
    "by-operator": Text("not tested: a person performs it", "未检测：须人员执行"),
    "by-inspection": Text("not tested: inspection", "未检测：须审查"),
    "by-laboratory": Text("not tested: laboratory test", "未检测：须实验室试验"),
    "by-untestable": Text("no test can decide it", "任何试验均无法判定"),
    "by-automated": Text("not tested", "未检测"),
    "by-review": Text("decided by a person, see their results", "人员审查，见“人员审查结果”"),
    "by-external": Text("tested elsewhere, see external results", "外部检测，见“外部提供的结果”"),
    "failed": Text("What failed", "不通过项"),
    "failed-none": Text("No check failed.", "无不通过项。"),
    "more": Text("and {number} more in the run's verdicts.json", "其余 {number} 项见运行目录 verdicts.json"),
    "mixed": Text("Not repeatable, counted as fail: {cases}", "不可重复，按不通过计：{cases}"),
    "case": Text("Case", "用例"),
    "check": Text("Check", "检查项"),
    "expected": Text("Expected", "要求"),
    "actual": Text("Found", "实测"),
    "open": Text("Clauses not decided", "未判定条款"),
    "open-note": Text(
        "Nothing is claimed about these clauses: not decided is never passed.",
        "对下列条款不作任何结论：未判定不等于通过。",
    ),
    "open-none": Text("Every applicable clause is decided.", "适用条款均已判定。"),
    "why": Text("Waits for", "待定原因"),
    "count": Text("Number", "条数"),
    "why-planned": Text("a case", "尚无用例"),
    "why-operator": Text("a person at the device", "操作人员执行"),
    "why-inspection": Text("inspection of documents", "文件审查"),
    "why-laboratory": Text("a laboratory test", "实验室试验"),
    "why-untestable": Text("nothing: it cannot be tested", "不可检测"),
    "why-automated": Text("being run", "未执行"),
    "why-time": Text("real time (R-08)", "实时台架（R-08）"),
    "why-cases": Text("more evidence", "证据不足"),
    "why-other": Text("a decision", "其他判定"),
    "further": Text("Sampling, deviations, external results, opinions", "抽样、偏离、外部结果、意见和解释"),
    "sampling": Text("Sampling", "抽样"),
    "deviations": Text("Deviations from the method", "对方法的偏离"),
    "additions": Text("Additions to the method", "对方法的增加"),
    "customer_asks": Text("Further information asked for", "客户要求的其他信息"),
    "external": Text("Results of external providers", "外部提供的结果"),
    "laboratory": Text("Laboratory", "实验室"),
    "report-no": Text("Report", "报告编号"),
    "method": Text("Method", "方法"),
    "specimen": Text("Specimen", "样品"),
    "opinions": Text("Opinions and interpretations", "意见和解释"),
    "opinion-basis": Text("Based on: {basis}. Given by {by}.", "依据：{basis}。提出人：{by}。"),
    "unsaid": Text("(not stated by the laboratory)", "（实验室未说明）"),
    "none": Text("none", "无"),
    "limits": Text("What this report does not say", "本报告不说明的内容"),
    "limits-note": Text(
        "Out of docs/LIMITS.md of the method (SM3 {sm3}), which holds the whole.",
        "摘自检测方法的 docs/LIMITS.md（SM3 {sm3}），全文见该文件。",
    ),
    "end-of-body": Text("— end of the report; annexes follow —", "——以下为附件——"),
    "end": Text("— end —", "——以下空白——"),
    "annex": Text("Annexes", "附件"),
    "annex-letter": Text("Annex {letter}: {title}", "附件 {letter}：{title}"),
    "annex-evidence": Text("Evidence", "证据"),
    "run": Text("Run", "运行"),
    "bench-ran": Text("Bench that ran", "执行检测的台架版本"),
    "bench-wrote": Text("Bench that wrote this report", "编制报告的台架版本"),
    "campaign": Text("Campaign", "试验任务"),
    "book": Text("Head of the campaign's book (SM3)", "任务登记簿末项（SM3）"),
    "joined-runs": Text("Runs of the campaign:", "任务所含运行："),
    "joined-results": Text("Other results that the statement rests on:", "声明所依据的其他结果："),
    "given-up": Text(
        "Runs of this item since the campaign began that were given up or left out and decide nothing:",
        "任务建立以来本样品被放弃或排除、不参与判定的运行：",
    ),
    "joined-kind": Text("What", "类别"),
    "joined-sound": Text("In order", "合格"),
    "joined-digest": Text("Digest (SM3)", "摘要（SM3）"),
    "joined-parity": Text("parity of virtual and real time (R-08)", "虚实一致性（R-08）"),
    "joined-prove": Text("proof of the suite", "套件证明"),
    "joined-sweep": Text("power cut at every barrier", "断电扫描"),
    "joined-check": Text("check of the bench", "台架检查"),
    "joined-load": Text("load", "负载"),
    "hindrance": Text("Lacking for a statement: {words}", "作声明尚缺：{words}"),
    "reviews": Text("Decided by persons of the laboratory", "人员审查结果"),
    "ground": Text("Ground", "依据"),
    "reviewer": Text("Who, when", "审查人、日期"),
    "looked-at": Text("What was looked at", "审查材料"),
    "seed": Text("Master seed", "主种子"),
    "history": Text("Digest of all records (SM3)", "全部记录的摘要（SM3）"),
    "manifest": Text("Digest of the manifest (SM3)", "清单摘要（SM3）"),
    "signed": Text("Signature of the records", "记录签名"),
    "register": Text("Head of the register of runs", "运行登记簿末项"),
    "versions": Text("Software", "软件版本"),
    "clock-source": Text("Clock of the bench", "台架时钟"),
    "annex-uncertainty": Text("Uncertainty", "测量不确定度"),
    "budget-note": Text(
        "Difference of two instants of one record, as the run measured it; formula in docs/MEASUREMENT.md.",
        "同一记录中两时刻之差，按本次运行实测；公式见 docs/MEASUREMENT.md。",
    ),
    "component": Text("Component", "分量"),
    "known-by": Text("Known by", "来源"),
    "distribution": Text("Distribution", "分布"),
    "standard": Text("Standard uncertainty", "标准不确定度"),
    "span": Text("Span of time", "时间间隔"),
    "exact": Text("Times and shares without U:", "不带 U 的时间与百分比结果："),
    "annex-part": Text("Clauses passed in part", "部分通过的条款"),
    "decided": Text("Decided", "已判定"),
    "left-open": Text("Left open", "未判定"),
    "annex-records": Text("List of records", "原始记录清单"),
    "record-digest": Text("Digest of the record (SM3)", "记录摘要（SM3）"),
    "annex-claims": Text("Capability statement", "能力声明"),
    "claims-note": Text(
        "Supplied by the customer, who answers for it (ISO/IEC 17025, 7.8.2.2).", "由客户提供并对其负责。"
    ),
    "claims-others": Text(
        "{number} answers that concern documents not claimed are in the records only.",
        "另有 {number} 项回答仅涉及未声明的标准，见原始记录。",
    ),
    "question": Text("Question", "问题"),
    "answer": Text("Answer", "回答"),
    "answer-yes": Text("yes", "是"),
    "answer-no": Text("no", "否"),
    "answer-unanswered": Text("unanswered", "未回答"),
    "annex-photos": Text("Photographs", "照片"),
    "photo": Text("Photo {number}: {name}, SM3 {sm3}", "照片 {number}：{name}，SM3 {sm3}"),
    "annex-changes": Text("Amendment", "修改"),
    "replaces": Text(
        "This issue replaces issue {issue} of report {number}, which stays on file.",
        "本版替代报告 {number} 第 {issue} 版，原版存档保留。",
    ),
    "reason": Text("Reason: {reason}", "修改理由：{reason}"),
}

LIMITS: tuple[Text, ...] = (
    Text(
        "No physical device, relay, supply, serial adapter or power strip has been connected to this bench by its "
        "makers "
        "yet; drivers were tried against programs only.",
        "台架开发方尚未接入过任何实体设备、继电器、电源、串口适配器或电源插座；驱动仅对程序试验过。",
    ),
    Text(
        "Results in virtual time hold for a program that takes all its time from the bench. How fast an item is, "
        "and what "
        "a device does at a power cut or on a serial line, is never decided there (R-08).",
        "虚拟时间下的结果仅适用于完全由台架提供时间的程序；样品的快慢、设备断电及串行线时序不在虚拟时间下判定（"
        "R-08）。",
    ),
    Text(
        "Meters, collectors, systems, networks and centres are simulated by the bench; no maker's meter, radio "
        "network or "
        "platform in operation was part of it.",
        "仪表、采集器、信息系统、网络和中心均由台架仿真；不含实际厂家仪表、无线网络或在用平台。",
    ),
    Text(
        "Nothing is said about enclosure, supply, climate, electromagnetic compatibility, documents or organisation, "
        "unless a result of an external provider is listed (R-04).",
        "除列明的外部结果外，本报告不涉及外壳、供电、气候、电磁兼容、文件与组织管理（R-04）。",
    ),
    Text(
        "A pass in part decides only what its annex names; what is left open there is not decided.",
        "部分通过仅判定附件所列内容，其余未判定。",
    ),
    Text(
        "Load: declared maxima are tried by circuits and centres, not by all points at once.",
        "负载：按回路数和中心数试验所声明的最大值，未同时加载全部监测点。",
    ),
    Text(
        "What a defect of the item did not show in these cases was not seen; how often random faults escape the "
        "suite is "
        "printed in the validation file of the method.",
        "样品缺陷未在所列用例中显现的，未能发现；套件的漏检率见方法确认文件。",
    ),
)
