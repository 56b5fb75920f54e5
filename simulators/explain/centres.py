"""Frames explained: every field of an HJ 212 or Modbus frame, check words expected and found, what is wrong by name.

Leaves to others: reading values out of registers by a device's map. Nothing given here raises: whatever the octets are,
there is an explanation of them.
"""

from __future__ import annotations

import re

import msgspec

from simulators.centres.hj212.codec import FATAL, FAULTS, REMARKS, Frame, Packet, Splitter, check_word, parse_data
from simulators.explain import meters
from simulators.meters.modbus.registers import ORDERS, float_text, reorder, unpack_whole


class Part(msgspec.Struct, frozen=True):
    """One field: its name, its value as it stands, what it means (English and Chinese, either may be empty)."""

    name: str
    value: str
    meaning: str = ""
    meaning_zh: str = ""


class Fault(msgspec.Struct, frozen=True):
    """One deviation: its name, what it means, and its weight: fatal, deviation or remark."""

    name: str
    text: str
    text_zh: str
    weight: str = "fatal"


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """What a frame says. `sound` is true if a tolerant receiver takes it, `exact` if nothing at all is wrong.

    `check_found` and `check_expected` are the check words as hex, empty where the protocol has none.
    """

    protocol: str
    title: str
    sound: bool
    exact: bool
    check_found: str = ""
    check_expected: str = ""
    fields: tuple[Part, ...] = ()
    faults: tuple[Fault, ...] = ()


# HJ 212.

_COMMANDS = {
    "1000": ("set time-out and number of repetitions", "设置超时及重发次数"),
    "1001": ("hardware ids of the logger (edition 2025)", "上传数采仪硬件标识（2025 版）"),
    "1002": ("assign MN (edition 2025)", "分配 MN（2025 版）"),
    "1011": ("clock: read, or the answer to it", "提取现场机时间"),
    "1012": ("set clock", "设置现场机时间"),
    "1013": ("terminal asks for clock calibration", "现场机时间校准请求"),
    "1014": ("key of the data segment (edition 2025)", "密钥更新（2025 版）"),
    "1061": ("read real-time interval", "提取实时数据间隔"),
    "1062": ("set real-time interval", "设置实时数据间隔"),
    "1063": ("read minute interval", "提取分钟数据间隔"),
    "1064": ("set minute interval", "设置分钟数据间隔"),
    "1072": ("set password", "设置访问密码"),
    "2011": ("real-time data", "污染物实时数据"),
    "2012": ("stop real-time data", "停止察看实时数据"),
    "2013": ("raw cyclic data (edition 2025)", "周期原始数据（2025 版）"),
    "2021": ("device state", "设备运行状态"),
    "2022": ("stop device state", "停止察看设备状态"),
    "2031": ("day data", "日历史数据"),
    "2041": ("running time of the day", "设备运行时间日数据"),
    "2051": ("minute data", "分钟数据"),
    "2061": ("hour data", "小时数据"),
    "2081": ("boot time", "数采仪开机时间"),
    "3011": ("zero and span calibration", "零点量程校准"),
    "3012": ("sample now", "即时采样"),
    "3013": ("cleaning or blowback", "清洗/反吹"),
    "3014": ("comparison sample", "比对采样"),
    "3015": ("retained sample", "超标留样"),
    "3016": ("set sampling period", "设置采样周期"),
    "3017": ("read sampling period", "提取采样周期"),
    "3018": ("read analysis time", "提取出样时间"),
    "3019": ("instrument id", "设备唯一标识"),
    "3020": ("field information", "现场机信息"),
    "3021": ("set parameter", "设置现场机参数"),
    "9011": ("answer to a request", "请求应答"),
    "9012": ("result of execution", "执行结果"),
    "9013": ("answer to a notification", "通知应答"),
    "9014": ("acknowledgement of data", "数据应答"),
    "9015": ("heartbeat (edition 2025)", "心跳（2025 版）"),
    "9021": ("heartbeat as some vendors send it", "厂家自定义心跳"),
}
_ANSWER_CODES = {
    "1": ("will be executed", "准备执行请求"),
    "2": ("rejected", "请求被拒绝"),
    "3": ("wrong PW", "PW 错误"),
    "4": ("wrong MN", "MN 错误"),
    "5": ("wrong ST", "ST 错误"),
    "6": ("wrong Flag", "Flag 错误"),
    "7": ("wrong QN", "QN 错误"),
    "8": ("wrong CN", "CN 错误"),
    "9": ("wrong check word", "CRC 校验错误"),
    "100": ("unknown error", "未知错误"),
}
_RESULT_CODES = {
    "1": ("success", "执行成功"),
    "2": ("failed, cause unknown", "执行失败，原因未知"),
    "3": ("bad condition", "条件错误"),
    "4": ("timeout", "通讯超时"),
    "5": ("busy", "系统繁忙"),
    "6": ("system fault", "系统故障"),
    "100": ("no data", "没有数据"),
}
_SYSTEMS = {
    "21": ("surface water", "地表水"),
    "22": ("air quality", "空气质量"),
    "27": ("VOC", "挥发性有机物"),
    "31": ("air pollution source", "大气污染源"),
    "32": ("water pollution source", "地表水体污染源"),
    "39": ("dust of construction sites", "工地扬尘"),
    "51": ("process monitoring of stacks", "烟气排放过程监控"),
    "52": ("process monitoring of sewage", "污水排放过程监控"),
    "91": ("system interaction", "系统交互"),
}
_DATA_FLAGS = {
    "N": ("normal", "正常"),
    "F": ("instrument stopped", "停运"),
    "M": ("maintenance", "维护"),
    "S": ("set by hand", "手工输入"),
    "D": ("instrument fault", "故障"),
    "C": ("calibrating", "校准"),
    "T": ("above the measuring range", "超上限"),
    "B": ("no communication with the instrument", "通讯异常"),
}
_SUFFIXES = {
    "Rtd": ("real-time value", "实时值"),
    "Min": ("smallest value", "最小值"),
    "Avg": ("mean", "平均值"),
    "Max": ("largest value", "最大值"),
    "Cou": ("accumulated", "累计值"),
    "Flag": ("data flag", "数据标记"),
    "EFlag": ("vendor's own flag", "厂家标记"),
    "SampleTime": ("time of sampling", "采样时间"),
    "Info": ("information", "信息"),
}


