"""Why a certificate, a key or what was made with one is not used: messages by id, told in what is answered and logged.

Leaves finding what is wrong to the modules of this room.
"""

from __future__ import annotations

from reference_terminal.model.messages import reason

VALID_FROM = reason("valid-from", en="is valid only from {day}", zh="自 {day} 起才生效")
EXPIRED_ON = reason("expired-on", en="expired on {day}", zh="已于 {day} 过期")
KEY_USAGE = reason("key-usage", en="is not for signing (key usage lacks digitalSignature)", zh="密钥用途不含数字签名")
CERTIFICATE_UNREADABLE = reason(
    "certificate-unreadable", en="{what}: a certificate in it cannot be read", zh="{what}：证书无法解析"
)
PEM_EXPECTED = reason(
    "pem-expected",
    en="{what}: expected a PEM certificate (-----BEGIN CERTIFICATE-----), found none",
    zh="{what}：应为 PEM 证书，未找到",
)
CRL_UNREADABLE = reason("crl-unreadable", en="{what}: a revocation list cannot be read", zh="{what}：吊销列表无法解析")
KEY_EXPECTED = reason(
    "key-expected",
    en="{what}: expected a private key as unencrypted PKCS#8 PEM (the terminal seals it itself), found none",
    zh="{what}：应为未加密的 PKCS#8 PEM 私钥（终端自行加密保存）",
)
KEY_OF_OTHER = reason(
    "key-of-other",
    en="{what}: the private key does not belong to the certificate of {subject!r}",
    zh="{what}：私钥与证书 {subject!r} 不匹配",
)
OWN_FAULTY = reason(
    "own-faulty",
    en="the terminal's own certificate {subject!r} {fault}; install a valid one",
    zh="终端自身证书 {subject!r} {fault}，请更换",
)
SM2_KEY_EXPECTED = reason(
    "sm2-key-expected",
    en="{what}: expected an SM2 private key as unencrypted PKCS#8 PEM, found none",
    zh="{what}：应为未加密的 PKCS#8 PEM 格式 SM2 私钥",
)
SM2_CERTIFICATE_EXPECTED = reason(
    "sm2-certificate-expected", en="{what}: expected an SM2 certificate", zh="{what}：应为 SM2 证书"
)
CHAIN_FAULTY = reason("chain-faulty", en="{what}: {error}", zh="{what}：证书校验未通过")
NO_OPENSSL = reason(
    "no-openssl",
    en="SM2 needs OpenSSL 3 (libcrypto.so.3), which this machine lacks; install it",
    zh="缺少 OpenSSL 3 动态库",
)
OLD_OPENSSL = reason(
    "old-openssl", en="SM2 needs OpenSSL 3, {name} lacks {function}; install OpenSSL 3", zh="OpenSSL 版本过低，应为 3.x"
)
DER_EXPECTED = reason("der-expected", en="expected an SM2 {what} in DER, found something else", zh="不是 SM2 密钥")
SM2_IDENTIFIER = reason("sm2-identifier", en="the SM2 identifier was not accepted", zh="SM2 标识无效")
SM2_CANNOT = reason("sm2-cannot", en="SM2 cannot {verb} this", zh="SM2 运算失败")
SM2_ALTERED = reason("sm2-altered", en="SM2 cannot {verb} this: altered, or for another key", zh="SM2 运算失败")
PUBLIC_EXPECTED = reason(
    "public-expected", en="expected an SM2 public key in DER, found something else", zh="不是 SM2 公钥"
)
SM2_EMPTY = reason("sm2-empty", en="SM2 encrypts at least one octet", zh="SM2 不能加密空数据")
NO_CURVE = reason("no-curve", en="this OpenSSL has no SM2 curve; install a complete one", zh="OpenSSL 不含 SM2 曲线")
SM2_MULTIPLY = reason("sm2-multiply", en="SM2 cannot multiply", zh="SM2 运算失败")
PRIVATE_EXPECTED = reason(
    "private-expected", en="expected an SM2 private key in DER, found something else", zh="不是 SM2 密钥"
)
KEY_RANGE = reason("key-range", en="the SM2 private key is out of range", zh="SM2 私钥超出范围")
SM2_SIGN = reason("sm2-sign", en="SM2 cannot sign with this key", zh="SM2 签名失败")
NO_CIPHERTEXT = reason("no-ciphertext", en="expected an SM2 ciphertext, found nothing", zh="SM2 密文为空")
