"""What is wrong with the description of a centre, by id in both languages."""

from __future__ import annotations

from simulators.sentences import Sentence, Words

ENTERPRISE = Words("18 digits and capital letters", "18 位数字和大写字母")
"""What a text of a centre should be."""

CLIENT_SHOWS_NONE = Sentence(
    "client-certificate",
    "over {channel} a terminal shows no certificate; choose mtls, gm-tls13 or tlcp",
    "{channel} 通道上终端不出示证书，请选择 mtls、gm-tls13 或 tlcp",
)
DIVIDES = Sentence(
    "minute-interval",
    "{minutes} does not divide the hour (HJ 212 table 4)",
    "{minutes} 不能整除 60 分钟（HJ 212 表 4）",
)
REALTIME = Sentence(
    "realtime-interval",
    "expected 0 (off) or 30 to 3600, got {got}",
    "应为 0（关闭）或 30 至 3600，实际为 {got}",
)
EDITION = Sentence("hj212-edition", "expected one of {editions}, got {got}", "应为 {editions} 之一，实际为 {got}")
MQTT_PLAIN = Sentence(
    "mqtt-plain",
    "an MQTT centre is plain only, got {channel}",
    "MQTT 数据中心只支持明文通道 plain，实际为 {channel}",
)
CODE = Sentence("centre-code", "is not 1 to 16 letters and digits", "应为 1 至 16 位字母和数字")
NATIONAL_CODE = Sentence("national-code", "is not of the form 04-01-0000-040200-30", "应为 04-01-0000-040200-30 的形式")
