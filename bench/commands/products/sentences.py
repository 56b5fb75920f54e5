"""What commands on a product to be tested refuse and tell, by id in both languages."""

from __future__ import annotations

from bench.commands.sentences import UNWRITABLE as UNWRITABLE
from bench.commands.sentences import WRITTEN as WRITTEN
from simulators.sentences import NOTHING as NOTHING
from simulators.sentences import Sentence

LOGIN_TAKEN = Sentence("product-login-taken", "login, ", "登录方式和 ")
STARTED_AS = Sentence("product-started-as", "started as", "启动命令")
A_FILE = Sentence("product-a-file", "--- {name}", "--- 文件 {name}")
WHAT_IT_WAS_GIVEN = Sentence("product-what-it-was-given", "what it was given", "受测品所得配置")
METERS_READ = Sentence("product-meters-read", "meters read", "读取仪表")
CENTRES_DIALLED = Sentence("product-centres-dialled", "centres dialled", "连接数据中心")
RECORDS_CAME = Sentence("product-records-came", "records at centres", "数据中心收到记录")
WITHOUT_VALUE = Sentence(
    "product-without-value",
    "{name}: {number} requests without a value; the last: asked {asked}, answered {answered}",
    "{name}：{number} 次请求未得数值，最后一次请求为 {asked}，应答为 {answered}",
)
NO_ANSWER = Sentence("product-no-answer", "no answer", "无应答")
LISTENS_AT = Sentence("product-listens-at", "listens at", "监听端口")
NO_PORT = Sentence("product-no-port", "no port", "无端口")
NEEDS_ORDERS = Sentence("product-needs-orders", "not asked: {why}", "未询问：{why}，会改变终端状态，需加 --orders")
EXPECTED = Sentence("product-expected", "expected", "应为")
CAME_BACK = Sentence("product-came-back", "came back", "实际")
READY_PORT = Sentence(
    "product-ready-port", "expected a port, 1 to 65535, or {local}", "应为端口 1 至 65535，或 {local}"
)
THERE_ALREADY = Sentence(
    "product-there-already",
    "there already; give another --out, nothing is overwritten",
    "文件已存在，请另给 --out，不会覆盖",
)
NO_ANSWER_CAME = Sentence(
    "product-no-answer-came",
    "no answer came; give the answers as options (carbonbench init --help)",
    "未作答，请以参数给出（carbonbench init --help）",
)
KINDS_TAKEN = Sentence(
    "product-kinds-taken", "{paths} paths; {said}{lists} kinds taken over", "{paths} 个路径，已采用 {said}{lists} 类"
)
NEXT_FORM = Sentence(
    "product-next-form",
    "next: give {files} your program's form: carbonbench profile try {out}",
    "下一步：将 {files} 改为程序所用的格式：carbonbench profile try {out}",
)
THEN = Sentence("product-then", "then", "然后")
NEXT = Sentence("product-next", "next", "下一步")
NOT_OF_ITEM = Sentence("product-not-of-item", "not of a {item}", "不适用于{item}")
ADDRESS_NEEDED = Sentence(
    "product-address-needed",
    "a platform that is up already has one, http://host:port; or give --program",
    "已在运行的平台有地址 http://host:port，请给出；或给出 --program",
)
ADDRESS_FORM = Sentence(
    "product-address-form",
    "expected http://host:port, or {local} with --program",
    "应为 http://host:port，与 --program 同用时也可为 {local}",
)
WAYS_FORM = Sentence("product-ways-form", "expected of {ways}, each with =port", "应为 {ways} 之一并带 =port")
PORT_FORM = Sentence("product-port-form", "expected a port, 1 to 65535, after =", "= 后应为端口 1 至 65535")
ACCOUNT_FORM = Sentence("product-account-form", "expected name:password", "应为 name:password")
ENTERED = Sentence("product-entered", "entered", "已登录")
NOT_LET_IN = Sentence("product-not-let-in", "not let in", "未能登录")
NOT_REACHED = Sentence(
    "product-not-reached", "{host}:{port} is not reached ({name})", "无法连接 {host}:{port}（{name}）"
)
CLOSED_AT_ONCE = Sentence("product-closed-at-once", "closed at once", "立即断开")
TAKES_CONNECTIONS = Sentence("product-takes-connections", "takes connections", "可连接")
TRIED_PLATFORM = Sentence("product-tried-platform", "accounts, lists, ways in", "账号、列表、接入方式")
NO_REQUEST = Sentence("product-no-request", "no request in [functions]", "档案的 [functions] 中没有此请求")
ROWS = Sentence("product-rows", "{rows} rows", "{rows} 行")
OF_USE = Sentence("product-of-use", "{good} of use, {bad} not", "{good} 项可用，{bad} 项不可用")
NO_ROW = Sentence("product-no-row", "no row came", "未返回数据")
WITHOUT_FIELDS = Sentence("product-without-fields", "without {missing}", "缺少 {missing}")
OTHER_VALUE = Sentence(
    "product-other-value", "no value is {shown}, which the meter shows", "没有等于仪表所示 {shown} 的数值"
)
WAIT_LONGER = Sentence(
    "product-wait-longer",
    "the first whole minute after a start ends within two: --wait {whole_minute_s:g}",
    "启动后的首个整分钟在两分钟内结束：--wait {whole_minute_s:g}",
)
STARTED_ONCE = Sentence(
    "product-started-once", "started once, asked after {wait_s:g} s", "启动一次，{wait_s:g} s 后逐一询问"
)
OF_USE_ASKED = Sentence(
    "product-of-use-asked",
    "{good} of use, {bad} not, {idle} not asked",
    "{good} 项可用，{bad} 项不可用，{idle} 项未询问",
)
ONE_OF = Sentence("product-one-of", "expected of {one_of}", "应为 {one_of} 之一")
QUOTES = Sentence("product-quotes", "{error}", "引号不匹配（{error}）")
BELOW_STATE = Sentence("product-below-state", "expected a name below the state folder", "应为状态目录内的文件名")
ASTRAY = Sentence(
    "product-astray",
    "connection.command: {word} is looked for in the state folder, where the program runs; it is here: {resolve}",
    "connection.command：{word} 在程序运行的状态目录中查找，而它在此处：{resolve}，请写完整路径",
)
