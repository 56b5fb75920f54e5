"""HJ 212 centres in the reference terminal's configuration: nothing besides what all centres have.

Leaves everything that all centres have to `reference_centres`.
"""

from __future__ import annotations

from bench.dut.reference_kinds import CentreTables


class _Hj212(CentreTables):
    protocol = "hj212"


TABLES = _Hj212()
