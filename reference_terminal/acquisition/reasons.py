"""Why a broker or server that is read is not used: messages by id, told in what is answered and logged.

Leaves when they are told to the modules of this room, and the reasons of one protocol of meters to its folder.
"""

from __future__ import annotations

from reference_terminal.model.messages import reason

NO_CONNECTION = reason("no-connection", en="{error}", zh="无法连接或连接中断")
BROKER_SUBSCRIPTION = reason(
    "broker-subscription", en="the broker refuses the subscription: {why}", zh="代理拒绝订阅：{why}"
)
BROKER_ENDS = reason("broker-ends", en="the broker ends the connection: {why}", zh="代理断开连接：{why}")
NO_BASIC256 = reason(
    "no-basic256",
    en="{name}: the server offers no Basic256Sha256 with {security}; change security here or at the server",
    zh="{name}：服务器不提供 Basic256Sha256({security})",
)
