"""HJ 212 centres in the reference terminal's configuration: when its daily window opens, if it has one.

Leaves everything that all centres have to `reference_centres`.
"""

from __future__ import annotations

from typing import Any

from bench.dut.reference_kinds import CentreTables
from simulators.centres.hj212.descriptor import KIND
from simulators.centres.spec import CentreSpec
from simulators.trust.authority import TerminalSide


class _Hj212(CentreTables):
    protocol = "hj212"

    def told(self, spec: CentreSpec, side: TerminalSide) -> dict[str, Any]:
        del side
        window = KIND.window(spec)
        return {"schedule": "window", "upload_time": window} if window else {}


TABLES = _Hj212()