_PAYLOAD_ITEMS = {
    "KeyId": ("payload profile sm4-sm2: name of the SM4 key", "载荷加密：密钥标识"),
    "Iv": ("nonce of SM4-GCM, base64url", "载荷加密：随机数"),
    "Data": ("SM4-GCM ciphertext and tag, base64url; PW above is hidden inside", "载荷加密：密文与标签，PW 在密文内"),
    "Sign": ("SM2 signature over the packet in the clear, base64url", "载荷签名：SM2"),
}


def explain_hj212(frame: str | bytes) -> Explanation:
    """Explain an HJ 212-2017 frame.

    Text may show CR LF as the four characters \\r\\n; text without any line end is not blamed for it, since a command
    line cannot carry one. More than one frame: the first is explained, the others are named.
    """
    octets = _text_octets(frame) if isinstance(frame, str) else frame
    splitter = Splitter()
    found = [*splitter.feed(octets), *splitter.flush(final=True)]
    frames = [each for each in found if isinstance(each, Frame)]
    if not frames:
        return _no_frame(octets)
    first = frames[0]
    packet, deviations = parse_data(first.data)
    faults = [*first.faults, *deviations]
    fields = [
        Part("LEN", first.length, f"{len(first.data)} octets of data", f"数据段 {len(first.data)} 字节"),
        *_packet_parts(packet),
    ]
    extra = [each for each in found if each is not first]
    if extra:
        junk = sum(each.count for each in extra if not isinstance(each, Frame))
        others = len(frames) - 1
        fields.append(
            Part(
                "besides", str(len(octets) - len(first.octets)), f"{others} more frames, {junk} octets of junk", "其余"
            )
        )
    fatal = FATAL.intersection(faults)
    command = _COMMANDS.get(packet.cn, ("unknown command", "未知命令"))
    return Explanation(
        protocol="HJ 212-2017",
        title=f"CN={packet.cn or '?'} {command[0]} / {command[1]}",
        sound=not fatal,
        exact=not faults,
        check_found=first.crc,
        check_expected=first.expected,
        fields=tuple(fields),
        faults=tuple(_hj_fault(name) for name in faults),
    )


