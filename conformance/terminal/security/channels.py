"""Security of the uplink: channels, certificates, national suites (ISC-2 7.2.3, 7.4; CSMT 7.4; CPCIF 8.3).

Leaves platforms and fingerprints to `platforms`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bench.case import Case, Finding, Rig, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.history.marks import Plain
from bench.layout.scenario import Scenario
from conformance.common import delivery, secrecy
from conformance.common.actions import all_centres, delivered, reconciled
from conformance.common.alarms_over import MENDED, Mended
from conformance.terminal import LIVE, MODBUS, MUTUAL_TLS, NATIONAL_TLS, PAYLOAD, PLATFORM, read_out
from simulators.trust.authority import Choice

FAMILY = "security"

CAPTURING = Rig.VIRTUAL | Rig.PROCESS | Rig.LAB

_UPLOAD = Scenario(circuits=2, points=2, minute_interval=1, kinds=("minute",))
_MUTUAL = _UPLOAD.but(centre_options=(("A", {"channel": "mtls"}), ("B", {"channel": "mtls"})))


class LetsNobodyReadUploads(Case):
    """Nothing that the terminal tells its centres over mutual TLS can be read on the way, and all of it arrives."""

    zh = "经双向 TLS 上传的内容在途中不可读，且数据完整送达。"
    checks = {
        secrecy.UPLOADS_ENCRYPTED: (
            "isc-2/7.2.3-B(6)a",
            "isc-2/4.1h",
            "isc-2/7.4.2.1[2]j",
            "ssea/5.1.5.2b",
            "ssea/5.2.2.4b",
        ),
        secrecy.NOTHING_READABLE: (
            "isc-2/7.4.2.1[2]b",
            "csmt/7.4f",
            "cpcif/8.3a-1",
            "ssea/5.1.5.2b",
            "ssea/5.2.2.4b",
        ),
        **beside(*delivery.ARRIVAL),
    }
    needs = (MODBUS, LIVE, MUTUAL_TLS)
    scenario = _MUTUAL
    rigs = CAPTURING
    capture = True

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=11)
        bench.centres["B"].disconnect(abort=True)
        await bench.clock.sleep(minutes=10)
        await bench.centres.settle(minutes=3)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from secrecy.encrypted_findings(history, all_centres(history))
        yield from delivered(history)


BAD: tuple[Choice, ...] = (
    "expired",
    "not-yet-valid",
    "wrong-host",
    "self-signed",
    "unknown-issuer",
    "look-alike",
    "revoked",
)
GOOD: Choice = "good"
SHOWN = {choice: Plain(choice) for choice in (*BAD, GOOD)}
"""From then on a peer shows this certificate."""
LENIENT = Plain("lenient")
"""From then on centres ask for none."""


class RefusesBadCertificatesOfCentre(Case):
    """A centre with a bad certificate gets no message, by this way or another; with the good one it gets everything."""

    zh = "中心证书异常时不发送任何报文，也不改走明文；恢复正常证书后数据补齐。"
    checks = {
        secrecy.REFUSED.of("expired"): ("isc-2/7.4.1b", "ssea/5.2.2.4a"),
        secrecy.REFUSED.of("not-yet-valid"): ("isc-2/7.4.1b", "ssea/5.2.2.4a"),
        secrecy.REFUSED.of("wrong-host"): ("isc-2/7.4.1b", "ssea/5.2.2.4a"),
        secrecy.REFUSED.of("self-signed"): ("isc-2/7.4.1b", "ssea/5.2.2.4a"),
        secrecy.REFUSED.of("unknown-issuer"): ("isc-2/7.4.1b", "ssea/5.2.2.4a"),
        secrecy.REFUSED.of("look-alike"): ("isc-2/7.4.1b", "ssea/5.2.2.4a"),
        secrecy.REFUSED.of("revoked"): ("isc-2/7.4.1b", "ssea/5.2.2.4a"),
        secrecy.UPLOADS_ENCRYPTED: ("isc-2/7.2.3-B(6)a",),
        secrecy.NOTHING_READABLE: ("csmt/7.4f",),
        **beside(*delivery.ARRIVAL),
    }
    needs = (MODBUS, LIVE, MUTUAL_TLS)
    scenario = _UPLOAD.but(centres=("A",), centre_options=(("A", {"channel": "mtls"}),))
    rigs = CAPTURING
    capture = True

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=3)
        centre = bench.centres["A"]
        for choice in BAD:
            SHOWN[choice].put(bench)
            centre.behave(certificate=choice)
            centre.disconnect(abort=True)
            await bench.clock.sleep(minutes=4)
        SHOWN[GOOD].put(bench)
        centre.behave(certificate="good")
        MENDED.put(bench, Mended(names="A"))
        await bench.clock.sleep(minutes=5)
        await bench.operator.alarms()
        await bench.centres.settle(minutes=10)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from secrecy.refusal_findings(history, "A", BAD)
        yield from secrecy.encrypted_findings(history, ("A",))
        yield from delivered(history)


class ShowsItsOwnCertificate(Case):
    """To a centre that demands it the terminal shows its own certificate, and offers nothing weak."""

    zh = "中心要求时终端出示自身证书，且不提供弱版本和弱套件。"
    checks = {
        secrecy.OWN_CERTIFICATE: (
            "isc-2/7.4.1a",
            "isc-2/7.4.1b",
            "isc-2/7.4.1c",
            "isc-2/7.4.1d",
            "isc-2/7.4.2.1[2]g",
            "isc-2/7.4.2.1[2]j",
            "ssea/5.1.5.2a",
            "ssea/5.2.2.4a",
        ),
        secrecy.NOTHING_WEAK_OFFERED: ("isc-2/7.4.2.1[2]j",),
        **beside(*delivery.ARRIVAL),
    }
    needs = (MODBUS, LIVE, MUTUAL_TLS)
    scenario = _UPLOAD.but(centres=("A",), centre_options=(("A", {"channel": "mtls"}),))

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=6)
        bench.centres["A"].disconnect(abort=True)
        await bench.clock.sleep(minutes=5)
        await bench.centres.settle(minutes=3)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from secrecy.identity_findings(history, "A")
        yield from delivered(history)


class SpeaksTheNationalSuites(Case):
    """Over TLS 1.3 with the national suites nothing else is offered or agreed, nothing can be read, all arrives."""

    zh = "国密 TLS 1.3 通道只协商国密套件，内容不可读，数据完整。"
    checks = {
        secrecy.NATIONAL_SUITE: (
            "csmt/7.4a",
            "csmt/12.3.2e",
            "isc-2/7.4.2.1[2]d",
            "isc-2/7.4.2.1[2]e",
            "isc-2/7.4.2.1[2]f",
        ),
        secrecy.NOTHING_READABLE: ("csmt/12.3.2e", "csmt/7.4f"),
        **beside(secrecy.NOTHING_BUT_NATIONAL_OFFERED, *delivery.ARRIVAL),
    }
    needs = (MODBUS, LIVE, NATIONAL_TLS)
    scenario = _UPLOAD.but(centres=("A",), centre_options=(("A", {"channel": "gm-tls13"}),))
    rigs = CAPTURING
    capture = True

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=6)
        bench.centres["A"].disconnect(abort=True)
        await bench.clock.sleep(minutes=5)
        await bench.centres.settle(minutes=3)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from secrecy.national_findings(history, "A")
        yield from secrecy.unreadable_findings(history, ("A",))
        yield from delivered(history)


class KeepsTheMixSecret(Case):
    """An HTTPS platform, mutual TLS and protected packets side by side: nothing to read on the way or at rest."""

    zh = "HTTPS 平台、双向 TLS 与载荷加密三类中心并存时，途中不可读，密钥不以明文存储、显示或记入日志。"
    checks = {
        secrecy.UPLOADS_ENCRYPTED: ("isc-2/7.2.3-B(6)a",),
        secrecy.NOTHING_READABLE: ("isc-2/7.4.2.1[2]b", "csmt/7.4f", "cpcif/8.3a-1"),
        secrecy.NO_SECRET_IN_STORAGE: ("isc-2/7.4.1.4(2)a", "isc-2/7.4.1.4(2)b"),
        secrecy.NO_SECRET_SHOWN: ("isc-2/7.4.1.4(2)a",),
        **beside(*delivery.ARRIVAL),
    }
    needs = (MODBUS, LIVE, read_out(), MUTUAL_TLS, PAYLOAD, PLATFORM, "centres.three")
    scenario = Scenario(
        start="2026-03-01T22:30:00+08:00",
        circuits=2,
        points=2,
        kinds=("minute",),
        centres=("A", "N", "P"),
        centre_options=(
            ("A", {"channel": "mtls"}),
            ("N", {"kind": "https", "channel": "tls", "upload_time": "00:17:00", "encrypted": True}),
            ("P", {"payload": "sm4-sm2"}),
        ),
    )
    rigs = CAPTURING
    capture = True

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(hours=2)
        await bench.terminal.search()
        await bench.centres.settle(minutes=20)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from secrecy.encrypted_findings(history, all_centres(history))
        yield from secrecy.rest_findings(history)
        yield from delivery.findings(reconciled(history, ("A", "P")))


_BAD_OWN = {"B": "expired", "C": "missing"}
_REFUSED_OWN = {"B": "revoked", "C": "unknown-issuer"}


def _given(wrong: Mapping[str, str]) -> Scenario:
    options = {name: {"channel": "mtls", "client_certificate": word} for name, word in wrong.items()}
    return _UPLOAD.but(centres=("A", *wrong), centre_options=(("A", {"channel": "mtls"}), *options.items()), circuits=1)


class _WithoutGoodCertificate:
    """What cases share in which B and C get no good certificate of the terminal, and A does; `wrong` says which."""

    needs = (MODBUS, LIVE, MUTUAL_TLS, read_out("alarm-when-*"), "centres.three")
    rigs = CAPTURING
    capture = True
    wrong: Mapping[str, str] = {}

    def judge(self, history: History) -> Iterator[Finding]:
        yield from secrecy.alarm_findings(history, "A", self.wrong)
        yield from secrecy.encrypted_findings(history, all_centres(history))
        yield from delivery.findings(reconciled(history, ("A",)))


class SendsNothingWithoutItsCertificate(_WithoutGoodCertificate, Case):
    """Its own certificate expired or missing, the terminal sends that centre nothing by any way, and alarms."""

    zh = "终端自身证书过期或缺失时，不以任何方式向该中心发送数据，并告警；其他中心不受影响。"
    checks = {
        secrecy.SILENT_WHEN.of("expired"): ("isc-2/7.4.1b", "isc-2/7.4.1c", "isc-2/7.4.1d"),
        secrecy.SILENT_WHEN.of("missing"): ("isc-2/7.4.1b", "isc-2/7.4.1c", "isc-2/7.4.1d"),
        secrecy.UPLOADS_ENCRYPTED: ("isc-2/7.2.3-B(6)a",),
        secrecy.NOTHING_READABLE: ("csmt/7.4f",),
        **beside(secrecy.ALARM_WHEN.of("expired"), secrecy.ALARM_WHEN.of("missing"), *delivery.ARRIVAL),
    }
    scenario = _given(_BAD_OWN)
    wrong = _BAD_OWN

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=4)
        LENIENT.put(bench)
        for name in _BAD_OWN:
            # A centre that asks for no certificate would let the terminal in without one.
            bench.centres[name].behave(clients="none")
        await bench.clock.sleep(minutes=4)
        await bench.operator.alarms()
        await bench.centres.settle(minutes=2)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from secrecy.silence_findings(history, "A", _BAD_OWN)
        yield from super().judge(history)


class TellsThatItIsTurnedAway(_WithoutGoodCertificate, Case):
    """A centre that refuses its certificate (revoked, foreign) gets nothing in the clear, and an alarm says so."""

    zh = "中心因证书被吊销或签发者不受信任而拒绝终端时，不改走明文，并告警；其他中心不受影响。"
    checks = {
        secrecy.UPLOADS_ENCRYPTED: ("isc-2/7.2.3-B(6)a",),
        secrecy.NOTHING_READABLE: ("csmt/7.4f",),
        **beside(secrecy.ALARM_WHEN.of("revoked"), secrecy.ALARM_WHEN.of("unknown-issuer"), *delivery.ARRIVAL),
    }
    scenario = _given(_REFUSED_OWN)
    wrong = _REFUSED_OWN

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=5)
        await bench.operator.alarms()
        await bench.centres.settle(minutes=2)
