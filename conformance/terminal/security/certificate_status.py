"""Status of centres' certificates, asked for by OCSP and stapled in the handshake (ISC-2 7.4.1; R-34).

Leaves revocation lists to `revocation`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import CertificateStatus, Scenario
from conformance.common import delivery
from conformance.common.actions import reconciled
from conformance.common.phases import MENDED
from conformance.terminal import CERTIFICATE_STATUS, LIVE, MODBUS, MUTUAL_TLS, NATIONAL_TLS, read_out
from conformance.terminal.security import certificate_status_judge
from conformance.terminal.security.revocation import lists
from conformance.terminal.security.revocation_judge import REVOKED, Whose
from simulators.trust.certificates import Family

FAMILY = "status"

_STATUS = CertificateStatus(valid_s=60, look_s=60)
_SCENARIO = Scenario(
    circuits=1,
    points=1,
    minute_interval=1,
    kinds=("minute",),
    centre_options=(("A", {"channel": "mtls"}), ("B", {"channel": "mtls"})),
    services=(_STATUS,),
)
# Longer than an answer holds and a terminal may take to look again, with two minute values behind that.
_LONG_S = 300.0
_MEND_S = 240.0


def told(bench: Bench, wish: CertificateStatus) -> None:
    """Say in the record for how long answers hold and how often the terminal is told to look."""
    certificate_status_judge.STATUS.put(
        bench, certificate_status_judge.StatusTerms(valid_s=wish.valid_s, look_s=wish.look_s)
    )


class AsksWhetherCertificatesStillCount(Case):
    """The terminal asks for the status of a centre's certificate, obeys it, and takes no other answer for it."""

    zh = "终端查询中心证书状态并据此通断；过期、伪造、越权、不符的应答均不采信，无应答按策略拒绝。"
    checks = {
        certificate_status_judge.STATUS_ASKED: ("isc-2/7.4.1b",),
        certificate_status_judge.REVOKED_STATUS_OBEYED.of("a"): ("isc-2/7.4.1b",),
        certificate_status_judge.OTHERS_SERVED_WHILE_REVOKED: ("isc-2/7.2.4(3)b",),
        certificate_status_judge.NOT_ENOUGH.of("old"): ("isc-2/7.4.1b",),
        certificate_status_judge.NOT_ENOUGH.of("forged"): ("isc-2/7.4.1b",),
        certificate_status_judge.NOT_ENOUGH.of("undelegated"): ("isc-2/7.4.1b",),
        certificate_status_judge.NOT_ENOUGH.of("other"): ("isc-2/7.4.1b",),
        certificate_status_judge.NOT_ENOUGH.of("wrong-nonce"): ("isc-2/7.4.1b",),
        certificate_status_judge.NOT_ENOUGH.of("unknown"): ("isc-2/7.4.1b",),
        certificate_status_judge.NOT_ENOUGH.of("try-later"): ("isc-2/7.4.1b",),
        certificate_status_judge.NOT_ENOUGH.of("silent"): ("isc-2/7.4.1b",),
        **beside(
            certificate_status_judge.SERVED.of("delegated"), certificate_status_judge.STATUS_ALARMED, *delivery.ARRIVAL
        ),
    }
    needs = (MODBUS, LIVE, read_out("status-alarmed"), MUTUAL_TLS, CERTIFICATE_STATUS)
    scenario = _SCENARIO
    family: Family = "ecdsa"
    unbelieved = ("old", "forged", "undelegated", "other", "wrong-nonce", "unknown", "try-later", "silent")
    believed = ("delegated",)
    others = ("B",)

    async def drive(self, bench: Bench) -> None:
        point, wish = lists(bench), self.scenario.service(CertificateStatus) or _STATUS
        told(bench, wish)
        await bench.clock.sleep(_MEND_S + 60)
        REVOKED.put(bench, Whose(centre="A"))
        point.hold(self.family, "server", "A")
        await bench.clock.sleep(_LONG_S)
        point.release(self.family, "server", "A")
        for word in (*self.believed, *self.unbelieved):
            certificate_status_judge.ANSWERED[word].put(bench)
            point.tell_status(answers=word)
            await bench.clock.sleep(_LONG_S)
        await bench.operator.alarms()
        MENDED.put(bench)
        point.tell_status(answers="sound")
        await bench.clock.sleep(_MEND_S)
        await bench.centres.settle(minutes=3)

    def judge(self, history: History) -> Iterator[Finding]:
        yield certificate_status_judge.asked_finding(history, "A")
        yield from certificate_status_judge.revoked_findings(history, "A", self.others)
        yield from certificate_status_judge.unbelieved_findings(history, "A", self.unbelieved)
        yield from certificate_status_judge.serving_findings(history, "A", self.believed)
        yield certificate_status_judge.alarm_finding(history, self.unbelieved)
        yield from delivery.findings(reconciled(history))


