"""What the terminal is told of its collectors (devices that have read meters already): where, how, in which form.

Leaves the meters behind them to `meters` and keys to the security room.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from reference_terminal.settings import reasons
from reference_terminal.settings.reader import Section
from reference_terminal.settings.security import ChannelConfig, SecurityConfig, read_channel

MQTT, HTTPS = "mqtt", "https"
PROTOCOLS = (MQTT, HTTPS)
FORMS = ("neuron", "neuron-tags", "thingsboard", "properties", "hj212")
"""Forms of messages (facts 4.3): Neuron's two, ThingsBoard gateway's telemetry, a list of properties, HJ 212 text."""
VERSIONS = ("3.1.1", "5.0")
_TOPICS = {
    "neuron": "/neuron/#",
    "neuron-tags": "/neuron/#",
    "thingsboard": "v1/gateway/telemetry",
    "properties": "CET/NX/upload/#",
    "hj212": "hj212/#",
}
_PATH = "/api/v1/devices/{node}/values"
_SESSION_S = 7 * 86_400


@dataclass(frozen=True)
class CollectorConfig:
    """One collector: a broker that is subscribed to (mqtt), or a server that is asked at `path` (https).

    {node} in `path` is the name of a device. `timeout_s` bounds connecting and, over https, an answer. `numbers`: JSON
    numbers, or texts that hold one. A `client` of MQTT keeps its session at the broker under that name; by 5.0 it asks
    for `session_s` of it after each connection.
    """

    id: str
    protocol: str
    host: str
    port: int
    form: str = FORMS[0]
    numbers: str = "number"
    timeout_s: Decimal = Decimal(5)
    path: str = _PATH
    topics: tuple[str, ...] = ()
    version: str = VERSIONS[0]
    session_s: int = _SESSION_S
    qos: int = 1
    keepalive_s: int = 30
    client: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    channel: ChannelConfig = field(default_factory=ChannelConfig)


def read_collector(section: Section, security: SecurityConfig, terminal: str) -> CollectorConfig:
    """One collector; its problems go into the section."""
    protocol = section.choice("protocol", PROTOCOLS)
    channel = read_channel(section, security)
    form = section.choice("form", FORMS, FORMS[0])
    is_mqtt = protocol == MQTT
    usual = (8883 if channel.kind != "plain" else 1883) if is_mqtt else (443 if channel.kind != "plain" else 80)
    value = CollectorConfig(
        id=section.name("id"),
        protocol=protocol,
        host=section.host("host"),
        port=section.integer("port", 1, 65_535, usual),
        form=form,
        numbers=section.choice("numbers", ("number", "text"), "number"),
        timeout_s=section.decimal("timeout_s", Decimal("0.1"), Decimal(60), Decimal(5)),
        path=_PATH if is_mqtt else section.text("path", _PATH),
        topics=section.texts("topics", (_TOPICS[form],)) if is_mqtt else (),
        version=section.choice("version", VERSIONS, VERSIONS[0]) if is_mqtt else "",
        session_s=section.integer("session_s", 0, 2**32 - 1, _SESSION_S) if is_mqtt else 0,
        qos=section.integer("qos", 0, 2, 1) if is_mqtt else 0,
        keepalive_s=section.integer("keepalive_s", 5, 3600, 30) if is_mqtt else 0,
        client=section.text("client", f"{terminal}-{section.name('id')}") if is_mqtt else "",
        user=section.text("user", "") if is_mqtt else "",
        password=section.text("password", "") if is_mqtt else "",
        channel=channel,
    )
    if not value.path.startswith("/") or "{node}" not in value.path:
        section.problem("path", reasons.TOPIC_WITH_NODE(such=_PATH))
    if value.channel.payload != "clear":
        section.problem("payload", reasons.PAYLOAD_OF_CENTRES())
    if is_mqtt and value.version != VERSIONS[1] and "session_s" in section:
        section.problem("session_s", reasons.ONLY_MQTT_5())
    if not is_mqtt and form == "hj212":
        section.problem("form", reasons.FORM_OF_MQTT())
    section.done()
    return value
