"""What the local interface refuses, in two languages: one row for each refusal, known by an id that never changes.

Leaves when they are told to the addresses. The id stays inside: an answer bears it, as `code`, only where programs
have to decide by it (`coded`); so every other answer keeps its octets, and with them the records that hold them.
"""

from __future__ import annotations

from reference_terminal.web.errors import refusal

# What any address may say of a request

NOT_HTTP = refusal("not-http", 400, en="no valid HTTP/1.1 request: {problem}", zh="不是有效的 HTTP/1.1 请求")
ADDRESS_UNREADABLE = refusal(
    "address-unreadable",
    400,
    en="the address cannot be read; send it percent-encoded in UTF-8",
    zh="地址无法解析，应为 UTF-8 百分号编码",
)
NO_SUCH_ADDRESS = refusal(
    "no-such-address", 404, en="no such address {address}; known are {known}", zh="没有该地址，可用：{known}"
)
NO_SUCH_ADDRESS_HERE = refusal("no-such-address-here", 404, en="no such address {address}", zh="没有该地址")
GET_EXPECTED = refusal(
    "get-expected", 405, en="expected GET for {address}", zh="{address} 应为 GET", headers={"Allow": "GET, HEAD"}
)
POST_EXPECTED = refusal(
    "post-expected", 405, en="expected POST for {address}", zh="{address} 须用 POST 提交", headers={"Allow": "POST"}
)
GET_EXPECTED_BUT = refusal(
    "get-expected-but", 405, en="expected GET, got {got}", zh="应为 GET，实际为 {got}", headers={"Allow": "GET, HEAD"}
)
REPLACEMENT_BY_POST = refusal(
    "replacement-by-post",
    405,
    en="expected POST for a replacement",
    zh="更换记录须用 POST 提交",
    headers={"Allow": "POST"},
)
NOT_COMPLETE = refusal(
    "not-complete", 408, en="the request was not complete after {seconds} s", zh="请求未在规定时间内完整到达"
)
TOO_LONG = refusal("too-long", 413, en="the body is longer than {most} octets", zh="请求体超过 {most} 字节")
TOO_MANY_CONNECTIONS = refusal(
    "too-many-connections",
    503,
    en="too many connections; close some and try again",
    zh="连接过多，请稍后重试",
    retry_s=5,
)
FILE_IN_HAND = refusal(
    "file-in-hand", 503, en="another file is being taken; try again", zh="正在接收另一文件，请稍后重试", retry_s=5
)
FAILED_INSIDE = refusal(
    "failed-inside", 500, en="the request failed inside the terminal; see its log", zh="终端内部错误，请查看终端日志"
)

# The store

STORE_UNREADABLE = refusal(
    "store-unreadable", 503, en="the store cannot be read now; try again", zh="存储暂不可读，请稍后重试", retry_s=5
)
NOT_RECORDED = refusal(
    "not-recorded",
    503,
    en="the store cannot be written now and nothing was recorded; try again",
    zh="存储暂不可写，未登记，请稍后重试",
    retry_s=5,
)
REPORT_NOT_KEPT = refusal(
    "report-not-kept", 503, en="the store cannot be written now; try again", zh="存储暂不可写，请稍后重试", retry_s=5
)
NOT_CLEARED = refusal(
    "not-cleared",
    503,
    en="the store cannot be written now and nothing was cleared; try again",
    zh="存储暂不可写，未清除，请稍后重试",
    retry_s=5,
)
NOT_RESTORED = refusal(
    "not-restored",
    503,
    en="the store cannot be written now and nothing was restored; try again",
    zh="存储暂不可写，未恢复，请稍后重试",
    retry_s=5,
)
NOT_IMPORTED = refusal(
    "not-imported",
    503,
    en="the store cannot be written now and nothing was taken; try again",
    zh="存储暂不可写，未导入，请稍后重试",
)
INTERFACE_NOT_KEPT = refusal(
    "interface-not-kept", 503, en="the store cannot be written now; try again", zh="存储暂不可写，请稍后重试"
)

