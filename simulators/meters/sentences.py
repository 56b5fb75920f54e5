"""What is wrong with meters and their maps, and what a meter cannot do, by id in both languages."""

from __future__ import annotations

from simulators.sentences import Sentence, Words

SMALL_NAME = Words("a name of small letters, digits and _", "由小写字母、数字、_ 组成的名称")
SMALL_DASHED_NAME = Words("a name of small letters, digits, - and _", "由小写字母、数字、- _ 组成的名称")
ONE_OCTET = Words("one octet as hex", "一个字节的十六进制")
OCTETS = Words("octets as hex", "十六进制字节")
FOUR_HEX = Words("4 hex digits", "4 位十六进制数")
LAYOUT = Words("a format such as XXXXXX.XX", "格式，例如 XXXXXX.XX")
TARIFF_HOURS = Words("24 digits, a tariff for each hour", "24 位数字，每小时一个费率号")
SETTLEMENT = Words("DDhh, day 01 to 28, hour 00 to 23", "DDhh：日 01 至 28，时 00 至 23")
NAME = Words("a name of letters, digits, - _ .", "由字母、数字、- _ . 组成的名称")
DEVICE = Words("a device name such as ttyS1", "设备名称，例如 ttyS1")
IDENTIFIER = Sentence("identifier-digits", "{digits} hex digits", "{digits} 位十六进制数")
"""What a text of a map should be."""

# Maps.

FUNCTIONS = Sentence("map-functions", "expected some of {known}, got {got}", "应为 {known} 中的项，实际为 {got}")
NO_REGISTER = Sentence(
    "map-empty",
    "the map has no register; add at least one [[register]]",
    "寄存器表为空，请至少添加一个 [[register]]",
)
NOT_SERVED = Sentence(
    "function-not-served",
    "function {code} is not served by this device ({served})",
    "设备不支持功能码 {code}（支持：{served}）",
)
LOOP_ORDER = Sentence("loop-order", "expected more than low ({low}), got {got}", "应大于 low（{low}），实际为 {got}")
LOOP_NOISE = Sentence("loop-noise", "expected 0 or more, got {got}", "应不小于 0，实际为 {got}")
ADDRESS_BEYOND = Sentence(
    "address-beyond",
    "{count} registers from {address} go beyond 65535",
    "自 {address} 起的 {count} 个寄存器超过 65535",
)
WORD_ORDER = Sentence(
    "word-order",
    "a single register has no word order; expected ABCD or BADC, got {got}",
    "单个寄存器没有字序，应为 ABCD 或 BADC，实际为 {got}",
)
NO_PARTS = Sentence(
    "parts-empty",
    "is empty; give at least one part or use address and type",
    "为空，请至少给一个部分，或改用 address 与 type",
)
SENTINEL = Sentence(
    "sentinel-digits",
    "expected {digits} hex digits (one value), got {got!r}",
    "应为 {digits} 位十六进制数（一个值），实际为 {got!r}",
)
OF_SCALE = Sentence(
    "resolution-of-scale",
    "{resolution} is not a multiple of the scale {scale}",
    "{resolution} 不是比例 {scale} 的整数倍",
)
FLOAT_SCALE = Sentence(
    "float-scale", "a binary float carries its value itself; remove scale", "浮点寄存器不需要比例，请删除 scale"
)
MODULUS_OF_COUNTER = Sentence(
    "modulus-of-counter",
    "only a counter has a modulus; set kind = 'counter' or remove it",
    "只有累计量才有翻转值，请设置 kind = 'counter' 或删除此项",
)
OF_RESOLUTION = Sentence(
    "modulus-of-resolution",
    "{modulus} is not a multiple of the resolution {resolution}",
    "{modulus} 不是分辨率 {resolution} 的整数倍",
)
MODULUS_FITS = Sentence(
    "modulus-fits",
    "{modulus} does not fit: the register starts again at {largest}",
    "翻转值 {modulus} 超出寄存器范围：寄存器到 {largest} 即重新开始",
)
LARGEST_FIRST = Sentence("parts-order", "expected the part with the largest factor first", "系数最大的部分应在最前")
LOOP_U16 = Sentence(
    "loop-u16",
    "an analogue input is one u16 register; set type = 'u16' or remove loop",
    "模拟量输入须为单个 u16 寄存器，请设置 type = 'u16' 或删除 loop",
)
LOOP_COUNTER = Sentence(
    "loop-counter",
    "an analogue input is no counter; set kind = 'instant' or remove loop",
    "模拟量输入不是累计量，请设置 kind = 'instant' 或删除 loop",
)
ONE_CONTENT = Sentence(
    "register-content",
    "only one of measure, fixed, clock and serial may be given, got {got}",
    "measure、fixed、clock、serial 只能给一个，实际为 {got}",
)
ONE_OF_THREE = Sentence(
    "entry-content",
    "only one of measure, fixed and serial may be given, got {got}",
    "measure、fixed、serial 只能给一个，实际为 {got}",
)
REGISTER_TWICE = Sentence(
    "register-twice", "the register id {register!r} comes twice; rename one", "寄存器编号 {register!r} 重复，请改名"
)
ADDRESS_TWICE = Sentence(
    "address-twice",
    "address {address} (function {code}) is given to {one!r} and {other!r}; move one",
    "地址 {address}（功能码 {code}）同时用于 {one!r} 与 {other!r}，请移动其一",
)
BIT_TWICE = Sentence(
    "bit-twice",
    "bit {address} (function {code}) is given to {one!r} and {other!r}; move one",
    "位 {address}（功能码 {code}）同时用于 {one!r} 与 {other!r}，请移动其一",
)
PASSWORD = Sentence(
    "password-form",
    "expected level and six digits such as 04000000, got {got!r}",
    "密码应为级别加六位数字，例如 04000000，实际为 {got!r}",
)
TARIFFS = Sentence(
    "tariffs-beyond", "there are only {tariffs} tariffs, got {got}", "费率号超出费率数 {tariffs}，实际为 {got}"
)
ONE_FORM = Sentence(
    "entry-form",
    "expected exactly one of format, ascii, octets and own, got {got}",
    "format、ascii、octets、own 必须且只能给一个，实际为 {got} 个",
)
BY_TARIFF = Sentence(
    "by-tariff",
    "only a DL/T 645 map with tariffs in its settings shows values by tariff",
    "只有带费率设置的 DL/T 645 表可用 tariffs",
)
CLASSES = Sentence("profile-classes", "expected at most 6 classes, got {got}", "最多 6 类，实际为 {got} 类")
IDENTIFIER_TWICE = Sentence(
    "identifier-twice",
    "identifier {identifier} is given to {one!r} and {other!r}; change one",
    "数据标识 {identifier} 同时用于 {one!r} 与 {other!r}，请更改其一",
)
UNKNOWN_REGISTER = Sentence(
    "unknown-register", "{name!r} has no register; it has {names}", "没有寄存器 {name!r}，可用：{names}"
)

