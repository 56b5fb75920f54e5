"""What is wrong with settings: messages by id, told in what is answered and logged.

Leaves finding what is wrong to the modules of this room.
"""

from __future__ import annotations

from reference_terminal.model.messages import reason

A_NAME = reason(
    "a-name",
    en="at most 64 letters, digits, '.', '_' or '-'",
    zh="不超过 64 位的字母、数字、点、横线",
)
A_WHOLE_NUMBER = reason("a-whole-number", en="a whole number", zh="整数")
A_WHOLE_NUMBER_BETWEEN = reason(
    "a-whole-number-between", en="a whole number from {low} to {high}", zh=" {low} 至 {high} 的整数"
)
A_BOOLEAN = reason("a-boolean", en="true or false", zh=" true 或 false")
A_TEXT = reason("a-text", en="text in quotes", zh="带引号的文本")
A_LIST = reason("a-list", en="a list of texts", zh="文本列表")
A_LIST_OF_NUMBERS = reason("a-list-of-numbers", en="a list of whole numbers", zh="整数列表")
A_TABLE_OF_TEXTS = reason("a-table-of-texts", en="a table of texts", zh="文本表")
A_DECIMAL = reason("a-decimal", en='a decimal number such as "0.01"', zh="十进制数，例如 “0.01”")
A_CHOICE = reason("a-choice", en="one of {names}", zh=" {names} 之一")
SOME_OF = reason("some-of", en="some of {names}", zh=" {names} 中的项")
NO_NUL = reason("no-nul", en="text without NUL", zh="不含空字符的文本")
A_HOST = reason("a-host", en="the name or address of a host", zh="主机名或 IP 地址")
NOT_BELOW = reason("not-below", en="a number not below {low}", zh="不小于 {low} 的数")
NOT_ABOVE = reason("not-above", en="a number not above {high}", zh="不大于 {high} 的数")
BETWEEN = reason("between", en="a number from {low} to {high}", zh=" {low} 至 {high} 的数")
"""What a value should be, as `expected` names it."""

