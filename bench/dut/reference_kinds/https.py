"""The national energy platform in the reference terminal's configuration: as whose terminal it registers, and where.

Leaves everything that all centres have to `reference_centres`.
"""

from __future__ import annotations

from typing import Any

from bench.dut.reference_kinds import CentreTables
from simulators.centres.national.descriptor import KIND
from simulators.centres.spec import CentreSpec
from simulators.trust.authority import TerminalSide


class _Https(CentreTables):
    protocol = "https-json"
    gives_out = True

    def told(self, spec: CentreSpec, side: TerminalSide) -> dict[str, Any]:
        del side
        own = KIND.own(spec)
        return {"region": own.region, "enterprise": own.enterprise}


TABLES = _Https()
