"""Why an answer of a platform or the status of a certificate is not used: messages by id, told in what is logged.

Leaves when they are told to the modules of this room.
"""

from __future__ import annotations

from reference_terminal.model.messages import reason

STATUS_REFUSED = reason(
    "status-refused",
    en="the certificate {serial} shown by {host} {why}; nothing was sent",
    zh="{host} 出示的证书 {serial} {why}，未发送任何数据",
)
DEPOSIT_UNREADABLE = reason(
    "deposit-unreadable", en="the answer to a deposit cannot be read", zh="指纹存证应答无法解析"
)
FINGERPRINTS_UNREADABLE = reason(
    "fingerprints-unreadable", en="the platform's fingerprints cannot be read", zh="指纹查询应答无法解析"
)
REGISTRATION_UNUSABLE = reason(
    "registration-unusable", en="the answer to the registration cannot be used: {error}", zh="注册应答无效"
)
ITEMS_UNREADABLE = reason("items-unreadable", en="collectItemConfig cannot be read", zh="collectItemConfig 无法解析")
TASK_UNREADABLE = reason("task-unreadable", en="a task cannot be read", zh="任务无法解析")
INSISTS_ON_STAPLE = reason("insists-on-staple", en="insists on a stapled status: {error}", zh="须附带有效状态")
REVOKED_BY_ISSUER = reason("revoked-by-issuer", en="is revoked, says its issuer", zh="已被吊销")
STATUS_OPEN = reason("status-open", en="cannot be checked: nobody says that it still counts", zh="状态未知")
