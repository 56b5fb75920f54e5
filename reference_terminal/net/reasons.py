"""Why a channel, an exchange or a broker is not used: messages by id, told in what is answered and logged.

Leaves when they are told to the modules of this room, and codes of MQTT to `mqtt.reasons`.
"""

from __future__ import annotations

from reference_terminal.model.messages import reason

SHOWN_REFUSED = reason(
    "shown-refused",
    en="the certificate {subject!r} shown by {host} {why}; nothing was sent",
    zh="{host} 出示的证书 {subject!r} {why}，未发送任何数据",
)
BROKER_REFUSES = reason("broker-refuses", en="the broker refuses: {why}", zh="代理拒绝连接：{why}")
NO_CRL = reason(
    "no-crl", en="cannot be checked: there is no revocation list of its issuer", zh="缺少其签发者的吊销列表"
)
NOT_YET_VALID = reason("not-yet-valid", en="is not yet valid", zh="尚未生效")
HAS_EXPIRED = reason("has-expired", en="has expired", zh="已过期")
CRL_OUT_OF_DATE = reason(
    "crl-out-of-date",
    en="cannot be checked: the revocation list of its issuer is out of date",
    zh="签发者的吊销列表已过期",
)
SELF_SIGNED = reason("self-signed", en="is self-signed", zh="为自签名证书")
UNKNOWN_ROOT = reason("unknown-root", en="ends in an unknown root", zh="根证书不受信任")
UNKNOWN_ISSUER = reason("unknown-issuer", en="comes from an unknown issuer", zh="签发者不受信任")
WRONG_SIGNATURE = reason("wrong-signature", en="carries a wrong signature", zh="签名无效")
IS_REVOKED = reason("is-revoked", en="is revoked", zh="已被吊销")
OTHER_PURPOSE = reason("other-purpose", en="is not for this purpose", zh="用途不符")
OTHER_HOST = reason("other-host", en="is for another host", zh="与主机名不符")
OTHER_ADDRESS = reason("other-address", en="is for another address", zh="与地址不符")
NOT_MEANT_TO_SIGN = reason("not-meant-to-sign", en="is not for signing", zh="密钥用途不符")
CERTIFICATE_REFUSED = reason(
    "certificate-refused", en="was refused (X.509 error {number})", zh="校验未通过（{number}）"
)
NO_CERTIFICATE = reason(
    "no-certificate",
    en="the terminal has no certificate for this channel; install certificate and key",
    zh="该通道缺少终端证书，请安装证书和私钥",
)
NO_NATIONAL_SUITES = reason(
    "no-national-suites",
    en="this installation has no national TLS suites; install the wheel of cryptography 47 or later (OpenSSL 4)",
    zh="本机缺少国密 TLS 套件，请安装 cryptography 47 及以上版本",
)
NO_CHECKABLE_NAME = reason(
    "no-checkable-name",
    en="{server_name!r} is no host name or address that a certificate can be checked for; set server_name",
    zh="{server_name!r} 不是可校验的主机名或地址，请设置 server_name",
)
NO_CHANNEL_TO = reason(
    "no-channel-to", en="no secure channel with {host}: {why}", zh="与 {host} 未能建立安全通道：{why}"
)
SHOWED_NONE = reason("showed-none", en="{host} showed no certificate", zh="{host} 未出示证书")
SHOWN_NOT_FOR_SIGNING = reason(
    "shown-not-for-signing",
    en="the certificate {subject!r} shown by {host} is not for signing; nothing was sent",
    zh="{host} 出示的证书 {subject!r} 密钥用途不符，未发送任何数据",
)
NO_NATIONAL_SUITE = reason(
    "no-national-suite",
    en="{host} agreed on {agreed}, signature {signature}; expected TLSv1.3 {national_suite} {national_group}",
    zh="{host} 协商结果 {agreed} 不是国密套件",
)
OLD_TLS = reason("old-tls", en="{host} agreed on {version}; expected TLS 1.2 or later", zh="{host} 的 TLS 版本过低")
ABSOLUTE_ADDRESS = reason(
    "absolute-address",
    en="expected an absolute {wanted}: address, the platform gave {url!r}",
    zh="平台给出的地址 {url!r} 应为 {wanted}: 绝对地址",
)
ADDRESS_OF_NOBODY = reason(
    "address-of-nobody", en="the platform gave {url!r}, which nobody can be asked at", zh="平台给出的地址 {url!r} 无效"
)
NO_HTTP = reason("no-http", en="no HTTP answer: {error}", zh="应答不是有效的 HTTP")
NOT_ASKABLE = reason(
    "not-askable", en="what the platform gave cannot be asked for: {error}", zh="无法按平台给出的内容提问"
)
ANSWER_LONG = reason("answer-long", en="the answer is longer than {most_octets} octets", zh="应答过长")
ANSWERS_REFUSED = reason("answers-refused", en="the broker refuses the topic of answers", zh="代理拒绝订阅应答主题")
