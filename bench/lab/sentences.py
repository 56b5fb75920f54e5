"""What is wrong on the table, and what was found there, by id in both languages."""

from __future__ import annotations

from simulators.sentences import Sentence, Words

CARD_NAME = Words("a name of 1 to 15 octets", "不超过 15 个字节的网卡名")
LINE_NAME = Words("a line's name of 1 to 32 letters, digits, - or _", "不超过 32 位的字母、数字、- 或 _")
OBJECT_ID = Words("numbers joined by dots, as 1.3.6.1.4.1.318.1", "以点分隔的数字，例如 1.3.6.1.4.1.318.1")
"""What a text of a rig file should be."""

NOT_USABLE = Words("cannot be used", "不可用")
INJECTOR_FAILS = Words("the injector fails", "注入器自检失败")
NO_CARDS = Words("none", "无")
NO_NAME = Words("no answer to its name", "名称无应答")
ON, OFF = Words("on", "接通"), Words("off", "断开")
BEHIND, AHEAD = Words("behind", "慢于"), Words("ahead of", "快于")
LATENCY = Sentence(
    "lab-latency",
    "latency {median:.2f} ms median, {most:.2f} ms at most of {bursts} bursts",
    "延迟中位数 {median:.2f} ms，{bursts} 次中最大 {most:.2f} ms",
)
CLOCK_TOLD = Sentence(
    "lab-clock",
    "{by:.3f} ms {way} {source}, known to ±{within:.3f} ms; resolution {resolution} ns",
    "{way} {source} {by:.3f} ms，不确定度 ±{within:.3f} ms，分辨率 {resolution} ns",
)
SNMP_SILENT = Sentence(
    "lab-snmp-silent",
    "no answer to {what} within {timeout_s:g} s; are address, version and {why} right?",
    "{timeout_s:g} s 内对 {what} 无应答，地址、版本与{why}是否正确？",
)
KEYS = Words("user and keys", "用户和密钥")
COMMUNITY = Words("community", "团体名")
NO_CARD = Sentence(
    "lab-no-card", "this network card does not exist; this machine has: {known}", "没有此网卡，本机有：{known}"
)
CARD_LOOPBACK = Sentence(
    "lab-card-loopback", "is the loopback, to which no device can be cabled", "这是环回接口，不能接设备"
)
CARD_DOWN = Sentence("lab-card-down", "is down: ip link set dev {name} up", "网卡未启用：ip link set dev {name} up")
NO_CARRIER = Sentence(
    "lab-no-carrier",
    "has no carrier: plug the cable, and see that the device at its other end has power",
    "无链路信号，请检查网线与设备供电",
)
CARD_ADDRESSES = Sentence(
    "lab-card-addresses",
    "carries {addresses}, so this machine would answer beside the plant: ip addr flush dev {name}, and "
    "sysctl net.ipv6.conf.{name}.disable_ipv6=1",
    "网卡带有 {addresses}，本机将与仿真现场同时应答：ip addr flush dev {name}，并设 sysctl "
    "net.ipv6.conf.{name}.disable_ipv6=1",
)
CARD_MASTER = Sentence(
    "lab-card-master",
    "belongs to {master}, which takes its frames: ip link set dev {name} nomaster",
    "网卡属于 {master}，其帧被后者取走：ip link set dev {name} nomaster",
)
CARD_READY = Sentence(
    "lab-card-ready", "is up with a carrier and without an address{told}", "网卡已启用，有链路信号，无地址{told}"
)
RAW_SOCKETS = Sentence(
    "lab-raw-sockets",
    "raw sockets on network cards need CAP_NET_RAW, which this process lacks: start it with sudo",
    "网卡的原始套接字需要 CAP_NET_RAW，本进程没有，请用 sudo 启动",
)
SLOW_TIMER = Sentence(
    "lab-slow-timer",
    "holds octets back for up to {timer} ms: write 1 to the adapter's latency_timer below /sys/bus/usb-serial",
    "最多滞留字节 {timer} ms：请向 /sys/bus/usb-serial 下该适配器的 latency_timer 写入 1",
)
NOT_LOOPED = Sentence(
    "lab-not-looped",
    "opens and takes its settings; its latency was not measured, since no loop is named for it",
    "串口可用，未指定环回，延迟未测量",
)
TOO_LATE = Sentence(
    "lab-too-late",
    "{told}, expected at most {max_latency_ms:g} ms: use another adapter or port",
    "{told}，应不超过 {max_latency_ms:g} ms，请更换适配器或端口",
)
PERSON_SWITCHES = Sentence(
    "lab-person-switches",
    "a person switches it: an instant is as exact as the person's word",
    "由人工通断电，时刻以人工确认为准",
)
SUPPLY_ANSWERS = Sentence(
    "lab-supply-answers", "answers: {identity}the terminal's supply is {state}", "有应答：{identity}终端电源为 {state}"
)
CLOCK_OFF = Sentence(
    "lab-clock-off",
    "{told}; expected at most {max_offset_ms:g} ms together: set the clock, or wait for its daemon",
    "{told}，合计应不超过 {max_offset_ms:g} ms，请校准时钟或等待其守护进程",
)
PAGE_NOT_SERVED = Sentence(
    "lab-page-not-served",
    "the page cannot be served at {web} ({strerror}): give another address or port",
    "无法在 {web} 提供网页（{strerror}），请另给地址或端口",
)
PAGE_SERVED = Sentence("lab-page-served", "the page can be served at {address}", "可在 {address} 提供网页")
NO_CONSOLE = Sentence(
    "lab-no-console",
    "there is no console to ask at (/dev/tty does not open)",
    "没有可供提问的控制台（/dev/tty 无法打开）",
)
PROVED_AGAIN = Sentence(
    "lab-proved-again",
    "at first {failed}; proved once more: let nothing else run on this machine",
    "首次 {failed}，已重新自检，请勿同时运行其他程序",
)
NO_WIRE = Sentence("lab-no-wire", "the wire cannot stand: {error}", "测试线路无法建立：{error}")
WIRE_PROVED = Sentence("lab-wire-proved", "all {made} proofs of the wire hold", "线路的 {made} 项自检全部通过")
OWN_CLOCK = Sentence(
    "lab-own-clock",
    "the clock of a device on the table is set through the device only",
    "被测设备时钟只能由设备自身设置",
)
UNSEEN_BARRIERS = Sentence(
    "lab-unseen-barriers", "the write barriers of a device on the table cannot be seen", "无法观测被测设备的落盘时刻"
)
NTP_UNREACHED = Sentence("lab-ntp-unreached", "cannot be reached ({error})", "无法连接（{error}）")
NTP_SILENT = Sentence("lab-ntp-silent", "no answer within {timeout_s:g} s", "{timeout_s:g} s 内没有 NTP 应答")
NTP_REFUSES = Sentence("lab-ntp-refuses", "it refuses (port unreachable)", "服务器拒绝（端口不可达）")
NTP_SHORT = Sentence(
    "lab-ntp-short", "expected {size} octets, found {octets}", "应为 {size} 个字节，实际为 {octets} 个"
)
NTP_OTHER = Sentence("lab-ntp-other", "its answer is not to this question", "其应答不是对本次提问的")
NTP_UNSYNCHRONISED = Sentence(
    "lab-ntp-unsynchronised",
    "it is not synchronised itself (stratum {stratum})",
    "服务器自身未同步（stratum {stratum}）",
)
NO_KERNEL_STATE = Sentence(
    "lab-no-kernel-state",
    "the kernel does not tell the state of its clock ({words}); give clock.server",
    "内核未给出其时钟状态（{words}），请给出 clock.server",
)
NO_NTP_DAEMON = Sentence(
    "lab-no-ntp-daemon",
    "no NTP daemon keeps the bench's clock (the kernel says: unsynchronised); start chrony or give clock.server",
    "没有 NTP 守护进程同步台架时钟（内核状态为未同步），请启动 chrony 或给出 clock.server",
)
NOWHERE_TO_ASK = Sentence(
    "lab-nowhere-to-ask", "the rig file gives no page and no console to ask a person at", "台架未配置人工提问渠道"
)
NO_DEVICE = Sentence(
    "lab-no-device", "does not exist; USB adapters of this machine: {known}", "设备不存在，本机的 USB 适配器：{known}"
)
PORT_FORBIDDEN = Sentence(
    "lab-port-forbidden",
    "may not be opened: join the group dialout or start the bench with sudo",
    "无权打开，请加入 dialout 组或用 sudo 启动测试台",
)
PORT_CLOSED = Sentence(
    "lab-port-closed",
    "does not open ({strerror}): unplug and plug the adapter",
    "无法打开（{strerror}），请重新插拔适配器",
)
PORT_DEAD = Sentence(
    "lab-port-dead", "does not take its settings ({why}): the adapter is dead", "不接受设置（{why}），适配器失效"
)
NO_PORT = Sentence("lab-no-port", "is no serial port", "不是串口")
PORT_IN_USE = Sentence(
    "lab-port-in-use", "is in use by another program that locked it: end that first", "被其他程序占用并锁定，请先结束它"
)
LOOP_LOST = Sentence(
    "lab-loop-lost",
    "of {burst} octets sent {got} came back on {loop} within {patience_s:g} s: the adapter is dead or the "
    "loop is not plugged",
    "发出 {burst} 个字节，{patience_s:g} s 内在 {loop} 收到 {got} 个，适配器失效或未接环回",
)
PORT_FAILS = Sentence(
    "lab-port-fails", "fails while sending ({strerror}): the adapter is dead", "发送时失败（{strerror}），适配器失效"
)
LOOP_OTHER = Sentence(
    "lab-loop-other",
    "sent {sent}, on {loop} came {came}: wiring or settings are wrong",
    "发出 {sent}，在 {loop} 收到 {came}，接线或设置有误",
)
POWER_CONTRADICTS = Sentence(
    "lab-power-contradicts", "was switched {told} and says that it is {says}", "已切换为 {told}，回读为 {says}"
)
POWER_REFUSES = Sentence(
    "lab-power-refuses",
    "does not accept a connection; is it on, and the address right?",
    "无法连接，是否已上电，地址是否正确？",
)
NO_WRITE_ANSWER = Sentence("lab-no-write-answer", "no usable answer to a write", "写操作没有可用的应答")
WRITE_REFUSED = Sentence(
    "lab-write-refused", "refuses the write with exception {exception_code}", "拒绝写操作，异常码 {exception_code}"
)
NO_READ_ANSWER = Sentence("lab-no-read-answer", "no usable answer to a read", "读操作没有可用的应答")
READ_REFUSED = Sentence(
    "lab-read-refused", "refuses the read with exception {exception_code}", "拒绝读操作，异常码 {exception_code}"
)
POWER_UNREACHED = Sentence("lab-power-unreached", "does not accept a connection ({why})", "无法连接（{why}）")
POWER_SILENT = Sentence("lab-power-silent", "no answer to {words!r} ({why})", "对 {words!r} 无应答（{why}）")
POWER_CLOSED = Sentence("lab-power-closed", "ended the connection at {words!r}", "在 {words!r} 时关闭了连接")
POWER_ERROR = Sentence("lab-power-error", "answers {words!r} with error {answer}", "对 {words!r} 应答错误 {answer}")
POWER_STATE = Sentence(
    "lab-power-state", "expected 0 or 1 to {query!r}, found {answer!r}", "对 {query!r} 应为 0 或 1，实际为 {answer!r}"
)
SNMP_USER = Sentence("lab-snmp-user", 'version "3" needs a user; add user = "…"', "SNMPv3 缺少用户名，请填写 user")
SNMP_KEY = Sentence(
    "lab-snmp-key", "expected at least 8 characters, got {length}", "密钥至少 8 个字符，实际为 {length} 个"
)
SNMP_PRIVACY = Sentence(
    "lab-snmp-privacy", "privacy needs authentication; add auth_key", "加密须同时认证，请填写 auth_key"
)
ON_AND_OFF = Sentence("lab-on-and-off", "{on} switches on and off alike", "通断同为 {on}，应各不相同")
WEB_ADDRESS = Sentence("lab-web-address", 'expected "host:port", got {web!r}', '应为 "host:port" 形式，实际为 {web!r}')
NOTHING_JOINS = Sentence(
    "lab-nothing-joins",
    "neither a section [networks.field] nor a [serial.…]: nothing joins the terminal to the bench",
    "既没有 [networks.field] 也没有 [serial.…]：终端与台架没有任何连接",
)
ALREADY_OF = Sentence("lab-already-of", "{value!r} is already that of {home}", "{value!r} 已用于 {home}")
POWER_OF_NOBODY = Sentence(
    "lab-power-of-nobody",
    "the power is a person's, who can be asked nowhere; set web or screen",
    "电源由人操作，但无提问渠道，请设置 web 或 screen",
)
NO_SUCH_OBJECT = Sentence(
    "lab-no-such-object", "it has no such object for {what}; see its MIB", "没有用于 {what} 的对象，见其 MIB"
)
SNMP_REFUSES = Sentence("lab-snmp-refuses", "refuses {what} with {told}", "拒绝 {what}：{told}")
SNMP_FAILED = Sentence("lab-snmp-failed", "{what} failed: {error}", "{what} 失败：{error}")
SNMP_STATE = Sentence(
    "lab-snmp-state", "expected {on} or {off} at {oid}, found {told!r}", "{oid} 应为 {on} 或 {off}，实际为 {told!r}"
)
