"""The management software in the reference terminal's configuration: how often it is to hear from the terminal.

Leaves everything that all centres have to `reference_centres`.
"""

from __future__ import annotations

from typing import Any

from bench.dut.reference_kinds import CentreTables
from simulators.centres.management.descriptor import KIND
from simulators.centres.spec import CentreSpec
from simulators.trust.authority import TerminalSide


class _Management(CentreTables):
    protocol = "management"
    issues = True

    def told(self, spec: CentreSpec, side: TerminalSide) -> dict[str, Any]:
        del side
        return {"report_s": KIND.own(spec).report_s}


TABLES = _Management()
