"""Platforms over MQTT in the reference terminal's configuration: the token, which is the broker's password.

Leaves everything that all centres have to `reference_centres`.
"""

from __future__ import annotations

from typing import Any

from bench.dut.reference_kinds import CentreTables
from simulators.centres.spec import CentreSpec
from simulators.trust.authority import TerminalSide


class _MqttRecords(CentreTables):
    protocol = "records-mqtt"

    def told(self, spec: CentreSpec, side: TerminalSide) -> dict[str, Any]:
        del spec
        return {"token": side.token}


TABLES = _MqttRecords()
