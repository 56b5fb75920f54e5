"""The management carbon software as one of the kinds of centres.

Leaves what is said to `centre`.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from simulators.centres.kinds import CentreKind, Common
from simulators.centres.management.centre import Issuer, ManagementCentre
from simulators.centres.spec import CentreSpec, KindSettings
from simulators.trust.authority import Choice, Credential, Role, Trust


class ManagementSettings(KindSettings, frozen=True, kw_only=True, tag="management"):
    """How often it is to hear from the terminal (docs/WIRE.md section 5)."""

    report_s: Annotated[int, msgspec.Meta(ge=10, le=3600)] = 300


class Management(CentreKind[ManagementSettings]):
    """Software that receives records and issues packages signed by an issuer of its own."""

    id = "management"
    rank = 3
    title = ("management software", "管理端碳软件")
    settings = ManagementSettings
    signs = True

    def subjects(self, spec: CentreSpec) -> tuple[tuple[Role, str], ...]:
        """The issuer of packages."""
        return (("server", _issuer_name(spec)),)

    def build(self, spec: CentreSpec, common: Common) -> ManagementCentre:
        """The software for one terminal."""
        trust, _ = common.certified()
        return ManagementCentre(
            spec.name,
            spec.host,
            spec.port,
            device=spec.mn,
            issuer=_issuer(spec, trust),
            items=common.items,
            **common.wiring(),
        )


def _issuer_name(spec: CentreSpec) -> str:
    return f"management {spec.name}"


def _issuer(spec: CentreSpec, trust: Trust) -> Issuer:
    def of(choice: Choice) -> tuple[Credential, int]:
        leaf = trust["sm2"].leaf("server", _issuer_name(spec), (), choice)
        return leaf, leaf.private

    return of


KIND = Management()
