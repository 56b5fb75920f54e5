"""What is wrong with a world or a fleet as a whole, by id in both languages."""

from __future__ import annotations

from simulators.sentences import Sentence, Words

LINES, METERS, COLLECTORS = Words("lines", "串口线"), Words("meters", "仪表"), Words("collectors", "采集器")
CENTRES, GROUPS = Words("centres", "数据中心"), Words("groups", "组")
ADDRESS, UNIT = Words("address", "地址"), Words("unit", "单元号")
"""What kinds of things, and of numbers, are called."""

SERIES_FILE = Sentence("series-file", "a series plant needs its file", "series 类型需要数据文件")
FILE_OF_SERIES = Sentence(
    "file-of-series",
    "only a plant of kind 'series' has a file; set kind or remove it",
    "只有 series 类型可以带文件，请设置 kind 或删除此项",
)
POINT_TWICE = Sentence(
    "point-twice",
    "the point id {point!r} is also at meter {meter}; rename one",
    "测点编号 {point!r} 与仪表 {meter} 的重复，请改名",
)
REGISTER_TWICE = Sentence(
    "register-of-two-points",
    "points {one!r} and {other!r} take the same register; drop one",
    "测点 {one!r} 与 {other!r} 占用同一寄存器，请删除其一",
)
NO_CENTRE = Sentence(
    "code-without-centre",
    "point {point!r} has a code for centre {centre!r}, which the world lacks",
    "测点 {point!r} 有数据中心 {centre!r} 的编码，而场景中没有此数据中心",
)
CODE_TWICE = Sentence(
    "code-twice",
    "centre {centre} has the code {code!r} for {one!r} and {other!r}; change one",
    "数据中心 {centre} 的编码 {code!r} 同时用于 {one!r} 与 {other!r}，请更改其一",
)
CODE = Sentence("code-wrong", "the code {code!r} of point {point!r} {wrong}", "测点 {point!r} 的编码 {code!r} {wrong}")
METER_TWICE = Sentence(
    "meter-twice",
    "the name is given to several meters ({count}); names must differ",
    "仪表名称重复（{count} 个），应各不相同",
)
NO_LINE = Sentence(
    "no-line", "the world has no line {line!r}; it has {names}", "场景中没有串口线 {line!r}，可用：{names}"
)
UNIT_TWICE = Sentence(
    "unit-twice",
    "{what} {number} at {place} is already meter {meter}; units of a port must differ",
    "{place} 的{what} {number} 已属于仪表 {meter}，同一端口的单元号应各不相同",
)
OTHER_KIND = Sentence(
    "place-of-other-kind",
    "{place} is {other} for meter {meter}; choose another port for {kind}",
    "{place} 在仪表 {meter} 处为 {other}，{kind} 请另选端口",
)
OTHER_FRAMING = Sentence(
    "framing-of-line",
    "{place} is Modbus {framing} for meter {meter}; all Modbus devices of a line speak the same",
    "{place} 在仪表 {meter} 处为 Modbus {framing}，同一串口线的 Modbus 设备须用同一种帧格式",
)
PLACE_TAKEN = Sentence(
    "place-taken", "{place} is already {other}; choose another port", "{place} 已由 {other} 占用，请另选端口"
)
NO_METER = Sentence(
    "no-meter", "the world has no meter {meter!r}; it has {names}", "场景中没有仪表 {meter!r}，可用：{names}"
)
SPEAKS = Sentence("scale-alone", "a scale sends all the time; give it {place} alone", "衡器持续发送，须独占 {place}")
NOT_REGISTERS = Sentence(
    "collected-without-registers",
    "behind a collector a meter has a map of registers; {map} is none",
    "采集器后的仪表须用寄存器表，{map} 不是寄存器表",
)
NO_REGISTER = Sentence(
    "map-lacks-register",
    "map {map} has no register {register!r}; it has {names}",
    "寄存器表 {map} 没有寄存器 {register!r}，可用：{names}",
)
NO_NUMBER = Sentence(
    "register-no-number",
    "register {register!r} of map {map} is no number of its own; choose another",
    "寄存器表 {map} 的 {register!r} 不是数值，请另选",
)
ANALOGUE_COLLECTED = Sentence(
    "analogue-collected",
    "register {register!r} is an analogue input, which no collector tells; choose another",
    "寄存器 {register!r} 是模拟量输入，采集器不传送，请另选",
)
MODULUS = Sentence(
    "point-modulus",
    "modulus {modulus} of {point!r} is not a multiple of {resolution}",
    "{point!r} 的翻转值 {modulus} 不是 {resolution} 的整数倍",
)
NO_QUANTITY = Sentence(
    "no-quantity",
    "point {point!r}: the plant has no quantity {quantity!r}",
    "测点 {point!r}：工厂模型没有量 {quantity!r}",
)
UNITS = Sentence(
    "units-differ",
    "point {point!r}: register in {want}, quantity {quantity} in {have}; units do not match",
    "测点 {point!r}：寄存器单位为 {want}，量 {quantity} 的单位为 {have}，单位不一致",
)

NO_GROUP = Sentence(
    "fleet-without-group",
    "the fleet has no group; add at least one [[groups]]",
    "集群没有任何组，请至少添加一个 [[groups]]",
)
SHARE = Sentence("fault-share", "expected more than 0 and at most 1, got {got}", "应大于 0 且不大于 1，实际为 {got}")
ONE_PROTOCOL = Sentence(
    "group-protocols",
    "expected maps of one protocol in a group, got {got}",
    "一组仪表须为同一协议，实际为 {got}",
)
UNITS_OF_PORT = Sentence(
    "units-of-port",
    "expected at most {most} units on a port, got {got}",
    "同一端口最多 {most} 个单元，实际为 {got} 个",
)
PROTOCOL_OF_MAP = Sentence(
    "protocol-of-map",
    "map {map} speaks {protocol}; remove protocol",
    "寄存器表 {map} 的协议为 {protocol}，请删除 protocol",
)
PORT_OF_SCALE = Sentence(
    "port-of-scale",
    "a scale sends all the time and needs a port of its own, got {got}; give 1",
    "衡器持续发送，须独占端口，实际为 {got}，请填 1",
)
GROUP_REGISTER = Sentence(
    "group-register", "map {map} has no register {register!r}", "寄存器表 {map} 没有寄存器 {register!r}"
)
PORTS_BEYOND = Sentence(
    "ports-beyond",
    "{count} ports from {first} go beyond 65535, to {last}",
    "自 {first} 起的 {count} 个端口超过 65535，至 {last}",
)
GROUP_TWICE = Sentence(
    "group-twice",
    "the name {name!r} is given to several groups; names must differ",
    "组名 {name!r} 重复，应各不相同",
)
PORTS_SHARED = Sentence(
    "ports-shared",
    "ports {first} to {last} of group {group} are also ports of group {other}; choose others",
    "组 {group} 的端口 {first} 至 {last} 与组 {other} 的重叠，请另选",
)
