"""What the uplink tells: the messages of its log entries and alarms by code.

Leaves when they are told to the links.
"""

from __future__ import annotations

from reference_terminal.model.messages import alarm, event

CENTRE_CONNECTED = event("centre-connected", en="centre {centre} connected", zh="数据中心 {centre} 已连接")
PACKET_REFUSED = event("packet-refused", kind="refused", en="{count} refused: {reason}", zh="拒收 {count} 次：{reason}")
REQUEST_REFUSED = event(
    "request-refused", kind="refused", en="request {cn}: QnRtn {verdict}", zh="拒绝请求 {cn}：{verdict}"
)
REQUEST_REPEATED = event(
    "request-repeated",
    kind="refused",
    en="request {cn} was heard before",
    zh="重复的请求 {cn}，不予执行",
)
PARAMETER_SET = event("parameter-set", kind="setting", en="{name} set to {value}", zh="{name} 设为 {value}")
CLOCK_SET = event("clock-set", en="{before} to {after}", zh="由 {before} 校至 {after}")
REGISTERED = event(
    "registered",
    en="device {device}, upload at {time}",
    zh="已注册，设备 {device}，上传时间 {time}",
)
CONFIGURED = event(
    "configuration",
    en="version {version} with {count} items",
    zh="配置版本 {version}，共 {count} 项",
)
CENTRE_LOST = alarm("centre-lost", en="{address} {reason}", zh="{address} {reason}")
CENTRE_REFUSES = alarm("centre-refuses", en="{address} answers {answer}", zh="{address} 应答 {answer}")
CHANNEL_REFUSED = alarm("channel-refused", en="{reason}", zh="{reason}")
FINGERPRINT_REFUSED = alarm("fingerprint-refused", en="{reason}", zh="指纹被拒：{reason}")
STATUS_UNKNOWN = alarm(
    "certificate-status",
    en="the status of its certificate cannot be had: {error}",
    zh="无法获取其证书的状态：{error}",
)
LIST_ENDED = alarm(
    "revocation-list",
    en="{what} and cannot be had ({reason}): {follows}",
    zh="{what}且无法获取（{reason}），{follows}",
)
LIST_REFUSED = alarm(
    "revocation-list-refused",
    en="what came is no newer list of a known issuer",
    zh="获取的吊销列表不是已知颁发者的更新列表，不可信",
)

# What reasons are made of.

CANNOT_CONNECT = event("cannot-connect", en="cannot connect: {error}", zh="无法连接（{error}）")
CONNECTION_LOST = event("connection-lost", en="connection lost: {reason}", zh="连接中断（{reason}）")
NO_ANSWER = event("no-answer", en="no answer: {reason}", zh="无有效应答：{reason}")
LIST_MISSING = event("list-missing", en="is missing", zh="吊销列表缺失")
LIST_PAST = event("list-past", en="has run out", zh="吊销列表已过期")
REVOCATION_UNCHECKED = event("revocation-unchecked", en="revocation goes unchecked", zh="吊销情况未予检查")
CENTRES_REFUSED = event("centres-refused", en="its centres are refused", zh="拒绝相关数据中心")
