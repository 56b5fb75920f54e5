"""Why the security room refuses something: messages by id, told in what is answered and logged.

Leaves finding what is wrong to the modules of this room.
"""

from __future__ import annotations

from reference_terminal.model.messages import reason

PASSPHRASE_FILE = reason(
    "passphrase-file",
    en="expected a file that can be read, or created: {path}: {strerror}",
    zh="应为可读取或可创建的文件：{path}：{strerror}",
)
PASSPHRASE_SHORT = reason(
    "passphrase-short", en="expected at least 16 octets in {path}", zh="文件 {path} 应不少于 16 字节"
)
DEVICE_KEY_FOREIGN = reason(
    "device-key-foreign", en="the device key does not belong to the device certificate", zh="设备密钥与证书不匹配"
)
NO_PASSPHRASE = reason(
    "no-passphrase", en="{name}: is sealed, but [security] has no passphrase; give it", zh="{name} 缺少口令"
)
SERVER_UNREADABLE = reason(
    "server-unreadable",
    en="{name}: the server's certificate cannot be read; check the server",
    zh="{name}：服务器证书无法解析",
)
SERVER_UNTRUSTED = reason(
    "server-untrusted",
    en="{name}: the server shows a certificate that is not trusted ({rfc4514_string}); nothing is read from it",
    zh="{name}：服务器证书不受信任（{rfc4514_string}），不读取任何数据",
)
SERVER_EXPIRED = reason(
    "server-expired",
    en="{name}: the server's certificate is valid from {begin:%Y-%m-%d} to {end:%Y-%m-%d} only; replace it",
    zh="{name}：服务器证书不在有效期内，请更换",
)
CANNOT_UNSEAL = reason(
    "cannot-unseal",
    en="{name}: sealed for another machine or passphrase, or altered; install it again",
    zh="{name} 无法解封：口令或设备不符，或内容被改动，请重新安装",
)