# Who asks

UNKNOWN_HOST = refusal(
    "unknown-host",
    421,
    en="ask for the terminal by its address, or by a name that its settings list",
    zh="请使用终端地址或已登记的名称访问",
    coded=True,
)
FOREIGN_ORIGIN = refusal(
    "foreign-origin",
    403,
    en="this request comes from a page that is not the terminal's",
    zh="请求来自其他站点",
    coded=True,
)
NOT_LOGGED_IN = refusal(
    "not-logged-in",
    401,
    en="log in first, or again: the session has ended",
    zh="请先登录，或会话已结束请重新登录",
    headers={"WWW-Authenticate": "Bearer"},
    coded=True,
)
NO_PROOF = refusal(
    "no-proof", 403, en="no proof that it comes from a page of the terminal", zh="无法证明来自终端页面", coded=True
)
NO_RIGHT = refusal(
    "no-right", 403, en="{address} asks for the right to {right}", zh="{address} 需要相应权限，访问被拒绝", coded=True
)
RIGHT_MISSING = refusal(
    "right-missing", 403, en="{address} asks for the right to {right}", zh="{address} 需要相应权限，访问被拒绝"
)
NOT_YOURSELF = refusal(
    "not-yourself",
    403,
    en="{key} is {known}, who is logged in; leave it out or name yourself, not {got}",
    zh="{key} 应为登录账户 {known}",
    coded=True,
)
TOO_MANY_LOGINS = refusal(
    "too-many", 429, en="too many logins; wait a little", zh="登录过于频繁，请稍候", retry_s=10, coded=True
)
ORDER_REFUSED = refusal("order-refused", 400, en="{said}", zh="{said}")
RULE_REFUSED = refusal("rule-refused", 400, en="{said}", zh="{said}")
NO_SESSION = refusal("no-session", 404, en="there is no such session", zh="没有该会话")
BAD_ACCOUNT_NAME = refusal(
    "bad-account-name",
    400,
    en="expected account as 1 to 32 letters, digits, '.', '_' or '-', a letter first",
    zh="账户名应为 1 至 32 位字母、数字、点、横线，以字母开头",
)
BAD_CERTIFICATE_NAME = refusal(
    "bad-certificate-name",
    400,
    en="expected certificate as the name in it (CN), 1 to {most} characters",
    zh="certificate 应为证书中的名称（CN），1 至 {most} 个字符",
)
NO_SECRET = refusal("no-secret", 400, en="expected the secret that was given", zh="密钥格式错误")
WRONG_SECRET_CODE = refusal(
    "wrong-secret-code", 400, en="this is no code of the secret; look at the clocks", zh="动态口令错误，请检查时钟"
)
PASSWORDS_DIFFER = refusal("passwords-differ", 400, en="the new passwords differ", zh="两次输入的新口令不一致")
NO_SLAVE = refusal("no-slave", 403, en="this terminal takes no records of yours", zh="本终端不接受该来源的数据")

# What a request brings

