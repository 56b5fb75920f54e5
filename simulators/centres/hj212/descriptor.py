"""HJ 212 centres as one of the kinds of centres.

Leaves what is said to `centre`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

import msgspec

from simulators.centres import sentences as said
from simulators.centres.hj212.centre import EDITIONS, Centre
from simulators.centres.hj212.payload import Guard
from simulators.centres.kinds import CentreKind, Common, Secrets, UploadTime, device_of
from simulators.centres.spec import CentreSpec, KindSettings
from simulators.settings import Flaw
from simulators.trust.authority import Trust
from simulators.trust.oracle import public_of

Payload = Literal["clear", "sm4-sm2"]
"""The payload profiles."""


class Hj212Settings(KindSettings, frozen=True, kw_only=True, tag="hj212"):
    """Edition, and payload profile. `schedule` says whether the centre is sent each period as it ends or all of a day
    in the window that opens at `upload_time` (R-13)."""

    payload: Payload = "clear"
    edition: Annotated[int, msgspec.Meta(ge=2005, le=2025)] = 2017
    schedule: Literal["continuous", "window"] = "continuous"
    upload_time: UploadTime = "01:38:00"

    def flaws(self) -> Iterator[Flaw]:
        """Not every year has an edition."""
        if self.edition not in EDITIONS:
            yield said.EDITION(editions=tuple(EDITIONS), got=self.edition).at("edition")


class Hj212(CentreKind[Hj212Settings]):
    """Data centres by HJ 212, in the clear or with protected payloads, at once or in a daily window."""

    id = "hj212"
    rank = 1
    title = ("an HJ 212 centre", "HJ 212")
    profile = "hj212"
    settings = Hj212Settings

    def payload(self, spec: CentreSpec) -> Payload:
        """As its settings say."""
        return self.own(spec).payload

    def window(self, spec: CentreSpec) -> str:
        """Only where the schedule says so (R-13)."""
        own = self.own(spec)
        return own.upload_time if own.schedule == "window" else ""

    def line(self, spec: CentreSpec) -> str:
        """With the words of the standard."""
        own = self.own(spec)
        payload = "" if own.payload == "clear" else f", payload {own.payload}"
        return f"HJ 212-{own.edition} {spec.channel}{payload}  MN={spec.mn} PW={spec.pw} ST={spec.st}"

    def build(self, spec: CentreSpec, common: Common) -> Centre:
        """The centre, with a guard of its payloads where the profile is used."""
        return Centre(
            spec.name,
            spec.host,
            spec.port,
            mn=spec.mn,
            pw=spec.pw,
            st=spec.st,
            **common.wiring(),
            over_time_s=spec.over_time_s,
            re_count=spec.re_count,
            realtime_interval_s=spec.realtime_interval_s,
            minute_interval=spec.minute_interval,
            edition=self.own(spec).edition,
            guard=None if self.payload(spec) == "clear" else _guard(spec, common),
        )

    def given(self, spec: CentreSpec, trust: Trust, secrets: Secrets) -> Mapping[str, str]:
        """Both ends' keys, where payloads are protected."""
        if self.payload(spec) == "clear":
            return {}
        centre = trust["sm2"].leaf("server", spec.name, spec.hosts)
        return {
            "payload_key": secrets.payload_key.hex(),
            "centre_certificate": centre.certificate,
            **device_of(spec, trust),
        }


def _guard(spec: CentreSpec, common: Common) -> Guard:
    trust, secrets = common.certified()
    authority = trust["sm2"]
    private = authority.leaf("server", spec.name, spec.hosts).private
    peer = public_of(authority.leaf("client", spec.mn).private)
    return Guard([secrets.payload_key], private, peer, common.chance)


KIND = Hj212()
