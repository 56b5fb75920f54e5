"""Third-party platforms in the reference terminal's configuration: the token, and the key of enciphered bodies.

Leaves everything that all centres have to `reference_centres`.
"""

from __future__ import annotations

from typing import Any

from bench.dut.reference_kinds import CentreTables
from simulators.centres.spec import CentreSpec
from simulators.trust.authority import TerminalSide


class _ThirdParty(CentreTables):
    protocol = "records-json"

    def told(self, spec: CentreSpec, side: TerminalSide) -> dict[str, Any]:
        del spec
        return {"token": side.token, **({"body_key": side.payload_key} if side.payload_key else {})}


TABLES = _ThirdParty()
