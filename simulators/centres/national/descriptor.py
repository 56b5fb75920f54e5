"""The national energy platform as one of the kinds of centres.

Leaves what is said to `centre`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec

from simulators.centres import sentences as said
from simulators.centres.kinds import CentreKind, Common, UploadTime
from simulators.centres.national.centre import DATA_CODE, NationalCentre, national_code
from simulators.centres.spec import CentreSpec, KindSettings
from simulators.sentences import Words
from simulators.trust.authority import TerminalSide
from simulators.values import matching


class NationalSettings(KindSettings, frozen=True, kw_only=True, tag="https"):
    """Whose terminal registers and where; when its window opens, whether bodies are enciphered, and where data go."""

    region: Annotated[str, matching(r"\d{6}", "6 digits (GB/T 2260)", "6 位数字（GB/T 2260）")] = "350200"
    enterprise: Annotated[str, matching(r"[0-9A-Z]{18}", *said.ENTERPRISE)] = "91350200MA2XXXXX0X"
    upload_time: UploadTime = "01:38:00"
    encrypted: bool = False
    valid_means_valid: bool = True
    data_port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 0

    @property
    def more_ports(self) -> tuple[int, ...]:
        """Where data go, if it is another."""
        return (self.data_port,) if self.data_port else ()


class National(CentreKind[NationalSettings]):
    """Platforms over HTTPS and JSON that register their terminal and take daily sets in a window."""

    id = "https"
    rank = 2
    title = ("an HTTPS platform", "HTTPS 平台")
    settings = NationalSettings
    profile = "https-json"
    uncarried = frozenset({"hour"})

    def window(self, spec: CentreSpec) -> str:
        """The platform tells it at registration."""
        return self.own(spec).upload_time

    def code(self, plain: str) -> str:
        """The dataCode of a point."""
        return national_code(plain)

    def code_flaw(self, code: str) -> Words | None:
        """Five groups of digits."""
        return None if DATA_CODE.fullmatch(code) is not None else said.NATIONAL_CODE()

    def build(self, spec: CentreSpec, common: Common) -> NationalCentre:
        """The platform for the terminal that the description names."""
        own = self.own(spec)
        return NationalCentre(
            spec.name,
            spec.host,
            spec.port,
            region=own.region,
            enterprise=own.enterprise,
            terminal=spec.mn,
            items=common.items,
            **common.wiring(),
            upload_time=own.upload_time,
            encrypted=own.encrypted,
            valid_means_valid=own.valid_means_valid,
            data_port=own.data_port,
        )

    def members(self, spec: CentreSpec, side: TerminalSide) -> Mapping[str, str]:
        """Whose terminal registers, and where."""
        del side
        own = self.own(spec)
        return {"region": own.region, "enterprise": own.enterprise}


KIND = National()
