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