def _text_octets(text: str) -> bytes:
    text = text.replace("\\r", "\r").replace("\\n", "\n")
    if not text.endswith(("\r", "\n")):
        text += "\r\n"
    return text.encode("utf-8", "surrogateescape")


def _hj_fault(name: str) -> Fault:
    english, chinese = FAULTS[name]
    weight = "fatal" if name in FATAL else "remark" if name in REMARKS else "deviation"
    return Fault(name, english, chinese, weight)


def _no_frame(octets: bytes) -> Explanation:
    bare = re.sub(rb"^#*\d{0,4}(?=[A-Za-z])", b"", octets.strip())
    fields: list[Part] = []
    faults = [Fault("frame-missing", "there is no whole frame: ##, 4 digits of LEN, data, check word", "没有完整的帧")]
    expected = ""
    if b"CP=" in bare and b"=" in bare:
        packet, names = parse_data(bare)
        fields = _packet_parts(packet)
        faults.extend(_hj_fault(name) for name in names)
        expected = f"{check_word(bare):04X}"
        fields.append(
            Part("frame", f"##{len(bare):04d}...{expected}", "the frame these data would make", "补全后的帧头和校验")
        )
    return Explanation(
        protocol="HJ 212-2017",
        title="no frame / 没有帧",
        sound=False,
        exact=False,
        check_expected=expected,
        fields=tuple(fields),
        faults=tuple(faults),
    )


def _packet_parts(packet: Packet) -> list[Part]:
    parts: list[Part] = []
    if packet.qn:
        parts.append(Part("QN", packet.qn, "names this exchange", "请求编号"))
    if packet.st:
        parts.append(Part("ST", packet.st, *_SYSTEMS.get(packet.st, ("", ""))))
    if packet.cn:
        parts.append(Part("CN", packet.cn, *_COMMANDS.get(packet.cn, ("unknown command", "未知命令"))))
    if packet.pw:
        parts.append(Part("PW", packet.pw, "password", "访问密码"))
    if packet.mn:
        parts.append(Part("MN", packet.mn, "device", "设备唯一标识"))
    if packet.flag >= 0:
        parts.append(Part("Flag", str(packet.flag), *_flag(packet.flag)))
    if packet.pnum:
        parts.append(Part("PNUM", str(packet.pnum), "number of packets", "总包数"))
    if packet.pno:
        parts.append(Part("PNO", str(packet.pno), "this packet", "包号"))
    for each in packet.cp:
        for name, value in each:
            parts.append(Part(name, value, *_meaning(name, value)))
    return parts


def _flag(flag: int) -> tuple[str, str]:
    edition = {0: "2005", 1: "2017", 2: "2025"}.get(flag >> 2, "?")
    answer = ("answer wanted", "需应答") if flag & 1 else ("no answer wanted", "无需应答")
    split = ("split", "分包") if flag & 2 else ("not split", "不分包")
    return f"edition {edition}, {answer[0]}, {split[0]}", f"{edition} 版，{answer[1]}，{split[1]}"


def _meaning(name: str, value: str) -> tuple[str, str]:
    if name == "QnRtn":
        return _ANSWER_CODES.get(value, ("", ""))
    if name == "ExeRtn":
        return _RESULT_CODES.get(value, ("", ""))
    code, dash, suffix = name.rpartition("-")
    if not dash:
        return _PAYLOAD_ITEMS.get(name, ("", ""))
    if suffix == "Flag":
        return _DATA_FLAGS.get(value, ("unknown flag", "未知标记"))
    english, chinese = _SUFFIXES.get(suffix, ("", ""))
    return (f"{english} of {code}", chinese) if english else ("", "")