class AsksOverNationalChannelsToo(AsksWhetherCertificatesStillCount):
    """Over TLS 1.3 with the national suites the status of SM2 certificates is asked for and obeyed alike."""

    zh = "国密 TLS 1.3 通道上同样查询 SM2 证书状态并据此通断，伪造、越权的应答不采信。"
    checks = {
        certificate_status_judge.STATUS_ASKED: ("isc-2/7.4.1b",),
        certificate_status_judge.REVOKED_STATUS_OBEYED.of("a"): ("isc-2/7.4.1b",),
        certificate_status_judge.NOT_ENOUGH.of("forged"): ("isc-2/7.4.1b",),
        certificate_status_judge.NOT_ENOUGH.of("undelegated"): ("isc-2/7.4.1b",),
        certificate_status_judge.NOT_ENOUGH.of("silent"): ("isc-2/7.4.1b",),
        **beside(
            certificate_status_judge.SERVED.of("delegated"), certificate_status_judge.STATUS_ALARMED, *delivery.ARRIVAL
        ),
    }
    needs = (MODBUS, LIVE, read_out("status-alarmed"), NATIONAL_TLS, CERTIFICATE_STATUS)
    scenario = _SCENARIO.but(centres=("A",), centre_options=(("A", {"channel": "gm-tls13"}),))
    family = "sm2"
    unbelieved = ("forged", "undelegated", "silent")
    believed = ("delegated",)
    others = ()


class GoesOnWhenNobodyAnswers(Case):
    """Told to go on, the terminal keeps sending when nobody answers for a certificate, alarms, and obeys a true no."""

    zh = "策略为告警时：查询无应答继续上传并告警，伪造的吊销应答不起作用，真实的吊销仍须遵从。"
    checks = {
        certificate_status_judge.REVOKED_STATUS_OBEYED.of("a"): ("isc-2/7.4.1b",),
        **beside(
            certificate_status_judge.SERVED.of("try-later"),
            certificate_status_judge.SERVED.of("slander"),
            certificate_status_judge.SERVED.of("silent"),
            certificate_status_judge.STATUS_ALARMED,
            *delivery.ARRIVAL,
        ),
    }
    needs = (MODBUS, LIVE, read_out("status-alarmed"), MUTUAL_TLS, CERTIFICATE_STATUS)
    scenario = _SCENARIO.but(centres=("A",), services=(CertificateStatus(valid_s=60, look_s=60, policy="soft"),))
    silences = ("try-later", "slander", "silent")

    async def drive(self, bench: Bench) -> None:
        point, wish = lists(bench), self.scenario.service(CertificateStatus) or _STATUS
        told(bench, wish)
        await bench.clock.sleep(_MEND_S)
        for word in self.silences:
            certificate_status_judge.ANSWERED[word].put(bench)
            point.tell_status(answers=word)
            await bench.clock.sleep(_LONG_S / 2)
            bench.centres["A"].disconnect(abort=True)
            await bench.clock.sleep(_LONG_S / 2)
        await bench.operator.alarms()
        REVOKED.put(bench, Whose(centre="A"))
        point.tell_status(answers="sound")
        point.hold("ecdsa", "server", "A")
        await bench.clock.sleep(_LONG_S)
        MENDED.put(bench)
        point.release("ecdsa", "server", "A")
        await bench.clock.sleep(_MEND_S)
        await bench.centres.settle(minutes=3)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from certificate_status_judge.serving_findings(history, "A", self.silences)
        yield certificate_status_judge.alarm_finding(history, self.silences)
        yield from certificate_status_judge.revoked_findings(history, "A", ())
        yield from delivery.findings(reconciled(history))


class HeedsStapledStatus(Case):
    """A status stapled in the handshake counts as if asked for; one that insists on it is refused without."""

    zh = "握手附带的证书状态视同查询所得；要求附带状态的证书，状态缺失、过期、伪造或不符时拒绝连接。"
    checks = {
        certificate_status_judge.STAPLE_REVOKED_OBEYED: ("isc-2/7.4.1b",),
        certificate_status_judge.STAPLE_REFUSED.of("none"): ("isc-2/7.4.1b",),
        certificate_status_judge.STAPLE_REFUSED.of("old"): ("isc-2/7.4.1b",),
        certificate_status_judge.STAPLE_REFUSED.of("forged"): ("isc-2/7.4.1b",),
        certificate_status_judge.STAPLE_REFUSED.of("other"): ("isc-2/7.4.1b",),
        **beside(certificate_status_judge.SERVED.of("stapled"), *delivery.ARRIVAL),
    }
    needs = (MODBUS, LIVE, read_out(), MUTUAL_TLS, CERTIFICATE_STATUS)
    scenario = _SCENARIO.but(centres=("A",), centre_options=(("A", {"channel": "mtls", "certificate": "must-staple"}),))
    faults = ("none", "old", "forged", "other")

    async def drive(self, bench: Bench) -> None:
        point, wish = lists(bench), self.scenario.service(CertificateStatus) or _STATUS
        told(bench, wish)
        certificate_status_judge.STAPLED.put(bench)
        point.tell_status(answers="silent", staples="sound")
        await bench.clock.sleep(_LONG_S)
        certificate_status_judge.STAPLE_REVOKED.put(bench)
        point.hold("ecdsa", "server", "A")
        await bench.clock.sleep(_LONG_S)
        point.release("ecdsa", "server", "A")
        for fault in self.faults:
            certificate_status_judge.STAPLED_SO[fault].put(bench)
            # A good answer could be had: it does not make up for the staple that the certificate insists on.
            point.tell_status(answers="sound", staples=fault)
            await bench.clock.sleep(_LONG_S)
        MENDED.put(bench)
        point.tell_status(staples="sound")
        await bench.clock.sleep(_MEND_S)
        await bench.centres.settle(minutes=3)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from certificate_status_judge.serving_findings(history, "A", ("stapled",))
        yield certificate_status_judge.stapled_revoked_finding(history, "A")
        yield from certificate_status_judge.staple_findings(history, "A", self.faults)
        yield from delivery.findings(reconciled(history))
