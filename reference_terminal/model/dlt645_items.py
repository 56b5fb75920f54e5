"""What the identifiers of DL/T 645-2007 and -1997 hold: name, digits, unit, sign (facts 1.4, 1.6).

Leaves frames to `dlt645`. Identifiers are hexadecimal text, highest octet first: 8 digits in 2007, 4 in 1997.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from reference_terminal.model.bcd import Format, parse_format

EDITIONS = ("2007", "1997")
_ENERGY, _DEMAND = "XXXXXX.XX", "XX.XXXX"


@dataclass(frozen=True)
class Item:
    """What one identifier holds. `time`: digits of a time that follows the number (YYMMDDhhmm); `kind` as of a point.

    A format that is empty is no number: `octets` of text or raw content.
    """

    en: str
    zh: str
    unit: str
    format: str
    kind: str = "instant"
    signed: bool = False
    time: str = ""

    def form(self) -> Format:
        """Its digits; raises ValueError for what is no number."""
        return parse_format(self.format, signed=self.signed)


_ENERGIES = (
    ("combined active energy", "组合有功电能", "kWh", True),
    ("forward active energy", "正向有功电能", "kWh", False),
    ("reverse active energy", "反向有功电能", "kWh", False),
    ("combined reactive energy 1", "组合无功1电能", "kvarh", True),
    ("combined reactive energy 2", "组合无功2电能", "kvarh", True),
    ("reactive energy quadrant 1", "第一象限无功电能", "kvarh", False),
    ("reactive energy quadrant 2", "第二象限无功电能", "kvarh", False),
    ("reactive energy quadrant 3", "第三象限无功电能", "kvarh", False),
    ("reactive energy quadrant 4", "第四象限无功电能", "kvarh", False),
    ("forward apparent energy", "正向视在电能", "kVAh", False),
    ("reverse apparent energy", "反向视在电能", "kVAh", False),
)
_PHASES = ((0x15, "A"), (0x29, "B"), (0x3D, "C"))
_POWERS = {
    0x03: ("active power", "有功功率", "kW", True),
    0x04: ("reactive power", "无功功率", "kvar", True),
    0x05: ("apparent power", "视在功率", "kVA", False),
    0x06: ("power factor", "功率因数", "1", True),
}
_INSTANTS = {
    0x01: ("voltage", "电压", "V", "XXX.X", False),
    0x02: ("current", "电流", "A", "XXX.XXX", True),
    0x07: ("phase angle", "相角", "°", "XXX.X", False),
    0x08: ("distortion of voltage", "电压失真度", "%", "XX.XX", False),
    0x09: ("distortion of current", "电流失真度", "%", "XX.XX", False),
}
_SINGLES = {
    0x01: Item("neutral current", "零线电流", "A", "XXX.XXX"),
    0x02: Item("frequency", "电网频率", "Hz", "XX.XX"),
    0x03: Item("one-minute average active power", "一分钟有功总平均功率", "kW", "XX.XXXX"),
    0x04: Item("present active demand", "当前有功需量", "kW", "XX.XXXX"),
    0x05: Item("present reactive demand", "当前无功需量", "kvar", "XX.XXXX"),
    0x06: Item("present apparent demand", "当前视在需量", "kVA", "XX.XXXX"),
    0x07: Item("internal temperature", "表内温度", "°C", "XXX.X", signed=True),
    0x08: Item("clock battery voltage", "时钟电池电压", "V", "XX.XX"),
    0x09: Item("backup battery voltage", "停电抄表电池电压", "V", "XX.XX"),
    0x0A: Item("battery run time", "内部电池工作时间", "min", "XXXXXXXX"),
}
_PARAMETERS = {
    "04000101": Item("date and weekday", "日期及星期", "YYMMDDWW", ""),
    "04000102": Item("time", "时间", "hhmmss", ""),
    "0400010C": Item("date and time", "日期时间", "YYMMDDWWhhmmss", ""),
    "04000103": Item("demand period", "最大需量周期", "min", "XX"),
    "04000306": Item("current transformer ratio", "电流互感器变比", "1", "XXXXXX"),
    "04000307": Item("voltage transformer ratio", "电压互感器变比", "1", "XXXXXX"),
    "04000401": Item("address", "通信地址", "digits", ""),
    "04000402": Item("meter number", "表号", "digits", ""),
    "04000403": Item("asset code", "资产管理编码", "text", ""),
    "04000404": Item("rated voltage", "额定电压", "text", ""),
    "04000405": Item("rated current", "额定电流", "text", ""),
    "04000406": Item("maximum current", "最大电流", "text", ""),
    "04000409": Item("active constant", "电表有功常数", "imp/kWh", "XXXXXX"),
    "0400040A": Item("reactive constant", "电表无功常数", "imp/kvarh", "XXXXXX"),
    "0400040B": Item("model", "电表型号", "text", ""),
    "0400040C": Item("production date", "生产日期", "text", ""),
    "0400040D": Item("protocol version", "协议版本号", "text", ""),
    "04000601": Item("combination word of active energy", "有功组合方式特征字", "bits", ""),
    **{f"040005{n:02X}": Item(f"status word {n}", f"电表运行状态字{n}", "bits", "") for n in range(1, 8)},
    "04800001": Item("software version", "厂家软件版本号", "text", ""),
    "04800002": Item("hardware version", "厂家硬件版本号", "text", ""),
    "04800003": Item("vendor", "厂家编号", "text", ""),
}

STATUS_BITS: dict[int, dict[int, tuple[str, str]]] = {
    1: {
        2: ("clock battery low", "时钟电池欠压"),
        3: ("backup battery low", "停电抄表电池欠压"),
        4: ("active power reversed", "有功功率方向反向"),
        5: ("reactive power reversed", "无功功率方向反向"),
    },
    3: {4: ("relay open", "继电器断")},
    **{
        word: {
            0: (f"phase {phase} voltage lost", f"{phase}相失压"),
            1: (f"phase {phase} under-voltage", f"{phase}相欠压"),
            2: (f"phase {phase} over-voltage", f"{phase}相过压"),
            3: (f"phase {phase} current lost", f"{phase}相失流"),
            4: (f"phase {phase} over-current", f"{phase}相过流"),
            5: (f"phase {phase} overload", f"{phase}相过载"),
            6: (f"phase {phase} reversed", f"{phase}相潮流反向"),
            7: (f"phase {phase} broken", f"{phase}相断相"),
        }
        for word, phase in ((4, "A"), (5, "B"), (6, "C"))
    },
    7: {
        0: ("voltage sequence wrong", "电压逆相序"),
        1: ("current sequence wrong", "电流逆相序"),
        2: ("voltages unbalanced", "电压不平衡"),
        3: ("currents unbalanced", "电流不平衡"),
        5: ("power-down", "掉电"),
        6: ("demand exceeded", "需量超限"),
    },
}
"""Bits of status words 1 to 7 (04000501 …) that the facts vouch for, in English and Chinese."""


@lru_cache(maxsize=512)
def item(identifier: str) -> Item | None:
    """What an identifier of either edition holds; None if the facts do not say, or if it asks for a block (FF)."""
    if len(identifier) == 4:
        return _item_1997(identifier)
    if len(identifier) != 8:
        return None
    di3, di2, di1, di0 = bytes.fromhex(identifier)
    if 0xFF in (di2, di1, di0):
        return None
    if di3 in (0x00, 0x01):
        return _accumulated(di3, di2, di1, di0)
    if di3 == 0x02:
        return _instant(di2, di1, di0)
    return _PARAMETERS.get(identifier.upper())


def _suffix(di1: int, di0: int) -> tuple[str, str]:
    en, zh = "", ""
    if di1:
        names = {1: ("sharp", "尖"), 2: ("peak", "峰"), 3: ("flat", "平"), 4: ("valley", "谷")}
        name = names.get(di1, ("", ""))
        en, zh = f", tariff {di1} {name[0]}".rstrip(), f" 费率{di1}{name[1]}"
    if di0:
        en, zh = f"{en}, settlement {di0} back", f"{zh} 上{di0}结算日"
    return en, zh


def _accumulated(di3: int, di2: int, di1: int, di0: int) -> Item | None:
    phase, number = "", di2
    for first, name in _PHASES:
        if first <= di2 < first + 10:
            phase, number = name, di2 - first + 1
    if number >= len(_ENERGIES) or di1 > 0x3F or di0 > 0x0C or (di3 == 1 and number == 0):
        return None
    en, zh, unit, signed = _ENERGIES[number]
    if phase:
        en, zh = f"{en} phase {phase}", f"{phase}相{zh}"
    more_en, more_zh = _suffix(di1, di0)
    if di3 == 0:
        return Item(en + more_en, zh + more_zh, unit, _ENERGY, "counter", signed)
    en, zh = en.replace("energy", "maximum demand"), zh.replace("电能", "最大需量")
    return Item(en + more_en, zh + more_zh, unit.removesuffix("h"), _DEMAND, time="YYMMDDhhmm")


def _instant(di2: int, di1: int, di0: int) -> Item | None:
    if di2 == 0x80 and di1 == 0:
        return _SINGLES.get(di0)
    if di0:
        return None
    if di2 in _POWERS and di1 <= 3:
        en, zh, unit, signed = _POWERS[di2]
        phase = ("total", "A", "B", "C")[di1]
        form = "X.XXX" if di2 == 0x06 else "XX.XXXX"
        return Item(f"{en} {phase}", f"{'总' if di1 == 0 else phase + '相'}{zh}", unit, form, signed=signed)
    if di2 in _INSTANTS and 1 <= di1 <= 3:
        en, zh, unit, form, signed = _INSTANTS[di2]
        return Item(f"{en} {'ABC'[di1 - 1]}", f"{'ABC'[di1 - 1]}相{zh}", unit, form, signed=signed)
    return None


# 1997: two octets

_PERIODS_1997 = {0x90: 0, 0x94: 1, 0x98: 2, 0xA0: 0, 0xA4: 1, 0xA8: 2}
_KINDS_1997 = {0x1: 0x01, 0x2: 0x02}
_REACTIVE_1997 = {0x1: 0x03, 0x2: 0x04}
_INSTANTS_1997 = {
    **{0xB611 + n: Item(f"voltage {'ABC'[n]}", f"{'ABC'[n]}相电压", "V", "XXX") for n in range(3)},
    **{0xB621 + n: Item(f"current {'ABC'[n]}", f"{'ABC'[n]}相电流", "A", "XX.XX") for n in range(3)},
    **{
        0xB630 + n: Item(f"active power {name}", f"瞬时有功功率{name}", "kW", "XX.XXXX")
        for n, name in enumerate(("total", "A", "B", "C"))
    },
    **{
        0xB640 + n: Item(f"reactive power {name}", f"瞬时无功功率{name}", "kvar", "XX.XX")
        for n, name in enumerate(("total", "A", "B", "C"))
    },
    **{
        0xB650 + n: Item(f"power factor {name}", f"功率因数{name}", "1", "X.XXX")
        for n, name in enumerate(("total", "A", "B", "C"))
    },
    0xC010: Item("date and weekday", "日期及周次", "YYMMDDWW", ""),
    0xC011: Item("time", "时间", "hhmmss", ""),
    0xC030: Item("active constant", "电表常数（有功）", "imp/kWh", "XXXXXX"),
    0xC031: Item("reactive constant", "电表常数（无功）", "imp/kvarh", "XXXXXX"),
    0xC032: Item("meter number", "表号", "digits", ""),
    0xC034: Item("device address", "设备地址", "digits", ""),
}

_TO_1997 = {
    **{f"02010{n}00": f"B61{n}" for n in (1, 2, 3)},
    **{f"02020{n}00": f"B62{n}" for n in (1, 2, 3)},
    **{f"02030{n}00": f"B63{n}" for n in (0, 1, 2, 3)},
    **{f"02040{n}00": f"B64{n}" for n in (0, 1, 2, 3)},
    **{f"02060{n}00": f"B65{n}" for n in (0, 1, 2, 3)},
    "0201FF00": "B61F",
    "04000101": "C010",
    "04000102": "C011",
    "04000402": "C032",
}


def _item_1997(identifier: str) -> Item | None:
    number = int(identifier, 16)
    found = _INSTANTS_1997.get(number)
    high, low = number >> 8, number & 0xFF
    if found is not None or high & 0xF0 not in (0x90, 0xA0):
        return found
    reactive = high & 1 == 1
    back = _PERIODS_1997.get(high & 0xFE)
    kinds = _REACTIVE_1997 if reactive else _KINDS_1997
    if back is None or low >> 4 not in kinds or low & 0xF == 0xF or high & 2:
        return None
    made = _accumulated(0 if high < 0xA0 else 1, kinds[low >> 4], low & 0xF, back)
    # The facts give no sign to numbers of 1997, and the time of a demand an identifier of its own (B010).
    return None if made is None else replace(made, signed=False, time="")


def to_1997(identifier: str) -> str:
    """The 1997 identifier of what a 2007 one holds; empty if there is none."""
    if len(identifier) != 8:
        return ""
    if identifier in _TO_1997:
        return _TO_1997[identifier]
    di3, di2, di1, di0 = bytes.fromhex(identifier)
    if di3 not in (0, 1) or di0 > 2 or di2 not in (1, 2, 3, 4) or not (di1 == 0xFF or di1 <= 14):
        return ""
    high = (0x90, 0xA0)[di3] + 4 * di0 + (1 if di2 > 2 else 0)
    return f"{high:02X}{((di2 - 1) % 2 + 1) << 4 | (0xF if di1 == 0xFF else di1):02X}"


def members(identifier: str, octets: int, tariffs: int = 63) -> list[str]:
    """The identifiers that a block (one FF) asks for, in the order of their values, as many as `octets` hold."""
    if len(identifier) == 4:
        singles = [f"{identifier[:3]}{n:X}" for n in range(15) if item(f"{identifier[:3]}{n:X}") is not None]
    else:
        at = next((n for n in (2, 4, 6) if identifier[n : n + 2] == "FF"), 0)
        if not at:
            return []
        singles = [f"{identifier[:at]}{n:02X}{identifier[at + 2 :]}" for n in range(tariffs + 1)]
        singles = [each for each in singles if item(each) is not None]
    found: list[str] = []
    for single in singles:
        each = item(single)
        assert each is not None
        if not each.format:
            break
        octets -= each.form().width + len(each.time) // 2
        if octets < 0:
            break
        found.append(single)
    return found
