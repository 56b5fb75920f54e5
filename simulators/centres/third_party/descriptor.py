"""Third-party platforms as one of the kinds of centres.

Leaves what is said to `centre`.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulators.centres.kinds import CentreKind, Common, Secrets
from simulators.centres.spec import CentreSpec, KindSettings
from simulators.centres.third_party.centre import ThirdPartyCentre
from simulators.trust.authority import TerminalSide, Trust


class ThirdPartySettings(KindSettings, frozen=True, kw_only=True, tag="third-party"):
    """Whether it asks for enciphered bodies."""

    encrypted: bool = False


class ThirdParty(CentreKind[ThirdPartySettings]):
    """Platforms that know their terminal by a token and may ask for enciphered bodies."""

    id = "third-party"
    rank = 5
    title = ("a third-party platform", "第三方平台")
    settings = ThirdPartySettings
    profile = "records-json"
    token = True

    def build(self, spec: CentreSpec, common: Common) -> ThirdPartyCentre:
        """The platform with the secrets of its world."""
        _, secrets = common.certified()
        return ThirdPartyCentre(
            spec.name,
            spec.host,
            spec.port,
            token=secrets.token,
            body_key=secrets.payload_key if self.own(spec).encrypted else b"",
            items=common.items,
            **common.wiring(),
        )

    def given(self, spec: CentreSpec, trust: Trust, secrets: Secrets) -> Mapping[str, str]:
        """The token, and the key of enciphered bodies."""
        del trust
        return {
            "token": secrets.token,
            **({"payload_key": secrets.payload_key.hex()} if self.own(spec).encrypted else {}),
        }

    def members(self, spec: CentreSpec, side: TerminalSide) -> Mapping[str, str]:
        """The key of enciphered bodies."""
        del spec
        return {"body_key": side.payload_key}


KIND = ThirdParty()