# Modbus.

_FUNCTIONS = {
    1: ("read coils", "读线圈"),
    2: ("read discrete inputs", "读离散输入"),
    3: ("read holding registers", "读保持寄存器"),
    4: ("read input registers", "读输入寄存器"),
    5: ("write one coil", "写单个线圈"),
    6: ("write one register", "写单个寄存器"),
    15: ("write coils", "写多个线圈"),
    16: ("write registers", "写多个寄存器"),
    23: ("read and write registers", "读写多个寄存器"),
}
_EXCEPTIONS = {
    1: ("function not supported", "非法功能"),
    2: ("no such address", "非法数据地址"),
    3: ("value or quantity not allowed", "非法数据值"),
    4: ("device failure", "设备故障"),
    5: ("accepted, takes long", "确认"),
    6: ("busy", "设备忙"),
    8: ("memory parity error", "存储奇偶错"),
    10: ("gateway: no path", "网关路径不可用"),
    11: ("gateway: target does not answer", "网关目标无响应"),
}
_LIMITS = {1: 2000, 2: 2000, 3: 125, 4: 125, 15: 1968, 16: 123}
_MB_FAULTS = {
    "not-hex": ("these are no pairs of hex digits", "不是十六进制"),
    "too-short": ("too short for a Modbus frame", "长度不足"),
    "crc-wrong": ("the CRC does not belong to these octets", "CRC 错误"),
    "crc-swapped": ("the CRC is right but its octets are exchanged (low octet first is right)", "CRC 高低字节颠倒"),
    "crc-missing": ("there is no CRC; it would be the expected one", "缺少 CRC"),
    "protocol-id": ("the protocol id is not 0000", "协议标识不是 0000"),
    "length-wrong": ("the length field does not fit the octets that follow", "长度字段错误"),
    "function-unknown": ("the function code is not a common one", "未知功能码"),
    "quantity": ("the quantity is beyond the limit of this function", "数量超限"),
    "address": ("the registers go beyond address 65535", "地址越界"),
    "byte-count": ("the octet count does not fit the octets that follow", "字节计数错误"),
    "shape": ("the octets fit neither a request nor an answer of this function", "既非请求也非应答"),
}
_SEPARATORS = re.compile(r"[\s:,;-]|0x", re.IGNORECASE)


def explain_modbus(hexadecimal: str) -> Explanation:
    """Explain a Modbus frame given as hex (blanks, colons and 0x allowed): TCP with MBAP header, or RTU with CRC."""
    digits = _SEPARATORS.sub("", hexadecimal)
    if not digits or len(digits) % 2 or not re.fullmatch(r"[0-9A-Fa-f]+", digits):
        return _modbus("Modbus", "unreadable / 无法识别", [], ["not-hex"])
    octets = bytes.fromhex(digits)
    if len(octets) < 4:
        return _modbus("Modbus", "unreadable / 无法识别", [], ["too-short"])
    crc = _rtu_crc(octets[:-2])
    found = int.from_bytes(octets[-2:], "little")
    # A CRC that fits by chance is rarer than an RTU frame whose octets look like an MBAP header.
    if crc == found:
        return _rtu(octets, [])
    framed = len(octets) >= 8 and octets[2:4] == b"\0\0" and int.from_bytes(octets[4:6], "big") == len(octets) - 6
    if framed and octets[7] & 0x7F in _FUNCTIONS:
        return _tcp(octets, [])
    # Neither fits exactly: what comes nearest, with what is wrong about it.
    if _rtu_crc(octets) and octets[0] <= 247 and octets[1] & 0x7F in _FUNCTIONS:
        if crc == int.from_bytes(octets[-2:], "big"):
            return _rtu(octets, ["crc-swapped"])
        whole = _fits(octets[1:])
        if whole and not _fits(octets[1:-2]):
            return _rtu(octets + crc_octets(octets), ["crc-missing"])
        if _fits(octets[1:-2]):
            return _rtu(octets, ["crc-wrong"])
    if len(octets) >= 8 and octets[7] & 0x7F in _FUNCTIONS:
        faults = ["protocol-id"] if octets[2:4] != b"\0\0" else []
        if int.from_bytes(octets[4:6], "big") != len(octets) - 6:
            faults.append("length-wrong")
        return _tcp(octets, faults)
    return _rtu(octets, ["crc-wrong"])


