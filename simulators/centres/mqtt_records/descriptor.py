"""Platforms that take records over MQTT as one of the kinds of centres.

Leaves what is said to `centre`.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulators.centres.kinds import CentreKind, Common, Secrets
from simulators.centres.mqtt_records.centre import MqttRecordsCentre
from simulators.centres.spec import CentreSpec, KindSettings
from simulators.trust.authority import Trust


class MqttRecordsSettings(KindSettings, frozen=True, kw_only=True, tag="mqtt-records"):
    """Nothing besides what every centre has."""


class MqttRecords(CentreKind[MqttRecordsSettings]):
    """Platforms that are a broker, know their terminal by user and token, and answer each upload."""

    id = "mqtt-records"
    rank = 7
    title = ("a platform that takes records over MQTT", "MQTT 记录平台")
    settings = MqttRecordsSettings
    profile = "records-mqtt"
    token = True

    def build(self, spec: CentreSpec, common: Common) -> MqttRecordsCentre:
        """The platform with the token of its world."""
        _, secrets = common.certified()
        return MqttRecordsCentre(
            spec.name, spec.host, spec.port, mn=spec.mn, token=secrets.token, items=common.items, **common.wiring()
        )

    def given(self, spec: CentreSpec, trust: Trust, secrets: Secrets) -> Mapping[str, str]:
        """The token."""
        del spec, trust
        return {"token": secrets.token}


KIND = MqttRecords()