NOT_JSON_BUT = refusal(
    "not-json-but",
    415,
    en="expected Content-Type application/json, got {got}",
    zh="Content-Type 应为 application/json，实际为 {got}",
)
NOT_JSON = refusal(
    "not-json", 415, en="expected Content-Type application/json", zh="Content-Type 应为 application/json"
)
NO_FORM = refusal("no-form", 415, en="expected a form ({form})", zh="应为表单")
FORM_UNREADABLE = refusal("form-unreadable", 400, en="the form cannot be read", zh="表单无法解析")
NO_PAGE = refusal("no-page", 400, en="expected _back as the path of a page", zh="_back 应为页面地址")
NO_OBJECT = refusal("no-object", 400, en="expected a JSON object", zh="应为 JSON 对象")
NO_OBJECT_OF = refusal(
    "no-object-of", 400, en="expected a JSON object with {keys}, each once", zh="应为包含 {keys} 的 JSON 对象"
)
NOT_FOR_REPORTS = refusal("not-for-reports", 404, en="expected POST {address}", zh="应为 POST {address}")
BAD_REPORT = refusal("bad-report", 400, en="expected JSON with source and records", zh="应为含 source、records 的 JSON")
REPORT_UNUSABLE = refusal("report-unusable", 400, en="{said}", zh="{said}")
UNKNOWN_KEY = refusal("unknown-key", 400, en="unknown key {key}{hint}", zh="未知的键 {key}{hint}")
KEY_MISSING = refusal("key-missing", 400, en="{key} is missing; send {keys}", zh="缺少 {key}，须给出 {keys}")
KEY_NOT_TEXT = refusal("key-not-text", 400, en="expected {key} as text", zh="{key} 应为文本")
UNKNOWN_PARAMETER = refusal(
    "unknown-parameter",
    400,
    en="unknown parameter {key}{hint}; known here: {known}",
    zh="未知参数 {key}，可用：{known}{hint}",
)
PARAMETER_TWICE = refusal(
    "parameter-twice", 400, en="{key} is given twice; give it once", zh="参数 {key} 重复，请只给一次"
)
NOT_PRINTABLE = refusal(
    "not-printable", 400, en="expected {key} as 1 to {most} printable characters", zh="{key} 应为可见字符"
)
WORDS_NOT_PRINTABLE = refusal(
    "words-not-printable",
    400,
    en="expected {key} as 1 to {most} printable characters",
    zh="{key} 应为 1 至 {most} 个可见字符",
)
ENTRY_WORDS_NOT_PRINTABLE = refusal(
    "entry-words-not-printable",
    400,
    en="expected {key} as 1 to {most} printable characters: who enters a value says so, and why",
    zh="{key} 应为 1 至 {most} 个可见字符",
)
AUTHOR_NOT_PRINTABLE = refusal(
    "author-not-printable",
    400,
    en="expected author= as 1 to {most} printable characters",
    zh="author 应为 1 至 {most} 个可见字符",
)
NOT_YES_OR_NO = refusal("not-yes-or-no", 400, en="expected {key} as yes or no", zh="{key} 应为 yes 或 no")
BAD_ROUNDS = refusal(
    "bad-rounds",
    400,
    en="expected every_min as 0 (no rounds) or {least} to {most} minutes",
    zh="every_min 应为 0（不巡检）或 {least} 至 {most} 分钟",
)
UNKNOWN_DECISION = refusal(
    "unknown-decision", 400, en="expected decision as release or reject", zh="decision 应为 release 或 reject"
)
NO_INSTANT = refusal(
    "no-instant",
    400,
    en="expected {key} an instant from 1970 to 2100 such as 2026-01-31T08:00:00+08:00, got {got}",
    zh="{key} 应为 1970 至 2100 年间 2026-01-31T08:00:00+08:00 形式的时间，实际为 {got}",
)
COUNT_OUTSIDE = refusal(
    "count-outside", 400, en="expected {key}= from 1 to {most}, got {got}", zh="{key} 应为 1 至 {most}，实际为 {got}"
)
FROM_AFTER_TO = refusal("from-after-to", 400, en="from is later than to; exchange them", zh="from 晚于 to，请对调")
END_BEFORE_START = refusal(
    "end-before-start", 400, en="end is not later than start; exchange them", zh="end 应晚于 start"
)
UNKNOWN_CLASS = refusal(
    "unknown-class",
    400,
    en="expected class= minute, quarter, hour, day, week, month, quarter_year or year, got {got}",
    zh="class 应为 minute、quarter、hour、day、week、month、quarter_year 或 year，实际为 {got}",
)
UNKNOWN_FIGURE_CLASS = refusal(
    "unknown-figure-class",
    400,
    en="expected class= minute, quarter, hour, day, week, month, quarter_year or year, got {got}",
    zh="class 应为 minute、quarter、hour、day、week、month、quarter_year 或 year",
)
UNKNOWN_LONG_CLASS = refusal(
    "unknown-long-class", 400, en="expected class= day, week, month, quarter_year or year, got {got}", zh="class 有误"
)
UNKNOWN_CLASS_OF = refusal(
    "unknown-class-of", 400, en="expected class one of {known}, got {got}", zh="class 应为 {known} 之一"
)
UNKNOWN_STORED_CLASS = refusal(
    "unknown-stored-class", 400, en="expected class= {known}, got {got}", zh="class 应为 {known} 之一"
)
POINT_AND_CENTRE = refusal(
    "point-and-centre", 400, en="expected point= or centre=, got both", zh="point 与 centre 只能给一个"
)
UNKNOWN_SORTING = refusal(
    "unknown-sorting", 400, en="expected sort= at or one of {known}, got {got}", zh="排序字段未知"
)
UNKNOWN_SORT_ORDER = refusal(
    "unknown-sort-order", 400, en="expected order=ascending or descending, got {got}", zh="order 应为升序或降序"
)
SEARCHED_TEXT_TOO_LONG = refusal(
    "searched-text-too-long", 400, en="expected text of at most {most} characters", zh="查找文本过长"
)
UNKNOWN_LOG_FORMAT = refusal(
    "unknown-log-format", 400, en="expected format=csv or jsonl, got {got}", zh="format 应为 csv 或 jsonl"
)