# Meters of a description.

TOO_MANY_UNITS = Sentence(
    "units-beyond",
    "{count} units from {first} go beyond 247; use a second port",
    "自 {first} 起的 {count} 个单元号超过 247，请另用端口",
)
ADDRESS = Sentence("address-form", "expected {known}, got {got!r}", "应为通信地址（{known}），实际为 {got!r}")
REPEAT = Sentence(
    "repeat-form",
    "expected [first, last] such as [1, 29], got [{got}]",
    "应为首末两个编号，例如 [1, 29]，实际为 [{got}]",
)
COLLECTED_PLACE = Sentence(
    "collected-place",
    "a meter behind a collector has no place of its own; remove line, host, port, unit, address, framing",
    "采集器后的仪表没有自己的位置，请删除 line、host、port、unit、address、framing",
)
ONE_PLACE = Sentence("line-or-host", "give either line or host and port, not both", "line 与 host、port 只能给一个")
EVERY_OR_MEAN = Sentence("every-or-mean", "give either every_s or mean_s, not both", "every_s 与 mean_s 只能给一个")
FAULT_LENGTH = Sentence(
    "fault-length",
    "a repeated fault needs its length; give for_s in seconds",
    "重复故障须给出持续时间 for_s（秒）",
)
FAULT_SHORTER = Sentence(
    "fault-shorter",
    "expected less than every_s ({every_s}), got {got}",
    "应小于 every_s（{every_s}），实际为 {got}",
)
FAULT_PARAMETERS = Sentence(
    "fault-parameters", "{kind} has {known}; {error}", "故障 {kind} 的参数为：{known}；取值不符：{error}"
)
NO_PARAMETERS = Words("no parameters", "无")
FAULT_AT = Sentence(
    "fault-at-meter", "fault {kind!r}: meter {meter}: {reason}", "故障 {kind!r}：仪表 {meter}：{reason}"
)
FAULT_OF = Sentence("fault-of-meter", "fault {kind!r}: {reason}", "故障 {kind!r}：{reason}")
UNIT_NOT_ADDRESS = Sentence(
    "modbus-address",
    "map {map} is Modbus, which has a unit id and no address; remove address",
    "寄存器表 {map} 是 Modbus，只有单元号而没有通信地址，请删除 address",
)
ADDRESS_DIGITS = Sentence(
    "address-digits",
    "expected an address of {wanted} for {map}, got {got!r}",
    "{map} 的通信地址位数不对：应为 {wanted}，实际为 {got!r}",
)
NO_FRAMING = Sentence(
    "no-framing",
    "map {map} is no Modbus device, which alone has a framing; remove framing",
    "{map} 不是 Modbus 设备，只有 Modbus 设备可带 framing，请删除",
)

