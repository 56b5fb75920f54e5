"""The national energy platform as one of the kinds of centres.

Leaves what is said to `centre`.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulators.centres.kinds import CentreKind, Common
from simulators.centres.national.centre import DATA_CODE, NationalCentre, national_code
from simulators.centres.spec import CentreSpec
from simulators.trust.authority import TerminalSide


class National(CentreKind):
    """Platforms over HTTPS and JSON that register their terminal and take daily sets in a window."""

    id = "https"
    rank = 2
    title = ("an HTTPS platform", "HTTPS 平台")
    profile = "https-json"
    uncarried = frozenset({"hour"})
    settings = {
        "region": lambda table: table.text("region", "350200", pattern=r"\d{6}", hint="6 digits (GB/T 2260)"),
        "enterprise": lambda table: table.text(
            "enterprise", "91350200MA2XXXXX0X", pattern=r"[0-9A-Z]{18}", hint="18 digits and capital letters"
        ),
        "valid_means_valid": lambda table: table.flag("valid_means_valid", True),
        "data_port": lambda table: table.integer("data_port", 0, 65535, 0),
    }

    def window(self, spec: CentreSpec) -> str:
        """The platform tells it at registration."""
        return spec.upload_time

    def code(self, plain: str) -> str:
        """The dataCode of a point."""
        return national_code(plain)

    def code_flaw(self, code: str) -> str:
        """Five groups of digits."""
        return "" if DATA_CODE.fullmatch(code) is not None else "is not of the form 04-01-0000-040200-30"

    def build(self, spec: CentreSpec, common: Common) -> NationalCentre:
        """The platform for the terminal that the description names."""
        return NationalCentre(
            spec.name,
            spec.host,
            spec.port,
            region=spec.region,
            enterprise=spec.enterprise,
            terminal=spec.mn,
            items=common.items,
            **common.wiring(),
            upload_time=spec.upload_time,
            encrypted=spec.encrypted,
            valid_means_valid=spec.valid_means_valid,
            data_port=spec.data_port,
        )

    def members(self, spec: CentreSpec, side: TerminalSide) -> Mapping[str, str]:
        """Whose terminal registers, and where."""
        del side
        return {"region": spec.region, "enterprise": spec.enterprise}


KIND = National()