def crc_octets(octets: bytes) -> bytes:
    """CRC-16/MODBUS as it travels, low octet first."""
    return _rtu_crc(octets).to_bytes(2, "little")


def _rtu_crc(octets: bytes) -> int:
    register = 0xFFFF
    for octet in octets:
        register ^= octet
        for _ in range(8):
            register = (register >> 1) ^ 0xA001 if register & 1 else register >> 1
    return register


def _fits(pdu: bytes) -> bool:
    return bool(pdu) and _shape(pdu)[0] != ""


def _tcp(octets: bytes, faults: list[str]) -> Explanation:
    length = int.from_bytes(octets[4:6], "big")
    fields = [
        Part("transaction", octets[:2].hex().upper(), str(int.from_bytes(octets[:2], "big")), "事务标识"),
        Part("protocol", octets[2:4].hex().upper(), "0000 is Modbus", "协议标识"),
        Part("length", octets[4:6].hex().upper(), f"{length} octets follow, {len(octets) - 6} are there", "长度"),
        Part("unit", f"{octets[6]:02X}", f"device {octets[6]}", "单元标识"),
    ]
    return _pdu("Modbus TCP", fields, octets[7:], faults)


def _rtu(octets: bytes, faults: list[str]) -> Explanation:
    fields = [Part("address", f"{octets[0]:02X}", f"device {octets[0]}" if octets[0] else "broadcast", "从站地址")]
    found = octets[-2:].hex().upper() if "crc-missing" not in faults else ""
    return _pdu("Modbus RTU", fields, octets[1:-2], faults, found, crc_octets(octets[:-2]).hex().upper())


def _shape(pdu: bytes) -> tuple[str, list[Part], list[str]]:
    """Request, answer or exception; the fields of the body; what is wrong. An empty kind if nothing fits."""
    code = pdu[0]
    if code & 0x80:
        if len(pdu) != 2:
            return "", [], []
        text, chinese = _EXCEPTIONS.get(pdu[1], ("unknown exception", "未知异常"))
        return "exception", [Part("exception", f"{pdu[1]:02X}", text, chinese)], []
    if code in (3, 4) and len(pdu) >= 2 and pdu[1] == len(pdu) - 2 and pdu[1] % 2 == 0 and pdu[1]:
        return "answer", _registers(pdu[2:]), []
    if code in (1, 2) and len(pdu) >= 3 and pdu[1] == len(pdu) - 2:
        bits = "".join(f"{octet:08b}"[::-1] for octet in pdu[2:])
        return "answer", [Part("bits", bits, "first address first; padded to whole octets", "位状态，低地址在前")], []
    if code in (1, 2, 3, 4) and len(pdu) == 5:
        return "request", *_span(code, pdu)
    if code in (5, 6) and len(pdu) == 5:
        fields = [_address(pdu), Part("value", pdu[3:5].hex().upper(), str(int.from_bytes(pdu[3:5], "big")), "写入值")]
        return "request, or its echo", fields, []
    if code in (15, 16) and len(pdu) == 5:
        return "answer", *_span(code, pdu)
    if code in (15, 16) and len(pdu) > 6 and pdu[5] == len(pdu) - 6:
        fields, faults = _span(code, pdu)
        fields.append(Part("data", pdu[6:].hex().upper(), f"{pdu[5]} octets to write", "写入数据"))
        return "request", fields, faults
    return "", [], []


def _address(pdu: bytes) -> Part:
    number = int.from_bytes(pdu[1:3], "big")
    return Part(
        "start", pdu[1:3].hex().upper(), f"{number} on the wire, printed as {number + 1} in many manuals", "起始地址"
    )