# What a meter cannot do.

NO_FAULT = Sentence(
    "meter-fault",
    "meter {meter} cannot have the fault {kind!r}; it can have {known}",
    "仪表 {meter} 不能有故障 {kind!r}，可用：{known}",
)
NO_POINT = Sentence(
    "meter-point",
    "meter {meter} has no point {point!r}; it has {names}",
    "仪表 {meter} 没有测点 {point!r}，可用：{names}",
)
NO_MODULUS = Sentence(
    "meter-modulus",
    "{point} of meter {meter} has no modulus; give one in the map or the world",
    "仪表 {meter} 的 {point} 没有翻转值，请在寄存器表或场景中给出",
)
NO_COUNTER = Sentence(
    "meter-counter",
    "{point} of meter {meter} is no counter; choose one of its counters",
    "仪表 {meter} 的 {point} 不是累计量，请选择其累计量",
)
DECIMAL = Sentence(
    "meter-decimal",
    "expected decimal text such as 12.5, got {got!r}",
    "应为十进制数，例如 12.5，实际为 {got!r}",
)
POINT_RESOLUTION = Sentence(
    "meter-resolution",
    "{got} is not a multiple of the resolution {resolution} of {point}",
    "{got} 不是 {point} 的分辨率 {resolution} 的整数倍",
)
MARK = Sentence(
    "channel-mark",
    "{name}: expected a mark of {digits} hex digits, got {got!r}",
    "{name}：无效值标记应为 {digits} 位十六进制数，实际为 {got!r}",
)
CHANNEL_DECIMAL = Sentence(
    "channel-decimal",
    "{name}: expected decimal text such as 123.45, got {got!r}",
    "{name}：应为十进制数，例如 123.45，实际为 {got!r}",
)
CURRENT_OF_LOOP = Sentence(
    "channel-current",
    "{name} is no 4-20 mA input; the fault needs one (it was given {ma} mA)",
    "{name} 不是 4-20 mA 输入，该故障只用于此类输入（给出 {ma} mA）",
)
NO_LOOP = Sentence(
    "channel-loop",
    "{name} is no 4-20 mA input; the fault needs one",
    "{name} 不是 4-20 mA 输入，该故障只用于此类输入",
)
CHANNEL_RESOLUTION = Sentence(
    "channel-resolution",
    "{name}: {got} is not a multiple of the resolution {resolution}",
    "{name}：{got} 不是分辨率 {resolution} 的整数倍",
)
CANNOT_HOLD = Sentence(
    "channel-holds",
    "{name}: a {kinds} register cannot hold {got}; the nearest it holds is {held}",
    "{name}：{kinds} 寄存器不能存放 {got}，最接近的值为 {held}",
)
BEYOND_MODULUS = Sentence(
    "channel-modulus",
    "{name}: {got} is beyond the counter's modulus {modulus}",
    "{name}：{got} 超过翻转值 {modulus}",
)
BEYOND_LOOP = Sentence(
    "channel-range",
    "{name}: {got} is beyond the loop's {low} to {high} {unit}",
    "{name}：{got} 超出回路范围 {low} 至 {high} {unit}",
)
CURRENT = Sentence(
    "channel-milliampere",
    "{name}: expected a current such as 3.5, got {got!r}",
    "{name}：应为电流值，例如 3.5，实际为 {got!r}",
)
