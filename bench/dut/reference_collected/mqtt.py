"""MQTT collectors in the reference terminal's configuration: quality of service, version, and who logs in.

Leaves everything that all collectors have to `reference_collectors`.
"""

from __future__ import annotations

from typing import Any

from simulators.collectors.mqtt.descriptor import MqttSpec


def told(spec: MqttSpec) -> dict[str, Any]:
    """Version 3.1.1 where nothing else is spoken, else 5.0."""
    version = "3.1.1" if spec.version == "3.1.1" else "5.0"
    login = {"user": spec.user, "password": spec.password} if spec.user else {}
    return {"qos": spec.qos, "client": "terminal", "version": version, **login}
