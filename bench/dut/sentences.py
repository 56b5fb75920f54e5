"""What is wrong with a profile, and why an item under test cannot be asked or started, by id in both languages."""

from __future__ import annotations

from simulators.sentences import Sentence, Words

NO_ADAPTER = Sentence(
    "dut-no-adapter",
    "terminal adapter {name!r} is not installed; installed: {found}",
    "终端适配器 {name!r} 未安装，已安装：{found}",
)
ADAPTER_UNUSABLE = Sentence(
    "dut-adapter-unusable",
    "terminal adapter {name!r} cannot be loaded: {kind}: {error}",
    "终端适配器 {name!r} 无法加载：{kind}：{error}",
)
RUNS_ELSEWHERE = Sentence(
    "dut-runs-elsewhere",
    "this platform runs elsewhere, not at {local}: --rig loopback",
    "该平台在别处运行，不在 {local}，请用 --rig loopback",
)
ASKED_AT_DOORS = Sentence(
    "dut-asked-at-doors", "a platform is asked at its doors, not for {what}", "平台经其接口查询，不能直接查询 {what}"
)
NO_CENTRE = Sentence("dut-no-centre", "no centre {name} on the bench", "测试台上没有数据中心 {name}")
PROGRAM_RIGS = Sentence(
    "dut-program-rigs",
    "a program runs in the process or loopback rig only: --rig process",
    "程序仅可用于进程或 loopback 台架，请用 --rig process",
)
TEMPLATE_FAILS = Sentence("dut-template-fails", "the template fails: {error}", "模板渲染失败：{error}")
READY_FORM = Sentence("dut-ready-form", "expected host:port, got {told!r}", "应为 host:port，实际为 {told!r}")
NO_WAY = Sentence(
    "dut-no-way",
    "expected either get or post with an address, or one of {others}, found {found}",
    "应给出 get 或 post（地址），或 {others} 之一，实际为 {found}",
)
NO_STREAM_ADDRESS = Sentence(
    "dut-no-stream-address",
    "expected get with the address of a stream of server-sent events, found {found}",
    "应以 get 给出事件流（SSE）地址，实际为 {found}",
)
REGISTERS_MISSING = Sentence(
    "dut-registers-missing",
    "expected a table of registers by name, here or in write",
    "应在 read 或 write 中按名称给出寄存器表",
)
URL_OF_DATABASE = Words(
    'the URL of the database such as "sqlite:///{{ state }}/gateway.db"',
    '数据库 URL，例如 "sqlite:///{{ state }}/gateway.db"',
)
WORDS_TO_ASK = Words(
    'a list of words such as ["./ask", "{{ query.point }}"]', '命令行各词的列表，例如 ["./ask", "{{ query.point }}"]'
)
WORDS_TO_START = Words(
    'a list of words such as ["./gateway", "--config", "{{ state }}/gw.json"]',
    '命令行各词的列表，例如 ["./gateway", "--config", "{{ state }}/gw.json"]',
)
ONE_CHARACTER = Words("one character", "一个字符")
BASE_OF_STEPS = Words(
    'the address that the steps begin from, such as "http://{{ local.host }}:8080"',
    '各步起始的地址，例如 "http://{{ local.host }}:8080"',
)
WORDS_FOR_PERSON = Words('a sentence, or { en = "…", zh = "…" }', '一句话，或 { en = "…", zh = "…" }')
"""What a value of a section [connection] should be."""
TEMPLATE_LINE = Sentence("dut-template-line", "line {lineno}: {message}", "第 {lineno} 行：{message}")
TEMPLATE_NAME = Sentence("dut-template-name", "{wrong}", "模板中的名称无效：{wrong}")
TEMPLATE_UNREADABLE = Sentence(
    "dut-template-unreadable", "the template {file} cannot be read: {why}", "模板 {file} 无法读取：{why}"
)
NO_OFFICE_FILE_OF = Sentence(
    "dut-no-office-file-of", "neither a Word nor an Excel file: {error}", "不是 Word 或 Excel 文件：{error}"
)
NO_OFFICE_FILE = Sentence("dut-no-office-file", "neither a Word nor an Excel file", "不是 Word 或 Excel 文件")
DATABASE_URL = Sentence(
    "dut-database-url", "the URL of the database cannot be used: {error}", "数据库地址无法使用：{error}"
)
DATABASE_FAILED = Sentence("dut-database-failed", "the database: {why}", "数据库：{why}")
NO_FILE = Sentence("dut-no-file", "no file {path}", "文件 {path} 不存在")
FILE_TOO_LONG = Sentence("dut-file-too-long", "{path} is longer than {most} MiB", "{path} 大于 {most} MiB")
FILE_UNREADABLE = Sentence(
    "dut-file-unreadable", "{path} cannot be read as {kind}: {error}", "{path} 无法按 {kind} 解析：{error}"
)
JSON_DEPTH = Sentence(
    "dut-json-depth", "{method} {address}: JSON nested too deeply", "{method} {address}：JSON 嵌套过深"
)
NOTHING_LISTENS = Sentence("dut-nothing-listens", "nothing listens at {host}:{port}", "{host}:{port} 无监听")
MODBUS_FAILED = Sentence(
    "dut-modbus-failed", "no answer from {host}:{port}: {error}", "{host}:{port} 通信失败：{error}"
)
REGISTER_EXCEPTION = Sentence(
    "dut-register-exception", "register {name}: exception {code}", "寄存器 {name} 异常应答 {code}"
)
REGISTER_RANGE = Sentence(
    "dut-register-range", "{text!r} does not fit the register: {error}", "{text!r} 超出寄存器范围：{error}"
)
PAGE_LACKS = Sentence(
    "dut-page-lacks",
    "[connection.ask.{what}]: the page {page} has no {missing!r}",
    "[connection.ask.{what}]：页面 {page} 上没有 {missing!r}",
)
NOBODY = Sentence(
    "dut-nobody",
    "nobody to ask: a person stands at the lab rig alone (--rig lab)",
    "无人应答：仅实验室台架有人在场（--rig lab）",
)
COMMAND_NOT_STARTED = Sentence("dut-command-not-started", "cannot be started: {reason}", "命令无法启动：{reason}")
COMMAND_LATE = Sentence("dut-command-late", "no end after {answer_s:g} s", "命令 {answer_s:g} 秒内未结束")
COMMAND_FAILED = Sentence("dut-command-failed", "exit code {returncode}, {last}", "退出码 {returncode}，{last}")
COMMAND_LONG = Sentence("dut-command-long", "it printed more than {most} MiB", "输出大于 {most} MiB")
COMMAND_NO_JSON = Sentence("dut-command-no-json", "expected JSON, found {out!r}", "应为 JSON，实际为 {out!r}")
NO_KEY = Sentence("dut-no-key", "the answer has no key at {key!r}", "应答中 {key!r} 处没有标识")
NO_ROWS = Sentence("dut-no-rows", "the answer has no rows at {rows!r}", "应答中 {rows!r} 处没有数据")
ROWS_WITH_NAMES = Sentence(
    "dut-rows-with-names", "expected rows with names, got {row!r}", "应答的行应有字段名，实际为 {row!r}"
)
NO_ASK = Sentence(
    "dut-no-ask", "the profile has no section [connection.ask.{what}]", "档案中没有 [connection.ask.{what}]"
)
ANSWER_UNFIT = Sentence(
    "dut-answer-unfit",
    "[connection.ask.{what}]: the answer does not fit: {told}",
    "[connection.ask.{what}]：应答与模板不符：{told}",
)
ASK_TEMPLATE = Sentence(
    "dut-ask-template",
    "[connection.ask.{what}]: the template fails: {error}",
    "[connection.ask.{what}]：模板有误：{error}",
)
ROWS_NEED_FIELDS = Sentence(
    "dut-rows-need-fields",
    "expected rows with names, got {row!r}; give [fields]",
    "应答的行应有字段名，实际为 {row!r}，请给出 [fields]",
)
NOT_TOLD = Sentence("dut-not-told", "the terminal does not tell {what} by itself", "终端不主动提供 {what}")
CENTRE_UNSPOKEN = Sentence(
    "dut-centre-unspoken",
    "the reference terminal does not speak to centre {name}: {kind} over {channel}; leave it out",
    "参考终端不支持数据中心 {name}（{kind}，{channel}），请去掉",
)
COLLECTOR_UNSPOKEN = Sentence(
    "dut-collector-unspoken",
    "the reference terminal does not speak to collector {name} over {over}; leave it out",
    "参考终端不支持采集器 {name} 的通道 {over}，请去掉",
)
NO_DRIVER = Sentence(
    "dut-no-driver",
    "the reference terminal has no driver for {foreign}; leave those meters out",
    "参考终端没有 {foreign} 的驱动，请去掉这些表计",
)
PLATFORM_FOLDER = Sentence(
    "dut-platform-folder", "the reference platform needs a folder for its data", "参考平台需要数据目录"
)
NO_FOLDER = Sentence("dut-no-folder", "the platform has no folder", "平台没有数据目录")
NO_CLASS = Sentence("dut-no-class", "class {kind!r}: expected one of {spans}", "数据类别 {kind!r} 应为 {spans} 之一")
NO_ALTERATION = Sentence(
    "dut-no-alteration", "{how!r} is no way to alter a value of a platform", "{how!r} 不是改动平台数据的方式"
)
NO_VALUE = Sentence("dut-no-value", "there is no value of {point} at {at}", "监测点 {point} 在 {at} 没有数据")
NO_OTHER_VALUE = Sentence(
    "dut-no-other-value", "no other point has another value at {at}", "{at} 没有其他监测点的数据可换"
)
NO_STREAM = Sentence(
    "dut-no-stream",
    "GET {address}: expected a stream, got status {status}",
    "GET {address}：应为事件流，实际状态为 {status}",
)
NO_HTTP = Sentence("dut-no-http", "GET {address}: no HTTP answer: {error}", "GET {address}：无 HTTP 应答：{error}")
EVENT_LONG = Sentence("dut-event-long", "an event is longer than {most} KiB", "事件大于 {most} KiB")
EVENT_UNFIT = Sentence("dut-event-unfit", "an event does not fit: {kind}: {error}", "事件与模板不符：{kind}：{error}")
EVENT_NO_JSON = Sentence(
    "dut-event-no-json", "expected JSON in an event, found {text!r}", "事件应为 JSON，实际为 {text!r}"
)
NO_CHROMIUM = Sentence(
    "dut-no-chromium",
    "a door of pages needs Chromium, which is not installed (apt install chromium)",
    "页面通道需要 Chromium，本机未安装（apt install chromium）",
)
NO_PLAYWRIGHT = Sentence(
    "dut-no-playwright",
    "a door of pages needs Playwright, which is not installed (pip install 'carbonbench[browser]')",
    "页面通道需要 Playwright，本机未安装（pip install 'carbonbench[browser]'）",
)
BROWSER_FAILS = Sentence("dut-browser-fails", "{program} does not start: {error}", "{program} 无法启动：{error}")
BASE_FORM = Sentence(
    "dut-base-form",
    "expected http://host:port or https://host:port, found {base!r}",
    "应为 http://host:port 或 https://host:port，实际为 {base!r}",
)
ANSWER_LONG = Sentence("dut-answer-long", "the answer is longer than {most} MiB", "应答大于 {most} MiB")
TEMPLATE_WRONG = Sentence("dut-template-wrong", "template {given!r}: {error}", "模板 {given!r} 有误：{error}")
EXPRESSION_WRONG = Sentence(
    "dut-expression-wrong", "expression {expression!r}: {error}", "表达式 {expression!r} 不适用：{error}"
)
TABLE_LONG = Sentence("dut-table-long", "the table is longer than {most} MiB", "表格大于 {most} MiB")
NO_HEADS = Sentence(
    "dut-no-heads", "expected a table with a line of heads of {wanted}", "应为有表头行的表格，表头含 {wanted}"
)
NO_XLSX = Sentence("dut-no-xlsx", "expected an xlsx: {error}", "应为 xlsx 表格：{error}")
NO_CSV = Sentence("dut-no-csv", "expected CSV in {encoding}: {error}", "应为 {encoding} 编码的 CSV 表格：{error}")
NO_SESSION = Sentence("dut-no-session", "the connection ended before a session was agreed", "会话协商完成前连接中断")
NO_DOOR = Sentence(
    "dut-no-door", "the profile has no door {name!r} in [access.doors]", "档案的 [access.doors] 中没有通道 {name!r}"
)
NO_CERTIFIER = Sentence("dut-no-certifier", "nobody certifies who maintains from afar here", "此处没有远程维护者的证书")
BROWSER_REAL_TIME = Sentence(
    "dut-browser-real-time", "a door of a browser is for real time", "浏览器通道仅用于实时台架"
)
BROWSER_ADDRESS = Sentence(
    "dut-browser-address", "a browser comes from the bench's own address", "浏览器使用测试台自身的地址，不能更换"
)
NOT_SAID = Sentence("dut-not-said", "the profile does not say how", "档案未说明如何进行")
LOGIN_NOT_SAID = Sentence("dut-login-not-said", "the profile does not say how to log in", "档案未说明如何登录")
NO_ROLE = Sentence(
    "dut-no-role",
    "the profile has no account with role {role} in [access.accounts]",
    "[access.accounts] 中没有角色为 {role} 的账户",
)
NO_FUNCTION_HERE = Sentence(
    "dut-no-function-here", "the profile has no function {name!r} in [access]", "档案的 [access] 中没有功能 {name!r}"
)
FILE_ALONE = Sentence(
    "dut-file-alone", "nothing else may stand beside it in [access]", "[access] 中 file 不可与其他键并存"
)
FUNCTION_TWICE = Sentence(
    "dut-function-twice", "two functions have this name; names must differ", "功能重名，应各不相同"
)
NO_ACCOUNT_OF_ROLE = Sentence("dut-no-account-of-role", "no account has role {role!r}", "没有角色为 {role!r} 的账户")
NOT_AT_DOOR = Sentence("dut-not-at-door", "it cannot be called at {door!r}", "该功能不可经 {door!r} 调用")
NO_FUNCTION = Sentence("dut-no-function", "there is no function {name!r}", "没有功能 {name!r}")
NO_EVENT = Sentence("dut-no-event", "{event!r} is no key of [codes]", "{event!r} 不是 [codes] 的键")
NO_COOKIE_DOOR = Sentence(
    "dut-no-cookie-door", "there is no door {pages!r} with cookies", "没有使用 Cookie 的通道 {pages!r}"
)
ROUND_MINUTES = Sentence(
    "dut-round-minutes", "expected 1 to 60 minutes, found {every_min}", "应为 1 至 60 分钟，实际为 {every_min}"
)
KNOWN_KEYS = Sentence("dut-known-keys", "no such key; known are {known}", "未知的键，可用：{known}")
NO_SUCH_DOOR = Sentence("dut-no-such-door", "there is no door {door!r}", "没有通道 {door!r}")
ALGORITHM = Sentence(
    "dut-algorithm", "expected one of {algorithms}, got {got!r}", "应为 {algorithms} 之一，实际为 {got!r}"
)
CODE_RANGES = Sentence(
    "dut-code-ranges",
    "expected 6 to 8 digits, period_s of 1 to 600, periods of 0 to 10",
    "digits 应为 6 至 8，period_s 应为 1 至 600，periods 应为 0 至 10",
)
SECRET_KEPT = Sentence(
    "dut-secret-kept",
    'expected keep = {{ secret = "…" }} at one of its calls',
    '其某次调用应保留 keep = {{ secret = "…" }}',
)
NO_ACCOUNT = Sentence("dut-no-account", "there is no account {account!r}", "没有账户 {account!r}")
STEPS_OF_BROWSER = Sentence(
    "dut-steps-of-browser", "steps of a page want browser = true at the door", "页面步骤须用于 browser = true 的通道"
)
METHOD_MISSING = Sentence("dut-method-missing", "expected one of {methods}", "缺少请求方法，应为 {methods} 之一")
PAGE_STEPS = Sentence(
    "dut-page-steps", "expected page = [steps], as the door is a browser's", "浏览器通道应给出 page = [步骤]"
)
ONE_ACTION = Sentence("dut-one-action", "expected exactly one of {does}", "每步应恰有 {does} 之一")
NAME_COLUMN = Sentence("dut-name-column", "expected a column and an expression for name", "应有 name 列及其表达式")
TABLE_FORM = Sentence("dut-table-form", "expected one of {forms}, found {form!r}", "应为 {forms} 之一，实际为 {form!r}")
ENCODING = Sentence("dut-encoding", "unknown encoding {encoding!r}", "未知的编码 {encoding!r}")
NOBODY_ASKS = Sentence("dut-nobody-asks", "nobody asks for it{meant}", "没有人查询此字段{meant}")
FIELD_FORM = Sentence("dut-field-form", "the field has another form: {error}", "字段格式不符：{error}")
ADDRESS_WRONG = Sentence("dut-address-wrong", "no usable address: {error}", "地址无效：{error}")
LAB_ONLY = Sentence(
    "dut-lab-only",
    "a device that a person serves stands in the lab rig only: --rig lab",
    "由人操作的设备仅可用于实验室台架，请用 --rig lab",
)
NOBODY_AT_DEVICE = Sentence(
    "dut-nobody-at-device",
    "nobody to ask: a device that a person serves stands in the lab rig: --rig lab",
    "无人应答：由人操作的设备在实验室台架（--rig lab）",
)
FORM_OF_HTTP = Sentence(
    "dut-form-of-http",
    "only over HTTP has a platform a form of its own, not by {way}",
    "仅 HTTP 支持自有格式，{way} 不支持",
)
NOTHING_CALLED_SO = Sentence("dut-nothing-called-so", "nothing is called so{meant}", "无此名称{meant}")
NO_NAMED_DOOR = Sentence(
    "dut-no-named-door",
    "there is no door {named!r} in [access.doors]{meant}",
    "[access.doors] 中没有通道 {named!r}{meant}",
)
ACCESS_MISSING = Sentence(
    "dut-access-missing",
    "expected section [access], with the doors and accounts they are called through",
    "缺少 [access] 一节，应含调用所经的通道和账户",
)
METHOD_WITH_TARGET = Sentence(
    "dut-method-with-target",
    "expected one of get, post, put, delete, patch with a target",
    "应为 get、post、put、delete、patch 之一，并给出目标",
)
ROWS_MISSING = Sentence(
    "dut-rows-missing",
    "expected an expression for the rows of the answer, such as answer.json.rows",
    "应为取出应答各行的表达式，例如 answer.json.rows",
)
ANCHOR_UNREADABLE = Sentence(
    "dut-anchor-unreadable", "expected a readable file of PEM: {error}", "应为可读的 PEM 文件：{error}"
)
AN_EXPRESSION = Sentence("dut-expression", "expression", "表达式")
A_TEMPLATE = Sentence("dut-template", "template", "模板")
SYNTAX = Sentence("dut-syntax", "{message} (in this {what})", "{what}语法错误：{message}")
FILE_BELOW = Sentence(
    "dut-file-below", "expected a path below the state folder, found {name!r}", "应为状态目录下的路径，实际为 {name!r}"
)
NO_PROGRAM_HERE = Sentence(
    "dut-no-program-here", "no program {word} that can be started is on this machine", "本机没有可执行程序 {word}"
)
NO_PROGRAM_ON_PATH = Sentence(
    "dut-no-program-on-path",
    "no program {word} that can be started is on this machine's PATH",
    "本机 PATH 中没有可执行程序 {word}",
)
A_REQUEST = Words(
    "a request such as { get = … }, or false where there is none", "请求，例如 { get = … }，没有时为 false"
)
"""What a product may have, or not."""
REQUEST_EXPECTED = Sentence("dut-request-expected", "expected {what}", "应为{what}")
ROLES_WITHOUT_PLATFORM = Sentence(
    "dut-roles", "expected platform among them, got {found}", "应含 platform，实际为 {found}"
)
ONE_ITEM = Sentence(
    "dut-one-item",
    "expected one of [terminal] and [platform], got both: one profile, one item",
    "[terminal] 与 [platform] 只能二选一：一个档案对应一个受测品",
)
FUNCTIONS_OF_PLATFORM = Sentence(
    "dut-functions-of-platform",
    "only a platform is asked by them; its profile begins with [platform]",
    "仅用于平台，其档案以 [platform] 开头",
)
ASKED = {
    "readings": "已存储的读数",
    "records": "已存储的时段记录",
    "gaps": "已记录的缺失",
    "status": "状态",
    "queue": "各数据中心的待传数量",
    "log": "事件记录",
}
"""What a person is asked for, in Chinese; the words of the questions are the English."""
CONFIGURE = Sentence(
    "dut-configure",
    "Configure the terminal as {table} says, and attest that it is configured so.",
    "请按 {table} 配置终端，并确认已按此配置。",
)
ENTER_REPLACEMENT = Sentence(
    "dut-enter-replacement",
    "Enter at the terminal that a meter was replaced: {told}; then confirm.",
    "请在终端录入换表：{told}；然后确认。",
)
NAMES_OF_YOUR_OWN = Words("names of your own", "自拟列名")
OF_WHICH = Sentence("dut-of-which", " ({told})", "（仅 {told}）")
WHAT_IS_SHOWN = Sentence(
    "dut-what-is-shown",
    "What does the terminal show as {what}{of}? A line of column names ({columns}), then a line a row; instants as"
    " microseconds UTC or as the terminal shows them (+08:00).",
    "请填写终端显示的{what}{of}：首行为列名（{columns}），其后每行一条，时刻用 UTC 微秒或终端显示的形式（+08:00）。",
)
