"""MQTT brokers as one of the kinds of centres.

Leaves what is said to `centre`.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulators.centres import sentences as said
from simulators.centres.kinds import CentreKind, Common
from simulators.centres.mqtt.centre import MqttCentre
from simulators.centres.spec import CentreFields, CentreSpec, KindSettings
from simulators.settings import Flaw


class MqttSettings(KindSettings, frozen=True, kw_only=True, tag="mqtt"):
    """Nothing besides what every centre has."""


class Mqtt(CentreKind[MqttSettings]):
    """Brokers, without TLS; a gateway's points are told apart by their names."""

    id = "mqtt"
    rank = 6
    title = ("an MQTT broker", "MQTT")
    settings = MqttSettings
    stands_in = True

    def flaws(self, spec: CentreFields) -> Iterator[Flaw]:
        """A channel of its own it has none."""
        if spec.channel != "plain":
            yield said.MQTT_PLAIN(channel=spec.channel).at("channel")

    def build(self, spec: CentreSpec, common: Common) -> MqttCentre:
        """The broker, and a subscriber that knows the points by name."""
        known = {item.name: code for code, item in common.items.items()}
        return MqttCentre(
            spec.name, spec.host, spec.port, mn=spec.mn, known=known, clock=common.clock, observe=common.observe
        )


KIND = Mqtt()
