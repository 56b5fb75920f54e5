"""The terminal's own certificate comes to its end and is renewed while it works (ISC-2 7.4.1; R-34)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, Text, beside, criterion
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common import delivery, secrecy
from conformance.common.actions import reconciled
from conformance.terminal import LIVE, MODBUS, MUTUAL_TLS, NATIONAL_TLS, read_out
from conformance.terminal.delivery import windows_judge
from conformance.terminal.security import renewal_judge

RENEWAL_LOGGED = criterion(
    "renewal-logged", en="the renewal is in the log, with its author", zh="更换证书连同操作人记入日志", unit="entries"
)


_AUTHOR = "inspector Zhou"
UNFIT = ("expired", "unknown-issuer", "encryption")


class RenewsItsCertificateWhileRunning(Case):
    """A certificate is replaced while records flow: unfit ones refused, the new one shown, nothing lost."""

    notices = (renewal_judge.ENDING,)
    zh = "终端证书临近到期时在线更换：不合格证书被拒绝，新证书随即启用且断电后保持，数据不丢失。"
    checks = {
        renewal_judge.UNFIT_CERTIFICATES_REFUSED: ("isc-2/7.4.1b",),
        secrecy.NO_SECRET_IN_STORAGE: ("isc-2/7.4.1.4(2)a", "isc-2/7.4.1.4(2)b"),
        **beside(
            renewal_judge.RENEWAL_TAKEN,
            renewal_judge.NEW_CERTIFICATE_SHOWN,
            renewal_judge.WARNING_CLEARED.sometimes(),
            RENEWAL_LOGGED,
            *delivery.ARRIVAL,
        ),
    }
    needs = (
        *(MODBUS, LIVE, read_out("renewal-logged", "warning-cleared"), MUTUAL_TLS),
        "channel.certificate-renewal",
    )
    scenario = Scenario(
        circuits=1,
        points=2,
        minute_interval=5,
        kinds=("minute",),
        centre_options=(("A", {"channel": "mtls", "client_certificate": "ending"}), ("B", {"channel": "mtls"})),
    )
    # Until the certificate ends in less than 30 d, and the terminal has looked at it again.
    before_s = 7920.0
    unfit_s = 120.0
    after_s = 1200.0
    off_s = 60.0
    settle_s = 360.0

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(self.before_s)
        await bench.operator.alarms()
        for choice in UNFIT:
            renewal_judge.UNFIT_OFFERED.put(bench, renewal_judge.Unfit(choice=choice))
            await bench.operator.renew_certificate("A", choice, _AUTHOR)
            await bench.clock.sleep(self.unfit_s)
        renewal_judge.RENEWED.put(bench, renewal_judge.Whose(centre="A"))
        await bench.operator.renew_certificate("A", "renewed", _AUTHOR)
        await bench.clock.sleep(self.after_s)
        await bench.power.off(self.off_s)
        await bench.clock.sleep(self.after_s)
        await bench.terminal.search()
        await bench.operator.alarms()
        await bench.operator.log(start)
        await bench.centres.settle(seconds=self.settle_s)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from renewal_judge.findings(history, "A", UNFIT)
        yield windows_judge.audit_finding(history, RENEWAL_LOGGED, renewal_judge.ORDER, ("author",))
        yield from (found for found in secrecy.rest_findings(history) if found.id == secrecy.NO_SECRET_IN_STORAGE.id)
        yield from delivery.findings(reconciled(history))


class RenewsItsNationalCertificate(RenewsItsCertificateWhileRunning):
    """The SM2 certificate of a channel with the national suites is replaced while records flow."""

    zh = "国密通道的 SM2 终端证书在线更换：不合格证书被拒绝，新证书随即启用且断电后保持，数据不丢失。"
    needs = (
        *(MODBUS, LIVE, read_out("renewal-logged", "warning-cleared"), NATIONAL_TLS),
        "channel.certificate-renewal",
    )
    scenario = Scenario(
        circuits=1,
        points=1,
        minute_interval=5,
        kinds=("minute",),
        centres=("A",),
        centre_options=(("A", {"channel": "gm-tls13", "client_certificate": "ending"}),),
    )


class EndsSessionsWithTheirCertificates(Case):
    """A session does not outlive the certificates that it was opened with; a valid one brings all that had waited."""

    zh = "会话期间任一方证书到期即断开，到期后不再发送；换用有效证书后补齐积压，其他中心不受影响。"
    remark = Text(
        "no draft says what holds for a session that stands when a certificate ends; ruling P-01 is proposed only",
        "各标准草案未规定会话期间证书到期时如何处理：裁定 P-01 仅为建议，尚未生效",
    )
    checks = {
        **beside(
            renewal_judge.NOTHING_AFTER_THE_END.of("own"),
            renewal_judge.NOTHING_AFTER_THE_END.of("centres"),
            renewal_judge.NO_SESSION_AFTER_THE_END,
            renewal_judge.END_ALARMED,
            delivery.NONE_LOST,
        ),
    }
    needs = (MODBUS, LIVE, read_out("end-alarmed"), MUTUAL_TLS)
    scenario = Scenario(
        circuits=1,
        points=2,
        minute_interval=1,
        kinds=("minute",),
        centres=("A", "B", "C"),
        centre_options=(
            ("A", {"channel": "mtls", "client_certificate": "short-lived"}),
            ("B", {"channel": "mtls", "certificate": "short-lived"}),
            ("C", {"channel": "mtls"}),
        ),
    )

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=28)
        await bench.operator.alarms()
        renewal_judge.VALID_AGAIN.put(bench, renewal_judge.Whose(centre="B"))
        bench.centres["B"].behave(certificate="good")
        await bench.clock.sleep(minutes=4)
        await bench.centres.settle(minutes=3)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from renewal_judge.end_findings(history, own="A", theirs="B", healthy="C")
        ledgers = reconciled(history, ("B", "C"))
        yield from (found for found in delivery.findings(ledgers) if found.id == delivery.NONE_LOST.id)
