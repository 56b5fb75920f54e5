"""What the laboratory's commands and pages refuse and tell, by id in both languages."""

from __future__ import annotations

from bench.commands.finished.sentences import NOBODY as NOBODY
from bench.commands.sentences import IN_REAL as IN_REAL
from bench.commands.sentences import NO_ENTRY as NO_ENTRY
from bench.commands.sentences import NO_SIGNER as NO_SIGNER
from bench.commands.sentences import UNWRITABLE as UNWRITABLE
from bench.commands.sentences import WRITTEN as WRITTEN
from bench.evidence.sentences import NOT_LABORATORY as NOT_LABORATORY
from bench.operator.sentences import NONE_OPEN as NONE_OPEN
from simulators.sentences import Sentence, Words

STATES = {
    "begun": Words("begun", "已开始"),
    "interrupted": Words("interrupted", "已中断"),
    "ended": Words("ended", "已结束"),
}

PIECES = Sentence("laboratory-pieces", "{number} pieces", "{number} 份")
COUNTED = Sentence("laboratory-counted", "{number} {name}", "{number} 项{name}")
RIG_FILE = Sentence("laboratory-rig-file", "rig file", "台架文件有误")
ITS_STATE = Sentence("laboratory-its-state", "it is {state}", "其状态为 {state}")
NOT_REGISTERED = Sentence("laboratory-not-registered", "the register does not have it", "登记簿中没有它")
NOTHING_ELSE = Sentence("laboratory-nothing-else", "; nothing else decides {open}", "；别无用例判定 {open}")
TIMES_FASTER = Sentence("laboratory-times-faster", "{times} times", "{times} 倍")
PROOF_FOUND = Sentence(
    "laboratory-proof-found",
    "{cases} cases, {caught} of {defects} defects caught, {checks} checks seen failing",
    "{cases} 个用例，发现缺陷 {caught}/{defects} 个，{checks} 项检查曾失败",
)
SIGNED_FROM_TO = Sentence(
    "laboratory-signed-from-to",
    "{digest}, signed by {names} from {begun} to {ended}, time stamps by {stamp}",
    "{digest}，由 {names} 签名，{begun} 至 {ended}，时间戳：{stamp}",
)
NOT_IN_REGISTER = Sentence(
    "laboratory-not-in-register", "this campaign is not in the register {register}", "登记簿 {register} 中没有此任务"
)
LINES_GONE = Sentence(
    "laboratory-lines-gone",
    "had {lines} lines at {at}, and they are not these: lines were removed or altered",
    "{at} 时有 {lines} 行，现已不同：有行被删除或改动",
)
STILL_MISSING = Sentence("laboratory-still-missing", "missing", "尚缺")
NO_PERSON = Sentence("laboratory-no-person", "lab.toml has no such person", "lab.toml 中没有此人员")
NOT_AUTHORISED = Sentence(
    "laboratory-not-authorised",
    'lab.toml does not authorise them: may lacks "{duty}"',
    "lab.toml 未授权该人员：may 中没有“{duty}”",
)
HOLDS_CAMPAIGN = Sentence(
    "laboratory-holds-campaign", "holds a campaign already; give a new folder", "目录中已有试验任务，请另给目录"
)
JOINED_ALREADY = Sentence("laboratory-joined-already", "is joined already", "已加入")
NO_SUCH_CLAUSE = Sentence("laboratory-no-such-clause", "no such entry in the ledger", "条款不存在")
NOT_CLAIMED_HERE = Sentence(
    "laboratory-not-claimed-here", "its document is not claimed in this campaign", "其标准未在本任务中声明"
)
CASES_DECIDE = Sentence("laboratory-cases-decide", "cases decide it, a person cannot", "由用例判定，不得人工判定")
OWN_TEST = Sentence(
    "laboratory-own-test",
    "no case yet: --file, the record of a test of your own",
    "尚无用例：须以 --file 附上自行试验的记录",
)
REVIEW_WORDS = Sentence(
    "laboratory-review-words",
    "needs --by and --words: who decided, and on what ground",
    "须有 --by 与 --words：由谁判定，依据什么",
)
LEAVE_WORDS = Sentence(
    "laboratory-leave-words",
    "needs the run's name, --words and --by: why, and who says so",
    "须有运行名称、--words 与 --by：为何排除，由谁负责",
)
JOINED_STAYS = Sentence("laboratory-joined-stays", "is joined; what is joined stays", "已加入，加入后不可排除")
EXTERNAL_LACKS = Sentence("laboratory-external-lacks", "R-04 asks for {lacking} too", "R-04 还要求 {lacking}")
ONE_OF_VERDICTS = Sentence("laboratory-one-of-verdicts", "expected {words}", "应为 {words}")
ALTERED_SINCE = Sentence("laboratory-altered-since", "was altered since it was joined", "加入后被改动")
HANDED_IN_ALTERED = Sentence(
    "laboratory-handed-in-altered", "was altered or removed since it was handed in", "提交后被改动或删除"
)
PARITY_SHORT = Sentence(
    "laboratory-parity-short",
    "its longest case stood {longest} min in real time by its records, R-08 asks for {parity_s}",
    "据其记录，最长用例实时仅 {longest} min，R-08 要求 {parity_s} min",
)
STEP_PROOF = Sentence("laboratory-step-proof", "proof of the suite (this commit)", "套件证明（本版本）")
STEP_CHECK = Sentence("laboratory-step-check", "bench check", "台架检查")
STEP_VIRTUAL = Sentence("laboratory-step-virtual", "virtual time", "虚拟时间")
RUNS_VIRTUAL = Sentence("laboratory-runs-virtual", "{runs} runs", "{runs} 次")
STEP_PARITY = Sentence("laboratory-step-parity", "parity of virtual and real time (R-08)", "虚实一致性（R-08）")
STEP_ACCELERATED = Sentence("laboratory-step-accelerated", "parity of accelerated and real time", "加速与实时一致性")
STEP_SWEEP = Sentence("laboratory-step-sweep", "power cut at every barrier", "断电扫描")
STEP_LOAD = Sentence("laboratory-step-load", "load", "负载")
STEP_PEOPLE = Sentence("laboratory-step-people", "reviews and external results", "审查与外部结果")
OPEN_STEPS = Sentence("laboratory-open-steps", "{people} open", "{people} 项未完成")
OPEN = Sentence("laboratory-open", "open", "未完成")
BOOK_UNHELD = Sentence(
    "laboratory-book-unheld",
    "the book is signed, and only --lab lab.toml tells whether lines were taken off its end",
    "任务登记簿已签名，须以 --lab lab.toml 核对末尾是否有行被删",
)
TO_DO = Sentence(
    "laboratory-to-do", "to do before it conforms, least effort first:", "达到“符合”尚需完成（按工作量由小到大）："
)
NOT_READ_OR_WRITTEN = Sentence("laboratory-not-read-or-written", "{strerror}", "无法读写：{strerror}")
NEEDS_PROFILE = Sentence("laboratory-needs-profile", "needs --profile", "须给出 --profile")
BEGUN = Sentence("laboratory-begun", "begun", "已建立")
NEEDS_RESULTS = Sentence(
    "laboratory-needs-results", "needs what is to be joined: folders, files", "须给出要加入的目录或文件"
)
JOINED_AS = Sentence("laboratory-joined-as", "joined as {kind}: {words}", "已作为 {kind} 加入：{words}")
LEFT_OUT = Sentence("laboratory-left-out", "left out", "已排除")
NEEDS_CLAUSE = Sentence("laboratory-needs-clause", "needs one --clause", "须给出一个 --clause")
DECIDED_SO = Sentence("laboratory-decided-so", "{verdict} recorded", "已登记 {verdict}")
TO_MEND = Sentence("laboratory-to-mend", "{problems} to mend before a run", "试验前有 {problems} 项须先处理")
RUN_CAN_START = Sentence("laboratory-run-can-start", "a run can start", "可以开始试验")
NO_PAGE = Sentence("laboratory-no-page", "the rig's page does not answer", "台架页面无应答")
THE_ORDER = Sentence(
    "laboratory-the-order", "the order: fill in what stands below and keep it", "委托单：请填写下文并保存"
)
FOLDER_NAME = Sentence("laboratory-folder-name", "expected a name that a folder can have", "名称须可作目录名")
OTHER_FOLDER = Sentence("laboratory-other-folder", "this folder is something else already", "该目录已用于其他内容")
NOT_JOINED_YET = Sentence("laboratory-not-joined-yet", "expected a result that is not joined yet", "应为尚未加入的结果")
LAB_HAS_NO = Sentence("laboratory-lab-has-no", "{lab} has no such person", "{lab} 中没有此人员")
PASSWORD_LENGTH = Sentence(
    "laboratory-password-length", "the password: expected {least} letters or more", "口令须有 {least} 个字符以上"
)
PASSWORDS_UNREADABLE = Sentence(
    "laboratory-passwords-unreadable", "the passwords cannot be read ({error})", "无法读取口令文件（{error}）"
)
PASSWORDS_FORM = Sentence("laboratory-passwords-form", "expected names and digests", "应为姓名与摘要")
QUEUE_UNREADABLE = Sentence(
    "laboratory-queue-unreadable", "the queue cannot be read ({error})", "无法读取队列（{error}）"
)
ONE_OF_PROFILES = Sentence(
    "laboratory-one-of-profiles", "expected one of the profiles {profiles}", "应为档案 {profiles} 之一"
)
ONE_OF_RIGS = Sentence("laboratory-one-of-rigs", "expected one of the rigs {rigs}", "应为台架 {rigs} 之一")
WHO_WANTS = Sentence("laboratory-who-wants", "a name is needed: who wants this run", "须写明申请人")
HOW_OFTEN = Sentence("laboratory-how-often", "expected 1 to 100 times", "应为 1 至 100 次")
CASE_OR_PATTERN = Sentence("laboratory-case-or-pattern", "expected a case or a pattern", "应为用例或其名称模式")
NOT_WAITING = Sentence("laboratory-not-waiting", "is not waiting", "该任务不在等待中")
NO_REPORT_OF_IT = Sentence("laboratory-no-report-of-it", "no report is issued of it", "不予签发报告")
NOT_WRITTEN = Sentence("laboratory-not-written", "cannot be written ({strerror})", "无法写入（{strerror}）")
PHOTO = Sentence(
    "laboratory-photo",
    "item.photos: {name}: expected a JPEG or PNG file beside it",
    "item.photos：{name}：应为其旁的 JPEG 或 PNG 文件",
)
DRAFT_FILE = Sentence("laboratory-draft-file", "expected a file in a folder that exists", "应为已有目录中的文件")
TO_FOLDER = Sentence("laboratory-to-folder", "expected a folder, {taken} is a file", "应为目录，而 {taken} 是文件")
NO_TEMPLATE = Sentence("laboratory-no-template", "no such template", "没有此模板")
NO_METHOD = Sentence(
    "laboratory-no-method",
    "the method's page is not at hand; issue from a checkout",
    "缺少方法文件，请在检出的代码中签发",
)
PAPER_WRITTEN = Sentence(
    "laboratory-paper-written",
    "working paper written; {missing} things are missing for a report",
    "工作稿已生成，出报告尚缺 {missing} 项",
)
NOT_ISSUED = Sentence(
    "laboratory-not-issued", "not issued; ISO/IEC 17025:2017 asks for:", "不予签发，ISO/IEC 17025:2017 尚要求："
)
CHANGED_BENCH = Sentence(
    "laboratory-changed-bench",
    "run by {commit}, written by {writer}: a bench that was changed issues nothing",
    "由 {commit} 执行，由 {writer} 编写：改动过的测试台不签发",
)
SIGNED = Sentence("laboratory-signed", "signed", "已签名")
NOT_SIGNED = Sentence(
    "laboratory-not-signed",
    "not signed: no [[signer]], no --certificate",
    "未签名：没有 [[signer]]，也没有 --certificate",
)
WHAT_JOINS = Sentence(
    "laboratory-what-joins",
    "expected a folder of run, parity or sweep, or a file of `prove --json`, `bench check --json`",
    "应为 run、parity 或 sweep 的目录，或 `prove --json`、`bench check --json` 的文件",
)
RESULT_UNREADABLE = Sentence(
    "laboratory-result-unreadable", "the result cannot be read ({strerror})", "无法读取结果（{strerror}）"
)
NOT_JSON = Sentence("laboratory-not-json", "not JSON", "不是 JSON")
NO_OBJECT = Sentence("laboratory-no-object", "expected an object of JSON", "应为 JSON 对象")
OTHER_ITEM = Sentence(
    "laboratory-other-item", "is of {terminal!r}, this campaign of {item!r}", "样品为 {terminal!r}，本任务为 {item!r}"
)
OTHER_MAKER = Sentence(
    "laboratory-other-maker",
    "was made by bench {made_by}, this campaign is of bench {commit}",
    "由测试台 {made_by} 生成，本任务的测试台为 {commit}",
)
NOT_JOINED = Sentence("laboratory-not-joined", "is not joined", "未加入")
OTHER_CLAIMS = Sentence(
    "laboratory-other-claims", "other claims than the campaign's: {other}", "与本任务的能力声明不同：{other}"
)
NO_RESULT = Sentence("laboratory-no-result", "is no result of a command ({error})", "不是命令生成的结果（{error}）")
GROUPED_PROOF = Sentence(
    "laboratory-grouped-proof",
    "proves {id} while other defects were planted too; a statement rests on each alone: prove without --defects-only",
    "证明 {id} 时同时植入了其他缺陷，声明须以逐个植入为依据，勿用 --defects-only",
)
FINDINGS = Sentence("laboratory-findings", "{findings} findings", "{findings} 项检查")
PROVES_OTHER = Sentence(
    "laboratory-proves-other",
    "proves bench {commit}, this campaign is of {own}",
    "证明的测试台为 {commit}，本任务为 {own}",
)
SAYS_SAME = Sentence("laboratory-says-same", "says same, its rows do not", "声称相同，其各行并非如此")
NOT_THIS_PARITY = Sentence("laboratory-not-this-parity", "is no record of this parity", "不是该一致性试验的记录")
STANDS_BEGUN = Sentence("laboratory-stands-begun", "begun, neither ended nor abandoned", "已开始，既未结束也未放弃")
STANDS_INTERRUPTED = Sentence(
    "laboratory-stands-interrupted", "interrupted, neither taken up again nor abandoned", "已中断，既未续跑也未放弃"
)
EXISTS_ALREADY = Sentence("laboratory-exists-already", "exists already; give a new folder", "已存在，请另给目录")
LAB_WRITTEN = Sentence(
    "laboratory-lab-written",
    "written; the key is for trials, a laboratory has one of its own",
    "已生成，密钥仅供试用，实验室须用自己的密钥",
)
NO_REGISTER_SET = Sentence("laboratory-no-register-set", "has no [register]", "没有 [register]")
ENTRY_BEGUN = Sentence("laboratory-entry-begun", "begun  {item}, {planned} planned", "开始  {item}，计划 {planned} 项")
ENTRY_ABANDONED = Sentence("laboratory-entry-abandoned", "abandoned  {why} ({by})", "放弃  {why}（{by}）")
ENTRY_ISSUED = Sentence(
    "laboratory-entry-issued", "issued  {document} issue {issue} ({by})", "签发  {document} 第 {issue} 版（{by}）"
)
ENTRY_GREW = Sentence(
    "laboratory-entry-grew", "campaign  {lines} lines, head {head}…", "任务  {lines} 行，链头 {head}…"
)
ENTRY_RESUMED = Sentence("laboratory-entry-resumed", "resumed", "续跑")
CHAIN_HEAD = Sentence("laboratory-chain-head", "head: {chain}", "链头：{chain}")
HAS_PASSWORD = Sentence("laboratory-has-password", "{name} has a password", "已为 {name} 设置口令")
NOT_ABANDONED = Sentence("laboratory-not-abandoned", "cannot be abandoned, {found}", "无法放弃：{found}")
GIVEN_UP = Sentence("laboratory-given-up", "abandoned", "已放弃")
WHOLE_VIRTUAL_RUN = Sentence(
    "laboratory-whole-virtual-run", "expected a run of every case in virtual time", "应为虚拟时间中全部用例的运行"
)
LENGTHS_KEPT = Sentence("laboratory-lengths-kept", "{found} cases recorded", "已记录 {found} 个用例")
DAYS = Sentence("laboratory-days", "expected above 0, at most 3650", "应大于 0，最多 3650")
PLANNED = Sentence("laboratory-planned", "{cases} cases, {days:g} days once", "{cases} 个用例，单次 {days:g} 天")
SHARE_DRIVES = Sentence(
    "laboratory-share-drives",
    "run it with --together: cases below a drive share it",
    "运行时加 --together，下列用例共用一次驱动",
)
PLANNED_DAY = Sentence("laboratory-planned-day", "day {day}", "第 {day} 天")
SUPPLY_SWITCHED = Sentence("laboratory-supply-switched", "supply switched {switched}x", "通断电 {switched} 次")
ASKED = Sentence("laboratory-asked", "asked {asked}x", "查询 {asked} 次")
DECIDABLE = Sentence(
    "laboratory-decidable",
    "{decided} of {decidable} clauses that a device can have decided",
    "设备可判定的 {decidable} 个条款中判定 {decided} 个",
)
NOT_PLANNED = Sentence(
    "laboratory-not-planned", "left out: {case} ({span}): {why}{lost}", "未列入：{case}（{span}）：{why}{lost}"
)
LENGTH_OPEN = Sentence(
    "laboratory-length-open",
    "length unknown, `plan --record RUN` counts it: {name}",
    "时长未知，可用 `plan --record RUN` 统计：{name}",
)
BY_BENCH = Sentence("laboratory-by-bench", "the bench", "测试台")
BY_PERSON = Sentence("laboratory-by-person", "a person of the laboratory", "实验室人员")
BY_LABORATORY = Sentence("laboratory-by-laboratory", "this laboratory or another", "本实验室或其他实验室")
TIME_NOT_COUNTED = Sentence("laboratory-time-not-counted", "time not counted", "用时未统计")
ABOUT = Sentence("laboratory-about", "about", "约")
BY_CUSTOMER = Sentence("laboratory-by-customer", "the customer", "委托方")
LOOK_AND_DECIDE = Sentence("laboratory-look-and-decide", "look and decide", "审查判定")
REVIEW_THE_REST = Sentence(
    "laboratory-review-the-rest",
    "close by a review what the cases leave open of what passes",
    "对用例未判定的其余部分作出审查判定",
)
TEST_YOURSELVES = Sentence(
    "laboratory-test-yourselves",
    "test it yourselves, hand in the record: no case does",
    "尚无用例判定：自行试验并提交记录",
)
HAND_IN_REPORT = Sentence(
    "laboratory-hand-in-report", "hand in the report of a laboratory test (R-04)", "提交实验室试验报告（R-04）"
)
ANSWER_QUESTIONS = Sentence(
    "laboratory-answer-questions",
    "answer these questions in the profile; a new campaign begins with it",
    "在档案中回答这些问题；以新档案另立任务",
)
MEND_ITEM = Sentence(
    "laboratory-mend-item",
    "mend the item; a new campaign begins with what is mended",
    "整改样品；以整改后的样品另立任务",
)
RUN_OPEN = Sentence("laboratory-run-open", "run cases that decide what is open", "执行可判定未决条款的用例")
LOOK_WHY = Sentence(
    "laboratory-look-why",
    "look why these were left open by cases that ran, and run them again",
    "查明已执行用例为何无法判定，并重新执行",
)
RUN_AGAIN = Sentence(
    "laboratory-run-again", "run these until each ran {times} times (R-07)", "补足每个用例的 {times} 次执行（R-07）"
)
RUN_TIMED = Sentence(
    "laboratory-run-timed", "run in real time what has a time limit (R-08)", "实时执行含时限的用例（R-08）"
)
PROVE_HERE = Sentence(
    "laboratory-prove-here", "prove at this commit what the statement rests on", "在本版本证明声明所依据的检查"
)
AN_HOUR_THE_SAME = Sentence(
    "laboratory-an-hour-the-same",
    "an hour of real time the same as virtual time (R-08)",
    "虚实一致性试验，实时一小时以上（R-08）",
)
FAST_THE_SAME = Sentence("laboratory-fast-the-same", "accelerated time the same as real time", "加速与实时一致性试验")
RIG_CHECK = Sentence("laboratory-rig-check", "the check of the rig, with nothing to mend", "台架检查无问题")
TIMED_FAST = Sentence(
    "laboratory-timed-fast",
    "{what}; a program in about {fast:.1f} h with --accelerate {accelerated} on an idle machine, and the "
    "parity of accelerated time",
    "{what}；程序可在空闲机器上以 --accelerate {accelerated} 约 {fast:.1f} h 完成，另须加速一致性试验",
)
FORM_OLD = Sentence("laboratory-form-old", "this form is out of date; enter it here", "表单已过期，请重新填写")
NAME_OR_PASSWORD = Sentence("laboratory-name-or-password", "name or password is wrong", "姓名或口令有误")
NO_RUN_THERE = Sentence("laboratory-no-run-there", "no such run or campaign", "无此运行或任务")
NO_REPORT_YET = Sentence("laboratory-no-report-yet", "no report yet", "尚无报告")
NO_CLAUSE_THERE = Sentence("laboratory-no-clause-there", "no such clause", "无此条款")
NO_ATTEMPT_THERE = Sentence("laboratory-no-attempt-there", "no such attempt", "无此执行")
NO_EVENT_THERE = Sentence("laboratory-no-event-there", "no such event", "无此事件")
ISSUING_NEEDS = Sentence(
    "laboratory-issuing-needs",
    "issuing needs `carbonbench serve --lab lab.toml`",
    "签发须用 `carbonbench serve --lab lab.toml` 启动",
)
ORDER_NAMES_ANOTHER = Sentence(
    "laboratory-order-names-another", "the order names another who authorises", "委托单所载批准人为他人"
)
NO_FILE_THERE = Sentence("laboratory-no-file-there", "no such file", "无此文件")
NO_NUMBER_THERE = Sentence("laboratory-no-number-there", "no such number", "无此编号")
LOCAL_NAME = Sentence("laboratory-local-name", "expected a local name", "仅限本机访问")
OTHER_SITE = Sentence("laboratory-other-site", "this form is another site's", "表单来自其他站点")
SERVED_AT = Sentence(
    "laboratory-served-at", "{scheme}://{shown}:{port}/  Ctrl-C ends", "{scheme}://{shown}:{port}/  按 Ctrl-C 结束"
)
NOBODY_HAS_PASSWORD = Sentence(
    "laboratory-nobody-has-password",
    "others reach it, and nobody has a password: `carbonbench lab password` first, then --lab",
    "他人可访问，而无人设有口令：先用 `carbonbench lab password`，再用 --lab",
)
NEEDS_TLS = Sentence(
    "laboratory-needs-tls",
    "others reach it: give --certificate and --key, or --plain where a proxy has TLS",
    "他人可访问：请给出 --certificate 与 --key，由代理提供 TLS 时给出 --plain",
)
RUNS_AND_CAMPAIGNS = Sentence(
    "laboratory-runs-and-campaigns", "expected a folder of runs and campaigns", "应为运行和任务所在目录"
)
HOST_PORT = Sentence(
    "laboratory-host-port", "expected host:port, such as 127.0.0.1:8600", "应为 host:port，例如 127.0.0.1:8600"
)
ONE_WITH_OTHER = Sentence(
    "laboratory-one-with-other", "--certificate, --key: one goes with the other", "--certificate 与 --key 须同时给出"
)
PROFILES_FOLDER = Sentence("laboratory-profiles-folder", "expected a folder of profiles", "应为档案所在目录")
NOT_USED_TOGETHER = Sentence(
    "laboratory-not-used-together", "cannot be used together ({error})", "无法一起使用（{error}）"
)
CANNOT_LISTEN = Sentence("laboratory-cannot-listen", "cannot listen ({strerror})", "无法监听（{strerror}）")
RECORDS_UNSIGNED = Sentence(
    "laboratory-records-unsigned", "The records of this run are not signed.", "本次运行的记录未签名。"
)
A_RUN_JOINED = Sentence(
    "laboratory-a-run-joined",
    "a run, joined by `carbonbench campaign add`",
    "至少加入一次运行（carbonbench campaign add）",
)
SAY_WHY_LEFT = Sentence(
    "laboratory-say-why-left",
    "it is of this item and {state}: join it (campaign add), or say who leaves it out and why (campaign "
    "leave; lab abandon where it never ended)",
    "该运行属本样品，{state}：须加入任务（campaign add），或登记排除的责任人和原因（campaign leave；"
    "未结束的用 lab abandon）",
)
VALIDATION_WORDS = Sentence(
    "laboratory-validation-words",
    "expected zh or en and a name that ends with .pdf, found {language} {target}",
    "应为 zh 或 en 以及以 .pdf 结尾的名称，实际为 {language} {target}",
)
GOES_WITH = Sentence("laboratory-goes-with", "--{name} goes with {others}", "--{name} 须与 {others} 同用")
KEY_OR_MODULE = Sentence(
    "laboratory-key-or-module",
    "--certificate goes with --key or with --module",
    "--certificate 须与 --key 或 --module 同用",
)
DRAFT_NAME = Sentence(
    "laboratory-draft-name", "expected a name that ends with .pdf or .docx", "名称须以 .pdf 或 .docx 结尾"
)
ABANDON_WORDS = Sentence("laboratory-abandon-words", "needs --run, --why and --by", "须给出 --run、--why 和 --by")
PASSWORD = Sentence("laboratory-password", "password", "口令")
ENTRY_ENDED = Sentence("laboratory-entry-ended", "ended  {told}; {evidence}…", "结束  {told}；{evidence}…")
ENTRY_CUT = Sentence("laboratory-entry-cut", "interrupted  {told}; {evidence}…", "中断  {told}；{evidence}…")
