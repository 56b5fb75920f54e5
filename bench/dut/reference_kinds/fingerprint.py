"""The fingerprint platform in the reference terminal's configuration.

Leaves everything that all centres have to `reference_centres`.
"""

from __future__ import annotations

from bench.dut.reference_kinds import CentreTables


class _Fingerprint(CentreTables):
    protocol = "fingerprint"
    keeps_fingerprints = True


TABLES = _Fingerprint()