# What is not there

UNKNOWN_POINT = refusal(
    "unknown-point",
    404,
    en="expected point= one of GET /api/v1/points, got {got}",
    zh="没有监测点 {got}，请见 /api/v1/points",
)
NO_POINT = refusal("no-point", 404, en="no point is called {got}", zh="没有监测点 {got}")
NO_CENTRE = refusal("no-centre", 404, en="no centre is called {got}", zh="没有数据中心 {got}")
NO_CENTRE_OF = refusal("no-centre-of", 404, en="no centre is called {got}; there are {known}", zh="没有该数据中心")
NO_CERTIFIED_CENTRE = refusal(
    "no-certified-centre",
    404,
    en="no centre {got} asks for a certificate; these do: {known}",
    zh="该数据中心不需要终端证书",
)
NO_METER = refusal("no-meter", 404, en="no meter is called {got}", zh="没有表计 {got}")
NO_INSTRUMENT = refusal("no-instrument", 404, en="no such instrument", zh="没有该计量器具")
NO_LINE = refusal("no-line", 404, en="no line is called {got}; there are {known}", zh="没有该串口或网关")
NO_PROPOSAL = refusal("no-proposal", 404, en="no such value waits for release", zh="没有该待审核数据")
NO_SOURCE = refusal(
    "no-source",
    404,
    en="no source is called {got}{hint}; there are {known}",
    zh="没有名为 {got} 的排放源，现有：{known}{hint}",
)
NO_STORED_SOURCE = refusal(
    "no-stored-source", 404, en="no emission source is called {got}; there are {known}", zh="没有排放源 {got}"
)
NOT_CALIBRATED = refusal(
    "not-calibrated",
    400,
    en="source {source} has no limits of drift (stack.out_zero, stack.out_span), so no calibration counts",
    zh="排放源 {source} 未设置漂移限值（stack.out_zero、stack.out_span），校准不起作用",
)
CALIBRATION_TO_COME = refusal(
    "calibration-to-come", 400, en="a calibration of {at} is still to come; it is {now}", zh="校准时间尚未到来"
)
NO_DRIFT = refusal(
    "no-drift",
    400,
    en="expected {key} the drift in percent of full scale, -100 to 100, got {got}",
    zh="{key} 应为 −100 至 100 之间的漂移（满量程百分数）",
)
NO_FIGURE = refusal(
    "no-figure",
    404,
    en="no figure is called {got}{hint}; see GET figures",
    zh="没有名为 {got} 的排放量，见 GET figures{hint}",
)
NO_PRODUCT = refusal(
    "no-product",
    404,
    en="no product is called {got}{hint}; there are {known}",
    zh="没有名为 {got} 的产品，现有：{known}{hint}",
)
NO_METHOD = refusal(
    "no-method",
    404,
    en="no source has the method {got}; there are {known}",
    zh="没有排放源采用方法 {got}，现有：{known}",
)
NO_TEMPLATE = refusal(
    "no-template",
    400,
    en="no template of sector {got}{hint}; known are {known}",
    zh="没有行业 {got} 的报告模板，可用：{known}{hint}",
)
NO_ACCOUNTING = refusal(
    "no-accounting",
    404,
    en="this terminal has no [accounting] in its settings; give it one",
    zh="未配置 [accounting]，请先配置",
)
NO_FINGERPRINTS = refusal(
    "no-fingerprints",
    404,
    en="no fingerprints are made; give [security] a device key and fingerprints",
    zh="未启用指纹，请在 [security] 中设置设备密钥和 fingerprints",
)
NOTHING_STORED = refusal(
    "nothing-stored",
    404,
    en="nothing is stored of {figure} for the {length} from {start}; see GET emissions",
    zh="没有 {figure} 自 {start} 起的数据",
)

