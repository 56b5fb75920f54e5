"""The national energy platform in the reference terminal's configuration: as whose terminal it registers, and where.

Leaves everything that all centres have to `reference_centres`.
"""

from __future__ import annotations

from typing import Any

from bench.dut.reference_kinds import CentreTables
from simulators.centres.spec import CentreSpec
from simulators.trust.authority import TerminalSide


class _Https(CentreTables):
    protocol = "https-json"
    gives_out = True

    def told(self, spec: CentreSpec, side: TerminalSide) -> dict[str, Any]:
        del side
        return {"region": spec.region, "enterprise": spec.enterprise}


TABLES = _Https()
