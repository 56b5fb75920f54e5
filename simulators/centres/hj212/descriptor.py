"""HJ 212 centres as one of the kinds of centres.

Leaves what is said to `centre`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from simulators.centres.hj212.centre import EDITIONS, Centre
from simulators.centres.hj212.payload import Guard
from simulators.centres.kinds import CentreKind, Common, Secrets, device_of
from simulators.centres.spec import PAYLOADS, SCHEDULES, CentreSpec
from simulators.trust.authority import Trust
from simulators.trust.oracle import public_of

_INTERVALS = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)


class Hj212(CentreKind):
    """Data centres by HJ 212, in the clear or with protected payloads, at once or in a daily window."""

    id = "hj212"
    rank = 1
    title = ("an HJ 212 centre", "HJ 212")
    profile = "hj212"
    settings = {
        "pw": lambda table: table.text("pw", "123456", pattern=r"[0-9A-Za-z]{6}", hint="6 letters and digits"),
        "st": lambda table: table.text("st", "31", pattern=r"[0-9A-Z]{2}", hint="2 characters 0-9A-Z"),
        "minute_interval": lambda table: table.integer("minute_interval", 1, 30, 15),
        "realtime_interval_s": lambda table: table.integer("realtime_interval_s", 0, 3600, 0),
        "over_time_s": lambda table: table.integer("over_time_s", 1, 99, 10),
        "re_count": lambda table: table.integer("re_count", 1, 99, 3),
        "payload": lambda table: table.choice("payload", PAYLOADS, "clear"),
        "edition": lambda table: table.integer("edition", 2005, 2025, 2017),
        "schedule": lambda table: table.choice("schedule", SCHEDULES, "continuous"),
    }

    def flaws(self, spec: CentreSpec) -> Iterator[tuple[str, str]]:
        """Payload profile and schedule are of this kind alone; its intervals hold for whatever a terminal is told."""
        kind = spec.kind
        if spec.schedule != "continuous" and kind != self.id:
            text = f"a schedule is set for hj212 alone, a platform over HTTPS tells its own; got {kind}"
            yield "schedule", text
        if spec.minute_interval not in _INTERVALS:
            yield "minute_interval", f"{spec.minute_interval} does not divide the hour (HJ 212 table 4)"
        if 0 < spec.realtime_interval_s < 30:
            yield "realtime_interval_s", f"expected 0 (off) or 30 to 3600, got {spec.realtime_interval_s}"
        if spec.edition not in EDITIONS:
            yield "edition", f"expected one of {', '.join(map(str, EDITIONS))}, got {spec.edition}"
        if spec.payload != "clear" and kind != self.id:
            yield "payload", f"the payload profile belongs to hj212, this centre is {kind}; remove it"

    def window(self, spec: CentreSpec) -> str:
        """Only where the schedule says so (R-13)."""
        return spec.upload_time if spec.schedule == "window" else ""

    def line(self, spec: CentreSpec) -> str:
        """With the words of the standard."""
        payload = "" if spec.payload == "clear" else f", payload {spec.payload}"
        return f"HJ 212-{spec.edition} {spec.channel}{payload}  MN={spec.mn} PW={spec.pw} ST={spec.st}"

    def build(self, spec: CentreSpec, common: Common) -> Centre:
        """The centre, with a guard of its payloads where the profile is used."""
        return Centre(
            spec.name,
            spec.host,
            spec.port,
            mn=spec.mn,
            pw=spec.pw,
            st=spec.st,
            clock=common.clock,
            chance=common.chance,
            observe=common.observe,
            over_time_s=spec.over_time_s,
            re_count=spec.re_count,
            realtime_interval_s=spec.realtime_interval_s,
            minute_interval=spec.minute_interval,
            edition=spec.edition,
            locks=common.locks,
            guard=None if spec.payload == "clear" else _guard(spec, common),
        )

    def given(self, spec: CentreSpec, trust: Trust, secrets: Secrets) -> Mapping[str, str]:
        """Both ends' keys, where payloads are protected."""
        if spec.payload == "clear":
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
