"""What senders over MQTT are."""

from __future__ import annotations

from simulators.senders.kinds import SenderKind
from simulators.senders.mqtt.wire import MqttWire
from simulators.senders.spec import SenderSpec
from simulators.senders.wire import Wire


class Mqtt(SenderKind):
    """Samples over MQTT 3.1.1."""

    id = "mqtt"
    rank = 30
    title = ("MQTT 3.1.1", "MQTT 3.1.1")
    classes = frozenset(("realtime",))
    spoils = ("body", "value")

    def wire(self, spec: SenderSpec) -> Wire:
        """MQTT."""
        return MqttWire(spec)


KIND = Mqtt()
