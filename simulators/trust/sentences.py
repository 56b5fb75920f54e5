"""What is wrong with certificates and keys of a laboratory's own, by id in both languages."""

from __future__ import annotations

from simulators.sentences import Sentence, Words

DER, SOMETHING = Words("DER", "DER"), Words("something else", "其他内容")
NO_HOST = Words("no host", "任何主机")

OTHER_KEY = Sentence(
    "key-of-other",
    "the key does not belong to the certificate of {subject!r}; give its own key",
    "私钥与 {subject!r} 的证书不匹配，请提供该证书的私钥",
)
ANCHOR_ENDED = Sentence(
    "anchor-ended",
    "the certificate of {subject!r} ended {day}; give one in force",
    "{subject!r} 的证书已于 {day} 到期，请更换",
)
UNREADABLE = Sentence(
    "trust-unreadable",
    "the file {path} cannot be read ({reason}); check name and rights",
    "文件 {path} 无法读取（{reason}），请检查文件名和权限",
)
NOT_PEM = Sentence(
    "not-pem",
    "the file {path} is {kind}, expected PEM (lines between BEGIN and END); convert it",
    "文件 {path} 是 {kind}，应为 PEM（BEGIN 与 END 之间的行），请转换",
)
PEM_DAMAGED = Sentence(
    "pem-damaged",
    "the PEM is damaged ({reason}); take the file anew from its issuer",
    "PEM 已损坏（{reason}），请从签发者重新获取",
)
NO_CERTIFICATE = Sentence(
    "no-certificate",
    "expected a certificate, found {labels}; the files may have been exchanged",
    "应为证书，实际为 {labels}，证书与私钥可能放反",
)
CERTIFICATE_DAMAGED = Sentence(
    "certificate-damaged",
    "certificate {number} of the file is damaged; take it anew from its issuer",
    "文件中第 {number} 张证书已损坏，请从签发者重新获取",
)
KEY_ENCRYPTED = Sentence(
    "key-encrypted",
    "the key is encrypted; give a test key without passphrase",
    "私钥已加密，请提供无口令的测试私钥",
)
KEY_DAMAGED = Sentence(
    "key-damaged",
    "the key is damaged or not over a curve; give an SM2 or ECDSA key as PKCS#8 PEM",
    "私钥已损坏或不是 SM2、ECDSA 私钥，请提供 PKCS#8 PEM 格式的私钥",
)
NO_KEY = Sentence(
    "no-key",
    "expected a private key, found {labels}; the files may have been exchanged",
    "应为私钥，实际为 {labels}，证书与私钥可能放反",
)
CURVE = Sentence(
    "certificate-curve",
    "expected a certificate over {wanted} for this channel, got one over {got}",
    "此通道的证书应基于 {wanted}，实际基于 {got}",
)
EARLY = Sentence(
    "certificate-early",
    "it is valid from {day} only; begin the world later",
    "证书自 {day} 起才有效，请推迟场景开始时间",
)
ENDED = Sentence("certificate-ended", "it ended {day}; give one in force", "证书已于 {day} 到期，请更换")
NO_SIGNING = Sentence(
    "certificate-usage",
    "it may not sign (keyUsage {usage}); give the signing one",
    "该证书不能用于签名（keyUsage {usage}），请提供签名证书",
)
HOST = Sentence(
    "certificate-host",
    "it names {names}, and the centre is {host}; give one for this host",
    "证书所列为 {names}，而数据中心为 {host}，请提供该主机的证书",
)
ORDER = Sentence(
    "certificate-order",
    "{below!r} was issued by {issuer!r}, and {above!r} follows; put leaf first, then its issuer",
    "{below!r} 由 {issuer!r} 签发，其后却是 {above!r}；应先放终端实体证书，再放其签发者",
)
LIST_HOLDS = Sentence(
    "list-holds",
    "a list must hold until the next is published: expected at least {least}",
    "吊销列表须有效至下一次发布，应不小于 {least}",
)
