"""Reason codes of MQTT 5.0 (section 2.4) and return codes of 3.1.1 in words, English and Chinese.

Leaves what follows from a code to `client`.
"""

from __future__ import annotations

_RETURNED = {
    1: ("it does not speak this version of MQTT", "不支持此 MQTT 版本"),
    2: ("it does not want this client name", "不接受此客户端标识"),
    3: ("its service is not available", "服务不可用"),
    4: ("user or password is wrong", "用户名或密码错误"),
    5: ("this client is not allowed", "此客户端未获授权"),
}
"""CONNACK of 3.1.1."""
_REASONS = {
    0x00: ("normal disconnection", "正常断开"),
    0x80: ("unspecified error", "未说明的错误"),
    0x81: ("malformed packet", "报文格式错误"),
    0x82: ("protocol error", "协议错误"),
    0x83: ("implementation specific error", "实现特定错误"),
    0x84: ("it does not speak this version of MQTT", "不支持此 MQTT 版本"),
    0x85: ("it does not want this client name", "不接受此客户端标识"),
    0x86: ("user or password is wrong", "用户名或密码错误"),
    0x87: ("this client is not allowed", "此客户端未获授权"),
    0x88: ("the server is not available", "服务器不可用"),
    0x89: ("the server is busy", "服务器忙"),
    0x8A: ("this client is banned", "此客户端已被禁止"),
    0x8B: ("the server is shutting down", "服务器正在关闭"),
    0x8C: ("bad authentication method", "认证方法无效"),
    0x8D: ("keep-alive time is over", "保活超时"),
    0x8E: ("another connection has taken the session over", "会话被另一连接接管"),
    0x8F: ("it does not take this topic filter", "主题过滤器无效"),
    0x90: ("invalid topic", "主题无效"),
    0x91: ("packet identifier in use", "报文标识符已占用"),
    0x92: ("packet identifier not known", "报文标识符不存在"),
    0x93: ("more messages in flight than allowed", "超出接收最大值"),
    0x94: ("invalid topic alias", "主题别名无效"),
    0x95: ("packet too large", "报文过长"),
    0x96: ("messages come too fast", "消息速率过高"),
    0x97: ("quota exceeded", "超出配额"),
    0x98: ("administrative action", "管理操作"),
    0x99: ("payload is not of the form told", "载荷格式不符"),
    0x9A: ("retained messages are not supported", "不支持保留消息"),
    0x9B: ("this QoS is not supported", "不支持此 QoS"),
    0x9C: ("use another server", "请使用另一服务器"),
    0x9D: ("the server has moved", "服务器已迁移"),
    0x9E: ("shared subscriptions are not supported", "不支持共享订阅"),
    0x9F: ("connections are made too often", "连接过于频繁"),
    0xA0: ("the connection has lasted as long as it may", "连接时间已达上限"),
    0xA1: ("subscription identifiers are not supported", "不支持订阅标识符"),
    0xA2: ("wildcard subscriptions are not supported", "不支持通配符订阅"),
}


def in_words(code: int, report: str = "", *, returned: bool = False) -> tuple[str, str]:
    """What a code means, English and Chinese, with the broker's own words; `returned`: a return code of 3.1.1."""
    en, zh = (_RETURNED if returned else _REASONS).get(code, (f"code {code}", f"代码 {code}"))
    if not returned:
        en, zh = f"{en} (reason code 0x{code:02X})", f"{zh}（原因码 0x{code:02X}）"
    own = f": {report[:120]}" if report else ""
    return en + own, zh + own
