"""What is wrong with collectors and what stands behind them, by id in both languages."""

from __future__ import annotations

from simulators.sentences import Sentence

TEXT_NUMBERS = Sentence(
    "hj212-numbers",
    "HJ 212 text has no quotes; remove numbers, or choose another form",
    "HJ 212 文本中数值不带引号，请删除 numbers 或另选格式",
)
NOBODY_BEHIND = Sentence(
    "collector-empty",
    "no meter stands behind it; give a meter `collector`, or remove it",
    "采集器后没有仪表，请给仪表设置 collector 或删除采集器",
)
NO_COLLECTOR = Sentence(
    "no-collector",
    "the world has no collector {collector!r}; it has {names}",
    "场景中没有采集器 {collector!r}，可用：{names}",
)
TAG_TWICE = Sentence(
    "tag-twice",
    "the tag {tag!r} is given to several points; tags of a meter must differ",
    "标签 {tag!r} 用于多个测点，同一仪表的标签应各不相同",
)
LONG_NAME = Sentence(
    "hj212-name",
    "its MN holds {most} octets of its name; give it a shorter one",
    "MN 只容名称的 {most} 个字节，请缩短名称",
)
NO_CODE = Sentence(
    "hj212-code",
    "the tag {tag!r} is no code of HJ 212; give 1 to 12 letters and digits",
    "标签 {tag!r} 不是 HJ 212 因子编码，请用 1 至 12 位字母或数字",
)
EXPIRY = Sentence(
    "mqtt-expiry",
    'messages of MQTT 3.1.1 never expire; give version "5.0" or "any"',
    'MQTT 3.1.1 的消息不会过期，请将 version 设为 "5.0" 或 "any"',
)
KEEP_ALIVE = Sentence(
    "mqtt-keep-alive",
    "a broker tells clients a keep-alive only in MQTT 5.0, and only its own does here; "
    'give version "5.0" and broker "embedded"',
    '代理仅在 MQTT 5.0 中下发保活时间，且仅限自带代理，请将 version 设为 "5.0"、broker 设为 "embedded"',
)
USER = Sentence(
    "mqtt-user", "user and password belong together; give both or neither", "user 与 password 须同时给出或都不给"
)
MOSQUITTO = Sentence(
    "mosquitto-channel",
    "a Mosquitto stands on plain, tls or mtls and without user; choose embedded",
    "Mosquitto 只支持 plain、tls、mtls 且无用户名，请改用 embedded",
)
PUBLISHED = Sentence(
    "form-published",
    "{form} is published, nobody asks for it; choose kind mqtt or another form",
    "{form} 只由采集器发布，请改用 mqtt 或另选格式",
)
