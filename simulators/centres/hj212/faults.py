"""Every way in which an HJ 212 frame or packet can deviate, by name: what it means, and how grave it is.

Leaves finding them to `codec` and `payload`.
"""

from __future__ import annotations

FAULTS: dict[str, tuple[str, str]] = {
    "crc-wrong": ("the check word does not belong to these data", "校验码与数据不符"),
    "crc-stale": (
        "the check word could be an HJ 212 one, but of other data: data or length changed after it was computed",
        "校验码可能属于修改前的数据",
    ),
    "crc-foreign": ("the low octet is impossible for HJ 212: the sender uses another check word", "非 HJ 212 校验算法"),
    "crc-modbus": ("the check word is CRC-16/MODBUS, not that of HJ 212 annex A", "使用了 Modbus CRC"),
    "crc-unpadded": ("the check word lacks its leading zeros", "校验码缺少前导零"),
    "crc-swapped": ("the two octets of the check word are exchanged", "校验码高低字节颠倒"),
    "crc-lower-case": ("the check word is in lower case", "校验码为小写"),
    "crc-missing": ("there is no check word of 4 hex digits", "缺少校验码"),
    "len-wrong": ("LEN does not say how long the data are", "长度字段错误"),
    "len-in-characters": ("LEN counts characters, not octets", "长度按字符而非字节计算"),
    "len+6": ("LEN is 6 too large: head and LEN itself were counted", "长度多计 6 字节"),
    "len-not-4-digits": ("LEN is not 4 digits", "长度字段不是 4 位数字"),
    "len-over-limit": ("LEN is beyond what this receiver takes", "长度超过接收上限"),
    "tail-missing": ("CR LF at the end is missing", "缺少回车换行"),
    "tail-lf-only": ("the end is LF without CR", "结尾只有换行"),
    "tail-cr-only": ("the end is CR without LF", "结尾只有回车"),
    "data-over-1024": ("the data segment is longer than 1024 octets", "数据段超过 1024 字节"),
    "cp-over-950": ("the CP field is longer than 950 octets", "CP 超过 950 字节"),
    "not-utf8": ("the data are not UTF-8 (perhaps GBK)", "非 UTF-8 编码，可能为 GBK"),
    "cp-missing": ("there is no CP=&&...&&", "缺少 CP 字段"),
    "cp-unclosed": ("CP is not closed by &&", "CP 未以 && 结束"),
    "flag-after-cp": ("Flag stands after CP", "Flag 位于 CP 之后"),
    "flag-missing": ("Flag is missing", "缺少 Flag"),
    "flag-invalid": ("Flag is not a number from 0 to 255", "Flag 无效"),
    "flag-2005": ("Flag says edition 2005", "Flag 版本为 2005"),
    "flag-2025": ("Flag says edition 2025", "Flag 版本为 2025"),
    "flag-version": ("Flag says an edition nobody knows", "Flag 版本未知"),
    "qn-missing": ("QN is missing", "缺少 QN"),
    "qn-empty": ("QN is empty", "QN 为空"),
    "qn-13-digits": ("QN has 13 digits (milliseconds since 1970)", "QN 为 13 位毫秒时间戳"),
    "qn-invalid": ("QN is not YYYYMMDDhhmmsszzz", "QN 无效"),
    "st-missing": ("ST is missing", "缺少 ST"),
    "st-invalid": ("ST is not 2 characters 0-9A-Z", "ST 无效"),
    "cn-missing": ("CN is missing", "缺少 CN"),
    "cn-invalid": ("CN is not 4 digits", "CN 无效"),
    "pw-missing": ("PW is missing", "缺少 PW"),
    "pw-not-6": ("PW is not 6 characters", "PW 不是 6 位"),
    "mn-missing": ("MN is missing", "缺少 MN"),
    "mn-not-24-hex": ("MN is not 24 hexadecimal characters", "MN 不是 24 位十六进制"),
    "pnum-missing": ("Flag says split packets but PNUM or PNO is missing", "分包标志有效但缺少 PNUM/PNO"),
    "pnum-invalid": ("PNUM or PNO is not a number from 1 to 9999", "PNUM/PNO 无效"),
    "pno-padded": ("PNUM or PNO has leading zeros", "PNUM/PNO 带前导零"),
    "pno-beyond-pnum": ("PNO is greater than PNUM", "PNO 大于 PNUM"),
    "pno-before-pnum": ("PNO stands before PNUM", "PNO 位于 PNUM 之前"),
    "pno-without-flag": ("PNUM or PNO stands there though Flag says no split", "未置分包标志却有 PNUM/PNO"),
    "head-order": ("the fields before CP are not in the usual order", "字段顺序异常"),
    "head-unknown": ("there is an unknown field before CP", "CP 之前有未知字段"),
    "head-repeated": ("a field before CP comes twice", "字段重复"),
    "separator-comma": ("a comma stands where ; belongs", "分号误写为逗号"),
    "separator-missing": ("a ; is missing", "缺少分号"),
    "blank": ("there are blanks around names or values", "含多余空格"),
    "item-empty": ("there is an empty item in CP", "CP 含空项"),
    "item-invalid": ("an item of CP is not name=value", "CP 项格式错误"),
    "item-repeated": ("a field of CP comes twice", "CP 字段重复"),
    "log-unclosed": ("log text begins with // and does not end with //", "日志文本以 // 开头却未以 // 结束"),
    "name-case": ("a name is written in other letter case", "字段名大小写错误"),
    "datatime-17-digits": ("a time has milliseconds", "时间含毫秒"),
    "datatime-invalid": ("a time is not YYYYMMDDhhmmss", "时间无效"),
    "value-invalid": ("a value is not a decimal number", "数值无效"),
    "value-too-long": ("a value is longer than 18 characters", "数值过长"),
    "data-flag-unknown": ("a data flag is not one of N F M S D C T B", "数据标记未知"),
    "payload-missing": ("the payload is not protected though the profile asks for it", "未按约定加密签名"),
    "payload-form": ("the protected payload is not of the agreed form", "加密载荷格式错误"),
    "payload-key": ("the payload key is unknown", "载荷密钥未知"),
    "payload-cipher": ("the payload was altered, or enciphered with another key", "载荷被篡改或密钥不符"),
    "payload-signature": ("the signature of the payload is not that of the device", "载荷签名无效"),
    "payload-unexpected": (
        "the payload is protected though nothing of the kind was agreed",
        "未约定载荷保护却收到加密载荷",
    ),
}
"""Name of every deviation: what it means, in English and Chinese."""

FATAL = frozenset(
    {
        "crc-wrong",
        "crc-stale",
        "crc-foreign",
        "crc-modbus",
        "crc-swapped",
        "crc-missing",
        "not-utf8",
        "cp-missing",
        "cn-missing",
        "cn-invalid",
        "mn-missing",
        "payload-missing",
        "payload-form",
        "payload-key",
        "payload-cipher",
        "payload-signature",
        "payload-unexpected",
    }
)
"""Deviations that even a tolerant receiver cannot live with; the packet is not used."""

REMARKS = frozenset({"crc-lower-case"})
"""Deviations that even a strict receiver accepts."""