EXPECTED = reason("expected", en="expected {wanted}, got {got!r}{hint}", zh="应为{wanted}，实际为 {got!r}{hint}")
DID_YOU_MEAN = reason("did-you-mean", en="; did you mean {word!r}?", zh="；是否应为 {word!r}？")
MISSING = reason("missing", en="{key} is missing; {hint}", zh="缺少 {key}，{hint}")
ADD_IT = reason("add-it", en="add it", zh="请补上")
NO_TABLE = reason("no-table", en="expected a table [{key}], got {value!r}", zh="应为表 [{key}]，实际为 {value!r}")
NO_TABLES = reason(
    "no-tables",
    en="expected one or more tables [[{key}]], got {value!r}",
    zh="应为一个或多个表 [[{key}]]，实际为 {value!r}",
)
UNKNOWN_KEY = reason("unknown-key", en="unknown key {key!r}{hint}", zh="未知的键 {key!r}{hint}")
REMOVE_IT = reason("remove-it", en="; remove or correct it", zh="，请删除或更正")
TWICE = reason(
    "twice",
    en="{what} {value!r} is already used by {first}; each must be different",
    zh="{what} {value!r} 与 {first} 重复，应各不相同",
)
NAME_FORM = reason(
    "name-form",
    en="expected at most 64 letters, digits, '.', '_' or '-', got {name!r}",
    zh="应为不超过 64 位的字母、数字、点、横线，实际为 {name!r}",
)
UNIT_BESIDE_POINT = reason(
    "unit-beside-point",
    en="stands beside point, whose unit counts; remove it",
    zh="与 point 并存，以监测点的单位为准，请删除 unit",
)
UNIT_OF_AMOUNTS = reason(
    "unit-of-amounts", en="unit is missing for amounts by hand; add it", zh="填报的数量缺少 unit，请补上"
)
NO_POINT = reason("no-such-point", en="no point is called {name!r}{hint}", zh="没有名为 {name!r} 的监测点{hint}")
NO_COUNTER = reason(
    "no-counter", en="{name} is no counter; its periods hold no amounts", zh="{name} 不是累计量，其周期值不是数量"
)
VALID_BESIDE_SUBSTITUTE = reason(
    "valid-beside-substitute", en="valid is missing beside substitute; add it", zh="已给出 substitute，请补上 valid"
)
OTHER_DRIFT = reason(
    "other-drift",
    en="{lacks} is missing beside the limit of the other drift; add it",
    zh="已给出另一漂移限值，缺少 {lacks}，请补上",
)
OUT_ZERO_BESIDE_OVERDUE = reason(
    "out-zero-beside-overdue", en="out_zero is missing beside overdue_h; add it", zh="已给出 overdue_h，请补上 out_zero"
)
VALID_BESIDE_OUT_ZERO = reason(
    "valid-beside-out-zero", en="valid is missing beside out_zero; add it", zh="已给出 out_zero，请补上 valid"
)
UNTIL_BEFORE_SINCE = reason(
    "until-before-since", en="{until} is not later than since; exchange them", zh="{until} 不晚于 since，请对调"
)
BESIDE = reason("beside", en="stands beside {other}; give one of them", zh="与 {other} 并存，请只给一个")
AMOUNT_WITH_VALUE = reason(
    "amount-with-value",
    en="an amount by hand has no value in its place; remove it",
    zh="填报的数量不得有替代值，请删除",
)
POINT_ENTRY_OR_VALUE = reason(
    "point-entry-or-value",
    en="expected point, entry or value; give one of them",
    zh="应给出 point、entry 或 value 之一",
)
UNIT_MISSING = reason("unit-missing", en="unit is missing; add it", zh="缺少 unit，请补上")
BELOW_ZERO = reason("below-zero", en="expected 0 or more, got {value}", zh="应不小于 0，实际为 {value}")
INSTANT = reason(
    "instant",
    en="expected an instant such as 2026-01-31T08:00:00+08:00, got {text!r}",
    zh="应为 2026-01-31T08:00:00+08:00 形式的时间，实际为 {text!r}",
)
CHANGES_NOTHING = reason(
    "changes-nothing",
    en="changes nothing; give factors, sources or formulas",
    zh="未给出任何变更，请给出 factors、sources 或 formulas",
)
VALUE_MISSING = reason("value-missing", en="value is missing; add it", zh="缺少 value，请补上")
FACTOR_OR_INPUT = reason(
    "factor-or-input", en="expected either factor, or source and input", zh="应给出 factor，或 source 与 input"
)
THREE_ROLES = reason(
    "three-roles",
    en="deliver at least one administrator, one operator and one auditor",
    zh="至少应预置系统管理员、安全操作员、安全审计员账户各一个",
)
ORIGIN = reason(
    "origin",
    en="expected an address, a range a-b or a network a/n, got {text!r}",
    zh="应为地址、地址范围 a-b 或网段 a/n，实际为 {text!r}",
)
NO_COLLECTOR = reason("no-collector", en="no collector is called {name!r}{hint}", zh="没有名为 {name!r} 的采集器{hint}")
NO_SYSTEM = reason("no-system", en="no system is called {name!r}{hint}", zh="没有名为 {name!r} 的系统{hint}")
NO_METER = reason("no-meter", en="no meter is called {named}{hint}", zh="没有名为 {named} 的表计{hint}")
STANDBY_TAKEN = reason(
    "standby-taken",
    en="{id} already has the standby {served}; a meter has one",
    zh="{id} 已有备用设备 {served}，一块表只能有一个",
)
STANDBY_POINT = reason(
    "standby-point",
    en="{id} has no point {point!r}{hint}; a standby reads points of its meter",
    zh="{id} 没有监测点 {point!r}{hint}，备用表只读主表的监测点",
)
STANDBY_UNLIKE = reason(
    "standby-unlike",
    en="{id} is {kind} in {unit} at {main} and {kind2} in {unit2} here; make them alike (source_unit converts)",
    zh="{id} 在 {main} 处为 {kind}、单位 {unit}，此处为 {kind2}、单位 {unit2}，请改为一致（可用 source_unit 换算）",
)
LINE_FULL = reason(
    "line-full",
    en="the meters on {id} take {percent:.1f} % of its time at {baud} baud, at most {limit_percent} % are "
    "planned; the largest share has {meter} with {poll_s:.2f} s every {period_s} s: poll less often "
    "(period_s of {relief_s} s for all would do), raise baud, or spread them over two lines",
    zh="线路 {id} 在 {baud} 波特率下，其表计占用 {percent:.1f} %，上限 {limit_percent} %；占用最多的是 "
    "{meter}，每 {period_s} 秒 {poll_s:.2f} 秒：请延长 period_s（全部为 {relief_s} 秒即可）、"
    "提高波特率或分到两条线路",
)
UPLOAD_TIME = reason(
    "upload-time",
    en="expected a time of day such as 01:38:00, or several in order and an hour apart joined by commas, got {got!r}",
    zh="应为 01:38:00 形式的时刻，多个时刻以逗号分隔、依次相隔至少一小时，实际为 {got!r}",
)
PAYLOAD_OF_HJ212 = reason(
    "payload-of-hj212",
    en="the payload profile belongs to hj212, not to {protocol}; remove it",
    zh="报文加密仅用于 HJ 212，不用于 {protocol}，请删除",
)
MINUTES = reason(
    "minutes",
    en="expected one of {known} minutes, got {minute_interval}",
    zh="应为 {known} 分钟之一（HJ 212 表 4），实际为 {minute_interval}",
)
LETTERS_AND_DIGITS = reason(
    "letters-and-digits",
    en="expected 1 to {longest} ASCII letters and digits, got {text!r}",
    zh="应为 1 至 {longest} 位字母或数字，实际为 {text!r}",
)
MN_FORM = reason(
    "mn-form",
    en="expected {length} digits or letters (GB/T 2260 region, unified social credit code), got {text!r}",
    zh="应为 {length} 位（行政区划代码、统一社会信用代码），实际为 {text!r}",
)
TOKEN_MISSING = reason(
    "token-missing", en="a platform for records needs its token; add token", zh="数据平台缺少令牌 token，请补上"
)
SM4_KEY = reason("sm4-key", en="expected an SM4 key of 32 hex digits", zh="应为 32 位十六进制 SM4 密钥")
PACKAGE_ROOTS = reason(
    "package-roots",
    en="packages are verified against roots of their own; give [security] package_anchors",
    zh="软件包须以信任根校验，请在 [security] 中给出 package_anchors",
)
MASTER_PROOF = reason(
    "master-proof",
    en="a master takes records of slaves that prove who they are; give certificate, key and anchors",
    zh="主终端只接受经认证的从终端数据，请给出 certificate、key 和 anchors",
)
FINGERPRINTS_OF_CENTRE = reason(
    "fingerprints-of-centre",
    en="fingerprints are signed with the device key; give [security] device_certificate and device_key",
    zh="指纹须由设备密钥签名，请在 [security] 中给出设备证书和密钥",
)
PLATFORM_KEYS = reason(
    "platform-keys",
    en="the platform gives out keys, which are sealed at rest; give [security] a passphrase_file (or passphrase)",
    zh="平台密钥须加密保存，请在 [security] 中设置 passphrase_file",
)
POINT_CODE = reason(
    "point-code",
    en="expected a code of 1 to 20 ASCII letters and digits such as a05001, got {code!r}",
    zh="应为 1 至 20 位字母或数字的编码（如 a05001），实际为 {code!r}",
)
TOPIC_WITH_NODE = reason(
    "topic-with-node", en="expected a path with {{node}}, such as {such}", zh="应为含 {{node}} 的路径，例如 {such}"
)
PAYLOAD_OF_CENTRES = reason(
    "payload-of-centres", en="payload protection belongs to centres; remove it", zh="报文加密仅用于数据中心，请删除"
)
ONLY_MQTT_5 = reason("only-mqtt-5", en='belongs to version "5.0"; remove it', zh="仅用于 5.0 版，请删除")
FORM_OF_MQTT = reason(
    "form-of-mqtt", en="hj212 is published by mqtt; choose another form", zh="hj212 仅用于 mqtt，请另选格式"
)
NOT_TOML_AT = reason(
    "not-toml-at", en="not valid TOML: {error}; mend the line named", zh="不是有效的 TOML 文件：{error}，请更正所指的行"
)
NOT_UTF8 = reason(
    "not-utf8",
    en="expected UTF-8 text, got another encoding (octet {start}); save the file as UTF-8",
    zh="应为 UTF-8 编码，第 {start} 个字节无法解码，请另存为 UTF-8",
)
CONFIGURATION_UNREADABLE = reason(
    "configuration-unreadable",
    en="expected a readable configuration file, got: {reason}; check path and rights",
    zh="应为可读的配置文件，实际：{reason}，请检查路径和权限",
)
NOBODY_TO_ASK = reason(
    "nobody-to-ask",
    en="there is nobody to ask at this port; give [accounts]",
    zh="该端口无账户可核验，请给出 [accounts]",
)
POINT_OF_METER = reason(
    "point-of-meter",
    en="{name!r} is the id of a meter's point already; give the derived point another",
    zh="{name!r} 已是表计监测点的名称，请另取名称",
)
NO_CODE_FOR_CENTRE = reason(
    "no-code-for-centre",
    en="no point has a code for this centre; give points a code, or the centre a codes table",
    zh="该中心没有任何监测点编码，请给监测点设置 code，或在中心下设置 codes",
)
POINT_NAME_TAKEN = reason(
    "point-name-taken",
    en="{name!r} is the id of a point already; give it another",
    zh="{name!r} 已是监测点名称，请另取名称",
)
OPERANDS = reason(
    "operands",
    en='operation {operation} is of {wanted} points, got {count}; name them as in of = ["p1", "p2"]',
    zh='{operation} 应有 {wanted} 个监测点，实际为 {count} 个，写法为 of = ["p1", "p2"]',
)
FACTOR_ZERO = reason("factor-zero", en="expected a factor other than 0, got 0", zh="倍率应不为 0，实际为 0")
WEIGHTS = reason(
    "weights",
    en='expected numbers not below 0 such as "2.5", got {text!r}',
    zh='权重应为非负数，例如 "2.5"，实际为 {text!r}',
)
WEIGHTS_OR_BY = reason(
    "weights-or-by",
    en='expected either weights = ["3", "2"] or by = ["point", …] to share by; give one of them',
    zh='请给出 weights = ["3", "2"] 或 by = ["监测点", …] 之一作为分摊依据',
)
NO_WEIGHT = reason("no-weight", en="expected one weight above 0, got none", zh="至少应有一个权重大于 0，实际没有")
FROM_ITSELF = reason(
    "from-itself", en="is computed from itself: {text}; take one of them out", zh="循环引用：{text}，请去掉其中之一"
)
OPERANDS_UNLIKE = reason(
    "operands-unlike",
    en="operation {operation} is of {wanted}, got {told}",
    zh="{operation} 的监测点应为{wanted}，实际为 {told}",
)
METER_ADDRESS = reason("meter-address", en="expected {what}, got {address!r}", zh="应为{what}，实际为 {address!r}")
GROUP_PROOF = reason(
    "group-proof",
    en="master and slaves prove to each other who they are; give channel mtls, certificate, key, anchors",
    zh="主从终端须双向认证，请设置 channel 为 mtls，并给出 certificate、key、anchors",
)
TAG_TAKEN = reason(
    "tag-taken", en="tag {tag!r} is already used by this slave; take another", zh="该从终端已使用标签 {tag!r}，请另选"
)
HTTPS_PROOF = reason(
    "https-proof",
    en="HTTPS shows who the terminal is; give certificate and key",
    zh="HTTPS 须出示证书，请给出 certificate 和 key",
)
SEALED_AT_REST = reason(
    "sealed-at-rest",
    en="secrets at rest are sealed; give [security] a passphrase_file (or passphrase)",
    zh="私钥须加密保存，请在 [security] 中设置 passphrase_file",
)
DEVICE_OR_HOST = reason(
    "device-or-host",
    en="expected either device (a serial port such as /dev/ttyS0) or host and port (a serial server); give one",
    zh="应给出 device（本机串口）或 host 与 port（串口服务器）之一",
)
SERIAL_SERVER_PORT = reason(
    "serial-server-port", en="the serial server's port is missing; add port", zh="缺少串口服务器端口 port，请补上"
)
PORT_OF_DEVICE = reason(
    "port-of-device",
    en="belongs to a serial server, and this line has a device; remove port",
    zh="port 属于串口服务器，此线路为本机串口，请删除",
)
ONE_OF = reason("one-of", en="expected one of {names}, got {got}", zh="应为 {names} 之一，实际为 {got}")
SEVEN_BITS = reason("seven-bits", en="7 data bits come with a parity; set even or odd", zh="7 位数据位须配奇偶校验")
RECONNECT_ORDER = reason(
    "reconnect-order", en="longer than reconnect_max_s; make it shorter", zh="大于 reconnect_max_s，请改小"
)
MAINTENANCE_ADDRESS = reason(
    "maintenance-address",
    en="the local maintenance port is the terminal's own; expected a loopback address such as 127.0.0.1, "
    "or with dedicated = true that of a card for maintenance alone",
    zh="本地维护口应为本机回环地址（如 127.0.0.1），或在 dedicated = true 时为维护专用网口的地址",
)
MAINTENANCE_PROOF = reason(
    "maintenance-proof",
    en="both sides of maintenance from afar prove who they are; give channel gm-tls13, certificate, key, anchors",
    zh="远程维护须双向认证，请设置 channel 为 gm-tls13，并给出 certificate、key、anchors",
)
RATIO = reason("ratio", en="expected a ratio above 0, got {ratio}", zh="变比应大于 0，实际为 {ratio}")
PERIOD = reason(
    "period",
    en="expected seconds that divide a day evenly, got {period_s}; take e.g. 1, 5, 60, 900, 10800",
    zh="应为能整除一天的秒数，实际为 {period_s}，例如 1、5、60、900、10800",
)
LINE_INSTEAD = reason(
    "line-instead",
    en="{word} runs on a serial line; name a line in place of the gateway",
    zh="{word} 为串行协议，请用 line 代替 gateway",
)
GATEWAY_INSTEAD = reason(
    "gateway-instead",
    en="{word} stands at a gateway; on a line it is {others} (also over a serial server)",
    zh="{word} 须经 gateway，线路上请用 {others}（串口服务器亦然）",
)
MODULUS = reason("modulus", en="expected a positive number, got {modulus}", zh="模数应为正数，实际为 {modulus}")
RATED = reason(
    "rated", en="expected a positive number, got {rated_per_h}", zh="额定最大值应为正数，实际为 {rated_per_h}"
)
MIN_ABOVE_MAX = reason(
    "min-above-max", en="{minimum} is above max {maximum}; exchange them", zh="min {minimum} 大于 max {maximum}，请对调"
)
SENTINEL = reason(
    "sentinel",
    en="expected register contents as hexadecimal digits, got {sentinel!r}",
    zh="应为十六进制寄存器内容，实际为 {sentinel!r}",
)
OTHER_QUANTITY = reason(
    "other-quantity",
    en="{source} and {unit} measure different quantities; give units of one quantity",
    zh="{source} 与 {unit} 不是同一物理量，请给出同一物理量的单位",
)
NOT_EXACT = reason(
    "not-exact",
    en="{source} cannot be converted to {unit} without rounding, and a counter must stay exact; take {source}",
    zh="{source} 无法精确换算为 {unit}，累计量不得舍入，请用 {source}",
)
JSON_OBJECT = reason("json-object", en="expected a JSON object", zh="应为 JSON 对象")
NOT_TOML = reason("not-toml", en="not valid TOML: {error}", zh="不是有效的 TOML：{error}")
DEVICE_PAIR = reason(
    "device-pair",
    en="device_certificate and device_key belong together; give both or neither",
    zh="device_certificate 与 device_key 应同时给出",
)
DEVICE_SIGNS = reason(
    "device-signs",
    en="fingerprints are signed with the device key; give device_certificate and device_key",
    zh="指纹须由设备密钥签名，请给出 device_certificate 和 device_key",
)
LIST_ADDRESSES = reason(
    "list-addresses",
    en="expected addresses such as http://host/name.crl (lists are signed, RFC 5280), got {url!r}",
    zh="应为 http://host/name.crl 形式的地址（吊销列表自带签名，RFC 5280），实际为 {url!r}",
)
OCSP_ADDRESS = reason(
    "ocsp-address",
    en="expected an address such as http://host/ocsp (answers are signed, RFC 6960), got {ocsp_url!r}",
    zh="应为 http://host/ocsp 形式的地址（应答自带签名，RFC 6960），实际为 {ocsp_url!r}",
)
ONE_PASSPHRASE = reason(
    "one-passphrase", en="expected passphrase or passphrase_file, got both; remove one", zh="口令与口令文件只能给一个"
)
ANCHORS_MISSING = reason(
    "anchors-missing",
    en="channel {kind} needs the root certificates a centre's chain may end in; give anchors",
    zh="通道 {kind} 需要数据中心证书链的根证书，请设置 anchors",
)
KEY_PAIR = reason(
    "key-pair", en="certificate and key belong together; give both or neither", zh="certificate 与 key 应同时给出"
)
SM4_KEYS = reason("sm4-keys", en="expected SM4 keys of 32 hexadecimal digits each", zh="SM4 密钥应为 32 位十六进制")
PAYLOAD_KEYS = reason(
    "payload-keys",
    en="payload sm4-sm2 needs payload_keys, centre_certificate, and signing_key or the device key of [security]",
    zh="报文加密 sm4-sm2 需要 payload_keys、centre_certificate 和 signing_key（或 [security] 的设备密钥）",
)
PEM_OR_FILE = reason(
    "pem-or-file",
    en="expected PEM text or a readable file, got {value!r}: {strerror}",
    zh="应为 PEM 文本或可读文件，实际为 {value!r}：{strerror}",
)
NO_PEM = reason(
    "no-pem",
    en="the file {value!r} holds no PEM text; convert it (openssl x509/pkcs8 -outform PEM)",
    zh="文件 {value!r} 中没有 PEM 文本，请转换（openssl x509/pkcs8 -outform PEM）",
)
OPC_URL = reason(
    "opc-url", en="expected opc.tcp://host:port/, got {url!r}", zh="应为 opc.tcp://host:port/，实际为 {url!r}"
)
DATABASE_URL = reason(
    "database-url",
    en="expected a database URL that begins with one of {schemes}, got one that begins {scheme!r}",
    zh="应为以 {schemes} 之一开头的数据库 URL，实际开头为 {scheme!r}",
)
SECURED_SYSTEM = reason(
    "secured-system",
    en="security {security} needs the terminal's certificate and key, and trusted server certificates; give {key}",
    zh="安全模式 {security} 需要终端证书、私钥和受信任的服务器证书，请设置 {key}",
)
ONE_SELECT = reason(
    "one-select",
    en="expected one SELECT of id, tag, time and value with `id > :after` in it, and nothing else",
    zh="应为一条 SELECT（列依次为 id、标签、时间、值），并含 id > :after",
)
AN_ACCOUNT_NAME = reason(
    "an-account-name", en="1 to 32 letters, digits, '.', '_' or '-'", zh="1 至 32 位字母、数字、点、横线"
)
NO_SUCH = reason(
    "no-such",
    en="no {what} is called {got!r}{hint}; known are {known}",
    zh="没有名为 {got!r} 的{what}，可用：{known}{hint}",
)
AN_ACCOUNTING_UNIT = reason("an-accounting-unit", en="accounting unit", zh="核算单元")
AN_INSTRUMENT = reason("an-instrument", en="instrument", zh="计量器具")
A_SOURCE = reason("a-source", en="source", zh="排放源")
AN_OBJECT = reason("an-object", en="{of}", zh="对象（{of}）")
A_FIGURE = reason("a-figure", en="figure", zh="数据项")
NONE = reason("none", en="none", zh="无")
NO_CARRIER = reason("no-carrier", en="no {what} is called {name!r}{hint}", zh="没有名为 {name!r} 的{what}{hint}")
A_GATEWAY = reason("a-gateway", en="gateway", zh="网关")
A_LINE = reason("a-line", en="line", zh="线路")
PLACE_TAKEN = reason(
    "place-taken",
    en="{place} is already read by point {first!r}; give each point its own",
    zh="{place} 已被监测点 {first!r} 使用，请为每个监测点另设",
)
DIGITS_FORM = reason(
    "digits-form",
    en="expected digits such as XXXXXX.XX, one X for each, got {text!r}",
    zh="应为 XXXXXX.XX 形式，每位一个 X，实际为 {text!r}",
)
ONE_INSTANT = reason("one-instant", en="one instant point", zh="一个瞬时量监测点")
ONLY_COUNTERS = reason("only-counters", en="counters", zh="累计量")
ONE_KIND = reason("one-kind", en="points of one kind", zh="同一类型的监测点")
PERIOD_SET = reason(
    "period-set",
    en="expected seconds from {least} to {most} that divide a day evenly, got {got}",
    zh="应为 {least} 至 {most} 且能整除一天的秒数，实际为 {got}",
)
NO_INTEGRAL = reason(
    "no-integral",
    en="{source} over time is no {unit}; take the quantity that belongs to it, as kWh to kW",
    zh="{source} 对时间的积分不是 {unit}，请取相应的物理量，例如 kW 对应 kWh",
)
DERIVED_QUANTITIES = reason(
    "derived-quantities",
    en="{source} and {target} measure different quantities; give points and a unit of one quantity",
    zh="{source} 与 {target} 不是同一物理量，请给出同一物理量的监测点和单位",
)
DERIVED_NOT_EXACT = reason(
    "derived-not-exact",
    en="{source} cannot be converted to {target} without rounding; take {source}",
    zh="{source} 无法精确换算为 {target}，请用 {source}",
)
QUOTIENT_UNIT = reason(
    "quotient-unit",
    en="{above} by {below} is {wanted}, got {got}; give that unit",
    zh="{above} 除以 {below} 的单位为 {wanted}，实际为 {got}，请改用该单位",
)
PRODUCT_UNITS = reason(
    "product-units",
    en="only the first point of a product may have a unit, got {got} too; take plain numbers (1)",
    zh="乘积中仅第一个监测点可有单位，实际还有 {got}，请用纯数（1）",
)
