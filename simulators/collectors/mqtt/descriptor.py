"""MQTT collectors, with a broker of their own or a Mosquitto, as one of the kinds of collectors.

Leaves what is published to `collector`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

import msgspec

from simulators.centres.channel import family_of
from simulators.collectors import sentences as said
from simulators.collectors.collected import TOLD, TOLD_HJ212, CollectedMeter
from simulators.collectors.kinds import CollectorKind, Common
from simulators.collectors.mqtt.collector import MqttCollector
from simulators.collectors.payloads import topic_of
from simulators.collectors.spec import CollectorSpec
from simulators.meters.faults import Fault
from simulators.mqtt.broker import Version
from simulators.settings import Flaw
from simulators.trust.authority import Trust


class MqttSpec(CollectorSpec, frozen=True, kw_only=True, tag="mqtt"):
    """A collector that publishes. `qos` and `retain` are those of its messages.

    `broker` says whose broker it is: its own (embedded), or a Mosquitto that is started for it (real time only).
    `version` is what MQTT clients may speak to its own broker (a Mosquitto takes any), `expiry_s` the message expiry
    interval that 5.0 gives its messages (0: none), `keepalive_s` what its own broker tells clients of 5.0 to keep (0:
    theirs counts). With `spread` each device has an instant of its own in the period.
    `user` and `password` are what clients must say.
    """

    qos: Annotated[int, msgspec.Meta(ge=0, le=2)] = 1
    retain: bool = False
    broker: Literal["embedded", "mosquitto"] = "embedded"
    version: Version = "3.1.1"
    expiry_s: Annotated[int, msgspec.Meta(ge=0, le=2**31)] = 0
    keepalive_s: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 0
    spread: bool = False
    user: str = ""
    password: str = ""

    def flaws(self) -> Iterator[Flaw]:
        """What MQTT, or a Mosquitto, cannot do."""
        yield from super().flaws()
        if self.expiry_s and self.version == "3.1.1":
            yield said.EXPIRY().at("expiry_s")
        if self.keepalive_s and (self.version != "5.0" or self.broker != "embedded"):
            yield said.KEEP_ALIVE().at("keepalive_s")
        if bool(self.user) != bool(self.password):
            yield said.USER().at("password")
        if self.broker == "mosquitto" and (self.channel not in ("plain", "tls", "mtls") or self.user):
            yield said.MOSQUITTO().at("broker")


class Mqtt(CollectorKind[MqttSpec]):
    """Collectors that publish what they have read."""

    id = "mqtt"
    rank = 1
    settings = MqttSpec
    ports = (1883, 8883)

    def faults(self, spec: MqttSpec) -> tuple[type[Fault], ...]:
        """HJ 212 text has a check word besides."""
        return TOLD_HJ212 if spec.form == "hj212" else TOLD

    def build(self, spec: MqttSpec, meters: Sequence[CollectedMeter], common: Common) -> MqttCollector:
        """The collector with its broker."""
        return MqttCollector(
            spec.name,
            spec.host,
            spec.port,
            meters,
            form=spec.form,
            period_s=spec.period_s,
            qos=spec.qos,
            retain=spec.retain,
            login=(spec.user, spec.password),
            version=spec.version,
            expiry_s=spec.expiry_s,
            keepalive_s=spec.keepalive_s,
            spread=spec.spread,
            clock=common.clock,
            observe=common.observe,
            locks=common.locks,
            mosquitto=_mosquitto(spec, common.trust) if spec.broker == "mosquitto" else None,
        )

    def places(self, spec: MqttSpec, meters: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """The topic of each meter, and what its messages call it."""
        return {
            "topic": {meter: topic_of(spec.form, spec.name, meter) for meter in meters},
            "node": {meter: spec.node(meter) for meter in meters},
        }

    def entered(self, spec: MqttSpec) -> Mapping[str, str]:
        """Who logs in, and what is spoken."""
        return {"user": spec.user, "password": spec.password, "version": spec.version, "qos": str(spec.qos)}

    def line(self, spec: MqttSpec) -> str:
        """Whose broker it is."""
        return f" {spec.broker} broker"


def _mosquitto(spec: MqttSpec, trust: Trust) -> dict[str, str]:
    """What a Mosquitto is to show and to demand: PEM texts by the name of its setting; empty on a plain channel."""
    if spec.channel == "plain":
        return {}
    authority = trust[family_of(spec.channel)]
    leaf = authority.leaf("server", spec.name, spec.hosts, spec.certificate)
    found = {"certfile": leaf.certificate, "keyfile": leaf.key}
    return {**found, "cafile": authority.anchor} if spec.channel == "mtls" else found


KIND = Mqtt()
