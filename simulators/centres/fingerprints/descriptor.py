"""The designated fingerprint platform as one of the kinds of centres.

Leaves what is said to `centre`.
"""

from __future__ import annotations

from simulators.centres.fingerprints.centre import FingerprintCentre
from simulators.centres.kinds import CentreKind, Common
from simulators.centres.spec import CentreSpec, KindSettings


class FingerprintSettings(KindSettings, frozen=True, kw_only=True, tag="fingerprint"):
    """Nothing besides what every centre has."""


class Fingerprints(CentreKind[FingerprintSettings]):
    """Platforms that keep signed fingerprints of records and compare copies with them."""

    id = "fingerprint"
    rank = 4
    title = ("a fingerprint platform", "数据指纹平台")
    settings = FingerprintSettings
    signs = True

    def build(self, spec: CentreSpec, common: Common) -> FingerprintCentre:
        """The platform for one terminal, whose certificate must end in the world's anchor."""
        trust, _ = common.certified()
        return FingerprintCentre(
            spec.name,
            spec.host,
            spec.port,
            device=spec.mn,
            anchors=trust["sm2"].anchor,
            items=common.items,
            **common.wiring(),
        )


KIND = Fingerprints()