# Values and periods that are entered

NO_COUNTER = refusal("no-counter", 400, en="{point} is no counter", zh="{point} 不是累计量")
COMPUTED_POINT = refusal(
    "computed-point",
    400,
    en="{point} is computed from other points; enter the replacement for the meter that was replaced",
    zh="{point} 由其他监测点计算，请为实际更换的表计登记",
)
WORKED_OUT = refusal(
    "worked-out",
    400,
    en="{point} is worked out from activity; enter that (POST accounting-entry, or its point)",
    zh="{point} 由活动数据核算得出，请填报活动数据",
)
TOO_FAR_AHEAD = refusal(
    "too-far-ahead",
    400,
    en="expected at no later than {latest}, a day from the terminal's clock; got {got}",
    zh="at 不应晚于 {latest}（终端时钟之后一天），实际为 {got}",
)
REGISTER_NOT_NUMBER = refusal(
    "register-not-number",
    400,
    en="expected {key} a plain decimal number of at most {digits} digits such as 1234.50, got {got}",
    zh="{key} 应为十进制数，例如 1234.50，实际为 {got}",
)
REGISTER_BELOW_ZERO = refusal(
    "register-below-zero", 400, en="expected {key} not below 0, got {got}", zh="{key} 不应小于 0，实际为 {got}"
)
REGISTER_TOO_LARGE = refusal(
    "register-too-large",
    400,
    en="expected {key} below {limit}, where the counter starts again; got {got}",
    zh="{key} 应小于计数器模数 {limit}，实际为 {got}",
)
READ_ALREADY = refusal(
    "read-already",
    409,
    en="a reading at {slot} follows {at} already; enter a replacement before the new meter is read",
    zh="该时刻之后已有读数，请在新表首次读数之前登记",
)
OLD_METER_HIGHER = refusal(
    "old-meter-higher",
    409,
    en="the old meter stood at {last} at {slot} already; expected final_old no less, got {got}",
    zh="旧表在 {slot} 的读数已为 {last}，final_old 不应小于它，实际为 {got}",
)
START_OFF_GRID = refusal(
    "start-off-grid",
    400,
    en="expected start on the grid of the {name} class, got {got}; take {start}",
    zh="start 应为 {name} 时段的起点，例如 {start}",
)
PERIOD_LASTS = refusal(
    "period-lasts",
    400,
    en="the {name} from {start} has not ended; enter it after {end}",
    zh="该时段尚未结束，请在 {end} 之后录入",
)
INPUT_PERIOD_LASTS = refusal(
    "input-period-lasts",
    400,
    en="the {name} has not ended; enter it after {end}",
    zh="该{name}尚未结束，请于 {end} 之后填报",
)
INPUT_OFF_GRID = refusal(
    "input-off-grid",
    400,
    en="{key} is entered for each {name}; that is {start} to {end}",
    zh="{key} 应按{name}填报，即 {start} 至 {end}",
)
BAD_INPUT_PERIOD = refusal(
    "bad-input-period", 400, en="expected whole minutes and at most a year", zh="起止应为整分钟，且不超过一年"
)
INPUT_NOT_BY_HAND = refusal(
    "input-not-by-hand",
    400,
    en="{source} takes {known} by hand, not {got}",
    zh="{source} 可填报 {known}，不可填报 {got}",
)
INPUT_NOT_NUMBER = refusal(
    "input-not-number",
    400,
    en="expected value a plain decimal number such as 12.5, got {got}",
    zh="value 应为十进制数，例如 12.5，实际为 {got}",
)
INPUT_UNIT = refusal("input-unit", 400, en="{name} is in {unit}, got {got}", zh="{name}的单位应为 {unit}，实际为 {got}")
INPUT_DOUBTED = refusal("input-doubted", 400, en="{said}", zh="{said}")
ENTRY_NOT_NUMBER = refusal(
    "entry-not-number",
    400,
    en="expected value a plain decimal number such as 12.50, got {got}",
    zh="value 应为十进制数，例如 12.50，实际为 {got}",
)
ENTRY_BELOW_ZERO = refusal(
    "entry-below-zero", 400, en="expected value not below 0 for a counter, got {got}", zh="累计量的值不应小于 0"
)
ENTRY_OUTSIDE = refusal(
    "entry-outside", 400, en="{got} lies outside {low} to {high}", zh="{got} 超出范围 {low} 至 {high}"
)
TOO_MANY_PROPOSALS = refusal(
    "too-many-proposals",
    409,
    en="too many values wait for release; release or reject some",
    zh="待审核数据过多，请先审核",
)
OWN_PROPOSAL = refusal(
    "own-proposal", 403, en="another person releases or rejects", zh="不得审核本人填报的数据", coded=True
)
POINT_GONE = refusal("point-gone", 409, en="this point is not acquired any more", zh="该监测点已停用")
REGISTER_FULL = refusal(
    "register-full",
    409,
    en="the register holds at most {most} instruments, with these there would be {got}",
    zh="器具台账最多 {most} 台，导入后将有 {got} 台",
)
BAD_INSTRUMENT = refusal("bad-instrument", 400, en="{said}", zh="{said}")
PERIOD_NOT_SECONDS = refusal(
    "period-not-seconds", 400, en="expected period_s as whole seconds, got {got}", zh="period_s 应为整秒数"
)