def _span(code: int, pdu: bytes) -> tuple[list[Part], list[str]]:
    start, count = int.from_bytes(pdu[1:3], "big"), int.from_bytes(pdu[3:5], "big")
    faults = ["quantity"] if not 1 <= count <= _LIMITS[code] else []
    if start + count > 0x10000:
        faults.append("address")
    return [_address(pdu), Part("quantity", pdu[3:5].hex().upper(), str(count), "数量")], faults


def _registers(data: bytes) -> list[Part]:
    parts = [Part("octets", f"{len(data):02X}", f"{len(data) // 2} registers", "字节数")]
    for index in range(0, len(data), 2):
        word = data[index : index + 2]
        parts.append(Part(f"register {index // 2}", word.hex().upper(), str(int.from_bytes(word, "big")), "寄存器"))
    if len(data) == 4:
        for order in ORDERS:
            big = reorder(data, order)
            number = float_text(big, "f32") or "no number"
            parts.append(
                Part(f"as {order}", big.hex().upper(), f"f32 {number}, u32 {unpack_whole(big, 'u32')}", "按字序")
            )
    return parts


def _pdu(
    protocol: str, fields: list[Part], pdu: bytes, faults: list[str], found: str = "", expected: str = ""
) -> Explanation:
    if not pdu:
        return _modbus(protocol, "unreadable / 无法识别", fields, [*faults, "too-short"], found, expected)
    code = pdu[0] & 0x7F
    name = _FUNCTIONS.get(code)
    fields.append(Part("function", f"{pdu[0]:02X}", *(name or ("", ""))))
    if name is None:
        fields.append(Part("body", pdu[1:].hex().upper() or "none"))
        title = f"function {code} / 功能码 {code}"
        return _modbus(protocol, title, fields, [*faults, "function-unknown"], found, expected)
    kind, body, wrong = _shape(pdu)
    if not kind:
        body = [Part("body", pdu[1:].hex().upper())]
        wrong = ["byte-count" if len(pdu) > 5 else "shape"]
        kind = "unclear"
    return _modbus(protocol, f"{kind}: {name[0]} / {name[1]}", [*fields, *body], [*faults, *wrong], found, expected)


def _modbus(
    protocol: str, title: str, fields: list[Part], faults: list[str], found: str = "", expected: str = ""
) -> Explanation:
    return Explanation(
        protocol=protocol,
        title=title,
        sound=not faults,
        exact=not faults,
        check_found=found,
        check_expected=expected,
        fields=tuple(fields),
        faults=tuple(Fault(name, *_MB_FAULTS[name]) for name in faults),
    )


# Showing.


def render_text(explanation: Explanation) -> str:
    """The explanation for a person, one field a line."""
    lines = [f"{explanation.protocol}  {explanation.title}"]
    width = max((len(part.name) for part in explanation.fields), default=0)
    for part in explanation.fields:
        meaning = " / ".join(text for text in (part.meaning, part.meaning_zh) if text)
        lines.append(f"  {part.name:<{width}}  {part.value}" + (f"   {meaning}" if meaning else ""))
    if explanation.check_expected:
        found = explanation.check_found or "none / 无"
        verdict = "right / 正确" if found.upper() == explanation.check_expected else "WRONG / 错误"
        if verdict.startswith("WRONG"):
            verdict += f", expected / 应为 {explanation.check_expected}"
        lines.append(f"  check word / 校验  {found}   {verdict}")
    for fault in explanation.faults:
        lines.append(f"  {fault.weight}: {fault.name}: {fault.text} / {fault.text_zh}")
    if explanation.exact:
        lines.append("  nothing wrong / 无异常")
    return "\n".join(lines)


def main(protocol: str, frame: str, *, as_json: bool = False) -> int:
    """Print the explanation of a frame; 0 if a receiver takes it, 1 if not.

    `protocol` is hj212 (text), modbus, or one of the serial meters' protocols of `meters` (hex).
    """
    if protocol in meters.readers():
        return meters.main(protocol, frame, as_json=as_json)
    explanation = explain_hj212(frame) if protocol == "hj212" else explain_modbus(frame)
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(explanation), indent=2).decode())
    else:
        print(render_text(explanation))
    return 0 if explanation.sound else 1
