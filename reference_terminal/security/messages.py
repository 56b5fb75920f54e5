"""What security tells: the messages of its alarms by code.

Leaves when they are told to the modules of this room.
"""

from __future__ import annotations

from reference_terminal.model.messages import alarm

CERTIFICATE_MISSING = alarm(
    "certificate-missing",
    en="the terminal has no certificate of its own and sends nothing; install certificate and key",
    zh="缺少终端证书和私钥，不发送任何数据，请安装",
)
CERTIFICATE_UNUSABLE = alarm("certificate-unusable", en="{subject!r} {fault}", zh="{subject!r} {fault}")
CERTIFICATE_ENDS = alarm(
    "certificate-ends",
    en="{subject!r} ends on {day}; renew it",
    zh="证书 {subject!r} 将于 {day} 到期，请更换",
)