# Emissions, products and reports

BOUNDARY_UNUSABLE = refusal(
    "boundary-unusable", 409, en="the boundary cannot be used: {problem}", zh="边界无法使用：{problem}"
)
FIGURE_GRID = refusal(
    "figure-grid",
    400,
    en="{figure} has values of each {length}; let from and to lie on that grid",
    zh="{figure} 的最短时段为 {length}，from 与 to 应在其整点上",
)
BAD_ACCOUNTING = refusal("bad-accounting", 400, en="{said}", zh="{said}")
BAD_VERSION = refusal("bad-version", 400, en="{said}", zh="{said}")
PRODUCT_COUNTED = refusal("product-counted", 409, en="{product} is counted by {point}", zh="{product} 由 {point} 计量")
PRODUCT_NOT_NUMBER = refusal(
    "product-not-number",
    400,
    en="expected value a number not below 0, got {got}",
    zh="value 应为不小于 0 的数，实际为 {got}",
)
UNKNOWN_COMPARISON = refusal(
    "unknown-comparison",
    400,
    en="expected compare= before or year_before, got {got}",
    zh="compare 应为 before 或 year_before",
)
UNKNOWN_REPORT_FORM = refusal(
    "unknown-report-form", 400, en="expected form= json or text, got {got}", zh="form 应为 json 或 text"
)
UNKNOWN_DOCUMENT_FORM = refusal(
    "unknown-document-form", 400, en="expected form= docx or xlsx, got {got}", zh="form 应为 docx 或 xlsx"
)
UNKNOWN_EXCHANGE_FORM = refusal(
    "unknown-exchange-form", 400, en="expected form= toml or json, got {got}", zh="form 应为 toml 或 json"
)
BEING_WORKED_OUT = refusal(
    "being-worked-out",
    409,
    en="figures of this period are being worked out again; ask for the report once that is done",
    zh="该时段数据正在重新计算，请完成后再编制报告",
)
SECTOR_WITHOUT_ROWS = refusal(
    "sector-without-rows",
    400,
    en="the template of {sector} has no row for {names}, that of this emitter's sector has; leave sector out",
    zh="{sector} 行业模板未列 {names}，而本排放主体所属行业的模板已列；请勿指定 sector",
)
UNKNOWN_RESULT_FORM = refusal(
    "unknown-result-form", 400, en="expected an account of form {form}", zh="应为 {form} 格式的核算结果"
)

# Centres, packages and the log

BAD_CENTRE = refusal("bad-centre", 400, en="{said}", zh="{said}")
BAD_METERS = refusal("bad-meters", 400, en="{said}", zh="{said}")
NO_ADDED_METER = refusal(
    "no-added-meter",
    404,
    en="no meter {got} was added at this terminal; added were {known}",
    zh="没有新增过表计 {got}，新增的有 {known}",
)
METER_NAMED = refusal(
    "meter-named",
    409,
    en="centre {centre} has a code for point {point} of meter {meter}; remove the centre first",
    zh="数据中心 {centre} 已为表计 {meter} 的监测点 {point} 设置编码，请先删除该数据中心",
)
CERTIFICATE_REFUSED = refusal("certificate-refused", 400, en="{said}", zh="{said}")
PACKAGE_REFUSED = refusal("package-refused", 400, en="{said}", zh="{said}")
SET_REFUSED = refusal("set-refused", 400, en="{said}", zh="{said}")
NO_WINDOW = refusal("no-window", 409, en="{centre} has no upload window", zh="{centre} 没有上传时间窗口")
BAD_UPLOAD_TIME = refusal(
    "bad-upload-time",
    400,
    en="expected time as HH:mm:ss, or several in order and an hour apart joined by commas, got {got}",
    zh="time 应为 HH:mm:ss，多个时刻以逗号分隔、依次相隔至少一小时",
)
CLASS_NOT_SENT = refusal(
    "class-not-sent", 409, en="{centre} does not receive the {name} class", zh="{centre} 不接收该类数据"
)
TOO_MANY_PERIODS = refusal(
    "too-many-periods", 400, en="{count} periods at once are too many; order less", zh="时段过多，请缩小范围"
)
PLATFORM_SILENT = refusal(
    "platform-silent",
    503,
    en="the fingerprint platform {platform} does not answer ({problem}); nothing was decided",
    zh="指纹平台 {platform} 无应答，未作比对结论",
    retry_s=60,
)
ENTRIES_TOO_YOUNG = refusal(
    "entries-too-young",
    409,
    en="entries younger than {days} days are removed by nobody",
    zh="未满 {days} 天的审计日志不得清除",
)
NO_MANAGEMENT = refusal(
    "no-management", 409, en="the settings have no interface for it: [management] remote_host", zh="未配置远程维护接口"
)
INTERFACE_UNUSABLE = refusal(
    "interface-unusable", 409, en="the interface cannot be used: {problem}", zh="该接口无法使用"
)

LOGIN = {
    each.id: each
    for each in (
        refusal("login-refused", 401, en="{said}", zh="{said}", coded=True),
        refusal("account-locked", 423, en="{said}", zh="{said}", coded=True),
        refusal("password-change-required", 403, en="{said}", zh="{said}", coded=True),
        refusal("password-expired", 403, en="{said}", zh="{said}", coded=True),
        refusal("password-too-simple", 400, en="{said}", zh="{said}", coded=True),
        refusal("address-refused", 403, en="{said}", zh="{said}", coded=True),
        refusal("store-busy", 503, en="{said}", zh="{said}", coded=True),
    )
}
"""What a login is refused with, by the code that `access.accounts` gives."""
